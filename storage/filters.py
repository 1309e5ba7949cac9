"""A filter over leads: one tree, and two ways to ask it that always agree (a property test holds it).

``matches`` asks a lead in memory (routing an alert), ``where`` makes the SQL of the same question (a list).
Facets are casefolded lines ``facet=value`` that the lead carries, so that a provider can add one without a column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Protocol

from providers.lead import Lead
from storage.records import stamp


class Asked(Protocol):
    """What of a lead a filter looks at."""

    @property
    def connection(self) -> str: ...
    @property
    def facets(self) -> str: ...
    @property
    def search(self) -> str: ...
    @property
    def history(self) -> bool: ...
    @property
    def owner(self) -> str | None: ...
    @property
    def private(self) -> bool: ...
    @property
    def created_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """Who asks, and when."""

    now: datetime
    viewer: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """The facet has one of these values (casefolded)."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Created:
    """Created within the last ``within``, or at or after ``since``, or before ``before``."""

    within: timedelta | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Owned:
    """Owned by ``person``; by whoever asks (``"me"``); by nobody (``None``)."""

    person: str | None


@dataclass(frozen=True, slots=True)
class History:
    """Was there before its connection was made."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Not private, or owned by whoever asks."""


@dataclass(frozen=True, slots=True)
class From:
    """Of one of these connections (ids)."""

    connections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A word (casefolded) in the lead's public text, or exactly its last name, e-mail or phone."""

    word: str


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: Filter


@dataclass(frozen=True, slots=True)
class Every:
    """All parts; none is everything."""

    parts: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """One of the parts."""

    parts: tuple[Filter, ...]


Filter = Facet | Created | Owned | History | Shared | From | Text | Not | Every | Either


_NO_DIGIT = re.compile(r"[^0-9]+")


def digits(phone: str) -> str:
    """The last nine digits: the same in national and international form."""
    return _NO_DIGIT.sub("", phone)[-9:]


def _text_lines(word: str) -> tuple[str, ...]:
    lines = [f"\nlast={word}\n", f"\nemail={word}\n"]
    if len(number := digits(word)) == 9:
        lines.append(f"\nphone={number}\n")
    return tuple(lines)


def matches(part: Filter, lead: Asked, frame: Frame) -> bool:
    """Whether the lead passes."""
    match part:
        case Facet(name, values):
            return any(f"\n{name}={value}\n" in lead.facets for value in values)
        case Created(within, since, before):
            created = stamp(lead.created_at)
            low = [stamp(t) for t in (frame.now - within if within else None, since) if t]
            return all(created >= t for t in low) and (before is None or created < stamp(before))
        case Owned(person):
            return lead.owner == (frame.viewer if person == "me" else person)
        case History():
            return lead.history
        case Shared():
            return not lead.private or (lead.owner is not None and lead.owner == frame.viewer)
        case From(connections):
            return lead.connection in connections
        case Text(word):
            return word in lead.search or any(line in lead.facets for line in _text_lines(word))
        case Not(inner):
            return not matches(inner, lead, frame)
        case Every(parts):
            return all(matches(p, lead, frame) for p in parts)
        case Either(parts):
            return any(matches(p, lead, frame) for p in parts)


def _like(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _any(column: str, texts: Iterable[str]) -> tuple[str, list[object]]:
    wanted: list[object] = [_like(t) for t in texts]
    return "(" + " OR ".join([f"{column} LIKE ? ESCAPE '\\'"] * len(wanted)) + ")", wanted


def where(part: Filter, frame: Frame) -> tuple[str, list[object]]:
    """The same question as an SQL condition over ``leads`` and its parameters."""
    match part:
        case Facet(name, values):
            return _any("facets", (f"\n{name}={value}\n" for value in values)) if values else ("1 = 0", [])
        case Created(within, since, before):
            low = [t for t in (frame.now - within if within else None, since) if t]
            parts = ["created_at >= ?"] * len(low) + (["created_at < ?"] if before else [])
            values_: list[object] = [*map(stamp, low), *([stamp(before)] if before else [])]
            return (" AND ".join(parts) or "1 = 1"), values_
        case Owned(None):
            return "owner IS NULL", []
        case Owned(person):
            return "(owner IS NOT NULL AND owner = ?)", [frame.viewer if person == "me" else person]
        case History():
            return "history = 1", []
        case Shared():
            return "(private = 0 OR (owner IS NOT NULL AND owner = ?))", [frame.viewer]
        case From(()):
            return "1 = 0", []
        case From(connections):
            return f"connection IN ({', '.join('?' * len(connections))})", list(connections)
        case Text(word):
            public, one = _any("search", [word])
            exact, two = _any("facets", _text_lines(word))
            return f"({public} OR {exact})", one + two
        case Not(inner):
            sql, params = where(inner, frame)
            return f"NOT ({sql})", params
        case Every(parts_):
            return _joined(" AND ", parts_, frame) if parts_ else ("1 = 1", [])
        case Either(parts_):
            return _joined(" OR ", parts_, frame) if parts_ else ("1 = 0", [])


def _joined(word: str, parts: tuple[Filter, ...], frame: Frame) -> tuple[str, list[object]]:
    pairs = [where(p, frame) for p in parts]
    return "(" + word.join(f"({sql})" for sql, _ in pairs) + ")", [v for _, values in pairs for v in values]


def fold(text: str | None) -> str:
    """As filters compare: casefolded, one space between words, no line breaks."""
    return " ".join(text.casefold().replace("\x00", " ").split()) if text else ""


_Shared = tuple[str | None, ...]


@lru_cache(maxsize=8192)
def _shared(facets: tuple[tuple[str, str | None], ...], places: _Shared, public: _Shared) -> tuple[str, str]:
    """The lines and words of what many leads share (sites, listings, places). It is never given what says who
    somebody is, so nothing personal is kept in the cache."""
    lines = [f"{name}={fold(value)}" for name, value in facets if value]
    for text in places:
        if words := fold(text):
            lines += [f"place={words}", *(f"place={w}" for word in words.split(" ") if (w := word.strip(",;")))]
    return "".join(f"\n{line}" for line in dict.fromkeys(lines)), " ".join(w for p in public if (w := fold(p)))


def index(lead: Lead) -> tuple[str, str]:
    """The ``facets`` and ``search`` columns of a lead."""
    facets, search = _shared(
        (
            ("source", lead.source),
            ("source", lead.source_name),
            ("stage", lead.stage.value),
            ("stage", lead.stage_raw),
            ("eligibility", lead.eligibility),
            ("enquiry", lead.enquiry),
            *(("scheme", scheme) for scheme in lead.schemes),
        ),
        (lead.place, lead.subject),
        (lead.subject, lead.place, lead.source_name, lead.source, lead.enquiry),
    )
    if lead.last_name:
        facets += f"\nlast={fold(lead.last_name)}"
    if lead.email:
        facets += f"\nemail={fold(lead.email)}"
    if lead.phone and (number := digits(lead.phone)):
        facets += f"\nphone={number}"
    own = " ".join(w for p in (lead.first_name, lead.external_ref) if (w := fold(p)))
    return f"{facets}\n", f"{own} {search}".strip()
