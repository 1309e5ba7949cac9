"""``/leads do``: every operation of every connected lead system, from the palette, from words, from a lead's card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from commands import documents
from commands import sight as seeing
from commands.desk.visibility import public_name
from commands.forms import args
from commands.forms.draft import Draft, absorb, as_model, leaves, with_rows
from commands.forms.fields import fields_of
from commands.forms.read import Invalid, typed
from commands.forms.values import Reading, zone_of
from commands.forms.words import fold_name
from commands.ids import FormDo, ResultDo
from commands.lookup import Local
from commands.palette import Entry, entries, may_run, search, sees_results
from commands.verb import Answer, Block, Desk, Faults, Hand, Request, Say, Show
from commands.views import doing, sentences
from commands.views.result import Sheet, as_csv, ids_in
from providers.action import Action, Effect
from providers.download import Download
from providers.errors import AuthFailed, ProviderError, Rejected, Unavailable, UnexpectedResponse
from providers.http import Api
from providers.lead import Privacy
from providers.paging import MOST_PAGES, every_page, items_of
from storage import audit, connections, drafts, known, leads, people, pings, rules
from storage.choices import once, undo
from storage.database import Tx
from storage.records import Person, StoredLead

OPTIONS = 100
SENSITIVE = "sensitive:"
"""Memory's key of what a form holds of the sensitive class, which is never stored."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft with what it is about, read in one transaction."""

    name: str
    draft: Draft
    entry: Entry
    lead: StoredLead | None
    owner: str | None
    sensitive: bool
    visible: bool
    """Whether the person may know of the lead."""


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
        opened = _open(tx, desk, request, request.value.draft or "")
        leaf = args.at_place(opened.entry.action.params, opened.draft, place) if opened else None
        if opened is None or leaf is None:
            return []
        if leaf.asked.refers:
            found = _local(tx, desk, request, opened).search(leaf.asked.refers, request.text, OPTIONS)
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
            typed_in = [p for p in draft.values if _is_sensitive(model, draft, p)]
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
        return await _form(desk, request, await _keep(desk, request, draft, entry), errors)
    name = await _keep(desk, request, draft, entry)
    model: type[BaseModel] = entry.action.params
    if not pairs and fields_of(model):
        return await _form(desk, request, name)
    return await _submit(desk, request, name)


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
    return await _form(desk, request, await _keep(desk, request, draft, entry))


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


def _open(tx: Tx, desk: Desk, request: Request, name: str) -> Opened | None:
    """A stored draft; ``None`` where it, its connection or its action is gone, or somebody else's."""
    body = drafts.get(tx, request.workspace, desk.vault, name, person=request.person.person, now=desk.now())
    if body is None:
        return None
    draft = Draft.model_validate(body)
    connection = connections.get(tx, request.workspace, draft.connection)
    provider = desk.providers.get(connection.provider) if connection else None
    action = provider.action(draft.action) if provider else None
    if connection is None or provider is None or action is None:
        return None
    lead = _lead_of(tx, request.workspace, connection.connection, draft, action)
    owner = seeing.names(tx, request.workspace, (lead.owner,)).get(lead.owner or "") if lead else None
    sensitive = people.sensitive_allowed(tx, request.workspace)
    if sensitive:
        draft.values |= desk.memory.peek(f"{SENSITIVE}{name}") or {}
    visible = lead is None or seeing.visible(tx, lead, request.person)
    return Opened(name, draft, Entry(connection, provider, action), lead, owner, sensitive, visible)


def _lead_of(tx: Tx, workspace: str, connection: str, draft: Draft, action: Action[Any]) -> StoredLead | None:
    """The desk's lead that an action is about to act on: by what stands in the form now."""
    typed_in = draft.values.get(action.lead) if action.lead else None
    if typed_in in (None, ""):
        return None
    return leads.by_external_id(tx, workspace, connection, _as_sent(action.params, action.lead or "", str(typed_in)))


