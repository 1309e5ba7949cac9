"""Leads as the stand-in has them: people of the United States who ask for storage, drawn from a number.

The shape is that of the document's answer, field by field. A lead of history is only a number and a time until it is
served, so that a hundred thousand of them cost little.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final
from uuid import UUID

from providers.storedge.stand_in.inventory import FEE, Facility, Json, configured, identity

FIRST: Final = (
    *("James", "Maria", "Robert", "Linda", "Michael", "Patricia", "Luis", "Jennifer", "Keoni", "Emily", "Daniel"),
    *("Grace", "Andre", "Olivia", "Tyler", "Sofia", "Marcus", "Hannah", "Leilani", "Ethan", "Renee", "Victor"),
)
LAST: Final = (
    *("Smith", "Garcia", "Johnson", "Nguyen", "Williams", "Martinez", "Brown", "Kahale", "Davis", "Lopez", "Miller"),
    *("Wilson", "Anderson", "Taylor", "Moore", "Jackson", "O'Brien", "Clark", "Ramirez", "Hall", "Young", "King"),
)
SOURCES: Final = ("Website", "SpareFoot", "Call Center", "Walk-in", "Google Business Profile")
KINDS: Final = ("internet", "phone", "walk_in")
STREETS: Final = ("Main St", "Oak Ave", "Palm Dr", "Mesa Blvd", "Kamehameha Hwy", "Lakeview Rd")
AREAS: Final = {"HI": "808", "AZ": "480", "TX": "512", "OR": "503"}


def offset_of(facility: Facility) -> timezone:
    """The facility's offset from UTC."""
    hours, minutes = facility.offset[1:].split(":")
    away = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-away if facility.offset.startswith("-") else away)


def stamp(at: datetime, facility: Facility) -> str:
    """As the API writes times: with milliseconds and the facility's offset."""
    return at.astimezone(offset_of(facility)).isoformat(timespec="milliseconds")


def phone_record(number: str, **more: Any) -> Json:
    """One of ``phone_numbers``."""
    digits = "".join(c for c in number if c.isdecimal())[-10:]
    formatted = f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if len(digits) == 10 else number
    return {
        "id": identity("phone", number, more.get("label")),
        "primary": True,
        "source": None,
        "number": f"+1{digits}" if len(digits) == 10 else number,
        "formatted_number": formatted,
        "extension": None,
        "label": None,
        "unformatted_number": digits or number,
        "sms_opt_in": None,
        **more,
    }


_PREFERENCES: Final = {
    "email_invoices": True,
    "print_invoices": False,
    "charge_invoice_fee": True,
    "receive_legal_notices_by_email": None,
    "delinquency_exempt": False,
    "delinquency_docs_by_email": False,
    "delinquency_docs_by_mail": False,
    "receive_sms_for_gate_activity": False,
    "opt_in_to_marketing_emails": False,
    "opt_in_to_marketing_sms": False,
    "opt_in_to_transactional_sms": False,
    "exclude_from_insurance_auto_enroll": False,
    "exclude_from_insurance_auto_enroll_reason": None,
    "exclude_from_insurance_auto_enroll_created_by": None,
    "exclude_from_insurance_auto_enroll_on": None,
}
_TENANT: Final[Json] = {
    "last_name": None,
    "middle_initial": None,
    "email": None,
    "tax_exempt": False,
    "is_military": False,
    "is_business": False,
    "business_name": None,
    "last_sign_in_at": None,
    "title": None,
    "delinquent": False,
    "current_ledger_ids": [],
    "preferences": _PREFERENCES,
    "military_information": None,
    "username": None,
    "drivers_license_number": None,
    "drivers_license_state": None,
    "vehicle_license_plate_number": None,
    "vehicle_license_state": None,
    "vehicle_description": None,
    "has_tenant_portal_account": False,
    "gate_24_hour_access": False,
    "active": True,
    "tenant_account_kind_name": "Standard",
    "blocked_payments": False,
    "date_of_birth": None,
    "phone_numbers": [],
    "mailing_address": None,
    "addresses": [],
    "previous_ledger_ids": [],
    "closed_lead_ids": [],
    "contact_ids": [],
    "support_case_ids": [],
    "event_ids": [],
    "password_recovery_question_ids": [],
}


