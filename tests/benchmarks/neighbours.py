"""200 workspaces with three connections each, in one process: what one that floods and ten whose systems hang do to the
others, against the same hour without them.

Leads become visible in the others at the same moments of the poll's interval in both halves, so that the moments
themselves cost nothing; people of the others type commands meanwhile. What an idle process costs is measured first,
with the usual interval of a minute.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.push import sign
from storage import connections, installations, rules
from storage.database import Database, Tx
from storage.installations import Granted
from storage.vault import Vault, check_key
from tests.benchmarks.figures import Figure, median, percentile
from tests.benchmarks.town import channel_of, key_of, town
from tests.faults.process import SECRET_KEY, SIGNING_SECRET, Street

EACH = 3
HANGING = 10
WORDS = ("help", "list unclaimed", "status")
COMMAND_GAP = 0.2
MOVES, ACK_MS, MEGABYTES, IDLE_SHARE = 0.20, 100.0, 300.0, 0.05
SETTLE_SECONDS = 120.0


@dataclass(frozen=True)
class Size:
    """How large the run is."""

    workspaces: int = 200
    flood: int = 10_000
    arrivals: int = 300
    every: int = 20
    """Seconds between two polls of a connection while leads arrive."""
    idle_seconds: float = 60.0
    rounds: int = 3
    """Intervals over which the arrivals are spread."""


@dataclass
class Half:
    """What was measured in one half of the run."""

    cards: list[float]
    acks: list[float]


def team_of(workspace: int) -> str:
    """The n-th workspace's id."""
    return f"T{workspace:09d}"


def _prepare(path: Path, size: Size, every: int) -> None:
    """Everything is installed, connected and subscribed; the first polls were a while ago."""
    database, vault, now = Database(path), Vault([SECRET_KEY]), datetime.now(UTC)

    def set_up(tx: Tx) -> None:
        check_key(tx, vault)
        for workspace in range(size.workspaces):
            team = team_of(workspace)
            granted = Granted(team, f"xoxb-{workspace}", name=f"Team {workspace}", bot_user="U0BOT", bot="B0BOT")
            installations.install(tx, team, vault, granted, now)
            for n in range(EACH):
                number = workspace * EACH + n
                made = connections.add(
                    tx,
                    team,
                    vault,
                    name=f"c{n}",
                    provider="kpro",
                    credentials={"api_key": key_of(number)},
                    settings={"poll_seconds": every},
                    by="U0ADA",
                    now=now,
                )
                assert made is not None
                connections.begin_reading(tx, team, made, now)
                connections.start_at(tx, team, made, now - timedelta(minutes=1), None)
                rules.subscribe(
                    tx,
                    team,
                    connection=made,
                    words="",
                    channel=channel_of(number),
                    masked=True,
                    approval=False,
                    approvers=[],
                    by="U0ADA",
                    now=now,
                )

    database.write_now(set_up)
    database.close()


