"""Taking in 100,000 leads of each lead system from a local server, against the floor of the same run.

The floor is httpx + orjson + ``executemany`` of the same columns with the same indexes, in the largest pages that the
API gives (KPro 1,000, Lofty 100): nothing is validated, compared or folded, and raw JSON is not kept. Both run in a
process of their own, in turns. The target is KPro's: a page of Lofty's is a tenth as large, so most of its floor is
one call after the other, and its share is for comparing runs.
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
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import orjson

from providers.lofty import DEMO_API_KEY as LOFTY_KEY
from providers.provider import Provider, discover
from providers.student import DEMO_API_TOKEN as STUDENT_TOKEN
from providers.student.graphql import GET_LEADS
from tests.benchmarks.figures import Figure, median, spread
from tests.benchmarks.server import KEY, lead_server
from tests.faults.process import ROOT, SECRET_KEY, TEAM, bare_environment, prepare

LEADS = 100_000
KEYS = {"kpro": KEY, "lofty": LOFTY_KEY, "student": STUDENT_TOKEN}
PAGES = {"kpro": 1000, "lofty": 100, "student": 50}
ROUNDS = 3
SHARE_OF_FLOOR = 0.4
MEGABYTES = 150
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def measure(leads: int = LEADS, rounds: int = ROUNDS) -> list[Figure]:
    """Every lead system's list."""
    return [figure for provider in PAGES for figure in _measure(provider, leads, rounds)]


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
    gates = provider == "kpro"
    return [
        Figure(f"{leads:,} leads of {provider} in pages of {PAGES[provider]:,}", spread([o["seconds"] for o in ours])),
        Figure("  leads a second", f"{speed:,.0f}"),
        Figure("  the floor", spread([f["seconds"] for f in floor])),
        _figure("  share of the floor's speed", f"{ratio:.2f}", f">= {SHARE_OF_FLOOR}", ratio >= SHARE_OF_FLOOR, gates),
        _figure("  peak memory", f"{rss:.0f} MB", f"< {MEGABYTES} MB", rss < MEGABYTES, gates),
    ]


def _figure(name: str, value: str, target: str, met: bool, gates: bool) -> Figure:
    return Figure(name, value, target, met) if gates else Figure(name, value)


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
    from bot.settings import Settings, Tempo
    from storage import connections

    path = folder / "leadbell.sqlite3"
    connection = prepare(path, key=KEYS[provider], provider=provider, channels=())
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


def _kpro_row(number: int, now: str, lead: dict[str, Any]) -> tuple[Any, ...]:
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


def _lofty_row(number: int, now: str, lead: dict[str, Any]) -> tuple[Any, ...]:
    emails, phones = lead["emails"] or [None], lead["phones"] or [None]
    source, stage, last = lead["source"], lead["stage"], lead["lastName"]
    inquiry = (lead["leadInquiry"] or {}) if isinstance(lead["leadInquiry"], dict) else {}
    kinds, place = ",".join(map(str, lead["leadTypes"] or ())), lead["city"]
    subject = f"{inquiry.get('bedroomsMin')} bed · {inquiry.get('priceMin')}"
    tags = ", ".join(tag["tagName"] for tag in lead["tags"])
    return (
        TEAM,
        number,
        "north",
        str(lead["leadId"]),
        b"--------",
        lead["createTime"],
        lead["lastUpdateTime"],
        now,
        None,
        str(lead["leadUserId"]),
        None,
        lead["firstName"],
        last,
        emails[0],
        phones[0],
        source,
        source,
        "new",
        None,
        kinds,
        "",
        place,
        subject,
        f'[["Tags","{tags}","public"],["Score","{lead["score"]}","public"]]',
        f"\nsource={source}\nlast={last}\nemail={emails[0]}\nstage={stage}\nplace={place}\nphone={phones[0]}\n",
        f"{lead['firstName']} {subject} {place} {source}",
    )


def _student_row(number: int, now: str, lead: dict[str, Any]) -> tuple[Any, ...]:
    place, subject, stage, enquiry = lead["propertyName"], lead["roomName"], lead["stage"], lead["bookingJourney"]
    return (
        TEAM,
        number,
        "north",
        lead["referenceId"],
        b"--------",
        lead["createdAt"],
        None,
        now,
        lead["id"],
        lead["studentId"],
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        "new",
        None,
        enquiry,
        "",
        place,
        subject,
        f'[["Billing cycle","{lead["billingCycle"]}","public"]]',
        f"\nstage={stage}\nenquiry={enquiry}\nplace={place}\n",
        f"{subject} {place} {enquiry}",
    )


Listed = Callable[[httpx.Client, str], Iterator[list[dict[str, Any]]]]


def _kpro_pages(client: httpx.Client, url: str) -> Iterator[list[dict[str, Any]]]:
    since = (LONG_AGO - timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M")
    for page in count(1):
        query: dict[str, str | int] = {
            "createdAt.gte": since,
            "sort": "createdAt",
            "page": page,
            "size": PAGES["kpro"],
            "api_key": KEY,
        }
        data = orjson.loads(client.get(f"{url}/api/bulk/open/leads", params=query).content)["data"]
        yield data
        if len(data) < PAGES["kpro"]:
            return


def _lofty_pages(client: httpx.Client, url: str) -> Iterator[list[dict[str, Any]]]:
    client.headers.update({"Authorization": f"token {KEYS['lofty']}", "Content-Type": "application/json"})
    place: dict[str, str | int] = {"offset": 0}
    while True:
        query = {"leadCreateTime": f"{LONG_AGO:%Y-%m-%d %H:%M:%S}", "limit": PAGES["lofty"], **place}
        answer = orjson.loads(client.get(f"{url}/v1.0/leads/createTime", params=query).content)
        yield answer["leads"]
        if len(answer["leads"]) < PAGES["lofty"]:
            return
        place = {"scrollId": answer["_metadata"]["scrollId"]}


def _student_pages(client: httpx.Client, url: str) -> Iterator[list[dict[str, Any]]]:
    client.headers.update({"x-api-token": KEYS["student"], "Content-Type": "application/json"})
    for number in count(1):
        given = {"pageNumber": number, "pageSize": PAGES["student"], "createdFrom": f"{LONG_AGO:%Y-%m-%d}"}
        asked = {"query": GET_LEADS.text(given, {}), "variables": given}
        answer = orjson.loads(client.post(f"{url}/graphql", content=orjson.dumps(asked)).content)
        leads = answer["data"]["getLeads"]["leads"]
        yield leads
        if len(leads) < PAGES["student"]:
            return


FLOORS: dict[str, tuple[Listed, Callable[[int, str, dict[str, Any]], tuple[Any, ...]]]] = {
    "kpro": (_kpro_pages, _kpro_row),
    "lofty": (_lofty_pages, _lofty_row),
    "student": (_student_pages, _student_row),
}


def _floor(provider: str, url: str, folder: Path, leads: int) -> None:
    db = sqlite3.connect(folder / "floor.sqlite3", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.executescript(_tables())
    sql = f"INSERT INTO leads ({COLUMNS}) VALUES (?{', ?' * COLUMNS.count(',')}) ON CONFLICT DO NOTHING"
    pages, row = FLOORS[provider]
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
