"""From storEDGE's lead to the desk's.

Read field by field from plain dictionaries, so that one of an unexpected type is left out and does not break the lead.
Birth dates, licenses, vehicles, military information, codes of locks and payment data are dropped here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from providers.lead import Detail, Lead, Period, Price, Privacy, Stage
from providers.storedge.answers import amount, day, moment, named, records, text
from providers.storedge.mentions import mentions

_STAGES = {
    "reserved": Stage.BOOKED,
    "reservation": Stage.BOOKED,
    "moved_in": Stage.WON,
    "move_in": Stage.WON,
    "rented": Stage.WON,
    "converted": Stage.WON,
    "cancelled": Stage.CANCELLED,
    "canceled": Stage.CANCELLED,
    "expired": Stage.CANCELLED,
    "closed": Stage.LOST,
    "lost": Stage.LOST,
    "dead": Stage.LOST,
    "wait_list": Stage.QUALIFIED,
    "waitlist": Stage.QUALIFIED,
    "wait_listed": Stage.QUALIFIED,
    "contacted": Stage.CONTACTED,
    "quoted": Stage.OFFER,
}
"""Only "reserved" is documented; the others are what the fields beside it speak of."""


def created(raw: Mapping[str, Any]) -> datetime | None:
    """When the lead came."""
    return moment(raw.get("created_at")) or moment(raw.get("started_at"))


def _record(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def stage_of(raw: Mapping[str, Any]) -> Stage:
    """Where it stands: what happened to it last goes before what its status says."""
    if raw.get("moved_in_at"):
        return Stage.WON
    if raw.get("cancelled_at"):
        return Stage.CANCELLED
    status = text(raw.get("status"))
    said = _STAGES.get(status.casefold().replace(" ", "_").replace("-", "_")) if status else None
    if raw.get("closed") is True and said is not Stage.WON:
        return said if said is Stage.CANCELLED else Stage.LOST
    if said is not None:
        return said
    if raw.get("reserved_at"):
        return Stage.BOOKED
    if raw.get("wait_list") is True:
        return Stage.QUALIFIED
    return Stage.CONTACTED if _record(raw.get("lead_action_indexes")) else Stage.NEW


def subject_of(raw: Mapping[str, Any]) -> str | None:
    """What is asked for: "6x10x2 · unit U37"."""
    unit, group = _record(raw.get("unit")), _record(raw.get("unit_group"))
    size = text(raw.get("size")) or text(unit.get("size")) or text(group.get("size"))
    wanted = size or text(raw.get("desired_unit_size_and_price"))
    name = text(unit.get("name"))
    return " · ".join(p for p in (wanted, f"unit {name}" if name else None) if p) or None


def price_of(raw: Mapping[str, Any], currency: str) -> Price | None:
    """What was quoted, else what the unit costs a month."""
    rate = amount(raw.get("quoted_rate")) or amount(raw.get("reduced_price")) or amount(raw.get("standard_rate"))
    rate = rate or amount(_record(raw.get("unit")).get("price"))
    return Price(rate, currency, Period.MONTH) if rate else None


def _phones(tenant: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A tenant's numbers, the primary one first."""
    found = [p for p in records(tenant.get("phone_numbers")) if number_of(p)]
    return sorted(found, key=lambda p: p.get("primary") is not True) if len(found) > 1 else found


def number_of(phone: Any) -> str | None:
    """A telephone number: with its country where that is told."""
    if not isinstance(phone, dict):
        return text(phone)
    return text(phone.get("number")) or text(phone.get("formatted_number")) or text(phone.get("unformatted_number"))


def to_lead(raw: dict[str, Any], seen: datetime, facilities: Mapping[str, str], currency: str) -> Lead:
    """Map a lead. ``seen`` stands in for a creation time that is missing; ``facilities`` are names by id."""
    tenant = _record(raw.get("tenant"))
    facility = text(raw.get("facility_id"))
    phones = _phones(tenant)
    source = text(raw.get("source_name"))
    return Lead(
        external_id=str(raw["id"]),
        created_at=created(raw) or seen,
        updated_at=moment(raw.get("updated_at")),
        customer_id=text(raw.get("tenant_id")) or text(tenant.get("id")),
        title=text(tenant.get("title")),
        first_name=text(tenant.get("first_name")) or text(raw.get("caller_first_name")),
        last_name=text(tenant.get("last_name")),
        email=text(tenant.get("email")),
        phone=number_of(phones[0]) if phones else None,
        source=source,
        source_name=source,
        stage=stage_of(raw),
        stage_raw=text(raw.get("status")),
        enquiry=text(raw.get("kind")) or text(raw.get("origination")),
        limits=("text",) if phones and phones[0].get("sms_opt_in") is False else (),
        place=facilities.get(facility) if facility else None,
        subject=subject_of(raw),
        details=tuple(_details(raw, tenant, phones)),
        lookup=facility,
        price=price_of(raw, currency),
        move_in=day(raw.get("desired_move_in_date")),
        mentions=mentions(raw, tenant),
    )


# ----------------------------------------------------------------------------------------------- details


def _yes(value: Any) -> str | None:
    return "Yes" if value is True else None


