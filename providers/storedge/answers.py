"""Reading answers: records in and out of what wraps them, texts, numbers and times, whatever their type."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from providers.errors import UnexpectedResponse

Record = dict[str, Any]


def record(answer: Any, name: str) -> Record | None:
    """The record under that name, else the answer itself where it is one; ``None`` where there is none."""
    if not isinstance(answer, dict):
        return None
    inside = answer.get(name)
    if isinstance(inside, dict):
        return inside
    if isinstance(inside, list) and len(inside) == 1 and isinstance(inside[0], dict):
        return record(inside[0], name) if isinstance(inside[0].get(name), dict) else inside[0]
    bare = {k: v for k, v in answer.items() if k != "meta"}
    return bare if bare and name not in answer and not _wraps(bare) else None


def _wraps(bare: Record) -> bool:
    return len(bare) == 1 and isinstance(next(iter(bare.values())), dict | list)


def the_lead(answer: Any) -> Record:
    """The lead of an answer. Raises UnexpectedResponse where there is none."""
    found = record(answer, "lead") or record(answer, "leads")
    if found is None or not usable(found):
        raise UnexpectedResponse("the answer holds no lead")
    return found


def items(answer: Any, name: str) -> list[Any]:
    """The items of a list, each out of what wraps it. Raises UnexpectedResponse where there is no list."""
    found = answer.get(name) if isinstance(answer, dict) else answer
    if not isinstance(found, list):
        raise UnexpectedResponse(f"the answer has no list of {name.replace('_', ' ')}")
    single = name.removesuffix("s")
    return [i[single] if isinstance(i, dict) and isinstance(i.get(single), dict) else i for i in found]


def usable(lead: Any) -> bool:
    """Whether it is a lead: something with an id."""
    found = lead.get("id") if isinstance(lead, dict) else None
    return isinstance(found, str | int) and not isinstance(found, bool) and str(found).strip() != ""


def pagination(answer: Any) -> Record:
    """``meta.pagination``, or nothing."""
    meta = answer.get("meta") if isinstance(answer, dict) else None
    found = meta.get("pagination") if isinstance(meta, dict) else None
    return found if isinstance(found, dict) else {}


def whole(value: Any) -> int | None:
    """A whole number that is not negative."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def text(value: Any) -> str | None:
    """A text that says something; numbers are texts too."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value).removesuffix(".0")
    return None


def moment(value: Any) -> datetime | None:
    """A time with its offset, in UTC; ``None`` where there is none, or none that can be read. Without an offset it is
    UTC: a facility's zone is a Rails name ("Hawaii"), which says nothing here."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def day(value: Any) -> date | None:
    """A day, or that of a time as it was written."""
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def amount(value: Any) -> Decimal | None:
    """An amount of money."""
    return None if value is None or not isinstance(value, str | int | float) else _amount(value)


@lru_cache(maxsize=4096, typed=True)  # a facility has some dozens of rates
def _amount(value: str | int | float) -> Decimal | None:
    if isinstance(value, bool):
        return None
    try:
        read = Decimal(str(value).strip().lstrip("$").replace(",", ""))
    except InvalidOperation:
        return None
    return read if read.is_finite() and 0 <= read < 10**9 else None


def named(value: Any, *more: str) -> str | None:
    """What a record is called, under whichever of the usual names; a plain text is its own name."""
    if not isinstance(value, dict):
        return text(value) if isinstance(value, str) else None
    keys: Sequence[str] = (*more, "name", "description", "label", "title", "reason", "content", "value")
    return next((said for key in keys if (said := text(value.get(key)))), None)


def records(value: Any) -> list[Record]:
    """The records of a list, or the one record that stands there instead."""
    found = value if isinstance(value, list) else [value]
    return [v for v in found if isinstance(v, dict)]
