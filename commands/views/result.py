"""What an action gave: one record as fields, many as a list with pages, and as a CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, TypeAdapter, ValidationError

from commands.desk.hours import zone as zone_of
from commands.forms.fields import Kind, fields_of
from commands.rows import defused
from commands.verb import Block
from commands.views.blocks import clean, context, rich, safe, section, words
from providers.action import Action
from providers.lead import Privacy
from providers.paging import items_of

PAGE = 8
"""Records of a list on one page of the modal."""
FOLDED = 400
"""Characters of one long text; the file holds all of it."""
FACTS = 8
LINES = 60
HIDDEN = "•••"
MARKED = "•••• (secret)"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a field of a result is shown."""

    title: str
    privacy: Privacy
    refers: str | None = None
    model: type[BaseModel] | None = None
    moment: TypeAdapter[Any] | None = None
    money: bool = False
    choices: Mapping[str, str] | None = None


@cache
def shape_of(model: type[BaseModel] | None, usual: Privacy) -> Mapping[str, Shape]:
    """The fields of a result by their names in the API; ``usual`` is the class of those that do not say theirs."""
    if model is None:
        return {}
    privacy = {
        info.alias or name: next((m for m in info.metadata if isinstance(m, Privacy)), usual)
        for name, info in model.model_fields.items()
    }
    by_alias = {info.alias or name: info for name, info in model.model_fields.items()}
    return {
        asked.name: Shape(
            asked.title if asked.title != asked.name else spoken(asked.name),
            privacy[asked.name],
            asked.refers,
            asked.model,
            TypeAdapter(by_alias[asked.name].rebuild_annotation()) if asked.kind is Kind.MOMENT else None,
            asked.kind is Kind.MONEY,
            dict(asked.choices) or None,
        )
        for asked in fields_of(model)
    }


def spoken(name: str) -> str:
    """ "leadUserId" as "Lead user id"."""
    parts = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name.lstrip("_")).replace("_", " ").replace(".", " ").split()
    return " ".join(parts).lower().capitalize() or name


@dataclass(frozen=True)
class Sheet:
    """What a result is drawn with: the action's record, whose eyes, which names, where the reader is."""

    action: Action[Any]
    contact: bool
    zone: str
    names: Mapping[str, Mapping[str, str]]

    def shapes(self, model: type[BaseModel] | None) -> Mapping[str, Shape]:
        """The fields of a record."""
        return shape_of(model, self.action.privacy)

    def shape(self, model: type[BaseModel] | None, name: str) -> Shape:
        """One field; an unknown one has the action's class of privacy."""
        found = self.shapes(model).get(name)
        return found or Shape(spoken(name), self.action.privacy, model=model)  # what is not known may wrap what is

    def bare(self, value: Any, shape: Shape | None = None) -> str:
        """A text or number that stands where a record could: it has the class of its field, else of the action."""
        return self.text(shape or Shape("", self.action.privacy), value)

    def text(self, shape: Shape, value: Any) -> str:
        """A plain value in words; contact data hidden from those who may not see it, secrets from all."""
        if shape.privacy in (Privacy.SECRET, Privacy.SENSITIVE):
            return MARKED
        if shape.privacy is Privacy.CONTACT and not self.contact:
            return HIDDEN
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, list | dict):  # nothing is known of what is inside
            return f"{len(value)} values"
        if shape.moment is not None and (at := _moment(shape.moment, value)):
            return at.astimezone(zone_of(self.zone) or ZoneInfo("UTC")).strftime("%a %d %b %Y %H:%M")
        if shape.refers and (name := self.names.get(shape.refers, {}).get(str(value))):
            return name
        if shape.choices and (name := shape.choices.get(str(value))):
            return name
        if shape.money and isinstance(value, int | float):
            return f"{value:,.2f}".removesuffix(".00")
        return str(value)


def _moment(adapter: TypeAdapter[Any], value: Any) -> datetime | None:
    try:
        read = adapter.validate_python(value)
    except (ValidationError, ValueError, OverflowError):
        return None
    return read if isinstance(read, datetime) else None


def record_of(answer: Any) -> Any:
    """The one record of an answer, out of what wraps it."""
    while isinstance(answer, dict) and len(answer) == 1 and isinstance(inner := next(iter(answer.values())), dict):
        answer = inner
    return answer


