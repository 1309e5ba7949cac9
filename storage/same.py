"""Leads that may be of one person: found by e-mail and telephone number, and what somebody decided of them.

Whether they really are one person's is decided by :mod:`commands.desk.person`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from storage.database import Tx
from storage.leads import COLUMNS
from storage.records import Decision, StoredLead, read, stamp

MOST = 100
"""Leads of one value that are looked at: enough to see whether it is one person's."""


def by_email(tx: Tx, workspace: str, lead: StoredLead) -> list[StoredLead]:
    """Leads with the same e-mail address, newest first, this one among them."""
    return _by(tx, workspace, "email_key", lead.email_key)


def by_phone(tx: Tx, workspace: str, lead: StoredLead) -> list[StoredLead]:
    """Leads whose telephone numbers end alike, newest first, this one among them."""
    return _by(tx, workspace, "phone_key", lead.phone_key)


def _by(tx: Tx, workspace: str, column: str, value: str | None) -> list[StoredLead]:
    if not value:
        return []
    rows = tx.all(
        f"SELECT {COLUMNS} FROM leads WHERE workspace = ? AND {column} = ? ORDER BY created_at DESC, number DESC "
        "LIMIT ?",
        workspace,
        value,
        MOST,
    )
    return [read(StoredLead, row) for row in rows]


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
