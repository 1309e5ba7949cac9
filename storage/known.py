"""What people know by name in a lead system: members, stages, tags… Learned now and then, searched while typing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import orjson

from providers.lead import Mention
from storage.database import Tx
from storage.filters import fold
from storage.records import KnownName, LearnedKind, columns, read, stamp

_NAME = columns(KnownName)
Named = tuple[str, str, str | None]
"""Id, name, e-mail address."""
_FROM_LEADS = {"stage": "stage_raw", "source": "source_name"}
_NEWEST = "(SELECT {} FROM leads WHERE workspace = ? AND connection = ? ORDER BY created_at DESC LIMIT 1000) AS newest"


def replace(tx: Tx, workspace: str, connection: str, kind: str, found: Iterable[Named], now: datetime) -> int:
    """These are all of a kind that the lead system lists; how many. What was not seen is forgotten, unless a lead names
    it."""
    rows = list({i: (i, name, email) for i, name, email in found}.values())
    tx.run(
        "DELETE FROM known WHERE workspace = ? AND connection = ? AND kind = ? AND mentioned = 0",
        workspace,
        connection,
        kind,
    )
    tx.many(
        "INSERT INTO known (workspace, connection, kind, id, name, folded, email, seen_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (workspace, connection, kind, id) DO UPDATE SET "
        "name = excluded.name, folded = excluded.folded, email = excluded.email, seen_at = excluded.seen_at",
        (
            (workspace, connection, kind, i, name, fold(name), email.strip().casefold() if email else None, stamp(now))
            for i, name, email in rows
        ),
    )
    _learned(tx, workspace, connection, kind, now, None)
    return len(rows)


def mention(tx: Tx, workspace: str, connection: str, found: Iterable[Mention], now: datetime) -> None:
    """Leads name these. A name that the lead system's own list gives goes before."""
    tx.many(
        "INSERT INTO known (workspace, connection, kind, id, name, folded, seen_at, mentioned) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT (workspace, connection, kind, id) DO UPDATE SET "
        "name = CASE WHEN known.mentioned = 1 THEN excluded.name ELSE known.name END, "
        "folded = CASE WHEN known.mentioned = 1 THEN excluded.folded ELSE known.folded END, "
        "seen_at = excluded.seen_at",
        [(workspace, connection, m.kind, m.id, m.name, fold(m.name), stamp(now)) for m in found],
    )


def failed(tx: Tx, workspace: str, connection: str, kind: str, *, why: str, now: datetime) -> None:
    """A kind could not be asked for. What is known of it stays."""
    _learned(tx, workspace, connection, kind, now, why)


def _learned(tx: Tx, workspace: str, connection: str, kind: str, now: datetime, trouble: str | None) -> None:
    tx.run(
        "INSERT INTO known_kinds (workspace, connection, kind, learned_at, trouble) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (workspace, connection, kind) DO UPDATE SET learned_at = excluded.learned_at, "
        "trouble = excluded.trouble",
        workspace,
        connection,
        kind,
        stamp(now),
        trouble,
    )


def kinds(tx: Tx, workspace: str, connection: str) -> dict[str, LearnedKind]:
    """By kind: when it was asked for last, and why that failed."""
    rows = tx.all(
        "SELECT kind, learned_at, trouble FROM known_kinds WHERE workspace = ? AND connection = ?",
        workspace,
        connection,
    )
    return {row["kind"]: read(LearnedKind, row) for row in rows}


def search(tx: Tx, workspace: str, connection: str, kind: str, words: str = "", limit: int = 100) -> list[KnownName]:
    """Those whose name holds every word; names that begin with what was typed come first."""
    typed = fold(words)
    parts = typed.split(" ") if typed else []
    fits = "".join(" AND folded LIKE ? ESCAPE '\\'" for _ in parts)
    rows = tx.all(
        f"SELECT {_NAME} FROM known WHERE workspace = ? AND connection = ? AND kind = ?{fits} "
        "ORDER BY CASE WHEN folded LIKE ? ESCAPE '\\' THEN 0 ELSE 1 END, folded, id LIMIT ?",
        workspace,
        connection,
        kind,
        *(f"%{_escaped(part)}%" for part in parts),
        f"{_escaped(typed)}%",
        limit,
    )
    return [read(KnownName, row) for row in rows]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def names_of(tx: Tx, workspace: str, connection: str, kind: str, ids: Sequence[str]) -> dict[str, str]:
    """The names of these ids, where they are known."""
    found: dict[str, str] = {}
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        rows = tx.all(
            f"SELECT id, name FROM known WHERE workspace = ? AND connection = ? AND kind = ? "
            f"AND id IN ({', '.join('?' * len(part))})",
            workspace,
            connection,
            kind,
            *part,
        )
        found.update((row["id"], row["name"]) for row in rows)
    return found


def in_leads(tx: Tx, workspace: str, connection: str, kind: str) -> list[str]:
    """Stages, sources and tags among a connection's newest leads, most frequent first; nothing of other kinds."""
    if column := _FROM_LEADS.get(kind):
        rows = tx.all(
            f"SELECT {column} AS v, COUNT(*) AS n FROM {_NEWEST.format(column)} WHERE {column} IS NOT NULL "
            f"GROUP BY {column} ORDER BY n DESC, {column} LIMIT 500",
            workspace,
            connection,
        )
        return [row["v"] for row in rows if row["v"]]
    if kind != "tag":
        return []
    counted: dict[str, int] = {}
    for row in tx.all(f"SELECT details FROM {_NEWEST.format('details')}", workspace, connection):
        for label, value, _ in orjson.loads(row["details"]) if '"Tags"' in row["details"] else ():
            for tag in value.split(",") if label == "Tags" else ():
                if name := tag.strip():
                    counted[name] = counted.get(name, 0) + 1
    return sorted(counted, key=lambda name: (-counted[name], name))[:500]
