"""The form of any model: nested models are sections, lists of them rows, optional parts stay folded until asked for,
and what does not fit on one page goes onto the next."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from pydantic import BaseModel

from commands.forms.draft import Draft
from commands.forms.draw import one
from commands.forms.fields import Asked, Kind, fields_of
from commands.forms.values import Lookup, of_model
from commands.ids import Do, FormDo
from commands.verb import Block, Value
from commands.views.blocks import actions, button, clean, context, divider, notice, section

MOST_BLOCKS = 60
"""On a page; Slack takes 100, and notices above inputs need room too."""
MOST_INPUTS = 24
"""On a page: a phone shows five at a time."""
HEAVIEST = 180_000
"""Bytes of texts and options on a page; Slack takes views of 250 kB (view_too_large of views.open)."""
OPTION_BYTES = 200


@dataclass(frozen=True, slots=True)
class Part:
    """Blocks that stay together; ``place`` is the input's, where there is one."""

    blocks: tuple[Block, ...]
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """One page of a form."""

    blocks: list[Block]
    page: int
    pages: int
    places: frozenset[str]


def draw(
    model: type[BaseModel],
    draft: Draft,
    name: str,
    lookup: Lookup,
    *,
    errors: Mapping[str, str] | None = None,
    focus: str = "",
    sensitive: bool = False,
    leave_out: frozenset[str] = frozenset(),
) -> Drawn:
    """The page of a draft, or the one that holds the first of ``errors``, or the first input at or below ``focus``.

    ``name`` is the stored draft's.

    Inputs of the sensitive class are drawn only where ``sensitive``.
    """
    drawing = _Drawing(draft, name, lookup, sensitive, leave_out, frozenset(errors or ()))
    parts = list(drawing.parts(model, ""))
    pages = _paged(parts)
    number = min(draft.page, len(pages) - 1)
    if focus:
        number = next((n for n, page in enumerate(pages) if any(_within(p.place, focus) for p in page)), number)
    if errors:
        number = next((n for n, page in enumerate(pages) if any(p.place in errors for p in page)), number)
    blocks: list[Block] = []
    said = set(errors or ())
    for part in pages[number]:
        if errors and part.place in errors:
            said.discard(part.place or "")
            blocks.append(notice(errors[part.place or ""]) | {"block_id": f"notice:{part.place}"[:255]})
        blocks += part.blocks
    elsewhere = [clean(errors[p], 300) for p in sorted(said)] if errors else []
    if elsewhere:
        blocks.insert(0, notice(" ".join(elsewhere[:5])))
    if len(pages) > 1:
        blocks += drawing.turning(number, len(pages))
    places = frozenset(p.place for p in pages[number] if p.place)
    return Drawn(blocks, number, len(pages), places)


def _within(place: str | None, focus: str) -> bool:
    return place is not None and (place == focus or place.startswith(f"{focus}/"))


def _paged(parts: Sequence[Part]) -> list[list[Part]]:
    pages: list[list[Part]] = [[]]
    blocks = inputs = weight = 0
    for part in parts:
        heavy = _weight(part)
        full = blocks + len(part.blocks) > MOST_BLOCKS or inputs + bool(part.place) > MOST_INPUTS
        if pages[-1] and (full or weight + heavy > HEAVIEST):
            pages.append([])
            blocks = inputs = weight = 0
        pages[-1].append(part)
        blocks += len(part.blocks)
        inputs += bool(part.place)
        weight += heavy
    return pages


def _weight(part: Part) -> int:
    """Bytes of what may be much in it, as JSON writes them."""
    element = part.blocks[-1].get("element") or {}
    text = element.get("initial_value")
    return OPTION_BYTES * len(element.get("options") or ()) + (len(json.dumps(text)) if text else 0)


