"""A slash command is acknowledged while one connection hangs and another takes in 100,000 leads; against an idle bot.

Both are a real ``leadbell run``; requests are signed here and posted one after the other.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.push import sign
from storage import connections
from storage.database import Database, Tx
from storage.vault import Vault
from tests.benchmarks.figures import Figure, median, percentile
from tests.benchmarks.server import KEY, SILENT_KEY, lead_server
from tests.faults.process import SECRET_KEY, SIGNING_SECRET, TEAM, Street, prepare

LEADS = 100_000
ROUNDS = 2
IDLE_COMMANDS = 300
MEDIAN_MS, P99_MS = 20.0, 100.0
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WORDS = ("help", "list unclaimed", "status")


def _prepare(street: Street, *, busy: bool) -> None:
    """An idle desk; or one with a connection that has everything before it, and one that hangs."""
    held = prepare(street.database, key=KEY, channels=())
    if not busy:
        return
    database, vault = Database(street.database), Vault([SECRET_KEY])

    def add_silent(tx: Tx) -> None:
        connections.start_at(tx, TEAM, held, LONG_AGO, None)
        now = datetime.now(UTC)
        connections.add(
            tx,
            TEAM,
            vault,
            name="silent",
            provider="kpro",
            credentials={"api_key": SILENT_KEY},
            settings={},
            by="U0ADA",
            now=now,
        )

    database.write_now(add_silent)
    database.close()


async def _ask(session: aiohttp.ClientSession, url: str, text: str) -> float:
    """One signed command; milliseconds until it is acknowledged."""
    fields = {
        "team_id": TEAM,
        "channel_id": "C0LEADS",
        "channel_name": "leads",
        "user_id": "U0ZOE",
        "user_name": "zoe",
        "command": "/leads",
        "text": text,
        "response_url": "http://127.0.0.1:9/respond/none",
        "trigger_id": "1.2.3",
    }
    body, stamp = urlencode(fields).encode(), str(int(time.time()))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": sign(SIGNING_SECRET, stamp, body),
    }
    began = time.perf_counter()
    async with session.post(url, data=body, headers=headers) as answer:
        await answer.read()
        assert answer.status == 200, answer.status
    return (time.perf_counter() - began) * 1000


async def _round(server: str, *, busy: bool, leads: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {word: [] for word in WORDS}
    with tempfile.TemporaryDirectory() as folder:
        street = Street(Path(folder))
        await street.open()
        try:
            _prepare(street, busy=busy)
            await street.start(LEADBELL_TEMPO="flood", LEADBELL_KPRO_URL=server if busy else "http://127.0.0.1:9")
            url = f"http://127.0.0.1:{street.port}/slack/events"
            async with aiohttp.ClientSession() as session:
                for word in WORDS:
                    await _ask(session, url, word)  # warm
                n = 0
                while street.value("SELECT COUNT(*) FROM leads") < leads if busy else n < IDLE_COMMANDS:
                    for word in WORDS * 5:
                        taken[word].append(await _ask(session, url, word))
                        n += 1
        finally:
            await street.close()
    return taken


async def _measure(leads: int, rounds: int) -> list[Figure]:
    idle: dict[str, list[float]] = {word: [] for word in WORDS}
    busy: dict[str, list[float]] = {word: [] for word in WORDS}
    with lead_server(leads) as server:
        for _ in range(rounds):
            for taken, is_busy in ((idle, False), (busy, True)):
                for word, found in (await _round(server, busy=is_busy, leads=leads)).items():
                    taken[word] += found
    figures = []
    for word in WORDS:
        i50, b50 = median(idle[word]), median(busy[word])
        i99, b99 = percentile(idle[word], 0.99), percentile(busy[word], 0.99)
        figures += [
            Figure(
                f"/leads {word}: acknowledged, idle (median / p99 of {len(idle[word])})", f"{i50:.1f} / {i99:.1f} ms"
            ),
            Figure(
                f"  while one lead system hangs and {leads:,} leads come in ({len(busy[word])})",
                f"{b50:.1f} / {b99:.1f} ms",
                f"{MEDIAN_MS:.0f} / {P99_MS:.0f} ms",
                b50 <= MEDIAN_MS and b99 <= P99_MS,
            ),
            Figure("  busy / idle at the median", f"{b50 / i50:.1f}"),
        ]
    return figures


def measure(leads: int = LEADS, rounds: int = ROUNDS) -> list[Figure]:
    """Idle and busy bots in turns."""
    return asyncio.run(_measure(leads, rounds))
