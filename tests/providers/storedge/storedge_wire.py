"""A storEDGE of a few lines, without a socket: a test says what each call is answered, and sees what was asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib import resources
from typing import Any

import httpx
from pydantic import SecretStr

from providers.http import Api, Unlimited
from providers.storedge.auth import OneLegged
from providers.storedge.errors import read_errors
from providers.storedge.settings import Settings

NOW = datetime(2026, 11, 23, 10, 4, 5, tzinfo=UTC)
F1, F2 = "fac-1", "fac-2"
Answer = Any
"""JSON; or (status, JSON or bytes); or a function of the request; or an exception."""


def fixture(name: str) -> Any:
    """A recorded answer."""
    text = (resources.files("providers.storedge") / "fixtures" / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text)


class Wire:
    """Answers by "METHOD /path"; unknown ones with 404. ``date``: what its clock says, ``None``: nothing."""

    def __init__(
        self,
        answers: dict[str, Answer] | None = None,
        *,
        facilities: str = F1,
        date: datetime | None = NOW,
        attempts: int = 1,
        **settings: Any,
    ) -> None:
        self.answers = answers or {}
        self.date = date
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.requests: list[httpx.Request] = []
        self.auth = OneLegged(SecretStr("acc3ss"), SecretStr("s3cret"))
        self.api = Api(
            httpx.AsyncClient(transport=httpx.MockTransport(self._handle)),
            "https://storedge.test",
            self.auth,
            Unlimited(),
            attempts=attempts,
            sleep=self._sleep,
            read_errors=read_errors,
            settings=Settings(**settings),
            account={"facility_id": facilities},
        )

    async def _sleep(self, seconds: float) -> None:
        pass

    def _handle(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        path = request.url.raw_path.decode().split("?")[0]
        self.requests.append(request)
        self.asked.append((request.method, path, dict(request.url.params), body))
        answer = self.answers.get(f"{request.method} {path}", (404, fixture("error_404")))
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Callable):  # type: ignore[arg-type]
            answer = answer(request)
        status, content = answer if isinstance(answer, tuple) else (200, answer)
        headers = {"Date": format_datetime(self.date, usegmt=True)} if self.date else {}
        whole = content if isinstance(content, bytes) else json.dumps(content).encode()
        return httpx.Response(status, headers=headers, content=whole)

    def calls(self, method: str, path: str) -> list[tuple[dict[str, str], Any]]:
        """Queries and bodies of the calls to one operation."""
        return [(query, body) for m, p, query, body in self.asked if (m, p) == (method, path)]


def lead(number: int | str, created: datetime, **fields: Any) -> dict[str, Any]:
    """A small lead."""
    at = created.isoformat(timespec="milliseconds")
    return {"id": f"lead-{number}", "created_at": at, "tenant": {"first_name": f"Lead{number}"}, **fields}


def page(leads: list[Any], total: int | None = None, number: int = 1, size: int = 100) -> dict[str, Any]:
    """A list as storEDGE answers it."""
    count = len(leads) if total is None else total
    told = {"current_page": number, "total_entries": count, "per_page": size, "total_pages": -(-count // size)}
    return {"leads": leads, "meta": {"status_code": 200, "pagination": told}}


class Shelf:
    """Leads in a list that pages and filters as told.

    ``order``: key of sorting. ``deaf``: it ignores page numbers. ``fixed``: its own page size. ``total``: what it says.
    ``heeds``: the filters that it knows.
    """

    def __init__(
        self,
        leads: list[dict[str, Any]],
        *,
        order: Callable[[dict[str, Any]], Any] | None = None,
        deaf: bool = False,
        fixed: int = 0,
        total: int | None = None,
        silent: bool = False,
        wrapped: bool = False,
        heeds: tuple[str, ...] = ("created_after", "created_before", "updated_since"),
    ) -> None:
        self.leads = leads
        self.order = order
        self.deaf = deaf
        self.fixed = fixed
        self.total = total
        self.silent = silent
        self.wrapped = wrapped
        self.heeds = heeds

    def __call__(self, request: httpx.Request) -> Any:
        asked = request.url.params
        after, before = (self._bound(asked, name) for name in ("created_after", "created_before"))
        found = [x for x in self.leads if (not after or at(x) >= after) and (not before or at(x) <= before)]
        if self.order:
            found = sorted(found, key=self.order)
        size = self.fixed or int(asked["per_page"])
        number = 1 if self.deaf else int(asked["page"])
        part = found[(number - 1) * size : number * size]
        answer = page(part, len(found) if self.total is None else self.total, number, size)
        if self.silent:
            answer["meta"] = {"status_code": 200}
        if self.wrapped:
            answer["leads"] = [{"lead": one} for one in part]
        return answer

    def _bound(self, asked: httpx.QueryParams, name: str) -> datetime | None:
        return datetime.fromisoformat(asked[name]) if name in asked and name in self.heeds else None


def at(one: dict[str, Any]) -> datetime:
    """When a lead was created."""
    return datetime.fromisoformat(one["created_at"])


def some(count: int, step: timedelta = timedelta(minutes=1), prefix: str = "") -> list[dict[str, Any]]:
    """Leads, the newest first."""
    return [lead(f"{prefix}{n}", NOW - step * n) for n in range(count)]
