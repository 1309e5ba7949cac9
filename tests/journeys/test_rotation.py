"""Tokens that expire: renewed by one at a time, stored before they are used, and a Slack that is down is no refusal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.slack.client import NoToken
from bot.slack.clients import Clients
from storage import installations
from storage.database import StorageFull
from storage.installations import Installation
from tests.adding import Browser, second
from tests.conftest import ADA, House, shown

HOME = "T0LEADBELL"
TOLD = "U0ADA"


@pytest.fixture
async def turning(make_house: Callable[..., Any]) -> House:
    """A workspace that installed Leadbell with token rotation on."""
    house: House = await make_house(installed=False)
    house.slack.oauth.rotation = True
    async with Browser(house) as browser:
        assert (await browser.add(house.slack, ADA)).status == 200
    return house


def renewals(house: House) -> int:
    return sum(1 for _, sent in _exchanges(house) if sent.get("grant_type") == "refresh_token")


def _exchanges(house: House) -> list[tuple[str, dict[str, Any]]]:
    return [c for c in house.slack.calls if c[0] == "oauth.v2.access"]


async def kept(house: House) -> Installation:
    found = await house.sandbox.bot.database.read(lambda tx: installations.get(tx, HOME))
    assert found is not None
    return found


def another_process(house: House) -> Clients:
    """The same database, seen by another process."""
    bot, settings = house.sandbox.bot, house.sandbox.settings
    return Clients(
        bot.database,
        bot.vault,
        bot.clock,
        bot.clients.session,
        settings.slack_api_url,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
    )


async def ask(clients: Clients) -> bool:
    return bool((await clients.of(HOME).users_info(user=TOLD))["ok"])


@pytest.mark.parametrize("hours", [11.5, 12.5])
async def test_fifty_requests_at_once_use_the_refresh_token_once(turning: House, hours: float) -> None:
    """Shortly before it expires, and after."""
    turning.sandbox.clock.advance(timedelta(hours=hours))
    clients = turning.sandbox.bot.clients
    assert all(await asyncio.gather(*(ask(clients) for _ in range(50))))
    assert renewals(turning) == 1
    assert not turning.slack.refused


async def test_fifty_requests_of_two_processes_use_the_refresh_token_once(turning: House) -> None:
    turning.sandbox.clock.advance(timedelta(hours=12.5))
    one, other = turning.sandbox.bot.clients, another_process(turning)
    assert all(await asyncio.gather(*(ask(each) for _ in range(25) for each in (one, other))))
    assert renewals(turning) == 1
    assert not turning.slack.refused


async def test_a_new_token_is_stored_before_it_is_used(turning: House, monkeypatch: pytest.MonkeyPatch) -> None:
    turning.sandbox.clock.advance(timedelta(hours=12.5))
    bot, before = turning.sandbox.bot, (await kept(turning)).tokens
    write = bot.database.write
    calls: list[int] = []

    async def watched(fn: Any) -> Any:
        if fn.__name__ == "keep_token":
            calls.append(sum(1 for method, _ in turning.slack.calls if method == "users.info"))
        return await write(fn)

    monkeypatch.setattr(bot.database, "write", watched)
    asked = sum(1 for method, _ in turning.slack.calls if method == "users.info")
    assert await ask(bot.clients)
    assert calls == [asked]
    assert (await kept(turning)).tokens != before


async def test_a_full_disk_loses_no_refresh_token(turning: House, monkeypatch: pytest.MonkeyPatch) -> None:
    turning.sandbox.clock.advance(timedelta(hours=12.5))
    bot = turning.sandbox.bot
    write = bot.database.write

    async def full(fn: Any) -> Any:
        if fn.__name__ == "keep_token":
            raise StorageFull("full")
        return await write(fn)

    with monkeypatch.context() as broken:
        broken.setattr(bot.database, "write", full)
        for _ in range(2):
            with pytest.raises(StorageFull):
                await ask(bot.clients)
    assert renewals(turning) == 1
    assert await ask(bot.clients)
    assert renewals(turning) == 1
    await turning.sandbox.restart()
    assert await ask(turning.sandbox.bot.clients)


async def test_while_slack_cannot_renew_the_old_token_serves_as_long_as_it_is_good(turning: House) -> None:
    turning.sandbox.clock.advance(timedelta(hours=11.5))
    turning.slack.faults.add("slack:oauth.v2.access", "503")
    clients = turning.sandbox.bot.clients
    for _ in range(3):
        assert await ask(clients)
    assert (await kept(turning)).state == "active"
    turning.sandbox.clock.advance(timedelta(seconds=61))
    assert await ask(clients)
    assert renewals(turning) == 1  # the faulty one never reached Slack's own books
    assert (await kept(turning)).expires_at > turning.sandbox.clock.now() + timedelta(hours=11)  # type: ignore[operator]


@pytest.mark.parametrize("kind", ["503", "refuse", "429"])
async def test_an_expired_token_that_cannot_be_renewed_waits_for_slack(turning: House, kind: str) -> None:
    turning.sandbox.clock.advance(timedelta(hours=12.5))
    turning.slack.faults.add("slack:oauth.v2.access", kind)
    clients = turning.sandbox.bot.clients
    with pytest.raises(NoToken):
        await ask(clients)
    assert (await kept(turning)).state == "active"
    assert await ask(clients)
    assert not turning.slack.refused


async def test_a_refresh_token_that_slack_refuses_stops_the_workspace_until_it_is_installed_again(
    turning: House,
) -> None:
    other = second(turning)
    async with Browser(turning) as browser:
        await browser.add(other.slack, "U1ADA")
    turning.sandbox.clock.advance(timedelta(hours=12.5))
    turning.slack.faults.add("slack:oauth.v2.access", "invalid_refresh_token")
    with pytest.raises(NoToken):
        await ask(turning.sandbox.bot.clients)
    found = await kept(turning)
    assert (found.state, found.trouble) == ("revoked", "invalid_refresh_token")
    assert (await turning.sandbox.bot.clients.of("T0ALDER").users_info(user="U1ADA"))["ok"]
    async with Browser(turning) as browser:
        await browser.add(turning.slack, ADA)
    assert await ask(turning.sandbox.bot.clients)


async def test_a_wrong_client_secret_is_the_operators_and_stops_no_workspace_for_good(turning: House) -> None:
    turning.sandbox.clock.advance(timedelta(hours=12.5))
    clients = turning.sandbox.bot.clients
    right, clients.client_secret = clients.client_secret, SecretStr("another")
    with pytest.raises(NoToken, match="bad_client_secret"):
        await ask(clients)
    assert (await kept(turning)).state == "active"
    clients.client_secret = right
    assert await ask(clients)


async def test_a_token_that_expired_by_slacks_clock_is_renewed_and_the_call_made_once(turning: House) -> None:
    turning.slack.faults.add("slack:users.info", "token_expired")
    assert await ask(turning.sandbox.bot.clients)
    assert renewals(turning) == 1
    assert (await kept(turning)).state == "active"


async def test_a_renewal_that_a_removal_overtakes_keeps_nothing(
    turning: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    turning.sandbox.clock.advance(timedelta(hours=12.5))
    clients = turning.sandbox.bot.clients
    exchange = clients.open.oauth_v2_access

    async def overtaken(**given: Any) -> Any:
        answer = await exchange(**given)
        await turning.slack.people.uninstall()
        return answer

    monkeypatch.setattr(clients.open, "oauth_v2_access", overtaken)
    with pytest.raises(NoToken):
        await ask(clients)
    found = await kept(turning)
    assert (found.state, found.tokens) == ("uninstalled", None)
    assert not turning.slack.refused


async def test_a_renewal_goes_on_when_whoever_wanted_it_is_gone(
    turning: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task that is cancelled between Slack's answer and the database loses no refresh token."""
    turning.sandbox.clock.advance(timedelta(hours=12.5))
    clients = turning.sandbox.bot.clients
    exchange, answered, go_on = clients.open.oauth_v2_access, asyncio.Event(), asyncio.Event()

    async def slow(**given: Any) -> Any:
        answer = await exchange(**given)
        answered.set()
        await go_on.wait()
        return answer

    with monkeypatch.context() as slowly:
        slowly.setattr(clients.open, "oauth_v2_access", slow)
        asking = asyncio.create_task(ask(clients))
        await asyncio.wait_for(answered.wait(), 5)
        asking.cancel()
        await asyncio.wait({asking})
        go_on.set()
        await clients.settled(5)
    assert await ask(another_process(turning))
    assert renewals(turning) == 1


