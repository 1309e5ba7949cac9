"""The same person's leads, found across connections and shown on each other's cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from commands import sight as seeing
from commands.desk.person import Related, related
from commands.verb import Desk
from commands.views.card import ENDED, Other, Sight
from providers.provider import Provider
from storage import connections, deliveries, leads, same
from storage.database import Tx
from storage.records import Person, StoredLead

MOST_SHOWN = 20


class _Same:
    """What is the same person's as a lead, in one transaction."""

    def __init__(self, tx: Tx, providers: Mapping[str, Provider], workspace: str) -> None:
        self._tx = tx
        self._workspace = workspace
        self.held = {c.connection: c for c in connections.every(tx, workspace)}
        self._providers = providers

    def provider(self, connection: str) -> Provider:
        """A connection's lead system."""
        return self._providers[self.held[connection].provider]

    def _region(self, connection: str) -> str:
        return self.provider(connection).region if connection in self.held else "ZZ"

    def related(self, lead: StoredLead) -> Related:
        """Other leads by e-mail address and telephone number across connections."""
        by_email = same.by_email(self._tx, self._workspace, lead)
        return related(lead, by_email, same.by_phone(self._tx, self._workspace, lead), self._region)

    def of_customer(self, lead: StoredLead) -> list[StoredLead]:
        """Other leads by the lead system's own customer."""
        return leads.of_customer(self._tx, self._workspace, lead)

    def shown(
        self, found: Related, of_customer: Sequence[StoredLead], viewer: Person | None, *, owned: bool = False
    ) -> list[StoredLead]:
        """Those that ``viewer`` may know of (``None``: everybody in a channel), newest first. ``owned``: only those
        that somebody has."""
        every = {o.number: o for o in of_customer}
        if more := found.linked - every.keys():
            every |= {o.number: o for o in leads.several(self._tx, self._workspace, more, owned=owned)}
        may_be_shown = [
            o
            for o in every.values()
            if o.connection in self.held and (seeing.visible(self._tx, o, viewer) if viewer else not o.private)
        ]
        return sorted(may_be_shown, key=lambda o: (o.created_at, o.number), reverse=True)


def found(
    tx: Tx, providers: Mapping[str, Provider], lead: StoredLead, viewer: Person | None = None
) -> list[StoredLead]:
    """The same person's other leads that ``viewer`` may know of (``None``: everybody in a channel), newest first:
    by e-mail address and telephone number across connections, and by the lead system's own customer."""
    is_same = _Same(tx, providers, lead.workspace)
    return is_same.shown(is_same.related(lead), is_same.of_customer(lead), viewer)


def beside(tx: Tx, providers: Mapping[str, Provider], seen: Sight, viewer: Person | None = None) -> Sight:
    """A lead's sight with the same person's other leads."""
    lead = seen.lead
    is_same = _Same(tx, providers, lead.workspace)
    every = is_same.shown(is_same.related(lead), is_same.of_customer(lead), viewer)[:MOST_SHOWN]
    if not every:
        return seen
    decided = same.decided(tx, lead.workspace, lead.number)
    known = seeing.names(tx, lead.workspace, (o.owner for o in every))
    listed = tuple(
        Other(
            number=o.number,
            ref=f"{is_same.provider(o.connection).prefix}-{o.number}",
            connection=is_same.held[o.connection].name,
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
    if not new:
        return
    workspace = new[0].workspace
    is_same = _Same(tx, desk.providers, workspace)
    for lead in new:
        alike, of_customer = is_same.related(lead), is_same.of_customer(lead)
        _redraw(tx, desk, workspace, (*alike.touched, *(o.number for o in of_customer)), now)
        if lead.private or lead.connection not in is_same.held:
            continue
        every = is_same.shown(alike, of_customer, None, owned=True)
        before = next((o for o in every if o.owner and o.created_at <= lead.created_at), None)
        if before is None:
            continue
        facts = {
            "what": "repeat",
            "ref": f"{is_same.provider(lead.connection).prefix}-{lead.number}",
            "about": lead.subject or lead.place or "",
            "lead": lead.number,
        }
        deliveries.line(tx, workspace, desk.vault, before.number, facts, now)


def redraw(tx: Tx, desk: Desk, lead: StoredLead, now: datetime) -> None:
    """A lead's owner or stage changed: its messages are drawn anew, and those of the same person's others, which say
    so."""
    deliveries.refresh(tx, lead.workspace, desk.vault, lead.number, now)
    redraw_others(tx, desk, lead, now)


def redraw_others(tx: Tx, desk: Desk, lead: StoredLead, now: datetime) -> None:
    """The same person's others are drawn anew, also where it turns out that too many people share a value, and none is
    linked any more."""
    is_same = _Same(tx, desk.providers, lead.workspace)
    touched = (*is_same.related(lead).touched, *(o.number for o in is_same.of_customer(lead)))
    _redraw(tx, desk, lead.workspace, touched, now)


def _redraw(tx: Tx, desk: Desk, workspace: str, numbers: Iterable[int], now: datetime) -> None:
    for number in list(dict.fromkeys(numbers))[:MOST_SHOWN]:
        deliveries.refresh(tx, workspace, desk.vault, number, now)
