"""The stand-in for Slack: state, Web API, deliveries to the app and the console's JSON API of each workspace."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from aiohttp import web

from bot.sandbox import control, oauth_page, respond, web_api, web_files
from bot.sandbox.faults import Faults, ProviderStandIn
from bot.sandbox.gestures import Gestures
from bot.sandbox.installation import Installation
from bot.sandbox.interactions import Interactions
from bot.sandbox.modals import Modals
from bot.sandbox.oauth import OAuth
from bot.sandbox.people import Enterprise
from bot.sandbox.platform import Organisation, Platform, Shared
from bot.sandbox.push import Push
from bot.sandbox.samples import harbour_homes
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.strict import Json, Recorder
from bot.sandbox.workspace import Workspace

CALLS_KEPT = 5_000


class SlackStandIn:
    """A strict local Slack and one app, seen from one workspace. ``beside`` adds a workspace to the same Slack.

    ``problems`` holds every call and payload that Slack would refuse from a correct app; tests assert that it is
    empty. ``calls`` holds the latest calls with this workspace's token as (method, payload), and in the first workspace
    those without a known token too; ``refused`` those with a dead token, as (method, error). ``request_url`` is where
    signed requests go; None leaves Socket Mode alone. ``base_url`` (scheme and host of this stand-in) may be set; else
    it is taken from the requests that come in.
    """

    signing_secret = Shared[str]()
    app_token = Shared[str]()
    now = Shared[Callable[[], datetime]]()
    recorder = Shared["Recorder | None"]()
    request_url = Shared["str | None"]()
    base_url = Shared["str | None"]()
    providers = Shared[dict[str, ProviderStandIn]]()
    faults = Shared[Faults]()
    problems = Shared[list[str]]()
    advance = Shared["Callable[[float], Awaitable[None]] | None"]()
    credentials = Shared[dict[str, dict[str, str]]]()
    """What each lead system's stand-in accepts, for people and scripts that connect it."""
    titles = Shared[dict[str, str]]()
    """How people call each lead system."""
    socket = Shared[SocketMode]()
    oauth = Shared[OAuth]()
    closing = Shared[bool]()

    def __init__(
        self,
        *,
        signing_secret: str,
        bot_token: str | None,
        app_token: str,
        now: Callable[[], datetime],
        recorder: Recorder | None = None,
        scopes: frozenset[str] | None = None,
        client_id: str = "738474920.1207",
        client_secret: str | None = None,
    ) -> None:
        """``bot_token``: the app is installed in the workspace with this token; None: it is not installed."""
        self.platform = Platform(
            signing_secret=signing_secret,
            app_token=app_token,
            now=now,
            recorder=recorder,
            client_id=client_id,
            client_secret=client_secret or secrets.token_hex(16),
        )
        workspace = harbour_homes(now)
        granted = web_api.SCOPES if scopes is None else scopes
        workspace.installation = Installation(granted, token=bot_token)
        self._settle(workspace)

    def _settle(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.calls: deque[tuple[str, Json]] = deque(maxlen=CALLS_KEPT)
        self.refused: deque[tuple[str, str]] = deque(maxlen=CALLS_KEPT)
        self.shown = 0
        """How often the app has shown something to somebody."""
        self.push = Push(self)
        self.people = Gestures(self)
        self.interactions = Interactions(self)
        self.modals = Modals(self)
        self.platform.teams[workspace.team.id] = self

    def beside(self, workspace: Workspace) -> SlackStandIn:
        """Another workspace of the same Slack, where the app is as the workspace's installation says."""
        made = SlackStandIn.__new__(SlackStandIn)
        made.platform = self.platform
        workspace.commands = self.workspace.commands
        workspace.shortcuts = self.workspace.shortcuts
        workspace.home_tab = self.workspace.home_tab
        workspace.base_url = self.workspace.base_url
        made._settle(workspace)
        made.push.answer_seconds = self.push.answer_seconds
        return made

    def organisation(self, enterprise: Enterprise, *workspaces: SlackStandIn) -> Organisation:
        """Put workspaces into an organisation. The app has one bot user in all of it."""
        made = Organisation(enterprise)
        bot = workspaces[0].workspace.team
        for one in workspaces:
            team = one.workspace.team
            if team.bot_user_id != bot.bot_user_id:
                raise ValueError("the workspaces of an organisation need one bot user")
            one.workspace.team = replace(team, enterprise=enterprise)
            made.members.append(one)
        self.platform.organisations[enterprise.id] = made
        return made

    # -- the app here

    @property
    def installation(self) -> Installation:
        """The installation that counts here: the workspace's own, else its organisation's."""
        enterprise = self.workspace.team.enterprise
        own = self.workspace.installation
        if enterprise is None or own.active:
            return own
        organisation = self.platform.organisations[enterprise.id]
        return organisation.installation if organisation.installation.active and self in organisation.teams else own

    @property
    def bot_token(self) -> str:
        """The app's newest token here; empty where it has none."""
        return self.installation.token

    @property
    def scopes(self) -> frozenset[str]:
        """What the app may do here."""
        return self.installation.scopes

    @scopes.setter
    def scopes(self, scopes: frozenset[str]) -> None:
        self.installation.scopes = scopes

    # -- routes

    def routes(self) -> list[web.AbstractRouteDef]:
        """What the app reaches, for every workspace: the Web API, OAuth, response URLs, files, Socket Mode."""

        async def api(request: web.Request) -> web.StreamResponse:
            return await web_api.serve(self.platform, request)

        async def answer(request: web.Request) -> web.StreamResponse:
            return await respond.serve(self._of_response(request.match_info["id"]), request)

        async def upload(request: web.Request) -> web.StreamResponse:
            one = self._of_upload(request.match_info["id"])
            return await one._with_fault("upload", request, web_files.receive)

        async def file(request: web.Request) -> web.StreamResponse:
            one = self.platform.of_token(request.headers.get("Authorization", "")) or self.platform.first
            return await one._with_fault("files", request, web_files.download)

        return [
            web.get("/api/{method}", api),
            web.post("/api/{method}", api),
            web.post("/respond/{id}", answer),
            web.post("/upload/{id}", upload),
            web.get("/files/{id}/{name}", file),
            web.get("/socket", self.socket.serve),
            *oauth_page.routes(self.platform),
        ]

    def control_routes(self) -> list[web.AbstractRouteDef]:
        """What the console and scripts reach, for every workspace: ``/sandbox/*`` and the console itself."""
        return control.routes(self.platform)

    def _of_response(self, response_id: str) -> SlackStandIn:
        teams = self.platform.teams.values()
        return next((one for one in teams if one.workspace.tickets.knows(response_id)), self.platform.first)

    def _of_upload(self, upload_id: str) -> SlackStandIn:
        teams = self.platform.teams.values()
        return next((one for one in teams if one.workspace.files.by_upload(upload_id)), self.platform.first)

    async def _with_fault(
        self,
        name: str,
        request: web.Request,
        serve: Callable[[SlackStandIn, web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        fault = self.faults.take(name, self.workspace.team.id)
        broken = await web_api.suffer(self.platform, request, fault)
        if broken is not None:
            return broken
        answer = await serve(self, request)
        return web_api.hang_up(request) if fault == "withhold" else answer

    # -- what the parts share

    def own_url(self) -> str:
        """Scheme and host for URLs that are handed out where no request is at hand."""
        base = self.base_url or self.platform.seen_base
        if base is None:
            raise RuntimeError("set base_url of the stand-in before people act")
        self.workspace.base_url = base
        return base

    def record(self, method: str, payload: Json) -> None:
        """Keep a call of the app, and write it to the recorder."""
        self.calls.append((method, payload))
        self.shown += method.startswith(("chat.", "views.", "view_", "response_url", "files.complete"))
        if self.recorder is not None:
            self.recorder.record(method, payload)

    def problem(self, where: str, sentence: str) -> None:
        """Note something that no correct app does."""
        self.platform.problem(where, sentence)

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
        """End hanging calls of every workspace, close connections and the recorder."""
        await self.platform.close()
