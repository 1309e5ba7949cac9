"""The digest: now, or every morning exactly once, whatever the clock and the process do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.messages import Message
from tests.conftest import ADA, GENERAL, LEADS, NORTH, SAM, ZOE, House, action_ids, shown

LONDON = ZoneInfo("Europe/London")


def digests(house: House, channel: str = LEADS) -> list[Message]:
    return [m for m in house.messages(channel) if "Lead digest" in shown(m) and m.only_for is None]


async def move_to(house: House, at: datetime) -> None:
    """Move the clock to a moment (it only goes forward)."""
    left = (at - house.sandbox.clock.now()).total_seconds()
    assert left > 0, "the clock only moves forward"
    await house.sandbox.advance(left)
    await house.quiet()


def next_local(house: House, hour: int, minute: int = 0, zone: ZoneInfo = LONDON, *, days: int = 0) -> datetime:
    """The next time a wall clock in the zone shows this, and that many days later."""
    now = house.sandbox.clock.now().astimezone(zone)
    at = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if at <= now:
        at += timedelta(days=1)
    return (at + timedelta(days=days)).astimezone(UTC)


async def plan(house: House, user: str = ADA, **values: Any) -> None:
    await house.command(user, "/leads digest schedule")
    given = {"channel": LEADS, "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "at": "09:00",
             "zone": "Europe/London"}  # fmt: skip
    assert await house.submit(user, **{**given, **values}) == {}
    assert "The first digest comes <!date^" in house.says(user)
    await house.slack.modals.close(user, all_views=True)


async def test_a_digest_now_is_for_whoever_asked(house: House) -> None:
    await house.connect()
    await house.subscribe()
    for n in range(7):
        await house.arrive(firstName=f"Lead{n}", site={"id": 3, "code": "ZPL", "name": "Zoopla"}, source=None)
    await house.press(ZOE, house.cards()[6], "claim")
    answer = await house.command(SAM, "/leads digest")
    assert answer is not None
    assert answer.only_for == SAM
    text = shown(answer)
    assert answer.text == "7 new leads, 6 unclaimed"
    assert "Zoopla 7" in text
    assert "*Waiting longest*" in text
    assert [n for n in range(7) if f"Lead{n}" in text] == [0, 1, 2, 3, 4]  # the five oldest
    assert "Show all 6 unclaimed" in text
    assert "*Time to claim*  median " in text
    assert "1 of 7 taken" in text
    assert digests(house) == []


async def test_a_digest_of_nothing_says_so(house: House) -> None:
    answer = await house.command(ZOE, "/leads digest now")
    assert answer is not None
    assert answer.text == "0 new leads, 0 unclaimed"
    assert "No new leads in this time." in shown(answer)


async def test_an_unknown_digest_word_says_what_is_possible(house: House) -> None:
    answer = await house.command(ZOE, "/leads digest tomorow")
    assert answer is not None
    assert answer.text == "I do not know `digest tomorow`. Possible: `now`, `schedule`, `list`."


async def test_the_form_suggests_weekdays_at_nine_in_the_persons_zone(house: House) -> None:
    await house.command(SAM, "/leads digest schedule")
    assert house.typed(SAM) == {
        "channel": LEADS,
        "days": ["mon", "tue", "wed", "thu", "fri"],
        "at": "09:00",
        "zone": "America/New_York",
    }


@pytest.mark.parametrize(
    ("values", "place", "said"),
    [
        ({"zone": "Europe/Londn"}, "zone", "There is no such time zone. Did you mean Europe/London?"),
        ({"zone": "../../etc/passwd"}, "zone", "There is no such time zone. Zones look like Europe/London."),
        ({"days": []}, "days", ""),
        (
            {"channel": GENERAL},
            "channel",
            "I am not in that channel. Type /invite @Leadbell in #general and try again.",
        ),
    ],
)
async def test_mistakes_in_the_form_are_told_on_their_input(
    house: House, values: dict[str, Any], place: str, said: str
) -> None:
    await house.command(ADA, "/leads digest schedule")
    errors = await house.submit(ADA, **values)
    assert set(errors) == {place}
    assert said in errors[place]
    right = {"zone": "Europe/London", "days": ["mon"], "channel": LEADS}
    assert await house.submit(ADA, **right) == {}


async def test_a_scheduled_digest_comes_once_at_its_time(house: House) -> None:
    await house.connect()
    await plan(house)
    due = next_local(house, 9)
    if due - house.sandbox.clock.now() > timedelta(minutes=2):
        await move_to(house, due - timedelta(minutes=1))
        assert digests(house) == []
    await move_to(house, due + timedelta(seconds=1))
    assert len(digests(house)) == 1
    for _ in range(3):
        await house.poll(600)
    assert len(digests(house)) == 1
    await move_to(house, due + timedelta(days=1, seconds=1))
    assert len(digests(house)) == 2


async def test_only_the_chosen_weekdays(house: House) -> None:
    await plan(house, days=["mon", "thu"])
    start = next_local(house, 9, 1)
    sent = []
    for day in range(14):
        before = len(digests(house))
        await move_to(house, start + timedelta(days=day))
        if len(digests(house)) > before:
            sent.append((start + timedelta(days=day)).astimezone(LONDON).strftime("%a"))
    assert sorted(set(sent)) == ["Mon", "Thu"]
    assert len(sent) == 4


async def test_missed_days_give_one_digest_and_not_one_each(make_house: Callable[..., Any], tmp_path: Path) -> None:
    house: House = await make_house(database=tmp_path / "desk.sqlite3")
    await plan(house)
    due = next_local(house, 9)
    await house.sandbox.bot.stop()
    house.sandbox.clock.advance(due - house.sandbox.clock.now() + timedelta(days=5, hours=3))
    await house.sandbox._start_bot()
    await wait_for(house, lambda: digests(house))
    await house.poll()
    assert len(digests(house)) == 1
    await move_to(house, due + timedelta(days=6, seconds=1))
    assert len(digests(house)) == 2


async def test_a_restart_right_after_the_digest_sends_no_second(make_house: Callable[..., Any], tmp_path: Path) -> None:
    house: House = await make_house(database=tmp_path / "desk.sqlite3")
    await plan(house)
    due = next_local(house, 9)
    await move_to(house, due + timedelta(seconds=1))
    assert len(digests(house)) == 1
    for _ in range(2):
        await house.sandbox.restart()
        await house.poll()
    assert len(digests(house)) == 1
    await move_to(house, due + timedelta(days=1, seconds=1))
    assert len(digests(house)) == 2


CHANGES = (
    # zone, wall-clock time of the digest, local days around a change of the clock
    ("Europe/London", "01:30", (2027, 3, 28)),  # this hour does not exist
    ("Europe/London", "01:30", (2027, 10, 31)),  # this one comes twice
    ("America/New_York", "02:00", (2027, 3, 14)),
    ("Australia/Lord_Howe", "01:45", (2027, 4, 4)),  # half an hour comes twice
)


@pytest.mark.parametrize(("zone", "at", "day"), CHANGES)
async def test_across_a_change_of_the_clock_every_local_day_has_one_digest(
    house: House, zone: str, at: str, day: tuple[int, int, int]
) -> None:
    where = ZoneInfo(zone)
    changes = datetime(*day, tzinfo=where)
    before, after = (changes + timedelta(days=n, hours=12) for n in (-2, 2))
    assert before.utcoffset() != after.utcoffset(), "the test's own day"
    await move_to(house, before.astimezone(UTC))
    await plan(house, zone=zone, at=at)
    for midnight in (before.replace(hour=0) + timedelta(days=n) for n in (1, 2, 3, 4)):
        for half_hours in range(9):  # the night closely, the day at once
            await move_to(house, midnight.astimezone(UTC) + timedelta(minutes=30 * half_hours))
    sent = [datetime.fromtimestamp(float(m.ts), UTC).astimezone(where) for m in digests(house)]
    assert [s.date() for s in sent] == [(before + timedelta(days=n)).date() for n in (1, 2, 3, 4)]
    for moment in sent:  # the first time the wall clock shows it, or as much later as it jumps
        due = datetime.combine(moment.date(), time.fromisoformat(at), where).astimezone(UTC)
        assert timedelta(0) <= moment.astimezone(UTC) - due <= timedelta(minutes=30)


async def test_claim_in_a_digest_takes_the_lead(house: House) -> None:
    await house.connect()
    await house.subscribe()
    await house.arrive(firstName="Sofia", email="sofia@example.com")
    await plan(house, channel=NORTH)
    await move_to(house, next_local(house, 9, 0) + timedelta(seconds=1))
    (digest,) = digests(house, NORTH)
    assert "sofia@example.com" not in shown(digest)
    await house.press(ZOE, digest, "claim")
    assert "*Zoe Lind* has it" in shown(house.cards()[0])
    (dm,) = house.dms(ZOE)
    assert "sofia@example.com" in shown(dm)
    if "claim" in action_ids(digest):
        await house.press(SAM, digest, "claim")
        assert house.told(SAM, NORTH)[0].startswith("Zoe Lind has KP-1001 already")


async def test_show_all_lists_the_unclaimed_to_whoever_pressed(house: House) -> None:
    await house.connect()
    await house.subscribe()
    for _ in range(7):
        await house.arrive()
    await plan(house)
    await move_to(house, next_local(house, 9) + timedelta(seconds=1))
    (digest,) = digests(house)
    await house.press(SAM, digest, "list")
    assert "*7 leads* for `unclaimed" in house.told(SAM)[-1]
    assert len(digests(house)) == 1
    assert "Lead digest" in shown(digest)  # the digest itself stays


async def test_a_plan_is_listed_and_stopped_by_whoever_made_it_or_an_admin(house: House) -> None:
    await plan(house, ZOE)
    listed = await house.command(SAM, "/leads digest list")
    assert listed is not None
    assert "<#C0LEADS>" in shown(listed)
    assert "at 09:00 Europe/London" in shown(listed)
    await house.press(SAM, listed, "undigest")
    assert house.told(SAM)[-1] == "Only whoever planned this digest, or an admin, can stop it."
    listed = await house.command(ADA, "/leads digest list")
    assert listed is not None
    await house.press(ADA, listed, "undigest")
    assert "No digest is scheduled." in shown(listed)
    await move_to(house, next_local(house, 9) + timedelta(seconds=1))
    assert digests(house) == []


async def test_the_form_sent_twice_plans_once(house: House) -> None:
    await house.command(ZOE, "/leads digest schedule")
    await asyncio.gather(house.submit(ZOE), house.submit(ZOE))
    listed = await house.command(ZOE, "/leads digest list")
    assert listed is not None
    assert shown(listed).count("at 09:00") == 1


async def test_the_schedule_button_of_a_digest_opens_the_form(house: House) -> None:
    answer = await house.command(ZOE, "/leads digest")
    assert answer is not None
    await house.press(ZOE, answer, "provider")
    assert house.typed(ZOE)["at"] == "09:00"


async def wait_for(house: House, met: Callable[[], Any]) -> None:
    """Until something rang by itself."""
    for _ in range(300):
        await house.quiet()
        if met():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nothing came")
