"""The document's table of parameters, as the stand-in checks bodies by it: names, types, and what is required.

What is wrong is said as a Rails API does: the parameter's whole name, what came, and what it must be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

Check = Callable[[Any], bool]


class Refused(Exception):
    """A body or query that the document does not allow."""

    def __init__(self, message: str, status: int = 422) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


class Each:
    """ "Must be an Array of nested elements"."""

    def __init__(self, fields: Mapping[str, Any], required: frozenset[str]) -> None:
        self.fields = fields
        self.required = required


class Hash:
    """ "Must be a Hash"."""

    def __init__(self, fields: Mapping[str, Any], required: frozenset[str] = frozenset()) -> None:
        self.fields = fields
        self.required = required


class Must:
    """A plain value, and what it must be in the document's words."""

    def __init__(self, said: str, check: Check) -> None:
        self.said = said
        self.check = check


def _one_of(*values: str) -> Must:
    return Must(f"Must be one of: {', '.join(values)}.", lambda v: v in values)


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value) and date.fromisoformat(value))
    except ValueError:
        return False


STRING: Final = Must("Must be a String", lambda v: isinstance(v, str))
BOOLEAN: Final = Must("Must be one of: true, false.", lambda v: v in ("true", "false") or isinstance(v, bool))
INTEGER: Final = Must("Must be a Integer", lambda v: isinstance(v, int) and not isinstance(v, bool))
DATE: Final = Must("Must be a Date (YYYY-MM-DD)", _is_date)
HOW: Final = _one_of("call", "email", "text")

PHONE: Final = {"number": STRING, "extension": STRING, "label": STRING}
_ADDRESS: Final = {"address1": STRING, "address2": STRING, "city": STRING, "state": STRING, "postal": STRING}
TENANT: Final = {
    "title": STRING,
    "first_name": STRING,
    "last_name": STRING,
    "middle_initial": STRING,
    "email": STRING,
    "is_military": BOOLEAN,
    "is_business": BOOLEAN,
    "phone_numbers_attributes": Each(PHONE | {"sms_opt_in": BOOLEAN}, frozenset({"number"})),
    "mailing_address_attributes": Hash(_ADDRESS | {"time_zone": STRING}),
}
KINDS: Final = ("ach", "credit_card", "check", "cash", "card_swipe")
PAYMENT: Final = {
    "payment_method_id": STRING,
    "first_name": STRING,
    "last_name": STRING,
    "kind": _one_of(*KINDS),
    "reuseable": BOOLEAN,
    "magnetic_track": STRING,
    "card_number": STRING,
    "card_type": _one_of("visa", "mastercard", "american_express", "diners", "discover", "jcb"),
    "security_code": STRING,
    "expiration_date": Must("Format: MM/YY", lambda v: isinstance(v, str) and bool(re.fullmatch(r"\d\d/\d\d", v))),
    "account_number": STRING,
    "account_number_confirmation": STRING,
    "account_type": STRING,
    "bank_name": STRING,
    "routing_number": STRING,
    "billing_address_attributes": Hash({"company": STRING, "country": STRING} | _ADDRESS),
    "check_number": STRING,
    "name_on_check": STRING,
    "check_amount": STRING,
    "reference_number": STRING,
    "money_order_amount": STRING,
    "amount_tendered": STRING,
}
NEEDS: Final = {
    "credit_card": ("card_number", "card_type", "security_code", "expiration_date"),
    "ach": ("account_number", "account_number_confirmation", "account_type", "bank_name", "routing_number"),
    "card_swipe": ("magnetic_track",),
    "check": ("check_number", "name_on_check", "check_amount"),
    "cash": ("amount_tendered",),
    "money_order": ("reference_number", "money_order_amount"),
}
_IDS: Final = Each({"id": STRING}, frozenset({"id"}))
LEAD: Final = {
    "tenant_id": STRING,
    "tenant_attributes": Hash(TENANT),
    "unit_id": STRING,
    "online_move_in_url": STRING,
    "id": STRING,
    "is_reservation": BOOLEAN,
    "caller_first_name": STRING,
    "caller_last_name": STRING,
    "urgent": BOOLEAN,
    "quoted_rate": STRING,
    "length_of_stay_id": STRING,
    "size": STRING,
    "floor": STRING,
    "lead_contents": _IDS,
    "desired_move_in_date": DATE,
    "desired_unit_size_and_price": STRING,
    "free_truck": BOOLEAN,
    "moving_labor": BOOLEAN,
    "call_source": STRING,
    "dnis": STRING,
    "close_reason_id": STRING,
    "lead_action_performed": HOW,
    "lead_action_performed_index": INTEGER,
    "next_lead_action": HOW,
    "notes_attributes": Each({"note": STRING}, frozenset({"note"})),
    "caller_phone_number_attributes": Hash(PHONE, frozenset({"number"})),
    "rate_type": STRING,
    "discount_plans": _IDS,
    "payment_method": Hash(PAYMENT),
}


