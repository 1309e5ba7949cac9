"""APScheduler rings; what it rings is plain functions.

One job a connection (``poll:<workspace>:<id>``) and one a digest (``digest:<workspace>:<id>``), in memory: the
database is the schedule. A digest that was missed rings at once, and the database sends it once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.clock import Clock
from bot.faults import trace
from bot.learning import Learner, kinds_of
from bot.polling import Poller
from bot.removal import Remover
from bot.settings import Tempo
from bot.slack.clients import Clients
from bot.tasks import Tasks
from bot.turns import Turns
from commands import digest
from commands.verb import Desk
from storage import choices, connections, consents, deliveries, files, homes, installations, pings, schedules, writes
from storage.database import StorageFull, Tx
from storage.leases import LeaseLost
from storage.records import Connection, Schedule

log = logging.getLogger("leadbell.ringing")
KEPT_SENT = timedelta(days=7)
KEPT_CHOICES = timedelta(days=2)
KEPT_HOMES = timedelta(days=30)
"""A Home that was not opened for so long is drawn when it is."""
SHORTEST_TICK = 1.0
LEARNING_SECONDS = 60.0
"""One kind of name at a time: learning takes little of the rate budget."""
POLLS, LESSONS = 32, 4
"""At a time, of all workspaces."""
OVERDUE_GAP = 0.05
"""Seconds between the first polls of connections that are overdue, after a start: they stay spread over the minute."""


class Ringer:
    """Keeps a job for everything that is due again and again."""

    def __init__(
        self,
        desk: Desk,
        poller: Poller,
        learner: Learner,
        remover: Remover,
        clients: Clients,
        clock: Clock,
        tempo: Tempo,
        tasks: Tasks,
    ) -> None:
        self._desk = desk
        self._poller = poller
        self._learner = learner
        self._remover = remover
        self._clients = clients
        self._clock = clock
        self._tempo = tempo
        self._tasks = tasks
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._polls = Turns(tasks, at_once=POLLS)
        self._lessons = Turns(tasks, at_once=LESSONS)
        self._planned: dict[str, Any] = {}
        self._planning = asyncio.Lock()

    async def start(self) -> None:
        """Begin to ring."""
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self._scheduler.start()
        self._scheduler.add_job(self.plan, IntervalTrigger(seconds=60), id="plan")
        self._scheduler.add_job(self.housekeeping, IntervalTrigger(hours=1), id="housekeeping")
        self._scheduler.add_job(self.delete_files, IntervalTrigger(seconds=60), id="files")
        self._scheduler.add_job(self._clients.probe, IntervalTrigger(seconds=60), id="probe")
        await self.plan()
        await self.recall()

    def stop(self) -> None:
        """Ring no more. What is running goes on in its own tasks."""
        self._polls.stop()
        self._lessons.stop()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def replan(self) -> None:
        """A connection or a digest was added, changed or removed."""
        self._tasks.spawn(self.plan(), "plan")

    async def plan(self) -> None:
        """Bring the jobs in line with the database."""
        async with self._planning:
            held, due = await self._desk.database.look(self._look)
            now = self._clock.now()
            wanted: dict[str, Any] = {}
            due_polls = {f"poll:{c.workspace}:{c.connection}": c.next_poll_at for c in held}
            for connection in held:
                if connection.state == "active":
                    every = self._tempo.poll_seconds or float(connection.settings.get("poll_seconds") or 60)
                    wanted[f"poll:{connection.workspace}:{connection.connection}"] = (
                        max(SHORTEST_TICK, every),
                        connection.connected_at,
                    )
                    if kinds_of(self._desk.providers[connection.provider]):
                        wanted[f"learn:{connection.workspace}:{connection.connection}"] = (LEARNING_SECONDS, None)
            for schedule in due:
                wanted[f"digest:{schedule.workspace}:{schedule.schedule}"] = schedule.next_at
            for key in set(self._planned) - set(wanted):
                if self._scheduler.get_job(key):
                    self._scheduler.remove_job(key)
            new = [k for k, plan in wanted.items() if self._planned.get(k) != plan or not self._scheduler.get_job(k)]
            turns = {row: n for n, row in enumerate(dict.fromkeys(key.partition(":")[2] for key in new))}
            for key in new:
                self._add(key, wanted[key], now, due_polls.get(key, now), turns[key.partition(":")[2]])
            self._planned = wanted

    def _look(self, tx: Tx) -> tuple[list[Connection], list[Schedule]]:
        all_workspaces = installations.working(tx)
        held = [c for w in all_workspaces for c in connections.every(tx, w)]
        return held, [s for w in all_workspaces for s in schedules.every(tx, w)]

    def _add(self, key: str, plan: Any, now: datetime, next_at: datetime, order: int) -> None:
        """``next_at``: when a connection is to be polled next. ``order``: of the
        connection, among those that are added together."""
        kind, workspace, row = key.split(":", 2)
        real = datetime.now(UTC)
        if kind in ("poll", "learn"):
            work: Any = self._poll if kind == "poll" else self._learn
            wait = min(plan[0], max(order * OVERDUE_GAP, (next_at - now).total_seconds()))
            first, trigger = real + timedelta(seconds=max(0.0, wait)), IntervalTrigger(seconds=plan[0])
        else:
            work = self._digest
            first = real + max(timedelta(0), plan - now)
            trigger = DateTrigger(run_date=first)
        self._scheduler.add_job(
            work, trigger, args=(workspace, row), id=key, replace_existing=True, next_run_time=first
        )

    async def ring_due(self) -> None:
        """Ring everything that is due by the clock, now: the sandbox moved time."""
        held, due = await self._desk.database.look(self._look)
        now = self._clock.now()
        for schedule in due:
            if schedule.next_at <= now:
                await self._digest(schedule.workspace, schedule.schedule)
        for connection in held:
            await self._poll(connection.workspace, connection.connection)
            await self._learn(connection.workspace, connection.connection)
        await self.delete_files()
        await self._clients.probe()
        await self._remover.round()
        await self.plan()

    async def recall(self) -> None:
        """After a start: what webhooks named before it is read."""

        def look(tx: Tx) -> list[tuple[str, str]]:
            return [(w, connection) for w in installations.working(tx) for connection in pings.waiting(tx, w)]

        for workspace, connection in await self._desk.database.look(look):
            self.named(workspace, connection)

    def named(self, workspace: str, connection: str) -> None:
        """A webhook named leads of a connection: they are read at once."""
        self._polls.put(workspace, f"named:{connection}", partial(self._poller.hear, workspace, connection))

    async def _poll(self, workspace: str, connection: str) -> None:
        # In a task of its own: stopping the scheduler would cancel it in the middle.
        self._polls.put(
            workspace, f"poll:{connection}", partial(self._poller.poll, workspace, connection, self._clock.now())
        )

    async def _learn(self, workspace: str, connection: str) -> None:
        self._lessons.put(workspace, f"learn:{connection}", partial(self._learner.ring, workspace, connection))

    def halt(self, workspaces: Iterable[str]) -> None:
        """Workspaces are stopped: what reads their lead systems ends, wherever it is, and nothing rings for them."""
        for workspace in workspaces:
            self._polls.drop(workspace)
            self._lessons.drop(workspace)
        self.replan()

    async def halt_stopped(self) -> None:
        """The same for workspaces that another process stopped."""
        at_work = set(await self._desk.database.look(installations.working))
        if stopped := (self._polls.workspaces | self._lessons.workspaces) - at_work:
            self.halt(stopped)

    async def _digest(self, workspace: str, row: str) -> None:
        now = self._clock.now()

        def claim_digest(tx: Tx) -> bool:
            if installations.stopped(tx, workspace):
                return False
            schedule = schedules.get(tx, workspace, row)
            return schedule is not None and digest.send_due(tx, self._desk, schedule, now)

        try:
            if await self._desk.database.write(claim_digest):
                self._desk.wake()
        except StorageFull:
            log.error("the disk is full: a digest waits")
        except LeaseLost:
            return
        self._planned.pop(f"digest:{workspace}:{row}", None)
        await self.plan()

    async def delete_files(self) -> None:
        """Documents whose time is over go from Slack; what cannot be deleted now is tried again."""
        now = self._clock.now()
        try:
            for workspace, file in await self._desk.database.look(
                lambda tx: [(w, f) for w in installations.working(tx) for f in files.due(tx, w, now)]
            ):
                if await self._desk.files.delete(workspace, file):
                    await self._desk.database.write(partial(files.gone, workspace=workspace, file=file))
        except LeaseLost:
            return
        except Exception as error:
            log.error("files could not be deleted [%s]", trace(error))

    async def housekeeping(self) -> None:
        """Forget what was delivered long ago, try held-back messages again, and delete what removed workspaces had."""
        now = self._clock.now()
        self._desk.memory.forget()

        def tidy(tx: Tx) -> None:
            for workspace in installations.working(tx):
                deliveries.forget_sent(tx, workspace, now - KEPT_SENT)
                writes.forget(tx, workspace, now - KEPT_SENT)
                choices.forget(tx, workspace, now - KEPT_CHOICES)
                homes.forget(tx, workspace, now - KEPT_HOMES)
                consents.forget(tx, workspace, now)
                deliveries.unpark_all(tx, workspace, now)

        try:
            await self._desk.database.write(tidy)
        except LeaseLost:
            return
        except Exception as error:
            log.error("housekeeping failed [%s]", trace(error))
        await self._remover.round()
        self._desk.wake()
