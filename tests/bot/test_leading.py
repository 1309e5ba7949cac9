"""Who leads: the lease is taken, renewed, lost and given up, by a clock that a test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import leading
from bot.clock import SystemClock
from bot.leading import Leading, Lease
from bot.presence import has_ended, this_process
from storage import leases, people
from storage.database import Database, StorageFull, Tx
from storage.leases import LeaseLost

SECONDS = 8.0
TEAM = "T0LEADBELL"


class Still(SystemClock):
    """Two times that only a test moves: what the wall says may go back, what is measured may not."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
        self.measured = 100.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.measured


class Term:
    """Duties that write down what is asked of them."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.said: list[str] = []
        self.breaks: Exception | None = None

    async def start(self) -> None:
        self.said.append("start")
        if Process.breaks:
            raise Process.breaks

    def noticed(self) -> None:
        self.said.append("noticed")

    async def finish(self) -> None:
        self.said.append("finish")
        await self.store("finished")

    async def abandon(self) -> None:
        self.said.append("abandon")

    async def store(self, name: str) -> None:
        """A write under the lease."""
        await self.lease.database.write(
            lambda tx: people.add_workspace(tx, TEAM, name, datetime(2026, 11, 23, tzinfo=UTC))
        )


class Process:
    """One of two processes: a database of its own on the same file, and its own clock."""

    breaks: Exception | None = None

    def __init__(self, path: Path) -> None:
        self.clock = Still()
        self.database = Database(path)
        self.terms: list[Term] = []
        self.leading: Leading[Term] = Leading(self.database, self.clock, SECONDS, self._term)

    def _term(self, lease: Lease) -> Term:
        self.terms.append(Term(lease))
        return self.terms[-1]

    async def after(self, seconds: float) -> str:
        """That much later it looks after the lease; its role then."""
        self.clock.measured += seconds
        await self.leading.step()
        return self.leading.role

    def name(self) -> str:
        """What the workspace is called: who wrote last."""
        return str(self.database.read_now(lambda tx: tx.value("SELECT name FROM workspaces")))


@pytest.fixture
async def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Process, Process]]:
    """Two processes; nobody leads."""
    monkeypatch.setattr(Process, "breaks", None)
    made = Process(tmp_path / "desk.sqlite3"), Process(tmp_path / "desk.sqlite3")
    yield made
    for one in made:
        one.database.close()


async def test_the_first_leads_and_the_other_follows(pair: tuple[Process, Process]) -> None:
    first, second = pair
    assert [await first.after(0), await second.after(0)] == ["leader", "follower"]
    assert first.terms[0].said == ["start"]
    assert second.terms == []


async def test_a_leader_that_renews_is_never_replaced(pair: tuple[Process, Process]) -> None:
    first, second = pair
    await first.after(0)
    for _ in range(20):
        assert [await first.after(SECONDS / 2), await second.after(SECONDS / 2)] == ["leader", "follower"]
        first.leading.check()


async def test_a_silent_leader_is_replaced_by_the_followers_own_clock(pair: tuple[Process, Process]) -> None:
    first, second = pair
    await first.after(0)
    assert await second.after(1000) == "follower"  # how long it was silent before is not known
    assert await second.after(SECONDS - 1) == "follower"
    assert await second.after(1) == "leader"


async def test_what_the_wall_clock_says_decides_nothing(pair: tuple[Process, Process]) -> None:
    first, second = pair
    await first.after(0)
    await second.after(0)
    for shift in (timedelta(days=-400), timedelta(days=800)):
        first.clock.wall += shift
        second.clock.wall -= shift
        assert [await first.after(1), await second.after(1)] == ["leader", "follower"]
        first.leading.check()


async def test_a_leader_that_wakes_too_late_can_neither_write_nor_call(pair: tuple[Process, Process]) -> None:
    first, second = pair
    await first.after(0)
    (term,) = first.terms
    await term.store("before")
    await second.after(0)
    await second.after(SECONDS)
    first.clock.measured += SECONDS
    with pytest.raises(LeaseLost):
        term.lease.check()
    with pytest.raises(LeaseLost):
        await term.store("too late")
    assert first.name() == "before"
    await second.terms[0].store("after")
    assert await first.after(0) == "follower"
    assert term.said == ["start", "abandon"]
    assert second.name() == "after"


async def test_a_leader_that_was_paused_and_not_replaced_goes_on(pair: tuple[Process, Process]) -> None:
    first, _ = pair
    await first.after(0)
    first.clock.measured += SECONDS
    with pytest.raises(LeaseLost):
        first.leading.check()
    assert await first.after(0) == "leader"
    first.leading.check()
    assert len(first.terms) == 1


async def test_no_call_is_begun_before_another_may_have_taken_over(pair: tuple[Process, Process]) -> None:
    """The leader stops being sure earlier than a follower stops waiting, wherever in its round the follower looked."""
    first, second = pair
    await first.after(0)
    await second.after(0)
    first.clock.measured += SECONDS * leading.SURE
    with pytest.raises(LeaseLost):
        first.leading.check()
    assert await second.after(SECONDS * leading.SURE) == "follower"


async def test_a_lease_that_was_given_up_is_taken_at_once(pair: tuple[Process, Process]) -> None:
    first, second = pair
    await first.after(0)
    await second.after(0)
    await first.leading.stop()
    assert first.terms[0].said == ["start", "finish", "abandon"]
    assert first.name() == "finished"  # it was still held then
    assert await second.after(0.1) == "leader"
    assert first.leading.role == "follower"


async def test_one_that_stops_takes_nothing_any_more(pair: tuple[Process, Process]) -> None:
    first, second = pair
    await second.leading.stop()
    await first.after(0)
    await first.leading.stop()
    assert await second.after(SECONDS) == "follower"


async def test_what_another_process_writes_is_noticed(pair: tuple[Process, Process]) -> None:
    first, second = pair
    await first.after(0)
    await first.after(1)
    first.terms[0].said.clear()
    await first.terms[0].store("own")
    await first.after(1)
    assert first.terms[0].said == []
    await second.database.write(lambda tx: people.add_workspace(tx, "T0OTHER", "", second.clock.now()))
    await first.after(1)
    await first.after(1)
    assert first.terms[0].said == ["noticed"]


async def test_the_fence_grows_with_every_change(pair: tuple[Process, Process]) -> None:
    first, second = pair
    fences = []
    for leader, other in ((first, second), (second, first), (first, second)):
        await leader.after(0)
        await other.after(0)
        held = leader.database.read_now(leases.look)
        assert held is not None
        fences.append(held.fence)
        await other.after(SECONDS)
        await leader.after(SECONDS)
    assert fences == [1, 2, 3]


async def test_of_two_that_see_a_free_lease_one_takes_it(pair: tuple[Process, Process]) -> None:
    first, second = pair
    seen = first.database.read_now(leases.look)
    taken = [
        one.database.write_now(lambda tx: leases.take(tx, seen, holder="a process", process="somewhere"))
        for one in (first, second)
    ]
    assert taken == [1, None]


async def test_a_full_disk_makes_the_leader_unsure_and_no_less_the_leader(pair: tuple[Process, Process]) -> None:
    first, _ = pair
    await first.after(0)

    def full(point: str) -> None:
        if point == "renew_lease.before_commit":
            raise StorageFull("no room")

    first.leading._database.observe = full
    first.clock.measured += SECONDS
    with pytest.raises(StorageFull):
        await first.leading.step()
    with pytest.raises(LeaseLost):
        first.leading.check()
    first.leading._database.observe = lambda _point: None
    assert await first.after(1) == "leader"
    first.leading.check()
    assert first.terms[0].said == ["start"]


async def test_duties_that_cannot_begin_leave_the_lease_to_the_other(pair: tuple[Process, Process]) -> None:
    first, second = pair
    Process.breaks = StorageFull("no room")
    assert await first.after(0) == "follower"
    assert first.terms[0].said == ["start", "abandon"]
    Process.breaks = None
    assert await second.after(0) == "leader"


async def test_the_lease_of_a_process_that_has_ended_is_free(pair: tuple[Process, Process]) -> None:
    first, second = pair
    place, pid, began = this_process().rsplit(" ", 2)
    gone = f"{place} {pid} 1"  # the same number, started at another time

    def leave(tx: Tx) -> None:
        leases.take(tx, None, holder="a process", process=gone)

    first.database.write_now(leave)
    assert await second.after(0) == "leader"
    assert not has_ended(this_process())
    assert not has_ended(f"elsewhere {pid} 1")  # another machine, or another container: nobody can tell
    assert not has_ended("")
    assert not has_ended(f"{place} what {began}")
    assert has_ended(f"{place} {2**22 + 1} {began}")
