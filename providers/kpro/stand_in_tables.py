"""The tables of KPro's "Leads API" page, as the stand-in serves and checks them.

Written from https://docs.app.kpro.co/guide/kpro-api/leads-api.html; the section is named beside each table. The
client has its own copy on purpose: a mistake in one is found by the other.
"""

from __future__ import annotations

from typing import Final

LEADS_PATH: Final = "/api/bulk/open/leads"

LEAD_FIELDS: Final[dict[str, bool]] = {
    "id": False,
    "externalRef": True,
    "housingProvider": False,
    "listing": True,
    "development": True,
    "property": True,
    "site": False,
    "source": True,
    "eligibilityStatus": False,
    "customerId": False,
    "email": False,
    "title": True,
    "firstName": True,
    "lastName": True,
    "fullName": True,
    "phone": True,
    "dateOfBirth": True,
    "livingCircumstance": True,
    "homeAddress": True,
    "homePostcode": True,
    "homeLocalAuthority": True,
    "workingCircumstance": True,
    "workAddress": True,
    "workPostcode": True,
    "workLocalAuthority": True,
    "occupation": True,
    "employerName": True,
    "annualHouseholdIncome": True,
    "deposit": True,
    "dependants": True,
    "eligibleCitizen": True,
    "firstTimeBuyer": True,
    "homeOwnershipStatus": True,
    "armedForcesMember": True,
    "hasDisability": True,
    "keyworker": True,
    "housingWaitingList": True,
    "buyingInterestPeriod": True,
    "additionalInfo": True,
    "hearAboutUs": True,
    "enquiryType": True,
    "updatedAt": False,
    "createdAt": False,
}
"""Every field of a lead and whether it may be null (section "Export payload")."""

LISTING_FIELDS: Final[dict[str, bool]] = {
    "id": False,
    "externalRef": True,
    "name": False,
    "availabilityStatus": False,
    "schemeGroup": False,
    "schemes": False,
    "Development": True,
}
"""Fields of a listing (section "Listing details"; the capital of ``Development`` is the document's)."""

DEVELOPMENT_FIELDS: Final[dict[str, bool]] = {
    "id": False,
    "externalRef": True,
    "name": False,
    "building": True,
    "street": True,
    "postcode": False,
    "town": True,
}
"""Fields of a development (section "Development details")."""

PROPERTY_FIELDS: Final[dict[str, bool]] = {
    "id": False,
    "externalRef": True,
    "propertyNumber": True,
    "name": True,
    "newBuild": False,
    "bedrooms": False,
    "bathrooms": False,
}
"""Fields of a property (section "Property details")."""

SITES: Final[dict[int, tuple[str, str]]] = {
    1: ("KZ", "Keaze"),
    2: ("HFL", "Homes For Londoners"),
    3: ("ZPL", "Zoopla"),
    4: ("RM", "Rightmove"),
    5: ("STB", "Share to Buy"),
    6: ("API", "KPro Marketing API"),
    7: ("NHFS", "New Homes For Sale"),
    8: ("FC", "Full Circle"),
    14: ("HTBS", "Help To Buy Agent 3"),
    17: ("99H", "99home"),
    20: ("OTM", "On The Market"),
    22: ("HTB2", "Help To Buy Agent 2"),
    30: ("EA", "Estate Agent"),
    32: ("TEL", "Telephone"),
    33: ("EMAIL", "Email"),
    34: ("WALK", "Walk In"),
    35: ("FBAD", "Facebook Ad"),
    36: ("IGAD", "Instagram Ad"),
    37: ("LIAD", "LinkedIn Ad"),
    38: ("TWAD", "Twitter Ad"),
    41: ("OTHER", "Other"),
}
"""Id to code and name (section "Available sources")."""

API_SITE: Final = 6
"""The source of a lead that was imported without ``siteId``."""

SCHEMES: Final[dict[str, str]] = {
    "shared-ownership": "Shared ownership",
    "help-to-buy": "Help to Buy",
    "first-dibs": "First Dibs",
    "discounted-market-sale": "Discounted market sale",
    "private-sale": "Private sale",
    "london-living-rent": "London living rent",
    "discount-market-rent": "Discounted market rent",
    "rent-to-buy": "Rent to Buy (Outside London)",
    "private-rent": "Private rent",
}
"""Code to name (section "Schemes list")."""

LIVING_CIRCUMSTANCES: Final[dict[int, str]] = {
    1: "Renting privately",
    2: "London living rent",
    3: "Home owner",
    4: "Housing benefits",
    5: "Council tenant",
    6: "Living in armed forces accommodation",
    7: "A housing association tenant",
    8: "Living with friends or family",
}
"""Section "Living Circumstances"."""

WORKING_CIRCUMSTANCES: Final[dict[int, str]] = {
    1: "Not working - disabled",
    2: "Not working - Looking after children",
    3: "Not working - retired",
    4: "Other",
    5: "Student",
    6: "Unemployed",
    7: "Working full time",
    8: "Working part-time",
    9: "Self employed",
}
"""Section "Working Circumstances"."""

BUYING_INTEREST_PERIODS: Final[dict[int, str]] = {
    1: "As soon as possible",
    2: "Within 3 months",
    3: "Within 6 months",
    4: "Within 12 months",
    5: "Just looking",
}
"""The document says "id and name" and publishes no list: these are the stand-in's own."""

ENQUIRY_TYPES: Final = ("general", "new-build", "resale", "staircasing", "selling-my-home")
"""Section "Enquiry types"."""

ELIGIBILITY_STATUSES: Final = ("passed", "considered", "incomplete", "not-checked", "failed")
"""What a lead may carry (section "Export payload")."""

FILTERABLE_ELIGIBILITY: Final = ("passed", "considered", "incomplete", "failed")
"""What may be filtered by (section "Filtering"): ``not-checked`` is not among them."""

HOME_OWNERSHIP_STATUSES: Final = (1, 2, 3, 4)
"""Section "Possible home ownership status values"."""


def site_of(site_id: int) -> dict[str, int | str]:
    """The ``site`` object of a lead for an id of the table."""
    code, name = SITES[site_id]
    return {"id": site_id, "code": code, "name": name}
