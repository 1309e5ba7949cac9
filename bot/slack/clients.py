"""Each workspace's way to Slack: one session for all, the token of every call looked up as it is made.

A client never holds a token, so that nothing is called with one that was wiped, refused or renewed meanwhile. Where
Slack refuses a workspace's token, that workspace's work stops, and no other's; where Slack cannot be reached, nobody's.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clock import Clock
from bot.slack.client import DEAD, TIMEOUT, NotInstalled, NoToken, code, make_client
from storage import installations
from storage.database import Database, StorageFull, Tx
from storage.installations import Granted, Installation
from storage.vault import Vault, WrongKey

log = logging.getLogger("leadbell.slack")
EARLY = timedelta(hours=1)
"""Before a token expires (after twelve hours, docs.slack.dev/authentication/using-token-rotation) it is renewed."""
AGAIN = timedelta(seconds=60)
"""Between two tries to renew a token that is still good."""
LET_IN = timedelta(seconds=5)
"""For so long a request is let in by what another request found: a token is looked up anew whenever it is used."""
LOST_KEY = "its key is lost"
OF_ONE = frozenset({"team_access_not_granted", "org_login_required"})
"""Under an organisation's token these are about the one workspace that was asked about."""
GONE = frozenset({"account_inactive", "token_revoked"})
"""What Slack says of a token whose app was removed."""
PROBED = (timedelta(seconds=60), timedelta(hours=1))
"""The shortest and the longest time between two questions whether Slack takes a refused token again."""
Told = Callable[[Sequence[str]], None]


def _nobody(_workspaces: Sequence[str]) -> None:
    """Nobody is to be told."""


@dataclass(frozen=True, slots=True)
class Held:
    """A token to call with, and the installation that it is of."""

    installation: Installation
    token: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Fresh:
    """New tokens, not stored yet."""

    before: bytes = field(repr=False)
    token: str = field(repr=False)
    refresh: str | None = field(repr=False)
    expires_at: datetime | None


def expiry(answer: Any, now: datetime) -> datetime | None:
    """When the token of an answer of oauth.v2.access expires; ``None``: never."""
    seconds = answer.get("expires_in")
    return now + timedelta(seconds=int(seconds)) if isinstance(seconds, int | float) and seconds > 0 else None


class WorkspaceClient(AsyncWebClient):
    """Slack's Web API for one workspace."""

    def __init__(self, clients: Clients, workspace: str, url: str, session: aiohttp.ClientSession) -> None:
        super().__init__(base_url=url, session=session, timeout=TIMEOUT, retry_handlers=[])
        self._clients = clients
        self._workspace = workspace

    async def api_call(self, api_method: str, **given: Any) -> AsyncSlackResponse:
        """Call a method with the workspace's token. Raises NoToken where there is none, and what the SDK raises."""
        held = await self._clients.held(self._workspace)
        try:
            return await super().api_call(api_method, **(given | _bearer(held.token)))
        except SlackApiError as error:
            why = code(error)
            if why not in DEAD:
                raise
            if why == "token_expired" and held.refresh:  # our clocks disagree: it was not carried out
                held = await self._clients.renewed(held, expired=True)
                return await super().api_call(api_method, **(given | _bearer(held.token)))
            if held.installation.is_organisation and why in OF_ONE:
                await self._clients.access_refused(self._workspace, why)
            else:
                await self._clients.refused(held.installation, why)
            raise


def _bearer(token: str) -> dict[str, dict[str, str]]:
    return {"headers": {"Authorization": f"Bearer {token}"}}


