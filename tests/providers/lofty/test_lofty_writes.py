"""What the desk tells Lofty, and whether it looks that it is so."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lofty_wire import NOW, Wire

from providers.errors import Rejected, Unavailable
from providers.lofty.names import MEMBERS
from providers.lofty.writes import LOG_TYPES, LONGEST_NOTE, NOTES, WRITES, pieces
from providers.provider import Doing, Keeps

LEAD = "563172647619605"
ONE = f"/v1.0/leads/{LEAD}"
MARIA = "820134400012301"


def doing(**what: Any) -> Doing:
    return Doing(lead=LEAD, at=NOW, **what)


def sentence(error: Rejected) -> str:
    return error.errors[0].message


async def refused(wire: Wire, keeps: Keeps, what: Doing) -> str:
    with pytest.raises(Rejected) as caught:
        await WRITES[keeps].send(wire.api, what)
    return sentence(caught.value)


class Account:
    """A lead whose owner and stage are set by what is sent; ``reads`` is the spelling that it reads."""

    def __init__(self, reads: str = "assignee", later: int = 0) -> None:
        self.reads = reads
        self.later = later
        self.held: dict[str, Any] = {"leadId": int(LEAD), "assignedUserId": -1, "stage": "New Leads"}
        self.next: dict[str, Any] = {}

    def wire(self, **settings: Any) -> Wire:
        people = [{"memberUserId": int(MARIA), "email": "maria@example.com"}, {"memberUserId": 5, "email": None}]
        answers = {
            f"POST {ONE}/assignment": self.assign,
            f"PUT {ONE}": self.edit,
            f"GET {ONE}": self.get,
            f"GET {MEMBERS}": {"members": people},
        }
        return Wire(answers, **settings)

    def assign(self, request: httpx.Request) -> Any:
        (one,) = json.loads(request.content)
        if one.get(self.reads) == "maria@example.com" and one["role"] == "Agent":
            self.next = {"assignedUserId": int(MARIA)}
        return {"leadId": int(LEAD)}

    def edit(self, request: httpx.Request) -> Any:
        stage = json.loads(request.content)["stage"]
        self.next = {"stage": stage} if stage != "Unknown" else {}
        return {"leadId": int(LEAD)}

    def get(self, _: httpx.Request) -> Any:
        if self.later:
            self.later -= 1
        else:
            self.held |= self.next
        return {"lead": self.held}


# --------------------------------------------------------------------------------------------- owner


async def test_a_lead_is_assigned_by_the_members_account_and_looked_at() -> None:
    wire = Account().wire()
    await WRITES[Keeps.OWNER].send(wire.api, doing(member=MARIA, facts={"member_email": "maria@example.com"}))
    assert wire.calls("POST", f"{ONE}/assignment") == [({}, [{"role": "Agent", "assignee": "maria@example.com"}])]
    assert len(wire.calls("GET", ONE)) == 1
    assert wire.slept == []
    assert WRITES[Keeps.OWNER].arrived is None


async def test_the_account_is_looked_up_where_the_desk_does_not_know_it() -> None:
    wire = Account().wire()
    await WRITES[Keeps.OWNER].send(wire.api, doing(member=MARIA))
    assert "no e-mail" in await refused(wire, Keeps.OWNER, doing(member="5"))
    assert "no e-mail" in await refused(wire, Keeps.OWNER, doing(member="99"))


@pytest.mark.parametrize(
    ("spelling", "reads"), [("assiginee", "assiginee"), ("both", "assiginee"), ("both", "assignee")]
)
async def test_the_spelling_is_the_settings(spelling: str, reads: str) -> None:
    wire = Account(reads=reads).wire(assignee_field=spelling)
    await WRITES[Keeps.OWNER].send(wire.api, doing(member=MARIA))


async def test_an_assignment_that_changes_nothing_is_refused_with_a_way_out() -> None:
    wire = Account(reads="assiginee").wire()
    assert "How the assignee is written" in await refused(wire, Keeps.OWNER, doing(member=MARIA))
    assert len(wire.calls("POST", f"{ONE}/assignment")) == 1


async def test_a_change_that_comes_a_moment_later_is_waited_for() -> None:
    wire = Account(later=2).wire()
    await WRITES[Keeps.OWNER].send(wire.api, doing(member=MARIA))
    assert wire.slept == [1.0, 2.0]


async def test_an_owner_cannot_be_taken_away() -> None:
    wire = Account().wire()
    assert "no way to take an owner away" in await refused(wire, Keeps.OWNER, doing(member=None))
    assert wire.asked == []


# --------------------------------------------------------------------------------------------- stage


async def test_a_stage_is_set_and_looked_at() -> None:
    wire = Account().wire()
    await WRITES[Keeps.STAGE].send(wire.api, doing(stage="Under Contract"))
    assert wire.calls("PUT", ONE) == [({}, {"stage": "Under Contract"})]
    assert "still in another stage" in await refused(wire, Keeps.STAGE, doing(stage="Unknown"))
    before = len(wire.asked)
    assert "19 characters" in await refused(wire, Keeps.STAGE, doing(stage="x" * 20))
    await refused(wire, Keeps.STAGE, doing(stage=None))
    assert len(wire.asked) == before


# --------------------------------------------------------------------------------------------- notes


class Timeline:
    """Notes or logs of a lead: what is posted can be read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.kept: list[dict[str, Any]] = []
        self.fails_at: int | None = None
        self.wire = Wire({f"POST {path}": self.post, f"GET {path}": lambda request: {"items": self.kept}})

    def post(self, request: httpx.Request) -> Any:
        if self.fails_at == len(self.kept):
            return 503, {}
        body = json.loads(request.content)
        self.kept.append(body | {"createTime": "2026-11-23 10:04:00"})
        return {"noteId": len(self.kept)}


