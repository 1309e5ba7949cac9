"""The clock strikes: a lead system's feed becomes stored leads, alerts and a moved cursor, in one transaction a page.

A poll asks for what was created since the cursor less an overlap; the unique key decides what is new. Once an
hour a sweep of the last 30 days looks for changes. Leads from before the connection was made are read newest first
in what is left of each interval, and alert nobody.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
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
        self._busy: set[tuple[str, str]] = set()

    async def poll(self, workspace: str, connection: str) -> None:
        """Poll one connection if it is due. It never raises: what went wrong is kept with the connection."""
        key = (workspace, connection)
        if key in self._busy:
            return
        self._busy.add(key)
        try:
            await self._poll(workspace, connection)
        except StorageFull:
            log.error("the disk is full: nothing was stored, the cursor stands still")
        finally:
            self._busy.discard(key)

    async def _poll(self, workspace: str, connection: str) -> None:
        now = self._clock.now()
        held = await self._desk.database.read(lambda tx: connections.get(tx, workspace, connection))
        if held is None or held.state != "active" or held.next_poll_at > now:
            return
        found = await self._apis.of(workspace, connection)
        if found is None:
            return
        provider, api = found
        every = self._tempo.poll_seconds or float(held.settings.get("poll_seconds") or 60)
        try:
            await self._read_new(held, provider, api)
        except ProviderError as error:
            await self._failed(held, provider, error)
            return
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # an answer of another shape
            log.error("polling %s met something unexpected [%s]", connection, trace(error))
            await self._failed(held, provider, UnexpectedResponse("the answer has another shape"))
            return
        next_at = now + timedelta(seconds=every)

        def poll_succeeded(tx: Tx) -> None:
            connections.polled(tx, workspace, connection, now=now, next_at=next_at)

        await self._desk.database.write(poll_succeeded)
        try:
            await self._read_changes(held, provider, api, now)
            await self._read_history(held, provider, api, next_at)
        except ProviderError as error:  # the next poll takes it up again
            log.info("reading older leads of %s stopped: %s", connection, sentences.trouble(error))
            if isinstance(error, AuthFailed):
                await self._failed(held, provider, error)

    # -- the three ways of reading

    async def _read_new(self, held: Connection, provider: Provider, api: Api) -> None:
        if held.begun_at is None:
            await self._first(held, provider, api)
            return
        since = (held.cursor or held.begun_at) - provider.feed.overlap
        async for page in provider.feed.new(api, since, provider.feed.page_size):
            await self._take_in(held, page, history=False)

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
        more = page is not None and len(page.records) >= size
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

    async def _read_changes(self, held: Connection, provider: Provider, api: Api, now: datetime) -> None:
        every = self._tempo.sweep_seconds or provider.feed.sweep_every.total_seconds()
        if held.swept_at is None or (now - held.swept_at).total_seconds() < every:
            return
        since = now - provider.feed.sweep_span
        async for page in provider.feed.changes(api, since, provider.feed.page_size):
            await self._take_in(held, page, history=False)

        def sweep_done(tx: Tx) -> None:
            connections.swept(tx, held.workspace, held.connection, now)

        await self._desk.database.write(sweep_done)

    async def _read_history(self, held: Connection, provider: Provider, api: Api, until: datetime) -> None:
        """Older leads, resumable, while nothing else is due."""
        again = await self._desk.database.read(lambda tx: connections.get(tx, held.workspace, held.connection))
        if again is None or again.history_until is None:
            return
        async for page in provider.feed.history(api, again.history_until, provider.feed.page_size):
            await self._take_in(held, page, history=True)
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
        return await self._desk.database.read(lambda tx: leads.known(tx, held.workspace, held.connection, ids))

    async def _take_in(self, held: Connection, page: Page, *, history: bool) -> None:
        """Store what is new or changed of a page, with its alerts and the cursor, in one transaction."""
        known = await self._known(held, page)
        mapped = await asyncio.to_thread(_mapped, page, known, self._clock.now() + CLOCK_SKEW)
        moved = mapped.newest is not None and (held.cursor is None or mapped.newest > held.cursor)
        if not mapped.fresh and not mapped.unreadable and not moved and not history:
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
                unreadable=mapped.unreadable,
            )
            if history and mapped.oldest:
                connections.history_reached(tx, held.workspace, held.connection, mapped.oldest)
            return cards

        if await desk.database.write(take_in_page):
            desk.wake()

    # -- failures

    async def _failed(self, held: Connection, provider: Provider, error: ProviderError) -> None:
        """Back off, or pause and tell whoever connected it, once, where the credentials are refused."""
        now = self._clock.now()
        why = sentences.trouble(error)
        workspace, connection = held.workspace, held.connection
        log.warning("polling %s failed: %s", connection, why)
        if isinstance(error, AuthFailed):

            def pause_connection(tx: Tx) -> None:
                told = connections.pause(tx, workspace, connection, why=why, now=now)
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


def _insert(tx: Tx, held: Connection, rows: Rows, now: datetime, *, history: bool) -> tuple[int, int]:
    """Store new rows. What is older than all that was read so far counts as history, however it was found."""
    again = connections.get(tx, held.workspace, held.connection) if rows else None
    until = stamp(again.history_until) if again and again.history_until else ""
    before = leads.EVERYTHING if history else until
    return leads.insert(tx, held.workspace, held.connection, rows, now, history_before=before)


def _lag(newest: datetime | None, now: datetime) -> float | None:
    return max(0.0, (now - newest).total_seconds()) if newest else None
