"""Subscriptions: which channel is told of which leads. And the key that lets a lead alert once for each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import orjson

from storage import homes
from storage.database import Tx
from storage.records import Subscription, columns, new_id, read, stamp

_COLUMNS = columns(Subscription)


def subscribe(
    tx: Tx,
    workspace: str,
    *,
    connection: str | None,
    words: str,
    channel: str,
    masked: bool,
    approval: bool,
    approvers: list[str],
    by: str,
    now: datetime,
    presets: Mapping[str, str] | None = None,
) -> str:
    """Add a subscription and return its id. ``presets``: what forms of new leads begin with in its channel."""
    subscription = new_id()
    tx.run(
        "INSERT INTO subscriptions (workspace, subscription, connection, words, channel, masked, approval, "
        "approvers, created_by, created_at, presets) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        workspace,
        subscription,
        connection,
        words,
        channel,
        int(masked),
        int(approval),
        orjson.dumps(approvers).decode(),
        by,
        stamp(now),
        orjson.dumps(dict(presets or {})).decode(),
    )
    homes.concern_admins(tx, workspace)
    return subscription


def channel_of(tx: Tx, workspace: str, subscription: str) -> str | None:
    """The channel of a subscription."""
    channel: str | None = tx.value(
        "SELECT channel FROM subscriptions WHERE workspace = ? AND subscription = ?", workspace, subscription
    )
    return channel


def unsubscribe(tx: Tx, workspace: str, subscription: str) -> bool:
    """Delete a subscription. What it alerted stays alerted."""
    homes.concern_admins(tx, workspace)
    return bool(tx.run("DELETE FROM subscriptions WHERE workspace = ? AND subscription = ?", workspace, subscription))


def every(tx: Tx, workspace: str) -> list[Subscription]:
    """The workspace's subscriptions, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM subscriptions WHERE workspace = ? ORDER BY created_at, subscription"
    return [read(Subscription, row) for row in tx.all(sql, workspace)]


def any_subscription(tx: Tx, workspace: str) -> bool:
    """Whether a channel is told of leads."""
    return tx.one("SELECT 1 FROM subscriptions WHERE workspace = ? LIMIT 1", workspace) is not None


def alerted(tx: Tx, workspace: str, number: int) -> set[str]:
    """The subscriptions that a lead has alerted."""
    rows = tx.all("SELECT subscription FROM alerts WHERE workspace = ? AND lead = ?", workspace, number)
    return {row["subscription"] for row in rows}


def alert_once(tx: Tx, workspace: str, number: int, subscription: str, now: datetime) -> bool:
    """Whether this lead may alert this subscription: the first time only."""
    return bool(
        tx.run(
            "INSERT INTO alerts (workspace, lead, subscription, at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (workspace, lead, subscription) DO NOTHING",
            workspace,
            number,
            subscription,
            stamp(now),
        )
    )


def mask(tx: Tx, workspace: str, channel: str) -> list[str]:
    """Outsiders are in a channel: its subscriptions hide contact data; who made those that did not."""
    rows = tx.all(
        "UPDATE subscriptions SET masked = 1 WHERE workspace = ? AND channel = ? AND masked = 0 RETURNING created_by",
        workspace,
        channel,
    )
    return sorted({row["created_by"] for row in rows})


def in_trouble(tx: Tx, workspace: str, channel: str, why: str | None) -> list[str]:
    """A channel cannot be posted to (or can again): who made the subscriptions for which that is news."""
    rows = tx.all(
        "UPDATE subscriptions SET trouble = ? WHERE workspace = ? AND channel = ? "
        "AND COALESCE(trouble, '') <> COALESCE(?, '') RETURNING created_by",
        why,
        workspace,
        channel,
        why,
    )
    return sorted({row["created_by"] for row in rows})
