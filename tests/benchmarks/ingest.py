"""Taking in 100,000 leads in pages of 1,000 from a local server, against the floor of the same run.

The floor is httpx + orjson + ``executemany`` of the same columns with the same indexes: nothing is validated,
compared or folded, and raw JSON is not kept. Both run in a process of their own, in turns.
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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figure, median, spread
from tests.benchmarks.server import KEY, lead_server
from tests.faults.process import ROOT, SECRET_KEY, TEAM, bare_environment, prepare

LEADS = 100_000
PAGE = 1000
ROUNDS = 3
SHARE_OF_FLOOR = 0.4
MEGABYTES = 150
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def measure(leads: int = LEADS, rounds: int = ROUNDS) -> list[Figure]:
    """Run both in turns."""
    ours: list[dict[str, float]] = []
    floor: list[dict[str, float]] = []
    with lead_server(leads) as url:
        for _ in range(rounds):
            floor.append(_child("floor", url, leads))
            ours.append(_child("bot", url, leads))
    ratio = median([f["seconds"] / o["seconds"] for f, o in zip(floor, ours, strict=True)])
    rss = max(o["megabytes"] for o in ours)
    speed = leads / median([o["seconds"] for o in ours])
    return [
        Figure(f"{leads:,} leads taken in", spread([o["seconds"] for o in ours])),
        Figure("  leads a second", f"{speed:,.0f}"),
        Figure("  the floor", spread([f["seconds"] for f in floor])),
        Figure("  share of the floor's speed", f"{ratio:.2f}", f">= {SHARE_OF_FLOOR}", ratio >= SHARE_OF_FLOOR),
        Figure("  peak memory", f"{rss:.0f} MB", f"< {MEGABYTES} MB", rss < MEGABYTES),
    ]


def _child(which: str, url: str, leads: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        answer = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.ingest", which, url, folder, str(leads)],
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


async def _bot(url: str, folder: Path, leads: int) -> None:
    """The whole bot is built; its poller reads everything as new leads."""
    from pydantic import SecretStr

    from bot.app import build_leadbell, tune_interpreter
    from bot.settings import Settings, Tempo
    from storage import connections

    path = folder / "leadbell.sqlite3"
    connection = prepare(path, key=KEY, channels=())
    settings = Settings(
        database=path,
        secret_keys=(SecretStr(SECRET_KEY),),
        provider_urls={"kpro": url},
        tempo=replace(Tempo.fast(), budget=False),
    )
    bot = await build_leadbell(settings)
    tune_interpreter()
    await bot.database.write(lambda tx: connections.start_at(tx, TEAM, connection, LONG_AGO, None))
    began = time.perf_counter()
    await bot.ringer._poller.poll(TEAM, connection)
    seconds = time.perf_counter() - began
    stored = await bot.database.read(lambda tx: tx.value("SELECT COUNT(*) FROM leads"))
    await bot.stop()
    _report(seconds, stored, leads)


# -- the floor

COLUMNS = (
    "workspace, number, connection, external_id, fingerprint, created_at, updated_at, arrived_at, external_ref, "
    "customer_id, title, first_name, last_name, email, phone, source, source_name, stage, eligibility, enquiry, "
    "schemes, place, subject, details, facets, search"
)


def _tables() -> str:
    """The table of leads and its indexes, as the product makes them."""
    schema = (ROOT / "storage" / "schema.sql").read_text("utf-8")
    table = re.search(r"CREATE TABLE leads \(.*?^\);", schema, re.S | re.M)
    assert table is not None
    indexes = re.findall(r"^CREATE (?:UNIQUE )?INDEX leads_\w+ ON leads [^;]+;", schema, re.M)
    assert indexes
    return re.sub(r",\s*FOREIGN KEY.*?CASCADE", "", table[0], flags=re.S) + "\n".join(indexes)


def _row(number: int, now: str, lead: dict[str, Any]) -> tuple[Any, ...]:
    site, listing = lead["site"], lead["listing"] or {}
    place = (lead["development"] or listing.get("Development") or {}).get("name")
    schemes = ",".join(listing.get("schemes") or ())
    phone, email, last = lead["phone"], lead["email"], lead["lastName"]
    return (
        TEAM,
        number,
        "north",
        str(lead["id"]),
        b"--------",
        lead["createdAt"],
        lead["updatedAt"],
        now,
        lead["externalRef"],
        lead["customerId"],
        lead["title"],
        lead["firstName"],
        last,
        email,
        phone,
        site["code"],
        site["name"],
        "new",
        lead["eligibilityStatus"],
        lead["enquiryType"],
        schemes,
        place,
        listing.get("name"),
        f'[["Home address","{lead["homeAddress"]}","contact"],["Message","{lead["additionalInfo"]}","contact"]]',
        f"\nsource={site['code']}\nlast={last}\nemail={email}\nscheme={schemes}\nplace={place}\nphone={phone}\n",
        f"{lead['firstName']} {listing.get('name')} {place} {site['name']} {site['code']}",
    )


def _floor(url: str, folder: Path, leads: int) -> None:
    import httpx
    import orjson

    db = sqlite3.connect(folder / "floor.sqlite3", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.executescript(_tables())
    sql = f"INSERT INTO leads ({COLUMNS}) VALUES (?{', ?' * COLUMNS.count(',')}) ON CONFLICT DO NOTHING"
    client = httpx.Client()
    now, number, page = datetime.now(UTC).isoformat(), 0, 1
    since = (LONG_AGO - timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M")
    began = time.perf_counter()
    while True:
        query: dict[str, str | int] = {
            "createdAt.gte": since,
            "sort": "createdAt",
            "page": page,
            "size": PAGE,
            "api_key": KEY,
        }
        data = orjson.loads(client.get(f"{url}/api/bulk/open/leads", params=query).content)["data"]
        db.execute("BEGIN IMMEDIATE")
        db.executemany(sql, [_row(number + n, now, lead) for n, lead in enumerate(data)])
        db.execute("COMMIT")
        number += len(data)
        page += 1
        if len(data) < PAGE or number >= leads:
            break
    seconds = time.perf_counter() - began
    _report(seconds, db.execute("SELECT COUNT(*) FROM leads").fetchone()[0], leads)


if __name__ == "__main__":
    if sys.argv[1] == "bot":
        asyncio.run(_bot(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])))
    else:
        _floor(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
