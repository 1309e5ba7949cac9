"""What may be done once: a modal submitted twice, an event delivered again."""

from __future__ import annotations

from datetime import datetime

from storage.database import Tx
from storage.records import stamp


def once(tx: Tx, workspace: str, choice: str, now: datetime) -> bool:
    """``True`` the first time this choice is made; it belongs into the transaction that carries it out."""
    return bool(
        tx.run(
            "INSERT INTO choices (workspace, choice, at) VALUES (?, ?, ?) ON CONFLICT (workspace, choice) DO NOTHING",
            workspace,
            choice,
            stamp(now),
        )
    )


def made(tx: Tx, workspace: str, choice: str) -> bool:
    """Whether this choice was made already: for checks that come before the transaction which carries it out."""
    return bool(tx.value("SELECT COUNT(*) FROM choices WHERE workspace = ? AND choice = ?", workspace, choice))


def undo(tx: Tx, workspace: str, choice: str) -> None:
    """It came to nothing (an error stands in the modal): it may be made again."""
    tx.run("DELETE FROM choices WHERE workspace = ? AND choice = ?", workspace, choice)


def forget(tx: Tx, workspace: str, before: datetime) -> int:
    """Forget old choices; how many."""
    return tx.run("DELETE FROM choices WHERE workspace = ? AND at < ?", workspace, stamp(before))
