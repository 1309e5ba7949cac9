"""A verb decides and returns an answer; it never calls Slack.

``Request`` says who asks, where and what; ``Answer`` says what is shown, to whom; ``Desk`` is what verbs may
use. The Slack edge fills the one, performs the other, and builds the third.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from providers.download import Download
from providers.http import Api
from providers.oauth import TokenStore
from providers.provider import Provider
from storage.database import Database
from storage.records import Channel, Person
from storage.vault import Vault

Block = dict[str, Any]
View = dict[str, Any]


class Role(IntEnum):
    """Who may use a verb. Slack's admins are admins; approvers are named in subscriptions."""

    MEMBER = 1
    ADMIN = 2


Number = Annotated[int, Field(ge=0, lt=2**53)]
"""What JSON and the database hold exactly."""


class Value(BaseModel):
    """What a button carries: typed, versioned, at most 2,000 characters (75 in a menu's option)."""

    model_config = ConfigDict(extra="forbid")

    v: Literal[1] = 1
    do: str | None = None
    lead: Number | None = None
    other: Number | None = None
    """Another lead of the same person."""
    request: str | None = None
    connection: str | None = None
    row: str | None = None
    provider: str | None = None
    words: str | None = None
    page: Number | None = None
    file: str | None = None
    draft: str | None = None
    path: str | None = None
    action: str | None = None
    on: bool | None = None

    def dumped(self) -> str:
        """As a button's value."""
        return self.model_dump_json(exclude_none=True)

    @classmethod
    def loaded(cls, text: str | None) -> Value | None:
        """From a button's value; ``None`` where it is missing, edited or of a later version."""
        try:
            return cls.model_validate_json(text or "")
        except ValidationError:
            return None


@dataclass(frozen=True, slots=True)
class Submitted:
    """A modal as it was sent: its id, what it carries, its blocks, and the state of its inputs."""

    view_id: str
    meta: Value
    blocks: Sequence[Block]
    state: Mapping[str, Mapping[str, Any]]
    view: View


@dataclass(frozen=True, slots=True)
class Shared:
    """A message on which a shortcut was used, as Slack sends it: its text is foreign, and may be empty."""

    channel: str
    ts: str
    thread_ts: str
    text: str
    author: str
    """A person's id; empty where an app wrote it."""
    author_name: str
    """What Slack says along with the message, empty where it says nothing."""


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, where, and what."""

    workspace: str
    person: Person
    channel: str = ""
    text: str = ""
    value: Value = field(default_factory=Value)
    submitted: Submitted | None = None
    in_view: View | None = None
    chosen: str | None = None
    """The option that was chosen in a select outside of inputs."""
    shared: Shared | None = None
    """The message that the shortcut was used on."""

    def with_value(self, value: Value) -> Request:
        """The same, as if another button had been pressed."""
        return replace(self, value=value)


# ------------------------------------------------------------------------------------------- answers


@dataclass(frozen=True, slots=True)
class Say:
    """Tell the person who asked, and nobody else. ``replace`` exchanges the ephemeral message it came from."""

    text: str
    blocks: Sequence[Block] = ()
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Show:
    """Open a modal, or exchange the open one's content. ``or_say``: where Slack opens none any more, its blocks are
    shown in a message to whoever asked."""

    view: View
    or_say: bool = False
    later: str = ""
    """What a person is told who closed the window before this came."""


@dataclass(frozen=True, slots=True)
class Faults:
    """The modal stays: a sentence for each input (by block id), shown where the person is looking."""

    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing to show: the cards change, or the modal closes."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Send the person a file in a direct message (best effort), and say so where they asked."""

    name: str
    content: bytes | Download
    comment: str
    say: Show
    lead: int | None = None
    """The lead that it is of."""
    until: datetime | None = None
    """It is deleted from Slack then."""


Answer = Say | Show | Faults | Done | Hand


# ---------------------------------------------------------------------------------------------- desk


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """Aware, in UTC."""
        ...


class Apis(Protocol):
    """Ways to the lead systems."""

    async def of(self, workspace: str, connection: str) -> tuple[Provider, Api] | None:
        """A stored connection's; ``None`` where it was deleted."""
        ...

    def trial(
        self,
        provider: Provider,
        credentials: BaseModel,
        settings: BaseModel | None = None,
        tokens: TokenStore | None = None,
    ) -> Api:
        """For credentials that are not stored yet; ``tokens`` holds afterwards what they were exchanged for."""
        ...


class Directory(Protocol):
    """Who and where, as Slack says (kept for an hour)."""

    async def person(self, workspace: str, person: str) -> Person:
        """Somebody of the workspace."""
        ...

    async def channel(self, workspace: str, channel: str) -> Channel | None:
        """A channel that the bot can see, or ``None``."""
        ...

    async def permalink(self, workspace: str, channel: str, ts: str) -> str | None:
        """A message's address; ``None`` where the bot cannot see it."""
        ...


class Files(Protocol):
    """Files shared in Slack."""

    async def content(self, workspace: str, file_id: str, limit: int) -> tuple[str, bytes] | None:
        """Name and bytes; ``None`` where the file is larger than ``limit`` bytes or gone."""
        ...

    async def delete(self, workspace: str, file_id: str) -> bool:
        """Delete a file that the app sent; whether it is gone."""
        ...


class Memory:
    """What must not be stored (sensitive values on their way to a lead system), for half an hour."""

    KEPT = timedelta(minutes=30)
    MOST = 100

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[datetime, Any]] = {}

    def put(self, key: str, value: Any) -> None:
        """Keep a value, and forget old ones."""
        self.forget()
        while len(self._kept) >= self.MOST:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (self._clock.now(), value)

    def forget(self) -> None:
        """Drop what is too old."""
        now = self._clock.now()
        self._kept = {k: v for k, v in self._kept.items() if now - v[0] < self.KEPT}

    def has(self, key: str) -> bool:
        """Whether a value is kept."""
        self.forget()
        return key in self._kept

    def peek(self, key: str) -> Any:
        """The value, which stays; ``None`` where it is gone."""
        self.forget()
        return self._kept[key][1] if key in self._kept else None

    def take(self, key: str) -> Any:
        """The value, once; ``None`` where it is gone."""
        self.forget()
        at, value = self._kept.pop(key, (None, None))
        return value if at is not None and self._clock.now() - at < self.KEPT else None


@dataclass(frozen=True)
class Desk:
    """What verbs may use."""

    database: Database
    vault: Vault
    clock: Clock
    providers: Mapping[str, Provider]
    apis: Apis
    directory: Directory
    files: Files
    wake: Callable[[], None]
    """Something was put into the outbox."""
    replan: Callable[[], None]
    """A connection or a schedule was added, changed or removed."""
    learn: Callable[[str, str, str], None]
    """Somebody wants the names of a kind: workspace, connection, kind."""
    memory: Memory
    public_url: str = ""
    """Where lead systems and browsers reach this process, without a slash at the end; empty: nowhere."""

    def now(self) -> datetime:
        """The current time."""
        return self.clock.now()


Handler = Callable[[Desk, Request], Awaitable[Answer]]


@dataclass(frozen=True)
class Verb:
    """One word of ``/leads``: how it is written, what it does, who may."""

    name: str
    usage: str
    summary: str
    handler: Handler
    role: Role = Role.MEMBER
    help: str = ""
    aliases: tuple[str, ...] = ()
    reads: bool = False
    """It changes nothing: Slack may be acknowledged before the answer is there."""
