"""Whether taking a lead needs somebody's approval, and whose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storage.records import Person, StoredLead, Subscription


@dataclass(frozen=True, slots=True)
class Needed:
    """Whom to ask; nobody where no approval is needed."""

    approvers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.approvers)


def needed(subscriptions: Sequence[Subscription], bound: set[str]) -> Needed:
    """The strictest subscription binds all copies: approval where one of ``bound`` asks for it.

    ``bound`` are the subscriptions that the lead alerted or that it matches now.
    """
    strict = [s for s in subscriptions if s.subscription in bound and s.approval]
    return Needed(tuple(dict.fromkeys(a for s in strict for a in s.approvers)))


def may_decide(person: Person, approvers: Sequence[str]) -> bool:
    """Whoever was asked may answer; an admin may too, so that no request is stuck with somebody who left."""
    return person.person in approvers or person.is_admin


def may_move(person: Person, lead: StoredLead, approvers: Sequence[str]) -> bool:
    """Take a lead away from its owner, or give it to another: the owner, its approvers, and admins."""
    return lead.owner in (None, person.person) or person.is_admin or person.person in approvers
