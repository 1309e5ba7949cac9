"""A lead as the desk sees it, whatever system it came from, and how private each part is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Privacy(StrEnum):
    """Who may see a value. ``SENSITIVE`` values are dropped in the provider client and never stored; ``SECRET``
    ones (tokens) are masked everywhere in Slack."""

    PUBLIC = "public"
    CONTACT = "contact"
    SENSITIVE = "sensitive"
    SECRET = "secret"  # noqa: S105


class Stage(StrEnum):
    """Where a lead stands, in the words of the trade; the provider's own word is kept beside it."""

    NEW = "new"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    OFFER = "offer"
    BOOKED = "booked"
    WON = "won"
    LOST = "lost"
    CANCELLED = "cancelled"


@dataclass(slots=True)
class Detail:
    """One further fact of a lead, for its *Details* modal. Treat it as immutable."""

    label: str
    value: str
    privacy: Privacy = Privacy.PUBLIC


class Period(StrEnum):
    """What an amount of money is paid for."""

    NIGHT = "night"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    STAY = "stay"


@dataclass(frozen=True, slots=True)
class Price:
    """An amount of money: what the lead asks for costs, or may cost. ``currency`` is ISO 4217; ``period`` is what the
    amount is paid for (``None``: once, or not told)."""

    amount: Decimal
    currency: str
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """Something of the lead system that a record names beside its id, such as a unit or a discount plan. It is learned,
    so that it can be chosen by name later (``kind``: see :class:`providers.action.Refers`)."""

    kind: str
    id: str
    name: str


@dataclass(slots=True)
class Lead:
    """What a provider's record says, mapped. Treat it as immutable.

    Public class: ``first_name``, the last name's initial, and the request (``subject``, ``place``, ``schemes``,
    ``enquiry``, ``eligibility``, ``source``, ``price``, ``move_in``…). Contact class: ``title``, ``last_name``,
    ``email``, ``phone`` and the details marked so. ``created_at`` and ``updated_at`` are the provider's, aware, in UTC.
    """

    external_id: str
    created_at: datetime
    updated_at: datetime | None = None
    external_ref: str | None = None
    customer_id: str | None = None
    title: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    source: str | None = None
    source_name: str | None = None
    stage: Stage = Stage.NEW
    stage_raw: str | None = None
    eligibility: str | None = None
    enquiry: str | None = None
    schemes: tuple[str, ...] = ()
    holder: str | None = None
    """Who has it in the lead system: a member's id there (``""``: nobody). ``None`` where that is not told."""
    holder_name: str | None = None
    pond: str | None = None
    """The name of the shared pool that it lies in there."""
    limits: tuple[str, ...] = ()
    """How the customer must not be contacted: ``call``, ``text``, ``email``, ``marketing`` (unsubscribed)."""
    private: bool = False
    """It must not be shown in a channel."""
    place: str | None = None
    subject: str | None = None
    details: tuple[Detail, ...] = ()
    lookup: str | None = None
    """What else the lead system wants to be told, beside the id, to find this lead: student.com's hash, storEDGE's
    facility."""
    price: Price | None = None
    move_in: date | None = None
    move_out: date | None = None
    mentions: tuple[Mention, ...] = ()
