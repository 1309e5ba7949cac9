"""Whose Home tab was opened lately, what is published there, and whose has to be published anew.

What concerns a person makes ``wanted`` grow, in the transaction that changes it; publishing brings ``drawn`` up to
it. Who never opened Home has no row, so that nothing is drawn for nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.database import Tx
from storage.records import columns, read, stamp


@dataclass(frozen=True, slots=True)
class Home:
    """A Home that is to be published anew."""

    workspace: str
    person: str
    wanted: int
    shown: str | None
    attempts: int
    next_at: datetime


def opened(tx: Tx, workspace: str, person: str, now: datetime, shown: str | None) -> None:
    """Somebody looks at their Home, where Slack shows ``shown`` (a digest; ``None``: nothing, or something unknown)."""
    tx.run(
        "INSERT INTO homes (workspace, person, opened_at, shown, next_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (workspace, person) DO UPDATE SET opened_at = excluded.opened_at, shown = excluded.shown, "
        "wanted = homes.wanted + 1, attempts = 0, next_at = excluded.next_at",
        workspace,
        person,
        stamp(now),
        shown,
        stamp(now),
    )


def pressed(tx: Tx, workspace: str, person: str, now: datetime) -> None:
    """Somebody pressed something in their Home: it is drawn anew, whatever came of it."""
    if not tx.run("UPDATE homes SET wanted = wanted + 1 WHERE workspace = ? AND person = ?", workspace, person):
        opened(tx, workspace, person, now, None)


def concern(tx: Tx, workspace: str, *people: str | None) -> None:
    """Something that these people's Homes show has changed."""
    for person in sorted({p for p in people if p}):
        tx.run("UPDATE homes SET wanted = wanted + 1 WHERE workspace = ? AND person = ?", workspace, person)


def concern_admins(tx: Tx, workspace: str) -> None:
    """Something that only admins' Homes show has changed."""
    tx.run(
        "UPDATE homes SET wanted = wanted + 1 WHERE workspace = ? AND person IN "
        "(SELECT p.person FROM people p WHERE p.workspace = ? AND p.is_admin = 1)",
        workspace,
        workspace,
    )


def concern_owners(tx: Tx, workspace: str, connection: str) -> None:
    """A connection goes, and with it the leads that people own."""
    tx.run(
        "UPDATE homes SET wanted = wanted + 1 WHERE workspace = ? AND EXISTS (SELECT 1 FROM leads l "
        "WHERE l.workspace = homes.workspace AND l.owner = homes.person AND l.connection = ?)",
        workspace,
        connection,
    )


def due(tx: Tx) -> list[Home]:
    """Homes of all workspaces at work that are to be published anew, the longest due first."""
    sql = (
        f"SELECT {columns(Home)} FROM homes WHERE wanted > drawn AND workspace IN "
        "(SELECT workspace FROM workspaces WHERE stopped IS NULL) ORDER BY next_at, workspace, person"
    )
    return [read(Home, row) for row in tx.all(sql)]


def begin(tx: Tx, workspace: str, home: Home, until: datetime) -> bool:
    """One process publishes it now; if it does not come back, another may after ``until``. ``False``: too late."""
    return bool(
        tx.run(
            "UPDATE homes SET next_at = ?, attempts = attempts + 1 "
            "WHERE workspace = ? AND person = ? AND wanted > drawn AND next_at = ?",
            stamp(until),
            workspace,
            home.person,
            stamp(home.next_at),
        )
    )


def published(tx: Tx, workspace: str, home: Home, shown: str, next_at: datetime) -> None:
    """Slack has it. What changed meanwhile is due again, but not before ``next_at``."""
    tx.run(
        "UPDATE homes SET drawn = ?, shown = ?, attempts = 0, next_at = ? WHERE workspace = ? AND person = ?",
        home.wanted,
        shown,
        stamp(next_at),
        workspace,
        home.person,
    )


def postpone(tx: Tx, workspace: str, home: Home, next_at: datetime) -> None:
    """Publishing failed: it is tried again then."""
    tx.run(
        "UPDATE homes SET next_at = ?, shown = NULL WHERE workspace = ? AND person = ?",
        stamp(next_at),
        workspace,
        home.person,
    )


def give_up(tx: Tx, workspace: str, person: str) -> None:
    """It cannot be published. It is when the person opens it the next time."""
    tx.run("DELETE FROM homes WHERE workspace = ? AND person = ?", workspace, person)


def forget(tx: Tx, workspace: str, before: datetime) -> int:
    """Forget whose Home was not opened for long; how many."""
    return tx.run("DELETE FROM homes WHERE workspace = ? AND opened_at < ?", workspace, stamp(before))
