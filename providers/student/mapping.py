"""From student.com's lead to the desk's ("Get Leads List" and "Get Lead Detail", Response).

Read field by field, so that one of an unexpected type is left out and does not break the lead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import orjson

from providers.lead import Detail, Lead, Mention, Period, Price, Privacy, Stage

STAGES = {
    "WAITING_FOR_CONFIRMATION": Stage.NEW,
    "IN_PROGRESS": Stage.CONTACTED,
    "FILLING_PERSONAL_INFO": Stage.QUALIFIED,
    "SELECTING_PAYMENT_PLAN": Stage.QUALIFIED,
    "SIGNING_AGREEMENT": Stage.OFFER,
    "MAKING_PAYMENT": Stage.OFFER,
    "WAITING_FOR_PAYMENT": Stage.OFFER,
    "BOOKING_CONFIRMED": Stage.BOOKED,
    "WAITING_FOR_CHECK_IN": Stage.BOOKED,
    "AFTER_SALES_INTERVENTION": Stage.BOOKED,
    "CHECKED_IN": Stage.WON,
    "COMPLETED": Stage.WON,
    "REFUNDING": Stage.CANCELLED,
    "CANCELLED": Stage.CANCELLED,
    "LOST": Stage.LOST,
}
"""LeadStage in the words of the trade (NOTES.md says why); an unknown one is new."""

_KEPT = (
    "id",
    "passportFirstName",
    "passportLastName",
    "emailAddress",
    "phoneNumber",
    "destinationUniversity",
    "studyMajor",
    "otherPreferences",
)
"""All that is read of ``studentData``; whatever else it holds is of the sensitive class, or unknown."""
_PHONES = ("phoneNumber", "phone", "mobileNumber", "mobile")
"""The sample has no telephone number; these are the names that one would have (unverified)."""
_CURRENCY = re.compile(r"[A-Z]{3}")
_LONGEST = 2000
"""Characters of a fact."""


def text(value: Any) -> str | None:
    """A text that says something."""
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def moment(value: Any) -> datetime | None:
    """A Datetime (``2024-07-31T02:57:28+00:00``) in UTC; ``None`` where it is missing or unreadable."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=4096)  # moving days are few
def _day_of(value: str) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def day(value: Any) -> date | None:
    """A Date (``2024-07-31``), also where a time follows it."""
    return _day_of(value) if isinstance(value, str) else None


def amount(value: Any) -> Decimal | None:
    """An amount of money, sent as text (``"236.07"``) or number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        read = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return read if read.is_finite() and abs(read) < 10**12 else None


# ------------------------------------------------------------------------------------------ the student


def student_of(raw: dict[str, Any]) -> dict[str, Any]:
    """``studentData``, an object or the JSON text of one, without what is of the sensitive class."""
    data = raw.get("studentData")
    if isinstance(data, str):
        try:
            data = orjson.loads(data)
        except orjson.JSONDecodeError:
            return {}
    if not isinstance(data, dict):
        return {}
    kept = {name: data[name] for name in _KEPT if isinstance(data.get(name), str | int | float)}
    phone = next((found for name in _PHONES if (found := text(data.get(name)))), None)
    return kept | ({"phoneNumber": phone} if phone else {})


def without_identity(raw: dict[str, Any]) -> dict[str, Any]:
    """A record whose student is without what is of the sensitive class; the rest as it came."""
    return raw | {"studentData": student_of(raw)} if "studentData" in raw else raw


# --------------------------------------------------------------------------------------------- the lead


def reference(raw: Any) -> str | None:
    """A record's id; ``None`` where it is no lead."""
    return text(raw.get("referenceId")) if isinstance(raw, dict) else None


def merged(listed: dict[str, Any], detail: dict[str, Any]) -> dict[str, Any]:
    """A list's record with what the lead itself says, which goes before it; what only the list has is kept."""
    both = listed | {name: value for name, value in detail.items() if value is not None}
    for name in ("property", "room"):
        one, other = listed.get(name), detail.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            both[name] = one | {k: v for k, v in other.items() if v is not None}
    both["referenceId"] = listed.get("referenceId")
    return both


def to_lead(raw: dict[str, Any], seen: datetime) -> Lead:
    """Map a record of the list, with or without its details. ``seen`` stands in for a missing creation time."""
    student = student_of(raw) if "studentData" in raw else {}
    stage = text(raw.get("stage"))
    currency = _currency(raw)
    place, room = text(raw.get("propertyName")), text(raw.get("roomName"))
    return Lead(
        external_id=reference(raw) or "",
        created_at=moment(raw.get("createdAt")) or moment(raw.get("updatedAt")) or seen,
        updated_at=moment(raw.get("updatedAt")),
        external_ref=text(raw.get("id")),
        customer_id=text(raw.get("studentId")) or text(student.get("id")),
        last_name=text(student.get("passportLastName")),
        email=text(student.get("emailAddress")),
        phone=text(student.get("phoneNumber")),
        stage=STAGES.get(stage or "", Stage.NEW),
        stage_raw=stage,
        enquiry=text(raw.get("bookingJourney")),
        place=place,
        subject=_subject(room, text(raw.get("roomCategory"))),
        details=tuple(_details(raw, student, currency)),
        lookup=text(raw.get("hash")),
        price=_price(raw, currency),
        move_in=day(raw.get("moveInDate")),
        move_out=day(raw.get("moveOutDate")),
        mentions=_mentions(raw, place, room),
    )


