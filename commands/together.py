"""Two leads of one person are taken together, or kept apart."""

from __future__ import annotations

from commands import identity
from commands import sight as seeing
from commands.claim import take
from commands.verb import Answer, Desk, Done, Request, Say
from commands.views import sentences
from commands.views.card import Sight
from storage import audit, deliveries, same
from storage.database import Tx
from storage.records import Decision, StoredLead


class _Refused(Exception):
    """One of two leads could not be taken, so that none is."""

    def __init__(self, sentence: str) -> None:
        super().__init__("refused")
        self.sentence = sentence


def _pair(tx: Tx, desk: Desk, request: Request) -> tuple[Sight, StoredLead, Sight] | None:
    """The lead, and another one that still is the same person's; ``None`` where that is not so any more."""
    number, other = request.value.lead, request.value.other
    if number is None or other is None:
        return None
    seen = seeing.sight(tx, desk.providers, request.workspace, number, viewer=request.person)
    beside_it = seeing.sight(tx, desk.providers, request.workspace, other, viewer=request.person)
    if seen is None or beside_it is None:
        return None
    linked = identity.found(tx, desk.providers, seen.lead, request.person)
    one = next((o for o in linked if o.number == other), None)
    return (seen, one, beside_it) if one else None


def _decide(tx: Tx, desk: Desk, request: Request, seen: Sight, other: Sight, decision: Decision) -> None:
    now, by, workspace = desk.now(), request.person.person, request.workspace
    same.decide(tx, workspace, seen.lead.number, [other.lead.number], decision, by=by, now=now)
    for one, its_other in ((seen, other), (other, seen)):
        number = one.lead.number
        audit.note(tx, workspace, decision.value, actor=by, now=now, lead=number, ref=its_other.ref)
        deliveries.refresh(tx, workspace, desk.vault, number, now)
        line = {"what": decision.value, "by": by, "ref": its_other.ref}
        deliveries.line(tx, workspace, desk.vault, number, line, now)


async def take_together(desk: Desk, request: Request) -> Answer:
    """*Take together*: both leads get one owner, whoever has one of them already, else whoever pressed. The rules of
    claiming and approval hold for each."""
    now, by = desk.now(), request.person

    def together(tx: Tx) -> Answer:
        pair = _pair(tx, desk, request)
        if pair is None:
            return Say(sentences.no_longer_same("The other one"))
        seen, _, other = pair
        owner = other.lead.owner or seen.lead.owner or by.person
        for one in (seen, other):
            if one.lead.owner == owner:
                continue
            claiming = one.lead.owner is None and owner == by.person
            outcome = take(tx, desk, by, one.lead.number, owner, now, claiming=claiming)
            if not outcome.happened:
                raise _Refused(outcome.say or sentences.stale())
            if outcome.say:  # it was asked for: it is decided here, and taken when somebody approves
                _decide(tx, desk, request, seen, other, Decision.TOGETHER)
                return Say(outcome.say)
        _decide(tx, desk, request, seen, other, Decision.TOGETHER)
        names = seeing.names(tx, request.workspace, (owner,))
        return Done() if owner == by.person else Say(sentences.taken_together(seen.ref, other.ref, names[owner]))

    try:
        answer = await desk.database.write(together)
    except _Refused as refused:
        return Say(refused.sentence)
    desk.wake()
    return answer


async def keep_apart(desk: Desk, request: Request) -> Answer:
    """*Keep both*: each stays whose it is, and nobody is asked again."""

    def apart(tx: Tx) -> Answer:
        pair = _pair(tx, desk, request)
        if pair is None:
            return Say(sentences.no_longer_same("The other one"))
        seen, _, other = pair
        _decide(tx, desk, request, seen, other, Decision.APART)
        return Done()

    answer = await desk.database.write(apart)
    desk.wake()
    return answer
