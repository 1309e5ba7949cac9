"""States of installing (OAuth 2): what travels through the browser and back, good once.

A state is sealed by the vault and holds when it was made and for which browser, so that showing the page of
installing stores nothing; only one that comes back is written down, so that it works once.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from storage.database import Tx
from storage.records import moment, stamp
from storage.vault import Vault, WrongKey

GOOD_FOR = timedelta(minutes=10)
LONGEST = 1024
"""Characters of a state."""
_ROW = "install-state"


class BadState(Exception):
    """A state is no good; ``why`` is one of forged, browser, expired, used."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class State:
    """A state that was read: by what it is remembered that it was used."""

    key: str


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def make(vault: Vault, browser: str, now: datetime) -> str:
    """A state for one browser, which holds ``browser`` in a cookie."""
    body = {"at": stamp(now), "browser": _digest(browser), "once": secrets.token_urlsafe(16)}
    return base64.urlsafe_b64encode(vault.seal_json("", _ROW, body)).decode().rstrip("=")


def opened(vault: Vault, state: str, browser: str, now: datetime) -> State:
    """Read a state that came back. Raises BadState."""
    if not 0 < len(state) <= LONGEST or not state.isascii():
        raise BadState("forged")
    try:
        body = vault.unseal_json("", _ROW, base64.b64decode(state + "=" * (-len(state) % 4), b"-_", validate=True))
        at, whose, once = moment(body["at"]), str(body["browser"]), str(body["once"])
    except (WrongKey, ValueError, KeyError, TypeError):
        raise BadState("forged") from None
    if not browser or not compare_digest(whose, _digest(browser)):
        raise BadState("browser")
    if not now - GOOD_FOR <= at <= now + GOOD_FOR:
        raise BadState("expired")
    return State(_digest(once))


def use(tx: Tx, state: State, now: datetime) -> bool:
    """Use it up; ``False`` where it was used before."""
    sql = "INSERT INTO used_states (state, at) VALUES (?, ?) ON CONFLICT (state) DO NOTHING"
    return bool(tx.run(sql, state.key, stamp(now)))


def forget(tx: Tx, now: datetime) -> int:
    """Drop what is too old to come back anyhow; how many."""
    return tx.run("DELETE FROM used_states WHERE at < ?", stamp(now - 3 * GOOD_FOR))
