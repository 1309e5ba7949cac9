"""Single values of a lead, read whatever the case of a name and wherever in its part it stands.

What is of an unexpected type is left out and breaks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

Item = dict[str, Any]
"""A lead, or a part of one, as it came."""

DEPTH = 4
"""How deep a part is looked through."""
_MOST_SPELLINGS = 5000
_BESIDE_NUMBERS = re.compile(r"[\s€]|EUR", re.IGNORECASE)
_FRENCH = str.maketrans({",": "\u00a0", ".": ","})
_UNRANKED = 99

Read = Callable[[Any], Any]


class Wanted:
    """What is looked for in a part, by the names that it may have (in lower case, the best first).

    It is a text unless ``reads`` says otherwise. Parts named ``without`` are about something else. Which field a name
    is, is remembered by how it is spelled: folding each name of each lead costs more than all else.
    """

    def __init__(
        self, names: Mapping[str, Sequence[str]], reads: Mapping[str, Read] | None = None, without: Sequence[str] = ()
    ) -> None:
        self._names: dict[str, tuple[str, int, Read]] = {
            name: (what, rank, (reads or {}).get(what, text))
            for what, known in names.items()
            for rank, name in enumerate(known)
        }
        self._without = frozenset(without)
        self._spelled: dict[str, tuple[tuple[str, int, Read] | None, bool]] = {}

    def spelled(self, name: str) -> tuple[tuple[str, int, Read] | None, bool]:
        """What a name stands for, if anything, and whether it is looked into."""
        if len(self._spelled) >= _MOST_SPELLINGS:
            self._spelled.clear()
        folded = name.lower()
        found = self._spelled[name] = (self._names.get(folded), folded not in self._without)
        return found

    def of(self, part: Any, depth: int = DEPTH) -> Item:
        """What is wanted of a part and of what is inside it: by the best name, and of one name the outermost."""
        found: Item = {}
        ranks: dict[str, int] = {}
        level = [part] if type(part) is dict else []
        known = self._spelled
        while level and depth:
            inner = []
            for place in level:
                for name, held in place.items():
                    if held is None:
                        continue
                    hit, into = known.get(name) or self.spelled(name)
                    if hit is not None:
                        what, rank, read = hit
                        if rank < ranks.get(what, _UNRANKED) and (value := read(held)) is not None:
                            found[what], ranks[what] = value, rank
                    if into and type(held) is dict:
                        inner.append(held)
            level, depth = inner, depth - 1
        return found


def part_of(item: Item, name: str) -> Any:
    """A part of a lead by its documented name, whatever its case; ``None`` where it is missing."""
    if name in item:
        return item[name]
    folded = name.lower()
    return next((held for key, held in item.items() if key.lower() == folded), None)


def text(value: Any) -> str | None:
    """A text that says something; numbers too."""
    if type(value) is str:
        return value.strip() or None
    if type(value) is int:
        return str(value)
    if type(value) is float and isfinite(value):
        return str(int(value)) if value.is_integer() else str(value)
    return None


def spoken(code: str) -> str:
    """``PROPERTY_SEARCH`` as "Property search"; what is written as words stays as it is."""
    return code.replace("_", " ").capitalize() if code.isupper() else code


def amount(value: Any) -> Decimal | None:
    """Euros, of a number, of ``285 000 €``, or of an object that holds one; ``None`` where there is none."""
    if type(value) is dict:
        names = {key.lower(): held for key, held in value.items()}
        value = next((names[name] for name in ("value", "amount", "price") if name in names), None)
    if type(value) is str:
        plain = _BESIDE_NUMBERS.sub("", value)
        value = plain.replace(",", ".") if plain.count(",") <= 1 and "." not in plain else plain
    elif type(value) is not int and type(value) is not float:
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 < found < 10**12 else None


def amount_text(value: Decimal) -> str:
    """``285 000 €``, as it is written in France."""
    whole = value == value.to_integral_value()
    return f"{value:,.0f}\u00a0€".replace(",", "\u00a0") if whole else f"{value:,.2f}\u00a0€".translate(_FRENCH)
