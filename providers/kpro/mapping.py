"""From KPro Marketing's lead to the desk's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from providers.kpro.models import Development, WireLead
from providers.lead import Detail, Lead, Privacy

_CONTACT = Privacy.CONTACT


def moment(value: object) -> datetime | None:
    """An ATOM date-time as UTC; ``None`` where it is missing or unreadable. Without an offset it is UTC."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


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
    found: list[Detail] = []

    def add(label: str, value: object, privacy: Privacy = Privacy.PUBLIC) -> None:
        if value not in (None, ""):
            found.append(Detail(label, str(value), privacy))

    if wire.housingProvider:
        add("Housing provider", wire.housingProvider.name)
    if wire.listing:
        add("Availability", wire.listing.availabilityStatus)
        add("Scheme group", wire.listing.schemeGroup)
    if wire.property:
        add("Property", wire.property.propertyNumber or wire.property.name)
        add("Bedrooms", wire.property.bedrooms)
    if place:
        add("Where", ", ".join(p for p in (place.building, place.street, place.town, place.postcode) if p))
    if wire.site and wire.source and wire.source.name:
        add("Site", wire.site.name)
    if wire.buyingInterestPeriod:
        add("Wants to buy", wire.buyingInterestPeriod.name)
    add("Message", wire.additionalInfo, _CONTACT)
    add("Heard about us", wire.hearAboutUs, _CONTACT)
    add("Home address", wire.homeAddress, _CONTACT)
    add("Home postcode", wire.homePostcode, _CONTACT)
    authority = wire.homeLocalAuthority  # documented as a string and, further down, as an object
    add("Home local authority", authority.get("name") if isinstance(authority, dict) else authority, _CONTACT)
    return found
