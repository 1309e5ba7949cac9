"""Taking leads in: the unique key decides what is new."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from providers.lead import Detail, Privacy, Stage
from storage import choices, leads, rules, schedules
from storage.database import Database
from storage.filters import Every, Frame
from storage.vault import Vault
from tests.storage.build import NOW, TEAM, a_lead, add_connection, add_leads


def test_a_lead_comes_back_as_it_was_stored(database: Database, connection: str) -> None:
    lead = a_lead(
        42,
        external_ref="R-1",
        customer_id="8801",
        title="Ms",
        stage=Stage.QUALIFIED,
        schemes=("shared-ownership", "rent-to-buy"),
        updated_at=NOW + timedelta(hours=1, milliseconds=5),
        details=(Detail("Message", "Hello\n<!channel>", Privacy.CONTACT), Detail("Bedrooms", "2")),
    )
    (number,) = database.write_now(lambda tx: add_leads(tx, connection, [lead]))
    stored = database.read_now(lambda tx: leads.get(tx, TEAM, number))
    assert stored
    for name in ("external_id", "created_at", "updated_at", "external_ref", "customer_id", "title", "stage", "details"):
        assert getattr(stored, name) == getattr(lead, name), name
    assert stored.schemes == "shared-ownership,rent-to-buy"
    assert (stored.owner, stored.version, stored.history, stored.arrived_at) == (None, 1, False, NOW)


def test_the_same_lead_is_new_once_in_a_connection(database: Database, vault: Vault, connection: str) -> None:
    other = database.write_now(lambda tx: add_connection(tx, vault, "south"))
    assert len(database.write_now(lambda tx: add_leads(tx, connection, [a_lead(1), a_lead(2)]))) == 2
    assert database.write_now(lambda tx: add_leads(tx, connection, [a_lead(2), a_lead(1)])) == []
    (new,) = database.write_now(lambda tx: add_leads(tx, connection, [a_lead(1), a_lead(3)]))
    assert database.read_now(lambda tx: leads.get(tx, TEAM, new)).external_id == "3"  # type: ignore[union-attr]
    assert len(database.write_now(lambda tx: add_leads(tx, other, [a_lead(1)]))) == 1


def test_the_same_lead_twice_in_one_page_is_one_lead(database: Database, connection: str) -> None:
    assert len(database.write_now(lambda tx: add_leads(tx, connection, [a_lead(1), a_lead(1)]))) == 1


def test_known_leads_are_told_by_fingerprint(database: Database, connection: str) -> None:
    database.write_now(lambda tx: add_leads(tx, connection, [a_lead(n) for n in range(1200)]))
    asked = [str(n) for n in range(600, 1800)]
    found = database.read_now(lambda tx: leads.known(tx, TEAM, connection, asked))
    assert found == {str(n): b"fingerprint" for n in range(600, 1200)}
    assert database.read_now(lambda tx: leads.known(tx, TEAM, connection, [])) == {}


def test_a_change_keeps_what_is_ours(database: Database, connection: str) -> None:
    (number,) = database.write_now(lambda tx: add_leads(tx, connection, [a_lead(1)]))
    database.write_now(lambda tx: leads.mark_contacted(tx, TEAM, number, by="U0ZOE", now=NOW))
    row = leads.content(a_lead(1, first_name="Sophie"), b"other")
    pair = database.write_now(lambda tx: leads.change(tx, TEAM, connection, "1", row))
    assert pair
    before, after = pair
    assert (before.first_name, after.first_name) == ("Sofia", "Sophie")
    assert (after.number, after.contacted_by, after.arrived_at) == (number, "U0ZOE", NOW)
    assert after.version == before.version + 1
    assert database.write_now(lambda tx: leads.change(tx, TEAM, connection, "unknown", row)) is None


def test_history_is_what_was_there_before(database: Database, connection: str) -> None:
    old, new = a_lead(1, created_at=NOW - timedelta(days=2)), a_lead(2)
    before = (NOW - timedelta(days=1)).isoformat(timespec="milliseconds")
    numbers = database.write_now(lambda tx: add_leads(tx, connection, [old, new], history_before=before))
    stored = [database.read_now(lambda tx, n=n: leads.get(tx, TEAM, n)) for n in numbers]
    assert [(s.external_id, s.history) for s in stored if s] == [("1", True), ("2", False)]


def test_pages_of_a_list_neither_repeat_nor_miss(database: Database, connection: str) -> None:
    same_time = [a_lead(n) for n in range(25)]
    database.write_now(lambda tx: add_leads(tx, connection, same_time))
    seen = []
    for offset in range(0, 30, 10):
        page = database.read_now(lambda tx, o=offset: leads.find(tx, TEAM, Every(), Frame(NOW), limit=10, offset=o))
        seen += [lead.number for lead in page]
    assert len(seen) == len(set(seen)) == 25


def test_other_enquiries_of_a_customer(database: Database, vault: Vault, connection: str) -> None:
    other = database.write_now(lambda tx: add_connection(tx, vault, "south"))
    mine = [a_lead(n, customer_id="7", created_at=NOW + timedelta(hours=n)) for n in (1, 2, 3)]
    (first, *_) = database.write_now(lambda tx: add_leads(tx, connection, mine))
    (without,) = database.write_now(lambda tx: add_leads(tx, connection, [a_lead(4)]))
    database.write_now(lambda tx: add_leads(tx, other, [a_lead(1, customer_id="7")]))
    lead = database.read_now(lambda tx: leads.get(tx, TEAM, first))
    assert lead
    found = database.read_now(lambda tx: leads.of_customer(tx, TEAM, lead))
    assert [f.external_id for f in found] == ["3", "2"]
    nobody = database.read_now(lambda tx: leads.get(tx, TEAM, without))
    assert nobody
    assert database.read_now(lambda tx: leads.of_customer(tx, TEAM, nobody)) == []


@pytest.mark.parametrize("column", ["email", "owner; DROP TABLE leads", ""])
def test_facet_values_are_of_public_columns_only(database: Database, connection: str, column: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(column)}$"):
        database.read_now(lambda tx: leads.facet_values(tx, TEAM, column))


# --------------------------------------------------------------------------------------------- once


def test_a_lead_alerts_a_subscription_once(database: Database, connection: str) -> None:
    one, two = database.write_now(lambda tx: add_leads(tx, connection, [a_lead(1), a_lead(2)]))

    def alert(number: int, subscription: str) -> bool:
        return database.write_now(lambda tx: rules.alert_once(tx, TEAM, number, subscription, NOW))

    assert alert(one, "s1")
    assert not alert(one, "s1")
    assert alert(one, "s2")
    assert alert(two, "s1")
    assert database.read_now(lambda tx: rules.alerted(tx, TEAM, one)) == {"s1", "s2"}


def test_what_is_rolled_back_was_not_alerted(database: Database, connection: str) -> None:
    (number,) = database.write_now(lambda tx: add_leads(tx, connection, [a_lead(1)]))

    def crash(tx: object) -> None:
        assert rules.alert_once(tx, TEAM, number, "s1", NOW)  # type: ignore[arg-type]
        raise KeyError("crash")

    with pytest.raises(KeyError):
        database.write_now(crash)
    assert database.write_now(lambda tx: rules.alert_once(tx, TEAM, number, "s1", NOW))


def test_a_choice_is_made_once_and_forgotten_later(database: Database) -> None:
    assert database.write_now(lambda tx: choices.once(tx, TEAM, "view:V1", NOW))
    assert not database.write_now(lambda tx: choices.once(tx, TEAM, "view:V1", NOW))
    assert database.write_now(lambda tx: choices.once(tx, "T0OTHER", "view:V1", NOW))
    assert database.write_now(lambda tx: choices.forget(tx, TEAM, NOW)) == 0
    assert database.write_now(lambda tx: choices.forget(tx, TEAM, NOW + timedelta(days=1))) == 1
    assert database.write_now(lambda tx: choices.once(tx, TEAM, "view:V1", NOW))


def test_a_digest_is_claimed_once_for_each_local_date_and_dates_do_not_go_back(database: Database) -> None:
    schedule = database.write_now(
        lambda tx: schedules.add(
            tx,
            TEAM,
            channel="C0LEADS",
            days="mon,tue",
            at="09:00",
            zone="Europe/London",
            by="U0ADA",
            next_at=NOW,
            now=NOW,
        )
    )
    later = NOW + timedelta(days=1)

    def claim(date: str) -> bool:
        return database.write_now(lambda tx: schedules.claim(tx, TEAM, schedule, date=date, next_at=later))

    assert claim("2026-11-23")
    assert not claim("2026-11-23")
    assert not claim("2026-11-22")
    assert claim("2026-11-24")
    kept = database.read_now(lambda tx: schedules.get(tx, TEAM, schedule))
    assert kept
    assert (kept.last_date, kept.next_at) == ("2026-11-24", later)
    assert database.write_now(lambda tx: schedules.remove(tx, TEAM, schedule))
    assert not claim("2026-11-25")
