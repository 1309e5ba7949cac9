"""Frozen rows: what storage hands out."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast, get_type_hints

import orjson

from providers.lead import Detail, Period, Privacy, Stage

T = TypeVar("T")
THERE = "there"
"""In a person's place: it was done in the lead system."""


def stamp(at: datetime) -> str:
    """A time as stored: ISO 8601, UTC, milliseconds; sorts as text."""
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat(timespec="milliseconds")


def moment(text: str) -> datetime:
    """A stored time."""
    return datetime.fromisoformat(text)


def new_id() -> str:
    """A random name for a row."""
    return secrets.token_urlsafe(9)


class Decision(StrEnum):
    """Of two leads of one person."""

    TOGETHER = "together"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Sharing:
    """A lead that shares a value with another one: what tells whether it is the same person's."""

    number: int
    connection: str
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class StoredLead:
    """A lead as stored."""

    workspace: str
    number: int
    connection: str
    external_id: str
    created_at: datetime
    updated_at: datetime | None
    arrived_at: datetime
    external_ref: str | None
    customer_id: str | None
    title: str | None
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    source: str | None
    source_name: str | None
    stage: Stage
    stage_raw: str | None
    eligibility: str | None
    enquiry: str | None
    schemes: str
    place: str | None
    subject: str | None
    details: tuple[Detail, ...]
    facets: str
    search: str
    owner: str | None
    owned_at: datetime | None
    assigned_by: str | None
    first_owned_at: datetime | None
    contacted_at: datetime | None
    contacted_by: str | None
    history: bool
    version: int
    holder: str | None
    holder_name: str | None
    pond: str | None
    limits: str
    private: bool
    lookup: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    period: Period | None = None
    move_in: date | None = None
    move_out: date | None = None
    email_key: str | None = None
    phone_key: str | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection, without its credentials."""

    workspace: str
    connection: str
    name: str
    provider: str
    settings: dict[str, Any]
    state: str
    connected_by: str
    connected_at: datetime
    begun_at: datetime | None
    cursor: datetime | None
    history_until: datetime | None
    sweep_from: datetime | None
    swept_at: datetime | None
    polled_at: datetime | None
    succeeded_at: datetime | None
    failure: str | None
    failures: int
    next_poll_at: datetime
    lag_seconds: float | None
    unreadable: int


@dataclass(frozen=True, slots=True)
class Subscription:
    """Which channel is told of which leads, and how."""

    workspace: str
    subscription: str
    connection: str | None
    words: str
    channel: str
    masked: bool
    approval: bool
    approvers: list[str]
    created_by: str
    created_at: datetime
    trouble: str | None
    presets: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was or will be posted."""

    workspace: str
    message: str
    kind: str
    channel: str
    ts: str | None
    posted_in: str | None
    thread: bool
    subject: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Approval:
    """A claim or an assignment that waits, or waited, for an approver."""

    workspace: str
    request: str
    lead: int
    person: str
    asked_by: str
    asked_at: datetime
    approvers: list[str]
    state: str
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the outbox."""

    workspace: str
    delivery: str
    seq: int
    kind: str
    lane: str
    message: str | None
    body: bytes
    state: str
    attempts: int
    created_at: datetime
    next_at: datetime
    sending_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote about a lead."""

    note: str
    lead: int
    author: str
    at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the audit trail."""

    at: datetime
    actor: str
    what: str
    lead: int | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A digest that is due again and again."""

    workspace: str
    schedule: str
    channel: str
    days: str
    at: str
    zone: str
    created_by: str
    created_at: datetime
    next_at: datetime
    last_date: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a workspace, as Slack says."""

    workspace: str
    person: str
    name: str
    is_admin: bool
    is_guest: bool
    is_bot: bool
    zone: str
    dm_channel: str | None
    seen_at: datetime
    email: str | None = None
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel, as Slack says."""

    workspace: str
    channel: str
    name: str
    has_outsiders: bool
    is_member: bool
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Write:
    """Something that a lead system is told of."""

    workspace: str
    write: str
    seq: int
    connection: str
    lead: int
    keeps: str
    body: bytes
    by: str
    state: str
    attempts: int
    created_at: datetime
    next_at: datetime
    sending_at: datetime | None
    ended_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class KnownName:
    """Something of a lead system that people know by name."""

    kind: str
    id: str
    name: str
    email: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class LearnedKind:
    """When the names of a kind were asked for last, and why that failed."""

    kind: str
    learned_at: datetime
    trouble: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a lead system, and who that is in Slack."""

    member: str
    name: str
    email: str | None
    person: str | None
    by_hand: bool


def _details(text: str) -> tuple[Detail, ...]:
    return tuple(Detail(label, value, Privacy(privacy)) for label, value, privacy in orjson.loads(text))


_OPTIONAL: dict[Any, Callable[[Any], Any]] = {
    date | None: date.fromisoformat,
    Decimal | None: Decimal,
    Period | None: Period,
}


@cache
def _readers(kind: Any) -> tuple[list[str], tuple[tuple[int, Callable[[Any], Any]], ...]]:
    """The names of a record's fields, and what makes some of them (by place) of what is stored."""
    hints = get_type_hints(kind)

    def reader(hint: Any) -> Callable[[Any], Any] | None:
        if hint in (datetime, datetime | None):
            return moment
        if hint is bool:
            return bool
        if hint in (date | None, Decimal | None, Period | None):
            return _OPTIONAL[hint]
        if hint is Stage:
            return Stage
        if hint == tuple[Detail, ...]:
            return _details
        if hint in (list[str], dict[str, Any]):
            return orjson.loads
        return None

    names = [f.name for f in fields(kind)]
    return names, tuple((at, made) for at, name in enumerate(names) if (made := reader(hints[name])))


def read(kind: type[T], row: sqlite3.Row) -> T:
    """A stored row as a frozen record of ``kind``."""
    names, readers = _readers(cast("Any", kind))
    # A row is looked up by name from its first column on, each time: in order, all at once is ten times as fast.
    values = list(row) if row.keys() == names else [row[name] for name in names]
    for at, reader in readers:
        if values[at] is not None:
            values[at] = reader(values[at])
    return kind(*values)


def columns(kind: type[Any], table: str = "") -> str:
    """The columns of a record, for SELECT."""
    prefix = f"{table}." if table else ""
    return ", ".join(f"{prefix}{f.name}" for f in fields(kind))
