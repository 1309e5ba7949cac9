"""A message of the sandbox's workspace, as stored, as the app reads it and as a person sees it."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.sandbox.people import Team
from bot.sandbox.strict import Json

INTERACTIVE = frozenset(
    {
        "button", "overflow", "static_select", "external_select", "users_select", "conversations_select",
        "channels_select", "multi_static_select", "multi_external_select", "multi_users_select",
        "multi_conversations_select", "multi_channels_select", "checkboxes", "radio_buttons", "datepicker",
        "timepicker", "datetimepicker", "plain_text_input", "number_input", "email_text_input", "url_text_input",
        "rich_text_input", "file_input", "feedback_buttons", "icon_button", "workflow_button",
    }
)  # fmt: skip
"""Element types that carry an action_id."""


@dataclass(slots=True, eq=False)
class Message:
    """One message; ``only_for`` names who sees an ephemeral one."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    only_for: str | None = None
    by_app: bool = False
    metadata: Json | None = None
    edited: Json | None = None
    files: list[Json] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    broadcast: bool = False
    name: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, dict[str, Json]]] = field(default_factory=dict)

    def json(self, team: Team, *, with_metadata: bool = False) -> Json:
        """As ``conversations.history`` and interaction payloads show it to the app."""
        shown: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, "team": team.id}
        if self.by_app:
            shown |= {"bot_id": team.bot_id, "app_id": team.app_id}
            shown["bot_profile"] = {
                "id": team.bot_id,
                "app_id": team.app_id,
                "name": team.bot_name,
                "deleted": False,
                "team_id": team.id,
            }
        if self.blocks:
            shown["blocks"] = copy.deepcopy(self.blocks)
        if self.files:
            shown["files"] = copy.deepcopy(self.files)
            if not self.by_app:
                shown |= {"upload": False, "display_as_bot": False}
        if self.thread_ts:
            shown["thread_ts"] = self.thread_ts
        if self.broadcast:
            shown["subtype"] = "thread_broadcast"
        if self.edited:
            shown["edited"] = dict(self.edited)
        if self.reactions:
            shown["reactions"] = [
                {"name": name, "users": list(users), "count": len(users)} for name, users in self.reactions.items()
            ]
        if with_metadata and self.metadata:
            shown["metadata"] = copy.deepcopy(self.metadata)
        return shown


def with_ids(blocks: list[Json]) -> list[Json]:
    """A copy of the blocks with the block_ids and action_ids that Slack makes up where the app gave none."""
    given = copy.deepcopy(blocks)
    for block in given:
        if not block.get("block_id"):
            block["block_id"] = secrets.token_urlsafe(4)[:5]
        for element in elements_of(block):
            if not element.get("action_id"):
                element["action_id"] = secrets.token_urlsafe(4)[:5]
    return given


def elements_of(block: Json) -> Iterator[Json]:
    """The interactive elements of a block, wherever they stand in it."""
    stack: list[object] = [value for key, value in block.items() if key != "type"]
    while stack:
        value = stack.pop(0)
        if isinstance(value, dict):
            if value.get("type") in INTERACTIVE:
                yield value
            else:
                stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)


def find_element(blocks: list[Json], block_id: str, action_id: str) -> tuple[Json, Json] | None:
    """The block and its element with these ids, or None."""
    for block in blocks:
        if block.get("block_id") == block_id:
            for element in elements_of(block):
                if element.get("action_id") == action_id:
                    return block, element
    return None