class Clients:
    """The ways to Slack of all workspaces."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        session: aiohttp.ClientSession,
        url: str,
        *,
        client_id: str = "",
        client_secret: SecretStr | None = None,
        grace: timedelta = timedelta(days=7),
    ) -> None:
        """``url``: of Slack's Web API. ``client_id`` and ``client_secret`` exchange codes and refresh tokens.
        ``grace``: what a workspace had is kept so long after it is known that the app is gone."""
        self._grace = grace
        self.session = session
        self.url = url
        self.open = make_client(url, session)
        """Without a token: for installing."""
        self.client_id = client_id
        self.client_secret = client_secret or SecretStr("")
        self.stopped: Told = _nobody
        """Told of the workspaces whose work stops."""
        self.resumed: Told = _nobody
        """Told of the workspaces that are at work, again or for the first time."""
        self._database = database
        self._vault = vault
        self._clock = clock
        self._made: dict[str, WorkspaceClient] = {}
        self._let_in: dict[str, tuple[datetime, Installation]] = {}
        self._opened: dict[str, tuple[bytes, str, str | None]] = {}
        """Tokens by installation, as they were decrypted last."""
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tried: dict[str, datetime] = {}
        self._exchanges: set[asyncio.Task[Held | None]] = set()
        self._fresh: dict[str, Fresh] = {}
        """Renewed while the disk was full."""
        self._settings: tuple[str, SecretStr] | None = None

    def of(self, workspace: str) -> WorkspaceClient:
        """A workspace's client. Nothing is asked before it is called."""
        if workspace not in self._made:
            self._made[workspace] = WorkspaceClient(self, workspace, self.url, self.session)
        return self._made[workspace]

    def forget(self, workspaces: Sequence[str]) -> None:
        """Drop what is held in memory of workspaces; of decrypted tokens all, an organisation's among them."""
        self._opened.clear()
        for workspace in workspaces:
            for kept in (self._let_in, self._made, self._locks, self._tried, self._fresh):
                kept.pop(workspace, None)

    def _exchanged(self, work: asyncio.Task[Held | None]) -> None:
        self._exchanges.discard(work)
        if not work.cancelled():
            work.exception()  # whoever waits for it is told; if nobody does any more, it was logged

    async def settled(self, seconds: float) -> None:
        """Wait until tokens that are just being renewed are stored, at the most so long."""
        if self._exchanges:
            await asyncio.wait(set(self._exchanges), timeout=seconds)

    # -- tokens

    async def token(self, workspace: str) -> str:
        """A workspace's bot token, for what is not a method of the Web API. Raises NoToken."""
        return (await self.held(workspace)).token

    async def held(self, workspace: str) -> Held:
        """A workspace's installation and token, renewed where it is about to expire. Raises NoToken."""
        found = await self._database.look(lambda tx: installations.covering(tx, workspace))
        if found is None:
            raise NotInstalled("the app is not installed")
        try:
            held = self._open(found)
        except WrongKey:
            await self.refused(found, LOST_KEY)
            raise NotInstalled(LOST_KEY) from None
        if found.expires_at is not None and self._clock.now() >= found.expires_at - EARLY:
            return await self.renewed(held)
        return held

    async def authorized(self, team: str, enterprise: str) -> Installation | None:
        """The installation that a request of Slack's belongs to; ``None`` for a stranger's. Never a call to Slack."""
        if not team:
            log.info("a request without a workspace was refused")
            return None
        now = self._clock.now()
        near = self._let_in.get(team)
        if near and timedelta(0) <= now - near[0] < LET_IN:
            return near[1]
        found = await self._database.read(lambda tx: installations.covering(tx, team))
        if found is None and enterprise:
            found = await self._met(team, enterprise)
        if found is None:
            log.info("a request of a workspace without an installation was refused")
            return None
        try:
            self._open(found)
        except WrongKey:
            await self.refused(found, LOST_KEY)
            return None
        except NoToken:
            log.info("a request was refused: the token of its workspace is not known yet")
            return None
        self._let_in[team] = (now, found)
        return found

    async def _met(self, team: str, enterprise: str) -> Installation | None:
        """A workspace of an organisation that installed the app, heard of for the first time, or again."""
        whole = await self._database.read(lambda tx: installations.get(tx, enterprise))
        if whole is None or whole.state != "active":
            return None
        now = self._clock.now()

        def meet_workspace(tx: Tx) -> Installation | None:
            installations.meet(tx, team, enterprise, now)
            return installations.covering(tx, team)

        found = await self._database.write(meet_workspace)
        if found is not None:
            self.resumed([team])
        return found

    def _open(self, found: Installation) -> Held:
        """Its tokens. Raises WrongKey, or NoToken where its token stands in no settings (yet)."""
        if found.tokens is None:
            if self._settings is None or self._settings[0] != found.workspace:
                raise NoToken("its token is not known")
            return Held(found, self._settings[1].get_secret_value())
        kept = self._opened.get(found.workspace)
        if kept is None or kept[0] != found.tokens:
            bot, refresh = self._unsealed(found)
            kept = self._opened[found.workspace] = (found.tokens, bot, refresh)
        return Held(found, kept[1], kept[2])

    def _unsealed(self, found: Installation) -> tuple[str, str | None]:
        try:
            return installations.unsealed(found.workspace, self._vault, found)
        except (ValueError, KeyError):  # decrypted, and of no form that we know
            raise WrongKey("a stored token is not readable") from None

    # -- renewing

    async def renewed(self, held: Held, *, expired: bool = False) -> Held:
        """A token in place of one that expires: one exchange at a time, in this process by a lock, against others by
        a row; stored before it is used. While the old one is good it serves where Slack cannot be asked. Raises
        NoToken, StorageFull.

        ``expired``: Slack says that the old one is not good any more.
        """
        key, before = held.installation.workspace, held.installation.tokens
        async with self._locks[key]:
            while True:
                found = await self._database.look(lambda tx: installations.get(tx, key))
                if found is None or found.state != "active" or found.tokens is None:
                    raise NotInstalled("the app is not installed")
                if found.tokens != before:
                    return self._open(found)  # somebody else was faster
                now = self._clock.now()
                over = expired or found.expires_at is None or now >= found.expires_at
                if (fresh := self._fresh.get(key)) and fresh.before == found.tokens:
                    return await self._keep(found, fresh)
                if not over and now - self._tried.get(key, now - AGAIN) < AGAIN:
                    return held
                if (new := await self._exchanging(Held(found, held.token, held.refresh), over=over)) is not None:
                    return new
                if not over:
                    return held
                await self._clock.sleep(0.2)  # another process is at it

    async def _exchanging(self, held: Held, *, over: bool) -> Held | None:
        """Exchange, unless another process is at it: ``None`` then. Once begun it is finished, even if nobody waits for
        it any more: a refresh token works once."""
        work = asyncio.create_task(self._begun(held, over=over))
        self._exchanges.add(work)
        work.add_done_callback(self._exchanged)
        return await asyncio.shield(work)

    async def _begun(self, held: Held, *, over: bool) -> Held | None:
        key, tokens, now = held.installation.workspace, held.installation.tokens or b"", self._clock.now()

        def begin_token_renewal(tx: Tx) -> bool:
            return installations.begin_renewal(tx, key, tokens, now)

        if not await self._database.write(begin_token_renewal):
            return None
        return await self._exchange(held, over=over)

    async def _exchange(self, held: Held, *, over: bool) -> Held:
        key, now = held.installation.workspace, self._clock.now()
        self._tried[key] = now
        try:
            if not (held.refresh and self.client_id):
                raise NoToken("it expires, and cannot be renewed without SLACK_CLIENT_ID and SLACK_CLIENT_SECRET")
            answer = await self.open.oauth_v2_access(
                client_id=self.client_id,
                client_secret=self.client_secret.get_secret_value(),
                grant_type="refresh_token",
                refresh_token=held.refresh,
            )
            token = str(answer.get("access_token") or "")
            if not token:
                raise NoToken("Slack gave no token")
        except (SlackApiError, NoToken, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return await self._not_renewed(held, error, over=over)
        refresh = str(answer.get("refresh_token") or "") or held.refresh
        fresh = Fresh(held.installation.tokens or b"", token, refresh, expiry(answer, now))
        return await self._keep(held.installation, fresh)

    async def _not_renewed(self, held: Held, error: Exception, *, over: bool) -> Held:
        key, why = held.installation.workspace, code(error)
        log.warning("the token of %s could not be renewed (%s)", key, why)

        def end_token_renewal(tx: Tx) -> None:
            installations.end_renewal(tx, key)

        await self._database.write(end_token_renewal)
        if not over:
            return held
        if isinstance(error, SlackApiError) and why in DEAD | {"invalid_refresh_token"}:
            await self.refused(held.installation, why)
            raise NotInstalled(why) from None
        raise NoToken(why) from None

    async def _keep(self, found: Installation, fresh: Fresh) -> Held:
        """Store new tokens, before anything is called with them."""
        key = found.workspace

        def keep_token(tx: Tx) -> Installation | None:
            if not installations.renewed(
                tx,
                key,
                self._vault,
                before=fresh.before,
                bot=fresh.token,
                refresh=fresh.refresh,
                expires_at=fresh.expires_at,
            ):
                return None
            return installations.get(tx, key)

        self._fresh[key] = fresh  # the old refresh token is used up: these must not be lost
        kept = await self._database.write(keep_token)
        self._fresh.pop(key, None)  # it may have been forgotten meanwhile
        if kept is None:
            kept = await self._database.look(lambda tx: installations.get(tx, key))
            if kept is None or kept.state == installations.UNINSTALLED:
                raise NotInstalled("the app was uninstalled meanwhile")
        return self._open(kept)  # ours, or those of an installation that was made anew

    # -- refusals

    async def refused(self, found: Installation, why: str) -> None:
        """Slack refuses an installation's token: all work that hangs on it stops, until it is mended."""
        now = self._clock.now()

        def token_refused(tx: Tx) -> list[str]:
            return installations.refused(tx, found.workspace, found.tokens, why=why, now=now)

        try:
            stopped = await self._database.write(token_refused)
        except StorageFull:
            log.error("the disk is full: that a token is refused could not be written down")
            return
        if stopped:
            log.error("the token of %s is refused (%s): its work stops until the app is installed again", stopped, why)
            self.stopped(stopped)

    async def access_refused(self, workspace: str, why: str) -> None:
        """An organisation's token is good, but not for this workspace: its work stops, and no other's."""
        now = self._clock.now()

        def access_is_refused(tx: Tx) -> list[str]:
            return installations.access_refused(tx, workspace, now)

        try:
            stopped = await self._database.write(access_is_refused)
        except StorageFull:
            log.error("the disk is full: that a workspace is refused could not be written down")
            return
        if stopped:
            log.error(
                "%s may not be worked for any more (%s): its work stops until it has the app again", workspace, why
            )
            self.stopped(stopped)

    async def probe(self) -> None:
        """Ask whether Slack takes refused tokens again: it refuses good ones too while a workspace is being moved, or
        when it is ill itself. It never raises."""
        now = self._clock.now()
        for found in await self._database.look(installations.every):
            if found.state == "revoked" and _is_due(found, now):
                await self._ask(found, now)

    async def _ask(self, found: Installation, now: datetime) -> None:
        try:
            held = self._open(found)
            if (fresh := self._fresh.get(found.workspace)) and fresh.before == found.tokens:
                held = await self._keep(found, fresh)
            elif found.expires_at is not None and now >= found.expires_at:  # what renews it may be good
                renewed = await self._exchanging(held, over=True)
                if renewed is None:
                    return  # another process is at it
                held = renewed
            else:
                await self.open.auth_test(token=held.token)
        except SlackApiError as error:
            await self._still_refused(found, code(error), now)
        except (NoToken, WrongKey) as error:
            await self._still_refused(found, LOST_KEY if isinstance(error, WrongKey) else code(error), now)
        except StorageFull:
            log.error("the disk is full: Slack is asked later whether it takes a token again")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            log.info("Slack cannot be asked whether it takes a token again (%s)", type(error).__name__)
        else:
            await self._taken_again(held.installation, now)

    async def _still_refused(self, found: Installation, why: str, now: datetime) -> None:
        """Where Slack says for the whole time of grace that the app is gone, the event that says so was missed."""
        if why == "invalid_refresh_token" and found.trouble in GONE:
            why = found.trouble  # no wonder
        gone = why in GONE and found.refused_at is not None and now - found.refused_at >= self._grace

        def token_asked(tx: Tx) -> list[str]:
            installations.asked(tx, found.workspace, why, now)
            return installations.uninstalled(tx, found.workspace, now, now + self._grace) if gone else []

        try:
            ended = await self._database.write(token_asked)
        except StorageFull:
            log.error("the disk is full: that a token is still refused could not be written down")
            return
        if ended:
            log.warning("the app is gone from %s (%s): what they had is deleted in %s", ended, why, self._grace)

    async def _taken_again(self, found: Installation, now: datetime) -> None:
        def token_taken(tx: Tx) -> list[str]:
            return installations.taken_again(tx, found.workspace, found.tokens, now)

        try:
            resumed = await self._database.write(token_taken)
        except StorageFull:
            log.error("the disk is full: that a token is taken again could not be written down")
            return
        if resumed:
            log.warning("the token of %s is taken again: its work goes on", resumed)
            self.resumed(resumed)

    # -- installing

    async def from_settings(self, workspace: str, token: SecretStr, granted: Granted) -> None:
        """The operator's own token, SLACK_BOT_TOKEN, is of this workspace: it is an installation like any other, but
        one that somebody made from the web page goes before it."""
        self._settings = (workspace, token)
        now = self._clock.now()

        def install_from_settings(tx: Tx) -> list[str]:
            found = installations.get(tx, workspace)
            active = found is not None and found.state == "active"
            if found is not None and active and not found.in_settings:
                return []
            since = found.installed_at if found is not None and active else now
            return installations.install(tx, workspace, self._vault, granted, since)

        self.resumed(await self._database.write(install_from_settings))

    async def install(self, granted: Granted, greet: Callable[[Tx], None]) -> bool:
        """Keep what Slack gave; ``greet`` is called in the same transaction. ``False`` where what the workspace had
        before is just being deleted."""
        now = self._clock.now()

        def install_workspace(tx: Tx) -> list[str] | None:
            if installations.is_being_deleted(tx, granted.workspace, now):
                return None
            found = installations.install(tx, granted.workspace, self._vault, granted, now)
            greet(tx)
            return found

        resumed = await self._database.write(install_workspace)
        if resumed is None:
            return False
        log.info("the app was installed in %s", granted.workspace)
        self.resumed(resumed)
        return True


def _is_due(found: Installation, now: datetime) -> bool:
    """A quarter of the time since it was refused goes by between two questions, within limits."""
    if found.refused_at is None or found.trouble == "invalid_refresh_token":
        return False  # its token stands in no settings any more, or is over and cannot be renewed
    least, most = PROBED
    return now - (found.asked_at or found.refused_at) >= min(max(least, (now - found.refused_at) / 4), most)
