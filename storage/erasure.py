"""Deleting all that a workspace left behind, in slices between which others write."""

from __future__ import annotations

from datetime import datetime

from storage.database import Tx
from storage.records import stamp

SLICE = 500
"""Rows of one table that are deleted at once."""

TABLES: tuple[tuple[str, str], ...] = (
    ("sent_files", "file"),
    ("homes", "person"),
    ("recents", "person, connection, action"),
    ("drafts", "draft"),
    ("pings", "connection, external_id"),
    ("writes", "write"),
    ("members", "connection, member"),
    ("known", "connection, kind, id"),
    ("known_kinds", "connection, kind"),
    ("consents", "state"),
    ("tokens", "connection"),
    ("choices", "choice"),
    ("schedules", "schedule"),
    ("outbox", "delivery"),
    ("audit", "entry"),
    ("requests", "request"),
    ("message_leads", "message, lead"),
    ("messages", "message"),
    ("alerts", "lead, subscription"),
    ("subscriptions", "subscription"),
    ("notes", "note"),
    ("links", "lead, other"),
    ("leads", "number"),
    ("budgets", "connection"),
    ("connections", "connection"),
    ("channels", "channel"),
    ("people", "person"),
)
"""Every table with rows of a workspace, those that refer to others first, and the rest of its key; then go the
installation and the workspace themselves. A test holds it to the schema."""


def erase_some(tx: Tx, workspace: str, now: datetime) -> bool | None:
    """Delete a slice of what a workspace has whose time is over; at last its installation and itself, and then
    ``True``. ``None``: its time is not over, and nothing was deleted."""
    over = "SELECT 1 FROM workspaces WHERE workspace = ? AND stopped IS NOT NULL AND delete_at <= ?"
    if tx.one(over, workspace, stamp(now)) is None:
        return None
    for table, key in TABLES:
        if tx.run(
            f"DELETE FROM {table} WHERE workspace = ? AND ({key}) IN "
            f"(SELECT {key} FROM {table} WHERE workspace = ? LIMIT ?)",
            workspace,
            workspace,
            SLICE,
        ):
            return False
    tx.run("DELETE FROM installations WHERE workspace = ?", workspace)
    tx.run("DELETE FROM workspaces WHERE workspace = ?", workspace)
    return True
