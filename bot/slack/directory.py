"""People and channels, as Slack says; kept for an hour, and a few minutes in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.clock import Clock
from bot.slack.clients import Clients
from storage import people
from storage.database import Database, Tx
from storage.records import Channel, Person

KEPT = timedelta(hours=1)
LARGEST_LOOKED_THROUGH = 100
"""Members. A larger channel counts as having outsiders, because nobody looked."""


class SlackDirectory:
    """Looks people and channels up."""

    def __init__(self, clients: Clients, database: Database, clock: Clock) -> None:
        self._clients = clients
        self._database = database
        self._clock = clock
        self._near: dict[tuple[str, str], tuple[datetime, Person]] = {}

    def forget(self, workspaces: Iterable[str]) -> None:
        """Drop what is held in memory of workspaces."""
        gone = set(workspaces)
        self._near = {key: kept for key, kept in self._near.items() if key[0] not in gone}

    async def person(self, workspace: str, person: str) -> Person:
        """Somebody of the workspace; asked of Slack when an hour has passed. Raises what the Slack client raises."""
        now = self._clock.now()
        near = self._near.get((workspace, person))
        if near and now - near[0] < timedelta(minutes=5):
            return near[1]
        known = await self._database.read(lambda tx: people.person(tx, workspace, person))
        if known is None or now - known.seen_at > KEPT or not known.locale:  # found by e-mail: Slack said no locale
            known = await self._ask_person(workspace, person, now, known)
        if len(self._near) > 5000:
            self._near.clear()
        self._near[workspace, person] = (now, known)
        return known

    async def _ask_person(self, workspace: str, person: str, now: datetime, known: Person | None) -> Person:
        try:
            answer = await self._clients.of(workspace).users_info(user=person, include_locale=True)
        except SlackApiError as error:
            if known is not None and error.response.get("error") != "user_not_found":
                return known
            raise
        seen = _person(workspace, answer["user"], now, known.dm_channel if known else None)

        def keep_person(tx: Tx) -> None:
            people.keep_person(tx, workspace, seen)

        await self._database.write(keep_person)
        return seen

    async def by_email(self, workspace: str, email: str) -> Person | None:
        """The person with an e-mail address; ``None`` where nobody has it. Raises what the Slack client raises."""
        try:
            answer = await self._clients.of(workspace).users_lookupByEmail(email=email)
        except SlackApiError as error:
            if error.response.get("error") == "users_not_found":
                return None
            raise
        user, now = answer["user"], self._clock.now()
        known = await self._database.read(lambda tx: people.person(tx, workspace, str(user["id"])))
        seen = _person(workspace, user, now, known.dm_channel if known else None)

        def keep_person(tx: Tx) -> None:
            people.keep_person(tx, workspace, seen)

        await self._database.write(keep_person)
        return seen

    async def channel(self, workspace: str, channel: str) -> Channel | None:
        """A channel, asked of Slack when an hour has passed; ``None`` where the bot cannot see it."""
        now = self._clock.now()
        known = await self._database.read(lambda tx: people.channel(tx, workspace, channel))
        if known and now - known.seen_at < KEPT and known.is_member:
            return known
        try:
            answer = await self._clients.of(workspace).conversations_info(channel=channel)
        except SlackApiError as error:
            if error.response.get("error") in ("channel_not_found", "missing_scope"):
                return None
            raise
        info: dict[str, Any] = answer["channel"]
        outside = any(info.get(k) for k in ("is_ext_shared", "is_pending_ext_shared"))
        member = bool(info.get("is_member"))
        if member and not outside:
            outside = await self._has_guests(workspace, channel)
        name = str(info.get("name") or "channel")
        seen = Channel(workspace, channel, name, outside, member and not info.get("is_archived"), now)

        def keep_channel(tx: Tx) -> None:
            people.keep_channel(tx, workspace, seen)

        await self._database.write(keep_channel)
        return seen

    async def permalink(self, workspace: str, channel: str, ts: str) -> str | None:
        """A message's address; ``None`` where the bot cannot see it. Raises what the Slack client raises."""
        try:
            answer = await self._clients.of(workspace).chat_getPermalink(channel=channel, message_ts=ts)
        except SlackApiError as error:
            if error.response.get("error") in ("channel_not_found", "message_not_found", "not_in_channel"):
                return None
            raise
        return str(answer["permalink"])

    async def _has_guests(self, workspace: str, channel: str) -> bool:
        answer = await self._clients.of(workspace).conversations_members(
            channel=channel, limit=LARGEST_LOOKED_THROUGH + 1
        )
        members = list(answer["members"])
        if len(members) > LARGEST_LOOKED_THROUGH or (answer.get("response_metadata") or {}).get("next_cursor"):
            return True
        gate = asyncio.Semaphore(8)

        async def guest(member: str) -> bool:
            async with gate:
                try:
                    return (await self.person(workspace, member)).is_guest
                except SlackApiError as error:
                    if error.response.get("error") == "user_not_found":
                        return True  # somebody whom this workspace does not know
                    raise

        return any(await asyncio.gather(*(guest(m) for m in members)))

    async def dm(self, workspace: str, person: str) -> str:
        """The direct-message channel with somebody."""
        known = await self._database.read(lambda tx: people.person(tx, workspace, person))
        if known and known.dm_channel:
            return known.dm_channel
        answer = await self._clients.of(workspace).conversations_open(users=person)
        channel = str(answer["channel"]["id"])
        await self.person(workspace, person)

        def keep_dm(tx: Tx) -> None:
            people.keep_dm(tx, workspace, person, channel)

        await self._database.write(keep_dm)
        return channel


def _person(workspace: str, user: dict[str, Any], now: datetime, dm: str | None) -> Person:
    profile = user.get("profile") or {}
    name = profile.get("real_name") or user.get("real_name") or profile.get("display_name") or user.get("name")
    return Person(
        workspace=workspace,
        person=str(user["id"]),
        name=str(name or "somebody"),
        is_admin=bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner")),
        is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_stranger")),
        is_bot=bool(user.get("is_bot") or user.get("id") == "USLACKBOT"),
        zone=str(user.get("tz") or "UTC"),
        dm_channel=dm,
        seen_at=now,
        email=str(profile.get("email") or "").casefold() or None,
        locale=str(user.get("locale") or ""),
    )
