"""What the leader does for all workspaces: it polls, delivers, writes back and schedules, from when it takes the lease
until it gives it up or loses it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from bot.clock import Clock
from bot.delivery import Deliverer
from bot.leading import Lease
from bot.learning import Learner
from bot.polling import Poller
from bot.removal import Remover
from bot.ringing import Ringer
from bot.settings import Tempo
from bot.slack.clients import Clients
from bot.slack.directory import SlackDirectory
from bot.tasks import Tasks
from bot.writing import Writer
from commands.connect import remove_retired
from commands.verb import Desk
from storage import installations

FINISH_SECONDS = 7.0
"""What was begun may take that long after a stop."""
READ_SECONDS = 1.0


class LeaderDuties:
    """The duties of one term. They write only while the lease is held."""

    def __init__(
        self,
        lease: Lease,
        desk: Desk,
        clients: Clients,
        directory: SlackDirectory,
        learner: Learner,
        remover: Remover,
        clock: Clock,
        tempo: Tempo,
        tasks: Tasks,
    ) -> None:
        desk = replace(desk, database=lease.database)
        apis = desk.apis
        self._desk = desk
        self._remover = remover
        self._calls = Tasks(tasks)
        self._reading = Tasks(tasks)
        self.poller = Poller(desk, apis, clock, tempo)
        self.ringer = Ringer(desk, self.poller, learner, remover, clients, clock, tempo, self._reading)
        self.writer = Writer(desk, apis, clock, tempo, self._calls, lease.check)
        self.deliverer = Deliverer(desk, clients, directory, clock, tempo, self._calls, lease.check)
        self._loops: list[asyncio.Task[Any]] = []

    async def start(self) -> None:
        """What was being sent is in doubt; then go on with everything."""
        await self.deliverer.recover()
        await self.writer.recover()
        self._loops = [
            asyncio.create_task(self.deliverer.run(), name="delivering"),
            asyncio.create_task(self.writer.run(), name="writing"),
        ]
        await self.ringer.start()
        for workspace in await self._desk.database.look(installations.working):
            self._reading.spawn(remove_retired(self._desk, workspace), "removal")
        self._reading.spawn(self._remover.round(), "removal")

    def wake(self) -> None:
        """Something is to reach Slack or a lead system."""
        self.deliverer.wake()
        self.writer.wake()

    async def at_rest(self) -> None:
        """Wait until all that is due to be sent was begun: somebody moved the clock."""
        self.wake()  # they may just be counting how long to sleep, by the time before
        await self.deliverer.at_rest()
        await self.writer.at_rest()

    def replan(self) -> None:
        """Connections or schedules changed: what waited for a connection may go on, too."""
        self.ringer.replan()
        self.writer.wake()

    def noticed(self) -> None:
        """Another process has written: something to deliver, a connection, leads that a webhook named."""
        self.deliverer.wake()
        self.replan()
        self._reading.spawn(self.ringer.recall(), "recall")
        self._reading.spawn(self.ringer.halt_stopped(), "halt")

    def problems(self) -> list[str]:
        """What does not run."""
        words = {"delivering": "delivery does not run", "writing": "telling the lead systems does not run"}
        running = {loop.get_name() for loop in self._loops if not loop.done()}
        return [sentence for name, sentence in words.items() if name not in running]

    async def finish(self) -> None:
        """Begin nothing more. Calls to the outside are waited for; what is being read from lead systems only for a
        moment, because it is read again."""
        self.ringer.stop()
        self.deliverer.stop()
        self.writer.stop()
        await asyncio.gather(self._calls.drain(FINISH_SECONDS), self._reading.drain(READ_SECONDS))
        await self._end_loops()

    async def abandon(self) -> None:
        """Stop at once."""
        self.ringer.stop()
        self.deliverer.stop()
        self.writer.stop()
        await self._end_loops()
        await self._calls.cancel()
        await self._reading.cancel()

    async def _end_loops(self) -> None:
        if running := {loop for loop in self._loops if not loop.done()}:
            await asyncio.wait(running, timeout=1)
            for loop in running:
                loop.cancel()
