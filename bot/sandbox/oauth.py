"""OAuth 2 as Slack plays it: the app's client id and secret, codes, and what codes and refresh tokens become.

Sources: https://docs.slack.dev/authentication/installing-with-oauth,
https://docs.slack.dev/authentication/using-token-rotation, https://docs.slack.dev/reference/methods/oauth.v2.access.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.sandbox.installation import TOKEN_LIFE, Installation, Token
from bot.sandbox.strict import Json

if TYPE_CHECKING:
    from bot.sandbox.platform import Platform

CODE_LIFE = timedelta(minutes=10)
"""A code is exchanged within ten minutes (installing-with-oauth)."""


class Refused(Exception):
    """An exchange that Slack refuses; the message is its error code."""


@dataclass(slots=True)
class Code:
    """What somebody allowed: where, who, which scopes, and the address that the browser was sent to."""

    place: Installation
    user: str
    scopes: frozenset[str]
    redirect_uri: str | None
    born: datetime
    used: bool = False


class OAuth:
    """The app's side of OAuth.

    ``redirect_uris`` are the app's; an address below one of them is allowed too. ``rotation``: tokens expire after
    twelve hours and are refreshed. ``withheld``: scopes that nobody gives the app, whatever it asks for.
    ``install_url``: the app's own page from which it is installed, if it has one.
    """

    def __init__(self, platform: Platform, client_id: str, client_secret: str) -> None:
        self._platform = platform
        self.client_id = client_id
        self.client_secret = client_secret
        self.redirect_uris: list[str] = []
        self.install_url: str | None = None
        self.rotation = False
        self.withheld: frozenset[str] = frozenset()
        self._codes: dict[str, Code] = {}

    # -- the page of consent

    def is_client(self, client_id: str) -> bool:
        """Whether this is the app."""
        return client_id == self.client_id

    def allows(self, redirect_uri: str) -> bool:
        """Whether the browser may be sent there: one of the app's addresses, or below one."""
        return any(_below(redirect_uri, known) for known in self.redirect_uris)

    def allow(
        self,
        place: Installation,
        user: str,
        scopes: frozenset[str],
        redirect_uri: str | None = None,
    ) -> str:
        """Somebody presses *Allow*: the code that the browser brings to the app.

        ``place`` is the installation of a workspace (``workspace.installation``) or of an organisation.
        """
        code = f"{secrets.randbelow(10**10)}.{secrets.randbelow(10**12)}.{secrets.token_hex(32)}"
        self._codes[code] = Code(place, user, scopes - self.withheld, redirect_uri, self._platform.now())
        return code

    # -- oauth.v2.access

    def check_client(self, client_id: str, client_secret: str) -> None:
        """Raise Refused unless the caller is the app."""
        if not self.is_client(client_id):
            raise Refused("invalid_client_id")
        if not hmac.compare_digest(client_secret.encode(), self.client_secret.encode()):
            raise Refused("bad_client_secret")

    def exchange_code(self, value: str, redirect_uri: str | None) -> Json:
        """A code for a token: once, within ten minutes, with the address of the page of consent."""
        code = self._codes.get(value)
        now = self._platform.now()
        if code is None or now - code.born > CODE_LIFE:
            raise Refused("invalid_code")
        if code.used:
            raise Refused("code_already_used")
        if redirect_uri != code.redirect_uri and not (code.redirect_uri is None and self.allows(redirect_uri or "")):
            raise Refused("bad_redirect_uri")
        code.used = True
        installation = code.place
        token = installation.install(code.scopes, now, rotation=self.rotation)
        self._mark(installation)
        for one in self._platform.teams_of(installation):
            one.workspace.touch()
        return self._answer(installation, token) | {"authed_user": {"id": code.user}}

    def refresh(self, value: str) -> Json:
        """A refresh token for a new pair: once. The access token before lives on until its time is over."""
        if not self.rotation:
            raise Refused("token_rotation_not_enabled")
        for installation in self._installations():
            if installation.refresh_token and hmac.compare_digest(installation.refresh_token.encode(), value.encode()):
                return self._answer(installation, installation.issue(self._platform.now(), rotation=True))
        raise Refused("invalid_refresh_token")

    def exchange_token(self, value: str) -> Json:
        """A token that does not expire for a pair that does, when rotation was switched on: once."""
        if not self.rotation:
            raise Refused("token_rotation_not_enabled")
        held = self._platform.holder(value)
        if held is None or held.token.expires is not None:
            raise Refused("invalid_token")
        if not held.installation.authorized:
            raise Refused("authorization_not_found")
        if held.token.revoked:
            raise Refused("token_already_exchanged")
        held.token.revoked = True
        return self._answer(held.installation, held.installation.issue(self._platform.now(), rotation=True))

    # -- where

    def _installations(self) -> list[Installation]:
        own = [one.workspace.installation for one in self._platform.teams.values()]
        return own + [each.installation for each in self._platform.organisations.values()]

    def _mark(self, installation: Installation) -> None:
        """Have the workspaces know whether the app is theirs through their organisation."""
        whole = self._is_whole(installation)
        for one in self._platform.teams_of(installation):
            one.workspace.team = replace(one.workspace.team, org_wide=whole)

    def _is_whole(self, installation: Installation) -> bool:
        return any(each.installation is installation for each in self._platform.organisations.values())

    def _answer(self, installation: Installation, token: Token) -> Json:
        """What ``oauth.v2.access`` says of a token."""
        teams = self._platform.teams_of(installation)
        team = teams[0].workspace.team
        whole = self._is_whole(installation)
        told: Json = {
            "app_id": team.app_id,
            "access_token": token.value,
            "token_type": "bot",
            "scope": ",".join(sorted(installation.scopes)),
            "bot_user_id": team.bot_user_id,
            "team": None if whole else {"id": team.id, "name": team.name},
            "enterprise": team.enterprise.json() if team.enterprise else None,
            "is_enterprise_install": whole,
        }
        if token.expires is not None:
            told |= {"expires_in": int(TOKEN_LIFE.total_seconds()), "refresh_token": installation.refresh_token}
        return told


def _below(address: str, known: str) -> bool:
    """Whether an address is the known one or in a folder below it, on the same host and port."""
    try:
        wanted, own = urlsplit(address), urlsplit(known)
    except ValueError:
        return False
    same = (wanted.scheme, wanted.netloc) == (own.scheme, own.netloc) and not wanted.fragment
    path = own.path.rstrip("/")
    return same and ".." not in wanted.path and (wanted.path.rstrip("/") == path or wanted.path.startswith(f"{path}/"))
