"""The outbox and the messages it made: *pending → sending → sent*, with *doubt* and *parked* beside.

A delivery stores the intent and is rendered when it is delivered. ``lane`` is where it goes; deliveries of one
lane are made in the order of ``seq``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from storage.database import Tx
from storage.records import Delivery, Message, columns, new_id, read, stamp
from storage.vault import Vault

_MESSAGE = columns(Message)
_BACK = "CASE WHEN sending_at IS NOT NULL AND kind <> 'refresh' THEN 'doubt' ELSE 'pending' END"
"""What was parked in doubt is looked for again."""
_SHOWING = "SELECT message FROM message_leads WHERE workspace = ? AND lead = ?"


def post(
    tx: Tx,
    workspace: str,
    vault: Vault,
    *,
    kind: str,
    to: str,
    now: datetime,
    leads: Iterable[int] = (),
    subject: str | None = None,
    thread: bool = False,
    body: dict[str, Any] | None = None,
) -> str:
    """A message is to be posted to a channel or a person; returns its id."""
    message = new_id()
    tx.run(
        "INSERT INTO messages (workspace, message, kind, channel, thread, subject, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        workspace,
        message,
        kind,
        to,
        int(thread),
        subject,
        stamp(now),
    )
    tx.many(
        "INSERT INTO message_leads (workspace, message, lead) VALUES (?, ?, ?)",
        ((workspace, message, number) for number in leads),
    )
    _enqueue(tx, workspace, vault, "post", to, message, body or {}, now)
    return message


def line(tx: Tx, workspace: str, vault: Vault, number: int, body: dict[str, Any], now: datetime) -> None:
    """A line for the thread of a lead's card, if it has a card."""
    root = tx.one(
        f"SELECT m.message, m.channel FROM messages m WHERE m.workspace = ? AND m.message IN ({_SHOWING}) "
        "AND m.thread = 1",
        workspace,
        workspace,
        number,
    )
    if root:
        _enqueue(tx, workspace, vault, "line", root["channel"], root["message"], body, now)


def refresh(tx: Tx, workspace: str, vault: Vault, number: int, now: datetime) -> None:
    """Every message that shows a lead is to be drawn anew. At most one such delivery waits for a message."""
    rows = tx.all(
        f"SELECT m.message, m.channel FROM messages m WHERE m.workspace = ? AND m.message IN ({_SHOWING}) "
        "AND m.kind <> 'summary' AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.workspace = ? "
        "AND o.message = m.message AND o.kind = 'post' AND o.state IN ('pending', 'parked'))",
        workspace,
        workspace,
        number,
        workspace,
    )
    for row in rows:
        _enqueue(tx, workspace, vault, "refresh", _edits(row["channel"]), row["message"], {}, now)


def redraw_kind(tx: Tx, workspace: str, vault: Vault, kind: str, now: datetime) -> None:
    """Every message of a kind is to be drawn anew."""
    rows = tx.all(
        "SELECT m.message, m.channel FROM messages m WHERE m.workspace = ? AND m.kind = ? AND NOT EXISTS "
        "(SELECT 1 FROM outbox o WHERE o.workspace = m.workspace AND o.message = m.message AND o.kind = 'post' "
        "AND o.state IN ('pending', 'parked'))",
        workspace,
        kind,
    )
    for row in rows:
        _enqueue(tx, workspace, vault, "refresh", _edits(row["channel"]), row["message"], {}, now)


def has_kind(tx: Tx, workspace: str, kind: str) -> bool:
    """Whether a message of a kind was or will be posted."""
    return tx.one("SELECT 1 FROM messages WHERE workspace = ? AND kind = ? LIMIT 1", workspace, kind) is not None


