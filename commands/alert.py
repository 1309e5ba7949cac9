"""New leads become cards, each once in every matching channel; changed leads change their cards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from commands import elsewhere, identity
from commands.desk.alerting import Rule, alerts, by_channel
from commands.verb import Desk
from commands.views import sentences
from storage import deliveries, figures, members, rules
from storage.database import Tx
from storage.filters import Frame
from storage.records import Connection, StoredLead
from storage.vault import Vault


def announce(
    tx: Tx, workspace: str, vault: Vault, arrived: Sequence[StoredLead], read: Sequence[Rule], now: datetime
) -> int:
    """Put a card for each lead that is not private into the outbox, for every channel that has not had it; how
    many cards."""
    cards = 0
    for lead in (x for x in arrived if not x.private):
        fresh = [
            s
            for s in alerts(lead, read, Frame(now))
            if rules.alert_once(tx, workspace, lead.number, s.subscription, now)
        ]
        for channel in by_channel(fresh):
            if deliveries.has_card(tx, workspace, lead.number, channel):
                continue
            first = not deliveries.has_card(tx, workspace, lead.number)
            deliveries.post(tx, workspace, vault, kind="card", to=channel, now=now, leads=[lead.number], thread=first)
            cards += 1
    return cards


def arrived(
    tx: Tx, desk: Desk, connection: Connection, new: Sequence[StoredLead], read: Sequence[Rule], now: datetime
) -> int:
    """What follows from new leads: cards, an owner where the lead system gave it one, and of private ones a direct
    message; how many messages."""
    workspace = connection.workspace
    messages = announce(tx, workspace, desk.vault, new, read, now)
    identity.arrived(tx, desk, new, now)
    if not desk.providers[connection.provider].writes:
        return messages
    for lead in new:
        if elsewhere.arrived(tx, desk, connection, lead, now):
            messages += 1
        elif lead.private:
            _tell_of_private(tx, desk, connection, lead, now)
            messages += 1
    return messages


def _tell_of_private(tx: Tx, desk: Desk, connection: Connection, lead: StoredLead, now: datetime) -> None:
    """A card by direct message to whoever has it in the lead system; else a word to whoever connected that."""
    workspace, vault, provider = lead.workspace, desk.vault, desk.providers[connection.provider]
    holder = members.person_of(tx, workspace, lead.connection, lead.holder) if lead.holder else None
    if holder is not None:
        deliveries.post(tx, workspace, vault, kind="card", to=holder, now=now, leads=[lead.number], thread=True)
        return
    text = sentences.private_arrived(f"{provider.prefix}-{lead.number}", provider.name)
    deliveries.post(tx, workspace, vault, kind="notice", to=connection.connected_by, now=now, body={"text": text})


def outsiders_joined(tx: Tx, workspace: str, vault: Vault, channel: str, now: datetime) -> None:
    """Guests or people from outside are in a channel: its cards hide contact data, and who subscribed it is told."""
    told = rules.mask(tx, workspace, channel)
    if told:
        deliveries.redraw_channel(tx, workspace, vault, channel, now)
    for person in told:
        body = {"text": sentences.now_masked(channel)}
        deliveries.post(tx, workspace, vault, kind="notice", to=person, now=now, body=body)


def summarise(tx: Tx, workspace: str, vault: Vault, connection: Connection, system: str, now: datetime) -> None:
    """One summary after the first reading of a connection: where its leads will appear, else to who connected it."""
    text = sentences.first_read(connection.name, system, figures.stored(tx, workspace, connection.connection))
    channels = {s.channel for s in rules.every(tx, workspace) if s.connection in (None, connection.connection)}
    for place in sorted(channels) or [connection.connected_by]:
        deliveries.post(tx, workspace, vault, kind="notice", to=place, now=now, body={"text": text})


_TOLD = (
    ("eligibility", "eligibility"),
    ("stage_raw", "stage"),
    ("subject", "listing"),
    ("place", "development"),
    ("enquiry", "enquiry"),
    ("source_name", "source"),
)


def changed(
    tx: Tx,
    desk: Desk,
    before: StoredLead,
    after: StoredLead,
    read: Sequence[Rule],
    now: datetime,
    *,
    news: bool = True,
) -> int:
    """A lead changed in its lead system: its messages are drawn anew, its thread says what, and a filter that it
    passes only now alerts, as does one that is not private any more. What the lead system says of its owner counts.
    ``news``: not so where only more became known here. Returns how many cards were put into the outbox."""
    workspace, vault = after.workspace, desk.vault
    words = [
        f"{title} is now {getattr(after, field) or 'empty'}"
        for field, title in _TOLD
        if getattr(before, field) != getattr(after, field)
    ]
    if words and news:
        deliveries.line(tx, workspace, vault, after.number, {"what": "changed", "words": "; ".join(words)}, now)
    deliveries.refresh(tx, workspace, vault, after.number, now)
    if before.stage is not after.stage:
        identity.redraw_others(tx, desk, after, now)
    frame = Frame(now)
    elsewhere.changed(tx, desk, before, after, now)
    if not after.history and (before.email_key, before.phone_key) != (after.email_key, after.phone_key):
        identity.arrived(tx, desk, [after], now)
    passed = set() if before.private else {s.subscription for s in alerts(before, read, frame)}
    entered = {s.subscription for s in alerts(after, read, frame)} - passed
    into = [r for r in read if r.subscription.subscription in entered]
    return announce(tx, workspace, vault, [after], into, now)
