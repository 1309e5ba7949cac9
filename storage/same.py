"""Leads that may be of one person: found by e-mail and telephone number, and what somebody decided of them.

Whether they really are one person's is decided by :mod:`commands.desk.person`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from storage.database import Tx
from storage.records import Decision, Sharing, StoredLead, columns, stamp

MOST = 25
"""Leads of one value that are looked at, the newest: enough to see whether it is one person's, and to show."""
_SHARING = columns(Sharing)


def by_email(tx: Tx, workspace: str, lead: StoredLead) -> list[Sharing]:
    """Other leads with the same e-mail address, newest first."""
    return _by(tx, workspace, "email_key", lead.email_key, lead.number)


def by_phone(tx: Tx, workspace: str, lead: StoredLead) -> list[Sharing]:
    """Other leads whose telephone numbers end alike, newest first."""
    return _by(tx, workspace, "phone_key", lead.phone_key, lead.number)


def _by(tx: Tx, workspace: str, column: str, value: str | None, number: int) -> list[Sharing]:
    if not value:
        return []
    rows = tx.all(
        f"SELECT {_SHARING} FROM leads WHERE workspace = ? AND {column} = ? AND number <> ? "
        "ORDER BY created_at DESC, number DESC LIMIT ?",
        workspace,
        value,
        number,
        MOST,
    )
    return [Sharing(*row) for row in rows]


def decide(
    tx: Tx, workspace: str, number: int, others: Iterable[int], decision: Decision, *, by: str, now: datetime
) -> None:
    """Remember what somebody decided of this lead and each of the others. The last word counts."""
    tx.many(
        "INSERT INTO links (workspace, lead, other, decision, by, at) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (workspace, lead, other) DO UPDATE SET decision = excluded.decision, by = excluded.by, "
        "at = excluded.at",
        [
            (workspace, min(number, other), max(number, other), decision.value, by, stamp(now))
            for other in others
            if other != number
        ],
    )


def decided(tx: Tx, workspace: str, number: int) -> dict[int, Decision]:
    """What was decided of this lead and others, by their numbers."""
    rows = tx.all(
        "SELECT lead, other, decision FROM links WHERE workspace = ? AND (lead = ? OR other = ?)",
        workspace,
        number,
        number,
    )
    return {row["other"] if row["lead"] == number else row["lead"]: Decision(row["decision"]) for row in rows}
