"""Workspaces, and what Slack said of their people and channels."""

from __future__ import annotations

from datetime import datetime

from storage.database import Tx
from storage.records import Channel, Person, columns, read, stamp


def add_workspace(tx: Tx, workspace: str, name: str, now: datetime) -> None:
    """Know a workspace; its name is brought up to date."""
    tx.run(
        "INSERT INTO workspaces (workspace, name, created_at) VALUES (?, ?, ?) "
        "ON CONFLICT (workspace) DO UPDATE SET name = excluded.name",
        workspace,
        name,
        stamp(now),
    )


def workspaces(tx: Tx) -> list[str]:
    """Every workspace."""
    return [row["workspace"] for row in tx.all("SELECT workspace FROM workspaces ORDER BY workspace")]


def sensitive_allowed(tx: Tx, workspace: str) -> bool:
    """Whether an admin lets intake modals ask for sensitive fields."""
    return bool(tx.value("SELECT sensitive_fields FROM workspaces WHERE workspace = ?", workspace))


def allow_sensitive(tx: Tx, workspace: str, allowed: bool) -> None:
    """Let intake modals ask for sensitive fields, or not."""
    tx.run("UPDATE workspaces SET sensitive_fields = ? WHERE workspace = ?", int(allowed), workspace)


def documents_allowed(tx: Tx, workspace: str) -> bool:
    """Whether an admin lets documents of leads be sent to their owners."""
    return bool(tx.value("SELECT documents FROM workspaces WHERE workspace = ?", workspace))


def allow_documents(tx: Tx, workspace: str, allowed: bool) -> None:
    """Let documents of leads be sent to their owners, or not."""
    tx.run("UPDATE workspaces SET documents = ? WHERE workspace = ?", int(allowed), workspace)


def tried(tx: Tx, workspace: str, now: datetime) -> bool:
    """Somebody of the workspace took a lead; whether that was the first time."""
    return bool(
        tx.run("UPDATE workspaces SET tried_at = ? WHERE workspace = ? AND tried_at IS NULL", stamp(now), workspace)
    )


def has_tried(tx: Tx, workspace: str) -> bool:
    """Whether somebody of the workspace has ever taken a lead."""
    return tx.value("SELECT tried_at FROM workspaces WHERE workspace = ?", workspace) is not None


def person(tx: Tx, workspace: str, person_id: str) -> Person | None:
    """What is known of somebody."""
    sql = f"SELECT {columns(Person)} FROM people WHERE workspace = ? AND person = ?"
    row = tx.one(sql, workspace, person_id)
    return read(Person, row) if row else None


def keep_person(tx: Tx, workspace: str, who: Person) -> None:
    """Remember what Slack said of somebody; a known direct-message channel stays known."""
    tx.run(
        "INSERT INTO people (workspace, person, name, is_admin, is_guest, is_bot, zone, dm_channel, seen_at, email, "
        "locale) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (workspace, person) DO UPDATE SET "
        "name = excluded.name, is_admin = excluded.is_admin, is_guest = excluded.is_guest, is_bot = excluded.is_bot, "
        "zone = excluded.zone, dm_channel = COALESCE(excluded.dm_channel, people.dm_channel), "
        "seen_at = excluded.seen_at, email = excluded.email, "
        "locale = CASE WHEN excluded.locale = '' THEN people.locale ELSE excluded.locale END",
        workspace,
        who.person,
        who.name,
        int(who.is_admin),
        int(who.is_guest),
        int(who.is_bot),
        who.zone,
        who.dm_channel,
        stamp(who.seen_at),
        who.email,
        who.locale,
    )


def keep_dm(tx: Tx, workspace: str, person_id: str, channel: str) -> None:
    """Remember somebody's direct-message channel with the bot."""
    tx.run("UPDATE people SET dm_channel = ? WHERE workspace = ? AND person = ?", channel, workspace, person_id)


def channel(tx: Tx, workspace: str, channel_id: str) -> Channel | None:
    """What is known of a channel."""
    sql = f"SELECT {columns(Channel)} FROM channels WHERE workspace = ? AND channel = ?"
    row = tx.one(sql, workspace, channel_id)
    return read(Channel, row) if row else None


def outsiders_in(tx: Tx, workspace: str, channel_id: str) -> None:
    """Somebody from outside joined a channel."""
    tx.run("UPDATE channels SET has_outsiders = 1 WHERE workspace = ? AND channel = ?", workspace, channel_id)


def keep_channel(tx: Tx, workspace: str, seen: Channel) -> None:
    """Remember what Slack said of a channel."""
    tx.run(
        "INSERT INTO channels (workspace, channel, name, has_outsiders, is_member, seen_at) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (workspace, channel) DO UPDATE SET name = excluded.name, "
        "has_outsiders = excluded.has_outsiders, is_member = excluded.is_member, seen_at = excluded.seen_at",
        workspace,
        seen.channel,
        seen.name,
        int(seen.has_outsiders),
        int(seen.is_member),
        stamp(seen.seen_at),
    )
