"""Connections: credentials, cursors, the rate budget, and their removal without a trace."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storage import audit, connections, deliveries, leads, ownership, rules
from storage.database import Database, Tx
from storage.vault import Vault, WrongKey
from tests.storage.build import NOW, OTHER, TEAM, a_lead, add_connection, add_leads, everything, remove_connection


def held(database: Database, connection: str) -> connections.Connection:
    found = database.read_now(lambda tx: connections.get(tx, TEAM, connection))
    assert found
    return found


def test_credentials_come_back_and_are_not_readable(database: Database, vault: Vault, connection: str) -> None:
    assert database.read_now(lambda tx: connections.credentials(tx, TEAM, vault, connection)) == {
        "api_key": "key of north"
    }
    raw = database.read_now(lambda tx: tx.value("SELECT credentials FROM connections"))
    assert b"key of north" not in raw
    with pytest.raises(WrongKey):
        other = Vault(["another key that has 32 characters"])
        database.read_now(lambda tx: connections.credentials(tx, TEAM, other, connection))


def test_credentials_moved_to_another_connection_are_refused(database: Database, vault: Vault, connection: str) -> None:
    south = database.write_now(lambda tx: add_connection(tx, vault, "south"))
    database.write_now(
        lambda tx: tx.run(
            "UPDATE connections SET credentials = (SELECT credentials FROM connections WHERE connection = ?)"
            " WHERE connection = ?",
            connection,
            south,
        )
    )
    with pytest.raises(WrongKey):
        database.read_now(lambda tx: connections.credentials(tx, TEAM, vault, south))


def test_a_name_is_free_once_in_a_workspace(database: Database, vault: Vault, connection: str) -> None:
    def again(tx: Tx) -> str | None:
        return connections.add(
            tx, TEAM, vault, name="north", provider="kpro", credentials={}, settings={}, by="U0ADA", now=NOW
        )

    assert database.write_now(again) is None
    assert database.write_now(lambda tx: add_connection(tx, vault, "north", OTHER))
    assert [c.name for c in database.read_now(lambda tx: connections.every(tx, TEAM))] == ["north"]


def test_the_cursor_never_moves_back(database: Database, connection: str) -> None:
    def advance(at: Any, **more: Any) -> None:
        database.write_now(lambda tx: connections.advance(tx, TEAM, connection, cursor=at, **more))

    advance(NOW, lag_seconds=3.5)
    advance(NOW - timedelta(hours=1))
    advance(None)
    found = held(database, connection)
    assert (found.cursor, found.lag_seconds) == (NOW, 3.5)
    advance(NOW + timedelta(milliseconds=1))
    assert held(database, connection).cursor == NOW + timedelta(milliseconds=1)


def test_refused_credentials_pause_it_and_tell_once(database: Database, vault: Vault, connection: str) -> None:
    sealed = database.read_now(lambda tx: connections.sealed(tx, TEAM, connection))

    def pause(blob: bytes | None = sealed) -> str | None:
        return database.write_now(
            lambda tx: connections.pause(tx, TEAM, connection, why="refused", now=NOW, sealed=blob)
        )

    assert pause(b"what was there before somebody reconnected") is None

    assert pause() == "U0ADA"
    assert pause() is None
    assert held(database, connection).state == "paused"
    cursor = held(database, connection).cursor
    assert database.write_now(
        lambda tx: connections.reconnect(
            tx,
            TEAM,
            vault,
            connection=connection,
            credentials={"api_key": "new"},
            settings={"poll_seconds": 30},
            by="U0MAX",
            now=NOW,
        )
    )
    again = held(database, connection)
    assert (again.state, again.failure, again.failures, again.cursor) == ("active", None, 0, cursor)
    assert database.read_now(lambda tx: connections.credentials(tx, TEAM, vault, connection)) == {"api_key": "new"}
    assert pause() is None  # a poll that still ran with the old key blames nothing on the new one
    sealed = database.read_now(lambda tx: connections.sealed(tx, TEAM, connection))
    assert pause(sealed) == "U0MAX"


def test_a_success_ends_a_row_of_failures(database: Database, connection: str) -> None:
    later = NOW + timedelta(minutes=1)
    for _ in range(3):
        database.write_now(lambda tx: connections.failed(tx, TEAM, connection, why="HTTP 503", now=NOW, next_at=later))
    assert (held(database, connection).failures, held(database, connection).failure) == (3, "HTTP 503")
    assert database.write_now(lambda tx: connections.polled(tx, TEAM, connection, now=NOW, next_at=later))
    assert not database.write_now(lambda tx: connections.polled(tx, TEAM, connection, now=NOW, next_at=later))
    found = held(database, connection)
    assert (found.failures, found.failure, found.succeeded_at, found.next_poll_at) == (0, None, NOW, later)


# ------------------------------------------------------------------------------------------- budget


class Bucket:
    """Sixty calls a minute, five at once."""

    def __init__(self, database: Database, connection: str, burst: float = 5) -> None:
        self.database, self.connection, self.burst = database, connection, burst

    def take(self, seconds: float = 0, *, urgent: bool = False) -> float:
        now = NOW + timedelta(seconds=seconds)
        return self.database.write_now(
            lambda tx: connections.take(
                tx, TEAM, self.connection, per_minute=60, burst=self.burst, urgent=urgent, now=now
            )
        )

    def block(self, seconds: float, at: float = 0) -> None:
        now = NOW + timedelta(seconds=at)
        self.database.write_now(lambda tx: connections.block(tx, TEAM, self.connection, seconds=seconds, now=now))


def test_polling_leaves_the_last_call_for_people(database: Database, connection: str) -> None:
    bucket = Bucket(database, connection)
    assert [bucket.take() for _ in range(5)] == [0, 0, 0, 0, 1]
    assert bucket.take(urgent=True) == 0
    assert bucket.take(urgent=True) == 1
    assert bucket.take(1, urgent=True) == 0


def test_a_call_comes_back_each_second_and_never_more_than_the_burst(database: Database, connection: str) -> None:
    bucket = Bucket(database, connection)
    for _ in range(5):
        bucket.take(urgent=True)
    assert bucket.take(0.5, urgent=True) == pytest.approx(0.5)
    assert [bucket.take(3600, urgent=True) for _ in range(6)] == [0, 0, 0, 0, 0, 1]


def test_a_bucket_of_one_serves_polling_too(database: Database, connection: str) -> None:
    bucket = Bucket(database, connection, burst=1)
    assert bucket.take() == 0
    assert bucket.take() == 1
    assert bucket.take(1) == 0


def test_whoever_waits_as_long_as_told_gets_sixty_calls_a_minute(database: Database, connection: str) -> None:
    bucket, at, calls = Bucket(database, connection), 0.0, 0
    while at < 60:
        wait = bucket.take(at)
        calls += not wait
        at += wait + 0.001 if wait else 0
    assert 60 <= calls <= 64


def test_a_blocked_connection_calls_nobody_not_even_for_people(database: Database, connection: str) -> None:
    bucket = Bucket(database, connection)
    bucket.take()
    bucket.block(30)
    assert bucket.take(10) == pytest.approx(20)
    assert bucket.take(10, urgent=True) == pytest.approx(20)
    assert bucket.take(30, urgent=True) == 0
    found = database.read_now(lambda tx: connections.budget(tx, TEAM, connection))
    assert found
    assert found[2] is None


def test_a_block_before_the_first_call_holds(database: Database, connection: str) -> None:
    assert database.read_now(lambda tx: connections.budget(tx, TEAM, connection)) is None
    bucket = Bucket(database, connection)
    bucket.block(30)
    assert bucket.take(10, urgent=True) == pytest.approx(20)
    assert bucket.take(31, urgent=True) == 0


def test_a_clock_that_goes_back_gives_and_takes_nothing(database: Database, connection: str) -> None:
    bucket = Bucket(database, connection)
    assert bucket.take(60) == 0
    assert bucket.take(0) == 0
    found = database.read_now(lambda tx: connections.budget(tx, TEAM, connection))
    assert found
    assert found[0] == 3


# ------------------------------------------------------------------------------------------ removal


def fill(tx: Tx, vault: Vault, connection: str, numbers: list[int]) -> None:
    """Everything that a connection's leads leave behind."""
    subscription = rules.subscribe(
        tx,
        TEAM,
        connection=connection,
        words="",
        channel="C0LEADS",
        masked=True,
        approval=True,
        approvers=["U0MAX"],
        by="U0ADA",
        now=NOW,
    )
    connections.take(tx, TEAM, connection, per_minute=60, burst=5, urgent=True, now=NOW)
    for number in numbers:
        rules.alert_once(tx, TEAM, number, subscription, NOW)
        deliveries.post(tx, TEAM, vault, kind="card", to="C0LEADS", now=NOW, leads=[number], thread=True)
        request = ownership.ask(tx, TEAM, number, person="U0ZOE", by="U0ZOE", approvers=["U0MAX"], now=NOW)
        deliveries.post(tx, TEAM, vault, kind="ask", to="U0MAX", now=NOW, leads=[number], subject=request)
        deliveries.line(tx, TEAM, vault, number, {"text": "asked"}, NOW)
        leads.add_note(tx, TEAM, number, author="U0ZOE", body="called", now=NOW)
        audit.note(tx, TEAM, "asked", actor="U0ZOE", now=NOW, lead=number)
        deliveries.refresh(tx, TEAM, vault, number, NOW)


