"""Claim, assign, release: whose a lead is. The first wins; the loser is told who and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from commands import identity, telling, welcome
from commands import sight as seeing
from commands.desk.approval import may_decide, may_move
from commands.forms.fields import Ask
from commands.forms.read import Invalid, as_model
from commands.verb import Answer, Desk, Done, Faults, Request, Say, Show
from commands.views import sentences, working
from commands.views.card import Sight
from storage import audit, deliveries, homes, ownership, people
from storage.choices import once, undo
from storage.database import Tx
from storage.filters import Frame
from storage.records import Approval, Person, StoredLead


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: a sentence for whoever asked, or nothing where the card says it all."""

    say: str | None = None
    happened: bool = False


def take(tx: Tx, desk: Desk, by: Person, lead_number: int, person: str, now: datetime, *, claiming: bool) -> Outcome:
    """``person`` is to own the lead because ``by`` wants so: done, asked for, or too late.

    ``claiming``: only a lead that nobody has; otherwise it may be taken from its owner by those who may.

    Everything is decided by conditional writes inside the caller's transaction.
    """
    workspace = by.workspace
    seen = seeing.sight(tx, desk.providers, workspace, lead_number, viewer=by)
    if seen is None:
        return Outcome(sentences.gone())
    lead, name = seen.lead, seeing.names(tx, workspace, (by.person, person, seen.lead.owner))
    if lead.owner == person:
        mine = person == by.person
        return Outcome(sentences.yours_already(seen.ref) if mine else sentences.has_it_already(name[person]))
    if seen.held_there and (claiming or not by.is_admin):
        return Outcome(sentences.held_there(seen.ref, lead.holder_name or "", seen.provider.name))
    needed = seeing.needed(tx, desk.providers, lead, Frame(now))
    if lead.owner is not None and (claiming or not may_move(by, lead, needed.approvers)):
        return Outcome(sentences.claimed_before(seen.ref, name.get(lead.owner, "Somebody"), lead.owned_at))
    if seen.waiting and not may_decide(by, seen.waiting.approvers):
        return Outcome(_waits(tx, seen, by))
    if needed and not may_decide(by, needed.approvers):
        return _ask(tx, desk, by, seen, person, needed.approvers, now)
    if not ownership.own(tx, workspace, lead_number, person=person, by=by.person, instead_of=lead.owner, now=now):
        return Outcome(sentences.stale())
    if seen.waiting:
        ownership.decide(tx, workspace, seen.waiting.request, state="overtaken", by=by.person, now=now)
        ended(tx, desk, seen.waiting, besides={by.person, person}, now=now)
    owned(tx, desk, lead, person=person, by=by.person, now=now)
    return Outcome(happened=True)


def owned(tx: Tx, desk: Desk, lead: StoredLead, *, person: str, by: str, now: datetime, what: str = "") -> None:
    """What follows from a new owner: the trail, the cards, the thread, one direct message with contact data, and
    that the lead system is told."""
    workspace, vault = lead.workspace, desk.vault
    waited = (now - lead.arrived_at).total_seconds()
    word = what or ("claimed" if person == by else "assigned")
    audit.note(tx, workspace, word, actor=by, now=now, lead=lead.number, person=person, waited=waited)
    identity.redraw(tx, desk, lead, now)
    line = {"what": word, "person": person, "by": by, "waited": waited}
    deliveries.line(tx, workspace, vault, lead.number, line, now)
    deliveries.post(tx, workspace, vault, kind="handover", to=person, now=now, leads=[lead.number], subject=person)
    telling.owner(tx, desk, lead, person, by=by, now=now)
    if people.tried(tx, workspace, now):
        homes.concern_admins(tx, workspace)
        welcome.steps_changed(tx, desk, workspace, now)


def ended(tx: Tx, desk: Desk, request: Approval, *, besides: set[str], now: datetime) -> None:
    """A request ended otherwise than by its approval: who waited for it is told, but not ``besides``."""
    for told in sorted({request.person, request.asked_by} - besides):
        deliveries.post(
            tx,
            request.workspace,
            desk.vault,
            kind="rejection",
            to=told,
            now=now,
            leads=[request.lead],
            subject=request.request,
        )


def _waits(tx: Tx, seen: Sight, by: Person) -> str:
    waiting = seen.waiting
    if waiting is None:
        return sentences.stale()
    name = seeing.names(tx, by.workspace, (waiting.asked_by, *waiting.approvers))
    asker = "You" if waiting.asked_by == by.person else name[waiting.asked_by]
    return sentences.waits_already(seen.ref, asker, [name[a] for a in waiting.approvers])


def _ask(
    tx: Tx, desk: Desk, by: Person, seen: Sight, person: str, approvers: tuple[str, ...], now: datetime
) -> Outcome:
    workspace, lead = by.workspace, seen.lead
    request = ownership.ask(tx, workspace, lead.number, person=person, by=by.person, approvers=approvers, now=now)
    if request is None:
        return Outcome(_waits(tx, seen, by))
    audit.note(tx, workspace, "asked", actor=by.person, now=now, lead=lead.number, person=person)
    deliveries.refresh(tx, workspace, desk.vault, lead.number, now)
    line = {"what": "asked", "person": person, "by": by.person}
    deliveries.line(tx, workspace, desk.vault, lead.number, line, now)
    for approver in approvers:
        deliveries.post(
            tx, workspace, desk.vault, kind="ask", to=approver, now=now, leads=[lead.number], subject=request
        )
    names = seeing.names(tx, workspace, approvers)
    return Outcome(sentences.asked(seen.ref, [names[a] for a in approvers]), happened=True)


