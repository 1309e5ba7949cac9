"""Of several processes on one database one leads: it polls, delivers, writes back and schedules. All serve Slack.

The leader renews the lease (``storage.leases``) every few seconds. Whoever follows takes it when it is free, when the
process that holds it has ended on this machine, or when it was not renewed for ``Tempo.lease_seconds`` by the
follower's own clock. A leader that was paused, or whose disk was full, notices in two ways that it may not be one any
more: each of its transactions checks the fence, and before each call to the outside it asks :meth:`Leading.check`
whether its last renewal is recent enough that nobody can have taken over.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from bot.clock import Clock
from bot.faults import trace
from bot.presence import has_ended, this_process
from storage import leases
from storage.database import Database, Rank, Tx
from storage.leases import Held, LeaseLost
from storage.records import new_id

log = logging.getLogger("leadbell.leading")
RENEWALS = 4
"""In the time after which a silent leader is replaced."""
LOOKS = 16
"""At the lease, in the same time: how soon a follower sees that it is free, and a leader what others have written."""
SURE = 0.75
"""Of that time after a renewal, the leader is sure that nobody has taken over."""


class Duties(Protocol):
    """What the leader does."""

    async def start(self) -> None:
        """Begin; nobody else does any of it."""
        ...

    def noticed(self) -> None:
        """Another process has written something: some of it may have to be done."""
        ...

    async def finish(self) -> None:
        """Begin nothing more, and wait a while for what must not be left halfway."""
        ...

    async def abandon(self) -> None:
        """Stop at once: somebody else does it now."""
        ...


@dataclass(frozen=True)
class Lease:
    """The lease, for those who act under it."""

    database: Database
    """Writes only while the lease is held; raises LeaseLost else."""
    check: Callable[[], None]
    """Raises LeaseLost where another process may have taken over; to be asked before each call to the outside."""


D = TypeVar("D", bound=Duties)


class Leading(Generic[D]):
    """Takes the lease, keeps it, and gives it up."""

    def __init__(self, database: Database, clock: Clock, lease_seconds: float, duties: Callable[[Lease], D]) -> None:
        """``duties`` makes the duties of one term; they are made anew each time the lease is taken."""
        self._database = database.ranked(Rank.LEASE)
        self._clock = clock
        self._seconds = lease_seconds
        self._make = duties
        self._holder = new_id()
        self._fence: int | None = None
        self._renewed = 0.0
        self._seen: Held | None = None
        self._silent_since = 0.0
        self._stopping = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None
        self.duties: D | None = None
        """Of the leader; ``None`` in a process that follows."""

    @property
    def role(self) -> str:
        """What this process does: *leader* or *follower*."""
        return "leader" if self.duties else "follower"

    @property
    def runs(self) -> bool:
        """Whether the lease is looked after."""
        return self._keeping is not None and not self._keeping.done()

    async def start(self) -> None:
        """Take the lease if it is free, and look after it from now on."""
        await self.step()
        self._keeping = asyncio.create_task(self._keep(), name="leading")

    async def stop(self) -> None:
        """Finish what was begun, and give the lease up: a follower takes it at once."""
        self._stopping.set()
        if self.duties:
            await self.duties.finish()
        if self._keeping:  # it renewed until here
            self._keeping.cancel()
            await asyncio.wait({self._keeping})
        if (fence := self._fence) is not None:
            self._fence = None

            def give_up_lease(tx: Tx) -> None:
                leases.give_up(tx, fence)

            try:
                await self._database.write(give_up_lease)
            except Exception as error:
                log.warning("the lease could not be given up (%s): it runs out", type(error).__name__)
        if self.duties:
            await self.duties.abandon()
            self.duties = None

    def check(self) -> None:
        """Raises LeaseLost where another process may have taken over."""
        if self._fence is None or self._clock.monotonic() - self._renewed >= self._seconds * SURE:
            raise LeaseLost

    async def _keep(self) -> None:
        while True:
            try:
                await self.step()
            except Exception as error:
                log.error("the lease could not be looked after [%s]", trace(error))
            await self._clock.sleep(self._seconds / LOOKS)

    async def step(self) -> None:
        """Look after the lease once: renew it, notice that it is lost, or take it."""
        if self._fence is not None:
            await self._hold(self._fence)
        elif not self._stopping.is_set() and self._is_free(held := await self._database.look(leases.look)):
            await self._take(held)

    # -- the leader

    async def _hold(self, fence: int) -> None:
        began = self._clock.monotonic()
        if began - self._renewed >= self._seconds / RENEWALS:

            def renew_lease(tx: Tx) -> bool:
                return leases.renew(tx, fence)

            if not await self._database.write(renew_lease, lasting=False):
                log.warning("another process leads now")
                await self._lose()
                return
            self._renewed = began
        if await self._database.changed_elsewhere() and self.duties and not self._stopping.is_set():
            self.duties.noticed()

    async def _lose(self) -> None:
        self._fence, self._seen = None, None
        if self.duties:
            await self.duties.abandon()
            self.duties = None

    # -- the follower

    def _is_free(self, held: Held | None) -> bool:
        """Whether nobody holds the lease any more, as far as can be seen from here."""
        now = self._clock.monotonic()
        if held is None or not held.holder or has_ended(held.process):
            return True
        if self._seen is None or (held.fence, held.beat) != (self._seen.fence, self._seen.beat):
            self._seen, self._silent_since = held, now
            return False
        return now - self._silent_since >= self._seconds

    async def _take(self, held: Held | None) -> None:
        began = self._clock.monotonic()

        def take_lease(tx: Tx) -> int | None:
            return leases.take(tx, held, holder=self._holder, process=this_process())

        fence = await self._database.write(take_lease)
        if fence is None:
            return
        self._fence, self._renewed = fence, began
        if held and held.holder:
            log.warning("the process that led is silent or has ended: this one leads now")

        def check_lease(tx: Tx) -> None:
            leases.check(tx, fence)

        self.duties = self._make(Lease(self._database.ranked(Rank.OWN, check_lease), self.check))
        try:
            await self.duties.start()
        except Exception as error:
            log.error("leading could not begin [%s]", trace(error))
            await self._lose()
            await self._database.write(lambda tx: leases.give_up(tx, fence))
