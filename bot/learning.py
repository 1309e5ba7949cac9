"""What people know by name in the lead systems is learned: members, stages, tags… one kind a minute, every six hours.

It goes under the rate budget like polling, behind everybody who waits for an answer, and never holds a poll up.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from slack_sdk.errors import SlackApiError

from bot.clock import Clock
from bot.faults import trace
from bot.slack.client import NoToken, code
from bot.slack.directory import SlackDirectory
from bot.tasks import Tasks
from commands import elsewhere
from commands.verb import Apis, Desk
from commands.views import sentences
from providers.errors import ProviderError
from providers.provider import Keeps, Provider
from storage import connections, installations, known, members
from storage.database import StorageFull, Tx
from storage.known import Named

log = logging.getLogger("leadbell.learning")
EVERY = timedelta(hours=6)
AGAIN = timedelta(minutes=10)
"""After a failure."""
FROM_LEADS = ("stage", "source", "tag")
"""Kinds whose names stand in the leads themselves, too."""
LOOKED_UP_AT_ONCE = 20
"""Of users.lookupByEmail, which Slack allows about 50 times a minute."""
MOST_STRANGERS = 5000
_FIRST = (members.KIND, "stage")


def kinds_of(provider: Provider) -> tuple[str, ...]:
    """The kinds that are learned of a lead system; members and stages first, because cards want them."""
    if not provider.names and not provider.writes:
        return ()
    wanted = dict.fromkeys((*provider.names, *FROM_LEADS))
    return tuple(sorted(wanted, key=lambda kind: (kind not in _FIRST, kind)))


class Learner:
    """Learns names, and who the members are in Slack."""

    def __init__(self, desk: Desk, apis: Apis, directory: SlackDirectory, clock: Clock, tasks: Tasks) -> None:
        self._desk = desk
        self._apis = apis
        self._directory = directory
        self._clock = clock
        self._tasks = tasks
        self._busy: set[tuple[str, str]] = set()
        self._strangers: dict[tuple[str, str], datetime] = {}
        """E-mail addresses that nobody in the workspace has, and when that was asked."""

    def soon(self, workspace: str, connection: str, kind: str) -> None:
        """Learn one kind now, because somebody asks for it."""
        self._tasks.spawn(self.learn(workspace, connection, kind), f"learn:{connection}")

    async def ring(self, workspace: str, connection: str) -> None:
        """Learn the one kind that is due first, if any is; else look members up in Slack. It never raises."""
        key = (workspace, connection)
        if key in self._busy:
            return
        self._busy.add(key)
        try:
            if (kind := await self._due(workspace, connection)) is not None:
                await self.learn(workspace, connection, kind)
            else:
                await self._who_is_who(workspace, connection)
        except StorageFull:
            log.error("the disk is full: nothing was learned")
        except Exception as error:
            log.error("learning failed [%s]", trace(error))
        finally:
            self._busy.discard(key)

    async def _due(self, workspace: str, connection: str) -> str | None:
        now = self._clock.now()

        def look(tx: Tx) -> str | None:
            held = connections.get(tx, workspace, connection)
            if held is None or held.state != "active" or installations.stopped(tx, workspace):
                return None
            learned = known.kinds(tx, workspace, connection)
            due = []
            for order, kind in enumerate(kinds_of(self._desk.providers[held.provider])):
                last = learned.get(kind)
                if last is None:
                    return kind
                if now - last.learned_at >= (AGAIN if last.trouble else EVERY):
                    due.append((last.learned_at, order, kind))
            return min(due)[2] if due else None

        return await self._desk.database.look(look)

    async def learn(self, workspace: str, connection: str, kind: str) -> None:
        """Learn all names of one kind. A failure of the lead system is noted; what was known stays."""
        found = await self._apis.of(workspace, connection)
        if found is None:
            return
        provider, api = found
        names: list[Named] = []
        if (ask := provider.names.get(kind)) is not None:
            try:
                names = [(one.id, one.name, one.email) for one in await ask(api) if one.id and one.name.strip()]
            except Exception as error:
                await self._failed(workspace, connection, kind, error)
                return
        now = self._clock.now()

        def learn_names(tx: Tx) -> None:
            if connections.get(tx, workspace, connection) is None:
                return
            before = elsewhere.persons(tx, workspace, connection) if kind == members.KIND else {}
            known.replace(tx, workspace, connection, kind, _with_leads(tx, workspace, connection, kind, names), now)
            if kind == members.KIND:
                elsewhere.found_out(tx, self._desk, workspace, connection, before)

        await self._desk.database.write(learn_names)
        if kind == members.KIND:
            self._desk.wake()
            await self._who_is_who(workspace, connection)

    async def _failed(self, workspace: str, connection: str, kind: str, error: Exception) -> None:
        why, now = "the answer has another shape", self._clock.now()
        if isinstance(error, ProviderError):
            why = sentences.trouble(error)
        else:
            log.error("learning names met something unexpected [%s]", trace(error))
        log.info("names (%s) of %s could not be learned: %s", kind, connection, why)

        def learning_failed(tx: Tx) -> None:
            if connections.get(tx, workspace, connection) is not None:
                known.failed(tx, workspace, connection, kind, why=why, now=now)

        await self._desk.database.write(learning_failed)

    async def _who_is_who(self, workspace: str, connection: str) -> None:
        """Ask Slack for the people whose e-mail addresses members have; some at a time."""
        now = self._clock.now()

        def look(tx: Tx) -> tuple[list[str], dict[str, str | None]]:
            held = connections.get(tx, workspace, connection)
            if (
                installations.stopped(tx, workspace)
                or held is None
                or Keeps.OWNER not in self._desk.providers[held.provider].writes
            ):
                return [], {}
            return members.strangers(tx, workspace, connection), elsewhere.persons(tx, workspace, connection)

        emails, before = await self._desk.database.look(look)
        if len(self._strangers) > MOST_STRANGERS:
            self._strangers.clear()
        asked = {e for e in emails if (at := self._strangers.get((workspace, e))) and now - at < EVERY}
        unasked = [e for e in emails if e not in asked]
        if await self._look_up(workspace, unasked[:LOOKED_UP_AT_ONCE], now):

            def members_found(tx: Tx) -> int:
                return elsewhere.found_out(tx, self._desk, workspace, connection, before)

            await self._desk.database.write(members_found)
            self._desk.wake()

    async def _look_up(self, workspace: str, emails: Sequence[str], now: datetime) -> bool:
        """Whether somebody was found. Where Slack cannot be asked, it is tried again at the next ring."""
        found = False
        for email in emails:
            try:
                person = await self._directory.by_email(workspace, email)
            except (SlackApiError, NoToken) as error:
                log.info("people cannot be looked up by their e-mail address (%s)", code(error))
                break
            self._strangers[workspace, email] = now
            found = found or person is not None
        return found


def _with_leads(tx: Tx, workspace: str, connection: str, kind: str, names: list[Named]) -> list[Named]:
    """What the lead system said, and what else stands in the leads."""
    said = {name.casefold() for _, name, _ in names}
    more = known.in_leads(tx, workspace, connection, kind)
    return [*names, *((name, name, None) for name in dict.fromkeys(more) if name.casefold() not in said)]
