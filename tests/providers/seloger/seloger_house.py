"""Groupe SeLoger's stand-in and a connection's way to it, for tests."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import httpx

from providers.http import Api, make_client
from providers.lead import Lead
from providers.oauth import MemoryTokens
from providers.provider import Page
from providers.seloger import PROVIDER
from providers.seloger.settings import Settings
from providers.seloger.stand_in import SelogerStandIn

NOW = datetime(2026, 11, 23, 10, 4, 5, tzinfo=UTC)


class SelogerHouse:
    """The stand-in at a time that a test moves, and a connection to it."""

    def __init__(self) -> None:
        self.now = NOW
        made = PROVIDER.stand_in(lambda: self.now)
        assert isinstance(made, SelogerStandIn)
        self.system = made
        self.client = make_client()
        self.client.timeout = httpx.Timeout(3.0)
        self.remembered: dict[str, Any] = {}
        self.tokens = MemoryTokens()
        self.url = ""
        self.api: Api

    async def start(self) -> None:
        self.url = await self.system.start()
        self.connect()

    def credentials(self, **given: str) -> dict[str, str]:
        """What it accepts, changed as given."""
        found = {name: value.replace("{url}", self.url) for name, value in PROVIDER.stand_in_credentials.items()}
        return found | given

    def connect(self, credentials: dict[str, str] | None = None, **settings: Any) -> Api:
        """The connection, with these settings; what was remembered stays."""
        self.api = replace(
            PROVIDER.api(
                self.client,
                PROVIDER.credentials.model_validate(credentials or self.credentials()),
                url=self.url,
                settings=Settings(**settings),
                tokens=self.tokens,
                remembered=self.remembered,
            ),
            attempts=1,
        )
        return self.api

    async def new(self, since: datetime | None = None, size: int = 50) -> list[Page]:
        """The pages of new leads."""
        return [p async for p in PROVIDER.feed.new(self.api, since or NOW - timedelta(hours=1), size)]

    async def leads(self, since: datetime | None = None, size: int = 50) -> dict[str, Lead]:
        """New leads, mapped, by id."""
        return mapped(await self.new(since, size))

    async def run(self, name: str, **params: Any) -> Any:
        """An action's result."""
        action = PROVIDER.action(name)
        assert action is not None
        return await action.run(self.api, action.params.model_validate(params))

    async def stop(self) -> None:
        await self.client.aclose()
        await self.system.stop()


def mapped(pages: list[Page]) -> dict[str, Lead]:
    """Every lead of some pages, by its id."""
    return {r.external_id: p.read(r.raw) for p in pages for r in p.records}


def fixture(name: str) -> Any:
    """A recorded answer."""
    file = resources.files("providers.seloger") / "fixtures" / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8"))


def lead_id(lead: dict[str, Any]) -> str:
    """The id of a raw lead."""
    return str(lead["leadMetaInfos"]["leadId"])
