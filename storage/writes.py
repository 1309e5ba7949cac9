"""What was done at the desk and belongs into a lead system too: *pending → sending → sent*, with *doubt* beside, and
the ends *refused*, *unsure* and *overtaken*.

A write is stored with the deed that causes it and carried out later, in the order of ``seq`` for each lead: a lead
whose write waits does not hold up the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage.database import Tx
from storage.records import Write, columns, new_id, read, stamp
from storage.vault import Vault

_COLUMNS = columns(Write)
OPEN = ("pending", "sending", "doubt")
_OPEN = "state IN ('pending', 'sending', 'doubt')"
_LATEST = ("owner", "stage", "close")
"""Kinds of which only the newest counts."""
_AT_WORK = "NOT EXISTS (SELECT 1 FROM workspaces s WHERE s.workspace = w.workspace AND s.stopped IS NOT NULL)"
_ONLY_LATEST = f"keeps IN {_LATEST}"


def _row(write: str) -> str:
    return f"write:{write}"


def add(
    tx: Tx,
    workspace: str,
    vault: Vault,
    *,
    lead: int,
    connection: str,
    keeps: str,
    body: dict[str, Any],
    by: str,
    now: datetime,
) -> str:
    """Something is to be told; its id. An owner, stage or closing overtakes older ones that have not been sent."""
    if keeps in _LATEST:
        _end_older(tx, workspace, lead, keeps, now, "('pending', 'doubt', 'refused', 'unsure')")
    write = new_id()
    seq = tx.value("UPDATE workspaces SET next_seq = next_seq + 1 WHERE workspace = ? RETURNING next_seq", workspace)
    tx.run(
        "INSERT INTO writes (workspace, write, seq, connection, lead, keeps, body, by, state, created_at, next_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?)",
        workspace,
        write,
        seq,
        connection,
        lead,
        keeps,
        vault.seal_json(workspace, _row(write), body),
        by,
        stamp(now),
        stamp(now),
    )
    return write


def body(tx: Tx, workspace: str, vault: Vault, write: Write) -> dict[str, Any]:
    """What is to be told, decrypted."""
    opened: dict[str, Any] = vault.unseal_json(workspace, _row(write.write), write.body)
    return opened


def withdraw(tx: Tx, workspace: str, lead: int, keeps: str, now: datetime) -> None:
    """Whatever waits or is stuck is not sent any more; one that is just being sent is left alone."""
    _end_older(tx, workspace, lead, keeps, now, "('pending', 'doubt', 'refused', 'unsure')")


def overtake(tx: Tx, workspace: str, lead: int, keeps: str, now: datetime) -> None:
    """The lead system has something else now: nothing that waits is sent, and what was sent counts no more."""
    _end_older(tx, workspace, lead, keeps, now, "('pending', 'doubt', 'refused', 'unsure', 'sent')")


def confirmed(tx: Tx, workspace: str, write: Write, now: datetime) -> None:
    """The lead system says itself what this one told it: it arrived, and older ones of its kind count no more."""
    tx.run(
        "UPDATE writes SET state = 'sent', ended_at = ?, error = NULL WHERE workspace = ? AND write = ? "
        "AND state IN ('pending', 'doubt', 'refused', 'unsure')",
        stamp(now),
        workspace,
        write.write,
    )
    tx.run(
        "UPDATE writes SET state = 'overtaken', ended_at = COALESCE(ended_at, ?) WHERE workspace = ? AND lead = ? "
        "AND keeps = ? AND seq < ? AND state NOT IN ('sending', 'overtaken')",
        stamp(now),
        workspace,
        write.lead,
        write.keeps,
        write.seq,
    )


def _end_older(tx: Tx, workspace: str, lead: int, keeps: str, now: datetime, states: str) -> None:
    tx.run(
        f"UPDATE writes SET state = 'overtaken', ended_at = ? WHERE workspace = ? AND lead = ? AND keeps = ? "
        f"AND state IN {states}",
        stamp(now),
        workspace,
        lead,
        keeps,
    )


_HEADS = (
    f"SELECT {columns(Write, 'w')} FROM writes w JOIN connections c ON c.workspace = w.workspace "
    f"AND c.connection = w.connection AND c.state = 'active' AND {_AT_WORK} "
    "WHERE w.state IN ('pending', 'sending', 'doubt') AND w.state <> 'sending' AND NOT EXISTS "
    "(SELECT 1 FROM writes f WHERE f.workspace = w.workspace AND f.lead = w.lead AND f.seq < w.seq "
    "AND f.state IN ('pending', 'sending', 'doubt')) ORDER BY w.next_at, w.seq"
)


def heads(tx: Tx, now: datetime) -> tuple[list[Write], datetime | None]:
    """The first open write of every lead, where it is due and neither its connection nor its workspace is stopped, and
    when the next of the others is due."""
    first = [read(Write, row) for row in tx.all(_HEADS)]
    due = sorted((w for w in first if w.next_at <= now), key=lambda w: w.seq)
    return due, next((w.next_at for w in first if w.next_at > now), None)


def waiting(tx: Tx) -> list[Write]:
    """Everything that has not ended, oldest first, of the workspaces at work."""
    rows = tx.all(f"SELECT {columns(Write, 'w')} FROM writes w WHERE {_OPEN} AND {_AT_WORK} ORDER BY seq")
    return [read(Write, row) for row in rows]


def begin(tx: Tx, write: Write, now: datetime) -> bool:
    """It is about to be sent; committed before the call, so that a crash leaves a trace. ``False``: not any more."""
    return bool(
        tx.run(
            "UPDATE writes SET state = 'sending', sending_at = ?, attempts = attempts + 1 "
            "WHERE workspace = ? AND write = ? AND state = ?",
            stamp(now),
            write.workspace,
            write.write,
            write.state,
        )
    )


def end(tx: Tx, write: Write, *, state: str, now: datetime, error: str | None = None) -> bool:
    """It was ``sent`` or ``refused``, or it is ``unsure``. ``False`` where something newer overtook it meanwhile."""
    return bool(
        tx.run(
            f"UPDATE writes SET state = ?, ended_at = ?, error = ? WHERE workspace = ? AND write = ? AND {_OPEN}",
            state,
            stamp(now),
            error,
            write.workspace,
            write.write,
        )
    )


def postpone(tx: Tx, write: Write, *, state: str, next_at: datetime, error: str, now: datetime) -> None:
    """Try again later: ``pending`` where it surely did not arrive, ``doubt`` where it may have (``sending_at`` says
    since when).

    One that something newer of its kind replaces is overtaken.
    """
    tx.run(
        "UPDATE writes SET attempts = attempts + (CASE WHEN state = 'sending' THEN 0 ELSE 1 END), state = ?, "
        "sending_at = CASE WHEN ? = 'pending' THEN NULL ELSE sending_at END, "
        f"next_at = ?, error = ? WHERE workspace = ? AND write = ? AND {_OPEN}",
        state,
        state,
        stamp(next_at),
        error,
        write.workspace,
        write.write,
    )
    _end_replaced(tx, now, write.workspace, write.lead)


def _end_replaced(tx: Tx, now: datetime, workspace: str | None = None, lead: int | None = None) -> None:
    tx.run(
        f"UPDATE writes SET state = 'overtaken', ended_at = ? WHERE {_ONLY_LATEST} AND state IN ('pending', 'doubt') "
        "AND (? IS NULL OR (workspace = ? AND lead = ?)) AND EXISTS (SELECT 1 FROM writes n "
        "WHERE n.workspace = writes.workspace AND n.lead = writes.lead AND n.keeps = writes.keeps "
        "AND n.seq > writes.seq AND n.state <> 'overtaken')",
        stamp(now),
        workspace,
        workspace,
        lead,
    )


def again(tx: Tx, workspace: str, write_id: str, now: datetime) -> bool:
    """Somebody wants it tried again; ``False`` where it is not stuck (any more)."""
    return bool(
        tx.run(
            "UPDATE writes SET state = 'pending', next_at = ?, created_at = ?, ended_at = NULL, error = NULL, "
            "sending_at = CASE WHEN state = 'unsure' THEN sending_at ELSE NULL END "
            "WHERE workspace = ? AND write = ? AND state IN ('refused', 'unsure')",
            stamp(now),
            stamp(now),
            workspace,
            write_id,
        )
    )


def has_arrived(tx: Tx, workspace: str, write_id: str, now: datetime) -> bool:
    """Somebody looked there: it arrived. ``False`` where nobody was unsure (any more)."""
    return bool(
        tx.run(
            "UPDATE writes SET state = 'sent', ended_at = ?, error = NULL "
            "WHERE workspace = ? AND write = ? AND state = 'unsure'",
            stamp(now),
            workspace,
            write_id,
        )
    )


def get(tx: Tx, workspace: str, write_id: str) -> Write | None:
    """One write."""
    row = tx.one(f"SELECT {_COLUMNS} FROM writes WHERE workspace = ? AND write = ?", workspace, write_id)
    return read(Write, row) if row else None


_TELLING = {"refused": 0, "unsure": 1, "doubt": 2, "sending": 2, "pending": 2, "sent": 3}


def of_lead(tx: Tx, workspace: str, lead: int) -> list[Write]:
    """For each kind the one that says how things stand: of owner, stage and closing the newest; of notes and
    contacts the oldest that is stuck, else the oldest that waits, else the newest."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM writes WHERE workspace = ? AND lead = ? AND state <> 'overtaken' ORDER BY seq",
        workspace,
        lead,
    )
    found: dict[str, Write] = {}
    for write in (read(Write, row) for row in rows):
        before = found.get(write.keeps)
        newer_counts = write.keeps in _LATEST or (before is not None and before.state == "sent")
        if before is None or newer_counts or _TELLING[write.state] < _TELLING[before.state]:
            found[write.keeps] = write
    return list(found.values())


