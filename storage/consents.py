"""Connections that wait for somebody's consent on the lead system's own page (OAuth 2).

What was typed is encrypted; the state that travels through the browser is kept as a digest, and works once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from storage.database import Tx
from storage.records import moment, stamp
from storage.vault import Vault

STATE_BYTES = 32
GOOD_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Consent:
    """Who asked, and what was typed. It does not say the latter when it is printed."""

    workspace: str
    person: str
    body: dict[str, Any]

    def __repr__(self) -> str:
        return f"Consent(workspace={self.workspace!r}, person={self.person!r})"


def name_of(state: str) -> str:
    """What a state is kept as."""
    return sha256(state.encode("utf-8", "surrogatepass")).hexdigest()


def begin(tx: Tx, workspace: str, vault: Vault, *, person: str, body: dict[str, Any], now: datetime) -> str:
    """Keep what was typed until the person comes back; the state to come back with."""
    state = secrets.token_urlsafe(STATE_BYTES)
    tx.run(
        "INSERT INTO consents (workspace, state, person, body, at) VALUES (?, ?, ?, ?, ?)",
        workspace,
        name_of(state),
        person,
        vault.seal_json(workspace, f"consent:{name_of(state)}", body),
        stamp(now),
    )
    return state


def take(tx: Tx, vault: Vault, state: str, now: datetime) -> Consent | None:
    """What belongs to a state, once; ``None`` for one that is unknown, was used, or is older than ten minutes."""
    row = tx.one("DELETE FROM consents WHERE state = ? RETURNING workspace, person, body, at", name_of(state))
    if row is None or moment(row["at"]) + GOOD_FOR < now:
        return None
    body = vault.unseal_json(row["workspace"], f"consent:{name_of(state)}", row["body"])
    return Consent(row["workspace"], row["person"], body)


def forget(tx: Tx, workspace: str, now: datetime) -> int:
    """Drop those that nobody came back with; how many."""
    return tx.run("DELETE FROM consents WHERE workspace = ? AND at < ?", workspace, stamp(now - GOOD_FOR))
