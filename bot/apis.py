"""Ways to the lead systems: one HTTP client, each connection's credentials, address and rate budget."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
from pydantic import BaseModel

from bot.clock import Clock
from providers.errors import Unavailable
from providers.http import Api, Budget, Unlimited
from providers.provider import Provider
from storage import connections
from storage.database import Database, Tx
from storage.vault import Vault

POLLING_PATIENCE = 30.0
"""Seconds a poll waits before it is put off."""
PATIENCE = 10.0
"""Seconds a person's call waits for the budget before they are told to try later."""


class StoredBudget:
    """A connection's rate budget, in the database, so that several processes share it. People go first."""

    def __init__(self, database: Database, clock: Clock, workspace: str, connection: str, provider: Provider) -> None:
        self._database = database
        self._clock = clock
        self._key = (workspace, connection)
        self._rate = provider.rate
        self._people = 0

    async def acquire(self, *, urgent: bool) -> None:
        """Wait for one call. Raises Unavailable where a person would wait too long."""
        self._people += urgent
        waited = 0.0
        try:
            while True:
                wait = 0.05 if self._people and not urgent else await self._take(urgent)
                if not wait:
                    return
                if waited + wait > (PATIENCE if urgent else POLLING_PATIENCE):
                    raise Unavailable("its rate limit is used up", wait)
                step = min(wait + 0.01, 1.0)
                waited += step
                await self._clock.sleep(step)
        finally:
            self._people -= urgent

    async def _take(self, urgent: bool) -> float:
        now = self._clock.now()

        def take_budget(tx: Tx) -> float:
            return connections.take(
                tx, *self._key, per_minute=self._rate.per_minute, burst=self._rate.burst, urgent=urgent, now=now
            )

        return await self._database.write(take_budget)

    async def blocked(self, seconds: float) -> None:
        """The lead system asked for a pause."""
        now = self._clock.now()

        def block_budget(tx: Tx) -> None:
            connections.block(tx, *self._key, seconds=min(seconds, 3600), now=now)

        await self._database.write(block_budget)


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

    async def of(self, workspace: str, connection: str) -> tuple[Provider, Api] | None:
        """A stored connection's provider and api; ``None`` where it was deleted."""

        def look(tx: Tx) -> tuple[str, dict[str, object]] | None:
            held = connections.get(tx, workspace, connection)
            secret = connections.credentials(tx, workspace, self._vault, connection)
            return (held.provider, secret) if held and secret is not None else None

        found = await self._database.look(look)
        if found is None:
            return None
        provider = self._providers[found[0]]
        key = (workspace, connection)
        budget = self._budgets.setdefault(key, StoredBudget(self._database, self._clock, *key, provider))
        return provider, self._api(
            provider, provider.credentials.model_validate(found[1]), budget if self._limited else Unlimited()
        )

    def trial(self, provider: Provider, credentials: BaseModel) -> Api:
        """For credentials that are being tried."""
        return self._api(provider, credentials, Unlimited())

    def _api(self, provider: Provider, credentials: BaseModel, budget: Budget) -> Api:
        return Api(
            client=self._client,
            url=self._urls.get(provider.slug, provider.url),
            auth=provider.auth(credentials),
            budget=budget,
            read_errors=provider.read_errors,
        )
