"""*Try again* and *It arrived*: what a lead system refused, or of which nobody knows whether it arrived."""

from __future__ import annotations

from commands import sight as seeing
from commands.desk.approval import may_move
from commands.verb import Answer, Desk, Done, Request, Say
from commands.views import sentences
from storage import audit, deliveries, leads, writes
from storage.database import Tx
from storage.filters import Frame


async def again(desk: Desk, request: Request) -> Answer:
    """*Try again*."""
    return await _decide(desk, request, retry=True)


async def arrived(desk: Desk, request: Request) -> Answer:
    """*It arrived*: somebody looked there."""
    return await _decide(desk, request, retry=False)


async def _decide(desk: Desk, request: Request, *, retry: bool) -> Answer:
    if (write_id := request.value.row) is None:
        return Say(sentences.stale())
    now, by, workspace = desk.now(), request.person, request.workspace

    def decide_stuck(tx: Tx) -> str | None:
        write = writes.get(tx, workspace, write_id)
        lead = leads.get(tx, workspace, write.lead) if write else None
        if write is None or lead is None:
            return sentences.stale()
        needed = seeing.needed(tx, desk.providers, lead, Frame(now))
        if by.person != write.by and not may_move(by, lead, needed.approvers):
            names = seeing.names(tx, workspace, (write.by,))
            return sentences.not_yours_to_tell(names.get(write.by, "Somebody"))
        change = writes.again if retry else writes.has_arrived
        if not change(tx, workspace, write_id, now):
            return sentences.told_already()
        word = "told-again" if retry else "told-arrived"
        audit.note(tx, workspace, word, actor=by.person, now=now, lead=lead.number, keeps=write.keeps)
        deliveries.refresh(tx, workspace, desk.vault, lead.number, now)
        return None

    said = await desk.database.write(decide_stuck)
    desk.wake()
    return Say(said) if said else Done()
