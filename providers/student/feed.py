"""How student.com's leads are read: by days of creation, and what changed last where it sorts by that.

The list has neither a time of change nor a filter for it. What changed is therefore seen in two ways at every poll:
from the top of the list sorted by change down to a page on which nothing is new, and by reading the leads of the last
30 days again, a few pages each time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import orjson

from providers.errors import Rejected, Unavailable
from providers.http import Api
from providers.provider import Feed, Page, Record
from providers.student.actions import ask_lead
from providers.student.errors import FORBIDDEN, GONE, MALFORMED
from providers.student.mapping import merged, moment, reference, text, to_lead
from providers.student.pages import DAY, LARGEST_PAGE, Lead, Listed, days, downwards, page, upwards

LAST_CHANGED_FIRST = {"sortBy": "UPDATED_AT", "sortDirection": "DESCENDING"}
NEWEST_FIRST = {"sortBy": "CREATED_AT", "sortDirection": "DESCENDING"}
TOP_PAGES = 4
"""Pages that are read at most, at one poll, of what changed last."""
AGAIN_PAGES = 2
"""Pages of the last 30 days that are read again at every poll; twice as many where there is no sorting."""
AGAIN_SPAN = timedelta(days=30)
AT_ONCE = 500
"""Leads that are given at once, of those that were read before any is given."""
SEEN = 1000
"""Fingerprints that are remembered of what changed last."""
DETAILS_ATTEMPTS = 3
"""How often a lead's details are asked for while the server fails over them; then the lead stays as it was listed."""
_REFUSES, _SEEN, _AGAIN, _FAILED = "refuses-sorting", "changed-last", "again", "failed"


def fingerprint(item: Lead) -> bytes:
    """Of all that the list says of a lead."""
    return blake2b(orjson.dumps(item), digest_size=8).digest()


def _created(lead: Lead, seen: datetime) -> datetime:
    return moment(lead.get("createdAt")) or seen


def _record(key: str, lead: Lead, seen: datetime) -> Record:
    return Record(key, fingerprint(lead), _created(lead, seen), lead)


def page_of(records: Sequence[Record], seen: datetime, unreadable: int = 0, reached: datetime | None = None) -> Page:
    """Ids, fingerprints and times; nothing is mapped yet."""
    return Page(records, lambda raw: to_lead(raw, seen), unreadable, reached)


def _in_pages(records: list[Record], seen: datetime, unreadable: int, size: int) -> Iterable[Page]:
    for start in range(0, len(records), size):
        part = records[start : start + size]
        yield page_of(part, seen, unreadable if start == 0 else 0, max(r.created_at for r in part))
    if unreadable and not records:
        yield page_of([], seen, unreadable)


# --------------------------------------------------------------------------------- by time of creation


async def created_since(api: Api, since: datetime, size: int) -> AsyncIterator[Page]:
    """Leads created at or after ``since``, oldest first."""
    before: set[str] = set()
    async for found in upwards(api, since.date(), size):
        records = [_record(key, lead, since) for key, lead in found.leads.items() if key not in before]
        records = sorted((r for r in records if r.created_at >= since), key=lambda r: r.created_at)
        before = set(found.leads)  # the windows of two days may share the day between them
        for each in _in_pages(records, since, found.unreadable, max(size, AT_ONCE)):
            yield each
        del found, records  # while the next window is read


async def created_until(api: Api, until: datetime, size: int) -> AsyncIterator[Page]:
    """Leads created up to ``until``, newest first. Pages are filled up to ``size``, a short one counts as the last."""
    waiting: list[Record] = []
    unreadable = 0
    before: set[str] = set()
    last = until.date() if until.year >= 9999 else (until + 2 * DAY).date()  # in whatever zone days are counted
    async for found in downwards(api, last, size):
        records = [_record(key, lead, until) for key, lead in found.leads.items() if key not in before]
        waiting += sorted((r for r in records if r.created_at <= until), key=lambda r: r.created_at, reverse=True)
        unreadable += found.unreadable
        before = set(found.leads)
        while len(waiting) >= size:
            part, waiting = waiting[:size], waiting[size:]
            yield page_of(part, until, unreadable)
            unreadable = 0
    if waiting or unreadable:
        yield page_of(waiting, until, unreadable)


# ------------------------------------------------------------------------------------ what has changed


async def changed_since(api: Api, since: datetime, size: int) -> AsyncIterator[Page]:
    """What may have changed, at every poll: some of the last 30 days again, then what changed last.

    ``since`` is where reading came to before; here that is the newest creation time, because there is no other.
    """
    async for each in _again(api, since, size):
        yield each
    if not _sorts(api):
        return
    try:
        async for each in _changed_last(api, since, size):
            yield each
    except Rejected as refused:
        if not _refuses_sorting(refused):
            raise
        api.remembered[_REFUSES] = True


