"""Leads: taking them in, changing them, finding them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import orjson

from providers.lead import Lead, Stage
from storage import homes
from storage.database import Row, Tx
from storage.filters import Filter, Frame, digits, index, where
from storage.records import Note, StoredLead, columns, new_id, read, stamp

COLUMNS = columns(StoredLead)
_CONTENT = (
    "fingerprint",
    "created_at",
    "updated_at",
    "external_ref",
    "customer_id",
    "title",
    "first_name",
    "last_name",
    "email",
    "phone",
    "source",
    "source_name",
    "stage",
    "stage_raw",
    "eligibility",
    "enquiry",
    "schemes",
    "place",
    "subject",
    "details",
    "facets",
    "search",
    "holder",
    "holder_name",
    "pond",
    "limits",
    "private",
    "lookup",
    "price",
    "currency",
    "period",
    "move_in",
    "move_out",
    "email_key",
    "phone_key",
)
_CREATED = _CONTENT.index("created_at")
AT_ONCE = 100
"""Rows a statement: SQLite frees the interpreter for its whole run, so that reading goes on beside it."""


@cache
def _insert_many(rows: int) -> str:
    values = f"({', '.join('?' * (6 + len(_CONTENT)))})"
    return (
        f"INSERT INTO leads (workspace, number, connection, external_id, arrived_at, history, {', '.join(_CONTENT)}) "
        f"VALUES {', '.join([values] * rows)} ON CONFLICT (workspace, connection, external_id) DO NOTHING"
    )


_UPDATE = (
    f"UPDATE leads SET {', '.join(f'{c} = ?' for c in _CONTENT)}, version = version + 1 "
    "WHERE workspace = ? AND connection = ? AND external_id = ?"
)


def content(lead: Lead, fingerprint: bytes) -> tuple[Any, ...]:
    """The provider's part of a lead's row. Pure: it is made off the writer's thread."""
    facets, search = index(lead)
    details = [(d.label, d.value.replace("\x00", ""), d.privacy) for d in lead.details]
    return (
        fingerprint,
        stamp(lead.created_at),
        stamp(lead.updated_at) if lead.updated_at else None,
        lead.external_ref,
        lead.customer_id,
        lead.title,
        lead.first_name,
        lead.last_name,
        lead.email,
        lead.phone,
        lead.source,
        lead.source_name,
        lead.stage.value,
        lead.stage_raw,
        lead.eligibility,
        lead.enquiry,
        ",".join(lead.schemes),
        lead.place,
        lead.subject,
        orjson.dumps(details).decode(),
        facets,
        search,
        lead.holder,
        lead.holder_name,
        lead.pond,
        ",".join(lead.limits),
        int(lead.private),
        lead.lookup,
        str(lead.price.amount) if lead.price else None,
        lead.price.currency if lead.price else None,
        lead.price.period if lead.price else None,
        lead.move_in.isoformat() if lead.move_in else None,
        lead.move_out.isoformat() if lead.move_out else None,
        lead.email.strip().casefold() or None if lead.email else None,
        phone_key(lead.phone) if lead.phone else None,
    )


def phone_key(phone: str) -> str | None:
    """What telephone numbers are looked up by: their last nine digits; ``None`` of what is too short to be one."""
    number = digits(phone)
    return number if len(number) == 9 else None


def known(tx: Tx, workspace: str, connection: str, ids: Sequence[str]) -> dict[str, bytes]:
    """Which of these provider's ids are stored, with their fingerprints. It only saves work: the unique key
    decides what is new."""
    found: dict[str, bytes] = {}
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        rows = tx.all(
            "SELECT external_id, fingerprint FROM leads WHERE workspace = ? AND connection = ? "
            f"AND external_id IN ({', '.join('?' * len(part))})",
            workspace,
            connection,
            *part,
        )
        found.update((row[0], row[1]) for row in rows)
    return found


EVERYTHING = "~"
"""As ``history_before``: sorts after every stored time."""


def insert(
    tx: Tx,
    workspace: str,
    connection: str,
    rows: Sequence[tuple[str, tuple[Any, ...]]],
    now: datetime,
    *,
    history_before: str = "",
) -> tuple[int, int]:
    """Store leads as (provider's id, content); returns the range of numbers [first, end) that was used.

    Those created up to ``history_before`` (a stored time) were there before the connection was made.
    Those already stored are passed over by the unique key; :func:`numbered` gives what was really new.
    """
    if not rows:
        return 0, 0
    end: int = tx.value(
        "UPDATE workspaces SET next_number = next_number + ? WHERE workspace = ? RETURNING next_number",
        len(rows),
        workspace,
    )
    first, at = end - len(rows), stamp(now)
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        values: list[Any] = []
        for n, (external, row) in enumerate(part, first + start):
            values += (workspace, n, connection, external, at, row[_CREATED] <= history_before)
            values += row
        tx.run(_insert_many(len(part)), *values)
    return first, end


