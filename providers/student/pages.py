"""Pages and windows of the list of leads.

The API filters by whole days of creation, and in which order it lists without ``sortBy`` is not documented. So a span
of days is read to its end before any of it is given, and a long time is walked in windows that are small enough for
memory. What the server says of totals only guides the size of a window: a list ends where nothing new comes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from providers.http import Api
from providers.student.actions import ask_leads
from providers.student.mapping import moment, reference

LARGEST_PAGE = 50
"""How many the server allows is not published."""
MOST = 1000
"""Leads that are read before any of them is given, where days can be parted."""
MOST_PAGES = 5000
"""Of one window: a server that invents leads for ever ends here."""
DAY = timedelta(days=1)
_INCLUSIVE = "to-inclusive"

Lead = dict[str, Any]


@dataclass(slots=True)
class Listed:
    """Leads of a list by their id, in the order they came in, and how many records were no leads."""

    leads: dict[str, Lead] = field(default_factory=dict)
    unreadable: int = 0
    total: int = 0
    """As the server tells it."""
    whole: bool = True
    """Whether it was read to its end."""

    def take(self, items: list[Any]) -> int:
        """Add a page; how many of it were new."""
        before = len(self.leads)
        for item in items:
            if key := reference(item):
                self.leads.setdefault(key, item)
            else:
                self.unreadable += 1
        return len(self.leads) - before


def _number(info: Any, name: str) -> int | None:
    value = info.get(name) if isinstance(info, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


async def page(api: Api, number: int, size: int, given: dict[str, Any]) -> tuple[list[Any], int | None, bool]:
    """One page: its items, the total that the server tells, and whether it may be the last one."""
    answer = await ask_leads(api, {"pageNumber": number, "pageSize": size, **given})
    items: list[Any] = answer.value["leads"]
    info = answer.value.get("pageInfo")
    pages = _number(info, "totalPages")
    short = len(items) < min(size, _number(info, "pageSize") or size)
    return items, _number(info, "total"), not items or (short and (pages is None or number >= pages))


async def read_all(api: Api, size: int, given: dict[str, Any], most: int | None = None) -> Listed:
    """A list to its end, or not whole where it holds more than ``most`` leads, or says so of a full first page."""
    found = Listed()
    for number in range(1, MOST_PAGES + 1):
        items, total, last = await page(api, number, size, given)
        fresh = found.take(items)
        found.total = total or 0
        if last or not fresh:
            break
        if most is not None and (len(found.leads) > most or (number == 1 and found.total > most)):
            found.whole = False
            break
    return found


def days(first: date | None, last: date | None) -> dict[str, Any]:
    """The filter for leads of these days."""
    given = {"createdFrom": first, "createdTo": last}
    return {name: value.isoformat() for name, value in given.items() if value is not None}


def _moved(day: date, by: timedelta) -> date:
    """A day earlier or later, within the calendar."""
    try:
        return day + by
    except OverflowError:
        return date.max if by > timedelta() else date.min


def _learn(api: Api, last: date, found: Listed) -> None:
    """Whether ``createdTo`` includes its day is not documented; a lead from late on that day tells it, in whatever
    zone the server counts days."""
    if api.remembered.get(_INCLUSIVE):
        return
    late = datetime.combine(last, time(13), UTC)
    if any((at := moment(lead.get("createdAt"))) and late <= at < late + DAY / 2 for lead in found.leads.values()):
        api.remembered[_INCLUSIVE] = True


def _within(found: Listed, first: date, last: date) -> bool:
    """Whether any lead lies in a window, give or take a day for the zone."""
    low, high = _moved(first, -DAY), _moved(last, 2 * DAY)
    times = (moment(lead.get("createdAt")) for lead in found.leads.values())
    return any(at is not None and low <= at.date() <= high for at in times)


async def upwards(api: Api, first: date, size: int) -> AsyncIterator[Listed]:
    """Everything created from a day on: window after window, the oldest days first, each read to its end."""
    span, left = DAY, 0
    while True:
        if left <= MOST:  # perhaps the rest can be read at once
            rest = await read_all(api, size, days(first, None), MOST)
            if rest.whole:
                yield rest
                return
            left = rest.total
        found, last, span = await _window(api, size, span, first=first)
        yield found
        if (found.leads and not _within(found, first, last)) or last == date.max:  # it does not filter by days
            return
        first = _moved(last, DAY) if api.remembered.get(_INCLUSIVE) else last
        left, span = _after(found, left, span)


async def downwards(api: Api, last: date, size: int) -> AsyncIterator[Listed]:
    """Everything created up to a day: window after window, the newest days first, each read to its end."""
    span, left = DAY, 0
    while True:
        if left <= MOST:
            rest = await read_all(api, size, days(None, last), MOST)
            if rest.whole:
                yield rest
                return
            left = rest.total
        found, first, span = await _window(api, size, span, last=last)
        yield found
        if (found.leads and not _within(found, first, last)) or first == date.min:
            return
        last = _moved(first, -DAY) if api.remembered.get(_INCLUSIVE) else first
        left, span = _after(found, left, span)


def _after(found: Listed, left: int, span: timedelta) -> tuple[int, timedelta]:
    """How many leads are left by what the server told, and how long the next window is. An empty window says that
    what it told may not be so."""
    left = left - len(found.leads) if found.leads else 0
    return left, span * 2 if len(found.leads) < MOST // 4 else span


async def _window(
    api: Api, size: int, span: timedelta, *, first: date | None = None, last: date | None = None
) -> tuple[Listed, date, timedelta]:
    """The days after ``first`` or before ``last``, as many as hold not too much: what they hold, the other end,
    and how long it became. A day is the least, however much it holds."""
    while True:
        begin = first or _moved(last or date.max, -span)
        end = last or _moved(begin, span)
        found = await read_all(api, size, days(begin, end), MOST if span > DAY else None)
        if found.whole:
            _learn(api, end, found)
            return found, end if first else begin, span
        span = max(DAY, timedelta(days=span.days // 2))