def _sorts(api: Api) -> bool:
    return getattr(api.settings, "sorts", True) and not api.remembered.get(_REFUSES)


def _refuses_sorting(refused: Rejected) -> bool:
    """Whether it is the question that is refused: a server that fails for a moment may sort the next time."""
    return refused.status == MALFORMED or any((e.field or "").startswith("sort") for e in refused.errors)


def _listed(items: list[Any], seen: datetime) -> tuple[Page, list[Record]]:
    found = Listed()
    found.take(items)
    records = [_record(key, lead, seen) for key, lead in found.leads.items()]
    newest = max((r.created_at for r in records), default=None)
    return page_of(records, seen, found.unreadable, newest), records


async def _changed_last(api: Api, since: datetime, size: int) -> AsyncIterator[Page]:
    """From the top down to a page on which everything is as it was.

    A whole page, because what changed invisibly may stand above what changed. What was seen is remembered once all
    of it was given, so that a reading that is broken off is made again.
    """
    seen: dict[str, bytes] = dict(api.remembered.get(_SEEN, {}))
    fresh: dict[str, bytes] = {}
    for number in range(1, TOP_PAGES + 1):
        items, _, last = await page(api, number, size, LAST_CHANGED_FIRST)
        shown, records = _listed(items, since)
        yield shown
        news = [r for r in records if seen.get(r.external_id) != r.fingerprint and r.external_id not in fresh]
        fresh |= {r.external_id: r.fingerprint for r in records}
        if last or not news:
            break
    kept = fresh | {key: mark for key, mark in seen.items() if key not in fresh}
    api.remembered[_SEEN] = dict(list(kept.items())[:SEEN])


async def _again(api: Api, since: datetime, size: int) -> AsyncIterator[Page]:
    """The next few pages of what came in the 30 days before ``since`` and since then; from the top at their end."""
    sorts = _sorts(api)
    given = days((since - AGAIN_SPAN).date(), None)
    number: int = api.remembered.get(_AGAIN, 1)
    for _ in range(AGAIN_PAGES if sorts else 2 * AGAIN_PAGES):
        try:
            items, _, last = await page(api, number, size, given | (NEWEST_FIRST if sorts else {}))
        except Rejected as refused:
            if not sorts or not _refuses_sorting(refused):
                raise
            api.remembered[_REFUSES] = True
            items, _, last = await page(api, number, size, given)
            sorts = False
        shown, _ = _listed(items, since)
        yield shown
        number = 1 if last else number + 1
        api.remembered[_AGAIN] = number
        if last:
            return


# --------------------------------------------------------------------------- what only the lead itself tells


async def completed(api: Api, raws: Sequence[Any]) -> AsyncIterator[Page]:
    """Each lead with its details, asked for one at a time.

    One that is gone, that this account may not see, or that has no hash is given as the list told it. Where the
    server itself fails over one, it is asked for again later, after the others (raises Unavailable), a few times.
    """
    failed: dict[str, int] = api.remembered.setdefault(_FAILED, {})
    again = False
    for raw in raws:
        if (key := reference(raw)) is None:
            continue
        lead: Lead | None = None
        whole = False
        try:
            lead, whole = await _with_details(api, key, raw)
        except Rejected as error:
            if error.status == MALFORMED:  # the question itself: it would be refused for every lead
                raise
            if error.status not in (GONE, FORBIDDEN):
                failed[key] = failed.get(key, 0) + 1
                if failed[key] < DETAILS_ATTEMPTS:
                    again = True
                    continue
        failed.pop(key, None)
        times = [one.get(name) for name in ("createdAt", "updatedAt") for one in (raw, lead or {})]
        created = next((at for time in times if (at := moment(time))), None)
        if created is not None:
            found = page_of([Record(key, fingerprint(raw), created, lead or raw)], created)
            yield replace(found, less=not whole)
    if again:
        raise Unavailable("it fails over some leads")


async def _with_details(api: Api, key: str, raw: Lead) -> tuple[Lead | None, bool]:
    """The record with its details, ``None`` where the list gave no hash; and whether nothing of them was withheld.
    Raises one of the four failures."""
    hash_ = text(raw.get("hash"))
    if not hash_:
        return None, False
    answer = await ask_lead(api, key, hash_)
    return merged(raw, answer.value), answer.said is None


FEED = Feed(
    new=created_since,
    history=created_until,
    changes=created_since,
    follows=changed_since,
    complete=completed,
    page_size=LARGEST_PAGE,
    overlap=DAY,
    sweep_span=AGAIN_SPAN,
)
