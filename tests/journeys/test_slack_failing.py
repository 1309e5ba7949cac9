"""Slack fails in every way it knows: one card in the end, never none and never two, and somebody is told."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from bot.sandbox.messages import Message
from tests.conftest import ADA, GUEST, LEADS, MAX, NORTH, ZOE, House, action_ids, shown

HISTORY = {"channels:history", "groups:history", "im:history"}


@pytest.fixture
async def desk(house: House) -> House:
    """One connection, one channel that alerts."""
    await house.connect()
    await house.subscribe()
    return house


def fail(house: House, method: str, kind: str, count: int = 1) -> None:
    house.slack.faults.add(f"slack:{method}", kind, count)


async def settled(house: House) -> None:
    """Let failed and doubtful deliveries be tried again until nothing is open."""
    for _ in range(8):
        if not await house.outbox():
            return
        await house.doubt()
    raise AssertionError(f"still open: {await house.outbox()}")


def held_back(house: House, user: str = ADA) -> list[Message]:
    return [m for m in house.dms(user) if "I cannot post new leads in" in m.text]


CONNECTION = ("429", "500", "503", "refuse", "withhold")


@pytest.mark.parametrize(
    ("kind", "count"),
    [*((kind, 1) for kind in CONNECTION), ("ratelimited", 1), ("internal_error", 2), ("withhold", 3), ("500", 3)],
)
async def test_a_failing_post_gives_exactly_one_card(desk: House, kind: str, count: int) -> None:
    fail(desk, "chat.postMessage", kind, count)
    await desk.arrive(firstName="Sofia")
    await settled(desk)
    (card,) = desk.cards()
    assert "may appear twice" not in shown(card)
    await desk.press(ZOE, card, "claim")
    assert "*Zoe Lind* has it" in shown(card)


async def test_a_post_that_hangs_gives_exactly_one_card(desk: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.sandbox.bot.clients.session, "_timeout", aiohttp.ClientTimeout(total=0.2))
    fail(desk, "chat.postMessage", "hang")
    await desk.arrive(firstName="Sofia")
    await settled(desk)
    assert len(desk.cards()) == 1


@pytest.mark.parametrize("history", ["429", "500", "withhold", "ratelimited", "internal_error"])
async def test_doubt_stays_doubt_while_history_cannot_be_read(desk: House, history: str) -> None:
    """A card that arrived is not posted again because the look for it failed."""
    fail(desk, "chat.postMessage", "withhold")
    fail(desk, "conversations.history", history, 2)
    await desk.arrive()
    assert len(desk.cards()) == 1
    assert (await desk.outbox()).get("doubt") == 1
    await settled(desk)
    assert len(desk.cards()) == 1
    assert "may appear twice" not in shown(desk.cards()[0])


async def test_doubt_is_shown_in_status_and_then_gone(desk: House) -> None:
    fail(desk, "chat.postMessage", "withhold")
    await desk.arrive()
    answer = await desk.command(ZOE, "/leads status")
    assert answer is not None
    assert "1 in doubt" in shown(answer)
    await settled(desk)
    answer = await desk.command(ZOE, "/leads status")
    assert answer is not None
    assert "0 in doubt" in shown(answer)


async def test_without_the_history_scopes_a_doubtful_card_comes_again_and_says_so(desk: House) -> None:
    desk.slack.scopes = desk.slack.scopes - HISTORY
    fail(desk, "chat.postMessage", "500")
    await desk.arrive()
    await settled(desk)
    (card,) = desk.cards()
    assert "this may appear twice" in shown(card)


async def test_the_copy_that_is_known_is_the_one_that_changes(desk: House) -> None:
    desk.slack.scopes = desk.slack.scopes - HISTORY
    fail(desk, "chat.postMessage", "withhold")
    await desk.arrive()
    await settled(desk)
    first, second = desk.cards()
    assert "may appear twice" in shown(second)
    await desk.press(ZOE, first, "claim")  # a button of the copy that Leadbell does not know
    assert "*Zoe Lind* has it" in shown(second)


@pytest.mark.parametrize("kind", [*CONNECTION, "internal_error"])
async def test_a_failing_edit_still_shows_the_owner_in_the_end(desk: House, kind: str) -> None:
    await desk.arrive()
    (card,) = desk.cards()
    fail(desk, "chat.update", kind, 2)
    await desk.press(ZOE, card, "claim")
    await settled(desk)
    assert "*Zoe Lind* has it" in shown(card)
    assert len(desk.thread(card)) == 1
    assert len(desk.dms(ZOE)) == 1


@pytest.mark.parametrize("kind", CONNECTION)
async def test_a_thread_line_in_doubt_is_written_once(desk: House, kind: str) -> None:
    await desk.arrive()
    (card,) = desk.cards()
    fail(desk, "chat.postMessage", kind, 2)  # the owner's message and the line below the card
    await desk.press(ZOE, card, "claim")
    await settled(desk)
    assert len(desk.thread(card)) == 1
    assert len(desk.dms(ZOE)) == 1


async def test_a_restart_while_a_delivery_is_in_doubt_posts_it_once(desk: House) -> None:
    fail(desk, "chat.postMessage", "withhold")
    await desk.arrive()
    await desk.sandbox.restart()
    await settled(desk)
    assert len(desk.cards()) == 1


async def test_one_channel_in_trouble_does_not_hold_up_another(desk: House) -> None:
    await desk.subscribe(NORTH)
    desk.slack.workspace.channels[LEADS].members.remove("U0LEADBELL")
    await desk.arrive()
    assert len(desk.cards(NORTH)) == 1


async def test_removed_from_its_channel_leads_are_held_back_and_delivered_after_the_invite(desk: House) -> None:
    desk.slack.workspace.channels[LEADS].members.remove("U0LEADBELL")
    for n in range(3):
        await desk.arrive(firstName=f"Held{n}")
    assert desk.cards() == []
    (told,) = held_back(desk)
    assert "<#C0LEADS> (not_in_channel). They are held back, not lost. Type `/invite @Leadbell` there" in told.text
    assert held_back(desk, MAX) == []
    listed = await desk.command(ADA, "/leads subscriptions")
    assert listed is not None
    assert "cannot post there: not\u200b_in\u200b_channel" in shown(listed) or "not_in_channel" in shown(listed)
    status = await desk.command(ADA, "/leads status")
    assert status is not None
    assert "3 held back" in shown(status)

    await desk.command(ADA, "/invite @Leadbell", LEADS)
    await desk.quiet()
    assert [f"Held{n}" in shown(c) for n, c in enumerate(desk.cards())] == [True, True, True]
    await settled(desk)
    listed = await desk.command(ADA, "/leads subscriptions")
    assert listed is not None
    assert "cannot post there" not in shown(listed)


@pytest.mark.parametrize("code", ["channel_not_found", "not_in_channel", "is_archived", "restricted_action"])
async def test_a_place_that_refuses_is_told_once_and_tried_again_later(desk: House, code: str) -> None:
    fail(desk, "chat.postMessage", code)
    await desk.arrive()
    assert desk.cards() == []
    (told,) = held_back(desk)
    assert f"({code})" in told.text
    await desk.sandbox.bot.duties.ringer.housekeeping()
    await settled(desk)
    assert len(desk.cards()) == 1
    assert len(held_back(desk)) == 1


async def test_an_archived_channel_gets_its_leads_and_its_edits_once_it_is_back(desk: House) -> None:
    await desk.arrive(firstName="Before")
    (card,) = desk.cards()
    archived = desk.slack.workspace.channels[LEADS]
    archived.is_archived = True
    await desk.press(ZOE, card, "claim")
    await desk.press(ZOE, desk.dms(ZOE)[0], "release")
    await desk.press(ZOE, card, "claim")
    await desk.arrive(firstName="During")
    assert (await desk.outbox()).get("parked", 0) >= 2
    assert "*Zoe Lind* has it" not in shown(card)

    archived.is_archived = False
    await desk.slack.push.event({"type": "channel_unarchive", "channel": LEADS, "user": ADA})
    await settled(desk)
    assert "*Zoe Lind* has it" in shown(card)
    assert len(desk.cards()) == 2


async def test_many_parked_edits_of_one_card_are_tried_again_without_trouble(
    desk: House, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.arrive()
    (card,) = desk.cards()
    value = next(e["value"] for b in card.blocks for e in b.get("elements", []) if e.get("action_id") == "claim")
    desk.slack.workspace.channels[LEADS].is_archived = True
    for _ in range(3):
        await desk.forge(ZOE, card, "claim", value)
        await desk.forge(ZOE, card, "release", value)
    desk.slack.workspace.channels[LEADS].is_archived = False
    await desk.sandbox.bot.duties.ringer.housekeeping()
    await settled(desk)
    assert "*Unclaimed*" in shown(card)
    assert "housekeeping failed" not in caplog.text


async def test_unsubscribing_a_channel_in_trouble_gives_up_what_waits_for_it(desk: House) -> None:
    desk.slack.workspace.channels[LEADS].members.remove("U0LEADBELL")
    await desk.arrive()
    listed = await desk.command(ADA, "/leads subscriptions")
    assert listed is not None
    await desk.press(ADA, listed, "unsubscribe")
    await desk.command(ADA, "/invite @Leadbell", LEADS)
    await desk.quiet()
    assert desk.cards() == []


async def test_a_card_that_was_deleted_in_slack_is_let_go(desk: House) -> None:
    await desk.arrive()
    (card,) = desk.cards()
    desk.slack.workspace.remove(card)
    answer = await desk.command(ZOE, "/leads claim KP-1001")
    assert answer is not None
    assert "is yours" in answer.text
    await settled(desk)
    assert len(desk.dms(ZOE)) == 1


async def test_a_refused_token_loses_nothing(desk: House) -> None:
    fail(desk, "chat.postMessage", "invalid_auth", 2)
    await desk.arrive()
    assert desk.cards() == []
    for _ in range(4):
        await desk.sandbox.advance(61)
        await desk.quiet()
    assert len(desk.cards()) == 1


@pytest.mark.parametrize("method", ["users.info", "conversations.info", "conversations.open"])
@pytest.mark.parametrize("kind", ["429", "withhold"])
async def test_a_question_that_fails_is_answered_with_a_sentence_and_works_again(
    house: House, method: str, kind: str
) -> None:
    await house.connect()
    await house.subscribe()
    await house.arrive()
    (card,) = house.cards()
    fail(house, method, kind)
    await house.press(ZOE, card, "claim")
    if not house.dms(ZOE):
        await settled(house)
    if "*Zoe Lind* has it" not in shown(card):
        (said,) = house.told(ZOE)
        assert "Please try again" in said or "please try again" in said
        await house.press(ZOE, card, "claim")
        await settled(house)
    assert "*Zoe Lind* has it" in shown(card)
    assert len(house.dms(ZOE)) == 1


@pytest.mark.parametrize("kind", ["500", "404", "withhold", "used_url"])
async def test_an_answer_that_cannot_use_its_url_comes_another_way(desk: House, kind: str) -> None:
    await desk.arrive()
    (card,) = desk.cards()
    await desk.press(MAX, card, "claim")
    value = '{"v":1,"lead":1001}'
    fail(desk, "response_url", kind)
    await desk.forge(ZOE, card, "claim", value)
    assert desk.told(ZOE)
    assert desk.told(ZOE)[0].startswith("Max Winter has KP-1001 already")


async def test_a_window_that_slack_closed_meanwhile_asks_to_press_again(desk: House) -> None:
    await desk.arrive()
    (card,) = desk.cards()
    fail(desk, "views.open", "expired_trigger_id")
    await desk.press(ZOE, card, "details")
    assert desk.told(ZOE) == ["Slack closed the window before I could open it. Please press again."]
    await desk.press(ZOE, card, "details")
    assert desk.view(ZOE)


async def test_many_leads_while_slack_limits_arrive_in_order(desk: House) -> None:
    fail(desk, "chat.postMessage", "429", 5)
    for n in range(6):
        await desk.kpro.arrive(firstName=f"Row{n}")
    await desk.sandbox.advance(61)
    for _ in range(300):
        await desk.sandbox.advance(2)  # Slack asked for a second each time
        await asyncio.sleep(0.01)
        if len(desk.cards()) == 6:
            break
    await desk.quiet()
    order: list[Any] = [next(n for n in range(6) if f"Row{n}" in shown(c)) for c in desk.cards()]
    assert order == list(range(6))
    assert all("claim" in action_ids(c) for c in desk.cards())


async def test_a_doubt_whose_look_up_fails_stays_a_doubt_and_one_card_is_there(desk: House) -> None:
    fail(desk, "chat.postMessage", "withhold")
    await desk.arrive()
    fail(desk, "conversations.history", "500", 2)
    await settled(desk)
    await desk.doubt(4)
    assert len(desk.cards()) == 1
    assert not await desk.outbox()


async def test_a_card_that_is_held_back_does_not_outlive_its_subscription(desk: House) -> None:
    fail(desk, "chat.postMessage", "is_archived")
    await desk.arrive()
    listed = await desk.command(ADA, "/leads subscriptions")
    assert listed is not None
    await desk.press(ADA, listed, "unsubscribe")
    await desk.sandbox.bot.duties.ringer.housekeeping()
    await desk.quiet()
    assert desk.cards() == []


async def test_a_guest_who_joins_finds_no_contact_data_on_the_cards(house: House) -> None:
    await house.connect()
    await house.subscribe(masked=[])
    await house.arrive(firstName="Sofia", lastName="Marsh", email="sofia@example.com")
    (card,) = house.cards()
    assert "sofia@example.com" in shown(card)
    house.slack.workspace.channels[LEADS].members.append(GUEST)
    joined = {"type": "member_joined_channel", "user": GUEST, "channel": LEADS, "channel_type": "C"}
    await house.slack.push.event(joined)
    await house.quiet()
    assert "sofia@example.com" not in shown(card)
    assert any("hide contact data from here on" in shown(m) for m in house.dms(ADA))
