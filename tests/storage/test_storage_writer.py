"""The one writer: what people ask for goes before what the process does by itself, and a guard may refuse."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import people
from storage.database import Database, Rank, Tx

NOW = datetime(2026, 11, 23, tzinfo=UTC)


async def test_people_go_first_and_the_lease_before_them(database: Database) -> None:
    own, lease = database.ranked(Rank.OWN), database.ranked(Rank.LEASE)
    gate, order = threading.Event(), list[str]()

    def busy(tx: Tx) -> None:
        gate.wait(10)

    def note(word: str) -> None:
        order.append(word)

    writes = [asyncio.ensure_future(own.write(busy))]
    await asyncio.sleep(0)
    for view, word in (
        (own, "own 1"),
        (own, "own 2"),
        (database, "person 1"),
        (lease, "lease"),
        (database, "person 2"),
    ):
        writes.append(asyncio.ensure_future(view.write(lambda tx, word=word: note(word))))  # type: ignore[misc]
        await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*writes)
    assert order == ["lease", "person 1", "person 2", "own 1", "own 2"]


async def test_a_guard_that_refuses_leaves_nothing_written(database: Database) -> None:
    def refuse(tx: Tx) -> None:
        raise PermissionError

    guarded = database.ranked(Rank.OWN, refuse)
    with pytest.raises(PermissionError):
        await guarded.write(lambda tx: people.add_workspace(tx, "T0", "", NOW))
    assert await database.read(people.workspaces) == []
    await database.write(lambda tx: people.add_workspace(tx, "T0", "", NOW))
    assert await guarded.read(people.workspaces) == ["T0"]


async def test_what_need_not_last_waits_for_no_disk_and_everything_else_does(database: Database) -> None:
    def synchronous(tx: Tx) -> object:
        return tx.value("PRAGMA synchronous")

    assert await database.write(synchronous, lasting=False) == 1
    with pytest.raises(ZeroDivisionError):
        await database.write(lambda tx: 1 / 0, lasting=False)
    assert await database.write(synchronous) == 2  # FULL


async def test_a_guard_stays_with_views_of_a_view(database: Database) -> None:
    def refuse(tx: Tx) -> None:
        raise PermissionError

    with pytest.raises(PermissionError):
        await database.ranked(Rank.OWN, refuse).ranked(Rank.PEOPLE).write(lambda tx: None)


async def test_only_what_another_process_wrote_counts_as_changed_elsewhere(database: Database) -> None:
    other = Database(database.path)
    await database.changed_elsewhere()
    await database.write(lambda tx: people.add_workspace(tx, "T0", "", NOW))
    assert not await database.changed_elsewhere()
    await other.write(lambda tx: people.add_workspace(tx, "T1", "", NOW))
    assert await database.changed_elsewhere()
    assert not await database.changed_elsewhere()
    assert await other.changed_elsewhere()
    other.close()


async def test_a_write_whose_caller_gave_up_is_carried_out(database: Database) -> None:
    gate = threading.Event()

    def slow(tx: Tx) -> None:
        gate.wait(10)
        people.add_workspace(tx, "T0", "", NOW)

    writing = asyncio.create_task(database.write(slow))
    await asyncio.sleep(0)
    writing.cancel()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await database.write(lambda tx: None)
    assert await database.read(people.workspaces) == ["T0"]


def test_two_may_open_a_new_database_at_the_same_time(tmp_path: Path) -> None:
    found: list[Database] = []
    gate = threading.Barrier(4)

    def opened() -> None:
        gate.wait()
        found.append(Database(tmp_path / "desk.sqlite3"))

    threads = [threading.Thread(target=opened) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 4
    for one in found:
        assert one.read_now(people.workspaces) == []
        one.close()
