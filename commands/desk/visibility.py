"""Who may see what of a lead."""

from __future__ import annotations

from storage.records import Person, StoredLead


def sees_contact(lead: StoredLead, person: Person) -> bool:
    """Contact data is the owner's; an admin may look, and that is written into the audit trail."""
    return not person.is_guest and (lead.owner == person.person or person.is_admin)


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
