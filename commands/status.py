"""``/leads status`` and ``/leads help``."""

from __future__ import annotations

from collections.abc import Sequence

from commands.forms.words import nearest
from commands.verb import Answer, Desk, Request, Role, Say, Verb
from commands.views import sentences
from commands.views import status as views
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
    rows = [(c, desk.providers[c.provider].name, left) for c, left in held]
    return views.status(rows, tally, now)


def _budget(tx: Tx, desk: Desk, connection: Connection) -> str:
    rate = desk.providers[connection.provider].rate
    now, found = desk.now(), connections.budget(tx, connection.workspace, connection.connection)
    if found is None:
        return sentences.budget_left(rate.burst, rate.burst, rate.per_minute)
    tokens, since, blocked = found
    if blocked and blocked > now:
        return sentences.budget_paused(blocked - now)
    left = min(rate.burst, tokens + (now - since).total_seconds() * rate.per_minute / 60)
    return sentences.budget_left(left, rate.burst, rate.per_minute)


def help_for(verbs: Sequence[Verb], request: Request) -> Answer:
    """``/leads help`` and ``/leads help <verb>``."""
    word = request.text.strip().casefold()
    mine = [v for v in verbs if v.role is Role.MEMBER or request.person.is_admin]
    if word:
        verb = next((v for v in verbs if word == v.name or word in v.aliases), None)
        if verb is None:
            return Say(sentences.unknown_verb(word, nearest(word, [v.name for v in verbs])))
        return views.help_one(verb)
    return views.help_all(mine)
