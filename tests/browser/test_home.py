"""App Home and the shortcuts, in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Screen
from tests.conftest import ADA, LEADS, SAM, ZOE, House, shown

pytestmark = pytest.mark.asyncio(loop_scope="session")
Make = Callable[..., Any]


async def test_the_first_steps_are_done_from_home(screens: Make, house: House) -> None:
    ada: Screen = await screens(ADA, "home")
    home = ada.page.locator("#home")
    await expect(home).to_contain_text("First steps")
    await home.locator('[data-action-id="provider"]').click()
    await ada.modal_says("Leadbell")
    await ada.page.click("#modal[open] >> text=KPro Marketing")
    await ada.modal_says("Connect KPro Marketing")
    await ada.field("name").fill("north")
    await ada.field("api_key").fill(house.kpro.api_key)
    await ada.submit()
    await ada.modal_says("Connected")
    await ada.close_modal()
    await expect(home.locator("text=⬜").first).to_be_visible()
    await expect(home.locator("del, s").first).to_have_text("1. Connect a lead system")
    await home.locator('[data-action-id="subscribe"]').click()
    await ada.modal_says("Subscribe a channel")
    await ada.choose("channel", LEADS)
    await ada.submit()
    await ada.modal_says("Subscribed")
    await ada.close_modal()
    await expect(home.locator("del, s")).to_have_count(2)
    await home.locator('[data-action-id="new"]').click()
    await ada.modal_says("New lead")


async def test_a_lead_is_claimed_and_contacted_in_home(screens: Make, open_desk: House) -> None:
    await open_desk.arrive(firstName="Sofia", lastName="Marsh")
    zoe: Screen = await screens(ZOE, "home")
    home = zoe.page.locator("#home")
    await expect(home).to_contain_text("Sofia M.")
    await home.locator('[data-action-id="claim"]').click()
    await expect(home).to_contain_text("1 open lead, 1 to contact")
    await home.locator('[data-action-id="contacted"]').click()
    await expect(home).to_contain_text("0 to contact")
    await home.locator('[data-action-id="list"]').first.click()
    await expect(zoe.page.locator("#modal[open]")).to_contain_text("1 lead for mine")
    await zoe.page.click('#modal[open] [data-action-id="details"]')
    await expect(zoe.page.locator("#modal[open]")).to_contain_text("Marsh")
    await zoe.page.keyboard.press("Escape")


async def test_a_message_becomes_a_note_from_its_menu(screens: Make, open_desk: House) -> None:
    await open_desk.arrive(firstName="Sofia", lastName="Marsh")
    (card,) = open_desk.cards()
    open_desk.slack.people.message(SAM, LEADS, "She wants a garden")
    zoe: Screen = await screens(ZOE)
    message = zoe.page.locator("#messages article", has_text="She wants a garden")
    await message.hover()
    await message.locator('[aria-haspopup="menu"]').click()
    await zoe.page.click('[data-shortcut="add-to-lead"]')
    await zoe.modal_says("Add to a lead")
    await zoe.field("lead").click()
    await zoe.page.locator('[role="option"]', has_text="Sofia M.").click()
    await zoe.submit()
    await expect(zoe.page.locator("#modal[open]")).to_contain_text("is a note of")
    await open_desk.quiet()
    assert "Zoe Lind added a note; Details shows it." in " ".join(open_desk.thread(card)).replace("*", "")
    assert "Sofia" in shown(card)


async def test_a_new_lead_is_made_from_the_shortcuts_of_the_message_box(screens: Make, open_desk: House) -> None:
    zoe: Screen = await screens(ZOE)
    await zoe.page.click('[aria-label="Attach files and run shortcuts"]')
    await zoe.page.click('[data-shortcut="new-lead"]')
    await zoe.modal_says("New lead")
    await zoe.field("email").fill("sofia@example.com")
    await zoe.submit()
    await expect(zoe.page.locator("#modal[open]")).to_contain_text("KPro Marketing has it.")
    assert [e["email"] for e in open_desk.kpro.imported] == ["sofia@example.com"]
