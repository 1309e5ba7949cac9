"""When a digest is due: local times in named zones, across clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def zone(name: str) -> ZoneInfo | None:
    """A zone by its IANA name, or ``None``."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zones() -> list[str]:
    """Every zone name."""
    return sorted(available_timezones())


def instant(day: date, at: time, where: ZoneInfo) -> datetime:
    """A wall-clock time as UTC. In a gap the clock's next reading is meant, in a fold the first of the two."""
    local = datetime.combine(day, at, where)  # fold=0: before the change
    return local.astimezone(UTC)


def _wanted(days: str) -> set[str]:
    found = set(days.split(",")) & set(DAYS)
    if not found:
        raise ValueError("no weekday is named")
    return found


def next_due(days: str, at: str, zone_name: str, after: datetime, last_date: str | None = None) -> datetime:
    """The first moment later than ``after`` (UTC) at which the digest is due, on a date after ``last_date``."""
    where = ZoneInfo(zone_name)
    wanted = _wanted(days)
    clock = time.fromisoformat(at)
    day = after.astimezone(where).date() - timedelta(days=1)
    while True:
        if DAYS[day.weekday()] in wanted and (last_date is None or day.isoformat() > last_date):
            due = instant(day, clock, where)
            if due > after:
                return due
        day += timedelta(days=1)


def due_date(days: str, at: str, zone_name: str, now: datetime) -> tuple[date, datetime]:
    """The newest date whose digest is due by ``now``, and when it was."""
    where = ZoneInfo(zone_name)
    wanted = _wanted(days)
    clock = time.fromisoformat(at)
    day = now.astimezone(where).date() + timedelta(days=1)
    while True:
        if DAYS[day.weekday()] in wanted and (due := instant(day, clock, where)) <= now:
            return day, due
        day -= timedelta(days=1)


def window(days: str, at: str, zone_name: str, due: datetime) -> tuple[datetime, datetime]:
    """What a digest due at ``due`` covers: since the one before."""
    _, before = due_date(days, at, zone_name, due - timedelta(seconds=1))
    return before, due
