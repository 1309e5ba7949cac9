"""The whole bot, put together from its settings, clock and providers."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from datetime import datetime
from importlib.util import find_spec
from typing import Any, cast

import aiohttp
from aiohttp import web
from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.apis import ProviderApis
from bot.callbacks import Callbacks
from bot.clock import Clock, SystemClock
from bot.duties import LeaderDuties
from bot.homes import Homes
from bot.leading import Leading, Lease
from bot.learning import Learner
from bot.removal import Remover
from bot.settings import BadSetting, Settings
from bot.slack.authorize import Authorize, Gate
from bot.slack.client import Fate, code, fate, make_client, make_session
from bot.slack.clients import Clients
from bot.slack.directory import SlackDirectory
from bot.slack.edge import Edge
from bot.slack.files import SlackFiles
from bot.slack.installing import Installing
from bot.slack.leaving import SHORTEST_GRACE, Leaving
from bot.tasks import Tasks
from bot.web import Web
from commands import welcome
from commands.verb import Desk, Memory, View
from commands.views import sentences
from providers.http import make_client as make_http_client
from providers.provider import Provider, discover
from storage import installations
from storage.database import Database, Observer, Tx, answers
from storage.installations import Granted
from storage.vault import Vault, WrongKey, check_key, has_check, key_beside

log = logging.getLogger("leadbell")
SWITCH_SECONDS = 0.001
"""CPython's thread switch interval while the bot runs: a page being taken in must not hold up an acknowledgement."""
STOP_SECONDS = 10.0


def open_database(settings: Settings) -> tuple[Database, Vault]:
    """The database and its vault. Raises BadSetting where the key is missing or does not fit."""
    try:
        database = Database(settings.database)
    except (OSError, sqlite3.Error) as error:
        raise BadSetting(
            f"LEADBELL_DATABASE ({settings.database}) cannot be opened ({type(error).__name__}); "
            "check that it is a Leadbell database in a folder that may be written."
        ) from None
    database.observe = _observer(settings, database)
    keys = [k.get_secret_value() for k in settings.secret_keys]
    if not keys:
        unused = database.is_new or not database.read_now(has_check)
        key = key_beside(settings.database, may_make=unused)
        if key is None:
            database.close()
            raise BadSetting(
                f"LEADBELL_SECRET_KEY is missing and there is no key file beside {settings.database}; "
                "set the key that this database was made with."
            )
        keys = [key]
    vault = Vault(keys)

    def check_vault(tx: Tx) -> None:
        check_key(tx, vault)

    try:
        database.write_now(check_vault)
    except WrongKey:
        database.close()
        raise BadSetting(
            "LEADBELL_SECRET_KEY does not fit this database; set the key it was made with. Nothing was changed."
        ) from None
    return database, vault


def _observer(settings: Settings, database: Database) -> Observer:
    """Ends or stops the process at a named point, as a crash or a pause would; only for tests (``LEADBELL_CRASH_AT``,
    ``LEADBELL_PAUSE_AT``)."""
    paused = False

    def pause() -> None:
        os.kill(os.getpid(), signal.SIGSTOP)

    def observe(point: str) -> None:
        nonlocal paused
        if point == settings.crash_at:
            sys.stderr.flush()
            os._exit(137)
        if point == settings.pause_at and not paused:
            paused = True
            if threading.current_thread() is threading.main_thread():
                database.between(pause)  # a process that is stopped within a transaction holds up all others
            else:
                pause()

    return observe


@contextmanager
def _without_oauth_variables() -> Any:
    """Bolt turns OAuth on by itself where these two are in the environment."""
    names = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
    held = {n: os.environ.pop(n) for n in names if n in os.environ}
    try:
        yield
    finally:
        os.environ.update(held)


