"""KPro Marketing's wire types (Leads API: "Get leads", "Importing leads").

The read model names only what the desk uses. Everything of the sensitive class (birth date, income, deposit,
disability, circumstances, work, citizenship…) is not named, and so is dropped here.
"""

from __future__ import annotations

import re
from datetime import date
from types import GenericAlias
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, StringConstraints, create_model

from providers.action import Choices, Group, Long
from providers.lead import Privacy

SOURCES = (
    (1, "KZ", "Keaze"),
    (2, "HFL", "Homes For Londoners"),
    (3, "ZPL", "Zoopla"),
    (4, "RM", "Rightmove"),
    (5, "STB", "Share to Buy"),
    (6, "API", "KPro Marketing API"),
    (7, "NHFS", "New Homes For Sale"),
    (8, "FC", "Full Circle"),
    (14, "HTBS", "Help To Buy Agent 3"),
    (17, "99H", "99home"),
    (20, "OTM", "On The Market"),
    (22, "HTB2", "Help To Buy Agent 2"),
    (30, "EA", "Estate Agent"),
    (32, "TEL", "Telephone"),
    (33, "EMAIL", "Email"),
    (34, "WALK", "Walk In"),
    (35, "FBAD", "Facebook Ad"),
    (36, "IGAD", "Instagram Ad"),
    (37, "LIAD", "LinkedIn Ad"),
    (38, "TWAD", "Twitter Ad"),
    (41, "OTHER", "Other"),
)
"""Leads API, "Available sources": id, code, name. "New sources might be added in the future.\""""

SCHEMES = (
    ("shared-ownership", "Shared ownership"),
    ("help-to-buy", "Help to Buy"),
    ("first-dibs", "First Dibs"),
    ("discounted-market-sale", "Discounted market sale"),
    ("private-sale", "Private sale"),
    ("london-living-rent", "London living rent"),
    ("discount-market-rent", "Discounted market rent"),
    ("rent-to-buy", "Rent to Buy (Outside London)"),
    ("private-rent", "Private rent"),
)
"""Leads API, "Schemes list"."""

ENQUIRY_TYPES = (
    ("general", "General"),
    ("new-build", "New build"),
    ("resale", "Resale"),
    ("staircasing", "Staircasing"),
    ("selling-my-home", "Selling my home"),
)
"""Leads API, "Enquiry types"."""

ELIGIBILITY = (
    ("passed", "Passed"),
    ("considered", "Considered"),
    ("incomplete", "Incomplete"),
    ("not-checked", "Not checked"),
    ("failed", "Failed"),
)
"""Leads API, "Export payload", eligibilityStatus. The filter's list leaves out ``not-checked``."""

HOME_OWNERSHIP = (
    (1, "First time buyer"),
    (2, "Do not own a property at the moment"),
    (3, "Own a property but it is currently in a selling process"),
    (4, "Own one or more properties"),
)
"""Leads API, "Possible home ownership status values"."""

LIVING = (
    (1, "Renting privately"),
    (2, "London living rent"),
    (3, "Home owner"),
    (4, "Housing benefits"),
    (5, "Council tenant"),
    (6, "Living in armed forces accommodation"),
    (7, "A housing association tenant"),
    (8, "Living with friends or family"),
)
"""Leads API, "Living Circumstances"."""

WORKING = (
    (1, "Not working - disabled"),
    (2, "Not working - Looking after children"),
    (3, "Not working - retired"),
    (4, "Other"),
    (5, "Student"),
    (6, "Unemployed"),
    (7, "Working full time"),
    (8, "Working part-time"),
    (9, "Self employed"),
)
"""Leads API, "Working Circumstances"."""


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class Named(_Wire):
    """An object with an id, sometimes a code, and a name."""

    code: Annotated[str | None, Privacy.PUBLIC] = None
    name: Annotated[str | None, Privacy.PUBLIC] = None


class Development(_Wire):
    """ "Development details"."""

    name: Annotated[str | None, Privacy.PUBLIC] = None
    building: Annotated[str | None, Privacy.PUBLIC] = None
    street: Annotated[str | None, Privacy.PUBLIC] = None
    postcode: Annotated[str | None, Privacy.PUBLIC] = None
    town: Annotated[str | None, Privacy.PUBLIC] = None


class Listing(_Wire):
    """ "Listing details"."""

    name: Annotated[str | None, Privacy.PUBLIC] = None
    availabilityStatus: Annotated[str | None, Privacy.PUBLIC] = None
    schemeGroup: Annotated[str | None, Privacy.PUBLIC] = None
    schemes: Annotated[list[str] | None, Privacy.PUBLIC] = None
    development: Annotated[Development | None, Privacy.PUBLIC] = Field(default=None, validation_alias="Development")


class Property(_Wire):
    """ "Property details"."""

    propertyNumber: Annotated[str | None, Privacy.PUBLIC] = None
    name: Annotated[str | None, Privacy.PUBLIC] = None
    bedrooms: Annotated[str | None, Privacy.PUBLIC] = None


