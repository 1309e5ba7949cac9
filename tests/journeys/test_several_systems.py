"""Two lead systems at one desk: chosen by name, tried in the sandbox, each with its own cards, words and health."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.sandbox.demo import welcome
from storage import connections, pings
from tests.conftest import ADA, LEADS, House, shown
from tests.relay import Relay


@pytest.fixture
async def two(make_house: Callable[..., Any]) -> House:
    house: House = await make_house(providers=Relay().providers())
    return house


async def post(house: House, path: str, **body: Any) -> dict[str, Any]:
    url = f"{house.sandbox.url}/sandbox/{path}"
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
        found: dict[str, Any] = await answer.json()
    await house.quiet()
    return found


async def state(house: House) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session, session.get(f"{house.sandbox.url}/sandbox/state") as answer:
        found: dict[str, Any] = await answer.json()
        return found


async def status(house: House) -> str:
    answer = await house.command(ADA, "/leads status")
    assert answer is not None
    return shown(answer)


async def test_connect_without_a_word_asks_which_system(two: House) -> None:
    answer = await two.command(ADA, "/leads connect")
    assert answer is not None
    assert "Which lead system?" in answer.text
    names = [p.name for p in two.sandbox.providers.values()]
    await two.press(ADA, answer, "provider", nth=names.index("Relay"))
    assert "Connect Relay" in two.says(ADA)
    assert await two.submit(ADA, name="west", **two.credentials("relay")) == {}
    assert "*west* is connected to Relay" in two.says(ADA)


async def test_the_welcome_says_how_to_connect_each(two: House) -> None:
    welcome(two.sandbox)
    text = two.messages(LEADS)[-1].text
    for slug in two.sandbox.providers:
        assert f"`/leads connect {slug}`" in text
        for value in two.slack.credentials[slug].values():
            assert f"`{value}`" in text


async def test_the_sandbox_lets_leads_arrive_and_things_go_wrong_in_each(two: House) -> None:
    told = await state(two)
    assert set(told["providers"]) == set(two.sandbox.providers)
    assert set(told["credentials"]) == set(two.sandbox.providers)
    for slug in two.sandbox.providers:
        await two.connect(f"desk-{slug}", provider=slug)
    await two.subscribe()
    for n, slug in enumerate(two.sandbox.providers, 1):
        assert (await post(two, "lead", provider=slug))["ok"]
        await two.poll()
        assert len(two.cards()) == n
        assert f"via desk-{slug}" in shown(two.cards()[-1])
    assert (await post(two, "fault", target="relay", kind="503", count=3))["ok"]
    await two.poll()
    lines = {line.split("*")[1]: line for line in (await status(two)).splitlines() if line.startswith("*desk-")}
    assert "failing" in lines["desk-relay"]
    assert all("healthy" in line for name, line in lines.items() if name != "desk-relay")


async def test_the_sandbox_has_an_address_for_lead_systems(two: House) -> None:
    assert two.sandbox.bot.desk.public_url == two.sandbox.url


async def test_what_the_lead_system_says_of_its_limit_stands_in_the_status(two: House) -> None:
    await two.connect("west", provider="relay")
    team, now = two.slack.workspace.team.id, two.sandbox.clock.now()

    def told(tx: Any) -> None:
        (held,) = connections.every(tx, team)
        connections.told(tx, team, held.connection, allowed=10, remaining=7, resets_in=50, now=now)

    await two.sandbox.bot.database.write(told)
    assert "Rate budget: 7 of 10 calls left this minute" in await status(two)
    two.sandbox.clock.advance(timedelta(seconds=55))
    assert "calls left" not in await status(two)


async def test_what_was_named_before_a_restart_is_read_after_it(two: House) -> None:
    await two.connect("west", provider="relay")
    await two.subscribe()
    lead = await two.sandbox.systems["relay"].arrive()
    team, now = two.slack.workspace.team.id, two.sandbox.clock.now()

    def named(tx: Any) -> None:
        (held,) = connections.every(tx, team)
        pings.put(tx, team, held.connection, [str(lead["id"])], now)

    await two.sandbox.bot.database.write(named)
    assert two.cards() == []
    await two.sandbox.restart()
    await two.quiet()
    assert len(two.cards()) == 1
