"""What must hold after a soak run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tests.faults.process import Street


@dataclass(frozen=True)
class Seen:
    """What is left of a run: leads by KPro's id, cards by it, owners and hand-over messages by our number."""

    arrived: int
    ids: frozenset[int]
    cards: Counter[int]
    owners: dict[int, str]
    owners_ever: dict[int, set[str]]
    handovers: Counter[int]
    problems: tuple[str, ...]

    @classmethod
    def of(cls, street: Street, owners_ever: dict[int, set[str]]) -> Seen:
        """Look at Slack, KPro and the database."""
        owned = dict(street.rows("SELECT number, owner FROM leads WHERE owner IS NOT NULL"))
        handed = street.rows(
            "SELECT ml.lead, m.posted_in, m.ts FROM messages m JOIN message_leads ml "
            "ON ml.workspace = m.workspace AND ml.message = m.message WHERE m.kind = 'handover'"
        )
        return cls(
            arrived=len(street.kpro.leads),
            ids=frozenset(lead["id"] for lead in street.kpro.leads),
            cards=street.alerted(),
            owners=owned,
            owners_ever=owners_ever,
            handovers=Counter(lead for lead, _place, _ts in handed),
            problems=tuple(street.slack.problems),
        )


def violations(seen: Seen) -> list[str]:
    """Every rule that was broken, one sentence each."""
    found = [f"lead {lead} has no card" for lead in sorted(seen.ids - seen.cards.keys())]
    found += [f"lead {lead} has {n} cards" for lead, n in sorted(seen.cards.items()) if n > 1]
    found += [f"a card shows lead {lead}, which never arrived" for lead in sorted(seen.cards.keys() - seen.ids)]
    found += [f"lead {n} changed hands: {sorted(who)}" for n, who in sorted(seen.owners_ever.items()) if len(who) > 1]
    for number in sorted(seen.owners):
        if seen.handovers[number] != 1:
            found.append(f"the owner of lead {number} was told {seen.handovers[number]} times")
    return found + [f"Slack would have refused: {problem}" for problem in seen.problems]
