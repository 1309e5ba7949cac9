"""Leads that look like KPro's: every field of the document, every nullable one null now and then."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, Literal

from providers.kpro.stand_in_inventory import Inventory
from providers.kpro.stand_in_people import (
    HEARD,
    QUESTIONS,
    draw_email,
    draw_job,
    draw_name,
    draw_phone,
    draw_place,
    pick,
)
from providers.kpro.stand_in_store import atom
from providers.kpro.stand_in_tables import (
    API_SITE,
    BUYING_INTEREST_PERIODS,
    ELIGIBILITY_STATUSES,
    ENQUIRY_TYPES,
    LEAD_FIELDS,
    LIVING_CIRCUMSTANCES,
    SITES,
    WORKING_CIRCUMSTANCES,
    site_of,
)

AuthorityShape = Literal["string", "object"]
"""The field table calls a local authority a string; a section "Local authority details" describes an object."""

_OTHER_SITE: Final = 41
_SITE_IDS: Final = tuple(SITES)
_EMPLOYED: Final = (7, 8, 9)
_COMMON_SITES: Final = (3, 4, 5, 1, 2, 20, 35, 36)
_CUSTOM_SOURCES: Final = ("Hoarding on the A406", "Open day, spring", "Leaflet drop", "Key worker fair")
_PERSON: Final = ("customerId", "email", "title", "firstName", "lastName", "fullName", "phone", "dateOfBirth")
_OLDEST_BIRTH: Final = date(1952, 1, 1).toordinal()
_RETURNING: Final = 0.08
_REMEMBERED_PEOPLE: Final = 200
_DISTINCT_CIRCUMSTANCES: Final = 2000


class LeadSample:
    """Draws leads, the same ones for the same seed, and knows the customers that have been drawn or imported."""

    def __init__(self, inventory: Inventory, seed: int, authority: AuthorityShape) -> None:
        self._inventory = inventory
        self._rng = random.Random(seed)
        self._whole_authority = authority == "object"
        self._listings = tuple(inventory.listings.values())
        self._offers = {key: inventory.properties_of(key) for key in inventory.listings}
        self._developments = tuple(inventory.developments.values())
        self._customers: dict[str, int] = {}
        self._drawn_circumstances: list[dict[str, Any]] = []
        self._people: deque[dict[str, Any]] = deque(maxlen=_REMEMBERED_PEOPLE)
        self._next_lead = 51_200
        self._next_customer = 8_800

    def draw(self, created: str, updated: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """A lead of two ATOM times, with random values where `given` (by the API's field names) has none.

        ValueError for a name that the document does not have.
        """
        unknown = given.keys() - LEAD_FIELDS.keys()
        if unknown:
            raise ValueError(f"KPro's leads have no field {', '.join(sorted(unknown))}")
        lead = self._enquiry() | self._person(given) | self._circumstances()
        lead["createdAt"], lead["updatedAt"] = created, updated
        lead.update(given)
        return self._number(lead, given)

    def imported(self, entry: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """The lead that an accepted entry of a POST becomes."""
        lead: dict[str, Any] = dict.fromkeys(LEAD_FIELDS)
        lead.update((name, value) for name, value in entry.items() if name in LEAD_FIELDS)
        reference = entry.get("externalRef")
        lead["externalRef"] = None if reference is None else str(reference)
        lead["housingProvider"] = self._inventory.housing_provider
        lead["site"] = site_of(API_SITE if entry.get("siteId") is None else entry["siteId"])
        lead["eligibilityStatus"] = "not-checked"
        lead["fullName"] = _full_name(lead["firstName"], lead["lastName"])
        lead["livingCircumstance"] = _named(LIVING_CIRCUMSTANCES, entry.get("livingCircumstance"))
        lead["workingCircumstance"] = _named(WORKING_CIRCUMSTANCES, entry.get("workingCircumstance"))
        lead["createdAt"] = lead["updatedAt"] = atom(now)
        self._place(lead, entry)
        return self._number(lead, {})

    def moments(self, count: int, days: int, now: datetime) -> list[datetime]:
        """`count` times of the last `days` days, oldest first, few of them at night."""
        end = int(now.timestamp())
        found: list[int] = []
        while len(found) < count:
            stamp = end - int(self._rng.random() * days * 86_400)
            if 6 <= stamp % 86_400 // 3600 < 23 or self._rng.random() < 0.15:
                found.append(stamp)
        return [datetime.fromtimestamp(stamp, UTC) for stamp in sorted(found)]

    def later(self, created: datetime, now: datetime) -> datetime:
        """When a lead of the past was updated: often at once, never after `now`."""
        if self._rng.random() < 0.6:
            return created
        return min(now, datetime.fromtimestamp(created.timestamp() + self._rng.expovariate(1 / 200_000), UTC))

    def _enquiry(self) -> dict[str, Any]:
        rng, inventory = self._rng, self._inventory
        listing = self._maybe(0.88, pick(rng, self._listings))
        offered = self._offers[listing["id"]] if listing else []
        development = listing["Development"] if listing else None
        if listing is None and rng.random() < 0.4:
            development = pick(rng, self._developments)
        custom = rng.random() < 0.06
        site = _OTHER_SITE if custom else pick(rng, _COMMON_SITES if rng.random() < 0.7 else _SITE_IDS)
        number = rng.randrange(len(_CUSTOM_SOURCES))
        return {
            "externalRef": f"I{rng.randint(10_000, 99_999_999)}" if site == API_SITE else None,
            "housingProvider": inventory.housing_provider,
            "listing": listing,
            "development": development,
            "property": pick(rng, offered) if offered and rng.random() < 0.55 else None,
            "site": site_of(site),
            "source": {"id": 500 + number, "name": _CUSTOM_SOURCES[number]} if custom else None,
            "eligibilityStatus": rng.choices(ELIGIBILITY_STATUSES, (45, 15, 22, 10, 8))[0],
        }

    def _person(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A customer: a new one, or now and then one who has asked before (nothing about them being given)."""
        rng = self._rng
        if self._people and rng.random() < _RETURNING and not given.keys() & set(_PERSON):
            return dict(pick(rng, self._people))
        title, first, last = draw_name(rng)
        person: dict[str, Any] = {
            "customerId": None,
            "email": "",
            "title": self._maybe(0.8, title),
            "firstName": self._maybe(0.97, first),
            "lastName": self._maybe(0.95, last),
            "fullName": None,
            "phone": self._maybe(0.9, draw_phone(rng)),
            "dateOfBirth": self._maybe(0.6, _birth_date(rng)),
        }
        person.update((name, given[name]) for name in _PERSON if name in given)
        if "fullName" not in given:
            person["fullName"] = _full_name(person["firstName"], person["lastName"])
        if "email" not in given:
            person["email"] = draw_email(rng, person["firstName"], person["lastName"], self._customers)
        if person["customerId"] is None:
            person["customerId"] = self._customer(person["email"])
        self._people.append(person)
        return dict(person)

    def _circumstances(self) -> dict[str, Any]:
        """Home, work, money and the question asked; in a long history they come again with other customers."""
        known = self._drawn_circumstances
        if len(known) < _DISTINCT_CIRCUMSTANCES:
            known.append(self._draw_circumstances())
            return known[-1]
        return pick(self._rng, known)

    def _draw_circumstances(self) -> dict[str, Any]:
        rng, maybe = self._rng, self._maybe
        home, home_code, home_authority = draw_place(rng, whole_authority=self._whole_authority)
        work, work_code, work_authority = draw_place(rng, whole_authority=self._whole_authority)
        job, employer = draw_job(rng)
        working = pick(rng, (7, 7, 7, 7, 7, 7, 8, 8, 9, 1, 2, 3, 4, 5, 6))
        employed = working in _EMPLOYED and rng.random() < 0.8
        return {
            "livingCircumstance": maybe(0.7, _named(LIVING_CIRCUMSTANCES, rng.randint(1, 8))),
            "homeAddress": maybe(0.5, home),
            "homePostcode": maybe(0.75, home_code),
            "homeLocalAuthority": maybe(0.7, home_authority),
            "workingCircumstance": maybe(0.7, _named(WORKING_CIRCUMSTANCES, working)),
            "workAddress": maybe(0.5, work) if employed else None,
            "workPostcode": maybe(0.7, work_code) if employed else None,
            "workLocalAuthority": maybe(0.6, work_authority) if employed else None,
            "occupation": job if employed else None,
            "employerName": employer if employed else None,
            "annualHouseholdIncome": maybe(0.7, pick(rng, (1000, 1000, 1000, 987.5)) * rng.randint(18, 90)),
            "deposit": maybe(0.65, rng.randint(0, 60) * 500),
            "dependants": maybe(0.6, pick(rng, (0, 0, 0, 1, 2, 3))),
            "eligibleCitizen": maybe(0.7, rng.random() < 0.93),
            "firstTimeBuyer": maybe(0.75, rng.random() < 0.7),
            "homeOwnershipStatus": maybe(0.6, pick(rng, (1, 1, 1, 2, 2, 3, 4))),
            "armedForcesMember": maybe(0.6, rng.random() < 0.04),
            "hasDisability": maybe(0.4, rng.random() < 0.08),
            "keyworker": maybe(0.6, rng.random() < 0.2),
            "housingWaitingList": maybe(0.5, rng.random() < 0.15),
            "buyingInterestPeriod": maybe(0.5, _named(BUYING_INTEREST_PERIODS, rng.randint(1, 5))),
            "additionalInfo": maybe(0.45, pick(rng, QUESTIONS)),
            "hearAboutUs": maybe(0.4, pick(rng, HEARD)),
            "enquiryType": maybe(0.8, rng.choices(ENQUIRY_TYPES, (40, 35, 15, 6, 4))[0]),
        }

    def _place(self, lead: dict[str, Any], entry: Mapping[str, Any]) -> None:
        """Listing, property and development of an import: ids before references, the rest from what was found."""
        inventory = self._inventory
        found = inventory.properties.get(entry.get("propertyId") or 0)
        if found is None and entry.get("propertyExternalRef") is not None:
            found = inventory.property_by_reference(entry["propertyExternalRef"])
        listing = inventory.listings.get(entry.get("listingId") or 0)
        if listing is None and entry.get("listingExternalRef") is not None:
            listing = inventory.listing_by_reference(entry["listingExternalRef"])
        if listing is None and found is not None:
            listing = inventory.listings[inventory.listing_of_property[found["id"]]]
        lead["listing"], lead["property"] = listing, found
        if listing is not None:
            lead["development"] = listing["Development"]
        else:
            lead["development"] = inventory.developments.get(entry.get("developmentId") or 0)

    def _number(self, lead: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """Give the lead its id and customer, and put its fields in the document's order."""
        if given.get("id") is None:
            lead["id"] = self._next_lead
        self._next_lead = max(self._next_lead, lead["id"]) + 1
        if lead["customerId"] is None:
            lead["customerId"] = self._customer(lead["email"])
        return {name: lead[name] for name in LEAD_FIELDS}

    def _customer(self, email: str) -> int:
        """The customer with that address: "the same customer can have multiple enquiries"."""
        if email not in self._customers:
            self._next_customer += 1
            self._customers[email] = self._next_customer
        return self._customers[email]

    def _maybe(self, chance: float, value: Any) -> Any:
        return value if self._rng.random() < chance else None


def _named(table: Mapping[int, str], key: int | None) -> dict[str, Any] | None:
    return None if key is None else {"id": key, "name": table[key]}


def _birth_date(rng: random.Random) -> str:
    return date.fromordinal(_OLDEST_BIRTH + int(rng.random() * 20_000)).isoformat()


def _full_name(first: str | None, last: str | None) -> str | None:
    return " ".join(part for part in (first, last) if part) or None
