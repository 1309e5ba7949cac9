"""What a lead system is to Leadbell, and finding those that are installed."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Protocol

import httpx
from pydantic import BaseModel, SecretStr

import providers
from providers.action import Action
from providers.http import Allowance, Api, Budget, ReadErrors, Unlimited
from providers.lead import Lead
from providers.oauth import MemoryTokens, TokenStore


@dataclass(slots=True)
class Record:
    """One lead as it came: its id, a fingerprint of all its content, and the raw item. Treat it as immutable."""

    external_id: str
    fingerprint: bytes
    created_at: datetime
    raw: Any


@dataclass(frozen=True, slots=True)
class Page:
    """Some records and how many were unreadable; ``read`` maps one (only new or changed ones are mapped)."""

    records: Sequence[Record]
    read: Callable[[Any], Lead]
    unreadable: int = 0
    reached: datetime | None = None
    """How far reading has come, for a sweep that goes on later."""
    unordered: bool = False
    """Later pages of this reading may hold older records: no cursor moves before one of which that is not said."""
    less: bool = False
    """They tell less than may have been known of these leads before: what they do not say stays as it is stored."""


Pages = Callable[[Api, datetime, int], AsyncIterator[Page]]
"""Given the connection, a moment (UTC) and a page size: pages, until there are no more."""


Complete = Callable[[Api, Sequence[Any]], AsyncIterator[Page]]
"""Given raw records of a list: pages of the same leads with what only the lead itself tells. A record keeps the
fingerprint that it has in the list, so that it is asked for again only when the list changes. One that is gone, or that
this connection may not see, is given as the list told it (:attr:`Page.less`)."""


@dataclass(frozen=True)
class Feed:
    """How new, older and changed leads are read.

    ``new``: created at or after the moment, oldest first (or within each page, see :attr:`Page.unordered`).
    ``history``: created at or before it, newest first. ``changes``: everything that may have changed since the moment.
    ``overlap`` is asked again at every poll, against late and equal timestamps. ``follows``: what changed since the
    moment, in the order it was changed in, where an API can tell; it is asked at every poll, instead of the sweep for
    ``changes``. ``complete``: where a list does not tell all of a lead; it is asked once for each new or changed one,
    after the alert.
    """

    new: Pages
    history: Pages
    changes: Pages
    page_size: int
    follows: Pages | None = None
    complete: Complete | None = None
    overlap: timedelta = timedelta(minutes=5)
    sweep_span: timedelta = timedelta(days=30)
    sweep_every: timedelta = timedelta(hours=1)


@dataclass(frozen=True)
class Intake:
    """Creating leads in the lead system, one or many.

    ``row`` is the model of one lead. ``send`` creates all rows or none and raises :class:`Rejected` with row
    numbers. ``reference`` is the field that makes repeating safe, ``mails`` the one that makes it write to
    the customer.
    """

    row: type[BaseModel]
    send: Callable[[Api, Sequence[BaseModel]], Awaitable[None]]
    batch: int
    reference: str
    mails: str
    email: str


@dataclass(frozen=True)
class Rate:
    """Calls allowed: ``per_minute`` steadily, ``burst`` at once."""

    per_minute: float
    burst: float


@dataclass(frozen=True, slots=True)
class Known:
    """Something of the lead system that people know by name: a member, a stage, a tag, a pond."""

    id: str
    name: str
    email: str | None = None
    """Of a member: who that is in Slack is found by it."""


Names = Callable[[Api], Awaitable[Sequence[Known]]]
"""Asks for all of one kind. Raises one of the four failures."""


@dataclass(frozen=True, slots=True)
class Doing:
    """Something that was done to a lead at the desk and belongs into the lead system too.

    ``lead`` is the lead's id there, ``lookup`` what else it is found by. ``member`` is whom it is assigned to
    (``None``: nobody), ``text`` a note or what was said, ``stage`` a stage's name there, ``how`` one of ``call``,
    ``email``, ``text``. ``following`` is how the customer will be contacted next (the same words), ``reason`` the id of
    a reason for closing. ``at`` is when.
    """

    lead: str
    at: datetime
    lookup: str | None = None
    following: str = ""
    reason: str = ""
    member: str | None = None
    text: str = ""
    stage: str | None = None
    how: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What else is known: ``phone`` and ``email`` of the customer, ``member_email``."""


@dataclass(frozen=True)
class WriteBack:
    """One kind of doing carried out there. ``send`` raises one of the four failures; where it returns, it was done
    (and, where the API allows it, read back). ``arrived`` looks whether an unanswered one was carried out;
    ``None`` where ``send`` may simply be repeated."""

    send: Callable[[Api, Doing], Awaitable[None]]
    arrived: Callable[[Api, Doing], Awaitable[bool]] | None = None


class Keeps(StrEnum):
    """What a lead system can be told; what is missing from :attr:`Provider.writes` the desk keeps itself."""

    OWNER = "owner"
    NOTE = "note"
    STAGE = "stage"
    CONTACT = "contact"
    CLOSE = "close"
    """With a reason, chosen by name (kind :data:`CLOSE_REASON`)."""


CLOSE_REASON = "close-reason"
"""The kind of name (:attr:`Provider.names`) that a closing gives its reason by."""


