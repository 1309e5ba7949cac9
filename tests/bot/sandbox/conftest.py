"""A stand-in for Slack and a tiny app behind it, both on one local server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import SlackStandIn

SECRET, BOT, APP = "signing-secret", "xoxb-sandbox", "xapp-sandbox"
Json = dict[str, Any]


class Time:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class App:
    """What a test tells the app to answer, and what the app was sent (verified)."""

    answer: Callable[[Json], Any] = lambda sent: None
    received: list[Json] = field(default_factory=list)

    @property
    def last(self) -> Json:
        return self.received[-1]

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.text()
        headers = {name: value for name, value in request.headers.items() if name.startswith("X-Slack")}
        if not SignatureVerifier(SECRET).is_valid_request(body, headers):
            return web.Response(status=401)
        if request.content_type == "application/json":
            sent = json.loads(body) | {"headers": headers}
        else:
            form = dict(parse_qsl(body, keep_blank_values=True, strict_parsing=True))
            sent = json.loads(form["payload"]) if "payload" in form else form
        self.received.append(sent)
        answer = self.answer(sent)
        if hasattr(answer, "__await__"):
            answer = await answer
        if isinstance(answer, int):
            return web.Response(status=answer)
        if isinstance(answer, dict):
            return web.json_response(answer)
        return web.Response(text=answer or "")


@dataclass
class Desk:
    """Everything a test needs."""

    slack: SlackStandIn
    app: App
    time: Time
    client: AsyncWebClient
    http: aiohttp.ClientSession
    url: str

    async def get(self, path: str, **query: str) -> Any:
        async with self.http.get(f"{self.url}/sandbox/{path}", params=query) as response:
            return await response.json()

    async def post(self, path: str, **body: Any) -> Any:
        async with self.http.post(f"{self.url}/sandbox/{path}", json=body) as response:
            return await response.json()

    async def respond(self, url: str, **body: Any) -> tuple[int, str]:
        async with self.http.post(url, json=body) as response:
            return response.status, await response.text()

    async def error(self, method: str, **args: Any) -> str:
        async with self.http.post(
            f"{self.url}/api/{method}", json=args, headers={"Authorization": f"Bearer {BOT}"}
        ) as response:
            answer = await response.json()
        return "ok" if answer["ok"] else str(answer["error"])

    async def trigger(self, user: str = "U0ADA") -> str:
        """A trigger id, as a command gives it."""
        self.app.received.clear()
        await self.post("command", user=user, channel="C0LEADS", text="/leads")
        return str(self.app.last["trigger_id"])


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    time, app = Time(), App()
    slack = SlackStandIn(signing_secret=SECRET, bot_token=BOT, app_token=APP, now=time.now)
    site = web.Application()
    site.router.add_routes([*slack.routes(), *slack.control_routes(), web.post("/slack/events", app.handle)])
    server = TestServer(site)
    await server.start_server()
    url = str(server.make_url("/")).rstrip("/")
    slack.base_url, slack.request_url = url, f"{url}/slack/events"
    slack.push.answer_seconds = 0.5
    slack.people.home_seconds = 0.2
    slack.platform.patience = 0.0
    slack.faults.slow_seconds = 0.05
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(token=BOT, base_url=f"{url}/api/", session=session, retry_handlers=[])
        yield Desk(slack, app, time, client, session, url)
        await slack.close()
    await server.close()