def _enqueue(
    tx: Tx, workspace: str, vault: Vault, kind: str, lane: str, message: str, body: dict[str, Any], now: datetime
) -> None:
    delivery = new_id()
    seq = tx.value("UPDATE workspaces SET next_seq = next_seq + 1 WHERE workspace = ? RETURNING next_seq", workspace)
    tx.run(
        "INSERT INTO outbox (workspace, delivery, seq, kind, lane, message, body, state, created_at, next_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?) "
        "ON CONFLICT (workspace, message) WHERE kind = 'refresh' AND state = 'pending' DO NOTHING",
        workspace,
        delivery,
        seq,
        kind,
        lane,
        message,
        vault.seal_json(workspace, f"delivery:{delivery}", body),
        stamp(now),
        stamp(now),
    )


_OPEN = "state IN ('pending', 'sending', 'doubt')"
_HEADS = (
    "WITH RECURSIVE lanes (workspace, lane) AS (SELECT w.workspace, (SELECT MIN(n.lane) FROM outbox n "
    f"WHERE n.workspace = w.workspace AND n.{_OPEN}) FROM workspaces w WHERE w.stopped IS NULL "
    "UNION ALL SELECT l.workspace, (SELECT MIN(n.lane) FROM outbox n WHERE n.workspace = l.workspace "
    f"AND n.lane > l.lane AND n.{_OPEN}) FROM lanes l WHERE l.lane IS NOT NULL) "
    f"SELECT {columns(Delivery, 'o')} FROM lanes l JOIN outbox o ON o.workspace = l.workspace AND o.lane = l.lane "
    "AND o.seq = (SELECT MIN(f.seq) FROM outbox f WHERE f.workspace = l.workspace AND f.lane = l.lane "
    f"AND f.{_OPEN}) AND o.{_OPEN} AND o.state <> 'sending' WHERE l.lane IS NOT NULL ORDER BY o.next_at, o.seq"
)
"""From lane to lane by the index: what waits behind the first of a lane costs nothing, however much it is."""


def heads(tx: Tx, now: datetime) -> tuple[list[Delivery], datetime | None]:
    """The first open delivery of every lane, where it is due; and when the next of the others is due. Those of a
    workspace that is stopped wait.

    Later ones of a lane wait for its first.
    """
    first = [read(Delivery, row) for row in tx.all(_HEADS)]
    due = [d for d in first if d.next_at <= now]
    return due, next((d.next_at for d in first if d.next_at > now), None)


def sending(tx: Tx, delivery: Delivery, now: datetime) -> bool:
    """It is about to be sent; committed before the call, so that a crash leaves a trace."""
    return bool(
        tx.run(
            "UPDATE outbox SET state = 'sending', sending_at = ?, attempts = attempts + 1 "
            "WHERE workspace = ? AND delivery = ? AND state = ?",
            stamp(now),
            delivery.workspace,
            delivery.delivery,
            delivery.state,
        )
    )


def sent(tx: Tx, delivery: Delivery, *, ts: str | None, posted_in: str | None, now: datetime) -> None:
    """Slack has it. For a post, the message's place is kept and what waited for it may go."""
    tx.run(
        "UPDATE outbox SET state = 'sent', sent_at = ?, error = NULL WHERE workspace = ? AND delivery = ?",
        stamp(now),
        delivery.workspace,
        delivery.delivery,
    )
    if delivery.kind == "post" and ts:
        tx.run(
            "UPDATE messages SET ts = ?, posted_in = ? WHERE workspace = ? AND message = ?",
            ts,
            posted_in,
            delivery.workspace,
            delivery.message,
        )
        tx.run(
            "UPDATE outbox SET next_at = ? WHERE workspace = ? AND message = ? AND state = 'pending'",
            stamp(now),
            delivery.workspace,
            delivery.message,
        )


