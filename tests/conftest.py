"""The whole product in one process, for tests: the real bot over HTTP, strict stand-ins, people who act.

Time stands where the clock puts it: polls and digests ring when a test moves the clock, and nothing sleeps for long.
Every payload that the bot sends is checked against Slack's schema; a fault fails the test that caused it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.demo import Sandbox
from bot.sandbox.gestures import common
from bot.sandbox.messages import Message
from bot.sandbox.push import Reply
from bot.sandbox.slack import SlackStandIn
from bot.sandbox.strict import Recorder
from bot.settings import Tempo
from commands.forms.read import element_value
from providers.kpro.stand_in import KproStandIn
from storage import deliveries

Json = dict[str, Any]
ADA, MAX, ZOE, SAM, GUEST = "U0ADA", "U0MAX", "U0ZOE", "U0SAM", "U0GUEST"
PATIENCE = 20.0
"""Seconds within which whatever was begun has to be done, on the busiest machine."""
LEADS, NORTH, PARTNERS, GENERAL = "C0LEADS", "C0NORTH", "C0PARTNERS", "C0GENERAL"

for _name in [n for n in os.environ if n.startswith(("SLACK_", "LEADBELL_"))]:
    if _name not in ("LEADBELL_RECORD", "LEADBELL_NO_SKIPS"):
        del os.environ[_name]


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a third of the time, a test waits for threads and sockets."""
    return (os.cpu_count() or 1) + 1


