"""Work of many workspaces, some of it at a time: each workspace in its turn, so that none waits for another's heap."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Protocol

from bot.tasks import Tasks

PATIENCE = 2.0
"""Seconds. Work that takes longer goes on beside the rest: a lead system that hangs takes nobody's place for long."""
_Key = tuple[str, str]
Work = Callable[[], Coroutine[Any, Any, None]]


class Timer(Protocol):
    """What is to be called later, unless it is cancelled."""

    def cancel(self) -> None:
        """Do not call it."""
        ...


def _in_real_time(seconds: float, call: Callable[[], None]) -> Timer:
    return asyncio.get_running_loop().call_later(seconds, call)


class Turns:
    """A queue a workspace."""

    def __init__(
        self,
        tasks: Tasks,
        *,
        at_once: int,
        each: int | None = None,
        later: Callable[[float, Callable[[], None]], Timer] = _in_real_time,
    ) -> None:
        """``at_once``: of all workspaces, not counting what takes long. ``each``: of one, counting it, too."""
        self._tasks = tasks
        self._at_once = at_once
        self._each = each
        self._later = later
        self._waiting: OrderedDict[str, OrderedDict[str, tuple[str, Work]]] = OrderedDict()
        """The workspace whose turn is next comes first."""
        self._running: dict[str, set[asyncio.Task[Any]]] = {}
        self._quick: set[asyncio.Task[Any]] = set()
        self._late: set[asyncio.Task[Any]] = set()
        self._slow: set[_Key] = set()
        """What took long the last time: it takes no place at all until it is quick again."""
        self._stopped = False

    def put(self, workspace: str, name: str, work: Work, *, at: str = "") -> None:
        """Do this when it is the workspace's turn. What waits already under that name is done once. ``at``: what may
        be slow, such as a connection; the name, unless given."""
        if not self._stopped:
            self._waiting.setdefault(workspace, OrderedDict()).setdefault(name, (at or name, work))
            self._fill()

    def stop(self) -> None:
        """Begin nothing more, and forget what waits."""
        self._stopped = True
        self._waiting.clear()

    def drop(self, workspace: str) -> None:
        """Nothing more is done for a workspace: what waits is forgotten, and what runs is cancelled."""
        self._waiting.pop(workspace, None)
        for task in self._running.get(workspace, ()):
            task.cancel()

    @property
    def workspaces(self) -> set[str]:
        """For which something runs or waits."""
        return {*self._running, *self._waiting}

    @property
    def waiting(self) -> int:
        """How much has not begun."""
        return sum(len(queue) for queue in self._waiting.values())

    def _fill(self) -> None:
        while len(self._quick) < self._at_once and (workspace := self._next()) is not None:
            queue = self._waiting[workspace]
            name, (at, work) = queue.popitem(last=False)
            if queue:
                self._waiting.move_to_end(workspace)
            else:
                del self._waiting[workspace]
            self._begin((workspace, at), name, work)

    def _next(self) -> str | None:
        free = (w for w in self._waiting if self._each is None or len(self._running.get(w, ())) < self._each)
        return next(free, None)

    def _begin(self, key: _Key, name: str, work: Work) -> None:
        task = self._tasks.spawn(work(), name)
        self._running.setdefault(key[0], set()).add(task)
        if key not in self._slow:
            self._quick.add(task)
        timer = self._later(PATIENCE, partial(self._takes_long, key, task))
        task.add_done_callback(partial(self._ended, key, timer))

    def _takes_long(self, key: _Key, task: asyncio.Task[Any]) -> None:
        self._late.add(task)
        self._slow.add(key)
        self._quick.discard(task)
        self._fill()

    def _ended(self, key: _Key, timer: Timer, task: asyncio.Task[Any]) -> None:
        timer.cancel()
        if task not in self._late:
            self._slow.discard(key)
        self._late.discard(task)
        self._quick.discard(task)
        running = self._running[key[0]]
        running.discard(task)
        if not running:
            del self._running[key[0]]
        self._fill()
