"""What is done to a lead at the desk is told to its lead system: stored with the deed, carried out by the process.

What a lead system cannot be told (:attr:`Provider.writes`) the desk keeps itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from commands.verb import Desk
from providers.provider import Doing, Keeps, Provider
from storage import connections, known, leads, members, writes
from storage.database import Tx
from storage.records import KnownName, StoredLead, Write


def system(tx: Tx, desk: Desk, lead: StoredLead) -> Provider | None:
    """The lead system a lead comes from; ``None`` where its connection is being removed."""
    held = connections.get(tx, lead.workspace, lead.connection)
    return desk.providers[held.provider] if held else None


def can_tell(tx: Tx, desk: Desk, lead: StoredLead, keeps: Keeps) -> bool:
    """Whether the lead's system is told of this."""
    provider = system(tx, desk, lead)
    return provider is not None and keeps in provider.writes


def _tell(tx: Tx, desk: Desk, lead: StoredLead, keeps: Keeps, body: dict[str, Any], *, by: str, now: datetime) -> None:
    writes.add(
        tx,
        lead.workspace,
        desk.vault,
        lead=lead.number,
        connection=lead.connection,
        keeps=keeps.value,
        body={"at": now.isoformat(), **body},
        by=by,
        now=now,
    )


def member_told(tx: Tx, desk: Desk, write: Write) -> str:
    """Of an owner's write: the member's id, ``""`` for nobody."""
    return str(writes.body(tx, write.workspace, desk.vault, write).get("member") or "")


def holder_there(tx: Tx, desk: Desk, lead: StoredLead) -> str | None:
    """Who has a lead there, as far as is known here: the member that was told last, else the one that was read.

    ``None`` where nobody can say: something is on its way, or nobody knows whether it arrived.
    """
    told = writes.of_kind(tx, lead.workspace, lead.number, Keeps.OWNER)
    if any(w.state in ("sending", "doubt", "unsure") or (w.state == "pending" and w.sending_at) for w in told):
        return None
    sent = next((w for w in told if w.state == "sent"), None)
    return member_told(tx, desk, sent) if sent else lead.holder or ""


def owner(tx: Tx, desk: Desk, lead: StoredLead, person: str | None, *, by: str, now: datetime) -> None:
    """Tell whose a lead is now (``None``: nobody's). Nothing is told of somebody who is no member there, or of what
    is so already; what waited to be told is withdrawn."""
    if not can_tell(tx, desk, lead, Keeps.OWNER):
        return
    member: KnownName | None = None
    if person is not None:
        member = members.member_of(tx, lead.workspace, lead.connection, person)
    wanted = member.id if member else ""
    if (person is not None and member is None) or holder_there(tx, desk, lead) == wanted:
        writes.withdraw(tx, lead.workspace, lead.number, Keeps.OWNER, now)
        return
    _tell(tx, desk, lead, Keeps.OWNER, {"member": wanted, "before": lead.holder}, by=by, now=now)


def note(tx: Tx, desk: Desk, lead: StoredLead, text: str, *, by: str, now: datetime) -> None:
    """Tell of a note."""
    if can_tell(tx, desk, lead, Keeps.NOTE):
        _tell(tx, desk, lead, Keeps.NOTE, {"text": text}, by=by, now=now)


def stage(tx: Tx, desk: Desk, lead: StoredLead, name: str, *, by: str, now: datetime) -> None:
    """Tell where a lead stands now, in the lead system's own word."""
    if can_tell(tx, desk, lead, Keeps.STAGE):
        _tell(tx, desk, lead, Keeps.STAGE, {"stage": name}, by=by, now=now)


def contact(
    tx: Tx, desk: Desk, lead: StoredLead, how: str, text: str, following: str, *, by: str, now: datetime
) -> None:
    """Tell that the customer was contacted, and how they will be next: ``call``, ``email`` or ``text``."""
    if can_tell(tx, desk, lead, Keeps.CONTACT):
        body = {"how": how, "text": text, "following": following}
        _tell(tx, desk, lead, Keeps.CONTACT, body, by=by, now=now)


def close(tx: Tx, desk: Desk, lead: StoredLead, reason: str, text: str, *, by: str, now: datetime) -> None:
    """Tell that a lead came to nothing; ``reason`` is an id."""
    if can_tell(tx, desk, lead, Keeps.CLOSE):
        _tell(tx, desk, lead, Keeps.CLOSE, {"reason": reason, "text": text}, by=by, now=now)


def doing(tx: Tx, desk: Desk, write: Write) -> Doing | None:
    """A stored write as the lead system's client takes it; contact data is read from the lead only now.

    ``None`` where the lead is no longer stored.
    """
    lead = leads.get(tx, write.workspace, write.lead)
    if lead is None:
        return None
    body = writes.body(tx, write.workspace, desk.vault, write)
    member = str(body.get("member") or "") or None
    found = members.get(tx, write.workspace, write.connection, member) if member else None
    facts = {"phone": lead.phone, "email": lead.email, "member_email": found.email if found else None}
    return Doing(
        lead=lead.external_id,
        at=datetime.fromisoformat(str(body["at"])),
        member=member,
        text=str(body.get("text") or ""),
        stage=body.get("stage"),
        how=str(body.get("how") or ""),
        lookup=lead.lookup,
        following=str(body.get("following") or ""),
        reason=str(body.get("reason") or ""),
        facts={name: value for name, value in facts.items() if value},
    )


def stages(tx: Tx, lead: StoredLead) -> list[str]:
    """The stages there that are known by name."""
    found = known.search(tx, lead.workspace, lead.connection, "stage")
    return [one.name for one in found]
