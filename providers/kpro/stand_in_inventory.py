"""What the stand-in's housing provider sells and lets: developments, listings and properties.

The shapes are those of the sections "Housing provider details", "Listing details", "Development details" and
"Property details" of https://docs.app.kpro.co/guide/kpro-api/leads-api.html. Everything here is invented; the
external references L-34523 and P-67932 are those of the document's example of an import.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from providers.kpro.stand_in_tables import SCHEMES

_DEVELOPMENTS: Final = (
    # id, reference, name, building, street, postcode, town
    (201, "D-101", "Albion Wharf", "Cooper House", "Fish Island Lane", "E3 2QY", "London"),
    (202, "D-102", "Kiln Quarter", "Block B", "Brickfield Road", "SE18 6GD", "London"),
    (203, None, "The Foundry Yard", None, "Forge Street", "E15 2TN", "London"),
    (204, "D-104", "Meridian Gate", "Halley Court", "Observatory Way", "SE10 0LQ", "London"),
    (205, None, "Oakfield Rise", None, None, "CR0 4XH", "Croydon"),
    (206, "D-201", "Ancoats Works", "The Carding Shed", "Radium Street", "M4 6AY", "Manchester"),
    (207, "D-202", "Irwell Bank", "Tower 2", "Springfield Lane", "M3 7JR", "Salford"),
    (208, "D-301", "Holbeck Exchange", None, "Marshall Street", "LS11 9YJ", "Leeds"),
    (209, None, "Kirkstall Weir", "Mill House", "Abbey Road", "LS5 3HP", "Leeds"),
    (210, "D-401", "Jewellery Row", None, "Vyse Street", "B18 6LE", "Birmingham"),
    (211, "D-501", "Harbourside Lofts", "Quay Building", "Cumberland Road", "BS1 6UX", "Bristol"),
    (212, None, "Little Meadow", None, None, "MK17 9PB", None),
)

_LISTINGS: Final = (
    # id, reference, name, availability, schemes, development
    (3001, "L-34523", "Albion Wharf, one and two bedroom flats", "For Sale", ("shared-ownership",), 201),
    (3002, "L-34524", "Albion Wharf penthouses", "Coming soon", ("private-sale",), 201),
    (3003, "L-34530", "Kiln Quarter, phase 2", "For Sale", ("shared-ownership",), 202),
    (3004, None, "The Foundry Yard", "For Sale", ("help-to-buy", "first-dibs"), 203),
    (3005, "L-34541", "Meridian Gate", "Sale Under Offer", ("shared-ownership",), 204),
    (3006, None, "Meridian Gate living rent", "To Let", ("london-living-rent",), 204),
    (3007, "L-34550", "Oakfield Rise houses", "For Sale", ("discounted-market-sale",), 205),
    (3008, "L-34561", "Ancoats Works", "For Sale", ("shared-ownership",), 206),
    (3009, None, "Irwell Bank, city apartments", "To Let", ("private-rent",), 207),
    (3010, "L-34570", "Irwell Bank, rent to buy", "To Let", ("rent-to-buy",), 207),
    (3011, "L-34580", "Holbeck Exchange", "For Sale", ("shared-ownership",), 208),
    (3012, None, "Kirkstall Weir", "Coming soon", ("first-dibs",), 209),
    (3013, "L-34590", "Jewellery Row", "Sold", ("private-sale",), 210),
    (3014, "L-34600", "Harbourside Lofts", "To Let", ("discount-market-rent",), 211),
    (3015, None, "Little Meadow", "For Sale", ("shared-ownership",), 212),
    (3016, None, "Two bedroom resale in Walthamstow", "For Sale", ("shared-ownership",), None),
    (3017, "L-34702", "Garden flat, Levenshulme", "Sale Under Offer", ("shared-ownership",), None),
    (3018, None, "Terraced house, Chapel Allerton", "For Sale", ("discounted-market-sale",), None),
)

_PROPERTIES: Final = (
    # id, reference, number in the development, name, new build, bedrooms, bathrooms, listing
    (40011, "P-67932", "Plot 12", None, True, 1, 1, 3001),
    (40012, "P-67933", "Plot 27", None, True, 2, 2, 3001),
    (40013, None, "Plot 61", None, True, 3, 2, 3002),
    (40021, "P-68010", "B-104", None, True, 1, 1, 3003),
    (40022, None, "B-207", None, True, 2, 1, 3003),
    (40031, None, "Plot 5", None, True, 2, 1, 3004),
    (40041, "P-68101", "14.03", None, True, 2, 2, 3005),
    (40042, None, "02.11", None, True, 0, 1, 3006),
    (40051, "P-68150", "Plot 3", None, True, 3, 2, 3007),
    (40061, "P-68200", "Unit 18", None, True, 1, 1, 3008),
    (40062, None, "Unit 33", None, True, 2, 1, 3008),
    (40071, None, "Apartment 905", None, True, 2, 2, 3009),
    (40072, "P-68222", "Apartment 310", None, True, 1, 1, 3010),
    (40081, "P-68301", "Plot 44", None, True, 2, 1, 3011),
    (40101, None, "Loft 7", None, True, 2, 2, 3013),
    (40111, "P-68420", "Q-12", None, True, 1, 1, 3014),
    (40121, None, "Plot 9", None, True, 4, 2, 3015),
    (40161, None, None, "Flat 4, 12 Chestnut Grove", False, 2, 1, 3016),
    (40171, "P-68555", None, "Garden Flat, 88 Albert Road", False, 1, 1, 3017),
    (40181, None, None, "23 Regent Terrace", False, 3, 1, 3018),
)


@dataclass(frozen=True)
class Inventory:
    """One housing provider and all it offers, in the API's own JSON shapes, each by its id."""

    housing_provider: dict[str, Any]
    developments: dict[int, dict[str, Any]]
    listings: dict[int, dict[str, Any]]
    properties: dict[int, dict[str, Any]]
    listing_of_property: dict[int, int]

    def properties_of(self, listing_id: int) -> list[dict[str, Any]]:
        """The properties that a listing advertises."""
        return [self.properties[key] for key, owner in self.listing_of_property.items() if owner == listing_id]

    def listing_by_reference(self, reference: str) -> dict[str, Any] | None:
        """The listing with that external reference."""
        return _by_reference(self.listings, reference)

    def property_by_reference(self, reference: str) -> dict[str, Any] | None:
        """The property with that external reference."""
        return _by_reference(self.properties, reference)