@dataclass(frozen=True)
class _Drawing:
    draft: Draft
    name: str
    lookup: Lookup
    sensitive: bool
    leave_out: frozenset[str]
    wrong: frozenset[str]
    """Places that have errors: what holds them is unfolded."""

    def _unfolded(self, place: str) -> bool:
        return self.draft.holds(place) or any(_within(w, place) for w in self.wrong)

    def parts(self, model: type[BaseModel], at: str) -> Iterator[Part]:
        """A model's fields in order; a group of optional ones is folded where its first one stands."""
        shown = [
            a for a in fields_of(model) if f"{at}{a.name}" not in self.leave_out and (self.sensitive or not a.sensitive)
        ]
        for group, members in groupby(sorted(shown, key=_first_of_its_group(shown)), key=lambda a: a.group):
            fields = list(members)
            if group is None:
                for asked in fields:
                    yield from self._field(asked, f"{at}{asked.name}")
            else:
                yield from self._group(group, fields, at)

    def _group(self, title: str, fields: Sequence[Asked], at: str) -> Iterator[Part]:
        place = f"{at}#{title}"
        held = any(self._unfolded(f"{at}{a.name}") for a in fields)
        if not held and place not in self.draft.opened:
            yield Part((self._folded(place, title),))
            return
        yield Part((divider(), section(f"*{clean(title, 100)}*")))
        for asked in fields:
            yield from self._field(asked, f"{at}{asked.name}")

    def _field(self, asked: Asked, place: str) -> Iterator[Part]:
        if asked.kind is Kind.MODEL and asked.model:
            open_ = asked.required or place in self.draft.opened or self._unfolded(place)
            if not open_:
                yield Part((self._folded(place, asked.title),))
                return
            remove = None if asked.required else self._button("Remove", FormDo.DROP, place)
            yield Part((divider(), self._heading(asked, asked.title, remove)))
            yield from self.parts(asked.model, f"{place}/")
        elif asked.kind is Kind.ROWS and asked.model:
            yield from self._rows(asked, asked.model, place)
        elif block := one(asked, self._value(asked, place), self._choices(asked, place), place=place):
            yield Part((block,), place)

    def _rows(self, asked: Asked, model: type[BaseModel], place: str) -> Iterator[Part]:
        keys = self.draft.rows.get(place, [])
        if not keys:
            yield Part((self._folded(place, asked.title, FormDo.ADD),))
            return
        yield Part((divider(),))
        for number, key in enumerate(keys, 1):
            remove = self._button("Remove", FormDo.DROP, f"{place}/{key}")
            yield Part((self._heading(asked, f"{asked.title} · {number}", remove),))
            yield from self.parts(model, f"{place}/{key}/")
        yield Part((actions(self._button(f"Add to {asked.title}", FormDo.ADD, place)), divider()))

    def _value(self, asked: Asked, place: str) -> object:
        return self.draft.values[place] if place in self.draft.values else _default(asked)

    def _choices(self, asked: Asked, place: str) -> Sequence[tuple[str, str]] | None:
        if asked.refers is None:
            return None
        value = self._value(asked, place)
        held = [str(v) for v in value] if isinstance(value, list) else [str(value)] if value else []
        return list(self.lookup.named(asked.refers, held).items()) if held else ()

    def _heading(self, asked: Asked, title: str, remove: Block | None) -> Block:
        hint = f"\n{clean(asked.hint, 300)}" if asked.hint else ""
        return section(f"*{clean(title, 100)}*{hint}", accessory=remove)

    def _folded(self, place: str, title: str, do: FormDo = FormDo.OPEN) -> Block:
        return section(f"{clean(title, 100)}  _(optional)_", accessory=self._button("Add", do, place))

    def _button(self, text: str, do: FormDo, place: str) -> Block:
        return button(text, Do.FORM, Value(do=do, draft=self.name, path=place))

    def turning(self, number: int, pages: int) -> list[Block]:
        """Buttons to the other pages."""
        back = (
            button("◀ Back", Do.FORM_BACK, Value(do=FormDo.TURN, draft=self.name, page=number - 1)) if number else None
        )
        on = button("Next ▶", Do.FORM, Value(do=FormDo.TURN, draft=self.name, page=number + 1))
        shown = [b for b in (back, on if number + 1 < pages else None) if b]
        return [divider(), actions(*shown), context(f"Page {number + 1} of {pages} · what is required stands first")]


def _default(asked: Asked) -> object:
    if asked.default is None or asked.kind in (Kind.MODEL, Kind.ROWS):
        return None
    return of_model(asked, asked.default)


def _first_of_its_group(shown: Sequence[Asked]) -> Callable[[Asked], tuple[int, int]]:
    """Sorts the fields of a group behind its first one; all others stay where they are."""
    first: dict[str, int] = {}
    for n, asked in enumerate(shown):
        if asked.group:
            first.setdefault(asked.group, n)
    order = {asked.name: (first[asked.group] if asked.group else n, n) for n, asked in enumerate(shown)}
    return lambda asked: order[asked.name]