def ids_in(model: type[BaseModel] | None, data: Any, usual: Privacy = Privacy.PUBLIC) -> dict[str, set[str]]:
    """Ids by kind that a result names, to be looked up."""
    found: dict[str, set[str]] = {}
    if isinstance(data, list):
        for item in data:
            _join(found, ids_in(model, item, usual))
    elif isinstance(data, dict):
        shapes = shape_of(model, usual)
        for name, value in data.items():
            shape = shapes.get(name)
            if shape and shape.refers:
                values = value if isinstance(value, list) else [value]
                found.setdefault(shape.refers, set()).update(
                    str(v) for v in values if isinstance(v, str | int) and not isinstance(v, bool)
                )
            elif isinstance(value, dict | list):
                _join(found, ids_in(shape.model if shape else model, value, usual))
    return found


def _join(into: dict[str, set[str]], more: Mapping[str, set[str]]) -> None:
    for kind, ids in more.items():
        into.setdefault(kind, set()).update(ids)


# --------------------------------------------------------------------------------------------- drawing


def drawn(sheet: Sheet, answer: Any, shown: int, open_: Callable[[int], Block]) -> tuple[list[Block], int]:
    """Blocks of an answer from its ``shown``-th record, and how many records it has (0: it is one record).

    ``open_`` makes the button that shows all of a record, given its number.
    """
    items = items_of(answer)
    if items is None:
        return one(sheet, answer), 0
    if not items:
        return [section("*Nothing found.*")], 0
    blocks = [row(sheet, item, open_(n)) for n, item in enumerate(items[shown : shown + PAGE], shown)]
    last = min(shown + PAGE, len(items))
    blocks.append(context(f"{shown + 1}–{last} of {len(items):,} read so far · times in {sheet.zone}"))
    return blocks, len(items)


def one(sheet: Sheet, answer: Any) -> list[Block]:
    """One record: all of its fields."""
    return _record(sheet, record_of(answer))


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def facts(
    sheet: Sheet, model: type[BaseModel] | None, data: Any, deep: str = "", of: Shape | None = None
) -> Iterator[tuple[str, str]]:
    """(title, words) of every field that is not empty, nested ones behind their section's name.

    ``of``: the field that ``data`` is in.
    """
    if not isinstance(data, dict):
        if not _empty(data):
            yield deep or "Result", clean(sheet.bare(data, of), FOLDED, lines=True)
        return
    known = list(sheet.shapes(model))
    ordered = sorted(data.items(), key=lambda kv: known.index(kv[0]) if kv[0] in known else len(known))
    for name, value in ordered:
        shape = sheet.shape(model, name)
        if _empty(value) or _unset(shape, value):
            continue
        title = f"{deep} · {shape.title}" if deep else shape.title
        if isinstance(value, dict):
            yield from facts(sheet, shape.model, value, title)
        elif isinstance(value, list) and any(isinstance(v, dict) for v in value):
            for n, one in enumerate(value[:5], 1):
                yield from facts(sheet, shape.model, one, f"{title} {n}" if len(value) > 1 else title, shape)
            if len(value) > 5:
                yield title, f"… and {len(value) - 5} more, in the file"
        elif isinstance(value, list):
            hidden = shape.privacy is not Privacy.PUBLIC and not sheet.contact
            yield title, HIDDEN if hidden else ", ".join(sheet.text(shape, v) for v in value)
        else:
            yield title, sheet.text(shape, value)


def _record(sheet: Sheet, data: Any) -> list[Block]:
    if _empty(data) or data is True:
        return []
    lines = list(facts(sheet, sheet.action.gives, data))
    blocks: list[Block] = []
    for start in range(0, min(len(lines), LINES), 10):
        part = lines[start : min(start + 10, LINES)]
        blocks.append(rich(*([words(f"{title}: ", bold=True), words(_folded(text))] for title, text in part)))
    if len(lines) > LINES:
        blocks.append(context(f"… and {len(lines) - LINES} more fields, in the file"))
    return blocks


def _unset(shape: Shape, value: Any) -> bool:
    """A number that says "not set", unless it is one of the field's values."""
    return value == -1 and not isinstance(value, bool) and "-1" not in (shape.choices or {})


def _folded(text: str) -> str:
    return text if len(text) <= FOLDED else f"{text[:FOLDED].rstrip()} … (all of it is in the file)"


