"""Ways to the lead systems: one HTTP client, each connection's credentials, address and rate budget."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import BaseModel

from bot.clock import Clock
from providers.errors import Unavailable
from providers.http import Allowance, Api
from providers.oauth import Tokens, TokenStore
from providers.provider import Provider
from storage import connections, tokens
from storage.database import Database, Rank, Tx
from storage.records import Connection
from storage.vault import Vault

POLLING_PATIENCE = 30.0
"""Seconds a poll waits before it is put off."""
PATIENCE = 10.0
"""Seconds a person's call waits for the budget before they are told to try later."""


class StoredBudget:
    """A connection's rate budget, in the database, so that several processes share it. People go first, then what a
    webhook named, then polling."""

    def __init__(self, database: Database, clock: Clock, workspace: str, connection: str, provider: Provider) -> None:
        self._database = database
        self._own = database.ranked(Rank.OWN)
        self._clock = clock
        self._key = (workspace, connection)
        self.rate = provider.rate
        self._people = 0
        self._news = 0

    async def acquire(self, *, urgent: bool, soon: bool = False) -> None:
        """Wait for one call. Raises Unavailable where a person would wait too long."""
        self._people += urgent
        self._news += soon
        waited = 0.0
        try:
            while True:
                before = 0 if urgent else self._people + (0 if soon else self._news)
                wait = 0.05 if before else await self._take(urgent)
                if not wait:
                    return
                if waited + wait > (PATIENCE if urgent else POLLING_PATIENCE):
                    raise Unavailable("its rate limit is used up", wait)
                step = min(wait + 0.01, 1.0)
                waited += step
                await self._clock.sleep(step)
        finally:
            self._people -= urgent
            self._news -= soon

    async def _take(self, urgent: bool) -> float:
        now = self._clock.now()

        def take_budget(tx: Tx) -> float:
            return connections.take(
                tx, *self._key, per_minute=self.rate.per_minute, burst=self.rate.burst, urgent=urgent, now=now
            )

        return await (self._database if urgent else self._own).write(take_budget, lasting=False)

    async def blocked(self, seconds: float) -> None:
        """The lead system asked for a pause."""
        now = self._clock.now()

        def block_budget(tx: Tx) -> None:
            connections.block(tx, *self._key, seconds=min(seconds, 3600), now=now)

        await self._own.write(block_budget)

    async def told(self, allowance: Allowance) -> None:
        """The lead system said what is left of its limit: it is kept, and obeyed."""
        now = self._clock.now()

        def budget_told(tx: Tx) -> None:
            connections.told(
                tx,
                *self._key,
                allowed=allowance.limit,
                remaining=allowance.remaining,
                resets_in=allowance.resets_in,
                now=now,
            )

        await self._own.write(budget_told, lasting=False)


class StoredTokens:
    """A connection's access tokens, in the database; renewed by one at a time, whichever process it is in."""

    def __init__(
        self, database: Database, vault: Vault, clock: Clock, workspace: str, connection: str, sealed: bytes | None
    ) -> None:
        """``sealed``: the credentials that these tokens are got with, encrypted."""
        self._database = database
        self._vault = vault
        self._clock = clock
        self._key = (workspace, connection)
        self.sealed = sealed
        self._near = asyncio.Lock()

    async def read(self) -> Tokens | None:
        """What was kept last."""
        workspace, connection = self._key
        held = await self._database.look(lambda tx: tokens.kept(tx, workspace, self._vault, connection))
        return Tokens(*held) if held else None

    async def save(self, fresh: Tokens) -> None:
        """Keep them before they are used; not where the connection has got other credentials meanwhile."""
        workspace, connection = self._key

        def keep_tokens(tx: Tx) -> None:
            if connections.sealed(tx, workspace, connection) == self.sealed:
                tokens.keep(
                    tx,
                    workspace,
                    self._vault,
                    connection,
                    access=fresh.access,
                    refresh=fresh.refresh,
                    expires_at=fresh.expires_at,
                )

        await self._database.write(keep_tokens)

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        """Held while renewing: here by a lock, against other processes by a row."""
        workspace, connection = self._key

        def begin_renewal(tx: Tx) -> bool:
            return tokens.begin_renewal(tx, workspace, connection, self._clock.now())

        def end_renewal(tx: Tx) -> None:
            tokens.end_renewal(tx, workspace, connection)

        async with self._near:
            while not await self._database.write(begin_renewal):
                await self._clock.sleep(0.2)
            try:
                yield
            finally:
                await self._database.write(end_renewal)


@dataclass(frozen=True, slots=True)
class Made:
    """A way to a lead system, with the credentials (encrypted) and the settings that it was made of."""

    sealed: bytes = field(repr=False)
    settings: dict[str, Any]
    provider: Provider
    api: Api = field(repr=False)


class ProviderApis:
    """Makes each connection's :class:`Api`."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        client: httpx.AsyncClient,
        providers: Mapping[str, Provider],
        urls: Mapping[str, str],
        *,
        budget: bool = True,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._client = client
        self._providers = providers
        self._urls = urls
        self._limited = budget
        self._budgets: dict[tuple[str, str], StoredBudget] = {}
        self._tokens: dict[tuple[str, str], StoredTokens] = {}
        self._remembered: dict[tuple[str, str], dict[str, Any]] = {}
        self._made: dict[tuple[str, str], Made] = {}

    async def of(self, workspace: str, connection: str) -> tuple[Provider, Api] | None:
        """A stored connection's provider and api; ``None`` where it was deleted."""

        key = (workspace, connection)
        made = self._made.get(key)

        def look(tx: Tx) -> tuple[Connection, bytes, dict[str, object] | None] | None:
            held = connections.get(tx, workspace, connection)
            sealed = connections.sealed(tx, workspace, connection)
            if held is None or sealed is None:
                return None
            if made and made.sealed == sealed and made.settings == held.settings:
                return held, sealed, None
            return held, sealed, connections.credentials(tx, workspace, self._vault, connection)

        found = await self._database.look(look)
        if found is None:
            return None
        held, sealed, secret = found
        if secret is None:
            return (made.provider, made.api) if made else None
        provider = self._providers[held.provider]
        settings = provider.settings.model_validate(held.settings)
        if key not in self._budgets:
            self._budgets[key] = StoredBudget(self._database, self._clock, *key, provider)
        self._budgets[key].rate = provider.rate_of(settings)
        if key not in self._tokens or self._tokens[key].sealed != sealed:  # other credentials: perhaps another account
            self._tokens[key] = StoredTokens(self._database, self._vault, self._clock, *key, sealed)
            self._remembered[key] = {}
        api = provider.api(
            self._client,
            provider.credentials.model_validate(secret),
            url=self._urls.get(provider.slug),
            settings=settings,
            tokens=self._tokens[key],
            budget=self._budgets[key] if self._limited else None,
            remembered=self._remembered[key],
        )
        self._made[key] = Made(sealed, held.settings, provider, api)
        return provider, api

    def forget(self, workspaces: Iterable[str]) -> None:
        """Drop what is held in memory of workspaces."""
        gone = set(workspaces)
        for kept in (self._budgets, self._tokens, self._remembered, self._made):
            for key in [k for k in kept if k[0] in gone]:
                del kept[key]

    def trial(
        self,
        provider: Provider,
        credentials: BaseModel,
        settings: BaseModel | None = None,
        tokens: TokenStore | None = None,
    ) -> Api:
        """For credentials that are being tried; ``tokens`` holds afterwards what they were exchanged for."""
        return provider.api(
            self._client, credentials, url=self._urls.get(provider.slug), settings=settings, tokens=tokens
        )