@dataclass(frozen=True)
class Webhooks:
    """The lead system can call us. Nothing it says is believed: the leads that it names are read again."""

    subscribe: Callable[[Api, str], Awaitable[str]]
    """Given the callback's URL, the subscription's id (several joined by spaces)."""
    unsubscribe: Callable[[Api, str], Awaitable[None]]
    read: Callable[[Any, BaseModel], Sequence[str]]
    """Given a call's JSON and the connection's settings, the ids of leads that may have changed; raises ValueError
    for another team's or an unreadable one."""
    fetch: Callable[[Api, Sequence[str]], AsyncIterator[Page]]
    """Those leads, read again; gone ones are left out. A burst is read by list."""


@dataclass(frozen=True)
class OAuth:
    """Connecting by the lead system's own page of consent (OAuth 2, authorization code)."""

    wants: Callable[[Any], bool]
    """Whether these credentials still need the person's consent."""
    page: Callable[[Any, str, str], str]
    """Given credentials, redirect URI and state: the address of the page of consent."""
    with_code: Callable[[Any, str, str], BaseModel]
    """Given credentials, the code and the redirect URI: credentials that can sign in."""


class StandIn(Protocol):
    """A lead system played on this machine, from its document: the sandbox and the tests use it."""

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serve, and return the base URL."""
        ...

    async def stop(self) -> None:
        """Stop serving."""
        ...

    async def arrive(self, **fields: Any) -> dict[str, Any]:
        """A new lead appears now."""
        ...

    def fill(self, count: int, days: int) -> None:
        """History: ``count`` leads over the last ``days`` days."""
        ...

    def fault(self, kind: str, count: int = 1) -> None:
        """The next ``count`` calls suffer ``kind``."""
        ...


@dataclass(frozen=True)
class Provider:
    """One lead system. ``PROVIDER`` in a folder of ``providers`` is all that registers it."""

    slug: str
    name: str
    prefix: str
    """Of lead references: ``KP`` gives ``KP-1042``."""
    url: str
    """Scheme and host; ``LEADBELL_<SLUG>_URL`` overrides it."""
    credentials: type[BaseModel]
    settings: type[BaseModel]
    auth: Callable[[Any, TokenStore], httpx.Auth]
    """Given the credentials and where short-lived tokens are kept."""
    check: Callable[[Api], Awaitable[None]]
    """The cheapest authenticated call; raises AuthFailed where the credentials are wrong."""
    region: str
    """The country (ISO 3166, two letters) in which a telephone number without its country is read."""
    locale: str
    """How money and days are written where everybody reads them: ``en_GB``."""
    feed: Feed
    actions: tuple[Action[Any], ...]
    rate: Rate
    stand_in: Callable[[Callable[[], datetime]], StandIn]
    stand_in_credentials: Mapping[str, str]
    """What it accepts; ``{url}`` in a value stands for its address."""
    read_errors: ReadErrors | None = None
    intake: Intake | None = None
    creates: str | None = None
    """Where there is no ``intake``: the action that creates one lead."""
    names: Mapping[str, Names] = field(default_factory=dict)
    """By kind (see :class:`providers.action.Refers`): what people know by name, to be chosen from."""
    writes: Mapping[Keeps, WriteBack] = field(default_factory=dict)
    """What of the desk's doings is told to the lead system."""
    follows_up: bool = False
    """A contact that is told may say how the customer is contacted next (:attr:`Doing.following`)."""
    webhooks: Webhooks | None = None
    oauth: OAuth | None = None
    allowance: Callable[[Mapping[str, str]], Allowance | None] | None = None
    """What an answer's headers say of the rate limit."""
    pace: Callable[[Any], Rate] | None = None
    """The calls that a connection's settings allow, where they say so."""
    open_url: str = ""
    """A lead's address there, with ``{id}``; a connection's own setting goes before it."""
    words: Mapping[str, str] = field(default_factory=dict)
    """The system's own words for the desk's facets: ``{"site": "source"}``."""
    values: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    """Known values of a facet as (code, name); others are accepted as they come."""

    def rate_of(self, settings: BaseModel) -> Rate:
        """The calls that a connection of these settings may make, until the lead system says more."""
        return self.pace(settings) if self.pace else self.rate

    def api(
        self,
        client: httpx.AsyncClient,
        credentials: BaseModel,
        *,
        url: str | None = None,
        settings: BaseModel | None = None,
        tokens: TokenStore | None = None,
        budget: Budget | None = None,
        remembered: dict[str, Any] | None = None,
    ) -> Api:
        """A way to this lead system, with these credentials; ``url`` where it is not at its usual address."""
        return Api(
            client=client,
            url=url or self.url,
            auth=self.auth(credentials, tokens or MemoryTokens()),
            budget=budget or Unlimited(),
            read_errors=self.read_errors,
            allowance=self.allowance,
            settings=settings,
            account={k: str(v) for k, v in credentials if v is not None and not isinstance(v, SecretStr)},
            remembered={} if remembered is None else remembered,
        )

    def action(self, name: str) -> Action[Any] | None:
        """The action of that name, or ``None``."""
        return next((a for a in self.actions if a.name == name), None)


@cache
def discover() -> Mapping[str, Provider]:
    """All providers by slug: every folder of ``providers`` that has a ``PROVIDER``."""
    found = {}
    for module in pkgutil.iter_modules(providers.__path__):
        if module.ispkg:
            provider = getattr(importlib.import_module(f"providers.{module.name}"), "PROVIDER", None)
            if provider is not None:
                found[provider.slug] = provider
    return found
