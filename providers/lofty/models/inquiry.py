"""What a lead looks for, and the property that a lead has (5.5.15, 5.5.16)."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from providers.action import Choices, Group, Long
from providers.lead import Privacy
from providers.lofty.models.wire import (
    Asks,
    Contact,
    Flag,
    Gives,
    IsoText,
    LeadId,
    Number,
    Text,
    WholeAmount,
)

PROPERTY_TYPES = (
    ("Single Family Home", "Single family home"),
    ("Multi-Family", "Multi-family"),
    ("Condo", "Condo"),
    ("Townhouse", "Townhouse"),
    ("Mobile Home", "Mobile home"),
    ("Manufactured Home", "Manufactured home"),
    ("Vacant Land", "Vacant land"),
    ("Commercial", "Commercial"),
)
"""The document lost the list; this is the one of Lofty's newer description."""

_OWN = Group("Lofty's own numbers and dates")
_HOUSE = Group("The house")
_LISTING = Group("On the market")

Baths = Annotated[str, Field(pattern=r"^\d{1,2}(\.\d{1,2})?$")]
"""Lofty takes this one number as a text."""


class Location(Asks):
    """An area that a lead is interested in (6.49). Routing rules of everybody but sellers go by it."""

    city: str | None = Field(default=None, title="City")
    stateCode: str | None = Field(default=None, title="State (code)", description="CA, for example")
    zipCode: str | None = Field(default=None, title="ZIP code")
    county: str | None = Field(default=None, title="County")
    streetAddress: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="Street")
    description: str | None = Field(default=None, title="In words")


class Inquiry(Asks):
    """What a lead looks for (6.38, LeadInquiryReq)."""

    priceMin: WholeAmount | None = Field(default=None, ge=0, title="Price from")
    priceMax: WholeAmount | None = Field(default=None, ge=0, title="Price to")
    bedroomsMin: int | None = Field(default=None, ge=0, title="Bedrooms from")
    bedroomsMax: int | None = Field(default=None, ge=0, title="Bedrooms to")
    bathroomsMin: Baths | None = Field(default=None, title="Bathrooms from", description="A number: 2 or 2.5")
    bathroomsMax: Baths | None = Field(default=None, title="Bathrooms to", description="A number: 2 or 2.5")
    propertyType: list[Annotated[str, Choices(PROPERTY_TYPES)]] | None = Field(default=None, title="Kinds of property")
    locations: list[Location] | None = Field(
        default=None, title="Areas", description="Where a buyer or renter is routed by"
    )
    id: Annotated[int | None, _OWN] = Field(default=None, title="Inquiry (number)")
    leadUserId: Annotated[int | None, _OWN] = Field(default=None, title="Lead's user (number)")
    modifyByAgent: Annotated[bool | None, _OWN] = Field(default=None, title="Changed by an agent")
    createTime: Annotated[IsoText | None, _OWN] = Field(default=None, title="Made")
    updateTime: Annotated[IsoText | None, _OWN] = Field(default=None, title="Changed")

    @field_validator("priceMax", "bedroomsMax", "bathroomsMax")
    @classmethod
    def _in_order(cls, most: str | float | None, info: ValidationInfo) -> str | float | None:
        least = info.data.get((info.field_name or "").replace("Max", "Min"))
        if most is not None and least is not None and float(most) < float(least):
            raise ValueError("is less than where it begins")
        return most


class PropertyDetails(Asks):
    """A house or a mailing address (6.42, LeadPropertyReq)."""

    streetAddress: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="Street and number")
    city: str | None = Field(default=None, title="City")
    state: str | None = Field(default=None, title="State")
    zipCode: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="ZIP code")
    propertyType: Annotated[str | None, Choices(PROPERTY_TYPES)] = Field(default=None, title="Kind of property")
    price: WholeAmount | None = Field(default=None, ge=0, title="Price")
    mailAddress: bool | None = Field(
        default=None, title="Mailing address", description="Where post reaches them; otherwise it is a property"
    )
    note: Annotated[str | None, Long(), Privacy.CONTACT] = Field(default=None, title="Note on the property")
    bedrooms: Annotated[int | None, _HOUSE] = Field(default=None, ge=0, title="Bedrooms")
    bathrooms: Annotated[float | None, _HOUSE] = Field(default=None, ge=0, title="Bathrooms")
    squareFeet: Annotated[int | None, _HOUSE] = Field(default=None, ge=0, title="Square feet")
    lotSize: Annotated[float | None, _HOUSE] = Field(default=None, ge=0, title="Lot (acres)")
    floors: Annotated[int | None, _HOUSE] = Field(default=None, ge=0, title="Floors")
    parkingSpace: Annotated[int | None, _HOUSE] = Field(default=None, ge=0, title="Parking spaces")
    county: Annotated[str | None, _HOUSE] = Field(default=None, title="County")
    priceMin: Annotated[WholeAmount | None, _LISTING] = Field(default=None, ge=0, title="Price from")
    priceMax: Annotated[WholeAmount | None, _LISTING] = Field(default=None, ge=0, title="Price to")
    listingId: Annotated[str | None, _LISTING] = Field(default=None, title="Listing (number)")
    listingStatus: Annotated[str | None, _LISTING] = Field(default=None, title="Status of the listing")
    siteListingUrl: Annotated[str | None, _LISTING] = Field(default=None, title="Page of the listing")
    pictureUrl: Annotated[str | None, _LISTING] = Field(default=None, title="Address of a picture")
    id: Annotated[int | None, _OWN] = Field(
        default=None, title="Property (number)", description="To change one that the lead has; it must be this lead's"
    )
    label: Annotated[str | None, _OWN] = Field(default=None, title="Label")
    labelList: Annotated[str | None, _OWN] = Field(default=None, title="Labels")
    labelType: Annotated[str | None, _OWN] = Field(default=None, title="Kind of label")
    leadUserId: Annotated[int | None, _OWN] = Field(default=None, title="Lead's user (number)")
    autoListingId: Annotated[int | None, _OWN] = Field(default=None, title="Listing, found by Lofty (number)")

    @field_validator("priceMax")
    @classmethod
    def _in_order(cls, most: WholeAmount | None, info: ValidationInfo) -> WholeAmount | None:
        least = info.data.get("priceMin")
        if most is not None and least is not None and most < least:
            raise ValueError("is less than where it begins")
        return most


