"""The digest: what is new, what nobody took, how fast the desk is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from commands.desk.figures import median, percentile
from commands.desk.visibility import public_name
from commands.ids import Do
from commands.verb import Block, Value
from commands.views.blocks import actions, button, context, fitting, header, local_time, safe, section
from commands.views.card import Sight, request_line
from commands.views.listing import counts
from commands.views.sentences import span


@dataclass(frozen=True, slots=True)
class Figures:
    """What a digest says."""

    since: datetime
    until: datetime
    by_source: Sequence[tuple[str, int]]
    by_stage: Sequence[tuple[str, int]]
    oldest: Sequence[Sight]
    unclaimed: int
    to_claim: Sequence[float]


def digest(figures: Figures, now: datetime, *, plannable: bool = False) -> tuple[str, list[Block]]:
    """Text for notifications, and blocks; ``plannable`` adds *Schedule…* beside *Show all*."""
    new = sum(n for _, n in figures.by_source)
    text = f"{new} new lead{'' if new == 1 else 's'}, {figures.unclaimed} unclaimed"
    window = f"{local_time(figures.since)} to {local_time(figures.until)}"
    head = [header(f"Lead digest: {text}"), context(window)]
    if new:
        head.append(section(f"*By source*  {counts(figures.by_source)}"))
        head.append(section(f"*By stage*  {counts(figures.by_stage)}"))
    else:
        head.append(section("No new leads in this time."))
    middle, slow = median(figures.to_claim), percentile(figures.to_claim, 0.9)
    if middle is not None and slow is not None:
        taken = len(figures.to_claim)
        head.append(
            section(f"*Time to claim*  median {span(middle)} · 90 % within {span(slow)} · {taken} of {new} taken")
        )
    elif new:
        head.append(section("*Time to claim*  none of them has been taken yet"))
    buttons = [button("Schedule…", Do.PROVIDER, Value(do="digest"))] if plannable else []
    if figures.unclaimed:
        head.append(section("*Waiting longest*"))
        label = f"Show all {figures.unclaimed:,} unclaimed"
        buttons.insert(0, button(label, Do.LIST, Value(words="unclaimed not history")))
    tail = [actions(*buttons)] if buttons else []
    items = [[_item(s, now)] for s in figures.oldest]
    return text, fitting(head, items, tail)[0]


def _item(sight: Sight, now: datetime) -> Block:
    waited = span((now - sight.lead.created_at).total_seconds())
    text = f"*{sight.ref} · {safe(public_name(sight.lead), 80)}* · waiting {waited}\n{safe(request_line(sight))}"
    return section(text, accessory=button("Claim", Do.CLAIM, Value(lead=sight.lead.number)))
