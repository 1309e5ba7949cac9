"""Who may see what of a lead."""

from __future__ import annotations

from storage.filters import digits
from storage.records import Person, StoredLead


def sees_contact(lead: StoredLead, person: Person) -> bool:
    """Contact data is the owner's; an admin may look, and that is written into the audit trail."""
    return not person.is_guest and (lead.owner == person.person or person.is_admin)


def may_see(lead: StoredLead, person: Person, holder: str | None = None) -> bool:
    """A private lead is for its owner, for ``holder`` (the person who has it in the lead system), and for admins."""
    return not lead.private or person.is_admin or person.person in (lead.owner, holder)


def betrays(lead: StoredLead, text: str) -> bool:
    """Whether a text that came from elsewhere holds contact data of the lead."""
    folded = text.casefold()
    if any(word.casefold() in folded for word in (lead.last_name, lead.email) if word):
        return True
    number = digits(lead.phone or "")
    return bool(number) and number in "".join(c for c in text if c.isdigit())


def public_name(lead: StoredLead) -> str:
    """First name and initial: "Sofia M."; "Unnamed M." and "Somebody" where a part or all of it is missing."""
    first, last = (lead.first_name or "").strip(), (lead.last_name or "").strip()
    initial = f"{last[0].upper()}." if last else ""
    if not first:
        return f"Unnamed {initial}" if initial else "Somebody"
    return " ".join(p for p in (first.split(" ")[0], initial) if p)


def full_name(lead: StoredLead) -> str:
    """Title, first and last name."""
    return " ".join(p for p in (lead.title, lead.first_name, lead.last_name) if p) or "Somebody"
