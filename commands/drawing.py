"""A message of the outbox, drawn as things stand when it is delivered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from commands import digest as digests
from commands import identity, welcome
from commands import sight as seeing
from commands.verb import Block, Desk
from commands.views import card as cards
from commands.views import connection, sentences, subscription, working
from commands.views.blocks import safe, saying
from commands.views.card import Sight
from commands.views.digest import digest
from storage import deliveries, leads, ownership, people, rules
from storage.database import Tx
from storage.records import Delivery, Message

Drawn = tuple[str, list[Block]]


def draw(tx: Tx, desk: Desk, delivery: Delivery, message: Message, now: datetime) -> Drawn | None:
    """Text and blocks; ``None`` where there is nothing to show any more."""
    workspace = message.workspace
    body: dict[str, Any] = desk.vault.unseal_json(workspace, f"delivery:{delivery.delivery}", delivery.body)
    if delivery.kind == "line":
        if _in_channel(message) and any(_is_private(tx, workspace, n) for n in _shown(tx, message)):
            return None
        who = seeing.names(tx, workspace, [str(body.get(k)) for k in ("person", "by", "owner") if body.get(k)])
        text = sentences.line(str(body.get("what")), body, who)
        return saying(text)
    match message.kind:
        case "summary":
            return _summary(tx, workspace, body)
        case "paused":
            return connection.paused(str(body["name"]), str(body["system"]), str(body["connection"]))
        case "notice":
            return saying(str(body["text"]))
        case welcome.KIND:
            return welcome.draw(tx, desk, workspace, message.channel)
        case "digest":
            since, until = datetime.fromisoformat(body["since"]), datetime.fromisoformat(body["until"])
            return digest(digests.collect(tx, desk, workspace, since, until), now)
    numbers = deliveries.leads_of(tx, workspace, message.message)
    if not numbers:
        return None
    return _about_lead(tx, desk, message, numbers[0], now)


def _in_channel(message: Message) -> bool:
    return not message.channel.startswith(("U", "W"))


def _shown(tx: Tx, message: Message) -> list[int]:
    return deliveries.leads_of(tx, message.workspace, message.message)


def _is_private(tx: Tx, workspace: str, number: int) -> bool:
    lead = leads.get(tx, workspace, number)
    return lead is not None and lead.private


def _withheld(tx: Tx, message: Message, seen: Sight) -> bool:
    """Whether a private lead must not be shown where the message is: in a channel, or to somebody else."""
    if not seen.lead.private:
        return False
    reader = None if _in_channel(message) else people.person(tx, message.workspace, message.channel)
    return reader is None or not seeing.visible(tx, seen.lead, reader)


def _about_lead(tx: Tx, desk: Desk, message: Message, number: int, now: datetime) -> Drawn | None:
    workspace = message.workspace
    masked = message.kind != "card" or is_masked(tx, workspace, message.channel, number)
    reader = None if _in_channel(message) else people.person(tx, workspace, message.channel)
    seen = seeing.sight(tx, desk.providers, workspace, number, masked=masked, reader=reader, now=now)
    if seen is None:
        return None
    if message.kind in ("card", "handover"):
        seen = identity.beside(tx, desk.providers, seen, reader)
    match message.kind:
        case "card":
            return cards.withheld(seen) if _withheld(tx, message, seen) else cards.card(seen)
        case "handover":
            return cards.handover(seen, message.subject or message.channel)
        case "ask" | "rejection":
            request = ownership.request(tx, workspace, message.subject or "")
            if request is None:
                return None
            ids = (request.person, request.asked_by, request.decided_by, *request.approvers)
            seen.names.update(seeing.names(tx, workspace, ids))
            if message.kind == "ask":
                return cards.ask(seen, request, ownership.open_leads(tx, workspace, request.person), now)
            return working.rejection(seen, request)
        case _:
            return None


def is_masked(tx: Tx, workspace: str, channel: str, number: int) -> bool:
    """Masked where one of the channel's subscriptions says so, where outsiders are, and where nobody knows."""
    alerted = rules.alerted(tx, workspace, number)
    here = [s for s in rules.every(tx, workspace) if s.channel == channel and s.subscription in alerted]
    seen = people.channel(tx, workspace, channel)
    return not here or any(s.masked for s in here) or seen is None or seen.has_outsiders


def _summary(tx: Tx, workspace: str, body: dict[str, Any]) -> Drawn:
    by = str(body.get("by", ""))
    name = safe(seeing.names(tx, workspace, [by]).get(by, "Somebody"))
    return subscription.summary(str(body.get("words", "")), int(body.get("stored", 0)), name)
