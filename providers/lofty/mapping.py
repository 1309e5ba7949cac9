"""From Lofty's lead to the desk's ("6.45. LeadResponse").

Read field by field, so that one of an unexpected type is left out and does not break the lead. Birthday, mortgage and
pre-qualification are dropped here, and so are relatives: they are nobody's business in a channel.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson

from providers.lead import Detail, Lead, Privacy, Stage
from providers.lofty.models import wire

LEAD_TYPES = {
    1: "Seller",
    2: "Buyer",
    3: "Buyer and seller",
    5: "Renter",
    6: "Investor",
    7: "Agent",
    8: "Homeowner",
    9: "Landlord",
}
"""Of ``leadType`` and ``leadTypes``; -1 is "Other"."""

_STAGES = (
    ("under contract", Stage.OFFER),
    ("pending", Stage.OFFER),
    ("offer", Stage.OFFER),
    ("escrow", Stage.OFFER),
    ("appointment", Stage.BOOKED),
    ("appt", Stage.BOOKED),
    ("showing", Stage.BOOKED),
    ("closed lost", Stage.LOST),
    ("closed", Stage.WON),
    ("sold", Stage.WON),
    ("past client", Stage.WON),
    ("trash", Stage.CANCELLED),
    ("bad", Stage.LOST),
    ("lost", Stage.LOST),
    ("dead", Stage.LOST),
    ("archive", Stage.LOST),
    ("do not contact", Stage.LOST),
    ("not interested", Stage.LOST),
    ("unqualified", Stage.LOST),
    ("not qualified", Stage.LOST),
    ("qualified", Stage.QUALIFIED),
    ("hot", Stage.QUALIFIED),
    ("active", Stage.QUALIFIED),
    ("engaged", Stage.QUALIFIED),
    ("client", Stage.QUALIFIED),
    ("attempt", Stage.CONTACTED),
    ("contact", Stage.CONTACTED),
    ("nurtur", Stage.CONTACTED),
    ("watch", Stage.CONTACTED),
    ("warm", Stage.CONTACTED),
    ("sphere", Stage.CONTACTED),
    ("prospect", Stage.CONTACTED),
    ("new", Stage.NEW),
)
"""Teams set up their own stages; the first of these words that a stage holds says where in the trade it stands."""
_UNSPOKEN = re.compile(r"birth|ssn|social.?sec|income|salary|credit|mortgage|pre.?(qual|approv)", re.IGNORECASE)
"""Names of custom fields that hold what is of the sensitive class."""
_UNSAID = frozenset(("", "-1", "null"))


def content(item: Any) -> dict[str, Any] | None:
    """A lead as it stands in a list or an answer: flat, or wrapped in ``lead``; ``None`` where it is none."""
    if isinstance(item, dict) and isinstance(item.get("lead"), dict):
        item = item["lead"]
    return item if isinstance(item, dict) and number(item.get("leadId")) else None


def number(value: Any) -> int | None:
    """A number; -1 is how Lofty writes that there is none, and of ids 0 is none too."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def text(value: Any) -> str | None:
    """A text that says something."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    tidy = value.strip() if isinstance(value, str) else ""
    return None if tidy.casefold() in _UNSAID else tidy


def moment(value: Any) -> datetime | None:
    """A time in any of Lofty's forms; ``None`` where there is none, or none that can be read."""
    if value in (None, "", -1, 0, "-1"):
        return None
    try:
        return wire.moment(value)
    except (ValueError, OverflowError):
        return None


def created(raw: dict[str, Any]) -> datetime | None:
    """When the lead came."""
    return moment(raw.get("createTime")) or moment(raw.get("lastUpdateTime"))


def updated(raw: dict[str, Any]) -> datetime | None:
    """When it was changed."""
    return moment(raw.get("lastUpdateTime"))


# --------------------------------------------------------------------------------------- fingerprint

_PASSING = ("lastUpdateTime", "lastVisit", "opportunity", "birthday", "mortgage", "preQual", "leadFamilyMemberList")
"""What no card shows, or what changes with every visit to the site: it alone draws nothing anew."""


