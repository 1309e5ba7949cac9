"""The body of a POST on KPro's Leads API: what it may hold, and what fails with 422.

Written from the sections "Import payload", "Living Circumstances", "Working Circumstances", "Enquiry types",
"Available sources" and "Errors" of https://docs.app.kpro.co/guide/kpro-api/leads-api.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final, Literal

import orjson
from email_validator import EmailNotValidError, validate_email

from providers.kpro.stand_in_inventory import Inventory
from providers.kpro.stand_in_tables import (
    ENQUIRY_TYPES,
    HOME_OWNERSHIP_STATUSES,
    LIVING_CIRCUMSTANCES,
    SITES,
    WORKING_CIRCUMSTANCES,
)

ErrorsShape = Literal["object", "list"]
"""How the errors of one lead are told; the document says only "the list of errors related to each parameter"."""

Rule = Callable[[Any, Inventory], str | None]
"""Given a value that is not null: what is wrong with it, after "The <field> ", or None."""

REFERENCE_LENGTH: Final = 255

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# The forms of the British Standard BS 7666 (Royal Mail's Programmer's Guide), with or without the space.
_POSTCODE: Final = re.compile(
    r"GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d(?:\d|[ABEHMNPRV-Y])?|\d[A-HJKPSTUW]) ?\d[ABD-HJLNP-UW-Z]{2}",
    re.ASCII | re.IGNORECASE,
)


class BodyRefused(Exception):
    """The answer is 400: `message` says why, `unknown` names the fields that the document does not have."""

    def __init__(self, message: str, *, unknown: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.unknown = unknown


def read_body(raw: bytes, content_type: str) -> list[dict[str, Any]]:
    """The leads of a request's body; :class:`BodyRefused` where it is no ``{"data": [leads]}`` of known fields."""
    if content_type != "application/json":
        raise BodyRefused("The payload must be JSON encoded (Content-Type: application/json).")
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise BodyRefused("The payload is not valid JSON.") from None
    if not isinstance(body, dict) or not isinstance(body.get("data"), list) or not body["data"]:
        raise BodyRefused("The payload must be an object whose field data is an array of leads.")
    leads: list[dict[str, Any]] = body["data"]
    if not all(isinstance(lead, dict) for lead in leads):
        raise BodyRefused("Every lead must be an object.")
    unknown = dict.fromkeys([name for name in body if name != "data"])
    unknown.update(dict.fromkeys(name for lead in leads for name in lead if name not in IMPORT_RULES))
    if unknown:
        raise BodyRefused(f"Unknown fields: {', '.join(unknown)}.", unknown=tuple(unknown))
    return leads


def check_leads(leads: list[dict[str, Any]], inventory: Inventory, shape: ErrorsShape) -> dict[str, Any] | None:
    """The body of the 422 that these leads deserve, or None when all of them may be added."""
    failed: list[dict[str, Any]] = []
    for lead in leads:
        errors = check_lead(lead, inventory)
        if errors:
            told: Any = {name: [sentence] for name, sentence in errors.items()}
            if shape == "list":
                told = [{"field": name, "message": sentence} for name, sentence in errors.items()]
            failed.append({"customerEmail": lead.get("email"), "errors": told})
    return {"message": "The given data was invalid.", "errors": failed} if failed else None


def check_lead(lead: dict[str, Any], inventory: Inventory) -> dict[str, str]:
    """A sentence for each parameter of one lead that fails."""
    errors: dict[str, str] = {}
    if lead.get("email") is None:
        errors["email"] = "The email is required."
    for name, value in lead.items():
        if value is None:
            continue
        fault = IMPORT_RULES[name](value, inventory)
        if fault:
            errors[name] = f"The {name} {fault}."
    return errors


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(value: Any, _: Inventory) -> str | None:
    return None if isinstance(value, str) else "must be a string"


def _boolean(value: Any, _: Inventory) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _number(value: Any, _: Inventory) -> str | None:
    return None if _is_integer(value) or isinstance(value, float) else "must be a number"


def _count(value: Any, _: Inventory) -> str | None:
    return None if _is_integer(value) and value >= 0 else "must be an integer of zero or more"


def _email(value: Any, _: Inventory) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    try:
        validate_email(value, check_deliverability=False)
    except EmailNotValidError:
        return "must be a valid email address"
    return None


def _reference(value: Any, _: Inventory) -> str | None:
    if not isinstance(value, str) and not _is_integer(value):
        return "must be a string or an integer"
    return f"must not exceed {REFERENCE_LENGTH} characters" if len(str(value)) > REFERENCE_LENGTH else None


def _date(value: Any, _: Inventory) -> str | None:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            date.fromisoformat(value)
        except ValueError:
            return "is not a valid date"
        return None
    return "does not match the format YYYY-MM-DD"


def _postcode(value: Any, _: Inventory) -> str | None:
    if isinstance(value, str) and _POSTCODE.fullmatch(value):
        return None
    return "must be a valid UK postcode"


def _bedrooms(value: Any, _: Inventory) -> str | None:
    if isinstance(value, list) and all(_is_integer(item) and item >= 0 for item in value):
        return None
    return "must be an array of integers"


def _among(known: tuple[Any, ...]) -> Rule:
    def rule(value: Any, _: Inventory) -> str | None:
        # True equals 1 in Python and is no id.
        return (
            None if not isinstance(value, bool | float) and value in known else "is not in the list of allowed values"
        )

    return rule


def _inventory_id(kind: Literal["listings", "properties", "developments"]) -> Rule:
    def rule(value: Any, inventory: Inventory) -> str | None:
        if not _is_integer(value):
            return "must be a number"
        return None if value in getattr(inventory, kind) else "does not exist"

    return rule


def _listing_reference(value: Any, inventory: Inventory) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    return None if inventory.listing_by_reference(value) else "does not exist"


def _property_reference(value: Any, inventory: Inventory) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    return None if inventory.property_by_reference(value) else "does not exist"


IMPORT_RULES: Final[dict[str, Rule]] = {
    "externalRef": _reference,
    "email": _email,
    "sendEmailConfirmation": _boolean,
    "siteId": _among(tuple(SITES)),
    "title": _text,
    "firstName": _text,
    "lastName": _text,
    "phone": _text,
    "dateOfBirth": _date,
    "annualHouseholdIncome": _number,
    "deposit": _number,
    "livingCircumstance": _among(tuple(LIVING_CIRCUMSTANCES)),
    "homePostcode": _postcode,
    "homeAddress": _text,
    "dependants": _count,
    "workingCircumstance": _among(tuple(WORKING_CIRCUMSTANCES)),
    "workPostcode": _postcode,
    "workAddress": _text,
    "occupation": _text,
    "employerName": _text,
    "armedForcesMember": _boolean,
    "keyworker": _boolean,
    "hasDisability": _boolean,
    "housingWaitingList": _boolean,
    "firstTimeBuyer": _boolean,
    "homeOwnershipStatus": _among(HOME_OWNERSHIP_STATUSES),
    "eligibleCitizen": _boolean,
    "additionalInfo": _text,
    "listingId": _inventory_id("listings"),
    "listingExternalRef": _listing_reference,
    "propertyId": _inventory_id("properties"),
    "propertyExternalRef": _property_reference,
    "developmentId": _inventory_id("developments"),
    "bedrooms": _bedrooms,
    "hearAboutUs": _text,
    "enquiryType": _among(ENQUIRY_TYPES),
}
"""Every field of the import table, in its order."""
