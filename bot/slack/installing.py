"""Adding Leadbell to a workspace from a web page (OAuth 2.0, docs.slack.dev/authentication/installing-with-oauth).

The page of installing gives the browser a cookie and a state that fits it, and sends it to Slack; Slack sends it back
with the state and a code. The state is good once, for ten minutes, and in that browser only. Every way in which that
can go wrong has a page of its own.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.clock import Clock
from bot.slack.client import code as code_of
from bot.slack.clients import Clients, expiry
from bot.slack.scopes import SCOPES, missing
from commands.views import sentences
from storage import states
from storage.database import Database, StorageFull, Tx
from storage.installations import Granted
from storage.states import BadState
from storage.vault import Vault

log = logging.getLogger("leadbell.slack")
COOKIE = "leadbell-install"
COOKIE_SECONDS = int(states.GOOD_FOR.total_seconds())
CALLBACK = "/slack/oauth_redirect"
LONGEST_CODE = 4096
_COOKIE_FORM = re.compile(r"[A-Za-z0-9_-]{20,100}")
_ID = re.compile(r"[TE][A-Z0-9]{2,40}")
_PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "ratelimited", "request_timeout"})
Greet = Callable[[Tx, str, str, datetime], None]
"""Called in the transaction that keeps a new installation, with the workspace, whoever installed it, and the time: one
direct message may go into the outbox. Not called for a whole organisation, which is no place to write to."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page: its title, its text, the link below it (words and address), and the HTTP status."""

    title: str
    text: str
    link: tuple[str, str] | None = None
    status: int = 200


def _nobody(_tx: Tx, _workspace: str, _person: str, _now: datetime) -> None:
    """Nobody is greeted."""