def fingerprint(raw: dict[str, Any]) -> bytes:
    """Of what should draw a card anew. The last touch counts by its day and the score by its tens, because machines
    move both all the time. Empty fields do not count: a list leaves out what a single answer gives as null."""
    kept = {k: v for k, v in raw.items() if k not in _PASSING and v not in (None, "", [], {}, -1)}
    if "lastTouch" in kept:
        kept["lastTouch"] = at.date().isoformat() if (at := moment(kept["lastTouch"])) else None
    if isinstance(kept.get("score"), int):
        kept["score"] //= 10
    return blake2b(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS), digest_size=8).digest()


# -------------------------------------------------------------------------------------------- the lead


@lru_cache(maxsize=512)  # a team has a dozen
def stage_of(raw: str | None) -> Stage:
    """Where a team's own stage stands in the trade; an unknown one is new."""
    folded = (raw or "").casefold()
    return next((stage for word, stage in _STAGES if re.search(rf"\b{word}", folded)), Stage.NEW)


def to_lead(raw: dict[str, Any], seen: datetime) -> Lead:
    """Map a lead. ``seen`` stands in for a creation time that is missing."""
    emails, phones = _texts(raw.get("emails")), _texts(raw.get("phones"))
    stage, source = text(raw.get("stage")), text(raw.get("source"))
    pond = text(raw.get("pondName"))
    holder = number(raw.get("assignedUserId"))
    customer = number(raw.get("leadUserId"))
    return Lead(
        external_id=str(number(raw.get("leadId"))),
        created_at=created(raw) or seen,
        updated_at=updated(raw),
        customer_id=str(customer) if customer else None,
        first_name=text(raw.get("firstName")),
        last_name=text(raw.get("lastName")),
        email=emails[0] if emails else None,
        phone=phones[0] if phones else None,
        source=source,
        source_name=source,
        stage=stage_of(stage),
        stage_raw=stage,
        enquiry=_types(raw),
        holder=str(holder) if holder else ("" if "assignedUserId" in raw else None),
        holder_name=text(raw.get("assignedUser")) if holder else None,
        pond=pond,
        limits=tuple(name for field, name in _LIMITS if raw.get(field) is True),
        private=raw.get("privateFlag") is True or raw.get("hiddenFlag") is True,
        place=_place(raw),
        subject=subject_of(raw),
        details=tuple(_details(raw, emails, phones)),
    )


_LIMITS = (("cannotCall", "call"), ("cannotText", "text"), ("cannotEmail", "email"), ("unsubscription", "marketing"))


def _texts(value: Any) -> list[str]:
    return [t for v in value if (t := text(v))] if isinstance(value, list) else []


def _records(value: Any) -> list[dict[str, Any]]:
    """Lofty's document shows some of these as a list and some as one object."""
    found = value if isinstance(value, list) else [value]
    return [v for v in found if isinstance(v, dict)]


def _types(raw: dict[str, Any]) -> str | None:
    """Buyer, seller…: of ``leadTypes``, else of the older ``leadType``."""
    codes = raw.get("leadTypes")
    names = [LEAD_TYPES[c] for c in codes if isinstance(c, int) and c in LEAD_TYPES] if isinstance(codes, list) else []
    if names:
        return ", ".join(dict.fromkeys(names))
    code = raw.get("leadType")
    return LEAD_TYPES.get(code) if isinstance(code, int) else None


def _where(record: dict[str, Any]) -> str | None:
    parts = (text(record.get("city")), text(record.get("stateCode")) or text(record.get("state")))
    return ", ".join(p for p in parts if p) or text(record.get("county")) or text(record.get("zipCode"))


def _areas(inquiry: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(w for place in _records(inquiry.get("locations")) if (w := _where(place))))


def _place(raw: dict[str, Any]) -> str | None:
    """The town, of the lead itself or of what it asks for."""
    if own := _where({"city": raw.get("city"), "state": raw.get("state")}):
        return own
    areas = [a for inquiry in _records(raw.get("leadInquiry")) for a in _areas(inquiry)]
    homes = [w for home in _records(raw.get("leadPropertyList")) if (w := _where(home))]
    return next(iter(areas + homes), None)


