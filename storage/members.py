"""Who in Slack a lead system's member is: as somebody set it by hand, else by the e-mail address of both."""

from __future__ import annotations

from storage.database import Tx
from storage.records import KnownName, Member, columns, read

KIND = "member"
_PERSON = (
    "(SELECT p.person FROM people p WHERE p.workspace = k.workspace AND p.email = k.email AND p.is_bot = 0 "
    "AND p.is_guest = 0 ORDER BY p.person LIMIT 1)"
)
_EVERY = (
    f"SELECT k.id AS member, k.name AS name, k.email AS email, (m.member IS NOT NULL) AS by_hand, "
    f"CASE WHEN m.member IS NOT NULL THEN m.person ELSE {_PERSON} END AS person "
    "FROM known k LEFT JOIN members m ON m.workspace = k.workspace AND m.connection = k.connection AND m.member = k.id "
    "WHERE k.workspace = ? AND k.connection = ? AND k.kind = 'member'"
)


def every(tx: Tx, workspace: str, connection: str) -> list[Member]:
    """A connection's members by name, with who they are."""
    rows = tx.all(f"{_EVERY} ORDER BY k.folded, k.id", workspace, connection)
    return [read(Member, row) for row in rows]


def get(tx: Tx, workspace: str, connection: str, member: str) -> Member | None:
    """One member that is known."""
    row = tx.one(f"{_EVERY} AND k.id = ?", workspace, connection, member)
    return read(Member, row) if row else None


def person_of(tx: Tx, workspace: str, connection: str, member: str) -> str | None:
    """The person who a member is; ``None`` where that is nobody here, or not known."""
    row = tx.one(
        "SELECT person FROM members WHERE workspace = ? AND connection = ? AND member = ?",
        workspace,
        connection,
        member,
    )
    if row:
        by_hand: str | None = row["person"]
        return by_hand
    found = get(tx, workspace, connection, member)
    return found.person if found else None


def member_of(tx: Tx, workspace: str, connection: str, person: str) -> KnownName | None:
    """The member that a person is: set by hand first, else of the same e-mail address."""
    row = tx.one(
        f"SELECT {columns(KnownName, 'k')} FROM members m JOIN known k ON k.workspace = m.workspace "
        "AND k.connection = m.connection AND k.kind = 'member' AND k.id = m.member "
        "WHERE m.workspace = ? AND m.connection = ? AND m.person = ? ORDER BY k.id LIMIT 1",
        workspace,
        connection,
        person,
    )
    row = row or tx.one(
        f"SELECT {columns(KnownName, 'k')} FROM people p JOIN known k ON k.workspace = p.workspace "
        "AND k.connection = ? AND k.kind = 'member' AND k.email = p.email "
        "WHERE p.workspace = ? AND p.person = ? AND p.is_bot = 0 AND p.is_guest = 0 AND NOT EXISTS "
        "(SELECT 1 FROM members m WHERE m.workspace = k.workspace AND m.connection = k.connection "
        "AND m.member = k.id) ORDER BY k.id LIMIT 1",
        connection,
        workspace,
        person,
    )
    return read(KnownName, row) if row else None


def set_by_hand(tx: Tx, workspace: str, connection: str, member: str, person: str | None, *, by: str) -> None:
    """Somebody says who a member is; ``None``: nobody here."""
    tx.run(
        "INSERT INTO members (workspace, connection, member, person, set_by) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (workspace, connection, member) DO UPDATE SET person = excluded.person, set_by = excluded.set_by",
        workspace,
        connection,
        member,
        person,
        by,
    )


def strangers(tx: Tx, workspace: str, connection: str) -> list[str]:
    """E-mail addresses of members who are nobody here yet, and of whom nobody said who they are."""
    return [m.email for m in every(tx, workspace, connection) if m.email and m.person is None and not m.by_hand]
