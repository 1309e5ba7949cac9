"""Connect, reconnect and disconnect a lead system. The key is tried before it is saved."""

from __future__ import annotations

import re

from pydantic import BaseModel, Field, field_validator

from commands import consent, webhooks, welcome
from commands.connecting import Refused, Wanted, save, tried
from commands.forms.fields import Kind, fields_of
from commands.forms.read import Invalid, as_model
from commands.verb import Answer, Desk, Done, Faults, Request, Say, Show
from commands.views import connection as views
from commands.views import sentences
from providers.errors import AuthFailed, ProviderError, Rejected
from storage import audit, connections, figures, hooks, rules
from storage.choices import made
from storage.database import Tx
from storage.records import Connection


class Name(BaseModel):
    """What the team calls the connection."""

    name: str = Field(
        title="Name",
        max_length=30,
        description="How your team calls it, in one word: north, sales, london.",
    )

    @field_validator("name")
    @classmethod
    def _one_word(cls, value: str) -> str:
        tidy = value.strip().casefold()
        if not re.fullmatch(r"[^\W_][\w-]{0,29}", tidy):
            raise ValueError("use one word of letters, digits and hyphens")
        return tidy


async def connect(desk: Desk, request: Request) -> Answer:
    """``/leads connect [system]``, and the buttons that choose one."""
    word = (request.value.provider or request.text).strip().casefold()
    found = [p for p in desk.providers.values() if word in (p.slug, p.name.casefold())]
    if not found and word:
        return Say(sentences.unknown_system(word, desk.providers))
    if not found and len(desk.providers) > 1:
        return views.choose(desk.providers.values())
    provider = found[0] if found else next(iter(desk.providers.values()))
    return Show(views.form(provider, Name, webhook=webhooks.asked(desk, provider, ticked=True)))


async def reconnect(desk: Desk, request: Request) -> Answer:
    """*Reconnect*: the same form for new credentials."""

    def look(tx: Tx) -> tuple[Connection | None, frozenset[str]]:
        return connections.get(tx, request.workspace, request.value.connection or ""), hooks.on(tx, request.workspace)

    held, calling = await desk.database.read(look)
    if held is None:
        return Say(sentences.connection_gone())
    provider = desk.providers[held.provider]
    webhook = webhooks.asked(desk, provider, ticked=held.connection in calling)
    return Show(views.form(provider, Name, held, webhook=webhook))


async def connected(desk: Desk, request: Request) -> Answer:
    """The connect modal, sent: validate, try the credentials, then save."""
    submitted = request.submitted
    provider = desk.providers.get((submitted and submitted.meta.provider) or "")
    if submitted is None or provider is None:
        return Say(sentences.stale())
    errors: dict[str, str] = {}
    read: dict[type[BaseModel], BaseModel] = {}
    models: list[type[BaseModel]] = [provider.credentials, provider.settings]
    if submitted.meta.connection is None:
        models.insert(0, Name)
    first = fields_of(provider.credentials)[0].name
    for model in models:
        try:
            read[model] = as_model(model, submitted.state)
        except Invalid as invalid:  # a rule that is no input's own is told on the first of the credentials
            errors |= {field or first: sentence for field, sentence in invalid.errors.items()}
    if errors:
        return Faults(errors)
    named = read.get(Name)
    name = named.name if isinstance(named, Name) else None
    choice = f"view:{submitted.view_id}"

    def look(tx: Tx) -> tuple[bool, bool]:
        held = connections.every(tx, request.workspace)
        return made(tx, request.workspace, choice), any(c.name == name for c in held)

    is_made, is_taken = await desk.database.read(look)
    if is_made:  # sent twice: the name is taken by the first
        return Done()
    if name and is_taken:
        return Faults({"name": sentences.name_taken(name)})
    wanted = Wanted(
        provider=provider,
        name=name,
        connection=submitted.meta.connection,
        credentials=read[provider.credentials],
        settings=read[provider.settings],
        webhook="webhook" in submitted.state and as_model(webhooks.Calls, submitted.state).webhook,
        choice=choice,
    )
    if oauth := consent.needed(wanted):
        return await consent.begin(desk, request, wanted, oauth)
    try:
        fresh = await tried(desk, wanted)
    except ProviderError as error:
        return Faults(_where(wanted, error))
    saved = await save(desk, request.workspace, request.person.person, wanted, fresh)
    if saved is None:
        return Done()
    if isinstance(saved, Refused):
        return Faults({saved.field or first: saved.sentence})
    arranged = await webhooks.arrange(desk, request.workspace, saved.connection, wanted=wanted.webhook)
    return Show(views.connected(provider, saved.name, again=saved.again, webhook=arranged.sentence))


