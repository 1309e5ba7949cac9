"""Leads are taken, approved and refused in a browser, and everybody's page follows without a reload."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Screen
from tests.conftest import ADA, LEADS, MAX, ZOE, House

pytestmark = pytest.mark.asyncio(loop_scope="session")
Make = Callable[..., Any]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


async def test_a_claim_is_approved_and_the_card_changes_for_whoever_looks_at_it(screens: Make, desk: House) -> None:
    zoe: Screen = await screens(ZOE)
    await zoe.lead_arrives()
    await expect(zoe.cards).to_have_count(1)
    await expect(zoe.cards).to_contain_text("Unclaimed")
    await zoe.button(zoe.cards, "claim").click()
    await expect(zoe.cards).to_contain_text("Zoe Lind wants it. Waiting for Max Winter")
    await expect(zoe.button(zoe.cards, "claim")).to_have_count(0)

    other: Screen = await screens(ZOE)
    await other.become(MAX)
    await other.go_to_bot()
    ask = other.page.locator("#messages article", has_text="Zoe Lind would like KP-")
    await other.button(ask, "approve").click()
    await expect(ask).to_contain_text("Approved by Max Winter")
    await expect(other.button(ask, "approve")).to_have_count(0)

    await expect(zoe.cards).to_contain_text("Zoe Lind has it")
    await expect(zoe.cards.locator(".replies")).to_contain_text("2 replies")
    await zoe.go_to_bot()
    await expect(zoe.page.locator("#messages")).to_contain_text("is yours.")


async def test_a_refusal_needs_a_reason_and_whoever_asked_reads_it(screens: Make, desk: House) -> None:
    await desk.arrive()
    zoe: Screen = await screens(ZOE)
    await zoe.button(zoe.cards, "claim").click()
    await expect(zoe.cards).to_contain_text("Waiting for Max Winter")

    boss: Screen = await screens(MAX)
    await boss.go_to_bot()
    ask = boss.page.locator("#messages article", has_text="Zoe Lind would like KP-")
    await boss.button(ask, "reject").click()
    await boss.modal_says("Reject")
    await boss.submit()
    await expect(boss.error("reason")).to_be_visible()
    await boss.field("reason").fill("Sam knows this family.")
    await boss.submit()
    await expect(boss.page.locator("#modal[open]")).to_have_count(0)
    await expect(ask).to_contain_text("Rejected by Max Winter")
    await expect(ask).to_contain_text("Sam knows this family.")

    await expect(zoe.cards).to_contain_text("Unclaimed")
    await zoe.go_to_bot()
    await expect(zoe.page.locator("#messages")).to_contain_text("Sam knows this family.")


async def test_details_hide_contact_data_from_others_and_show_it_to_the_owner(screens: Make, open_desk: House) -> None:
    await open_desk.arrive(firstName="Sofia", lastName="Marsh", email="sofia@example.com", phone="07700 900123")
    zoe: Screen = await screens(ZOE)
    await zoe.button(zoe.cards, "details").click()
    dialog = zoe.page.locator("#modal[open]")
    await expect(dialog).to_contain_text("Sofia M.")
    await expect(dialog).not_to_contain_text("sofia@example.com")
    await zoe.close_modal()
    await expect(zoe.button(zoe.cards, "details")).to_be_focused()

    await zoe.button(zoe.cards, "claim").click()
    await expect(zoe.cards).to_contain_text("Zoe Lind has it")
    await zoe.button(zoe.cards, "details").click()
    await expect(dialog).to_contain_text("sofia@example.com")
    await zoe.close_modal()


async def test_a_lead_is_claimed_and_released_with_the_keyboard_alone(screens: Make, open_desk: House) -> None:
    await open_desk.arrive()
    zoe: Screen = await screens(ZOE)
    await expect(zoe.cards).to_have_count(1)
    keys = zoe.page.keyboard
    await zoe.page.focus("#messages")
    for _ in range(20):
        await keys.press("Tab")
        if await zoe.button(zoe.cards, "claim").evaluate("node => node === document.activeElement"):
            break
    await expect(zoe.button(zoe.cards, "claim")).to_be_focused()
    await keys.press("Enter")
    await expect(zoe.cards).to_contain_text("Zoe Lind has it")

    await zoe.button(zoe.cards, "details").focus()
    await keys.press("Enter")
    await expect(zoe.page.locator("#modal[open]")).to_be_visible()
    await keys.press("Escape")
    await expect(zoe.page.locator("#modal[open]")).to_have_count(0)
    await expect(zoe.button(zoe.cards, "details")).to_be_focused()
    await keys.press("Tab")  # past "Reassign…"
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(zoe.page.locator("[role=menu]")).to_be_visible()
    await keys.press("Escape")
    await expect(zoe.page.locator("[role=menu]")).to_have_count(0)
    await expect(zoe.button(zoe.cards, "more")).to_be_focused()
    await keys.press("Enter")
    await keys.press("End")
    await expect(zoe.page.locator("[role=menuitem]:focus")).to_have_text("Release")
    await keys.press("Enter")
    await expect(zoe.cards).to_contain_text("Unclaimed")


async def test_a_lead_is_claimed_and_approved_on_a_phone(screens: Make, desk: House) -> None:
    await desk.arrive(firstName="Sofia", lastName="Marsh")
    phone: Screen = await screens(ZOE, **PHONE)
    await expect(phone.page.locator("#sidebar")).to_be_hidden()
    await phone.button(phone.cards, "claim").tap()
    await expect(phone.cards).to_contain_text("Waiting for Max Winter")

    await phone.become(MAX)
    await phone.page.tap("#menu")
    await expect(phone.page.locator("#sidebar")).to_be_visible()
    await phone.page.tap('#places [data-channel^="D"]')
    await expect(phone.page.locator("#sidebar")).to_be_hidden()
    ask = phone.page.locator("#messages article", has_text="Zoe Lind would like KP-")
    await expect(ask).to_contain_text("Sofia M.")
    await phone.button(ask, "approve").tap()
    await expect(ask).to_contain_text("Approved by Max Winter")
    wide = await phone.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0

    await phone.page.tap("#menu")
    await phone.page.tap(f'#places [data-channel="{LEADS}"]')
    await expect(phone.cards).to_contain_text("Zoe Lind has it")


async def test_a_modal_fills_a_phone_and_its_buttons_stay_in_reach(screens: Make) -> None:
    phone: Screen = await screens(ADA, **PHONE)
    await phone.page.fill("#composer", "/leads connect kpro")
    await phone.page.tap(".send")
    await phone.modal_says("Connect KPro Marketing")
    box = await phone.page.locator("#modal").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (390, 844)
    await expect(phone.page.locator("#modal-submit")).to_be_in_viewport(ratio=1)
    await phone.page.tap("#modal-close")
    await expect(phone.page.locator("#modal[open]")).to_have_count(0)


async def test_new_cards_do_not_move_what_somebody_is_reading(screens: Make, open_desk: House) -> None:
    for _ in range(6):
        await open_desk.arrive()
    zoe: Screen = await screens(ZOE)
    await expect(zoe.cards).to_have_count(6)
    await zoe.page.locator("#messages").evaluate("node => { node.scrollTop = 0; }")
    first = await zoe.cards.first.bounding_box()
    await open_desk.arrive()
    await expect(zoe.cards).to_have_count(7)
    await expect(zoe.page.locator("#newer")).to_be_visible()
    assert await zoe.cards.first.bounding_box() == first
    await zoe.page.click("#newer")
    await expect(zoe.cards.last).to_be_in_viewport()
    await expect(zoe.page.locator("#newer")).to_be_hidden()


async def test_a_low_window_keeps_its_room_for_the_channels(screens: Make) -> None:
    low: Screen = await screens(ZOE, viewport={"width": 1024, "height": 600})
    await expect(low.page.locator('[data-lead="kpro"]')).to_be_hidden()
    await expect(low.page.locator('#places [data-channel^="D"]')).to_be_in_viewport(ratio=1)
    await low.page.click("#sandbox-toggle")
    await expect(low.page.locator('[data-lead="kpro"]')).to_be_in_viewport(ratio=1)
    await low.page.reload()
    await expect(low.page.locator('[data-lead="kpro"]')).to_be_visible()
