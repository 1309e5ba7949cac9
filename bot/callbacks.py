"""Lead systems call: a lead arrived or changed. Only its id is taken from the call; the lead is read again."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable

import orjson

from bot.tasks import Tasks
from commands.verb import Desk
from storage import connections, hooks, installations, pings
from storage.database import StorageFull, Tx

log = logging.getLogger("leadbell.callbacks")
_SECRET = re.compile(rf"[A-Za-z0-9_-]{{{hooks.SECRET_CHARACTERS}}}")


class Callbacks:
    """Whose a call is, and what it names."""

    def __init__(self, desk: Desk, tasks: Tasks, ring: Callable[[str, str], None]) -> None:
        """``ring`` is told of the connection (workspace, id) once what was named is stored."""
        self._desk = desk
        self._tasks = tasks
        self._ring = ring
        self.unreadable: Counter[str] = Counter()
        """Calls by lead system that were ignored: not readable, or of another team."""

    async def whose(self, provider: str, secret: str) -> tuple[str, str] | None:
        """The connection (workspace, id) that a secret belongs to; ``None`` for a stranger."""
        if not _SECRET.fullmatch(secret):
            return None

        def look(tx: Tx) -> tuple[str, str] | None:
            found = hooks.called(tx, secret)
            held = connections.get(tx, *found) if found else None
            return found if held and held.provider == provider else None

        return await self._desk.database.read(look)

    def take(self, workspace: str, connection: str, body: bytes) -> None:
        """Read a call after it was answered."""
        self._tasks.spawn(self._take(workspace, connection, body), "webhook")

    async def _take(self, workspace: str, connection: str, body: bytes) -> None:
        held = await self._desk.database.read(lambda tx: connections.get(tx, workspace, connection))
        provider = self._desk.providers.get(held.provider) if held else None
        if held is None or provider is None or provider.webhooks is None:
            return
        try:
            named = list(provider.webhooks.read(orjson.loads(body), provider.settings.model_validate(held.settings)))
        except Exception as error:  # it may have any shape, whoever sent it
            self.unreadable[provider.slug] += 1
            count = self.unreadable[provider.slug]
            log.warning("a call of %s was ignored (%s), %d so far", provider.slug, type(error).__name__, count)
            return
        if not named:
            return
        now = self._desk.now()

        def put_pings(tx: Tx) -> None:
            if connections.get(tx, workspace, connection) is not None and not installations.stopped(tx, workspace):
                pings.put(tx, workspace, connection, named, now)

        try:
            await self._desk.database.write(put_pings)
        except StorageFull:
            log.error("the disk is full: what a webhook named is left to polling")
            return
        self._ring(workspace, connection)
