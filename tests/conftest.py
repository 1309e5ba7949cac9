"""The whole product in one process, for tests: the real bot over HTTP, strict stand-ins, people who act.

Time stands where the clock puts it: polls and digests ring when a test moves the clock, and nothing sleeps for long.
Every payload that the bot sends is checked against Slack's schema; a fault fails the test that caused it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.demo import Sandbox
from bot.sandbox.messages import Message
from bot.sandbox.strict import Recorder
from bot.settings import Tempo
from providers.kpro.stand_in import KproStandIn

Json = dict[str, Any]
ADA, MAX, ZOE, SAM, GUEST = "U0ADA", "U0MAX", "U0ZOE", "U0SAM", "U0GUEST"
LEADS, NORTH, PARTNERS, GENERAL = "C0LEADS", "C0NORTH", "C0PARTNERS", "C0GENERAL"

for _name in [n for n in os.environ if n.startswith(("SLACK_", "LEADBELL_"))]:
    if _name != "LEADBELL_RECORD":
        del os.environ[_name]


class House:
    """People of the sandbox's workspace, at work."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.slack = sandbox.slack

    @property
    def kpro(self) -> KproStandIn:
        system = self.sandbox.systems["kpro"]
        assert isinstance(system, KproStandIn)
        return system

    # -- acting

    async def command(self, user: str, text: str, channel: str = LEADS) -> Message | None:
        """Type a slash command; what the person alone is shown, if anything."""
        answer = await self.slack.people.command(user, channel, text)
        await self.quiet()
        return answer

    async def submit(self, user: str, **values: Any) -> dict[str, str]:
        """Send the open modal with values by block id; errors by block id."""
        errors = await self.slack.modals.submit(user, {k: {"value": v} for k, v in values.items()})
        await self.quiet()
        return errors

    async def press(self, user: str, message: Message, action: str, *, selected: Any = None) -> None:
        """Press a button of a message, or choose in its menu."""
        block = next(b for b in message.blocks for e in elements(b) if e.get("action_id") == action)
        await self.slack.interactions.press_in_message(
            user, message.channel, message.ts, block["block_id"], action, selected
        )
        await self.quiet()

    async def choose(self, user: str, message: Message, label: str) -> None:
        """Choose from a card's overflow menu by what it says."""
        menu = next(e for b in message.blocks for e in elements(b) if e.get("action_id") == "more")
        value = next(o["value"] for o in menu["options"] if o["text"]["text"].startswith(label))
        await self.press(user, message, "more", selected=value)

    async def connect(self, name: str = "north", user: str = ADA) -> None:
        """Connect KPro, and let its first poll go through."""
        await self.command(user, "/leads connect")
        errors = await self.submit(user, name=name, api_key=self.kpro.api_key)
        assert errors == {}
        await self.slack.modals.close(user, all_views=True)
        await self.poll()

    async def subscribe(self, channel: str = LEADS, user: str = ADA, **values: Any) -> None:
        """Subscribe a channel."""
        await self.command(user, "/leads subscribe", channel)
        assert await self.submit(user, channel=channel, **values) == {}
        await self.slack.modals.close(user, all_views=True)
        await self.quiet()

    async def poll(self, seconds: float = 61) -> None:
        """Move the clock so that every connection polls, and wait until all is delivered."""
        await self.sandbox.advance(seconds)
        await self.quiet()

    async def arrive(self, **fields: Any) -> Json:
        """A new lead at KPro, polled and delivered."""
        lead = await self.kpro.arrive(**fields)
        await self.poll()
        return lead

    async def quiet(self) -> None:
        """Wait until no task runs and nothing that is due waits in the outbox."""
        bot = self.sandbox.bot
        for _ in range(400):
            running = [t for t in bot.tasks.running if not t.get_name().startswith("plan")]
            open_rows = await bot.database.read(
                lambda tx: tx.value(
                    "SELECT COUNT(*) FROM outbox WHERE state IN ('pending', 'sending') AND next_at <= ?",
                    self.sandbox.clock.now().isoformat(timespec="milliseconds"),
                )
            )
            if not running and not open_rows:
                return
            await asyncio.sleep(0.01)  # for sockets, not for time
        raise AssertionError("the bot does not come to rest")

    # -- seeing

    def messages(self, channel: str, user: str = ADA) -> list[Message]:
        """What a person sees in a channel, oldest first."""
        return [m for m in self.slack.workspace.messages[channel] if m.only_for in (None, user)]

    def cards(self, channel: str = LEADS) -> list[Message]:
        """The lead cards in a channel, oldest first."""
        return [m for m in self.messages(channel) if m.by_app and m.only_for is None and action_ids(m) >= {"more"}]

    def thread(self, message: Message) -> list[str]:
        """The texts below a message."""
        return [m.text for m in self.messages(message.channel) if m.thread_ts == message.ts and m.ts != message.ts]

    def dms(self, user: str) -> list[Message]:
        """What Leadbell wrote to somebody, oldest first."""
        channel = self.slack.workspace.open_dm(user).id
        return [m for m in self.messages(channel, user) if m.by_app and m.only_for is None]

    def told(self, user: str, channel: str = LEADS) -> list[str]:
        """What only this person was shown in a channel."""
        return [shown(m) for m in self.messages(channel, user) if m.only_for == user]

    def view(self, user: str) -> Json | None:
        """The modal that a person has open."""
        view = self.slack.workspace.views.top(user)
        return view.json(self.slack.workspace.team) if view else None


def elements(block: Json) -> list[Json]:
    """The elements of a block, its accessory among them."""
    return [*(block.get("elements") or []), *([block["accessory"]] if block.get("accessory") else [])]


def action_ids(message: Message) -> set[str]:
    """The action ids that a message offers."""
    return {e["action_id"] for b in message.blocks for e in elements(b) if "action_id" in e}


def texts(value: object) -> list[str]:
    """Every text in blocks."""
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [t for v in value.values() for t in texts(v)]
    return [t for v in value for t in texts(v)] if isinstance(value, list) else []


def shown(message: Message) -> str:
    """All that a message shows."""
    return "\n".join([message.text, *texts(message.blocks)])


@pytest.fixture
async def make_house(tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    """Makes houses; each is stopped at the end, and must have sent nothing that Slack would refuse."""
    houses: list[House] = []

    async def make(*, tempo: Tempo | None = None, history: int = 0, **kwargs: Any) -> House:
        record = os.environ.get("LEADBELL_RECORD")
        sandbox = Sandbox(tempo=tempo or Tempo(poll_seconds=60, post_gap=0.0, doubt_seconds=10), **kwargs)
        if record:
            sandbox.slack.recorder = Recorder(Path(record))
        await sandbox.start(history=history)
        houses.append(House(sandbox))
        return houses[-1]

    yield make
    for house in houses:
        await house.sandbox.stop()
        assert house.slack.problems == []


@pytest.fixture
async def house(make_house: Callable[..., Any]) -> House:
    """A running product: nothing connected yet."""
    made: House = await make_house()
    return made
