"""The small modals around one lead: assign, reject, note; and the message about a rejection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from commands.forms.draw import Options, inputs
from commands.ids import Do, Form
from commands.verb import Block, Value, View
from commands.views import sentences
from commands.views.blocks import actions, button, context, modal, safe, section
from commands.views.card import Sight, fallback
from providers.provider import Keeps
from storage.records import THERE, Approval


def assign(model: type[BaseModel], sight: Sight) -> View:
    """Who takes it?"""
    blocks = [section(fallback(sight)), *inputs(model), context(sentences.they_are_told())]
    return modal("Assign", blocks, callback=Form.ASSIGN, submit="Assign", meta=Value(lead=sight.lead.number))


def reject(model: type[BaseModel], meta: Value) -> View:
    """Why not?"""
    blocks = [section(sentences.will_be_free()), *inputs(model)]
    return modal("Reject", blocks, callback=Form.REJECT, submit="Reject", meta=meta)


def asked(text: str) -> View:
    """An assignment became a request."""
    return modal("Assign", [section(text)], callback=Form.SHOW, close="Done")


def note(model: type[BaseModel], sight: Sight) -> View:
    """A note."""
    told = sight.provider.name if Keeps.NOTE in sight.provider.writes else None
    blocks = [*inputs(model), context(sentences.note_readers(told))]
    meta = Value(lead=sight.lead.number)
    return modal(f"Note on {sight.ref}", blocks, callback=Form.NOTE, submit="Save", meta=meta)


def _overtaken(sight: Sight, request: Approval) -> str:
    lead = sight.lead
    if request.decided_by != THERE:
        return sentences.overtaken(sight.ref, sight.name(request.decided_by), sight.name(lead.owner))
    holder = sight.name(lead.owner) if lead.owner else safe(lead.holder_name or "") if lead.holder else ""
    return sentences.decided_there(sight.ref, sight.provider.name, holder)


def set_stage(model: type[BaseModel], sight: Sight, stages: Sequence[str]) -> View:
    """Where does it stand now, in the lead system's own words?"""
    current = sight.lead.stage_raw if sight.lead.stage_raw in stages else None
    blocks = inputs(model, {"stage": current}, options={"stage": [(s, s) for s in stages]})
    meta = Value(lead=sight.lead.number)
    return modal(f"Stage of {sight.ref}", blocks, callback=Form.STAGE, submit="Set", meta=meta)


def close(model: type[BaseModel], sight: Sight, reasons: Sequence[tuple[str, str]]) -> View:
    """Why does the lead come to nothing?"""
    blocks = [*inputs(model, options={"reason": reasons}), context(sentences.close_saved(sight.provider.name))]
    meta = Value(lead=sight.lead.number)
    return modal(f"Close {sight.ref}", blocks, callback=Form.CLOSE, submit="Close the lead", meta=meta)


def contact(
    model: type[BaseModel], sight: Sight, choices: Options, values: Mapping[str, object], *, wishes: bool
) -> View:
    """How was the customer contacted, and what comes next where the lead system keeps that? ``wishes``: they do not
    want all of these, so a reason can be given."""
    blocks = [section(sentences.limits(sight.lead.limits))] if sight.lead.limits else []
    leave_out = set() if wishes else {"override"}
    leave_out |= set() if sight.provider.follows_up else {"following"}
    blocks += inputs(model, values, options=choices, leave_out=frozenset(leave_out))
    meta = Value(lead=sight.lead.number)
    return modal(f"Contact, {sight.ref}", blocks, callback=Form.CONTACT, submit="Save", meta=meta)


def rejection(sight: Sight, request: Approval) -> tuple[str, list[Block]]:
    """To whoever asked: how it ended otherwise than hoped, and why."""
    by, person = sight.name(request.decided_by), sight.name(request.person)
    text = {
        "approved": sentences.approved(sight.ref, by, person),
        "overtaken": _overtaken(sight, request),
        "withdrawn": sentences.request_withdrawn(sight.ref, by),
    }.get(request.state, sentences.rejected(sight.ref, by, person))
    reason = f"\n>{safe(request.reason, 500)}" if request.reason else ""
    value = Value(lead=sight.lead.number)
    return text, [section(f"{text}{reason}"), actions(button("Details", Do.DETAILS, value))]