def _as_sent(model: type[BaseModel], field: str, text: str) -> str:
    """An id as the model reads it: " 017" and "17.0" are sent as 17, so they are the lead 17."""
    try:
        return str(_reader(model, field).validate_python(text.strip()))
    except ValidationError:
        return text


@cache
def _reader(model: type[BaseModel], field: str) -> TypeAdapter[Any]:
    info = next(info for name, info in model.model_fields.items() if (info.alias or name) == field)
    return TypeAdapter(info.rebuild_annotation())


async def _keep(desk: Desk, request: Request, draft: Draft, entry: Entry, name: str | None = None) -> str:
    """Store a draft; what is sensitive stays in memory."""
    model: type[BaseModel] = entry.action.params
    with_rows(model, draft)
    hidden = {place: v for place, v in draft.values.items() if _is_sensitive(model, draft, place)}
    away = {p for p in draft.held_back if p not in draft.values and _is_sensitive(model, draft, p)}
    draft.held_back = sorted(away | {place for place, v in hidden.items() if v is not None})
    draft.kept += 1
    body = draft.model_dump(mode="json")
    body["values"] = {k: v for k, v in body["values"].items() if k not in hidden}
    now = desk.now()

    def keep_draft(tx: Tx) -> str:
        return drafts.put(
            tx, request.workspace, desk.vault, person=request.person.person, body=body, now=now, draft=name
        )

    kept = await desk.database.write(keep_draft)
    desk.memory.take(f"{SENSITIVE}{kept}")
    if hidden:
        desk.memory.put(f"{SENSITIVE}{kept}", hidden)
    return kept


def _is_sensitive(model: type[BaseModel], draft: Draft, place: str) -> bool:
    leaf = args.at_place(model, draft, place)
    return leaf is not None and leaf.asked.sensitive


def _local(tx: Tx, desk: Desk, request: Request, opened: Opened) -> Local:
    return Local(tx, desk.providers, opened.entry.connection, request.person, desk.now())


def _about(desk: Desk, opened: Opened) -> str | None:
    lead = opened.lead if opened.visible else None
    return f"{opened.entry.provider.prefix}-{lead.number} · {public_name(lead)}" if lead else None


async def _form(
    desk: Desk, request: Request, name: str, errors: Mapping[str, str] | None = None, focus: str = ""
) -> Answer:
    """Draw a stored draft's form; names that it asks for and that nobody has learned yet are asked for now."""
    unlearned: list[tuple[str, str]] = []

    def look(tx: Tx) -> Answer:
        opened = _open(tx, desk, request, name)
        if opened is None:
            return Say(sentences.form_expired())
        action = opened.entry.action
        given = (
            frozenset({action.lead or "", action.lookup or ""}) if opened.draft.lead is not None else frozenset[str]()
        )
        view = doing.form(
            opened.entry,
            opened.draft,
            name,
            _local(tx, desk, request, opened),
            about=_about(desk, opened),
            errors=errors,
            focus=focus,
            sensitive=opened.sensitive,
            given=given,
        )
        unlearned.extend(_unlearned(tx, request.workspace, opened))
        return Show(view)

    shown = await desk.database.read(look)
    for connection, kind in unlearned:
        if not desk.memory.has(key := f"learning:{request.workspace}:{connection}:{kind}"):
            desk.memory.put(key, True)
            desk.learn(request.workspace, connection, kind)
    return shown


def _unlearned(tx: Tx, workspace: str, opened: Opened) -> list[tuple[str, str]]:
    """(connection, kind) of what this form chooses from by name, where it was never asked for."""
    connection, offered = opened.entry.connection.connection, opened.entry.provider.names
    wanted = {leaf.asked.refers for leaf in leaves(opened.entry.action.params, opened.draft)} & set(offered)
    held = known.kinds(tx, workspace, connection) if wanted else {}
    return [(connection, kind) for kind in sorted(k for k in wanted if k) if kind not in held]


