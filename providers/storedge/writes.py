"""What the desk does to a lead, told to storEDGE: notes, that the customer was contacted and how they will be next, and
that it was closed. All of it is a change of the lead ("update only").

There are no owners in this API: ``current_user`` is read only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from providers.errors import FieldError, Rejected, Unavailable
from providers.http import Api
from providers.provider import Doing, Keeps, WriteBack
from providers.storedge.actions import change
from providers.storedge.answers import Record, moment, records, text, whole
from providers.storedge.arrival import BACK
from providers.storedge.facilities import chosen, path
from providers.storedge.pages import one
from providers.storedge.settings import setting

LONGEST_NOTE = 5000
_HOW: Final[Mapping[str, str]] = {
    "call": "Called the customer.",
    "email": "Wrote the customer an e-mail.",
    "text": "Texted the customer.",
}


def _refuse(sentence: str, field: str | None = None) -> Rejected:
    return Rejected((FieldError(sentence, field),))


def _noted(said: str) -> dict[str, Any]:
    return {"notes_attributes": [{"note": said[:LONGEST_NOTE]}]}


# --------------------------------------------------------------------------------------------- notes


async def add_note(api: Api, doing: Doing) -> None:
    """Add a note."""
    said = doing.text.strip()
    if not said:
        raise _refuse("There is nothing in this note.", "note")
    facility = chosen(api, doing.lookup)
    await change(api, facility, doing.lead, {"lead": _noted(said)}, repeatable=False)


async def note_arrived(api: Api, doing: Doing) -> bool:
    """Whether it is among the lead's notes. Raises Rejected where the lead does not show any: nobody can tell then."""
    lead = await one(api, chosen(api, doing.lookup), doing.lead)
    return _has_note(lead, doing, doing.text)


def _has_note(lead: Record, doing: Doing, said: str) -> bool:
    if not isinstance(lead.get("notes"), list):
        raise _refuse("storEDGE does not show the notes of this lead.", "note")
    wanted = _tidy(said[:LONGEST_NOTE])
    for note in records(lead["notes"]):
        at = moment(note.get("created_at"))
        if _tidy(text(note.get("note")) or "") == wanted and (at is None or at >= doing.at - BACK):
            return True
    return False


def _tidy(said: str) -> str:
    return " ".join(said.split())


# ------------------------------------------------------------------------------------------- contact


async def log_contact(api: Api, doing: Doing) -> None:
    """Tell that the customer was called, written to or texted, the how manieth time that was, and what comes next."""
    if doing.how not in _HOW:
        raise _refuse("storEDGE keeps calls, e-mails and texts.", "lead_action_performed")
    facility = chosen(api, doing.lookup)
    try:
        lead = await one(api, facility, doing.lead)
    except Unavailable as failure:  # only reading failed: nothing was sent yet
        raise Unavailable(failure.reason, failure.retry_after) from None
    body: dict[str, Any] = {
        "lead_action_performed": doing.how,
        "lead_action_performed_index": index_of(lead, doing.how),
        **_noted(said_of(doing)),
    }
    if doing.following in _HOW:
        body["next_lead_action"] = doing.following
    await change(api, facility, doing.lead, {"lead": body}, repeatable=False)


def said_of(doing: Doing) -> str:
    """What is written down of a contact."""
    return doing.text.strip() or _HOW[doing.how]


def performed(lead: Mapping[str, Any], how: str) -> int:
    """How often the customer was contacted so, as far as the lead shows it."""
    done = lead.get("lead_action_indexes")
    held = done.get(how) if isinstance(done, dict) else None
    if isinstance(held, list):
        return max((n for one in held if (n := whole(one)) is not None), default=len(held))
    return whole(held) or 0


def index_of(lead: Mapping[str, Any], how: str) -> int:
    """The number of the contact that was just made: "if this was the second call a 2 would be used"."""
    planned = whole(lead.get("next_lead_action_index")) if lead.get("next_lead_action") == how else None
    return max(performed(lead, how) + 1, planned or 1)


async def contact_arrived(api: Api, doing: Doing) -> bool:
    """Whether what was said is among the lead's notes; it was sent together with the contact."""
    lead = await one(api, chosen(api, doing.lookup), doing.lead)
    return _has_note(lead, doing, said_of(doing))


# --------------------------------------------------------------------------------------------- closing


async def close(api: Api, doing: Doing) -> None:
    """Close a lead with a reason and a note: by changing it, or by DELETE where the settings say so."""
    if not doing.reason:
        raise _refuse("storEDGE closes a lead with a reason; choose one.", "close_reason_id")
    facility = chosen(api, doing.lookup)
    said = doing.text.strip()
    body = {"lead": {"close_reason_id": doing.reason, **(_noted(said) if said else {})}}
    if setting(api.settings, "closes_by") == "DELETE":
        await api.send("DELETE", path(facility, "leads", doing.lead), body, repeatable=False)
    else:
        await change(api, facility, doing.lead, body, repeatable=not said)


async def closed(api: Api, doing: Doing) -> bool:
    """Whether the lead is closed there, for this reason where one is shown."""
    lead = await one(api, chosen(api, doing.lookup), doing.lead)
    shown = records(lead.get("close_reason"))
    reason = text(lead.get("close_reason_id")) or (text(shown[0].get("id")) if shown else None)
    return reason == doing.reason if reason else lead.get("closed") is True


WRITES: Mapping[Keeps, WriteBack] = {
    Keeps.NOTE: WriteBack(send=add_note, arrived=note_arrived),
    Keeps.CONTACT: WriteBack(send=log_contact, arrived=contact_arrived),
    Keeps.CLOSE: WriteBack(send=close, arrived=closed),
}