class WireLead(_Wire):
    """One lead of "Export payload", less the sensitive fields. Everything but the id may be missing."""

    id: Annotated[str, Privacy.PUBLIC]
    externalRef: Annotated[str | None, Privacy.PUBLIC] = None
    housingProvider: Annotated[Named | None, Privacy.PUBLIC] = None
    listing: Annotated[Listing | None, Privacy.PUBLIC] = None
    development: Annotated[Development | None, Privacy.PUBLIC] = None
    property: Annotated[Property | None, Privacy.PUBLIC] = None
    site: Annotated[Named | None, Privacy.PUBLIC] = None
    source: Annotated[Named | None, Privacy.PUBLIC] = None
    eligibilityStatus: Annotated[str | None, Privacy.PUBLIC] = None
    customerId: Annotated[str | None, Privacy.PUBLIC] = None
    email: Annotated[str | None, Privacy.CONTACT] = None
    title: Annotated[str | None, Privacy.CONTACT] = None
    firstName: Annotated[str | None, Privacy.PUBLIC] = None
    lastName: Annotated[str | None, Privacy.CONTACT] = None
    fullName: Annotated[str | None, Privacy.CONTACT] = None
    phone: Annotated[str | None, Privacy.CONTACT] = None
    homeAddress: Annotated[str | None, Privacy.CONTACT] = None
    homePostcode: Annotated[str | None, Privacy.CONTACT] = None
    homeLocalAuthority: Annotated[Any, Privacy.CONTACT] = None
    buyingInterestPeriod: Annotated[Named | None, Privacy.PUBLIC] = None
    additionalInfo: Annotated[str | None, Privacy.CONTACT] = None
    hearAboutUs: Annotated[str | None, Privacy.CONTACT] = None
    enquiryType: Annotated[str | None, Privacy.PUBLIC] = None
    updatedAt: Annotated[str | None, Privacy.PUBLIC] = None
    createdAt: Annotated[str | None, Privacy.PUBLIC] = None


READ_FIELDS = frozenset(WireLead.model_fields)
"""Top-level fields of a lead that may leave the client."""

# ---------------------------------------------------------------------------------------- Get leads

_MOMENT = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2})?$"),
    AfterValidator(lambda text: text.replace("T", " ")),  # the API knows the form with a space only
]
_OPERATORS = {
    "": "equal to",
    "not": "not equal to",
    "gt": "greater than",
    "lt": "less than",
    "gte": "greater than or equal to",
    "lte": "less than or equal to",
    "ltt": "before the end of that day",
    "in": "one of",
    "notin": "none of",
}
_ORDERED = ("", "not", "gt", "lt", "gte", "lte", "ltt", "in", "notin")
_EQUAL = ("", "not", "in", "notin")
_FILTERED = tuple(e for e in ELIGIBILITY if e[0] != "not-checked")
"""The values that "Filtering" lists; the export has one more."""
_FILTERS: tuple[tuple[str, Any, tuple[str, ...], str], ...] = (
    ("createdAt", _MOMENT, _ORDERED, "Created (UTC, YYYY-MM-DD or YYYY-MM-DD HH:mm)"),
    ("eligibilityStatus", Annotated[str, Choices(_FILTERED)], _EQUAL, "Eligibility"),
    (
        "site.id",
        Annotated[int, Choices(tuple((i, n) for i, _, n in SOURCES))],
        tuple(o for o in _ORDERED if o != "ltt"),
        "Site (number)",
    ),
    ("site.code", Annotated[str, Choices(tuple((c, n) for _, c, n in SOURCES))], _EQUAL, "Site (code)"),
    ("site.name", str, _EQUAL, "Site (name)"),
)
"""Leads API, "Filtering": each field, its type, the operators that fit it, and its title."""


def _filter_fields() -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, kind, operators, title in _FILTERS:
        for operator in operators:
            alias = f"{name}.{operator}" if operator else name
            taken = GenericAlias(list, (kind,)) if operator in ("in", "notin") else kind
            fields[re.sub(r"\W", "_", alias)] = (
                Annotated[taken | None, Group(title)],
                Field(default=None, alias=alias, title=f"{title}: {_OPERATORS[operator]}"),
            )
        for alias, words in ((f"{name}[]", "one of (brackets)"), (f"{name}.not[]", "none of (brackets)")):
            fields[re.sub(r"\W+", "_", alias) + "list"] = (
                Annotated[GenericAlias(list, (kind,)) | None, Group(title)],
                Field(default=None, alias=alias, title=f"{title}: {words}"),
            )
    return fields


class _Paging(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_by_name=True, validate_by_alias=True)

    sort: Annotated[str, StringConstraints(pattern=r"^-?[A-Za-z.]+(,-?[A-Za-z.]+)*$")] | None = Field(
        default=None,
        title="Sort by",
        description="Fields separated by commas, a minus in front for descending: -site.id,-createdAt",
    )
    page: int | None = Field(default=None, ge=1, title="Page")
    size: int | None = Field(default=None, ge=1, le=1000, title="Leads a page", description="100 unless told.")