async def test_the_desk_works_on_for_days_with_tokens_that_expire(turning: House) -> None:
    await turning.connect()
    await turning.subscribe()
    for n in range(5):
        await turning.sandbox.advance(9 * 3600)
        await turning.arrive(firstName=f"Day{n}")
    assert [f"Day{n}" in shown(card) for n, card in enumerate(turning.cards())] == [True] * 5
    assert not turning.slack.refused


async def test_without_the_client_secret_an_expiring_token_is_used_to_its_end(turning: House) -> None:
    turning.sandbox.settings = replace(
        turning.sandbox.settings, client_id="", client_secret=SecretStr(""), bot_token=SecretStr("")
    )
    await turning.sandbox.restart()
    turning.sandbox.clock.advance(timedelta(hours=11.5))
    assert await ask(turning.sandbox.bot.clients)
    turning.sandbox.clock.advance(timedelta(hours=1))
    with pytest.raises(NoToken, match="SLACK_CLIENT_ID"):
        await ask(turning.sandbox.bot.clients)


async def test_an_installation_under_a_lost_key_is_refused_quietly_and_back_with_its_key(
    turning: House, caplog: pytest.LogCaptureFixture
) -> None:
    bot = turning.sandbox.bot
    sealed = (await kept(turning)).tokens
    assert sealed is not None
    lost = sealed[:1] + b"LOST" + sealed[5:]

    def spoil(tx: Any) -> None:
        tx.run("UPDATE installations SET tokens = ? WHERE workspace = ?", lost, HOME)

    await bot.database.write(spoil)
    turning.sandbox.clock.advance(timedelta(seconds=5))
    told = await turning.command(ADA, "/leads status")
    assert told is not None
    assert "does not serve your workspace" in shown(told)
    found = await kept(turning)
    assert (found.state, found.trouble) == ("revoked", "its key is lost")
    assert "its key is lost" in caplog.text

    def mend(tx: Any) -> None:
        tx.run("UPDATE installations SET tokens = ? WHERE workspace = ?", sealed, HOME)

    await bot.database.write(mend)
    await turning.poll()
    told = await turning.command(ADA, "/leads status")
    assert told is not None
    assert "Status of the lead desk" in shown(told)


