"""Single values of a lead, read tolerantly: what is of an unexpected type is left out and breaks nothing."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

from providers.seloger.answers import Item

_BESIDE_NUMBERS = re.compile(r"[\s€]|EUR", re.IGNORECASE)
_FRENCH = str.maketrans({",": "\u00a0", ".": ","})


def text(value: Any) -> str | None:
    """A text that says something; numbers too."""
    if type(value) is str:
        return value.strip() or None
    if type(value) is float:
        return (str(int(value)) if value.is_integer() else str(value)) if isfinite(value) else None
    return str(value) if type(value) is int else None


def first(place: Item, *names: str) -> str | None:
    """The first of these that says something."""
    for name in names:
        if name in place and (found := text(place[name])):
            return found
    return None


def flat(part: Any, without: frozenset[str] = frozenset(), depth: int = 4) -> Item:
    """The values of a part and of what is inside it, by their names; what is further out goes first."""
    found: Item = {}
    level = [part] if type(part) is dict else []
    while level and depth:
        inner = []
        for place in level:
            for name, held in place.items():
                if type(held) is dict:
                    if name not in without:
                        inner.append(held)
                        found.setdefault(name, held)
                elif held is not None and held != "":
                    found.setdefault(name, held)
        level, depth = inner, depth - 1
    return found


def spoken(code: str) -> str:
    """``PROPERTY_SEARCH`` as "Property search"; what is written as words stays as it is."""
    return code.replace("_", " ").capitalize() if code.isupper() else code


def amount(value: Any) -> Decimal | None:
    """Euros, of a number, of ``285 000 €``, or of an object that holds one; ``None`` where there is none."""
    if type(value) is dict:
        value = next((value[name] for name in ("value", "amount", "price") if name in value), None)
    if type(value) is str:
        text = _BESIDE_NUMBERS.sub("", value)
        value = text.replace(",", ".") if text.count(",") <= 1 and "." not in text else text
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
