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
from providers.seloger.values import amount, first, flat, spoken, text

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
    return tuple(sorted(set(categories), key=lambda code: (_ORDER.get(code, len(_ORDER)), code)))


# ------------------------------------------------------------------------------------------------- lead


def to_lead(item: Item, categories: Sequence[str], seen: datetime, zone: tzinfo = UTC) -> Lead:
    """Map a lead whose keys are folded. ``seen`` stands in for a creation time that is missing."""
    facts = flat(item, _OTHERS)
    contact = item.get("contactrequest")
    who = flat(contact) if type(contact) is dict else {} if "contactrequest" in item else _own(item)
    estimate = estimate_of(item.get("estimation"))
    phones = _phones(who)
    portal = first(facts, "portalcode", "portal", "sourcecode", "source", "site")
    place = first(facts, "city", "cityname", "town", "ville", "locality")
    subject = _subject(facts, place) or (estimate.subject if estimate else None)
    price = amount(next((facts[n] for n in ("price", "rent", "budget", "pricemax", "maxprice") if n in facts), None))
    if price is None and estimate is not None:
        price = estimate.value
    names = _names(who)
    ad = first(facts, "classifiedid", "adid", "listingid")
    kind = first(facts, "distributiontype", "transactiontype")
    return Lead(
        external_id=ident(item) or "",
        created_at=created(item, zone) or seen,
        updated_at=next((at for n in UPDATED if n in facts and (at := moment(facts[n], zone))), None),
        first_name=names[0],
        last_name=names[1],
        email=first(who, "email", "emailaddress", "mail"),
        phone=phones[0] if phones else None,
        source=portal,
        source_name=PORTAL_NAMES.get(portal.upper(), portal) if portal else None,
        enquiry=kind.casefold() if kind and kind.isupper() else kind,
        schemes=tuple(categories),
        place=place or (estimate.place if estimate else None),
        subject=subject or (f"Ad {ad}" if ad else None),
        price=Price(price, "EUR") if price is not None else None,
        mentions=(Mention("classified", ad, subject or f"Ad {ad}"),) if ad and ad.isdecimal() else (),
        details=(
            *_details(facts, who, ad, phones),
            *(estimate.details if estimate else ()),
        ),
    )


def _own(item: Item) -> Item:
    """Of a flat lead, what stands on its first level."""
    return {k: v for k, v in item.items() if type(v) is not dict}


def _names(who: Item) -> tuple[str | None, str | None]:
    names = (first(who, "firstname", "givenname", "prenom"), first(who, "lastname", "familyname", "surname"))
    if any(names):
        return names
    whole = first(who, "name", "fullname")
    if not whole:
        return None, None
    given, _, family = whole.partition(" ")
    return given, family.strip() or None


def _phones(who: Item) -> list[str]:
    """Telephone numbers, verified ones first, each once."""
    found: list[tuple[int, str]] = []
    for name in ("phonenumbers", "phones"):
        for one in who[name] if type(who.get(name)) is list else ():
            if type(one) is dict:
                number = first(one, "number", "phonenumber", "value", "phone")
                found += [(0 if one.get("verified") is True else 1, number)] if number else []
            elif number := text(one):
                found.append((1, number))
    found.sort(key=lambda pair: pair[0])
    single = (first(who, name) for name in ("phonenumber", "phone", "mobilephone", "mobile", "telephone", "tel"))
    return list(dict.fromkeys([number for _, number in found] + [number for number in single if number]))


def _subject(facts: Item, place: str | None) -> str | None:
    """The property in one line: kind, rooms, surface, town."""
    kind = first(facts, "propertytype", "estatetype", "realtytype", "typebien")
    rooms = first(facts, "rooms", "roomcount", "numberofrooms", "roomsnumber", "nbrooms", "pieces")
    surface = first(facts, "surface", "livingsurface", "livingarea", "area", "surfacearea")
    parts = [
        spoken(kind) if kind else first(facts, "classifiedtitle", "adtitle"),
        f"{rooms} rooms" if rooms and rooms != "1" else "1 room" if rooms else None,
        f"{surface} m²" if surface else None,
    ]
    if not any(parts):
        return None
    return " · ".join(p for p in (*parts, place) if p)


def _details(facts: Item, who: Item, ad: str | None, phones: list[str]) -> Iterable[Detail]:
    public = (
        ("Ad", ad),
        ("Your reference", first(facts, "offerermarketingkey", "marketingkey", "clientreference", "reference")),
        ("Estate", first(facts, "offererestateid", "estateid", "offererid")),
        ("Postcode", first(facts, "postalcode", "zipcode", "codepostal")),
        ("Bedrooms", first(facts, "bedrooms", "bedroomcount", "numberofbedrooms", "nbbedrooms")),
        ("Language", first(who, "language", "locale")),
    )
    contact = (
        ("Message", first(who, "message", "comment", "comments", "body")),
        ("Other phones", ", ".join(phones[1:])),
    )
    yield from (Detail(label, value) for label, value in public if value)
    yield from (Detail(label, value, Privacy.CONTACT) for label, value in contact if value)
