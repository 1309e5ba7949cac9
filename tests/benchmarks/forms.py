"""How soon the palette answers, and how soon the largest form is built, from local data."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from pydantic import BaseModel

from commands.forms.draft import Draft, leaves
from commands.forms.fields import Kind, fields_of
from commands.forms.values import Nobody
from commands.palette import Entry, entries, search
from commands.views import doing
from providers.provider import Provider, discover
from storage.records import Connection, Person
from tests.benchmarks.figures import Figure, median

ROUNDS = 200
CONNECTIONS = 10
SEARCH_SECONDS, FORM_SECONDS, IMPORT_SECONDS = 0.1, 0.03, 0.3
WORDS = ("", "t", "ta", "task", "add no", "lead", "north ed", "zzz")


def _seconds(work: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return median(taken)


def _connections(provider: Provider) -> list[Connection]:
    blank: dict[str, Any] = dict.fromkeys(Connection.__dataclass_fields__)
    return [
        Connection(**(blank | {"connection": f"c{n}", "name": f"north {n}", "provider": provider.slug}))
        for n in range(CONNECTIONS)
    ]


def _imported(names: str) -> float:
    """Seconds that a fresh interpreter takes to import."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {names}"], check=True)
    return time.perf_counter() - began


def measure(rounds: int = ROUNDS) -> list[Figure]:
    """The figures."""
    ada = Person("T1", "U1", "Ada", True, False, False, "America/New_York", None, datetime(2026, 11, 24, tzinfo=UTC))
    providers = discover()
    held = [c for p in providers.values() for c in _connections(p)]
    found = entries(held, providers, ada)
    slowest = max(_seconds(lambda w=word: search(entries(held, providers, ada), w, [], 100), rounds) for word in WORDS)
    listing = _seconds(lambda: [e for e in found], rounds)  # noqa: C416  (the floor: walking the same list once)

    def unfolded(model: type[BaseModel], draft: Draft, at: str = "") -> Draft:
        for asked in fields_of(model):
            place = f"{at}{asked.name}"
            draft.opened += [f"{at}#{asked.group}"] if asked.group else []
            if asked.kind is Kind.MODEL and asked.model:
                draft.opened.append(place)
                unfolded(asked.model, draft, f"{place}/")
            elif asked.kind is Kind.ROWS and asked.model:
                draft.add_row(place)
                unfolded(asked.model, draft, f"{place}/1/")
        return draft

    def inputs(entry: Entry) -> int:
        return len(list(leaves(entry.action.params, unfolded(entry.action.params, Draft()))))

    def build(entry: Entry) -> dict[str, Any]:
        return doing.form(entry, unfolded(entry.action.params, Draft()), "d1", Nobody(), about=None)

    largest = max(found, key=inputs)
    by_hand: Callable[[], object] = eval(f"lambda: {orjson.loads(orjson.dumps(build(largest)))!r}")
    built, floor = _seconds(lambda: build(largest), rounds), _seconds(by_hand, rounds)
    bare = median([_imported("providers.provider, commands.registry") for _ in range(5)])
    whole = median(
        [_imported("providers.provider, commands.registry; providers.provider.discover()") for _ in range(5)]
    )
    return [
        _below(f"palette search over {len(found)} actions, slowest of {len(WORDS)}", slowest, SEARCH_SECONDS),
        Figure("palette search, of walking the same list", f"{slowest / listing:.0f} x"),
        _below(f"form of {largest.action.name}, {inputs(largest)} inputs", built, FORM_SECONDS),
        Figure("form, of the same blocks written out by hand", f"{built / floor:.0f} x"),
        _below("importing all declarations", whole - bare, IMPORT_SECONDS),
    ]


def _below(name: str, seconds: float, most: float) -> Figure:
    return Figure(name, f"{seconds * 1000:.1f} ms", f"< {most * 1000:.0f} ms", seconds < most)
