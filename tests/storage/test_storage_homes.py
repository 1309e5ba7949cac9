"""Whose Home is published anew: whom a change concerns, once, whatever happens in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import connections, deliveries, homes, leads, ownership, people
from storage.database import Database, Tx
from storage.records import Person
from storage.vault import Vault
from tests.storage.build import NOW, OTHER, TEAM, a_lead, add_connection, add_leads

ADA, MAX, ZOE = "U0ADA", "U0MAX", "U0ZOE"
LATER = NOW + timedelta(seconds=30)


@pytest.fixture
def desk(database: Database, vault: Vault) -> Database:
    """Two workspaces with the same people and a lead each; everybody's Home is open, and published."""

    def build(tx: Tx) -> None:
        for team in (TEAM, OTHER):
            add_leads(tx, add_connection(tx, vault, workspace=team), [a_lead()], workspace=team)
            for one in (ADA, MAX, ZOE):
                people.keep_person(tx, team, Person(team, one, one, one == ADA, False, False, "UTC", None, NOW))
                homes.opened(tx, team, one, NOW, None)
        publish(tx)

    database.write_now(build)
    return database


def publish(tx: Tx) -> list[tuple[str, str]]:
    """Publish what is due; whose that was."""
    found = homes.due(tx)
    for one in found:
        assert homes.begin(tx, one.workspace, one, LATER)
        homes.published(tx, one.workspace, one, "digest", NOW)
    return [(one.workspace, one.person) for one in found]


def number(tx: Tx, team: str = TEAM) -> int:
    return int(tx.value("SELECT number FROM leads WHERE workspace = ?", team))


def concerned(database: Database, change: object) -> set[tuple[str, str]]:
    """Whom a change concerns."""
    database.write_now(change)  # type: ignore[arg-type]
    return set(database.write_now(publish))


def own(tx: Tx, person: str = ZOE, instead_of: str | None = None) -> None:
    ownership.own(tx, TEAM, number(tx), person=person, by=person, instead_of=instead_of, now=NOW)


def test_a_new_owner_and_the_former_one_are_concerned_in_their_workspace_only(desk: Database) -> None:
    assert concerned(desk, own) == {(TEAM, ZOE)}
    assert concerned(desk, lambda tx: own(tx, MAX, ZOE)) == {(TEAM, ZOE), (TEAM, MAX)}
    assert concerned(desk, lambda tx: own(tx, ADA, ZOE)) == set()  # too late: nothing changed
    assert concerned(desk, lambda tx: leads.mark_contacted(tx, TEAM, number(tx), by=ADA, now=NOW)) == {(TEAM, MAX)}
    assert concerned(desk, lambda tx: ownership.release(tx, TEAM, number(tx), owner=MAX)) == {(TEAM, MAX)}


def test_a_request_concerns_who_asked_who_is_to_have_it_and_who_decides_until_it_ends(desk: Database) -> None:
    def ask(tx: Tx) -> None:
        ownership.ask(tx, TEAM, number(tx), person=ZOE, by=ZOE, approvers=[MAX], now=NOW)

    assert concerned(desk, ask) == {(TEAM, ZOE), (TEAM, MAX)}
    (waiting,) = desk.read_now(lambda tx: ownership.waiting_for(tx, TEAM, MAX, 5))
    assert desk.read_now(lambda tx: ownership.count_waiting_for(tx, TEAM, MAX, 5)) == 1
    for other in ("U0MA", "0MAX", "U_MAX", "%", ZOE):
        assert desk.read_now(lambda tx, other=other: ownership.waiting_for(tx, TEAM, other, 5)) == []
    assert desk.read_now(lambda tx: ownership.waiting_for(tx, OTHER, MAX, 5)) == []

    def decide(tx: Tx) -> None:
        ownership.decide(tx, TEAM, waiting.request, state="rejected", by=MAX, now=NOW)

    assert concerned(desk, decide) == {(TEAM, ZOE), (TEAM, MAX)}
    assert desk.read_now(lambda tx: ownership.count_waiting_for(tx, TEAM, MAX, 5)) == 0


