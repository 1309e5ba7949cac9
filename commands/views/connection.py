"""Connecting a lead system: the modals and the list of connections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from commands.forms.draw import inputs, one
from commands.forms.fields import fields_of
from commands.ids import Do, Form
from commands.verb import Block, Say, Value, View
from commands.views import sentences
from commands.views.blocks import MODAL_TITLE, actions, button, context, local_time, modal, safe, section
from providers.provider import Provider
from storage.records import Connection


def choose(providers: Iterable[Provider]) -> Say:
    """Which lead system?"""
    rows = [actions(button(p.name, Do.PROVIDER, Value(provider=p.slug))) for p in providers]
    text = sentences.which_system()
    return Say(text, [section(f"*{text}*"), *rows])  # an action id may stand once in a block


def _connect(name: str) -> str:
    """A modal's title: where a name is too long for it, its last word, which is the product's after a company's."""
    title = f"Connect {name}"
    return title if len(title) <= MODAL_TITLE else f"Connect {name.rsplit(maxsplit=1)[-1]}"


def form(
    provider: Provider,
    name: type[BaseModel],
    held: Connection | None = None,
    *,
    webhook: tuple[type[BaseModel], bool] | None = None,
) -> View:
    """The connect modal, drawn from the models; for new credentials of ``held`` without the name.

    ``webhook``: the model that asks whether the lead system is to call, and whether it is ticked at first; ``None``
    where that is not offered.
    """
    blocks = [section(sentences.new_credentials(held.name))] if held else inputs(name)
    blocks += _grouped(provider.credentials)
    blocks += _grouped(provider.settings, held.settings if held else None)
    if webhook:
        (calls,) = fields_of(webhook[0])
        box = one(replace(calls, hint=sentences.let_it_call(provider.name)), webhook[1])
        blocks += [box] if box else []
    blocks.append(context(sentences.tried_first()))
    meta = Value(provider=provider.slug, connection=held.connection if held else None)
    title = "Reconnect" if held else _connect(provider.name)
    return modal(title, blocks, callback=Form.CONNECT, submit="Connect", meta=meta)


def _grouped(model: type[BaseModel], values: Mapping[str, Any] | None = None) -> list[Block]:
    """The inputs of a model, with the title of each group above its first."""
    groups = {asked.name: asked.group for asked in fields_of(model)}
    blocks: list[Block] = []
    above: str | None = None
    for block in inputs(model, values):
        group = groups.get(str(block["block_id"]))
        if group and group != above:
            blocks.append(section(f"*{group}*"))
        above = group
        blocks.append(block)
    return blocks


def connected(provider: Provider, name: str, *, again: bool, webhook: str = "") -> View:
    """It works; ``webhook`` is a sentence on whether it calls."""
    nexts = sentences.polling_goes_on() if again else sentences.connected_next()
    blocks = [section(sentences.connected(name, provider.name)), section(nexts)]
    blocks += [section(webhook)] if webhook else []
    return modal("Connected", blocks, callback=Form.SHOW, close="Done")


def consent(provider: Provider, url: str) -> View:
    """The way to the lead system's page of consent."""
    blocks = [
        section(sentences.consent_wanted(provider.name)),
        actions(button(sentences.open_system(provider.name), Do.OPEN_LINK, Value(), style="primary", url=url)),
        context(sentences.consent_once()),
    ]
    return modal(_connect(provider.name), blocks, callback=Form.SHOW, close="Done")


def listed(held: Sequence[tuple[Connection, str, int, bool]], *, admin: bool) -> Say:
    """The connections as (connection, lead system's name, leads stored, whether it calls): health, last poll, and an
    admin's buttons."""
    blocks: list[Block] = []
    for connection, system, stored, calling in held[:15]:
        blocks.append(section(_health(connection, system, stored, calling=calling)))
        if admin:
            value = Value(connection=connection.connection)
            blocks.append(
                actions(
                    button("Reconnect", Do.RECONNECT, value),
                    button("Disconnect…", Do.DISCONNECT, value, style="danger"),
                )
            )
    return Say(sentences.counted(len(held), "connection"), blocks)


def state_of(connection: Connection) -> str:
    """How a connection does, and why where it does not do well."""
    if connection.state == "paused":
        return f":red_circle: paused: {safe(connection.failure)}. Press *Reconnect*."
    if connection.failure:
        return f":large_yellow_circle: failing ({safe(connection.failure)}); trying again"
    if connection.succeeded_at is None:
        return ":white_circle: first poll is under way"
    return ":large_green_circle: healthy"


def _health(connection: Connection, system: str, stored: int, *, calling: bool) -> str:
    last = local_time(connection.succeeded_at) if connection.succeeded_at else "not yet"
    return (
        f"*{safe(connection.name)}* · {system} · {state_of(connection)}\n"
        f"Last success {last} · {sentences.counted(stored, 'lead')} stored{' · webhook on' if calling else ''}"
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