GetLeads: type[_Paging] = create_model("GetLeads", __base__=_Paging, **_filter_fields())
"""Query parameters of "Get leads": every filter field with every operator, bracket forms, sort and page."""

# ----------------------------------------------------------------------------------- Importing leads

_POSTCODE = re.compile(r"^(GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})$")


def _uk_postcode(value: str | None) -> str | None:
    """Upper case with one space; the shape is of BS 7666 as the UK government publishes it."""
    if value is None or not value.strip():
        return None
    tidy = re.sub(r"\s+", "", value.upper())
    tidy = f"{tidy[:-3]} {tidy[-3:]}"
    if not _POSTCODE.match(tidy):
        raise ValueError("is not a UK postcode; write it like NW11 7HB")
    return tidy


Postcode = Annotated[str | None, AfterValidator(_uk_postcode)]
_Sensitive = Privacy.SENSITIVE


class ImportLead(BaseModel):
    """One lead of "Import payload". Only the e-mail address is mandatory; fields left out are not sent."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    email: EmailStr = Field(title="E-mail")
    firstName: str | None = Field(default=None, title="Given names")
    lastName: str | None = Field(default=None, title="Family name")
    title: str | None = Field(default=None, title="Title", description="Mr, Ms, Dr…")
    phone: str | None = Field(default=None, title="Phone")
    siteId: Annotated[int, Choices(tuple((i, n) for i, _, n in SOURCES))] | None = Field(default=None, title="Source")
    enquiryType: Annotated[str, Choices(ENQUIRY_TYPES)] | None = Field(default=None, title="Enquiry type")
    bedrooms: list[int] | None = Field(
        default=None, title="Bedrooms wanted", description="Numbers separated by commas: 2, 3"
    )
    additionalInfo: Annotated[str, Long()] | None = Field(default=None, title="Additional information")
    listingId: int | None = Field(default=None, title="Listing (KPro's number)")
    listingExternalRef: str | None = Field(default=None, title="Listing (your reference)")
    propertyId: int | None = Field(default=None, title="Property (KPro's number)")
    propertyExternalRef: str | None = Field(default=None, title="Property (your reference)")
    developmentId: int | None = Field(
        default=None,
        title="Development (KPro's number)",
        description="Only useful without a listing and a property.",
    )
    homeAddress: str | None = Field(default=None, title="Home address")
    homePostcode: Postcode = Field(default=None, title="Home postcode")
    hearAboutUs: str | None = Field(default=None, title="How they heard about us")
    externalRef: Annotated[str, StringConstraints(max_length=255)] | int | None = Field(
        default=None,
        title="Your reference",
        description="Keeps the same lead from being added twice. Made for you when empty.",
    )
    sendEmailConfirmation: bool = Field(
        default=False,
        title="Confirmation",
        description="Send the customer an e-mail on behalf of the housing provider",
    )
    dateOfBirth: Annotated[date | None, _Sensitive] = Field(default=None, title="Date of birth")
    annualHouseholdIncome: Annotated[float | None, _Sensitive] = Field(
        default=None, ge=0, title="Annual household income (£)"
    )
    deposit: Annotated[float | None, _Sensitive] = Field(default=None, ge=0, title="Deposit or savings (£)")
    livingCircumstance: Annotated[int | None, Choices(LIVING), _Sensitive] = Field(
        default=None, ge=1, le=8, title="Living circumstance"
    )
    dependants: Annotated[int | None, _Sensitive] = Field(default=None, ge=0, title="Dependants")
    workingCircumstance: Annotated[int | None, Choices(WORKING), _Sensitive] = Field(
        default=None, ge=1, le=9, title="Working circumstance"
    )
    workPostcode: Annotated[Postcode, _Sensitive] = Field(default=None, title="Work postcode")
    workAddress: Annotated[str | None, _Sensitive] = Field(default=None, title="Work address")
    occupation: Annotated[str | None, _Sensitive] = Field(default=None, title="Occupation")
    employerName: Annotated[str | None, _Sensitive] = Field(default=None, title="Employer")
    armedForcesMember: Annotated[bool | None, _Sensitive] = Field(default=None, title="Member of the armed forces")
    keyworker: Annotated[bool | None, _Sensitive] = Field(default=None, title="Key worker")
    hasDisability: Annotated[bool | None, _Sensitive] = Field(default=None, title="Has a disability")
    housingWaitingList: Annotated[bool | None, _Sensitive] = Field(default=None, title="On the council waiting list")
    firstTimeBuyer: Annotated[bool | None, _Sensitive] = Field(default=None, title="First time buyer")
    homeOwnershipStatus: Annotated[int | None, Choices(HOME_OWNERSHIP), _Sensitive] = Field(
        default=None, ge=1, le=4, title="Home ownership"
    )
    eligibleCitizen: Annotated[bool | None, _Sensitive] = Field(
        default=None, title="British, EU/EEA citizen or indefinite leave to remain"
    )


class ImportLeads(BaseModel):
    """Body of "Importing leads"."""

    model_config = ConfigDict(extra="forbid")

    data: list[ImportLead] = Field(min_length=1, title="Leads")
