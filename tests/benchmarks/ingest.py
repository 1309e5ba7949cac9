"""Taking in 100,000 leads of each lead system from a local server, against the floor of the same run.

The floor is httpx + orjson + ``executemany`` of the same columns with the same indexes, in the largest pages that the
API gives: nothing is validated, compared or folded, and raw JSON is not kept. Both run in a process of their own, in
turns. The time includes the lead system's stand-in, which is slower than a file server where it checks every call as
strictly as the tests want it.
"""

from __future__ import annotations

import asyncio
import json
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from providers.provider import Provider, discover
from tests.benchmarks.figures import Figure, median, spread
from tests.benchmarks.floors import COLUMNS, FLOORS, LONG_AGO
from tests.benchmarks.server import lead_server
from tests.faults.process import ROOT, SECRET_KEY, TEAM, bare_environment, prepare

LEADS = 100_000
ROUNDS = 3
SHARE_OF_FLOOR = 0.4
MEGABYTES = 150


def measure(leads: int = LEADS, rounds: int = ROUNDS) -> list[Figure]:
    """Every lead system's list."""
    return [figure for provider in FLOORS for figure in _measure(provider, leads, rounds)]


def _measure(provider: str, leads: int, rounds: int) -> list[Figure]:
    """Run both in turns."""
    ours: list[dict[str, float]] = []
    floor: list[dict[str, float]] = []
    with lead_server(leads, provider) as url:
        for _ in range(rounds):
            floor.append(_child("floor", provider, url, leads))
            ours.append(_child("bot", provider, url, leads))
    ratio = median([f["seconds"] / o["seconds"] for f, o in zip(floor, ours, strict=True)])
    rss = max(o["megabytes"] for o in ours)
    speed = leads / median([o["seconds"] for o in ours])
    size = FLOORS[provider].size
    return [
        Figure(f"{leads:,} leads of {provider} in pages of {size:,}", spread([o["seconds"] for o in ours])),
        Figure("  leads a second", f"{speed:,.0f}"),
        Figure("  the floor", spread([f["seconds"] for f in floor])),
        Figure("  share of the floor's speed", f"{ratio:.2f}", f">= {SHARE_OF_FLOOR}", ratio >= SHARE_OF_FLOOR),
        Figure("  peak memory", f"{rss:.0f} MB", f"< {MEGABYTES} MB", rss < MEGABYTES),
    ]


def _child(which: str, provider: str, url: str, leads: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        answer = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.ingest", which, provider, url, folder, str(leads)],
            cwd=ROOT,
            env=bare_environment(),
            check=True,
            stdout=subprocess.PIPE,
        )
    found: dict[str, float] = json.loads(answer.stdout)
    return found


def _report(seconds: float, stored: int, leads: int) -> None:
    assert stored == leads, (stored, leads)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": peak}))


# -- the bot


def _list_only(provider: Provider) -> Provider:
    """Its list is measured, not what is asked lead by lead afterwards."""
    return replace(provider, feed=replace(provider.feed, complete=None, follows=None))


async def _bot(provider: str, url: str, folder: Path, leads: int) -> None:
    """The whole bot is built; its poller reads everything as new leads."""
    from pydantic import SecretStr

    from bot.app import build_leadbell, tune_interpreter
    from bot.polling import Poller
    from bot.settings import Settings, Tempo
    from storage import connections

    path = folder / "leadbell.sqlite3"
    accepted = discover()[provider].stand_in_credentials
    secret = {name: value.replace("{url}", url) for name, value in accepted.items()}
    connection = prepare(path, credentials=secret, provider=provider, channels=())
    settings = Settings(
        database=path,
        secret_keys=(SecretStr(SECRET_KEY),),
        provider_urls={provider: url},
        tempo=replace(Tempo.fast(), budget=False),
    )
    bot = await build_leadbell(settings, providers={provider: _list_only(discover()[provider])})
    tune_interpreter()
    await bot.database.write(lambda tx: connections.start_at(tx, TEAM, connection, LONG_AGO, None))
    began = time.perf_counter()
    await Poller(bot.desk, bot.desk.apis, bot.clock, settings.tempo).poll(TEAM, connection)
    seconds = time.perf_counter() - began
    stored = await bot.database.read(lambda tx: tx.value("SELECT COUNT(*) FROM leads"))
    await bot.stop()
    _report(seconds, stored, leads)


# -- the floor


def _tables() -> str:
    """The table of leads and its indexes, as the product makes them."""
    schema = (ROOT / "storage" / "schema.sql").read_text("utf-8")
    table = re.search(r"CREATE TABLE leads \(.*?^\);", schema, re.S | re.M)
    assert table is not None
    indexes = re.findall(r"^CREATE (?:UNIQUE )?INDEX leads_\w+ ON leads [^;]+;", schema, re.M)
    assert indexes
    return re.sub(r",\s*FOREIGN KEY.*?CASCADE", "", table[0], flags=re.S) + "\n".join(indexes)


def _floor(provider: str, url: str, folder: Path, leads: int) -> None:
    db = sqlite3.connect(folder / "floor.sqlite3", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.executescript(_tables())
    sql = f"INSERT INTO leads ({COLUMNS}) VALUES (?{', ?' * COLUMNS.count(',')}) ON CONFLICT DO NOTHING"
    bare = FLOORS[provider]
    pages, row = bare.pages, bare.row
    now, number = datetime.now(UTC).isoformat(), 0
    began = time.perf_counter()
    for data in pages(httpx.Client(), url):
        db.execute("BEGIN IMMEDIATE")
        db.executemany(sql, [row(number + n, now, lead) for n, lead in enumerate(data)])
        db.execute("COMMIT")
        number += len(data)
        if number >= leads:
            break
    seconds = time.perf_counter() - began
    _report(seconds, db.execute("SELECT COUNT(*) FROM leads").fetchone()[0], leads)


if __name__ == "__main__":
    _which, _provider, _url, _folder, _leads = sys.argv[1:]
    if _which == "bot":
        asyncio.run(_bot(_provider, _url, Path(_folder), int(_leads)))
    else:
        _floor(_provider, _url, Path(_folder), int(_leads))
