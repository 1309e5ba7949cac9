"""When a digest is due: local times in named zones, across clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands.desk.hours import DAYS, due_date, instant, next_due, window, zone, zones

DAILY = ",".join(DAYS)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def dues(zone_name: str, at: str, after: str, count: int, days: str = DAILY) -> list[str]:
    """The next due moments, in UTC."""
    found, moment = [], utc(after)
    for _ in range(count):
        moment = next_due(days, at, zone_name, moment)
        found.append(moment.strftime("%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("zone_name", "at", "after", "expected"),
    [
        # London goes forward at 01:00 on 29 March 2026 and back at 02:00 on 25 October.
        ("Europe/London", "09:00", "2026-03-28T00:00", ["03-28 09:00", "03-29 08:00", "03-30 08:00"]),
        ("Europe/London", "01:30", "2026-03-28T00:00", ["03-28 01:30", "03-29 01:30", "03-30 00:30"]),
        ("Europe/London", "09:00", "2026-10-24T00:00", ["10-24 08:00", "10-25 09:00", "10-26 09:00"]),
        ("Europe/London", "01:30", "2026-10-24T00:00", ["10-24 00:30", "10-25 00:30", "10-26 01:30"]),
        # New York: 8 March at 02:00, 1 November at 02:00.
        ("America/New_York", "09:00", "2026-03-07T00:00", ["03-07 14:00", "03-08 13:00", "03-09 13:00"]),
        ("America/New_York", "02:30", "2026-03-07T00:00", ["03-07 07:30", "03-08 07:30", "03-09 06:30"]),
        ("America/New_York", "01:30", "2026-10-31T00:00", ["10-31 05:30", "11-01 05:30", "11-02 06:30"]),
        # Cairo: midnight of 24 April 2026 does not exist, and 23:00 of 29 October comes twice.
        ("Africa/Cairo", "00:00", "2026-04-22T00:00", ["04-22 22:00", "04-23 22:00", "04-24 21:00"]),
        ("Africa/Cairo", "00:30", "2026-04-22T00:00", ["04-22 22:30", "04-23 22:30", "04-24 21:30"]),
        ("Africa/Cairo", "23:30", "2026-10-28T00:00", ["10-28 20:30", "10-29 20:30", "10-30 21:30"]),
        # No clock changes, and far from Greenwich.
        ("Pacific/Kiritimati", "00:00", "2026-11-23T00:00", ["11-23 10:00", "11-24 10:00", "11-25 10:00"]),
        ("Asia/Kathmandu", "09:00", "2026-11-23T00:00", ["11-23 03:15", "11-24 03:15", "11-25 03:15"]),
    ],
)
def test_a_local_time_across_clock_changes(zone_name: str, at: str, after: str, expected: list[str]) -> None:
    assert dues(zone_name, at, after, 3) == expected


def test_in_a_gap_the_clock_shows_what_comes_after_it() -> None:
    cairo = ZoneInfo("Africa/Cairo")
    due = instant(date(2026, 4, 24), time(0, 0), cairo)
    assert due.astimezone(cairo).strftime("%Y-%m-%d %H:%M") == "2026-04-24 01:00"


def test_in_a_fold_the_first_of_the_two_is_meant() -> None:
    london = ZoneInfo("Europe/London")
    due = instant(date(2026, 10, 25), time(1, 30), london)
    assert (due, due.astimezone(london).fold) == (utc("2026-10-25T00:30"), 0)
    assert due_date(DAILY, "01:30", "Europe/London", utc("2026-10-25T01:30")) == (date(2026, 10, 25), due)
    assert next_due(DAILY, "01:30", "Europe/London", due) == utc("2026-10-26T01:30")


def test_chosen_weekdays_only() -> None:
    assert dues("Europe/London", "09:00", "2026-11-20T12:00", 3, "mon,thu") == [
        "11-23 09:00",
        "11-26 09:00",
        "11-30 09:00",
    ]


def test_a_weekday_is_the_local_one() -> None:
    """Monday 00:30 in Tokyo is Sunday in London."""
    assert dues("Asia/Tokyo", "00:30", "2026-11-20T12:00", 1, "mon") == ["11-22 15:30"]


def test_the_due_moment_itself_is_due_and_not_next() -> None:
    due = utc("2026-11-23T09:00")
    assert due_date(DAILY, "09:00", "Europe/London", due) == (date(2026, 11, 23), due)
    before = due - timedelta(microseconds=1)
    assert due_date(DAILY, "09:00", "Europe/London", before)[0] == date(2026, 11, 22)
    assert next_due(DAILY, "09:00", "Europe/London", before) == due
    assert next_due(DAILY, "09:00", "Europe/London", due) == due + timedelta(days=1)


def test_a_date_that_was_sent_does_not_come_again() -> None:
    early = utc("2026-11-23T08:00")
    assert next_due(DAILY, "09:00", "Europe/London", early, "2026-11-23") == utc("2026-11-24T09:00")
    assert next_due(DAILY, "09:00", "Europe/London", early, "2026-11-22") == utc("2026-11-23T09:00")


def test_several_that_were_missed_are_one() -> None:
    assert due_date("mon", "09:00", "Europe/London", utc("2026-11-22T12:00")) == (
        date(2026, 11, 16),
        utc("2026-11-16T09:00"),
    )


@pytest.mark.parametrize(
    ("days", "due", "hours"),
    [(DAILY, "2026-10-25T09:00", 25), (DAILY, "2026-03-29T08:00", 23), ("mon", "2026-11-23T09:00", 168)],
)
def test_a_window_reaches_back_to_the_digest_before(days: str, due: str, hours: int) -> None:
    since, until = window(days, "09:00", "Europe/London", utc(due))
    assert until == utc(due)
    assert until - since == timedelta(hours=hours)


zone_names = st.sampled_from(
    [
        *("Europe/London", "America/New_York", "Africa/Cairo", "UTC", "Australia/Lord_Howe", "America/Santiago"),
        *("Asia/Beirut", "Pacific/Chatham", "America/St_Johns", "Africa/Casablanca"),
    ]
)
clocks = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 1, 30, 59]))
chosen = st.lists(st.sampled_from(DAYS), min_size=1, unique=True).map(",".join)
starts = st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC))


@settings(max_examples=60, deadline=None)
@given(zone_name=zone_names, at=clocks, days=chosen, start=starts)
def test_due_moments_increase_and_each_wanted_local_date_comes_exactly_once(
    zone_name: str, at: str, days: str, start: datetime
) -> None:
    """The clock as it is rung: at each due moment the newest due date is claimed, then the next is planned."""
    moment, seen = start, []
    while moment < start + timedelta(days=400):
        following = next_due(days, at, zone_name, moment)
        assert following > moment
        day, due = due_date(days, at, zone_name, following)
        assert due == following
        assert next_due(days, at, zone_name, moment, day.isoformat()) > following
        seen.append(day)
        moment = following
    wanted = [
        day
        for n in range((seen[-1] - seen[0]).days + 1)
        if DAYS[(day := seen[0] + timedelta(days=n)).weekday()] in days.split(",")
    ]
    assert seen == wanted


@settings(max_examples=60, deadline=None)
@given(zone_name=zone_names, at=clocks, days=chosen, start=starts)
def test_windows_join_without_gap_or_overlap(zone_name: str, at: str, days: str, start: datetime) -> None:
    first = next_due(days, at, zone_name, start)
    second = next_due(days, at, zone_name, first)
    assert window(days, at, zone_name, second) == (first, second)


@pytest.mark.parametrize(
    "name", ["Europe/Lundon", "", "../../etc/passwd", "Europe/London\x00", "/etc/passwd", "x" * 300]
)
def test_what_is_no_zone(name: str) -> None:
    assert zone(name) is None


def test_every_zone_is_one() -> None:
    assert zone("Europe/London") is not None
    assert {"Europe/London", "America/New_York", "UTC"} <= set(zones())
    assert all(zone(name) for name in zones()[::40])
