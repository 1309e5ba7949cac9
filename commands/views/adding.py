"""A message that becomes a note of a lead: the modal, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from commands.forms.draw import inputs
from commands.ids import Do, Form
from commands.verb import Value, View
from commands.views import sentences
from commands.views.blocks import actions, button, context, modal, safe, section
from commands.views.card import Sight
from providers.provider import Keeps

TITLE = "Add to a lead"


def form(
    model: type[BaseModel], values: Mapping[str, object], chosen: Sequence[tuple[str, str]], author: str, meta: Value
) -> View:
    """Which lead, and the text; ``chosen`` is the lead that is filled in, as (number, name)."""
    blocks = inputs(model, values, options={"lead": chosen})
    blocks.append(context(sentences.note_ends_with(safe(author, 80), link=True), sentences.note_readers()))
    return modal(TITLE, blocks, callback=Form.ADD_TO_LEAD, submit="Add", meta=meta)


def added(sight: Sight, *, linked: bool) -> View:
    """It is a note now."""
    told = sight.provider.name if Keeps.NOTE in sight.provider.writes else None
    press = button("Details", Do.DETAILS, Value(lead=sight.lead.number))
    blocks = [section(sentences.added_to(sight.ref, told, linked=linked)), actions(press)]
    return modal(TITLE, blocks, callback=Form.SHOW, close="Done")
