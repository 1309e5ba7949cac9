"""How an API's lists go on, and reading them to their end, which is where nothing new comes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

MOST_PAGES = 200


class Paging(Protocol):
    """Which parameters ask for the next page."""

    def following(self, asked: Mapping[str, Any], answer: Any, items: list[Any]) -> dict[str, Any] | None:
        """What to change in the parameters that were asked for (by API name), or ``None`` after the last page."""
        ...


@dataclass(frozen=True, slots=True)
class Offset:
    """``offset`` counts items."""

    offset: str = "offset"

    def following(self, asked: Mapping[str, Any], answer: Any, items: list[Any]) -> dict[str, Any] | None:
        """Past the items that came."""
        return {self.offset: int(asked.get(self.offset) or 0) + len(items)} if items else None


@dataclass(frozen=True, slots=True)
class Numbered:
    """Pages are numbered from ``first``."""

    page: str
    first: int = 1

    def following(self, asked: Mapping[str, Any], answer: Any, items: list[Any]) -> dict[str, Any] | None:
        """The next number."""
        number = asked.get(self.page)
        return {self.page: int(self.first if number is None else number) + 1} if items else None


@dataclass(frozen=True, slots=True)
class Token:
    """The answer holds a token for the next page, at ``at`` (a path of keys)."""

    token: str
    at: tuple[str, ...]

    def following(self, asked: Mapping[str, Any], answer: Any, items: list[Any]) -> dict[str, Any] | None:
        """The token, if there is one."""
        found = answer
        for key in self.at:
            found = found.get(key) if isinstance(found, dict) else None
        return {self.token: found} if items and found not in (None, "", -1, "-1") else None


@dataclass(frozen=True, slots=True)
class After:
    """The next page begins after the last item's id."""

    current: str
    id: str = "id"

    def following(self, asked: Mapping[str, Any], answer: Any, items: list[Any]) -> dict[str, Any] | None:
        """Its id."""
        last = items[-1].get(self.id) if items and isinstance(items[-1], dict) else None
        return {self.current: last} if last is not None else None


def items_of(answer: Any) -> list[Any] | None:
    """The list in an answer: the answer itself, or its one list, however it is wrapped; ``None`` for one record."""
    if isinstance(answer, list):
        return answer
    if not isinstance(answer, dict):
        return None
    inside = {k: v for k, v in answer.items() if k not in _ENVELOPE}
    if len(inside) != 1:
        return None
    only = next(iter(inside.values()))
    return only if isinstance(only, list) else items_of(only)


_BESIDE = "hasMore limit offset total code message errorCode errorMsg success nextPageKey"
_METADATA = "_metadata get_metadata metadata meta pagination pageInfo links"
_ENVELOPE = frozenset((*_BESIDE.split(), *_METADATA.split()))
"""What stands beside a list without being of its records."""


async def every_page(
    ask: Callable[[Mapping[str, Any]], Awaitable[Any]], paging: Paging | None, asked: Mapping[str, Any]
) -> AsyncIterator[list[Any]]:
    """The items of page after page, each once. It ends where nothing new comes, even if the API says otherwise."""
    seen: set[bytes] = set()
    wanted = dict(asked)
    for _ in range(MOST_PAGES):
        answer = await ask(wanted)
        items = items_of(answer) or []
        fresh = []
        for item in items:
            mark = orjson.dumps(item, option=orjson.OPT_SORT_KEYS)
            if mark not in seen:
                seen.add(mark)
                fresh.append(item)
        if fresh:
            yield fresh
        more = paging.following(wanted, answer, items) if paging and fresh else None
        if more is None:
            return
        wanted |= more
