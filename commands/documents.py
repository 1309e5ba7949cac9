"""Documents of leads: on request, to the lead's owner alone, by direct message, and gone from Slack after a day."""

from __future__ import annotations

from datetime import timedelta

from commands.palette import Entry
from commands.verb import Desk, Hand, Request, Show
from commands.views import doing, sentences
from providers.download import Download
from storage import audit, people
from storage.database import Tx
from storage.records import StoredLead

KEPT = timedelta(hours=24)
"""In Slack."""


async def refusal(desk: Desk, request: Request, lead: StoredLead | None, owner: str | None) -> str | None:
    """Why this person does not get a lead's document; ``None`` where they do. ``owner`` is the owner's name."""
    if not await desk.database.read(lambda tx: people.documents_allowed(tx, request.workspace)):
        return sentences.documents_off()
    if lead is None:
        return sentences.documents_of_leads()
    if lead.owner != request.person.person:
        return sentences.documents_for_owner(owner)
    return None


async def hand(desk: Desk, request: Request, entry: Entry, lead: StoredLead, document: Download) -> Hand:
    """Send it, and write down that it was sent."""
    now = desk.now()
    ref = f"{entry.provider.prefix}-{lead.number}"

    def document_sent(tx: Tx) -> None:
        audit.note(tx, request.workspace, "sent-document", actor=request.person.person, now=now, lead=lead.number)

    await desk.database.write(document_sent)
    shown = Show(doing.document_sent(entry.action.title))
    comment = sentences.document_of(ref)
    return Hand(document.name, document, comment, shown, lead=lead.number, until=now + KEPT)
