"""``/leads status`` and ``/leads help``."""

from __future__ import annotations

from collections.abc import Sequence

from commands.forms.words import nearest
from commands.verb import Answer, Block, Desk, Request, Role, Say, Verb
from commands.views import sentences
from commands.views.blocks import context, local_time, safe, section
from storage import connections, deliveries
from storage.database import Tx
from storage.records import Connection


async def status(desk: Desk, request: Request) -> Answer:
    """Each connection: last success, lag, rate budget; and what waits or is in doubt on its way to Slack."""
    now = desk.now()

    def look(tx: Tx) -> tuple[list[tuple[Connection, str]], dict[str, int]]:
        held = [(c, _budget(tx, desk, c)) for c in connections.every(tx, request.workspace)]
        return held, deliveries.tally(tx, request.workspace)

    held, tally = await desk.database.read(look)
    blocks: list[Block] = []
    for connection, left in held[:20]:
        system = desk.providers[connection.provider].name
        state = {"paused": ":red_circle: paused"}.get(connection.state, ":large_green_circle: healthy")
        if connection.state == "active" and connection.failure:
            state = ":large_yellow_circle: failing"
        if connection.failure:
            state += f" ({safe(connection.failure)}), {connection.failures} in a row"
        last = sentences.ago(connection.succeeded_at, now) if connection.succeeded_at else "never yet"
        lag = sentences.span(connection.lag_seconds) if connection.lag_seconds is not None else "no new lead yet"
        lines = [f"*{safe(connection.name)}* · {system} · {state}", f"Last success {last} · newest lead's delay {lag}"]
        lines.append(f"Rate budget: {left}")
        if connection.history_until:
            lines.append(f"Older leads are still being read, back to {local_time(connection.history_until)}")
        if connection.unreadable:
            lines.append(f":warning: {connection.unreadable} records could not be read")
        blocks.append(section("\n".join(lines)))
    if not held:
        blocks.append(section("No lead system is connected. `/leads connect` connects one."))
    waiting = tally.get("pending", 0) + tally.get("sending", 0)
    text = (
        f"*Messages to Slack*: {waiting} waiting, {tally.get('doubt', 0)} in doubt, {tally.get('parked', 0)} held back"
    )
    blocks.append(section(text))
    if tally.get("parked"):
        blocks.append(context("Held back: a channel cannot be posted to. `/leads subscriptions` says which."))
    return Say("Status of the lead desk", blocks)


def _budget(tx: Tx, desk: Desk, connection: Connection) -> str:
    rate = desk.providers[connection.provider].rate
    now, found = desk.now(), connections.budget(tx, connection.workspace, connection.connection)
    if found is None:
        return f"{rate.burst:g} of {rate.burst:g} calls"
    tokens, since, blocked = found
    if blocked and blocked > now:
        return f"paused by the lead system, goes on {sentences.in_time(blocked - now)}"
    left = min(rate.burst, tokens + (now - since).total_seconds() * rate.per_minute / 60)
    return f"{max(0, int(left))} of {rate.burst:g} calls at once, {rate.per_minute:g} a minute"


def help_for(verbs: Sequence[Verb], request: Request) -> Answer:
    """``/leads help`` and ``/leads help <verb>``."""
    word = request.text.strip().casefold()
    mine = [v for v in verbs if v.role is Role.MEMBER or request.person.is_admin]
    if word:
        verb = next((v for v in verbs if word == v.name or word in v.aliases), None)
        if verb is None:
            return Say(sentences.unknown_verb(word, nearest(word, [v.name for v in verbs])))
        who = " (admins)" if verb.role is Role.ADMIN else ""
        return Say(verb.summary, [section(f"`/leads {verb.usage}`{who}\n{verb.summary}\n{verb.help}".strip())])
    lines = [f"`/leads {v.usage}`  {v.summary}" for v in mine]
    blocks: list[Block] = [section("*What you can do*")]
    blocks += [section("\n".join(lines[i : i + 8])) for i in range(0, len(lines), 8)]
    blocks.append(context("`/leads help list` explains one of them. Buttons on the cards do the rest."))
    return Say("What you can do with /leads", blocks)
