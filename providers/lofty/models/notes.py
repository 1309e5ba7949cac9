"""Notes on a lead (5.7)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from providers.action import Long
from providers.lead import Privacy
from providers.lofty.models.wire import Asks, Contact, Flag, Gives, LeadId, Number, OfLead, OfMember, Text, Time

Content = Annotated[str, Field(min_length=1, max_length=2000), Long(), Privacy.CONTACT]
"""What is longer than 2,000 characters Lofty cuts off silently, so it is refused here."""


class AddNote(Asks):
    """A new note (6.57, NoteRequest)."""

    leadId: LeadId = Field(title="Lead")
    content: Content = Field(title="Note")
    isPin: bool = Field(default=False, title="Pin it", description="Keep it at the top of the lead's timeline")


class SearchNotes(Asks):
    """Which notes."""

    leadId: LeadId = Field(title="Lead")
    includeSystemNote: bool | None = Field(
        default=None, title="System notes", description="With those that Lofty wrote by itself"
    )


class WhichNote(Asks):
    """One note."""

    noteId: int = Field(ge=1, title="Note (number)")


class EditNote(Asks):
    """A note written anew (6.57, NoteRequest)."""

    noteId: int = Field(ge=1, title="Note (number)")
    content: Content = Field(title="Note")
    isPin: bool = Field(default=False, title="Pin it", description="Not ticked, the note is no longer pinned")
    leadId: LeadId | None = Field(
        default=None, title="Lead", description="Not needed; it must be the lead that the note is on"
    )


class Note(Gives):
    """A note (6.58, NoteResponse). ``id`` is its place in the timeline; ``noteId`` is what other calls take."""

    content: Contact = Field(default=None, title="Note")
    createTime: Time = Field(default=None, title="Written")
    creatorName: Text = Field(default=None, title="By")
    isPin: Flag = Field(default=None, title="Pinned")
    leadId: OfLead = Field(default=None, title="Lead")
    noteId: Number = Field(default=None, title="Note (number)")
    creatorId: OfMember = None
    lastEditorId: OfMember = None
    lastEditorName: Text = None
    lastUpdate: Time = None
    systemNote: Flag = None
    deleteFlag: Flag = None
    id: Number = None
