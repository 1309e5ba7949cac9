"""How an unknown failure is written down: where it happened and what kind it was, never what it held.

Messages of exceptions may quote request bodies, leads or keys, so they are left out of the log.
"""

from __future__ import annotations

import secrets
import traceback
from pathlib import Path


def reference() -> str:
    """A short id that stands in the message and in the log."""
    return secrets.token_hex(4)


def trace(error: BaseException) -> str:
    """Kinds and places of a failure and its causes."""
    parts: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(parts) < 4:
        frames = traceback.extract_tb(seen.__traceback__)[-4:]
        places = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames))
        parts.append(f"{type(seen).__name__} at {places or '?'}")
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "; caused by ".join(parts)
