"""Trying credentials and storing a connection: what the modal and the page of consent have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, SecretStr

from commands import welcome
from commands.verb import Desk
from commands.views import sentences
from providers.oauth import MemoryTokens, Tokens
from providers.provider import Provider
from storage import audit, connections, deliveries, tokens
from storage.choices import once, undo
from storage.database import Tx


@dataclass(frozen=True, slots=True)
class Wanted:
    """A connection as somebody asked for it."""

    provider: Provider
    name: str | None
    connection: str | None
    """The one that is to get new credentials; then it keeps its name."""
    credentials: BaseModel
    settings: BaseModel
    webhook: bool
    choice: str
    """What is carried out once only, however often it is sent."""


@dataclass(frozen=True, slots=True)
class Saved:
    """It is stored."""

    connection: str
    name: str
    again: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """It cannot be stored: a sentence, and the input it belongs to (``None``: none in particular)."""

    field: str | None
    sentence: str


def plain(model: BaseModel) -> dict[str, Any]:
    """A model's values with its secrets readable: only for the vault and the wire."""
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in model.model_dump().items()
    }


async def tried(desk: Desk, wanted: Wanted) -> Tokens | None:
    """Make the cheapest call with the credentials. Raises one of the four failures.

    Gives the tokens that they were exchanged for: a code or a refresh token works only once, so these are to be kept.
    """
    store = MemoryTokens()
    api = desk.apis.trial(wanted.provider, wanted.credentials, wanted.settings, store)
    await wanted.provider.check(api.for_people())
    return await store.read()


async def save(
    desk: Desk, workspace: str, by: str, wanted: Wanted, fresh: Tokens | None, *, tell: bool = False
) -> Saved | Refused | None:
    """Store it, with its tokens; ``None`` where that was done before. ``tell``: say so by direct message."""
    now = desk.now()
    secret, settings = plain(wanted.credentials), plain(wanted.settings)

    def connect_system(tx: Tx) -> Saved | Refused | None:
        if not once(tx, workspace, wanted.choice, now):
            return None
        if wanted.connection is not None:
            held = connections.get(tx, workspace, wanted.connection)
            if held is None:
                return Refused(None, sentences.connection_gone())
            connections.reconnect(
                tx,
                workspace,
                desk.vault,
                connection=held.connection,
                credentials=secret,
                settings=settings,
                by=by,
                now=now,
            )
            tokens.forget(tx, workspace, held.connection)
            saved = Saved(held.connection, held.name, again=True)
        else:
            name = wanted.name or ""
            added = connections.add(
                tx,
                workspace,
                desk.vault,
                name=name,
                provider=wanted.provider.slug,
                credentials=secret,
                settings=settings,
                by=by,
                now=now,
            )
            if added is None:
                undo(tx, workspace, wanted.choice)
                return Refused("name", sentences.name_taken(name))
            saved = Saved(added, name, again=False)
        if fresh:
            tokens.keep(
                tx,
                workspace,
                desk.vault,
                saved.connection,
                access=fresh.access,
                refresh=fresh.refresh,
                expires_at=fresh.expires_at,
            )
        if saved.again:
            audit.note(tx, workspace, "reconnected", actor=by, now=now, connection=saved.name)
        else:
            system = wanted.provider.slug
            audit.note(tx, workspace, "connected", actor=by, now=now, connection=saved.name, provider=system)
        welcome.steps_changed(tx, desk, workspace, now)
        if tell:
            text = sentences.connected_in_full(saved.name, wanted.provider.name, again=saved.again)
            deliveries.post(tx, workspace, desk.vault, kind="notice", to=by, now=now, body={"text": text})
        return saved

    saved = await desk.database.write(connect_system)
    desk.replan()
    desk.wake()
    return saved
