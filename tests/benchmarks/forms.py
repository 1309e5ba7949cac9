"""How soon the palette answers, and how soon the largest form is built, from local data.

The palette is asked as Slack asks it, through :func:`commands.act.options` of a bot that is built, with connections and
recent actions in its database. A form is built with all of its sections unfolded; the floor is the same blocks written
out by hand.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, SecretStr

from bot.app import build_leadbell
from bot.settings import Settings
from commands import act
from commands.forms.draft import Draft, leaves
from commands.forms.fields import Kind, fields_of
from commands.forms.values import Nobody
from commands.palette import Entry, entries
from commands.verb import Request
from commands.views import doing
from providers.provider import Provider, discover
from storage import connections, drafts
from storage.database import Database, Tx
from storage.records import Connection, Person
from storage.vault import Vault
from tests.benchmarks.figures import Figure, median, percentile
from tests.faults.process import ROOT, SECRET_KEY, TEAM, prepare

ROUNDS = 200
STARTS = 9
CONNECTIONS = ("lofty", "lofty", "lofty", "kpro")
"""Beside KPro's that every prepared database has: five in all."""
SEARCH_SECONDS, FORM_SECONDS, IMPORT_SECONDS = 0.1, 0.03, 0.3
WORDS = ("", "t", "ta", "task", "add no", "lead", "north ed", "zzz")
LEAD_EDIT = "edit-lead"
ADA = Person(TEAM, "U0ADA", "Ada", True, False, False, "America/New_York", None, datetime(2026, 11, 24, tzinfo=UTC))


def measure(rounds: int = ROUNDS) -> list[Figure]:
    """The figures."""
    return [*asyncio.run(_palette(rounds)), *_forms(rounds), *_declarations()]


# ------------------------------------------------------------------------------------------ the palette


def _connect(path: Path) -> None:
    """Five connections, and what Ada ran last."""
    first = prepare(path, key="0" * 64, channels=())
    database, vault, now = Database(path), Vault([SECRET_KEY]), datetime.now(UTC)

    def add(tx: Tx) -> None:
        held = [first]
        for n, provider in enumerate(CONNECTIONS):
            made = connections.add(
                tx,
                TEAM,
                vault,
                name=f"office {n}",
                provider=provider,
                credentials={"api_key": "0" * 64},
                settings={},
                by=ADA.person,
                now=now,
            )
            assert made is not None
            held.append(made)
        for action in ("get-lead", "add-task", "add-note", "edit-lead"):
            drafts.ran(tx, TEAM, ADA.person, held[1], action, now)

    try:
        database.write_now(add)
    finally:
        database.close()


async def _palette(rounds: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leadbell.sqlite3"
        _connect(path)
        bot = await build_leadbell(Settings(database=path, secret_keys=(SecretStr(SECRET_KEY),)))
        try:
            taken: dict[str, list[float]] = {word: [] for word in WORDS}
            for _ in range(rounds):
                for word in WORDS:
                    began = time.perf_counter()
                    offered = await act.options(bot.desk, Request(TEAM, ADA, text=word), "")
                    taken[word].append(time.perf_counter() - began)
                    assert bool(offered) == (word != "zzz"), word
        finally:
            await bot.stop()
    slowest = max(WORDS, key=lambda word: median(taken[word]))
    name = f"palette search, {len(CONNECTIONS) + 1} connections, slowest of {len(WORDS)} words"
    every = [seconds for each in taken.values() for seconds in each]
    return [
        _below(name, median(taken[slowest]), SEARCH_SECONDS),
        Figure("  99th percentile of all", f"{percentile(every, 0.99) * 1000:.1f} ms"),
    ]


# ---------------------------------------------------------------------------------------------- forms


def _unfolded(model: type[BaseModel], draft: Draft, at: str = "") -> Draft:
    """Everything is open: groups, records, and a row of each list."""
    for asked in fields_of(model):
        place = f"{at}{asked.name}"
        draft.opened += [f"{at}#{asked.group}"] if asked.group else []
        if asked.kind is Kind.MODEL and asked.model:
            draft.opened.append(place)
            _unfolded(asked.model, draft, f"{place}/")
        elif asked.kind is Kind.ROWS and asked.model:
            draft.add_row(place)
            _unfolded(asked.model, draft, f"{place}/1/")
    return draft


def _inputs(entry: Entry) -> int:
    return len(list(leaves(entry.action.params, _unfolded(entry.action.params, Draft()))))


def _build(entry: Entry) -> dict[str, Any]:
    return doing.form(entry, _unfolded(entry.action.params, Draft()), "d1", Nobody(), about=None)


def _forms(rounds: int) -> list[Figure]:
    """The form of the most inputs, and that of editing a lead."""
    providers = discover()
    found = entries([_connection(p) for p in providers.values()], providers, ADA)
    edit = next(e for e in found if e.action.name == LEAD_EDIT)
    largest = max(found, key=_inputs)
    return [figure for entry in dict.fromkeys((largest, edit)) for figure in _form(entry, rounds)]


def _connection(provider: Provider) -> Connection:
    blank: dict[str, Any] = dict.fromkeys(Connection.__dataclass_fields__)
    return Connection(**(blank | {"connection": provider.slug, "name": "north", "provider": provider.slug}))


def _form(entry: Entry, rounds: int) -> list[Figure]:
    view = _build(entry)
    by_hand: Callable[[], object] = eval(f"lambda: {orjson.loads(orjson.dumps(view))!r}")
    built, floor = _seconds(lambda: _build(entry), rounds), _seconds(by_hand, rounds)
    name = f"form of {entry.action.name}: {_inputs(entry)} inputs, {len(view['blocks'])} blocks on its page"
    return [
        _below(name, built, FORM_SECONDS),
        Figure("  of the same blocks written out by hand", f"{built / floor:.0f} x"),
    ]


def _seconds(work: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return median(taken)


# --------------------------------------------------------------------------------------- declarations

_BARE = "import bot.app, providers.provider"
_WHOLE = f"{_BARE}; providers.provider.discover()"


def _declarations() -> list[Figure]:
    """How much longer a fresh interpreter takes with them, in turns. A busy machine stretches the first figure."""
    waited, worked = [], []
    for _ in range(STARTS):
        bare, whole = _start(_BARE), _start(_WHOLE)
        waited.append(whole[0] - bare[0])
        worked.append(whole[1] - bare[1])
    return [
        _below("importing all declarations, beside the bot's own modules", median(waited), IMPORT_SECONDS),
        Figure("  of that, processor time", f"{median(worked) * 1000:.1f} ms"),
    ]


def _start(code: str) -> tuple[float, float]:
    """Seconds, and seconds of processor time, that a fresh interpreter takes."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _below(name: str, seconds: float, most: float) -> Figure:
    return Figure(name, f"{seconds * 1000:.1f} ms", f"< {most * 1000:.0f} ms", seconds < most)