def test_a_removed_connection_leaves_no_row_behind(database: Database, vault: Vault, connection: str) -> None:
    database.write_now(lambda tx: fill(tx, vault, connection, add_leads(tx, connection, [a_lead(9)])))
    before = everything(database)

    def add_and_fill(tx: Tx) -> tuple[str, list[int]]:
        south = add_connection(tx, vault, "south")
        numbers = add_leads(tx, south, [a_lead(n, email=f"canary{n}@example.com") for n in (1, 2, 3)])
        fill(tx, vault, south, numbers)
        return south, numbers

    south, numbers = database.write_now(add_and_fill)
    filled = everything(database)
    touched = {table for table in before if len(filled[table]) > len(before[table])}
    assert touched == {
        *("connections", "budgets", "leads", "notes", "subscriptions", "alerts", "messages", "message_leads"),
        *("requests", "audit", "outbox"),
    }

    database.write_now(lambda tx: remove_connection(tx, TEAM, south))
    after = everything(database)
    for table, rows in after.items():
        if table == "workspaces":  # counters go on: a reference is never given twice
            continue
        if table == "audit":  # who did what stays, by number; it holds no contact data
            assert len(rows) == len(filled[table])
            continue
        assert rows == before[table], table
        assert south not in repr(rows), table
    assert "canary" not in repr(after)
    (again,) = database.write_now(lambda tx: add_leads(tx, connection, [a_lead(77)]))
    assert again > max(numbers)


