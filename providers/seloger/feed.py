"""How Groupe SeLoger's leads are read: by the time they were created in, part by part, oldest or newest part first.

There is no filter for what changed: the last 30 days are read again every hour. A lead that turns up in a further list
is a changed one, because its categories are part of its fingerprint.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, TypeVar

from providers.errors import ProviderError, Rejected
from providers.http import Api
from providers.lead import Lead
from providers.provider import Feed, Page, Record
from providers.seloger.criteria import settings_of
from providers.seloger.lists import MOST_AT_ONCE, Found, Gathered, TooManyError, enabled, gather, settled
from providers.seloger.mapping import fingerprint, to_lead
from providers.seloger.settings import Settings
from providers.seloger.times import zone_of

T = TypeVar("T")
PAGE_SIZE = 100
"""What the API allows is not published; 100 is common (see NOTES.md)."""
CLOCK_SKEW = timedelta(minutes=5)
"""How far the lead system's clock may be ahead of ours."""
WIDEST = timedelta(days=120)
SHORTEST = timedelta(hours=1)
"""Of parts; one that holds more leads than are read at once is read whole."""
BEHIND = timedelta(days=30)
"""So far back a list is read that failed for a while; the sweep reads no more either."""


def _record(lead: str, found: Found, categories: tuple[str, ...], seen: datetime, zone: tzinfo) -> Record:
    at = found.head.created_at(zone) or seen
    return Record(lead, fingerprint(found.item, categories), at, (lead, found.item, categories, at))


def _in_pages(records: list[Record], zone: tzinfo, unreadable: int, size: int) -> Iterator[Page]:
    def read(raw: Any) -> Lead:
        lead, item, categories, at = raw
        return to_lead(lead, item, categories, at, zone)

    for begin in range(0, len(records), size):
        part = records[begin : begin + size]
        yield Page(part, read, 0 if begin else unreadable, max(r.created_at for r in part))
    if unreadable and not records:
        yield Page([], read, unreadable)


@dataclass(frozen=True, slots=True)
class _Part:
    """A time, and what is in it."""

    start: datetime
    end: datetime
    gathered: Gathered
    last: bool


class _Span:
    """How long a part is: as long as one search surely may span, shorter where there is much; where ``wide``, longer
    where there is little."""

    def __init__(self, settings: Settings, *, wide: bool = False) -> None:
        self.length = self._sure = timedelta(days=settings.window_days)
        self._longest = WIDEST if wide else self._sure

    @property
    def most(self) -> int | None:
        """How many leads a part may hold; a shortest one any number."""
        return MOST_AT_ONCE if self.length > SHORTEST else None

    def shorter(self) -> None:
        self.length = max(self.length / 2, SHORTEST)

    def refused(self) -> bool:
        """A search was refused: whether a shorter one may not be."""
        wide, self._longest = self.length > self._sure, self._sure
        self.length = min(self.length, self._sure)
        return wide

    def read(self, gathered: Gathered) -> None:
        if len(gathered.leads) < MOST_AT_ONCE / 4:
            self.length = min(self.length * 2, self._longest)


async def _later(api: Api, since: datetime, size: int, failed: dict[str, ProviderError]) -> AsyncGenerator[_Part, None]:
    """The time from ``since`` on, part by part, oldest first.

    The last part goes on into the future where that is allowed: nobody's clock is trusted.
    """
    settings, now = settings_of(api), datetime.now(UTC)
    span, start = _Span(settings), since
    while True:
        end = start + span.length
        last = end > now + CLOCK_SKEW
        if not settings.future_end and end >= now:
            end, last = max(now, start + timedelta(seconds=1)), True
        try:
            gathered = await gather(api, start, end, size, failed, span.most)
        except TooManyError:
            span.shorter()
            continue
        yield _Part(start, end, gathered, last)
        if last or len(failed) == len(enabled(api)):
            return
        span.read(gathered)
        start = end


async def _earlier(api: Api, until: datetime, size: int) -> AsyncGenerator[_Part, None]:
    """The time up to ``until``, part by part, newest first, as far back as the connection's setting says.

    Where there is little, longer parts are tried, so that half a year of nothing is a handful of calls.
    """
    settings = settings_of(api)
    floor = until - timedelta(days=settings.history_days)
    end = until if settings.future_end else min(until, datetime.now(UTC))
    span = _Span(settings, wide=not api.remembered.get("narrow"))
    while end > floor:
        start = max(end - span.length, floor)
        try:
            gathered = await gather(api, start, end, size, None, span.most)
        except TooManyError:
            span.shorter()
            continue
        except Rejected:
            if not span.refused():
                raise
            api.remembered["narrow"] = True
            continue
        yield _Part(start, end, gathered, start == floor)
        span.read(gathered)
        end = start


