"""Where the app is installed: one row a workspace, or one for a whole Enterprise Grid organisation.

Tokens are encrypted, bound to their row. A workspace is *at work* while an active installation covers it: its own, or
its organisation's. ``workspaces.stopped`` says so in one column, which everything that does work on its own looks at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storage.database import Tx
from storage.records import columns, moment, read, stamp
from storage.vault import Vault

REVOKED, UNINSTALLED = "revoked", "uninstalled"
RENEWING = timedelta(seconds=30)
"""A renewal that takes longer belongs to a process that died."""


@dataclass(frozen=True, slots=True)
class Installation:
    """An installation as stored; its tokens are not printed."""

    workspace: str
    """A workspace's id, or an organisation's (E…)."""
    enterprise: str
    name: str
    app: str
    bot_user: str
    bot: str
    scopes: str
    installed_by: str
    installed_at: datetime
    in_settings: bool
    tokens: bytes | None = field(repr=False)
    expires_at: datetime | None
    state: str
    trouble: str | None
    refused_at: datetime | None
    asked_at: datetime | None
    uninstalled_at: datetime | None

    @property
    def is_organisation(self) -> bool:
        """Whether it is a whole organisation's."""
        return bool(self.enterprise) and self.workspace == self.enterprise


@dataclass(frozen=True, slots=True)
class Granted:
    """What Slack gave for an installation. Tokens are not printed."""

    workspace: str
    """A workspace's id, or an organisation's (E…)."""
    bot_token: str = field(repr=False)
    """Empty where it stands in the settings."""
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    enterprise: str = ""
    name: str = ""
    app: str = ""
    bot_user: str = ""
    bot: str = ""
    scopes: str = ""
    installed_by: str = ""

    @property
    def is_organisation(self) -> bool:
        """Whether it is a whole organisation's."""
        return bool(self.enterprise) and self.workspace == self.enterprise


_COLUMNS = columns(Installation)
_COVERED = (
    "SELECT w.workspace FROM workspaces w WHERE w.workspace = ? OR (w.enterprise = ? AND w.enterprise <> '' "
    "AND NOT EXISTS (SELECT 1 FROM installations o WHERE o.workspace = w.workspace AND o.state = 'active'))"
)
"""The workspaces whose work hangs on an installation."""


def _row(workspace: str) -> str:
    return f"installation:{workspace}"


# -- installing


def install(tx: Tx, workspace: str, vault: Vault, granted: Granted, now: datetime) -> list[str]:
    """Keep a new installation, or one that mends an old one, in place of whatever was there; the workspaces that are at
    work again, or for the first time."""
    tokens, before = None, get(tx, workspace)
    if granted.bot_token:
        tokens = vault.seal_json(workspace, _row(workspace), _body(granted.bot_token, granted.refresh_token))
    tx.run(
        "INSERT INTO installations (workspace, enterprise, name, app, bot_user, bot, scopes, installed_by, "
        "installed_at, in_settings, tokens, expires_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'active') "
        "ON CONFLICT (workspace) DO UPDATE SET enterprise = excluded.enterprise, name = excluded.name, "
        "app = excluded.app, bot_user = excluded.bot_user, bot = excluded.bot, scopes = excluded.scopes, "
        "installed_by = excluded.installed_by, installed_at = excluded.installed_at, "
        "in_settings = excluded.in_settings, tokens = excluded.tokens, expires_at = excluded.expires_at, "
        "renewing_until = NULL, state = 'active', trouble = NULL, refused_at = NULL, asked_at = NULL, "
        "uninstalled_at = NULL",
        workspace,
        granted.enterprise,
        granted.name,
        granted.app,
        granted.bot_user,
        granted.bot,
        granted.scopes,
        granted.installed_by,
        stamp(now),
        int(not granted.bot_token),
        tokens,
        stamp(granted.expires_at) if granted.expires_at else None,
    )
    if not granted.is_organisation:
        tx.run(
            "INSERT INTO workspaces (workspace, name, enterprise, created_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (workspace) DO UPDATE SET name = excluded.name, enterprise = excluded.enterprise",
            workspace,
            granted.name,
            granted.enterprise,
            stamp(now),
        )
    if not granted.is_organisation:
        return _resume(tx, workspace, "delete_at IS NULL OR delete_at > ?", stamp(now))
    if before is None or before.uninstalled_at is None:
        return _resume(tx, workspace, _REFUSED)
    # What stopped earlier than the whole organisation did lost its access by itself, and still has none.
    gone = "stopped_at >= ? AND (delete_at IS NULL OR delete_at > ?)"
    return _resume(tx, workspace, f"{_REFUSED} OR ({gone})", stamp(before.uninstalled_at), stamp(now))


