"""Where lead systems call us: the secret in a webhook's path, and the subscription there.

Only the secret's digest can be looked up; the secret itself and the subscription are encrypted.
"""

from __future__ import annotations

import secrets
from hashlib import sha256

from storage.database import Tx
from storage.vault import Vault

SECRET_BYTES = 32
SECRET_CHARACTERS = 43
"""What SECRET_BYTES are in URL-safe base64."""


def _row(connection: str) -> str:
    return f"hook:{connection}"


def key_of(secret: str) -> str:
    """By what a secret is looked up."""
    return sha256(secret.encode()).hexdigest()


def make(tx: Tx, workspace: str, connection: str) -> str:
    """A new secret for a connection; the old one leads nowhere from now on. Calls are taken before
    :func:`keep`, because a lead system may call while it is being subscribed."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    tx.run(
        "UPDATE connections SET hook_key = ?, hook = NULL WHERE workspace = ? AND connection = ?",
        key_of(secret),
        workspace,
        connection,
    )
    return secret


def keep(tx: Tx, workspace: str, vault: Vault, connection: str, *, secret: str, subscription: str) -> bool:
    """The lead system is subscribed; ``False`` where the secret was replaced or dropped meanwhile."""
    return bool(
        tx.run(
            "UPDATE connections SET hook = ? WHERE workspace = ? AND connection = ? AND hook_key = ?",
            vault.seal_json(workspace, _row(connection), {"secret": secret, "subscription": subscription}),
            workspace,
            connection,
            key_of(secret),
        )
    )


def drop(tx: Tx, workspace: str, connection: str) -> None:
    """Calls lead nowhere from now on, and what was named and not read yet is left to polling."""
    tx.run(
        "UPDATE connections SET hook_key = NULL, hook = NULL WHERE workspace = ? AND connection = ?",
        workspace,
        connection,
    )
    tx.run("DELETE FROM pings WHERE workspace = ? AND connection = ?", workspace, connection)


def subscription(tx: Tx, workspace: str, vault: Vault, connection: str) -> str | None:
    """The subscription's id there; ``None`` where there is none."""
    blob = tx.value("SELECT hook FROM connections WHERE workspace = ? AND connection = ?", workspace, connection)
    return None if blob is None else str(vault.unseal_json(workspace, _row(connection), blob)["subscription"])


def on(tx: Tx, workspace: str) -> frozenset[str]:
    """The connections whose lead system calls."""
    rows = tx.all("SELECT connection FROM connections WHERE workspace = ? AND hook IS NOT NULL", workspace)
    return frozenset(row["connection"] for row in rows)


def called(tx: Tx, secret: str) -> tuple[str, str] | None:
    """Workspace and connection that a call is for; ``None`` for an unknown secret."""
    row = tx.one(
        "SELECT workspace, connection FROM connections WHERE hook_key = ? AND state <> 'removing'", key_of(secret)
    )
    return (row["workspace"], row["connection"]) if row else None
