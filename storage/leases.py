"""The lease: which process polls, delivers, writes back and schedules. There is one, for all workspaces.

It holds no time. Whoever waits for it looks whether ``beat`` still grows, by a clock of their own; whoever takes it
raises ``fence``, which each transaction of the holder checks.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.database import Tx


class LeaseLost(Exception):
    """Another process has the lease now, or nobody; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Held:
    """The lease as it was seen."""

    fence: int
    holder: str
    """A process's own id; empty: nobody's."""
    process: str
    """Where it runs."""
    beat: int


def look(tx: Tx) -> Held | None:
    """Who has it; ``None`` in a new database."""
    row = tx.one("SELECT fence, holder, process, beat FROM lease WHERE id = 1")
    return Held(row["fence"], row["holder"], row["process"], row["beat"]) if row else None


def take(tx: Tx, seen: Held | None, *, holder: str, process: str) -> int | None:
    """Take it, if it is as it was ``seen``; the fence, or ``None`` where somebody renewed or took it meanwhile."""
    if seen is None:
        made: int | None = tx.value(
            "INSERT INTO lease (id, fence, holder, process, beat) VALUES (1, 1, ?, ?, 0) "
            "ON CONFLICT (id) DO NOTHING RETURNING fence",
            holder,
            process,
        )
        return made
    taken: int | None = tx.value(
        "UPDATE lease SET fence = fence + 1, holder = ?, process = ?, beat = beat + 1 "
        "WHERE id = 1 AND fence = ? AND beat = ? RETURNING fence",
        holder,
        process,
        seen.fence,
        seen.beat,
    )
    return taken


def renew(tx: Tx, fence: int) -> bool:
    """Go on holding it; ``False`` where it was lost."""
    return bool(tx.run("UPDATE lease SET beat = beat + 1 WHERE id = 1 AND fence = ? AND holder <> ''", fence))


def give_up(tx: Tx, fence: int) -> None:
    """Nobody holds it: it may be taken at once."""
    tx.run("UPDATE lease SET holder = '', process = '', beat = beat + 1 WHERE id = 1 AND fence = ?", fence)


def check(tx: Tx, fence: int) -> None:
    """Raises LeaseLost where it is not held with this fence."""
    if tx.one("SELECT 1 FROM lease WHERE id = 1 AND fence = ? AND holder <> ''", fence) is None:
        raise LeaseLost
