"""From KPro Marketing's lead to the desk's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from providers.kpro.models import Development, WireLead
from providers.lead import Detail, Lead, Privacy


def moment(value: object) -> datetime | None:
    """An ATOM date-time as UTC; ``None`` where it is missing or unreadable. Without an offset it is UTC."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    if at.tzinfo is UTC:
        return at
    try:
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except OverflowError:  # the year 1 or 9999, beyond the calendar in UTC
        return None


def tolerant(raw: dict[str, Any]) -> WireLead:
    """Read a lead; a field of an unexpected type is left out, and does not break the lead.

    Raises :class:`ValidationError` only where the id itself is unusable.
    """
    try:
        return WireLead.model_validate(raw)
    except ValidationError as error:
        broken = {str(e["loc"][0]) for e in error.errors(include_url=False, include_input=False)} - {"id"}
        return WireLead.model_validate({k: v for k, v in raw.items() if k not in broken})


def to_lead(raw: dict[str, Any], seen: datetime) -> Lead:
    """Map one item of "Export payload". ``seen`` stands in for a creation time that is missing."""
    wire = tolerant(raw)
    listing, place = wire.listing, wire.development
    if place is None and listing is not None:
        place = listing.development
    names = (wire.firstName, wire.lastName)
    if not any(names) and wire.fullName:
        first, _, last = wire.fullName.strip().partition(" ")
        names = (first, last or None)
    site = wire.site
    return Lead(
        external_id=wire.id,
        created_at=moment(wire.createdAt) or moment(wire.updatedAt) or seen,
        updated_at=moment(wire.updatedAt),
        external_ref=wire.externalRef,
        customer_id=wire.customerId,
        title=wire.title,
        first_name=names[0],
        last_name=names[1],
        email=wire.email,
        phone=wire.phone,
        source=(site.code or site.name) if site else None,
        source_name=((wire.source.name if wire.source else None) or (site.name or site.code if site else None)),
        eligibility=wire.eligibilityStatus,
        enquiry=wire.enquiryType,
        schemes=tuple(listing.schemes or ()) if listing else (),
        place=place.name if place else None,
        subject=listing.name if listing else None,
        details=tuple(_details(wire, place)),
    )


def _details(wire: WireLead, place: Development | None) -> list[Detail]:
    listing, home = wire.listing, wire.property
    where = (place.building, place.street, place.town, place.postcode) if place else ()
    authority = wire.homeLocalAuthority  # documented as a string and, further down, as an object
    public = (
        ("Housing provider", wire.housingProvider and wire.housingProvider.name),
        ("Availability", listing and listing.availabilityStatus),
        ("Scheme group", listing and listing.schemeGroup),
        ("Property", home and (home.propertyNumber or home.name)),
        ("Bedrooms", home and home.bedrooms),
        ("Where", ", ".join([p for p in where if p])),
        ("Site", wire.site.name if wire.site and wire.source and wire.source.name else None),
        ("Wants to buy", wire.buyingInterestPeriod and wire.buyingInterestPeriod.name),
    )
    contact = (
        ("Message", wire.additionalInfo),
        ("Heard about us", wire.hearAboutUs),
        ("Home address", wire.homeAddress),
        ("Home postcode", wire.homePostcode),
        ("Home local authority", authority.get("name") if isinstance(authority, dict) else authority),
    )
    return [Detail(label, value) for label, value in public if value] + [
        Detail(label, str(value), Privacy.CONTACT) for label, value in contact if value not in (None, "")
    ]
