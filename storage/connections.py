"""Connections: credentials (encrypted), how far a lead system has been read, and its rate budget."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson

from storage import homes
from storage.database import Tx
from storage.records import Connection, columns, moment, new_id, read, stamp
from storage.vault import Vault

_COLUMNS = columns(Connection)


def add(
    tx: Tx,
    workspace: str,
    vault: Vault,
    *,
    name: str,
    provider: str,
    credentials: dict[str, Any],
    settings: dict[str, Any],
    by: str,
    now: datetime,
) -> str | None:
    """Store a connection and return its id; ``None`` where the workspace has one of that name."""
    connection = new_id()
    changed = tx.run(
        "INSERT INTO connections (workspace, connection, name, provider, credentials, settings, state, "
        "connected_by, connected_at, next_poll_at) VALUES (?, ?, ?, ?, ?, ?, 'active', ?, ?, ?) "
        "ON CONFLICT (workspace, name) DO NOTHING",
        workspace,
        connection,
        name,
        provider,
        vault.seal_json(workspace, f"connection:{connection}", credentials),
        orjson.dumps(settings).decode(),
        by,
        stamp(now),
        stamp(now),
    )
    if changed:
        homes.concern_admins(tx, workspace)
    return connection if changed else None


def reconnect(
    tx: Tx,
    workspace: str,
    vault: Vault,
    *,
    connection: str,
    credentials: dict[str, Any],
    settings: dict[str, Any],
    by: str,
    now: datetime,
) -> bool:
    """New credentials for a connection: it polls again, from where it stood."""
    homes.concern_admins(tx, workspace)
    return bool(
        tx.run(
            "UPDATE connections SET credentials = ?, settings = ?, state = 'active', connected_by = ?, "
            "failure = NULL, failures = 0, next_poll_at = ? WHERE workspace = ? AND connection = ?",
            vault.seal_json(workspace, f"connection:{connection}", credentials),
            orjson.dumps(settings).decode(),
            by,
            stamp(now),
            workspace,
            connection,
        )
    )


REMOVED_AT_ONCE = 2000


def retire(tx: Tx, workspace: str, connection: str) -> None:
    """Begin to remove a connection: its credentials, webhook and subscriptions go now, its name is free, nobody sees
    it.

    :func:`remove_some` deletes its leads, a slice at a time, so that nobody waits for it.
    """
    homes.concern_admins(tx, workspace)
    homes.concern_owners(tx, workspace, connection)
    tx.run(
        "UPDATE connections SET state = 'removing', name = ?, credentials = x'', settings = '{}', "
        "hook_key = NULL, hook = NULL "
        "WHERE workspace = ? AND connection = ?",
        f"~{connection}",
        workspace,
        connection,
    )
    tx.run("DELETE FROM subscriptions WHERE workspace = ? AND connection = ?", workspace, connection)


def remove_some(tx: Tx, workspace: str, connection: str) -> bool:
    """Delete a slice of a retired connection's leads with their notes, alerts, requests and open deliveries; at last
    the connection itself, and then ``True``. What was posted about them stays in Slack."""
    rows = tx.all(
        "SELECT number FROM leads WHERE workspace = ? AND connection = ? ORDER BY number LIMIT ?",
        workspace,
        connection,
        REMOVED_AT_ONCE,
    )
    if not rows:
        tx.run(
            "DELETE FROM connections WHERE workspace = ? AND connection = ? AND state = 'removing'",
            workspace,
            connection,
        )
        return True
    last = rows[-1]["number"]
    shown = (
        "SELECT ml.message FROM message_leads ml JOIN leads l ON l.workspace = ml.workspace AND l.number = ml.lead "
        "WHERE ml.workspace = ? AND l.connection = ? AND l.number <= ?"
    )
    for table in ("outbox", "messages"):
        sql = f"DELETE FROM {table} WHERE workspace = ? AND message IN ({shown})"
        tx.run(sql, workspace, workspace, connection, last)
    tx.run("DELETE FROM leads WHERE workspace = ? AND connection = ? AND number <= ?", workspace, connection, last)
    return False


def retired(tx: Tx, workspace: str) -> list[str]:
    """Connections whose removal is not through."""
    rows = tx.all("SELECT connection FROM connections WHERE workspace = ? AND state = 'removing'", workspace)
    return [row["connection"] for row in rows]


def get(tx: Tx, workspace: str, connection: str) -> Connection | None:
    """One connection; ``None`` also for one that is being removed."""
    sql = f"SELECT {_COLUMNS} FROM connections WHERE workspace = ? AND connection = ? AND state <> 'removing'"
    row = tx.one(sql, workspace, connection)
    return read(Connection, row) if row else None


def every(tx: Tx, workspace: str) -> list[Connection]:
    """The workspace's connections by name."""
    sql = f"SELECT {_COLUMNS} FROM connections WHERE workspace = ? AND state <> 'removing' ORDER BY name"
    rows = tx.all(sql, workspace)
    return [read(Connection, row) for row in rows]


