"""A new workspace: one direct message to whoever installed Leadbell, and three steps, done from it or from Home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from commands import welcome
from providers.provider import discover
from tests.conftest import (
    ADA,
    GENERAL,
    GUEST,
    LEADS,
    MAX,
    NORTH,
    PARTNERS,
    SAM,
    ZOE,
    House,
    action_ids,
    elements,
    shown,
)

OPEN, DONE = ":white_large_square:", ":white_check_mark:"


async def greet(house: House, person: str = ADA) -> bool:
    """What an installation does at its end."""
    bot, team = house.sandbox.bot, house.slack.workspace.team.id
    now = house.sandbox.clock.now()
    greeted = await bot.database.write(lambda tx: welcome.greet(tx, bot.desk, team, person, now))
    bot.desk.wake()
    await house.quiet()
    return greeted


def steps(text: str) -> list[bool]:
    """Which of the three steps are ticked."""
    lines = [line for line in text.splitlines() if line.startswith((OPEN, DONE)) and line.rstrip("~*")[-1] != "."]
    return [line.startswith(DONE) for line in lines]


def of_home(house: House, user: str) -> set[str]:
    return {e["action_id"] for b in house.home_now(user)["blocks"] for e in elements(b) if "action_id" in e}


async def connect_in_modal(house: House, user: str = ADA) -> None:
    """Choose KPro Marketing in the chooser, and connect it."""
    assert "Which lead system?" in house.says(user)
    slug = list(discover()).index("kpro")
    await house.press_in_view(user, "provider", nth=slug)
    assert await house.submit(user, name="north", **house.credentials()) == {}
    assert "*north* is connected" in house.says(user)
    await house.slack.modals.close(user, all_views=True)
    await house.poll()


async def test_nobody_is_greeted_in_a_workspace_that_was_set_up_by_hand(house: House) -> None:
    for person in (ADA, MAX, ZOE, SAM, GUEST):
        assert house.dms(person) == []


async def test_whoever_installed_gets_one_direct_message_and_nobody_else_hears_of_it(house: House) -> None:
    assert await greet(house)
    (message,) = house.dms(ADA)
    assert "Leadbell is installed." in message.text
    assert steps(shown(message)) == [False, False, False]
    assert not await greet(house)
    assert not await greet(house, MAX)
    assert len(house.dms(ADA)) == 1
    assert house.dms(MAX) == []
    for channel in (LEADS, NORTH, PARTNERS, GENERAL):
        assert house.messages(channel) == []


async def test_the_three_steps_are_done_from_the_message_which_ticks_them(house: House) -> None:
    await greet(house)
    (message,) = house.dms(ADA)
    await house.press(ADA, message, "provider")
    (chooser,) = [m for m in house.messages(message.channel) if m.only_for == ADA]
    await house.press(ADA, chooser, "provider", nth=list(discover()).index("kpro"))
    assert await house.submit(ADA, name="north", **house.credentials()) == {}
    await house.slack.modals.close(ADA, all_views=True)
    await house.poll()
    assert steps(shown(message)) == [True, False, False]
    await house.press(ADA, message, "subscribe")
    assert await house.submit(ADA, channel=LEADS) == {}
    await house.slack.modals.close(ADA, all_views=True)
    await house.quiet()
    assert steps(shown(message)) == [True, True, False]
    await house.press(ADA, message, "new")
    assert await house.submit(ADA, email="ada@harbourhomes.example", firstName="Ada") == {}
    await house.slack.modals.close(ADA, all_views=True)
    await house.poll()
    (card,) = house.cards()
    assert steps(shown(message)) == [True, True, False]
    await house.press(ZOE, card, "claim")
    assert "The lead desk works: all three steps are done." in shown(message)
    assert action_ids(message) == set()


async def test_the_three_steps_are_done_from_home_and_are_gone_then(house: House) -> None:
    await house.home(ADA)
    assert steps(house.home_says(ADA)) == [False, False, False]
    assert of_home(house, ADA) == {"provider", "subscribe"}
    await house.press_home(ADA, "provider")
    await connect_in_modal(house)
    assert steps(house.home_says(ADA)) == [True, False, False]
    assert {"subscribe", "new"} <= of_home(house, ADA)
    await house.press_home(ADA, "subscribe")
    assert await house.submit(ADA, channel=LEADS) == {}
    await house.slack.modals.close(ADA, all_views=True)
    await house.quiet()
    assert steps(house.home_says(ADA)) == [True, True, False]
    await house.press_home(ADA, "new")
    assert await house.submit(ADA, email="ada@harbourhomes.example", firstName="Ada") == {}
    await house.slack.modals.close(ADA, all_views=True)
    await house.poll()
    await house.home(ADA)
    await house.press_home(ADA, "claim")
    assert "First steps" not in house.home_says(ADA)
    assert "1 open lead, 1 to contact" in house.home_says(ADA)


async def test_subscribing_before_connecting_says_what_comes_first(house: House) -> None:
    await house.home(ADA)
    await house.press_home(ADA, "subscribe")
    assert "Connect a lead system first" in house.says(ADA)
    await house.slack.modals.close(ADA)
    await house.press_home(ADA, "provider")
    await connect_in_modal(house)
    await house.press_home(ADA, "subscribe")
    assert await house.submit(ADA, channel=LEADS) == {}


async def test_a_wrong_key_in_the_form_that_home_opened_is_an_error_on_its_input(house: House) -> None:
    await house.home(ADA)
    await house.press_home(ADA, "provider")
    await house.press_in_view(ADA, "provider", nth=list(discover()).index("kpro"))
    errors = await house.submit(ADA, name="north", api_key="wrong")
    assert set(errors) == {"api_key"}
    assert steps(house.home_says(ADA)) == [False, False, False]
    assert await house.submit(ADA, **house.credentials()) == {}
    await house.slack.modals.close(ADA, all_views=True)
    await house.poll()
    assert steps(house.home_says(ADA))[0]


async def test_a_member_sees_the_steps_and_who_can_do_them(house: House) -> None:
    await house.home(ZOE)
    assert steps(house.home_says(ZOE)) == [False, False, False]
    assert "Steps 1 and 2 are for an admin of this workspace." in house.home_says(ZOE)
    assert of_home(house, ZOE) == set()
    await house.connect()
    await house.subscribe()
    await house.home(ZOE)
    assert "for an admin" not in house.home_says(ZOE)
    assert of_home(house, ZOE) == {"new"}  # the third is everybody's
    await house.press_home(ZOE, "new")
    assert "New lead" in house.says(ZOE)


async def test_an_installer_who_is_no_admin_is_told_who_can_do_the_steps(house: House) -> None:
    await house.home(ZOE)  # so that she is known
    await greet(house, ZOE)
    (message,) = house.dms(ZOE)
    assert "Steps 1 and 2 are for an admin" in shown(message)
    assert action_ids(message) == set()


async def test_a_forged_press_by_a_member_is_refused(house: House) -> None:
    await greet(house)
    (message,) = house.dms(ADA)
    house.slack.workspace.channels[message.channel].members.append(ZOE)
    for action in ("subscribe", "provider"):
        await house.forge(ZOE, message, action, '{"v":1}')
    assert house.view(ZOE) is None
    assert all("admin" in text for text in house.told(ZOE, message.channel))


async def test_where_no_system_takes_leads_the_third_step_says_what_to_do(make_house: Callable[..., Any]) -> None:
    readers = {slug: replace(p, intake=None, creates=None) for slug, p in discover().items() if slug == "kpro"}
    house: House = await make_house(providers=readers)
    await house.connect()
    await house.home(ADA)
    assert "Let one come to KPro Marketing" in house.home_says(ADA)
    assert "new" not in of_home(house, ADA)
    await house.subscribe()
    await house.arrive()
    await house.press(ZOE, house.cards()[0], "claim")
    assert "First steps" not in house.home_says(ADA)


async def test_disconnecting_brings_the_steps_back(house: House) -> None:
    await greet(house)
    await house.connect()
    await house.subscribe()
    await house.arrive()
    await house.press(ZOE, house.cards()[0], "claim")
    await house.home(ADA)
    assert "First steps" not in house.home_says(ADA)
    answer = await house.command(ADA, "/leads connections")
    assert answer is not None
    await house.press(ADA, answer, "disconnect")
    assert await house.submit(ADA) == {}
    assert steps(house.home_says(ADA)) == [False, True, True]
    assert steps(shown(house.dms(ADA)[0])) == [False, True, True]


async def test_a_greeting_that_slack_did_not_take_arrives_later_once(house: House) -> None:
    house.slack.faults.add("slack:chat.postMessage", "withhold", 1)
    await greet(house)
    await house.doubt(2)
    assert len(house.dms(ADA)) == 1
