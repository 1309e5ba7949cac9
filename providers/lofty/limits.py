"""How many calls Lofty allows, by the headers of its answers and by a connection's settings.

Source: Lofty API, 4. Rate Limiting. It says that ``X-RateLimit-Reset`` is in epoch seconds; its examples (21000, 23000)
are milliseconds until then. Both are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from providers.http import Allowance
from providers.lofty.settings import Settings
from providers.provider import Rate

RATE = Rate(per_minute=10, burst=5)
"""Without a vendor key (2.1)."""
LONGEST_WINDOW = 65.0
"""Seconds: a window is a minute."""
_EPOCH_SECONDS, _EPOCH_MS = 1e9, 1e12


def allowance(headers: Mapping[str, str]) -> Allowance | None:
    """What the headers say; ``None`` where they say nothing that can be read."""
    try:
        limit = int(headers["x-ratelimit-limit"])
        remaining = int(headers["x-ratelimit-remaining"])
        reset = float(headers.get("x-ratelimit-reset", LONGEST_WINDOW * 1000))
    except (KeyError, ValueError):
        return None
    if limit < 1 or not 0 <= reset < float("inf"):
        return None
    return Allowance(limit, max(0, remaining), _seconds(reset, datetime.now(UTC)))


def _seconds(reset: float, now: datetime) -> float:
    """Until the window begins anew; never longer than a window."""
    if reset >= _EPOCH_MS:
        left = reset / 1000 - now.timestamp()
    elif reset >= _EPOCH_SECONDS:
        left = reset - now.timestamp()
    else:
        left = reset / 1000
    return min(max(left, 0.0), LONGEST_WINDOW)


def pace(settings: Settings) -> Rate:
    """What a connection's settings allow, half of it at once."""
    return Rate(settings.calls_per_minute, max(1.0, settings.calls_per_minute * RATE.burst / RATE.per_minute))