def _where(wanted: Wanted, error: ProviderError) -> dict[str, str]:
    """The failed check on the input it belongs to: the one that the API names, else the first secret that was typed."""
    asked = fields_of(wanted.provider.credentials)
    if isinstance(error, Rejected):
        names = {f.name for f in asked}
        named = {e.field: e.message for e in error.errors if e.field in names and e.field}
        if named:
            return named
    given = wanted.credentials.model_dump(by_alias=True)
    secret = next((f for f in asked if f.kind is Kind.SECRET and given.get(f.name)), None)
    typed = secret or next((f for f in asked if given.get(f.name) not in (None, "", f.default)), asked[0])
    title = typed.title if isinstance(error, AuthFailed) else "credentials"
    return {typed.name: sentences.failure(error, wanted.provider.name, title)}


# ------------------------------------------------------------------------------------- connections


async def list_connections(desk: Desk, request: Request) -> Answer:
    """``/leads connections``: health, last poll, reconnect, disconnect."""

    def look(tx: Tx) -> tuple[list[tuple[Connection, int]], frozenset[str]]:
        held = connections.every(tx, request.workspace)
        stored = [(c, figures.stored(tx, request.workspace, c.connection)) for c in held]
        return stored, hooks.on(tx, request.workspace)

    held, calling = await desk.database.read(look)
    if not held:
        return Say(sentences.nothing_connected())
    rows = [(c, desk.providers[c.provider].name, stored, c.connection in calling) for c, stored in held]
    return views.listed(rows, admin=request.person.is_admin)


async def disconnect(desk: Desk, request: Request) -> Answer:
    """*Disconnect…*: asks, and says what is deleted."""
    connection_id = request.value.connection or ""

    def look(tx: Tx) -> tuple[Connection, int, int] | None:
        held = connections.get(tx, request.workspace, connection_id)
        if held is None:
            return None
        subscribed = [s for s in rules.every(tx, request.workspace) if s.connection == connection_id]
        return held, figures.stored(tx, request.workspace, connection_id), len(subscribed)

    found = await desk.database.read(look)
    if found is None:
        return Say(sentences.connection_gone())
    held, stored, subscribed = found
    return Show(views.disconnect(held, desk.providers[held.provider].name, stored=stored, subscribed=subscribed))


async def disconnected(desk: Desk, request: Request) -> Answer:
    """The disconnect modal, sent."""
    submitted = request.submitted
    if submitted is None or not submitted.meta.connection:
        return Say(sentences.stale())
    connection_id, now = submitted.meta.connection, desk.now()
    calling = await webhooks.subscribed(desk, request.workspace, connection_id)

    def disconnect_system(tx: Tx) -> None:
        held = connections.get(tx, request.workspace, connection_id)
        if held is not None:
            connections.retire(tx, request.workspace, connection_id)
            welcome.steps_changed(tx, desk, request.workspace, now)
            audit.note(
                tx, request.workspace, "disconnected", actor=request.person.person, now=now, connection=held.name
            )

    await desk.database.write(disconnect_system)
    desk.replan()
    desk.wake()
    await webhooks.unsubscribe(calling)  # while its tokens are still there
    await remove_retired(desk, request.workspace)
    return Done()


async def remove_retired(desk: Desk, workspace: str) -> None:
    """Delete what is left of removed connections, in slices between which others write. Also after a restart."""
    for connection in await desk.database.read(lambda tx: connections.retired(tx, workspace)):

        def remove_slice(tx: Tx, connection: str = connection) -> bool:
            return connections.remove_some(tx, workspace, connection)

        while not await desk.database.write(remove_slice):
            pass