def several(tx: Tx, workspace: str, numbers: Collection[int], *, owned: bool = False) -> list[StoredLead]:
    """The leads with these numbers, in no order. ``owned``: only those that somebody has."""
    sql = f"SELECT {COLUMNS} FROM leads WHERE workspace = ? AND number IN ({', '.join('?' * len(numbers))})"
    sql += " AND owner IS NOT NULL" if owned else ""
    return [read(StoredLead, row) for row in tx.all(sql, workspace, *numbers)]


def numbered(tx: Tx, workspace: str, first: int, end: int) -> list[StoredLead]:
    """The leads with numbers in [first, end)."""
    sql = f"SELECT {COLUMNS} FROM leads WHERE workspace = ? AND number >= ? AND number < ? ORDER BY created_at, number"
    return [read(StoredLead, row) for row in tx.all(sql, workspace, first, end)]


def change(
    tx: Tx, workspace: str, connection: str, external_id: str, row: tuple[Any, ...], *, less: bool = False
) -> tuple[StoredLead, StoredLead] | None:
    """Bring a lead's provider's part up to date; before and after, or ``None`` where nothing changed. ``less``: what it
    does not say stays as it was."""
    sql = f"SELECT {COLUMNS} FROM leads WHERE workspace = ? AND connection = ? AND external_id = ?"
    before = tx.one(sql, workspace, connection, external_id)
    if before is None:
        return None
    if less:
        row = _over(before, row)
    tx.run(_UPDATE, *row, workspace, connection, external_id)
    _past_new(tx, workspace, before["number"])
    homes.concern(tx, workspace, before["owner"])
    after = tx.one(sql, workspace, connection, external_id)
    return (read(StoredLead, before), read(StoredLead, after)) if after else None


