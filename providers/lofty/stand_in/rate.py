"""The rate limit and its headers (section 4 of the document)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Literal

from providers.lofty.stand_in.times import epoch_ms

WINDOW: Final = timedelta(minutes=1)
ResetAs = Literal["ms", "epoch"]
"""``X-RateLimit-Reset``: milliseconds to go, as the document's examples have it, or epoch seconds, as it says."""


class Window:
    """A window of a minute that begins with the first call."""

    def __init__(self, now: Callable[[], datetime], per_minute: int, reset_as: ResetAs) -> None:
        self.per_minute = per_minute
        self._now = now
        self._reset_as = reset_as
        self._ends = now()
        self._used = 0

    def take(self) -> bool:
        """Whether one more call is allowed; refused ones do not count."""
        now = self._now()
        if now >= self._ends:
            self._ends, self._used = now + WINDOW, 0
        if self._used >= self.per_minute:
            return False
        self._used += 1
        return True

    def headers(self) -> dict[str, str]:
        """What every answer carries."""
        left = self._ends - self._now()
        reset = epoch_ms(self._ends) // 1000 if self._reset_as == "epoch" else left // timedelta(milliseconds=1)
        return {
            "X-RateLimit-Limit": str(self.per_minute),
            "X-RateLimit-Remaining": str(max(0, self.per_minute - self._used)),
            "X-RateLimit-Reset": str(reset),
        }
