"""What the facilities of the stand-in have to let, and what their company set up. Ids are the same at every start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

Json = dict[str, Any]

FACILITIES: Final = (
    ("Aloha Self Storage · Kapolei", "Hawaii", "-10:00", "Kapolei", "HI", "96707"),
    ("Desert Bloom Storage · Mesa", "Arizona", "-07:00", "Mesa", "AZ", "85201"),
    ("Lone Star Storage · Round Rock", "Central Time (US & Canada)", "-06:00", "Round Rock", "TX", "78664"),
    ("Harbor Storage · Portland", "Pacific Time (US & Canada)", "-08:00", "Portland", "OR", "97201"),
)
"""Name, Rails zone, offset, city, state, ZIP code. The zones are Rails names, as the document's "Hawaii"."""
SIZES: Final = ((5, 5, 64.0), (5, 10, 98.5), (6, 10, 121.63), (10, 10, 149.0), (10, 15, 189.5), (10, 20, 239.0))
"""Width, length, monthly rate."""
UNITS_EACH: Final = 8
FEE: Final = 5.99
COMPANY_ID: Final = "c0a80101-7f3e-4b5a-9d21-5e6f7a8b9c0d"
_CONFIGURED: Final = {
    "close_reasons": ("Rented elsewhere", "Price too high", "No longer needs storage", "Cannot be reached"),
    "length_of_stays": ("Less than a month", "1 to 3 months", "3 to 12 months", "More than a year"),
    "contents": ("Summer moving flyer", "Student special", "Google search"),
    "discount_plans": ("First month half price", "Military 10 % off", "$1 first month"),
}


def identity(*parts: object) -> str:
    """The id of something: the same at every start."""
    return str(uuid5(NAMESPACE_URL, "/".join(map(str, ("storedge", *parts)))))


@dataclass(frozen=True)
class Facility:
    """One facility with its groups and units, in the API's own shapes."""

    id: str
    name: str
    zone: str
    offset: str
    address: Json
    groups: tuple[Json, ...]
    units: tuple[Json, ...]

    def unit(self, unit_id: str) -> Json | None:
        """The unit of that id."""
        return next((u for u in self.units if u["id"] == unit_id), None)

    def group(self, group_id: str) -> Json:
        """The group of that id."""
        return next(g for g in self.groups if g["id"] == group_id)


def configured(kind: str) -> list[Json]:
    """What the company set up of a kind, as ``{id, name}``."""
    return [{"id": identity(kind, name), "name": name} for name in _CONFIGURED[kind]]


def build(facility_id: str, number: int) -> Facility:
    """The ``number``-th facility, under that id."""
    name, zone, offset, city, state, postal = FACILITIES[number % len(FACILITIES)]
    if number >= len(FACILITIES):
        name = f"{name} {number // len(FACILITIES) + 1}"
    address = {"address1": f"{100 + number} Storage Way", "address2": None, "city": city, "state": state}
    groups: list[Json] = []
    units: list[Json] = []
    for place, (width, length, usual) in enumerate(SIZES):
        rate = round(usual * (1 + number * 0.07), 2)
        group = _group(facility_id, place, width, length, rate)
        groups.append(group)
        units += [_unit(facility_id, group, place, n, width, length, rate) for n in range(UNITS_EACH)]
    return Facility(
        facility_id, name, zone, offset, {**address, "postal": postal, "country": "US"}, tuple(groups), tuple(units)
    )


def _kind(facility_id: str, place: int) -> Json:
    return {
        "id": identity(facility_id, "type", place),
        "name": "Climate controlled" if place % 2 else "Drive up",
        "deleted": False,
        "internal_account_code": "4000",
        "code_and_description": "4000 - Rental Revenue",
        "ii_excluded": [],
    }


def _group(facility_id: str, place: int, width: int, length: int, rate: float) -> Json:
    size = f"{width}x{length}x8"
    fee = {
        "id": identity(facility_id, "fee", place),
        "product_code": "FEE-1",
        "kind": "fee",
        "description": "Reservation fee",
        "required_at_move_in": False,
        "required_at_transfer": False,
        "amount": FEE,
        "short_description": None,
        "show_in_sales_center": False,
        "tax_total": 0.0,
        "total": FEE,
    }
    return {
        "id": identity(facility_id, "group", place),
        "price": rate,
        "group_key": f"{size} - ${rate:.2f} - {2000 + place}",
        "name": f"{size} - ${rate:.2f} - {2000 + place}",
        "available_units_count": UNITS_EACH,
        "total_units_count": UNITS_EACH,
        "total_non_excluded_units_count": UNITS_EACH,
        "size": size,
        "standard_rate": rate,
        "floor": None,
        "reduced_price": rate,
        "cyo_reduced_prices": {},
        "occupancy_percent": 0.0,
        "area": float(width * length),
        "length": float(length),
        "width": float(width),
        "height": 8.0,
        "due_at_move_in": rate,
        "due_at_move_in_without_fees": rate,
        "due_monthly": rate,
        "attribute_description": None,
        "description": "",
        "invoiceable_fees": [],
        "average_rent": 0.0,
        "active_rate_type": "standard_rate",
        "scheduled_move_outs": [],
        "managed_rate": None,
        "reservation_fee": fee if place >= 2 else None,
        "tiering": {
            "cross_sell_group_id": 1960,
            "descriptor": "No Tier",
            "justification": None,
            "tiered_amenities": [],
        },
        "channel_rate": None,
        "unit_amenities": [],
        "unit_type": _kind(facility_id, place),
        "discount_plans": [],
        "channel_rate_ids": [],
        "available_upgrade_to_unit_groups": [],
    }


def _unit(facility_id: str, group: Json, place: int, number: int, width: int, length: int, rate: float) -> Json:
    return {
        "id": identity(facility_id, "unit", place, number),
        "price": rate,
        "name": f"{'ABCDEF'[place]}{number + 1:02}",
        "description": "",
        "width": float(width),
        "length": float(length),
        "height": 8.0,
        "door_height": 7.0,
        "door_width": float(min(width, 8)),
        "door_type": "roll_up",
        "access_type": "indoor" if place % 2 else "outdoor",
        "floor": None,
        "directions": None,
        "size": group["size"],
        "area": float(width * length),
        "standard_rate": rate,
        "managed_rate": None,
        "available_for_move_in": True,
        "rentable": True,
        "status": "available",
        "payment_status": None,
        "current_ledger_id": None,
        "current_tenant_id": None,
        "combo_lock_group": None,
        "combination_lock_number": f"{1000 + place * 100 + number}",
        "overlock_lock_number": None,
        "attribute_description": None,
        "deleted": False,
        "damaged": False,
        "complimentary": None,
        "unrentable": False,
        "company_owned": False,
        "is_prepped": None,
        "tiering": {"cross_sell_group_id": 1960, "descriptor": "No Tier", "tiered_amenities": []},
        "custom_fields": [],
        "channel_rate": None,
        "unit_amenities": [],
        "unit_type": group["unit_type"],
        "unit_group_id": group["id"],
    }