def of_kind(tx: Tx, workspace: str, lead: int, keeps: str) -> Sequence[Write]:
    """A lead's writes of one kind that still count, newest first."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM writes WHERE workspace = ? AND lead = ? AND keeps = ? AND state <> 'overtaken' "
        "ORDER BY seq DESC",
        workspace,
        lead,
        keeps,
    )
    return [read(Write, row) for row in rows]


def recover(tx: Tx, next_at: datetime, now: datetime) -> int:
    """After a crash: whatever was being sent is in doubt; how many."""
    found = tx.run("UPDATE writes SET state = 'doubt', next_at = ? WHERE state = 'sending'", stamp(next_at))
    if found:
        _end_replaced(tx, now)
    return found


def tally(tx: Tx, workspace: str, connection: str) -> dict[str, int]:
    """How many of a connection wait, are refused or unsure, by state."""
    rows = tx.all(
        "SELECT state, COUNT(*) AS n FROM writes WHERE workspace = ? AND connection = ? "
        "AND state NOT IN ('sent', 'overtaken') GROUP BY state",
        workspace,
        connection,
    )
    return {row["state"]: row["n"] for row in rows}


def forget(tx: Tx, workspace: str, before: datetime) -> int:
    """Delete what was told or overtaken long ago; how many."""
    return tx.run(
        "DELETE FROM writes WHERE workspace = ? AND state IN ('sent', 'overtaken') AND ended_at < ?",
        workspace,
        stamp(before),
    )
