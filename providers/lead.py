"""A lead as the desk sees it, whatever system it came from, and how private each part is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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


@dataclass(slots=True)
class Lead:
    """What a provider's record says, mapped. Treat it as immutable.

    Public class: ``first_name``, the last name's initial, and the request (``subject``, ``place``, ``schemes``,
    ``enquiry``, ``eligibility``, ``source``…). Contact class: ``title``, ``last_name``, ``email``, ``phone``
    and the details marked so. ``created_at`` and ``updated_at`` are the provider's, aware, in UTC.
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
