"""All five lead systems at one desk: one card, one list, and none of them holds up the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox.messages import Message
from providers.provider import Keeps, discover
from tests.conftest import ADA, SAM, ZOE, House, elements, shown

NAMES = {"kpro": "north", "lofty": "west", "student": "campus", "seloger": "paris", "storedge": "depot"}
Json = dict[str, Any]


@pytest.fixture
async def five(make_house: Callable[..., Any]) -> House:
    """Everything is connected, and one channel hears of all."""
    house: House = await make_house()
    for slug, name in NAMES.items():
        more: Json = {"webhook": []} if slug == "lofty" else {}
        await house.connect(name, provider=slug, **more)
    await house.subscribe()
    return house


def of(house: House, slug: str) -> list[Message]:
    """A lead system's cards."""
    return [c for c in house.cards() if c.text.startswith(f"{discover()[slug].prefix}-")]


def menu(message: Message) -> list[str]:
    more = next(e for b in message.blocks for e in elements(b) if e.get("action_id") == "more")
    return [o["text"]["text"] for o in more["options"]]


def test_all_five_are_there() -> None:
    assert set(NAMES) == set(discover())


async def test_a_lead_of_each_system_is_a_card_of_the_same_kind(five: House) -> None:
    for slug in NAMES:
        await five.arrive(slug)
    for slug, name in NAMES.items():
        (card,) = of(five, slug)
        text = shown(card)
        assert f"via {name}" in text
        assert "*Unclaimed*" in text
        buttons = [e["text"]["text"] for b in card.blocks for e in elements(b) if e.get("type") == "button"]
        assert buttons[:3] == ["Claim", "Assign…", "Details"]
        keeps = discover()[slug].writes
        offered = menu(card)
        assert "Add a note…" in offered
        assert ("Set the stage…" in offered) is (Keeps.STAGE in keeps)
        assert ("Close…" in offered) is (Keeps.CLOSE in keeps)


async def test_one_list_holds_all_of_them_newest_first(five: House) -> None:
    for slug in NAMES:
        await five.arrive(slug)
    answer = await five.command(ZOE, "/leads list")
    assert answer is not None
    text = shown(answer)
    assert "5 leads" in text
    places = [text.index(f"*{discover()[slug].prefix}-") for slug in reversed(NAMES)]
    assert places == sorted(places)
    for name in NAMES.values():
        one = await five.command(ZOE, f"/leads list connection:{name}")
        assert one is not None
        assert "1 lead" in shown(one)


async def test_the_owner_gets_the_contact_data_of_each(five: House) -> None:
    for slug in NAMES:
        await five.arrive(slug)
        await five.quiet()
        (card,) = of(five, slug)
        await five.press(SAM, card, "claim")
        (card,) = of(five, slug)
        assert "*Sam Reyes* has it" in shown(card)
        assert f"{card.text.partition(' ')[0]} is yours" in shown(five.dms(SAM)[-1])


@pytest.mark.parametrize("slow", ["lofty", "seloger"])
async def test_a_system_that_hangs_delays_no_other(five: House, slow: str) -> None:
    others = [slug for slug in NAMES if slug != slow]
    five.sandbox.systems[slow].fault("hang", 100)
    for slug in others:
        await five.sandbox.systems[slug].arrive()
    await five.sandbox.advance(61)
    bot = five.sandbox.bot
    async with asyncio.timeout(15):  # of real time: less than the hanging call is waited for
        while not all(of(five, slug) for slug in others):
            await asyncio.sleep(0.02)
    assert any(t.get_name().startswith("poll:") for t in bot.tasks.running), "it hangs no more"
    assert of(five, slow) == []
    help_ = await five.slack.people.command(ADA, "C0LEADS", "/leads help")
    assert help_ is not None or five.told(ADA)
