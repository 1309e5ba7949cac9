"""The readable schema, the migrations, and the rules that every storage function keeps."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sqlite3
import stat
from importlib import resources
from pathlib import Path

import pytest

import storage
from storage.database import Database, Tx, statements
from tests.storage.build import tables

NEWEST = (resources.files("storage") / "schema.sql").read_text(encoding="utf-8")


def normal(sql: str) -> str:
    """Without comments and spare space."""
    return re.sub(r"\s*([(),])\s*", r"\1", re.sub(r"\s+", " ", re.sub(r"--[^\n]*", "", sql))).strip().rstrip(";")


def described(conn: sqlite3.Connection) -> dict[tuple[str, str], str]:
    rows = conn.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {
        (kind, name): normal(sql)
        for kind, name, sql in rows
        if not name.startswith(("_", "sqlite_")) and "migrations" not in name
    }


def test_the_schema_file_is_what_the_migrations_make(database: Database) -> None:
    fresh = sqlite3.connect(":memory:")
    for statement in statements(NEWEST):
        fresh.execute(statement)
    migrated = database.read_now(lambda tx: described(tx.conn))
    assert described(fresh) == migrated
    assert len(migrated) > 20
    fresh.close()


def test_each_statement_of_the_schema_is_whole() -> None:
    assert all(sqlite3.complete_statement(statement) for statement in statements(NEWEST))
    assert normal(" ".join(statements(NEWEST))) == normal(NEWEST)


def test_the_workspace_is_the_first_key_of_every_table(database: Database) -> None:
    def first_keys(tx: Tx) -> dict[str, str]:
        found = {}
        for table in names:
            columns = tx.all(f"PRAGMA table_info({table})")
            found[table] = next(c["name"] for c in columns if c["pk"] == 1)
        return found

    names = tables(database)
    keys = database.read_now(first_keys)
    assert (keys.pop("vault_check"), keys.pop("lease"), keys.pop("used_states")) == ("id", "id", "state")
    assert set(keys.values()) == {"workspace"}


def test_opening_a_database_again_changes_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        opened = Database(tmp_path / "desk.sqlite3")
        described_now = opened.read_now(lambda tx: described(tx.conn))
        opened.close()
        if _ == 0:
            before = described_now
    assert described_now == before


def test_a_new_database_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    opened = Database(tmp_path / "deeper" / "desk.sqlite3")
    assert opened.is_new
    assert stat.S_IMODE((tmp_path / "deeper" / "desk.sqlite3").stat().st_mode) == 0o600
    opened.close()


def test_pragmas_are_as_promised(database: Database) -> None:
    def pragmas(tx: Tx) -> dict[str, object]:
        return {p: tx.value(f"PRAGMA {p}") for p in ("journal_mode", "foreign_keys", "secure_delete", "query_only")}

    assert database.write_now(pragmas) == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "secure_delete": 1,
        "query_only": 0,
    }
    assert database.read_now(pragmas)["query_only"] == 1


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.read_now(lambda tx: tx.run("INSERT INTO choices VALUES ('T', 'c', 'now')"))
    assert database.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM choices")) == 0


# ------------------------------------------------------------------------------- tx, workspace, …

OF_THE_PROCESS = {
    "deliveries.heads",
    "deliveries.recover",
    "writes.heads",
    "writes.recover",
    "writes.waiting",
    "people.workspaces",
    "leases.look",
    "leases.take",
    "leases.renew",
    "leases.give_up",
    "leases.check",
    "installations.working",
    "installations.every",
    "installations.settle",
    "installations.retired",
    "installations.forget_organisations",
    "states.use",
    "states.forget",
    "vault.check_key",
    "vault.has_check",
    "database.answers",
    "database.whole",
    "hooks.called",
    "consents.take",
    "homes.due",
}
"""They look over all workspaces (what is due, what crashed), have none (the key, the lease, states of installing), or
find it by a secret."""


def storage_functions() -> dict[str, inspect.Signature]:
    found = {}
    for module in pkgutil.iter_modules(storage.__path__):
        loaded = importlib.import_module(f"storage.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            if function.__module__ == loaded.__name__ and not name.startswith("_"):
                found[f"{module.name}.{name}"] = inspect.signature(function)
    return found


def takes_tx(signature: inspect.Signature) -> bool:
    return any(p.annotation in ("Tx", Tx) for p in signature.parameters.values())


def test_every_storage_function_takes_the_transaction_and_then_the_workspace() -> None:
    checked = 0
    for name, signature in storage_functions().items():
        if not takes_tx(signature):
            continue
        first, *rest = signature.parameters.values()
        assert first.annotation == "Tx", f"{name}: the transaction comes first"
        assert first.name == "tx", name
        if name in OF_THE_PROCESS:
            continue
        assert rest, f"{name}: the workspace is missing"
        by_row = rest[0].annotation in ("Delivery", "Write")  # a row that carries its workspace
        assert rest[0].name == "workspace" or by_row, f"{name}: the workspace comes second"
        checked += 1
    assert checked > 40


def test_the_exceptions_exist() -> None:
    assert storage_functions().keys() >= OF_THE_PROCESS


def test_storage_functions_are_synchronous() -> None:
    for module in pkgutil.iter_modules(storage.__path__):
        loaded = importlib.import_module(f"storage.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            assert not inspect.iscoroutinefunction(function), f"{module.name}.{name}"


def test_only_portable_sql_is_used() -> None:
    """PostgreSQL is to stand behind the same functions: no SQLite date functions, no INSERT OR …"""
    for module in pkgutil.iter_modules(storage.__path__):
        source = inspect.getsource(importlib.import_module(f"storage.{module.name}"))
        strings = " ".join(re.findall(r'"[^"\n]*"', source))
        assert not re.search(r"INSERT OR |REPLACE INTO|strftime\(|julianday\(|datetime\('|GLOB ", strings), module.name
