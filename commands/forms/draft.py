"""A form that is being filled in: what was typed by place, which parts are open, which page is shown.

A place is a path of the API's names and row keys, with slashes: ``inquiry/locations/2/city``. Row keys never change
while a form is filled in, so that an input keeps its place when a row above it goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from commands.forms.fields import Asked, Kind, fields_of
from commands.forms.read import Invalid, element_value
from commands.forms.values import for_model, from_input, of_model
from commands.ids import Do
from commands.views.sentences import invalid

M = TypeVar("M", bound=BaseModel)


class Draft(BaseModel):
    """What was typed so far. ``values`` are in plain form; ``None`` was emptied by the person."""

    connection: str = ""
    action: str = ""
    lead: int | None = None
    values: dict[str, Any] = Field(default_factory=dict)
    rows: dict[str, list[str]] = Field(default_factory=dict)
    newest: dict[str, int] = Field(default_factory=dict)
    """The last row key given out at a place: that of a row that went is never another's."""
    held_back: list[str] = Field(default_factory=list)
    """Places whose values are sensitive, and stand in memory only."""
    opened: list[str] = Field(default_factory=list)
    page: int = 0
    kept: int = 0
    """How often it was stored: what is confirmed has to be what was shown."""
    asked: dict[str, Any] = Field(default_factory=dict)
    """Of a result with pages: parameters that ask for the one that is shown."""
    shown: int = 0
    one: int | None = None
    """Of a list: the record that is looked at."""
    reason: str | None = None
    """Why a rule of contact was passed over."""
    broken: str | None = None
    """Which rule of which lead that reason was asked for."""

    def add_row(self, place: str) -> None:
        """One more row at a list's place."""
        keys = self.rows.setdefault(place, [])
        self.newest[place] = max(self.newest.get(place, 0), *(int(k) for k in keys), 0) + 1
        keys.append(str(self.newest[place]))

    def drop(self, place: str) -> None:
        """Forget everything at and below a place: a row, or a part that is folded again."""
        self.values = {k: v for k, v in self.values.items() if k != place and not k.startswith(f"{place}/")}
        self.rows = {k: v for k, v in self.rows.items() if k != place and not k.startswith(f"{place}/")}
        self.opened = [o for o in self.opened if o != place and not o.startswith(f"{place}/")]
        above, _, key = place.rpartition("/")
        if key in self.rows.get(above, []):
            self.rows[above].remove(key)

    def holds(self, place: str) -> bool:
        """Whether something was typed at or below a place."""
        below = f"{place}/"
        return any(v is not None for k, v in self.values.items() if k == place or k.startswith(below)) or any(
            keys for k, keys in self.rows.items() if k == place or k.startswith(below)
        )


@dataclass(frozen=True, slots=True)
class Leaf:
    """A field at its place."""

    place: str
    asked: Asked


def leaves(model: type[BaseModel], draft: Draft, at: str = "") -> Iterator[Leaf]:
    """Every field that has an input, through nested models and rows."""
    for asked in fields_of(model):
        place = f"{at}{asked.name}"
        if asked.kind is Kind.MODEL and asked.model:
            yield from leaves(asked.model, draft, f"{place}/")
        elif asked.kind is Kind.ROWS and asked.model:
            for key in draft.rows.get(place, []):
                yield from leaves(asked.model, draft, f"{place}/{key}/")
        else:
            yield Leaf(place, asked)


def with_rows(model: type[BaseModel], draft: Draft, at: str = "") -> Draft:
    """The draft, with a first row wherever one is required."""
    for asked in fields_of(model):
        place = f"{at}{asked.name}"
        if asked.kind is Kind.ROWS and asked.required and not draft.rows.get(place):
            draft.add_row(place)
        if asked.kind is Kind.MODEL and asked.model and (asked.required or place in draft.opened):
            with_rows(asked.model, draft, f"{place}/")
        elif asked.kind is Kind.ROWS and asked.model:
            for key in draft.rows.get(place, []):
                with_rows(asked.model, draft, f"{place}/{key}/")
    return draft


