"""The *Details* modal: everything that this person may see of a lead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from commands.desk.visibility import full_name, public_name
from commands.ids import Do, Form
from commands.verb import Block, Value, View
from commands.views import told
from commands.views.blocks import (
    actions,
    button,
    clean,
    context,
    divider,
    local_time,
    modal,
    rich,
    safe,
    section,
    when,
    words,
)
from commands.views.card import Sight, facts_line, label, request_line, stage_name, state_line
from commands.views.sentences import line
from providers.lead import Privacy
from storage.records import Entry, Note

LONGEST_TEXT = 3000
"""Characters of one text in the modal; a customer's message is rarely longer."""


def record(
    sight: Sight,
    *,
    contact: bool,
    notes: Sequence[Note],
    entries: Sequence[Entry],
    now: datetime,
) -> View:
    """The modal. ``contact``: this person may see contact data."""
    lead = sight.lead
    who = full_name(lead) if contact else public_name(lead)
    blocks: list[Block] = [
        rich([words(clean(who, 150), bold=True)], [words(request_line(sight))], [words(facts_line(sight) or " ")]),
        section(state_line(sight)),
    ]
    for each in sight.told:
        blocks.append(context(told.line(each, sight.provider.name)))
        if stuck := told.buttons(each, lead.number):
            blocks.append(actions(*stuck))
    if sight.link:
        name = f"Open in {sight.provider.name}"
        blocks.append(actions(button(name, Do.OPEN_LINK, Value(lead=lead.number), url=sight.link)))
    blocks += [divider(), *_contact(sight, contact=contact), *_facts(sight)]
    if sight.others:
        blocks += [divider(), section(f"*The same person's other leads* ({len(sight.others)})")]
        blocks += [
            section(
                f"{o.ref} · {safe(o.about or 'no property named', 80)} · via {safe(o.connection, 60)} · "
                f"{local_time(o.created_at)} · {sight.name(o.owner) if o.owner else 'unclaimed'}",
                accessory=button("Show", Do.DETAILS, Value(lead=o.number)),
            )
            for o in sight.others[:8]
        ]
    blocks += _written(sight, notes, entries, contact=contact)
    return modal(sight.ref, blocks, callback=Form.SHOW, meta=Value(lead=lead.number))


def _contact(sight: Sight, *, contact: bool) -> list[Block]:
    lead = sight.lead
    hidden = [d for d in lead.details if d.privacy is Privacy.CONTACT]
    if not contact:
        has = [n for n, v in (("phone", lead.phone), ("e-mail", lead.email)) if v]
        return [context(f":lock: Contact data ({', '.join(has) or 'none given'}) is for the owner.")]
    pairs = [("Phone", lead.phone), ("E-mail", lead.email), *((d.label, d.value) for d in hidden)]
    lines = [[words(f"{clean(n, 40)}: ", bold=True), words(v, limit=LONGEST_TEXT)] for n, v in pairs if v]
    return [rich(*lines)] if lines else [context("No contact data was given.")]


def _facts(sight: Sight) -> list[Block]:
    lead = sight.lead
    pairs = [(d.label, d.value) for d in lead.details if d.privacy is Privacy.PUBLIC]
    pairs += [
        (n, v)
        for n, v in (
            ("Stage", stage_name(lead)),
            ("Source", label(sight.provider, "source", lead.source_name or lead.source)),
            ("Number there", lead.external_id),
            ("Your reference", lead.external_ref),
            ("Connection", sight.connection),
        )
        if v
    ]
    lines: list[list[Block]] = [[words(f"{clean(n, 40)}: ", bold=True), words(clean(v, 300))] for n, v in pairs[:25]]
    lines.append([words("Created: ", bold=True), when(lead.created_at)])
    return [rich(*lines)]


def _written(sight: Sight, notes: Sequence[Note], entries: Sequence[Entry], *, contact: bool) -> list[Block]:
    blocks: list[Block] = []
    if notes and contact:
        blocks += [divider(), section("*Notes*")]
        blocks += [
            rich(
                [words(f"{clean(sight.names.get(n.author, 'somebody'), 60)} · ", italic=True), when(n.at)],
                [words(n.body, limit=LONGEST_TEXT)],
            )
            for n in notes[:8]
        ]
    elif notes:
        blocks += [context(f":lock: {len(notes)} note{'s' if len(notes) > 1 else ''}, for the owner.")]
    if entries:
        told = "\n".join(
            f"{local_time(e.at)} · {line(e.what, {'by': e.actor, **e.facts}, sight.names)}" for e in entries[:12]
        )
        blocks += [divider(), section(f"*What happened*\n{told}")]
    return blocks
