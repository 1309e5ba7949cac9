"""*Contacted*, where the lead system is told of it: how, what was said, and the customer's wishes."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from commands import sight as seeing
from commands import telling
from commands.desk.approval import may_move
from commands.forms.fields import Ask
from commands.forms.read import Invalid, as_model
from commands.verb import Answer, Desk, Done, Faults, Request, Say, Show
from commands.views import sentences, working
from commands.views.card import Sight
from providers.action import Long
from providers.provider import Keeps
from storage import audit, deliveries, leads
from storage.choices import once
from storage.database import Tx
from storage.filters import Frame

HOWS = (("call", "Called"), ("email", "Wrote an e-mail"), ("text", "Sent a text message"))
CHOICES = {"how": HOWS, "following": (("call", "Call"), ("email", "Write an e-mail"), ("text", "Send a text message"))}


class Contacted(BaseModel):
    """A contact that took place."""

    how: Annotated[str, Ask.SELECT] = Field(title="How?")
    said: Annotated[str, Long()] = Field(
        default="", title="Outcome, or what was said", max_length=2900, description="Kept as a note here, too."
    )
    following: Annotated[str | None, Ask.SELECT] = Field(default=None, title="What comes next?")
    override: str = Field(
        default="",
        title="Why against the customer's wish?",
        max_length=300,
        description="Only where they asked not to be contacted in this way. It is written down.",
    )


def _wishes(seen: Sight) -> set[str]:
    """Ways in which the customer does not want to be contacted."""
    return {how for how, _ in HOWS} & set(seen.lead.limits.split(","))


def _may(tx: Tx, desk: Desk, request: Request, seen: Sight) -> str | None:
    """Why this person may not; ``None`` where they may."""
    needed = seeing.needed(tx, desk.providers, seen.lead, Frame(desk.now()))
    if may_move(request.person, seen.lead, needed.approvers):
        return None
    return sentences.not_owner(seen.ref, seen.names.get(seen.lead.owner or "", "somebody"))


async def form(desk: Desk, request: Request) -> Answer | None:
    """The modal; ``None`` where the lead system is not told, so that nothing has to be asked."""

    def look(tx: Tx) -> Answer | None:
        seen = seeing.sight(tx, desk.providers, request.workspace, request.value.lead or 0, viewer=request.person)
        if seen is None:
            return Say(sentences.gone())
        if Keeps.CONTACT not in seen.provider.writes:
            return None
        if refusal := _may(tx, desk, request, seen):
            return Say(refusal)
        return Show(working.contact(Contacted, seen, CHOICES, {}, wishes=bool(_wishes(seen))))

    return await desk.database.read(look)


async def contacted(desk: Desk, request: Request) -> Answer:
    """The modal, sent."""
    submitted = request.submitted
    if submitted is None or (lead_number := submitted.meta.lead) is None:
        return Say(sentences.stale())
    try:
        told = as_model(Contacted, submitted.state)
    except Invalid as invalid:
        return Faults(invalid.errors)
    now, by, workspace = desk.now(), request.person.person, request.workspace

    def contact_lead(tx: Tx) -> Answer:
        seen = seeing.sight(tx, desk.providers, workspace, lead_number, viewer=request.person)
        if seen is None:
            return Faults({"how": sentences.gone()})
        if refusal := _may(tx, desk, request, seen):
            return Faults({"how": refusal})
        against = told.how in _wishes(seen)
        if against and not told.override.strip():
            if "override" not in submitted.state:  # the wish came while the modal was open
                values = {"how": told.how, "said": told.said, "following": told.following}
                return Show(working.contact(Contacted, seen, CHOICES, values, wishes=True))
            return Faults({"how": sentences.against_wish(told.how)})
        if once(tx, workspace, f"view:{submitted.view_id}", now):
            _keep(tx, desk, seen, told, against=against, by=by)
        return Done()

    answer = await desk.database.write(contact_lead)
    desk.wake()
    return answer


def _keep(tx: Tx, desk: Desk, seen: Sight, told: Contacted, *, against: bool, by: str) -> None:
    """What was said and why may name the customer: they are notes, which the owner and admins read."""
    now, lead, workspace = desk.now(), seen.lead, seen.lead.workspace
    said = told.said.replace("\x00", "").strip()
    leads.mark_contacted(tx, workspace, lead.number, by=by, now=now)
    audit.note(tx, workspace, "contacted", actor=by, now=now, lead=lead.number, how=told.how)
    if against:
        audit.note(tx, workspace, "overrode", actor=by, now=now, lead=lead.number, how=told.how)
        reason = sentences.reason_against(told.how, told.override.replace("\x00", "").strip())
        leads.add_note(tx, workspace, lead.number, author=by, body=reason, now=now)
    if said:
        leads.add_note(tx, workspace, lead.number, author=by, body=said, now=now)
    telling.contact(tx, desk, lead, told.how, said, told.following or "", by=by, now=now)
    deliveries.refresh(tx, workspace, desk.vault, lead.number, now)
    line = {"what": "contacted", "by": by, "how": told.how}
    deliveries.line(tx, workspace, desk.vault, lead.number, line, now)
