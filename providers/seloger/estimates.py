"""The ``estimation`` of a lead: what a seller's home may be worth, in euros. Its members are not published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from providers.lead import Detail, Privacy
from providers.seloger.answers import Item
from providers.seloger.values import amount, amount_text, first, flat, spoken

_VALUE = (
    *("estimatedprice", "estimatedvalue", "estimation", "price", "value", "amount", "medianprice", "averageprice"),
    *("meanprice", "pricevalue"),
)
_LOW = ("low", "min", "lowprice", "pricelow", "minprice", "pricemin", "lowvalue", "lowerprice", "lowestimation")
_HIGH = ("high", "max", "highprice", "pricehigh", "maxprice", "pricemax", "highvalue", "upperprice", "highestimation")


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is shown of it."""

    value: Decimal | None
    subject: str | None
    place: str | None
    details: tuple[Detail, ...]


def estimate_of(part: Any) -> Estimate | None:
    """What an ``estimation`` says; ``None`` where it says nothing."""
    if type(part) is list:
        part = next((one for one in part if type(one) is dict), None)
    facts: Item = flat(part) if type(part) is dict else {"value": part}
    value, low, high = (_amount_of(facts, names) for names in (_VALUE, _LOW, _HIGH))
    kind = first(facts, "propertytype", "estatetype", "realtytype", "type")
    rooms = first(facts, "rooms", "roomcount", "numberofrooms", "roomsnumber", "pieces")
    surface = first(facts, "surface", "livingsurface", "livingarea", "area")
    place = first(facts, "city", "cityname", "town", "ville")
    address = first(facts, "address", "street", "streetaddress", "fulladdress")
    details = tuple(_details(value, low, high, surface, rooms, address))
    said = " · ".join(
        p
        for p in (
            spoken(kind) if kind else None,
            f"{rooms} rooms" if rooms else None,
            f"{surface} m²" if surface else None,
            place,
        )
        if p
    )
    subject = f"To sell: {said}" if said else "An estimate" if details else None
    return Estimate(value, subject, place, details) if subject else None


def _amount_of(facts: Item, names: tuple[str, ...]) -> Decimal | None:
    return next((found for name in names if name in facts and (found := amount(facts[name])) is not None), None)


def _details(
    value: Decimal | None,
    low: Decimal | None,
    high: Decimal | None,
    surface: str | None,
    rooms: str | None,
    address: str | None,
) -> Iterable[Detail]:
    if value is not None:
        yield Detail("Estimate", amount_text(value))
    if low is not None and high is not None:
        yield Detail("Estimated between", f"{amount_text(low)} and {amount_text(high)}")
    if surface:
        yield Detail("Surface to sell", f"{surface} m²")
    if rooms:
        yield Detail("Rooms to sell", rooms)
    if address:
        yield Detail("Address to sell", address, Privacy.CONTACT)
