"""Calling the subscribers: a ping says which leads to look at again, and nothing of what they are."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import aiohttp

from providers.lofty.stand_in.account import TEAM_ID, Account
from providers.lofty.stand_in.times import epoch_ms

LEAD_INFO: Final = 2
"""The list of new, changed and deleted leads."""
_PATIENCE: Final = aiohttp.ClientTimeout(total=5.0)


class Pings:
    """Posts to the callbacks, each ping once, in the background; whoever does not answer has missed it.

    ``updatedLead`` was observed; its sisters ``newLead`` and ``deletedLead`` are inferred.
    """

    def __init__(self, account: Account) -> None:
        self.sent: list[dict[str, Any]] = []
        """All pings that were due, whether or not they were received."""
        self._account = account
        self._posting: set[asyncio.Task[None]] = set()

    def say(self, what: str, lead_id: int) -> None:
        """Tell all subscribers of list 2 that a lead is new, was changed or deleted."""
        callbacks = [one["callbackUrl"] for one in self._account.webhooks.values() if one["listId"] == LEAD_INFO]
        if not callbacks:
            return
        at = epoch_ms(self._account.now())
        ping = {"listId": LEAD_INFO, "teamId": TEAM_ID, what: [{"leadId": lead_id, "updateTime": at}]}
        self.sent.append(ping)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # changed from outside, where nobody is served
            return
        for callback in callbacks:
            task = loop.create_task(_post(callback, ping))
            self._posting.add(task)
            task.add_done_callback(self._posting.discard)

    async def settle(self) -> None:
        """Wait until all pings have been received or lost."""
        while self._posting:
            await asyncio.gather(*self._posting, return_exceptions=True)

    async def stop(self) -> None:
        """Give up those that are under way."""
        for task in list(self._posting):
            task.cancel()
        await self.settle()


async def _post(callback: str, ping: dict[str, Any]) -> None:
    try:
        async with (
            aiohttp.ClientSession(timeout=_PATIENCE) as session,
            session.post(callback, json=ping, allow_redirects=False) as answer,
        ):
            await answer.read()
    except (aiohttp.ClientError, TimeoutError, ValueError):
        pass
