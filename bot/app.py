"""The whole bot, put together from its settings, clock and providers."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sqlite3
import sys
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, contextmanager
from typing import Any, cast

import aiohttp
from aiohttp import web
from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.apis import ProviderApis
from bot.callbacks import Callbacks
from bot.clock import Clock, SystemClock
from bot.delivery import Deliverer
from bot.homes import Homes
from bot.learning import Learner
from bot.polling import Poller
from bot.ringing import Ringer
from bot.settings import BadSetting, Settings
from bot.slack.client import Fate, code, fate, make_client, make_session
from bot.slack.directory import SlackDirectory
from bot.slack.edge import Edge
from bot.slack.files import SlackFiles
from bot.tasks import Tasks
from bot.web import Web
from bot.writing import Writer
from commands.connect import remove_retired
from commands.verb import Desk, Memory, View
from commands.views import sentences
from providers.http import make_client as make_http_client
from providers.provider import Provider, discover
from storage import people
from storage.database import Database, Tx, answers
from storage.vault import Vault, WrongKey, check_key, has_check, key_beside

log = logging.getLogger("leadbell")
SWITCH_SECONDS = 0.001
"""CPython's thread switch interval while the bot runs: a page being taken in must not hold up an acknowledgement."""
STOP_SECONDS = 10.0


def open_database(settings: Settings) -> tuple[Database, Vault]:
    """The database and its vault. Raises BadSetting where the key is missing or does not fit."""
    try:
        database = Database(settings.database, observe=_observer(settings.crash_at))
    except (OSError, sqlite3.Error) as error:
        raise BadSetting(
            f"LEADBELL_DATABASE ({settings.database}) cannot be opened ({type(error).__name__}); "
            "check that it is a Leadbell database in a folder that may be written."
        ) from None
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


def _observer(crash_at: str | None) -> Any:
    """Stops the process at a named point, as a crash would; only for tests (``LEADBELL_CRASH_AT``)."""
    if crash_at is None:
        return None

    def observe(point: str) -> None:
        if point == crash_at:
            sys.stderr.flush()
            os._exit(137)

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
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class _OneWorkspace(AsyncAuthorize):
    """Bolt's question whose token a request works with, answered without asking Slack."""

    def __init__(self, authorized: Callable[[str | None], AuthorizeResult | None]) -> None:
        self._authorized = authorized

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
        """The workspace's bot; ``None`` for an unknown one."""
        return self._authorized(team_id)


