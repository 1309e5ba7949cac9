"""A workspace removes the app: everything that is done for it stops at once, its tokens are wiped, and after a time of
grace all that it had is deleted. Installed again within that time, everything is as it was."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.clock import Clock
from bot.slack.authorize import workspace_of
from bot.slack.clients import Clients
from storage import installations
from storage.database import Database, Tx

log = logging.getLogger("leadbell.slack")
SHORTEST_GRACE = timedelta(minutes=10)
"""What was under way when the app was removed has ended by then, in whichever process."""
Body = Mapping[str, Any]


class Leaving:
    """Registers the events that say that an installation is over."""

    def __init__(self, app: AsyncApp, clients: Clients, database: Database, clock: Clock, grace: timedelta) -> None:
        self._clients = clients
        self._database = database
        self._clock = clock
        self._grace = max(grace, SHORTEST_GRACE)
        app.event("app_uninstalled")(self._uninstalled)
        app.event("tokens_revoked")(self._revoked)
        app.event("team_access_revoked")(self._access_revoked)
        app.event("team_access_granted")(self._access_granted)

    async def _uninstalled(self, body: Body) -> None:
        await self._ended(body, "app_uninstalled")

    async def _revoked(self, body: Body, event: Body) -> None:
        """Only bot tokens matter: Leadbell has no others."""
        tokens = event.get("tokens")
        if isinstance(tokens, dict) and tokens.get("bot"):
            await self._ended(body, "tokens_revoked")

    async def _ended(self, body: Body, why: str) -> None:
        now = self._clock.now()
        team, enterprise = workspace_of(body), _enterprise_of(body)

        def installation_ended(tx: Tx) -> list[str] | None:
            found = _meant(tx, team, enterprise, whole=_is_whole(body))
            if found is None:
                return None
            if _is_stale(body, found.installed_at):
                log.info("an event (%s) of %s was passed over: it was installed since", why, found.workspace)
                return []
            return installations.uninstalled(tx, found.workspace, now, now + self._grace)

        await self._carry_out(why, installation_ended)

    async def _access_revoked(self, body: Body, event: Body) -> None:
        """An organisation took the app away from some of its workspaces."""
        now = self._clock.now()
        teams, at = _strings(event.get("team_ids")), _happened(body) or now

        def access_revoked(tx: Tx) -> list[str]:
            news = [t for t in teams if installations.access_changed(tx, t, at)]
            return [w for t in news for w in installations.access_ended(tx, t, now, now + self._grace)]

        await self._carry_out("team_access_revoked", access_revoked)

    async def _access_granted(self, body: Body, event: Body) -> None:
        """An organisation gave the app to more of its workspaces."""
        now, enterprise = self._clock.now(), _enterprise_of(body)
        teams, at = _strings(event.get("team_ids")), _happened(body) or now

        def access_granted(tx: Tx) -> list[str]:
            news = [t for t in teams if installations.access_changed(tx, t, at)]
            return [w for t in news for w in installations.access_begun(tx, t, enterprise, now)]

        self._clients.resumed(await self._database.write(access_granted))

    async def _carry_out(self, why: str, change: Callable[[Tx], list[str] | None]) -> None:
        stopped = await self._database.write(change)  # where that fails, Slack is not told "ok", and says it again
        if stopped is None:
            log.info("an event (%s) of a stranger was passed over", why)
        elif stopped:
            log.warning("the app was removed from %s (%s): its work stops", ", ".join(stopped), why)
            self._clients.stopped(stopped)


def _meant(tx: Tx, team: str, enterprise: str, *, whole: bool) -> installations.Installation | None:
    """The installation that an event is about: the workspace's own, else its organisation's. One that has ended is
    meant, too: Slack says twice that the app was removed, by two events, and repeats either."""
    own = installations.get(tx, team) if team and not whole else None
    if own is None and enterprise:
        return installations.get(tx, enterprise)
    return own


def _is_whole(body: Body) -> bool:
    """Whether Slack says that it is about a whole organisation's installation."""
    return any(part.get("is_enterprise_install") is True for part in _dicts(body.get("authorizations")))


def _enterprise_of(body: Body) -> str:
    for part in (*_dicts(body.get("authorizations")), body):
        if found := part.get("enterprise_id"):
            return str(found)
    return ""


def _dicts(value: Any) -> list[Body]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _strings(value: Any) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _is_stale(body: Body, installed_at: datetime) -> bool:
    """Whether it happened before the app was installed (again): Slack repeats events for minutes."""
    at = _happened(body)
    return at is not None and at < installed_at.replace(microsecond=0)


def _happened(body: Body) -> datetime | None:
    at = body.get("event_time")
    return datetime.fromtimestamp(at, UTC) if isinstance(at, int) and not isinstance(at, bool) else None
