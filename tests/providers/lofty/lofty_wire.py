"""A Lofty of a few lines, without a socket: a test says what each call is answered, and sees what was asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import httpx
from pydantic import SecretStr

from providers.http import Api, Unlimited
from providers.lofty.auth import Signed
from providers.lofty.errors import read_errors
from providers.lofty.settings import Settings

NOW = datetime(2026, 11, 23, 10, 4, 5, tzinfo=UTC)
Answer = Any
"""JSON; or (status, JSON or bytes); or a function of the request."""


def fixture(name: str) -> Any:
    """A recorded answer."""
    text = (resources.files("providers.lofty") / "fixtures" / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text)


class Wire:
    """Answers by "METHOD /path"; unknown ones with 404."""

    def __init__(self, answers: dict[str, Answer] | None = None, **settings: Any) -> None:
        self.answers = answers or {}
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.slept: list[float] = []
        self.requests: list[httpx.Request] = []
        self.api = Api(
            httpx.AsyncClient(transport=httpx.MockTransport(self._handle)),
            "https://lofty.test",
            Signed("token", SecretStr("k3y")),
            Unlimited(),
            attempts=1,
            sleep=self._sleep,
            read_errors=read_errors,
            settings=Settings(**settings),
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        path = request.url.path
        self.requests.append(request)
        self.asked.append((request.method, path, dict(request.url.params), body))
        answer = self.answers.get(f"{request.method} {path}", (404, {"code": 404, "message": ""}))
        if isinstance(answer, Callable):  # type: ignore[arg-type]
            answer = answer(request)
        status, content = answer if isinstance(answer, tuple) else (200, answer)
        return httpx.Response(status, content=content if isinstance(content, bytes) else json.dumps(content).encode())

    def calls(self, method: str, path: str) -> list[tuple[dict[str, str], Any]]:
        """Queries and bodies of the calls to one operation."""
        return [(query, body) for m, p, query, body in self.asked if (m, p) == (method, path)]


def stamp(at: datetime) -> str:
    """A lead's time as Lofty writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SGMT")


def lead(number: int, created: datetime, updated: datetime | None = None, **fields: Any) -> dict[str, Any]:
    """A small lead."""
    times = {"createTime": stamp(created), "lastUpdateTime": stamp(updated or created)}
    return {"leadId": number, "firstName": f"Lead{number}", **times, **fields}