class Installing:
    """The two pages."""

    def __init__(
        self,
        clients: Clients,
        database: Database,
        vault: Vault,
        clock: Clock,
        *,
        public_url: str = "",
        greet: Greet | None = None,
    ) -> None:
        """``public_url``: where browsers reach this process; empty: Slack sends them to the app's first
        redirect URL."""
        self._clients = clients
        self._database = database
        self._vault = vault
        self._clock = clock
        self._back = f"{public_url}{CALLBACK}" if public_url else ""
        self.cookie_path = f"{urlsplit(public_url).path}/slack"
        self.is_https = public_url.startswith("https:")
        self.greet = greet or _nobody
        home = urlsplit(clients.url)
        self._slack = f"{home.scheme}://{home.netloc}"

    @property
    def is_open(self) -> bool:
        """Whether the settings let anybody install."""
        return bool(self._clients.client_id)

    def begin(self, cookie: str) -> tuple[Shown, str]:
        """The page with the button, and the cookie that belongs to it: the browser's own where it has one, so that two
        tabs do not spoil each other."""
        if not self.is_open:
            return Shown("Not open for installing", sentences.install_not_set_up(), status=404), ""
        browser = cookie if _COOKIE_FORM.fullmatch(cookie) else secrets.token_urlsafe(24)
        asked = {
            "client_id": self._clients.client_id,
            "scope": ",".join(SCOPES),
            "state": states.make(self._vault, browser, self._clock.now()),
        }
        if self._back:
            asked["redirect_uri"] = self._back
        link = ("Add to Slack", f"{self._slack}/oauth/v2/authorize?{urlencode(asked)}")
        return Shown("Add Leadbell to Slack", sentences.install_offer(), link), browser

    async def returned(self, *, state: str, code: str, error: str, cookie: str) -> Shown:
        """Somebody comes back from Slack: exchange what they were given and keep the installation. Raises nothing that
        is known: each failure is a page."""
        if not self.is_open:
            return Shown("Not open for installing", sentences.install_not_set_up(), status=404)
        now = self._clock.now()
        try:
            read = states.opened(self._vault, state, cookie, now)

            def use_install_state(tx: Tx) -> bool:
                return states.use(tx, read, now)

            if not await self._database.write(use_install_state):
                raise BadState("used")
        except BadState as bad:
            log.info("somebody came back from Slack with a state that is no good: %s", bad.why)
            return _again("This link does not work", sentences.install_bad_state(bad.why))
        except StorageFull:
            return _again("Not added", sentences.disk_full(), status=503)
        if error == "access_denied":
            return _again("Not added", sentences.install_denied(), status=200)
        if error:
            fact = error if re.fullmatch(r"[a-z_]{1,40}", error) else "no reason given"
            return _again("Not added", sentences.install_failed(fact))
        if not 0 < len(code) <= LONGEST_CODE:
            return _again("Not added", sentences.install_failed("it gave no code"))
        return await self._exchange(code)

    async def _exchange(self, code: str) -> Shown:
        clients = self._clients
        now = self._clock.now()
        try:
            answer = await clients.open.oauth_v2_access(
                client_id=clients.client_id,
                client_secret=clients.client_secret.get_secret_value(),
                code=code,
                redirect_uri=self._back or None,
            )
            granted = _granted(answer, now)
        except SlackApiError as failure:
            why = code_of(failure)
            log.warning("Slack did not exchange a code (%s)", why)
            if why in _PASSING or why.startswith("HTTP ") or getattr(failure.response, "status_code", 200) != 200:
                return _again("Slack does not answer", sentences.install_slack_down(), status=503)
            return _again("Not added", sentences.install_failed(why))
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            log.warning("Slack could not be asked to exchange a code (%s)", type(failure).__name__)
            return _again("Slack does not answer", sentences.install_slack_down(), status=503)
        except (ValueError, KeyError, TypeError, AttributeError) as failure:
            log.error("Slack's answer to a code has another shape (%s)", type(failure).__name__)
            return _again("Not added", sentences.install_failed("its answer is not readable"))
        if lacking := missing(granted.scopes.split(",")):
            return _again("Not added", sentences.install_lacks(lacking))
        return await self._keep(granted, now)

    async def _keep(self, granted: Granted, now: datetime) -> Shown:
        def greet(tx: Tx) -> None:
            if granted.installed_by and not granted.is_organisation:
                self.greet(tx, granted.workspace, granted.installed_by, now)

        try:
            if not await self._clients.install(granted, greet):
                return _again("Not added yet", sentences.install_is_being_deleted(), status=409)
        except StorageFull:
            return _again("Not added", sentences.disk_full(), status=503)
        query = urlencode({"app": granted.app, "team": granted.workspace})
        return Shown(
            "Leadbell is in Slack",
            sentences.installed(granted.name),
            ("Open Slack", f"{self._slack}/app_redirect?{query}"),
        )


def _again(title: str, text: str, *, status: int = 400) -> Shown:
    """A page that leads back to the beginning."""
    return Shown(title, text, ("Begin again", "install"), status)


def _granted(answer: Any, now: datetime) -> Granted:
    """What oauth.v2.access gave (docs.slack.dev/reference/methods/oauth.v2.access). Raises ValueError, KeyError,
    TypeError or AttributeError where it has another shape."""
    enterprise = answer.get("enterprise") or {}
    whole = bool(answer.get("is_enterprise_install"))
    place = enterprise if whole else answer["team"]
    workspace, organisation = str(place["id"]), str(enterprise.get("id") or "")
    token = str(answer["access_token"])
    if not _ID.fullmatch(workspace) or not token or answer.get("token_type") != "bot":
        raise ValueError("no bot token of a workspace")
    return Granted(
        workspace=workspace,
        bot_token=token,
        refresh_token=str(answer.get("refresh_token") or "") or None,
        expires_at=expiry(answer, now),
        enterprise=organisation,
        name=str(place.get("name") or ""),
        app=str(answer.get("app_id") or ""),
        bot_user=str(answer.get("bot_user_id") or ""),
        scopes=str(answer.get("scope") or ""),
        installed_by=str((answer.get("authed_user") or {}).get("id") or ""),
    )
