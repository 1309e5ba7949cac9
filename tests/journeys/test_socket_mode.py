"""The same desk over Socket Mode: no request URL, one WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import GENERAL, MAX, ZOE, House, shown


@pytest.fixture
async def socket_house(make_house: Callable[..., Any]) -> House:
    """A house whose bot listens over a socket only."""
    house: House = await make_house(socket_mode=True)
    house.slack.request_url = None  # nothing may go over HTTP
    for _ in range(300):
        if house.slack.socket.connected:
            return house
        await asyncio.sleep(0.01)
    raise AssertionError("the bot did not connect")


async def test_a_whole_journey_over_the_socket(socket_house: House) -> None:
    house = socket_house
    await house.connect()
    await house.subscribe(approval=["yes"], approvers=[MAX])
    await house.arrive(firstName="Sofia", lastName="Marsh", email="sofia@example.com")
    (card,) = house.cards()
    await house.press(ZOE, card, "claim")
    ask = next(m for m in house.dms(MAX) if "would like" in m.text)
    await house.press(MAX, ask, "approve")
    assert "*Zoe Lind* has it" in shown(card)
    await house.choose(ZOE, card, "Add a note")
    assert await house.submit(ZOE, note="over the socket") == {}
    await house.press(ZOE, card, "details")
    assert "over the socket" in house.says(ZOE)
    answer = await house.command(ZOE, "/leads list mine")
    assert answer is not None
    assert "Sofia M." in shown(answer)


async def test_errors_on_inputs_travel_over_the_socket(socket_house: House) -> None:
    house = socket_house
    await house.command("U0ADA", "/leads connect kpro")
    errors = await house.submit("U0ADA", name="north", api_key="f" * 64)
    assert set(errors) == {"api_key"}


async def test_an_event_over_the_socket_is_heard(socket_house: House) -> None:
    house = socket_house
    await house.connect()
    await house.command("U0ADA", "/invite @Leadbell", GENERAL)
    await house.subscribe(GENERAL)
    await house.arrive()
    assert len(house.cards(GENERAL)) == 1


async def test_slack_may_ask_for_a_new_socket_at_any_time(socket_house: House) -> None:
    house = socket_house
    await house.connect()
    await house.subscribe()
    await house.arrive()
    await house.slack.socket.disconnect()
    for _ in range(1000):
        if house.slack.socket.connected:
            break
        await asyncio.sleep(0.01)
    (card,) = house.cards()
    for _ in range(5):  # the SDK may leave a new socket once more: who pressed meanwhile is told, and presses again
        await house.press(ZOE, card, "claim")
        if "*Zoe Lind* has it" in shown(card):
            break
    assert "*Zoe Lind* has it" in shown(card)


async def test_a_bot_on_the_socket_takes_no_requests_over_http(socket_house: House) -> None:
    """Without a signing secret nothing can be verified, so nothing is believed."""
    from tests.journeys.test_http_edge import COMMAND, send

    house = socket_house
    from urllib.parse import urlencode

    status, _ = await send(house, urlencode(COMMAND).encode())
    assert status == 401
