"""Forms that are being filled in, encrypted; and which actions somebody ran last."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from storage.database import Tx
from storage.records import new_id, stamp
from storage.vault import Vault

KEPT = timedelta(hours=24)
RECENTS = 8


def put(
    tx: Tx, workspace: str, vault: Vault, *, person: str, body: dict[str, Any], now: datetime, draft: str | None = None
) -> str:
    """Keep a form for a day; its id. ``draft``: in place of that one."""
    draft = draft or new_id()
    tx.run("DELETE FROM drafts WHERE workspace = ? AND at < ?", workspace, stamp(now - KEPT))
    tx.run(
        "INSERT INTO drafts (workspace, draft, person, body, at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (workspace, draft) DO UPDATE SET body = excluded.body, at = excluded.at "
        "WHERE drafts.person = excluded.person",
        workspace,
        draft,
        person,
        vault.seal_json(workspace, f"draft:{draft}", body),
        stamp(now),
    )
    return draft


def get(tx: Tx, workspace: str, vault: Vault, draft: str, *, person: str, now: datetime) -> dict[str, Any] | None:
    """Somebody's own form; ``None`` where it is gone."""
    row = tx.one(
        "SELECT body FROM drafts WHERE workspace = ? AND draft = ? AND person = ? AND at >= ?",
        workspace,
        draft,
        person,
        stamp(now - KEPT),
    )
    if row is None:
        return None
    body: dict[str, Any] = vault.unseal_json(workspace, f"draft:{draft}", row["body"])
    return body


def remove(tx: Tx, workspace: str, draft: str) -> None:
    """It was sent."""
    tx.run("DELETE FROM drafts WHERE workspace = ? AND draft = ?", workspace, draft)


def ran(tx: Tx, workspace: str, person: str, connection: str, action: str, now: datetime) -> None:
    """Somebody ran an action."""
    tx.run(
        "INSERT INTO recents (workspace, person, connection, action, at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (workspace, person, connection, action) DO UPDATE SET at = excluded.at",
        workspace,
        person,
        connection,
        action,
        stamp(now),
    )


def recents(tx: Tx, workspace: str, person: str) -> list[tuple[str, str]]:
    """(connection, action) that somebody ran, the last first."""
    rows = tx.all(
        "SELECT connection, action FROM recents WHERE workspace = ? AND person = ? ORDER BY at DESC LIMIT ?",
        workspace,
        person,
        RECENTS,
    )
    return [(row["connection"], row["action"]) for row in rows]
