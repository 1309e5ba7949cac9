"""Connecting a lead system: the key is tried first, mistakes keep what was typed, and a dead key is told once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox.messages import Message
from bot.sandbox.push import Reply
from tests.conftest import ADA, GUEST, LEADS, MAX, ZOE, House, action_ids, shown

TYPED = {"name": "north", "poll_seconds": "90", "open_url": "https://crm.example/leads/{id}"}


def paused(house: House, user: str = ADA) -> list[Message]:
    """The messages about refused credentials that somebody got."""
    return [m for m in house.dms(user) if "Polling is paused" in m.text]


async def until(met: Callable[[], Any]) -> None:
    """Wait for an answer that comes after the acknowledgement."""
    for _ in range(500):
        if met():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come")


async def names(house: House) -> str:
    answer = await house.command(ADA, "/leads connections")
    assert answer is not None
    return shown(answer)


async def test_a_wrong_key_is_an_error_on_its_input_and_everything_typed_is_kept(house: House) -> None:
    await house.command(ADA, "/leads connect kpro")
    errors = await house.submit(ADA, api_key="f" * 64, **TYPED)
    assert set(errors) == {"api_key"}
    assert "KPro Marketing refuses this API key" in errors["api_key"]
    assert house.typed(ADA) == {"api_key": "f" * 64, **TYPED}
    assert "No lead system is connected" in await names(house)

    assert await house.submit(ADA, api_key=house.kpro.api_key) == {}
    assert "*north* is connected to KPro Marketing" in house.says(ADA)
    assert "*north*" in await names(house)


async def test_a_name_that_is_taken_is_refused_and_another_one_goes(house: House) -> None:
    await house.connect("north")
    await house.command(ADA, "/leads connect kpro")
    errors = await house.submit(ADA, name="NORTH", api_key=house.kpro.api_key)
    assert errors == {"name": "There is a connection called north already. Choose another name."}
    assert await house.submit(ADA, name="south") == {}
    listed = await names(house)
    assert "*north*" in listed
    assert "*south*" in listed


async def test_a_name_of_several_words_is_refused_on_its_input(house: House) -> None:
    await house.command(ADA, "/leads connect kpro")
    errors = await house.submit(ADA, name="our north office", api_key=house.kpro.api_key)
    assert errors == {"name": "Use one word of letters, digits and hyphens."}
    assert await house.submit(ADA, name="north-office") == {}


async def test_every_mistake_in_the_modal_is_told_at_once(house: House) -> None:
    await house.command(ADA, "/leads connect kpro")
    errors = await house.submit(ADA, name="?", api_key=house.kpro.api_key, open_url="http://plain.example/{id}")
    assert set(errors) == {"name", "open_url"}


async def test_two_accounts_of_one_system_are_read_side_by_side(house: House) -> None:
    await house.connect("north")
    await house.connect("south")
    await house.subscribe()
    await house.arrive(firstName="Sofia", lastName="Marsh")
    cards = [shown(card) for card in house.cards()]
    assert len(cards) == 2  # the stand-in is one account: both connections see its lead
    assert any("via north" in card for card in cards)
    assert any("via south" in card for card in cards)


@pytest.mark.parametrize(
    ("fault", "count", "said"),
    [
        ("refuse", 3, "cannot be asked just now"),
        ("html", 1, "answered something unexpected"),
        ("truncated", 1, "answered something unexpected"),
        ("503", 3, "cannot be asked just now (HTTP 503)"),
    ],
)
async def test_a_lead_system_in_trouble_is_told_and_everything_typed_is_kept(
    house: House, fault: str, count: int, said: str
) -> None:
    await house.command(ADA, "/leads connect kpro")
    house.kpro.fault(fault, count)
    errors = await house.submit(ADA, api_key=house.kpro.api_key, **TYPED)
    if errors:
        assert said in errors["api_key"]
    else:  # the retries took longer than Slack waits
        assert said in house.says(ADA)
    assert house.typed(ADA) == {"api_key": house.kpro.api_key, **TYPED}
    house.kpro.clear_faults()
    assert await house.submit(ADA) == {}
    assert "*north*" in await names(house)


@pytest.mark.usefixtures("impatient")
async def test_a_slow_lead_system_shows_checking_and_then_the_result(house: House) -> None:
    await house.command(ADA, "/leads connect kpro")
    house.kpro._slow_seconds = 0.4
    house.kpro.fault("slow")
    sent = {k: {"value": v} for k, v in {"api_key": house.kpro.api_key, **TYPED}.items()}
    assert await house.slack.modals.submit(ADA, sent) == {}
    assert "Checking…" in house.says(ADA)
    assert "submit" not in house.slack.workspace.views.top(ADA).given  # type: ignore[union-attr]
    await until(lambda: "Checking…" not in house.says(ADA))
    assert "*north* is connected to KPro Marketing" in house.says(ADA)


@pytest.mark.usefixtures("impatient")
async def test_a_slow_no_comes_back_above_its_input_with_everything_typed(house: House) -> None:
    await house.command(ADA, "/leads connect kpro")
    house.kpro._slow_seconds = 0.4
    house.kpro.fault("slow")
    sent = {k: {"value": v} for k, v in {"api_key": "f" * 64, **TYPED}.items()}
    assert await house.slack.modals.submit(ADA, sent) == {}
    assert "Checking…" in house.says(ADA)
    await until(lambda: "Checking…" not in house.says(ADA))
    blocks = (house.view(ADA) or {})["blocks"]
    above = next(n for n, b in enumerate(blocks) if b["block_id"] == "notice:api_key")
    assert "KPro Marketing refuses this API key" in blocks[above]["text"]["text"]
    assert blocks[above + 1]["block_id"] == "api_key"
    assert house.typed(ADA) == {"api_key": "f" * 64, **TYPED}

    assert await house.submit(ADA, api_key=house.kpro.api_key) == {}
    await until(lambda: "Checking…" not in house.says(ADA))
    assert "*north* is connected to KPro Marketing" in house.says(ADA)


async def test_the_modal_sent_twice_makes_one_connection(house: House) -> None:
    await house.command(ADA, "/leads connect kpro")
    values = {"name": "north", "api_key": house.kpro.api_key}
    both = await asyncio.gather(house.submit(ADA, **values), house.submit(ADA, **values))
    assert both == [{}, {}]
    assert (await names(house)).count("*north*") == 1


async def test_the_modal_sent_again_later_does_not_say_that_its_own_name_is_taken(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = house.slack.push.interactive
    sent: list[dict[str, Any]] = []

    async def kept(payload: dict[str, Any]) -> Reply:
        sent.append(payload)
        return await send(payload)

    monkeypatch.setattr(house.slack.push, "interactive", kept)
    await house.command(ADA, "/leads connect kpro")
    assert await house.submit(ADA, name="north", api_key=house.kpro.api_key) == {}
    again = await send(sent[-1])
    assert again.ok
    assert not again.body
    assert (await names(house)).count("*north*") == 1


@pytest.mark.parametrize("word", ["connect", "subscribe", "privacy"])
async def test_a_member_cannot_use_an_admins_word(house: House, word: str) -> None:
    answer = await house.command(ZOE, f"/leads {word}")
    assert answer is not None
    assert answer.text == f"Only a workspace admin can use `/leads {word}`. Ask one of them; it takes a minute."
    assert house.view(ZOE) is None


async def test_a_guest_is_told_that_leads_are_not_for_guests(house: House) -> None:
    answer = await house.command(GUEST, "/leads list", "C0PARTNERS")
    assert answer is not None
    assert answer.text == "Guests of this workspace cannot work with leads. Ask a full member to do it."


async def test_a_revoked_key_pauses_polling_and_tells_its_owner_once(house: House) -> None:
    await house.connect()
    await house.subscribe()
    house.kpro.fault("401")
    await house.poll()
    (told,) = paused(house)
    assert "refuses the credentials of *north*. Polling is paused" in shown(told)
    calls = len(house.kpro.requests)
    await house.kpro.arrive(firstName="Late", lastName="Lead")
    await house.poll()
    await house.poll()
    assert len(house.kpro.requests) == calls  # nobody asks with a dead key
    assert len(paused(house)) == 1
    assert paused(house, MAX) == []
    assert ":red_circle: paused: credentials refused" in await names(house)


async def test_reconnect_in_the_message_starts_polling_again_and_nothing_is_lost(house: House) -> None:
    await house.connect()
    await house.subscribe()
    house.kpro.fault("401")
    await house.poll()
    await house.kpro.arrive(firstName="Meanwhile", lastName="Arrived")
    await house.poll()
    (told,) = paused(house)
    await house.press(ADA, told, "reconnect")
    house.kpro.api_key = "a" * 64  # the new key ended the old one
    errors = await house.submit(ADA, api_key="f" * 64)
    assert set(errors) == {"api_key"}
    assert await house.submit(ADA, api_key="a" * 64) == {}
    assert "Polling goes on from where it stood." in house.says(ADA)
    await house.poll()
    (card,) = house.cards()
    assert "Meanwhile A." in shown(card)
    assert ":large_green_circle: healthy" in await names(house)


async def test_a_key_that_is_revoked_again_is_told_again(house: House) -> None:
    await house.connect()
    for _ in range(2):
        house.kpro.fault("401")
        await house.poll()
        await house.press(ADA, paused(house)[-1], "reconnect")
        assert await house.submit(ADA, api_key=house.kpro.api_key) == {}
        await house.slack.modals.close(ADA, all_views=True)
        await house.poll()
    assert len(paused(house)) == 2


async def test_a_member_cannot_press_an_admins_reconnect(house: House) -> None:
    await house.connect()
    house.kpro.fault("401")
    await house.poll()
    (told,) = paused(house)
    button = next(e for b in told.blocks for e in b.get("elements", []) if e.get("action_id") == "reconnect")
    channel_message = house.slack.workspace.post(LEADS, house.slack.workspace.team.bot_user_id, "x")
    reply = await house.forge(ZOE, channel_message, "reconnect", button["value"])
    assert reply.ok
    assert house.told(ZOE) == ["Only a workspace admin can do that."]


async def test_disconnect_asks_first_and_says_what_is_deleted(house: House) -> None:
    await house.connect()
    await house.subscribe(connection=await connection_id(house))
    await house.arrive()
    await house.arrive()
    listed = await house.command(ADA, "/leads connections")
    assert listed is not None
    await house.press(ADA, listed, "disconnect")
    asked = house.says(ADA)
    assert "the credentials of *north*, its *2 stored leads* with owners and notes" in asked
    assert "*1 subscription*" in asked
    assert "Nothing is deleted in KPro Marketing." in asked
    await house.slack.modals.close(ADA)
    assert "*north*" in await names(house)  # closing it deletes nothing


async def test_after_a_disconnect_all_is_gone_and_old_buttons_answer_politely(house: House) -> None:
    await house.connect()
    await house.subscribe()
    await house.arrive()
    (card,) = house.cards()
    listed = await house.command(ADA, "/leads connections")
    assert listed is not None
    await house.press(ADA, listed, "disconnect")
    assert await house.submit(ADA) == {}
    assert house.view(ADA) is None
    assert "No lead system is connected" in await names(house)
    found = await house.command(ZOE, "/leads list")
    assert found is not None
    assert "No leads" in found.text

    gone = "This lead is no longer stored: its connection was removed."
    for action in ("claim", "assign", "details"):
        await house.press(ZOE, card, action)
        assert house.told(ZOE)[-1] == gone
    for label in ("Add a note", "Mark contacted"):
        await house.choose(ZOE, card, label)
        assert house.told(ZOE)[-1] == gone
    await house.press(ADA, listed, "disconnect")
    assert house.told(ADA)[-1] == "This connection was removed."
    await house.press(ADA, listed, "reconnect")
    assert house.told(ADA)[-1] == "This connection was removed."


async def test_connecting_again_after_a_disconnect_works(house: House) -> None:
    await house.connect()
    listed = await house.command(ADA, "/leads connections")
    assert listed is not None
    await house.press(ADA, listed, "disconnect")
    assert await house.submit(ADA) == {}
    await house.connect()
    await house.subscribe()
    await house.arrive()
    assert len(house.cards()) == 1


async def test_connections_show_members_health_but_no_buttons(house: House) -> None:
    await house.connect()
    answer = await house.command(ZOE, "/leads connections")
    assert answer is not None
    assert "*north* · KPro Marketing · :large_green_circle: healthy" in shown(answer)
    assert action_ids(answer) == set()


async def test_a_failing_connection_is_shown_as_failing_and_recovers(house: House) -> None:
    await house.connect()
    house.kpro.fault("html")
    await house.poll()
    assert ":large_yellow_circle: failing (the answer is not JSON (text/html)); trying again" in await names(house)
    answer = await house.command(ZOE, "/leads status")
    assert answer is not None
    assert ":large_yellow_circle: failing (the answer is not JSON (text/html)), 1 in a row" in shown(answer)
    await house.poll()
    assert ":large_green_circle: healthy" in await names(house)


async def test_status_says_budget_lag_and_what_waits(house: House) -> None:
    await house.connect()
    await house.subscribe()
    await house.arrive()
    answer = await house.command(ZOE, "/leads status")
    assert answer is not None
    text = shown(answer)
    assert "*north* · KPro Marketing · :large_green_circle: healthy" in text
    assert "newest lead's delay 1 min" in text
    assert "of 5 calls at once, 60 a minute" in text
    assert "*Messages to Slack*: 0 waiting, 0 in doubt, 0 held back" in text


async def test_status_without_a_connection_says_what_to_do(house: House) -> None:
    answer = await house.command(ZOE, "/leads status")
    assert answer is not None
    assert "No lead system is connected yet. An admin can do it: `/leads connect`." in shown(answer)


async def connection_id(house: House) -> str:
    team = house.slack.workspace.team.id
    return str(
        await house.sandbox.bot.database.read(
            lambda tx: tx.value("SELECT connection FROM connections WHERE workspace = ?", team)
        )
    )
