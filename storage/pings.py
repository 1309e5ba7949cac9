"""Leads that a webhook named, until they were read again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Tx
from storage.records import moment, stamp

LONGEST_ID = 200
"""Characters. No lead system has longer ones; a stranger's might never end."""


@dataclass(frozen=True, slots=True)
class Ping:
    """A lead's id there, and how often it was named since it waits."""

    external_id: str
    times: int


def put(tx: Tx, workspace: str, connection: str, ids: Iterable[str], now: datetime) -> None:
    """These leads may have changed. One that waits already goes on waiting from when it was named first."""
    tx.many(
        "INSERT INTO pings (workspace, connection, external_id, at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (workspace, connection, external_id) DO UPDATE SET times = pings.times + 1",
        [(workspace, connection, i, stamp(now)) for i in dict.fromkeys(ids) if 0 < len(i) <= LONGEST_ID],
    )


def take(tx: Tx, workspace: str, connection: str, limit: int) -> list[Ping]:
    """The ones that wait longest. They wait on until :func:`done`."""
    rows = tx.all(
        "SELECT external_id, times FROM pings WHERE workspace = ? AND connection = ? ORDER BY at, external_id LIMIT ?",
        workspace,
        connection,
        limit,
    )
    return [Ping(row["external_id"], row["times"]) for row in rows]


def done(tx: Tx, workspace: str, connection: str, read: Sequence[Ping]) -> None:
    """These were read again, and are stored or gone; those named once more meanwhile wait on."""
    tx.many(
        "DELETE FROM pings WHERE workspace = ? AND connection = ? AND external_id = ? AND times = ?",
        [(workspace, connection, ping.external_id, ping.times) for ping in read],
    )


def waiting(tx: Tx, workspace: str) -> dict[str, tuple[int, datetime]]:
    """By connection: how many wait, and since when the first of them."""
    rows = tx.all(
        "SELECT connection, COUNT(*) AS n, MIN(at) AS since FROM pings WHERE workspace = ? GROUP BY connection",
        workspace,
    )
    return {row["connection"]: (row["n"], moment(row["since"])) for row in rows}
