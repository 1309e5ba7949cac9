"""``/leads status`` and ``/leads help``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from commands.forms.words import nearest
from commands.verb import Answer, Desk, Request, Role, Say, Verb
from commands.views import sentences
from commands.views import status as views
from providers.provider import Provider
from storage import connections, deliveries, hooks, pings, writes
from storage.database import Tx
from storage.records import Connection


async def status(desk: Desk, request: Request) -> Answer:
    """Each connection: last success, lag, rate budget, webhook, and what waits on its way there; and what waits or is
    in doubt on its way to Slack."""
    now, workspace = desk.now(), request.workspace

    def look(tx: Tx) -> tuple[list[views.Standing], dict[str, int]]:
        calling, named = hooks.on(tx, workspace), pings.waiting(tx, workspace)
        held = [
            views.Standing(
                connection=c,
                system=desk.providers[c.provider].name,
                budget=_budget(tx, desk, c),
                webhook=_webhook(named.get(c.connection), now) if c.connection in calling else "",
                writes=writes.tally(tx, workspace, c.connection),
            )
            for c in connections.every(tx, workspace)
        ]
        return held, deliveries.tally(tx, workspace)

    held, tally = await desk.database.read(look)
    return views.status(held, tally, now)


def _webhook(named: tuple[int, datetime] | None, now: datetime) -> str:
    waiting, since = named or (0, now)
    delay = (now - since).total_seconds()
    return sentences.webhook_state(waiting, delay if delay >= 1 else None)  # what was named just now is being read


def _budget(tx: Tx, desk: Desk, connection: Connection) -> str:
    provider = desk.providers[connection.provider]
    rate = provider.rate_of(provider.settings.model_validate(connection.settings))
    now, found = desk.now(), connections.budget(tx, connection.workspace, connection.connection)
    told = connections.left(tx, connection.workspace, connection.connection, now)
    if told and not (found and found[2] and found[2] > now):
        allowed, left, resets_at = told
        return sentences.calls_left(left, allowed, (resets_at - now).total_seconds())
    if found is None:
        return sentences.budget_left(rate.burst, rate.burst, rate.per_minute)
    tokens, since, blocked = found
    if blocked and blocked > now:
        return sentences.budget_paused(blocked - now)
    still = min(rate.burst, tokens + (now - since).total_seconds() * rate.per_minute / 60)
    return sentences.budget_left(still, rate.burst, rate.per_minute)


def help_for(verbs: Sequence[Verb], request: Request, systems: Iterable[Provider]) -> Answer:
    """``/leads help`` and ``/leads help <verb>``; with the words of the lead systems where filters are explained."""
    word = request.text.strip().casefold()
    mine = [v for v in verbs if v.role is Role.MEMBER or request.person.is_admin]
    if word:
        verb = next((v for v in verbs if word == v.name or word in v.aliases), None)
        if verb is None:
            return Say(sentences.unknown_verb(word, nearest(word, [v.name for v in verbs])))
        own = {system.name: tuple(system.words) for system in systems if system.words} if verb.name == "list" else {}
        return views.help_one(verb, own)
    return views.help_all(mine)
