"""A poll that finds nothing new reads one page, and costs the same at 1,000 stored leads as at 1,000,000."""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from bot.app import Leadbell, build_leadbell
from bot.clock import SystemClock
from bot.polling import Poller
from bot.settings import Settings, Tempo
from providers.kpro.stand_in import KproStandIn
from storage.database import Tx
from tests.benchmarks.figures import Figure, median, spread
from tests.faults.process import SECRET_KEY, TEAM, prepare

FEW, MANY = 1_000, 1_000_000
ROUNDS = 60
RECENT = 20
"""Leads within the overlap: each re-poll reads them again, and finds them known."""
MOST = 1.5

_STORED = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO leads (workspace, number, connection, external_id, fingerprint, created_at, updated_at, arrived_at,
  customer_id, first_name, last_name, email, source, stage, schemes, place, subject, details, facets, search)
SELECT ?, 10000000 + i, ?, 'old-' || i, x'0011223344556677', '2025-' || printf('%02d', 1 + i % 12) || '-'
  || printf('%02d', 1 + i % 28) || 'T10:00:' || printf('%02d', i % 60) || '.000+00:00', NULL,
  '2025-12-31T10:00:00.000+00:00', 'c' || (i / 3), 'Sofia', 'Marsh', 'sofia' || i || '@example.com', 'ZPL', 'new',
  'shared-ownership', 'Harbour Rise', 'Plot ' || i, '[]', char(10) || 'source=zpl' || char(10), 'sofia harbour rise'
FROM n
"""


class _Desk:
    """A bot that is built but not started, with that many leads stored."""

    def __init__(self, bot: Leadbell, connection: str) -> None:
        self.bot = bot
        self.poller = Poller(bot.desk, bot.desk.apis, bot.clock, bot.settings.tempo)
        self.connection = connection
        self.seconds: list[float] = []

    async def poll(self) -> None:
        began = time.perf_counter()
        await self.poller.poll(TEAM, self.connection)
        self.seconds.append(time.perf_counter() - began)


async def _desk(folder: Path, kpro: KproStandIn, url: str, stored: int) -> _Desk:
    folder.mkdir()
    path = folder / "leadbell.sqlite3"
    connection = prepare(path, key=kpro.api_key)
    settings = Settings(
        database=path,
        secret_keys=(SecretStr(SECRET_KEY),),
        provider_urls={"kpro": url},
        tempo=replace(Tempo.fast(), budget=False, poll_seconds=1e-6, sweep_seconds=86_400),
    )
    bot = await build_leadbell(settings)

    def store(tx: Tx) -> None:
        tx.conn.execute(_STORED, (stored, TEAM, connection))

    await bot.database.write(store)
    desk = _Desk(bot, connection)
    for _ in range(5):  # the recent ones are taken in, and connections are warm
        await desk.poll()
    desk.seconds.clear()
    return desk


async def _measure(few: int, many: int, rounds: int) -> list[Figure]:
    kpro = KproStandIn(now=SystemClock().now)
    url = await kpro.start()
    kpro.fill(2_000, 30)
    for n in range(RECENT):
        await kpro.arrive(created_at=datetime.now(UTC) - timedelta(seconds=n))
    with tempfile.TemporaryDirectory() as folder:
        small = await _desk(Path(folder) / "small", kpro, url, few)
        large = await _desk(Path(folder) / "large", kpro, url, many)
        kpro.requests.clear()
        for _ in range(rounds):
            await small.poll()
            await large.poll()
        calls = len(kpro.requests) / (2 * rounds)
        await small.bot.stop()
        await large.bot.stop()
    await kpro.stop()
    ratio = median(large.seconds) / median(small.seconds)
    return [
        Figure(f"a re-poll with nothing new, {few:,} stored", spread([s * 1000 for s in small.seconds], "ms", 1)),
        Figure(f"a re-poll with nothing new, {many:,} stored", spread([s * 1000 for s in large.seconds], "ms", 1)),
        Figure("  cost at many / cost at few", f"{ratio:.2f}", f"<= {MOST}", ratio <= MOST),
        Figure("  pages read by each", f"{calls:g}", "1", calls == 1),
    ]


def measure(few: int = FEW, many: int = MANY, rounds: int = ROUNDS) -> list[Figure]:
    """Polls of both in turns."""
    return asyncio.run(_measure(few, many, rounds))
