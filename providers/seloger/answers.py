"""Groupe SeLoger's answers, read whatever their case and wherever the list is.

The document says that "the fields are defined in camelCase" and prints ``Data`` and ``Count``; ``Data`` is printed as a
collapsed object. So every key is folded to lower case, and ``Data`` may be a list, an object that holds one, one lead,
or leads by their ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from providers.errors import UnexpectedResponse

Item = dict[str, Any]
"""A lead as it came, its keys folded."""

DEPTH = 12
"""How deep a record is read; what is deeper is nobody's lead."""
_PARTS = ("leadmetainfos", "contactrequest", "estimation")
"""Document, "Returns details of the lead": the three parts of a lead."""
_LISTS = ("leads", "items", "results", "data", "values", "content", "records")
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list: what was in it, and how many there are in all, if that was told."""

    items: list[Any]
    count: int | None


def fold(value: Any, depth: int = DEPTH) -> Any:
    """With all keys in lower case; of two that become one, the one that says something stays."""
    if type(value) is dict:
        if depth == 0:
            return None
        folded = {
            key.lower(): (fold(held, depth - 1) if type(held) is dict or type(held) is list else held)
            for key, held in value.items()
        }
        if len(folded) != len(value):
            for key, held in value.items():
                if folded[key.lower()] in _EMPTY:
                    folded[key.lower()] = fold(held, depth - 1)
        return folded
    if type(value) is list:
        return [fold(held, depth - 1) for held in value] if depth else None
    return value


def opened(answer: Any) -> Listed:
    """The leads of an answer, not yet folded. Raises UnexpectedResponse where it holds no list and no lead."""
    if isinstance(answer, list):
        return Listed(answer, None)
    if not isinstance(answer, dict):
        raise UnexpectedResponse("the answer has no list of leads")
    said = {str(key).lower(): held for key, held in answer.items()}
    count = _number(said.get("count", said.get("total", said.get("totalcount"))))
    if "data" not in said:
        found = next((said[name] for name in _LISTS if isinstance(said.get(name), list)), None)
        if found is None:
            raise UnexpectedResponse("the answer has no list of leads")
        return Listed(found, count)
    found = _leads(said["data"])
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
    said = {str(key).lower(): held for key, held in data.items()}
    if is_lead(said):
        return [data]
    lists = [name for name, held in said.items() if isinstance(held, list)]
    best = next((name for name in _LISTS if name in lists), lists[0] if len(lists) == 1 else None)
    if best is not None:
        return list(said[best])
    inner = [held for held in said.values() if isinstance(held, dict)]
    if inner and len(inner) == len(said) and all(is_lead(fold(held, 2)) for held in inner):
        return inner  # by id
    if len(inner) == 1:
        return _leads(inner[0], depth - 1)
    return None


def is_lead(folded: Any) -> bool:
    """Whether an object is a lead: it has one of its parts, or an id."""
    return isinstance(folded, dict) and (any(name in folded for name in _PARTS) or ident(folded) is not None)


def one_lead(answer: Any) -> Any:
    """The lead of an answer that holds one, bare or in ``Data``; not folded."""
    if isinstance(answer, dict) and not is_lead(fold(answer, 3)):
        said = {str(key).lower(): held for key, held in answer.items()}
        data = said.get("data")
        if isinstance(data, list) and len(data) == 1:
            return data[0]
        if isinstance(data, dict):
            return data
    return answer


def ident(item: Item) -> str | None:
    """The lead's id; ``None`` where it has none that can be used."""
    meta = item.get("leadmetainfos")
    for place in (meta, item) if type(meta) is dict else (item,):
        for name in ("leadid", "id"):
            held = place.get(name)
            if type(held) is str and held.strip():
                return held.strip()
            if type(held) is int:
                return str(held)
    return None


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


def _number(value: Any) -> int | None:
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