_REFUSED = "stopped = 'revoked' AND delete_at IS NULL"


def _resume(tx: Tx, workspace: str, which: str, *params: str) -> list[str]:
    """What an installation covers is at work again, where it stopped in one of these ways; all that is at work."""
    covered = [row["workspace"] for row in tx.all(_COVERED, workspace, workspace)]
    for one in covered:
        tx.run(
            "UPDATE workspaces SET stopped = NULL, stopped_at = NULL, delete_at = NULL "
            f"WHERE workspace = ? AND stopped IS NOT NULL AND ({which})",
            one,
            *params,
        )
    return [one for one in covered if stopped(tx, one) is None]


def is_being_deleted(tx: Tx, workspace: str, now: datetime) -> bool:
    """Whether what a workspace had before is just being deleted: nothing can be brought back then."""
    at = tx.value("SELECT delete_at FROM workspaces WHERE workspace = ?", workspace)
    return at is not None and moment(at) <= now


def meet(tx: Tx, workspace: str, enterprise: str, now: datetime) -> None:
    """A workspace of an organisation that installed the app was heard of: from now on it is known, and at work; also
    where Slack refused it before, because it would not be heard of then."""
    whole = get(tx, enterprise)
    if whole is None or whole.state != "active":
        return
    tx.run(
        "INSERT INTO workspaces (workspace, enterprise, created_at) VALUES (?, ?, ?) "
        "ON CONFLICT (workspace) DO UPDATE SET enterprise = excluded.enterprise",
        workspace,
        enterprise,
        stamp(now),
    )
    tx.run(
        "UPDATE workspaces SET stopped = NULL, stopped_at = NULL, delete_at = NULL "
        f"WHERE workspace = ? AND (({_REFUSED}) OR (stopped_at < ? AND (delete_at IS NULL OR delete_at > ?)))",
        workspace,
        stamp(whole.installed_at),
        stamp(now),
    )


# -- looking


def get(tx: Tx, workspace: str) -> Installation | None:
    """The installation under that id, whatever its state."""
    row = tx.one(f"SELECT {_COLUMNS} FROM installations WHERE workspace = ?", workspace)
    return read(Installation, row) if row else None


def covering(tx: Tx, workspace: str) -> Installation | None:
    """The active installation that a workspace works with: its own, else its organisation's; ``None`` where it is
    stopped or unknown."""
    row = tx.one(
        f"SELECT {columns(Installation, 'i')} FROM workspaces w JOIN installations i ON i.state = 'active' "
        "AND (i.workspace = w.workspace OR (i.workspace = w.enterprise AND w.enterprise <> '')) "
        "WHERE w.workspace = ? AND w.stopped IS NULL ORDER BY CASE WHEN i.workspace = w.workspace THEN 0 ELSE 1 END",
        workspace,
    )
    return read(Installation, row) if row else None


def is_known(tx: Tx, workspace: str) -> bool:
    """Whether a workspace was ever heard of."""
    return tx.one("SELECT 1 FROM workspaces WHERE workspace = ?", workspace) is not None


def stopped(tx: Tx, workspace: str) -> str | None:
    """Why nothing is done for a workspace (``revoked``, ``uninstalled``); ``None`` while it is at work."""
    why: str | None = tx.value("SELECT stopped FROM workspaces WHERE workspace = ?", workspace)
    return why


def working(tx: Tx) -> list[str]:
    """Every workspace at work."""
    rows = tx.all("SELECT workspace FROM workspaces WHERE stopped IS NULL ORDER BY workspace")
    return [row["workspace"] for row in rows]


def every(tx: Tx) -> list[Installation]:
    """Every installation, whatever its state."""
    return [read(Installation, row) for row in tx.all(f"SELECT {_COLUMNS} FROM installations ORDER BY workspace")]


