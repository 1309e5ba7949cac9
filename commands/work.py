"""Working a lead: notes, and saying that the customer was contacted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from commands import act, claim, close, contact, stage, telling
from commands import sight as seeing
from commands.desk.approval import may_move
from commands.forms.read import Invalid, as_model
from commands.ids import Button
from commands.verb import Answer, Desk, Done, Faults, Request, Say, Show
from commands.views import sentences, working
from commands.views.card import Sight
from providers.action import Long
from providers.provider import Keeps
from storage import audit, deliveries, leads
from storage.choices import once
from storage.database import Tx
from storage.filters import Frame


class NoteText(BaseModel):
    """A note."""

    note: Annotated[str, Long()] = Field(title="Note", max_length=2900, min_length=1)


async def note(desk: Desk, request: Request) -> Answer:
    """*Add a note…*: a modal."""
    if (lead_number := request.value.lead) is None:
        return Say(sentences.stale())
    seen = await desk.database.read(
        lambda tx: seeing.sight(tx, desk.providers, request.workspace, lead_number, viewer=request.person)
    )
    if seen is None:
        return Say(sentences.gone())
    return Show(working.note(NoteText, seen))


async def noted(desk: Desk, request: Request) -> Answer:
    """The note modal, sent."""
    submitted = request.submitted
    if submitted is None or (lead_number := submitted.meta.lead) is None:
        return Say(sentences.stale())
    try:
        body = as_model(NoteText, submitted.state).note
    except Invalid as invalid:
        return Faults(invalid.errors)
    now, by, workspace = desk.now(), request.person.person, request.workspace

    def note_lead(tx: Tx) -> str | None:
        seen = seeing.sight(tx, desk.providers, workspace, lead_number, viewer=request.person)
        if seen is None:
            return sentences.gone()
        if once(tx, workspace, f"view:{submitted.view_id}", now):
            keep_note(tx, desk, seen, body, by=by, now=now)
        return None

    refusal = await desk.database.write(note_lead)
    desk.wake()
    return Faults({"note": refusal}) if refusal else Done()


def keep_note(tx: Tx, desk: Desk, seen: Sight, body: str, *, by: str, now: datetime) -> None:
    """A note of a lead that ``by`` may see: kept here, told to its lead system where that takes notes, and to the
    lead's thread that there is one."""
    workspace, number = seen.lead.workspace, seen.lead.number
    text = body.replace("\x00", "")
    leads.add_note(tx, workspace, number, author=by, body=text, now=now)
    telling.note(tx, desk, seen.lead, text, by=by, now=now)
    if Keeps.NOTE in seen.provider.writes:
        deliveries.refresh(tx, workspace, desk.vault, number, now)
    audit.note(tx, workspace, "noted", actor=by, now=now, lead=number)
    deliveries.line(tx, workspace, desk.vault, number, {"what": "noted", "by": by}, now)


async def contacted(desk: Desk, request: Request) -> Answer:
    """*Contacted*: self-reported, by one press; where the lead system is told of it, a modal asks how."""
    if (lead_number := request.value.lead) is None:
        return Say(sentences.stale())
    asked = await contact.form(desk, request)
    if asked is not None:
        return asked
    now, by, workspace = desk.now(), request.person, request.workspace

    def contact_lead(tx: Tx) -> str | None:
        seen = seeing.sight(tx, desk.providers, workspace, lead_number, viewer=by)
        if seen is None:
            return sentences.gone()
        needed = seeing.needed(tx, desk.providers, seen.lead, Frame(now))
        if not may_move(by, seen.lead, needed.approvers):
            return sentences.not_owner(seen.ref, seen.names.get(seen.lead.owner or "", "somebody"))
        if not leads.mark_contacted(tx, workspace, lead_number, by=by.person, now=now):
            return sentences.contacted_before(seen.ref, seen.name(seen.lead.contacted_by))
        audit.note(tx, workspace, "contacted", actor=by.person, now=now, lead=lead_number)
        deliveries.refresh(tx, workspace, desk.vault, lead_number, now)
        deliveries.line(tx, workspace, desk.vault, lead_number, {"what": "contacted", "by": by.person}, now)
        return None

    said = await desk.database.write(contact_lead)
    desk.wake()
    return Say(said) if said else Done()


async def more(desk: Desk, request: Request) -> Answer:
    """The card's menu."""
    match request.value.do:
        case Button.NOTE:
            return await note(desk, request)
        case Button.CONTACTED:
            return await contacted(desk, request)
        case Button.STAGE:
            return await stage.ask(desk, request)
        case Button.CLOSE:
            return await close.ask(desk, request)
        case Button.RELEASE:
            return await claim.release(desk, request)
        case Button.ACTIONS:
            return await act.open_form(desk, request)
        case _:
            return Say(sentences.stale())
