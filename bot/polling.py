"""The clock strikes: a lead system's feed becomes stored leads, alerts and a moved cursor, in one transaction a page.

A poll asks for what was created since the cursor less an overlap; the unique key decides what is new. Where the lead
system can tell what changed, that is asked at every poll too; elsewhere a sweep of the last 30 days looks for changes
once an hour. Leads from before the connection was made are read newest first in what is left of each interval, and
alert nobody.

Between polls a lead system may call and name leads (``storage.pings``): those are read again at once, and taken in like
any page, but move no cursor. Leads of which a list tells only a part are asked for in the same way, after their alert.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.faults import trace
from bot.settings import Tempo
from bot.taking import CLOCK_SKEW, Halted, TakingIn
from commands import alert
from commands.verb import Apis, Desk
from commands.views import sentences
from providers.errors import AuthFailed, ProviderError, Rejected, Unavailable, UnexpectedResponse
from providers.http import Api
from providers.provider import Page, Pages, Provider
from storage import connections, deliveries, installations, leads, pings
from storage.database import StorageFull, Tx
from storage.leases import LeaseLost
from storage.records import Connection

log = logging.getLogger("leadbell.polling")
NAMED_AT_ONCE = 200
"""Leads that webhooks named, read in one go."""
COMPLETED_AT_ONCE = 10
"""Leads that are completed between two looks at the clock, and asked for again where one of them fails."""


class Poller:
    """Polls connections. Each poll is a plain function of (now, database, lead system)."""

    def __init__(self, desk: Desk, apis: Apis, clock: Clock, tempo: Tempo) -> None:
        self._desk = desk
        self._apis = apis
        self._clock = clock
        self._tempo = tempo
        self._busy: dict[tuple[str, str], bool] = {}
        """What is being polled, and whether it was rung for again meanwhile."""
        self._hearing: dict[tuple[str, str], bool] = {}
        """The same of what webhooks named."""
        self._deaf: set[tuple[str, str]] = set()
        """Where reading what webhooks named failed: it waits for the next poll."""
        self._taking = TakingIn(desk, clock)

    async def poll(self, workspace: str, connection: str, rung: datetime | None = None) -> None:
        """Poll one connection if it was due when that was ``rung`` (now, unless given): one that waited for its turn
        is due again after its interval, not later. It never raises: what went wrong is kept with the connection."""
        key = (workspace, connection)
        if key in self._busy:
            self._busy[key] = True
            return
        again, due = True, rung or self._clock.now()
        try:
            while again:
                self._busy[key] = False
                self._taking.begin(*key)
                await self._poll(workspace, connection, due)
                again, due = self._busy[key], self._clock.now()
        except Halted:
            log.info("a poll of %s ended: its workspace is stopped", connection)
        except StorageFull:
            log.error("the disk is full: nothing was stored, the cursor stands still")
        except LeaseLost:
            log.info("another process reads now")
        finally:
            self._busy.pop(key, None)
            self._taking.end(*key)

    async def hear(self, workspace: str, connection: str, *, again: bool = False) -> None:
        """Read the leads that webhooks named, also while a poll is under way. It never raises.

        ``again``: also where that failed before.
        """
        key = (workspace, connection)
        if key in self._hearing:
            self._hearing[key] = True
            return
        if key in self._deaf and not again:
            return
        more = True
        try:
            while more:
                self._hearing[key] = False
                more = await self._hear(workspace, connection) or self._hearing[key]
                more = more and key not in self._deaf
        except Halted:
            log.info("reading leads of %s ended: its workspace is stopped", connection)
        except StorageFull:
            log.error("the disk is full: leads that were named wait")
        except LeaseLost:
            log.info("another process reads now")
        finally:
            self._hearing.pop(key, None)

    async def _held(self, workspace: str, connection: str) -> Connection | None:
        """A connection that may be read: neither it nor its workspace is stopped."""

        def look(tx: Tx) -> Connection | None:
            return None if installations.stopped(tx, workspace) else connections.get(tx, workspace, connection)

        held = await self._desk.database.look(look)
        return held if held and held.state == "active" else None

    async def _look(self, workspace: str, connection: str) -> tuple[Connection, bytes | None, bool] | None:
        """A connection that may be read, its credentials (encrypted), and whether leads wait that were named: all in
        one look, because most polls find nothing else to do."""

        def look(tx: Tx) -> tuple[Connection, bytes | None, bool] | None:
            held = None if installations.stopped(tx, workspace) else connections.get(tx, workspace, connection)
            if held is None or held.state != "active":
                return None
            named = bool(pings.take(tx, workspace, connection, 1))
            return held, connections.sealed(tx, workspace, connection), named

        return await self._desk.database.look(look)

    async def _poll(self, workspace: str, connection: str, rung: datetime) -> None:
        seen = await self._look(workspace, connection)
        if seen is None:
            return
        held, sealed, named = seen
        every = self._tempo.poll_seconds or float(held.settings.get("poll_seconds") or 60)
        if held.next_poll_at - timedelta(seconds=min(1.0, every / 10)) > rung:  # the clock strikes a little early
            return
        if held.begun_at and named:
            await self.hear(workspace, connection, again=True)
            self._taking.begin(workspace, connection)
            if (seen := await self._look(workspace, connection)) is None:
                return
            held, sealed, _ = seen
        found = await self._apis.of(workspace, connection)
        if found is None:
            return
        provider, api = found
        if failure := await _failure_of(self._read_new(held, provider, api)):
            await self._failed(held, provider, failure, sealed)
            return
        now = self._clock.now()
        next_at = max(now, rung + timedelta(seconds=every))

        def poll_succeeded(tx: Tx) -> bool:
            return connections.polled(tx, workspace, connection, now=now, next_at=next_at)

        if await self._desk.database.write(poll_succeeded, lasting=False):
            self._desk.wake()  # admins see in Home that it goes (again)
        if held.begun_at is None:  # what was named before the first poll: some of it is new, the rest is stored by now
            await self.hear(workspace, connection, again=True)
        for reading in (self._read_changes, self._complete, self._read_history, self._complete_older):
            if failure := await _failure_of(reading(held, provider, api, next_at)):
                log.info("reading older leads of %s stopped: %s", connection, sentences.trouble(failure))
                if isinstance(failure, AuthFailed):
                    await self._failed(held, provider, failure, sealed)

    # -- what webhooks named

    async def _hear(self, workspace: str, connection: str) -> bool:
        """Read some of what was named; whether more may wait."""
        key = (workspace, connection)
        held = await self._held(workspace, connection)
        if held is None or held.begun_at is None:
            return False
        named = await self._desk.database.look(lambda tx: pings.take(tx, workspace, connection, NAMED_AT_ONCE))
        if not named:
            self._deaf.discard(key)
            return False
        sealed = await self._desk.database.look(lambda tx: connections.sealed(tx, workspace, connection))
        found = await self._apis.of(workspace, connection)
        if found is None:
            return False
        provider, api = found
        failure = await self._read_named(held, provider, api.for_news(), named)
        if failure is None:
            self._deaf.discard(key)
            return len(named) == NAMED_AT_ONCE
        log.warning("leads of %s that a webhook named wait: %s", connection, sentences.trouble(failure))
        self._deaf.add(key)
        if isinstance(failure, AuthFailed):
            await self._failed(held, provider, failure, sealed)
        return False

    async def _read_named(
        self, held: Connection, provider: Provider, api: Api, named: Sequence[pings.Ping]
    ) -> ProviderError | None:
        """Take them in. Where the lead system cannot be asked for all of them together, one by one, so that none
        stands in the way of the others; why some wait on, if any do."""
        failure = await _failure_of(self._take_named(held, provider, api, named))
        if isinstance(failure, Rejected | UnexpectedResponse) and len(named) > 1:
            failure = None
            for one in named:
                wrong = await _failure_of(self._take_named(held, provider, api, [one]))
                if isinstance(wrong, AuthFailed | Unavailable):
                    return wrong
                if isinstance(wrong, Rejected):  # it will not be given, however often it is asked for
                    await self._forget_named(held, [one])
                    wrong = None
                failure = wrong or failure
        elif isinstance(failure, Rejected):
            await self._forget_named(held, named)
            return None
        return failure

    async def _take_named(self, held: Connection, provider: Provider, api: Api, named: Sequence[pings.Ping]) -> None:
        if provider.webhooks is None:
            return
        await self._take_again(held, provider.webhooks.fetch(api, [ping.external_id for ping in named]))
        await self._forget_named(held, named)

    async def _take_again(self, held: Connection, pages: AsyncIterator[Page]) -> None:
        async with aclosing(self._taking.take_all(held, pages, named=True)) as stored:
            async for _ in stored:
                pass

    async def _forget_named(self, held: Connection, named: Sequence[pings.Ping]) -> None:
        def named_done(tx: Tx) -> None:
            pings.done(tx, held.workspace, held.connection, named)
            for ping in named:
                if ping.record is not None:  # where nothing came of it, it is not asked for again and again
                    leads.mark_read(tx, held.workspace, held.connection, ping.external_id, ping.fingerprint)

        await self._desk.database.write(named_done)

    # -- the three ways of reading

    async def _read_new(self, held: Connection, provider: Provider, api: Api) -> None:
        if held.begun_at is None:
            await self._first(held, provider, api)
            return
        since = (held.cursor or held.begun_at) - provider.feed.overlap
        arrived = provider.feed.new(api, since, provider.feed.page_size)
        async with aclosing(self._taking.take_all(held, arrived)) as stored:
            async for _ in stored:
                pass

    async def _first(self, held: Connection, provider: Provider, api: Api) -> None:
        """The first poll: the newest page, quietly. Whatever is not on it or older is new from here on."""
        now = self._clock.now()
        size = provider.feed.page_size
        page: Page | None = None
        async for newest in provider.feed.history(api, now + timedelta(days=1), size):
            page = newest
            break
        first = await self._taking.first(held, page, partial=provider.feed.complete is not None)
        more = page is not None and len(page.records) + page.unreadable >= size
        workspace, connection = held.workspace, held.connection

        def begin_reading(tx: Tx) -> None:
            connections.begin_reading(tx, workspace, connection, now)
            self._taking.store_first(tx, held, first, now)
            cursor = first.newest or now - timedelta(hours=1)
            connections.start_at(tx, workspace, connection, cursor, first.oldest if more else None)
            if not more:
                alert.summarise(tx, workspace, self._desk.vault, held, provider.name, now)

        await self._desk.database.write(begin_reading)
        self._desk.wake()

    async def _read_changes(self, held: Connection, provider: Provider, api: Api, until: datetime) -> None:
        """The slow sweep: everything that may have changed lately, resumable, while nothing else is due."""
        if provider.feed.follows:
            await self._follow(held, provider.feed.follows, provider, api, until)
            return
        now, workspace, connection = self._clock.now(), held.workspace, held.connection
        every = self._tempo.sweep_seconds or provider.feed.sweep_every.total_seconds()
        if held.sweep_from is None and (held.swept_at is None or (now - held.swept_at).total_seconds() < every):
            return
        since = held.sweep_from or now - provider.feed.sweep_span
        unreadable = 0
        changed = provider.feed.changes(api, since, provider.feed.page_size)
        async with aclosing(self._taking.take_all(held, changed)) as stored:
            async for page in stored:
                unreadable += page.unreadable
                if self._clock.now() >= until and page.reached:
                    await self._desk.database.write(partial(_sweep_reached, held, page.reached))
                    return

        def sweep_done(tx: Tx) -> None:
            connections.swept(tx, workspace, connection, now=now, unreadable=unreadable)

        await self._desk.database.write(sweep_done)

    async def _follow(self, held: Connection, follows: Pages, provider: Provider, api: Api, until: datetime) -> None:
        """What changed since it was read last, by the lead system's own times; resumable, while nothing else is due.

        The point that was reached is kept in ``sweep_from``.
        """
        if held.begun_at is None:  # the first poll read what is newest just now
            return
        now, workspace, connection = self._clock.now(), held.workspace, held.connection
        reached = seen = held.sweep_from
        unreadable: int | None = None
        changed = follows(api, (reached or held.begun_at) - provider.feed.overlap, provider.feed.page_size)
        async with aclosing(self._taking.take_all(held, changed, still=True)) as stored:
            async for page in stored:
                unreadable = (unreadable or 0) + page.unreadable
                if page.reached and page.reached <= now + CLOCK_SKEW:
                    seen = max(seen or page.reached, page.reached)
                if page.unordered:
                    continue
                reached = seen
                if self._clock.now() >= until and page.reached:
                    break

        def follow_reached(tx: Tx) -> None:
            connections.followed(tx, workspace, connection, reached=reached, now=now, unreadable=unreadable)

        if unreadable is not None:  # most polls find that nothing changed: nothing is written then
            await self._desk.database.write(follow_reached)

    async def _read_history(self, held: Connection, provider: Provider, api: Api, until: datetime) -> None:
        """Older leads, resumable, while nothing else is due."""
        if held.begun_at and held.history_until is None:
            return
        again = await self._desk.database.look(lambda tx: connections.get(tx, held.workspace, held.connection))
        if again is None or again.history_until is None:
            return
        older = provider.feed.history(api, again.history_until, provider.feed.page_size)
        async with aclosing(self._taking.take_all(held, older, history=True)) as stored:
            async for _ in stored:
                if self._clock.now() >= until:
                    return

        def history_done(tx: Tx) -> None:
            connections.history_reached(tx, held.workspace, held.connection, None)
            alert.summarise(tx, held.workspace, self._desk.vault, held, provider.name, self._clock.now())

        await self._desk.database.write(history_done)
        self._desk.wake()

    async def _complete(self, held: Connection, provider: Provider, api: Api, until: datetime) -> None:
        """The rest of new and changed leads of which a list told a part, a few at a time, while nothing else is due."""
        await self._complete_some(held, provider, api.for_news(), until, history=False)

    async def _complete_older(self, held: Connection, provider: Provider, api: Api, until: datetime) -> None:
        """The rest of older leads, in the same way."""
        await self._complete_some(held, provider, api, until, history=True)

    async def _complete_some(
        self, held: Connection, provider: Provider, api: Api, until: datetime, *, history: bool
    ) -> None:
        workspace, connection = held.workspace, held.connection
        while provider.feed.complete is not None:
            partial_ones = await self._desk.database.look(
                lambda tx: pings.take_partial(tx, workspace, connection, COMPLETED_AT_ONCE, history=history)
            )
            if not partial_ones:
                return
            await self._take_again(held, provider.feed.complete(api, [ping.record for ping in partial_ones]))
            await self._forget_named(held, partial_ones)
            if self._clock.now() >= until:
                return

    # -- failures

    async def _failed(self, held: Connection, provider: Provider, error: ProviderError, sealed: bytes | None) -> None:
        """Back off, or pause and tell whoever connected it, once, where the credentials are refused."""
        now = self._clock.now()
        why = sentences.trouble(error)
        workspace, connection = held.workspace, held.connection
        log.warning("polling %s failed: %s", connection, why)
        if isinstance(error, AuthFailed):

            def pause_connection(tx: Tx) -> None:
                told = connections.pause(tx, workspace, connection, why=why, now=now, sealed=sealed)
                if told:
                    body = {"name": held.name, "system": provider.name, "connection": connection}
                    deliveries.post(tx, workspace, self._desk.vault, kind="paused", to=told, now=now, body=body)

            await self._desk.database.write(pause_connection)
            self._desk.wake()
            return
        doubled = self._tempo.first_backoff * 2 ** min(held.failures, 10)
        wait = min(doubled, self._tempo.longest_backoff)
        if isinstance(error, Unavailable) and error.retry_after:
            wait = max(wait, min(error.retry_after, 3600.0))

        def poll_failed(tx: Tx) -> None:
            connections.failed(tx, workspace, connection, why=why, now=now, next_at=now + timedelta(seconds=wait))

        await self._desk.database.write(poll_failed)
        self._desk.wake()


async def _failure_of(reading: Awaitable[None]) -> ProviderError | None:
    """What went wrong with the lead system, if anything. Its answers may have any shape at all."""
    try:
        await reading
    except ProviderError as error:
        return error
    except (StorageFull, LeaseLost, Halted):
        raise
    except Exception as error:
        log.error("a poll met something unexpected [%s]", trace(error))
        return UnexpectedResponse("the answer has another shape")
    return None


def _sweep_reached(held: Connection, reached: datetime, tx: Tx) -> None:
    connections.sweep_reached(tx, held.workspace, held.connection, reached)
