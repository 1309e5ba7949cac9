"""Serving an aiohttp application until the process is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.settings import BadSetting


async def serve(application: web.Application, host: str, port: int) -> tuple[web.AppRunner, int]:
    """Listen; the runner to clean up and the port. Raises BadSetting where the port is taken."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=2, handler_cancellation=False)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise BadSetting(
            f"Port {port} on {host} cannot be used ({error.strerror or 'it is taken'}); choose another."
        ) from None
    return runner, int(runner.addresses[0][1])


async def until_stopped(ready: Callable[[], Awaitable[None]] | None = None) -> None:
    """Wait for SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if ready:
        await ready()
    await stop.wait()
