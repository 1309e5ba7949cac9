"""The stand-in's leads, sorted by their time, in each of the lists that they are in; pages are cut out of it."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

import orjson

Json = dict[str, Any]
Order = Literal["newest", "oldest", "shuffled"]
ALL: Final = "leads"
_Row = tuple[int, int, str]
"""Second, number, id."""


class LeadStore:
    """Leads by id; a hundred thousand are paged through without being sorted anew."""

    def __init__(self) -> None:
        self.leads: dict[str, Json] = {}
        self._lists: dict[str, list[_Row]] = {}
        self._rows: dict[str, _Row] = {}
        self._bodies: dict[str, bytes] = {}
        self._next = 0

    def put(self, lead: Json, lists: Iterable[str]) -> None:
        """Add one."""
        row = self._row(lead)
        for name in {ALL, *lists}:
            insort(self._lists.setdefault(name, []), row)

    def extend(self, leads: Iterable[tuple[Json, Sequence[str]]]) -> None:
        """Add many: one sort for all, and all encoded now rather than while a page is being timed."""
        for lead, lists in leads:
            row = self._row(lead)
            self._body(row[2])
            for name in {ALL, *lists}:
                self._lists.setdefault(name, []).append(row)
        for rows in self._lists.values():
            rows.sort()

    def changed(self, lead_id: str) -> None:
        """It will be encoded anew."""
        self._bodies.pop(lead_id, None)

    def also_in(self, lead_id: str, name: str) -> None:
        """It turns up in a further list."""
        row = self._rows[lead_id]
        rows = self._lists.setdefault(name, [])
        if row not in rows:
            insort(rows, row)

    def remove(self, lead_id: str) -> None:
        """It is gone. KeyError: unknown id."""
        row = self._rows.pop(lead_id)
        del self.leads[lead_id]
        self._bodies.pop(lead_id, None)
        for rows in self._lists.values():
            if row in rows:
                rows.remove(row)

    def between(self, name: str, start: float | None, end: float) -> Sequence[_Row]:
        """Rows of a list from ``start`` to ``end`` (seconds, both included), oldest first."""
        rows = self._lists.get(name, [])
        low = bisect_left(rows, (start,)) if start is not None else 0
        return rows[low : bisect_right(rows, (end, float("inf")))]

    def page(self, rows: Sequence[_Row], page: int, size: int, order: Order) -> list[bytes]:
        """Page ``page`` (from 0) of rows as JSON."""
        if order == "shuffled":
            rows = list(rows)
            random.Random(len(rows)).shuffle(rows)
        elif order == "newest":
            stop = len(rows) - page * size
            return [self._body(row[2]) for row in rows[max(0, stop - size) : max(0, stop)][::-1]]
        return [self._body(row[2]) for row in rows[page * size : (page + 1) * size]]

    def body(self, lead_id: str) -> bytes:
        """A lead as JSON. KeyError: unknown id."""
        return self._body(lead_id)

    def _row(self, lead: Json) -> _Row:
        lead_id = str(lead["leadMetaInfos"]["leadId"])
        if lead_id in self.leads:
            raise ValueError(f"There is a lead {lead_id} already")
        self._next += 1
        row = (int(lead["leadMetaInfos"]["processedTime"]), self._next, lead_id)
        self.leads[lead_id], self._rows[lead_id] = lead, row
        return row

    def _body(self, lead_id: str) -> bytes:
        body = self._bodies.get(lead_id)
        if body is None:  # copied: what orjson gives keeps several times its length allocated
            body = self._bodies[lead_id] = bytes(memoryview(orjson.dumps(self.leads[lead_id])))
        return body