async def _ahead(source: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """The same; the next one is asked for while this one is worked on."""
    coming = asyncio.ensure_future(anext(source, None))
    try:
        while (found := await coming) is not None:
            coming = asyncio.ensure_future(anext(source, None))
            yield found
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await source.aclose()


async def created_since(api: Api, since: datetime, size: int) -> AsyncIterator[Page]:
    """Leads created at or after ``since``, oldest first.

    A list that cannot be read holds up none of the others: it is told at the end, and read from where it was left at
    the next poll.
    """
    behind: dict[str, datetime] = api.remembered.setdefault("behind", {})
    begin = max(min([since, *behind.values()]), since - BEHIND)
    failed: dict[str, ProviderError] = {}
    try:
        async with aclosing(_forward(api, begin, size, failed)) as pages:
            async for page in pages:
                yield page
    finally:
        behind.update({name: begin for name in failed if name not in behind})
    for name in [name for name in behind if name not in failed]:
        del behind[name]
    for error in failed.values():
        raise error


async def changed_since(api: Api, since: datetime, size: int) -> AsyncIterator[Page]:
    """Everything created since then, because any of it may have changed. Failures as in :func:`created_since`."""
    failed: dict[str, ProviderError] = {}
    async with aclosing(_forward(api, since, size, failed)) as pages:
        async for page in pages:
            yield page
    for error in failed.values():
        raise error


async def _forward(
    api: Api, since: datetime, size: int, failed: dict[str, ProviderError]
) -> AsyncGenerator[Page, None]:
    async with aclosing(_ahead(_in_turn(api, since, size, failed))) as parts:
        async for pages in parts:
            for page in pages:
                yield page


async def _in_turn(
    api: Api, since: datetime, size: int, failed: dict[str, ProviderError]
) -> AsyncGenerator[list[Page], None]:
    """The pages of part after part.

    A list may give more than was asked for, whole days for example: what is newer waits for its turn, and what is older
    was given in its own.
    """
    settings = settings_of(api)
    zone = zone_of(settings.zone)
    days = settings.times == "date"
    waiting: list[Record] = []
    async with aclosing(_later(api, since, size, failed)) as parts:
        async for part in parts:
            records = waiting
            for lead, found in part.gathered.leads.items():
                categories = settled(api, lead, found, failed)
                if categories is not None:
                    record = _record(lead, found, categories, part.start, zone)
                    if not days or part.start == since or record.created_at >= part.start:
                        records.append(record)
            records.sort(key=_by_time)
            place = len(records) if part.last else bisect_right(records, part.end, key=_by_time)
            records, waiting = records[:place], records[place:]
            yield list(_in_pages(records, zone, part.gathered.unreadable, size))


async def created_until(api: Api, until: datetime, size: int) -> AsyncIterator[Page]:
    """Leads created up to ``until``, newest first.

    Pages are full but for the last one, because a short one counts as the last. Any failure is raised: it goes on from
    there later.
    """
    zone = zone_of(settings_of(api).zone)
    ready: list[Record] = []
    older: list[Record] = []
    given: set[str] = set()
    unreadable = 0
    async with aclosing(_earlier(api, until, size)) as parts:
        async for part in parts:
            records = older
            given |= {record.external_id for record in older}
            for lead, found in part.gathered.leads.items():
                if lead not in given and (categories := settled(api, lead, found, {})) is not None:
                    record = _record(lead, found, categories, part.start, zone)
                    records += [record] if record.created_at <= until else []
            records.sort(key=_by_time)
            place = 0 if part.last else bisect_left(records, part.start, key=_by_time)
            older, records = records[:place], records[place:]
            given = {record.external_id for record in records}
            ready += reversed(records)
            unreadable += part.gathered.unreadable
            whole = len(ready) // size * size
            for page in _in_pages(ready[:whole], zone, unreadable if whole else 0, size):
                yield page
            ready, unreadable = ready[whole:], 0 if whole else unreadable
    for page in _in_pages(ready, zone, unreadable, size):
        yield page


def _by_time(record: Record) -> datetime:
    return record.created_at


FEED = Feed(new=created_since, history=created_until, changes=changed_since, page_size=PAGE_SIZE)
"""The list of leads, and the lists of the categories that a connection reads too."""
