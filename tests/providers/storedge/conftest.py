"""storEDGE's stand-in, served, and a connection's way to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from providers.http import Api, make_client
from providers.storedge import DEMO_ACCESS_ID, DEMO_FACILITIES, DEMO_SECRET_KEY, PROVIDER
from providers.storedge.settings import Settings
from providers.storedge.stand_in import StoredgeStandIn


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 10, 4, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


class There:
    """The stand-in and ways to it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.system = StoredgeStandIn(
            now=self.clock, access_id=DEMO_ACCESS_ID, secret_key=DEMO_SECRET_KEY, facilities=DEMO_FACILITIES
        )
        self.client = make_client()
        self.client.timeout = httpx.Timeout(3.0)
        self.url = ""

    def api(self, *, facilities: str = DEMO_FACILITIES[0], attempts: int = 1, secret: str = "", **settings: Any) -> Api:
        credentials = PROVIDER.credentials.model_validate(
            {
                "access_id": DEMO_ACCESS_ID,
                "secret_key": secret or DEMO_SECRET_KEY,
                "facility_id": facilities,
            }
        )
        made = PROVIDER.api(self.client, credentials, url=self.url, settings=Settings(**settings))
        return replace(made, attempts=attempts, sleep=_no_sleep)

    async def run(self, action: str, given: dict[str, Any], **how: Any) -> Any:
        """Run an action with what was given, as it would be from JSON."""
        found = PROVIDER.action(action)
        assert found is not None
        api = how.pop("api", None) or self.api(**how)
        return await found.run(api, found.params.model_validate(given))


async def _no_sleep(_seconds: float) -> None:
    pass


@pytest.fixture
async def there() -> AsyncIterator[There]:
    made = There()
    made.url = await made.system.start()
    yield made
    await made.client.aclose()
    await made.system.stop()
