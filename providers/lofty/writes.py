"""What the desk does to a lead, told to Lofty: its owner, its stage, notes, and that the customer was contacted.

Sources: Lofty API, 5.5.10 (edit), 5.5.14 (assign), 5.7 (notes), 5.16 (log types); https://developer.lofty.com.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from providers.errors import FieldError, Rejected, UnexpectedResponse
from providers.http import Api
from providers.lofty.mapping import content, moment, number, text
from providers.lofty.names import members
from providers.lofty.pages import LEADS
from providers.paging import items_of
from providers.provider import Doing, Keeps, WriteBack

NOTES: Final = "/v1.0/notes"
LOG_TYPES: Final = "/v1.0/logType"
LONGEST_NOTE = 2000
"""Lofty silently cuts a longer one."""
LONGEST_LOG = 5000
LONGEST_PHONE = 20
LONGEST_STAGE = 19
""" "Less than 20 characters"."""
LOOKS = (0.0, 1.0, 2.0)
"""Seconds before each look whether a change is there: Lofty carries some out a moment later."""
SKEW = timedelta(minutes=2)
"""How far Lofty's clock may be behind ours."""
LOG_PAGE = 1000
_HOW: Final[Mapping[str, tuple[str, str]]] = {
    "call": ("logCall", "Called the customer."),
    "email": ("logEmail", "Wrote the customer an e-mail."),
    "text": ("logText", "Texted the customer."),
}


def _refuse(sentence: str, field: str | None = None) -> Rejected:
    return Rejected((FieldError(sentence, field),))


def _id(doing: Doing) -> int:
    if not doing.lead.isdecimal():
        raise _refuse("Lofty's leads have numbers; this one has none.", "leadId")
    return int(doing.lead)


async def _lead(api: Api, lead: int) -> dict[str, Any]:
    found = content(await api.get(f"{LEADS}/{lead}"))
    if found is None:
        raise UnexpectedResponse("the answer holds no lead")
    return found


# --------------------------------------------------------------------------------------------- owner


async def assign(api: Api, doing: Doing) -> None:
    """Give the lead to a member (5.5.14), and look whether they have it: which spelling of ``assignee`` is read is
    not certain, and the other one is passed over without a word."""
    lead = _id(doing)
    if doing.member is None:
        raise _refuse("Lofty has no way to take an owner away; give the lead to somebody else, or change it in Lofty.")
    account = doing.facts.get("member_email") or await _account(api, doing.member)
    spelling = getattr(api.settings, "assignee_field", "assignee")
    names = ("assignee", "assiginee") if spelling == "both" else (spelling,)
    body = [{"role": "Agent", **dict.fromkeys(names, account)}]
    await api.send("POST", f"{LEADS}/{lead}/assignment", body, repeatable=True)
    if not await _becomes(api, lead, lambda found: str(number(found.get("assignedUserId"))) == doing.member):
        raise _refuse(
            "Lofty took the assignment, but the lead is still somebody else's there. If this happens every time, an "
            "admin can change “How the assignee is written” with Reconnect."
        )


async def _account(api: Api, member: str) -> str:
    """What a member signs in with: Lofty takes that, and no number."""
    found = next((m for m in await members(api) if m.id == member), None)
    if found is None or not found.email:
        raise _refuse("Lofty's list of members has no e-mail address for that person.")
    return found.email


async def _becomes(api: Api, lead: int, wanted: Any) -> bool:
    """Whether the lead is as wanted, now or in a moment."""
    for pause in LOOKS:
        if pause:
            await api.sleep(pause)
        if wanted(await _lead(api, lead)):
            return True
    return False


# --------------------------------------------------------------------------------------------- stage


async def set_stage(api: Api, doing: Doing) -> None:
    """Move the lead to a stage of the team's own (5.5.10), and look whether it is there."""
    lead, stage = _id(doing), (doing.stage or "").strip()
    if not stage:
        raise _refuse("Lofty's leads always have a stage; choose one.", "stage")
    if len(stage) > LONGEST_STAGE:
        raise _refuse(f"Lofty's stages have at most {LONGEST_STAGE} characters.", "stage")
    await api.send("PUT", f"{LEADS}/{lead}", {"stage": stage}, repeatable=True)
    if not await _becomes(api, lead, lambda found: (text(found.get("stage")) or "").casefold() == stage.casefold()):
        raise _refuse(
            "Lofty took the change, but the lead is still in another stage. Does Lofty have this stage?", "stage"
        )


