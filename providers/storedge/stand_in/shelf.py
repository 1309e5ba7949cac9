"""The leads of one facility: by time, by id, and when each was changed last."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from providers.storedge.stand_in.inventory import Facility, Json
from providers.storedge.stand_in.sample import draw

Order = Literal["newest", "oldest", "id"]
DOCUMENTED: Final = frozenset(("page", "per_page", "created_after", "created_before", "updated_since", "only_ids"))


@dataclass(slots=True)
class Entry:
    """A lead: drawn when it is needed, until it is changed."""

    at: datetime
    id: str
    updated: datetime
    number: int
    data: Json | None = None


class Shelf:
    """A facility's leads, oldest first."""

    def __init__(self, facility: Facility) -> None:
        self.facility = facility
        self._entries: list[Entry] = []
        self._by_id: dict[str, Entry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: Entry) -> None:
        """Put one where its time belongs."""
        insort(self._entries, entry, key=lambda e: e.at)
        self._by_id[entry.id] = entry

    def extend(self, entries: Sequence[Entry]) -> None:
        """Put many."""
        self._entries = sorted([*self._entries, *entries], key=lambda e: e.at)
        self._by_id.update((e.id, e) for e in entries)

    def remove(self, lead_id: str) -> None:
        """It is gone."""
        self._entries.remove(self._by_id.pop(lead_id))

    def entry(self, lead_id: str) -> Entry | None:
        """The lead of that id."""
        return self._by_id.get(lead_id)

    def data(self, entry: Entry) -> Json:
        """The lead in the API's shape."""
        return entry.data if entry.data is not None else draw(entry.number, entry.at, self.facility)

    def all(self) -> list[Json]:
        """Every lead, oldest first."""
        return [self.data(e) for e in self._entries]

    def find(
        self,
        *,
        after: datetime | None,
        before: datetime | None,
        changed: datetime | None,
        ids: frozenset[str] | None,
        order: Order,
    ) -> Sequence[Entry]:
        """Those that a query asks for."""
        start = bisect_left(self._entries, after, key=_at) if after else 0
        end = bisect_right(self._entries, before, key=_at) if before else len(self._entries)
        found: Sequence[Entry] = self._entries if (start, end) == (0, len(self._entries)) else self._entries[start:end]
        if changed is not None:
            found = [e for e in found if e.updated >= changed]
        if ids is not None:
            found = [e for e in found if e.id in ids]
        if order == "id":
            return sorted(found, key=lambda e: e.id)
        return found if order == "oldest" else _Reversed(found)


def _at(entry: Entry) -> Any:
    return entry.at


class _Reversed(Sequence[Entry]):
    """Newest first, without copying a hundred thousand."""

    def __init__(self, of: Sequence[Entry]) -> None:
        self._of = of

    def __len__(self) -> int:
        return len(self._of)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            start, stop, _ = at.indices(len(self._of))
            return [self._of[len(self._of) - 1 - n] for n in range(start, stop)]
        return self._of[len(self._of) - 1 - at]