def _over(before: Row, row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row that tells less, laid over the one that is stored."""
    told = dict(zip(_CONTENT, row, strict=True))
    over = {name: before[name] if value in (None, "") else value for name, value in told.items()}
    details = orjson.loads(told["details"])
    labels = {label for label, *_ in details}
    kept = [one for one in orjson.loads(before["details"]) if one[0] not in labels]
    over["details"] = orjson.dumps([*details, *kept]).decode()
    lines = [line for line in told["facets"].split("\n") if line]
    names = {line.partition("=")[0] for line in lines}
    lines += [line for line in before["facets"].split("\n") if line and line.partition("=")[0] not in names]
    over["facets"] = "".join(f"\n{line}" for line in lines) + "\n"
    if told["search"] in before["search"]:
        over["search"] = before["search"]
    else:
        over["search"] = f"{told['search']} {before['search']}"
    return tuple(over.values())


def mark_read(tx: Tx, workspace: str, connection: str, external_id: str, fingerprint: bytes) -> None:
    """This state of a lead was seen, though nothing of it is kept."""
    tx.run(
        "UPDATE leads SET fingerprint = ? WHERE workspace = ? AND connection = ? AND external_id = ?",
        fingerprint,
        workspace,
        connection,
        external_id,
    )


def get(tx: Tx, workspace: str, number: int) -> StoredLead | None:
    """One lead."""
    row = tx.one(f"SELECT {COLUMNS} FROM leads WHERE workspace = ? AND number = ?", workspace, number)
    return read(StoredLead, row) if row else None


def by_external_id(tx: Tx, workspace: str, connection: str, external_id: str) -> StoredLead | None:
    """The lead with an id of its lead system."""
    sql = f"SELECT {COLUMNS} FROM leads WHERE workspace = ? AND connection = ? AND external_id = ?"
    row = tx.one(sql, workspace, connection, external_id)
    return read(StoredLead, row) if row else None


def find(
    tx: Tx,
    workspace: str,
    wanted: Filter,
    frame: Frame,
    *,
    limit: int,
    offset: int = 0,
    oldest_first: bool = False,
) -> list[StoredLead]:
    """Leads that pass, newest first."""
    sql, params = where(wanted, frame)
    order = "created_at, number" if oldest_first else "created_at DESC, number DESC"
    rows = tx.all(
        f"SELECT {COLUMNS} FROM leads WHERE workspace = ? AND {sql} ORDER BY {order} LIMIT ? OFFSET ?",
        workspace,
        *params,
        limit,
        offset,
    )
    return [read(StoredLead, row) for row in rows]


def count(tx: Tx, workspace: str, wanted: Filter, frame: Frame) -> int:
    """How many leads pass."""
    sql, params = where(wanted, frame)
    return int(tx.value(f"SELECT COUNT(*) FROM leads WHERE workspace = ? AND {sql}", workspace, *params))


def count_up_to(tx: Tx, workspace: str, wanted: Filter, frame: Frame, most: int) -> int:
    """How many leads pass, counted up to ``most``: a large workspace is not read through for a heading."""
    sql, params = where(wanted, frame)
    return int(
        tx.value(
            f"SELECT COUNT(*) FROM (SELECT 1 FROM leads WHERE workspace = ? AND {sql} LIMIT ?) AS found",
            workspace,
            *params,
            most,
        )
    )


ENDED = tuple(stage.value for stage in (Stage.WON, Stage.LOST, Stage.CANCELLED))
_OPEN = f"workspace = ? AND owner = ? AND stage NOT IN ({', '.join('?' * len(ENDED))})"


def open_of(tx: Tx, workspace: str, owner: str, limit: int) -> list[StoredLead]:
    """Somebody's leads that have not ended: first those that nobody contacted yet; of each the newest first."""
    sql = (
        f"SELECT {COLUMNS} FROM leads WHERE {_OPEN} "
        "ORDER BY CASE WHEN contacted_at IS NULL THEN 0 ELSE 1 END, created_at DESC, number DESC LIMIT ?"
    )
    return [read(StoredLead, row) for row in tx.all(sql, workspace, owner, *ENDED, limit)]


def count_open_of(tx: Tx, workspace: str, owner: str) -> tuple[int, int]:
    """How many of somebody's leads have not ended, and how many of these nobody contacted yet."""
    row = tx.one(
        f"SELECT COUNT(*) AS n, COALESCE(SUM(CASE WHEN contacted_at IS NULL THEN 1 ELSE 0 END), 0) AS fresh "
        f"FROM leads WHERE {_OPEN}",
        workspace,
        owner,
        *ENDED,
    )
    return (row["n"], row["fresh"]) if row else (0, 0)


def of_customer(tx: Tx, workspace: str, lead: StoredLead, limit: int = 10) -> list[StoredLead]:
    """The same customer's other enquiries through the same connection, newest first."""
    if not lead.customer_id:
        return []
    rows = tx.all(
        f"SELECT {COLUMNS} FROM leads WHERE workspace = ? AND connection = ? AND customer_id = ? AND number <> ? "
        "ORDER BY created_at DESC LIMIT ?",
        workspace,
        lead.connection,
        lead.customer_id,
        lead.number,
        limit,
    )
    return [read(StoredLead, row) for row in rows]


def facet_values(tx: Tx, workspace: str, column: str, limit: int = 100) -> list[str]:
    """The values a column has among the newest leads, most frequent first (for suggestions)."""
    if column not in ("source", "source_name", "eligibility", "enquiry", "place", "stage"):
        raise ValueError(column)
    rows = tx.all(
        f"SELECT {column} AS v, COUNT(*) AS n FROM (SELECT {column} FROM leads WHERE workspace = ? "
        f"ORDER BY created_at DESC LIMIT 1000) AS newest WHERE {column} IS NOT NULL "
        f"GROUP BY {column} ORDER BY n DESC LIMIT ?",
        workspace,
        limit,
    )
    return [row["v"] for row in rows]


def add_note(tx: Tx, workspace: str, number: int, *, author: str, body: str, now: datetime) -> None:
    """Keep a note."""
    tx.run(
        "INSERT INTO notes (workspace, note, lead, author, at, body) VALUES (?, ?, ?, ?, ?, ?)",
        workspace,
        new_id(),
        number,
        author,
        stamp(now),
        body,
    )


def notes(tx: Tx, workspace: str, number: int, limit: int = 20) -> list[Note]:
    """A lead's notes, newest first."""
    rows = tx.all(
        "SELECT note, lead, author, at, body FROM notes WHERE workspace = ? AND lead = ? ORDER BY at DESC LIMIT ?",
        workspace,
        number,
        limit,
    )
    return [read(Note, row) for row in rows]


def mark_contacted(tx: Tx, workspace: str, number: int, *, by: str, now: datetime) -> bool:
    """Somebody says that they reached out; ``False`` where that was said before."""
    marked = tx.one(
        "UPDATE leads SET contacted_at = ?, contacted_by = ?, version = version + 1 "
        "WHERE workspace = ? AND number = ? AND contacted_at IS NULL RETURNING owner",
        stamp(now),
        by,
        workspace,
        number,
    )
    _past_new(tx, workspace, number)
    if marked is not None:
        homes.concern(tx, workspace, marked["owner"])
    return marked is not None


def _past_new(tx: Tx, workspace: str, number: int) -> None:
    """A lead that was contacted is no longer new, in its stage and for filters, whatever the provider still says."""
    new, contacted = Stage.NEW.value, Stage.CONTACTED.value
    tx.run(
        "UPDATE leads SET stage = ?, facets = REPLACE(facets, ?, ?) "
        "WHERE workspace = ? AND number = ? AND contacted_at IS NOT NULL AND stage = ?",
        contacted,
        f"\nstage={new}\n",
        f"\nstage={contacted}\n",
        workspace,
        number,
        new,
    )
