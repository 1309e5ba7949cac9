"""What Slack sends to the app: signed requests to its request URL, or Socket Mode envelopes."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.strict import Json

if TYPE_CHECKING:
    from bot.sandbox.slack import SlackStandIn

ANSWER_SECONDS = 3.0
"""Slack waits 3 seconds for the answer (https://docs.slack.dev/interactivity/handling-user-interaction)."""

VERIFICATION_TOKEN = "verification-token-of-the-sandbox"  # noqa: S105 - a deprecated field; requests are signed
ENDING = frozenset({"tokens_revoked", "app_uninstalled"})
"""The events that are told when no token is left."""
_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    """How the app answered: ``ok`` with what it said, no answer in time, or anything but a 200."""

    kind: Literal["ok", "timeout", "failed"]
    body: Json | str | None = None
    status: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the app acknowledged in time."""
        return self.kind == "ok"


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The v0 signature (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class Push:
    """Delivers what happens in one workspace to the app, by Socket Mode where it is connected, else by HTTP."""

    def __init__(self, standin: SlackStandIn) -> None:
        self._standin = standin
        self._session: aiohttp.ClientSession | None = None
        self.answer_seconds = ANSWER_SECONDS

    async def slash(self, fields: dict[str, str]) -> Reply:
        """Deliver a slash command."""
        if self._standin.socket.connected:
            return await self._standin.socket.deliver("slash_commands", dict(fields), self.answer_seconds)
        return await self._post(urlencode(fields).encode(), _FORM)

    async def interactive(self, payload: Json) -> Reply:
        """Deliver an interaction: block_actions, view_submission, view_closed, a shortcut or block_suggestion."""
        if not self._standin.installation.active:
            return Reply("failed")
        if self._standin.socket.connected:
            return await self._standin.socket.deliver("interactive", payload, self.answer_seconds)
        body = urlencode({"payload": json.dumps(payload, ensure_ascii=False)}).encode()
        return await self._post(body, _FORM)

    async def event(
        self, event: Json, *, event_id: str | None = None, retry: int = 0, reason: str = "http_timeout"
    ) -> Reply:
        """Deliver an event of the Events API; ``retry`` 1 to 3 says it is told again, with the same ``event_id``."""
        standin = self._standin
        ending = event["type"] in ENDING
        if not ending and not standin.installation.authorized:
            return Reply("failed")
        moment = standin.workspace.ts()
        payload: Json = {
            "token": VERIFICATION_TOKEN,
            **(self._where_it_ended() if ending else self._where_it_happened()),
            "api_app_id": standin.workspace.team.app_id,
            "event": {**event, "event_ts": event.get("event_ts", moment)},
            "type": "event_callback",
            "event_id": event_id or f"Ev{secrets.token_hex(5).upper()}",
            "event_time": int(moment.partition(".")[0]),
        }
        if standin.socket.connected:
            return await standin.socket.deliver(
                "events_api", payload, self.answer_seconds, retry=retry, reason=reason if retry else ""
            )
        headers = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason} if retry else {}
        return await self._post(json.dumps(payload, ensure_ascii=False).encode(), _JSON, headers)

    def _where_it_happened(self) -> Json:
        """Workspace, organisation and authorization of an event (https://docs.slack.dev/apis/events-api)."""
        team = self._standin.workspace.team
        enterprise = team.enterprise.id if team.enterprise else None
        return {
            "team_id": team.id,
            **({"enterprise_id": enterprise} if enterprise else {}),
            "context_team_id": team.id,
            "context_enterprise_id": enterprise,
            "authorizations": [
                {
                    "enterprise_id": enterprise,
                    "team_id": None if team.org_wide else team.id,
                    "user_id": team.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": team.org_wide,
                }
            ],
            "is_ext_shared_channel": False,
        }

    def _where_it_ended(self) -> Json:
        """Where an installation ended: nobody is authorized any more; of an organisation's no workspace is named."""
        team = self._standin.workspace.team
        if not team.enterprise:
            return {"team_id": team.id}
        told: Json = {"enterprise_id": team.enterprise.id, "is_enterprise_install": team.org_wide}
        return told if team.org_wide else told | {"team_id": team.id}

    async def _post(self, body: bytes, content_type: str, more: dict[str, str] | None = None) -> Reply:
        url = self._standin.request_url
        if url is None:
            return Reply("failed")
        timestamp = str(int(time.time()))  # real time: the app compares it with its machine's clock
        headers = {
            "Content-Type": content_type,
            "User-Agent": _AGENT,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self._standin.signing_secret, timestamp, body),
            **(more or {}),
        }
        if self._session is None:
            self._session = aiohttp.ClientSession()
        try:
            async with (
                asyncio.timeout(self.answer_seconds),
                self._session.post(url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                return self._read(response.status, response.content_type, await response.text())
        except TimeoutError:
            return Reply("timeout")
        except (aiohttp.ClientError, UnicodeDecodeError):
            return Reply("failed")

    def _read(self, status: int, content_type: str, text: str) -> Reply:
        if status != 200:
            return Reply("failed", text, status)
        if content_type != _JSON or not text.strip():
            return Reply("ok", text or None, status)
        try:
            body = json.loads(text)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            self._standin.problem("answer", "the app answered application/json with something else")
            return Reply("failed", text, status)
        return Reply("ok", body or None, status)

    async def close(self) -> None:
        """Close the connections to the app."""
        if self._session is not None:
            await self._session.close()
            self._session = None
