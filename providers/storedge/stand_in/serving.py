"""Serving the stand-in, and spoiling its answers."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from typing import Any, Final
from urllib.parse import unquote

from aiohttp import web

from providers.storedge.stand_in.answering import WORDS

FAULTS: Final = frozenset(
    {"401", "429", "500", "503", "html", "truncated", "hang", "slow", "refuse", "withhold", "empty"}
    | {"hidden-401", "hidden-404", "hidden-422", "hidden-429", "hidden-500"}
)
"""What :meth:`StoredgeStandIn.fault` can do to a call; a hidden one stands in ``meta.status_code`` of a 200 only."""
_HTML: Final = "<!DOCTYPE html><html><head><title>storEDGE</title></head><body><h1>{}</h1></body></html>"


class Served(ABC):
    """A server whose next calls may be made to fail. ``slow_seconds`` and ``hang_seconds`` are how long that takes."""

    def __init__(self, slow_seconds: float, hang_seconds: float) -> None:
        self.requests: list[tuple[str, str]] = []
        """Method and path?query, decoded, of every call, also of those that failed."""
        self._slow_seconds = slow_seconds
        self._hang_seconds = hang_seconds
        self._faults: deque[str] = deque()
        self._runner: web.AppRunner | None = None
        self._stopping = False

    @abstractmethod
    async def _answer(self, request: web.Request) -> web.Response:
        """The answer where nothing spoils it."""

    @abstractmethod
    def _failed(
        self, request: web.Request, status: int, message: str, sent: Any = None, *, hidden: bool = False
    ) -> web.Response:
        """A refusal; ``hidden``: HTTP says 200."""

    @abstractmethod
    def _empty(self, request: web.Request) -> web.Response:
        """A list without anything."""

    def fault(self, kind: str, count: int = 1) -> None:
        """Let the next ``count`` calls fail in one of the :data:`FAULTS`; those asked for earlier come first."""
        if kind not in FAULTS:
            raise ValueError(f"No fault {kind}; there are {', '.join(sorted(FAULTS))}")
        self._faults.extend([kind] * count)

    def clear_faults(self) -> None:
        """Forget the faults that are still to come."""
        self._faults.clear()

    # -- serving

    def application(self) -> web.Application:
        """The web application."""
        application = web.Application(client_max_size=4 * 1024 * 1024)
        application.router.add_route("*", "/{path:.*}", self._handle)
        return application

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serve until :meth:`stop`; gives the base URL."""
        if self._runner is not None:
            raise RuntimeError("The stand-in is serving already")
        self._stopping = False
        runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        self._runner = runner
        await web.TCPSite(runner, host, port).start()
        return f"http://{host}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop serving; calls that hang are let go."""
        self._stopping = True
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        """One call: note it, spoil it if a fault is due, else answer it."""
        self.requests.append((request.method, unquote(request.raw_path)))
        kind = self._faults.popleft() if self._faults else None
        match kind:
            case None:
                return await self._answer(request)
            case "401" | "429" | "500":
                return self._failed(request, int(kind), WORDS[int(kind)])
            case "503":
                return web.Response(status=503, text=_HTML.format("Be right back."), content_type="text/html")
            case "html":
                return web.Response(text=_HTML.format("Sign in"), content_type="text/html")
            case "empty":
                return self._empty(request)
            case "slow":
                await asyncio.sleep(self._slow_seconds)
                return await self._answer(request)
            case "truncated":
                whole = await self._answer(request)
                body = whole.body if isinstance(whole.body, bytes) else b""
                return web.Response(status=whole.status, body=body[: len(body) // 2], content_type="application/json")
            case "hang":
                await self._hang(request)
            case "withhold":
                await self._answer(request)
            case _ if kind.startswith("hidden-"):
                return self._failed(request, int(kind.removeprefix("hidden-")), "Something is wrong", hidden=True)
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    async def _hang(self, request: web.Request) -> None:
        """Say nothing until the client leaves, the stand-in stops or ``hang_seconds`` are over."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._hang_seconds
        while loop.time() < end and not self._stopping and request.transport is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
