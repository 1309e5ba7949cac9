"""A real ``leadbell run`` in a process of its own, against stand-ins that this process serves.

Tests, the soak run and benchmarks start it, kill it, start it again, and look at what people see in Slack.
"""

from __future__ import annotations

import asyncio
import copy
import json
import os
import signal
import socket
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.clock import SystemClock
from bot.sandbox.messages import Message
from bot.sandbox.slack import SlackStandIn
from bot.sandbox.strict import Recorder
from bot.serving import serve
from providers.kpro.stand_in import KproStandIn
from storage import connections, people, rules
from storage.database import Database, Tx
from storage.vault import Vault, check_key
from tests.faults.forked import Forked

ROOT = Path(__file__).resolve().parents[2]
TEAM = "T0LEADBELL"
SECRET_KEY = "for-tests-only-0123456789abcdef-0123456789abcdef"
SIGNING_SECRET = "0f" * 16
BOT_TOKEN = "xoxb-for-tests-only"
CRASHED = 137
READY_SECONDS = 30.0


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bare_environment() -> dict[str, str]:
    """This process's environment without any setting of Leadbell's."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SLACK_", "LEADBELL_", "HOST", "PORT"))}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def prepare(
    path: Path,
    *,
    key: str = "",
    credentials: Mapping[str, str] | None = None,
    provider: str = "kpro",
    begun: bool = True,
    channels: tuple[str, ...] = ("C0LEADS",),
    approvers: tuple[str, ...] = (),
) -> str:
    """A database with one connection and a subscription a channel; the connection's id.

    ``begun``: the first poll was an hour ago, so that whatever arrives now is new.
    """
    database, vault = Database(path), Vault([SECRET_KEY])
    now = datetime.now(UTC)

    def set_up(tx: Tx) -> str:
        check_key(tx, vault)
        people.add_workspace(tx, TEAM, "Harbour Homes", now)
        made = connections.add(
            tx,
            TEAM,
            vault,
            name="north",
            provider=provider,
            credentials=dict(credentials or {"api_key": key}),
            settings={},
            by="U0ADA",
            now=now,
        )
        assert made is not None
        if begun:
            connections.begin_reading(tx, TEAM, made, now)
            connections.start_at(tx, TEAM, made, now - timedelta(minutes=1), None)
        for channel in channels:
            rules.subscribe(
                tx,
                TEAM,
                connection=made,
                words="",
                channel=channel,
                masked=True,
                approval=bool(approvers),
                approvers=list(approvers),
                by="U0ADA",
                now=now,
            )
        return made

    try:
        return database.write_now(set_up)
    finally:
        database.close()


class Street:
    """Slack and KPro as stand-ins, a prepared database, and a bot that can be started, crashed and started again."""

    def __init__(self, folder: Path, *, forked: bool = False) -> None:
        """``forked``: bots start as ``Forked``, within hundredths of a second, instead of as the real command."""
        self.folder = folder
        self.forked = forked
        self.database = folder / "leadbell.sqlite3"
        self.slack = SlackStandIn(
            signing_secret=SIGNING_SECRET, bot_token=BOT_TOKEN, app_token="xapp-for-tests-only", now=SystemClock().now
        )
        if record := os.environ.get("LEADBELL_RECORD"):
            self.slack.recorder = Recorder(Path(record))
        self.kpro = KproStandIn(now=SystemClock().now)
        self.port = free_port()
        self.process: asyncio.subprocess.Process | Forked | None = None
        self.environment: dict[str, str] = {}
        self._stdout = folder / "stdout-0.txt"
        self._stack = AsyncExitStack()

    async def open(self) -> None:
        """Serve the stand-ins."""
        kpro_url = await self.kpro.start()
        self._stack.push_async_callback(self.kpro.stop)
        application = web.Application(client_max_size=32 * 1024 * 1024)
        application.add_routes(self.slack.routes())
        runner, port = await serve(application, "127.0.0.1", 0)
        self._stack.push_async_callback(runner.cleanup)
        self._stack.push_async_callback(self.slack.close)
        self.slack.base_url = f"http://127.0.0.1:{port}"
        self.slack.request_url = f"http://127.0.0.1:{self.port}/slack/events"
        self.environment = {
            "SLACK_API_URL": f"{self.slack.base_url}/api/",
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "LEADBELL_KPRO_URL": kpro_url,
            "LEADBELL_DATABASE": str(self.database),
            "LEADBELL_SECRET_KEY": SECRET_KEY,
            "LEADBELL_TEMPO": "fast",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
        }

    async def close(self) -> None:
        """Stop everything."""
        await self.kill()
        await self._stack.aclose()

    # -- the bot's process

    async def start(self, *, crash_at: str | None = None, ready: bool = True, **settings: str | None) -> None:
        """Start the bot; ``ready`` waits until it says so. A setting that is None is left out."""
        given = {**self.environment, "LEADBELL_CRASH_AT": crash_at, **settings}
        env = {**bare_environment(), **{k: v for k, v in given.items() if v is not None}}
        self._stdout = self.folder / f"stdout-{len(list(self.folder.glob('stdout-*')))}.txt"
        self._stdout.touch()
        if self.forked:
            files = {"stdout": self._stdout, "stderr": self.folder / "stderr.txt"}
            self.process = Forked("run", cwd=self.folder, env=env, **files)
        else:
            command = (sys.executable, "-m", "bot.cli", "run")
            with self._stdout.open("ab") as out, (self.folder / "stderr.txt").open("ab") as err:
                self.process = await asyncio.create_subprocess_exec(
                    *command, cwd=self.folder, env=env, stdout=out, stderr=err
                )
        if ready:
            await self.ready()

    async def ready(self) -> None:
        """Wait until the bot says that it serves."""
        assert self.process is not None
        async with asyncio.timeout(READY_SECONDS):
            while "Leadbell is ready" not in (said := self._stdout.read_text("utf-8")):
                assert self.process.returncode is None, (said, self.stderr())
                await asyncio.sleep(0.01)

    async def exit_code(self, seconds: float = READY_SECONDS) -> int:
        """Wait for the process to end."""
        assert self.process is not None
        code = await asyncio.wait_for(self.process.wait(), seconds)
        self.process = None
        return code

    def signal(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    async def kill(self) -> None:
        """kill -9, if it runs."""
        if self.process is not None:
            if self.process.returncode is None:
                self.process.kill()
            await self.process.wait()
            self.process = None

    def stderr(self) -> str:
        """All that the processes have logged."""
        file = self.folder / "stderr.txt"
        return file.read_text("utf-8") if file.exists() else ""

    # -- several processes on one database

    def beside(self) -> Street:
        """A second process: the same stand-ins and database, a port of its own. Nothing runs yet."""
        twin = copy.copy(self)
        twin.port = free_port()
        twin.process = None
        twin.environment = {**self.environment, "PORT": str(twin.port)}
        self._stack.push_async_callback(twin.kill)
        return twin

    def answer(self) -> None:
        """Slack's requests come to this process from now on."""
        self.slack.request_url = f"http://127.0.0.1:{self.port}/slack/events"

    async def role(self) -> str:
        """Whether this process leads or follows, as it says itself."""
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{self.port}/healthz") as answer:
            said = await answer.json()
        assert answer.status == 200, said
        return str(said["role"])

    def holder(self) -> int | None:
        """The id of the process that holds the lease."""
        held = self.rows("SELECT process FROM lease WHERE holder <> ''") if self.has("lease") else []
        return int(held[0][0].split()[-2]) if held else None

    def leads(self) -> bool:
        """Whether this process holds the lease."""
        return self.process is not None and self.holder() == self.process.pid

    async def stopped(self) -> None:
        """Wait until the process was paused (SIGSTOP)."""
        assert self.process is not None
        stat = Path(f"/proc/{self.process.pid}/stat")
        await self.until(lambda: stat.read_text("ascii", "replace").rpartition(")")[2].split()[0] == "T")

    # -- the database, from outside

    def has(self, table: str) -> bool:
        """Whether there is such a table (yet)."""
        return bool(self.rows("SELECT 1 FROM sqlite_master WHERE name = ?", table))

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """What a question to the database gives."""
        outside = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        try:
            return outside.execute(sql, params).fetchall()
        finally:
            outside.close()

    def value(self, sql: str, *params: Any) -> Any:
        """The first value of the first row."""
        return self.rows(sql, *params)[0][0]

    async def until(self, met: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait, in real time and for another process; TimeoutError after ``seconds``."""
        async with asyncio.timeout(seconds):
            while not met():
                await asyncio.sleep(0.02)

    async def settled(self, leads: int, seconds: float = 25.0) -> None:
        """Wait until that many leads are stored, and nothing waits or is in doubt on its way to Slack."""

        def met() -> bool:
            return bool(
                self.value("SELECT COUNT(*) FROM leads") >= leads
                and self.value("SELECT COUNT(*) FROM outbox WHERE state <> 'sent'") == 0
            )

        await self.until(met, seconds)

    # -- what people see

    def cards(self, channel: str = "C0LEADS") -> list[Message]:
        """The lead cards in a channel, oldest first."""
        return [m for m in self.slack.workspace.messages[channel] if m.by_app and lead_of(m) and not m.thread_ts]

    def alerted(self, channel: str = "C0LEADS") -> Counter[int]:
        """How many cards each of KPro's leads (by its id there) has in a channel."""
        ids = {number: int(external) for number, external in self.rows("SELECT number, external_id FROM leads")}
        return Counter(ids[lead_of(m) or 0] for m in self.cards(channel))

    def every_lead_once(self, since: int = 0, channel: str = "C0LEADS") -> None:
        """Fail unless each lead from the ``since``-th on has exactly one card, and no other has any."""
        assert self.alerted(channel) == Counter(lead["id"] for lead in self.kpro.leads[since:])

    async def press(self, user: str, message: Message, action: str) -> Any:
        """Press a button; how the app answered."""
        block = next(b for b in message.blocks if any(e.get("action_id") == action for e in b.get("elements") or ()))
        return await self.slack.interactions.press_in_message(
            user, message.channel, message.ts, block["block_id"], action
        )

    def dms(self, user: str) -> list[Message]:
        """What Leadbell wrote to somebody."""
        channel = self.slack.workspace.open_dm(user).id
        return [m for m in self.slack.workspace.messages[channel] if m.by_app and m.only_for is None]

    def thread(self, card: Message) -> list[str]:
        """The texts below a card."""
        return [m.text for m in self.slack.workspace.thread(card)]


def lead_of(message: Message) -> int | None:
    """The number of the lead that a message's buttons carry, or ``None``."""
    for block in message.blocks:
        for element in block.get("elements") or ():
            if element.get("action_id") in ("claim", "details", "assign") and element.get("value"):
                found = json.loads(element["value"]).get("lead")
                return int(found) if found is not None else None
    return None
