"""Groupe SeLoger's answers, read whatever their case and wherever the list is.

The document says that "the fields are defined in camelCase" and prints ``Data`` and ``Count``; ``Data`` is printed as a
collapsed object. So it may be a list, an object that holds one, one lead, or leads by their ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from providers.errors import UnexpectedResponse
from providers.seloger.values import Item

DEPTH = 12
"""How deep a record is read; what is deeper is nobody's lead."""
_LEAD = frozenset(("leadmetainfos", "contactrequest", "estimation", "leadid", "id"))
"""Document, "Returns details of the lead": the three parts of a lead; and how its id may be called."""
_LISTS = ("leads", "items", "results", "data", "values", "content", "records")
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list: what was in it, and how many there are in all, if that was told."""

    items: list[Any]
    count: int | None


def opened(answer: Any) -> Listed:
    """The leads of an answer. Raises UnexpectedResponse where it holds no list and no lead."""
    if isinstance(answer, list):
        return Listed(answer, None)
    if not isinstance(answer, dict):
        raise UnexpectedResponse("the answer has no list of leads")
    said = _folded(answer)
    count = _number(said.get("count", said.get("total", said.get("totalcount"))))
    if "data" in said:
        found = _leads(said["data"])
    else:
        found = next((said[name] for name in _LISTS if isinstance(said.get(name), list)), None)
    if found is None:
        raise UnexpectedResponse("the answer has no list of leads")
    return Listed(found, count)


def _leads(data: Any, depth: int = 3) -> list[Any] | None:
    """The list in ``Data``; ``None`` where there is none."""
    if data is None:
        return []
    if isinstance(data, list):
        return data
    if not isinstance(data, dict) or not depth:
        return None
    if not data:
        return []
    if is_lead(data):
        return [data]
    said = _folded(data)
    if all(held is None for held in said.values()):  # {"leads": null}
        return []
    lists = [name for name, held in said.items() if isinstance(held, list)]
    best = next((name for name in _LISTS if name in lists), lists[0] if len(lists) == 1 else None)
    if best is not None:
        return list(said[best])
    inner = [held for held in said.values() if isinstance(held, dict)]
    if len(inner) == len(said) and all(is_lead(held) for held in inner):
        return inner  # by id
    return _leads(inner[0], depth - 1) if len(inner) == 1 else None


def is_lead(value: Any) -> bool:
    """Whether an object is a lead: it has one of its parts, or an id."""
    return isinstance(value, dict) and any(name.lower() in _LEAD for name in value)


def one_lead(answer: Any) -> Any:
    """The lead of an answer that holds one, bare or in ``Data``."""
    if isinstance(answer, dict) and not is_lead(answer):
        data = _folded(answer).get("data")
        if isinstance(data, list) and len(data) == 1:
            return data[0]
        if isinstance(data, dict):
            return data
    return answer


def filled(base: Item, more: Item) -> Item:
    """``base``, with what only ``more`` says."""
    joined = dict(base)
    for key, held in more.items():
        mine = joined.get(key)
        if mine in _EMPTY:
            joined[key] = held
        elif isinstance(mine, dict) and isinstance(held, dict):
            joined[key] = filled(mine, held)
    return joined


def cut(value: Any, depth: int = DEPTH) -> Any:
    """A value without what is deeper than any lead."""
    if isinstance(value, dict):
        return {key: cut(held, depth - 1) for key, held in value.items()} if depth else None
    if isinstance(value, list):
        return [cut(held, depth - 1) for held in value] if depth else None
    return value


def _folded(value: dict[str, Any]) -> dict[str, Any]:
    return {key.lower(): held for key, held in value.items()}


def _number(value: Any) -> int | None:
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
