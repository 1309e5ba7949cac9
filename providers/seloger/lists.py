"""Groupe SeLoger's lists: one search to its end, and several lists as one, where a lead in two of them is one lead.

In which order a list comes is not documented, so a search is read whole before any of it is given.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from providers.errors import AuthFailed, FieldError, ProviderError, Rejected, UnexpectedResponse
from providers.http import Api
from providers.seloger.answers import Listed, filled, opened
from providers.seloger.criteria import search, settings_of
from providers.seloger.errors import TokenRejected
from providers.seloger.mapping import Head, head_of, in_order
from providers.seloger.values import Item

MOST_PAGES = 1000
"""Of one search. A list that is longer has no end."""
FEW = 10
"""So few leads on a page are no page that was cut short, so that ``Count`` may be believed."""
MOST_AT_ONCE = 2000
"""Leads that are read before any of them is given; a time that holds more is read in shorter parts."""
ALL = "leads"
"""The list of all leads."""
REMEMBERED = 20_000
"""Leads whose lists are remembered."""


def enabled(api: Api) -> tuple[str, ...]:
    """The lists that this connection reads, in the document's order."""
    return (ALL, *dict.fromkeys(settings_of(api).lists))


Headed = tuple[Head, Any]


async def ask(api: Api, path: str, body: Mapping[str, Any]) -> Listed:
    """One page. A search reads only, so that it may be repeated."""
    return opened(await api.send("POST", path, dict(body), repeatable=True))


async def walk(api: Api, name: str, start: datetime, end: datetime, size: int) -> AsyncGenerator[list[Headed], None]:
    """The leads of a list that were created in that time, page after page, each once.

    It ends at an empty page, at a short one where ``Count`` are read, and where a page brings no new lead. Raises
    UnexpectedResponse where pages repeat though there should be more: then their number is not understood.
    """
    settings = settings_of(api)
    seen: set[str] = set()
    read = 0
    asked = min(size, settings.page_size)
    for number in range(1, MOST_PAGES + 1):
        listed = await ask(api, settings.path_of(name), search(settings, start, end, number, asked))
        if not listed.items:
            return
        fresh: list[Headed] = []
        nameless: list[Headed] = []
        for item in listed.items:
            head = head_of(item)
            if head.id is None:
                nameless.append((head, item))
            elif head.id not in seen:
                seen.add(head.id)
                fresh.append((head, item))
        if not fresh and number > 1:
            if listed.count is not None and listed.count > read:
                raise UnexpectedResponse("its pages repeat; the names of its page fields may be wrong")
            return
        read += len(fresh) + len(nameless)
        yield fresh + nameless
        if len(listed.items) < min(FEW, asked) and listed.count is not None and read >= listed.count:
            return
    raise UnexpectedResponse("a list has no end")


class TooManyError(Exception):
    """A time holds more leads than are read at once."""


@dataclass(slots=True)
class Found:
    """A lead, joined from the lists that it is in."""

    head: Head
    item: Item
    categories: set[str]
    lists: set[str]


@dataclass(slots=True)
class Gathered:
    """What several lists hold of one time."""

    leads: dict[str, Found] = field(default_factory=dict)
    unreadable: int = 0


async def gather(
    api: Api,
    start: datetime,
    end: datetime,
    size: int,
    failed: dict[str, ProviderError] | None = None,
    most: int | None = None,
) -> Gathered:
    """Read all lists of the connection for a time. Those in ``failed`` are passed over, and one that fails is put
    there; without it, every failure is raised. Refused credentials always are.

    Raises TooManyError where one list has more than ``most``.
    """
    found = Gathered()
    for name in enabled(api):
        if failed is not None and name in failed:
            continue
        read = 0
        try:
            async with aclosing(walk(api, name, start, end, size)) as pages:
                async for items in pages:
                    _take(found, name, items)
                    read += len(items)
                    if most is not None and read > most:
                        raise TooManyError
        except AuthFailed:
            raise
        except ProviderError as error:
            if failed is None:
                raise
            failed[name] = error
    return found


def _take(found: Gathered, name: str, items: Sequence[Headed]) -> None:
    for head, item in items:
        if head.id is None:
            found.unreadable += 1
            continue
        categories = {head.category} if head.category else set()
        categories |= set() if name == ALL else {name}
        held = found.leads.get(head.id)
        if held is None:
            found.leads[head.id] = Found(head, item, categories, {name})
        else:
            held.head = held.head if held.head.created is not None else head
            held.item = filled(held.item, item)
            held.categories |= categories
            held.lists.add(name)


def settled(api: Api, lead: str, found: Found, failed: Mapping[str, ProviderError]) -> tuple[str, ...] | None:
    """All categories that a lead was seen in, now or before.

    ``None`` where one of its lists could not be read just now: what is known of it is more than what was found.
    """
    if len(enabled(api)) == 1:
        return in_order(found.categories)
    held: dict[str, tuple[frozenset[str], frozenset[str]]] = api.remembered.setdefault("lists", {})
    categories, lists = held.pop(lead, (frozenset(), frozenset()))
    if not lists.isdisjoint(failed.keys() - found.lists):
        held[lead] = (categories, lists)
        return None
    categories = categories | found.categories
    held[lead] = (categories, lists | found.lists)
    if len(held) > REMEMBERED:
        del held[next(iter(held))]
    return in_order(categories)


async def try_lists(api: Api, start: datetime, end: datetime) -> None:
    """Ask each list for one lead: the cheapest calls that need the token, the scope, and names that are understood.

    Raises one of the four failures, a refusal with a sentence that says which list and which field is meant.
    """
    settings = settings_of(api)
    for name in enabled(api):
        path = settings.path_of(name)
        try:
            await ask(api, path, search(settings, start, end, 1, 1))
        except TokenRejected:
            raise
        except Rejected as refused:
            errors = [f"{e.field}: {e.message}" if e.field else e.message for e in refused.errors]
            if refused.status in (404, 405):
                errors.insert(0, "there is no such list.")
            said = " ".join(errors) or f"HTTP {refused.status}"
            raise Rejected((FieldError(f"The list {name} at {path} is refused: {said}"),), refused.status) from None
