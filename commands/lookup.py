"""Ids by name, from local data only: the desk's own leads, and what was learned of a lead system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from commands import sight as seeing
from commands.desk.visibility import public_name
from providers.provider import Provider
from storage import known, leads
from storage.database import Tx
from storage.filters import Every, Frame, From, Text, fold
from storage.records import Connection, Person, StoredLead


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
        asked = lead.subject or lead.place
        return f"{self._provider.prefix}-{lead.number} · {public_name(lead)}{f' · {asked}' if asked else ''}"
