"""The same person's leads, found across connections and shown on each other's cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from commands import sight as seeing
from commands.desk.person import others
from commands.verb import Desk
from commands.views.card import ENDED, Other, Sight
from providers.provider import Provider
from storage import connections, deliveries, leads, same
from storage.database import Tx
from storage.records import Person, StoredLead

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class _Alike:
    """Leads that share a value with a lead, without that lead itself."""

    by_email: Sequence[StoredLead]
    by_phone: Sequence[StoredLead]
    by_customer: Sequence[StoredLead]

    @property
    def every(self) -> dict[int, StoredLead]:
        return {o.number: o for o in (*self.by_email, *self.by_phone, *self.by_customer)}


def _alike(tx: Tx, lead: StoredLead) -> _Alike:
    def besides(leads_: Sequence[StoredLead]) -> list[StoredLead]:
        return [o for o in leads_ if o.number != lead.number]

    return _Alike(
        besides(same.by_email(tx, lead.workspace, lead)),
        besides(same.by_phone(tx, lead.workspace, lead)),
        leads.of_customer(tx, lead.workspace, lead),
    )


def found(
    tx: Tx, providers: Mapping[str, Provider], lead: StoredLead, viewer: Person | None = None
) -> list[StoredLead]:
    """The same person's other leads that ``viewer`` may know of (``None``: everybody in a channel), newest first:
    by e-mail address and telephone number across connections, and by the lead system's own customer."""
    return _found(tx, providers, lead, _alike(tx, lead), viewer)


def _found(
    tx: Tx, providers: Mapping[str, Provider], lead: StoredLead, alike: _Alike, viewer: Person | None
) -> list[StoredLead]:
    if not alike.every:
        return []
    held = {c.connection: providers[c.provider] for c in connections.every(tx, lead.workspace)}

    def region(one: StoredLead) -> str:
        provider = held.get(one.connection)
        return provider.region if provider else "ZZ"

    by_value = others(lead, alike.by_email, alike.by_phone, region)
    may_be_shown = [
        o
        for o in {o.number: o for o in (*by_value, *alike.by_customer)}.values()
        if o.connection in held and (seeing.visible(tx, o, viewer) if viewer else not o.private)
    ]
    return sorted(may_be_shown, key=lambda o: (o.created_at, o.number), reverse=True)


def beside(tx: Tx, providers: Mapping[str, Provider], seen: Sight, viewer: Person | None = None) -> Sight:
    """A lead's sight with the same person's other leads."""
    lead = seen.lead
    every = found(tx, providers, lead, viewer)[:MOST_SHOWN]
    if not every:
        return seen
    held = {c.connection: c for c in connections.every(tx, lead.workspace)}
    decided = same.decided(tx, lead.workspace, lead.number)
    known = seeing.names(tx, lead.workspace, (o.owner for o in every))
    listed = tuple(
        Other(
            number=o.number,
            ref=f"{providers[held[o.connection].provider].prefix}-{o.number}",
            connection=held[o.connection].name,
            created_at=o.created_at,
            about=o.subject or o.place or "",
            owner=o.owner,
            is_open=o.stage not in ENDED,
            decision=decided.get(o.number),
        )
        for o in every
    )
    return replace(seen, others=listed, names=seen.names | known)


def arrived(tx: Tx, desk: Desk, new: Sequence[StoredLead], now: datetime) -> None:
    """New leads, or leads of which more became known: the cards of the same person's others say so, and the thread of
    the newest that somebody owns."""
    for lead in new:
        alike = _alike(tx, lead)
        _redraw(tx, desk, lead, alike, now)
        every = _found(tx, desk.providers, lead, alike, None)
        before = next((o for o in every if o.owner and o.created_at <= lead.created_at), None)
        connection = connections.get(tx, lead.workspace, lead.connection)
        if before is None or lead.private or connection is None:
            continue
        facts = {
            "what": "repeat",
            "ref": f"{desk.providers[connection.provider].prefix}-{lead.number}",
            "about": lead.subject or lead.place or "",
            "lead": lead.number,
        }
        deliveries.line(tx, lead.workspace, desk.vault, before.number, facts, now)


def redraw(tx: Tx, desk: Desk, lead: StoredLead, now: datetime) -> None:
    """A lead's owner or stage changed: its messages are drawn anew, and those of the same person's others, which say
    so."""
    deliveries.refresh(tx, lead.workspace, desk.vault, lead.number, now)
    redraw_others(tx, desk, lead, now)


def redraw_others(tx: Tx, desk: Desk, lead: StoredLead, now: datetime) -> None:
    """All that share a value are drawn anew, also where it turns out that too many do, and none is linked any more."""
    _redraw(tx, desk, lead, _alike(tx, lead), now)


def _redraw(tx: Tx, desk: Desk, lead: StoredLead, alike: _Alike, now: datetime) -> None:
    for number in list(alike.every)[:MOST_SHOWN]:
        deliveries.refresh(tx, lead.workspace, desk.vault, number, now)