def _span(least: Any, most: Any, say: Callable[[int], str]) -> str | None:
    low, high = number(least), number(most)
    if low and high:
        return say(low) if low == high else f"{say(low)}–{say(high)}"
    if low:
        return f"{say(low)}+"
    return f"up to {say(high)}" if high else None


def subject_of(raw: dict[str, Any]) -> str | None:
    """What they look for in one line: kinds of home, beds, price in dollars, areas. Of a seller, what they have."""
    for inquiry in _records(raw.get("leadInquiry")):
        beds = _span(inquiry.get("bedroomsMin"), inquiry.get("bedroomsMax"), str)
        areas = _areas(inquiry)
        parts = [
            " or ".join(_texts(inquiry.get("propertyType"))[:3]),
            beds and f"{beds} bed",
            _span(inquiry.get("priceMin"), inquiry.get("priceMax"), lambda amount: f"${amount:,}"),
            "; ".join(areas[:3]) + ("…" if len(areas) > 3 else ""),
        ]
        if said := " · ".join(p for p in parts if p):
            return said
    for home in _records(raw.get("leadPropertyList")):
        rooms, price = number(home.get("bedrooms")), number(home.get("price"))
        parts = [
            text(home.get("propertyType")),
            f"{rooms} bed" if rooms else None,
            f"${price:,}" if price else None,
            _where(home),
        ]
        if said := " · ".join(p for p in parts if p):
            return f"Has: {said}"
    return None


def _details(raw: dict[str, Any], emails: list[str], phones: list[str]) -> Iterable[Detail]:
    touched = moment(raw.get("lastTouch"))
    public = (
        ("Tags", ", ".join(t for tag in _records(raw.get("tags")) if (t := text(tag.get("tagName"))))),
        ("Segments", ", ".join(_texts(raw.get("segments")) or _texts(raw.get("groups")))),
        ("Score", text(raw.get("score"))),
        ("Last touch", touched.date().isoformat() if touched else None),
        ("Opportunity", text(raw.get("opportunity"))),
        ("Wants to buy within", _months(raw.get("buyingTimeFrame"))),
        ("Wants to sell within", _months(raw.get("sellingTimeFrame"))),
        ("First home", text(raw.get("fthb"))),
        ("Has a house to sell", text(raw.get("houseToSell"))),
        ("With a buyer's agent", text(raw.get("withBuyerAgent"))),
        ("With a listing agent", text(raw.get("withListingAgent"))),
        ("Language", text(raw.get("language"))),
    )
    street = (text(raw.get(name)) for name in ("streetAddress", "city", "state", "zipCode"))
    contact = (
        ("Other e-mails", ", ".join(emails[1:])),
        ("Other phones", ", ".join(phones[1:])),
        ("Home address", ", ".join(p for p in street if p) if text(raw.get("streetAddress")) else None),
        *(("Property", line) for home in _records(raw.get("leadPropertyList")) if (line := _address(home))),
        ("Referred by", text(raw.get("referredBy"))),
        ("Facebook", text(raw.get("facebook"))),
        ("Twitter", text(raw.get("twitter"))),
        *_custom(raw.get("customAttributes")),
    )
    yield from (Detail(label, value) for label, value in public if value)
    yield from (Detail(label, value, Privacy.CONTACT) for label, value in contact if value)


def _address(home: dict[str, Any]) -> str | None:
    street = text(home.get("streetAddress"))
    return ", ".join(p for p in (street, _where(home), text(home.get("zipCode"))) if p) if street else None


def _months(value: Any) -> str | None:
    """``3-6`` are months; ``Just Looking`` is said as it is."""
    said = text(value)
    return f"{said} months" if said and said[0].isdecimal() else said


def _custom(value: Any) -> Iterable[tuple[str, str | None]]:
    for field in _records(value):
        name, held = text(field.get("attributeName")), text(field.get("value"))
        if name and held and not _UNSPOKEN.search(name):
            yield name[:60], held[:300]
