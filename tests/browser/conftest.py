"""A real Chromium in front of the sandbox's console, and what a person does with its page."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from bot.sandbox.demo import Sandbox
from bot.sandbox.strict import Recorder
from bot.settings import Tempo
from tests.conftest import LEADS, MAX, House

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
PATIENCE = 10_000  # milliseconds, for a busy machine; what is waited for usually takes some tens
_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


class Screen:
    """A page of the console, with somebody in front of it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("console", lambda said: self.faults.append(said.text) if said.type in {"error", "warning"} else None)
        page.on(
            "request", lambda asked: None if self._own(asked.url) else self.faults.append(f"elsewhere: {asked.url}")
        )

    def _own(self, address: str) -> bool:
        return address.startswith((f"{self.url}/", "data:", "blob:"))

    async def open(self, user: str, place: str = LEADS) -> None:
        """Open the console as somebody, somewhere."""
        await self.page.goto(f"{self.url}/#{user}/{place}")
        await self.page.wait_for_selector("body.ready")

    async def become(self, user: str) -> None:
        """Switch to another person, as the select at the top right does."""
        await self.page.select_option("#person", user)
        await expect(self.page).to_have_url(f"{self.url}/#{user}/{self.page.url.rpartition('/')[2]}")

    async def go(self, place: str) -> None:
        """Go to a channel or a direct message by the sidebar."""
        await self.page.click(f'#places [data-channel="{place}"]')

    async def go_to_bot(self) -> None:
        """Go to the direct message with Leadbell."""
        await self.page.click('#places [data-channel^="D"] >> text=Leadbell')

    async def command(self, text: str) -> None:
        """Type a slash command in the message box, and send it."""
        await self.page.fill("#composer", text)
        await self.page.press("#composer", "Enter")

    def field(self, block: str) -> Locator:
        """An input of the open modal."""
        return self.page.locator(f'#modal[open] [data-block-id="{block}"]')

    def error(self, block: str) -> Locator:
        """The error under an input of the open modal."""
        return self.page.locator(f'#modal[open] [data-input-block="{block}"] .input-error:visible')

    async def choose(self, block: str, value: str) -> None:
        """Choose in a select of the open modal."""
        await self.field(block).click()
        await self.page.click(f'[role="option"][data-value="{value}"]')

    async def submit(self) -> None:
        """Press the modal's main button."""
        await self.page.click("#modal-submit")

    async def modal_says(self, title: str) -> None:
        """Wait until the open modal has this title."""
        await expect(self.page.locator("#modal[open] #modal-title")).to_have_text(title)

    async def close_modal(self) -> None:
        """Close the modal with Escape."""
        await self.page.keyboard.press("Escape")
        await expect(self.page.locator("#modal[open]")).to_have_count(0)

    @property
    def cards(self) -> Locator:
        """The lead cards in view, oldest first."""
        return self.page.locator("#messages article:not([data-ephemeral]):has([data-action-id='more'])")

    @property
    def ephemeral(self) -> Locator:
        """The newest message that only this person sees."""
        return self.page.locator("#messages article[data-ephemeral]").last

    def button(self, within: Locator, action: str) -> Locator:
        """A button of a message by its action."""
        return within.locator(f'[data-action-id="{action}"]')

    async def lead_arrives(self) -> None:
        """Let a lead arrive by the sandbox's panel, and the clock run until the bot has asked for it."""
        await self.page.click('[data-lead="kpro"]')
        await expect(self.page.locator("#toasts")).to_contain_text("A lead arrived at KPro Marketing.")
        await self.page.click('[data-clock="5m"]')

    async def broken_rules(self) -> list[str]:
        """What the browser complained of: errors, warnings, content-security violations, requests elsewhere."""
        violations: list[str] = await self.page.evaluate("window.violations")
        return self.faults + violations


def _chromium() -> str:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found:
        return found
    reason = "no Chromium on this machine (Debian: apt install chromium); the console is tested in a real one"
    if os.environ.get("LEADBELL_NO_SKIPS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all; each screen has a context, and so a storage, of its own."""
    executable = _chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=ARGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def house() -> AsyncIterator[House]:
    """A running product on the browser's event loop: nothing connected yet."""
    sandbox = Sandbox(tempo=Tempo(poll_seconds=60, post_gap=0.0, doubt_seconds=10))
    if record := os.environ.get("LEADBELL_RECORD"):
        sandbox.slack.recorder = Recorder(Path(record))
    await sandbox.start(history=0)
    made = House(sandbox)
    yield made
    await sandbox.stop()
    assert sandbox.slack.problems == []


@pytest_asyncio.fixture(loop_scope="session")
async def screens(browser: Browser, house: House) -> AsyncIterator[Callable[..., Any]]:
    """Makes screens; at the end none of them may have complained of anything."""
    opened: list[Screen] = []

    async def make(user: str, place: str = LEADS, **context: Any) -> Screen:
        options = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}, **context}
        own = await browser.new_context(**options)
        own.set_default_timeout(PATIENCE)
        await own.add_init_script(_VIOLATIONS)
        screen = Screen(await own.new_page(), house.sandbox.url)
        opened.append(screen)
        await screen.open(user, place)
        return screen

    expect.set_options(timeout=PATIENCE)
    yield make
    broken = [rule for screen in opened for rule in await screen.broken_rules()]
    for screen in opened:
        await screen.page.context.close()
    assert broken == []


@pytest_asyncio.fixture(loop_scope="session")
async def desk(house: House) -> House:
    """A connected desk whose channel #leads hears of new leads; Max approves every claim."""
    await house.connect()
    await house.subscribe(approval=["yes"], approvers=[MAX])
    return house


@pytest_asyncio.fixture(loop_scope="session")
async def open_desk(house: House) -> House:
    """A connected desk whose channel #leads hears of new leads; whoever claims first has it."""
    await house.connect()
    await house.subscribe()
    return house
