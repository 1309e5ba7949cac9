"""Anything that a lead system can do, in a browser: search for it, fill its form in, read what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Screen
from tests.conftest import ADA, House

pytestmark = pytest.mark.asyncio(loop_scope="session")
Make = Callable[..., Any]


@pytest.fixture
def phone() -> dict[str, Any]:
    """A small screen that is touched."""
    return {"viewport": {"width": 390, "height": 844}, "has_touch": True}


async def test_an_action_is_searched_for_filled_in_and_answered(screens: Make, house: House) -> None:
    await house.connect("texas", provider="lofty")
    await house.sandbox.systems["lofty"].arrive(firstName="Kit", lastName="Marlowe")
    await house.poll()
    ada: Screen = await screens(ADA)
    await ada.command("/leads do")
    await ada.modal_says("Do something")
    await ada.page.locator('#modal[open] [data-action-id="choose"]').click()
    await ada.page.keyboard.type("task")
    await ada.page.click('[role="option"]:has-text("Add a task")')
    await ada.modal_says("Add a task")
    await ada.field("content").fill("Ring about the viewing")
    await ada.submit()
    await expect(ada.error("leadId")).to_have_text("Please complete this required field.")
    await expect(ada.field("content")).to_have_value("Ring about the viewing")


async def test_a_result_is_opened_and_gone_back_from_on_a_phone(
    screens: Make, house: House, phone: dict[str, Any]
) -> None:
    await house.connect("texas", provider="lofty")
    for name in ("Kit", "Ann"):
        await house.sandbox.systems["lofty"].arrive(firstName=name, lastName="Marlowe")
    await house.poll()
    ada: Screen = await screens(ADA, **phone)
    await ada.command("/leads do texas leads limit:2")
    modal = ada.page.locator("#modal[open]")
    await expect(modal).to_contain_text("Kit Marlowe")
    await modal.locator("text=Open").first.click()
    await expect(modal).to_contain_text("Back to the list")
    await modal.locator("text=Back to the list").click()
    await expect(modal).to_contain_text("1–2 of 2")
    wide = await ada.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide


async def test_rows_and_folded_parts_keep_what_was_typed(screens: Make, house: House) -> None:
    await house.connect("texas", provider="lofty")
    ada: Screen = await screens(ADA)
    await ada.command("/leads do texas add-lead")
    await ada.modal_says("Add a lead")
    await ada.field("firstName").fill("Kit")
    modal = ada.page.locator("#modal[open]")
    await modal.locator("[data-action-id='form']").first.click()
    await expect(ada.field("firstName")).to_have_value("Kit")
