"""What a lead system is to Leadbell, and finding those that are installed."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol

import httpx
from pydantic import BaseModel

import providers
from providers.action import Action
from providers.http import Api, ReadErrors
from providers.lead import Lead


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


Pages = Callable[[Api, datetime, int], AsyncIterator[Page]]
"""Given the connection, a moment (UTC) and a page size: pages, until there are no more."""


@dataclass(frozen=True)
class Feed:
    """How new, older and changed leads are read.

    ``new``: created at or after the moment, oldest first. ``history``: created at or before it, newest first.
    ``changes``: everything that may have changed since the moment. ``overlap`` is asked again at every poll,
    against late and equal timestamps.
    """

    new: Pages
    history: Pages
    changes: Pages
    page_size: int
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
    auth: Callable[[Any], httpx.Auth]
    check: Callable[[Api], Awaitable[None]]
    """The cheapest authenticated call; raises AuthFailed where the credentials are wrong."""
    feed: Feed
    actions: tuple[Action[Any], ...]
    rate: Rate
    stand_in: Callable[[Callable[[], datetime]], StandIn]
    stand_in_credentials: Mapping[str, str]
    read_errors: ReadErrors | None = None
    intake: Intake | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    """The system's own words for the desk's facets: ``{"site": "source"}``."""
    values: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    """Known values of a facet as (code, name); others are accepted as they come."""

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
