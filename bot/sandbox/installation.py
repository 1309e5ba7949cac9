"""The app in a workspace or in an organisation: the scopes that it was given there, and its bot tokens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

TOKEN_LIFE = timedelta(hours=12)
"""With token rotation an access token expires after 12 hours
(https://docs.slack.dev/authentication/using-token-rotation)."""
MOST_LIVING = 2
"""A refresh leaves the token before it alone; of three the oldest dies."""


class DeadToken(Exception):
    """A token that Slack would refuse; the message is Slack's error code."""


@dataclass(slots=True, eq=False)
class Token:
    """One bot token; one without ``expires`` lives until it is revoked."""

    value: str
    expires: datetime | None = None
    revoked: bool = False


class Installation:
    """What the app holds in one place.

    ``active``: the app is installed. Tokens of a place where it no longer is answer ``account_inactive``, revoked ones
    ``token_revoked``, those whose time is over ``token_expired``.
    """

    def __init__(self, scopes: frozenset[str] = frozenset(), *, token: str | None = None) -> None:
        self.active = token is not None
        self.scopes = scopes
        self.refresh_token: str | None = None
        self._tokens: dict[str, Token] = {} if token is None else {token: Token(token)}

    @property
    def token(self) -> str:
        """The newest token; empty where none lives."""
        return next((each.value for each in reversed(self._tokens.values()) if not each.revoked), "")

    @property
    def authorized(self) -> bool:
        """Whether the app is installed and has a token that was not revoked: only then Slack tells it of events."""
        return self.active and bool(self.token)

    def find(self, value: str) -> Token | None:
        """The token with this value, dead ones included."""
        return self._tokens.get(value)

    def check(self, token: Token, now: datetime) -> None:
        """Raise DeadToken unless the token may be used now."""
        if not self.active:
            raise DeadToken("account_inactive")
        if token.revoked:
            raise DeadToken("token_revoked")
        if token.expires is not None and token.expires <= now:
            raise DeadToken("token_expired")

    def seconds_left(self, value: str, now: datetime) -> int | None:
        """How long a token may still be used; None for one that does not expire."""
        token = self.find(value)
        return int((token.expires - now).total_seconds()) if token and token.expires else None

    def install(self, scopes: frozenset[str], now: datetime, *, rotation: bool) -> Token:
        """Somebody allowed the app here: the token that it is given. Scopes are added to those that it has already.

        Without rotation an app that is installed already is given the token that it has.
        """
        self.scopes = self.scopes | scopes if self.authorized else scopes
        self.active = True
        kept = next((each for each in self._tokens.values() if not each.revoked and each.expires is None), None)
        if not rotation and kept is not None:
            return kept
        return self.issue(now, rotation=rotation)

    def issue(self, now: datetime, *, rotation: bool) -> Token:
        """A new token, and with rotation a new refresh token: the old one is dead."""
        part = secrets.token_hex(16)
        made = Token(f"xoxe.xoxb-1-{part}", now + TOKEN_LIFE) if rotation else Token(f"xoxb-sandbox-{part}")
        self.refresh_token = f"xoxe-1-{secrets.token_hex(24)}" if rotation else None
        self._tokens[made.value] = made
        living = [each for each in self._tokens.values() if not each.revoked and each.expires is not None]
        for old in living[:-MOST_LIVING]:
            old.revoked = True
        return made

    def revoke(self) -> None:
        """Every token dies; the app stays installed."""
        self.refresh_token = None
        for token in self._tokens.values():
            token.revoked = True

    def remove(self) -> None:
        """The app is taken away."""
        self.revoke()
        self.active = False
