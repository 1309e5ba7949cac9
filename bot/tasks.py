"""Work that goes on after an answer: tracked, so that a shutdown waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from bot.faults import trace
from storage.leases import LeaseLost

log = logging.getLogger("leadbell")


class Tasks:
    """A set of running tasks."""

    def __init__(self, whole: Tasks | None = None) -> None:
        """``whole``: a set that these are part of."""
        self._running: set[asyncio.Task[Any]] = set()
        self._whole = whole

    @property
    def running(self) -> frozenset[asyncio.Task[Any]]:
        """What has not ended."""
        return frozenset(self._running)

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run it; a failure is logged with a reference, never lost. One that ends because another process leads now is
        none."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        if self._whole:
            self._whole._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if self._whole:
            self._whole._running.discard(task)
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, LeaseLost):
            log.error("%s failed [%s]", task.get_name(), trace(error))

    async def drain(self, seconds: float) -> None:
        """Wait for all, then cancel what is left."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while self._running and (left := until - loop.time()) > 0:  # they may spawn more
            await asyncio.wait(set(self._running), timeout=left)
        await self.cancel()

    async def cancel(self) -> None:
        """Stop what runs; for a second at most."""
        late = set(self._running)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=1)
