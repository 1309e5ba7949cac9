"""Ways to a student.com for tests: the strict stand-in over a socket, and answers said by a test without one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import httpx
from pydantic import SecretStr

from providers.http import Api, Unlimited, make_client
from providers.provider import Page
from providers.student import DEMO_API_TOKEN, PROVIDER
from providers.student.auth import TokenHeader
from providers.student.errors import read_errors
from providers.student.settings import Credentials, Settings
from providers.student.stand_in import StudentStandIn

NOW = datetime(2026, 11, 23, 10, 4, 5, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
Json = dict[str, Any]


def fixture(name: str) -> Any:
    """A recorded answer."""
    text = (resources.files("providers.student") / "fixtures" / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text)


class House:
    """The stand-in, served, and a connection's way to it."""

    def __init__(self) -> None:
        self.now = NOW
        self.system = StudentStandIn(now=lambda: self.now, api_token=DEMO_API_TOKEN)
        self.client = make_client()
        self.client.timeout = httpx.Timeout(3.0)
        self.url = ""
        self.remembered: Json = {}

    def api(self, *, token: str = DEMO_API_TOKEN, header: str = "x-api-token", **settings: Any) -> Api:
        """A connection with these settings; what was learned is shared."""
        return PROVIDER.api(
            self.client,
            Credentials(api_token=SecretStr(token), token_header=header),  # type: ignore[arg-type]
            url=self.url,
            settings=Settings(**settings),
            remembered=self.remembered,
        )

    def declared(self) -> list[list[str]]:
        """The names of the variables of every GraphQL call."""
        return [list(body["variables"]) for body in self.system.asked]


@asynccontextmanager
async def serving() -> AsyncIterator[House]:
    """A house, until the end."""
    house = House()
    house.url = await house.system.start()
    try:
        yield house
    finally:
        await house.client.aclose()
        await house.system.stop()


class Wire:
    """Answers of one function of the body that was sent."""

    def __init__(self, answer: Callable[[Json], Any], **settings: Any) -> None:
        self.answer = answer
        self.asked: list[Json] = []
        self.slept: list[float] = []
        self.api = Api(
            httpx.AsyncClient(transport=httpx.MockTransport(self._handle)),
            "https://student.test",
            TokenHeader("x-api-token", SecretStr("t0k3n")),
            Unlimited(),
            attempts=1,
            sleep=self._sleep,
            read_errors=read_errors,
            settings=Settings(**settings),
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.asked.append(body)
        answer = self.answer(body)
        status, content = answer if isinstance(answer, tuple) else (200, answer)
        return httpx.Response(status, content=content if isinstance(content, bytes) else json.dumps(content).encode())


def listed(leads: list[Any], **info: Any) -> Json:
    """An answer of getLeads."""
    page = {"total": len(leads), "totalPages": 1, "currentPage": 1, "pageSize": 50} | info
    return {"data": {"getLeads": {"pageInfo": page, "leads": leads}}}


def lead(number: int, created: datetime, **fields: Any) -> Json:
    """A small lead of a list."""
    return {
        "referenceId": f"HB{number}",
        "hash": f"v01{number}",
        "createdAt": created.isoformat(timespec="seconds"),
        "stage": "IN_PROGRESS",
        **fields,
    }


async def ids(pages: AsyncIterator[Page]) -> list[str]:
    """The ids of all pages, in order."""
    return [record.external_id async for page in pages for record in page.records]
