"""From Groupe SeLoger's lead to the desk's.

What a lead's three parts hold is not published. Names are those of AVIV Group's "Seeker Leads" and what such fields are
usually called; each is looked for wherever it may stand, and what is not known is left alone. Gender and form of
address are of the sensitive class and never read. A contact that was erased (GDPR) is a lead without one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson

from providers.lead import Detail, Lead, Mention, Price, Privacy
from providers.seloger.answers import cut
from providers.seloger.codes import CATEGORIES, PORTAL_NAMES
from providers.seloger.estimates import estimate_of
from providers.seloger.times import moment
from providers.seloger.values import Item, Wanted, amount, part_of, spoken, text

_CREATED = (
    *("processedtime", "processedat", "processeddate", "processingtime", "createdat", "creationdate", "createddate"),
    *("createdtime", "creationtime", "createdon", "leaddate", "receivedat", "receiveddate", "receptiondate"),
    *("contactdate", "requestdate", "date", "timestamp"),
)
_UPDATED = ("updatedat", "updateddate", "updatedate", "modifiedat", "modificationdate", "lastmodified", "lastupdate")
_PASSING = frozenset(("ttl", "timetolive", "expiresin"))
"""Counts down by itself, so it draws nothing anew."""
_OTHERS = ("contactrequest", "estimation", "agency", "agent", "offerer", "advertiser", "broker", "professional")
"""Parts that are about somebody or something else than the property."""
_ORDER = {code: n for n, (code, _) in enumerate(CATEGORIES)}
_BY_NAME = {code.replace("-", ""): code for code in _ORDER}


def _readable(value: Any) -> Any:
    """A time as it came, if it can be read."""
    return value if moment(value) else None


@lru_cache(maxsize=256)  # there are four
def _called(said: str) -> str:
    """A category as the desk calls it; an unknown one as it comes."""
    folded = said.casefold().replace("_", "-").replace(" ", "-").replace(",", "-")[:60]
    return _BY_NAME.get(folded.replace("-", ""), folded)


_HEAD = Wanted(
    {"id": ("leadid", "id"), "created": _CREATED, "category": ("category", "leadcategory", "leadtype")},
    {"created": _readable, "category": lambda value: _called(said) if (said := text(value)) else None},
)


@dataclass(frozen=True, slots=True)
class Head:
    """What has to be known of a lead before it is mapped. ``id`` is ``None`` where it has none that can be used."""

    id: str | None
    created: Any
    category: str | None

    def created_at(self, zone: tzinfo) -> datetime | None:
        """When the lead came."""
        return moment(self.created, zone)


def head_of(item: Any) -> Head:
    """Of the first part, and what that does not say of the lead itself; of nothing that is inside either."""
    if type(item) is not dict:
        return Head(None, None, None)
    found = _HEAD.of(part_of(item, "leadMetaInfos"), 1)
    if len(found) < 3:
        found = _HEAD.of(item, 1) | found
    return Head(found.get("id"), found.get("created"), found.get("category"))


def fingerprint(item: Item, categories: Sequence[str]) -> bytes:
    """Of all that a lead says, whatever the order of its fields: that may change any day (document,
    "Backward-compatible changes")."""
    meta = item.get("leadMetaInfos")
    if type(meta) is dict and not _PASSING.isdisjoint(map(str.lower, meta)):
        item = {**item, "leadMetaInfos": {k: v for k, v in meta.items() if k.lower() not in _PASSING}}
    try:
        packed = orjson.dumps((item, categories), option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # nested deeper than it writes
        packed = orjson.dumps((cut(item), categories), option=orjson.OPT_SORT_KEYS)
    return blake2b(packed, digest_size=8).digest()


def in_order(categories: Iterable[str]) -> tuple[str, ...]:
    """Categories, the known ones first, so that the same ones always stand alike."""
    found = set(categories)
    if len(found) < 2:
        return tuple(found)
    return tuple(sorted(found, key=lambda code: (_ORDER.get(code, len(_ORDER)), code)))


# ------------------------------------------------------------------------------------------------- lead

_FACTS = Wanted(
    {
        "portal": ("portalcode", "portal", "sourcecode", "source", "site"),
        "place": ("city", "cityname", "town", "ville", "locality"),
        "price": ("price", "rent", "budget", "pricemax", "maxprice"),
        "ad": ("classifiedid", "adid", "listingid"),
        "who": ("distributiontype", "transactiontype"),
        "kind": ("propertytype", "estatetype", "realtytype", "typebien"),
        "headline": ("classifiedtitle", "adtitle"),
        "rooms": ("rooms", "roomcount", "numberofrooms", "roomsnumber", "nbrooms", "pieces"),
        "surface": ("surface", "livingsurface", "livingarea", "area", "surfacearea"),
        "Your reference": ("offerermarketingkey", "marketingkey", "clientreference", "reference"),
        "Estate": ("offererestateid", "estateid", "offererid"),
        "Postcode": ("postalcode", "zipcode", "codepostal"),
        "Bedrooms": ("bedrooms", "bedroomcount", "numberofbedrooms", "nbbedrooms"),
        "updated": _UPDATED,
    },
    {"price": amount, "updated": _readable},
    _OTHERS,
)
_CONTACT = Wanted(
    {
        "first": ("firstname", "givenname", "prenom"),
        "last": ("lastname", "familyname", "surname"),
        "whole": ("name", "fullname"),
        "email": ("email", "emailaddress", "mail"),
        "phone": ("phonenumber", "phone", "mobilephone", "mobile", "telephone", "tel"),
        "phones": ("phonenumbers", "phones"),
        "message": ("message", "comment", "comments", "body"),
        "Language": ("language", "locale"),
    },
    {"phones": lambda value: value if type(value) is list else None},
)
_PHONE = Wanted(
    {"number": ("number", "phonenumber", "value", "phone"), "sure": ("verified", "isverified")},
    {"sure": lambda value: True if value is True else None},
)


def to_lead(lead: str, item: Item, categories: Sequence[str], created_at: datetime, zone: tzinfo = UTC) -> Lead:
    """Map the lead with this id. ``zone`` is that of times without an offset."""
    facts = _FACTS.of(item)
    contact = part_of(item, "contactRequest")
    who = _CONTACT.of(contact) if contact is not None or _has_parts(item) else _CONTACT.of(item, 1)
    estimate = estimate_of(part_of(item, "estimation"))
    phones = _phones(who)
    get = facts.get
    portal, ad, kind = get("portal"), get("ad"), get("who")
    subject = _subject(facts) or (estimate.subject if estimate else None) or (f"Ad {ad}" if ad else None)
    price = get("price") or (estimate.value if estimate else None)
    given, family = who.get("first"), who.get("last")
    if not given and not family and "whole" in who:
        given, _, family = who["whole"].partition(" ")
    return Lead(
        external_id=lead,
        created_at=created_at,
        updated_at=moment(facts["updated"], zone) if "updated" in facts else None,
        first_name=given,
        last_name=family or None,
        email=who.get("email"),
        phone=phones[0] if phones else None,
        source=portal,
        source_name=PORTAL_NAMES.get(portal.upper(), portal) if portal else None,
        enquiry=kind.casefold() if kind and kind.isupper() else kind,
        schemes=tuple(categories),
        place=get("place") or (estimate.place if estimate else None),
        subject=subject,
        price=Price(price, "EUR") if price is not None else None,
        mentions=(Mention("classified", ad, subject or ad),) if ad and ad.isdecimal() else (),
        details=(*_details(facts, who, phones), *(estimate.details if estimate else ())),
    )


def _has_parts(item: Item) -> bool:
    """Whether it is written in parts: then a contact that is missing was erased, and is nowhere else."""
    return any(name.lower() == "contactrequest" for name in item)


def _phones(who: Item) -> list[str]:
    """Telephone numbers, verified ones first, each once."""
    sure: list[str] = []
    others: list[str] = []
    for one in who.get("phones", ()):
        told = _PHONE.of(one if type(one) is dict else {"number": one}, 1)
        if "number" in told:
            (sure if "sure" in told else others).append(told["number"])
    single = who.get("phone")
    return list(dict.fromkeys([*sure, *others, single] if single else sure + others))


def _subject(facts: Item) -> str | None:
    """The property in one line: kind, rooms, surface, town."""
    get = facts.get
    kind, rooms, surface = get("kind"), get("rooms"), get("surface")
    head = spoken(kind) if kind else get("headline")
    if not (head or rooms or surface):
        return None
    parts = (
        head,
        ("1 room" if rooms == "1" else f"{rooms} rooms") if rooms else None,
        f"{surface} m²" if surface else None,
        get("place"),
    )
    return " · ".join([p for p in parts if p])


def _details(facts: Item, who: Item, phones: list[str]) -> Iterable[Detail]:
    if "ad" in facts:
        yield Detail("Ad", facts["ad"])
    for label in ("Your reference", "Estate", "Postcode", "Bedrooms"):
        if label in facts:
            yield Detail(label, facts[label])
    if "Language" in who:
        yield Detail("Language", who["Language"])
    if "message" in who:
        yield Detail("Message", who["message"], Privacy.CONTACT)
    if len(phones) > 1:
        yield Detail("Other phones", ", ".join(phones[1:]), Privacy.CONTACT)
