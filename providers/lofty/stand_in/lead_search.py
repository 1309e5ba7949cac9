"""Lists of leads (sections 5.5.4, 5.5.6 and 5.5.8): filters, orders, offsets and scrolls."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from providers.lofty.stand_in.account import Account, Call, Raw, metadata
from providers.lofty.stand_in.refusals import Refused, invalid
from providers.lofty.stand_in.shelf import Row
from providers.lofty.stand_in.times import from_pacific

DEFAULT_LIMIT: Final = 25
"""Not documented; as observed."""
SCROLL_LASTS: Final = timedelta(minutes=1)
"""Not documented: the stand-in's own."""
_MOST_SCROLLS: Final = 64

_ORDERS: Final[dict[str, Callable[[Row], Any]]] = {
    "LastContact": lambda row: row.touched,
    "LastCall": lambda row: row.touched,
    "LastEmail": lambda row: row.touched,
    "Communication": lambda row: row.touched,
    "LastActivity": lambda row: row.visited,
    "Activity": lambda row: row.visited,
    "AssignTime": lambda row: row.assigned_at,
    "Score": lambda row: row.score,
    "SCOREV2": lambda row: row.score,
}
"""The other orders go by things that the stand-in does not have: they are the order of creating."""


@dataclass(frozen=True)
class _Scroll:
    rows: Sequence[Row]
    place: int
    limit: int
    ends: datetime


class Scrolls:
    """Lists that are being read batch by batch. An id is good once, and for :data:`SCROLL_LASTS`."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._open: dict[str, _Scroll] = {}

    def keep(self, rows: Sequence[Row], place: int, limit: int) -> str:
        """An id for what comes at ``place``."""
        while len(self._open) >= _MOST_SCROLLS:
            self._open.pop(next(iter(self._open)))
        name = secrets.token_urlsafe(64)
        self._open[name] = _Scroll(rows, place, limit, self._now() + SCROLL_LASTS)
        return name

    def take(self, name: str) -> _Scroll:
        """What an id stands for. Refused where it is unknown, used or too old."""
        scroll = self._open.pop(name, None)
        if scroll is None or scroll.ends < self._now():
            raise invalid("scrollId", "is not known or has expired")
        return scroll


class LeadSearch:
    """The three lists."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._scrolls = Scrolls(account.now)

    def search(self, _: Account, call: Call) -> Raw:
        """``GET /v1.0/leads``."""
        order, descending = call.query.get("sort", "Default"), call.query.get("desc", True)
        return self._answer(call, lambda rows: _sorted(rows, order, descending), ("list", order, descending))

    def created(self, _: Account, call: Call) -> Raw:
        """``GET /v1.0/leads/createTime``: newest first."""
        since = self._since(call, "leadCreateTime")
        return self._answer(
            call, lambda rows: [row for row in reversed(rows) if row.created >= since], ("created", since)
        )

    def updated(self, _: Account, call: Call) -> Raw:
        """``GET /v1.0/leads/updateTime``: what was changed last comes first."""
        since = self._since(call, "leadUpdateTime")

        def select(rows: Sequence[Row]) -> list[Row]:
            return sorted((row for row in rows if row.updated >= since), key=lambda row: (-row.updated, -row.id))

        return self._answer(call, select, ("updated", since))

    def _since(self, call: Call, name: str) -> int:
        if not self._account.times:
            raise Refused(404, 404, "Not Found")  # as Lofty's newer API, which no longer has these two
        text = call.query.get(name)
        if text is None:
            return 0
        try:
            return int(from_pacific(text).timestamp())
        except ValueError:
            raise invalid(name, "must be a time such as 2026-11-23 10:04:05") from None

    def _answer(self, call: Call, select: Callable[[Sequence[Row]], list[Row]], order: tuple[Any, ...]) -> Raw:
        if "scrollId" in call.query:
            scroll = self._scrolls.take(call.query["scrollId"])
            rows, place, limit = scroll.rows, scroll.place, scroll.limit
        else:
            rows, place = self._select(call, select, order), call.query.get("offset", 0)
            limit = call.query.get("limit", DEFAULT_LIMIT)
        if call.empty:
            rows = []
        found = rows[place : place + limit]
        scroll_id = self._scrolls.keep(rows, place + limit, limit) if found else None
        head = orjson.dumps({"_metadata": metadata("leads", limit, place, len(rows), scroll_id)})
        bodies = [b'{"lead":' + row.body + b"}" for row in found] if self._account.wrapped else [r.body for r in found]
        return Raw(b"".join((head[:-1], b',"leads":[', b",".join(bodies), b"]}")))

    def _select(
        self, call: Call, select: Callable[[Sequence[Row]], list[Row]], order: tuple[Any, ...]
    ) -> Sequence[Row]:
        filters = {name: value for name, value in call.query.items() if name in _FILTERS}
        key: tuple[Any, ...] = (order, tuple((name, repr(value)) for name, value in sorted(filters.items())))
        if "groupIds" in filters:  # people change offices without any lead being changed
            key = (*key, tuple(member["groupId"] for member in self._account.members))
        shelf = self._account.shelf
        start = order[1] if order[0] == "created" else 0

        def made() -> list[Row]:
            tests = [_FILTERS[name](self._account, value) for name, value in filters.items()]
            rows = shelf.since(start)
            return select([row for row in rows if all(test(row) for test in tests)] if tests else rows)

        return shelf.remembered(key, made)


