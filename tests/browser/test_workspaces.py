"""Two workspaces in a browser: the bar at the left goes from one to the other, and neither shows anything of the other;
the bot is taken out of one and added again by Slack's page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.sandbox.demo import Sandbox
from bot.settings import Tempo
from tests.browser.conftest import Screen
from tests.conftest import ADA, LEADS, ZOE, House

pytestmark = pytest.mark.asyncio(loop_scope="session")
Make = Callable[..., Any]
FIRST, SECOND = "T0LEADBELL", "T0ALDER"


@pytest_asyncio.fixture(loop_scope="session")
async def house() -> AsyncIterator[House]:
    """A running product that both workspaces have installed from its web page."""
    sandbox = Sandbox(tempo=Tempo(poll_seconds=60, post_gap=0.0, doubt_seconds=10), oauth=True)
    await sandbox.start(history=0)
    yield House(sandbox)
    await sandbox.stop()
    assert sandbox.slack.problems == []


async def enter(screen: Screen, team: str) -> None:
    """Go to a workspace by the bar at the left."""
    await screen.page.click(f'#rail [data-team="{team}"]')
    await expect(screen.page.locator(f'#rail [data-team="{team}"]')).to_have_attribute("aria-current", "true")


async def test_switching_shows_the_other_company_and_nothing_of_the_first(screens: Make, house: House) -> None:
    for office in (house, house.other):
        await office.connect()
        await office.subscribe()
    await house.arrive(firstName="Sofia", lastName="Marsh")
    house.slack.people.message(ADA, LEADS, "Only for Harbour Homes")
    house.other.slack.people.message("U1MAX", "C1LEADS", "Only for Alder and Finch")
    ada: Screen = await screens(ADA)
    messages = ada.page.locator("#messages")
    await expect(messages).to_contain_text("Only for Harbour Homes")
    await ada.button(ada.cards, "claim").click()
    await expect(ada.cards).to_contain_text("Ada Okafor has it")
    await expect(ada.page.locator(f'#rail [data-team="{SECOND}"]')).to_have_class("team unread")

    await enter(ada, SECOND)
    await expect(ada.page).to_have_url(f"{ada.url}/#U1ADA/C1LEADS")
    await expect(ada.page.locator("#workspace")).to_have_text("Alder & Finch")
    await expect(ada.page.locator(".who-card")).to_contain_text("Ada Finch")
    await expect(messages).to_contain_text("Only for Alder and Finch")
    await expect(messages).not_to_contain_text("Harbour Homes")
    await expect(ada.cards).to_contain_text("Unclaimed")
    assert await ada.page.locator("#person option").all_inner_texts() == [
        "Ada Finch — Office manager · admin",
        "Max Alder — Lettings manager · approver",
        "Zoe Lind — Lettings · member",
        "Sam Osei — Lettings · member",
    ]
    await ada.become("U1ZOE")
    await ada.button(ada.cards, "claim").click()
    await expect(ada.cards).to_contain_text("Zoe Lind has it")

    await enter(ada, FIRST)
    await expect(ada.page).to_have_url(f"{ada.url}/#{ADA}/{LEADS}")
    await expect(ada.cards).to_contain_text("Ada Okafor has it")
    await expect(messages).not_to_contain_text("Only for Alder and Finch")
    await enter(ada, SECOND)  # as whoever was there last, and so after a reload
    await expect(ada.page.locator(".who-card")).to_contain_text("Lettings · member")
    await ada.page.reload()
    await expect(ada.page.locator("#workspace")).to_have_text("Alder & Finch")
    await expect(ada.page.locator(".who-card")).to_contain_text("Zoe Lind")
    await expect(messages).to_contain_text("Only for Alder and Finch")


async def test_a_dot_tells_of_something_new_in_the_other_workspace_until_it_is_seen(
    screens: Make, house: House
) -> None:
    zoe: Screen = await screens(ZOE)
    dot = zoe.page.locator(f'#rail [data-team="{SECOND}"] .team-news')
    await enter(zoe, SECOND)
    await zoe.go_to_bot()  # whoever installed it got a message there
    await enter(zoe, FIRST)
    await expect(dot).to_have_count(0)
    house.other.slack.people.message("U1MAX", "C1NORTH", "News from the other office")
    await expect(dot).to_be_visible()
    await enter(zoe, SECOND)
    await zoe.go("C1NORTH")
    await expect(zoe.page.locator("#messages")).to_contain_text("News from the other office")
    await enter(zoe, FIRST)
    await expect(dot).to_have_count(0)


async def test_the_bot_is_taken_out_of_one_workspace_and_added_again(screens: Make, house: House) -> None:
    ada: Screen = await screens("U1ADA", "C1LEADS")
    await expect(ada.page.locator("#workspace")).to_have_text("Alder & Finch")
    await ada.page.click('[data-app="uninstall"]')
    await expect(ada.page.locator("#toasts")).to_contain_text("Leadbell was removed from Alder & Finch.")
    await expect(ada.page.locator("#workspace")).to_contain_text("Leadbell is not installed")
    await ada.command("/leads help")
    await expect(ada.ephemeral).to_contain_text("/leads is not a valid command.")
    await enter(ada, FIRST)
    await expect(ada.page.locator("#workspace")).to_have_text("Harbour Homes")
    await enter(ada, SECOND)

    async with ada.page.context.expect_page() as opened:
        await ada.page.click("#app-install")
    page = await opened.value
    await page.get_by_role("link", name="Add to Slack").click()
    await expect(page.locator("h1")).to_have_text("Leadbell is asking for permission to access a Slack workspace")
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.locator("h1")).to_have_text("Not added")
    await page.get_by_role("link", name="Begin again").click()
    await page.get_by_role("link", name="Add to Slack").click()
    await page.get_by_text("Alder & Finch").click()
    await page.get_by_role("button", name="Allow").click()
    await expect(page.locator("h1")).to_have_text("Leadbell is in Slack")
    await page.get_by_role("link", name="Open Slack").click()
    await page.wait_for_selector("body.ready")
    await expect(page).to_have_url(f"{ada.url}/#U1ADA/D1ADA")
    await expect(ada.page.locator("#workspace")).to_have_text("Alder & Finch")
    await ada.command("/leads help")
    await expect(ada.ephemeral).to_contain_text("/leads connect")


async def test_a_phone_switches_workspaces_in_its_drawer(screens: Make) -> None:
    phone: Screen = await screens(ZOE, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    await expect(phone.page.locator("#rail")).to_be_hidden()
    await phone.page.tap("#menu")
    await expect(phone.page.locator("#rail")).to_be_visible()
    await phone.page.tap(f'#rail [data-team="{SECOND}"]')
    await expect(phone.page.locator("#rail")).to_be_hidden()
    await expect(phone.page).to_have_url(f"{phone.url}/#U1ADA/C1LEADS")
    wide = await phone.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
