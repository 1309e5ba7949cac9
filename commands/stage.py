"""*Set the stage…*: where a lead stands, in the lead system's own words. It is offered where that can be told."""

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
from providers.lead import Stage
from providers.provider import Keeps
from storage import audit, deliveries
from storage.choices import once
from storage.database import Tx
from storage.filters import Frame


class SetStage(BaseModel):
    """A stage."""

    stage: Annotated[str, Ask.SELECT] = Field(title="Stage")


def refusal_of(tx: Tx, desk: Desk, request: Request, seen: Sight | None, keeps: Keeps) -> str | None:
    """Why this person may not tell the lead's system of this; ``None`` where they may."""
    if seen is None:
        return sentences.gone()
    if keeps not in seen.provider.writes:
        return sentences.stale()
    needed = seeing.needed(tx, desk.providers, seen.lead, Frame(desk.now()))
    if not may_move(request.person, seen.lead, needed.approvers):
        return sentences.not_owner(seen.ref, seen.names.get(seen.lead.owner or "", "somebody"))
    return None


def _stages(tx: Tx, seen: Sight) -> list[str]:
    """The stages there, else the trade's."""
    return telling.stages(tx, seen.lead) or [stage.value for stage in Stage]


async def ask(desk: Desk, request: Request) -> Answer:
    """The modal."""

    def look(tx: Tx) -> Answer:
        seen = seeing.sight(tx, desk.providers, request.workspace, request.value.lead or 0, viewer=request.person)
        if (refusal := refusal_of(tx, desk, request, seen, Keeps.STAGE)) or seen is None:
            return Say(refusal or sentences.gone())
        return Show(working.set_stage(SetStage, seen, _stages(tx, seen)))

    return await desk.database.read(look)


async def chosen(desk: Desk, request: Request) -> Answer:
    """The modal, sent."""
    submitted = request.submitted
    if submitted is None or (lead_number := submitted.meta.lead) is None:
        return Say(sentences.stale())
    try:
        name = as_model(SetStage, submitted.state).stage
    except Invalid as invalid:
        return Faults(invalid.errors)
    now, by, workspace = desk.now(), request.person.person, request.workspace

    def stage_lead(tx: Tx) -> str | None:
        seen = seeing.sight(tx, desk.providers, workspace, lead_number, viewer=request.person)
        if (refusal := refusal_of(tx, desk, request, seen, Keeps.STAGE)) or seen is None:
            return refusal
        if not once(tx, workspace, f"view:{submitted.view_id}", now):
            return None
        telling.stage(tx, desk, seen.lead, name, by=by, now=now)
        audit.note(tx, workspace, "staged", actor=by, now=now, lead=lead_number, stage=name)
        deliveries.refresh(tx, workspace, desk.vault, lead_number, now)
        line = {"what": "staged", "by": by, "stage": name}
        deliveries.line(tx, workspace, desk.vault, lead_number, line, now)
        return None

    refusal = await desk.database.write(stage_lead)
    desk.wake()
    return Faults({"stage": refusal}) if refusal else Done()
