"""What the stand-in understands of a request's body, and how it refuses the rest (document, "Validation Error")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

import orjson

Json = dict[str, Any]
ErrorsAs = Literal["title", "name"]
"""The document prints errors as {title, message} and as {name, reason}."""
Times = Literal["date and time", "date", "unix seconds", "unix milliseconds"]
_DAY: Final = 86_400


class BodyRefused(Exception):
    """Errors as (field, message)."""

    def __init__(self, *errors: tuple[str, str]) -> None:
        super().__init__(f"{len(errors)} error(s)")
        self.errors = errors


@dataclass(frozen=True)
class Names:
    """How the members of ``SearchCriteria`` and ``Pagination`` are called, and how times are written in them."""

    start: str = "StartDate"
    end: str = "EndDate"
    page: str = "PageNumber"
    size: str = "PageSize"
    first_page: int = 1
    largest_page: int = 100
    times: Times = "date and time"
    more: Mapping[str, type] = field(default_factory=lambda: {"AgencyId": int, "PortalCode": str})
    longest_days: int | None = None
    """Days that a search may span."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for. Times are seconds since 1970; pages are counted from 0."""

    start: float | None
    end: float
    page: int
    size: int
    more: Json


def read_search(raw: bytes, names: Names) -> Wanted:
    """A search's body. Raises BodyRefused."""
    body = _object(raw, {"SearchCriteria", "Pagination"})
    errors: list[tuple[str, str]] = []
    criteria = _part(body, "SearchCriteria", {names.start, names.end, *names.more}, errors, needed=True)
    pages = _part(body, "Pagination", {names.page, names.size}, errors, needed=False)
    if names.end not in criteria and not errors:
        errors.append((names.end, f"Missing required parameter '{_camel(names.end)}'."))
    start, end = (_time(criteria, name, names, errors) for name in (names.start, names.end))
    if start is not None and end is not None:
        if start > end:
            errors.append((names.start, f"'{_camel(names.start)}' must not be after '{_camel(names.end)}'."))
        elif names.longest_days is not None and end - start > names.longest_days * _DAY + 1:
            errors.append((names.end, f"The period must not exceed {names.longest_days} days."))
    for name, kind in names.more.items():
        if name in criteria and type(criteria[name]) is not kind:
            errors.append((name, f"'{_camel(name)}' has the wrong type."))
    page, size = _place(pages, names, errors)
    if errors or end is None:
        raise BodyRefused(*errors)
    return Wanted(start, end, page, size, {k: v for k, v in criteria.items() if k in names.more})


def read_pages(raw: bytes, names: Names) -> tuple[int, int]:
    """The body of "classified leads for a provided classified id": page (from 0) and size. Raises BodyRefused."""
    body = _object(raw, {"Pagination"})
    errors: list[tuple[str, str]] = []
    found = _place(_part(body, "Pagination", {names.page, names.size}, errors, needed=False), names, errors)
    if errors:
        raise BodyRefused(*errors)
    return found


def problem(status: int, title: str, errors: tuple[tuple[str, str], ...], shape: ErrorsAs, path: str) -> bytes:
    """Problem Details (RFC 7807) with ``errors``."""
    keys = ("title", "message") if shape == "title" else ("name", "reason")
    body: Json = {"type": "about:blank", "title": title, "status": status, "instance": path}
    if errors:
        body["errors"] = [dict(zip(keys, pair, strict=True)) for pair in errors]
    return orjson.dumps(body)


def _object(raw: bytes, known: set[str]) -> Json:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise BodyRefused(("body", "The request body is not valid JSON.")) from None
    if not isinstance(body, dict):
        raise BodyRefused(("body", "The request body must be an object."))
    if unknown := sorted(body.keys() - known):
        raise BodyRefused(*((name, f"Unknown parameter '{name}'.") for name in unknown))
    return body


def _part(body: Json, name: str, known: set[str], errors: list[tuple[str, str]], *, needed: bool) -> Json:
    part = body.get(name)
    if part is None and not needed and name not in body:
        return {}
    if not isinstance(part, dict):
        errors.append((name, f"Missing required parameter '{_camel(name)}'."))
        return {}
    errors += [(key, f"Unknown parameter '{key}'.") for key in sorted(part.keys() - known)]
    return part


def _place(pages: Json, names: Names, errors: list[tuple[str, str]]) -> tuple[int, int]:
    page, size = pages.get(names.page, names.first_page), pages.get(names.size, 20)
    if type(page) is not int or page < names.first_page:
        errors.append((names.page, f"'{_camel(names.page)}' must be a whole number from {names.first_page}."))
        page = names.first_page
    if type(size) is not int or not 1 <= size <= names.largest_page:
        errors.append((names.size, f"'{_camel(names.size)}' must be between 1 and {names.largest_page}."))
        size = 1
    return page - names.first_page, size


def _time(criteria: Json, name: str, names: Names, errors: list[tuple[str, str]]) -> float | None:
    value = criteria.get(name)
    if name not in criteria:
        return None
    read = _seconds(value, names.times)
    if read is None:
        errors.append((name, f"'{_camel(name)}' is not a valid date."))
    return read


def _seconds(value: Any, times: Times) -> float | None:
    if times.startswith("unix"):
        if type(value) is not int:
            return None
        return value / 1000 if times == "unix milliseconds" else float(value)
    pattern = r"\d{4}-\d\d-\d\d" if times == "date" else r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        return None
    try:
        return datetime.fromisoformat(f"{value}T00:00:00+00:00" if times == "date" else value).timestamp()
    except ValueError:
        return None


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]