def test_a_connection_concerns_admins_when_its_state_changes_and_not_at_every_poll(desk: Database) -> None:
    held = desk.read_now(lambda tx: connections.every(tx, TEAM))[0].connection

    def polled(tx: Tx) -> None:
        connections.polled(tx, TEAM, held, now=NOW, next_at=LATER)

    def failed(tx: Tx) -> None:
        connections.failed(tx, TEAM, held, why="HTTP 500", now=NOW, next_at=LATER)

    admins = {(TEAM, ADA)}
    for change, who in ((polled, admins), (polled, set()), (failed, admins), (failed, set()), (polled, admins)):
        assert concerned(desk, change) == who


def test_a_connection_that_goes_concerns_admins_and_whoever_owns_its_leads(desk: Database) -> None:
    concerned(desk, own)
    held = desk.read_now(lambda tx: connections.every(tx, TEAM))[0].connection
    assert concerned(desk, lambda tx: connections.retire(tx, TEAM, held)) == {(TEAM, ADA), (TEAM, ZOE)}


def test_two_processes_do_not_publish_the_same_home(desk: Database) -> None:
    desk.write_now(own)
    (home,) = desk.read_now(homes.due)
    assert desk.write_now(lambda tx: homes.begin(tx, TEAM, home, LATER))
    assert not desk.write_now(lambda tx: homes.begin(tx, TEAM, home, LATER))
    (taken,) = desk.read_now(homes.due)  # if the first does not come back, another may
    assert taken.next_at == LATER
    assert desk.write_now(lambda tx: homes.begin(tx, TEAM, taken, LATER + timedelta(seconds=30)))


def test_what_changes_while_a_home_is_published_is_due_again(desk: Database) -> None:
    desk.write_now(own)
    (home,) = desk.read_now(homes.due)
    desk.write_now(lambda tx: homes.begin(tx, TEAM, home, LATER))
    desk.write_now(lambda tx: ownership.release(tx, TEAM, number(tx), owner=ZOE))
    desk.write_now(lambda tx: homes.published(tx, TEAM, home, "digest", NOW))
    (again,) = desk.read_now(homes.due)
    assert (again.person, again.shown, again.next_at) == (ZOE, "digest", NOW)


def test_who_never_opened_home_has_none_and_who_has_not_for_long_neither(desk: Database) -> None:
    desk.write_now(lambda tx: homes.concern(tx, TEAM, "U0STRANGER", None))
    assert desk.read_now(homes.due) == []
    assert desk.write_now(lambda tx: homes.forget(tx, TEAM, NOW + timedelta(seconds=1))) == 3
    assert concerned(desk, own) == set()
    desk.write_now(lambda tx: homes.pressed(tx, TEAM, ZOE, NOW))
    assert [h.person for h in desk.read_now(homes.due)] == [ZOE]


def test_somebody_of_a_workspace_tries_a_lead_once(desk: Database) -> None:
    assert not desk.read_now(lambda tx: people.has_tried(tx, TEAM))
    assert desk.write_now(lambda tx: people.tried(tx, TEAM, NOW))
    assert not desk.write_now(lambda tx: people.tried(tx, TEAM, NOW))
    assert desk.read_now(lambda tx: (people.has_tried(tx, TEAM), people.has_tried(tx, OTHER))) == (True, False)


def test_a_message_in_slack_leads_to_its_leads_by_where_it_stands(desk: Database, vault: Vault) -> None:
    def posted(tx: Tx) -> int:
        lead = number(tx)
        deliveries.post(tx, TEAM, vault, kind="card", to="C1", now=NOW, leads=[lead])
        (delivery,), _ = deliveries.heads(tx, NOW)
        deliveries.sent(tx, delivery, ts="1.5", posted_in="C1", now=NOW)
        return lead

    lead = desk.write_now(posted)
    places = ((TEAM, "C1", "1.5"), (TEAM, "C2", "1.5"), (TEAM, "C1", "1.6"), (OTHER, "C1", "1.5"))
    found = [desk.read_now(lambda tx, p=place: deliveries.leads_at(tx, *p)) for place in places]
    assert found == [[lead], [], [], []]
