"""An admin sets the desk up in a browser: a command, a modal, an error, a success."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Screen
from tests.conftest import ADA, LEADS, MAX, House

pytestmark = pytest.mark.asyncio(loop_scope="session")
Make = Callable[..., Any]


async def test_a_command_is_completed_while_it_is_typed(screens: Make) -> None:
    ada: Screen = await screens(ADA)
    await ada.page.click("#composer")
    await ada.page.keyboard.type("/le")
    await expect(ada.page.locator(".suggestions [role=option]")).to_contain_text("/leads")
    await ada.page.keyboard.press("Tab")
    await expect(ada.page.locator("#composer")).to_have_value("/leads ")
    await ada.page.keyboard.type("help")
    await ada.page.keyboard.press("Enter")
    await expect(ada.ephemeral).to_contain_text("Only visible to you")
    await expect(ada.ephemeral).to_contain_text("/leads connect")
    await expect(ada.page.locator("#composer")).to_have_value("")


async def test_a_misspelt_command_names_the_nearest(screens: Make) -> None:
    ada: Screen = await screens(ADA)
    await ada.command("/leads subscrib")
    await expect(ada.ephemeral).to_contain_text("Did you mean /leads subscribe?")


async def test_a_wrong_key_is_an_error_on_its_input_and_what_was_typed_stays(screens: Make, house: House) -> None:
    ada: Screen = await screens(ADA)
    await ada.command("/leads connect kpro")
    await ada.modal_says("Connect KPro Marketing")
    await expect(ada.field("name")).to_be_focused()
    await ada.field("name").fill("north")
    await ada.field("api_key").fill("a key that is wrong")
    await ada.submit()
    await expect(ada.error("api_key")).to_contain_text("KPro Marketing refuses this API key")
    await expect(ada.error("name")).to_have_count(0)
    await expect(ada.field("api_key")).to_be_focused()
    await expect(ada.field("name")).to_have_value("north")
    await expect(ada.field("api_key")).to_have_value("a key that is wrong")

    await ada.field("api_key").fill(house.kpro.api_key)
    await expect(ada.error("api_key")).to_have_count(0)
    await ada.submit()
    await ada.modal_says("Connected")
    await ada.close_modal()
    await expect(ada.page.locator("#composer")).to_be_focused()


async def test_an_input_left_empty_is_marked_before_anything_is_sent(screens: Make) -> None:
    ada: Screen = await screens(ADA)
    await ada.command("/leads connect kpro")
    await ada.modal_says("Connect KPro Marketing")
    await ada.submit()
    await expect(ada.error("name")).to_have_text("Please complete this required field.")
    await expect(ada.error("api_key")).to_have_text("Please complete this required field.")
    await ada.field("name").fill("north")
    await expect(ada.error("name")).to_have_count(0)


async def test_a_channel_is_subscribed_with_an_approver(screens: Make, house: House) -> None:
    await house.connect()
    ada: Screen = await screens(ADA)
    await ada.command("/leads subscribe")
    await ada.modal_says("Subscribe a channel")
    await expect(ada.field("channel")).to_have_value("leads")
    await ada.field("approval").check()
    await ada.submit()
    await expect(ada.error("approvers")).to_be_visible()
    await ada.choose("approvers", MAX)
    await ada.page.keyboard.press("Escape")
    await expect(ada.page.locator('#modal[open] .chip[data-value="U0MAX"]')).to_have_text("Max Winter")
    await ada.submit()
    await ada.modal_says("Subscribed")
    await ada.close_modal()
    await expect(ada.page.locator("#messages")).to_contain_text("Ada Okafor subscribed this channel")

    await ada.lead_arrives()
    await expect(ada.cards).to_have_count(1)
    assert len(house.cards(LEADS)) == 1
