"""How KPro Marketing's leads are read: by creation time only, because the API has no other time filter.

The next page's address is built here; ``links.next`` comes from the server and is never followed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import orjson

from providers.http import Api
from providers.kpro.actions import get_page
from providers.kpro.mapping import moment, to_lead
from providers.provider import Feed, Page, Record

FAR = datetime(9999, 1, 1, tzinfo=UTC)
PAGE_SIZE = 500
"""Half of the API's maximum ("Pagination"): as fast, and two pages at a time take less memory."""


def _filter_time(at: datetime) -> str:
    """ "YYYY-MM-DD HH:mm", UTC ("Filtering")."""
    return at.strftime("%Y-%m-%d %H:%M")


def read_page(items: list[Any], seen: datetime) -> Page:
    """Ids, fingerprints and times of a page; nothing is mapped yet."""
    records: list[Record] = []
    unreadable = 0
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("id"), int | str) or item["id"] == "":
            unreadable += 1
            continue
        created = moment(item.get("createdAt")) or moment(item.get("updatedAt")) or seen
        fingerprint = blake2b(orjson.dumps(item), digest_size=8).digest()
        records.append(Record(str(item["id"]), fingerprint, created, item))
    return Page(records, lambda raw: to_lead(raw, seen), unreadable)


@dataclass(slots=True)
class _Place:
    """Where a reading stands: a bound that moves with every page instead of the page number, so that leads that come or
    go meanwhile hide none; only where a whole page lies within one minute the page number grows."""

    bound: datetime
    page: int = 1
    seen: set[str] = field(default_factory=set)

    def ends(self, read: Page, size: int) -> bool:
        """Whether nothing follows a page: nothing came, it is short, or its number is not understood and it repeats.

        What ``pagination`` says of totals is not believed: it may be wrong, and asking once more costs little.
        """
        before = len(self.seen)
        self.seen.update(record.external_id for record in read.records)
        repeats = self.page > 1 and len(self.seen) == before
        return repeats or len(read.records) + read.unreadable < size

    def move(self, at: datetime) -> None:
        """To the last time that was read."""
        self.page = self.page + 1 if _filter_time(at) == _filter_time(self.bound) else 1
        self.bound = at if self.page == 1 else self.bound


async def created_since(api: Api, since: datetime, size: int) -> AsyncIterator[Page]:
    """Leads created at or after the minute of ``since``, oldest first."""
    place = _Place(since)
    while True:
        query = [
            ("createdAt.gte", _filter_time(place.bound)),
            ("sort", "createdAt"),
            ("page", str(place.page)),
            ("size", str(size)),
        ]
        read = read_page((await get_page(api, query))["data"], since)
        newest = max((r.created_at for r in read.records), default=place.bound)
        yield replace(read, reached=newest)
        if place.ends(read, size):
            return
        place.move(newest)


async def created_until(api: Api, until: datetime, size: int) -> AsyncIterator[Page]:
    """Leads created up to ``until``, newest first."""
    place = _Place(until)
    while True:
        after = _filter_time(min(place.bound, FAR) + timedelta(minutes=1))
        query = [("createdAt.lt", after), ("sort", "-createdAt"), ("page", str(place.page)), ("size", str(size))]
        read = read_page((await get_page(api, query))["data"], until)
        yield read
        if place.ends(read, size):
            return
        place.move(min((r.created_at for r in read.records), default=place.bound))


FEED = Feed(new=created_since, history=created_until, changes=created_since, page_size=PAGE_SIZE)
