"""``/leads status`` and ``/leads help``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from commands.verb import Block, Role, Say, Verb
from commands.views import sentences
from commands.views.blocks import context, local_time, safe, section
from storage.records import Connection


@dataclass(frozen=True, slots=True)
class Standing:
    """How one connection stands: what is left of its budget and how its webhook does, as sentences, and how many
    writes to the lead system are in each state."""

    connection: Connection
    system: str
    budget: str
    webhook: str
    writes: Mapping[str, int]


def status(held: Sequence[Standing], tally: Mapping[str, int], now: datetime) -> Say:
    """The connections, and the outbox."""
    blocks: list[Block] = [section(_connection(one, now)) for one in held[:20]]
    if not held:
        blocks.append(section(sentences.nothing_connected()))
    waiting = tally.get("pending", 0) + tally.get("sending", 0)
    doubt, parked = tally.get("doubt", 0), tally.get("parked", 0)
    blocks.append(section(f"*Messages to Slack*: {waiting} waiting, {doubt} in doubt, {parked} held back"))
    if parked:
        blocks.append(context(sentences.why_held_back()))
    return Say("Status of the lead desk", blocks)


def _connection(one: Standing, now: datetime) -> str:
    connection = one.connection
    state = ":large_green_circle: healthy"
    if connection.state == "paused":
        state = ":red_circle: paused"
    elif connection.failure:
        state = ":large_yellow_circle: failing"
    if connection.failure:
        state += f" ({safe(connection.failure)}), {connection.failures} in a row"
    last = sentences.ago(connection.succeeded_at, now) if connection.succeeded_at else "never yet"
    lag = sentences.span(connection.lag_seconds) if connection.lag_seconds is not None else "no new lead yet"
    lines = [
        f"*{safe(connection.name)}* · {one.system} · {state}",
        f"Last success {last} · newest lead's delay {lag}",
        f"Rate budget: {one.budget}",
    ]
    if one.webhook:
        lines.append(one.webhook)
    if written := sentences.written_back(one.system, one.writes):
        lines.append(written)
    if connection.history_until:
        lines.append(f"Older leads are still being read, back to {local_time(connection.history_until)}")
    if connection.unreadable:
        lines.append(f":warning: {sentences.counted(connection.unreadable, 'record')} could not be read")
    return "\n".join(lines)


def help_all(verbs: Sequence[Verb]) -> Say:
    """What can be done."""
    lines = [f"`/leads {v.usage}`  {v.summary}" for v in verbs]
    blocks: list[Block] = [section("*What you can do*")]
    blocks += [section("\n".join(lines[i : i + 20])) for i in range(0, len(lines), 20)]
    blocks.append(context(sentences.more_help()))
    return Say("What you can do with /leads", blocks)


def help_one(verb: Verb, own: Mapping[str, Sequence[str]]) -> Say:
    """One verb explained; ``own``: the lead systems' own words that it takes too."""
    who = " (admins)" if verb.role is Role.ADMIN else ""
    blocks = [section(f"`/leads {verb.usage}`{who}\n{verb.summary}\n{verb.help}".strip())]
    if own:
        blocks.append(context(sentences.own_words(own)))
    return Say(verb.summary, blocks)
