"""The Home tab: the first steps, my leads, what waits for me, what nobody took, and how the connections do.

Each part has its share of Slack's 100 blocks and 250 kB, so that a desk of 10,000 leads cannot break it. Nothing in it
grows older by itself (times are points in time), so that the same state is always the same view.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from commands.ids import Do
from commands.verb import Block, Value, View
from commands.views import sentences
from commands.views.blocks import actions, button, context, divider, fitting, header, home, local_time, safe, section
from commands.views.card import Sight
from commands.views.connection import state_of
from commands.views.listing import lines, local
from storage.records import Approval, Connection

MINE, WAITING, UNCLAIMED, CONNECTIONS = 12, 6, 5, 8
"""So many are read of each; "Show all" opens the list."""
MOST_COUNTED = 1001
"""Headings count so far only."""
_SHARES: Mapping[str, tuple[int, int]] = {
    "steps": (8, 2500),
    "mine": (36, 6000),
    "waiting": (20, 4000),
    "unclaimed": (18, 3000),
    "connections": (14, 3000),
}
"""Of each part: blocks (together 96), and characters, of which Slack's JSON makes up to twelve bytes each."""


@dataclass(frozen=True, slots=True)
class Steps:
    """How far a workspace is with its first steps."""

    connected: bool
    subscribed: bool
    tried: bool
    systems: tuple[str, ...] = ()
    """Names of the connected lead systems."""
    creates: bool = False
    """One of them takes new leads from here."""

    @property
    def done(self) -> bool:
        """Whether all are done."""
        return self.connected and self.subscribed and self.tried


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that somebody is to decide. ``sight``: ``None`` where they may not see the lead."""

    request: Approval
    ref: str
    names: Mapping[str, str]
    sight: Sight | None


@dataclass(frozen=True, slots=True)
class Figures:
    """All that one person's Home shows."""

    steps: Steps
    admin: bool
    zone: str
    mine: Sequence[Sight]
    open: int
    fresh: int
    """Open ones that nobody contacted yet."""
    waiting: Sequence[Waiting]
    waiting_count: int
    unclaimed: Sequence[Sight]
    unclaimed_count: int
    connections: Sequence[tuple[Connection, str]]
    """With the lead system's name; none for those who are no admins."""
    connections_count: int


def draw(figures: Figures) -> View:
    """One person's Home."""
    parts = [_steps(figures), _mine(figures), _waiting(figures), _unclaimed(figures), _connections(figures)]
    blocks: list[Block] = []
    for part in filter(None, parts):
        blocks += [divider(), *part] if blocks else part
    return published(blocks)


def published(blocks: Sequence[Block]) -> View:
    """The view, with a digest of what it shows."""
    named = _named(blocks)
    digest = hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:20]
    return home(named, digest)


def _named(blocks: Sequence[Block]) -> list[Block]:
    """Blocks with buttons get ids that say what the buttons do: a press is understood though Home was drawn anew
    meanwhile, and means the same lead. (Ids that Slack makes up change with each drawing.)"""
    seen: Counter[str] = Counter()
    named = []
    for block in blocks:
        pressed = [*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ())]
        does = [(e["action_id"], e.get("value")) for e in pressed if "action_id" in e]
        if does:
            name = hashlib.sha256(json.dumps(does).encode()).hexdigest()[:20]
            seen[name] += 1
        named.append(block | {"block_id": f"{name}:{seen[name]}"} if does else block)
    return named


def digest_of(view: View | None) -> str | None:
    """The digest that a view carries; ``None`` where it has none."""
    value = Value.loaded((view or {}).get("private_metadata"))
    return value.words if value else None


def closed(text: str) -> View:
    """Home of somebody for whom there is none."""
    return published([section(text)])


def _part(name: str, head: Sequence[Block], items: Sequence[Sequence[Block]], tail: Sequence[Block]) -> list[Block]:
    blocks, characters = _SHARES[name]
    return fitting(head, items, tail, most_blocks=blocks, most_characters=characters)[0]


# ------------------------------------------------------------------------------------------ first steps


def steps(found: Steps, *, admin: bool) -> list[Block]:
    """The three steps, ticked where they are done, each with its button."""
    connect = button("Connect…", Do.PROVIDER, Value(), style=None if found.connected else "primary")
    subscribe = button("Subscribe…", Do.SUBSCRIBE, Value(), style="primary" if _next(found) == 2 else None)
    create = button("New lead…", Do.NEW, Value(), style="primary" if _next(found) == 3 else None)
    rows = [
        _step("1. Connect a lead system", sentences.connect_step(), connect if admin else None, done=found.connected),
        _step(
            "2. Subscribe a channel", sentences.subscribe_step(), subscribe if admin else None, done=found.subscribed
        ),
        _step(
            "3. Try a lead",
            sentences.try_step(found.systems, creates=found.creates),
            create if found.creates else None,
            done=found.tried,
        ),
    ]
    set_up = found.connected and found.subscribed
    return rows if admin or set_up else [*rows, context(sentences.admins_set_up())]


def _next(found: Steps) -> int:
    return 1 if not found.connected else 2 if not found.subscribed else 3


