"""How Lofty's leads are read: new ones by the time they were made, changed ones by the time they were changed.

The two searches by time (5.5.6 and 5.5.8) are missing from Lofty's newer description. Where they are not there, the
list stands in: new leads by its sorting, changes by the times of assignment and by reading it again, a few pages at
every poll.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from providers.errors import Rejected
from providers.http import Api
from providers.lofty.mapping import content, created, fingerprint, moment, to_lead, updated
from providers.lofty.pages import LARGEST_PAGE, LEADS, Lead, Listed, Place, ask, walk
from providers.provider import Feed, Page, Record

BY_CREATION = f"{LEADS}/createTime"
BY_CHANGE = f"{LEADS}/updateTime"
NEWEST_FIRST = (("sort", "CreateTime"), ("desc", "true"))
ASSIGNED_LAST_FIRST = (("sort", "AssignTime"), ("desc", "true"))
AGAIN_PAGES = 2
"""Pages of the list that are read again at every poll where Lofty cannot say what changed: with 10 calls a minute, what
leaves room for people."""
AGAIN_SPAN = timedelta(days=30)
STEP = 8
"""Pages that are skipped at once while looking for where older leads begin."""
SLACK = 10
REMEMBERED = 4


def search_time(api: Api, at: datetime) -> str:
    """As the searches by time take it: without a zone, "according to time zone set as UTC-7"."""
    hours = float(getattr(api.settings, "times_offset", -7))
    return at.astimezone(timezone(timedelta(hours=hours))).strftime("%Y-%m-%d %H:%M:%S")


def page_of(leads: Iterable[Lead], seen: datetime, unreadable: int = 0, reached: datetime | None = None) -> Page:
    """Ids, fingerprints and times; nothing is mapped yet."""
    records = [Record(str(lead["leadId"]), fingerprint(lead), created(lead) or seen, lead) for lead in leads]
    return Page(records, lambda raw: to_lead(raw, seen), unreadable, reached)


def _in_pages(
    found: list[Lead], by: Callable[[Lead], datetime | None], seen: datetime, unreadable: int, size: int
) -> Iterable[Page]:
    """Oldest first, whatever order they came in, so that whoever stops has missed nothing before that point."""
    ordered = sorted(found, key=lambda lead: by(lead) or seen)
    for start in range(0, len(ordered), size):
        part = ordered[start : start + size]
        reached = max((at for lead in part if (at := by(lead))), default=None)
        yield page_of(part, seen, unreadable if start == 0 else 0, reached)
    if unreadable and not ordered:
        yield page_of([], seen, unreadable)


class _MissingError(Exception):
    """This Lofty has no such search."""


async def _by_time(api: Api, path: str, name: str, since: datetime, size: int) -> AsyncGenerator[Listed, None]:
    """A search by time. Raises _MissingError, before anything is given."""
    if api.remembered.get(path) == "missing":
        raise _MissingError
    try:
        async with aclosing(walk(api, path, ((name, search_time(api, since)),), size=size)) as pages:
            async for listed in pages:
                api.remembered[path] = "there"
                yield listed
    except Rejected as error:
        if error.status == 403 or api.remembered.get(path) == "there":
            raise
        api.remembered[path] = "missing"  # 404, 405, 501; or 400, where it is taken for a lead's number
        raise _MissingError from None
    api.remembered[path] = "there"


async def _newest(
    api: Api, query: tuple[tuple[str, str], ...], by: str, since: datetime, size: int
) -> AsyncGenerator[Listed, None]:
    """From the top of a sorted list down to ``since``. A page that is out of order is no bound: it goes on then."""
    async with aclosing(walk(api, LEADS, query, size=size)) as pages:
        async for listed in pages:
            yield listed
            times = [at for lead in listed.leads if (at := moment(lead.get(by)))]
            if times and min(times) < since and times == sorted(times, reverse=True):
                break
            if not times and listed.leads:  # sorted by what none of them has: those without it come last
                break


async def _since(
    listing: AsyncGenerator[Listed, None], by: Callable[[Lead], datetime | None], since: datetime
) -> AsyncIterator[Page]:
    """Page after page as Lofty lists them. In which order that is, is not documented: no cursor may move before the
    last."""
    waiting: Page | None = None
    async with aclosing(listing) as pages:
        async for listed in pages:
            found = [lead for lead in listed.leads if (by(lead) or since) >= since]
            if found or listed.unreadable:
                if waiting:
                    yield replace(waiting, unordered=True)
                ordered = sorted(found, key=lambda lead: by(lead) or since)
                reached = max((at for lead in found if (at := by(lead))), default=None)
                waiting = page_of(ordered, since, listed.unreadable, reached)
    if waiting:
        yield waiting


# -------------------------------------------------------------------------------------- the three ways


async def created_since(api: Api, since: datetime, size: int) -> AsyncIterator[Page]:
    """Leads created at or after ``since``, each page oldest first."""
    try:
        async for page in _since(_by_time(api, BY_CREATION, "leadCreateTime", since, size), created, since):
            yield page
    except _MissingError:
        async for page in _since(_newest(api, NEWEST_FIRST, "createTime", since, size), created, since):
            yield page


async def changed_since(api: Api, since: datetime, size: int) -> AsyncIterator[Page]:
    """Leads changed at or after ``since``, those of a page in the order they were changed in."""
    try:
        async for page in _since(_by_time(api, BY_CHANGE, "leadUpdateTime", since, size), updated, since):
            yield page
    except _MissingError:
        assigned = [listed async for listed in _newest(api, ASSIGNED_LAST_FIRST, "assignTime", since, size)]
        listed_again = [*assigned, *await _read_again(api, since, size)]
        leads = {lead["leadId"]: lead for listed in listed_again for lead in listed.leads}
        unreadable = sum(listed.unreadable for listed in listed_again)
        for page in _in_pages(list(leads.values()), _assigned, since, unreadable, size):
            yield page


def _assigned(lead: Lead) -> datetime | None:
    return moment(lead.get("assignTime"))


async def _read_again(api: Api, since: datetime, size: int) -> list[Listed]:
    """The next few pages of what came in the last 30 days, and from the top again at their end."""
    offset: int = api.remembered.get("again", 0)
    found: list[Listed] = []
    async with aclosing(walk(api, LEADS, NEWEST_FIRST, size=size, start=Place(offset))) as listing:
        async for listed in listing:
            found.append(listed)
            offset = listed.after.offset
            oldest = min((at for lead in listed.leads if (at := created(lead))), default=since)
            if oldest < since - AGAIN_SPAN:
                break
            if len(found) == AGAIN_PAGES:
                api.remembered["again"] = offset
                return found
    api.remembered["again"] = 0
    return found


async def created_until(api: Api, until: datetime, size: int) -> AsyncIterator[Page]:
    """Leads created up to ``until``, newest first.

    Lofty has no such filter: the place in the list is remembered between two readings, and looked for where it is not.
    Pages are filled up to ``size``, because a short one counts as the last.
    """
    waiting: list[Lead] = []
    unreadable = 0
    place = start = await _place_before(api, until, size)
    async with aclosing(walk(api, LEADS, NEWEST_FIRST, size=size, start=start)) as pages:
        async for listed in pages:
            place = listed.after
            unreadable += listed.unreadable
            waiting += [lead for lead in listed.leads if (created(lead) or until) <= until]
            while len(waiting) >= size:
                part, waiting = waiting[:size], waiting[size:]
                _remember(api, part, place, size)
                yield page_of(part, until, unreadable)
                unreadable = 0
    if waiting or unreadable:
        _remember(api, waiting, place, size)
        yield page_of(waiting, until, unreadable)


def _remember(api: Api, part: list[Lead], place: Place, size: int) -> None:
    """The next reading begins before the last of these, and a little earlier: leads may have gone meanwhile.

    More than one place, because what was read ahead may not have been stored.
    """
    oldest = min((at for lead in part if (at := created(lead))), default=None)
    if oldest:
        known: list[tuple[datetime, int]] = api.remembered.setdefault("history", [])
        known.append((oldest, max(0, place.offset - size - SLACK)))
        del known[:-REMEMBERED]


async def _place_before(api: Api, until: datetime, size: int) -> Place:
    """A place in the list at or before the first lead created up to ``until``."""
    known: list[tuple[datetime, int]] = api.remembered.get("history", [])
    offset = max((offset for oldest, offset in known if oldest >= until), default=0)
    if offset and await _stands_before(api, offset, until):
        return Place(offset)
    top = await _lead_at(api, 0)
    if top is None or (created(top) or until) <= until:
        return Place()
    low, step = 0, size * STEP
    while found := await _lead_at(api, low + step):
        if found["leadId"] == top["leadId"]:  # offsets are ignored here
            return Place()
        if (created(found) or until) < until:
            break
        low, step = low + step, step * 2
    while step > size:  # halve the last step until it is a page
        step //= 2
        if await _stands_before(api, low + step, until):
            low += step
    return Place(low)


async def _stands_before(api: Api, offset: int, until: datetime) -> bool:
    found = await _lead_at(api, offset)
    return found is not None and (created(found) or until) >= until


async def _lead_at(api: Api, offset: int) -> Lead | None:
    """The lead at a place of the list, newest first; ``None`` past its end, and where Lofty refuses to look so far."""
    try:
        items, _ = await ask(api, LEADS, NEWEST_FIRST, 1, Place(offset))
    except Rejected:
        return None
    return content(items[0]) if items else None


FEED = Feed(
    new=created_since,
    history=created_until,
    changes=changed_since,
    follows=changed_since,
    page_size=LARGEST_PAGE,
)
