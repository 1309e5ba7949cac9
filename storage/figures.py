"""Numbers over stored leads, for digests and status."""

from __future__ import annotations

from datetime import datetime

from storage.database import Tx
from storage.records import moment, stamp

# History says nothing about how fast a desk is.
_FRESH = "FROM leads l WHERE l.workspace = ? AND l.history = 0 AND l.arrived_at >= ? AND l.arrived_at < ?"


def counted(tx: Tx, workspace: str, column: str, since: datetime, until: datetime) -> list[tuple[str, int]]:
    """New leads of a window by a column, most first."""
    if column not in ("source_name", "stage"):
        raise ValueError(column)
    rows = tx.all(
        f"SELECT COALESCE(l.{column}, '') AS v, COUNT(*) AS n {_FRESH} GROUP BY v ORDER BY n DESC, v",
        workspace,
        stamp(since),
        stamp(until),
    )
    return [(row["v"], row["n"]) for row in rows]


def seconds_to_claim(tx: Tx, workspace: str, since: datetime, until: datetime) -> list[float]:
    """For each new lead of a window that somebody took: from arrival to its first owner, in seconds, sorted."""
    rows = tx.all(
        f"SELECT l.arrived_at AS a, l.first_owned_at AS b {_FRESH} AND l.first_owned_at IS NOT NULL",
        workspace,
        stamp(since),
        stamp(until),
    )
    return sorted((moment(row["b"]) - moment(row["a"])).total_seconds() for row in rows)


def stored(tx: Tx, workspace: str, connection: str) -> int:
    """How many leads of a connection are stored."""
    return int(tx.value("SELECT COUNT(*) FROM leads WHERE workspace = ? AND connection = ?", workspace, connection))
