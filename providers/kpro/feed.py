"""How KPro Marketing's leads are read: by creation time only, because the API has no other time filter.

The next page's address is built here; ``links.next`` comes from the server and is never followed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import orjson

from providers.http import Api
from providers.kpro.actions import get_page
from providers.kpro.mapping import moment, to_lead
from providers.provider import Feed, Page, Record

FAR = datetime(9999, 1, 1, tzinfo=UTC)
PAGE_SIZE = 1000
"""The API's maximum ("Pagination")."""


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


def _last(answer: dict[str, Any], page: int, size: int) -> bool:
    """Whether this was the last page: nothing came, a short page, or ``currentPage`` reached ``lastPage``."""
    if not answer["data"] or len(answer["data"]) < size:
        return True
    pagination = answer.get("pagination")
    last = pagination.get("lastPage") if isinstance(pagination, dict) else None
    return isinstance(last, int) and page >= last


async def created_since(api: Api, since: datetime, size: int) -> AsyncIterator[Page]:
    """Leads created at or after the minute of ``since``, oldest first.

    The bound moves up with every page instead of the page number, so that leads that come or go meanwhile hide
    none; only where a whole page lies within one minute the page number grows.
    """
    page, bound = 1, since
    while True:
        query = [
            ("createdAt.gte", _filter_time(bound)),
            ("sort", "createdAt"),
            ("page", str(page)),
            ("size", str(size)),
        ]
        answer = await get_page(api, query)
        read = read_page(answer["data"], since)
        newest = max((r.created_at for r in read.records), default=bound)
        yield replace(read, reached=newest)
        if _last(answer, page, size):
            return
        if _filter_time(newest) == _filter_time(bound):
            page += 1
        else:
            page, bound = 1, newest


async def created_until(api: Api, until: datetime, size: int) -> AsyncIterator[Page]:
    """Leads created up to ``until``, newest first.

    The bound moves down with every page instead of the page number, so that leads that come or go meanwhile
    hide none; only where a whole page lies within one minute the page number grows.
    """
    page, bound = 1, until
    while True:
        after = _filter_time(min(bound, FAR) + timedelta(minutes=1))
        query = [("createdAt.lt", after), ("sort", "-createdAt"), ("page", str(page)), ("size", str(size))]
        answer = await get_page(api, query)
        read = read_page(answer["data"], until)
        yield read
        if _last(answer, page, size):
            return
        oldest = min(r.created_at for r in read.records) if read.records else bound
        if _filter_time(oldest) == _filter_time(bound):
            page += 1
        else:
            page, bound = 1, oldest


FEED = Feed(new=created_since, history=created_until, changes=created_since, page_size=PAGE_SIZE)
