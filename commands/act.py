"""``/leads do``: every operation of every connected lead system, from the palette, from words, from a lead's card."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pydantic import BaseModel

from commands import running
from commands.forms import args
from commands.forms.draft import Draft, absorb, leaves
from commands.forms.fields import fields_of
from commands.forms.read import typed
from commands.forms.values import Reading
from commands.forms.words import fold_name
from commands.ids import FormDo
from commands.lookup import Local
from commands.opened import (
    Opened,
    draw_form,
    is_sensitive,
    keep,
    local_of,
    open_draft,
)
from commands.palette import Entry, entries, search
from commands.verb import Answer, Block, Desk, Faults, Request, Say, Show
from commands.views import doing, sentences
from storage import connections, drafts, leads, people, rules
from storage.database import Tx
from storage.records import StoredLead

OPTIONS = 100


# ------------------------------------------------------------------------------------------ the palette


def _entries(tx: Tx, desk: Desk, request: Request, *, lead: StoredLead | None = None) -> list[Entry]:
    held = connections.every(tx, request.workspace)
    if lead is not None:
        held = [c for c in held if c.connection == lead.connection]
    return entries(held, desk.providers, request.person, on_lead=lead is not None)


def _palette(tx: Tx, desk: Desk, request: Request, words: str, lead: StoredLead | None = None) -> Answer:
    found = _entries(tx, desk, request, lead=lead)
    if not found:
        return Say(sentences.nothing_to_run())
    last = drafts.recents(tx, request.workspace, request.person.person)
    by_key = {(e.connection.connection, e.action.name): e for e in found}
    recent = [by_key[key] for key in last if key in by_key]
    fitting = search(found, words, last, doing.FEW) if words else []
    return Show(
        doing.palette(recent, fitting, found[: doing.FEW], words, lead=lead.number if lead else None, total=len(found))
    )


async def options(desk: Desk, request: Request, _place: str) -> list[Block]:
    """What the palette's select offers for what was typed into it."""
    number = request.value.lead

    def look(tx: Tx) -> list[Block]:
        lead = leads.get(tx, request.workspace, number) if number is not None else None
        last = drafts.recents(tx, request.workspace, request.person.person)
        found = search(_entries(tx, desk, request, lead=lead), request.text, last, OPTIONS)
        return doing.options(found)

    return await desk.database.look(look)


async def suggestions(desk: Desk, request: Request, place: str) -> list[Block]:
    """What a form's select offers for what was typed into it: known values, or names of local data."""

    def look(tx: Tx) -> list[Block]:
        opened = open_draft(tx, desk, request, request.value.draft or "")
        leaf = args.at_place(opened.entry.action.params, opened.draft, place) if opened else None
        if opened is None or leaf is None:
            return []
        if leaf.asked.refers:
            found = local_of(tx, desk, request, opened).search(leaf.asked.refers, request.text, OPTIONS)
        else:
            wanted = fold_name(request.text)
            found = [c for c in leaf.asked.choices if wanted in fold_name(f"{c[1]} {c[0]}")][:OPTIONS]
        may_be_typed = leaf.asked.refers and (not leaf.asked.whole or request.text.strip().isdecimal())
        return doing.choices(found, request.text if may_be_typed else "")

    return await desk.database.look(look)


# ------------------------------------------------------------------------------------------------ words


async def do_words(desk: Desk, request: Request) -> Answer:
    """``/leads do [connection] [action] [name:value …]``: the palette, a form with what was given, or the result."""
    words = args.split(request.text)
    now = desk.now()

    def look(tx: Tx) -> Answer | tuple[Entry, list[tuple[str, str]], Draft, dict[str, str]]:
        found = _entries(tx, desk, request)
        entry, rest = _meant(found, words)
        if entry is None:
            return _palette(tx, desk, request, " ".join(words))
        pairs = [(name, args.unquoted(text)) for name, colon, text in (w.partition(":") for w in rest) if colon]
        odd = next((w for w in rest if ":" not in w), None)
        model: type[BaseModel] = entry.action.params
        known = [f.name for f in fields_of(model)]
        if odd is not None:
            return Say(sentences.unknown_word(odd, None, known))
        lookup = Local(tx, desk.providers, entry.connection, request.person, now)
        try:
            draft, errors = args.read(model, pairs, Reading(request.person.zone, now, lookup, request.person.locale))
        except args.Unknown as unknown:
            return Say(sentences.unknown_word(unknown.word, unknown.close, unknown.known))
        for name, colon, text in (w.partition(":") for w in rest):
            if colon and args.unclosed(text) and (leaf := args.find(model, draft, name)):
                errors.setdefault(leaf.place, sentences.unclosed())  # what follows it may not have been meant
        if not people.sensitive_allowed(tx, request.workspace):
            typed_in = [p for p in draft.values if is_sensitive(model, draft, p)]
            errors |= dict.fromkeys(typed_in, sentences.sensitive_off())
            draft.values = {p: v for p, v in draft.values.items() if p not in typed_in}
        return entry, pairs, draft, errors

    found = await desk.database.read(look)
    if not isinstance(found, tuple):
        return found
    entry, pairs, draft, errors = found
    draft.connection, draft.action = entry.connection.connection, entry.action.name
    await desk.database.read(lambda tx: _begin_with_presets(tx, request, draft, entry))
    if errors:
        return await draw_form(desk, request, await keep(desk, request, draft, entry), errors)
    name = await keep(desk, request, draft, entry)
    model: type[BaseModel] = entry.action.params
    if not pairs and fields_of(model):
        return await draw_form(desk, request, name)
    return await running.submit(desk, request, name)