def postpone(tx: Tx, delivery: Delivery, *, state: str, next_at: datetime, error: str) -> None:
    """Try again later: ``pending`` where it surely did not arrive, ``doubt`` where it may have.

    A refresh that was overtaken by a newer one is dropped.
    """
    if delivery.kind == "refresh" and tx.one(
        "SELECT 1 FROM outbox WHERE workspace = ? AND message = ? AND kind = 'refresh' AND state = 'pending' "
        "AND delivery <> ?",
        delivery.workspace,
        delivery.message,
        delivery.delivery,
    ):
        drop(tx, delivery)
        return
    tx.run(
        "UPDATE outbox SET attempts = attempts + (CASE WHEN state = 'sending' THEN 0 ELSE 1 END), "
        "state = ?, next_at = ?, error = ? WHERE workspace = ? AND delivery = ?",
        state,
        stamp(next_at),
        error,
        delivery.workspace,
        delivery.delivery,
    )


def park(tx: Tx, delivery: Delivery, error: str, *, doubtful: bool = False) -> None:
    """It cannot be delivered until somebody mends something (the bot is not in the channel).

    ``doubtful``: it may be there already, so it is looked for again first.
    """
    tx.run(
        "UPDATE outbox SET state = 'parked', error = ?, sending_at = CASE WHEN ? THEN sending_at ELSE NULL END "
        "WHERE workspace = ? AND delivery = ?",
        error,
        doubtful,
        delivery.workspace,
        delivery.delivery,
    )


def park_lane(tx: Tx, workspace: str, lane: str, error: str) -> int:
    """Everything that waits for a place that cannot be posted to; how many."""
    return tx.run(
        "UPDATE outbox SET state = 'parked', error = ? WHERE workspace = ? AND lane = ? AND state = 'pending'",
        error,
        workspace,
        lane,
    )


def withdraw_cards(tx: Tx, workspace: str, channel: str) -> int:
    """Cards that have not been posted, of leads that no subscription of the channel alerted any more; how many."""
    rows = tx.all(
        "SELECT o.message FROM outbox o JOIN messages m ON m.workspace = o.workspace AND m.message = o.message "
        "WHERE o.workspace = ? AND o.lane = ? AND o.kind = 'post' AND o.state IN ('pending', 'parked') "
        "AND m.kind = 'card' AND NOT EXISTS (SELECT 1 FROM message_leads ml JOIN alerts a "
        "ON a.workspace = ml.workspace AND a.lead = ml.lead JOIN subscriptions s "
        "ON s.workspace = a.workspace AND s.subscription = a.subscription AND s.channel = m.channel "
        "WHERE ml.workspace = m.workspace AND ml.message = m.message)",
        workspace,
        channel,
    )
    for row in rows:
        tx.run("DELETE FROM outbox WHERE workspace = ? AND message = ?", workspace, row["message"])
        tx.run("DELETE FROM messages WHERE workspace = ? AND message = ?", workspace, row["message"])
    return len(rows)


def redraw_channel(tx: Tx, workspace: str, vault: Vault, channel: str, now: datetime, limit: int = 200) -> None:
    """The newest cards of a channel are to be drawn anew (outsiders joined it)."""
    rows = tx.all(
        "SELECT message FROM messages WHERE workspace = ? AND channel = ? AND kind = 'card' AND ts IS NOT NULL "
        "ORDER BY created_at DESC LIMIT ?",
        workspace,
        channel,
        limit,
    )
    for row in rows:
        _enqueue(tx, workspace, vault, "refresh", _edits(channel), row["message"], {}, now)


def unpark(tx: Tx, workspace: str, lane: str, now: datetime) -> int:
    """What was parked for a lane and for the edits of its messages goes again; how many."""
    _drop_overtaken(tx, workspace)
    return tx.run(
        f"UPDATE outbox SET state = {_BACK}, next_at = ? WHERE workspace = ? AND lane IN (?, ?) AND state = 'parked'",
        stamp(now),
        workspace,
        lane,
        _edits(lane),
    )


def _edits(lane: str) -> str:
    """Edits have a lane of their own, so that they do not wait behind new messages."""
    return f"{lane}:edit"


