"""Whether two leads are one person's: by e-mail address and telephone number, and by nothing that many people share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from storage.filters import fold
from storage.records import StoredLead

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


@lru_cache(maxsize=4096)
def e164(phone: str, region: str) -> str | None:
    """A telephone number in international form (ITU-T E.164); ``region`` is the country (ISO 3166) where it is read as
    a national one. ``None`` where it is no number that one person answers: impossible, free of charge, premium, shared
    cost, a company's, or one with an extension."""
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


def _people(found: Sequence[StoredLead]) -> int:
    """How many different people gave a value, as far as their names tell; all without a name are one."""
    return len({fold(f"{lead.first_name or ''} {lead.last_name or ''}") for lead in found})


def others(
    lead: StoredLead,
    by_email: Sequence[StoredLead],
    by_phone: Sequence[StoredLead],
    region: Callable[[StoredLead], str],
) -> list[StoredLead]:
    """The same person's other leads, newest first. ``by_email`` are other leads with the same e-mail address,
    ``by_phone`` others whose telephone numbers end alike; ``region`` says in which country a lead's number is read."""
    found: dict[int, StoredLead] = {}
    if by_email and lead.email and not is_relay(lead.email) and _people([lead, *by_email]) <= MOST_PEOPLE:
        found |= {o.number: o for o in by_email}
    if by_phone and lead.phone and (mine := e164(lead.phone, region(lead))):
        same = [o for o in by_phone if o.phone and e164(o.phone, region(o)) == mine]
        if _people([lead, *same]) <= MOST_PEOPLE:
            found |= {o.number: o for o in same}
    return sorted(found.values(), key=lambda o: (o.created_at, o.number), reverse=True)
