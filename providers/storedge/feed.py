"""How leads are read, over all facilities of a connection: new ones, older ones, and what changed.

The order of the list is not documented. So that the cursor never passes over a lead, a stretch of time is read whole,
in every facility, and sorted here; a long one is cut into stretches of a few pages. Filters are compared again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b
from typing import Any

import orjson

from providers.http import Api
from providers.provider import Feed, Page, Record
from providers.storedge import facilities
from providers.storedge.auth import OneLegged
from providers.storedge.mapping import created, to_lead
from providers.storedge.models.listing import LARGEST_PAGE, iso
from providers.storedge.pages import Listed, ask, of_facility, walk
from providers.storedge.settings import facilities_of, setting

HELD_PAGES = 6
"""About as many are held at once to be sorted."""
SHORTEST = timedelta(seconds=2)
"""A stretch is not cut further, however many leads came in it."""
GRACE = timedelta(seconds=1)
"""Bounds are asked for this much wider: whether they count themselves in is not documented."""
FIRST_STRETCH = timedelta(days=7)


INSTANT = timedelta(milliseconds=1)
"""As finely as storEDGE writes a time."""


def record_of(lead: dict[str, Any], seen: datetime) -> Record:
    """Id, fingerprint and creation time; nothing is mapped yet."""
    fingerprint = blake2b(orjson.dumps(lead), digest_size=8).digest()
    return Record(str(lead["id"]), fingerprint, created(lead) or seen, lead)


async def page_of(
    api: Api, records: list[Record], seen: datetime, unreadable: int = 0, reached: datetime | None = None
) -> Page:
    """A page whose leads know what their facilities are called."""
    names = await facilities.names(api) if records else {}
    currency = setting(api.settings, "currency")
    return Page(records, partial(to_lead, seen=seen, facilities=names, currency=currency), unreadable, reached)


# ---------------------------------------------------------------------------------- a stretch of time


@dataclass(frozen=True)
class Stretch:
    """The time from ``start`` until before ``end``; ``None``: without that bound."""

    api: Api
    start: datetime | None
    end: datetime | None
    size: int

    @property
    def seen(self) -> datetime:
        """Stands in for a creation time that is missing."""
        return self.start or (self.end - INSTANT if self.end else datetime.now(UTC))

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """Both bounds as they are asked for."""
        after = (("created_after", iso(self.start - GRACE)),) if self.start else ()
        before = (("created_before", iso(self.end + GRACE)),) if self.end else ()
        return (*after, *before)

    async def begun(self) -> Begun:
        """Ask for the first page in each facility."""
        pages = {f: await ask(self.api, f, self.query, 1, self.size) for f in facilities_of(self.api.account)}
        counts = [listed.count if listed.more else len(listed.leads) for listed in pages.values()]
        told = [c for c in counts if c is not None]
        strange = any(self._strange(lead) for listed in pages.values() for lead in listed.leads)
        return Begun(self, pages, sum(told) if len(told) == len(counts) else None, strange)

    def _strange(self, lead: dict[str, Any]) -> bool:
        """Whether a lead lies outside the bounds: this system does not heed them."""
        at = created(lead)
        early = at is not None and self.start is not None and at < self.start - 2 * GRACE
        return early or (at is not None and self.end is not None and at > self.end + 2 * GRACE)

    def holds(self, at: datetime) -> bool:
        """Whether a time lies in it."""
        return (self.start is None or at >= self.start) and (self.end is None or at < self.end)


@dataclass(slots=True)
class Found:
    """All of a stretch, in no order, and how many items were unreadable."""

    seen: datetime
    records: list[Record] = field(default_factory=list)
    unreadable: int = 0


@dataclass(frozen=True)
class Begun:
    """A stretch of which the first pages are known. ``count``: leads in all (``None``: nobody says)."""

    stretch: Stretch
    pages: dict[str, Listed]
    count: int | None
    unheeded: bool

    @property
    def few(self) -> bool:
        """Whether all of it may be held at once."""
        return self.count is not None and self.count <= HELD_PAGES * self.stretch.size

    async def whole(self) -> Found:
        """Read the rest of it."""
        stretch = self.stretch
        found = Found(stretch.seen)
        ids: set[str] = set()
        for facility, first in self.pages.items():
            async for page in walk(stretch.api, facility, stretch.query, stretch.size, first):
                found.unreadable += page.unreadable
                for lead in page.leads:
                    record = record_of(of_facility(lead, facility), found.seen)
                    if record.external_id not in ids and stretch.holds(record.created_at):
                        ids.add(record.external_id)
                        found.records.append(record)
        return found


def _next_span(span: timedelta, count: int | None, size: int) -> timedelta:
    """A length that should hold most of what may be held at once."""
    if count is None:
        return max(SHORTEST, span / 2)
    wanted = 0.7 * HELD_PAGES * size / max(count, 1)
    return max(SHORTEST, span * min(4.0, max(0.02, wanted)))


async def _cut(api: Api, edge: datetime, span: timedelta, size: int, *, older: bool) -> tuple[Begun, timedelta]:
    """A stretch beside ``edge`` that holds few leads, and its length."""
    while True:
        start, end = (edge - span, edge) if older else (edge, edge + span)
        begun = await Stretch(api, start, end, size).begun()
        if begun.few or begun.unheeded or span <= SHORTEST:
            return begun, span
        span = _next_span(span, begun.count, size)


# --------------------------------------------------------------------------------------- the three ways


async def _stretches_since(api: Api, since: datetime, size: int) -> AsyncIterator[Found]:
    """Stretch after stretch until now. The last one has no end, whatever clocks say."""
    rest = await Stretch(api, since, None, size).begun()
    edge, span = since, FIRST_STRETCH
    while not (rest.few or rest.unheeded):
        if edge + SHORTEST >= _now(api):
            break
        begun, span = await _cut(api, edge, span, size, older=False)
        if begun.unheeded:
            break
        yield await begun.whole()
        edge += span
        span = _next_span(span, begun.count, size)
        if edge + span >= _now(api):
            rest = await Stretch(api, edge, None, size).begun()
    if rest.stretch.start != edge:
        rest = await Stretch(api, edge, None, size).begun()
    yield await rest.whole()


async def _stretches_until(api: Api, until: datetime, size: int) -> AsyncIterator[Found]:
    """Stretch after stretch into the past. The last one has no beginning."""
    edge, span = until + INSTANT, FIRST_STRETCH
    rest = await Stretch(api, None, edge, size).begun()
    while not (rest.few or rest.unheeded):
        begun, span = await _cut(api, edge, span, size, older=True)
        if begun.unheeded:
            break
        found = await begun.whole()
        yield found
        edge -= span
        span = _next_span(span, begun.count, size)
        left = None if rest.count is None else rest.count - len(found.records)
        if left is None or left <= HELD_PAGES * size or not found.records:
            rest = await Stretch(api, None, edge, size).begun()
        else:
            rest = Begun(rest.stretch, rest.pages, left, unheeded=False)
    if rest.stretch.end != edge:
        rest = await Stretch(api, None, edge, size).begun()
    yield await rest.whole()


async def created_since(api: Api, since: datetime, size: int) -> AsyncIterator[Page]:
    """Leads created at or after ``since`` in any of the facilities, oldest first."""
    async for found in _stretches_since(api, since, size):
        ordered = sorted(found.records, key=lambda r: r.created_at)
        for start in range(0, len(ordered), size):
            part = ordered[start : start + size]
            yield await page_of(api, part, found.seen, found.unreadable if start == 0 else 0, part[-1].created_at)
        if found.unreadable and not ordered:
            yield await page_of(api, [], found.seen, found.unreadable)


async def created_until(api: Api, until: datetime, size: int) -> AsyncIterator[Page]:
    """Leads created up to ``until`` in any of the facilities, newest first; pages are full, but for the last."""
    waiting: list[Record] = []
    unreadable = 0
    seen = until
    async for found in _stretches_until(api, until, size):
        waiting += sorted(found.records, key=lambda r: r.created_at, reverse=True)
        unreadable, seen = unreadable + found.unreadable, found.seen
        while len(waiting) >= size:
            part, waiting = waiting[:size], waiting[size:]
            yield await page_of(api, part, seen, unreadable)
            unreadable = 0
    if waiting or unreadable:
        yield await page_of(api, waiting, seen, unreadable)


async def changed_since(api: Api, since: datetime, size: int) -> AsyncIterator[Page]:
    """Leads changed at or after ``since``, in whatever order they come.

    They do not say when they were changed, so how far reading has come is what the system's clock said when it began:
    whatever changes later is asked for next time. It stands on the last page only.
    """
    before: list[Record] | None = None
    unreadable = 0
    began: datetime | None = None
    for facility in facilities_of(api.account):
        async for listed in walk(api, facility, (("updated_since", iso(since)),), size):
            began = began or _now(api)
            if before is not None:
                yield await page_of(api, before, since, unreadable)
            before = [record_of(of_facility(lead, facility), since) for lead in listed.leads]
            unreadable = listed.unreadable
        began = began or _now(api)
    if before is not None:
        yield await page_of(api, before, since, unreadable, began)


def _now(api: Api) -> datetime:
    """The lead system's own time, else ours."""
    told = api.auth.server_time if isinstance(api.auth, OneLegged) else None
    return told or datetime.now(UTC)


FEED = Feed(
    new=created_since,
    history=created_until,
    changes=changed_since,
    follows=changed_since,
    page_size=LARGEST_PAGE,
)
