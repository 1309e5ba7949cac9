"""Encryption of what must stay secret: credentials, tokens, outbox bodies.

AES-256-GCM, bound to the workspace and the row. ``LEADBELL_SECRET_KEY`` is a list: the first key encrypts, all
decrypt. A check value tells a wrong key at start.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.database import Tx

_VERSION = b"\x01"
_CHECK = b"leadbell"
SHORTEST_KEY = 32
"""Characters. Keys are stretched with HKDF, which adds no entropy: they have to be random."""


class WrongKey(Exception):
    """The key does not fit this database; nothing was overwritten."""


class Vault:
    """Encrypts with the first key, decrypts with any."""

    def __init__(self, keys: Sequence[str]) -> None:
        """``keys``: at least one, each of 32 random characters or more. Raises ValueError otherwise."""
        if not keys or any(len(key) < SHORTEST_KEY for key in keys):
            raise ValueError(f"each key needs {SHORTEST_KEY} characters or more")
        self._ciphers = {_key_id(key): AESGCM(_derived(key)) for key in keys}
        self._first = _key_id(keys[0])

    def seal(self, workspace: str, row: str, secret: bytes) -> bytes:
        """Encrypt for one row of one workspace."""
        nonce = os.urandom(12)
        sealed = self._ciphers[self._first].encrypt(nonce, secret, _bound(workspace, row))
        return _VERSION + self._first + nonce + sealed

    def unseal(self, workspace: str, row: str, blob: bytes) -> bytes:
        """Decrypt. Raises WrongKey where no key fits or the row was moved or changed."""
        cipher = self._ciphers.get(bytes(blob[1:5]))
        if blob[:1] != _VERSION or cipher is None:
            raise WrongKey("no key of LEADBELL_SECRET_KEY fits")
        try:
            return cipher.decrypt(bytes(blob[5:17]), bytes(blob[17:]), _bound(workspace, row))
        except InvalidTag:
            raise WrongKey("a stored secret was changed or belongs to another row") from None

    def seal_json(self, workspace: str, row: str, value: Any) -> bytes:
        """Encrypt a JSON value."""
        return self.seal(workspace, row, orjson.dumps(value))

    def unseal_json(self, workspace: str, row: str, blob: bytes) -> Any:
        """Decrypt a JSON value."""
        return orjson.loads(self.unseal(workspace, row, blob))


def _derived(key: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"leadbell vault").derive(key.encode())


def _key_id(key: str) -> bytes:
    return HKDF(SHA256(), 4, salt=None, info=b"leadbell key id").derive(key.encode())


def _bound(workspace: str, row: str) -> bytes:
    return f"{workspace}\x00{row}".encode()


def has_check(tx: Tx) -> bool:
    """Whether a key was ever used with this database."""
    return tx.one("SELECT 1 FROM vault_check") is not None


def check_key(tx: Tx, vault: Vault) -> None:
    """Make the check value in a new database; raise WrongKey where the key does not fit an old one."""
    blob = tx.value("SELECT value FROM vault_check WHERE id = 1")
    if blob is None:
        tx.run("INSERT INTO vault_check (id, value) VALUES (1, ?)", vault.seal("", "check", _CHECK))
    elif vault.unseal("", "check", blob) != _CHECK:
        raise WrongKey("the check value is not ours")


def key_beside(database: Path, *, may_make: bool) -> str | None:
    """The key file beside a database; made (mode 0600) only where ``may_make``, for a new database."""
    file = database.with_suffix(".key")
    if file.exists():
        return file.read_text(encoding="ascii").strip()
    if not may_make:
        return None
    key = secrets.token_urlsafe(48)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    _write_new(draft, key)
    try:
        os.link(draft, file)  # whole, or not at all; and only one of two processes that start together makes it
    except FileExistsError:
        return file.read_text(encoding="ascii").strip()
    except OSError:  # a disk without hard links
        _write_new(file, key)
    finally:
        draft.unlink()
    return key


def _write_new(file: Path, key: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(key + "\n")