def spoken(code: str) -> str:
    """ "SHARED_ROOM" as "Shared room"; what is in words stays."""
    return code.replace("_", " ").capitalize() if code.isupper() and " " not in code else code


def _subject(room: str | None, category: str | None) -> str | None:
    kind = spoken(category) if category else None
    if room and kind and kind.casefold() not in room.casefold():
        return f"{room} ({kind[0].lower()}{kind[1:]})"
    return room or kind


def _currency(raw: dict[str, Any]) -> str | None:
    code = text(raw.get("currency"))
    return code.upper() if code and _CURRENCY.fullmatch(code.upper()) else None


def _price(raw: dict[str, Any], currency: str | None) -> Price | None:
    """``totalPrice`` for the whole stay; else the rent of it. Both are totals: in the sample deposit, fee and rent
    add up to the price, whatever the billing cycle."""
    if currency is None:
        return None
    for name in ("totalPrice", "totalRental"):
        if (found := amount(raw.get(name))) is not None:
            return Price(found, currency, Period.STAY)
    return None


def _mentions(raw: dict[str, Any], place: str | None, room: str | None) -> tuple[Mention, ...]:
    house, unit = text(raw.get("propertyId")), text(raw.get("roomId"))
    found = []
    if house and place:
        found.append(Mention("property", house, place))
    if unit and room:
        found.append(Mention("room", unit, f"{room}, {place}" if place else room))
    return tuple(found)


def _inner(raw: dict[str, Any], name: str, field: str) -> str | None:
    held = raw.get(name)
    return text(held.get(field)) if isinstance(held, dict) else None


def _details(raw: dict[str, Any], student: dict[str, Any], currency: str | None) -> Iterator[Detail]:
    """Facts in the order in which they are shown."""
    for label, value in (
        ("City", _inner(raw, "property", "addressCity")),
        ("Billing cycle", _spoken(raw, "billingCycle")),
        ("Rent", _money(raw, "totalRental", currency)),
        ("Deposit", _money(raw, "totalDeposit", currency)),
        ("Fees", _money(raw, "totalFee", currency)),
        ("University", _university(student)),
        ("Major", text(student.get("studyMajor"))),
        ("Confirmed", _at(raw, "confirmedAt")),
        ("Paid", _at(raw, "paidAt")),
        ("Completed", _at(raw, "completedAt")),
        ("Lost", _at(raw, "lostAt")),
        ("Rejected by", _spoken(raw, "rejectedBy")),
        ("Reason of rejection", _spoken(raw, "rejectedReason")),
        ("Cancelled", _at(raw, "cancelledAt")),
        ("Cancelled by", _spoken(raw, "cancelledBy")),
        ("Reason of cancellation", _spoken(raw, "cancelledReason")),
        ("Property's own id", _inner(raw, "property", "externalId")),
        ("Room's own id", _inner(raw, "room", "externalId")),
        ("Rate's own id", _inner(raw, "rateAvailability", "externalId")),
    ):
        if value:
            yield Detail(label, value[:_LONGEST])
    for label, value in (
        ("First name", text(student.get("passportFirstName"))),
        ("Other preferences", text(student.get("otherPreferences"))),
        ("Note on the cancellation", text(raw.get("cancellationNote"))),
    ):
        if value:
            yield Detail(label, value[:_LONGEST], Privacy.CONTACT)


def _spoken(raw: dict[str, Any], name: str) -> str | None:
    said = text(raw.get(name))
    return spoken(said) if said else None


def _money(raw: dict[str, Any], name: str, currency: str | None) -> str | None:
    found = amount(raw.get(name))
    return None if found is None else f"{found:,.2f}{f' {currency}' if currency else ''}"


def _at(raw: dict[str, Any], name: str) -> str | None:
    """A moment as everybody reads it, in UTC."""
    at = moment(raw.get(name))
    return f"{at.day} {_MONTHS[at.month - 1]} {at:%Y, %H:%M} UTC" if at else None


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # whatever the locale


def _university(student: dict[str, Any]) -> str | None:
    """ "university-of-missouri" as "University of Missouri"; what is in words stays."""
    said = text(student.get("destinationUniversity"))
    if not said or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", said):
        return said
    small = ("of", "the", "and", "at", "for", "in", "de")
    return " ".join(w if w in small else w.capitalize() for w in said.split("-"))
