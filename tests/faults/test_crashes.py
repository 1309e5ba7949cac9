"""A real bot is crashed at each named point of poll, delivery and claim, and started again.

Each lead is alerted exactly once, none is lost, and a lead has one owner.
"""

from __future__ import annotations

import asyncio
import signal

import pytest

from bot.taking import SLICE
from tests.conftest import ADA, MAX, ZOE, shown
from tests.faults.process import CRASHED, Street, prepare


@pytest.mark.parametrize(
    "point",
    [
        "take_in_page.before_commit",
        "take_in_page.committed",
        "poll_succeeded.before_commit",
        "poll_succeeded.committed",
        "begin_delivery.before_commit",
        "begin_delivery.committed",
        "delivery.sending",
        "delivery.called",
        "delivery_sent.before_commit",
        "delivery_sent.committed",
    ],
)
async def test_a_crash_while_polling_or_delivering_loses_and_doubles_nothing(street: Street, point: str) -> None:
    prepare(street.database, key=street.kpro.api_key)
    for _ in range(3):
        await street.kpro.arrive()
    await street.start(crash_at=point, ready=False)
    assert await street.exit_code() == CRASHED
    await street.kpro.arrive()
    await street.start()
    await street.settled(4)
    street.every_lead_once()


async def test_a_crash_between_the_slices_of_a_page_loses_and_doubles_nothing(street: Street) -> None:
    prepare(street.database, key=street.kpro.api_key)
    many = SLICE * 2 + 1
    for _ in range(many):
        await street.kpro.arrive()
    await street.start(crash_at="take_in_page.committed", ready=False)
    assert await street.exit_code() == CRASHED
    assert street.value("SELECT COUNT(*) FROM leads") == SLICE
    await street.start()
    await street.settled(many, 60)
    street.every_lead_once()


@pytest.mark.parametrize("point", ["begin_reading.before_commit", "begin_reading.committed"])
async def test_a_crash_in_the_first_poll_keeps_the_history_quiet(street: Street, point: str) -> None:
    connection = prepare(street.database, key=street.kpro.api_key, begun=False)
    street.kpro.fill(20, 5)
    await street.start(crash_at=point, ready=False)
    assert await street.exit_code() == CRASHED
    await street.start()
    await street.until(
        lambda: bool(street.value("SELECT succeeded_at FROM connections WHERE connection = ?", connection))
    )
    await street.kpro.arrive()
    await street.settled(21)
    street.every_lead_once(since=20)


@pytest.mark.parametrize("point", ["claim_lead.before_commit", "claim_lead.committed"])
async def test_a_crash_in_a_claim_leaves_one_owner(street: Street, point: str) -> None:
    prepare(street.database, key=street.kpro.api_key)
    await street.kpro.arrive()
    await street.start(crash_at=point)
    await street.settled(1)
    (card,) = street.cards()
    reply = await street.press(ZOE, card, "claim")
    assert not reply.ok
    assert await street.exit_code() == CRASHED
    await street.start()
    if point == "claim_lead.before_commit":
        assert street.value("SELECT owner FROM leads") is None
        assert (await street.press(ZOE, card, "claim")).ok
    await street.until(lambda: "Zoe Lind* has it" in shown(card))
    await street.settled(1)
    assert street.rows("SELECT owner FROM leads") == [(ZOE,)]
    assert len(street.dms(ZOE)) == 1
    assert len(street.thread(card)) == 1
    street.every_lead_once()


@pytest.mark.parametrize("point", ["approve_request.before_commit", "approve_request.committed"])
async def test_a_crash_in_an_approval_leaves_one_decision(street: Street, point: str) -> None:
    prepare(street.database, key=street.kpro.api_key, approvers=(MAX,))
    await street.kpro.arrive()
    await street.start(crash_at=point)
    await street.settled(1)
    (card,) = street.cards()
    assert (await street.press(ZOE, card, "claim")).ok
    await street.until(lambda: len(street.dms(MAX)) == 1)
    await street.settled(1)
    (ask,) = street.dms(MAX)
    assert not (await street.press(MAX, ask, "approve")).ok
    assert await street.exit_code() == CRASHED
    await street.start()
    if point == "approve_request.before_commit":
        assert street.rows("SELECT state FROM requests") == [("waiting",)]
        assert (await street.press(MAX, ask, "approve")).ok
    await street.until(lambda: "Zoe Lind* has it" in shown(card))
    await street.settled(1)
    assert street.rows("SELECT state, decided_by FROM requests") == [("approved", MAX)]
    assert street.rows("SELECT owner FROM leads") == [(ZOE,)]
    assert len(street.dms(ZOE)) == 1
    assert "Approved by Max Winter" in shown(ask)


async def test_two_people_press_across_a_crash_and_one_of_them_has_it(street: Street) -> None:
    prepare(street.database, key=street.kpro.api_key)
    await street.kpro.arrive()
    await street.start(crash_at="claim_lead.committed")
    await street.settled(1)
    (card,) = street.cards()
    await asyncio.gather(street.press(ZOE, card, "claim"), street.press(ADA, card, "claim"))
    assert await street.exit_code() == CRASHED
    (owner,) = street.rows("SELECT owner FROM leads")[0]
    assert owner in (ZOE, ADA)
    await street.start()
    other = ADA if owner == ZOE else ZOE
    await street.until(lambda: "has it" in shown(card))
    await street.settled(1)
    assert street.rows("SELECT owner FROM leads") == [(owner,)]
    assert len(street.dms(owner)) == 1
    assert street.dms(other) == []


async def test_an_answer_that_slack_withholds_doubles_nothing(street: Street) -> None:
    prepare(street.database, key=street.kpro.api_key)
    street.slack.faults.add("slack:chat.postMessage", "withhold", 2)
    for _ in range(3):
        await street.kpro.arrive()
    await street.start()
    await street.settled(3)
    street.every_lead_once()


async def test_a_withheld_answer_and_a_kill_double_nothing(street: Street) -> None:
    prepare(street.database, key=street.kpro.api_key)
    street.slack.faults.add("slack:chat.postMessage", "withhold")
    await street.kpro.arrive()
    await street.start()
    await street.until(lambda: len(street.cards()) == 1)
    await street.kill()
    await street.start()
    await street.settled(1)
    street.every_lead_once()


async def test_sigterm_stops_within_ten_seconds_and_loses_nothing(street: Street) -> None:
    street.forked = False  # once with the command itself
    prepare(street.database, key=street.kpro.api_key)
    street.slack.faults.add("slack:chat.postMessage", "slow")
    for _ in range(5):
        await street.kpro.arrive()
    await street.start()
    await street.until(lambda: street.value("SELECT COUNT(*) FROM outbox WHERE state = 'sending'") == 1)
    street.signal(signal.SIGTERM)
    assert await street.exit_code(10) == 0
    assert street.value("SELECT COUNT(*) FROM outbox WHERE state = 'sending'") == 0
    await street.start()
    await street.settled(5)
    street.every_lead_once()
    assert "Traceback" not in street.stderr()
