"""``leadbell demo``: the real bot, over HTTP, against the stand-ins for Slack and the lead systems."""

from __future__ import annotations

import asyncio
import random
import re
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from html import unescape
from itertools import chain, count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import click
from aiohttp import web
from pydantic import SecretStr

from bot.app import Leadbell, build_leadbell
from bot.clock import ShiftedClock
from bot.sandbox.samples import alder_finch
from bot.sandbox.slack import SlackStandIn
from bot.sandbox.strict import Recorder
from bot.sandbox.workspace import Shortcut
from bot.serving import serve, until_stopped
from bot.settings import Settings, Tempo
from commands.forms.fields import fields_of
from commands.ids import Shortcut as ShortcutId
from providers.provider import Provider, StandIn, discover

HISTORY = 60
HISTORY_DAYS = 14
NAMES = ("north", "west", "paris", "depot", "campus")
"""Of connections, for those who cannot think of one; in the order of the lead systems' slugs."""
SHORTCUTS = [
    Shortcut(callback_id=ShortcutId.IMPORT_FILE.value, type="message", name="Import leads"),
    Shortcut(callback_id=ShortcutId.NEW_LEAD.value, type="global", name="New lead"),
    Shortcut(callback_id=ShortcutId.ADD_TO_LEAD.value, type="message", name="Add to lead…"),
]


class Sandbox:
    """Stand-ins and bot on one port."""

    def __init__(
        self,
        *,
        fast: bool = False,
        record: Path | None = None,
        database: Path | None = None,
        tempo: Tempo | None = None,
        socket_mode: bool = False,
        providers: Mapping[str, Provider] | None = None,
        public: bool = True,
        installed: bool = True,
        oauth: bool = False,
    ) -> None:
        """``socket_mode``: the bot listens over Socket Mode instead of HTTP. ``providers``: other lead systems than the
        installed ones. ``public``: lead systems and browsers can reach the bot. ``installed``: the settings hold
        a token of the first workspace. ``oauth``: they do not, and both workspaces have installed the bot from its
        web page."""
        self.clock = ShiftedClock()
        self.fast = fast
        self.tempo = tempo or (Tempo.fast() if fast else Tempo(post_gap=0.3))
        self.providers: Mapping[str, Provider] = discover() if providers is None else providers
        self.slack = SlackStandIn(
            signing_secret=secrets.token_hex(16),
            bot_token=f"xoxb-sandbox-{secrets.token_hex(8)}" if installed and not oauth else None,
            app_token="xapp-sandbox",  # noqa: S106
            now=self.clock.now,
            recorder=Recorder(record) if record else None,
        )
        self.slack.workspace.shortcuts = SHORTCUTS
        self.second = self.slack.beside(alder_finch(self.clock.now))
        self.slack.titles = {slug: provider.name for slug, provider in self.providers.items()}
        self.systems: dict[str, StandIn] = {}
        self._database = database
        self._socket_mode = socket_mode
        self._public = public
        self._oauth = oauth
        self._stack = AsyncExitStack()
        self.bot: Leadbell
        self.settings: Settings
        self.url = ""

    async def start(self, host: str = "127.0.0.1", port: int = 0, *, history: int = HISTORY) -> str:
        """Serve everything; the console's address."""
        urls = {}
        for slug, provider in self.providers.items():
            system = provider.stand_in(self.clock.now)
            system.fill(history, HISTORY_DAYS)
            urls[slug] = await system.start()
            self._stack.push_async_callback(system.stop)
            self.systems[slug] = system
            self.slack.providers[slug] = system
        self.slack.credentials = {
            slug: {name: value.replace("{url}", urls[slug]) for name, value in provider.stand_in_credentials.items()}
            for slug, provider in self.providers.items()
        }
        self.slack.advance = self.advance
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="leadbell-")))
        application = web.Application(client_max_size=32 * 1024 * 1024)
        application.add_routes([*self.slack.routes(), *self.slack.control_routes()])
        for path in (
            "/slack/events",
            "/slack/install",
            "/slack/oauth_redirect",
            "/healthz",
            "/webhooks/{provider}/{secret}",
            "/oauth/{provider}",
        ):
            application.router.add_route("*", path, self._to_bot)
        application.on_shutdown.append(self._closed)
        self._routes: Any = None
        runner, bound = await serve(application, host, port)
        self._stack.push_async_callback(runner.cleanup)
        self.url = f"http://{host}:{bound}"
        self.slack.base_url = self.url
        self.slack.request_url = f"{self.url}/slack/events"
        self.slack.oauth.redirect_uris = [f"{self.url}/slack/oauth_redirect"]
        self.slack.oauth.install_url = f"{self.url}/slack/install"
        self.settings = Settings(
            database=self._database or folder / "sandbox.sqlite3",
            bot_token=SecretStr(self.slack.bot_token),
            client_id=self.slack.oauth.client_id,
            client_secret=SecretStr(self.slack.oauth.client_secret),
            signing_secret=SecretStr("" if self._socket_mode else self.slack.signing_secret),
            app_token=SecretStr(self.slack.app_token) if self._socket_mode else None,
            slack_api_url=f"{self.url}/api/",
            provider_urls=urls,
            public_url=self.url if self._public else "",
            tempo=self.tempo,
        )
        await self._start_bot()
        if self._oauth:
            await self.install(self.slack, "U0ADA")
            await self.install(self.second, "U1ADA")
        return self.url

    async def install(self, slack: SlackStandIn, user: str, *, without: frozenset[str] = frozenset()) -> str:
        """Somebody adds the bot to a workspace, as in a browser: the page that they see last.

        ``without``: the scopes that they leave out. Raises ValueError where the bot's page leads nowhere.
        """
        team = slack.workspace.team.id
        form = {"place": team, f"user:{team}": user, "decision": "allow"}
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            async with browser.get(f"{self.url}/slack/install") as page:
                link = re.search(r'href="([^"]*/oauth/v2/authorize\?[^"]*)"', await page.text())
            if link is None:
                raise ValueError("the page of installing has no link to Slack")
            address = urlsplit(unescape(link.group(1)))
            fields = [*parse_qsl(address.query), *form.items(), *(("withhold", scope) for scope in sorted(without))]
            async with browser.post(address._replace(query="").geturl(), data=fields) as page:
                return await page.text()

    async def _start_bot(self) -> None:
        self.bot = await build_leadbell(self.settings, clock=self.clock, providers=self.providers)
        self._handlers = {(r.method, r.path): r.handler for r in self.bot.web.routes() if isinstance(r, web.RouteDef)}
        await self.bot.start()

    async def restart(self) -> None:
        """Stop the bot and start a new one on the same database; Slack and the lead systems go on meanwhile."""
        await self.bot.stop()
        await self._start_bot()

    async def _to_bot(self, request: web.Request) -> web.StreamResponse:
        """The bot's routes, on the same port."""
        resource = request.match_info.route.resource
        path = resource.canonical if resource else request.path
        handler = self._handlers.get((request.method, path))
        if handler is None:
            raise web.HTTPMethodNotAllowed(request.method, [m for m, p in self._handlers if p == path])
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _closed(self, _application: web.Application) -> None:
        await self.slack.close()

    async def advance(self, seconds: float) -> None:
        """Move the clock forward and ring what is due then."""
        self.clock.advance(timedelta(seconds=seconds))
        if duties := self.bot.duties:
            await duties.ringer.ring_due()
            await duties.at_rest()

    async def leads_keep_arriving(self) -> None:
        """New leads in every lead system: every second with ``--fast``, else every half a minute or so."""
        while True:
            await asyncio.sleep(1 if self.fast else random.uniform(20, 45))
            for system in self.systems.values():
                await system.arrive()

    async def stop(self) -> None:
        """Stop everything."""
        if hasattr(self, "bot"):
            await self.bot.stop()
        await self._stack.aclose()


