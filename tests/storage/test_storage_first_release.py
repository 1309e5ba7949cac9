"""A database of the first release opens with the present code: it is migrated, and everything in it is read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from providers.lead import Privacy, Stage
from storage import (
    audit,
    choices,
    connections,
    deliveries,
    figures,
    leads,
    ownership,
    people,
    rules,
    schedules,
)
from storage.database import Database, migrations
from storage.filters import Every, Facet, Frame, History, Not, Owned
from storage.records import StoredLead
from storage.vault import Vault, WrongKey, check_key
from tests.storage.build import NOW, TEAM, remove_connection
from tests.storage.make_first_release import ADA, FILE, KEY, MAX, ZOE, make
from tests.storage.test_storage_schema import described

FRAME = Frame(NOW, ZOE)


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Database]:
    """A copy of the first release's database, opened by the present code."""
    shutil.copyfile(FILE, tmp_path / "desk.sqlite3")
    opened = Database(tmp_path / "desk.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def vault() -> Vault:
    return Vault([KEY])


def owned(old: Database) -> StoredLead:
    (lead,) = old.read_now(lambda tx: leads.find(tx, TEAM, Owned(ZOE), FRAME, limit=9))
    return lead


def test_the_stored_copy_is_small() -> None:
    assert FILE.stat().st_size < 300_000


def test_it_is_brought_to_the_present_schema(old: Database, tmp_path: Path) -> None:
    fresh = Database(tmp_path / "fresh.sqlite3")
    assert not old.is_new
    assert old.read_now(lambda tx: described(tx.conn)) == fresh.read_now(lambda tx: described(tx.conn))
    names = {m.name for m in migrations().applied(old._open[0])}
    assert names == {m.name for m in migrations().applied(fresh._open[0])}
    fresh.close()


def test_its_integrity_is_whole(old: Database) -> None:
    assert old.read_now(lambda tx: tx.value("PRAGMA integrity_check")) == "ok"
    assert old.read_now(lambda tx: tx.all("PRAGMA foreign_key_check")) == []


def test_its_key_fits_and_another_does_not(old: Database, vault: Vault) -> None:
    old.write_now(lambda tx: check_key(tx, vault))
    with pytest.raises(WrongKey):
        old.write_now(lambda tx: check_key(tx, Vault(["another key that has 32 characters"])))


def test_its_connections_are_read(old: Database, vault: Vault) -> None:
    north, south = old.read_now(lambda tx: connections.every(tx, TEAM))
    assert (north.name, north.state, north.cursor) == ("north", "active", NOW + timedelta(minutes=1))
    assert north.history_until == NOW - timedelta(days=3)
    assert (north.lag_seconds, north.unreadable, north.settings) == (12.5, 1, {"poll_seconds": 60})
    assert (south.state, south.failure) == ("paused", "credentials refused")
    secrets = [
        old.read_now(lambda tx, c=c: connections.credentials(tx, TEAM, vault, c.connection)) for c in (north, south)
    ]
    assert secrets == [{"api_key": "key of north"}, {"api_key": "key of south"}]
    budget = old.read_now(lambda tx: connections.budget(tx, TEAM, north.connection))
    assert budget == (4.0, NOW, None)
    assert old.read_now(lambda tx: figures.stored(tx, TEAM, north.connection)) == 20


def test_its_leads_are_found_and_read(old: Database) -> None:
    everyone = old.read_now(lambda tx: leads.find(tx, TEAM, Every(), FRAME, limit=99))
    assert len(everyone) == 21
    assert len(old.read_now(lambda tx: leads.find(tx, TEAM, History(), FRAME, limit=99))) == 8
    zoopla = Every((Facet("source", ("zoopla",)), Not(History())))
    assert old.read_now(lambda tx: leads.count(tx, TEAM, zoopla, FRAME)) == 7
    lead = owned(old)
    assert lead.stage is Stage.CONTACTED
    assert (lead.owner, lead.assigned_by, lead.contacted_by) == (ZOE, ZOE, ZOE)
    assert lead.first_owned_at == NOW + timedelta(minutes=3)
    assert lead.details[1].privacy is Privacy.CONTACT
    assert lead.details[1].value == "Is it 100% free?\nThanks_"
    assert {x.first_name for x in everyone} == {"Sofia", "Jürgen", "Zoë", "أمل"}
    assert old.read_now(lambda tx: leads.of_customer(tx, TEAM, lead))
    (note,) = old.read_now(lambda tx: leads.notes(tx, TEAM, lead.number))
    assert (note.author, note.body) == (ZOE, "Called, wants to see it.")
    (entry,) = old.read_now(lambda tx: audit.of_lead(tx, TEAM, lead.number))
    assert (entry.what, entry.actor, entry.facts) == ("claimed", ZOE, {"after": 180})
    day = timedelta(days=1)
    assert old.read_now(lambda tx: figures.seconds_to_claim(tx, TEAM, NOW - day, NOW + day)) == [180.0]


def test_its_waiting_request_can_be_decided(old: Database) -> None:
    waiting = [
        request
        for lead in old.read_now(lambda tx: leads.find(tx, TEAM, Every(), FRAME, limit=99))
        if (request := old.read_now(lambda tx, n=lead.number: ownership.waiting(tx, TEAM, n)))
    ]
    assert [(w.person, w.approvers) for w in waiting] == [(ZOE, [MAX])]
    (request,) = waiting
    assert old.write_now(lambda tx: ownership.decide(tx, TEAM, request.request, state="approved", by=MAX, now=NOW))
    decided = old.read_now(lambda tx: ownership.request(tx, TEAM, request.request))
    assert decided
    assert decided.state == "approved"


def test_its_subscriptions_and_schedules_are_read(old: Database) -> None:
    one, two = old.read_now(lambda tx: rules.every(tx, TEAM))
    assert (one.words, one.masked, one.approval, one.approvers) == ("site:zoopla,rightmove", True, True, [MAX])
    assert (two.connection, two.masked, two.approval, two.approvers) == (None, False, False, [])
    number = owned(old).number
    assert old.read_now(lambda tx: rules.alerted(tx, TEAM, number)) == {one.subscription}
    assert not old.write_now(lambda tx: rules.alert_once(tx, TEAM, number, one.subscription, NOW))
    (schedule,) = old.read_now(lambda tx: schedules.every(tx, TEAM))
    assert (schedule.days, schedule.at, schedule.zone) == ("mon,tue,wed,thu,fri", "09:00", "Europe/London")
    assert old.write_now(
        lambda tx: schedules.claim(tx, TEAM, schedule.schedule, date="2026-11-24", next_at=NOW + timedelta(days=2))
    )


def test_its_outbox_goes_on(old: Database, vault: Vault) -> None:
    assert old.read_now(lambda tx: deliveries.tally(tx, TEAM)) == {"pending": 6, "sending": 1, "parked": 1}
    assert old.write_now(lambda tx: deliveries.recover(tx, NOW)) == 1
    assert old.write_now(lambda tx: deliveries.unpark_all(tx, TEAM, NOW)) == 1
    heads = old.read_now(lambda tx: deliveries.heads(tx, NOW)[0])
    assert sorted(h.lane for h in heads) == ["C0GONE", "C0LEADS", "C0LEADS:edit", ADA, MAX]
    bodies = {h.lane: vault.unseal_json(TEAM, f"delivery:{h.delivery}", h.body) for h in heads}
    assert bodies[ADA] == {"text": "A notice"}
    for head in heads:
        message = old.read_now(lambda tx, h=head: deliveries.message(tx, TEAM, h.message or ""))
        assert message
        assert old.write_now(lambda tx, h=head: deliveries.sending(tx, h, NOW))


def test_its_people_and_choices_are_known(old: Database) -> None:
    assert old.read_now(people.workspaces) == [TEAM]
    ada = old.read_now(lambda tx: people.person(tx, TEAM, ADA))
    assert ada
    assert (ada.name, ada.is_admin, ada.zone) == ("Ada Okafor", True, "Europe/London")
    channel = old.read_now(lambda tx: people.channel(tx, TEAM, "C0LEADS"))
    assert channel
    assert (channel.name, channel.has_outsiders, channel.is_member) == ("leads", False, True)
    assert not old.write_now(lambda tx: choices.once(tx, TEAM, "view:V0001", NOW))
    assert old.read_now(lambda tx: people.sensitive_allowed(tx, TEAM)) is False


def test_a_connection_of_it_can_be_removed(old: Database) -> None:
    north, _ = old.read_now(lambda tx: connections.every(tx, TEAM))
    old.write_now(lambda tx: remove_connection(tx, TEAM, north.connection))
    assert old.read_now(lambda tx: leads.count(tx, TEAM, Every(), FRAME)) == 1


def test_the_script_still_makes_such_a_database(tmp_path: Path) -> None:
    make(tmp_path / "again.sqlite3")
    again = Database(tmp_path / "again.sqlite3")
    assert again.read_now(lambda tx: leads.count(tx, TEAM, Every(), FRAME)) == 21
    again.close()