def _step(title: str, text: str, press: Block | None, *, done: bool) -> Block:
    if done:
        return section(f":white_check_mark: ~{title}~")
    return section(f":white_large_square: *{title}*\n{text}", accessory=press)


def _steps(figures: Figures) -> list[Block]:
    if figures.steps.done:
        return []
    return _part("steps", [header("First steps")], [steps(figures.steps, admin=figures.admin)], [])


def welcome(found: Steps, *, admin: bool) -> tuple[str, list[Block]]:
    """The direct message to whoever installed Leadbell: text for notifications, and blocks."""
    if found.done:
        text = sentences.all_set()
        return text, [section(f":white_check_mark: {text}")]
    text = sentences.welcome()
    return text, [section(f":wave: *{text}*"), *steps(found, admin=admin)]


# ------------------------------------------------------------------------------------------------ leads


def _mine(figures: Figures) -> list[Block]:
    if not figures.steps.connected and not figures.open:
        return []
    if not figures.open:
        return [header("My leads"), section(sentences.nothing_is_mine())]
    head = [header(sentences.my_leads(figures.open, figures.fresh))]
    items = [_own(s, figures.zone) for s in figures.mine]
    tail = [actions(button("Show all my leads", Do.LIST, Value(words="mine")))]
    return _part("mine", head, items, tail)


def _own(sight: Sight, zone: str) -> list[Block]:
    lead = sight.lead
    value = Value(lead=lead.number)
    details = button("Details", Do.DETAILS, value)
    if sight.waiting:
        return [section(lines(sight, "somebody else asks for it", zone), accessory=details)]
    if lead.contacted_at:
        return [section(lines(sight, f"contacted {local(lead.contacted_at, zone)}", zone), accessory=details)]
    limits = f"\n{sentences.limits(lead.limits)}" if lead.limits else ""
    press = button("Contacted", Do.CONTACTED, value, style="primary")
    return [section(f"{lines(sight, 'call or write now', zone)}{limits}"), actions(press, details)]


def _waiting(figures: Figures) -> list[Block]:
    if not figures.waiting:
        return []
    head = [header(sentences.waiting_for_me(figures.waiting_count, MOST_COUNTED))]
    left = figures.waiting_count - len(figures.waiting)
    tail = [context(sentences.oldest_first(left))] if left > 0 else []
    return _part("waiting", head, [_request(w, figures.zone) for w in figures.waiting], tail)


def _request(waiting: Waiting, zone: str) -> list[Block]:
    request = waiting.request

    def name(person: str) -> str:
        return safe(waiting.names.get(person, "somebody"), 60)

    by = "" if request.asked_by == request.person else name(request.asked_by)
    text = f"{sentences.wants(waiting.ref, by, name(request.person))} · since {local_time(request.asked_at)}"
    value = Value(request=request.request, lead=request.lead)
    elements = [
        button("Approve", Do.APPROVE, value, style="primary"),
        button("Reject…", Do.REJECT, value, style="danger"),
    ]
    if waiting.sight is None:
        return [section(f"{text}\n{sentences.private_request(waiting.ref)}"), actions(*elements)]
    owner = waiting.sight.lead.owner
    state = f"{safe(waiting.sight.names.get(owner, 'somebody'), 60)} has it" if owner else "unclaimed"
    elements.append(button("Details", Do.DETAILS, Value(lead=request.lead)))
    return [section(f"{text}\n{lines(waiting.sight, state, zone)}"), actions(*elements)]


def _unclaimed(figures: Figures) -> list[Block]:
    if not figures.unclaimed_count:
        return []
    head = [header(sentences.team_unclaimed(figures.unclaimed_count, MOST_COUNTED))]
    tail = [actions(button("Show all unclaimed", Do.LIST, Value(words="unclaimed not history")))]
    return _part("unclaimed", head, [_free(s, figures.zone) for s in figures.unclaimed], tail)


def _free(sight: Sight, zone: str) -> list[Block]:
    value = Value(lead=sight.lead.number)
    details = button("Details", Do.DETAILS, value)
    if sight.waiting:
        return [section(lines(sight, "waiting for approval", zone), accessory=details)]
    claim = button("Claim", Do.CLAIM, value, style="primary")
    return [section(lines(sight, f"via {safe(sight.connection, 60)}", zone)), actions(claim, details)]


# ------------------------------------------------------------------------------------------ connections


def _connections(figures: Figures) -> list[Block]:
    if not figures.connections:
        return []
    items = [[_connection(connection, system)] for connection, system in figures.connections]
    left = figures.connections_count - len(figures.connections)
    tail = [context(sentences.more_connections(left))] if left > 0 else []
    return _part("connections", [header("Connections")], items, tail)


def _connection(connection: Connection, system: str) -> Block:
    last = local_time(connection.succeeded_at) if connection.succeeded_at else "not yet"
    lag = sentences.span(connection.lag_seconds) if connection.lag_seconds is not None else "no new lead yet"
    text = f"*{safe(connection.name)}* · {system} · {state_of(connection)}"
    text += f"\nLast success {last} · newest lead's delay {lag}"
    style = "primary" if connection.state == "paused" else None
    press = button("Reconnect", Do.RECONNECT, Value(connection=connection.connection), style=style)
    return section(text, accessory=press)