def _meant(found: list[Entry], words: list[str]) -> tuple[Entry | None, list[str]]:
    """The action that the first words name, with or without its connection, and the words after it."""
    if not words:
        return None, words
    first = args.unquoted(words[0]).casefold()
    of_first = [e for e in found if e.connection.name.casefold() == first]
    if of_first and len(words) > 1:
        second = words[1].casefold()
        entry = next((e for e in of_first if e.action.name == second), None)
        return (entry, words[2:]) if entry else (None, words)
    named = [e for e in found if e.action.name == first]
    return (named[0], words[1:]) if len(named) == 1 else (None, words)


# --------------------------------------------------------------------------------------- opening a form


async def open_form(desk: Desk, request: Request) -> Answer:
    """A button of the palette or of a card; the palette itself where no action is named."""
    value = request.value

    def look(tx: Tx) -> Answer | tuple[Entry, StoredLead | None]:
        lead = leads.get(tx, request.workspace, value.lead) if value.lead is not None else None
        if value.lead is not None and lead is None:
            return Say(sentences.gone())
        if value.action is None:
            return _palette(tx, desk, request, "", lead)
        found = _entries(tx, desk, request, lead=lead)
        entry = next(
            (e for e in found if e.action.name == value.action and e.connection.connection == value.connection), None
        )
        return (entry, lead) if entry else Say(sentences.stale())

    found = await desk.database.read(look)
    if not isinstance(found, tuple):
        return found
    entry, lead = found
    draft = Draft(connection=entry.connection.connection, action=entry.action.name)
    if lead is not None and entry.action.lead:
        draft.lead = lead.number
        draft.values[entry.action.lead] = lead.external_id
    await desk.database.read(lambda tx: _begin_with_presets(tx, request, draft, entry))
    return await draw_form(desk, request, await keep(desk, request, draft, entry))


def _begin_with_presets(tx: Tx, request: Request, draft: Draft, entry: Entry) -> None:
    """What the subscriptions of the channel where it was asked for fill in beforehand."""
    model: type[BaseModel] = entry.action.params
    wanted = {leaf.asked.name: leaf.place for leaf in leaves(model, draft) if leaf.asked.preset}
    if not wanted or not request.channel:
        return
    for subscription in rules.every(tx, request.workspace):
        if subscription.channel == request.channel and subscription.connection in (None, draft.connection):
            for name, value in subscription.presets.items():
                if name in wanted:
                    draft.values.setdefault(wanted[name], value)


async def chosen(desk: Desk, request: Request) -> Answer:
    """The palette's select: an option carries connection and action."""
    connection, _, action = (request.chosen or "").partition(":")
    meta = request.value
    return await open_form(
        desk, request.with_value(meta.model_copy(update={"connection": connection, "action": action}))
    )


# --------------------------------------------------------------------------------------- inside a form


async def form_button(desk: Desk, request: Request) -> Answer:
    """Add, remove, unfold, turn the page: what was typed so far is kept."""
    value, name = request.value, request.value.draft or ""
    opened = await desk.database.read(lambda tx: open_draft(tx, desk, request, name))
    if opened is None:
        return Say(sentences.form_expired())
    draft, place, focus = opened.draft, value.path or "", ""
    errors = _absorb(opened, ((request.in_view or {}).get("state") or {}).get("values") or {})
    drawn = [b.get("block_id", "") for b in (request.in_view or {}).get("blocks") or () if b.get("type") == "input"]
    match value.do:
        case FormDo.OPEN:
            draft.opened.append(place)
            focus = place
        case FormDo.ADD:
            draft.add_row(place)
            focus = f"{place}/{draft.rows[place][-1]}"
        case FormDo.DROP:
            draft.drop(place)
            focus = next((b for b in drawn if b != place and not b.startswith(f"{place}/")), "")  # the same page
        case FormDo.TURN:
            draft.page = value.page or 0
        case FormDo.AGAIN:
            await desk.database.write(partial(running.may_run_again, request.workspace, name))
        case _:
            return Say(sentences.stale())
    await keep(desk, request, draft, opened.entry, name)
    return await draw_form(desk, request, name, errors or None, focus)


def _absorb(opened: Opened, state: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    if doing.REASON in state:
        opened.draft.reason = str(typed({doing.REASON: state[doing.REASON]}).get(doing.REASON) or "") or None
    return absorb(opened.entry.action.params, opened.draft, state)


async def submitted(desk: Desk, request: Request) -> Answer:
    """The form, sent: errors stand on their inputs, on whichever page; else it runs, or asks first."""
    sent = request.submitted
    if sent is None:
        return Say(sentences.stale())
    name = sent.meta.draft or ""
    opened = await desk.database.read(lambda tx: open_draft(tx, desk, request, name))
    if opened is None:
        return Say(sentences.form_expired())
    errors = _absorb(opened, sent.state)
    opened.draft.asked, opened.draft.shown, opened.draft.one = {}, 0, None  # another result than the last one
    await keep(desk, request, opened.draft, opened.entry, name)
    if errors:
        return Faults(errors)
    return await running.submit(desk, request, name)
