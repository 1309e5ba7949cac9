"""What a lead names beside its id: learned, so that nobody types ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from providers.lead import Mention
from providers.provider import CLOSE_REASON
from providers.storedge.answers import amount, named, records, text
from providers.storedge.models.wire import (
    CONTENT,
    DISCOUNT_PLAN,
    LENGTH_OF_STAY,
    PAYMENT_METHOD,
    SIZE_AND_PRICE,
    TENANT,
    UNIT,
)

_PLAIN = (
    ("discount_plans", DISCOUNT_PLAN),
    ("length_of_stay", LENGTH_OF_STAY),
    ("lead_contents", CONTENT),
    ("close_reason", CLOSE_REASON),
)


def size_and_price(record: dict[str, Any]) -> str | None:
    """A unit's or a group's size and price, as leads write it: "6x10x2 at $871.63"."""
    size = text(record.get("size"))
    price = amount(record.get("reduced_price")) or amount(record.get("price")) or amount(record.get("standard_rate"))
    return f"{size} at ${price:.2f}" if size and price is not None else None


def unit_name(unit: dict[str, Any]) -> str | None:
    """ "U37 · 6x10x2"."""
    return " · ".join(p for p in (text(unit.get("name")), text(unit.get("size"))) if p) or None


def _public_name(person: dict[str, Any]) -> str:
    """First name and initial: names that are chosen from are seen by everybody."""
    first, last = text(person.get("first_name")), text(person.get("last_name"))
    return " ".join(p for p in (first, f"{last[0]}." if last else None) if p) or "Somebody"


def _payment_methods(raw: dict[str, Any]) -> Iterator[Mention]:
    """What was paid with before: its kind, and of a card its type and last four digits; never more."""
    for event in records(raw.get("successful_payment_events")):
        method = event.get("payment_method")
        if not isinstance(method, dict) or not (key := text(method.get("id"))):
            continue
        kind = text(method.get("card_type")) or text(method.get("kind")) or "payment method"
        digits = "".join(c for c in str(method.get("card_number") or "") if c.isdecimal())[-4:]
        what = f"{kind.replace('_', ' ')} ****{digits}" if len(digits) == 4 else kind.replace("_", " ")
        yield Mention(PAYMENT_METHOD, key, f"{_public_name(method)} · {what}")


def _all(raw: dict[str, Any], tenant: dict[str, Any]) -> Iterator[Mention]:
    unit = raw.get("unit")
    if isinstance(unit, dict) and (key := text(unit.get("id"))) and (name := unit_name(unit)):
        yield Mention(UNIT, key, name)
    if said := text(raw.get("desired_unit_size_and_price")):
        yield Mention(SIZE_AND_PRICE, said, said)
    group = raw.get("unit_group")
    if isinstance(group, dict) and (said := size_and_price(group)):
        yield Mention(SIZE_AND_PRICE, said, said)
    for field, kind in _PLAIN:
        value = raw.get(field)
        if value:
            for one in records(value):
                if (key := text(one.get("id"))) and (name := named(one)):
                    yield Mention(kind, key, name)
    if key := text(tenant.get("id")):
        account = text(tenant.get("account_number"))
        yield Mention(TENANT, key, f"{_public_name(tenant)} · account {account}" if account else _public_name(tenant))
    if raw.get("successful_payment_events"):
        yield from _payment_methods(raw)


def mentions(raw: dict[str, Any], tenant: dict[str, Any]) -> tuple[Mention, ...]:
    """All of them, each once."""
    return tuple({(m.kind, m.id): m for m in _all(raw, tenant)}.values())
