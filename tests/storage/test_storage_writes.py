"""What lead systems are told: order for each lead, the newest owner counts, doubt after a crash, tried again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storage import connections, leads, writes
from storage.database import Database, Tx
from storage.records import Write
from storage.vault import Vault
from tests.storage.build import NOW, TEAM, a_lead, add_connection, add_leads, remove_connection

SOON = NOW + timedelta(seconds=10)


class Book:
    """The functions of storage, a transaction each."""

    def __init__(self, database: Database, vault: Vault, connection: str, numbers: list[int]) -> None:
        self.database, self.vault, self.connection, self.numbers = database, vault, connection, numbers

    def add(self, keeps: str = "owner", lead: int = 0, **body: Any) -> str:
        return self.database.write_now(
            lambda tx: writes.add(
                tx,
                TEAM,
                self.vault,
                lead=self.numbers[lead],
                connection=self.connection,
                keeps=keeps,
                body=body,
                by="U0ZOE",
                now=NOW,
            )
        )

    def get(self, write: str) -> Write:
        found = self.database.read_now(lambda tx: writes.get(tx, TEAM, write))
        assert found is not None
        return found

    def state(self, write: str) -> str:
        return self.get(write).state

    def heads(self, seconds: float = 0) -> list[str]:
        due, _ = self.database.read_now(lambda tx: writes.heads(tx, NOW + timedelta(seconds=seconds)))
        return [w.write for w in due]

    def begin(self, write: str) -> bool:
        return self.database.write_now(lambda tx: writes.begin(tx, self.get(write), NOW))

    def end(self, write: str, state: str) -> bool:
        return self.database.write_now(lambda tx: writes.end(tx, self.get(write), state=state, now=NOW, error="why"))

    def postpone(self, write: str, state: str) -> None:
        self.database.write_now(
            lambda tx: writes.postpone(tx, self.get(write), state=state, next_at=SOON, error="HTTP 503", now=NOW)
        )

    def told(self) -> dict[str, str]:
        found = self.database.read_now(lambda tx: writes.of_lead(tx, TEAM, self.numbers[0]))
        return {w.keeps: w.write for w in found}


@pytest.fixture
def book(database: Database, vault: Vault, connection: str) -> Book:
    numbers = database.write_now(lambda tx: add_leads(tx, connection, [a_lead(1), a_lead(2)]))
    return Book(database, vault, connection, numbers)


def test_what_is_told_is_encrypted_and_comes_back(book: Book) -> None:
    write = book.get(book.add("note", text="Call sofia@example.com"))
    assert b"sofia" not in write.body
    assert book.database.read_now(lambda tx: writes.body(tx, TEAM, book.vault, write)) == {
        "text": "Call sofia@example.com"
    }


def test_each_lead_has_a_lane_of_its_own_in_order(book: Book) -> None:
    first, second, other = book.add("note"), book.add("note"), book.add("note", lead=1)
    assert book.heads() == [first, other]
    assert book.begin(first)
    assert book.heads() == [other]
    book.end(first, "sent")
    assert book.heads() == [second, other]


def test_what_is_refused_holds_up_nothing(book: Book) -> None:
    first, second = book.add("owner", member="m1"), book.add("note")
    book.begin(first)
    book.end(first, "refused")
    assert book.heads() == [second]


def test_what_waits_holds_up_its_lead_only_and_says_when_it_is_due(book: Book) -> None:
    first, _, other = book.add("note"), book.add("stage"), book.add("note", lead=1)
    book.begin(first)
    book.postpone(first, "pending")
    assert book.heads() == [other]
    _, next_due = book.database.read_now(lambda tx: writes.heads(tx, NOW))
    assert next_due == SOON
    assert book.heads(10)[0] == first


def test_a_paused_connection_is_told_nothing(book: Book) -> None:
    book.add()
    book.database.write_now(
        lambda tx: connections.pause(
            tx, TEAM, book.connection, why="401", now=NOW, sealed=connections.sealed(tx, TEAM, book.connection)
        )
    )
    assert book.heads() == []


@pytest.mark.parametrize("keeps", ["owner", "stage", "close"])
def test_a_newer_owner_stage_or_closing_overtakes_what_waits(book: Book, keeps: str) -> None:
    first, second = book.add(keeps), book.add(keeps)
    assert book.state(first) == "overtaken"
    assert book.heads() == [second]


@pytest.mark.parametrize("keeps", ["note", "contact"])
def test_notes_and_contacts_are_all_told(book: Book, keeps: str) -> None:
    first, second = book.add(keeps), book.add(keeps)
    assert (book.state(first), book.state(second)) == ("pending", "pending")


def test_what_is_being_sent_is_overtaken_when_it_comes_back(book: Book) -> None:
    first = book.add()
    book.begin(first)
    second = book.add()
    assert book.state(first) == "sending"
    book.postpone(first, "pending")
    assert book.state(first) == "overtaken"
    assert book.heads() == [second]


def test_a_write_begins_once(book: Book) -> None:
    write = book.get(book.add())
    assert book.database.write_now(lambda tx: writes.begin(tx, write, NOW))
    assert not book.database.write_now(lambda tx: writes.begin(tx, write, NOW))


def test_what_was_overtaken_does_not_end_otherwise(book: Book) -> None:
    first = book.add()
    book.database.write_now(lambda tx: writes.overtake(tx, TEAM, book.numbers[0], "owner", NOW))
    assert not book.end(first, "sent")
    assert book.state(first) == "overtaken"


def test_after_a_crash_what_was_being_sent_is_in_doubt(book: Book) -> None:
    note, owner, newer = book.add("note"), book.add("owner", lead=1), None
    book.begin(note)
    book.begin(owner)
    newer = book.add("owner", lead=1)
    found = book.database.write_now(lambda tx: writes.recover(tx, SOON, NOW))
    assert found == 2
    assert (book.state(note), book.state(owner)) == ("doubt", "overtaken")
    assert book.heads() == [newer]
    assert book.heads(10) == [note, newer]


def test_a_doubt_remembers_since_when_and_a_sure_failure_does_not(book: Book) -> None:
    write = book.add("note")
    book.begin(write)
    book.postpone(write, "doubt")
    assert book.get(write).sending_at == NOW
    book.begin(write)
    book.postpone(write, "pending")
    assert book.get(write).sending_at is None
    assert book.get(write).attempts == 2


@pytest.mark.parametrize(("state", "works"), [("refused", True), ("unsure", True), ("sent", False)])
def test_only_what_is_stuck_is_tried_again(book: Book, state: str, works: bool) -> None:
    write = book.add("note")
    book.begin(write)
    book.end(write, state)
    assert book.database.write_now(lambda tx: writes.again(tx, TEAM, write, SOON)) is works
    assert book.state(write) == ("pending" if works else state)


@pytest.mark.parametrize(("state", "works"), [("unsure", True), ("refused", False)])
def test_somebody_looked_only_where_nobody_knew(book: Book, state: str, works: bool) -> None:
    write = book.add("note")
    book.begin(write)
    book.end(write, state)
    assert book.database.write_now(lambda tx: writes.has_arrived(tx, TEAM, write, SOON)) is works
    assert book.state(write) == ("sent" if works else "refused")


def test_of_a_lead_the_newest_owner_and_the_oldest_stuck_note_are_told(book: Book) -> None:
    owner = book.add("owner")
    book.begin(owner)
    book.end(owner, "refused")
    owner = book.add("owner")
    refused, unsure, waiting = (book.add("note") for _ in range(3))
    for write, state in ((refused, "refused"), (unsure, "unsure")):
        book.begin(write)
        book.end(write, state)
    assert book.told() == {"owner": owner, "note": refused}
    book.database.write_now(lambda tx: writes.again(tx, TEAM, refused, NOW))
    assert book.told()["note"] == unsure
    for write in (refused, waiting):
        book.begin(write)
        book.end(write, "sent")
    book.database.write_now(lambda tx: writes.has_arrived(tx, TEAM, unsure, NOW))
    assert book.told()["note"] == waiting


def test_what_the_lead_system_says_itself_ends_the_doubt_and_older_ones_count_no_more(book: Book) -> None:
    first, second = book.add(), None
    book.begin(first)
    book.end(first, "sent")
    second = book.add()
    book.begin(second)
    book.end(second, "unsure")
    book.database.write_now(lambda tx: writes.confirmed(tx, TEAM, book.get(second), NOW))
    assert (book.state(first), book.state(second)) == ("overtaken", "sent")


def test_withdrawing_keeps_what_was_sent(book: Book) -> None:
    first = book.add()
    book.begin(first)
    book.end(first, "sent")
    second = book.add()
    book.database.write_now(lambda tx: writes.withdraw(tx, TEAM, book.numbers[0], "owner", NOW))
    assert (book.state(first), book.state(second)) == ("sent", "overtaken")


def test_what_ended_long_ago_is_forgotten_and_what_is_stuck_is_not(book: Book) -> None:
    done, stuck = book.add("note"), book.add("contact")
    for write, state in ((done, "sent"), (stuck, "refused")):
        book.begin(write)
        book.end(write, state)
    assert book.database.write_now(lambda tx: writes.forget(tx, TEAM, SOON)) == 1
    assert book.told() == {"contact": stuck}
    assert book.database.read_now(lambda tx: writes.tally(tx, TEAM, book.connection)) == {"refused": 1}


def test_writes_go_with_their_lead(book: Book) -> None:
    book.add()
    book.database.write_now(lambda tx: remove_connection(tx, TEAM, book.connection))
    assert book.database.read_now(writes.waiting) == []


def test_finding_what_is_due_reads_open_writes_only(book: Book) -> None:
    def plans(tx: Tx) -> list[str]:
        return [row["detail"] for row in tx.all(f"EXPLAIN QUERY PLAN {writes._HEADS}")]

    steps = book.database.read_now(plans)
    assert any("writes_open" in step for step in steps)
    assert not any(step.startswith("SCAN") and "writes_open" not in step for step in steps)


def test_another_connections_leads_are_not_touched(book: Book, vault: Vault) -> None:
    other = book.database.write_now(lambda tx: add_connection(tx, vault, "south"))
    (number,) = book.database.write_now(lambda tx: add_leads(tx, other, [a_lead(1)]))
    write = book.add()
    book.database.write_now(lambda tx: writes.overtake(tx, TEAM, number, "owner", NOW))
    assert book.state(write) == "pending"
    assert book.database.read_now(lambda tx: leads.get(tx, TEAM, number)) is not None
