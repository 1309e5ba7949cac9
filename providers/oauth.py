"""OAuth 2 access tokens: fetched or refreshed one at a time, and kept before they are used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import httpx

EARLY = timedelta(seconds=60)
"""A token is renewed this long before it expires."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """An access token, when it expires (``None``: not known), and what gets the next one."""

    access: str
    refresh: str | None = None
    expires_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Tokens(expires_at={self.expires_at})"


class TokenStore(Protocol):
    """Where a connection's tokens are kept."""

    async def read(self) -> Tokens | None:
        """What was kept last."""
        ...

    async def save(self, tokens: Tokens) -> None:
        """Keep them; once this returns they survive a crash."""
        ...

    def lock(self) -> AbstractAsyncContextManager[object]:
        """Held by whoever renews: a refresh token works only once."""
        ...


class MemoryTokens:
    """Tokens of credentials that are being tried, and of one call from the command line."""

    def __init__(self) -> None:
        self._tokens: Tokens | None = None
        self._lock = asyncio.Lock()

    async def read(self) -> Tokens | None:
        """What was kept last."""
        return self._tokens

    async def save(self, tokens: Tokens) -> None:
        """Keep them until the object goes."""
        self._tokens = tokens

    def lock(self) -> asyncio.Lock:
        """One renewal at a time."""
        return self._lock


Renew = Callable[[Tokens | None], Awaitable[Tokens]]
"""Gets new tokens, given the old ones (``None``: there are none). Raises AuthFailed or Unavailable."""


class Renewed(httpx.Auth):
    """Signs with an access token that is renewed when it expires, and once where it is refused."""

    def __init__(
        self,
        store: TokenStore,
        renew: Renew,
        *,
        refused: Callable[[httpx.Response], bool] = lambda response: response.status_code == 401,
        scheme: str = "Bearer",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``refused`` says whether an answer means that the token is not accepted."""
        self._store = store
        self._renew = renew
        self._refused = refused
        self._scheme = scheme
        self._now = now

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sign; where the token is refused, sign once more with a new one: the request was not carried out."""
        token = await self._token(None)
        request.headers["Authorization"] = f"{self._scheme} {token}"
        response = yield request
        if response.is_client_error:
            await response.aread()  # answers are streamed, and what a refusal means may stand in its body
        if self._refused(response):
            request.headers["Authorization"] = f"{self._scheme} {await self._token(token)}"
            yield request

    async def _token(self, refused: str | None) -> str:
        """An access token other than the refused one."""
        held = await self._store.read()
        if held and self._good(held, refused):
            return held.access
        async with self._store.lock():
            held = await self._store.read()  # somebody else may have renewed it meanwhile
            if held and self._good(held, refused):
                return held.access
            fresh = await self._renew(held)
            await self._store.save(fresh)
            return fresh.access

    def _good(self, tokens: Tokens, refused: str | None) -> bool:
        return tokens.access != refused and (tokens.expires_at is None or tokens.expires_at - EARLY > self._now())
