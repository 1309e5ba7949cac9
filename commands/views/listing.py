"""A page of leads, for whoever asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from commands.desk.hours import zone as zone_of
from commands.desk.visibility import public_name
from commands.ids import Do
from commands.verb import Block, Say, Value
from commands.views.blocks import actions, button, context, fitting, safe, section
from commands.views.card import Sight, facts_line, label, request_line
from commands.views.sentences import span

PAGE = 8


def local(at: datetime, zone: str) -> str:
    """A time in somebody's zone, with the zone's short name."""
    there = at.astimezone(zone_of(zone) or ZoneInfo("UTC"))
    return there.strftime("%a %d %b %H:%M")


def lines(sight: Sight, state: str, zone: str) -> str:
    """A lead in three lines, masked as in every list; ``state`` is safe text: whose it is, or what comes next."""
    lead = sight.lead
    source = label(sight.provider, "source", lead.source_name or lead.source) or sight.provider.name
    return "\n".join(
        part
        for part in (
            f"*{sight.ref} · {safe(public_name(lead), 80)}* · {state}",
            safe(request_line(sight)),
            safe(" · ".join(p for p in (facts_line(sight), source, local(lead.created_at, zone)) if p)),
        )
        if part
    )


def item(sight: Sight, zone: str, now: datetime) -> Block:
    """One lead of a list."""
    lead = sight.lead
    waited = span((now - lead.arrived_at).total_seconds())
    owner = sight.names.get(lead.owner or "", "somebody") if lead.owner else f"unclaimed for {waited}"
    if sight.waiting:
        owner = "waiting for approval"
    text = lines(sight, safe(owner, 60), zone)
    return section(text, accessory=button("Details", Do.DETAILS, Value(lead=lead.number)))


def page(
    sights: Sequence[Sight], *, total: int, number: int, words: str, zone: str, now: datetime, replace: bool
) -> Say:
    """A page (from 0) of all leads that pass ``words``."""
    asked = f" for `{safe(words, 300)}`" if words else ""
    if not total:
        hint = "Try fewer words, or `/leads help list`." if words else "They appear here as soon as one arrives."
        return Say(f"No leads{asked}.", [section(f"*No leads{asked}.* {hint}")], replace=replace)
    first = number * PAGE + 1
    head = [section(f"*{total:,} lead{'' if total == 1 else 's'}*{asked}, newest first")]
    buttons = []
    if number > 0:
        buttons.append(button("Newer", Do.NEWER, Value(words=words, page=number - 1)))
    if first + len(sights) <= total:
        buttons.append(button("Older", Do.PAGE, Value(words=words, page=number + 1)))
    tail: list[Block] = [context(f"{first}–{first + len(sights) - 1} of {total:,} · times in {zone}")]
    if buttons:
        tail.append(actions(*buttons))
    blocks, _ = fitting(head, [[item(s, zone, now)] for s in sights], tail)
    return Say(f"{total:,} leads{asked}", blocks, replace=replace)


def counts(pairs: Sequence[tuple[str, int]], names: Mapping[str, str] | None = None) -> str:
    """ "Zoopla 3 · Rightmove 2", safe."""
    return " · ".join(f"{safe((names or {}).get(v, v) or 'unknown', 60)} {n}" for v, n in pairs[:12]) or "none"
