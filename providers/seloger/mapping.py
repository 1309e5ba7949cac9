"""From Groupe SeLoger's lead to the desk's.

What a lead's three parts hold is not published. Names are those of AVIV Group's "Seeker Leads" and what such fields are
usually called; each is looked for wherever it may stand, and what is not known is left alone. Gender and form of
address are of the sensitive class and never read. A contact that was erased (GDPR) is a lead without one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from hashlib import blake2b

import orjson

from providers.lead import Detail, Lead, Mention, Price, Privacy
from providers.seloger.answers import Item, ident
from providers.seloger.codes import CATEGORIES, PORTAL_NAMES
from providers.seloger.estimates import estimate_of
from providers.seloger.times import moment
from providers.seloger.values import amount, sort_out, spoken, table, text

CREATED = (
    *("processedtime", "processedat", "processeddate", "processingtime", "createdat", "creationdate", "createddate"),
    *("createdtime", "creationtime", "createdon", "leaddate", "receivedat", "receiveddate", "receptiondate"),
    *("contactdate", "requestdate", "date", "timestamp"),
)
UPDATED = ("updatedat", "updateddate", "updatedate", "modifiedat", "modificationdate", "lastmodified", "lastupdate")
_PASSING = ("ttl", "timetolive", "expiresin")
"""Counts down by itself, so it draws nothing anew."""
_OTHERS = frozenset(
    ("contactrequest", "estimation", "agency", "agent", "offerer", "advertiser", "broker", "professional")
)
"""Parts that are about somebody or something else than the property."""
_ORDER = {code: n for n, (code, _) in enumerate(CATEGORIES)}
_BY_NAME = {code.replace("-", ""): code for code in _ORDER}


def created(item: Item, zone: tzinfo = UTC) -> datetime | None:
    """When the lead came."""
    meta = item.get("leadmetainfos")
    for place in (meta, item) if type(meta) is dict else (item,):
        for name in CREATED:
            if name in place and (at := moment(place[name], zone)):
                return at
    return None


def fingerprint(item: Item, categories: Sequence[str]) -> bytes:
    """Of all that a lead says, whatever the order of its fields: that may change any day (document,
    "Backward-compatible changes")."""
    meta = item.get("leadmetainfos")
    if type(meta) is dict and any(name in meta for name in _PASSING):
        item = {**item, "leadmetainfos": {k: v for k, v in meta.items() if k not in _PASSING}}
    packed = orjson.dumps((item, categories), option=orjson.OPT_SORT_KEYS)
    return blake2b(packed, digest_size=8).digest()


def category_of(item: Item) -> str | None:
    """The lead's own category as the desk calls it; an unknown one as it comes."""
    meta = item.get("leadmetainfos")
    for place in (meta, item) if type(meta) is dict else (item,):
        for name in ("category", "leadcategory", "leadtype"):
            if name in place and (said := text(place[name])):
                folded = said.casefold().replace("_", "-").replace(" ", "-").replace(",", "-")[:60]
                return _BY_NAME.get(folded.replace("-", ""), folded)
    return None


def in_order(categories: Iterable[str]) -> tuple[str, ...]:
    """Categories, the known ones first, so that the same ones always stand alike."""
    found = set(categories)
    if len(found) < 2:
        return tuple(found)
    return tuple(sorted(found, key=lambda code: (_ORDER.get(code, len(_ORDER)), code)))


# ------------------------------------------------------------------------------------------------- lead

_FACTS = table(
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
        "updated": UPDATED,
    },
    price=amount,
    updated=lambda value: value,
)
_CONTACT = table(
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
    phones=lambda value: value if type(value) is list else None,
)
_NUMBER = ("number", "phonenumber", "value", "phone")


def to_lead(item: Item, categories: Sequence[str], seen: datetime, zone: tzinfo = UTC) -> Lead:
    """Map a lead whose keys are folded. ``seen`` stands in for a creation time that is missing."""
    facts = sort_out(item, _FACTS, _OTHERS)
    contact = item.get("contactrequest")
    who = sort_out(contact if "contactrequest" in item else _own(item), _CONTACT)
    estimate = estimate_of(item.get("estimation"))
    phones = _phones(who)
    get = facts.get
    portal, ad, kind = get("portal"), get("ad"), get("who")
    subject = _subject(facts) or (estimate.subject if estimate else None) or (f"Ad {ad}" if ad else None)
    price = get("price") or (estimate.value if estimate else None)
    given, family = who.get("first"), who.get("last")
    if not given and not family and "whole" in who:
        given, _, family = who["whole"].partition(" ")
    return Lead(
        external_id=ident(item) or "",
        created_at=created(item, zone) or seen,
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


def _own(item: Item) -> Item:
    """Of a flat lead, what stands on its first level."""
    return {k: v for k, v in item.items() if type(v) is not dict}


def _phones(who: Item) -> list[str]:
    """Telephone numbers, verified ones first, each once."""
    sure: list[str] = []
    others: list[str] = []
    for one in who.get("phones", ()):
        if type(one) is dict:
            number = next((n for name in _NUMBER if (n := text(one.get(name)))), None)
            if number:
                (sure if one.get("verified") is True else others).append(number)
        elif number := text(one):
            others.append(number)
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
