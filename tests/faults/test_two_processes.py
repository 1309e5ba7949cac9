"""Two real bots on one database: one leads, both serve Slack, and the other takes over.

The leader is killed at each named point, paused and woken when another leads, and stopped; nothing is alerted twice, no
digest is sent twice, nothing is lost.
"""

from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta

import pytest

from storage import schedules
from storage.database import Database
from tests.conftest import ZOE, shown
from tests.faults.process import CRASHED, READY_SECONDS, TEAM, Street, prepare

TAKEN_OVER_SECONDS = 15.0


async def two(street: Street, **settings: str) -> Street:
    """The first leads, and behaves as the settings say; the second follows. Gives the second."""
    second = street.beside()
    await street.start(ready=False, **settings)
    await street.until(lambda: street.holder() is not None, READY_SECONDS)
    await second.start()
    return second


@pytest.mark.parametrize(
    "point",
    [
        "take_in_page.before_commit",
        "take_in_page.committed",
        "begin_delivery.before_commit",
        "begin_delivery.committed",
        "delivery.sending",
        "delivery.called",
        "delivery_sent.before_commit",
        "delivery_sent.committed",
        "poll_succeeded.committed",
        "renew_lease.before_commit",
    ],
)
async def test_the_second_takes_over_where_the_leader_died(street: Street, point: str) -> None:
    prepare(street.database, key=street.kpro.api_key)
    second = await two(street, LEADBELL_CRASH_AT=point)
    for _ in range(3):
        await street.kpro.arrive()
    assert await street.exit_code() == CRASHED
    await street.until(second.leads, TAKEN_OVER_SECONDS)
    await street.kpro.arrive()
    await street.settled(4)
    street.every_lead_once()
    assert await second.role() == "leader"


@pytest.mark.parametrize("point", ["delivery.sending", "begin_delivery.committed", "take_in_page.committed"])
async def test_a_leader_that_wakes_after_another_took_over_does_nothing(street: Street, point: str) -> None:
    prepare(street.database, key=street.kpro.api_key)
    second = await two(street, LEADBELL_PAUSE_AT=point)
    for _ in range(3):
        await street.kpro.arrive()
    await street.stopped()
    await street.until(second.leads, TAKEN_OVER_SECONDS)
    await street.settled(3)
    street.signal(signal.SIGCONT)
    await street.kpro.arrive()
    await street.settled(4)
    assert await street.role() == "follower"
    assert await second.role() == "leader"
    street.every_lead_once()


async def test_a_leader_paused_after_the_call_leaves_it_to_the_other_to_look(street: Street) -> None:
    prepare(street.database, key=street.kpro.api_key)
    second = await two(street, LEADBELL_PAUSE_AT="delivery.called")
    await street.kpro.arrive()
    await street.stopped()
    await street.until(second.leads, TAKEN_OVER_SECONDS)
    street.signal(signal.SIGCONT)
    await street.settled(1)
    street.every_lead_once()


async def test_a_withheld_answer_and_the_death_of_the_leader_double_nothing(street: Street) -> None:
    prepare(street.database, key=street.kpro.api_key)
    second = await two(street)
    street.slack.faults.add("slack:chat.postMessage", "withhold")
    await street.kpro.arrive()
    await street.until(lambda: len(street.cards()) == 1)
    await street.kill()
    await street.until(second.leads, TAKEN_OVER_SECONDS)
    await street.settled(1)
    street.every_lead_once()


async def test_a_leader_that_is_stopped_hands_over_at_once(street: Street) -> None:
    prepare(street.database, key=street.kpro.api_key)
    second = await two(street)
    assert (await street.role(), await second.role()) == ("leader", "follower")
    await street.kpro.arrive()
    await street.settled(1)
    street.signal(signal.SIGTERM)
    assert await street.exit_code(10) == 0
    assert street.holder() in (None, second.process.pid if second.process else 0)  # it was given up, not left
    await street.until(second.leads)
    await street.kpro.arrive()
    await street.settled(2)
    street.every_lead_once()
    await street.start()  # it follows now
    assert (await street.role(), await second.role()) == ("follower", "leader")
    assert "Traceback" not in street.stderr()


@pytest.mark.parametrize("point", ["claim_digest.before_commit", "claim_digest.committed", "delivery.sending"])
async def test_a_digest_is_sent_once_across_the_change(street: Street, point: str) -> None:
    prepare(street.database, key=street.kpro.api_key)
    now = datetime.now(UTC)
    database = Database(street.database)
    database.write_now(
        lambda tx: schedules.add(
            tx,
            TEAM,
            channel="C0LEADS",
            days="mon,tue,wed,thu,fri,sat,sun",
            at=f"{now:%H:%M}",
            zone="UTC",
            by=ZOE,
            next_at=now,
            now=now - timedelta(days=1),
        )
    )
    database.close()
    second = await two(street, LEADBELL_CRASH_AT=point)
    assert await street.exit_code() == CRASHED
    await street.until(second.leads, TAKEN_OVER_SECONDS)
    await street.until(lambda: street.value("SELECT COUNT(*) FROM messages WHERE kind = 'digest'") == 1)
    await street.settled(0)
    await street.start()
    await street.kpro.arrive()
    await street.settled(1)
    digests = [m for m in street.slack.workspace.messages["C0LEADS"] if m.by_app and "digest" in shown(m).casefold()]
    assert len(digests) == 1


async def test_what_people_do_at_the_follower_is_carried_out_by_the_leader(street: Street) -> None:
    prepare(street.database, key=street.kpro.api_key, channels=())
    second = await two(street)
    second.answer()
    people, modals = street.slack.people, street.slack.modals
    await people.command("U0ADA", "C0LEADS", "/leads subscribe")
    await street.until(lambda: street.slack.workspace.views.top("U0ADA") is not None)
    assert await modals.submit("U0ADA", {"channel": {"value": "C0LEADS"}}) == {}
    await street.kpro.arrive()
    await street.settled(1)
    (card,) = street.cards()
    assert (await street.press(ZOE, card, "claim")).ok
    await street.until(lambda: "Zoe Lind* has it" in shown(card))
    await street.until(lambda: len(street.dms(ZOE)) == 1)
    assert (await street.role(), await second.role()) == ("leader", "follower")


async def test_two_that_start_together_on_a_new_database_share_it(street: Street) -> None:
    second = street.beside()
    await street.start(ready=False, LEADBELL_SECRET_KEY=None)
    await second.start(ready=False, LEADBELL_SECRET_KEY=None)
    await street.until(lambda: street.database.exists() and street.holder() is not None, READY_SECONDS)
    for one in (street, second):
        await one.ready()
    assert sorted([await street.role(), await second.role()]) == ["follower", "leader"]
