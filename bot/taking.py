"""A page of a feed is taken in: mapped beside the event loop, and stored with all that follows in one transaction.

A page with much that is new is stored in several, between which others write; the cursor moves with the last.

Where a list does not tell all of a lead (:attr:`providers.provider.Feed.complete`), a new one is stored as the list
tells it, and waits in ``storage.pings`` to be asked for the rest; a changed one changes when the rest is there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from commands import alert
from commands.sight import read_rules
from commands.verb import Desk
from providers.lead import Mention
from providers.provider import Page
from storage import connections, installations, known, leads, pings
from storage.database import Tx
from storage.records import Connection, stamp

log = logging.getLogger("leadbell.taking")
Row = tuple[str, tuple[Any, ...]]
CLOCK_SKEW = timedelta(minutes=5)
"""How far a lead system's clock may be ahead of ours."""
SLICE, QUIET_SLICE = 50, 500
"""Leads in one transaction: where each may alert somebody, and where none does."""
SMALL = 50
"""Records of a page that is mapped at once; larger ones take turns, so that a flood leaves others the interpreter."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A page with its new and changed records mapped to rows."""

    fresh: Sequence[Row] = ()
    unreadable: int = 0
    newest: datetime | None = None
    reached: datetime | None = None
    """Where the cursor may move to."""
    oldest: datetime | None = None
    mentions: Iterable[Mention] = ()
    partial: Sequence[tuple[str, bytes, Any]] = field(default=(), repr=False)
    """Of the fresh ones, what the list told, where that is not all."""
    news: bool = False
    """Some of them were never stored before."""
    less: bool = False
    """What they do not say stays as it is stored."""


def mapped(page: Page, stored: dict[str, bytes], latest: datetime, *, partial: bool, again: bool) -> Mapped:
    """``latest``: a creation time beyond it is the lead system's mistake and must not move the cursor. ``partial``: the
    records are to be completed. ``again``: records that look as they did are taken in, too."""
    fresh: list[Row] = []
    rest: list[tuple[str, bytes, Any]] = []
    mentions: dict[Mention, None] = {}
    unreadable = page.unreadable
    for record in page.records:
        if not again and stored.get(record.external_id) == record.fingerprint:
            continue
        try:
            lead = page.read(record.raw)
            fresh.append((record.external_id, leads.content(lead, record.fingerprint)))
        except Exception as error:
            log.warning("a record could not be read: %s", type(error).__name__)
            unreadable += 1
            continue
        if lead.mentions:
            mentions.update(dict.fromkeys(lead.mentions))
        if partial:
            rest.append((record.external_id, record.fingerprint, record.raw))
    times = [r.created_at for r in page.records if r.created_at <= latest]
    newest = max(times, default=None)
    return Mapped(fresh, unreadable, newest, newest, min(times, default=None), tuple(mentions), rest, less=page.less)


class Halted(Exception):
    """The app was removed from the workspace while a poll was under way: nothing more is stored."""


