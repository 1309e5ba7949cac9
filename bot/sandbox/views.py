"""Modals and Home tabs: the views that the app opened, the stack each person has, and what was typed in them."""

from __future__ import annotations

import copy
import itertools
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.inputs import BadValue, Impossible, Surroundings, initial, read, stateful
from bot.sandbox.messages import elements_of, find_element, with_ids
from bot.sandbox.people import Team
from bot.sandbox.strict import Json

STACK = 3
"""A modal holds at most three views (https://docs.slack.dev/surfaces/modals)."""

Values = dict[str, dict[str, Json]]


@dataclass(slots=True, eq=False)
class View:
    """One modal view or one person's Home tab."""

    id: str
    user: str
    given: Json
    hash: str
    channel: str | None = None
    root_id: str = ""
    previous_id: str | None = None
    typed: Values = field(default_factory=dict)
    error: str | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        """The view's blocks, every id filled in."""
        blocks: list[Json] = self.given["blocks"]
        return blocks

    @property
    def external_id(self) -> str:
        """The app's own id of the view, or an empty string."""
        return str(self.given.get("external_id") or "")

    def state(self) -> Values:
        """``state.values`` as Slack sends it: what was typed over what the app gave as initial."""
        values: Values = {}
        for block, element in stateful_elements(self.blocks):
            block_id, action_id = block["block_id"], element["action_id"]
            typed = self.typed.get(block_id, {}).get(action_id)
            values.setdefault(block_id, {})[action_id] = copy.deepcopy(
                typed if typed is not None else initial(element, self.channel)
            )
        return values

    def type_in(self, values: Json, user: str, around: Surroundings) -> dict[str, str]:
        """Put what was typed into the view; gives what could not be typed, by block_id.

        ``values`` is ``{block_id: {action_id: raw}}``; raises Impossible for an input that the view does not have.
        """
        errors: dict[str, str] = {}
        for block_id, actions in values.items():
            if not isinstance(actions, dict):
                raise Impossible("values is {block_id: {action_id: value}}.")
            for action_id, raw in actions.items():
                found = find_element(self.blocks, block_id, action_id)
                if found is None or not stateful(found[1]):
                    raise Impossible(f"There is no input {block_id!r}, {action_id!r}.")
                try:
                    typed = read(found[1], raw, user, block_id, around)
                except BadValue as error:
                    errors[block_id] = str(error)
                else:
                    self.typed.setdefault(block_id, {})[action_id] = typed
        return errors

    def json(self, team: Team) -> Json:
        """The view as Slack returns it and sends it with an interaction."""
        given = self.given
        shown: Json = {
            "id": self.id,
            "team_id": team.id,
            "type": given["type"],
            "blocks": copy.deepcopy(self.blocks),
            "private_metadata": given.get("private_metadata") or "",
            "callback_id": given.get("callback_id") or "",
            "state": {"values": self.state()},
            "hash": self.hash,
            "title": given.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
            "clear_on_close": bool(given.get("clear_on_close")),
            "notify_on_close": bool(given.get("notify_on_close")),
            "close": given.get("close"),
            "submit": given.get("submit"),
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": team.app_id,
            "external_id": self.external_id,
            "app_installed_team_id": team.installed_as,
            "bot_id": team.bot_id,
        }
        return copy.deepcopy(shown)


def stateful_elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every block and element of which ``state.values`` tells."""
    for block in blocks:
        for element in elements_of(block):
            if stateful(element):
                yield block, element


class ViewError(Exception):
    """A view that Slack would refuse; the message is Slack's error code."""


class Views:
    """Every open view of the workspace."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._numbers = itertools.count(1)
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    def _id(self) -> str:
        return f"V{next(self._numbers):03d}{secrets.token_hex(4).upper()}"

    def _hash(self) -> str:
        return f"{int(self._now().timestamp())}.{secrets.token_hex(4)}"

    def stack(self, user: str) -> list[View]:
        """The person's open modal views, the root first."""
        return list(self._stacks.get(user, []))

    def top(self, user: str) -> View | None:
        """The modal view that the person sees."""
        stack = self._stacks.get(user)
        return stack[-1] if stack else None

    def home(self, user: str) -> View | None:
        """The person's Home tab, if the app has published one."""
        return self._homes.get(user)

    def find(self, *, view_id: str | None = None, external_id: str | None = None) -> View | None:
        """The open view with this id or external id."""
        for view in itertools.chain(*self._stacks.values(), self._homes.values()):
            if (view_id and view.id == view_id) or (external_id and view.external_id == external_id):
                return view
        return None

    def open(self, user: str, given: Json, channel: str | None) -> View:
        """Start a new stack with this view; the person's former modal goes away."""
        self._external_id_free(given, besides=self._stacks.get(user, []))
        view = View(self._id(), user, _prepared(given), self._hash(), channel)
        view.root_id = view.id
        self._stacks[user] = [view]
        return view

    def push(self, user: str, given: Json) -> View:
        """Put a view on top of the person's open modal; ViewError push_limit_reached beyond three."""
        stack = self._stacks.get(user)
        if not stack:
            raise ViewError("not_found")
        if len(stack) >= STACK:
            raise ViewError("push_limit_reached")
        self._external_id_free(given)
        under = stack[-1]
        view = View(self._id(), user, _prepared(given), self._hash(), under.channel, under.root_id, under.id)
        stack.append(view)
        return view

    def update(self, view: View, given: Json, expected_hash: str | None = None) -> View:
        """Replace what a view shows; what was typed stays where block_id, action_id and type stay."""
        if expected_hash is not None and expected_hash != view.hash:
            raise ViewError("hash_conflict")
        self._external_id_free(given, besides=[view])
        view.given = _prepared(given)
        view.hash = self._hash()
        view.error, view.errors = None, {}
        kept: Values = {}
        for block, element in stateful_elements(view.blocks):
            typed = view.typed.get(block["block_id"], {}).get(element["action_id"])
            if typed is not None and typed["type"] == element["type"]:
                kept.setdefault(block["block_id"], {})[element["action_id"]] = typed
        view.typed = kept
        return view

    def publish(self, user: str, given: Json, expected_hash: str | None = None) -> View:
        """Show a Home tab to the person."""
        home = self._homes.get(user)
        if home is not None:
            return self.update(home, given, expected_hash)
        self._external_id_free(given)
        home = View(self._id(), user, _prepared(given), self._hash())
        home.root_id = home.id
        self._homes[user] = home
        return home

    def pop(self, user: str) -> None:
        """Close the top view; the one beneath is seen again."""
        stack = self._stacks.get(user)
        if stack:
            stack.pop()
            if not stack:
                del self._stacks[user]

    def clear(self, user: str) -> None:
        """Close the person's whole modal."""
        self._stacks.pop(user, None)

    def _external_id_free(self, given: Json, besides: list[View] | None = None) -> None:
        external = given.get("external_id")
        other = self.find(external_id=external) if external else None
        if other is not None and all(other is not view for view in besides or []):
            raise ViewError("duplicate_external_id")


def _prepared(given: Json) -> Json:
    return {**copy.deepcopy(given), "blocks": with_ids(given.get("blocks") or [])}
