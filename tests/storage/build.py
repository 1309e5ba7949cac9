"""What the storage tests store: a workspace, a connection, leads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from providers.lead import Lead
from storage import connections, leads, people
from storage.database import Database, Tx
from storage.vault import Vault

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TEAM, OTHER = "T0LEADBELL", "T0OTHER"
KEY = "a key for the tests, of 32 characters or more"


def a_lead(number: int = 1, **fields: Any) -> Lead:
    """A lead, as a provider maps it."""
    given: dict[str, Any] = {
        "external_id": str(number),
        "created_at": NOW,
        "first_name": "Sofia",
        "last_name": "Marsh",
        "email": f"lead{number}@example.com",
        "phone": "07700 900123",
        "source": "ZPL",
        "source_name": "Zoopla",
    }
    return Lead(**(given | fields))


def add_connection(tx: Tx, vault: Vault, name: str = "north", workspace: str = TEAM, now: datetime = NOW) -> str:
    """Connect KPro under a name; the workspace is made known."""
    people.add_workspace(tx, workspace, "Harbour Homes", now)
    connection = connections.add(
        tx,
        workspace,
        vault,
        name=name,
        provider="kpro",
        credentials={"api_key": f"key of {name}"},
        settings={"poll_seconds": 60},
        by="U0ADA",
        now=now,
    )
    assert connection
    return connection


def add_leads(
    tx: Tx, connection: str, found: Sequence[Lead], workspace: str = TEAM, now: datetime = NOW, **more: Any
) -> list[int]:
    """Store leads; their numbers."""
    rows = [(lead.external_id, leads.content(lead, b"fingerprint")) for lead in found]
    first, end = leads.insert(tx, workspace, connection, rows, now, **more)
    return [lead.number for lead in leads.numbered(tx, workspace, first, end)]


OF_THE_PROCESS = frozenset({"vault_check", "lease", "used_states"})
"""Tables that belong to no workspace."""


def tables(database: Database) -> list[str]:
    """Every table of ours."""
    return database.read_now(
        lambda tx: [
            row["name"]
            for row in tx.all(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'"
            )
            if not row["name"].startswith("sqlite_")
        ]
    )


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    return {
        table: database.read_now(lambda tx, t=table: [tuple(r) for r in tx.all(f"SELECT * FROM {t} ORDER BY 1, 2")])
        for table in tables(database)
    }


def remove_connection(tx: Tx, workspace: str, connection: str) -> None:
    """Remove a connection with all its leads."""
    connections.retire(tx, workspace, connection)
    while not connections.remove_some(tx, workspace, connection):
        pass
