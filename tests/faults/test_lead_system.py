"""The lead system fails in every way it can: people see a sentence, polling backs off and recovers, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from bot.sandbox.messages import Message
from providers.http import Api
from storage.database import Tx
from storage.records import moment
from tests.conftest import ADA, LEADS, ZOE, House, shown

ATTEMPTS = 3


@pytest.fixture
async def desk(make_house: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> House:
    """A connected and subscribed desk; retries do not wait, and a silent lead system is left after 0.3 seconds."""

    async def at_once(_seconds: float) -> None:
        return

    monkeypatch.setattr("bot.apis.Api", partial(Api, sleep=at_once))
    monkeypatch.setattr("providers.http.READ_SECONDS", 0.3)
    house: House = await make_house()
    await house.connect()
    await house.subscribe()
    return house


async def status(house: House) -> str:
    """What ``/leads status`` says."""
    answer = await house.command(ADA, "/leads status")
    assert answer is not None
    return shown(answer)


@pytest.mark.parametrize(
    ("kind", "why", "calls"),
    [
        ("429", "HTTP 429", ATTEMPTS),
        ("500", "HTTP 500", ATTEMPTS),
        ("503", "HTTP 503", ATTEMPTS),
        ("html", "the answer is not JSON (text/html)", 1),
        ("truncated", "the answer is not JSON (application/json)", 1),
        ("hang", "did not answer in time", ATTEMPTS),
        ("refuse", "broke the connection", ATTEMPTS),
        ("withhold", "broke the connection", ATTEMPTS),
    ],
)
async def test_polling_backs_off_says_why_and_recovers(desk: House, kind: str, why: str, calls: int) -> None:
    desk.kpro.fault(kind, calls)
    asked = len(desk.kpro.requests)
    await desk.arrive(firstName="Sofia")
    assert desk.cards() == []
    assert len(desk.kpro.requests) == asked + calls
    assert f":large_yellow_circle: failing ({why}), 1 in a row" in await status(desk)

    await desk.poll(10)
    assert len(desk.kpro.requests) == asked + calls, "it is asked again too soon"

    await desk.poll(40)
    (card,) = desk.cards()
    assert "Sofia" in shown(card)
    assert ":large_green_circle: healthy" in await status(desk)
    await desk.poll()
    assert len(desk.cards()) == 1


async def test_each_failure_doubles_the_pause_up_to_a_quarter_of_an_hour(desk: House) -> None:
    pauses = []
    for _ in range(8):
        desk.kpro.fault("html")
        await desk.poll(1000)
        at, next_at = await desk.sandbox.bot.database.read(_polled)
        pauses.append(round((next_at - at).total_seconds()))
    assert pauses == [30, 60, 120, 240, 480, 900, 900, 900]


def _polled(tx: Tx) -> list[datetime]:
    """When the one connection was polled last, and when it will be next."""
    return [moment(text) for text in tx.one("SELECT polled_at, next_poll_at FROM connections") or ()]


def paused(house: House) -> list[Message]:
    """The messages to Ada that a connection stands still."""
    return [m for m in house.dms(ADA) if "Polling is paused" in shown(m)]


async def test_a_revoked_key_pauses_the_connection_and_tells_its_owner_once(desk: House) -> None:
    desk.kpro.api_key, old = "5afe" * 16, desk.kpro.api_key
    await desk.arrive(firstName="Sofia")
    (told,) = paused(desk)
    assert "refuses the credentials of *north*" in shown(told)
    assert old not in shown(told)
    assert ":red_circle: paused (credentials refused)" in await status(desk)
    asked = len(desk.kpro.requests)
    await desk.poll()
    await desk.poll(4000)
    assert len(desk.kpro.requests) == asked
    assert paused(desk) == [told]
    assert desk.dms(ZOE) == []

    await desk.press(ADA, told, "reconnect")
    assert await desk.submit(ADA, api_key=desk.kpro.api_key) == {}
    await desk.poll()
    (card,) = desk.cards()
    assert "Sofia" in shown(card)
    assert ":large_green_circle: healthy" in await status(desk)


async def test_one_broken_lead_does_not_hold_up_the_others(desk: House) -> None:
    await desk.kpro.arrive(firstName="Sofia")
    broken = await desk.kpro.arrive(firstName="Nobody")
    desk.kpro.leads[-1]["id"] = None
    desk.kpro._store._bodies.pop(broken["id"], None)
    await desk.poll()
    (card,) = desk.cards()
    assert "Sofia" in shown(card)
    await desk.poll(3700)  # the hourly sweep counts what cannot be read
    assert ":warning: 1 record could not be read" in await status(desk)


async def test_a_fault_in_the_middle_of_many_pages_loses_none(desk: House) -> None:
    for _ in range(3):
        await desk.kpro.arrive()
    desk.kpro.fault("truncated")
    await desk.poll()
    desk.kpro.fault("empty")
    await desk.poll(120)
    assert desk.cards(LEADS) == []
    await desk.poll()
    assert len(desk.cards(LEADS)) == 3
