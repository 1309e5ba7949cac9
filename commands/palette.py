"""The action palette: every action of every connection that somebody may run, searched by words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from providers.action import Action, Effect
from providers.provider import Provider
from storage.records import Connection, Person, StoredLead


@dataclass(frozen=True, slots=True)
class Entry:
    """One action of one connection."""

    connection: Connection
    provider: Provider
    action: Action[Any]

    @property
    def key(self) -> str:
        """As a select's option carries it."""
        return f"{self.connection.connection}:{self.action.name}"

    @property
    def label(self) -> str:
        """What people read and search."""
        return f"{self.action.title} · {self.connection.name}"


def entries(
    connections: Sequence[Connection], providers: Mapping[str, Provider], person: Person, *, on_lead: bool = False
) -> list[Entry]:
    """What somebody may run, in the order of the documents; ``on_lead``: only what acts on a lead."""
    return [
        Entry(connection, provider, action)
        for connection in connections
        if (provider := providers.get(connection.provider)) is not None
        for action in provider.actions
        if (person.is_admin or not action.for_admins) and (action.lead or not on_lead)
    ]


def search(found: Sequence[Entry], words: str, recents: Sequence[tuple[str, str]], limit: int) -> list[Entry]:
    """The entries in which every word begins a word; recent ones first, then those whose title fits best."""
    wanted = words.casefold().replace("-", " ").split()
    rank = {key: n for n, key in enumerate(recents)}
    scored = []
    for n, entry in enumerate(found):
        score = _score(entry, wanted)
        if score is not None:
            recent = rank.get((entry.connection.connection, entry.action.name), len(rank))
            scored.append((recent, -score, n, entry))
    scored.sort(key=lambda s: s[:3])
    return [s[3] for s in scored[:limit]]


def _score(entry: Entry, wanted: Sequence[str]) -> int | None:
    title = _words(entry.action.title)
    rest = _words(
        f"{entry.action.name.replace('-', ' ')} {entry.action.section} {entry.connection.name} {entry.provider.name}"
    )
    score = 0
    for word in wanted:
        if any(t.startswith(word) for t in title):
            score += 2
        elif any(t.startswith(word) for t in rest):
            score += 1
        else:
            return None
    return score


@lru_cache(maxsize=4096)  # connections come and go
def _words(text: str) -> tuple[str, ...]:
    """What may be typed to find a text: "e-mail" is found by "e-mail", "mail" and "email"."""
    folded = text.casefold()
    return (*folded.replace("-", " ").split(), *(word.replace("-", "") for word in folded.split() if "-" in word))


def may_run(action: Action[Any], person: Person, lead: StoredLead | None) -> bool:
    """Admins run everything; others what is not kept for admins, and change only leads that are theirs or nobody's."""
    if person.is_guest or (action.for_admins and not person.is_admin):
        return False
    if lead is None or person.is_admin:
        return True
    if lead.private and lead.owner != person.person:
        return False
    return action.effect is Effect.READ or lead.owner in (None, person.person)


def sees_results(action: Action[Any], person: Person, lead: StoredLead | None) -> bool:
    """Whether somebody sees contact data in what an action gives: of their own lead, and admins."""
    return person.is_admin or (lead is not None and lead.owner == person.person)