def tenant_record(tenant_id: str, account: int, created: str, facility: Facility, **fields: Any) -> Json:
    """``tenant``."""
    return {
        "id": tenant_id,
        "account_number": account,
        **_TENANT,
        "created_at": created,
        "facility_id": facility.id,
        **fields,
    }


_LEAD: Final[Json] = {
    "bilingual_agent": False,
    "caller_first_name": None,
    "caller_last_name": None,
    "cancelled_at": None,
    "closed": False,
    "confirmation_number": None,
    "desired_move_in_date": None,
    "desired_unit_size_and_price": None,
    "due_at_move_in": None,
    "due_monthly": None,
    "extra_details": {},
    "floor": None,
    "free_truck": False,
    "has_paid_reservation_fee": False,
    "invoiceable_fees": [],
    "kind": "internet",
    "lead_action_indexes": {},
    "length_of_stay_id": None,
    "move_in_from_reservation_url": None,
    "moved_in_at": None,
    "moving_labor": False,
    "moving_labor_contacted_already": False,
    "next_action_at": None,
    "next_lead_action": None,
    "next_lead_action_index": None,
    "origination": "lead",
    "plant_a_tree": False,
    "quoted_rate": None,
    "rate_type": "standard_rate",
    "reduced_price": None,
    "reservation_fee_required": False,
    "reservation_window": 0,
    "reserved_at": None,
    "size": None,
    "source_id": identity("source", "Website"),
    "source_name": "Website",
    "standard_rate": None,
    "status": "active",
    "urgent": False,
    "wait_list": False,
    "wait_list_available": False,
    "within_reservation_window": True,
    "is_upgrade": None,
    "desired_unit_size_and_amenities": None,
    "unit": None,
    "length_of_stay": None,
    "successful_payment_events": [],
    "caller_phone_number": None,
    "unit_amenities": [],
    "current_user": None,
    "unit_type": None,
    "close_reason": None,
    "discount_plans": [],
    "lead_contents": [],
    "unit_group": None,
    "created_by": None,
    "channel_id": identity("source", "Website"),
    "confirmation_email": None,
}


def lead_record(lead_id: str, created: str, facility: Facility, tenant: Json, **fields: Any) -> Json:
    """A lead in the document's shape."""
    return {
        "id": lead_id,
        **_LEAD,
        "created_at": created,
        "started_at": created,
        "facility_id": facility.id,
        "facility_time_zone": facility.zone,
        "tenant_id": tenant["id"],
        "tenant": tenant,
        **fields,
    }


def of_unit(unit: Json, group: Json) -> Json:
    """What a lead says of the unit that it is for."""
    rate = unit["standard_rate"]
    return {
        "unit": unit,
        "unit_group": group,
        "unit_type": unit["unit_type"],
        "size": unit["size"],
        "desired_unit_size_and_price": f"{unit['size']} at ${rate:.2f}",
        "quoted_rate": rate,
        "reduced_price": rate,
        "standard_rate": rate,
        "due_monthly": rate,
        "due_at_move_in": rate,
    }


def reserved(at: str, group: Json, unit: Json, lead_id: str, confirmation: str) -> Json:
    """What makes a lead a reservation."""
    fee = group["reservation_fee"] is not None
    return {
        "origination": "reservation",
        "status": "reserved",
        "reserved_at": at,
        "confirmation_number": confirmation,
        "reservation_fee_required": fee,
        "unit": {**unit, "status": "reserved", "available_for_move_in": False},
        "move_in_from_reservation_url": f"https://move-in.storage.example/reservations/{lead_id}",
    }


