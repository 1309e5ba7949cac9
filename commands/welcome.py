"""The first words to whoever installed Leadbell: one direct message with the first steps, ticked as they get done."""

from __future__ import annotations

from datetime import datetime

from commands import home
from commands.verb import Block, Desk
from commands.views import home as views
from storage import deliveries, people
from storage.database import Tx

KIND = "welcome"
"""Of the message."""


def greet(tx: Tx, desk: Desk, workspace: str, person: str, now: datetime) -> bool:
    """Leadbell was installed by ``person``: they get one direct message; whether it is on its way.

    It belongs into the transaction that stores the installation, and is written once: installing again, by whomever,
    greets nobody, until the workspace's data was deleted. The caller wakes the outbox afterwards.
    """
    if deliveries.has_kind(tx, workspace, KIND):
        return False
    deliveries.post(tx, workspace, desk.vault, kind=KIND, to=person, now=now)
    return True


def draw(tx: Tx, desk: Desk, workspace: str, person: str) -> tuple[str, list[Block]]:
    """The message as things stand. Of an installer who is not known yet the buttons are shown: they are checked when
    they are pressed."""
    known = people.person(tx, workspace, person)
    return views.welcome(home.steps(tx, desk, workspace), admin=known is None or known.is_admin)


def steps_changed(tx: Tx, desk: Desk, workspace: str, now: datetime) -> None:
    """A step was done, or undone: the message says so."""
    deliveries.redraw_kind(tx, workspace, desk.vault, KIND, now)
