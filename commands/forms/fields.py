"""What a pydantic model asks for, field by field, as a form sees it."""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AnyUrl, BaseModel, EmailStr, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from providers.action import Ahead, Choices, Group, Json, Long, Money, OutsideSlack, Preset, Refers
from providers.lead import Privacy


class Kind(StrEnum):
    """How a value is asked for."""

    TEXT = "text"
    LONG = "long"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    YES = "yes"
    YES_NO = "yes-no"
    DATE = "date"
    MOMENT = "moment"
    SELECT = "select"
    MULTI = "multi"
    NUMBERS = "numbers"
    TEXTS = "texts"
    NAMED = "named"
    """An id, chosen by name from what Leadbell knows of its kind."""
    NAMES = "names"
    JSON = "json"
    MODEL = "model"
    """A section of inputs."""
    ROWS = "rows"
    """Any number of sections."""
    EMAIL = "email"
    URL = "url"
    SECRET = "secret"  # noqa: S105
    CHANNEL = "channel"
    PERSON = "person"
    PEOPLE = "people"
    TIME = "time"
    FILE = "file"


LISTS = frozenset((Kind.MULTI, Kind.NUMBERS, Kind.TEXTS, Kind.NAMES, Kind.PEOPLE))
"""Kinds whose value is a list."""


class Ask(StrEnum):
    """Marks a text that Slack has a picker for: ``Annotated[str, Ask.CHANNEL]``."""

    CHANNEL = "channel"
    PERSON = "person"
    PEOPLE = "people"
    TIME = "time"
    FILE = "file"
    SELECT = "select"
    """A select whose options are given when the form is drawn."""
    MULTI = "multi"


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a form. ``name`` is the API's own name, and the block id of its input."""

    name: str
    kind: Kind
    title: str
    hint: str | None
    required: bool
    default: Any = field(hash=False)
    choices: tuple[tuple[str, str], ...]
    longest: int | None
    least: float | None
    most: float | None
    sensitive: bool
    nullable: bool = True
    codes: tuple[Any, ...] = ()
    """The values of ``choices`` as the model takes them."""
    model: type[BaseModel] | None = None
    refers: str | None = None
    group: str | None = None
    ahead: bool = False
    whole: bool = False
    """Its values are whole numbers, ids among them."""
    preset: bool = False
    """A subscription may fill it in beforehand."""


@cache
def fields_of(model: type[BaseModel]) -> tuple[Asked, ...]:
    """The fields of a model, in its order, without those that are not for Slack. Raises TypeError for a type that has
    no input."""
    fields = model.model_fields.items()
    return tuple(_asked(info.alias or name, info) for name, info in fields if OutsideSlack not in _marks(info))


def _marks(info: FieldInfo) -> list[type]:
    return [type(mark) for mark in info.metadata]


def _unwrapped(annotation: Any) -> tuple[Any, list[Any]]:
    """The type itself, without ``| None`` and ``Annotated``, and all marks on the way."""
    marks: list[Any] = []
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            marks += more
        elif origin in (Union, types.UnionType):
            left = [a for a in get_args(annotation) if a is not types.NoneType]
            annotation = left[0]  # the first kind of a union is the one that is asked for
        else:
            return annotation, marks


def _asked(name: str, info: FieldInfo) -> Asked:
    type_, marks = _unwrapped(info.annotation)
    marks += info.metadata
    nullable = types.NoneType in get_args(info.annotation)
    many = get_origin(type_) is list
    item, inner = _unwrapped(get_args(type_)[0]) if many else (type_, [])

    def mark(kind: Any) -> Any:
        return next((m for m in (*marks, *inner) if isinstance(m, kind)), None)

    def limit(*names: str) -> float | None:
        return next((getattr(m, n) for m in marks for n in names if getattr(m, n, None) is not None), None)

    codes, choices = _choices(item, mark(Choices))
    kind = _kind(item, mark, many=many, choices=bool(choices), nullable=nullable)
    longest = limit("max_length")
    refers = mark(Refers)
    group = mark(Group)
    return Asked(
        name=name,
        kind=kind,
        title=info.title or name,
        hint=info.description,
        required=info.is_required(),
        default=None if info.default is PydanticUndefined else info.default,
        choices=choices,
        longest=int(longest) if longest is not None and not many else None,
        least=limit("ge", "gt"),
        most=limit("le", "lt"),
        sensitive=Privacy.SENSITIVE in marks,
        nullable=nullable,
        codes=codes,
        model=item if kind in (Kind.MODEL, Kind.ROWS) else None,
        refers=refers.kind if refers else None,
        group=group.title if group else None,
        ahead=mark(Ahead) is not None,
        whole=item is int,
        preset=mark(Preset) is not None,
    )


def _choices(item: Any, marked: Choices | None) -> tuple[tuple[Any, ...], tuple[tuple[str, str], ...]]:
    """Known values: as the model takes them, and as (text, name)."""
    if marked is not None:
        return tuple(v for v, _ in marked.values), tuple((str(v), label) for v, label in marked.values)
    if get_origin(item) is Literal:
        values: tuple[Any, ...] = get_args(item)
    elif isinstance(item, type) and issubclass(item, Enum):
        values = tuple(e.value for e in item)
    else:
        return (), ()
    return values, tuple((str(v), _spoken(str(v))) for v in values)


def _spoken(code: str) -> str:
    """ "VENDOR_PARTNER" as "Vendor partner", "logCall" as it is."""
    words = code.replace("-", " ").replace("_", " ")
    return words.capitalize() if words.isupper() or words.islower() else words


_PLAIN: Sequence[tuple[type, Kind]] = (
    (bool, Kind.YES),
    (SecretStr, Kind.SECRET),
    (EmailStr, Kind.EMAIL),
    (datetime, Kind.MOMENT),
    (date, Kind.DATE),
    (int, Kind.INTEGER),
    (float, Kind.DECIMAL),
    (Decimal, Kind.DECIMAL),
    (str, Kind.TEXT),
)


def _kind(item: Any, mark: Any, *, many: bool, choices: bool, nullable: bool) -> Kind:
    if (ask := mark(Ask)) is not None:
        return Kind(ask.value)
    if mark(Json) is not None or item is dict or get_origin(item) is dict or item is Any:
        return Kind.JSON
    if isinstance(item, type) and issubclass(item, BaseModel):
        return Kind.ROWS if many else Kind.MODEL
    if mark(Refers) is not None:
        return Kind.NAMES if many else Kind.NAMED
    if choices:
        return Kind.MULTI if many else Kind.SELECT
    if many:
        return Kind.NUMBERS if item is int else Kind.TEXTS
    if mark(Money) is not None:
        return Kind.MONEY
    if mark(Long) is not None:
        return Kind.LONG
    if item is bool:
        return Kind.YES_NO if nullable else Kind.YES
    if isinstance(item, type) and issubclass(item, AnyUrl):
        return Kind.URL
    for plain, kind in _PLAIN:
        if item is plain:
            return kind
    raise TypeError(f"no input for {item!r}")
