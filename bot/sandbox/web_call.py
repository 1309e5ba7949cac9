"""One call of Slack's Web API: its arguments, its errors, and what a method declares about itself."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from bot.sandbox.people import Channel
from bot.sandbox.strict import Json
from bot.sandbox.workspace import Workspace

if TYPE_CHECKING:
    from bot.sandbox.platform import Holder, Platform
    from bot.sandbox.slack import SlackStandIn

Item = TypeVar("Item")


class ApiError(Exception):
    """A call that Slack answers with ``ok: false``; ``extra`` goes into the answer.

    ``fault`` tells that no correct app makes this call: it is added to the stand-in's problems.
    """

    def __init__(self, code: str, *, fault: str | None = None, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.fault = fault
        self.extra = extra


@dataclass(slots=True)
class Call:
    """A call with decoded arguments, its token already verified; ``standin`` is the workspace that it is about."""

    standin: SlackStandIn
    method: str
    args: Json
    base_url: str
    token: str = ""
    authorization: str = ""

    @property
    def platform(self) -> Platform:
        """What all workspaces have in common."""
        return self.standin.platform

    def holder(self) -> Holder:
        """Whose the call's token is."""
        held = self.platform.holder(self.token)
        if held is None:
            raise ApiError("invalid_auth")
        return held

    @property
    def workspace(self) -> Workspace:
        """The state that the call reads and changes."""
        return self.standin.workspace

    @property
    def bot(self) -> str:
        """The app's own user id."""
        return self.workspace.team.bot_user_id

    def text(self, name: str) -> str | None:
        """A text argument; numbers and lists are refused as Slack refuses them."""
        value = self.args.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise invalid_arguments(f"must be a string: {name}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean argument, which may come as text in a form."""
        value = self.args.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if str(value).lower() in {"true", "1"}:
            return True
        if str(value).lower() in {"false", "0"}:
            return False
        raise invalid_arguments(f"must be a boolean: {name}")

    def number(self, name: str, default: int, *, most: int) -> int:
        """A whole number from 1 to ``most``, which may come as text in a form."""
        value = self.args.get(name)
        if value is None:
            return default
        try:
            given = int(value)
        except (TypeError, ValueError):
            raise invalid_arguments(f"must be an integer: {name}") from None
        if not 1 <= given <= most:
            raise ApiError("invalid_limit", fault=f"{name}={given} is not within 1 to {most}")
        return given

    def object(self, name: str) -> Any:
        """An object or array argument, which may come as JSON text."""
        value = self.args.get(name)
        if isinstance(value, str):
            try:
                return json.loads(value)
            except ValueError:
                raise invalid_arguments(f"must be JSON: {name}") from None
        return value

    def need_scope(self, scope: str) -> None:
        """Raise missing_scope unless the app was given the scope."""
        scopes = self.standin.scopes
        if scope not in scopes:
            raise ApiError("missing_scope", needed=scope, provided=",".join(sorted(scopes)))

    def channel(self, name: str = "channel") -> Channel:
        """The conversation that an argument names, as far as the app may know of it."""
        channel_id = self.text(name) or ""
        channel = self.workspace.channels.get(channel_id)
        if channel is None:
            raise ApiError("channel_not_found")
        if (channel.is_private or channel.is_im) and not self.workspace.in_channel(channel):
            raise ApiError("channel_not_found")
        return channel

    def page(self, items: Sequence[Item], limit: int) -> tuple[list[Item], str]:
        """One page of a list by its ``cursor`` argument, and the cursor of the next page ('' at the end)."""
        start = 0
        cursor = self.text("cursor")
        if cursor:
            try:
                word, _, place = base64.b64decode(cursor, validate=True).decode().partition(":")
                start = int(place)
            except (binascii.Error, ValueError):
                raise ApiError("invalid_cursor", fault=f"unknown cursor {cursor!r}") from None
            if word != self.method or start <= 0:
                raise ApiError("invalid_cursor", fault=f"cursor {cursor!r} is not one of {self.method}")
        end = start + limit
        following = base64.b64encode(f"{self.method}:{end}".encode()).decode() if end < len(items) else ""
        return list(items[start:end]), following


def invalid_arguments(*messages: str) -> ApiError:
    """The error for arguments that no correct app sends."""
    told = [f"[ERROR] {message}" for message in messages]
    return ApiError("invalid_arguments", fault="; ".join(messages), response_metadata={"messages": told})


Handler = Callable[[Call], Json]


@dataclass(frozen=True, slots=True)
class Method:
    """A Web API method: who serves it, what it takes, which scope it needs.

    ``json`` is False for methods of which Slack documents form arguments only. ``app_level`` methods take the app-level
    token, ``client`` methods the app's client id and secret in place of a token. ``anywhere``: with the token of an
    organisation it needs no workspace.
    """

    handler: Handler
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    scope: str | None = None
    json: bool = True
    objects: frozenset[str] = field(default_factory=frozenset)
    app_level: bool = False
    client: bool = False
    anywhere: bool = False