class TakingIn:
    """Takes in the pages of connections."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._fresher: dict[tuple[str, str], set[str]] = {}
        """Leads that were read again, because they were named, while a poll is under way: what it read is older."""
        self._large = asyncio.Semaphore(1)

    def begin(self, workspace: str, connection: str) -> None:
        """A poll begins to read."""
        self._fresher[workspace, connection] = set()

    def end(self, workspace: str, connection: str) -> None:
        """A poll is over."""
        self._fresher.pop((workspace, connection), None)

    async def first(self, held: Connection, page: Page | None, *, partial: bool) -> Mapped:
        """The first page that is ever read of a connection, mapped; :meth:`store_first` stores it."""
        if page is None:
            return Mapped()
        stored = await self._stored(held, page)
        latest = self._clock.now() + CLOCK_SKEW
        return await self._map(page, stored, latest, partial=partial, again=False)

    def store_first(self, tx: Tx, held: Connection, page: Mapped, now: datetime) -> None:
        """Store it: all of it was there before the connection was made. Raises Halted."""
        workspace, connection = held.workspace, held.connection
        if installations.stopped(tx, workspace):
            raise Halted
        leads.insert(tx, workspace, connection, page.fresh, now, history_before=leads.EVERYTHING)
        known.mention(tx, workspace, connection, page.mentions, now)
        pings.to_complete(tx, workspace, connection, page.partial, now, history=True)

    async def _map(
        self, page: Page, stored: dict[str, bytes], latest: datetime, *, partial: bool, again: bool
    ) -> Mapped:
        if not again and all(stored.get(r.external_id) == r.fingerprint for r in page.records):
            return mapped(page, stored, latest, partial=partial, again=False)  # nothing to do, as most polls find
        async with nullcontext() if len(page.records) <= SMALL else self._large:
            return await asyncio.to_thread(mapped, page, stored, latest, partial=partial, again=again)

    async def _stored(self, held: Connection, page: Page) -> dict[str, bytes]:
        ids = [r.external_id for r in page.records]
        if not ids:
            return {}
        return await self._desk.database.look(lambda tx: leads.known(tx, held.workspace, held.connection, ids))

    async def take_all(
        self,
        held: Connection,
        pages: AsyncIterator[Page],
        *,
        history: bool = False,
        named: bool = False,
        still: bool = False,
    ) -> AsyncGenerator[Page, None]:
        """Take in page after page: the next one is asked for and mapped while this one is stored.

        A page is yielded once it is stored, so whoever stops there stops at a known place. ``history``: older leads.
        ``named``: leads that were asked for one by one, because a webhook named them or a list told only a part; all
        that there is to know of them is there. ``still``: it moves no cursor.
        """
        storing: asyncio.Task[None] | None = None
        before: Page | None = None
        reached: datetime | None = None
        partial = not named and self._desk.providers[held.provider].feed.complete is not None
        try:
            async for page in pages:
                stored = await self._stored(held, page)
                latest = self._clock.now() + CLOCK_SKEW
                found = await self._map(page, stored, latest, partial=partial, again=named)
                reached = max(filter(None, (reached, found.newest)), default=None)
                found = replace(found, reached=None if page.unordered else reached)
                if storing and before:
                    await storing
                    yield before
                if named and (fresher := self._fresher.get((held.workspace, held.connection))) is not None:
                    fresher.update(r.external_id for r in page.records)
                still = still or named
                task = self._store(held, found, stored, history=history, named=named, still=still)
                storing = asyncio.create_task(task)
                before = page
        finally:
            if storing:
                await storing  # what was read is kept, even if the next page failed
        if before:
            yield before

    async def _store(
        self, held: Connection, page: Mapped, stored: dict[str, bytes], *, history: bool, named: bool, still: bool
    ) -> None:
        """Store what is new or changed of a page, with its alerts; the cursor moves with the last of it.

        Leads that a webhook named, or that were read because they changed, move no cursor (``still``): older ones, of
        which nobody told, may not have been read yet.
        """
        moved = not still and page.reached is not None and (held.cursor is None or page.reached > held.cursor)
        if not named and (fresher := self._fresher.get((held.workspace, held.connection))):
            page = replace(
                page,
                fresh=[row for row in page.fresh if row[0] not in fresher],
                partial=[part for part in page.partial if part[0] not in fresher],
            )
        if not page.fresh and not moved and not history:
            return
        page = replace(page, news=any(external_id not in stored for external_id, _ in page.fresh))
        alerting = not history and await self._may_alert(held)
        size = SLICE if alerting else QUIET_SLICE
        slices = [page.fresh[at : at + size] for at in range(0, len(page.fresh), size)] or [()]
        for number, rows in enumerate(slices, 1):
            ids = {external_id for external_id, _ in rows}
            part = replace(page, fresh=rows, partial=[p for p in page.partial if p[0] in ids])
            await self._store_slice(
                held, part, stored, history=history, still=still, partial=bool(page.partial), last=number == len(slices)
            )

    async def _may_alert(self, held: Connection) -> bool:
        """Whether a new lead of this connection leads to more than its row."""
        if self._desk.providers[held.provider].writes:
            return True
        rules = await self._desk.database.look(lambda tx: read_rules(tx, self._desk.providers, held.workspace))
        return bool(rules)

    async def _store_slice(
        self,
        held: Connection,
        page: Mapped,
        stored: dict[str, bytes],
        *,
        history: bool,
        still: bool,
        last: bool,
        partial: bool,
    ) -> None:
        """Some rows of a page, in one transaction; with the ``last`` of them the cursor moves."""
        now = self._clock.now()
        desk, workspace, connection = self._desk, held.workspace, held.connection

        def take_in_page(tx: Tx) -> int:
            if installations.stopped(tx, workspace):
                raise Halted  # the cursor stands still: it is read again when the app is installed again
            new = [(i, row) for i, row in page.fresh if i not in stored]
            first, end = _insert(tx, held, new, now, history=history)
            pings.to_complete(tx, workspace, connection, page.partial, now, history=history)
            cards = 0
            rules = read_rules(tx, desk.providers, workspace)
            if new and not history and (rules or desk.providers[held.provider].writes):
                arrived = [x for x in leads.numbered(tx, workspace, first, end) if not x.history]
                cards = alert.arrived(tx, desk, held, arrived, rules, now)
            if not partial:  # else what changed is stored when it is whole
                for external_id, row in page.fresh:
                    if external_id in stored:
                        pair = leads.change(tx, workspace, connection, external_id, row, less=page.less)
                        if pair:  # where the list says what it said before, the lead was completed and did not change
                            news = stored[external_id] != row[0]
                            cards += 1 + alert.changed(tx, desk, *pair, rules, now, news=news)
            if last:
                known.mention(tx, workspace, connection, page.mentions, now)
                lag = _lag(page.newest, now) if page.news and not history else None
                reached = None if history or still else page.reached
                connections.advance(tx, workspace, connection, cursor=reached, lag_seconds=lag)
                if history and page.oldest:
                    connections.history_reached(tx, workspace, connection, page.oldest)
            return cards

        if await desk.database.write(take_in_page):
            desk.wake()


def _insert(tx: Tx, held: Connection, rows: Sequence[Row], now: datetime, *, history: bool) -> tuple[int, int]:
    """Store new rows. What is older than all that was read so far counts as history, however it was found."""
    again = connections.get(tx, held.workspace, held.connection) if rows else None
    until = stamp(again.history_until) if again and again.history_until else ""
    before = leads.EVERYTHING if history else until
    return leads.insert(tx, held.workspace, held.connection, rows, now, history_before=before)


def _lag(newest: datetime | None, now: datetime) -> float | None:
    return max(0.0, (now - newest).total_seconds()) if newest else None