class Run:
    """One bot with all its workspaces."""

    def __init__(self, street: Street, size: Size, url: str, session: aiohttp.ClientSession) -> None:
        self.street = street
        self.size = size
        self.url = url
        self.session = session

    async def start(self, every: int) -> None:
        """Prepare a new database, and start the bot on it."""
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.street.database}{suffix}").unlink(missing_ok=True)
        _prepare(self.street.database, self.size, every)
        await self.street.start(
            LEADBELL_TEMPO=None,
            LEADBELL_KPRO_URL=self.url,
            SLACK_API_URL=f"{self.url}/slack/",
            SLACK_BOT_TOKEN=None,
            SLACK_CLIENT_ID="1.2",
            SLACK_CLIENT_SECRET="for tests only",
        )

    def _status(self, name: str) -> float:
        assert self.street.process is not None
        status = Path(f"/proc/{self.street.process.pid}/status").read_text("ascii")
        found = re.search(rf"{name}:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) / 1024

    @property
    def most_megabytes(self) -> float:
        """The most memory that the process held so far (Linux)."""
        return self._status("VmHWM")

    def cpu_seconds(self) -> float:
        """What the process has worked so far."""
        assert self.street.process is not None
        fields = Path(f"/proc/{self.street.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / float(os.sysconf("SC_CLK_TCK"))

    async def tell(self, what: str, **asked: object) -> dict[str, object]:
        """Let something happen in the town, or ask."""
        async with self.session.post(f"{self.url}/control/{what}", json=asked) as answer:
            found: dict[str, object] = await answer.json()
            return found

    async def ask(self, workspace: int, text: str) -> float:
        """One signed command; milliseconds until it is acknowledged."""
        fields = {
            "team_id": team_of(workspace),
            "channel_id": channel_of(workspace * EACH),
            "user_id": "U0ADA",
            "command": "/leads",
            "text": text,
            "response_url": f"{self.url}/slack/respond",
            "trigger_id": "1.2.3",
        }
        body, stamp = urlencode(fields).encode(), str(int(time.time()))
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": sign(SIGNING_SECRET, stamp, body),
        }
        began = time.perf_counter()
        url = f"http://127.0.0.1:{self.street.port}/slack/events"
        async with self.session.post(url, data=body, headers=headers) as answer:
            await answer.read()
            assert answer.status == 200, answer.status
        return (time.perf_counter() - began) * 1000

    async def _commands(self, acks: list[float], draw: random.Random) -> None:
        while True:
            workspace = draw.randrange(HANGING + 1, self.size.workspaces)
            acks.append(await self.ask(workspace, draw.choice(WORDS)))
            await asyncio.sleep(COMMAND_GAP)

    async def half(self, *, flood: bool) -> Half:
        """Leads arrive in the others, people ask; ``flood``: and one floods, and ten hang."""
        draw = random.Random(7)  # the same moments in both halves
        span = self.size.every * self.size.rounds
        others = range((HANGING + 1) * EACH, self.size.workspaces * EACH)
        arrivals = sorted((draw.uniform(0, span), draw.choice(others)) for _ in range(self.size.arrivals))
        before = len(await self._taken())
        acks: list[float] = []
        await asyncio.sleep(self.size.every - time.time() % self.size.every)  # polls ring at the same moments of it
        if flood:
            await self.tell("hang", connections=list(range(EACH, (HANGING + 1) * EACH)))
            await self.tell("flood", connection=0, leads=self.size.flood)
        commands = asyncio.create_task(self._commands(acks, random.Random(3)))
        began = time.monotonic()
        for at, connection in arrivals:
            await asyncio.sleep(max(0.0, began + at - time.monotonic()))
            await self.tell("arrive", connections=[connection])
        until = time.monotonic() + SETTLE_SECONDS
        while len(taken := await self._taken()) < before + len(arrivals) and time.monotonic() < until:
            await asyncio.sleep(0.5)
        commands.cancel()
        assert len(taken) == before + len(arrivals), f"{len(taken) - before} of {len(arrivals)} cards came"
        return Half([seconds for _, seconds in taken[before:]], acks)

    async def _taken(self) -> list[tuple[str, float]]:
        found = (await self.tell("taken"))["taken"]
        assert isinstance(found, list)
        return [(str(channel), float(seconds)) for channel, seconds in found]


async def _measure(size: Size) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, town() as url:
        street = Street(Path(folder))
        await street.open()
        try:
            async with aiohttp.ClientSession() as session:
                run = Run(street, size, url, session)
                await run.start(60)
                await asyncio.sleep(min(size.idle_seconds, 60))  # the first polls, and the interpreter is warm
                worked, began = run.cpu_seconds(), time.monotonic()
                await asyncio.sleep(size.idle_seconds)
                idle = (run.cpu_seconds() - worked) / (time.monotonic() - began)
                await street.kill()
                await run.start(size.every)
                await asyncio.sleep(size.every)
                quiet = await run.half(flood=False)
                loud = await run.half(flood=True)
                most = run.most_megabytes
        finally:
            await street.close()
    q, f = median(quiet.cards), median(loud.cards)
    moved = f / q - 1
    q99, f99 = percentile(quiet.acks, 0.99), percentile(loud.acks, 0.99)
    name = f"{size.workspaces} workspaces, {size.workspaces * EACH} connections"
    return [
        Figure(f"{name}: idle, of one core", f"{idle:.1%}", f"< {IDLE_SHARE:.0%}", idle < IDLE_SHARE),
        Figure(f"from visible to card, polls every {size.every} s (median / p90)", _seconds(quiet.cards)),
        Figure(f"  while one takes in {size.flood:,} leads and {HANGING} hang", _seconds(loud.cards)),
        Figure("  the median moves by", f"{moved:+.0%}", f"< {MOVES:.0%}", moved < MOVES),
        Figure("commands acknowledged in the others (median / p99)", f"{median(quiet.acks):.1f} / {q99:.1f} ms"),
        Figure(
            f"  while one floods and {HANGING} hang ({len(loud.acks)})",
            f"{median(loud.acks):.1f} / {f99:.1f} ms",
            f"p99 < {ACK_MS:.0f} ms",
            f99 < ACK_MS,
        ),
        Figure("the most memory held", f"{most:.0f} MB", f"< {MEGABYTES:.0f} MB", most < MEGABYTES),
    ]


def _seconds(cards: list[float]) -> str:
    return f"{median(cards):.2f} / {percentile(cards, 0.9):.2f} s"


def measure(size: Size | None = None) -> list[Figure]:
    """Both halves in one run."""
    return asyncio.run(_measure(size or Size()))


QUICK = Size(workspaces=30, flood=1_000, arrivals=40, every=10, idle_seconds=15, rounds=1)
