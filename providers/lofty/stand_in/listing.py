"""Homes for sale (section 5.15)."""

from __future__ import annotations

from typing import Any, Final
from xml.sax.saxutils import escape

from providers.lofty.stand_in.account import Account, Call, Json, Raw
from providers.lofty.stand_in.refusals import USER_NOT_EXIST, Refused, invalid

MOST: Final = 1000
HOMES: Final = (
    ("TX-1001", "1402 Pecan Grove Cir", "Round Rock", "TX", "78664", 419_900, 3, 2.0),
    ("TX-1002", "88 Barton Springs Road #12", "Austin", "TX", "78704", 565_000, 2, 2.0),
    ("TX-1003", "2210 Old Mill Trail", "Austin", "TX", "78745", 489_500, 4, 2.5),
)
"""Listing id, street, city, state, ZIP code, price in dollars, bedrooms, bathrooms."""
_TARGETS: Final = (
    *("agentListings", "officeListings", "listingId", "soldListingId", "mlsListingIds", "buildingName"),
    *("buildingAddress", "userId", "street"),
)


def search_listings(account: Account, call: Call) -> Any:
    """Homes of an agent or an office, or by MLS number or address."""
    query = call.query
    if not 0 < query.get("limit", 1) <= MOST:
        raise invalid("limit", "LISTING_LIMIT_NOT_VALID")
    if not any(query.get(name) for name in _TARGETS):
        raise invalid("agentListings", "or another target must be given")
    if query.get("userId") is not None and account.member(query["userId"]) is None:
        raise Refused(404, USER_NOT_EXIST, "USER_NOT_EXIST", field="userId")
    if query.get("listingId") and query.get("soldListingId"):
        return {"code": 20012, "message": "listingId and soldListingId cannot be given together"}  # a 200, so it says
    wanted = {one for name in ("listingId", "mlsListingIds") for one in (query.get(name) or "").split(",") if one}
    street = (query.get("street") or query.get("buildingAddress") or "").lower()
    found = [home for home in map(_home, HOMES) if not wanted or home["mlsListingId"] in wanted]
    found = [home for home in found if street in home["listingStreetName"].lower()]
    if query.get("soldListingId") or query.get("buildingName"):
        found = []
    limit = query.get("limit", 25)
    meta = {"collection": "listings", "limit": limit, "total": len(found), "activeTotal": len(found), "soldTotal": 0}
    meta |= {"nextPageKey": None, "soldNextPageKey": None}
    return {"listIng": {"listings": found[:limit]}, "soldListing": {"listings": []}, "_listingMetadata": meta}


def published_listings(_: Account, call: Call) -> Any:
    """A feed for other websites: XML."""
    rows = "".join(
        f'<Listing id="{escape(number)}"><Street>{escape(street)}</Street><City>{city}</City><State>{state}</State>'
        f"<Zip>{code}</Zip><Price>{price}</Price></Listing>"
        for number, street, city, state, code, price, _, _ in HOMES
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?><Listings type="{call.query["type"]}">{rows}</Listings>'
    return Raw(text.encode(), "application/xml")


def _home(facts: tuple[Any, ...]) -> Json:
    number, street, city, state, code, price, beds, baths = facts
    return {
        "listingId": f"L{number}",
        "mlsListingId": number,
        "listingStreetName": street,
        "listingCity": city,
        "listingState": state,
        "listingZipcode": [code],
        "price": str(price),
        "beds": beds,
        "baths": baths,
        "listingStatus": "Active",
    }
