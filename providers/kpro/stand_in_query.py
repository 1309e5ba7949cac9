"""The query of a GET on KPro's Leads API: filters, operators, brackets, sort, page and size.

Written from the sections "Filtering", "Bracket option", "Sorting" and "Pagination" of
https://docs.app.kpro.co/guide/kpro-api/leads-api.html. What those sections do not name is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from providers.kpro.stand_in_tables import FILTERABLE_ELIGIBILITY

DEFAULT_SIZE: Final = 100
MAXIMUM_SIZE: Final = 1000
FIELDS: Final = ("createdAt", "eligibilityStatus", "site.id", "site.code", "site.name")
DAY: Final = 86_400

_LISTS: Final = {"not", "in", "notin"}
_COMPARISONS: Final = {"gt", "lt", "gte", "lte"}
_OPERATORS: Final[dict[str, set[str]]] = {
    "createdAt": _LISTS | _COMPARISONS | {"ltt"},
    "site.id": _LISTS | _COMPARISONS,
    "eligibilityStatus": _LISTS,
    "site.code": _LISTS,
    "site.name": _LISTS,
}
"""Comparisons are "for numbers, date and timestamps", ``ltt`` "for datetime or timestamp fields"."""

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MINUTE: Final = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,9}", re.ASCII)


class QueryRefused(Exception):
    """The answer is 400: `message` says why, `unknown` names the parameter where the document has no such one."""

    def __init__(self, message: str, *, unknown: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.unknown = unknown


@dataclass(frozen=True)
class Condition:
    """One filter. `operator` is empty for the usual comparison; times are seconds since 1970, in UTC."""

    field: str
    operator: str
    values: tuple[int | str, ...]

    def holds(self, found: int | str) -> bool:
        """Whether a lead whose field has the value `found` passes this filter."""
        match self.operator:
            case "" | "in":
                return found in self.values
            case "not" | "notin":
                return found not in self.values
        return isinstance(found, int) and self._compares(found)

    def _compares(self, found: int) -> bool:
        low, high = self.bounds()
        return (low is None or found >= low) and (high is None or found < high)

    def bounds(self) -> tuple[int | None, int | None]:
        """The first value that passes and the first beyond it; (None, None) where the filter is no range."""
        value = self.values[0]
        if not isinstance(value, int):
            return None, None
        match self.operator:
            case "":
                return value, value + 1
            case "gte":
                return value, None
            case "gt":
                return value + 1, None
            case "lt":
                return None, value
            case "lte":
                return None, value + 1
            case "ltt":
                return None, value + DAY
        return None, None


@dataclass(frozen=True)
class LeadQuery:
    """What a GET asks for. `sort` holds (field, descending) pairs."""

    conditions: tuple[Condition, ...] = ()
    sort: tuple[tuple[str, bool], ...] = (("createdAt", True),)
    page: int = 1
    size: int = DEFAULT_SIZE


def read_query(pairs: Iterable[tuple[str, str]]) -> LeadQuery:
    """Read decoded (name, value) pairs, ``api_key`` taken out; :class:`QueryRefused` for what is undocumented."""
    single: dict[str, str] = {}
    conditions: list[Condition] = []
    bracketed: dict[tuple[str, str], list[int | str]] = {}
    for name, text in pairs:
        if name in {"page", "size", "sort"}:
            if name in single:
                raise QueryRefused(f"The parameter {name} was given more than once.")
            single[name] = text
            continue
        field, operator, brackets = _read_name(name)
        if brackets:
            bracketed.setdefault((field, operator), []).append(_read_value(field, operator, text))
        else:
            conditions.append(Condition(field, operator, _read_values(field, operator, text)))
    conditions += [Condition(field, operator, tuple(found)) for (field, operator), found in bracketed.items()]
    return LeadQuery(
        tuple(conditions),
        _read_sort(single["sort"]) if "sort" in single else LeadQuery.sort,
        _read_number("page", single.get("page", "1")),
        _read_number("size", single.get("size", str(DEFAULT_SIZE)), MAXIMUM_SIZE),
    )


def _read_name(name: str) -> tuple[str, str, bool]:
    """A parameter's name as field, operator and whether it is the bracket form of ``in`` or ``notin``."""
    brackets = name.endswith("[]")
    plain = name.removesuffix("[]")
    for field in FIELDS:
        if plain != field and not plain.startswith(f"{field}."):
            continue
        operator = plain[len(field) + 1 :]
        if plain != field and operator not in _OPERATORS[field]:
            raise QueryRefused(f"The operator {operator} is not known for {field}.", unknown=name)
        if brackets:
            if operator not in {"", "not"}:
                raise QueryRefused(f"Brackets cannot be used with the operator {operator}.", unknown=name)
            operator = "notin" if operator else "in"
        return field, operator, brackets
    raise QueryRefused(f"The parameter {name} is not known.", unknown=name)


def _read_values(field: str, operator: str, text: str) -> tuple[int | str, ...]:
    texts = text.split(",") if operator in {"in", "notin"} else [text]
    return tuple(_read_value(field, operator, item) for item in texts)


def _read_value(field: str, operator: str, text: str) -> int | str:
    if field == "createdAt":
        return _read_time(text, date_only=operator == "ltt")
    if field == "site.id":
        if not _NUMBER.fullmatch(text):
            raise QueryRefused(f"The value of {field} must be a number.")
        return int(text)
    if field == "eligibilityStatus" and text not in FILTERABLE_ELIGIBILITY:
        raise QueryRefused(f"The value of {field} must be one of {', '.join(FILTERABLE_ELIGIBILITY)}.")
    if not text:
        raise QueryRefused(f"The value of {field} is empty.")
    return text


def _read_time(text: str, *, date_only: bool) -> int:
    """``YYYY-MM-DD`` (its midnight) or ``YYYY-MM-DD HH:mm`` as seconds since 1970, in UTC."""
    form = "YYYY-MM-DD" if date_only else "YYYY-MM-DD or YYYY-MM-DD HH:mm"
    if _DATE.fullmatch(text) or (not date_only and _MINUTE.fullmatch(text)):
        try:
            return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
        except ValueError:
            pass
    raise QueryRefused(f"The value of createdAt must have the form {form}.")


def _read_sort(text: str) -> tuple[tuple[str, bool], ...]:
    order: list[tuple[str, bool]] = []
    for item in text.split(","):
        field = item.removeprefix("-")
        if field not in FIELDS:
            raise QueryRefused(f"Leads cannot be sorted by {field!r}.", unknown=f"sort={item}")
        order.append((field, item.startswith("-")))
    return tuple(order)


def _read_number(name: str, text: str, maximum: int | None = None) -> int:
    if not _NUMBER.fullmatch(text) or int(text) < 1:
        raise QueryRefused(f"The parameter {name} must be a number from 1.")
    if maximum is not None and int(text) > maximum:
        raise QueryRefused(f"The parameter {name} must not be greater than {maximum}.")
    return int(text)
