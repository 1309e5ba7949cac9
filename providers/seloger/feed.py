"""How Groupe SeLoger's leads are read: by the time they were created in, part by part, oldest or newest part first.

There is no filter for what changed: the last 30 days are read again every hour. A lead that turns up in a further list
is a changed one, because its categories are part of its fingerprint.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from providers.errors import ProviderError
from providers.http import Api
from providers.lead import Lead
from providers.provider import Feed, Page, Record
from providers.seloger.criteria import settings_of
from providers.seloger.lists import Found, enabled, gather, settled
from providers.seloger.mapping import created, fingerprint, to_lead
from providers.seloger.settings import Settings
from providers.seloger.times import zone_of

PAGE_SIZE = 100
"""What the API allows is not published; 100 is common (see NOTES.md)."""
CLOCK_SKEW = timedelta(minutes=5)
"""How far the lead system's clock may be ahead of ours."""
BEHIND = timedelta(days=30)
"""So far back a list is read that failed for a while; the sweep reads no more either."""


def _record(lead: str, found: Found, categories: tuple[str, ...], seen: datetime, zone: tzinfo) -> Record:
    at = created(found.item, zone) or seen
    return Record(lead, fingerprint(found.item, categories), at, (found.item, categories, at))


def _in_pages(records: list[Record], zone: tzinfo, unreadable: int, size: int) -> Iterator[Page]:
    def read(raw: Any) -> Lead:
        item, categories, seen = raw
        return to_lead(item, categories, seen, zone)

    for begin in range(0, len(records), size):
        part = records[begin : begin + size]
        yield Page(part, read, 0 if begin else unreadable, max(r.created_at for r in part))
    if unreadable and not records:
        yield Page([], read, unreadable)


def _parts(settings: Settings, since: datetime) -> list[tuple[datetime, datetime]]:
    """The time from ``since`` on in parts that one search may span, oldest first.

    The last part goes on into the future where that is allowed: nobody's clock is trusted.
    """
    now = datetime.now(UTC)
    parts = [(since, since + timedelta(days=settings.window_days))]
    while parts[-1][1] <= now + CLOCK_SKEW:
        parts.append((parts[-1][1], parts[-1][1] + timedelta(days=settings.window_days)))
    if not settings.future_end:
        start, end = parts.pop()
        if start < now or not parts:
            parts.append((start, max(min(end, now), start + timedelta(seconds=1))))
    return parts


async def created_since(api: Api, since: datetime, size: int) -> AsyncIterator[Page]:
    """Leads created at or after ``since``, oldest first.

    A list that cannot be read holds up none of the others: it is told at the end, and read from where it was left at
    the next poll.
    """
    behind: dict[str, datetime] = api.remembered.setdefault("behind", {})
    begin = max(min([since, *behind.values()]), since - BEHIND)
    failed: dict[str, ProviderError] = {}
    try:
        async for page in _forward(api, begin, size, failed):
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
    async for page in _forward(api, since, size, failed):
        yield page
    for error in failed.values():
        raise error


async def _forward(api: Api, since: datetime, size: int, failed: dict[str, ProviderError]) -> AsyncIterator[Page]:
    settings = settings_of(api)
    zone = zone_of(settings.zone)
    later: list[Record] = []
    parts = _parts(settings, since)
    for start, end in parts:
        gathered = await gather(api, start, end, size, failed)
        records = later
        for lead, found in gathered.leads.items():
            categories = settled(api, lead, found, failed)
            if categories is not None:
                records.append(_record(lead, found, categories, start, zone))
        records.sort(key=_by_time)
        later = []
        if end != parts[-1][1]:  # a list may give more than was asked for: what is newer waits for its turn
            place = bisect_right(records, end, key=_by_time)
            records, later = records[:place], records[place:]
        for page in _in_pages(records, zone, gathered.unreadable, size):
            yield page
        if len(failed) == len(enabled(api)):
            return


async def created_until(api: Api, until: datetime, size: int) -> AsyncIterator[Page]:
    """Leads created up to ``until``, newest first, as far back as the connection's setting says.

    Pages are full but for the last one, because a short one counts as the last. Any failure is raised: it goes on from
    there later.
    """
    settings = settings_of(api)
    zone = zone_of(settings.zone)
    floor = until - timedelta(days=settings.history_days)
    end = until if settings.future_end else min(until, datetime.now(UTC))
    ready: list[Record] = []
    older: list[Record] = []
    given: set[str] = set()
    unreadable = 0
    while end > floor:
        start = max(end - timedelta(days=settings.window_days), floor)
        gathered = await gather(api, start, end, size)
        unreadable += gathered.unreadable
        records = older
        given |= {record.external_id for record in older}
        for lead, found in gathered.leads.items():
            if lead not in given and (categories := settled(api, lead, found, {})) is not None:
                record = _record(lead, found, categories, start, zone)
                records += [record] if record.created_at <= until else []
        records.sort(key=_by_time)
        place = bisect_left(records, start, key=_by_time) if start > floor else 0
        older, records = records[:place], records[place:]
        ready += reversed(records)
        given = {record.external_id for record in records}
        end = start
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