def _typed(provider: Provider, accepted: Mapping[str, str]) -> str:
    """What the stand-in of a lead system accepts, by the titles of the inputs."""
    titles = {f.name: f.title for f in fields_of(provider.credentials)}
    return ", ".join(f"the {titles.get(name, name)} `{value}`" for name, value in accepted.items())


def welcome(sandbox: Sandbox) -> None:
    """What to try, as a message of the sandbox's own in #leads."""
    accepted = sandbox.slack.credentials
    ways = [
        f"• `/leads connect {slug}`, name `{name}`, {_typed(provider, accepted[slug])}"
        for (slug, provider), name in zip(sandbox.providers.items(), chain(NAMES, count(1)), strict=False)
    ]
    line = "\n"
    sandbox.slack.workspace.post(
        "C0LEADS",
        "U0ADA",
        text=(
            "Welcome to the sandbox. You are Ada, an admin. Four steps to a working desk:\n"
            "1. Connect a lead system; one is enough, and any name will do:\n"
            f"{line.join(ways)}\n"
            "2. `/leads subscribe` for this channel. New leads appear here within a minute.\n"
            "3. Press *Claim* on a card; then look at it as Zoe or Max (switch at the top right).\n"
            "4. `/leads do` searches everything that the lead systems can do.\n"
            "`/leads help` lists the rest. The panel at the bottom makes leads arrive, moves the clock, breaks things. "
            "At the left you go to another company that uses the same Leadbell: neither sees anything of the other."
        ),
    )
    sandbox.second.workspace.post(
        "C1LEADS",
        "U1ADA",
        text=(
            "This is Alder & Finch, another company with the same Leadbell. Connect and subscribe here too: "
            "the lead systems and their keys are those of Harbour Homes, the leads' owners, channels and notes are not."
        ),
    )


async def run_demo(port: int, *, record: Path | None, fast: bool, database: str | None) -> None:
    """Serve the sandbox until the process is stopped."""
    sandbox = Sandbox(fast=fast, record=record, database=Path(database) if database else None, oauth=True)
    try:
        url = await sandbox.start(port=port)
        welcome(sandbox)
        arriving = asyncio.create_task(sandbox.leads_keep_arriving())
        click.echo(f"The sandbox is ready: open {url}/ in a browser. Stop it with Ctrl+C.")
        await until_stopped()
        arriving.cancel()
    finally:
        await sandbox.stop()