def unsealed(workspace: str, vault: Vault, installation: Installation) -> tuple[str, str | None]:
    """Bot token and refresh token. Raises WrongKey where no key fits, ValueError where there are none."""
    if installation.tokens is None:
        raise ValueError("no tokens")
    body = vault.unseal_json(workspace, _row(workspace), installation.tokens)
    return body["bot"], body.get("refresh")


# -- renewing


def begin_renewal(tx: Tx, workspace: str, tokens: bytes, now: datetime) -> bool:
    """``True`` for whoever may exchange the refresh token now; the others wait and read again."""
    return bool(
        tx.run(
            "UPDATE installations SET renewing_until = ? WHERE workspace = ? AND tokens = ? AND state <> 'uninstalled' "
            "AND (renewing_until IS NULL OR renewing_until < ?)",
            stamp(now + RENEWING),
            workspace,
            tokens,
            stamp(now),
        )
    )


def end_renewal(tx: Tx, workspace: str) -> None:
    """It came to nothing: the next one may try."""
    tx.run("UPDATE installations SET renewing_until = NULL WHERE workspace = ?", workspace)


def renewed(
    tx: Tx, workspace: str, vault: Vault, *, before: bytes, bot: str, refresh: str | None, expires_at: datetime | None
) -> bytes | None:
    """Keep new tokens in place of ``before``; as they are stored. ``None`` where the app was uninstalled, or installed
    anew, meanwhile."""
    tokens = vault.seal_json(workspace, _row(workspace), _body(bot, refresh))
    kept = tx.run(
        "UPDATE installations SET tokens = ?, expires_at = ?, renewing_until = NULL WHERE workspace = ? AND tokens = ?",
        tokens,
        stamp(expires_at) if expires_at else None,
        workspace,
        before,
    )
    return tokens if kept else None


def _body(bot: str, refresh: str | None) -> dict[str, str | None]:
    return {"bot": bot, "refresh": refresh}


# -- ending


def refused(tx: Tx, workspace: str, tokens: bytes | None, *, why: str, now: datetime) -> list[str]:
    """Slack refuses these tokens: the workspaces whose work stops. Nothing happens where others are stored by now."""
    changed = tx.run(
        "UPDATE installations SET state = 'revoked', trouble = ?, refused_at = ?, asked_at = ? WHERE workspace = ? "
        "AND state = 'active' AND COALESCE(tokens, x'') = COALESCE(?, x'')",
        why,
        stamp(now),
        stamp(now),
        workspace,
        tokens,
    )
    return _stop(tx, workspace, REVOKED, now, None) if changed else []


def taken_again(tx: Tx, workspace: str, tokens: bytes | None, now: datetime) -> list[str]:
    """Slack takes tokens again that it refused: the workspaces that are at work again."""
    changed = tx.run(
        "UPDATE installations SET state = 'active', trouble = NULL, refused_at = NULL, asked_at = NULL "
        "WHERE workspace = ? AND state = 'revoked' AND COALESCE(tokens, x'') = COALESCE(?, x'')",
        workspace,
        tokens,
    )
    return _resume(tx, workspace, _REFUSED) if changed else []


def access_refused(tx: Tx, workspace: str, now: datetime) -> list[str]:
    """Slack takes the organisation's token, but not for this workspace: its work stops, until it is heard of again;
    those that stop."""
    return _stop_all(tx, [workspace], REVOKED, now, None)


def asked(tx: Tx, workspace: str, why: str, now: datetime) -> None:
    """Slack was asked, and still refuses."""
    tx.run("UPDATE installations SET trouble = ?, asked_at = ? WHERE workspace = ?", why, stamp(now), workspace)


def uninstalled(tx: Tx, workspace: str, now: datetime, delete_at: datetime) -> list[str]:
    """The app was removed, or its bot token revoked: tokens are wiped, and all is deleted at ``delete_at``; the
    workspaces whose work stops."""
    tx.run(
        "UPDATE installations SET state = 'uninstalled', tokens = NULL, expires_at = NULL, renewing_until = NULL, "
        "refused_at = NULL, asked_at = NULL, uninstalled_at = COALESCE(uninstalled_at, ?) WHERE workspace = ?",
        stamp(now),
        workspace,
    )
    return _stop(tx, workspace, UNINSTALLED, now, delete_at)