# --------------------------------------------------------------------------------------- inside a form


async def form_button(desk: Desk, request: Request) -> Answer:
    """Add, remove, unfold, turn the page: what was typed so far is kept."""
    value, name = request.value, request.value.draft or ""
    opened = await desk.database.read(lambda tx: _open(tx, desk, request, name))
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
            await desk.database.write(partial(_may_run_again, request.workspace, name))
        case _:
            return Say(sentences.stale())
    await _keep(desk, request, draft, opened.entry, name)
    return await _form(desk, request, name, errors or None, focus)


def _absorb(opened: Opened, state: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    if doing.REASON in state:
        opened.draft.reason = str(typed({doing.REASON: state[doing.REASON]}).get(doing.REASON) or "") or None
    return absorb(opened.entry.action.params, opened.draft, state)


def _may_run_again(workspace: str, name: str, tx: Tx) -> None:
    undo(tx, workspace, f"draft:{name}")


async def submitted(desk: Desk, request: Request) -> Answer:
    """The form, sent: errors stand on their inputs, on whichever page; else it runs, or asks first."""
    sent = request.submitted
    if sent is None:
        return Say(sentences.stale())
    name = sent.meta.draft or ""
    opened = await desk.database.read(lambda tx: _open(tx, desk, request, name))
    if opened is None:
        return Say(sentences.form_expired())
    errors = _absorb(opened, sent.state)
    opened.draft.asked, opened.draft.shown, opened.draft.one = {}, 0, None  # another result than the last one
    await _keep(desk, request, opened.draft, opened.entry, name)
    if errors:
        return Faults(errors)
    return await _submit(desk, request, name)


async def _submit(desk: Desk, request: Request, name: str) -> Answer:
    """Check a draft, and run it or ask first."""
    opened = await desk.database.read(lambda tx: _open(tx, desk, request, name))
    if opened is None:
        return Say(sentences.form_expired())
    if lost := [p for p in opened.draft.held_back if p not in opened.draft.values]:
        return await _not_held(desk, request, opened, lost)
    try:
        params = _params(opened, _now_there(desk, request.person))
    except Invalid as invalid:
        return await _refuse(desk, request, name, invalid.errors)
    if refusal := _forbidden(opened, request.person):
        return Say(refusal)
    if how := _unwanted(opened, params):
        return await _ask_why(desk, request, opened, how)
    if opened.entry.action.asks or opened.entry.action.foresee:
        return await _ask(desk, request, opened, params)
    return await _run(desk, request, opened, params)


def _params(opened: Opened, now: datetime | None = None) -> BaseModel:
    """What is sent: what was typed, and what else the lead system finds the desk's lead by. Raises Invalid."""
    action, draft = opened.entry.action, opened.draft
    model: type[BaseModel] = action.params
    if action.lookup and opened.lead is not None and not draft.values.get(action.lookup):
        draft = draft.model_copy(update={"values": draft.values | {action.lookup: opened.lead.lookup}})
    return as_model(model, draft, now)


def _now_there(desk: Desk, person: Person) -> datetime:
    """Now, in the person's zone: their today is not everybody's."""
    return desk.now().astimezone(zone_of(Reading(person.zone, desk.now())))


async def _not_held(desk: Desk, request: Request, opened: Opened, lost: list[str]) -> Answer:
    """Sensitive values that were typed are not there any more: that is said once, rather than sending without them."""
    opened.draft.values |= dict.fromkeys(lost)
    opened.draft.held_back = []
    await _keep(desk, request, opened.draft, opened.entry, opened.name)
    text = sentences.sensitive_gone() if opened.sensitive else sentences.sensitive_off()
    return await _refuse(desk, request, opened.name, dict.fromkeys(lost, text))


def _forbidden(opened: Opened, person: Person) -> str | None:
    if may_run(opened.entry.action, person, opened.lead):
        return None
    owner = opened.owner if opened.visible else None
    return sentences.not_yours_to_run(None if opened.entry.action.for_admins else owner or "Somebody")


def _unwanted(opened: Opened, params: BaseModel) -> str | None:
    """The rule of contact that this action would break, if any, and for which no reason was given."""
    how = opened.entry.action.contacts(params) if opened.entry.action.contacts else None
    if not how or opened.lead is None or how not in opened.lead.limits.split(","):
        return None
    return None if opened.draft.reason and opened.draft.broken == _rule(opened, how) else how


def _rule(opened: Opened, how: str) -> str:
    return f"{how}:{opened.lead.number if opened.lead else ''}"


async def _ask_why(desk: Desk, request: Request, opened: Opened, how: str) -> Answer:
    """The form, with an input for the reason: it counts for this lead and this rule only."""
    opened.draft.reason, opened.draft.broken = None, _rule(opened, how)
    await _keep(desk, request, opened.draft, opened.entry, opened.name)
    return await _form(desk, request, opened.name, {doing.REASON: sentences.do_not_contact(how)})


async def _refuse(desk: Desk, request: Request, name: str, errors: Mapping[str, str]) -> Answer:
    """Sentences on the inputs where they are drawn; else the page that has the first of them."""
    drawn = {b.get("block_id") for b in (request.submitted.blocks if request.submitted else ())}
    if request.submitted and errors and set(errors) <= drawn:
        return Faults(errors)
    return await _form(desk, request, name, errors)


async def _ask(desk: Desk, request: Request, opened: Opened, params: BaseModel) -> Answer:
    """ "Are you sure?", with what is foreseen; it runs at once where there is nothing to be sure of."""
    besides: list[str] = []
    if opened.entry.action.foresee is not None and (api := await _api(desk, request, opened)) is not None:
        try:
            if foreseen := await opened.entry.action.foresee(api.for_people(), params):
                besides.append(foreseen)
        except ProviderError as error:
            return await _not_done(desk, request, opened, error)
    if not (besides or opened.entry.action.asks):
        return await _run(desk, request, opened, params)

    def look(tx: Tx) -> Answer:
        lookup = _local(tx, desk, request, opened)
        about = _about(desk, opened)
        return Show(doing.confirm(opened.entry, opened.draft, opened.name, lookup, about=about, besides=besides))

    return await desk.database.read(look)


async def confirmed(desk: Desk, request: Request) -> Answer:
    """ "Yes": run it."""
    name = (request.submitted.meta.draft if request.submitted else None) or ""
    opened = await desk.database.read(lambda tx: _open(tx, desk, request, name))
    if opened is None:
        return Show(doing.gone())
    if lost := [p for p in opened.draft.held_back if p not in opened.draft.values]:
        return await _not_held(desk, request, opened, lost)
    try:
        params = _params(opened, _now_there(desk, request.person))
    except Invalid as invalid:
        return await _form(desk, request, name, invalid.errors)
    if refusal := _forbidden(opened, request.person):
        return Say(refusal)
    if how := _unwanted(opened, params):
        return await _ask_why(desk, request, opened, how)
    if request.submitted and request.submitted.meta.page != opened.draft.kept:  # changed in another window meanwhile
        return await _ask(desk, request, opened, params)
    return await _run(desk, request, opened, params)


# --------------------------------------------------------------------------------------------- running


async def _api(desk: Desk, request: Request, opened: Opened) -> Api | None:
    found = await desk.apis.of(request.workspace, opened.entry.connection.connection)
    return found[1] if found else None


async def _run(desk: Desk, request: Request, opened: Opened, params: BaseModel) -> Answer:
    """Carry it out, once for each time the form was sent."""
    action, workspace = opened.entry.action, request.workspace
    api = await _api(desk, request, opened)
    if api is None:
        return Say(sentences.connection_gone())
    if action.document and (refusal := await documents.refusal(desk, request, opened.lead, opened.owner)):
        return Say(refusal)
    writes, now = action.effect is not Effect.READ, desk.now()

    def begin(tx: Tx) -> bool:
        drafts.ran(tx, workspace, request.person.person, opened.entry.connection.connection, action.name, now)
        return not writes or once(tx, workspace, f"draft:{opened.name}", now)

    if not await desk.database.write(begin):
        return Say(sentences.running_already())
    try:
        answer = await action.run(api.for_people(), params)
    except ProviderError as error:
        return await _not_done(desk, request, opened, error)
    await desk.database.write(partial(_ran, desk, request, opened, now))
    if writes:
        desk.memory.take(f"{SENSITIVE}{opened.name}")
    desk.wake()
    if isinstance(answer, Download) and opened.lead is not None:
        return await documents.hand(desk, request, opened.entry, opened.lead, answer)
    return await _result(desk, request, opened, params, answer)


def _ran(desk: Desk, request: Request, opened: Opened, now: datetime, tx: Tx, **more: bool) -> None:
    """What is kept of a run: who did what to which lead, and no word of what was sent. ``more``: how it went."""
    action, lead = opened.entry.action, opened.lead
    facts: dict[str, Any] = {"action": action.name, "connection": opened.entry.connection.name, **more}
    if opened.draft.reason:
        facts["reason"] = opened.draft.reason
    if lead is not None:
        looked = lead.owner != request.person.person
    else:  # contact data of whoever is in it
        looked = action.privacy is not Privacy.PUBLIC and sees_results(action, request.person, None)
    if action.effect is not Effect.READ or looked:
        word = "ran" if action.effect is not Effect.READ else "looked"
        audit.note(
            tx,
            request.workspace,
            word,
            actor=request.person.person,
            now=now,
            lead=lead.number if lead else None,
            **facts,
        )
    if action.effect is not Effect.READ and lead is not None and opened.entry.provider.webhooks is not None:
        pings.put(tx, request.workspace, lead.connection, [lead.external_id], now)  # it is read again, before others


async def _not_done(desk: Desk, request: Request, opened: Opened, error: ProviderError) -> Answer:
    """Why not, where the person is looking; what was typed is kept."""
    action, system, name = opened.entry.action, opened.entry.provider.name, opened.name
    unknown = (isinstance(error, Unavailable) and error.arrived is None) or isinstance(error, UnexpectedResponse)
    if unknown and action.effect is not Effect.READ and not action.idempotent:
        reason = str(error) or "no answer"
        said = sentences.unsure(action.title, system, reason)
        await desk.database.write(partial(_ran, desk, request, opened, desk.now(), unsure=True))
        return Show(doing.failed(opened.entry, name, said, retry=True), or_say=True, later=said)
    await desk.database.write(partial(_may_run_again, request.workspace, name))
    if isinstance(error, Rejected) and error.errors:
        errors: dict[str, str] = {}
        for one in error.errors:
            place = args.place_named(action.params, opened.draft, one.field, one.row) or ""
            text = sentences.refused_there(system, one.message)
            errors[place] = f"{errors[place]} {text}" if place in errors else text
        if "" not in errors:
            return await _refuse(desk, request, name, errors)
    text = sentences.failure(error, system) if not isinstance(error, AuthFailed) else sentences.key_refused(system)
    return Show(doing.failed(opened.entry, name, text, retry=True), or_say=True, later=text)


async def _result(desk: Desk, request: Request, opened: Opened, params: BaseModel, answer: Any) -> Answer:
    """Draw what it gave, and remember it for a while so that its pages can be turned."""
    action, draft = opened.entry.action, opened.draft
    asked = params.model_dump(by_alias=True, exclude_none=True) | draft.asked
    items = items_of(answer)
    more = action.paging is not None and items is not None and action.paging.following(asked, answer, items) is not None
    desk.memory.put(f"result:{opened.name}", answer)

    def look(tx: Tx) -> Answer:
        sheet = _sheet(tx, desk, request, opened, answer)
        later = "" if action.effect is Effect.READ else sentences.carried_out(action.title, opened.entry.provider.name)
        shown = doing.result(opened.entry, draft, opened.name, sheet, answer, more=more)
        return Show(shown, or_say=True, later=later)

    return await desk.database.read(look)


def _sheet(tx: Tx, desk: Desk, request: Request, opened: Opened, answer: Any) -> Sheet:
    action = opened.entry.action
    lookup = _local(tx, desk, request, opened)
    named = {kind: lookup.named(kind, sorted(ids)) for kind, ids in ids_in(action.gives, answer).items()}
    return Sheet(action, sees_results(action, request.person, opened.lead), request.person.zone, named)


async def result_button(desk: Desk, request: Request) -> Answer:
    """Below a result: turn its pages, or have all of it as a file."""
    value, name = request.value, request.value.draft or ""
    opened = await desk.database.read(lambda tx: _open(tx, desk, request, name))
    if opened is None or not may_run(opened.entry.action, request.person, opened.lead):
        return Say(sentences.form_expired())
    if opened.entry.action.effect is not Effect.READ:
        return Say(sentences.stale())
    action, draft = opened.entry.action, opened.draft
    try:
        params = _params(opened)
    except Invalid:
        return Say(sentences.form_expired())
    api = await _api(desk, request, opened)
    if api is None:
        return Say(sentences.connection_gone())
    base = params.model_dump(by_alias=True, exclude_none=True)  # as the model takes it: times keep their zone

    async def ask(asked: Mapping[str, Any]) -> Any:
        return await action.run(api.for_people(), action.params.model_validate(dict(asked)))

    try:
        if value.do == ResultDo.CSV:
            return await _csv(desk, request, opened, ask, base)
        answer = desk.memory.peek(f"result:{name}")
        if value.do in (ResultDo.SHOW, ResultDo.ONE):
            draft.one = value.page if value.do == ResultDo.ONE else None
            draft.shown = draft.shown if value.do == ResultDo.ONE else value.page or 0
            answer = answer if answer is not None else await ask(base | draft.asked)
        else:
            answer = answer if answer is not None else await ask(base | draft.asked)
            following = (
                action.paging.following(base | draft.asked, answer, items_of(answer) or []) if action.paging else None
            )
            if following is None:
                return Say(sentences.nothing_more())
            before = items_of(answer)
            answer = await ask(base | draft.asked | following)
            if items_of(answer) in (None, [], before):  # the last page was shown, or it ignores paging
                return Say(sentences.nothing_more())
            draft.asked |= following
            draft.shown, draft.one = 0, None
    except ProviderError as error:
        return Say(sentences.failure(error, opened.entry.provider.name))
    await _keep(desk, request, draft, opened.entry, name)
    return await _result(desk, request, opened, params, answer)


async def _csv(desk: Desk, request: Request, opened: Opened, ask: Any, base: Mapping[str, Any]) -> Answer:
    action = opened.entry.action
    found: list[Any] = []
    whole, read = True, 0
    try:
        if action.paging is None:
            answer = await ask(base)
            items = items_of(answer)
            found = [answer] if items is None else items
        else:
            async for page in every_page(ask, action.paging, base):
                found += page
                read += 1
            whole = read < MOST_PAGES
    except ProviderError:
        whole = False
    if not found and not whole:
        return Say(sentences.nothing_read(opened.entry.provider.name))

    def look(tx: Tx) -> bytes:
        return as_csv(_sheet(tx, desk, request, opened, found), found)

    content = await desk.database.read(look)
    await desk.database.write(partial(_ran, desk, request, opened, desk.now(), file=True))
    name = f"{action.name}.csv"
    shown = doing.csv_sent(action.title, len(found), whole=whole)
    return Hand(name, content, sentences.csv_of(action.title, opened.entry.connection.name), Show(shown))