def _sorted(rows: Sequence[Row], order: str, descending: bool) -> list[Row]:
    if order in _ORDERS:
        return sorted(rows, key=_ORDERS[order], reverse=descending)
    return list(reversed(rows)) if descending else list(rows)


# --------------------------------------------------------------------------------------------- filters

Test = Callable[[Row], bool]


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())[-10:]


def _by_phone(_: Account, value: str) -> Test:
    wanted = _digits(value)
    return lambda row: bool(wanted) and any(_digits(phone) == wanted for phone in row.phones)


def _by_email(_: Account, value: str) -> Test:
    wanted = value.lower()
    return lambda row: any(email.lower() == wanted for email in row.emails)


def _by_key(_: Account, value: str) -> Test:
    wanted, digits = value.lower(), _digits(value)

    def test(row: Row) -> bool:
        if wanted in f"{row.first} {row.last}".lower() or any(wanted in email.lower() for email in row.emails):
            return True
        return bool(digits) and any(digits in _digits(phone) for phone in row.phones)

    return test


def _by_office(account: Account, value: list[int]) -> Test:
    users = {member["memberUserId"] for member in account.members if member["groupId"] in value}
    return lambda row: row.owner in users


_FILTERS: Final[dict[str, Callable[[Account, Any], Test]]] = {
    "allTags": lambda _, value: lambda row: set(value) <= set(row.tags),
    "anyTags": lambda _, value: lambda row: not set(value).isdisjoint(row.tags),
    "assignedUserId": lambda _, value: lambda row: row.owner == value,
    "contacted": lambda _, value: lambda row: bool(row.touched) == value,
    "email": _by_email,
    "groupIds": _by_office,
    "groups": lambda _, value: lambda row: not set(value).isdisjoint(row.segments),
    "key": _by_key,
    "languages": lambda _, value: lambda row: row.language in value,
    "phone": _by_phone,
    "segmentIds": lambda _, value: lambda row: False,  # no operation gives the ids of segments: none is known
    "segments": lambda _, value: lambda row: not set(value).isdisjoint(row.segments),
    "source": lambda _, value: lambda row: row.source == value,
    "stage": lambda _, value: lambda row: row.stage in value,
}
"""What narrows a list. ``otherFilters``, ``returnFields`` and ``roleAssigneeFilters`` are accepted and do nothing:
their form is not documented."""
