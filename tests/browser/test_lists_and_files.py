"""Lists turn their pages in place, and files of leads are imported, in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Screen
from tests.conftest import ADA, ZOE, House

pytestmark = pytest.mark.asyncio(loop_scope="session")
Make = Callable[..., Any]
CSV = "email,firstName,lastName,phone\nana@example.com,Ana,Lopez,07700900111\nnot an address,Ben,Fox,\n"
FILE = {"name": "open-day.csv", "mimeType": "text/csv", "buffer": CSV.encode()}


async def test_the_pages_of_a_list_turn_in_place(screens: Make, open_desk: House) -> None:
    for _ in range(12):
        await open_desk.kpro.arrive()
    await open_desk.poll()
    zoe: Screen = await screens(ZOE)
    await zoe.command("/leads list")
    answer = zoe.page.locator("#messages article[data-ephemeral]")
    await expect(answer).to_contain_text("1–8 of 12")
    await expect(zoe.button(answer, "details")).to_have_count(8)
    await answer.get_by_role("button", name="Older").click()
    await expect(answer).to_contain_text("9–12 of 12")
    await expect(answer).to_have_count(1)
    await expect(zoe.button(answer, "details")).to_have_count(4)
    await answer.get_by_role("button", name="Newer").click()
    await expect(answer).to_contain_text("1–8 of 12")
    await zoe.button(answer, "details").first.click()
    await expect(zoe.page.locator("#modal[open]")).to_contain_text("Unclaimed")
    await zoe.close_modal()
    await answer.get_by_role("button", name="Dismiss").click()
    await expect(answer).to_have_count(0)


async def test_a_file_is_chosen_in_the_modal_previewed_and_sent(screens: Make, open_desk: House) -> None:
    ada: Screen = await screens(ADA)
    await ada.command("/leads import")
    await ada.modal_says("Import leads")
    await ada.page.locator('#modal[open] input[type=file][data-block-id="file"]').set_input_files(FILE)
    await expect(ada.page.locator("#modal[open] .files")).to_contain_text("open-day.csv")
    await ada.submit()
    dialog = ada.page.locator("#modal[open]")
    await expect(dialog).to_contain_text("1 of 2 rows can be sent")
    await expect(dialog).to_contain_text("Row 3")
    await ada.submit()
    await expect(dialog).to_contain_text("has 1 lead of this file")
    await ada.close_modal()
    await ada.go_to_bot()
    await expect(ada.page.locator("#messages .file")).to_contain_text("refused-rows.csv")


async def test_a_file_that_was_shared_is_imported_from_its_menu(screens: Make, open_desk: House) -> None:
    ada: Screen = await screens(ADA)
    await ada.page.set_input_files("#composer-files", FILE)
    shared = ada.page.locator("#messages article", has_text="open-day.csv")
    await expect(shared).to_have_count(1)
    await shared.hover()
    await shared.locator(".message-menu").click()
    await ada.page.get_by_role("menuitem", name="Import leads").click()
    await ada.modal_says("Import leads")
    await expect(ada.page.locator("#modal[open] input[type=file]")).to_have_count(0)
    await ada.submit()
    dialog = ada.page.locator("#modal[open]")
    await expect(dialog).to_contain_text("1 of 2 rows can be sent")
    await ada.submit()
    await expect(dialog).to_contain_text("has 1 lead of this file")
    await ada.close_modal()
    await ada.page.click('[data-clock="5m"]')
    await expect(ada.cards).to_contain_text("Ana L.")