def absorb(model: type[BaseModel], draft: Draft, state: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Take in what the drawn inputs hold; sentences by place for what cannot be read."""
    errors = {}
    for field in leaves(model, draft):
        if Do.VALUE.value in state.get(field.place, {}):
            try:
                draft.values[field.place] = from_input(field.asked, element_value(state[field.place][Do.VALUE.value]))
            except ValueError as error:
                errors[field.place] = str(error)
    return errors


def filled(model: type[BaseModel], value: BaseModel, draft: Draft | None = None, at: str = "") -> Draft:
    """A draft that says what ``value`` says."""
    made = draft or Draft()
    by_name = {info.alias or name: getattr(value, name) for name, info in model.model_fields.items()}
    for asked in fields_of(model):
        held, place = by_name[asked.name], f"{at}{asked.name}"
        if held is None:
            continue
        if asked.kind is Kind.MODEL and asked.model:
            made.opened.append(place)
            filled(asked.model, held, made, f"{place}/")
        elif asked.kind is Kind.ROWS and asked.model:
            for row in held:
                made.add_row(place)
                filled(asked.model, row, made, f"{place}/{made.rows[place][-1]}/")
        else:
            made.values[place] = of_model(asked, held)
    return made


def raw(
    model: type[BaseModel], draft: Draft, errors: dict[str, str], now: datetime | None = None, at: str = ""
) -> dict[str, Any]:
    """What was typed, nested as the model nests it; ``errors`` takes a sentence for what it cannot take."""
    made: dict[str, Any] = {}
    for asked in fields_of(model):
        place = f"{at}{asked.name}"
        if asked.kind is Kind.MODEL and asked.model:
            if asked.required or _given(asked.model, draft, f"{place}/"):
                made[asked.name] = raw(asked.model, draft, errors, now, f"{place}/")
        elif asked.kind is Kind.ROWS and asked.model:
            rows = [k for k in draft.rows.get(place, []) if _given(asked.model, draft, f"{place}/{k}/")]
            if rows:
                made[asked.name] = [raw(asked.model, draft, errors, now, f"{place}/{k}/") for k in rows]
        else:
            try:
                value = for_model(asked, draft.values.get(place), now)
            except ValueError as error:
                errors[place] = str(error)
                continue
            if value is not None:
                made[asked.name] = value
    return made


def sent_rows(model: type[BaseModel], draft: Draft) -> list[str]:
    """Where the rows of a model's first list stand that are sent, in their order; an empty one is not."""
    asked = next((a for a in fields_of(model) if a.kind is Kind.ROWS), None)
    if asked is None or asked.model is None:
        return []
    rows = [f"{asked.name}/{key}/" for key in draft.rows.get(asked.name, [])]
    return [row for row in rows if _given(asked.model, draft, row)]


def _given(model: type[BaseModel], draft: Draft, at: str) -> bool:
    """Whether anything says something below ``at``; an unticked box does not."""
    for field in leaves(model, draft, at):
        value = draft.values.get(field.place)
        if value is not None and not (field.asked.kind is Kind.YES and value is bool(field.asked.default)):
            return True
    return False


def as_model(model: type[M], draft: Draft, now: datetime | None = None) -> M:
    """The model that a draft describes. Raises :class:`Invalid` with sentences by place.

    ``now``: moments marked so have to lie ahead of it.
    """
    errors: dict[str, str] = {}
    given = raw(model, draft, errors, now)
    try:
        made = model.model_validate(given)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=False):
            errors.setdefault(place_of(model, draft, one["loc"]), invalid(one))
        raise Invalid(errors) from None
    if errors:
        raise Invalid(errors)
    return made


def place_of(model: type[BaseModel], draft: Draft, loc: tuple[int | str, ...]) -> str:
    """The place that pydantic's location means; a rule over a whole model belongs to its first field."""
    at, inside = "", model
    rest = list(loc)
    while rest:
        name = str(rest.pop(0))
        asked = next((a for a in fields_of(inside) if a.name == name), None)
        if asked is None:
            break
        place = f"{at}{name}"
        if asked.model is None:
            return place
        if asked.kind is Kind.ROWS:
            if not rest:
                return place
            number = int(rest.pop(0))
            held = [k for k in draft.rows.get(place, []) if _given(asked.model, draft, f"{place}/{k}/")]
            if number >= len(held):
                return place
            place = f"{place}/{held[number]}"
        at, inside = f"{place}/", asked.model
    first = next((f for f in leaves(inside, draft, at)), None)
    return first.place if first else at.rstrip("/")
