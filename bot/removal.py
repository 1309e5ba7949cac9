"""What removed workspaces left behind is deleted when their time of grace is over, in slices between which others
write."""

from __future__ import annotations

import logging

from bot.clock import Clock
from bot.faults import trace
from commands import webhooks
from commands.verb import Desk
from storage import connections, erasure, installations, states
from storage.database import StorageFull, Tx

log = logging.getLogger("leadbell.removal")


class Remover:
    """Deletes what is due to be deleted."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._busy = False

    async def round(self) -> None:
        """Delete every workspace whose time is over. It never raises: what fails is tried again with the next round."""
        if self._busy:
            return
        self._busy = True
        try:
            now = self._clock.now()
            for workspace in await self._desk.database.look(lambda tx: installations.retired(tx, now)):
                await self.remove(workspace)

            def forget_leftovers(tx: Tx) -> None:
                installations.forget_organisations(tx)
                states.forget(tx, now)

            await self._desk.database.write(forget_leftovers)
        except StorageFull:
            log.error("the disk is full: what removed workspaces had is deleted later")
        except Exception as error:
            log.error("what a removed workspace had could not be deleted [%s]", trace(error))
        finally:
            self._busy = False

    async def remove(self, workspace: str) -> None:
        """Delete all that a workspace has, if its time is over. Its webhooks in the lead systems go first, as far as
        those let them."""
        now = self._clock.now()
        for held in await self._desk.database.look(lambda tx: connections.every(tx, workspace)):
            try:
                await webhooks.unsubscribe(await webhooks.subscribed(self._desk, workspace, held.connection))
            except Exception as error:  # a lost key, an address that is no longer one
                log.info("a webhook of %s could not be ended [%s]", workspace, trace(error))

        def erase_slice(tx: Tx) -> bool | None:
            return erasure.erase_some(tx, workspace, now)

        erased: bool | None = False
        while erased is False:
            erased = await self._desk.database.write(erase_slice)
        if erased:
            log.warning("all that %s had is deleted", workspace)
