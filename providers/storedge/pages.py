"""The pages of a facility's leads. Neither the order, nor page sizes, nor totals are documented: none is believed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from providers.errors import FieldError, Rejected
from providers.http import Api, Query
from providers.storedge import answers
from providers.storedge.answers import Record
from providers.storedge.facilities import path
from providers.storedge.models.listing import LARGEST_PAGE

MOST_PAGES = 20_000
"""Of one reading; a server that always has something new must not hold a poll for ever."""
_NOT_THERE = frozenset((404, 405, 501))


@dataclass(frozen=True, slots=True)
class Listed:
    """One page: usable leads, and how many items were not."""

    leads: list[Record]
    unreadable: int
    count: int | None
    """Leads in all, as far as that is told or can be guessed; ``None``: it cannot."""
    more: bool
    """Whether more may follow."""


async def ask(api: Api, facility: str, query: Query, page: int, size: int) -> Listed:
    """One page. Raises UnexpectedResponse where the answer has no list."""
    size = min(size, LARGEST_PAGE)
    answer = await api.get(path(facility, "leads"), (*query, ("page", str(page)), ("per_page", str(size))))
    items = answers.items(answer, "leads")
    leads = [item for item in items if answers.usable(item)]
    told = answers.pagination(answer)
    per_page, total = answers.whole(told.get("per_page")), answers.whole(told.get("total_entries"))
    full = len(items) >= min(size, per_page or size)
    pages, following = answers.whole(told.get("total_pages")), told.get("next_page")
    more = full or total is None or total > (page - 1) * size + len(items) or (pages or 0) > page or bool(following)
    guess = None if full else len(items)
    return Listed(leads, len(items) - len(leads), guess if total is None else total, bool(items) and more)


async def walk(api: Api, facility: str, query: Query, size: int, first: Listed | None = None) -> AsyncIterator[Listed]:
    """Page after page, each lead once. It ends at an empty page, at a short one of which it is told that none follow,
    and where nothing new comes. ``first``: the first page, where it was asked for already."""
    seen: set[str] = set()
    read = 0
    for number in range(1, MOST_PAGES):
        listed = first if first is not None and number == 1 else await ask(api, facility, query, number, size)
        fresh = [lead for lead in listed.leads if str(lead["id"]) not in seen]
        seen.update(str(lead["id"]) for lead in fresh)
        if fresh or (listed.unreadable and number == 1):
            yield Listed(fresh, listed.unreadable, listed.count, listed.more)
        read += len(listed.leads) + listed.unreadable
        more = listed.more or (listed.count or 0) > read  # pages may be smaller than was asked for
        if not more or (not fresh and number > 1) or not (listed.leads or listed.unreadable):
            return


async def one(api: Api, facility: str, lead: str) -> Record:
    """A lead. Where there is no way to ask for one by its id, the list is asked for only that."""
    if api.remembered.get("one-lead") != "missing":
        try:
            return answers.the_lead(await api.get(path(facility, "leads", lead)))
        except Rejected as refused:
            if refused.status not in _NOT_THERE:
                raise
            missing = refused
        found = await _only(api, facility, lead)
        if found is None:
            raise missing
        api.remembered["one-lead"] = "missing"
        return found
    found = await _only(api, facility, lead)
    if found is None:
        raise Rejected((FieldError("storEDGE has no such lead (any more) in this facility.", "id"),), 404)
    return found


async def _only(api: Api, facility: str, lead: str) -> Record | None:
    listed = await ask(api, facility, (("only_ids", lead),), 1, LARGEST_PAGE)
    return next((found for found in listed.leads if str(found["id"]) == lead), None)


def of_facility(lead: Record, facility: str) -> Record:
    """The lead, with its facility where it does not say that itself."""
    return lead if lead.get("facility_id") else {**lead, "facility_id": facility}


def listing(leads: list[Record], answer: Any) -> dict[str, Any]:
    """A list as an action gives it: the leads, and of what was told about them only how pages go on."""
    return {"leads": leads, "meta": {"pagination": answers.pagination(answer)}}
