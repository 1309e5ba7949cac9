"""How soon a real ``leadbell run`` is ready, what it holds when idle, and how soon a lead is a card (fast tempo)."""

from __future__ import annotations

import asyncio
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.figures import Figure, median, percentile, spread
from tests.faults.process import Street, prepare

STARTS = 5
ARRIVALS = 20
READY_SECONDS, IDLE_MEGABYTES, CARD_SECONDS = 2.0, 120.0, 5.0


def _resident(pid: int) -> float:
    """Megabytes of memory (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def _bare_seconds() -> float:
    """The floor: an interpreter that imports Bolt, httpx and pydantic, and ends."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import slack_bolt.async_app, httpx, pydantic"], check=True)
    return time.perf_counter() - began


async def _measure(starts: int, arrivals: int) -> list[Figure]:
    draw = random.Random(1)
    ready: list[float] = []
    bare: list[float] = []
    resident: list[float] = []
    cards: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        street = Street(Path(folder))
        await street.open()
        try:
            prepare(street.database, key=street.kpro.api_key)
            for _ in range(starts):
                bare.append(await asyncio.to_thread(_bare_seconds))
                began = time.perf_counter()
                await street.start()
                ready.append(time.perf_counter() - began)
                await asyncio.sleep(2.5)
                assert street.process is not None
                resident.append(_resident(street.process.pid))
                await street.kill()
            await street.start()
            for n in range(arrivals):
                await asyncio.sleep(draw.uniform(0.1, 1.5))
                began = time.perf_counter()
                await street.kpro.arrive()
                await street.slack.until(lambda n=n: len(street.cards()) > n, 30)  # type: ignore[misc]
                cards.append(time.perf_counter() - began)
        finally:
            await street.close()
    return [
        Figure("ready to serve", spread(ready), f"about {READY_SECONDS:.0f} s", median(ready) <= READY_SECONDS * 1.25),
        Figure("  ready / importing its libraries alone", f"{median(ready) / median(bare):.1f}"),
        Figure("  memory when idle", spread(resident, "MB", 0), f"< {IDLE_MEGABYTES:.0f} MB", max(resident) < 120),
        Figure(
            "from visible at KPro to a card, --fast (median / p90)",
            f"{median(cards):.2f} / {percentile(cards, 0.9):.2f} s",
            f"< {CARD_SECONDS:.0f} s",
            median(cards) < CARD_SECONDS,
        ),
    ]


def measure(starts: int = STARTS, arrivals: int = ARRIVALS) -> list[Figure]:
    """Starts and arrivals, one after the other."""
    return asyncio.run(_measure(starts, arrivals))
