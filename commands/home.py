"""The Home tab of one person, read from storage; and the first steps of a new workspace."""

from __future__ import annotations

from commands import intake
from commands import sight as seeing
from commands.verb import Desk, View
from commands.views import home as views
from commands.views import sentences
from commands.views.card import Sight
from commands.views.home import Figures, Steps, Waiting
from storage import connections, leads, ownership, people, rules
from storage.database import Tx
from storage.filters import Every, Filter, Frame, History, Not, Owned, Shared
from storage.records import Approval, Person

LOOKED_THROUGH = 25
"""Unclaimed leads, of which those are passed over that somebody has in the lead system."""


def view(tx: Tx, desk: Desk, person: Person) -> View:
    """What this person's Home shows now."""
    if person.is_guest or person.is_bot:
        return views.closed(sentences.not_for_guests())
    return views.draw(_figures(tx, desk, person))


def steps(tx: Tx, desk: Desk, workspace: str) -> Steps:
    """How far a workspace is with its first steps."""
    systems = [desk.providers[c.provider] for c in connections.every(tx, workspace)]
    return Steps(
        connected=bool(systems),
        subscribed=rules.any_subscription(tx, workspace),
        tried=people.has_tried(tx, workspace),
        systems=tuple(dict.fromkeys(s.name for s in systems)),
        creates=any(intake.creates(s) for s in systems),
    )


def _figures(tx: Tx, desk: Desk, person: Person) -> Figures:
    workspace, me = person.workspace, person.person
    frame = Frame(desk.now(), me)
    free: Filter = Every((Owned(None), Not(History()), *(() if person.is_admin else (Shared(),))))
    open_, fresh = leads.count_open_of(tx, workspace, me)
    asked = ownership.waiting_for(tx, workspace, me, views.WAITING)
    held = connections.every(tx, workspace) if person.is_admin else []
    unclaimed = leads.find(tx, workspace, free, frame, limit=LOOKED_THROUGH)
    takeable = [s for s in _sights(tx, desk, person, [found.number for found in unclaimed]) if not s.held_there]
    return Figures(
        steps=steps(tx, desk, workspace),
        admin=person.is_admin,
        zone=person.zone,
        mine=_sights(tx, desk, person, [found.number for found in leads.open_of(tx, workspace, me, views.MINE)]),
        open=open_,
        fresh=fresh,
        waiting=[w for request in asked if (w := _waiting(tx, desk, person, request))],
        waiting_count=ownership.count_waiting_for(tx, workspace, me, views.MOST_COUNTED),
        unclaimed=takeable[: views.UNCLAIMED],
        unclaimed_count=leads.count_up_to(tx, workspace, free, frame, views.MOST_COUNTED),
        connections=[(c, desk.providers[c.provider].name) for c in held[: views.CONNECTIONS]],
        connections_count=len(held),
    )


def _sights(tx: Tx, desk: Desk, person: Person, numbers: list[int]) -> list[Sight]:
    found = (seeing.sight(tx, desk.providers, person.workspace, number, viewer=person) for number in numbers)
    return [sight for sight in found if sight]


def _waiting(tx: Tx, desk: Desk, person: Person, request: Approval) -> Waiting | None:
    """A request; the lead's own words only where the approver may see it."""
    seen = seeing.sight(tx, desk.providers, person.workspace, request.lead, reader=person)
    if seen is None:
        return None
    names = seeing.names(tx, person.workspace, (request.person, request.asked_by))
    visible = seeing.visible(tx, seen.lead, person)
    return Waiting(request, seen.ref, names, seen if visible else None)
