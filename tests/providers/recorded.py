"""A provider's recorded answers, served to its own client: without a network, without credentials.

Nothing here knows any lead system. Whatever a feed asks, and however, it gets one recorded answer after the other, and
after the last one the recorded empty list, as if the lead system had no more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import resources
from typing import Any

import httpx

from providers.http import Api
from providers.provider import Provider

FILES = ("page_1", "page_2", "nulls", "unknown_enum", "missing_fields", "error_401", "empty")
"""What every provider has in its ``fixtures``, each a JSON file."""
MOST_CALLS = 2000
"""Of one reading: whoever asks more often never ends."""


def recorded(provider: Provider, name: str) -> Any:
    """A recorded answer. Fails with the file's name where it is missing or is no JSON."""
    file = resources.files(f"providers.{provider.slug}") / "fixtures" / f"{name}.json"
    where = f"providers/{provider.slug}/fixtures/{name}.json"
    assert file.is_file(), f"{where} is missing: record what the lead system answers"
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise AssertionError(f"{where} is no JSON: {error}") from None


def leads_in(answer: Any) -> list[Any]:
    """The leads of a list's answer: its outermost list of objects, whatever that is wrapped in and called."""
    level = [answer]
    while level:
        lists = [held for held in level if isinstance(held, list) and any(isinstance(item, dict) for item in held)]
        if lists:
            return max(lists, key=len)
        level = [inner for held in level if isinstance(held, dict) for inner in held.values()]
    return []


def fields_in(value: Any) -> Iterator[tuple[str, Any]]:
    """Every field with its value, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name, inner
            yield from fields_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from fields_in(inner)


Lie = Callable[[int], int]
_TOTAL = re.compile(r"total|count|last", re.IGNORECASE)


def lied(answer: Any, lie: Lie) -> Any:
    """An answer in which whatever looks like a total is changed: numbers beside the leads, not in them."""
    if not isinstance(answer, dict):
        return answer
    return {
        name: lie(held) if type(held) is int and _TOTAL.search(name) else lied(held, lie)
        for name, held in answer.items()
    }


class Recorded:
    """A lead system that gives these recorded answers in turn, then the ``last`` one for ever."""

    def __init__(
        self, provider: Provider, *names: str, last: str = "empty", status: int = 200, lie: Lie = lambda n: n
    ) -> None:
        self.provider = provider
        self.calls = 0
        self._turn = [lied(recorded(provider, name), lie) for name in names]
        self._last = lied(recorded(provider, last), lie)
        self._status = status
        self._client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, _request: httpx.Request) -> httpx.Response:
        self.calls += 1
        assert self.calls <= MOST_CALLS, f"{MOST_CALLS} calls, and no end of it"
        return httpx.Response(self._status, json=self._turn.pop(0) if self._turn else self._last)

    async def __aenter__(self) -> Api:
        """A connection's way to it; nobody has to sign in."""
        accepted = {k: v.replace("{url}", "https://x.test") for k, v in self.provider.stand_in_credentials.items()}
        api = self.provider.api(
            self._client,
            self.provider.credentials.model_validate(accepted),
            url="https://recorded.test",
            settings=self.provider.settings(),
        )
        return replace(api, auth=httpx.Auth(), attempts=1)

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()


class Lying(httpx.AsyncHTTPTransport):
    """A way to a stand-in on which totals are changed before they arrive."""

    def __init__(self, lie: Lie) -> None:
        super().__init__()
        self._lie = lie

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Ask, and tell the lie."""
        response = await super().handle_async_request(request)
        content = await response.aread()
        await response.aclose()
        headers = {k: v for k, v in response.headers.items() if k not in ("content-length", "content-encoding")}
        told = json.dumps(lied(json.loads(content), self._lie)).encode()
        return httpx.Response(response.status_code, headers=headers, content=told)
