"""What people know by name: facilities, units, sizes with prices, discount plans, and what a company configures.

Only leads themselves are documented to be read; the lists are asked for where sources say that they are, and what was
pasted into the settings stands in, and goes before them. Where an operation is missing, what leads mention remains.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from providers.errors import Rejected, UnexpectedResponse
from providers.http import Api
from providers.provider import CLOSE_REASON, Known, Names
from providers.storedge import facilities
from providers.storedge.answers import Record, items, named, text
from providers.storedge.facilities import path
from providers.storedge.mentions import size_and_price, unit_name
from providers.storedge.models.listing import LARGEST_PAGE
from providers.storedge.models.wire import (
    CONTENT,
    DISCOUNT_PLAN,
    FACILITY,
    LENGTH_OF_STAY,
    PAYMENT_METHOD,
    SIZE_AND_PRICE,
    TENANT,
    UNIT,
)
from providers.storedge.settings import facilities_of, pasted, setting

MOST_PAGES = 50
_NOT_THERE = frozenset((403, 404, 405, 501))
"""How an installation without an operation, or a key without rights to it, answers."""
Reads = Callable[[Record], Known | None]


def _pasted(api: Api, name: str) -> dict[str, Known]:
    return {key: Known(key, said) for key, said in pasted(setting(api.settings, name)).items()}


async def _list(api: Api, address: str, key: str) -> list[Record]:
    """All records of a list; none where the operation is missing. A page that brings nothing new is the last."""
    found: dict[str, Record] = {}
    for page in range(1, MOST_PAGES + 1):
        try:
            answer = await api.get(address, (("page", str(page)), ("per_page", str(LARGEST_PAGE))))
        except Rejected as refused:
            if refused.status in _NOT_THERE:
                break
            raise
        before = len(found)
        listed = items(answer, key)
        for item in listed:
            if isinstance(item, dict) and (one := text(item.get("id")) or text(item.get("name"))):
                found.setdefault(one, item)
        if len(listed) < LARGEST_PAGE or len(found) == before:
            break
    return list(found.values())


def _of_facilities(tail: Sequence[str], key: str, reads: Reads, setting_name: str) -> Names:
    """A list that each facility has."""

    async def ask(api: Api) -> Sequence[Known]:
        said = _pasted(api, setting_name)
        found: dict[str, Known] = {}
        places = facilities_of(api.account)
        called = await facilities.names(api) if len(places) > 1 else {}
        for facility in places:
            for record in await _list(api, path(facility, *tail), key):
                if (known := reads(record)) is not None:
                    where = called.get(facility)
                    found.setdefault(known.id, Known(known.id, f"{known.name} · {where}") if where else known)
        return list({**found, **said}.values())

    return ask


def _only_pasted(setting_name: str) -> Names:
    """What no operation lists."""

    async def ask(api: Api) -> Sequence[Known]:
        return list(_pasted(api, setting_name).values())

    return ask


async def _nothing(_api: Api) -> Sequence[Known]:
    """What is known from leads alone."""
    return ()


async def every_facility(api: Api) -> Sequence[Known]:
    """The connection's facilities, each with the best name that is known; one without any is called by its id."""
    names: dict[str, str] = dict(await facilities.names(api))
    company = setting(api.settings, "company_id")
    if company and not all(f in names for f in facilities_of(api.account)):
        for record in await _list(api, f"/v1/companies/{company}/facilities/short", "facilities"):
            if (key := text(record.get("id"))) and (said := named(record)):
                names.setdefault(key, said)
        asked: dict[str, Any] = api.remembered.setdefault("facility_names", {})
        asked.update({f: names[f] for f in facilities_of(api.account) if f in names})
    return [Known(f, names.get(f) or f"Facility {f[:8]}") for f in facilities_of(api.account)]


def _unit(record: Record) -> Known | None:
    key, name = text(record.get("id")), unit_name(record)
    return Known(key, name) if key and name else None


def _group(record: Record) -> Known | None:
    """Of a group not its id but the text that leads carry."""
    said = size_and_price(record)
    left = text(record.get("available_units_count"))
    return Known(said, f"{said} ({left} available)" if left else said) if said else None


def _plan(record: Record) -> Known | None:
    key, name = text(record.get("id")), named(record)
    return Known(key, name) if key and name else None


def _tolerant(names: Names) -> Names:
    """Of an operation that nobody documents: an answer of another shape is no list."""

    async def ask(api: Api) -> Sequence[Known]:
        try:
            return await names(api)
        except UnexpectedResponse:
            return ()

    return ask


NAMES: Mapping[str, Names] = {
    FACILITY: every_facility,
    UNIT: _of_facilities(("units", "available"), "units", _unit, "unit_names"),
    SIZE_AND_PRICE: _of_facilities(("unit_groups",), "unit_groups", _group, "unit_sizes"),
    DISCOUNT_PLAN: _of_facilities(("discount_plans",), "discount_plans", _plan, "discount_plan_names"),
    LENGTH_OF_STAY: _only_pasted("length_of_stay_names"),
    CONTENT: _only_pasted("content_names"),
    CLOSE_REASON: _only_pasted("close_reason_names"),
    TENANT: _nothing,
    PAYMENT_METHOD: _nothing,
}
