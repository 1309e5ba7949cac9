"""Whether two leads are one person's: by e-mail address and telephone number, and by nothing that many people share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from storage.filters import fold
from storage.records import Sharing, StoredLead

MOST_PEOPLE = 5
"""A value that more people than these gave is an office's, an agent's or a portal's, and links nobody."""

_RELAYS = (
    # Portals that write in their customers' place, so that an address is an enquiry's and no person's.
    "convo.zillow.com",
    "reply.zillow.com",
    "reply.trulia.com",
    "lead.realtor.com",
    "leads.realtor.com",
    "reply.craigslist.org",
    "hous.craigslist.org",
    "messagerie.leboncoin.fr",
    "messagerie.seloger.com",
    "contact.seloger.com",
    "reply.zoopla.co.uk",
    "reply.rightmove.co.uk",
    "enquiries.rightmove.co.uk",
    "reply.spareroom.co.uk",
    "reply.airbnb.com",
    "guest.booking.com",
    # Addresses that people hide behind: one a shop, not one a person.
    "privaterelay.appleid.com",
    "relay.firefox.com",
    "mozmail.com",
    "duck.com",
    "simplelogin.com",
    "anonaddy.me",
    "passmail.net",
)
_NOBODY = frozenset(("noreply", "no-reply", "donotreply", "do-not-reply", "unknown", "none", "noemail", "no-email"))


def is_relay(email: str) -> bool:
    """Whether an address is a portal's that passes mail on, a hidden one, or nobody's."""
    name, _, domain = email.strip().casefold().rpartition("@")
    return not name or name in _NOBODY or any(domain == r or domain.endswith(f".{r}") for r in _RELAYS)


_PLAIN = re.compile(r"\+?[0-9 ().-]+")
_SPACING = str.maketrans("", "", " ().-")


def e164(phone: str, region: str) -> str | None:
    """A telephone number in international form (ITU-T E.164); ``region`` is the country (ISO 3166) where it is read as
    a national one. ``None`` where it is no number that one person answers: impossible, free of charge, premium, shared
    cost, a company's, or one with an extension."""
    plain = phone.strip()  # however it is spaced, it is read once
    return _read(plain.translate(_SPACING) if _PLAIN.fullmatch(plain) else plain, region)


@lru_cache(maxsize=16384)
def _read(phone: str, region: str) -> str | None:
    import phonenumbers  # noqa: PLC0415  (its tables take a while to load)

    try:
        number = phonenumbers.parse(phone, region)
    except phonenumbers.NumberParseException:
        return None
    national = str(number.national_number)
    if not phonenumbers.is_possible_number(number) or len(set(national)) < 3:  # typed to get past a form
        return None
    kinds = phonenumbers.PhoneNumberType
    shared = (kinds.TOLL_FREE, kinds.PREMIUM_RATE, kinds.SHARED_COST, kinds.UAN, kinds.VOICEMAIL, kinds.PAGER)
    if phonenumbers.number_type(number) in shared or number.extension:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


@dataclass(frozen=True, slots=True)
class Related:
    """Other leads by numbers."""

    linked: frozenset[int]
    """The same person's."""
    touched: tuple[int, ...]
    """These, and those that one another linked until this lead came, of one person too many."""


def related(
    lead: StoredLead,
    by_email: Iterable[Sharing],
    by_phone: Iterable[Sharing],
    region: Callable[[str], str],
) -> Related:
    """The same person's other leads. ``by_email`` are other leads with the same e-mail address, ``by_phone`` others
    whose telephone numbers end alike; both are read only until it is known that too many people share the value.
    ``region`` says in which country numbers of a connection are read."""
    linked: set[int] = set()
    touched: dict[int, None] = {}
    mine = _name(lead.first_name, lead.last_name)
    for sharing in (_of_address(lead, by_email), _of_number(lead, by_phone, region)):
        names, numbers = set[str](), list[int]()
        for other in sharing:
            names.add(_name(other.first_name, other.last_name))
            numbers.append(other.number)
            if len(names) > MOST_PEOPLE:
                break
        else:
            touched |= dict.fromkeys(numbers)
            if len(names | {mine}) <= MOST_PEOPLE:
                linked.update(numbers)
    return Related(frozenset(linked), tuple(touched))


def _name(first: str | None, last: str | None) -> str:
    """Who that is, as far as a name tells: all without one are one person."""
    return fold(f"{first or ''} {last or ''}")


def _of_address(lead: StoredLead, by_email: Iterable[Sharing]) -> Iterable[Sharing]:
    return by_email if lead.email and not is_relay(lead.email) else ()


def _of_number(lead: StoredLead, by_phone: Iterable[Sharing], region: Callable[[str], str]) -> Iterable[Sharing]:
    if lead.phone:
        for other in by_phone:
            mine = e164(lead.phone, region(lead.connection))
            if mine is None:
                return
            if other.phone and e164(other.phone, region(other.connection)) == mine:
                yield other
