"""The stand-in for Slack: state, Web API, deliveries to the app and the console's JSON API in one object."""

from __future__ import annotations

import asyncio
import hmac
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime

from aiohttp import web

from bot.sandbox import control, respond, web_api, web_files
from bot.sandbox.faults import Faults, ProviderStandIn
from bot.sandbox.gestures import Gestures
from bot.sandbox.interactions import Interactions
from bot.sandbox.modals import Modals
from bot.sandbox.push import Push
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.strict import Json, Recorder
from bot.sandbox.workspace import Workspace

CALLS_KEPT = 5_000


class SlackStandIn:
    """A strict local Slack for one workspace and one app.

    ``problems`` holds every call and payload that Slack would refuse from a correct app; tests assert that it is
    empty. ``calls`` holds the latest calls as (method, payload). ``request_url`` is where signed requests go; None
    leaves Socket Mode alone. ``base_url`` (scheme and host of this stand-in) may be set; else it is taken from the
    requests that come in.
    """

    def __init__(
        self,
        *,
        signing_secret: str,
        bot_token: str,
        app_token: str,
        now: Callable[[], datetime],
        recorder: Recorder | None = None,
        scopes: frozenset[str] | None = None,
    ) -> None:
        self.signing_secret = signing_secret
        self.bot_token = bot_token
        self.app_token = app_token
        self.now = now
        self.scopes = web_api.SCOPES if scopes is None else scopes
        self.recorder = recorder
        self.workspace = Workspace.sample(now)
        self.request_url: str | None = None
        self.base_url: str | None = None
        self.providers: dict[str, ProviderStandIn] = {}
        self.faults = Faults(self.providers)
        self.problems: list[str] = []
        self.calls: deque[tuple[str, Json]] = deque(maxlen=CALLS_KEPT)
        self.advance: Callable[[float], Awaitable[None]] | None = None
        self.credentials: dict[str, dict[str, str]] = {}
        """What each lead system's stand-in accepts, for people and scripts that connect it."""
        self.titles: dict[str, str] = {}
        """How people call each lead system."""
        self.push = Push(self)
        self.socket = SocketMode(self)
        self.people = Gestures(self)
        self.interactions = Interactions(self)
        self.modals = Modals(self)
        self.closing = False
        self._seen_base: str | None = None

    # -- routes

    def routes(self) -> list[web.AbstractRouteDef]:
        """What the app reaches: the Web API, response URLs, files, Socket Mode."""

        async def api(request: web.Request) -> web.StreamResponse:
            return await web_api.serve(self, request)

        async def answer(request: web.Request) -> web.StreamResponse:
            return await respond.serve(self, request)

        async def upload(request: web.Request) -> web.StreamResponse:
            return await self._with_fault("upload", request, web_files.receive)

        async def file(request: web.Request) -> web.StreamResponse:
            return await self._with_fault("files", request, web_files.download)

        return [
            web.get("/api/{method}", api),
            web.post("/api/{method}", api),
            web.post("/respond/{id}", answer),
            web.post("/upload/{id}", upload),
            web.get("/files/{id}/{name}", file),
            web.get("/socket", self.socket.serve),
        ]

    def control_routes(self) -> list[web.AbstractRouteDef]:
        """What the console and scripts reach: ``/sandbox/*`` and the console itself."""
        return control.routes(self)

    async def _with_fault(
        self,
        name: str,
        request: web.Request,
        serve: Callable[[SlackStandIn, web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        fault = self.faults.take(name)
        broken = await web_api.suffer(self, request, fault)
        if broken is not None:
            return broken
        answer = await serve(self, request)
        return web_api.hang_up(request) if fault == "withhold" else answer

    # -- what the parts share

    def base(self, request: web.Request) -> str:
        """Scheme and host under which the caller reaches this stand-in."""
        self._seen_base = self.base_url or f"{request.scheme}://{request.host}"
        self.workspace.base_url = self._seen_base
        return self._seen_base

    def own_url(self) -> str:
        """Scheme and host for URLs that are handed out where no request is at hand."""
        base = self.base_url or self._seen_base
        if base is None:
            raise RuntimeError("set base_url of the stand-in before people act")
        self.workspace.base_url = base
        return base

    def is_bot(self, authorization: str) -> bool:
        """Whether an Authorization header carries the app's living bot token."""
        wanted = f"Bearer {self.bot_token}".encode()
        return self.workspace.installed and hmac.compare_digest(authorization.encode(), wanted)

    def record(self, method: str, payload: Json) -> None:
        """Keep a call of the app, and write it to the recorder."""
        self.calls.append((method, payload))
        if self.recorder is not None:
            self.recorder.record(method, payload)

    def problem(self, where: str, sentence: str) -> None:
        """Note something that no correct app does."""
        self.problems.append(f"{where}: {sentence}")

    async def until(self, met: Callable[[], bool], seconds: float = 5.0) -> None:
        """Wait until a condition on the workspace holds; TimeoutError after that many seconds."""
        changed = asyncio.Event()

        def listener(_revision: int) -> None:
            changed.set()

        self.workspace.listeners.add(listener)
        try:
            async with asyncio.timeout(seconds):
                while not met():
                    await changed.wait()
                    changed.clear()
        finally:
            self.workspace.listeners.discard(listener)

    async def close(self) -> None:
        """End hanging calls, close connections and the recorder."""
        self.closing = True
        self.workspace.touch()
        await self.socket.disconnect("link_disabled")
        await self.push.close()
        if self.recorder is not None:
            self.recorder.close()
