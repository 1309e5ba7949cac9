"""Reading Lofty's lists of leads page by page, believing as little as possible.

A live account was seen that gave 25 a page whatever was asked for, and ignored filters. So a reading goes on until
nothing new comes, gives each lead once, and whoever reads compares times itself.

Sources: Lofty API, 3. Pagination and "5.5.4. Search for leads"; https://developer.lofty.com/openapi/openapi.json.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any

from providers.errors import Rejected, UnexpectedResponse
from providers.http import Api
from providers.lofty.mapping import content

LEADS = "/v1.0/leads"
LARGEST_PAGE = 100
"""``limit`` is in [1, 100]."""
MOST_PAGES = 5000
Lead = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reading stands: how many leads lie before the next page, and what Lofty gave to go on with."""

    offset: int = 0
    scroll: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list: leads that this reading has not given yet, unreadable ones, and where the next page is."""

    leads: list[Lead]
    unreadable: int
    after: Place


def _metadata(answer: dict[str, Any]) -> dict[str, Any]:
    """Printed as ``_metadata`` in one document and as ``get_metadata`` in another."""
    found = answer.get("_metadata") or answer.get("get_metadata")
    return found if isinstance(found, dict) else {}


async def ask(api: Api, path: str, query: Sequence[tuple[str, str]], size: int, place: Place) -> tuple[list[Any], Any]:
    """One page: its items as they came, and its metadata. Raises one of the four failures."""
    here = [("scrollId", place.scroll)] if place.scroll else [("offset", str(place.offset))]
    answer = await api.get(path, [*query, ("limit", str(min(size, LARGEST_PAGE))), *here])
    if not isinstance(answer, dict) or not isinstance(answer.get("leads", []), list):
        raise UnexpectedResponse("the answer holds no leads")
    if "leads" not in answer and not _metadata(answer):
        raise UnexpectedResponse("the answer holds no leads")
    return answer.get("leads", []), _metadata(answer)


async def walk(
    api: Api, path: str, query: Sequence[tuple[str, str]] = (), *, size: int = LARGEST_PAGE, start: Place | None = None
) -> AsyncGenerator[Listed, None]:
    """A list, page after page from ``start``. Where a scroll id is refused it begins once more, by offsets."""
    place = start or Place()
    began, scrolls, given, again = place.offset, True, set[int](), set[int]()
    for _ in range(MOST_PAGES):
        try:
            items, metadata = await ask(api, path, query, size, place)
        except Rejected:
            if not place.scroll:
                raise
            place, scrolls, again = Place(began), False, set()
            continue
        read = [content(item) for item in items]
        ids = {lead["leadId"] for lead in read if lead is not None}
        if not items or (ids and ids <= again):
            return
        again |= ids
        fresh = {lead["leadId"]: lead for lead in read if lead is not None and lead["leadId"] not in given}
        given |= ids
        scroll = metadata.get("scrollId")
        offset = place.offset + len(items)
        after = Place(offset, str(scroll) if scrolls and scroll not in (None, "", -1, "-1") else None)
        yield Listed(list(fresh.values()), sum(lead is None for lead in read), after)
        total = metadata.get("total")
        if len(items) < size and isinstance(total, int) and offset >= total > 0:
            return  # saves asking for an empty page; a full page is not believed to be the last
        place = after
