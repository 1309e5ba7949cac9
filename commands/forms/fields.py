"""What a pydantic model asks for, field by field, as a form sees it."""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, EmailStr, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from providers.action import Choices, Long
from providers.lead import Privacy


class Kind(StrEnum):
    """How a value is asked for."""

    TEXT = "text"
    LONG = "long"
    INTEGER = "integer"
    DECIMAL = "decimal"
    YES = "yes"
    YES_NO = "yes-no"
    DATE = "date"
    SELECT = "select"
    MULTI = "multi"
    NUMBERS = "numbers"
    EMAIL = "email"
    SECRET = "secret"  # noqa: S105
    CHANNEL = "channel"
    PERSON = "person"
    PEOPLE = "people"
    TIME = "time"
    FILE = "file"


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
    default: Any
    choices: tuple[tuple[str, str], ...]
    longest: int | None
    least: float | None
    most: float | None
    sensitive: bool


@cache
def fields_of(model: type[BaseModel]) -> tuple[Asked, ...]:
    """The fields of a model, in its order. Raises TypeError for a type that has no input yet."""
    return tuple(_asked(info.alias or name, info) for name, info in model.model_fields.items())


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
    kind_type, marks = _unwrapped(info.annotation)
    marks += info.metadata
    optional = types.NoneType in get_args(info.annotation)
    choices = next((m.values for m in marks if isinstance(m, Choices)), ())
    ask = next((m for m in marks if isinstance(m, Ask)), None)
    kind = _kind(kind_type, marks, ask, choices, optional=optional)
    if get_origin(kind_type) is Literal:
        choices = tuple((v, str(v).replace("-", " ").capitalize()) for v in get_args(kind_type))
    elif isinstance(kind_type, type) and issubclass(kind_type, Enum):
        choices = tuple((e.value, str(e.value).replace("-", " ").capitalize()) for e in kind_type)

    def limit(*names: str) -> float | None:
        return next((getattr(m, n) for m in marks for n in names if getattr(m, n, None) is not None), None)

    longest = limit("max_length")
    return Asked(
        name=name,
        kind=kind,
        title=info.title or name,
        hint=info.description,
        required=info.is_required(),
        default=None if info.default is PydanticUndefined else info.default,
        choices=tuple((str(v), label) for v, label in choices),
        longest=int(longest) if longest is not None and kind in (Kind.TEXT, Kind.LONG, Kind.SECRET) else None,
        least=limit("ge", "gt"),
        most=limit("le", "lt"),
        sensitive=Privacy.SENSITIVE in marks,
    )


_PLAIN: Sequence[tuple[type, Kind]] = (
    (SecretStr, Kind.SECRET),
    (EmailStr, Kind.EMAIL),
    (date, Kind.DATE),
    (int, Kind.INTEGER),
    (float, Kind.DECIMAL),
    (str, Kind.TEXT),
)


def _kind(type_: Any, marks: list[Any], ask: Ask | None, choices: object, *, optional: bool) -> Kind:
    if ask is not None:
        return Kind(ask.value)
    if choices or get_origin(type_) is Literal or (isinstance(type_, type) and issubclass(type_, Enum)):
        return Kind.SELECT
    if any(isinstance(m, Long) for m in marks):
        return Kind.LONG
    if type_ is bool:
        return Kind.YES_NO if optional else Kind.YES
    if get_origin(type_) is list and get_args(type_)[0] is int:
        return Kind.NUMBERS
    for plain, kind in _PLAIN:
        if type_ is plain:
            return kind
    raise TypeError(f"no input for {type_!r}")
