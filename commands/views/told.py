"""How things stand with what a lead system is told: one line, and buttons where somebody has to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from commands.ids import Do
from commands.verb import Block, Value
from commands.views import sentences
from commands.views.blocks import button
from providers.provider import Keeps
from storage.records import Write

PATIENCE = timedelta(seconds=2)
"""So long nobody is told that it waits."""
NEWS = timedelta(minutes=10)
"""So long a message says that it was sent."""


class Standing(IntEnum):
    """The worst first."""

    REFUSED = 1
    UNSURE = 2
    WAITING = 3
    FRESH = 4
    SENT = 5


@dataclass(frozen=True, slots=True)
class Told:
    """Something the lead system is told of."""

    write: str
    keeps: Keeps
    standing: Standing
    why: str = ""


def standing(write: Write, now: datetime) -> Standing | None:
    """How it stands; ``None`` where it was sent long ago or something newer counts."""
    match write.state:
        case "refused":
            return Standing.REFUSED
        case "unsure":
            return Standing.UNSURE
        case "sent":
            return Standing.SENT if write.ended_at is None or now - write.ended_at < NEWS else None
        case "pending" | "sending" | "doubt":
            return Standing.WAITING if now - write.created_at >= PATIENCE else Standing.FRESH
        case _:
            return None


def telling(found: Sequence[Write], now: datetime) -> tuple[Told, ...]:
    """What there is to say of a lead's writes, the worst first; of what is well, the newest first."""
    newest = sorted(found, key=lambda write: write.created_at, reverse=True)
    told = [
        Told(write.write, Keeps(write.keeps), how, write.error or "")
        for write in newest
        if (how := standing(write, now)) is not None
    ]
    stuck = [t for t in reversed(told) if t.standing < Standing.FRESH]
    well = [t for t in told if t.standing >= Standing.FRESH]
    return tuple(sorted(stuck + well, key=lambda t: t.standing))


def line(told: Told, system: str) -> str:
    """One sentence."""
    return sentences.told(told.keeps.value, told.standing.name.lower(), system, told.why)


def buttons(told: Told, lead: int) -> list[Block]:
    """*Try again*, and *It arrived* where nobody knows."""
    value = Value(lead=lead, row=told.write)
    found = []
    if told.standing in (Standing.REFUSED, Standing.UNSURE):
        found.append(button("Try again", Do.RETRY, value))
    if told.standing is Standing.UNSURE:
        found.append(button("It arrived", Do.ARRIVED, value))
    return found
