"""Figures of a digest, from plain lists."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that at least ``share`` (0–1) of the sorted values do not exceed (nearest rank)."""
    if not ordered:
        return None
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def median(ordered: Sequence[float]) -> float | None:
    """The middle of sorted values; the mean of the two where there are two."""
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
