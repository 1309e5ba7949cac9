"""The leads of the KPro stand-in, kept in the order they were created in, and pages of them.

A page of a hundred thousand leads is cut out of the index, never sorted anew: benchmarks read through it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import orjson

from providers.kpro.stand_in_query import Condition, LeadQuery

_REMEMBERED_SELECTIONS: Final = 8


class LeadStore:
    """Leads sorted by ``createdAt``, oldest first; those of one second in the order they came."""

    def __init__(self) -> None:
        self.leads: list[dict[str, Any]] = []
        self._stamps: list[int] = []
        self._by_id: dict[int, dict[str, Any]] = {}
        self._bodies: dict[int, bytes] = {}
        self._selections: dict[tuple[Any, ...], Sequence[int]] = {}

    def __contains__(self, lead_id: object) -> bool:
        return lead_id in self._by_id

    def get(self, lead_id: int) -> dict[str, Any]:
        """The lead with that id, or KeyError."""
        return self._by_id[lead_id]

    def add(self, lead: dict[str, Any]) -> None:
        """Put a lead where its ``createdAt`` says."""
        stamp = seconds_of(lead["createdAt"])
        place = bisect_right(self._stamps, stamp)
        self._stamps.insert(place, stamp)
        self.leads.insert(place, lead)
        self._by_id[lead["id"]] = lead
        self._selections.clear()

    def extend(self, leads: Iterable[dict[str, Any]]) -> None:
        """Put many leads in: one sort for all, and all encoded now rather than while a page is being timed."""
        found = list(leads)
        self.leads.extend(found)
        # ATOM strings of one zone sort as their instants do.
        self.leads.sort(key=lambda lead: str(lead["createdAt"]))
        self._stamps = [seconds_of(lead["createdAt"]) for lead in self.leads]
        self._by_id.update((lead["id"], lead) for lead in found)
        self._bodies.update((lead["id"], _encoded(lead)) for lead in found)
        self._selections.clear()

    def change(self, lead_id: int, fields: dict[str, Any]) -> dict[str, Any]:
        """Change fields of a lead in place and give it."""
        lead = self._by_id[lead_id]
        moved = "createdAt" in fields and fields["createdAt"] != lead["createdAt"]
        if moved:
            place = self._place(lead)
            del self.leads[place], self._stamps[place]
        lead.update(fields)
        if moved:
            self.add(lead)
        self._bodies.pop(lead_id, None)
        self._selections.clear()
        return lead

    def remove(self, lead_id: int) -> None:
        """Take a lead out."""
        lead = self._by_id.pop(lead_id)
        place = self._place(lead)
        del self.leads[place], self._stamps[place]
        self._bodies.pop(lead_id, None)
        self._selections.clear()

    def page(self, query: LeadQuery) -> tuple[int, list[bytes]]:
        """How many leads match, and the asked page of them as JSON."""
        matching = self._select(query)
        first = (query.page - 1) * query.size
        return len(matching), [self._body(self.leads[place]) for place in matching[first : first + query.size]]

    def _select(self, query: LeadQuery) -> Sequence[int]:
        """Places of all matching leads in the asked order; remembered until a lead changes."""
        key = (query.conditions, query.sort)
        found = self._selections.get(key)
        if found is None:
            if len(self._selections) >= _REMEMBERED_SELECTIONS:
                self._selections.pop(next(iter(self._selections)))
            found = self._selections[key] = self._sorted(self._matching(query.conditions), query.sort)
        return found

    def _matching(self, conditions: Sequence[Condition]) -> Sequence[int]:
        start, stop = 0, len(self.leads)
        others: list[Condition] = []
        for condition in conditions:
            low, high = condition.bounds() if condition.field == "createdAt" else (None, None)
            if low is None and high is None:
                others.append(condition)
            if low is not None:
                start = max(start, bisect_left(self._stamps, low))
            if high is not None:
                stop = min(stop, bisect_left(self._stamps, high))
        places = range(start, max(start, stop))
        if not others:
            return places
        return [place for place in places if all(each.holds(self._value(each.field, place)) for each in others)]

    def _sorted(self, places: Sequence[int], sort: Sequence[tuple[str, bool]]) -> Sequence[int]:
        if sort[0][0] == "createdAt" and len(sort) == 1:
            return places[::-1] if sort[0][1] else places
        ordered = list(places)
        # Sorting is stable: the last field first leaves the first field in command.
        for field, descending in reversed(sort):
            ordered.sort(key=partial(self._value, field), reverse=descending)
        return ordered

    def _value(self, field: str, place: int) -> Any:
        if field == "createdAt":
            return self._stamps[place]
        lead = self.leads[place]
        return lead["site"][field.removeprefix("site.")] if field.startswith("site.") else lead[field]

    def _place(self, lead: dict[str, Any]) -> int:
        place = bisect_left(self._stamps, seconds_of(lead["createdAt"]))
        while self.leads[place] is not lead:
            place += 1
        return place

    def _body(self, lead: dict[str, Any]) -> bytes:
        body = self._bodies.get(lead["id"])
        if body is None:
            body = self._bodies[lead["id"]] = _encoded(lead)
        return body


def _encoded(lead: dict[str, Any]) -> bytes:
    """A lead as JSON, copied: what orjson gives keeps several times its length allocated."""
    return bytes(memoryview(orjson.dumps(lead)))


def atom(when: datetime | str) -> str:
    """A time in ATOM format, in UTC, such as 2026-11-23T10:04:05+00:00; ValueError if it has no zone."""
    moment = datetime.fromisoformat(when) if isinstance(when, str) else when
    if moment.tzinfo is None:
        raise ValueError(f"{when} has no time zone")
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def seconds_of(text: str) -> int:
    """Seconds since 1970 of a time in ATOM format."""
    return int(datetime.fromisoformat(text).timestamp())
