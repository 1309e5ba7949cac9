"""A process that was paused just before a call, so that another may lead by now, does not make it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from providers.http import Api, Unlimited
from storage import deliveries
from storage.database import Tx
from storage.leases import LeaseLost
from tests.conftest import ZOE, House

TEAM = "T0LEADBELL"


def posts(house: House) -> int:
    return sum(method == "chat.postMessage" for method, _ in house.slack.calls)


async def test_a_delivery_that_was_paused_while_its_place_was_asked_for_is_made_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = house.sandbox.bot
    directory, checked = bot.duties.deliverer._directory, bot.leading.check
    dm, paused, refused = directory.dm, False, 0

    async def while_paused(workspace: str, person: str) -> str:
        nonlocal paused
        found = await dm(workspace, person)
        paused = not refused
        return found

    def check() -> None:
        nonlocal paused, refused
        if paused:
            paused, refused = False, refused + 1
            raise LeaseLost
        checked()

    monkeypatch.setattr(directory, "dm", while_paused)
    monkeypatch.setattr(bot.duties.deliverer, "_check", check)
    before = posts(house)

    def post(tx: Tx) -> None:
        deliveries.post(tx, TEAM, bot.vault, kind="notice", to=ZOE, now=bot.clock.now(), body={"text": "Hello"})

    await bot.database.write(post)
    bot.desk.wake()
    await house.doubt(2)
    assert (refused, posts(house) - before) == (1, 1)


async def test_what_stands_before_an_exchange_may_keep_it_from_being_made() -> None:
    made: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        made.append(request)
        return httpx.Response(200, json={})

    def lost() -> None:
        raise LeaseLost

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        api = Api(client, "https://leads.example", httpx.Auth(), Unlimited(), before=lost)
        with pytest.raises(LeaseLost):
            await api.send("POST", "/notes", {}, repeatable=True)
    assert made == []