class House:
    """People of one of the sandbox's workspaces, at work.

    In the second one (``other``) people and channels are called as in the first: ADA is Ada Finch there.
    """

    def __init__(self, sandbox: Sandbox, slack: SlackStandIn | None = None) -> None:
        self.sandbox = sandbox
        self.slack = slack or sandbox.slack

    @property
    def other(self) -> House:
        """The same for the second workspace."""
        return House(self.sandbox, self.sandbox.second)

    def here(self, name: str) -> str:
        """This workspace's id of a person or a conversation, by the first one's."""
        workspace, mine = self.slack.workspace, f"{name[:1]}1{name[2:]}"
        is_other = self.slack is self.sandbox.second and name[1:2] == "0"
        return mine if is_other and (mine in workspace.people or mine in workspace.channels) else name

    @property
    def kpro(self) -> KproStandIn:
        system = self.sandbox.systems["kpro"]
        assert isinstance(system, KproStandIn)
        return system

    def credentials(self, provider: str = "kpro") -> dict[str, Any]:
        """What a lead system's stand-in accepts, as it is typed."""
        held = dict(self.slack.credentials[provider])
        return held | ({"api_key": self.kpro.api_key} if provider == "kpro" else {})

    # -- acting

    async def command(self, user: str, text: str, channel: str = LEADS) -> Message | None:
        """Type a slash command; what the person alone is shown, if anything."""
        user, channel = self.here(user), self.here(channel)
        before = len(self.slack.workspace.messages[channel])
        await self.slack.people.command(user, channel, text)
        await self.quiet()  # on a busy machine the answer comes after the acknowledgement
        new = [m for m in self.slack.workspace.messages[channel][before:] if m.only_for == user]
        return new[-1] if new else None

    async def submit(self, user: str, **values: Any) -> dict[str, str]:
        """Send the open modal with values by block id; errors by block id."""
        errors = await self.slack.modals.submit(self.here(user), {k: {"value": v} for k, v in values.items()})
        await self.quiet()
        return errors

    async def press(self, user: str, message: Message, action: str, *, selected: Any = None, nth: int = 0) -> None:
        """Press a button of a message, or choose in its menu; the ``nth`` of several with one action id."""
        block = [b for b in message.blocks for e in elements(b) if e.get("action_id") == action][nth]
        await self.slack.interactions.press_in_message(
            self.here(user), message.channel, message.ts, block["block_id"], action, selected
        )
        await self.quiet()

    async def choose(self, user: str, message: Message, label: str) -> None:
        """Choose from a card's overflow menu by what it says."""
        menu = next(e for b in message.blocks for e in elements(b) if e.get("action_id") == "more")
        value = next(o["value"] for o in menu["options"] if o["text"]["text"].startswith(label))
        await self.press(user, message, "more", selected=value)

    async def press_in_view(self, user: str, action: str, *, nth: int = 0) -> None:
        """Press a button of the open modal."""
        view = self.view(user) or {}
        block = [b for b in view["blocks"] for e in elements(b) if e.get("action_id") == action][nth]
        await self.slack.interactions.press_in_view(self.here(user), block["block_id"], action)
        await self.quiet()

    async def home(self, user: str) -> Json:
        """Open Leadbell's Home; what is published there then."""
        self.slack.people.home_seconds = 0
        await self.slack.people.open_home(self.here(user))
        await self.quiet()
        return self.home_now(user)

    def home_now(self, user: str) -> Json:
        """What is published in somebody's Home."""
        view = self.slack.workspace.views.home(self.here(user))
        return view.json(self.slack.workspace.team) if view else {"blocks": []}

    def home_says(self, user: str) -> str:
        """All that somebody's Home shows."""
        return "\n".join(texts(self.home_now(user)["blocks"]))

    async def press_home(self, user: str, action: str, *, nth: int = 0) -> None:
        """Press a button of somebody's Home."""
        blocks = self.home_now(user)["blocks"]
        block = [b for b in blocks for e in elements(b) if e.get("action_id") == action][nth]
        user = self.here(user)
        view = self.slack.workspace.views.home(user)
        assert view is not None
        await self.slack.interactions.press_in_view(user, block["block_id"], action, view_id=view.id)
        await self.quiet()

    async def shortcut(self, user: str, callback_id: str, message: Message | None = None) -> None:
        """Use a shortcut, on a message where one is given."""
        channel, ts = (message.channel, message.ts) if message else (None, None)
        reply = await self.slack.people.shortcut(self.here(user), callback_id, channel, ts)
        assert reply.ok
        await self.quiet()

    async def options(self, user: str, block: str, typed: str) -> dict[str, str]:
        """What a select of the open modal offers for what is typed: names by value."""
        found = await self.slack.interactions.options(self.here(user), block, "value", typed)
        assert "error" not in found
        return {o["value"]: o["text"]["text"] for o in found["options"]}

    async def forge(self, user: str, message: Message, action: str, value: str) -> Reply:
        """Send a press as Slack would, with an action id and a value that stand on no button."""
        workspace, user = self.slack.workspace, self.here(user)
        response = workspace.tickets.response(user, message.channel, message_ts=message.ts)
        payload = {
            **common(self.slack, workspace.people[user]),
            "type": "block_actions",
            "container": {"type": "message", "message_ts": message.ts, "channel_id": message.channel},
            "trigger_id": workspace.tickets.trigger(user, channel=message.channel),
            "channel": {"id": message.channel, "name": workspace.channels[message.channel].name},
            "response_url": f"{self.slack.own_url()}/respond/{response}",
            "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value, "action_ts": "1.2"}],
        }
        reply = await self.slack.push.interactive(payload)
        await self.quiet()
        return reply

    async def connect(self, name: str = "north", user: str = ADA, *, provider: str = "kpro", **values: Any) -> None:
        """Connect a lead system, and let its first poll go through."""
        await self.command(user, f"/leads connect {provider}")
        errors = await self.submit(user, name=name, **(self.credentials(provider) | values))
        assert errors == {}
        await self.slack.modals.close(self.here(user), all_views=True)
        await self.poll()

    async def subscribe(self, channel: str = LEADS, user: str = ADA, **values: Any) -> None:
        """Subscribe a channel."""
        await self.command(user, "/leads subscribe", channel)
        assert await self.submit(user, channel=self.here(channel), **values) == {}
        await self.slack.modals.close(self.here(user), all_views=True)
        await self.quiet()

    async def poll(self, seconds: float = 61) -> None:
        """Move the clock so that every connection polls, and wait until all is delivered."""
        await self.sandbox.advance(seconds)
        await self.quiet()

    async def arrive(self, provider: str = "kpro", **fields: Any) -> Json:
        """A new lead at a lead system, polled and delivered."""
        lead = await self.sandbox.systems[provider].arrive(**fields)
        await self.poll()
        return lead

    async def doubt(self, times: int = 1) -> None:
        """Move the clock past the time after which failed and doubtful deliveries are tried again."""
        for _ in range(times):
            await self.sandbox.advance(16)
            await self.quiet()

    async def quiet(self) -> None:
        """Wait until no task runs and nothing that is due waits, in the outbox or for a lead system."""
        bot, tired_at = self.sandbox.bot, time.monotonic() + PATIENCE
        while time.monotonic() < tired_at:
            before = set(bot.tasks.running)  # one that ends meanwhile may have left something to be done
            open_rows = await bot.database.read(
                lambda tx: tx.value(
                    "SELECT (SELECT COUNT(*) FROM outbox WHERE state IN ('pending', 'sending') AND next_at <= ?1 "
                    "AND workspace IN (SELECT workspace FROM workspaces WHERE stopped IS NULL)) "
                    "+ (SELECT COUNT(*) FROM writes w JOIN connections c ON c.connection = w.connection "
                    "WHERE w.state IN ('pending', 'sending', 'doubt') AND w.next_at <= ?1 AND c.state = 'active' "
                    "AND w.workspace IN (SELECT workspace FROM workspaces WHERE stopped IS NULL)) "
                    "+ (SELECT COUNT(*) FROM homes WHERE wanted > drawn AND next_at <= ?1 "
                    "AND workspace IN (SELECT workspace FROM workspaces WHERE stopped IS NULL))",
                    self.sandbox.clock.now().isoformat(timespec="milliseconds"),
                )
            )
            running = [t for t in before | bot.tasks.running if not t.get_name().startswith("plan")]
            if not running and not open_rows:
                return
            await asyncio.sleep(0.002)  # for sockets, not for time
        waiting = await bot.database.read(
            lambda tx: [tuple(row) for row in tx.all("SELECT kind, lane, state, next_at, error FROM outbox")]
        )
        names = [t.get_name() for t in running]
        raise AssertionError(f"the bot does not come to rest: {names}, {[w for w in waiting if w[2] != 'sent']}")

    # -- seeing

    def messages(self, channel: str, user: str = ADA) -> list[Message]:
        """What a person sees in a channel, oldest first."""
        user, channel = self.here(user), self.here(channel)
        return [m for m in self.slack.workspace.messages[channel] if m.only_for in (None, user)]

    def cards(self, channel: str = LEADS) -> list[Message]:
        """The lead cards in a channel, oldest first."""
        return [m for m in self.messages(channel) if m.by_app and m.only_for is None and action_ids(m) >= {"more"}]

    def thread(self, message: Message) -> list[str]:
        """The texts below a message."""
        return [m.text for m in self.messages(message.channel) if m.thread_ts == message.ts and m.ts != message.ts]

    def dms(self, user: str) -> list[Message]:
        """What Leadbell wrote to somebody, oldest first."""
        channel = self.slack.workspace.open_dm(self.here(user)).id
        return [m for m in self.messages(channel, user) if m.by_app and m.only_for is None]

    def told(self, user: str, channel: str = LEADS) -> list[str]:
        """What only this person was shown in a channel."""
        return [shown(m) for m in self.messages(channel, user) if m.only_for == self.here(user)]

    def says(self, user: str) -> str:
        """All that the open modal shows."""
        view = self.view(user)
        return "\n".join(texts([view["title"], view["blocks"]])) if view else ""

    def typed(self, user: str) -> dict[str, Any]:
        """What the open modal's inputs hold, by block id."""
        values = (self.view(user) or {"state": {"values": {}}})["state"]["values"]
        return {block: element_value(each["value"]) for block, each in values.items() if "value" in each}

    async def outbox(self) -> dict[str, int]:
        """Deliveries that are not sent, by state."""
        team = self.slack.workspace.team.id
        return await self.sandbox.bot.database.read(lambda tx: deliveries.tally(tx, team))

    def view(self, user: str) -> Json | None:
        """The modal that a person has open."""
        view = self.slack.workspace.views.top(self.here(user))
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


@pytest.fixture
async def offices(make_house: Callable[..., Any]) -> tuple[House, House]:
    """A running product that two workspaces installed from its web page: nothing connected yet."""
    made: House = await make_house(oauth=True)
    await made.quiet()
    return made, made.other


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack is answered after a tenth of a second instead of two: what takes longer comes late."""
    monkeypatch.setattr("bot.slack.edge.PATIENCE", 0.1)
