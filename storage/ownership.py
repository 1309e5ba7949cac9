"""Whose a lead is. The first wins: every change is one conditional UPDATE."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson

from storage import homes
from storage.database import Tx
from storage.records import THERE, Approval, columns, new_id, read, stamp

_COLUMNS = columns(Approval)


def own(tx: Tx, workspace: str, number: int, *, person: str, by: str, instead_of: str | None, now: datetime) -> bool:
    """``person`` becomes the owner, if the owner is still ``instead_of`` (``None``: nobody). ``False``: too late."""
    done = bool(
        tx.run(
            "UPDATE leads SET owner = ?, owned_at = ?, assigned_by = ?, "
            "first_owned_at = COALESCE(first_owned_at, ?), version = version + 1 "
            "WHERE workspace = ? AND number = ? AND (owner = ? OR (owner IS NULL AND ? IS NULL))",
            person,
            stamp(now),
            by,
            stamp(now),
            workspace,
            number,
            instead_of,
            instead_of,
        )
    )
    if done:
        homes.concern(tx, workspace, person, instead_of)
    return done


def release(tx: Tx, workspace: str, number: int, *, owner: str) -> bool:
    """Nobody owns it any more, if ``owner`` still did."""
    done = bool(
        tx.run(
            "UPDATE leads SET owner = NULL, owned_at = NULL, assigned_by = NULL, version = version + 1 "
            "WHERE workspace = ? AND number = ? AND owner = ?",
            workspace,
            number,
            owner,
        )
    )
    if done:
        homes.concern(tx, workspace, owner)
    return done


def adopt(tx: Tx, workspace: str, connection: str, member: str, person: str, now: datetime) -> list[int]:
    """Leads that a member has in the lead system and that nobody here ever had are that person's; their numbers."""
    rows = tx.all(
        "UPDATE leads SET owner = ?, owned_at = ?, assigned_by = ?, first_owned_at = ?, version = version + 1 "
        "WHERE workspace = ? AND connection = ? AND holder = ? AND owner IS NULL AND first_owned_at IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.workspace = leads.workspace AND r.lead = leads.number "
        "AND r.state = 'waiting') RETURNING number",
        person,
        stamp(now),
        THERE,
        stamp(now),
        workspace,
        connection,
        member,
    )
    if rows:
        homes.concern(tx, workspace, person)
    return [row["number"] for row in rows]


def look_again(tx: Tx, workspace: str, number: int) -> None:
    """Nobody knows any more who has a lead in the lead system: whatever it says next counts as new."""
    tx.run("UPDATE leads SET holder = NULL, fingerprint = ? WHERE workspace = ? AND number = ?", b"", workspace, number)


def untold(tx: Tx, workspace: str, connection: str, person: str, limit: int = 50) -> list[int]:
    """The newest leads that a person has here and nobody in the lead system, which was told of no owner."""
    rows = tx.all(
        "SELECT number FROM leads WHERE workspace = ? AND connection = ? AND owner = ? AND COALESCE(holder, '') = '' "
        "AND NOT EXISTS (SELECT 1 FROM writes w WHERE w.workspace = leads.workspace AND w.lead = leads.number "
        "AND w.keeps = 'owner' AND w.state <> 'overtaken') ORDER BY created_at DESC LIMIT ?",
        workspace,
        connection,
        person,
        limit,
    )
    return [row["number"] for row in rows]


def ask(
    tx: Tx, workspace: str, number: int, *, person: str, by: str, approvers: Sequence[str], now: datetime
) -> str | None:
    """Ask for approval; the request's id, or ``None`` where one waits already."""
    request = new_id()
    made = tx.run(
        "INSERT INTO requests (workspace, request, lead, person, asked_by, asked_at, approvers, state) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT (workspace, lead) WHERE state = 'waiting' DO NOTHING",
        workspace,
        request,
        number,
        person,
        by,
        stamp(now),
        orjson.dumps(list(approvers)).decode(),
    )
    if not made:
        return None
    tx.run("UPDATE leads SET version = version + 1 WHERE workspace = ? AND number = ?", workspace, number)
    homes.concern(tx, workspace, person, by, *approvers)
    return request


def decide(
    tx: Tx, workspace: str, request: str, *, state: str, by: str, now: datetime, reason: str | None = None
) -> bool:
    """End a waiting request; ``False`` where it had ended."""
    ended = tx.one(
        "UPDATE requests SET state = ?, decided_by = ?, decided_at = ?, reason = ? "
        "WHERE workspace = ? AND request = ? AND state = 'waiting' RETURNING lead, person, asked_by, approvers",
        state,
        by,
        stamp(now),
        reason,
        workspace,
        request,
    )
    if ended is None:
        return False
    tx.run("UPDATE leads SET version = version + 1 WHERE workspace = ? AND number = ?", workspace, ended["lead"])
    homes.concern(tx, workspace, ended["person"], ended["asked_by"], *orjson.loads(ended["approvers"]))
    return True


def waiting(tx: Tx, workspace: str, number: int) -> Approval | None:
    """The request that waits for this lead."""
    sql = f"SELECT {_COLUMNS} FROM requests WHERE workspace = ? AND lead = ? AND state = 'waiting'"
    row = tx.one(sql, workspace, number)
    return read(Approval, row) if row else None


_FOR = "workspace = ? AND state = 'waiting' AND approvers LIKE ? ESCAPE '\\'"


def _named(person: str) -> str:
    """A person's id as it stands in the JSON list of approvers."""
    quoted = orjson.dumps(person).decode().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{quoted}%"


def waiting_for(tx: Tx, workspace: str, approver: str, limit: int) -> list[Approval]:
    """The requests that somebody is named for, the oldest first."""
    sql = f"SELECT {_COLUMNS} FROM requests WHERE {_FOR} ORDER BY asked_at, request LIMIT ?"
    return [read(Approval, row) for row in tx.all(sql, workspace, _named(approver), limit)]


def count_waiting_for(tx: Tx, workspace: str, approver: str, most: int) -> int:
    """How many requests somebody is named for, counted up to ``most``."""
    sql = f"SELECT COUNT(*) FROM (SELECT 1 FROM requests WHERE {_FOR} LIMIT ?) AS found"
    return int(tx.value(sql, workspace, _named(approver), most))


def request(tx: Tx, workspace: str, request_id: str) -> Approval | None:
    """One request."""
    row = tx.one(f"SELECT {_COLUMNS} FROM requests WHERE workspace = ? AND request = ?", workspace, request_id)
    return read(Approval, row) if row else None


def was_approved(tx: Tx, workspace: str, number: int) -> bool:
    """Whether the owner asked for the lead and got it by approval."""
    found = tx.one(
        "SELECT 1 FROM requests r JOIN leads l ON l.workspace = r.workspace AND l.number = r.lead "
        "WHERE r.workspace = ? AND r.lead = ? AND r.state = 'approved' AND r.person = l.owner "
        "AND r.asked_by = r.person AND r.decided_at = l.owned_at",
        workspace,
        number,
    )
    return found is not None


def open_leads(tx: Tx, workspace: str, person: str) -> int:
    """How many leads somebody owns and has not marked contacted."""
    return int(
        tx.value(
            "SELECT COUNT(*) FROM leads WHERE workspace = ? AND owner = ? AND contacted_at IS NULL",
            workspace,
            person,
        )
    )
