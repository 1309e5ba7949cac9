"""Notes (section 5.7)."""

from __future__ import annotations

from typing import Any, Final

from providers.lofty.stand_in.account import Account, Call, Json, full_name
from providers.lofty.stand_in.records import record
from providers.lofty.stand_in.refusals import invalid, no_resource
from providers.lofty.stand_in.times import text_time

LONGEST: Final = 2000
"""Characters; what is longer is cut, and nobody is told."""
_EDITED, _DELETED = 17, 18


def add_note(account: Account, call: Call) -> Any:
    """Write a note on a lead."""
    lead = account.lead(call.body["leadId"])
    _check(call.body)
    note = write_note(account, lead, call.body["content"], pinned=call.body["isPin"])
    return account.created("noteId", note["noteId"])


def list_notes(account: Account, call: Call) -> Any:
    """All notes on a lead; those that Lofty wrote only where they are asked for."""
    lead = account.lead(call.query["leadId"])
    wanted = call.query.get("includeSystemNote", False)
    rows = [
        note
        for note in account.notes.values()
        if note["leadId"] == lead["leadId"] and (wanted or not note["systemNote"])
    ]
    return account.listed("notes", rows)


def get_note(account: Account, call: Call) -> Any:
    """One note."""
    return account.single("note", _note(account, call))


def edit_note(account: Account, call: Call) -> Any:
    """Change the text of a note and whether it is pinned. The answer is empty."""
    note = _note(account, call)
    _check(call.body)
    if call.body.get("leadId") not in (None, note["leadId"]):
        raise invalid("leadId", "INVALID_UPDATE_OPERATION_LEADID")
    note |= {
        "content": call.body["content"][:LONGEST],
        "isPin": call.body["isPin"],
        "lastUpdate": text_time(account.now()),
        "lastEditorId": account.me["memberUserId"],
        "lastEditorName": full_name(account.me),
    }
    account.happened(account.lead(note["leadId"]), _EDITED, {"noteId": note["noteId"]})


def delete_note(account: Account, call: Call) -> Any:
    """Delete a note. The answer is empty."""
    note = account.notes.get(call.path["noteId"])
    if note is None:
        raise no_resource("RESOURCE_NOT_EXIST")
    account.happened(account.lead(note["leadId"]), _DELETED, {"noteId": note["noteId"]})
    del account.notes[note["noteId"]]


def write_note(account: Account, lead: Json, content: str, *, pinned: bool = False, system: bool = False) -> Json:
    """A note on a lead; ``system``: one that Lofty itself writes."""
    at = text_time(account.now())
    note = record(
        "NoteResponse",
        id=account.ids.next("timeline"),
        noteId=account.ids.next("note"),
        leadId=lead["leadId"],
        content=content[:LONGEST],
        isPin=pinned,
        systemNote=system,
        deleteFlag=False,
        createTime=at,
        lastUpdate=at,
        creatorId=account.me["memberUserId"],
        creatorName=full_name(account.me),
        lastEditorId=account.me["memberUserId"],
        lastEditorName=full_name(account.me),
    )
    account.notes[note["noteId"]] = note
    return note


def _check(body: Json) -> None:
    if not body["content"].strip():
        raise invalid("content", "must not be blank")


def _note(account: Account, call: Call) -> Json:
    note = account.notes.get(call.path["noteId"])
    if note is None or not account.visible(note["noteId"]):
        raise no_resource("RESOURCE_NOT_EXIST")
    return note