def build_inventory() -> Inventory:
    """The demonstration housing provider with its twelve developments."""
    developments = {
        row[0]: dict(zip(("id", "externalRef", "name", "building", "street", "postcode", "town"), row, strict=True))
        for row in _DEVELOPMENTS
    }
    listings = {
        row[0]: {
            "id": row[0],
            "externalRef": row[1],
            "name": row[2],
            "availabilityStatus": row[3],
            "schemeGroup": SCHEMES[row[4][0]],
            "schemes": list(row[4]),
            "Development": None if row[5] is None else developments[row[5]],
        }
        for row in _LISTINGS
    }
    properties = {
        row[0]: {
            "id": row[0],
            "externalRef": row[1],
            "propertyNumber": row[2],
            "name": row[3],
            "newBuild": row[4],
            "bedrooms": row[5],
            "bathrooms": row[6],
        }
        for row in _PROPERTIES
    }
    return Inventory(
        {"id": 17, "name": "Northbank Homes", "slug": "northbank-homes"},
        developments,
        listings,
        properties,
        {row[0]: row[7] for row in _PROPERTIES},
    )


def _by_reference(things: dict[int, dict[str, Any]], reference: str) -> dict[str, Any] | None:
    return next((thing for thing in things.values() if thing["externalRef"] == reference), None)