def access_changed(tx: Tx, workspace: str, at: datetime) -> bool:
    """Its organisation gave the app to a workspace, or took it away, then. ``False``: that is overtaken by what is
    known already."""
    return bool(
        tx.run(
            "UPDATE workspaces SET access_at = ? WHERE workspace = ? AND (access_at IS NULL OR access_at <= ?)",
            stamp(at),
            workspace,
            stamp(at),
        )
    ) or not is_known(tx, workspace)


def access_ended(tx: Tx, workspace: str, now: datetime, delete_at: datetime) -> list[str]:
    """Its organisation took the app away from one workspace, which has no installation of its own."""
    own = get(tx, workspace)
    if own is not None and own.state == "active":
        return []
    return _stop_all(tx, [workspace], UNINSTALLED, now, delete_at)


def access_begun(tx: Tx, workspace: str, enterprise: str, now: datetime) -> list[str]:
    """Its organisation, which installed the app, gave it to one more workspace; the workspaces that are at work."""
    meet(tx, workspace, enterprise, now)
    if _uncovered(tx, workspace):
        return []
    tx.run(
        "UPDATE workspaces SET stopped = NULL, stopped_at = NULL, delete_at = NULL "
        "WHERE workspace = ? AND (delete_at IS NULL OR delete_at > ?)",
        workspace,
        stamp(now),
    )
    return [workspace]


def _stop(tx: Tx, workspace: str, why: str, now: datetime, delete_at: datetime | None) -> list[str]:
    covered = [row["workspace"] for row in tx.all(_COVERED, workspace, workspace)]
    return _stop_all(tx, [w for w in covered if _uncovered(tx, w)], why, now, delete_at)


def _stop_all(tx: Tx, workspaces: Sequence[str], why: str, now: datetime, delete_at: datetime | None) -> list[str]:
    if why == REVOKED:  # of what is to be deleted, more is known
        workspaces = [w for w in workspaces if stopped(tx, w) is None]
    for workspace in workspaces:
        tx.run(
            "UPDATE workspaces SET stopped_at = CASE WHEN stopped = ? THEN stopped_at ELSE ? END, stopped = ?, "
            "delete_at = COALESCE(delete_at, ?) WHERE workspace = ?",
            why,
            stamp(now),
            why,
            stamp(delete_at) if delete_at else None,
            workspace,
        )
    return list(workspaces)


def _uncovered(tx: Tx, workspace: str) -> bool:
    """Whether no active installation is left that a workspace could work with."""
    return (
        tx.one(
            "SELECT 1 FROM workspaces w JOIN installations i ON i.state = 'active' AND (i.workspace = w.workspace "
            "OR (i.workspace = w.enterprise AND w.enterprise <> '')) WHERE w.workspace = ?",
            workspace,
        )
        is None
    )


def settle(tx: Tx, in_settings: str | None, now: datetime) -> list[str]:
    """After a start: installations whose token stood in the settings and does so no more are over, and workspaces that
    no installation covers stop; those.

    ``in_settings``: whose token stands there now, if anybody's.
    """
    tx.run(
        "UPDATE installations SET state = 'revoked', trouble = 'no token' "
        "WHERE in_settings = 1 AND state = 'active' AND workspace <> ?",
        in_settings or "",
    )
    lost = [w for w in working(tx) if _uncovered(tx, w)]
    return _stop_all(tx, lost, REVOKED, now, None)


def retired(tx: Tx, now: datetime) -> list[str]:
    """Workspaces whose time is over: all of theirs is to be deleted."""
    rows = tx.all(
        "SELECT workspace FROM workspaces WHERE stopped IS NOT NULL AND delete_at <= ? ORDER BY delete_at", stamp(now)
    )
    return [row["workspace"] for row in rows]


def forget_organisations(tx: Tx) -> int:
    """Delete the rows of organisations that removed the app and none of whose workspaces is left; how many."""
    return tx.run(
        "DELETE FROM installations WHERE state = 'uninstalled' AND workspace = enterprise "
        "AND NOT EXISTS (SELECT 1 FROM workspaces w WHERE w.enterprise = installations.enterprise)"
    )
