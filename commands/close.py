"""*Close…*: a lead comes to nothing, for a reason that its lead system knows. It is offered where that can be told."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from commands import sight as seeing
from commands import telling
from commands.forms.fields import Ask
from commands.forms.read import Invalid, as_model
from commands.stage import refusal_of
from commands.verb import Answer, Desk, Done, Faults, Request, Say, Show
from commands.views import sentences, working
from commands.views.card import Sight
from providers.action import Long
from providers.provider import CLOSE_REASON, Keeps
from storage import audit, deliveries, known, leads
from storage.choices import once
from storage.database import Tx

MOST = 100
"""Reasons in a select."""


class Close(BaseModel):
    """A closing."""

    reason: Annotated[str, Ask.SELECT] = Field(title="Why?")
    said: Annotated[str, Long()] = Field(
        default="", title="Note", max_length=2900, description="What else is to be known. Kept as a note here, too."
    )


def _reasons(tx: Tx, seen: Sight) -> list[tuple[str, str]]:
    found = known.search(tx, seen.lead.workspace, seen.lead.connection, CLOSE_REASON, limit=MOST)
    return [(one.id, one.name) for one in found]


async def ask(desk: Desk, request: Request) -> Answer:
    """The modal; the reasons are asked for where none is known."""
    unknown: list[Sight] = []

    def look(tx: Tx) -> Answer:
        seen = seeing.sight(tx, desk.providers, request.workspace, request.value.lead or 0, viewer=request.person)
        if (refusal := refusal_of(tx, desk, request, seen, Keeps.CLOSE)) or seen is None:
            return Say(refusal or sentences.gone())
        if not (reasons := _reasons(tx, seen)):
            unknown.append(seen)
            return Say(sentences.no_close_reasons(seen.provider.name))
        return Show(working.close(Close, seen, reasons))

    shown = await desk.database.read(look)
    for seen in unknown:
        if CLOSE_REASON in seen.provider.names:
            desk.learn(request.workspace, seen.lead.connection, CLOSE_REASON)
    return shown


async def chosen(desk: Desk, request: Request) -> Answer:
    """The modal, sent."""
    submitted = request.submitted
    if submitted is None or (lead_number := submitted.meta.lead) is None:
        return Say(sentences.stale())
    try:
        asked = as_model(Close, submitted.state)
    except Invalid as invalid:
        return Faults(invalid.errors)
    now, by, workspace = desk.now(), request.person.person, request.workspace
    said = asked.said.replace("\x00", "").strip()

    def close_lead(tx: Tx) -> str | None:
        seen = seeing.sight(tx, desk.providers, workspace, lead_number, viewer=request.person)
        if (refusal := refusal_of(tx, desk, request, seen, Keeps.CLOSE)) or seen is None:
            return refusal
        if not once(tx, workspace, f"view:{submitted.view_id}", now):
            return None
        name = dict(_reasons(tx, seen)).get(asked.reason, "another reason")
        if said:
            leads.add_note(tx, workspace, lead_number, author=by, body=said, now=now)
        telling.close(tx, desk, seen.lead, asked.reason, said, by=by, now=now)
        audit.note(tx, workspace, "closed", actor=by, now=now, lead=lead_number, reason=name)
        deliveries.refresh(tx, workspace, desk.vault, lead_number, now)
        line = {"what": "closed", "by": by, "reason": name}
        deliveries.line(tx, workspace, desk.vault, lead_number, line, now)
        return None

    refusal = await desk.database.write(close_lead)
    desk.wake()
    return Faults({"reason": refusal}) if refusal else Done()
