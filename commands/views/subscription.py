"""Subscribing a channel: the modal, what follows, and the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from commands.forms.draw import Options, inputs
from commands.ids import Do, Form
from commands.verb import Block, Say, Value, View
from commands.views import sentences
from commands.views.blocks import actions, button, context, modal, safe, section
from storage.records import Channel, Subscription

SHOWN = 15


def form(model: type[BaseModel], values: Mapping[str, Any], options: Options, *, presets: Sequence[str]) -> View:
    """The subscribe modal. ``presets``: what can be filled in beforehand."""
    blocks = inputs(model, values, options=options, leave_out=frozenset() if presets else frozenset({"presets"}))
    if presets:
        blocks.append(context(sentences.presets_known(presets)))
    return modal("Subscribe a channel", blocks, callback=Form.SUBSCRIBE, submit="Subscribe")


def subscribed(channel: Channel, *, masked: bool, approval: bool) -> View:
    """It is done, with warnings about who sees what."""
    blocks: list[Block] = [section(sentences.subscribed(channel.name))]
    if channel.has_outsiders:
        blocks.append(section(sentences.always_masked(channel.name)))
    elif not masked:
        blocks.append(section(sentences.contact_data_shown()))
    if approval:
        blocks.append(section(sentences.approval_awaited()))
    return modal("Subscribed", blocks, callback=Form.SHOW, close="Done")


def listed(
    found: Sequence[Subscription], connections: Mapping[str, str], people: Mapping[str, str], *, admin: bool
) -> Say:
    """The subscriptions, with an admin's buttons."""
    blocks: list[Block] = []
    for one in found[:SHOWN]:
        of = connections.get(one.connection, "?") if one.connection else "every connection"
        which = f"`{safe(one.words, 200)}`" if one.words else "all new leads"
        text = f"<#{one.channel}> · {safe(of)} · {which}"
        text += " · contact data hidden" if one.masked else " · contact data shown"
        if one.approval:
            approvers = sentences.listed([people.get(a, "somebody") for a in one.approvers], "or")
            text += f" · approved by {safe(approvers, 200)}"
        if one.presets:
            text += f" · new leads begin with {safe(', '.join(f'{k}: {v}' for k, v in one.presets.items()), 200)}"
        if one.trouble:
            text += f"\n{sentences.cannot_post(one.trouble)}"
        blocks.append(section(text))
        if admin:
            value = Value(row=one.subscription)
            blocks.append(actions(button("Unsubscribe", Do.UNSUBSCRIBE, value, style="danger")))
    if len(found) > SHOWN:
        blocks.append(context(f"And {len(found) - SHOWN} more."))
    return Say(sentences.counted(len(found), "subscription"), blocks)


def summary(words: str, stored: int, by: str) -> tuple[str, list[Block]]:
    """The first message in a channel that was subscribed."""
    text = sentences.channel_subscribed(by, words)
    return text, [section(f":bell: {text}"), context(sentences.older_ones(stored))]