class Property(PropertyDetails):
    """One that has an address, without which Lofty refuses it (200057)."""

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.streetAddress or self.city or self.state or self.zipCode):
            raise ValueError("say where it is: a street, a city, a state or a ZIP code")
        return self


class _OfLead(Asks):
    leadId: LeadId = Field(title="Lead")


class AddInquiry(Inquiry, _OfLead):  # the last one's fields come first
    """What a lead looks for, and which lead."""


class AddProperty(Property, _OfLead):
    """A property or a mailing address, and whose it is."""


class GivenLocation(Gives):
    """An area that a lead is interested in (6.49)."""

    city: Text = Field(default=None, title="City")
    stateCode: Text = Field(default=None, title="State")
    zipCode: Text = Field(default=None, title="ZIP code")
    county: Text = Field(default=None, title="County")
    streetAddress: Contact = Field(default=None, title="Street")
    description: Text = Field(default=None, title="In words")


class GivenInquiry(Gives):
    """What a lead looks for (6.39, LeadInquiryRes)."""

    priceMin: Number = Field(default=None, title="Price from")
    priceMax: Number = Field(default=None, title="Price to")
    bedroomsMin: Number = Field(default=None, title="Bedrooms from")
    bedroomsMax: Number = Field(default=None, title="Bedrooms to")
    bathroomsMin: Text = Field(default=None, title="Bathrooms from")
    bathroomsMax: Text = Field(default=None, title="Bathrooms to")
    propertyType: Annotated[list[str] | None, Privacy.PUBLIC] = Field(default=None, title="Kinds of property")
    locations: list[GivenLocation] | None = Field(default=None, title="Areas")
    createTime: Annotated[IsoText | None, Privacy.PUBLIC] = Field(default=None, title="Made")
    updateTime: Annotated[IsoText | None, Privacy.PUBLIC] = Field(default=None, title="Changed")
    id: Number = None
    leadUserId: Number = None
    modifyByAgent: Flag = None
    defaultValue: Flag = None


class GivenProperty(Gives):
    """A house or a mailing address of a lead (6.43, LeadPropertyRes)."""

    streetAddress: Contact = Field(default=None, title="Street")
    city: Text = Field(default=None, title="City")
    state: Text = Field(default=None, title="State")
    zipCode: Contact = Field(default=None, title="ZIP code")
    propertyType: Text = Field(default=None, title="Kind of property")
    price: Number = Field(default=None, title="Price")
    bedrooms: Number = Field(default=None, title="Bedrooms")
    bathrooms: Annotated[float | None, Privacy.PUBLIC] = Field(default=None, title="Bathrooms")
    squareFeet: Number = Field(default=None, title="Square feet")
    lotSize: Annotated[float | None, Privacy.PUBLIC] = Field(default=None, title="Lot (acres)")
    listingStatus: Text = Field(default=None, title="Status of the listing")
    siteListingUrl: Text = Field(default=None, title="Page of the listing")
    mailAddress: Flag = Field(default=None, title="Mailing address")
    note: Contact = Field(default=None, title="Note")
    id: Number = Field(default=None, title="Property (number)")
    floors: Number = None
    parkingSpace: Number = None
    county: Text = None
    priceMin: Number = None
    priceMax: Number = None
    listingId: Text = None
    pictureUrl: Text = None
    label: Text = None
    labelList: Text = None
    labelType: Text = None
    leadUserId: Number = None
    autoListingId: Number = None
