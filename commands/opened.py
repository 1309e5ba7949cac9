"""A form that somebody has open: its stored draft, what it is about, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from commands import sight as seeing
from commands.desk.visibility import public_name
from commands.forms import args
from commands.forms.draft import Draft, as_model, leaves, with_rows
from commands.forms.values import Reading, zone_of
from commands.lookup import Local
from commands.palette import Entry
from commands.verb import Answer, Desk, Request, Say, Show
from commands.views import doing, sentences
from providers.action import Action
from storage import connections, drafts, known, leads, people
from storage.database import Tx
from storage.records import Person, StoredLead

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


def open_draft(tx: Tx, desk: Desk, request: Request, name: str) -> Opened | None:
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
        of, hidden = desk.memory.peek(f"{SENSITIVE}{name}") or (draft.kept, {})
        if of == draft.kept:  # else another process kept the form since: what is sensitive is asked for again
            draft.values |= hidden
    visible = lead is None or seeing.visible(tx, lead, request.person)
    return Opened(name, draft, Entry(connection, provider, action), lead, owner, sensitive, visible)


def _lead_of(tx: Tx, workspace: str, connection: str, draft: Draft, action: Action[Any]) -> StoredLead | None:
    """The desk's lead that an action is about to act on: by what stands in the form now."""
    typed_in = draft.values.get(action.lead) if action.lead else None
    if typed_in in (None, ""):
        return None
    return leads.by_external_id(tx, workspace, connection, _as_sent(action.params, action.lead or "", str(typed_in)))


async def about_named(desk: Desk, request: Request, opened: Opened, params: BaseModel) -> Opened:
    """The same, about the desk's lead that the parameters name where no field of the form did: a pasted link may."""
    action = opened.entry.action
    named = params.model_dump(by_alias=True, include={action.lead}).get(action.lead) if action.lead else None
    if opened.lead is not None or named in (None, ""):
        return opened

    def look(tx: Tx) -> Opened:
        lead = leads.by_external_id(tx, request.workspace, opened.entry.connection.connection, str(named))
        if lead is None:
            return opened
        owner = seeing.names(tx, request.workspace, (lead.owner,)).get(lead.owner or "")
        return replace(opened, lead=lead, owner=owner, visible=seeing.visible(tx, lead, request.person))

    return await desk.database.read(look)


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


async def keep(desk: Desk, request: Request, draft: Draft, entry: Entry, name: str | None = None) -> str:
    """Store a draft; what is sensitive stays in memory."""
    model: type[BaseModel] = entry.action.params
    with_rows(model, draft)
    hidden = {place: v for place, v in draft.values.items() if is_sensitive(model, draft, place)}
    away = {p for p in draft.held_back if p not in draft.values and is_sensitive(model, draft, p)}
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
        desk.memory.put(f"{SENSITIVE}{kept}", (draft.kept, hidden))
    return kept


def is_sensitive(model: type[BaseModel], draft: Draft, place: str) -> bool:
    leaf = args.at_place(model, draft, place)
    return leaf is not None and leaf.asked.sensitive


def local_of(tx: Tx, desk: Desk, request: Request, opened: Opened) -> Local:
    return Local(tx, desk.providers, opened.entry.connection, request.person, desk.now())


def about_of(desk: Desk, opened: Opened) -> str | None:
    lead = opened.lead if opened.visible else None
    return f"{opened.entry.provider.prefix}-{lead.number} · {public_name(lead)}" if lead else None


async def draw_form(
    desk: Desk, request: Request, name: str, errors: Mapping[str, str] | None = None, focus: str = ""
) -> Answer:
    """Draw a stored draft's form; names that it asks for and that nobody has learned yet are asked for now."""
    unlearned: list[tuple[str, str]] = []

    def look(tx: Tx) -> Answer:
        opened = open_draft(tx, desk, request, name)
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
            local_of(tx, desk, request, opened),
            about=about_of(desk, opened),
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


def params_of(opened: Opened, now: datetime | None = None) -> BaseModel:
    """What is sent: what was typed, and what else the lead system finds the desk's lead by. Raises Invalid."""
    action, draft = opened.entry.action, opened.draft
    model: type[BaseModel] = action.params
    if action.lookup and opened.lead is not None and not draft.values.get(action.lookup):
        draft = draft.model_copy(update={"values": draft.values | {action.lookup: opened.lead.lookup}})
    return as_model(model, draft, now)


def now_there(desk: Desk, person: Person) -> datetime:
    """Now, in the person's zone: their today is not everybody's."""
    return desk.now().astimezone(zone_of(Reading(person.zone, desk.now())))
