"""Who did what, when. Facts hold ids and words of ours, never contact data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from storage.database import Tx
from storage.records import Entry, new_id, read, stamp


def note(
    tx: Tx, workspace: str, what: str, *, actor: str, now: datetime, lead: int | None = None, **facts: Any
) -> None:
    """Add a line."""
    tx.run(
        "INSERT INTO audit (workspace, entry, at, actor, what, lead, facts) VALUES (?, ?, ?, ?, ?, ?, ?)",
        workspace,
        new_id(),
        stamp(now),
        actor,
        what,
        lead,
        orjson.dumps(facts).decode(),
    )


def of_lead(tx: Tx, workspace: str, number: int, limit: int = 30) -> list[Entry]:
    """A lead's lines, newest first."""
    rows = tx.all(
        "SELECT at, actor, what, lead, facts FROM audit WHERE workspace = ? AND lead = ? ORDER BY at DESC LIMIT ?",
        workspace,
        number,
        limit,
    )
    return [read(Entry, row) for row in rows]
