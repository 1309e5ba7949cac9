"""Work of several workspaces is taken in turn, and what takes long holds nobody up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from bot.tasks import Tasks
from bot.turns import PATIENCE, Timer, Turns


class Timers:
    """What is to be called later; a test says when."""

    def __init__(self) -> None:
        self.calls: dict[int, Callable[[], None]] = {}

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        assert seconds == PATIENCE
        key = len(self.calls)
        self.calls[key] = call
        timers = self

        class One:
            def cancel(self) -> None:
                timers.calls[key] = lambda: None

        return One()

    def pass_by(self) -> None:
        """Everything that runs takes long."""
        for key, call in list(self.calls.items()):
            self.calls[key] = lambda: None
            call()


class Desk:
    """Work that ends when a test lets it."""

    def __init__(self, *, at_once: int, each: int | None = None) -> None:
        self.timers = Timers()
        self.tasks = Tasks()
        self.turns = Turns(self.tasks, at_once=at_once, each=each, later=self.timers.later)
        self.begun: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}

    async def _work(self, name: str) -> None:
        self.begun.append(name)
        await self.gates.setdefault(name, asyncio.Event()).wait()

    def put(self, *names: str) -> None:
        """``a1``: work of the workspace a."""
        for name in names:
            self.turns.put(name[0], name, partial(self._work, name))

    async def end(self, *names: str) -> None:
        for name in names:
            self.gates[name].set()
            await settle()


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_workspace_with_a_heap_waits_for_the_others_after_each() -> None:
    desk = Desk(at_once=1)
    desk.put("a1", "a2", "a3", "a4", "b1", "c1", "b2")
    await settle()
    for _ in range(6):
        await desk.end(desk.begun[-1])
    assert desk.begun == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]
    assert desk.turns.waiting == 0


async def test_what_hangs_gives_its_place_back() -> None:
    desk = Desk(at_once=2)
    desk.put("a1", "a2", "a3", "b1")
    await settle()
    assert desk.begun == ["a1", "a2"]
    desk.timers.pass_by()
    await settle()
    assert desk.begun == ["a1", "a2", "a3", "b1"]
    await desk.end("a1", "a2", "a3", "b1")
    assert not desk.tasks.running
    desk.put("c1", "c2", "c3")
    await settle()
    assert desk.begun[4:] == ["c1", "c2"]  # the places of what hung count once


async def test_what_hung_the_last_time_takes_no_place_until_it_is_quick_again() -> None:
    desk = Desk(at_once=1)
    desk.put("a1")
    await settle()
    desk.timers.pass_by()
    await desk.end("a1")
    desk.gates.clear()
    desk.put("a1", "b1")  # it may hang again: nobody waits to see
    await settle()
    assert desk.begun == ["a1", "a1", "b1"]
    await desk.end("a1", "b1")
    desk.gates.clear()
    desk.put("a1", "b1")
    await settle()
    assert desk.begun == ["a1", "a1", "b1", "a1"]


async def test_one_workspace_has_so_many_at_most_even_where_they_hang() -> None:
    desk = Desk(at_once=10, each=2)
    desk.put("a1", "a2", "a3", "b1")
    await settle()
    assert desk.begun == ["a1", "a2", "b1"]
    desk.timers.pass_by()
    await settle()
    assert desk.begun == ["a1", "a2", "b1"]
    await desk.end("a2")
    assert desk.begun == ["a1", "a2", "b1", "a3"]


async def test_what_waits_already_is_not_queued_twice() -> None:
    desk = Desk(at_once=1)
    desk.put("a1", "b1", "b1", "b1")
    await settle()
    await desk.end("a1", "b1")
    assert desk.begun == ["a1", "b1"]
    desk.put("b1")
    await settle()
    assert desk.begun == ["a1", "b1", "b1"]


async def test_work_that_fails_gives_its_place_back() -> None:
    desk = Desk(at_once=1)

    async def fail() -> None:
        raise ValueError

    desk.turns.put("a", "a1", fail)
    desk.put("b1")
    await settle()
    assert desk.begun == ["b1"]


async def test_nothing_begins_after_a_stop() -> None:
    desk = Desk(at_once=1)
    desk.put("a1", "a2")
    await settle()
    desk.turns.stop()
    desk.put("a3")
    await desk.end("a1")
    assert desk.begun == ["a1"]
