"""What was done at the desk reaches the lead systems: in order for each lead, each thing once.

A write is committed as *sending* before the call. If the call's fate is unknown (a crash, a time-out, a 5xx) it is in
doubt: what may be repeated is repeated, the rest is looked for there first. Only where the lead system cannot tell
is it *unsure*, and somebody has to look.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.faults import trace
from bot.settings import Tempo
from bot.tasks import Tasks
from bot.turns import Turns
from commands import elsewhere, telling
from commands.desk.visibility import betrays
from commands.verb import Apis, Desk
from commands.views import sentences
from commands.views.told import PATIENCE
from providers.errors import AuthFailed, ProviderError, Rejected, Unavailable, UnexpectedResponse
from providers.http import Api
from providers.provider import Doing, Keeps, Provider, WriteBack
from storage import audit, deliveries, installations, leads, writes
from storage.database import StorageFull, Tx
from storage.leases import LeaseLost
from storage.records import Write

log = logging.getLogger("leadbell.writing")
IDLE_SECONDS = 30.0
AT_ONCE = 4
"""Calls to one connection at a time. One that hangs holds up no other connection."""
CALLS = 16
"""At a time, of all workspaces."""
LONGEST_ASKED = 3600.0
"""Seconds that a lead system may ask us to wait."""


class Writer:
    """Tells the lead systems what is due, each workspace in its turn.

    One task a lead; a lead that waits does not hold up the others.
    """

    def __init__(
        self, desk: Desk, apis: Apis, clock: Clock, tempo: Tempo, tasks: Tasks, check: Callable[[], None]
    ) -> None:
        """``check`` raises LeaseLost where another process may write by now."""
        self._check = check
        self._desk = desk
        self._apis = apis
        self._clock = clock
        self._tempo = tempo
        self._turns = Turns(tasks, at_once=CALLS)
        self._woken = asyncio.Event()
        self._at_rest = asyncio.Event()
        self._busy: dict[tuple[str, int], str] = {}
        """By (workspace, lead): the connection that is being told, or about to be."""
        self._shown: set[str] = set()
        """Writes of which the messages say that they wait."""
        self._stopping = False
        self._unwritten: list[Write] = []
        """Called while the disk was full: their fate could not be written down."""

    def wake(self) -> None:
        """Something is to be told."""
        self._at_rest.clear()
        self._woken.set()

    async def at_rest(self) -> None:
        """Wait until all that is due was begun."""
        await self._at_rest.wait()

    async def recover(self) -> None:
        """After a start: what was being sent is in doubt."""
        now = self._clock.now()
        at = now + timedelta(seconds=self._tempo.doubt_seconds)

        def recover_writes(tx: Tx) -> int:
            return writes.recover(tx, at, now)

        if found := await self._desk.database.write(recover_writes):
            log.info("%d writes to lead systems are in doubt after a restart", found)

    async def run(self) -> None:
        """Tell until :meth:`stop`."""
        while not self._stopping:
            self._woken.clear()
            try:
                wait = await self.round()
            except StorageFull:
                log.error("the disk is full: writes to lead systems wait")
                wait = 5.0
            except LeaseLost:
                wait = IDLE_SECONDS  # another process writes: this is about to be stopped
            except Exception as error:
                log.error("writing failed [%s]", trace(error))
                wait = 5.0
            if not self._woken.is_set():
                self._at_rest.set()
            waiters = [asyncio.create_task(self._woken.wait()), asyncio.create_task(self._clock.sleep(wait))]
            await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
            for waiter in waiters:
                waiter.cancel()

    def stop(self) -> None:
        """Nothing new is begun."""
        self._turns.stop()
        self._stopping = True
        self._woken.set()
        self._at_rest.set()

    async def round(self) -> float:
        """Begin every lead's first due write; seconds until something else may be due."""
        now = self._clock.now()
        await self._write_down(now)
        look = self._desk.database.look
        (due, next_due), waiting = await look(lambda tx: (writes.heads(tx, now), writes.waiting(tx)))
        load = Counter(self._busy.values())
        for write in due:
            lane = (write.workspace, write.lead)
            if lane in self._busy or load[write.connection] >= AT_ONCE or self._stopping:
                continue
            load[write.connection] += 1
            self._busy[lane] = write.connection
            work = partial(self._carry_out, write)
            self._turns.put(write.workspace, f"write-back:{write.write}", work, at=write.connection)
        soonest = [t for t in (next_due, await self._show_waiting(waiting, now)) if t]
        return min([IDLE_SECONDS, *(max(0.05, (t - now).total_seconds()) for t in soonest)])

    async def _show_waiting(self, waiting: list[Write], now: datetime) -> datetime | None:
        """The messages say so once something waits longer than a moment; when the next will have."""
        self._shown &= {w.write for w in waiting}
        new = [w for w in waiting if w.write not in self._shown]
        late = [w for w in new if now - w.created_at >= PATIENCE]
        if late:

            def show_waiting(tx: Tx) -> None:
                for workspace, lead in {(w.workspace, w.lead) for w in late}:
                    deliveries.refresh(tx, workspace, self._desk.vault, lead, now)

            await self._desk.database.write(show_waiting)
            self._shown |= {w.write for w in late}
            self._desk.wake()
        return min((w.created_at + PATIENCE for w in new if w not in late), default=None)

    # -- one write

    async def _carry_out(self, write: Write) -> None:
        try:
            await self._tell(write)
        except LeaseLost:
            return  # whoever leads now puts it in doubt, and looks for it
        finally:
            self._busy.pop((write.workspace, write.lead), None)
            self._woken.set()

    async def _tell(self, write: Write) -> None:
        try:
            began = await self._begin(write)
            if began is None:
                return
            provider, api, how, doing = began
        except LeaseLost:
            raise
        except Exception as error:
            await self._put_back(write, write.state, error)
            return
        if write.state == "doubt" and how.arrived is not None:
            look = partial(how.arrived, api, doing)
            if not await self._missing(write, provider, look):
                return
        await self._send(write, provider, api, how, doing)

    async def _begin(self, write: Write) -> tuple[Provider, Api, WriteBack, Doing] | None:
        """The way to the lead system and what it is told; ``None`` where there is nothing to tell (any more)."""
        found = await self._apis.of(write.workspace, write.connection)
        doing = await self._desk.database.look(lambda tx: telling.doing(tx, self._desk, write))
        if found is None or doing is None:
            return None  # the connection is being removed, and its leads with it
        provider, api = found
        how = provider.writes.get(Keeps(write.keeps))
        if how is None:
            await self._end(write, provider, "refused", sentences.not_told_any_more())
            return None
        return provider, api.for_people(), how, doing

    async def _missing(self, write: Write, provider: Provider, look: Callable[[], Awaitable[bool]]) -> bool:
        """Look whether a write in doubt is there. ``False``: it is, or nobody can tell (now)."""
        try:
            there = await look()
        except Rejected:
            await self._end(write, provider, "unsure")
            return False
        except Exception as error:
            await self._put_back(write, "doubt", error)
            return False
        if there:
            await self._end(write, provider, "sent")
        return not there

    async def _send(self, write: Write, provider: Provider, api: Api, how: WriteBack, doing: Doing) -> None:
        now = self._clock.now()

        def begin_write(tx: Tx) -> bool:
            return installations.stopped(tx, write.workspace) is None and writes.begin(tx, write, now)

        try:
            if not await self._desk.database.write(begin_write):
                return
        except StorageFull:
            log.error("the disk is full: a write to a lead system waits")
            await self._clock.sleep(5.0)
            return
        sent = replace(write, state="sending", attempts=write.attempts + 1)
        self._desk.database.observe("write.sending")
        called = False

        def about_to_call() -> None:
            nonlocal called
            self._check()
            called = True

        try:
            await how.send(replace(api, before=about_to_call), doing)
        except LeaseLost as paused:  # whoever leads now decides; if that is still this process, it is as it was
            await self._put_back(sent, "doubt" if called else write.state, paused)
        except Rejected as error:
            await self._end(sent, provider, "refused", await self._reason(write, error))
        except Unavailable as error:
            await self._put_back(sent, "pending" if error.arrived is False else "doubt", error)
        except AuthFailed as error:
            await self._put_back(sent, "pending", error)
        except Exception as error:
            if not isinstance(error, UnexpectedResponse):
                log.error("a write to a lead system met something unexpected [%s]", trace(error))
            await self._end(sent, provider, "unsure")
        else:
            self._desk.database.observe("write.called")
            await self._end(sent, provider, "sent")

    async def _reason(self, write: Write, error: Rejected) -> str:
        """The lead system's words, unless they would show the customer's contact data on a card."""
        why = sentences.refusal(error)
        lead = await self._desk.database.look(lambda tx: leads.get(tx, write.workspace, write.lead))
        return sentences.refusal_withheld() if lead is not None and betrays(lead, why) else why

    async def _end(self, write: Write, provider: Provider, state: str, why: str | None = None) -> None:
        """Write down how it ended; the messages are drawn anew."""
        now, workspace = self._clock.now(), write.workspace
        word = "told" if state == "sent" else f"told-{state}"

        def write_ended(tx: Tx) -> None:
            if not writes.end(tx, write, state=state, now=now, error=why):
                return
            elsewhere.settle(tx, self._desk, write, now, sent=state == "sent")
            facts = {"keeps": write.keeps, "system": provider.name}
            audit.note(tx, workspace, word, actor=write.by, now=now, lead=write.lead, **facts)
            deliveries.refresh(tx, workspace, self._desk.vault, write.lead, now)

        try:
            await self._desk.database.write(write_ended)
            self._desk.wake()
        except StorageFull:
            self._unwritten.append(write)

    async def _put_back(self, write: Write, state: str, error: Exception) -> None:
        """Try again later."""
        now = self._clock.now()
        why = sentences.trouble(error) if isinstance(error, ProviderError) else type(error).__name__
        if not isinstance(error, ProviderError | StorageFull | LeaseLost):
            log.error("a write to a lead system met something unexpected [%s]", trace(error))
        wait = min(self._tempo.first_backoff * 2 ** min(write.attempts, 6) / 10, self._tempo.longest_backoff)
        if isinstance(error, Unavailable) and error.retry_after:
            wait = max(wait, min(error.retry_after, LONGEST_ASKED))
        if state == "doubt":
            wait = max(wait, self._tempo.doubt_seconds)
        log.warning("a write to a lead system waits: %s (%s)", why, state)
        at = now + timedelta(seconds=wait)

        def write_waits(tx: Tx) -> None:
            writes.postpone(tx, write, state=state, next_at=at, error=why, now=now)
            elsewhere.settle(tx, self._desk, write, now, sent=False)

        try:
            await self._desk.database.write(write_waits)
            self._desk.wake()
        except StorageFull:
            self._unwritten.append(write)

    async def _write_down(self, now: datetime) -> None:
        """What was called while the disk was full is in doubt, as soon as that can be written."""
        if not self._unwritten:
            return
        late = list(self._unwritten)
        at = now + timedelta(seconds=self._tempo.doubt_seconds)

        def write_down(tx: Tx) -> None:
            for one in late:
                writes.postpone(tx, one, state="doubt", next_at=at, error="the disk was full", now=now)

        await self._desk.database.write(write_down)
        self._unwritten = self._unwritten[len(late) :]
