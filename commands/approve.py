"""Approve and reject: who was asked may answer, once."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from commands import claim
from commands import sight as seeing
from commands.desk.approval import may_decide
from commands.forms.read import Invalid, as_model
from commands.verb import Answer, Desk, Done, Faults, Request, Say, Show
from commands.views import sentences, working
from providers.action import Long
from storage import audit, deliveries, leads, ownership
from storage.choices import once
from storage.database import Tx
from storage.records import Approval


class Reject(BaseModel):
    """Why not."""

    reason: Annotated[str, Long()] = Field(
        title="Why?", max_length=500, description="Whoever asked reads this.", min_length=1
    )


def _closed(tx: Tx, found: Approval) -> str:
    name = seeing.names(tx, found.workspace, (found.decided_by,)).get(found.decided_by or "", "Somebody")
    return sentences.decided_before(found.state, name, found.decided_at)


def _refusal(tx: Tx, request: Request, found: Approval | None) -> str | None:
    if found is None:
        return sentences.gone()
    if not may_decide(request.person, found.approvers):
        names = seeing.names(tx, request.workspace, found.approvers)
        return sentences.only_approvers([names[a] for a in found.approvers])
    return None if found.state == "waiting" else _closed(tx, found)


async def approve(desk: Desk, request: Request) -> Answer:
    """*Approve*: the lead goes to whom it was asked for."""
    if (request_id := request.value.request) is None:
        return Say(sentences.stale())
    now, by, workspace = desk.now(), request.person, request.workspace

    def approve_request(tx: Tx) -> str | None:
        found = ownership.request(tx, workspace, request_id)
        if (refusal := _refusal(tx, request, found)) or found is None:
            return refusal
        lead = leads.get(tx, workspace, found.lead)
        if lead is None:
            return sentences.gone()
        if not ownership.decide(tx, workspace, request_id, state="approved", by=by.person, now=now):
            return sentences.stale()
        ownership.own(tx, workspace, found.lead, person=found.person, by=by.person, instead_of=lead.owner, now=now)
        claim.owned(tx, desk, lead, person=found.person, by=by.person, now=now, what="approved")
        claim.ended(tx, desk, found, besides={by.person, found.person}, now=now)
        return None

    said = await desk.database.write(approve_request)
    desk.wake()
    return Say(said) if said else Done()


async def reject(desk: Desk, request: Request) -> Answer:
    """*Reject…*: a modal for the reason."""
    if (request_id := request.value.request) is None:
        return Say(sentences.stale())

    def look(tx: Tx) -> str | None:
        return _refusal(tx, request, ownership.request(tx, request.workspace, request_id))

    if refusal := await desk.database.read(look):
        return Say(refusal)
    return Show(working.reject(Reject, request.value))


async def rejected(desk: Desk, request: Request) -> Answer:
    """The reject modal, sent."""
    submitted = request.submitted
    if submitted is None or (request_id := submitted.meta.request) is None:
        return Say(sentences.stale())
    try:
        reason = as_model(Reject, submitted.state).reason
    except Invalid as invalid:
        return Faults(invalid.errors)
    now, by, workspace = desk.now(), request.person, request.workspace

    def reject_request(tx: Tx) -> str | None:
        found = ownership.request(tx, workspace, request_id)
        if not once(tx, workspace, f"view:{submitted.view_id}", now):
            return None
        if (refusal := _refusal(tx, request, found)) or found is None:
            return refusal
        ownership.decide(tx, workspace, request_id, state="rejected", by=by.person, now=now, reason=reason)
        lead = leads.get(tx, workspace, found.lead)
        owner = lead.owner if lead else None
        facts = {"person": found.person, "owner": owner}
        audit.note(tx, workspace, "rejected", actor=by.person, now=now, lead=found.lead, **facts)
        deliveries.refresh(tx, workspace, desk.vault, found.lead, now)
        line = {"what": "rejected", "by": by.person, **facts}
        deliveries.line(tx, workspace, desk.vault, found.lead, line, now)
        claim.ended(tx, desk, found, besides={by.person}, now=now)
        return None

    refusal = await desk.database.write(reject_request)
    desk.wake()
    return Faults({"reason": refusal}) if refusal else Done()