def payment_event(at: str, method: Json, amount: float = FEE) -> Json:
    """One of ``successful_payment_events``."""
    return {
        "id": identity("payment", at, method["id"]),
        "amount": amount,
        "success": True,
        "date": at,
        "payment_method": method,
    }


_SCATTER: Final = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""Odd, so that no two numbers get one id."""


def id_of(number: int) -> str:
    """The id of the lead of that number."""
    return str(UUID(int=number * _SCATTER % (1 << 128), version=4))


def draw(number: int, at: datetime, facility: Facility) -> Json:
    """The lead of that number, which came at that time."""
    luck = random.Random(number)
    created = stamp(at, facility)
    first, last = luck.choice(FIRST), luck.choice(LAST)
    lead_id, tenant_id = id_of(number), str(UUID(int=luck.getrandbits(128), version=4))
    state = facility.address["state"]
    number_of = f"{AREAS[state]}555{luck.randrange(10_000):04}"
    mail = f"{first}.{last}{luck.randrange(1000)}@example.com".replace("'", "").casefold()
    tenant = tenant_record(
        tenant_id,
        1_000_000 + number,
        created,
        facility,
        first_name=first,
        last_name=last,
        email=mail if luck.random() < 0.9 else None,
        phone_numbers=[phone_record(number_of, label="Mobile", sms_opt_in=luck.choice((True, None, None, False)))],
        mailing_address=_address(luck, facility) if luck.random() < 0.4 else None,
    )
    unit = luck.choice(facility.units)
    group = facility.group(unit["unit_group_id"])
    source = luck.choice(SOURCES)
    wanted = (at + timedelta(days=luck.randrange(1, 40))).astimezone(offset_of(facility)).date().isoformat()
    fields = of_unit(unit, group) | {
        "kind": luck.choice(KINDS),
        "source_name": source,
        "source_id": identity("source", source),
        "channel_id": identity("source", source),
        "desired_move_in_date": wanted,
        "next_lead_action": "call",
        "next_lead_action_index": 1,
        "next_action_at": created[:11] + "00:00:00.000" + facility.offset,
    }
    if luck.random() < 0.3:
        fields |= reserved(created, group, unit, lead_id, f"{1_000_000 + number}-1-{luck.randrange(10_000)}")
        if group["reservation_fee"] is not None and luck.random() < 0.6:
            fields |= _paid(luck, created, tenant)
    if luck.random() < 0.2:
        fields["discount_plans"] = [luck.choice(configured("discount_plans"))]
    return lead_record(lead_id, created, facility, tenant, **fields)


def _paid(luck: random.Random, created: str, tenant: Json) -> Json:
    method = {
        "id": str(UUID(int=luck.getrandbits(128), version=4)),
        "kind": "credit_card",
        "first_name": tenant["first_name"],
        "last_name": tenant["last_name"],
        "reuseable": True,
        "card_number": f"****{luck.randrange(10_000):04}",
        "card_type": luck.choice(("visa", "mastercard")),
        "expiration_date": "10/29",
        "billing_address": None,
    }
    return {"has_paid_reservation_fee": True, "successful_payment_events": [payment_event(created, method)]}


def _address(luck: random.Random, facility: Facility) -> Json:
    street = f"{luck.randrange(10, 9900)} {luck.choice(STREETS)}"
    place = facility.address
    return {
        "id": str(UUID(int=luck.getrandbits(128), version=4)),
        "address1": street,
        "address2": None,
        "city": place["city"],
        "state": place["state"],
        "postal": place["postal"],
        "country": "US",
        "full_address": f"{street}, {place['city']}, {place['state']} {place['postal']}",
    }


def moments(count: int, days: int, now: datetime, seed: int) -> list[datetime]:
    """Times over the last days, oldest first, in whole milliseconds."""
    luck = random.Random(seed)
    ages = sorted((luck.random() * days * 86_400_000 for _ in range(count)), reverse=True)
    base = now.astimezone(UTC).replace(microsecond=now.microsecond // 1000 * 1000)
    return [base - timedelta(milliseconds=int(age)) for age in ages]