def check_body(
    body: Any, *, creating: bool, money_orders: bool = False
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """(lead, payment) of a body, or Refused. ``money_orders``: a kind that the document does not list is known."""
    if not isinstance(body, dict) or not isinstance(body.get("lead"), dict):
        raise Refused("Missing parameter lead")
    for name in body.keys() - {"lead", "payment_method"}:
        raise Refused(f"Unknown parameter {name}")
    lead = body["lead"]
    _fields(lead, LEAD, "lead", frozenset({"is_reservation"}) if creating else frozenset())
    payment = body.get("payment_method")
    if payment is not None and "payment_method" in lead:
        raise Refused("Invalid parameter 'lead[payment_method]': it was given twice")
    if payment is not None:
        _value(payment, Hash(_payment(money_orders)), "payment_method")
    payment = payment if payment is not None else lead.get("payment_method")
    if payment is not None:
        _paid(payment)
    if creating:
        _whole(lead)
    return lead, payment


def _payment(money_orders: bool) -> Mapping[str, Any]:
    return {**PAYMENT, "kind": _one_of(*KINDS, "money_order")} if money_orders else PAYMENT


def _whole(lead: dict[str, Any]) -> None:
    if "id" in lead:
        raise Refused("Invalid parameter 'lead[id]': update only")
    tenant = lead.get("tenant_attributes")
    if tenant is None and "tenant_id" not in lead:
        raise Refused("Missing parameter lead[tenant_attributes]")
    if tenant is not None:
        if not tenant.get("first_name"):
            raise Refused("Missing parameter lead[tenant_attributes][first_name]")
        if not tenant.get("phone_numbers_attributes"):
            raise Refused("Missing parameter lead[tenant_attributes][phone_numbers_attributes]")
    if lead["is_reservation"] in (True, "true") and "unit_id" not in lead:
        raise Refused("Missing parameter lead[unit_id]: Required if is_reservation is true")


def _paid(payment: dict[str, Any]) -> None:
    if "payment_method_id" in payment:
        return
    for name in ("kind", "first_name", "last_name", "billing_address_attributes"):
        if not payment.get(name):
            raise Refused(f"Missing parameter lead[payment_method][{name}]: if not using an existing payment method")
    for name in NEEDS[payment["kind"]]:
        if not payment.get(name):
            raise Refused(f"Missing parameter lead[payment_method][{name}]")


def _fields(given: dict[str, Any], known: Mapping[str, Any], at: str, required: frozenset[str] = frozenset()) -> None:
    for name, value in given.items():
        if name not in known:
            raise Refused(f"Unknown parameter {at}[{name}]")
        _value(value, known[name], f"{at}[{name}]")
    for name in sorted(required - given.keys()):
        raise Refused(f"Missing parameter {at}[{name}]")


def _value(value: Any, rule: Any, at: str) -> None:
    if isinstance(rule, Hash):
        if not isinstance(value, dict):
            raise Refused(f"Invalid parameter '{at}' value {value!r}: Must be a Hash")
        _fields(value, rule.fields, at, rule.required)
    elif isinstance(rule, Each):
        if not isinstance(value, list):
            raise Refused(f"Invalid parameter '{at}' value {value!r}: Must be an Array of nested elements")
        for number, one in enumerate(value):
            if not isinstance(one, dict):
                raise Refused(f"Invalid parameter '{at}[{number}]' value {one!r}: Must be a Hash")
            _fields(one, rule.fields, f"{at}[{number}]", rule.required)
    elif not rule.check(value):
        raise Refused(f"Invalid parameter '{at}' value \"{value}\": {rule.said}")


def filtered(body: Any) -> Any:
    """``meta.parameters``: what was sent, with card and account numbers blotted out, as the sample shows it."""
    if isinstance(body, dict):
        return {k: "[FILTERED]" if k in _FILTERED else filtered(v) for k, v in body.items()}
    return [filtered(v) for v in body] if isinstance(body, list) else body


_FILTERED: Final = frozenset(("card_number", "security_code", "account_number", "magnetic_track", "routing_number"))
