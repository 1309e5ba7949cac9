"""Slack and KPro for hundreds of workspaces, in a process of their own; they note when a lead is visible and when its
card is posted, by one clock.

``python -m tests.benchmarks.town`` prints its address once it serves. This Slack answers what a bot asks for while it
alerts, for every token; what a strict one would say is tested elsewhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from bot.clock import SystemClock
from bot.serving import serve, until_stopped
from providers.kpro.stand_in import KproStandIn
from tests.faults.process import ROOT, bare_environment

Json = dict[str, Any]


def key_of(connection: int) -> str:
    """The KPro key of the n-th connection."""
    return f"{connection:064x}"


def channel_of(connection: int) -> str:
    """The channel that is told of its leads."""
    return f"C{connection:09d}"


@contextlib.contextmanager
def town() -> Iterator[str]:
    """The process; its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.town"],
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


class Town:
    """The lead systems of all connections, and the channels of all workspaces."""

    def __init__(self) -> None:
        self.systems: dict[str, KproStandIn] = {}
        self.hanging: set[str] = set()
        self.visible: defaultdict[str, deque[float]] = defaultdict(deque)
        """By channel: when leads arrived whose cards were not posted yet."""
        self.taken: list[tuple[str, float]] = []
        """Channel, and seconds from visible to card."""
        self.posts = 0

    def system(self, key: str) -> KproStandIn:
        if key not in self.systems:
            self.systems[key] = KproStandIn(now=SystemClock().now, api_key=key, hang_seconds=600)
        return self.systems[key]

    async def leads(self, request: web.Request) -> web.StreamResponse:
        """The list of one account."""
        system = self.system(request.query.get("api_key", ""))
        system.requests.clear()
        if system.api_key in self.hanging:
            system.fault("hang")
        return await system._handle(request)

    async def slack(self, request: web.Request) -> web.StreamResponse:
        """A method of the Web API."""
        method = request.match_info["method"]
        given: Json = dict(request.query)
        if request.method == "POST":
            given |= await request.json() if "json" in request.content_type else dict(await request.post())
        channel = str(given.get("channel", ""))
        match method:
            case "chat.postMessage":
                self.posts += 1
                if self.visible[channel]:
                    self.taken.append((channel, time.monotonic() - self.visible[channel].popleft()))
                return _ok(channel=channel, ts=f"{time.time():.6f}")
            case "conversations.info":
                return _ok(channel={"id": channel, "name": "leads", "is_member": True})
            case "conversations.members":
                return _ok(members=["U0ADA"])
            case "users.info":
                return _ok(user={"id": given.get("user"), "name": "ada", "tz": "Europe/London", "is_admin": True})
            case _:
                return _ok()

    async def control(self, request: web.Request) -> web.StreamResponse:
        """What the benchmark lets happen, and what it wants to know."""
        asked = await request.json()
        match request.match_info["what"]:
            case "arrive":
                for connection in asked["connections"]:
                    await self.system(key_of(connection)).arrive()
                    self.visible[channel_of(connection)].append(time.monotonic())
            case "flood":
                system = self.system(key_of(asked["connection"]))
                for _ in range(asked["leads"]):
                    await system.arrive()
            case "hang":
                self.hanging = {key_of(connection) for connection in asked["connections"]}
            case "taken":
                waiting = sum(len(times) for times in self.visible.values())
                return web.json_response({"taken": self.taken, "waiting": waiting, "posts": self.posts})
        return web.json_response({})


def _ok(**more: Any) -> web.Response:
    return web.json_response({"ok": True, **more})


async def _main() -> None:
    made = Town()
    application = web.Application(client_max_size=32 * 1024 * 1024)
    application.router.add_route("*", "/slack/{method}", made.slack)
    application.router.add_post("/control/{what}", made.control)
    application.router.add_get("/api/bulk/open/leads", made.leads)
    runner, port = await serve(application, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{port}", flush=True)
    await until_stopped()
    for system in made.systems.values():
        system._stopping = True
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_main())
