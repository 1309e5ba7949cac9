"""The four ways in which Lofty writes a moment (as observed; the document names only some)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PACIFIC: Final = timezone(timedelta(hours=-7))


def aware(when: datetime | str) -> datetime:
    """A moment in UTC, of an aware time or of text with a zone (``GMT`` counts); ValueError without one."""
    if isinstance(when, str):
        when = datetime.fromisoformat(when[:-3] + "+00:00" if when.endswith("GMT") else when)
    if when.tzinfo is None:
        raise ValueError(f"{when} has no time zone")
    return when.astimezone(UTC)


def lead_time(when: datetime) -> str:
    """As leads carry it: ``2026-11-23T10:04:05GMT``."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SGMT")


def text_time(when: datetime) -> str:
    """As notes, tasks, calls and logs carry it: ``2026-11-23 10:04:05``, in UTC."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def iso_time(when: datetime) -> str:
    """As fields of type date-time carry it: ``2026-11-23T10:04:05.000Z``."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def epoch_ms(when: datetime) -> int:
    """As activities, webhooks and transactions carry it."""
    return (when - _EPOCH) // timedelta(milliseconds=1)


def from_ms(value: int) -> datetime:
    """The moment of epoch milliseconds; ValueError beyond the calendar."""
    try:
        return _EPOCH + timedelta(milliseconds=value)
    except OverflowError:
        raise ValueError("is beyond the calendar") from None


def from_pacific(text: str) -> datetime:
    """Read a time of the searches by create and update time: "parsed according to time zone set as UTC-7".

    ``2026-11-23 03:04:05``, with a T, or a day alone; ValueError for others, those with a zone among them.
    """
    when = datetime.fromisoformat(text)
    if when.tzinfo is not None:
        raise ValueError("has a zone of its own")
    return when.replace(tzinfo=_PACIFIC).astimezone(UTC)


def timestamp(when: datetime) -> dict[str, Any]:
    """The object of type Timestamp (section 6.77), as Java writes it: years since 1900, months and weekdays from 0."""
    at = when.astimezone(UTC)
    return {
        "date": at.day,
        "day": at.isoweekday() % 7,
        "hours": at.hour,
        "minutes": at.minute,
        "month": at.month - 1,
        "nanos": 0,
        "seconds": at.second,
        "time": epoch_ms(at),
        "timezoneOffset": 0,
        "year": at.year - 1900,
    }
