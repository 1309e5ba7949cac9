"""What is sent, checked against :mod:`providers.lofty.stand_in.documented`: nothing more, nothing less."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from providers.lofty.stand_in.documented import PATH_KINDS, TYPES, VALUES, Operation
from providers.lofty.stand_in.refusals import Refused, invalid

Check = Callable[[Any, str], None]
"""Given a JSON value and the name of its field; raises Refused."""

_FIELD: Final = re.compile(r"(?P<name>\w+)(?P<required>\*?):(?P<kind>\S+)", re.ASCII)
_LIMITED: Final = re.compile(r"text<=(\d+)|(int|long)\{(-?\d+)\.\.(-?\d*)\}", re.ASCII)
_WHOLE: Final = re.compile(r"-?\d{1,19}", re.ASCII)
_BIRTHDAY: Final = re.compile(r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2}, \d{4}", re.ASCII)
_BITS: Final = {"int": 31, "long": 63}
_TIMESTAMP: Final = frozenset(
    ["date", "day", "hours", "minutes", "month", "nanos", "seconds", "time", "timezoneOffset", "year"]
)


@cache
def _fields(text: str) -> Mapping[str, tuple[bool, str]]:
    """Name to (required, kind)."""
    found = {}
    for word in text.split():
        match = _FIELD.fullmatch(word)
        if match is None:
            raise ValueError(f"{word} is no field")
        found[match["name"]] = (bool(match["required"]), match["kind"])
    return found


# ------------------------------------------------------------------------------------------------- JSON


def _whole(bits: int, low: int | None = None, high: int | None = None) -> Check:
    def check(value: Any, name: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise invalid(name, "must be a whole number")
        if not -(1 << bits) <= value < 1 << bits:
            raise invalid(name, "is too large")
        if (low is not None and value < low) or (high is not None and value > high):
            raise invalid(name, f"must be from {low} to {high}" if high is not None else f"must be {low} at least")

    return check


def _text(longest: int | None = None) -> Check:
    def check(value: Any, name: str) -> None:
        if not isinstance(value, str):
            raise invalid(name, "must be a string")
        if longest is not None and len(value) > longest:
            raise invalid(name, f"must not be longer than {longest} characters")

    return check


def _number(value: Any, name: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(name, "must be a number")


def _flag(value: Any, name: str) -> None:
    if not isinstance(value, bool):
        raise invalid(name, "must be true or false")


def _object(value: Any, name: str) -> None:
    if not isinstance(value, dict):
        raise invalid(name, "must be an object")


def _moment(value: Any, name: str) -> None:
    """A date-time of the newer specification, or the older one's Timestamp object."""
    if isinstance(value, dict) and value.keys() <= _TIMESTAMP and "time" in value:
        _whole(63)(value["time"], f"{name}.time")
        return
    try:
        if isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None:
            return
    except ValueError:
        pass
    raise invalid(name, "must be a date-time")


def _birthday(value: Any, name: str) -> None:
    if not isinstance(value, str) or not _BIRTHDAY.fullmatch(value):
        raise invalid(name, "must be written like Jun 5, 2001")


_SIMPLE: Final[dict[str, Check]] = {
    "text": _text(),
    "int": _whole(31),
    "long": _whole(63),
    "number": _number,
    "flag": _flag,
    "object": _object,
    "moment": _moment,
    "birthday": _birthday,
}


def _one_of(values: tuple[str | int, ...]) -> Check:
    def check(value: Any, name: str) -> None:
        if isinstance(value, bool) or value not in values:
            raise invalid(name, f"must be one of {', '.join(map(str, values))}")

    return check


def _listed(item: Check) -> Check:
    def check(value: Any, name: str) -> None:
        if not isinstance(value, list):
            raise invalid(name, "must be a list")
        for place, each in enumerate(value):
            item(each, f"{name}[{place}]")

    return check


def _either(checks: list[Check]) -> Check:
    def check(value: Any, name: str) -> None:
        for one in checks[:-1]:
            try:
                return one(value, name)
            except Refused:
                continue
        return checks[-1](value, name)

    return check


def _typed(name: str, spares: str) -> Check:
    fields = _fields(TYPES[name])
    required = [field for field, (needed, _) in fields.items() if needed and field not in spares.split()]

    def check(value: Any, where: str) -> None:
        prefix = f"{where}." if where else ""
        if not isinstance(value, dict):
            raise invalid(where or "the body", "must be an object")
        for field in value:
            if field not in fields:
                raise invalid(f"{prefix}{field}", "is not known")
        for field in required:
            if value.get(field) is None:
                raise invalid(f"{prefix}{field}", "must be given")
        for field, each in value.items():
            if each is not None:
                check_of(fields[field][1])(each, f"{prefix}{field}")

    return check


@cache
def check_of(kind: str, spares: str = "") -> Check:
    """The check of a kind, as :mod:`providers.lofty.stand_in.documented` writes it."""
    if "|" in kind:
        return _either([check_of(part) for part in kind.split("|")])
    if kind.startswith("["):
        return _listed(check_of(kind[1:-1], spares))
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if kind in VALUES:
        return _one_of(VALUES[kind])
    limited = _LIMITED.fullmatch(kind)
    if limited is None:
        return _typed(kind, spares)
    if limited[1]:
        return _text(int(limited[1]))
    return _whole(_BITS[limited[2]], int(limited[3]), int(limited[4]) if limited[4] else None)


def check_body(operation: Operation, body: Any) -> None:
    """Raise Refused where a body (decoded JSON) is not what the operation takes."""
    check_of(operation.body, operation.spares)(body, "")


# ------------------------------------------------------------------------------------- queries and paths


def _read(kind: str, text: str, name: str) -> Any:
    """A value of a query or a path, typed and checked."""
    value: Any = text
    if kind == "flag":
        if text not in {"true", "false"}:
            raise invalid(name, "must be true or false")
        return text == "true"
    whole = kind.startswith(("int", "long")) or isinstance(VALUES.get(kind, ("",))[0], int)
    if whole:
        if not _WHOLE.fullmatch(text):
            raise invalid(name, "must be a whole number")
        value = int(text)
    check_of(kind)(value, name)
    return value


def read_query(operation: Operation, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Decoded (name, value) pairs as typed values, lists of what may stand more than once. Raises Refused."""
    fields = _fields(operation.query)
    found: dict[str, Any] = {}
    for name, text in pairs:
        if name not in fields:
            raise invalid(name, "is not known")
        kind = fields[name][1]
        if kind.startswith("["):
            found.setdefault(name, []).append(_read(kind[1:-1], text, name))
        elif name in found:
            raise invalid(name, "was given more than once")
        else:
            found[name] = _read(kind, text, name)
    for name, (required, _) in fields.items():
        if required and found.get(name) in (None, ""):
            raise invalid(name, "must be given")
    return found


def read_path(values: Mapping[str, str]) -> dict[str, Any]:
    """What stands in a path, typed. Raises Refused."""
    return {name: _read(PATH_KINDS.get(name, "long"), text, name) for name, text in values.items()}
