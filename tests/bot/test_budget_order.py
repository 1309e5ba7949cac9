"""Who goes first where calls are few: people, then what a webhook named, then polling. And whose tokens are kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.apis import ProviderApis, StoredBudget
from bot.clock import ShiftedClock
from providers.http import make_client
from providers.oauth import Tokens
from providers.provider import Rate
from storage import connections, tokens
from storage.database import Database
from storage.vault import Vault
from tests.relay import Relay
from tests.storage.build import KEY, NOW, TEAM, add_connection


class Stepped(ShiftedClock):
    """A clock that stands, and on which sleepers wake at once, a little later."""

    def __init__(self) -> None:
        super().__init__()
        self.at = NOW

    def now(self) -> Any:
        return self.at

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.002)  # for the database's thread: a busy machine must not let the clock run away
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Stepped:
    return Stepped()


@pytest.fixture
def vault() -> Vault:
    return Vault([KEY])


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(tmp_path / "desk.sqlite3")
    yield opened
    opened.close()


async def test_people_go_first_then_news_then_polling(database: Database, vault: Vault, clock: Stepped) -> None:
    connection = database.write_now(lambda tx: add_connection(tx, vault))
    provider = Relay().provider()
    budget = StoredBudget(database, clock, TEAM, connection, provider)
    for _ in range(int(provider.rate.burst)):
        await budget.acquire(urgent=True)
    order: list[str] = []

    async def one(name: str, **how: bool) -> None:
        await budget.acquire(**{"urgent": False, **how})
        order.append(name)

    await asyncio.gather(one("poll"), one("news", soon=True), one("person", urgent=True))
    assert order == ["person", "news", "poll"]


async def test_tokens_of_credentials_that_were_replaced_are_not_kept(
    database: Database, vault: Vault, clock: Stepped
) -> None:
    relay = Relay()
    seen: list[Any] = []
    provider = relay.provider()
    with_store: Callable[..., Any] = provider.auth

    def auth(credentials: Any, store: Any) -> Any:
        seen.append(store)
        return with_store(credentials, store)

    object.__setattr__(provider, "auth", auth)

    def add(api_key: str) -> str:
        def connect(tx: Any) -> str:
            add_connection(tx, vault, "other")
            made = connections.add(
                tx,
                TEAM,
                vault,
                name="west",
                provider="relay",
                credentials={"api_key": api_key},
                settings={},
                by="U0ADA",
                now=NOW,
            )
            assert made
            return made

        return database.write_now(connect)

    connection = add("old")
    async with make_client() as client:
        apis = ProviderApis(database, vault, clock, client, {"relay": provider}, {})
        before = await apis.of(TEAM, connection)
        assert before
        before[1].remembered["lacks"] = "something"
        again = await apis.of(TEAM, connection)
        assert again
        assert again[1].remembered == {"lacks": "something"}
        assert again[1] is before[1]  # one way with one store, and so one renewal at a time

        def reconnect(tx: Any) -> None:
            connections.reconnect(
                tx,
                TEAM,
                vault,
                connection=connection,
                credentials={"api_key": "new"},
                settings={},
                by="U0ADA",
                now=NOW,
            )
            tokens.forget(tx, TEAM, connection)

        database.write_now(reconnect)
        after = await apis.of(TEAM, connection)
        assert after
        assert after[1].remembered == {}
    await seen[0].save(Tokens("of the old account"))
    assert await seen[1].read() is None
    await seen[1].save(Tokens("of the new account"))
    held = await seen[1].read()
    assert held is not None
    assert held.access == "of the new account"


async def test_the_calls_a_minute_of_the_settings_are_the_budgets(
    database: Database, vault: Vault, clock: Stepped
) -> None:
    provider = replace(Relay().provider(), pace=lambda settings: Rate(per_minute=1.5 * settings.poll_seconds, burst=7))

    def connect(tx: Any) -> str:
        add_connection(tx, vault, "other")
        secret: dict[str, Any] = {"api_key": "k"}
        named = {"name": "west", "provider": "relay", "credentials": secret, "settings": {"poll_seconds": 40}}
        made = connections.add(tx, TEAM, vault, **named, by="U0ADA", now=NOW)
        assert made
        return made

    connection = database.write_now(connect)
    async with make_client() as client:
        found = await ProviderApis(database, vault, clock, client, {"relay": provider}, {}).of(TEAM, connection)
    assert found
    budget = found[1].budget
    assert isinstance(budget, StoredBudget)
    assert budget.rate == Rate(per_minute=60, burst=7)