def test_removal_keeps_other_workspaces(database: Database, vault: Vault, connection: str) -> None:
    other = database.write_now(lambda tx: add_connection(tx, vault, "north", OTHER))
    database.write_now(lambda tx: add_leads(tx, other, [a_lead()], OTHER))
    database.write_now(lambda tx: remove_connection(tx, TEAM, connection))
    database.write_now(lambda tx: remove_connection(tx, TEAM, other))
    assert database.read_now(lambda tx: connections.every(tx, TEAM)) == []
    assert len(database.read_now(lambda tx: connections.every(tx, OTHER))) == 1
    assert database.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM leads")) == 1


def test_removed_data_is_not_left_in_the_file(database: Database, vault: Vault) -> None:
    south = database.write_now(lambda tx: add_connection(tx, vault, "south"))
    database.write_now(lambda tx: add_leads(tx, south, [a_lead(1, email="canary@example.com")]))
    database.write_now(lambda tx: remove_connection(tx, TEAM, south))
    path = database.path
    database.close()
    assert b"canary" not in path.read_bytes()


def test_a_removal_goes_in_slices_and_nobody_sees_the_rest(
    database: Database, vault: Vault, connection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "REMOVED_AT_ONCE", 2)
    database.write_now(lambda tx: add_leads(tx, connection, [a_lead(n) for n in range(5)]))
    database.write_now(lambda tx: connections.retire(tx, TEAM, connection))
    assert database.read_now(lambda tx: connections.get(tx, TEAM, connection)) is None
    assert database.read_now(lambda tx: connections.retired(tx, TEAM)) == [connection]
    left = []
    while not database.write_now(lambda tx: connections.remove_some(tx, TEAM, connection)):
        left.append(database.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM leads")))
    assert left == [3, 1, 0]
    assert database.read_now(lambda tx: connections.retired(tx, TEAM)) == []
    assert database.write_now(lambda tx: add_connection(tx, vault))  # its name is free