def credentials(tx: Tx, workspace: str, vault: Vault, connection: str) -> dict[str, Any] | None:
    """The credentials, decrypted; ``None`` for an unknown connection."""
    blob = tx.value("SELECT credentials FROM connections WHERE workspace = ? AND connection = ?", workspace, connection)
    if blob is None:
        return None
    opened: dict[str, Any] = vault.unseal_json(workspace, f"connection:{connection}", blob)
    return opened


def sealed(tx: Tx, workspace: str, connection: str) -> bytes | None:
    """The encrypted credentials, to tell whether they are still the same."""
    blob: bytes | None = tx.value(
        "SELECT credentials FROM connections WHERE workspace = ? AND connection = ?", workspace, connection
    )
    return blob


def begin_reading(tx: Tx, workspace: str, connection: str, now: datetime) -> None:
    """The first poll."""
    tx.run(
        "UPDATE connections SET begun_at = ?, swept_at = ? WHERE workspace = ? AND connection = ? AND begun_at IS NULL",
        stamp(now),
        stamp(now),
        workspace,
        connection,
    )


def start_at(tx: Tx, workspace: str, connection: str, cursor: datetime, history_until: datetime | None) -> None:
    """Where reading begins: new leads from ``cursor``, older ones back from ``history_until`` (``None``: none)."""
    tx.run(
        "UPDATE connections SET cursor = ?, history_until = ? WHERE workspace = ? AND connection = ?",
        stamp(cursor),
        stamp(history_until) if history_until else None,
        workspace,
        connection,
    )


def advance(
    tx: Tx, workspace: str, connection: str, *, cursor: datetime | None = None, lag_seconds: float | None = None
) -> None:
    """The newest creation time seen; the cursor never moves back."""
    reached = stamp(cursor) if cursor else ""
    tx.run(
        "UPDATE connections SET cursor = CASE WHEN ? > COALESCE(cursor, '') THEN ? ELSE cursor END, "
        "lag_seconds = COALESCE(?, lag_seconds) WHERE workspace = ? AND connection = ?",
        reached,
        reached,
        lag_seconds,
        workspace,
        connection,
    )


def history_reached(tx: Tx, workspace: str, connection: str, until: datetime | None) -> None:
    """How far back older leads have been read; ``None`` when there are no more."""
    tx.run(
        "UPDATE connections SET history_until = ? WHERE workspace = ? AND connection = ?",
        stamp(until) if until else None,
        workspace,
        connection,
    )


def sweep_reached(tx: Tx, workspace: str, connection: str, reached: datetime) -> None:
    """The sweep goes on from here later."""
    tx.run(
        "UPDATE connections SET sweep_from = ? WHERE workspace = ? AND connection = ?",
        stamp(reached),
        workspace,
        connection,
    )


def swept(tx: Tx, workspace: str, connection: str, *, now: datetime, unreadable: int) -> None:
    """The slow sweep is through, and met so many records that cannot be read."""
    tx.run(
        "UPDATE connections SET swept_at = ?, sweep_from = NULL, unreadable = ? WHERE workspace = ? AND connection = ?",
        stamp(now),
        unreadable,
        workspace,
        connection,
    )


def followed(
    tx: Tx, workspace: str, connection: str, *, reached: datetime | None, now: datetime, unreadable: int | None
) -> None:
    """What changed was read up to ``reached``; the point never moves back. ``unreadable``: records of that reading
    that cannot be read; ``None`` where there were none at all."""
    at = stamp(reached) if reached else ""
    tx.run(
        "UPDATE connections SET swept_at = ?, sweep_from = CASE WHEN ? > COALESCE(sweep_from, '') THEN ? ELSE "
        "sweep_from END, unreadable = COALESCE(?, unreadable) WHERE workspace = ? AND connection = ?",
        stamp(now),
        at,
        at,
        unreadable,
        workspace,
        connection,
    )


def polled(tx: Tx, workspace: str, connection: str, *, now: datetime, next_at: datetime) -> bool:
    """A poll succeeded; whether that is news: it is the first, or the one before had failed."""
    before = tx.one(
        "SELECT failures, succeeded_at FROM connections WHERE workspace = ? AND connection = ?", workspace, connection
    )
    news = before is not None and (bool(before["failures"]) or before["succeeded_at"] is None)
    if news:
        homes.concern_admins(tx, workspace)
    tx.run(
        "UPDATE connections SET polled_at = ?, succeeded_at = ?, failure = NULL, failures = 0, next_poll_at = ? "
        "WHERE workspace = ? AND connection = ?",
        stamp(now),
        stamp(now),
        stamp(next_at),
        workspace,
        connection,
    )
    return news


def failed(tx: Tx, workspace: str, connection: str, *, why: str, now: datetime, next_at: datetime) -> None:
    """A poll failed; the next is due at ``next_at``."""
    row = tx.one(
        "UPDATE connections SET polled_at = ?, failure = ?, failures = failures + 1, next_poll_at = ? "
        "WHERE workspace = ? AND connection = ? RETURNING failures",
        stamp(now),
        why,
        stamp(next_at),
        workspace,
        connection,
    )
    if row is not None and row["failures"] == 1:
        homes.concern_admins(tx, workspace)


