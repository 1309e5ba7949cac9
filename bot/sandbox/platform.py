"""What all workspaces of the stand-in for Slack have in common: one app, its secrets, and whose a token is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bot.sandbox.faults import Faults, ProviderStandIn
from bot.sandbox.installation import DeadToken, Installation, Token
from bot.sandbox.oauth import OAuth
from bot.sandbox.people import Enterprise
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.strict import Json, Recorder

if TYPE_CHECKING:
    from bot.sandbox.slack import SlackStandIn

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose a token is: the installation that it belongs to, and the workspaces in which that counts."""

    installation: Installation
    token: Token
    teams: list[SlackStandIn]


class Organisation:
    """An organisation of Enterprise Grid: its workspaces, and the app if all of it installed the app."""

    def __init__(self, enterprise: Enterprise) -> None:
        self.enterprise = enterprise
        self.installation = Installation()
        self.members: list[SlackStandIn] = []
        self.left_out: set[str] = set()
        """The workspaces that an admin of the organisation took the app out of."""

    @property
    def teams(self) -> list[SlackStandIn]:
        """The workspaces that the app is in where all of the organisation installed it."""
        return [one for one in self.members if one.workspace.team.id not in self.left_out]


class Platform:
    """The app, as Slack knows it, and every workspace."""

    def __init__(
        self,
        *,
        signing_secret: str,
        app_token: str,
        now: Callable[[], datetime],
        recorder: Recorder | None,
        client_id: str,
        client_secret: str,
    ) -> None:
        self.signing_secret = signing_secret
        self.app_token = app_token
        self.now = now
        self.recorder = recorder
        self.request_url: str | None = None
        self.base_url: str | None = None
        self.seen_base: str | None = None
        self.advance: Callable[[float], Awaitable[None]] | None = None
        self.credentials: dict[str, dict[str, str]] = {}
        self.titles: dict[str, str] = {}
        self.providers: dict[str, ProviderStandIn] = {}
        self.faults = Faults(self.providers)
        self.problems: list[str] = []
        self.closing = False
        self.patience = 1.0
        """Seconds for which the JSON API waits for what the app shows after it acknowledged."""
        self.teams: dict[str, SlackStandIn] = {}
        self.organisations: dict[str, Organisation] = {}
        self.socket = SocketMode(self)
        self.oauth = OAuth(self, client_id, client_secret)
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def first(self) -> SlackStandIn:
        """The workspace that was there first."""
        return next(iter(self.teams.values()))

    @property
    def app_id(self) -> str:
        """The app's id, the same everywhere."""
        return self.first.workspace.team.app_id

    def problem(self, where: str, sentence: str) -> None:
        """Note something that no correct app does."""
        self.problems.append(f"{where}: {sentence}")

    def seen_at(self, base: str) -> str:
        """Scheme and host under which the stand-in is reached, for the URLs that it makes."""
        self.seen_base = self.base_url or base
        for one in self.teams.values():
            one.workspace.base_url = self.seen_base
        return self.seen_base

    # -- whose a token is

    def holder(self, value: str) -> Holder | None:
        """Whose a token is, a dead one too; None for a token of nobody's."""
        places = [(one.workspace.installation, [one]) for one in self.teams.values()]
        places += [(each.installation, each.teams) for each in self.organisations.values()]
        for installation, teams in places:
            if token := installation.find(value):
                return Holder(installation, token, teams)
        return None

    def alive(self, value: str) -> Holder:
        """Whose a token is that may be used now; DeadToken with Slack's error code for any other."""
        found = self.holder(value)
        if found is None:
            raise DeadToken("invalid_auth")
        found.installation.check(found.token, self.now())
        return found

    def of_token(self, authorization: str) -> SlackStandIn | None:
        """The one workspace of a bearer token, alive or dead, if it is one workspace's."""
        found = self.holder(authorization.removeprefix("Bearer "))
        return found.teams[0] if found and len(found.teams) == 1 else None

    # -- ending an installation

    def teams_of(self, installation: Installation) -> list[SlackStandIn]:
        """The workspaces in which an installation counts."""
        for organisation in self.organisations.values():
            if organisation.installation is installation:
                return organisation.teams
        return [one for one in self.teams.values() if one.workspace.installation is installation]

    def revoke(self, installation: Installation) -> Json:
        """Kill the tokens of an installation; the event that tells so."""
        bots = sorted({one.workspace.team.bot_user_id for one in self.teams_of(installation)})
        installation.revoke()
        for one in self.teams_of(installation):
            one.workspace.leave_channels()
        return {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": bots}}

    def uninstall(self, installation: Installation) -> list[Json]:
        """Take the app away; the events that tell so, sent when every token is dead."""
        revoked = self.revoke(installation)
        installation.remove()
        return [revoked, {"type": "app_uninstalled"}]

    def soon(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something after the answer to a call, such as sending the event that it causes."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Wait until everything is done that was left for after an answer."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """End hanging calls, close connections and the recorder."""
        self.closing = True
        for one in self.teams.values():
            one.workspace.touch()
        await self.socket.disconnect("link_disabled")
        await self.settled()
        for one in self.teams.values():
            await one.push.close()
        if self.recorder is not None:
            self.recorder.close()


class Shared(Generic[Value]):
    """An attribute that every workspace of the stand-in has in common; it is kept in its platform."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: SlackStandIn, owner: type) -> Value:
        value: Value = getattr(instance.platform, self._name)
        return value

    def __set__(self, instance: SlackStandIn, value: Value) -> None:
        setattr(instance.platform, self._name, value)