def tune_interpreter() -> None:
    """Settings of the interpreter for a process that answers people while it takes in pages of leads.

    A page makes a hundred thousand short-lived objects; with CPython's thresholds the collector walks all of the
    bot's modules for them again and again.
    """
    if find_spec("sniffio") is None:  # httpcore looks for it on the disk with every lock that it takes
        sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class Leadbell:
    """A running bot. Build it with :func:`build_leadbell`."""

    def __init__(self, settings: Settings, database: Database, vault: Vault, clock: Clock, providers: Any) -> None:
        self.settings = settings
        self.database = database
        self.vault = vault
        self.clock = clock
        self.providers: Mapping[str, Provider] = providers
        self.tasks = Tasks()
        self._ready = False
        self._signing_in: asyncio.Task[None] | None = None
        self._stack = AsyncExitStack()
        self.leading: Leading[LeaderDuties]
        self._publishing: asyncio.Task[None] | None = None
        self._socket: AsyncSocketModeHandler | None = None
        self.desk: Desk
        self.web: Web
        self.homes: Homes
        self.app: AsyncApp
        self.clients: Clients
        self.installing: Installing
        self.remover: Remover

    async def build(self) -> None:
        """Connect the parts. Nothing runs yet."""
        settings = self.settings
        session = await self._stack.enter_async_context(make_session())
        http = await self._stack.enter_async_context(make_http_client())
        self.clients = clients = Clients(
            self.database,
            self.vault,
            self.clock,
            session,
            settings.slack_api_url,
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            grace=max(settings.grace, SHORTEST_GRACE),
        )
        self._directory = directory = SlackDirectory(clients, self.database, self.clock)
        files = SlackFiles(clients, directory)
        self._apis = apis = ProviderApis(
            self.database,
            self.vault,
            self.clock,
            http,
            self.providers,
            settings.provider_urls,
            budget=settings.tempo.budget,
        )
        self.desk = Desk(
            database=self.database,
            vault=self.vault,
            clock=self.clock,
            providers=self.providers,
            apis=apis,
            directory=directory,
            files=files,
            wake=self._wake,
            replan=self._replan,
            learn=lambda *what: learner.soon(*what),  # noqa: PLW0108  it is made below
            memory=Memory(self.clock),
            public_url=settings.public_url,
        )
        learner = Learner(self.desk, apis, directory, self.clock, self.tasks)
        self.remover = Remover(self.desk, self.clock)

        def make_duties(lease: Lease) -> LeaderDuties:
            return LeaderDuties(
                lease,
                self.desk,
                clients,
                directory,
                learner,
                self.remover,
                self.clock,
                settings.tempo,
                self.tasks,
            )

        self.leading = Leading(self.database, self.clock, settings.tempo.lease_seconds, make_duties)
        self.homes = Homes(self.desk, self._publish, self.clock, settings.tempo, self.tasks)
        quiet = logging.getLogger("leadbell.bolt")
        for logger in (quiet, logging.getLogger("slack_sdk"), logging.getLogger("slack_bolt")):
            logger.setLevel(logging.CRITICAL)  # they log request bodies
        with _without_oauth_variables():
            self.app = AsyncApp(
                client=make_client(settings.slack_api_url, session),
                signing_secret=settings.signing_secret.get_secret_value() or "socket-mode",
                before_authorize=Gate(clients, self.tasks),
                authorize=cast("Any", Authorize()),  # type: ignore[no-untyped-call]
                logger=quiet,
                process_before_response=True,  # with the edge's wrapper: the ack is not polled for (Bolt's runner)
                request_verification_enabled=False,  # bot.web verifies, and answers 401 to malformed headers too
                ssl_check_enabled=False,
                user_facing_authorize_error_message=sentences.not_installed(),
            )
        clients.stopped, clients.resumed = self._stopped, self._resumed
        Edge(self.app, self.desk, clients, directory, files, self.tasks, self.homes)
        Leaving(self.app, clients, self.database, self.clock, settings.grace)
        self.installing = Installing(
            clients, self.database, self.vault, self.clock, public_url=settings.public_url, greet=self._greet
        )
        callbacks = Callbacks(self.desk, self.tasks, self._named)
        self.web = Web(
            self.app,
            settings.signing_secret,
            self.problems,
            lambda: self._ready,
            callbacks,
            self.desk,
            self.installing,
            lambda: self.leading.role,
        )

    @property
    def duties(self) -> LeaderDuties | None:
        """What this process does as the leader; ``None`` while it follows: the leader sees what is written."""
        return self.leading.duties

    def _wake(self) -> None:
        """Something is to reach Slack or a lead system, or concerns somebody's Home."""
        if self.duties:
            self.duties.wake()
        self.homes.wake()

    async def _publish(self, workspace: str, person: str, view: View) -> None:
        """Put a view into somebody's Home tab."""
        await self.clients.of(workspace).views_publish(user_id=person, view=view)

    def _replan(self) -> None:
        """Connections or schedules changed."""
        if self.duties:
            self.duties.replan()
        self.homes.wake()

    def _greet(self, tx: Tx, workspace: str, person: str, now: datetime) -> None:
        """Somebody installed the app in a workspace: they get the first steps, once."""
        welcome.greet(tx, self.desk, workspace, person, now)

    def _named(self, workspace: str, connection: str) -> None:
        """A webhook named leads of a connection."""
        if self.duties:
            self.duties.ringer.named(workspace, connection)

    def _stopped(self, workspaces: Sequence[str]) -> None:
        """The app was removed from workspaces, or Slack refuses their tokens: nothing more is done for them."""
        if self.duties:
            self.duties.ringer.halt(workspaces)
        self._directory.forget(workspaces)
        self._apis.forget(workspaces)
        self.clients.forget(workspaces)

    def _resumed(self, workspaces: Sequence[str]) -> None:
        """Workspaces are at work, again or for the first time: what waited for them goes on."""
        if self._ready and workspaces:
            self._wake()
            self._replan()

    async def sign_in(self) -> None:
        """Find out whose the token in the settings is, if there is one. Raises BadSetting where Slack refuses it,
        unless other workspaces may be served; waits while Slack cannot be reached, unless others need not."""
        if not self.settings.bot_token.get_secret_value():
            await self._settle(None)
        elif self.settings.client_id:
            if not await self._signed_in():
                self._signing_in = asyncio.create_task(self._sign_in_later(), name="signing in")
        else:
            await self._sign_in_later(now=True)

    async def _sign_in_later(self, *, now: bool = False) -> None:
        while not (now and await self._signed_in()):
            now = True
            await asyncio.sleep(min(5.0, self.settings.tempo.first_backoff))

    async def _signed_in(self) -> bool:
        """Ask Slack once whose the token is. ``False``: it cannot be asked just now. Raises BadSetting."""
        token = self.settings.bot_token
        try:
            answer = await self.clients.open.auth_test(token=token.get_secret_value())
        except SlackApiError as error:
            if fate(error)[0] is Fate.TOKEN:
                sentence = (
                    f"SLACK_BOT_TOKEN is refused by Slack ({code(error)}); "
                    "copy it anew from your Slack app under OAuth & Permissions."
                )
                if not self.settings.client_id:
                    raise BadSetting(sentence) from None
                log.error("%s Other workspaces are served.", sentence)
                await self._settle(None)
                return True
            log.warning("Slack cannot be asked (%s); trying again", code(error))
            return False
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("Slack cannot be reached (%s); trying again", type(error).__name__)
            return False
        granted = Granted(
            workspace=str(answer["team_id"]),
            bot_token="",
            enterprise=str(answer.get("enterprise_id") or ""),
            name=str(answer.get("team") or ""),
            bot_user=str(answer["user_id"]),
            bot=str(answer.get("bot_id") or ""),
        )
        await self.remover.round()  # what is just being deleted does not come back by half
        await self.clients.from_settings(granted.workspace, token, granted)
        await self._settle(granted.workspace)
        return True

    async def _settle(self, in_settings: str | None) -> None:
        now = self.clock.now()

        def settle_installations(tx: Tx) -> list[str]:
            return installations.settle(tx, in_settings, now)

        if lost := await self.database.write(settle_installations):
            log.error("no token is known for %s: nothing is done there until the app is installed again", lost)
            self._stopped(lost)

    async def start(self) -> None:
        """Lead, unless another process does; with an app-level token, listen over Socket Mode."""
        tune_interpreter()
        await self.sign_in()
        self._ready = True
        self._publishing = asyncio.create_task(self.homes.run(), name="publishing")
        await self.leading.start()
        if self.settings.app_token:
            await self._listen(self.settings.app_token)

    async def _listen(self, token: SecretStr) -> None:
        client = AsyncWebClient(token=token.get_secret_value(), base_url=self.settings.slack_api_url)
        self._socket = AsyncSocketModeHandler(self.app, token.get_secret_value(), web_client=client)
        try:
            await self._socket.connect_async()  # type: ignore[no-untyped-call]
        except SlackApiError as error:
            raise BadSetting(
                f"SLACK_APP_TOKEN is refused by Slack ({code(error)}); make one with the scope connections:write."
            ) from None

    def application(self) -> web.Application:
        """The HTTP routes."""
        application = web.Application(client_max_size=2 * 1024 * 1024)
        application.add_routes(self.web.routes())
        return application

    async def problems(self) -> list[str]:
        """What is wrong with the process itself."""
        found = []
        if not self.leading.runs:
            found.append("the lease is not looked after")
        if self.duties:
            found += self.duties.problems()
        if self._publishing is None or self._publishing.done():
            found.append("publishing Homes does not run")
        try:
            await self.database.read(answers)
        except sqlite3.Error as error:
            found.append(f"the database cannot be read ({type(error).__name__})")
        return found

    async def stop(self) -> None:
        """Stop within ten seconds; what was begun is finished or stays in the outbox."""
        until = time.monotonic() + STOP_SECONDS - 1
        if self._signing_in:
            self._signing_in.cancel()
        if self._socket:
            await self._socket.close_async()  # type: ignore[no-untyped-call]
        self.homes.stop()
        await self.leading.stop()
        await self.tasks.drain(max(1.0, until - time.monotonic()))
        await self.clients.settled(1)
        if self._publishing:
            self._publishing.cancel()
        await self._stack.aclose()
        self.database.close()


async def build_leadbell(
    settings: Settings, *, clock: Clock | None = None, providers: Mapping[str, Provider] | None = None
) -> Leadbell:
    """A bot, ready to be started. Raises BadSetting."""
    database, vault = open_database(settings)
    bot = Leadbell(settings, database, vault, clock or SystemClock(), providers or discover())
    await bot.build()
    return bot
