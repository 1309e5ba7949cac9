"""A lead system calls: its leads are there at once, whatever else it says, and polling finds what it does not say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from bot.callbacks import Callbacks
from providers.errors import AuthFailed, Rejected, Unavailable, UnexpectedResponse
from storage import hooks
from tests.conftest import ADA, House, shown
from tests.relay import Relay, called


@pytest.fixture
def relay() -> Relay:
    return Relay()


@pytest.fixture
async def two(make_house: Callable[..., Any], relay: Relay) -> House:
    """A house with two lead systems, of which one can call."""
    house: House = await make_house(providers=relay.providers())
    return house


@pytest.fixture
async def desk(two: House) -> House:
    await two.connect("west", provider="relay")
    await two.subscribe()
    return two


async def call(house: House, address: str, body: bytes) -> int:
    async with aiohttp.ClientSession() as session, session.post(address, data=body) as answer:
        await answer.read()
        status = answer.status
    await house.quiet()
    return status


async def arrives(house: House, **fields: Any) -> int:
    lead = await house.sandbox.systems["relay"].arrive(**fields)
    return int(lead["id"])


def address(relay: Relay) -> str:
    return list(relay.callbacks.values())[-1]


async def waiting(house: House) -> list[str]:
    team = house.slack.workspace.team.id
    return await house.sandbox.bot.database.read(
        lambda tx: [r["external_id"] for r in tx.all("SELECT external_id FROM pings WHERE workspace = ?", team)]
    )


async def said(house: House, words: str) -> str:
    answer = await house.command(ADA, words)
    assert answer is not None
    return shown(answer)


async def test_a_call_makes_a_card_without_any_poll_and_within_two_seconds(desk: House, relay: Relay) -> None:
    lead = await arrives(desk, firstName="Sofia", lastName="Marsh")
    began, clock = time.monotonic(), desk.sandbox.clock.offset
    assert await call(desk, address(relay), called(lead)) == 200
    (card,) = desk.cards()
    assert "Sofia M." in shown(card)
    assert "via west" in shown(card)
    assert time.monotonic() - began < 2
    assert desk.sandbox.clock.offset == clock
    assert await waiting(desk) == []

    await desk.poll()
    assert len(desk.cards()) == 1  # the poll finds it too, and alerts nobody twice


async def test_a_repeated_call_and_a_call_about_an_old_lead_alert_nobody_twice(desk: House, relay: Relay) -> None:
    lead = await arrives(desk)
    for _ in range(3):
        assert await call(desk, address(relay), called(lead)) == 200
    assert len(desk.cards()) == 1


async def test_a_call_about_a_change_draws_the_card_anew(desk: House, relay: Relay) -> None:
    lead = await arrives(desk, firstName="Sofia", lastName="Marsh")
    await call(desk, address(relay), called(lead))
    desk.sandbox.systems["relay"].change(lead, firstName="Sonia")  # type: ignore[attr-defined]
    await call(desk, address(relay), called(lead))
    (card,) = desk.cards()
    assert "Sonia M." in shown(card)


async def test_a_call_moves_no_cursor_so_that_what_it_does_not_name_is_found_by_polling(
    desk: House, relay: Relay
) -> None:
    desk.sandbox.systems["relay"].fault("503", 100)
    await arrives(desk, firstName="Silent", lastName="One")
    await desk.poll(1200)  # the lead system is down for longer than a poll looks back
    desk.sandbox.systems["relay"].clear_faults()  # type: ignore[attr-defined]
    named = await arrives(desk, firstName="Named", lastName="Two")
    await call(desk, address(relay), called(named))
    assert len(desk.cards()) == 1
    await desk.poll(1200)
    assert len(desk.cards()) == 2


async def test_a_lead_that_is_gone_by_then_is_forgotten(desk: House, relay: Relay) -> None:
    assert await call(desk, address(relay), called(999_999)) == 200
    assert relay.asked == [["999999"]]
    assert await waiting(desk) == []


async def test_a_burst_is_read_in_few_questions(desk: House, relay: Relay) -> None:
    leads = [await arrives(desk) for _ in range(12)]
    await asyncio.gather(*(call(desk, address(relay), called(lead)) for lead in leads))
    assert len(desk.cards()) == 12
    assert len(relay.asked) < 8


async def test_a_stranger_is_not_found_and_learns_nothing(desk: House, relay: Relay) -> None:
    good = address(relay)
    stem, _, secret = good.rpartition("/")
    for bad in (
        f"{stem}/{'A' * 43}",
        f"{stem}/{secret[:-1]}",
        f"{stem}/{secret}x",
        good.replace("/relay/", "/kpro/"),
        good.replace("/relay/", "/nobody/"),
        f"{stem}/..%2f{secret}",
    ):
        assert await call(desk, bad, called(1)) == 404, bad
    async with aiohttp.ClientSession() as session, session.get(good) as answer:
        assert answer.status == 405
    assert relay.asked == []


async def test_a_call_of_more_than_a_megabyte_is_refused(desk: House, relay: Relay) -> None:
    assert await call(desk, address(relay), b"[" + b" " * 1024 * 1024) == 413


GARBAGE = [b"", b"not json", b"[]", b"null", b"5", b'{"team":7}', b'{"team":7,"leads":5}', b"\xff\xfe", b"[" * 50_000]


async def test_what_cannot_be_read_or_is_another_teams_is_counted_and_ignored(
    desk: House, relay: Relay, caplog: pytest.LogCaptureFixture
) -> None:
    for body in [*GARBAGE, called(1, team=8)]:
        assert await call(desk, address(relay), body) == 200
    assert relay.asked == []
    callbacks: Callbacks = desk.sandbox.bot.web._callbacks
    assert callbacks.unreadable["relay"] == len(GARBAGE) + 1
    assert not [r for r in caplog.records if r.levelname == "ERROR"]
    assert address(relay).rpartition("/")[2] not in caplog.text


@pytest.mark.parametrize("error", [Unavailable("HTTP 503"), UnexpectedResponse("another shape")])
async def test_a_lead_that_cannot_be_read_waits_for_the_next_poll(desk: House, relay: Relay, error: Exception) -> None:
    lead = await arrives(desk)
    relay.breaks = error  # type: ignore[assignment]
    await call(desk, address(relay), called(lead))
    assert await waiting(desk) == [str(lead)]
    asked = len(relay.asked)
    await call(desk, address(relay), called(lead))
    assert len(relay.asked) == asked  # a lead system in trouble is not asked at every call
    await desk.sandbox.advance(30)
    assert "Webhook alerts are delayed by 30 s (1 lead waiting)" in await said(desk, "/leads status")
    relay.breaks = None
    await desk.poll()
    assert await waiting(desk) == []
    assert len(desk.cards()) == 1
    assert "Webhook on: alerts come at once" in await said(desk, "/leads status")
    await call(desk, address(relay), called(await arrives(desk)))
    assert len(desk.cards()) == 2


async def test_one_lead_that_breaks_its_list_stands_in_nobodys_way(desk: House, relay: Relay) -> None:
    leads = [await arrives(desk) for _ in range(3)]
    relay.breaks, relay.poison = UnexpectedResponse("another shape"), frozenset([str(leads[1])])
    await call(desk, address(relay), called(*leads))
    assert len(desk.cards()) == 2
    assert await waiting(desk) == [str(leads[1])]
    relay.breaks = Rejected(status=400)
    await desk.poll()
    assert await waiting(desk) == []  # it is refused for good; the poll has found it
    assert len(desk.cards()) == 3


async def test_credentials_that_are_refused_then_pause_the_connection(desk: House, relay: Relay) -> None:
    relay.breaks = AuthFailed()
    await call(desk, address(relay), called(1))
    assert [m for m in desk.dms(ADA) if "Polling is paused" in m.text]
    assert "paused: credentials refused" in await said(desk, "/leads connections")


async def test_a_call_is_answered_while_a_poll_hangs(desk: House, relay: Relay) -> None:
    system = desk.sandbox.systems["relay"]
    system._slow_seconds = 1.0  # type: ignore[attr-defined]
    system.fault("slow")
    lead = await arrives(desk)
    await desk.sandbox.advance(61)
    for _ in range(200):
        if not system._faults:  # type: ignore[attr-defined]  # the poll's question has begun to wait
            break
        await asyncio.sleep(0.01)
    async with aiohttp.ClientSession() as session, session.post(address(relay), data=called(lead)) as answer:
        assert answer.status == 200
    for _ in range(80):
        if desk.cards():
            break
        await asyncio.sleep(0.01)
    assert any(t.get_name().startswith("poll") for t in desk.sandbox.bot.tasks.running)
    assert len(desk.cards()) == 1
    await desk.quiet()
    assert len(desk.cards()) == 1


async def test_what_is_named_before_the_first_poll_waits_for_it(desk: House, relay: Relay) -> None:
    """Connected while the lead system breaks down: nothing of it was read yet, and so nothing is new or old."""
    lead, team = await arrives(desk), desk.slack.workspace.team.id
    await desk.sandbox.bot.database.write(
        lambda tx: tx.run("UPDATE connections SET begun_at = NULL, cursor = NULL WHERE workspace = ?", team)
    )
    await call(desk, address(relay), called(lead))
    assert relay.asked == []
    assert await waiting(desk) == [str(lead)]
    await desk.poll()
    assert await waiting(desk) == []
    assert desk.cards() == []  # it was there at the first poll


# ------------------------------------------------------------------------------------ on and off


async def test_the_box_is_ticked_and_the_connection_says_that_it_is_on(two: House, relay: Relay) -> None:
    await two.command(ADA, "/leads connect relay")
    assert "Let Relay call Leadbell, so that alerts come at once" in two.says(ADA)
    assert two.typed(ADA)["webhook"] == ["yes"]
    assert await two.submit(ADA, name="west", **two.credentials("relay")) == {}
    assert "Relay calls Leadbell when a lead arrives or changes." in two.says(ADA)
    assert len(relay.callbacks) == 1
    assert address(relay).startswith(f"{two.sandbox.url}/webhooks/relay/")
    assert "webhook on" in await said(two, "/leads connections")


async def test_a_lead_system_that_cannot_call_is_not_asked_about_it(two: House) -> None:
    await two.command(ADA, "/leads connect kpro")
    assert "webhook" not in two.typed(ADA)
    await two.slack.modals.close(ADA, all_views=True)
    await two.connect("north")
    assert "webhook" not in await said(two, "/leads connections")
    assert "Webhook" not in await said(two, "/leads status")


async def test_without_an_address_it_is_not_offered(make_house: Callable[..., Any], relay: Relay) -> None:
    house: House = await make_house(providers=relay.providers(), public=False)
    await house.command(ADA, "/leads connect relay")
    assert "webhook" not in house.typed(ADA)
    assert await house.submit(ADA, name="west", **house.credentials("relay")) == {}
    assert relay.callbacks == {}


async def test_without_the_tick_nothing_is_asked_of_the_lead_system(two: House, relay: Relay) -> None:
    await two.connect("west", provider="relay", webhook=[])
    assert relay.callbacks == {}
    assert "webhook on" not in await said(two, "/leads connections")


async def test_a_lead_system_that_refuses_to_call_is_connected_all_the_same(two: House, relay: Relay) -> None:
    relay.refuses = Rejected(status=403)
    await two.command(ADA, "/leads connect relay")
    assert await two.submit(ADA, name="west", **two.credentials("relay")) == {}
    told = two.says(ADA)
    assert "*west* is connected to Relay" in told
    assert "Relay could not be asked to call Leadbell (request refused (HTTP 403))." in told
    assert "Polling goes on" in told
    await two.slack.modals.close(ADA, all_views=True)
    await two.poll()
    await two.subscribe()
    await two.arrive("relay")
    assert len(two.cards()) == 1
    assert "webhook on" not in await said(two, "/leads connections")


async def press(house: House, action: str) -> None:
    listed = await house.command(ADA, "/leads connections")
    assert listed is not None
    await house.press(ADA, listed, action)


async def test_disconnecting_ends_the_subscription_and_the_address(desk: House, relay: Relay) -> None:
    await press(desk, "disconnect")
    assert await desk.submit(ADA) == {}
    assert relay.gone == ["sub-1"]
    assert await call(desk, address(relay), called(1)) == 404


async def test_a_lead_system_that_does_not_let_go_does_not_stop_a_disconnect(desk: House, relay: Relay) -> None:
    relay.refuses = Unavailable("HTTP 503")
    await press(desk, "disconnect")
    assert await desk.submit(ADA) == {}
    assert "No lead system is connected" in await said(desk, "/leads connections")
    assert await call(desk, address(relay), called(1)) == 404


async def test_connecting_anew_makes_a_new_address_and_ends_the_old_one(desk: House, relay: Relay) -> None:
    old = address(relay)
    await press(desk, "reconnect")
    assert desk.typed(ADA)["webhook"] == ["yes"]
    assert await desk.submit(ADA, **desk.credentials("relay")) == {}
    assert relay.gone == ["sub-1"]
    assert address(relay) != old
    assert await call(desk, old, called(1)) == 404
    await call(desk, address(relay), called(await arrives(desk)))
    assert len(desk.cards()) == 1


async def test_connecting_anew_without_the_tick_switches_it_off(desk: House, relay: Relay) -> None:
    await press(desk, "reconnect")
    assert await desk.submit(ADA, **desk.credentials("relay"), webhook=[]) == {}
    assert relay.gone == ["sub-1"]
    assert await call(desk, address(relay), called(1)) == 404
    assert "webhook on" not in await said(desk, "/leads connections")


async def test_the_secret_is_not_in_the_database(desk: House, relay: Relay) -> None:
    secret = address(relay).rpartition("/")[2]
    assert len(secret) == hooks.SECRET_CHARACTERS
    path = desk.sandbox.settings.database
    found = b"".join(p.read_bytes() for p in path.parent.glob(f"{path.name}*"))
    assert secret.encode() not in found
    assert hooks.key_of(secret).encode() in found


async def test_no_lead_of_another_connection_is_read_by_a_call(desk: House, relay: Relay) -> None:
    await desk.connect("north", provider="kpro")
    before = len(desk.kpro.requests)
    await call(desk, address(relay), called(await arrives(desk)))
    assert len(desk.kpro.requests) == before
