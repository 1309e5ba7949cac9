"""Notes on a lead (5.7)."""

from __future__ import annotations

from typing import Any

from providers.action import Action, delete, get, post, put
from providers.lead import Privacy
from providers.lofty.models.notes import AddNote, EditNote, Note, SearchNotes, WhichNote

SECTION = "Notes"

NOTES: tuple[Action[Any], ...] = (
    post("/v1.0/notes", "add-note", "Add a note", AddNote, gives=Note, lead="leadId", section=SECTION, source="5.7.1"),
    get(
        "/v1.0/notes",
        "notes",
        "Notes of a lead",
        SearchNotes,
        gives=Note,
        lead="leadId",
        section=SECTION,
        source="5.7.2",
    ),
    get("/v1.0/notes/{noteId}", "get-note", "One note", WhichNote, gives=Note, section=SECTION, source="5.7.3"),
    put(
        "/v1.0/notes/{noteId}",
        "edit-note",
        "Write a note anew",
        EditNote,
        lead="leadId",
        privacy=Privacy.PUBLIC,
        section=SECTION,
        source="5.7.4",
    ),
    delete(
        "/v1.0/notes/{noteId}",
        "delete-note",
        "Delete a note",
        WhichNote,
        privacy=Privacy.PUBLIC,
        section=SECTION,
        source="5.7.5",
    ),
)
