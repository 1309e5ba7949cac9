"""Leads that may be one person's, what was decided of them, and files that were sent."""

from __future__ import annotations

from datetime import timedelta

from storage import files, leads, same
from storage.database import Database, Tx
from storage.records import Decision
from tests.storage.build import NOW, OTHER, TEAM, a_lead, add_leads


def test_values_find_leads_however_they_are_written(database: Database, connection: str) -> None:
    given = [
        a_lead(1, email=" Sofia@Example.com ", phone="07700 900123"),
        a_lead(2, email="sofia@example.com", phone="+44 7700 900123"),
        a_lead(3, email="other@example.com", phone="12"),
        a_lead(4, email=None, phone=None),
    ]
    numbers = database.write_now(lambda tx: add_leads(tx, connection, given))

    def look(tx: Tx) -> tuple[list[int], list[int], list[int]]:
        first, third = leads.get(tx, TEAM, numbers[0]), leads.get(tx, TEAM, numbers[2])
        last = leads.get(tx, TEAM, numbers[3])
        assert first
        assert third
        assert last
        assert same.by_phone(tx, TEAM, third) == []  # too short to be a number
        assert same.by_email(tx, TEAM, last) == []
        return (
            [o.number for o in same.by_email(tx, TEAM, first)],
            [o.number for o in same.by_phone(tx, TEAM, first)],
            [o.number for o in same.by_email(tx, OTHER, first)],
        )

    by_email, by_phone, elsewhere = database.read_now(look)
    assert by_email == by_phone == [numbers[1]]
    assert elsewhere == []


def test_a_decision_is_remembered_from_both_sides_and_the_last_word_counts(database: Database, connection: str) -> None:
    one, two, three = database.write_now(lambda tx: add_leads(tx, connection, [a_lead(n) for n in (1, 2, 3)]))

    def decide(tx: Tx) -> None:
        same.decide(tx, TEAM, two, [one, two, three], Decision.APART, by="U1", now=NOW)
        same.decide(tx, TEAM, one, [two], Decision.TOGETHER, by="U2", now=NOW)

    database.write_now(decide)
    assert database.read_now(lambda tx: same.decided(tx, TEAM, one)) == {two: Decision.TOGETHER}
    assert database.read_now(lambda tx: same.decided(tx, TEAM, two)) == {one: Decision.TOGETHER, three: Decision.APART}
    assert database.read_now(lambda tx: same.decided(tx, OTHER, one)) == {}


def test_files_are_due_when_their_time_is_over_and_then_forgotten(database: Database) -> None:
    def send(tx: Tx) -> None:
        files.sent(tx, TEAM, "F1", lead=1001, person="U1", delete_at=NOW + timedelta(hours=24))
        files.sent(tx, TEAM, "F2", lead=None, person="U1", delete_at=NOW)

    database.write_now(send)
    assert database.read_now(lambda tx: files.due(tx, TEAM, NOW)) == ["F2"]
    assert database.read_now(lambda tx: files.due(tx, TEAM, NOW + timedelta(hours=24))) == ["F2", "F1"]
    assert database.read_now(lambda tx: files.due(tx, OTHER, NOW + timedelta(days=9))) == []
    database.write_now(lambda tx: files.gone(tx, TEAM, "F2"))
    assert database.read_now(lambda tx: files.due(tx, TEAM, NOW + timedelta(hours=24))) == ["F1"]
