"""Single values of a lead, read tolerantly: what is of an unexpected type is left out and breaks nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

from providers.seloger.answers import Item

_BESIDE_NUMBERS = re.compile(r"[\s€]|EUR", re.IGNORECASE)
_FRENCH = str.maketrans({",": "\u00a0", ".": ","})
_DEPTH = 4

Read = Callable[[Any], Any]
Table = Mapping[str, tuple[str, int, Read]]
"""By a field's folded name: what it is, how good a name for that, and how it is read."""


def table(names: Mapping[str, Sequence[str]], **reads: Read) -> Table:
    """What is looked for, by the names that it may have, the best first; a text unless ``reads`` says otherwise."""
    return {
        name: (what, rank, reads.get(what, text)) for what, known in names.items() for rank, name in enumerate(known)
    }


def sort_out(part: Any, wanted: Table, without: frozenset[str] = frozenset()) -> Item:
    """What is wanted of a part and of what is inside it: by the best name, and of one name the outermost.

    It goes over each field once: most names that are looked for are not there.
    """
    found: Item = {}
    ranks: dict[str, int] = {}
    level = [part] if type(part) is dict else []
    for _ in range(_DEPTH):
        inner = []
        for place in level:
            for name, held in place.items():
                if held is None:
                    continue
                if (hit := wanted.get(name)) is not None:
                    what, rank, read = hit
                    if rank < ranks.get(what, 99) and (value := read(held)) is not None:
                        found[what], ranks[what] = value, rank
                if type(held) is dict and name not in without:
                    inner.append(held)
        if not inner:
            break
        level = inner
    return found


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
        value = next((value[name] for name in ("value", "amount", "price") if name in value), None)
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
