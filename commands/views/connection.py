"""Connecting a lead system: the modals and the list of connections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from commands.forms.draw import inputs
from commands.ids import Do, Form
from commands.verb import Block, Say, Value, View
from commands.views import sentences
from commands.views.blocks import actions, button, context, local_time, modal, safe, section
from providers.provider import Provider
from storage.records import Connection


def choose(providers: Iterable[Provider]) -> Say:
    """Which lead system?"""
    rows = [actions(button(p.name, Do.PROVIDER, Value(provider=p.slug))) for p in providers]
    text = sentences.which_system()
    return Say(text, [section(f"*{text}*"), *rows])  # an action id may stand once in a block


def form(provider: Provider, name: type[BaseModel], held: Connection | None = None) -> View:
    """The connect modal, drawn from the models; for new credentials of ``held`` without the name."""
    blocks = [section(sentences.new_credentials(held.name))] if held else inputs(name)
    blocks += inputs(provider.credentials)
    blocks += inputs(provider.settings, held.settings if held else None)
    blocks.append(context(sentences.tried_first()))
    meta = Value(provider=provider.slug, connection=held.connection if held else None)
    title = "Reconnect" if held else f"Connect {provider.name}"
    return modal(title, blocks, callback=Form.CONNECT, submit="Connect", meta=meta)


def connected(provider: Provider, name: str, *, again: bool) -> View:
    """It works."""
    nexts = sentences.polling_goes_on() if again else sentences.connected_next()
    blocks = [section(sentences.connected(name, provider.name)), section(nexts)]
    return modal("Connected", blocks, callback=Form.SHOW, close="Done")


def listed(held: Sequence[tuple[Connection, str, int]], *, admin: bool) -> Say:
    """The connections as (connection, lead system's name, leads stored): health, last poll, and an admin's buttons."""
    blocks: list[Block] = []
    for connection, system, stored in held[:15]:
        blocks.append(section(_health(connection, system, stored)))
        if admin:
            value = Value(connection=connection.connection)
            blocks.append(
                actions(
                    button("Reconnect", Do.RECONNECT, value),
                    button("Disconnect…", Do.DISCONNECT, value, style="danger"),
                )
            )
    return Say(sentences.counted(len(held), "connection"), blocks)


def _health(connection: Connection, system: str, stored: int) -> str:
    if connection.state == "paused":
        state = f":red_circle: paused: {safe(connection.failure)}. Press *Reconnect*."
    elif connection.failure:
        state = f":large_yellow_circle: failing ({safe(connection.failure)}); trying again"
    elif connection.succeeded_at is None:
        state = ":white_circle: first poll is under way"
    else:
        state = ":large_green_circle: healthy"
    last = local_time(connection.succeeded_at) if connection.succeeded_at else "not yet"
    return (
        f"*{safe(connection.name)}* · {system} · {state}\n"
        f"Last success {last} · {sentences.counted(stored, 'lead')} stored"
    )


def disconnect(connection: Connection, system: str, *, stored: int, subscribed: int) -> View:
    """Asks, and says what is deleted."""
    text = sentences.disconnecting(connection.name, system, stored=stored, subscribed=subscribed)
    meta = Value(connection=connection.connection)
    return modal("Disconnect", [section(text)], callback=Form.DISCONNECT, submit="Disconnect", meta=meta)


def paused(name: str, system: str, connection: str) -> tuple[str, list[Block]]:
    """To whoever connected it: the credentials are refused."""
    text = sentences.connection_paused(name, system)
    value = Value(connection=connection)
    return text, [section(text), actions(button("Reconnect", Do.RECONNECT, value, style="primary"))]