def _answer(desk: Desk, outcome: Outcome) -> Answer:
    if outcome.happened:
        desk.wake()
    return Say(outcome.say) if outcome.say else Done()


async def claim(desk: Desk, request: Request) -> Answer:
    """The card's *Claim*."""
    lead_number = request.value.lead
    if lead_number is None:
        return Say(sentences.stale())
    now = desk.now()

    def claim_lead(tx: Tx) -> Outcome:
        return take(tx, desk, request.person, lead_number, request.person.person, now, claiming=True)

    return _answer(desk, await desk.database.write(claim_lead))


async def claim_words(desk: Desk, request: Request) -> Answer:
    """``/leads claim KP-1042``."""
    lead_number = seeing.number(request.text)
    if lead_number is None:
        return Say(sentences.no_such_lead(request.text or "without a reference"))
    now = desk.now()

    def claim_lead(tx: Tx) -> Outcome:
        seen = seeing.sight(tx, desk.providers, request.workspace, lead_number, viewer=request.person)
        if seen is None:
            return Outcome(sentences.no_such_lead(request.text))
        outcome = take(tx, desk, request.person, lead_number, request.person.person, now, claiming=True)
        return outcome if outcome.say else Outcome(sentences.claimed_by_words(seen.ref), happened=True)

    return _answer(desk, await desk.database.write(claim_lead))


# ------------------------------------------------------------------------------------------ assigning


class Assign(BaseModel):
    """Who is to have the lead."""

    person: Annotated[str, Ask.PERSON] = Field(title="Who takes it?")


async def assign(desk: Desk, request: Request) -> Answer:
    """The card's *Assign…*: a modal."""
    lead_number = request.value.lead
    if lead_number is None:
        return Say(sentences.stale())
    seen = await desk.database.read(
        lambda tx: seeing.sight(tx, desk.providers, request.workspace, lead_number, viewer=request.person)
    )
    if seen is None:
        return Say(sentences.gone())
    return Show(working.assign(Assign, seen))


async def assigned(desk: Desk, request: Request) -> Answer:
    """The assign modal, sent."""
    submitted = request.submitted
    if submitted is None or (lead_number := submitted.meta.lead) is None:
        return Say(sentences.stale())
    try:
        chosen = as_model(Assign, submitted.state).person
    except Invalid as invalid:
        return Faults(invalid.errors)
    person = await desk.directory.person(request.workspace, chosen)
    if person.is_bot or person.is_guest:
        return Faults({"person": sentences.members_take()})
    now = desk.now()

    def assign_lead(tx: Tx) -> Outcome:
        if not once(tx, request.workspace, f"view:{submitted.view_id}", now):
            return Outcome()
        outcome = take(tx, desk, request.person, lead_number, chosen, now, claiming=False)
        if not outcome.happened:
            undo(tx, request.workspace, f"view:{submitted.view_id}")
        return outcome

    outcome = await desk.database.write(assign_lead)
    if outcome.say and not outcome.happened:
        return Faults({"person": outcome.say})
    answer = _answer(desk, outcome)
    if isinstance(answer, Say):  # it was asked for: no error, so not below the input
        return Show(working.asked(answer.text))
    return answer


# ------------------------------------------------------------------------------------------ releasing


async def release(desk: Desk, request: Request) -> Answer:
    """*Release*: the lead is free again; or the request for it is withdrawn."""
    lead_number = request.value.lead
    if lead_number is None:
        return Say(sentences.stale())
    now, by, workspace = desk.now(), request.person, request.workspace

    def release_lead(tx: Tx) -> Outcome:
        seen = seeing.sight(tx, desk.providers, workspace, lead_number, viewer=by)
        if seen is None:
            return Outcome(sentences.gone())
        needed = seeing.needed(tx, desk.providers, seen.lead, Frame(now))
        waiting, owner = seen.waiting, seen.lead.owner
        if waiting:
            if by.person not in (waiting.asked_by, waiting.person) and not may_decide(by, waiting.approvers):
                return Outcome(_waits(tx, seen, by))
            ownership.decide(tx, workspace, waiting.request, state="withdrawn", by=by.person, now=now)
            ended(tx, desk, waiting, besides={by.person}, now=now)
            word = "withdrawn"
        elif owner is None:
            return Outcome(sentences.not_owner(seen.ref, None))
        elif not may_move(by, seen.lead, needed.approvers):
            return Outcome(sentences.not_owner(seen.ref, seeing.names(tx, workspace, (owner,))[owner]))
        else:
            ownership.release(tx, workspace, lead_number, owner=owner)
            telling.owner(tx, desk, seen.lead, None, by=by.person, now=now)
            word = "released"
        audit.note(tx, workspace, word, actor=by.person, now=now, lead=lead_number)
        identity.redraw(tx, desk, seen.lead, now)
        deliveries.line(tx, workspace, desk.vault, lead_number, {"what": word, "by": by.person}, now)
        return Outcome(happened=True)

    return _answer(desk, await desk.database.write(release_lead))
