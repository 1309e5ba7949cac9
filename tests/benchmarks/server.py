"""A lead system's stand-in in a process of its own, filled with many leads, so that serving costs the other core.

``python -m tests.benchmarks.server COUNT PROVIDER`` prints its address once it serves. A call with :data:`SILENT_KEY`
is never answered by KPro: a lead system that hangs.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from bot.clock import SystemClock
from bot.serving import serve, until_stopped
from providers.kpro import DEMO_API_KEY
from providers.kpro.stand_in import KproStandIn
from providers.lofty.stand_in import LoftyStandIn
from providers.provider import discover
from tests.faults.process import ROOT, bare_environment

KEY = DEMO_API_KEY
SILENT_KEY = "51e47" * 12 + "51e4"
DAYS = 90
UNLIMITED = 1_000_000
"""Calls a minute that Lofty's stand-in allows: its real limits would be all that is measured."""


@contextlib.contextmanager
def lead_server(count: int, provider: str = "kpro") -> Iterator[str]:
    """A server with that many leads; its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.server", str(count), provider],
        cwd=ROOT,
        env=bare_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(20)


class _Server(KproStandIn):
    """The stand-in, and silence for one key."""

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("api_key") == SILENT_KEY:
            await self._hang(request)
        self.requests.clear()
        return await super()._handle(request)


class _LoftyServer(LoftyStandIn):
    """The stand-in, which keeps no list of the calls."""

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.clear()
        return await super()._handle(request)


def _standin(provider: str) -> Any:
    now = SystemClock().now
    match provider:
        case "kpro":
            return _Server(now=now, api_key=KEY, hang_seconds=600)
        case "lofty":
            return _LoftyServer(now=now, per_minute=UNLIMITED)
        case _:
            return discover()[provider].stand_in(now)


async def _main(count: int, provider: str) -> None:
    standin = _standin(provider)
    if count:
        standin.fill(count, DAYS)
    runner, port = await serve(standin.application(), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{port}", flush=True)
    await until_stopped()
    standin._stopping = True
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), sys.argv[2]))
