"""The small modals around one lead: assign, reject, note; and the message about a rejection."""

from __future__ import annotations

from pydantic import BaseModel

from commands.forms.draw import inputs
from commands.ids import Do, Form
from commands.verb import Block, Value, View
from commands.views import sentences
from commands.views.blocks import actions, button, context, modal, safe, section
from commands.views.card import Sight, fallback
from storage.records import Approval


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
    blocks = [*inputs(model), context(sentences.note_readers())]
    meta = Value(lead=sight.lead.number)
    return modal(f"Note on {sight.ref}", blocks, callback=Form.NOTE, submit="Save", meta=meta)


def rejection(sight: Sight, request: Approval) -> tuple[str, list[Block]]:
    """To whoever asked: how it ended otherwise than hoped, and why."""
    by, person = sight.name(request.decided_by), sight.name(request.person)
    text = {
        "approved": sentences.approved(sight.ref, by, person),
        "overtaken": sentences.overtaken(sight.ref, by, sight.name(sight.lead.owner)),
        "withdrawn": sentences.request_withdrawn(sight.ref, by),
    }.get(request.state, sentences.rejected(sight.ref, by, person))
    reason = f"\n>{safe(request.reason, 500)}" if request.reason else ""
    value = Value(lead=sight.lead.number)
    return text, [section(f"{text}{reason}"), actions(button("Details", Do.DETAILS, value))]