def _drop_overtaken(tx: Tx, workspace: str) -> None:
    """Of a message's parked refreshes only the newest is kept, and none where another is pending."""
    tx.run(
        "DELETE FROM outbox WHERE workspace = ? AND kind = 'refresh' AND state = 'parked' AND EXISTS "
        "(SELECT 1 FROM outbox n WHERE n.workspace = outbox.workspace AND n.message = outbox.message "
        "AND n.kind = 'refresh' AND (n.state = 'pending' OR (n.state = 'parked' AND n.seq > outbox.seq)))",
        workspace,
    )


def drop(tx: Tx, delivery: Delivery) -> None:
    """It makes no sense any more (its message was deleted in Slack)."""
    tx.run(
        "DELETE FROM outbox WHERE workspace = ? AND delivery = ?",
        delivery.workspace,
        delivery.delivery,
    )


def recover(tx: Tx, next_at: datetime) -> int:
    """After a crash: whatever was being sent is in doubt; how many."""
    return tx.run("UPDATE outbox SET state = 'doubt', next_at = ? WHERE state = 'sending'", stamp(next_at))


def message(tx: Tx, workspace: str, message_id: str) -> Message | None:
    """One message."""
    row = tx.one(f"SELECT {_MESSAGE} FROM messages WHERE workspace = ? AND message = ?", workspace, message_id)
    return read(Message, row) if row else None


def post_state(tx: Tx, workspace: str, message_id: str) -> str | None:
    """How far a message's own post is; ``None`` where there is none (it was dropped)."""
    state: str | None = tx.value(
        "SELECT state FROM outbox WHERE workspace = ? AND message = ? AND kind = 'post'", workspace, message_id
    )
    return state


def leads_of(tx: Tx, workspace: str, message_id: str) -> list[int]:
    """The leads a message shows."""
    rows = tx.all("SELECT lead FROM message_leads WHERE workspace = ? AND message = ?", workspace, message_id)
    return [row["lead"] for row in rows]


def leads_at(tx: Tx, workspace: str, channel: str, ts: str) -> list[int]:
    """The leads that a message in Slack shows, by where it stands; none where it is not Leadbell's."""
    rows = tx.all(
        "SELECT ml.lead FROM messages m JOIN message_leads ml ON ml.workspace = m.workspace AND ml.message = m.message "
        "WHERE m.workspace = ? AND m.posted_in = ? AND m.ts = ? ORDER BY ml.lead",
        workspace,
        channel,
        ts,
    )
    return [row["lead"] for row in rows]


def has_card(tx: Tx, workspace: str, number: int, channel: str | None = None) -> bool:
    """Whether a lead has a card (in that channel, or anywhere)."""
    found = tx.one(
        f"SELECT 1 FROM messages m WHERE m.workspace = ? AND m.message IN ({_SHOWING}) "
        "AND m.kind = 'card' AND (m.channel = ? OR ? IS NULL)",
        workspace,
        workspace,
        number,
        channel,
        channel,
    )
    return found is not None


def tally(tx: Tx, workspace: str) -> dict[str, int]:
    """How many deliveries wait, are in doubt, or are parked."""
    rows = tx.all(
        "SELECT state, COUNT(*) AS n FROM outbox WHERE workspace = ? AND state <> 'sent' GROUP BY state", workspace
    )
    return {row["state"]: row["n"] for row in rows}


def forget_sent(tx: Tx, workspace: str, before: datetime) -> int:
    """Delete what was delivered long ago; how many."""
    return tx.run("DELETE FROM outbox WHERE workspace = ? AND state = 'sent' AND sent_at < ?", workspace, stamp(before))


def unpark_all(tx: Tx, workspace: str, now: datetime) -> int:
    """Everything parked is tried once more; how many."""
    _drop_overtaken(tx, workspace)
    return tx.run(
        f"UPDATE outbox SET state = {_BACK}, next_at = ? WHERE workspace = ? AND state = 'parked' "
        "AND COALESCE(error, '') NOT IN ('user_disabled', 'cannot_dm_bot', 'user_not_found')",
        stamp(now),
        workspace,
    )