# --------------------------------------------------------------------------------------------- notes


def pieces(note: str, longest: int = LONGEST_NOTE) -> Sequence[str]:
    """A note as Lofty keeps it whole: cut where a paragraph, a line, a sentence or a word ends, and numbered."""
    note = note.strip()
    if len(note) <= longest:
        return [note] if note else []
    room = longest - len("(99/99) ")
    parts = []
    while note:
        cut = room if len(note) > room else len(note)
        if cut < len(note):
            cut = next(
                (at for mark in ("\n\n", "\n", ". ", " ") if (at := note.rfind(mark, room // 2, room) + 1)), room
            )
        parts.append(note[:cut].strip())
        note = note[cut:].strip()
    return [f"({n}/{len(parts)}) {part}" for n, part in enumerate(parts, 1)]


async def add_note(api: Api, doing: Doing) -> None:
    """Add a note, or several where it is long (5.7.1). Of several, those that are there already are passed over, so
    that going on after a failure repeats none."""
    lead, parts = _id(doing), pieces(doing.text)
    if not parts:
        raise _refuse("There is nothing in this note.", "content")
    there = await _noted(api, lead, doing) if len(parts) > 1 else set()
    for part in parts:
        if _tidy(part) not in there:
            body = {"leadId": lead, "content": part, "isPin": False}
            await api.send("POST", NOTES, body, repeatable=False)


async def note_arrived(api: Api, doing: Doing) -> bool:
    """Whether all of it is among the lead's notes."""
    there = await _noted(api, _id(doing), doing)
    return {_tidy(part) for part in pieces(doing.text)} <= there


def _tidy(said: str) -> str:
    return " ".join(said.split())


def _since(record: Mapping[str, Any], doing: Doing) -> bool:
    """An earlier note of the same words is another one."""
    at = moment(record.get("createTime"))
    return at is None or at >= doing.at - SKEW


async def _noted(api: Api, lead: int, doing: Doing) -> set[str]:
    answer = await api.get(NOTES, (("leadId", str(lead)),))
    records = items_of(answer) or []
    return {
        _tidy(str(note.get("content") or ""))
        for note in records
        if isinstance(note, dict) and note.get("deleteFlag") is not True and _since(note, doing)
    }


# ------------------------------------------------------------------------------------------- contact


async def log_contact(api: Api, doing: Doing) -> None:
    """Log a call, an e-mail or a text that somebody made (5.16.1)."""
    kind, said = _contact(doing)
    body: dict[str, Any] = {"leadId": _id(doing), "logType": kind, "content": said, "outboundOrInbound": "outbound"}
    if kind == "logCall":
        body["leadPhoneNumber"] = _phone(doing)
    await api.send("POST", LOG_TYPES, body, repeatable=False)


async def contact_arrived(api: Api, doing: Doing) -> bool:
    """Whether it is in the lead's log. What the older description gives has no words to compare, only a time."""
    kind, said = _contact(doing)
    query = (("leadId", str(_id(doing))), ("logType", kind), ("limit", str(LOG_PAGE)))
    return any(
        isinstance(entry, dict)
        and _since(entry, doing)
        and (not text(entry.get("content")) or _tidy(str(entry["content"])) == _tidy(said))
        for entry in items_of(await api.get(LOG_TYPES, query)) or []
    )


def _contact(doing: Doing) -> tuple[str, str]:
    """Kind, and what is written down."""
    if doing.how not in _HOW:
        raise _refuse("Lofty logs calls, e-mails and texts.", "logType")
    kind, otherwise = _HOW[doing.how]
    return kind, (doing.text.strip() or otherwise)[:LONGEST_LOG]


def _phone(doing: Doing) -> str:
    phone = doing.facts.get("phone", "").strip()
    if not phone:
        raise _refuse("Lofty logs a call with a phone number, and this lead has none.", "leadPhoneNumber")
    return phone[:LONGEST_PHONE]


WRITES: Mapping[Keeps, WriteBack] = {
    Keeps.OWNER: WriteBack(send=assign),
    Keeps.STAGE: WriteBack(send=set_stage),
    Keeps.NOTE: WriteBack(send=add_note, arrived=note_arrived),
    Keeps.CONTACT: WriteBack(send=log_contact, arrived=contact_arrived),
}
