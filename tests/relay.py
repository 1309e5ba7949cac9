"""A second lead system for tests, played by KPro's stand-in: it can call, and is connected by a page of consent too."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from providers.action import Group
from providers.errors import AuthFailed, ProviderError
from providers.http import Api
from providers.kpro import DEMO_API_KEY
from providers.kpro import PROVIDER as KPRO
from providers.kpro.feed import created_since
from providers.oauth import Tokens, TokenStore
from providers.provider import OAuth, Page, Provider, Webhooks, discover

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Credentials(BaseModel):
    """Several ways to sign in."""

    model_config = ConfigDict(extra="forbid")

    region: str = Field(default="uk", title="Region")
    api_key: SecretStr | None = Field(default=None, title="API key")
    client_id: Annotated[str | None, Group("Or an OAuth app")] = Field(default=None, title="Client id")
    client_secret: Annotated[SecretStr | None, Group("Or an OAuth app")] = Field(default=None, title="Client secret")
    code: Annotated[SecretStr | None, Group("Or an OAuth app")] = Field(default=None, title="Code")
    redirect_uri: str | None = Field(default=None, title="Redirect URI")

    @model_validator(mode="after")
    def _one_way(self) -> Credentials:
        if not self.api_key and not (self.client_id and self.client_secret):
            raise ValueError("give an API key, or the client id and secret of an OAuth app")
        return self


class Settings(BaseModel):
    """Every kind of setting."""

    model_config = ConfigDict(extra="ignore")

    poll_seconds: int = Field(default=60, ge=10, le=3600, title="Ask every (seconds)")
    routes: Literal["leadbell", "relay"] = Field(default="relay", title="Who routes new leads?")
    quiet: bool = Field(default=True, title="Quiet", description="Be quiet")


@dataclass
class Relay:
    """What the lead system remembers, and what it does wrong."""

    callbacks: dict[str, str] = field(default_factory=dict)
    """Addresses by subscription."""
    gone: list[str] = field(default_factory=list)
    """Subscriptions that were ended."""
    refuses: ProviderError | None = None
    """What subscribing and unsubscribing meet."""
    breaks: ProviderError | None = None
    """What reading named leads meets."""
    poison: frozenset[str] = frozenset()
    """Ids that break the reading of every list they are in."""
    asked: list[list[str]] = field(default_factory=list)
    """The named leads that were asked for."""
    codes: set[str] = field(default_factory=set)
    """Codes that are good, once."""
    exchanges: int = 0
    redirect_uris: set[str] = field(default_factory=set)

    async def subscribe(self, api: Api, address: str) -> str:
        if self.refuses:
            raise self.refuses
        made = f"sub-{len(self.callbacks) + 1}"
        self.callbacks[made] = address
        return made

    async def unsubscribe(self, api: Api, subscription: str) -> None:
        if self.refuses:
            raise self.refuses
        self.gone.append(subscription)

    @staticmethod
    def read(body: Any, settings: BaseModel) -> Sequence[str]:
        if body["team"] != 7:
            raise ValueError("another team's")
        return [str(i) for i in body["leads"]]

    async def fetch(self, api: Api, ids: Sequence[str]) -> AsyncIterator[Page]:
        self.asked.append(list(ids))
        if self.breaks and (not self.poison or self.poison & set(ids)):
            raise self.breaks
        async for page in created_since(api, LONG_AGO, 1000):
            yield replace(page, records=[r for r in page.records if r.external_id in ids])

    def page(self, credentials: Credentials, redirect_uri: str, state: str) -> str:
        query = urlencode({"client": credentials.client_id, "redirect_uri": redirect_uri, "state": state})
        return f"https://relay.example/consent?{query}"

    def with_code(self, credentials: Credentials, code: str, redirect_uri: str) -> Credentials:
        return credentials.model_copy(update={"code": SecretStr(code), "redirect_uri": redirect_uri})

    def exchange(self, credentials: Credentials) -> str:
        """The stand-in's key for a code."""
        code = credentials.code.get_secret_value() if credentials.code else ""
        self.exchanges += 1
        if code not in self.codes:
            raise AuthFailed
        self.codes.discard(code)
        self.redirect_uris.add(str(credentials.redirect_uri))
        return DEMO_API_KEY

    def provider(self) -> Provider:
        """It, as Leadbell sees it."""
        return replace(
            KPRO,
            slug="relay",
            name="Relay",
            prefix="RE",
            credentials=Credentials,
            settings=Settings,
            auth=lambda credentials, store: _Key(self, credentials, store),
            webhooks=Webhooks(self.subscribe, self.unsubscribe, self.read, self.fetch),
            oauth=OAuth(
                wants=lambda c: not c.api_key and not c.code,
                page=self.page,
                with_code=self.with_code,
            ),
        )

    def providers(self) -> Mapping[str, Provider]:
        """The installed lead systems and this one."""
        return {**discover(), "relay": self.provider()}


class _Key(httpx.Auth):
    """The key, or what a code is exchanged for; kept before it is used."""

    def __init__(self, relay: Relay, credentials: Credentials, store: TokenStore) -> None:
        self._relay = relay
        self._credentials = credentials
        self._store = store

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        key = self._credentials.api_key.get_secret_value() if self._credentials.api_key else await self._held()
        request.url = request.url.copy_set_param("api_key", key)
        yield request

    async def _held(self) -> str:
        async with self._store.lock():
            held = await self._store.read()
            if held is None:
                held = Tokens(self._relay.exchange(self._credentials))
                await self._store.save(held)
            return held.access


def called(*ids: int | str, team: int = 7) -> bytes:
    """The body of a call."""
    return json.dumps({"team": team, "leads": list(ids)}).encode()
