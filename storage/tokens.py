"""Connections' short-lived access tokens, encrypted, and whose turn it is to renew them."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.database import Tx
from storage.records import moment, stamp
from storage.vault import Vault

RENEWING = timedelta(seconds=30)
"""A renewal that takes longer belongs to a process that died."""


def _row(connection: str) -> str:
    return f"tokens:{connection}"


def kept(tx: Tx, workspace: str, vault: Vault, connection: str) -> tuple[str, str | None, datetime | None] | None:
    """Access token, refresh token and when the first expires; ``None`` where none are kept."""
    row = tx.one("SELECT tokens FROM tokens WHERE workspace = ? AND connection = ?", workspace, connection)
    if row is None or row["tokens"] is None:
        return None
    body = vault.unseal_json(workspace, _row(connection), row["tokens"])
    return body["access"], body.get("refresh"), moment(body["expires_at"]) if body.get("expires_at") else None


def keep(
    tx: Tx,
    workspace: str,
    vault: Vault,
    connection: str,
    *,
    access: str,
    refresh: str | None,
    expires_at: datetime | None,
) -> None:
    """Keep new tokens in place of the old ones."""
    body = {"access": access, "refresh": refresh, "expires_at": stamp(expires_at) if expires_at else None}
    tx.run(
        "INSERT INTO tokens (workspace, connection, tokens) VALUES (?, ?, ?) "
        "ON CONFLICT (workspace, connection) DO UPDATE SET tokens = excluded.tokens",
        workspace,
        connection,
        vault.seal_json(workspace, _row(connection), body),
    )


def forget(tx: Tx, workspace: str, connection: str) -> None:
    """New credentials: the old tokens are worth nothing."""
    tx.run("DELETE FROM tokens WHERE workspace = ? AND connection = ?", workspace, connection)


def begin_renewal(tx: Tx, workspace: str, connection: str, now: datetime) -> bool:
    """``True`` for whoever may renew now; the others wait and read again."""
    return bool(
        tx.run(
            "INSERT INTO tokens (workspace, connection, renewing_until) VALUES (?, ?, ?) "
            "ON CONFLICT (workspace, connection) DO UPDATE SET renewing_until = excluded.renewing_until "
            "WHERE tokens.renewing_until IS NULL OR tokens.renewing_until < ?",
            workspace,
            connection,
            stamp(now + RENEWING),
            stamp(now),
        )
    )


def end_renewal(tx: Tx, workspace: str, connection: str) -> None:
    """The next one may renew."""
    tx.run("UPDATE tokens SET renewing_until = NULL WHERE workspace = ? AND connection = ?", workspace, connection)
