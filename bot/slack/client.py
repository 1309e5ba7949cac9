"""Calls to Slack: one session, no automatic retries, and what each failure means (``bot.slack.clients`` makes them)."""

from __future__ import annotations

import asyncio
from enum import Enum

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

TIMEOUT = 10
MOST_CONNECTIONS = 500
"""At a time, for all workspaces: calls that hang in some must leave connections to the others."""


class Fate(Enum):
    """What became of a call that failed."""

    LATER = "later"
    """It did not arrive; try again."""
    DOUBT = "doubt"
    """It may have arrived."""
    PLACE = "place"
    """The place cannot be posted to until somebody mends it."""
    GONE = "gone"
    """What it was about is gone."""
    TOKEN = "token"  # noqa: S105
    """There is no token, or Slack refuses it: nothing was sent."""
    REFUSED = "refused"
    """Slack will never take it like this."""


_PLACE = frozenset(
    {
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "restricted_action",
        "restricted_action_read_only_channel",
        "cannot_dm_bot",
        "user_not_found",
        "user_disabled",
        "user_not_visible",
        "messages_tab_disabled",
        "ekm_access_denied",
        "no_permission",
    }
)
_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found", "not_found"})
DEAD = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "org_login_required",
        "team_access_not_granted",
    }
)
"""A workspace's token is refused, whatever is asked for (docs.slack.dev, "Errors" of every method's page)."""
_TOKEN = DEAD | {"missing_scope"}


class NoToken(Exception):
    """There is no token to call Slack with just now; the text is a short fact. Nothing was sent."""


class NotInstalled(NoToken):
    """The app is not, or not any more, installed in a workspace, or Slack refuses its token."""


_PASSING = frozenset(
    {"ratelimited", "rate_limited", "message_limit_exceeded", "service_unavailable", "team_added_to_org"}
)


def code(error: BaseException) -> str:
    """A short fact about the failure, without anything that was sent."""
    if isinstance(error, SlackApiError):
        said = getattr(error.response, "data", error.response)
        if isinstance(said, dict) and said.get("error"):
            return str(said["error"])
        return f"HTTP {getattr(error.response, 'status_code', '?')}"
    if isinstance(error, NoToken):
        return str(error)
    return type(error).__name__


def fate(error: BaseException) -> tuple[Fate, float | None]:
    """What a failed call means, and the seconds Slack asked to wait."""
    if isinstance(error, SlackApiError):
        status = getattr(error.response, "status_code", 200)
        if status == 429:
            headers = {k.lower(): v for k, v in (error.response.headers or {}).items()}
            asked = str(headers.get("retry-after", ""))
            return Fate.LATER, float(asked) if asked.isascii() and asked.isdigit() else 1.0
        if status >= 500 or not isinstance(getattr(error.response, "data", error.response), dict):
            return Fate.DOUBT, None  # a page of something between us and Slack
        name = code(error)
        if name in _PLACE:
            return Fate.PLACE, None
        if name in _GONE:
            return Fate.GONE, None
        if name in _TOKEN:
            return Fate.TOKEN, None
        if name in _PASSING:
            return Fate.LATER, None
        if name in ("fatal_error", "internal_error", "request_timeout"):
            return Fate.DOUBT, None
        return Fate.REFUSED, None
    if isinstance(error, NoToken):
        return Fate.TOKEN, None
    if isinstance(error, aiohttp.ClientConnectorError):
        return Fate.LATER, None
    if isinstance(error, aiohttp.ClientError | asyncio.TimeoutError | OSError | ValueError):
        return Fate.DOUBT, None  # ValueError: an answer that is not JSON
    return Fate.REFUSED, None


def make_session() -> aiohttp.ClientSession:
    """The session that all calls share. It carries the time limit: slack_sdk ignores its own where it is given one."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=TIMEOUT), connector=aiohttp.TCPConnector(limit=MOST_CONNECTIONS)
    )


def make_client(url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client without a token. Its own retries are off: a repeated post would be a second card."""
    return AsyncWebClient(base_url=url, session=session, timeout=TIMEOUT, retry_handlers=[])
