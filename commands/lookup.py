"""Ids by name, from local data only: the desk's own leads, and what was learned of a lead system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from commands import sight as seeing
from commands.desk.visibility import public_name
from providers.provider import Provider
from storage import connections, known, leads
from storage.database import Tx
from storage.filters import Every, Filter, Frame, From, Not, Owned, Shared, Text, fold
from storage.records import Connection, Person, StoredLead


def of_desk(
    tx: Tx, providers: Mapping[str, Provider], person: Person, words: str, now: datetime, limit: int
) -> list[tuple[str, str]]:
    """(number, name) of leads of all connections that fit the words and that this person may know of: a reference
    exactly, else the person's own first, and of each the newest first."""
    workspace = person.workspace
    prefixes = {c.connection: providers[c.provider].prefix for c in connections.every(tx, workspace)}
    number = seeing.number(words)
    exact = leads.get(tx, workspace, number) if number is not None else None
    fits = tuple(Text(fold(w)) for w in words.split()[:5])
    visible: tuple[Filter, ...] = () if person.is_admin else (Shared(),)
    frame = Frame(now, person.person)
    found = [exact] if exact and seeing.visible(tx, exact, person) else []
    for owned in (Owned("me"), Not(Owned("me"))):
        if len(found) < limit:
            found += leads.find(tx, workspace, Every((owned, *fits, *visible)), frame, limit=limit - len(found))
    unique = {lead.number: lead for lead in found if lead.connection in prefixes}
    return [(str(n), named(lead, prefixes[lead.connection])) for n, lead in unique.items()][:limit]


def named(lead: StoredLead, prefix: str) -> str:
    """A lead as a select offers it: public facts only."""
    asked = lead.subject or lead.place
    return f"{prefix}-{lead.number} · {public_name(lead)}{f' · {asked}' if asked else ''}"


class Local:
    """A connection's names, for one person, inside one transaction."""

    def __init__(
        self, tx: Tx, providers: Mapping[str, Provider], connection: Connection, person: Person, now: datetime
    ) -> None:
        self._tx = tx
        self._provider = providers[connection.provider]
        self._connection = connection
        self._person = person
        self._now = now

    def search(self, kind: str, words: str, limit: int) -> Sequence[tuple[str, str]]:
        """(id, name) of those whose name fits, best first."""
        if kind == "lead":
            return [(found.external_id, self._lead(found)) for found in self._leads(words, limit)]
        held = known.search(self._tx, self._connection.workspace, self._connection.connection, kind, words, limit=limit)
        return [(k.id, k.name) for k in held]

    def named(self, kind: str, ids: Sequence[str]) -> dict[str, str]:
        """The names of these ids, where they are known."""
        workspace, connection = self._connection.workspace, self._connection.connection
        if kind == "lead":
            held = (leads.by_external_id(self._tx, workspace, connection, i) for i in ids)
            return {lead.external_id: self._lead(lead) for lead in held if lead and self._may_know(lead)}
        return known.names_of(self._tx, workspace, connection, kind, ids)

    def _leads(self, words: str, limit: int) -> list[StoredLead]:
        workspace, connection = self._connection.workspace, self._connection.connection
        number = seeing.number(words)
        exact = leads.get(self._tx, workspace, number) if number is not None else None
        if exact and exact.connection == connection and self._may_know(exact):
            return [exact]
        wanted = Every((From((connection,)), *(Text(fold(w)) for w in words.split()[:5])))
        frame = Frame(self._now, self._person.person)
        return [x for x in leads.find(self._tx, workspace, wanted, frame, limit=limit) if self._may_know(x)]

    def _may_know(self, lead: StoredLead) -> bool:
        return not lead.private or self._person.is_admin or lead.owner == self._person.person

    def _lead(self, lead: StoredLead) -> str:
        return named(lead, self._provider.prefix)
