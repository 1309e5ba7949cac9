"""Times as Groupe SeLoger may write them, and as a search wants them. The document prints neither."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from providers.seloger.settings import Settings

_MILLISECONDS = 100_000_000_000
"""A number beyond it counts milliseconds: as seconds it would be the year 5138."""
_FRENCH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$")
_DOT_NET = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/$")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def zone_of(name: str) -> tzinfo:
    """The zone of a connection's setting."""
    return UTC if name == "UTC" else ZoneInfo(name)


def moment(value: Any, zone: tzinfo = UTC) -> datetime | None:
    """A time in UTC, from ISO 8601, seconds or milliseconds since 1970, or ``23/11/2026 10:04``.

    ``None`` where there is none, or none that can be read. Without an offset it is in ``zone``.
    """
    try:
        if type(value) is str:
            at = _written(value.strip(), zone)
        elif type(value) is int or type(value) is float:
            at = _counted(value)
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return at


def _written(text: str, zone: tzinfo) -> datetime | None:
    if text.isdecimal():
        return _counted(int(text)) if len(text) >= 9 else None
    if found := _FRENCH.match(text):
        day, month, year, hour, minute, second = (int(n or 0) for n in found.groups())
        read = datetime(year, month, day, hour, minute, second)
    elif found := _DOT_NET.match(text):
        return _EPOCH + timedelta(milliseconds=int(found[1]))
    else:
        read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)


def _counted(number: float) -> datetime | None:
    if number <= 0:
        return None
    return _EPOCH + timedelta(seconds=number if number < _MILLISECONDS else number / 1000)


def start_text(at: datetime, settings: Settings) -> str | int:
    """The beginning of a search: the second, or the day, that ``at`` is in."""
    return _text(at.astimezone(UTC).replace(microsecond=0), settings)


def end_text(at: datetime, settings: Settings) -> str | int:
    """The end of a search: the next second; of days, the day after, because whether the last day counts is not told."""
    up = at.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1 if at.microsecond else 0)
    return _text(up + timedelta(days=1 if settings.times == "date" else 0), settings)


def _text(at: datetime, settings: Settings) -> str | int:
    match settings.times:
        case "date":
            return at.astimezone(zone_of(settings.zone)).date().isoformat()
        case "unix seconds":
            return int(at.timestamp())
        case "unix milliseconds":
            return int(at.timestamp()) * 1000
        case _:
            return at.astimezone(zone_of(settings.zone)).isoformat().replace("+00:00", "Z")