async def test_a_note_is_one_call_and_found_again() -> None:
    line = Timeline(NOTES)
    note, what = WRITES[Keeps.NOTE], doing(text="Wants to see it on  Friday.\n")
    assert note.arrived is not None
    assert not await note.arrived(line.wire.api, what)
    await note.send(line.wire.api, what)
    sent = {"leadId": int(LEAD), "content": "Wants to see it on  Friday.", "isPin": False}
    assert line.wire.calls("POST", NOTES) == [({}, sent)]
    assert await note.arrived(line.wire.api, what)
    assert line.wire.calls("GET", NOTES)[0][0] == {"leadId": LEAD}


async def test_an_older_or_deleted_note_of_the_same_words_is_another_one() -> None:
    line = Timeline(NOTES)
    note = WRITES[Keeps.NOTE]
    assert note.arrived is not None
    await note.send(line.wire.api, doing(text="No answer."))
    assert not await note.arrived(line.wire.api, Doing(lead=LEAD, at=NOW + timedelta(hours=1), text="No answer."))
    line.kept[0]["deleteFlag"] = True
    assert not await note.arrived(line.wire.api, doing(text="No answer."))


async def test_a_long_note_becomes_several_and_goes_on_where_it_stopped() -> None:
    line = Timeline(NOTES)
    note, what = WRITES[Keeps.NOTE], doing(text="A sentence of some length. " * 200)
    assert note.arrived is not None
    line.fails_at = 1
    with pytest.raises(Unavailable):
        await note.send(line.wire.api, what)
    assert not await note.arrived(line.wire.api, what)
    line.fails_at = None
    await note.send(line.wire.api, what)
    assert [kept["content"][:5] for kept in line.kept] == ["(1/3)", "(2/3)", "(3/3)"]
    assert await note.arrived(line.wire.api, what)


@given(st.text(alphabet=st.sampled_from("ab .\n"), max_size=6000), st.integers(min_value=20, max_value=LONGEST_NOTE))
def test_pieces_lose_nothing_and_are_short_enough(note: str, longest: int) -> None:
    parts = pieces(note, longest)
    assert all(0 < len(part) <= longest + 4 for part in parts), "four-digit counts only where pieces are tiny"
    said = parts if len(parts) < 2 else [part.partition(") ")[2] for part in parts]
    assert "".join("".join(said).split()) == "".join(note.split())


async def test_an_empty_note_is_refused() -> None:
    await refused(Timeline(NOTES).wire, Keeps.NOTE, doing(text=" \n"))


# ------------------------------------------------------------------------------------------- contact


@pytest.mark.parametrize(("how", "kind"), [("call", "logCall"), ("email", "logEmail"), ("text", "logText")])
async def test_contact_is_logged_by_its_kind(how: str, kind: str) -> None:
    line = Timeline(LOG_TYPES)
    contact, what = WRITES[Keeps.CONTACT], doing(how=how, text="Talked about Mesa.", facts={"phone": "5125550142"})
    assert contact.arrived is not None
    await contact.send(line.wire.api, what)
    ((_, body),) = line.wire.calls("POST", LOG_TYPES)
    assert (body["logType"], body["content"], body["leadId"]) == (kind, "Talked about Mesa.", int(LEAD))
    assert ("leadPhoneNumber" in body) == (how == "call")
    assert await contact.arrived(line.wire.api, what)
    assert line.wire.calls("GET", LOG_TYPES)[0][0] == {"leadId": LEAD, "logType": kind, "limit": "1000"}
    assert not await contact.arrived(line.wire.api, Doing(lead=LEAD, at=NOW, how=how, text="Another"))
    for kept in line.kept:
        del kept["content"]  # the older description gives none
    assert await contact.arrived(line.wire.api, what)


async def test_a_call_without_a_number_or_of_no_kind_is_refused() -> None:
    wire = Timeline(LOG_TYPES).wire
    assert "phone number" in await refused(wire, Keeps.CONTACT, doing(how="call"))
    await refused(wire, Keeps.CONTACT, doing(how="pigeon"))
    assert wire.asked == []


async def test_contact_without_words_still_says_what_it_was() -> None:
    line = Timeline(LOG_TYPES)
    await WRITES[Keeps.CONTACT].send(line.wire.api, doing(how="text"))
    assert line.kept[0]["content"] == "Texted the customer."
