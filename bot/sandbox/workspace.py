"""The state of one workspace of the sandbox: who is there, what was said, what is open. No HTTP."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.sandbox.files import Files
from bot.sandbox.installation import Installation
from bot.sandbox.messages import Message, with_ids
from bot.sandbox.people import Channel, Person, Team
from bot.sandbox.strict import Json
from bot.sandbox.tickets import Tickets
from bot.sandbox.views import Views

SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut of the app's manifest."""

    callback_id: str
    type: Literal["global", "message"]
    name: str


class Workspace:
    """One workspace, and the app in it.

    ``base_url`` is where the stand-in can be reached: file URLs are made from it. ``revision`` grows whenever anything
    that a person could see has changed; ``listeners`` are told.
    """

    def __init__(self, team: Team, now: Callable[[], datetime]) -> None:
        self.team = team
        self.now = now
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, list[Message]] = {}
        self.tickets = Tickets(now)
        self.views = Views(now)
        self.files = Files(now)
        self.commands: list[str] = ["/leads"]
        self.shortcuts: list[Shortcut] = []
        self.home_tab = True
        self.installation = Installation()
        self.base_url: str | None = None
        self.revision = 0
        self.listeners: set[Callable[[int], None]] = set()
        self._last_ts = 0
        self._by_ts: dict[tuple[str, str], Message] = {}
        self._replies: dict[tuple[str, str], list[Message]] = {}
        self._offered: dict[tuple[str, str, str], dict[str, Json]] = {}

    @property
    def installed(self) -> bool:
        """Whether the app is installed in this workspace itself."""
        return self.installation.active

    @installed.setter
    def installed(self, yes: bool) -> None:
        self.installation.active = yes

    # -- changes

    def touch(self) -> None:
        """Tell everybody who watches that something visible changed."""
        self.revision += 1
        for listener in list(self.listeners):
            listener(self.revision)

    def ts(self) -> str:
        """A new message timestamp, unique and rising."""
        micros = max(int(self.now().timestamp() * 1_000_000), self._last_ts + 1)
        self._last_ts = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    # -- people and channels

    def members(self) -> list[Person]:
        """The people, bots left out."""
        return [p for p in self.people.values() if not p.is_bot and p.id != SLACKBOT]

    def add_channel(self, channel: Channel) -> None:
        """Make a channel."""
        self.channels[channel.id] = channel
        self.messages[channel.id] = []

    def open_dm(self, user: str) -> Channel:
        """The direct conversation of a person with the app; made when there is none."""
        dm_id = "D" + user[1:]
        if dm_id not in self.channels:
            self.add_channel(Channel(dm_id, "directmessage", members=[user, self.team.bot_user_id], dm_user=user))
            self.touch()
        return self.channels[dm_id]

    def seen_by(self, user: str, channel_id: str) -> Channel | None:
        """The channel if this person is in it.

        A person's own direct conversation with the app is opened when asked for, by its id or by the app's.
        """
        if user in self.people and channel_id in {"D" + user[1:], self.team.bot_user_id}:
            return self.open_dm(user)
        channel = self.channels.get(channel_id)
        return channel if channel is not None and user in channel.members else None

    def in_channel(self, channel: Channel) -> bool:
        """Whether the app is a member."""
        return self.team.bot_user_id in channel.members

    def leave_channels(self) -> None:
        """The bot user is deactivated: it is in no channel any more.

        https://docs.slack.dev/reference/methods/auth.revoke ("remove its channel memberships").
        """
        bot = self.team.bot_user_id
        for channel in self.channels.values():
            if not channel.is_im and bot in channel.members:
                channel.members.remove(bot)
        self.touch()

    def names_something(self, args: Json) -> bool:
        """Whether a call's arguments name a conversation, a person, a view, a trigger or a file of this workspace."""
        users = args.get("users") or args.get("user") or args.get("user_id") or ""
        named = users.split(",") if isinstance(users, str) else list(users)
        return (
            args.get("channel") in {*self.channels, *self.people}
            or args.get("channel_id") in self.channels
            or any(user in self.people for user in named)
            or self.views.find(view_id=args.get("view_id"), external_id=args.get("external_id")) is not None
            or self.tickets.gave(str(args.get("trigger_id")))
            or self.files.get(str(args.get("file"))) is not None
        )

    # -- messages

    def find(self, channel_id: str, ts: str) -> Message | None:
        """The message with this timestamp, ephemeral ones included."""
        return self._by_ts.get((channel_id, ts))

    def post(
        self,
        channel_id: str,
        user: str,
        text: str,
        *,
        blocks: Iterable[Json] = (),
        thread_ts: str | None = None,
        only_for: str | None = None,
        metadata: Json | None = None,
        files: Iterable[Json] = (),
        broadcast: bool = False,
        name: str | None = None,
    ) -> Message:
        """Put a message into a channel. A reply to a reply goes to the thread's parent."""
        parent = self.find(channel_id, thread_ts) if thread_ts else None
        made = Message(
            self.ts(),
            channel_id,
            user,
            text,
            with_ids(list(blocks)),
            thread_ts=(parent.thread_ts or parent.ts) if parent else thread_ts,
            only_for=only_for,
            by_app=user == self.team.bot_user_id,
            metadata=copy.deepcopy(metadata),
            files=list(files),
            broadcast=broadcast,
            name=name,
        )
        self.messages[channel_id].append(made)
        self._by_ts[channel_id, made.ts] = made
        if made.thread_ts and only_for is None:
            self._replies.setdefault((channel_id, made.thread_ts), []).append(made)
        self.touch()
        return made

    def remove(self, message: Message) -> None:
        """Delete a message."""
        self.messages[message.channel].remove(message)
        del self._by_ts[message.channel, message.ts]
        if message.thread_ts and message.only_for is None:
            self._replies[message.channel, message.thread_ts].remove(message)
        self.touch()

    def thread(self, parent: Message) -> list[Message]:
        """The replies that everybody sees, oldest first."""
        return list(self._replies.get((parent.channel, parent.ts), []))

    def message_json(self, message: Message, *, with_metadata: bool = False) -> Json:
        """The message as the app reads it, with the figures of its thread."""
        shown = message.json(self.team, with_metadata=with_metadata)
        replies = self.thread(message) if message.only_for is None else []
        if replies:
            users = list(dict.fromkeys(each.user for each in replies))
            shown |= {
                "thread_ts": message.ts,
                "reply_count": len(replies),
                "reply_users": users,
                "reply_users_count": len(users),
                "latest_reply": replies[-1].ts,
                "is_locked": False,
                "subscribed": False,
            }
        elif message.thread_ts and message.only_for is None:
            parent = self.find(message.channel, message.thread_ts)
            if parent:
                shown["parent_user_id"] = parent.user
        return shown

    # -- what values may point to (inputs.Surroundings)

    def has_person(self, user: str) -> bool:
        """Whether a person can be chosen."""
        return user in self.people

    def has_channel(self, channel: str, *, public_only: bool) -> bool:
        """Whether a conversation can be chosen."""
        found = self.channels.get(channel)
        return found is not None and not (public_only and (found.is_private or found.is_im))

    def file_json(self, file_id: str) -> Json | None:
        """The file object, or None."""
        file = self.files.get(file_id)
        return file.json(self.team, self.base_url or "") if file is not None and file.received else None

    def offer(self, user: str, block_id: str, action_id: str, options: list[Json]) -> None:
        """Remember what an external select has offered: only that can be chosen."""
        known = self._offered.setdefault((user, block_id, action_id), {})
        known.update({str(option["value"]): option for option in options})

    def offered(self, user: str, block_id: str, action_id: str) -> list[Json]:
        """What an external select has offered this person so far."""
        return list(self._offered.get((user, block_id, action_id), {}).values())