class Leadbell:
    """A running bot. Build it with :func:`build_leadbell`."""

    def __init__(self, settings: Settings, database: Database, vault: Vault, clock: Clock, providers: Any) -> None:
        self.settings = settings
        self.database = database
        self.vault = vault
        self.clock = clock
        self.providers: Mapping[str, Provider] = providers
        self.tasks = Tasks()
        self.workspace = ""
        self._bot: dict[str, str] = {}
        self._stack = AsyncExitStack()
        self._delivering: asyncio.Task[None] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._publishing: asyncio.Task[None] | None = None
        self._socket: AsyncSocketModeHandler | None = None
        self.desk: Desk
        self.web: Web
        self.ringer: Ringer
        self.deliverer: Deliverer
        self.writer: Writer
        self.homes: Homes
        self.app: AsyncApp
        self._client: AsyncWebClient

    async def build(self) -> None:
        """Connect the parts. Nothing runs yet."""
        settings = self.settings
        session = await self._stack.enter_async_context(make_session())
        http = await self._stack.enter_async_context(make_http_client())
        self._client = make_client(settings.bot_token, settings.slack_api_url, session)
        directory = SlackDirectory(self._client, self.database, self.clock)
        files = SlackFiles(self._client, session, settings.bot_token, settings.slack_api_url, directory)
        apis = ProviderApis(
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
        poller = Poller(self.desk, apis, self.clock, settings.tempo)
        learner = Learner(self.desk, apis, directory, self.clock, self.tasks)
        self.ringer = Ringer(self.desk, poller, learner, self.clock, settings.tempo, self.tasks)
        self.writer = Writer(self.desk, apis, self.clock, settings.tempo, self.tasks)
        self.deliverer = Deliverer(self.desk, self._client, directory, self.clock, settings.tempo, self.tasks)
        self.homes = Homes(self.desk, self._publish, self.clock, settings.tempo, self.tasks)
        quiet = logging.getLogger("leadbell.bolt")
        for logger in (quiet, logging.getLogger("slack_sdk"), logging.getLogger("slack_bolt")):
            logger.setLevel(logging.CRITICAL)  # they log request bodies
        with _without_oauth_variables():
            self.app = AsyncApp(
                client=self._client,
                signing_secret=settings.signing_secret.get_secret_value() or "socket-mode",
                authorize=cast("Any", _OneWorkspace(self._authorized)),
                logger=quiet,
                process_before_response=True,  # with the edge's wrapper: the ack is not polled for (Bolt's runner)
                request_verification_enabled=False,  # bot.web verifies, and answers 401 to malformed headers too
                ssl_check_enabled=False,
                user_facing_authorize_error_message=sentences.not_installed(),
            )
        Edge(self.app, self.desk, self._client, directory, files, self.tasks, self.homes)
        callbacks = Callbacks(self.desk, self.tasks, self.ringer.named)
        self.web = Web(
            self.app, settings.signing_secret, self.problems, lambda: bool(self.workspace), callbacks, self.desk
        )

    def _wake(self) -> None:
        """Something is to reach Slack or a lead system, or concerns somebody's Home."""
        self.deliverer.wake()
        self.writer.wake()
        self.homes.wake()

    async def _publish(self, workspace: str, person: str, view: View) -> None:
        """Put a view into somebody's Home tab."""
        await self._client.views_publish(user_id=person, view=view)

    def _replan(self) -> None:
        """Connections or schedules changed: what waited for a connection may go on, too."""
        self.ringer.replan()
        self.writer.wake()
        self.homes.wake()

    def _authorized(self, team_id: str | None) -> AuthorizeResult | None:
        """The one workspace's bot; nobody for others."""
        if team_id and team_id != self.workspace:
            return None
        return AuthorizeResult(
            enterprise_id=None,
            team_id=self.workspace,
            bot_user_id=self._bot.get("user_id"),
            bot_id=self._bot.get("bot_id"),
            bot_token=self.settings.bot_token.get_secret_value(),
        )

    async def sign_in(self) -> None:
        """Ask Slack who we are. Raises BadSetting where it refuses the token; waits while it cannot be reached."""
        while True:
            try:
                answer = await self._client.auth_test()
                break
            except SlackApiError as error:
                if fate(error)[0] is Fate.TOKEN:
                    raise BadSetting(
                        f"SLACK_BOT_TOKEN is refused by Slack ({code(error)}); "
                        "copy it anew from your Slack app under OAuth & Permissions."
                    ) from None
                log.warning("Slack cannot be asked (%s); trying again", code(error))
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                log.warning("Slack cannot be reached (%s); trying again", type(error).__name__)
            await asyncio.sleep(min(5.0, self.settings.tempo.first_backoff))
        self.workspace = str(answer["team_id"])
        self._bot = {"user_id": str(answer["user_id"]), "bot_id": str(answer.get("bot_id") or "")}
        name, now = str(answer.get("team") or ""), self.clock.now()

        def know_workspace(tx: Tx) -> None:
            people.add_workspace(tx, self.workspace, name, now)

        await self.database.write(know_workspace)

    async def start(self) -> None:
        """Deliver, ring and, with an app-level token, listen over Socket Mode."""
        tune_interpreter()
        await self.sign_in()
        await self.deliverer.recover()
        await self.writer.recover()
        self._delivering = asyncio.create_task(self.deliverer.run(), name="delivering")
        self._writing = asyncio.create_task(self.writer.run(), name="writing")
        self._publishing = asyncio.create_task(self.homes.run(), name="publishing")
        await self.ringer.start()
        self.tasks.spawn(remove_retired(self.desk, self.workspace), "removal")
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
        if self._delivering is None or self._delivering.done():
            found.append("delivery does not run")
        if self._writing is None or self._writing.done():
            found.append("telling the lead systems does not run")
        if self._publishing is None or self._publishing.done():
            found.append("publishing Homes does not run")
        try:
            await self.database.read(answers)
        except sqlite3.Error as error:
            found.append(f"the database cannot be read ({type(error).__name__})")
        return found

    async def stop(self) -> None:
        """Stop within ten seconds; what was begun is finished or stays in the outbox."""
        if self._socket:
            await self._socket.close_async()  # type: ignore[no-untyped-call]
        if self._delivering:
            self.ringer.stop()
            self.deliverer.stop()
            self.writer.stop()
            self.homes.stop()
        await self.tasks.drain(STOP_SECONDS - 2)
        if self._delivering:
            loops = {task for task in (self._delivering, self._writing, self._publishing) if task}
            await asyncio.wait(loops, timeout=1)
            for loop in loops:
                loop.cancel()
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
