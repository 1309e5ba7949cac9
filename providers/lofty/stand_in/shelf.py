"""The leads of the stand-in, in the order they were created in, and selections of them.

A hundred thousand leads are kept encoded, with a few facts of each beside them to be searched by; a lead is decoded
where it is asked for by its id, and encoded anew after it was changed. Lists are joined, never encoded.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import orjson

from providers.lofty.stand_in.times import aware

_REMEMBERED_SELECTIONS: Final = 8


class Row:
    """One lead: its JSON, and what lists are searched and sorted by. Times are seconds since 1970."""

    __slots__ = (
        "assigned_at",
        "body",
        "created",
        "emails",
        "first",
        "id",
        "language",
        "last",
        "owner",
        "phones",
        "score",
        "segments",
        "source",
        "stage",
        "tags",
        "touched",
        "updated",
        "visited",
    )

    def __init__(self, lead: dict[str, Any]) -> None:
        self.id: int = lead["leadId"]
        self.body = bytes(memoryview(orjson.dumps(lead)))  # copied: orjson's own keeps several times its length
        self.created = seconds_of(lead["createTime"])
        self.updated = seconds_of(lead["lastUpdateTime"])
        self.touched = seconds_of(lead["lastTouch"])
        self.visited = seconds_of(lead["lastVisit"])
        self.assigned_at = seconds_of(lead["assignTime"])
        self.first: str = lead["firstName"] or ""
        self.last: str = lead["lastName"] or ""
        self.stage: str = lead["stage"]
        self.source: str = lead["source"]
        self.language: str = lead["language"]
        self.owner: int = lead["assignedUserId"]
        self.score: int = lead["score"]
        self.emails = tuple(lead["emails"])
        self.phones = tuple(lead["phones"])
        self.segments = tuple(lead["segments"])
        self.tags = tuple(tag["tagName"] for tag in lead["tags"])


class Shelf:
    """All leads that are not in the trash, and the trash."""

    def __init__(self) -> None:
        self.trash: dict[int, dict[str, Any]] = {}
        self._rows: dict[int, Row] = {}
        self._open: dict[int, dict[str, Any]] = {}
        self._oldest_first: list[Row] = []
        self._stamps: list[int] = []
        self._selections: dict[Any, list[Row]] = {}

    def __contains__(self, lead_id: object) -> bool:
        return lead_id in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, lead_id: int) -> dict[str, Any]:
        """The lead, to be changed in place and then given to :meth:`put`. KeyError: unknown id."""
        lead = self._open.get(lead_id)
        if lead is None:
            lead = self._open[lead_id] = orjson.loads(self._rows[lead_id].body)
        return lead

    def leads(self) -> list[dict[str, Any]]:
        """All of them, oldest first, decoded: copies."""
        return [orjson.loads(row.body) for row in self._oldest_first]

    def put(self, lead: dict[str, Any]) -> None:
        """Add a lead, or take in what was changed of one."""
        row = Row(lead)
        if row.id in self._rows:
            self._take_out(row.id)
        # New lists, not changed ones: a scroll that has begun goes on with what it began with.
        place = bisect_right(self._stamps, row.created)
        self._oldest_first = [*self._oldest_first[:place], row, *self._oldest_first[place:]]
        self._stamps = [*self._stamps[:place], row.created, *self._stamps[place:]]
        self._rows[row.id] = row
        self._open[row.id] = lead
        self._selections.clear()

    def extend(self, leads: Iterable[dict[str, Any]]) -> None:
        """Add many at once; they are not kept decoded."""
        for lead in leads:
            self._rows[lead["leadId"]] = Row(lead)
        self._oldest_first = sorted(self._rows.values(), key=lambda row: (row.created, row.id))
        self._stamps = [row.created for row in self._oldest_first]
        self._selections.clear()

    def remove(self, lead_id: int) -> dict[str, Any]:
        """Put a lead into the trash and give it. KeyError: unknown id."""
        lead = self.trash[lead_id] = self.get(lead_id)
        self._take_out(lead_id)
        return lead

    def find(self, passes: Callable[[Row], bool]) -> Row | None:
        """The oldest lead that passes."""
        return next((row for row in self._oldest_first if passes(row)), None)

    def rows(self) -> Sequence[Row]:
        """All of them, oldest first."""
        return self._oldest_first

    def since(self, created: int) -> Sequence[Row]:
        """Those created at or after a second, oldest first."""
        return self._oldest_first[bisect_left(self._stamps, created) :]

    def remembered(self, key: Any, select: Callable[[], list[Row]]) -> list[Row]:
        """A selection, made anew only after a lead has changed. It must not be changed: scrolls read from it."""
        found = self._selections.get(key)
        if found is None:
            if len(self._selections) >= _REMEMBERED_SELECTIONS:
                self._selections.pop(next(iter(self._selections)))
            found = self._selections[key] = select()
        return found

    def _take_out(self, lead_id: int) -> None:
        row = self._rows.pop(lead_id)
        self._open.pop(lead_id, None)
        place = bisect_left(self._stamps, row.created)
        while self._oldest_first[place] is not row:
            place += 1
        self._oldest_first = self._oldest_first[:place] + self._oldest_first[place + 1 :]
        self._stamps = self._stamps[:place] + self._stamps[place + 1 :]
        self._selections.clear()


def seconds_of(text: str | None) -> int:
    """Seconds since 1970 of a lead's time, 0 where it has none."""
    return int(aware(text).timestamp()) if text else 0
