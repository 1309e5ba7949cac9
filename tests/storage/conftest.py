"""A database on disk, and a vault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database
from storage.vault import Vault
from tests.storage.build import KEY, add_connection


@pytest.fixture
def vault() -> Vault:
    return Vault([KEY])


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "desk.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def connection(database: Database, vault: Vault) -> str:
    """A connection called north."""
    return database.write_now(lambda tx: add_connection(tx, vault))
