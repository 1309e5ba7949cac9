"""Home tabs are published: at once to whoever opens theirs, and anew to those whom a change concerns.

Who a change concerns is written down in the transaction that makes it (``storage.homes``), only of people whose Home
was opened lately. What would look the same is not published again. It is best effort: whatever fails is tried again for
a while, and drawn the next time the person opens it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.clock import Clock
from bot.faults import trace
from bot.settings import Tempo
from bot.slack.client import Fate, code, fate
from bot.tasks import Tasks
from commands import home
from commands.verb import Desk, View
from commands.views.home import digest_of
from storage import homes
from storage.database import StorageFull, Tx
from storage.homes import Home

log = logging.getLogger("leadbell.homes")
Publish = Callable[[str, str, View], Awaitable[None]]
"""Given a workspace, a person and their Home: put it into Slack. Raises what the Slack client raises."""
IDLE_SECONDS = 30.0
FULL_SECONDS = 5.0
"""So long nothing is tried where the disk is full."""
LEASE = timedelta(seconds=30)
"""So long another process leaves a Home alone that one is publishing."""
AT_ONCE = 4
"""Homes of one workspace that are published at a time: a workspace with many holds up no other."""
MOST_ATTEMPTS = 6


class Homes:
    """Publishes Homes. One task a person."""

    def __init__(self, desk: Desk, publish: Publish, clock: Clock, tempo: Tempo, tasks: Tasks) -> None:
        self._desk = desk
        self._publish = publish
        self._clock = clock
        self._tempo = tempo
        self._tasks = tasks
        self._woken = asyncio.Event()
        self._busy: dict[tuple[str, str], asyncio.Task[Any]] = {}
        self._stopping = False
        self._full_until: datetime | None = None

    def wake(self) -> None:
        """Something changed that may concern somebody's Home."""
        self._woken.set()

    async def opened(self, workspace: str, person: str, shown: str | None) -> None:
        """Somebody looks at their Home, where Slack shows ``shown`` (a digest; ``None``: nothing yet)."""
        await self._want(partial(homes.opened, workspace=workspace, person=person, now=self._clock.now(), shown=shown))

    async def pressed(self, workspace: str, person: str) -> None:
        """Somebody pressed something in their Home, and that was carried out, or not."""
        await self._want(partial(homes.pressed, workspace=workspace, person=person, now=self._clock.now()))

    async def _want(self, wanted: Callable[[Tx], None]) -> None:
        def home_wanted(tx: Tx) -> None:
            wanted(tx)

        try:
            await self._desk.database.write(home_wanted)
        except StorageFull:
            log.error("the disk is full: a Home is not published")
        self.wake()

    async def run(self) -> None:
        """Publish until :meth:`stop`."""
        while not self._stopping:
            self._woken.clear()
            try:
                wait = await self.round()
            except Exception as error:
                log.error("Homes cannot be published [%s]", trace(error))
                wait = 5.0
            waiters = [asyncio.create_task(self._woken.wait()), asyncio.create_task(self._clock.sleep(wait))]
            await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
            for waiter in waiters:
                waiter.cancel()

    def stop(self) -> None:
        """No publishing begins any more."""
        self._stopping = True
        self._woken.set()

    async def round(self) -> float:
        """Begin to publish what is due; seconds until the next may be."""
        now = self._clock.now()
        wait = IDLE_SECONDS
        if self._full_until is not None and now < self._full_until:
            return (self._full_until - now).total_seconds()
        for one in await self._desk.database.look(homes.due):
            key = (one.workspace, one.person)
            if one.next_at > now:
                return min(wait, max(0.05, (one.next_at - now).total_seconds()))
            at_work = sum(workspace == one.workspace for workspace, _ in self._busy)
            if key not in self._busy and at_work < AT_ONCE and not self._stopping:
                task = self._tasks.spawn(self._bring(one), "home")
                self._busy[key] = task
                task.add_done_callback(partial(self._free, key))
        return wait

    def _free(self, key: tuple[str, str], _task: asyncio.Task[Any]) -> None:
        self._busy.pop(key, None)
        self._woken.set()

    async def _bring(self, one: Home) -> None:
        try:
            await self._draw(one)
        except StorageFull:
            log.error("the disk is full: a Home is not published")
            self._full_until = self._clock.now() + timedelta(seconds=FULL_SECONDS)

    async def _draw(self, one: Home) -> None:
        """Draw one Home, and publish it unless it is there already. Raises StorageFull."""
        until = self._clock.now() + LEASE

        def home_begins(tx: Tx) -> bool:
            return homes.begin(tx, one.workspace, one, until)

        try:
            if not await self._desk.database.write(home_begins):
                return
            person = await self._desk.directory.person(one.workspace, one.person)
            view = await self._desk.database.look(lambda tx: home.view(tx, self._desk, person))
            digest = digest_of(view) or ""
            if digest != one.shown:
                await self._publish(one.workspace, one.person, view)
        except StorageFull:
            raise
        except Exception as error:
            await self._failed(one, error)
            return
        again = self._clock.now() + timedelta(seconds=self._tempo.post_gap)

        def home_published(tx: Tx) -> None:
            homes.published(tx, one.workspace, one, digest, again)

        await self._desk.database.write(home_published)

    async def _failed(self, one: Home, error: Exception) -> None:
        what, asked = fate(error)
        log.warning("a Home could not be published: %s (%s)%s", code(error), what.value, _where(error))
        backoff = min(self._tempo.first_backoff * 2 ** min(one.attempts, 6), self._tempo.longest_backoff) / 10
        at = self._clock.now() + timedelta(seconds=asked if asked is not None else max(1.0, backoff))
        lost = what not in (Fate.LATER, Fate.DOUBT) or one.attempts + 1 >= MOST_ATTEMPTS
        if what is Fate.TOKEN:
            lost = False  # it may be renewed, or the workspace stops; nothing is wrong with the Home

        def home_failed(tx: Tx) -> None:
            if lost:
                homes.give_up(tx, one.workspace, one.person)
            else:
                homes.postpone(tx, one.workspace, one, at)

        await self._desk.database.write(home_failed)


def _where(error: Exception) -> str:
    """Of a failure that is none of Slack's."""
    return f" [{trace(error)}]" if fate(error)[0] is Fate.REFUSED and code(error) == type(error).__name__ else ""