_HEADS = (
    *("fullName", "name", "title", "subject", "content", "tagName", "pondName", "leadName", "transactionName"),
    *("agentFullName", "firstName", "assignedUser", "callbackUrl", "street", "address", "email"),
)
"""What a record is called by, the best first."""


def row(sheet: Sheet, item: Any, open_: Block) -> Block:
    """One record of a list: what it is called, and its first facts."""
    data = record_of(item)
    lines = brief(sheet, data)
    if not lines:
        return section("_A record without fields that you may see._", accessory=open_)
    head = _head(lines) or next((name for name, (_, text) in lines.items() if text != MARKED), next(iter(lines)))
    called = lines.pop(head)[1]
    if head == "firstName" and "lastName" in lines:
        called = f"{called} {lines.pop('lastName')[1]}"
    rest = [f"{title}: {clean(text, 80)}" for title, text in list(lines.values())[:FACTS]]
    more = f" · … {len(lines) - FACTS} more" if len(lines) > FACTS else ""
    return section(f"*{safe(called, 150)}*\n{safe(' · '.join(rest), 900)}{more}", accessory=open_)


def brief(sheet: Sheet, data: Any) -> dict[str, tuple[str, str]]:
    """By field: title and words of what is plain or has a name; hidden ones are left out."""
    return _brief(sheet, sheet.action.gives, data)


def _brief(sheet: Sheet, model: type[BaseModel] | None, data: Any) -> dict[str, tuple[str, str]]:
    if not isinstance(data, dict):
        text = sheet.bare(data)
        return {} if text == HIDDEN else {"value": ("Value", clean(text, FOLDED))}
    known = list(sheet.shapes(model))
    found: dict[str, tuple[str, str]] = {}
    for name, value in sorted(data.items(), key=lambda kv: known.index(kv[0]) if kv[0] in known else len(known)):
        shape = sheet.shape(model, name)
        plain = value.get("name") if isinstance(value, dict) else value
        if isinstance(plain, list):
            called = dict.fromkeys(_called(sheet, shape, v) for v in plain if isinstance(v, dict))
            if said := [one for one in called if one]:
                found[name] = (shape.title, ", ".join(said))
                continue
            plain = ", ".join(sheet.text(shape, v) for v in plain if not isinstance(v, dict)) or None
        if _empty(plain) or isinstance(plain, dict) or _unset(shape, plain):
            continue
        text = sheet.text(shape, plain)
        if text != HIDDEN:
            found[name] = (shape.title, text)
    return found


def _head(lines: Mapping[str, tuple[str, str]]) -> str | None:
    """The field that names a record, if any; not one that is a secret."""
    return next((name for name in _HEADS if name in lines and lines[name][1] != MARKED), None)


def _called(sheet: Sheet, shape: Shape, inner: Mapping[str, Any]) -> str | None:
    """What a record inside a field is called, if it has a name."""
    if shape.privacy in (Privacy.SECRET, Privacy.SENSITIVE):
        return None
    lines = _brief(sheet, shape.model, inner)
    head = _head(lines)
    return lines[head][1] if head else None


# ------------------------------------------------------------------------------------------------ CSV


def as_csv(sheet: Sheet, items: Sequence[Any]) -> bytes:
    """All records, a column a field (UTF-8 with BOM for spreadsheets), formulas made harmless."""
    rows = [dict(_cells(sheet, sheet.action.gives, record_of(item), "")) for item in items]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([defused(name) for name in columns])
    for row in rows:
        writer.writerow([defused(row.get(name, "")) for name in columns])
    return out.getvalue().encode("utf-8-sig")


def _cells(
    sheet: Sheet, model: type[BaseModel] | None, data: Any, at: str, of: Shape | None = None
) -> Iterator[tuple[str, str]]:
    if not isinstance(data, dict):
        if data is not None:
            yield at or "value", sheet.bare(data, of)
        return
    for name, value in data.items():
        shape, path = sheet.shape(model, name), f"{at}.{name}" if at else name
        if isinstance(value, dict):
            yield from _cells(sheet, shape.model, value, path)
        elif isinstance(value, list) and any(isinstance(v, dict) for v in value):
            for n, one in enumerate(value, 1):
                yield from _cells(sheet, shape.model, one, f"{path}.{n}", shape)
        elif isinstance(value, list):
            yield path, ", ".join(sheet.text(shape, v) for v in value)
        elif value is not None:
            yield path, sheet.text(shape, value)
