"""The clock strikes: a lead system's feed becomes stored leads, alerts and a moved cursor, in one transaction a page.

A poll asks for what was created since the cursor less an overlap; the unique key decides what is new. Once an
hour a sweep of the last 30 days looks for changes. Leads from before the connection was made are read newest first
in what is left of each interval, and alert nobody.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.clock import Clock
from bot.faults import trace
from bot.settings import Tempo
from commands import alert
from commands.sight import read_rules
from commands.verb import Apis, Desk
from commands.views import sentences
from providers.errors import AuthFailed, ProviderError, Unavailable, UnexpectedResponse
from providers.http import Api
from providers.provider import Page, Provider
from storage import connections, deliveries, leads
from storage.database import StorageFull, Tx
from storage.records import Connection, stamp

log = logging.getLogger("leadbell.polling")
Rows = list[tuple[str, tuple[Any, ...]]]
CLOCK_SKEW = timedelta(minutes=5)
"""How far a lead system's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class _Mapped:
    """A page with its new and changed records mapped to rows."""

    fresh: Rows
    unreadable: int
    newest: datetime | None
    oldest: datetime | None


def _mapped(page: Page, known: dict[str, bytes], latest: datetime) -> _Mapped:
    """``latest``: a creation time beyond it is the lead system's mistake and must not move the cursor."""
    fresh: Rows = []
    unreadable = page.unreadable
    for record in page.records:
        if known.get(record.external_id) == record.fingerprint:
            continue
        try:
            fresh.append((record.external_id, leads.content(page.read(record.raw), record.fingerprint)))
        except Exception as error:
            log.warning("a record could not be read: %s", type(error).__name__)
            unreadable += 1
    times = [r.created_at for r in page.records if r.created_at <= latest]
    return _Mapped(fresh, unreadable, max(times, default=None), min(times, default=None))


