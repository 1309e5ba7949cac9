"""Digests: when each is due, and that each local date is sent once."""

from __future__ import annotations

from datetime import datetime

from storage.database import Tx
from storage.records import Schedule, columns, new_id, read, stamp

_COLUMNS = columns(Schedule)


def add(
    tx: Tx,
    workspace: str,
    *,
    channel: str,
    days: str,
    at: str,
    zone: str,
    by: str,
    next_at: datetime,
    now: datetime,
) -> str:
    """Schedule a digest and return its id."""
    schedule = new_id()
    tx.run(
        "INSERT INTO schedules (workspace, schedule, channel, days, at, zone, created_by, created_at, next_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        workspace,
        schedule,
        channel,
        days,
        at,
        zone,
        by,
        stamp(now),
        stamp(next_at),
    )
    return schedule


def remove(tx: Tx, workspace: str, schedule: str) -> bool:
    """Delete a digest's schedule."""
    return bool(tx.run("DELETE FROM schedules WHERE workspace = ? AND schedule = ?", workspace, schedule))


def every(tx: Tx, workspace: str) -> list[Schedule]:
    """The workspace's digests."""
    sql = f"SELECT {_COLUMNS} FROM schedules WHERE workspace = ? ORDER BY created_at, schedule"
    return [read(Schedule, row) for row in tx.all(sql, workspace)]


def get(tx: Tx, workspace: str, schedule: str) -> Schedule | None:
    """One digest's schedule."""
    row = tx.one(f"SELECT {_COLUMNS} FROM schedules WHERE workspace = ? AND schedule = ?", workspace, schedule)
    return read(Schedule, row) if row else None


def claim(tx: Tx, workspace: str, schedule: str, *, date: str, next_at: datetime) -> bool:
    """Take the digest of a local date: ``True`` for the first who asks, for dates in order."""
    return bool(
        tx.run(
            "UPDATE schedules SET last_date = ?, next_at = ? WHERE workspace = ? AND schedule = ? "
            "AND (last_date IS NULL OR last_date < ?)",
            date,
            stamp(next_at),
            workspace,
            schedule,
            date,
        )
    )


def defer(tx: Tx, workspace: str, schedule: str, next_at: datetime) -> None:
    """Nothing to send now: the next time."""
    tx.run(
        "UPDATE schedules SET next_at = ? WHERE workspace = ? AND schedule = ?",
        stamp(next_at),
        workspace,
        schedule,
    )