def _spoken(value: Any) -> str | None:
    said = text(value)
    return said.replace("_", " ").capitalize() if said else None


def _money(value: Any) -> str | None:
    read = amount(value)
    return f"{read:,.2f}" if read is not None else None


def _time(value: Any) -> str | None:
    """A time as it was on the clocks of the facility, which is how it is written."""
    if moment(value) is None:
        return None
    return str(value)[:16].replace("T", " ")


def _next(raw: dict[str, Any]) -> str | None:
    """ "Call on 2022-09-12", with the time of day where there is one."""
    what, when = _spoken(raw.get("next_lead_action")), _time(raw.get("next_action_at"))
    if when and when.endswith(" 00:00"):
        when = when[:10]
    nth = text(raw.get("next_lead_action_index"))
    what = f"{what} (no. {nth})" if what and nth and nth != "1" else what
    if what:
        return f"{what} on {when}" if when else what
    return when


def _performed(value: Any) -> str | None:
    """ "call 2, email 1"."""
    done = [f"{_spoken(how)} {text(count)}" for how, count in _record(value).items() if text(count)]
    return ", ".join(done) or None


def _joined(value: Any) -> str | None:
    found = value if isinstance(value, list) else []
    return ", ".join(dict.fromkeys(n for v in found if (n := named(v)))) or None


def _fee(raw: dict[str, Any]) -> str | None:
    if raw.get("has_paid_reservation_fee") is True:
        return "paid"
    return "required, not paid" if raw.get("reservation_fee_required") is True else None


def _agent(value: Any) -> str | None:
    user = _record(value)
    names = (text(user.get("first_name")), text(user.get("last_name")))
    return text(user.get("name")) or " ".join(n for n in names if n) or None


def _caller(raw: dict[str, Any]) -> str | None:
    first, last, phone = raw.get("caller_first_name"), raw.get("caller_last_name"), raw.get("caller_phone_number")
    if not (first or last or phone):
        return None
    names = " ".join(n for n in (text(first), text(last)) if n)
    phone = number_of(phone)
    return ", ".join(p for p in (names, phone) if p) or None


def _address(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        return text(value)
    if full := text(value.get("full_address")):
        return full
    parts = (text(value.get(k)) for k in ("address1", "address2", "city", "state", "postal"))
    return ", ".join(p for p in parts if p) or None


def _notes(value: Any) -> str | None:
    found = [n for note in records(value) if (n := text(note.get("note")) or text(note.get("body")))]
    return "\n".join(found[-5:])[:1500] or None


# What is shown of a lead, in this order. Most of it is missing from most leads: only what says something is read.
_PUBLIC: tuple[tuple[str, str, Callable[[Any], str | None]], ...] = (
    ("Came as", "origination", text),
    ("Wants", "desired_unit_size_and_price", text),
    ("Floor", "floor", text),
    ("Kind of unit", "unit_type", named),
    ("Amenities", "unit_amenities", _joined),
    ("Kind of rate", "rate_type", _spoken),
    ("Discount plans", "discount_plans", _joined),
    ("Due at move-in", "due_at_move_in", _money),
    ("Due monthly", "due_monthly", _money),
    ("Reserved", "reserved_at", _time),
    ("Moved in", "moved_in_at", _time),
    ("Cancelled", "cancelled_at", _time),
    ("Reason for closing", "close_reason", named),
    ("Wait list", "wait_list", _yes),
    ("Length of stay", "length_of_stay", named),
    ("Marketing contents", "lead_contents", _joined),
    ("Free truck", "free_truck", _yes),
    ("Help with moving", "moving_labor", _yes),
    ("With in storEDGE", "current_user", _agent),
)


def _details(raw: dict[str, Any], tenant: dict[str, Any], phones: list[dict[str, Any]]) -> list[Detail]:
    found = []
    if raw.get("urgent") is True:
        found.append(Detail("Urgent", "Yes"))
    if said := _next(raw):
        found.append(Detail("Next action", said))
    if (done := raw.get("lead_action_indexes")) and (said := _performed(done)):
        found.append(Detail("Contacted", said))
    if said := _fee(raw):
        found.append(Detail("Reservation fee", said))
    for label, field, read in _PUBLIC:
        if (value := raw.get(field)) and (said := read(value)):
            found.append(Detail(label, said))
    return found + _contact(raw, tenant, phones)


def _contact(raw: dict[str, Any], tenant: dict[str, Any], phones: list[dict[str, Any]]) -> list[Detail]:
    parts = (
        ("Online move-in link", text(raw.get("online_move_in_url")) or text(raw.get("move_in_from_reservation_url"))),
        ("Confirmation number", text(raw.get("confirmation_number"))),
        ("Caller", _caller(raw)),
        ("Other phones", ", ".join(n for p in phones[1:] if (n := number_of(p))) if len(phones) > 1 else None),
        ("Business", text(tenant.get("business_name"))),
        ("Mailing address", _address(tenant.get("mailing_address"))),
        ("Notes", _notes(raw["notes"]) if raw.get("notes") else None),
    )
    return [Detail(label, value, Privacy.CONTACT) for label, value in parts if value]
