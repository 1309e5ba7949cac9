"""``name:value`` words to a draft, and back: ``lead:LO-17 type:Call deadline:"tomorrow 9am" inquiry.priceMax:450000``.

A name is the API's own, however it is cased; nested ones are joined by dots, rows are numbered from 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from commands.forms.draft import Draft, Leaf, leaves, sent_rows
from commands.forms.fields import LISTS, Asked, Kind, fields_of
from commands.forms.values import Reading, as_text, from_text
from commands.forms.words import named, nearest, unescaped

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"'})
_WORD = re.compile(r'(?:[^\s"]|"(?:[^"\\]|\\.)*"?)+')


@dataclass(frozen=True, slots=True)
class Unknown(Exception):
    """A word that names no field; ``known`` are those that there are."""

    word: str
    close: str | None
    known: tuple[str, ...]


def split(text: str) -> list[str]:
    """Words; what stands in double quotes stays together, quotes and all."""
    return [named(word) for word in _WORD.findall(unescaped(text).translate(_QUOTES))]


def unquoted(text: str) -> str:
    """A value without its quotes; a backslash lets a quote or a backslash stand inside them."""
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def unclosed(text: str) -> bool:
    """Whether a word has a quotation mark that is opened and never closed."""
    return len(re.findall(r'(?<!\\)(?:\\\\)*"', text)) % 2 == 1


def quoted(text: str) -> str:
    """The value as one word."""
    if text and not re.search(r'[\s"\\“”„<>&]', text):
        return text
    inner = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'


def read(
    model: type[BaseModel], pairs: Iterable[tuple[str, str]], reading: Reading, draft: Draft | None = None
) -> tuple[Draft, dict[str, str]]:
    """A draft of (name, value) pairs, with a sentence by place for each value that is not understood.

    A list's name may stand more than once. Raises :class:`Unknown` for a name that there is not.
    """
    made = draft or Draft()
    errors: dict[str, str] = {}
    for name, text in pairs:
        leaf = find(model, made, name)
        if leaf is None:
            known = [a.name for a in fields_of(model)]
            raise Unknown(name, nearest(name.split(".")[0], known), tuple(known))
        try:
            value = from_text(leaf.asked, text, reading)
        except ValueError as error:
            errors[leaf.place] = str(error)
            if leaf.asked.kind is Kind.MONEY:  # its input takes any text, and says the same of it
                made.values[leaf.place] = text
            continue
        before = made.values.get(leaf.place)
        several = leaf.asked.kind in LISTS and isinstance(before, list) and isinstance(value, list)
        made.values[leaf.place] = [*before, *value] if several and before else value
    return made, errors


def find(model: type[BaseModel], draft: Draft, name: str) -> Leaf | None:
    """The field that a dotted name means; rows that it numbers are added. ``lead`` stands for ``leadId`` too."""
    at, inside, rest = "", model, name
    while True:
        asked, rest = _first(fields_of(inside), rest)
        if asked is None:
            return None
        place = f"{at}{asked.name}"
        if asked.model is None:
            return Leaf(place, asked) if not rest else None
        if asked.kind is Kind.ROWS:
            number, _, rest = rest.partition(".")
            if not (number.isascii() and number.isdigit()) or not 1 <= int(number) <= 100:
                return None
            while len(draft.rows.get(place, [])) < int(number):
                draft.add_row(place)
            place = f"{place}/{draft.rows[place][int(number) - 1]}"
        at, inside = f"{place}/", asked.model


def _first(fields: Sequence[Asked], name: str) -> tuple[Asked | None, str]:
    """The field whose name ``name`` is or begins with, and what follows its dot."""
    low = name.casefold()
    for asked in sorted(fields, key=lambda a: -len(a.name)):
        own = asked.name.casefold()
        if low in (own, f"{own}[]") or (low == "lead" and asked.refers == "lead" and asked.kind is Kind.NAMED):
            return asked, ""
        if asked.model and low.startswith(f"{own}."):
            return asked, name[len(own) + 1 :]
    return None, ""


def at_place(model: type[BaseModel], draft: Draft, place: str) -> Leaf | None:
    """The field at a place."""
    return next((leaf for leaf in leaves(model, draft) if leaf.place == place), None)


def place_named(model: type[BaseModel], draft: Draft, field: str | None, row: int | None = None) -> str | None:
    """The place of the field that a lead system names in an error, with or without what it is nested in.

    ``row``: of which of the records that were sent, from 0.
    """
    if not field:
        return None
    wanted = field.replace(".", "/").replace("[", "/").replace("]", "").casefold()
    held = list(leaves(model, draft))
    if row is not None and (rows := sent_rows(model, draft))[row : row + 1]:
        held = [leaf for leaf in held if leaf.place.startswith(rows[row])]
    for leaf in held:
        if leaf.place.casefold() == wanted:
            return leaf.place
    last = wanted.rpartition("/")[2]
    return next((leaf.place for leaf in held if leaf.asked.name.casefold() == last), None)


def words(model: type[BaseModel], draft: Draft) -> list[tuple[str, str]]:
    """The (name, value) pairs that say what a draft says."""
    names = dict(_named(model, draft, "", ""))
    return [
        (names[leaf.place], as_text(leaf.asked, draft.values[leaf.place]))
        for leaf in leaves(model, draft)
        if draft.values.get(leaf.place) is not None
    ]


def _named(model: type[BaseModel], draft: Draft, at: str, name: str) -> Iterable[tuple[str, str]]:
    for asked in fields_of(model):
        place, spoken = f"{at}{asked.name}", f"{name}{asked.name}"
        if asked.kind is Kind.MODEL and asked.model:
            yield from _named(asked.model, draft, f"{place}/", f"{spoken}.")
        elif asked.kind is Kind.ROWS and asked.model:
            for number, key in enumerate(draft.rows.get(place, []), 1):
                yield from _named(asked.model, draft, f"{place}/{key}/", f"{spoken}.{number}.")
        else:
            yield place, spoken