class Poller:
    """Polls connections. Each poll is a plain function of (now, database, lead system)."""

    def __init__(self, desk: Desk, apis: Apis, clock: Clock, tempo: Tempo) -> None:
        self._desk = desk
        self._apis = apis
        self._clock = clock
        self._tempo = tempo
        self._busy: dict[tuple[str, str], bool] = {}
        """What is being polled, and whether it was rung for again meanwhile."""

    async def poll(self, workspace: str, connection: str) -> None:
        """Poll one connection if it is due. It never raises: what went wrong is kept with the connection."""
        key = (workspace, connection)
        if key in self._busy:
            self._busy[key] = True
            return
        again = True
        try:
            while again:
                self._busy[key] = False
                await self._poll(workspace, connection)
                again = self._busy[key]
        except StorageFull:
            log.error("the disk is full: nothing was stored, the cursor stands still")
        finally:
            self._busy.pop(key, None)

    async def _poll(self, workspace: str, connection: str) -> None:
        now = self._clock.now()
        held = await self._desk.database.look(lambda tx: connections.get(tx, workspace, connection))
        if held is None or held.state != "active":
            return
        every = self._tempo.poll_seconds or float(held.settings.get("poll_seconds") or 60)
        if held.next_poll_at - timedelta(seconds=min(1.0, every / 10)) > now:  # the clock strikes a little early
            return
        sealed = await self._desk.database.look(lambda tx: connections.sealed(tx, workspace, connection))
        found = await self._apis.of(workspace, connection)
        if found is None:
            return
        provider, api = found
        if failure := await _failure_of(self._read_new(held, provider, api)):
            await self._failed(held, provider, failure, sealed)
            return
        next_at = now + timedelta(seconds=every)

        def poll_succeeded(tx: Tx) -> None:
            connections.polled(tx, workspace, connection, now=now, next_at=next_at)

        await self._desk.database.write(poll_succeeded)
        for reading in (self._read_changes, self._read_history):
            if failure := await _failure_of(reading(held, provider, api, next_at)):
                log.info("reading older leads of %s stopped: %s", connection, sentences.trouble(failure))
                if isinstance(failure, AuthFailed):
                    await self._failed(held, provider, failure, sealed)

    # -- the three ways of reading

    async def _read_new(self, held: Connection, provider: Provider, api: Api) -> None:
        if held.begun_at is None:
            await self._first(held, provider, api)
            return
        since = (held.cursor or held.begun_at) - provider.feed.overlap
        arrived = provider.feed.new(api, since, provider.feed.page_size)
        async with aclosing(self._take_all(held, arrived, history=False)) as stored:
            async for _ in stored:
                pass

    async def _first(self, held: Connection, provider: Provider, api: Api) -> None:
        """The first poll: the newest page, quietly. Whatever is not on it or older is new from here on."""
        now = self._clock.now()
        size = provider.feed.page_size
        page: Page | None = None
        async for first in provider.feed.history(api, now + timedelta(days=1), size):
            page = first
            break
        known = await self._known(held, page) if page else {}
        mapped = (
            await asyncio.to_thread(_mapped, page, known, self._clock.now() + CLOCK_SKEW)
            if page
            else _Mapped([], 0, None, None)
        )
        more = page is not None and len(page.records) + page.unreadable >= size
        workspace, connection = held.workspace, held.connection

        def begin_reading(tx: Tx) -> None:
            connections.begin_reading(tx, workspace, connection, now)
            leads.insert(tx, workspace, connection, mapped.fresh, now, history_before=leads.EVERYTHING)
            cursor = mapped.newest or now - timedelta(hours=1)
            connections.start_at(tx, workspace, connection, cursor, mapped.oldest if more else None)
            if not more:
                alert.summarise(tx, workspace, self._desk.vault, held, provider.name, now)

        await self._desk.database.write(begin_reading)
        self._desk.wake()

    async def _read_changes(self, held: Connection, provider: Provider, api: Api, until: datetime) -> None:
        """The slow sweep: everything that may have changed lately, resumable, while nothing else is due."""
        now, workspace, connection = self._clock.now(), held.workspace, held.connection
        every = self._tempo.sweep_seconds or provider.feed.sweep_every.total_seconds()
        if held.sweep_from is None and (held.swept_at is None or (now - held.swept_at).total_seconds() < every):
            return
        since = held.sweep_from or now - provider.feed.sweep_span
        unreadable = 0
        changed = provider.feed.changes(api, since, provider.feed.page_size)
        async with aclosing(self._take_all(held, changed, history=False)) as stored:
            async for page in stored:
                unreadable += page.unreadable
                if self._clock.now() >= until and page.reached:
                    await self._desk.database.write(partial(_sweep_reached, held, page.reached))
                    return

        def sweep_done(tx: Tx) -> None:
            connections.swept(tx, workspace, connection, now=now, unreadable=unreadable)

        await self._desk.database.write(sweep_done)

    async def _read_history(self, held: Connection, provider: Provider, api: Api, until: datetime) -> None:
        """Older leads, resumable, while nothing else is due."""
        again = await self._desk.database.look(lambda tx: connections.get(tx, held.workspace, held.connection))
        if again is None or again.history_until is None:
            return
        older = provider.feed.history(api, again.history_until, provider.feed.page_size)
        async with aclosing(self._take_all(held, older, history=True)) as stored:
            async for _ in stored:
                if self._clock.now() >= until:
                    return

        def history_done(tx: Tx) -> None:
            connections.history_reached(tx, held.workspace, held.connection, None)
            alert.summarise(tx, held.workspace, self._desk.vault, held, provider.name, self._clock.now())

        await self._desk.database.write(history_done)
        self._desk.wake()

    # -- taking in a page

    async def _known(self, held: Connection, page: Page) -> dict[str, bytes]:
        ids = [r.external_id for r in page.records]
        return await self._desk.database.look(lambda tx: leads.known(tx, held.workspace, held.connection, ids))

    async def _take_all(
        self, held: Connection, pages: AsyncIterator[Page], *, history: bool
    ) -> AsyncGenerator[Page, None]:
        """Take in page after page: the next one is asked for and mapped while this one is stored.

        A page is yielded once it is stored, so whoever stops there stops at a known place.
        """
        storing: asyncio.Task[None] | None = None
        before: Page | None = None
        try:
            async for page in pages:
                known = await self._known(held, page)
                latest = self._clock.now() + CLOCK_SKEW
                mapped = await asyncio.to_thread(_mapped, page, known, latest)
                if storing and before:
                    await storing
                    yield before
                storing = asyncio.create_task(self._store(held, mapped, known, history=history))
                before = page
        finally:
            if storing:
                await storing  # what was read is kept, even if the next page failed
        if before:
            yield before

    async def _store(self, held: Connection, mapped: _Mapped, known: dict[str, bytes], *, history: bool) -> None:
        """Store what is new or changed of a page, with its alerts and the cursor, in one transaction."""
        moved = mapped.newest is not None and (held.cursor is None or mapped.newest > held.cursor)
        if not mapped.fresh and not moved and not history:
            return
        now = self._clock.now()
        desk = self._desk

        def take_in_page(tx: Tx) -> int:
            new = [(i, row) for i, row in mapped.fresh if i not in known]
            first, end = _insert(tx, held, new, now, history=history)
            cards = 0
            rules = read_rules(tx, desk.providers, held.workspace)
            if rules and not history and new:
                arrived = [x for x in leads.numbered(tx, held.workspace, first, end) if not x.history]
                cards = alert.announce(tx, held.workspace, desk.vault, arrived, rules, now)
            for external_id, row in mapped.fresh:
                if external_id in known:
                    pair = leads.change(tx, held.workspace, held.connection, external_id, row)
                    if pair:
                        cards += 1 + alert.changed(tx, held.workspace, desk.vault, *pair, rules, now)
            connections.advance(
                tx,
                held.workspace,
                held.connection,
                cursor=None if history else mapped.newest,
                lag_seconds=_lag(mapped.newest, now) if new and not history else None,
            )
            if history and mapped.oldest:
                connections.history_reached(tx, held.workspace, held.connection, mapped.oldest)
            return cards

        if await desk.database.write(take_in_page):
            desk.wake()

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


async def _failure_of(reading: Awaitable[None]) -> ProviderError | None:
    """What went wrong with the lead system, if anything. Its answers may have any shape at all."""
    try:
        await reading
    except ProviderError as error:
        return error
    except StorageFull:
        raise
    except Exception as error:
        log.error("a poll met something unexpected [%s]", trace(error))
        return UnexpectedResponse("the answer has another shape")
    return None


def _sweep_reached(held: Connection, reached: datetime, tx: Tx) -> None:
    connections.sweep_reached(tx, held.workspace, held.connection, reached)


def _insert(tx: Tx, held: Connection, rows: Rows, now: datetime, *, history: bool) -> tuple[int, int]:
    """Store new rows. What is older than all that was read so far counts as history, however it was found."""
    again = connections.get(tx, held.workspace, held.connection) if rows else None
    until = stamp(again.history_until) if again and again.history_until else ""
    before = leads.EVERYTHING if history else until
    return leads.insert(tx, held.workspace, held.connection, rows, now, history_before=before)


def _lag(newest: datetime | None, now: datetime) -> float | None:
    return max(0.0, (now - newest).total_seconds()) if newest else None
