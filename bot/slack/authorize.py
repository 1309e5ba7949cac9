"""Whose a request of Slack's is: the installation that it belongs to, from our own database, without asking Slack.

Requests of strangers (an unknown workspace, one that removed the app, an organisation's event that names no workspace,
an installation whose key is lost) end here, quietly: each kind of request in the form that Slack takes.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.request.internals import extract_team_id
from slack_bolt.response import BoltResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.faults import trace
from bot.slack.clients import Clients
from bot.tasks import Tasks
from commands.ids import Form
from commands.views import sentences
from commands.views.blocks import modal, section
from storage.installations import Installation

log = logging.getLogger("leadbell.slack")
FOR_EVERYBODY = frozenset({"app_uninstalled", "tokens_revoked", "team_access_revoked", "team_access_granted"})
"""Events that come when there is no token (any more)."""
_KEY, _OPEN = "leadbell_installation", "leadbell_open"


def workspace_of(body: Mapping[str, Any]) -> str:
    """The workspace that a request is for, shared channels and Enterprise Grid included; "" where none is named.

    Bolt's own rule goes first. Where the app was installed by an organisation, what it finds may be nothing (an event's
    authorization names no workspace then) or the organisation (a view's ``app_installed_team_id``); then it is the
    workspace in which the person, the view or the event is.
    """
    team, user, view = (body.get(name) or {} for name in ("team", "user", "view"))
    named = [
        place.get(key) for place, key in ((team, "id"), (user, "team_id"), (view, "team_id")) if hasattr(place, "get")
    ]
    found = (extract_team_id(dict(body)), body.get("context_team_id"), body.get("team_id"), *named)
    return next((f for f in found if isinstance(f, str) and f and not f.startswith("E")), "")


class Gate(AsyncMiddleware):
    """Stands before everything: lets requests of installations in, and answers the others."""

    def __init__(self, clients: Clients, tasks: Tasks) -> None:
        self._clients = clients
        self._tasks = tasks

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002  Bolt's own name
    ) -> BoltResponse:
        """Go on with a request, or answer it here."""
        body: Mapping[str, Any] = req.body
        kind = str(body.get("type") or "")
        event = body.get("event")
        happened = event.get("type") if isinstance(event, Mapping) else None
        if kind in ("url_verification", "ssl_check") or happened in FOR_EVERYBODY:
            req.context[_OPEN] = True
            return await next()
        found = await self._clients.authorized(workspace_of(body), str(req.context.enterprise_id or ""))
        if found is None:
            return self._refused(kind, body)
        req.context[_KEY] = found
        return await next()

    def _refused(self, kind: str, body: Mapping[str, Any]) -> BoltResponse:
        text = sentences.not_installed()
        if body.get("command"):
            return BoltResponse(status=200, body={"response_type": "ephemeral", "text": text})
        if kind == "view_submission":
            title = str(((body.get("view") or {}).get("title") or {}).get("text") or "Leadbell")
            view = modal(title, [section(text)], callback=Form.SHOW)
            return BoltResponse(status=200, body=json.dumps({"response_action": "update", "view": view}))
        if kind == "block_suggestion":
            return BoltResponse(status=200, body=json.dumps({"options": []}))
        if url := body.get("response_url"):
            self._tasks.spawn(self._tell(str(url), text), "refusal")
        return BoltResponse(status=200, body="")

    async def _tell(self, url: str, text: str) -> None:
        message = {"response_type": "ephemeral", "text": text, "replace_original": False}
        try:
            await AsyncWebhookClient(url, session=self._clients.session, timeout=10).send_dict(message)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            log.info("a refusal could not be said [%s]", trace(error))


class Authorize(AsyncAuthorize):
    """Bolt's question whose token a request works with: what the gate found. The bot's own clients look tokens up as
    they call, so that Bolt is given none."""

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        actor_enterprise_id: str | None = None,
        actor_team_id: str | None = None,
        actor_user_id: str | None = None,
    ) -> AuthorizeResult | None:
        """The installation; ``None`` where the gate found none, and a bare result for what it let pass without."""
        found: Installation | None = context.get(_KEY)
        if found is None:
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id) if context.get(_OPEN) else None
        return AuthorizeResult(
            enterprise_id=found.enterprise or None,
            team_id=team_id,
            bot_user_id=found.bot_user or None,
            bot_id=found.bot or None,
            user_id=user_id,
        )
