"""Documents that were sent by direct message, until they are deleted from Slack."""

from __future__ import annotations

from datetime import datetime

from storage.database import Tx
from storage.records import stamp


def sent(tx: Tx, workspace: str, file: str, *, lead: int | None, person: str, delete_at: datetime) -> None:
    """A file of a lead was sent to somebody; it is to be deleted then."""
    tx.run(
        "INSERT INTO sent_files (workspace, file, lead, person, delete_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (workspace, file) DO UPDATE SET delete_at = excluded.delete_at",
        workspace,
        file,
        lead,
        person,
        stamp(delete_at),
    )


def due(tx: Tx, workspace: str, now: datetime) -> list[str]:
    """Files whose time is over."""
    rows = tx.all(
        "SELECT file FROM sent_files WHERE workspace = ? AND delete_at <= ? ORDER BY delete_at", workspace, stamp(now)
    )
    return [row["file"] for row in rows]


def gone(tx: Tx, workspace: str, file: str) -> None:
    """A file is no longer in Slack."""
    tx.run("DELETE FROM sent_files WHERE workspace = ? AND file = ?", workspace, file)
