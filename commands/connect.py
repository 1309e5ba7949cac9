"""Connect, reconnect and disconnect a lead system. The key is tried before it is saved."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, Field, SecretStr, field_validator

from commands.forms.fields import fields_of
from commands.forms.read import Invalid, as_model
from commands.verb import Answer, Desk, Done, Faults, Request, Say, Show
from commands.views import connection as views
from commands.views import sentences
from providers.errors import AuthFailed, ProviderError, Rejected
from providers.provider import Provider
from storage import audit, connections, figures, rules
from storage.choices import once, undo
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


def _plain(model: BaseModel) -> dict[str, Any]:
    """A model's values with its secrets readable: only for the vault and the wire."""
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in model.model_dump().items()
    }


async def connect(desk: Desk, request: Request) -> Answer:
    """``/leads connect [system]``, and the buttons that choose one."""
    word = (request.value.provider or request.text).strip().casefold()
    found = [p for p in desk.providers.values() if word in (p.slug, p.name.casefold())]
    if not found and word:
        return Say(sentences.unknown_system(word, desk.providers))
    if not found and len(desk.providers) > 1:
        return views.choose(desk.providers.values())
    return Show(views.form(found[0] if found else next(iter(desk.providers.values())), Name))


async def reconnect(desk: Desk, request: Request) -> Answer:
    """*Reconnect*: the same form for new credentials."""
    held = await desk.database.read(lambda tx: connections.get(tx, request.workspace, request.value.connection or ""))
    if held is None:
        return Say(sentences.connection_gone())
    return Show(views.form(desk.providers[held.provider], Name, held))


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
    for model in models:
        try:
            read[model] = as_model(model, submitted.state)
        except Invalid as invalid:
            errors |= invalid.errors
    if errors:
        return Faults(errors)
    named = read.get(Name)
    name = named.name if isinstance(named, Name) else None
    held = await desk.database.read(lambda tx: connections.every(tx, request.workspace))
    if name and any(c.name == name for c in held):
        return Faults({"name": sentences.name_taken(name)})
    credentials = read[provider.credentials]
    try:
        await provider.check(desk.apis.trial(provider, credentials).for_people())
    except ProviderError as error:
        return Faults(_where(provider, error))
    return await _save(desk, request, provider, name, _plain(credentials), _plain(read[provider.settings]))


def _where(provider: Provider, error: ProviderError) -> dict[str, str]:
    """The failed check on the input it belongs to: the first credential, unless the API names a field."""
    names = [f.name for f in fields_of(provider.credentials)]
    first = fields_of(provider.credentials)[0]
    if isinstance(error, Rejected):
        named = {e.field: e.message for e in error.errors if e.field in names and e.field}
        if named:
            return named
    title = first.title if isinstance(error, AuthFailed) else "credentials"
    return {first.name: sentences.failure(error, provider.name, title)}


async def _save(
    desk: Desk,
    request: Request,
    provider: Provider,
    name: str | None,
    credentials: dict[str, Any],
    settings: dict[str, Any],
) -> Answer:
    submitted, now, by, workspace = request.submitted, desk.now(), request.person.person, request.workspace
    if submitted is None:
        return Done()

    def connect_system(tx: Tx) -> Answer:
        if not once(tx, workspace, f"view:{submitted.view_id}", now):
            return Done()
        if name is None:
            held = connections.get(tx, workspace, submitted.meta.connection or "")
            if held is None:
                return Faults({next(iter(credentials)): sentences.connection_gone()})
            connections.reconnect(
                tx,
                workspace,
                desk.vault,
                connection=held.connection,
                credentials=credentials,
                settings=settings,
                by=by,
                now=now,
            )
            audit.note(tx, workspace, "reconnected", actor=by, now=now, connection=held.name)
            return Show(views.connected(provider, held.name, again=True))
        added = connections.add(
            tx,
            workspace,
            desk.vault,
            name=name,
            provider=provider.slug,
            credentials=credentials,
            settings=settings,
            by=by,
            now=now,
        )
        if added is None:
            undo(tx, workspace, f"view:{submitted.view_id}")
            return Faults({"name": sentences.name_taken(name)})
        audit.note(tx, workspace, "connected", actor=by, now=now, connection=name, provider=provider.slug)
        return Show(views.connected(provider, name, again=False))

    answer = await desk.database.write(connect_system)
    desk.replan()
    return answer


# ------------------------------------------------------------------------------------- connections


async def list_connections(desk: Desk, request: Request) -> Answer:
    """``/leads connections``: health, last poll, reconnect, disconnect."""

    def look(tx: Tx) -> list[tuple[Connection, int]]:
        held = connections.every(tx, request.workspace)
        return [(c, figures.stored(tx, request.workspace, c.connection)) for c in held]

    held = await desk.database.read(look)
    if not held:
        return Say(sentences.nothing_connected())
    rows = [(c, desk.providers[c.provider].name, stored) for c, stored in held]
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

    def disconnect_system(tx: Tx) -> None:
        held = connections.get(tx, request.workspace, connection_id)
        if held is not None:
            connections.retire(tx, request.workspace, connection_id)
            audit.note(
                tx, request.workspace, "disconnected", actor=request.person.person, now=now, connection=held.name
            )

    await desk.database.write(disconnect_system)
    desk.replan()
    await remove_retired(desk, request.workspace)
    return Done()


async def remove_retired(desk: Desk, workspace: str) -> None:
    """Delete what is left of removed connections, in slices between which others write. Also after a restart."""
    for connection in await desk.database.read(lambda tx: connections.retired(tx, workspace)):

        def remove_slice(tx: Tx, connection: str = connection) -> bool:
            return connections.remove_some(tx, workspace, connection)

        while not await desk.database.write(remove_slice):
            pass
