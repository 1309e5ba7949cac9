"""Leads that a webhook named, until they were read again; and those of which a list told a part, until whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from storage.database import Tx
from storage.records import moment, stamp

LONGEST_ID = 200
"""Characters. No lead system has longer ones; a stranger's might never end."""


@dataclass(frozen=True, slots=True)
class Ping:
    """A lead's id there, and how often it was named since it waits."""

    external_id: str
    times: int
    record: Any = None
    """What a list told of it; ``None`` where a webhook named it."""
    fingerprint: bytes = b""
    """Of that record."""


def put(tx: Tx, workspace: str, connection: str, ids: Iterable[str], now: datetime) -> None:
    """These leads may have changed. One that waits already goes on waiting from when it was named first."""
    tx.many(
        "INSERT INTO pings (workspace, connection, external_id, at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (workspace, connection, external_id) DO UPDATE SET times = pings.times + 1",
        [(workspace, connection, i, stamp(now)) for i in dict.fromkeys(ids) if 0 < len(i) <= LONGEST_ID],
    )


def to_complete(
    tx: Tx,
    workspace: str,
    connection: str,
    records: Iterable[tuple[str, bytes, Any]],
    now: datetime,
    *,
    history: bool = False,
) -> None:
    """These leads (id, and the record of a list with its fingerprint) are to be asked for what the list does not tell.
    ``history``: when there is time."""
    tx.many(
        "INSERT INTO pings (workspace, connection, external_id, at, record, history) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (workspace, connection, external_id) DO UPDATE SET times = pings.times + 1, "
        "record = excluded.record, history = CASE WHEN excluded.history = 1 THEN pings.history ELSE 0 END",
        [
            (workspace, connection, i, stamp(now), orjson.dumps([mark.hex(), record]).decode(), int(history))
            for i, mark, record in records
            if 0 < len(i) <= LONGEST_ID
        ],
    )


def take(tx: Tx, workspace: str, connection: str, limit: int) -> list[Ping]:
    """The ones that a webhook named and that wait longest. They wait on until :func:`done`."""
    return _waiting(tx, "record IS NULL", workspace, connection, limit)


def take_partial(tx: Tx, workspace: str, connection: str, limit: int, *, history: bool = False) -> list[Ping]:
    """Those of which a list told a part and that wait longest; ``history``: those that have time."""
    return _waiting(tx, f"record IS NOT NULL AND history = {int(history)}", workspace, connection, limit)


def _waiting(tx: Tx, which: str, workspace: str, connection: str, limit: int) -> list[Ping]:
    rows = tx.all(
        f"SELECT external_id, times, record FROM pings WHERE workspace = ? AND connection = ? AND {which} "
        "ORDER BY at, external_id LIMIT ?",
        workspace,
        connection,
        limit,
    )
    found = []
    for row in rows:
        mark, record = orjson.loads(row["record"]) if row["record"] else ("", None)
        found.append(Ping(row["external_id"], row["times"], record, bytes.fromhex(mark)))
    return found


def done(tx: Tx, workspace: str, connection: str, read: Sequence[Ping]) -> None:
    """These were read again, and are stored or gone; those named once more meanwhile wait on."""
    tx.many(
        "DELETE FROM pings WHERE workspace = ? AND connection = ? AND external_id = ? AND times = ?",
        [(workspace, connection, ping.external_id, ping.times) for ping in read],
    )


def waiting(tx: Tx, workspace: str) -> dict[str, tuple[int, datetime]]:
    """By connection: how many wait, and since when the first of them."""
    rows = tx.all(
        "SELECT connection, COUNT(*) AS n, MIN(at) AS since FROM pings WHERE workspace = ? AND history = 0 "
        "GROUP BY connection",
        workspace,
    )
    return {row["connection"]: (row["n"], moment(row["since"])) for row in rows}
