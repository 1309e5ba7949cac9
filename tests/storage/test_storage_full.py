"""A full disk: nothing is changed, one failure says so, and nothing has to be restarted afterwards."""

from __future__ import annotations

import sqlite3

import pytest

from storage import leads
from storage.database import Database, StorageFull, Tx
from storage.filters import Every, Frame
from tests.storage.build import NOW, TEAM, a_lead, add_leads, everything


def set_limit(database: Database, pages: int | None) -> None:
    """The file may grow no further, or (``None``) as far as it likes."""

    def limit(tx: Tx) -> None:
        now: int = tx.value("PRAGMA page_count")
        tx.conn.execute(f"PRAGMA max_page_count = {now + pages if pages is not None else 4_294_967_294}")

    database._writer.submit(limit, database._tx).result()


def fill(database: Database, connection: str, start: int) -> list[int]:
    found = [a_lead(start + n, subject="x" * 500) for n in range(300)]
    return database.write_now(lambda tx: add_leads(tx, connection, found))


def test_nothing_is_changed_on_a_full_disk_and_all_works_afterwards(database: Database, connection: str) -> None:
    stored = fill(database, connection, 0)
    before = everything(database)
    set_limit(database, 3)
    for _ in range(3):
        with pytest.raises(StorageFull):
            fill(database, connection, 1000)
    assert everything(database) == before
    assert len(database.read_now(lambda tx: leads.find(tx, TEAM, Every(), Frame(NOW), limit=999))) == len(stored)
    set_limit(database, None)
    more = fill(database, connection, 1000)
    assert len(more) == 300
    assert database.read_now(lambda tx: leads.count(tx, TEAM, Every(), Frame(NOW))) == 600


async def test_an_asynchronous_write_says_so_too(database: Database, connection: str) -> None:
    fill(database, connection, 0)
    set_limit(database, 1)
    rows = [a_lead(5000 + n, subject="y" * 900) for n in range(300)]
    with pytest.raises(StorageFull):
        await database.write(lambda tx: add_leads(tx, connection, rows))
    set_limit(database, None)
    assert len(await database.write(lambda tx: add_leads(tx, connection, rows))) == 300


def test_the_failure_carries_no_value_and_names_no_path(database: Database, connection: str) -> None:
    fill(database, connection, 0)
    set_limit(database, 0)
    with pytest.raises(StorageFull) as caught:
        fill(database, connection, 9000)
    assert str(caught.value) == "database or disk is full"
    assert caught.value.__suppress_context__


def test_other_failures_are_not_called_a_full_disk(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        database.write_now(lambda tx: tx.run("DELETE FROM missing"))
    assert database.write_now(lambda tx: tx.value("SELECT 1")) == 1


def test_a_failed_transaction_leaves_nothing(database: Database, connection: str) -> None:
    before = everything(database)

    def half(tx: Tx) -> None:
        add_leads(tx, connection, [a_lead()])
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        database.write_now(half)
    assert everything(database) == before


def test_named_points_are_told_before_and_after_the_commit(tmp_path: object) -> None:
    seen: list[str] = []
    database = Database(f"{tmp_path}/points.sqlite3", observe=seen.append)

    def claim_lead(tx: Tx) -> None:
        seen.append("inside")

    database.write_now(claim_lead)
    database.close()
    assert seen == ["inside", "claim_lead.before_commit", "claim_lead.committed"]
