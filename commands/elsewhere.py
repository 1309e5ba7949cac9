"""Leads that have an owner in their lead system: routed there on arrival, or given to somebody else later.

The lead system wins: whatever it says of a lead's owner, unless it is what the desk told it, is so here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from commands import claim, identity, telling
from commands.verb import Desk
from commands.views import sentences
from providers.provider import Keeps, Provider
from storage import audit, connections, deliveries, leads, members, ownership, writes
from storage.database import Tx
from storage.records import THERE, Connection, Member, StoredLead, Write

HANDED_OVER = 20
"""So many leads at the most are handed over by direct message when it is found out who a member is."""


def routed(connection: Connection, provider: Provider) -> bool:
    """Whether the lead system, and not the desk, says who gets a new lead."""
    return Keeps.OWNER in provider.writes and connection.settings.get("routes") == provider.slug


def arrived(tx: Tx, desk: Desk, connection: Connection, lead: StoredLead, now: datetime) -> bool:
    """A new lead that the lead system gave to one of its members is that person's at once; whether it is."""
    provider = desk.providers[connection.provider]
    if not lead.holder or not routed(connection, provider):
        return False
    person = members.person_of(tx, lead.workspace, lead.connection, lead.holder)
    if person is None or not ownership.own(
        tx, lead.workspace, lead.number, person=person, by=THERE, instead_of=None, now=now
    ):
        return False
    audit.note(
        tx,
        lead.workspace,
        "routed",
        actor=THERE,
        now=now,
        lead=lead.number,
        person=person,
        system=provider.name,
    )
    _hand_over(tx, desk, lead, person, now)
    return True


def changed(tx: Tx, desk: Desk, before: StoredLead, after: StoredLead, now: datetime) -> None:
    """The lead system says something new of a lead's owner, unless that is what it was told from here."""
    if after.holder is None or after.holder == before.holder:
        return
    provider = telling.system(tx, desk, after)
    if provider is None or Keeps.OWNER not in provider.writes:
        return
    told = writes.of_kind(tx, after.workspace, after.number, Keeps.OWNER)
    explained = next((w for w in told if telling.member_told(tx, desk, w) == after.holder), None)
    if explained is not None:
        if explained is told[0]:
            writes.confirmed(tx, after.workspace, explained, now)
        return
    if any(w.state == "sending" for w in told):
        return  # whoever sends it looks again when the answer is there: see settle
    _give_in(tx, desk, after, provider, now)


def settle(tx: Tx, desk: Desk, write: Write, now: datetime, *, sent: bool) -> None:
    """An owner's write came back, and the lead system may have said something else meanwhile. That counts where the
    write was not carried out; where it was, nobody knows which of the two was later, so it is read again."""
    lead = leads.get(tx, write.workspace, write.lead)
    provider = telling.system(tx, desk, lead) if lead else None
    if write.keeps != Keeps.OWNER or lead is None or provider is None or lead.holder is None:
        return
    body = writes.body(tx, write.workspace, desk.vault, write)
    if lead.holder in (body.get("before"), body.get("member") or ""):
        return
    if sent:
        ownership.look_again(tx, lead.workspace, lead.number)
    else:
        _give_in(tx, desk, lead, provider, now)


def _give_in(tx: Tx, desk: Desk, lead: StoredLead, provider: Provider, now: datetime) -> None:
    workspace, number, vault = lead.workspace, lead.number, desk.vault
    writes.overtake(tx, workspace, number, Keeps.OWNER, now)
    person = members.person_of(tx, workspace, lead.connection, lead.holder) if lead.holder else None
    waiting = ownership.waiting(tx, workspace, number)
    if waiting and (lead.holder or lead.owner):
        ownership.decide(tx, workspace, waiting.request, state="overtaken", by=THERE, now=now)
        besides = {one for one in (person, lead.owner) if one}
        claim.ended(tx, desk, waiting, besides=besides, now=now)
    if person == lead.owner:
        return
    identity.redraw_others(tx, desk, lead, now)
    if person is not None:
        ownership.own(tx, workspace, number, person=person, by=THERE, instead_of=lead.owner, now=now)
    elif lead.owner is not None:
        ownership.release(tx, workspace, number, owner=lead.owner)
    facts = {"person": person, "owner": lead.owner, "system": provider.name, "holder": lead.holder_name or ""}
    audit.note(tx, workspace, "moved", actor=THERE, now=now, lead=number, **facts)
    deliveries.line(tx, workspace, vault, number, {"what": "moved", "by": THERE, **facts}, now)
    if lead.owner is not None:
        ref = f"{provider.prefix}-{number}"
        text = sentences.taken_there(ref, provider.name, lead.holder_name if lead.holder else None)
        deliveries.post(tx, workspace, vault, kind="notice", to=lead.owner, now=now, body={"text": text})
    if person is not None:
        _hand_over(tx, desk, lead, person, now)


def _hand_over(tx: Tx, desk: Desk, lead: StoredLead, person: str, now: datetime) -> None:
    identity.redraw(tx, desk, lead, now)
    deliveries.post(
        tx, lead.workspace, desk.vault, kind="handover", to=person, now=now, leads=[lead.number], subject=person
    )


def persons(tx: Tx, workspace: str, connection: str) -> dict[str, str | None]:
    """Who each member is, as :func:`found_out` compares it later."""
    return {m.member: m.person for m in members.every(tx, workspace, connection)}


def found_out(tx: Tx, desk: Desk, workspace: str, connection: str, before: Mapping[str, str | None]) -> int:
    """It became known who some members are (``before``: as :func:`persons` said): leads that they have there, and
    that nobody here ever had, are theirs, and what they took here is told. How many leads changed."""
    held, now, changed_leads = connections.get(tx, workspace, connection), desk.now(), 0
    if held is None or Keeps.OWNER not in desk.providers[held.provider].writes:
        return 0
    for member in members.every(tx, workspace, connection):
        if member.person is not None and before.get(member.member) != member.person:
            changed_leads += _known_now(tx, desk, held, member, now)
    return changed_leads


def _known_now(tx: Tx, desk: Desk, held: Connection, member: Member, now: datetime) -> int:
    workspace, person = held.workspace, member.person
    if person is None:
        return 0
    adopted = []
    if routed(held, desk.providers[held.provider]):
        adopted = ownership.adopt(tx, workspace, held.connection, member.member, person, now)
    shown = [n for n in sorted(adopted, reverse=True) if deliveries.has_card(tx, workspace, n)]
    system = desk.providers[held.provider].name
    for number in shown:
        audit.note(tx, workspace, "routed", actor=THERE, now=now, lead=number, person=person, system=system)
    for number in shown[:HANDED_OVER]:
        if lead := leads.get(tx, workspace, number):
            _hand_over(tx, desk, lead, person, now)
    for number in shown[HANDED_OVER:]:
        deliveries.refresh(tx, workspace, desk.vault, number, now)
    told = ownership.untold(tx, workspace, held.connection, person)
    for number in told:
        if lead := leads.get(tx, workspace, number):
            telling.owner(tx, desk, lead, person, by=person, now=now)
            deliveries.refresh(tx, workspace, desk.vault, number, now)
    return len(adopted) + len(told)
