"""The leads that the stand-in holds, and finding a page of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Literal, TypedDict

Json = dict[str, Any]
Order = Literal["newest", "oldest", "shuffled"]


class Asked(TypedDict, total=False):
    """The arguments of ``getLeads`` that choose leads and their order."""

    sortBy: str
    sortDirection: str
    createdFrom: str
    createdTo: str
    propertyId: str
    propertyExternalId: str
    roomId: str
    bookingJourney: str
    stage: str
    studentId: str


def _created(lead: Json) -> str:
    return str(lead["createdAt"])


def _updated(lead: Json) -> str:
    return str(lead["updatedAt"])


def _shuffled(lead: Json) -> int:
    return hash((lead["hash"], 7))


_CHOOSERS: dict[str, Callable[[Json, str], bool]] = {
    "propertyId": lambda lead, wanted: lead["propertyId"] == wanted,
    "propertyExternalId": lambda lead, wanted: (lead["property"] or {}).get("externalId") == wanted,
    "roomId": lambda lead, wanted: lead["roomId"] == wanted,
    "bookingJourney": lambda lead, wanted: lead["bookingJourney"] == wanted,
    "stage": lambda lead, wanted: lead["stage"] == wanted,
    "studentId": lambda lead, wanted: str(lead["studentId"]) == wanted,
}


class LeadStore:
    """Leads by the time they came, and by reference."""

    def __init__(self, order: Order) -> None:
        self.order: Order = order
        """How leads come without ``sortBy``."""
        self.to_inclusive = True
        """Whether ``createdTo`` includes its day."""
        self.filters_days = True
        """Whether the days are heeded at all."""
        self.sorts = True
        """Where false, the sorting is accepted and passed over."""
        self.repeats = False
        """Every page is the first one."""
        self.student_text = False
        """``studentData`` is the JSON text of an object."""
        self.largest_page: int | None = None
        """A longer page is cut to this."""
        self.total: int | None = None
        """What ``pageInfo`` tells instead of the truth."""
        self.forbidden: set[str] = set()
        self._leads: list[Json] = []
        self._by_reference: dict[str, Json] = {}
        self._sorted: dict[str, list[Json]] = {}

    @property
    def leads(self) -> list[Json]:
        """All of them, oldest first: copies."""
        return [dict(lead) for lead in self._leads]

    def __contains__(self, reference: object) -> bool:
        return reference in self._by_reference

    def find(self, reference: str) -> Json | None:
        """A lead by its reference."""
        return self._by_reference.get(reference)

    def has_property(self, external: str) -> bool:
        """Whether a property of these leads has that id of the partner's own."""
        return any((lead["property"] or {}).get("externalId") == external for lead in self._leads)

    def add(self, lead: Json) -> None:
        """One more lead."""
        insort(self._leads, lead, key=_created)
        self._by_reference[lead["referenceId"]] = lead
        self._sorted.clear()

    def extend(self, leads: Iterable[Json]) -> None:
        """Many more leads."""
        fresh = list(leads)
        self._leads = sorted(self._leads + fresh, key=_created)
        self._by_reference.update((lead["referenceId"], lead) for lead in fresh)
        self._sorted.clear()

    def change(self, reference: str, fields: Json) -> Json:
        """New values of some fields. KeyError: unknown reference."""
        lead = self._by_reference[reference]
        lead.update(fields)
        self._leads.sort(key=_created)
        self._sorted.clear()
        return dict(lead)

    def remove(self, reference: str) -> None:
        """A lead goes. KeyError: unknown reference."""
        gone = self._by_reference.pop(reference)
        self._leads = [lead for lead in self._leads if lead is not gone]
        self._sorted.clear()

    def forbid(self, reference: str) -> None:
        """A lead whose details are another account's. KeyError: unknown reference."""
        if reference not in self._by_reference:
            raise KeyError(reference)
        self.forbidden.add(reference)

    def page(self, asked: Asked, number: int, size: int) -> tuple[int, list[Json]]:
        """How many leads there are of those asked for, and one page of them."""
        chosen = self._chosen(asked)
        start = 0 if self.repeats else (number - 1) * size
        if isinstance(chosen, range):  # a span of days in the order of the list: nothing is copied but the page
            low, high = chosen.start, chosen.stop
            if self.order == "oldest":
                return high - low, self._leads[min(low + start, high) : min(low + start + size, high)]
            end = max(high - start, low)
            return high - low, self._leads[max(end - size, low) : end][::-1]
        return len(chosen), list(chosen[start : start + size])

    def _chosen(self, asked: Asked) -> range | Sequence[Json]:
        low, high = self._span(asked)
        choosers = [(choose, str(asked[name])) for name, choose in _CHOOSERS.items() if name in asked]  # type: ignore[literal-required]
        sort = asked.get("sortBy") if self.sorts else None
        if not choosers and sort is None and self.order != "shuffled":
            return range(low, high)
        if low == 0 and high == len(self._leads) and not choosers:
            return self._in_order(sort, asked.get("sortDirection"))
        found = [x for x in self._leads[low:high] if all(choose(x, wanted) for choose, wanted in choosers)]
        return _ordered(found, sort, asked.get("sortDirection"), self.order)

    def _in_order(self, sort: str | None, direction: str | None) -> list[Json]:
        """All leads in an order, kept until one of them changes."""
        name = f"{sort} {direction} {self.order}"
        if name not in self._sorted:
            self._sorted[name] = _ordered(self._leads, sort, direction, self.order)
        return self._sorted[name]

    def _span(self, asked: Asked) -> tuple[int, int]:
        """Whole days, in UTC."""
        low, high = 0, len(self._leads)
        if not self.filters_days:
            return low, high
        if first := asked.get("createdFrom"):
            low = bisect_left(self._leads, first, key=_created)
        if last := asked.get("createdTo"):
            end = date.fromisoformat(last)
            if self.to_inclusive and end < date.max:
                end += timedelta(days=1)
            high = bisect_right(self._leads, end.isoformat(), key=_created)
        return low, max(low, high)


def _ordered(leads: Sequence[Json], sort: str | None, direction: str | None, order: Order) -> list[Json]:
    """Without a sorting in the list's own order; without a direction ascending."""
    if sort is None and order == "shuffled":
        return sorted(leads, key=_shuffled)
    backwards = order == "newest" if sort is None else direction == "DESCENDING"
    return sorted(leads, key=_updated if sort == "UPDATED_AT" else _created, reverse=backwards)
