"""The ``estimation`` of a lead: what a seller's home may be worth, in euros. Its members are not published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from providers.lead import Detail, Privacy
from providers.seloger.values import Item, Wanted, amount, amount_text, spoken

_WANTED = Wanted(
    {
        "value": (
            *("estimatedprice", "estimatedvalue", "estimation", "price", "value", "amount", "medianprice"),
            *("averageprice", "meanprice", "pricevalue"),
        ),
        "low": (
            "lowprice",
            "pricelow",
            "minprice",
            "pricemin",
            "lowvalue",
            "lowerprice",
            "lowestimation",
            "low",
            "min",
        ),
        "high": (
            *("highprice", "pricehigh", "maxprice", "pricemax", "highvalue", "upperprice", "highestimation", "high"),
            "max",
        ),
        "kind": ("propertytype", "estatetype", "realtytype", "type"),
        "rooms": ("rooms", "roomcount", "numberofrooms", "roomsnumber", "pieces"),
        "surface": ("surface", "livingsurface", "livingarea", "area"),
        "place": ("city", "cityname", "town", "ville"),
        "address": ("address", "street", "streetaddress", "fulladdress"),
    },
    {"value": amount, "low": amount, "high": amount},
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is shown of it."""

    value: Decimal | None
    subject: str
    place: str | None
    details: tuple[Detail, ...]


def estimate_of(part: Any) -> Estimate | None:
    """What an ``estimation`` says; ``None`` where it says nothing."""
    if part is None or part == {}:
        return None
    if type(part) is list:
        part = next((one for one in part if type(one) is dict), None)
    facts = _WANTED.of(part if type(part) is dict else {"value": part})
    details = tuple(_details(facts))
    parts = [
        spoken(facts["kind"]) if "kind" in facts else None,
        f"{facts['rooms']} rooms" if "rooms" in facts else None,
        f"{facts['surface']} m²" if "surface" in facts else None,
        facts.get("place"),
    ]
    said = " · ".join(p for p in parts if p)
    if not said and not details:
        return None
    return Estimate(facts.get("value"), f"To sell: {said}" if said else "An estimate", facts.get("place"), details)


def _details(facts: Item) -> Iterable[Detail]:
    if "value" in facts:
        yield Detail("Estimate", amount_text(facts["value"]))
    if "low" in facts and "high" in facts:
        yield Detail("Estimated between", f"{amount_text(facts['low'])} and {amount_text(facts['high'])}")
    if "surface" in facts:
        yield Detail("Surface to sell", f"{facts['surface']} m²")
    if "rooms" in facts:
        yield Detail("Rooms to sell", facts["rooms"])
    if "address" in facts:
        yield Detail("Address to sell", facts["address"], Privacy.CONTACT)
