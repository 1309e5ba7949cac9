"""Trigger ids and response URLs: the short-lived permissions that Slack hands out with an interaction."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

TRIGGER_SECONDS = 3.0
"""A trigger id dies 3 seconds after it was sent (https://docs.slack.dev/interactivity/handling-user-interaction)."""
RESPONSE_USES = 5
RESPONSE_LIFE = timedelta(minutes=30)
"""A response URL takes 5 posts within 30 minutes (same page)."""


@dataclass(slots=True)
class Trigger:
    """Permission to open one modal for one person."""

    id: str
    user: str
    channel: str | None
    in_modal: bool
    born: float
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """Permission to answer in the channel of an interaction; ``message_ts`` is the message it came from."""

    id: str
    user: str
    channel: str
    message_ts: str | None
    thread_ts: str | None
    born: datetime
    uses: int = 0


def forget_oldest(kept: dict[str, Any], most: int = 20_000) -> None:
    """Keep a long-running sandbox small: drop what was put in first."""
    while len(kept) > most:
        del kept[next(iter(kept))]


class TicketError(Exception):
    """A trigger or a response URL that Slack would refuse; the message is Slack's error code."""


class Tickets:
    """Every trigger id and response URL that was handed out."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._numbers = itertools.count(13_345_224_609)
        self._triggers: dict[str, Trigger] = {}
        self._responses: dict[str, ResponseUrl] = {}
        self.monotonic: Callable[[], float] = time.monotonic

    def trigger(self, user: str, *, channel: str | None = None, in_modal: bool = False) -> str:
        """A new trigger id for this person."""
        made = f"{next(self._numbers)}.738474920.{secrets.token_hex(16)}"
        self._triggers[made] = Trigger(made, user, channel, in_modal, self.monotonic())
        forget_oldest(self._triggers)
        return made

    def gave(self, trigger_id: str) -> bool:
        """Whether this workspace handed out the trigger id."""
        return trigger_id in self._triggers

    def look(self, trigger_id: str) -> Trigger:
        """The trigger if it may still be exchanged; raises TicketError with Slack's error code."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise TicketError("invalid_trigger_id")
        if trigger.used:
            raise TicketError("exchanged_trigger_id")
        if self.monotonic() - trigger.born > TRIGGER_SECONDS:
            raise TicketError("expired_trigger_id")
        return trigger

    def response(self, user: str, channel: str, *, message_ts: str | None = None, thread_ts: str | None = None) -> str:
        """The id of a new response URL."""
        made = secrets.token_urlsafe(18)
        self._responses[made] = ResponseUrl(made, user, channel, message_ts, thread_ts, self._now())
        forget_oldest(self._responses)
        return made

    def knows(self, response_id: str) -> bool:
        """Whether this workspace handed out the response URL."""
        return response_id in self._responses

    def find_response(self, response_id: str) -> ResponseUrl:
        """The response URL if it may still be used (not counted yet); raises TicketError with Slack's error code."""
        found = self._responses.get(response_id)
        if found is None or self._now() - found.born > RESPONSE_LIFE:
            raise TicketError("expired_url")
        if found.uses >= RESPONSE_USES:
            raise TicketError("used_url")
        return found