async def test_a_token_that_was_refused_past_its_time_is_renewed_when_slack_takes_it_again(turning: House) -> None:
    clients, clock = turning.sandbox.bot.clients, turning.sandbox.clock
    await clients.refused(await kept(turning), "invalid_auth")
    clock.advance(timedelta(hours=13))
    turning.slack.faults.add("slack:oauth.v2.access", "503")
    await clients.probe()
    assert (await kept(turning)).state == "revoked"
    clock.advance(timedelta(hours=2))
    await clients.probe()
    assert (await kept(turning)).state == "active"
    assert await ask(clients)
    assert renewals(turning) == 1


async def test_a_removal_that_nobody_told_of_ends_after_the_grace(turning: House) -> None:
    clients, clock = turning.sandbox.bot.clients, turning.sandbox.clock
    await turning.connect()
    await clients.refused(await kept(turning), "account_inactive")
    for hours in (1, 6 * 24, 3 * 24):
        assert (await kept(turning)).state == "revoked"
        clock.advance(timedelta(hours=hours))
        turning.slack.faults.add("slack:auth.test", "account_inactive")
        turning.slack.faults.add("slack:oauth.v2.access", "invalid_refresh_token")
        await clients.probe()
    found = await kept(turning)
    assert (found.state, found.tokens) == ("uninstalled", None)
    clock.advance(timedelta(days=8))
    await turning.sandbox.bot.remover.round()
    assert await turning.sandbox.bot.database.read(lambda tx: tx.value("SELECT COUNT(*) FROM connections")) == 0


async def test_a_renewal_that_a_new_installation_overtakes_works_with_that(
    turning: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    turning.sandbox.clock.advance(timedelta(hours=12.5))
    clients = turning.sandbox.bot.clients
    exchange = clients.open.oauth_v2_access

    async def overtaken(**given: Any) -> Any:
        answer = await exchange(**given)
        monkeypatch.undo()
        async with Browser(turning) as browser:
            await browser.add(turning.slack, ADA)
        return answer

    monkeypatch.setattr(clients.open, "oauth_v2_access", overtaken)
    assert await ask(clients)
    assert (await kept(turning)).state == "active"


async def test_a_home_waits_for_a_token_that_cannot_be_renewed_just_now(turning: House) -> None:
    await turning.connect()
    await turning.home(ADA)
    turning.sandbox.clock.advance(timedelta(hours=12.5))
    for _ in range(8):
        turning.slack.faults.add("slack:oauth.v2.access", "503")
    await turning.sandbox.bot.homes.pressed(HOME, ADA)
    await turning.quiet()
    assert await turning.sandbox.bot.database.read(lambda tx: tx.value("SELECT COUNT(*) FROM homes")) == 1