def pause(tx: Tx, workspace: str, connection: str, *, why: str, now: datetime, sealed: bytes | None) -> str | None:
    """Stop polling because the credentials (as ``sealed``) were refused; newer ones are not blamed for it.

    Returns whom to tell, once: whoever connected it.
    """
    row = tx.one(
        "UPDATE connections SET state = 'paused', failure = ?, failures = failures + 1, polled_at = ? "
        "WHERE workspace = ? AND connection = ? AND state = 'active' AND credentials = ? RETURNING connected_by",
        why,
        stamp(now),
        workspace,
        connection,
        sealed,
    )
    if row:
        homes.concern_admins(tx, workspace)
    return row["connected_by"] if row else None


def take(
    tx: Tx,
    workspace: str,
    connection: str,
    *,
    per_minute: float,
    burst: float,
    urgent: bool,
    now: datetime,
) -> float:
    """Take one call from the connection's budget: 0.0, or the seconds to wait before asking again.

    A token bucket. Polling leaves the last token for people while the bucket holds more than one.
    """
    row = tx.one(
        "SELECT tokens, refilled_at, blocked_until, allowed, remaining, resets_at FROM budgets "
        "WHERE workspace = ? AND connection = ?",
        workspace,
        connection,
    )
    tokens = burst
    if row:
        if row["allowed"]:  # the lead system's own word goes before what we supposed
            per_minute, burst = float(row["allowed"]), max(1.0, min(burst * row["allowed"] / per_minute, burst * 10))
        passed = max(0.0, (now - moment(row["refilled_at"])).total_seconds())
        tokens = min(burst, row["tokens"] + passed * per_minute / 60)
        if row["blocked_until"] and (left := (moment(row["blocked_until"]) - now).total_seconds()) > 0:
            return left
        spent = row["resets_at"] and (
            row["remaining"] < 1 or (row["remaining"] < 2 and not urgent and row["allowed"] > 2)
        )
        if spent and (left := (moment(row["resets_at"]) - now).total_seconds()) > 0:
            return left
    need = 1.0 if urgent or burst < 2 else 2.0
    if tokens < need:
        return (need - tokens) * 60 / per_minute
    tx.run(
        "INSERT INTO budgets (workspace, connection, tokens, refilled_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (workspace, connection) DO UPDATE SET tokens = excluded.tokens, "
        "refilled_at = excluded.refilled_at, blocked_until = NULL",
        workspace,
        connection,
        tokens - 1,
        stamp(now),
    )
    return 0.0


def told(
    tx: Tx, workspace: str, connection: str, *, allowed: int, remaining: int, resets_in: float, now: datetime
) -> None:
    """What the lead system says of its limit: calls a window, how many are left, seconds until the next window."""
    tx.run(
        "INSERT INTO budgets (workspace, connection, tokens, refilled_at, allowed, remaining, resets_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (workspace, connection) DO UPDATE SET "
        "allowed = excluded.allowed, remaining = excluded.remaining, resets_at = excluded.resets_at",
        workspace,
        connection,
        float(remaining),
        stamp(now),
        allowed,
        remaining,
        stamp(now + timedelta(seconds=resets_in)),
    )


def left(tx: Tx, workspace: str, connection: str, now: datetime) -> tuple[int, int, datetime] | None:
    """Calls allowed, calls left and when the window ends, as the lead system said last; ``None``: not said, or past."""
    row = tx.one(
        "SELECT allowed, remaining, resets_at FROM budgets WHERE workspace = ? AND connection = ?",
        workspace,
        connection,
    )
    if row is None or row["allowed"] is None or moment(row["resets_at"]) < now:
        return None
    return row["allowed"], row["remaining"], moment(row["resets_at"])


def block(tx: Tx, workspace: str, connection: str, *, seconds: float, now: datetime) -> None:
    """No call for that long: the lead system asked for it."""
    tx.run(
        "INSERT INTO budgets (workspace, connection, tokens, refilled_at, blocked_until) VALUES (?, ?, 0, ?, ?) "
        "ON CONFLICT (workspace, connection) DO UPDATE SET blocked_until = excluded.blocked_until",
        workspace,
        connection,
        stamp(now),
        stamp(now + timedelta(seconds=seconds)),
    )


def budget(tx: Tx, workspace: str, connection: str) -> tuple[float, datetime, datetime | None] | None:
    """What is left, as of when, and until when the lead system blocks; ``None`` before the first call."""
    row = tx.one(
        "SELECT tokens, refilled_at, blocked_until FROM budgets WHERE workspace = ? AND connection = ?",
        workspace,
        connection,
    )
    if row is None:
        return None
    blocked = moment(row["blocked_until"]) if row["blocked_until"] else None
    return row["tokens"], moment(row["refilled_at"]), blocked
