"""Leads that look like Groupe SeLoger's.

The document prints the three parts of a lead and none of their members; those here are of AVIV Group's "Seeker Leads",
with a property beside them. The client has its own idea of them on purpose.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from providers.seloger.stand_in import people

Json = dict[str, Any]
LISTS: Final = ("classified", "agency", "seller", "property-search")
CODES: Final = {
    "classified": "CLASSIFIED",
    "agency": "AGENCY",
    "seller": "SELLER",
    "property-search": "PROPERTY_SEARCH",
}
PORTALS: Final = ("SLG-FRA", "SLG-FRA", "SLG-FRA", "LIM-FRA", "BDS-FRA", "MAG-FRA")
_THREE_YEARS: Final = 3 * 365 * 86_400
_META: Final = ("leadId", "processedTime", "portalCode", "category", "distributionType", "ttl")
_AD: Final = ("classifiedId", "offererEstateId", "offererMarketingKey")
_PROPERTY: Final = ("propertyType", "rooms", "surface", "city", "postalCode", "price")
_CONTACT: Final = ("firstName", "lastName", "name", "message", "gender", "language", "email", "phoneNumbers")
FIELDS: Final = frozenset(
    (*_META, *_AD, *_PROPERTY, *_CONTACT, "contactRequest", "estimation", "phone", "created_at", "lists")
)
"""What a lead may be given."""
_DISTINCT: Final = 3000
"""In a long history contents come again with other ids."""


class LeadSample:
    """Draws leads, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._contacts: list[Json] = []
        self._homes: list[Json] = []

    def draw(self, now: datetime, given: Mapping[str, Any]) -> tuple[Json, tuple[str, ...]]:
        """A lead, and the category lists that it is in. ValueError for a field that leads do not have."""
        if unknown := given.keys() - FIELDS:
            raise ValueError(f"A lead has no field {', '.join(sorted(unknown))}")
        rng = self._rng
        code = given.get("category") or rng.choices(tuple(CODES.values()), (70, 12, 10, 8))[0]
        own = next((name for name, value in CODES.items() if value == code), None)
        lists = tuple(given.get("lists", (own,) if own else ()))
        seller = code == "SELLER"
        at = given.get("created_at") or now
        if not isinstance(at, datetime) or at.tzinfo is None:
            raise ValueError("created_at is an aware datetime")
        meta: Json = {
            "leadId": str(UUID(int=rng.getrandbits(128), version=4)),
            "processedTime": int(at.timestamp()),
            "portalCode": rng.choice(PORTALS),
            "category": code,
            "distributionType": "SELLER" if seller else rng.choices(("BUYER", "TENANT", "LANDLORD"), (70, 25, 5))[0],
            "ttl": _THREE_YEARS,
            "property": None if seller or code == "AGENCY" else self._home(),
        }
        contact = self._contact()
        estimation = people.estimation(rng) if seller else None
        self._give(meta, contact, given)
        lead = {"leadMetaInfos": meta, "contactRequest": contact, "estimation": estimation}
        lead |= {name: given[name] for name in ("contactRequest", "estimation") if name in given}
        return lead, lists

    @staticmethod
    def _give(meta: Json, contact: Json, given: Mapping[str, Any]) -> None:
        """Put given fields where they belong."""
        meta.update((name, given[name]) for name in _META if name in given)
        about = {name: given[name] for name in (*_AD, *_PROPERTY) if name in given}
        if about:
            meta["property"] = (meta["property"] or {}) | about
        contact.update((name, given[name]) for name in _CONTACT if name in given)
        if given.keys() & {"firstName", "lastName"} and "name" not in given:
            contact["name"] = " ".join(filter(None, (contact["firstName"], contact["lastName"]))) or None
        if "phone" in given:
            number = given["phone"]
            contact["phoneNumbers"] = [{"type": "MOBILE", "number": number, "verified": True}] if number else []

    def moments(self, count: int, days: int, now: datetime) -> list[datetime]:
        """``count`` times of the last ``days`` days, oldest first, few of them at night."""
        end = int(now.timestamp())
        found: list[int] = []
        while len(found) < count:
            stamp = end - 1 - int(self._rng.random() * days * 86_400)
            if 6 <= stamp % 86_400 // 3600 < 22 or self._rng.random() < 0.15:
                found.append(stamp)
        return [datetime.fromtimestamp(stamp, UTC) for stamp in sorted(found)]

    def _contact(self) -> Json:
        if len(self._contacts) < _DISTINCT:
            self._contacts.append(people.person(self._rng))
            return dict(self._contacts[-1])
        return dict(self._rng.choice(self._contacts))

    def _home(self) -> Json:
        if len(self._homes) < _DISTINCT:
            rng = self._rng
            number = rng.randrange(100_000_000, 260_000_000)
            self._homes.append(
                {
                    "classifiedId": number,
                    "offererEstateId": f"E-{number % 100_000}",
                    "offererMarketingKey": f"{rng.choice('ABLV')}{number % 10_000:04d}",
                    **people.home(rng),
                }
            )
            return dict(self._homes[-1])
        return dict(self._rng.choice(self._homes))
