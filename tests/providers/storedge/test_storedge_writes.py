"""Notes, contacts and closings of the desk, as they arrive in storEDGE."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from storedge_wire import F1, NOW, Wire

from providers.errors import Rejected, Unavailable, UnexpectedResponse
from providers.provider import Doing, Keeps
from providers.storedge import DEMO_FACILITIES, PROVIDER
from providers.storedge.stand_in.inventory import configured
from providers.storedge.writes import index_of

A, B = DEMO_FACILITIES
NOTE, CONTACT, CLOSE = (PROVIDER.writes[k] for k in (Keeps.NOTE, Keeps.CONTACT, Keeps.CLOSE))
REASON = configured("close_reasons")[1]


def doing(there: Any, lead: Any, **more: Any) -> Doing:
    return Doing(lead=lead["id"], lookup=lead["facility_id"], at=there.clock(), **more)


def held(there: Any, lead: Any) -> Any:
    return next(x for x in there.system.leads if x["id"] == lead["id"])


async def test_a_note_is_added_in_the_leads_own_facility(there: Any) -> None:
    lead = await there.system.arrive(facility_id=B)
    api = there.api(facilities=f"{A} {B}")
    await NOTE.send(api, doing(there, lead, text="Wants a drive-up\nunit ü"))
    assert there.system.notes_of(lead["id"]) == ["Wants a drive-up\nunit ü"]
    assert there.system.requests[-1] == ("PATCH", f"/v1/{B}/leads/{lead['id']}")


async def test_without_its_facility_a_lead_of_several_cannot_be_told(there: Any) -> None:
    lead = await there.system.arrive(facility_id=B)
    with pytest.raises(Rejected):
        await NOTE.send(there.api(facilities=f"{A} {B}"), Doing(lead=lead["id"], at=there.clock(), text="x"))
    await NOTE.send(there.api(facilities=B), Doing(lead=lead["id"], at=there.clock(), text="x"))


async def test_whether_a_note_arrived_is_seen_where_notes_are_shown(there: Any) -> None:
    there.system.show_notes = True
    lead = await there.system.arrive(facility_id=A)
    api = there.api()
    said = doing(there, lead, text="Rang  twice")
    assert NOTE.arrived is not None
    assert await NOTE.arrived(api, said) is False
    there.system.fault("withhold")
    with pytest.raises(Unavailable) as caught:
        await NOTE.send(api, said)
    assert caught.value.arrived is None
    assert await NOTE.arrived(api, said) is True
    later = Doing(lead=said.lead, lookup=A, at=there.clock() + timedelta(hours=1), text="Rang twice")
    assert await NOTE.arrived(api, later) is False  # an earlier note of the same words is another one


async def test_where_notes_are_not_shown_nobody_can_tell(there: Any) -> None:
    lead = await there.system.arrive(facility_id=A)
    for write in (NOTE, CONTACT):
        assert write.arrived is not None
        with pytest.raises(Rejected):
            await write.arrived(there.api(), doing(there, lead, text="x", how="call"))


async def test_a_write_is_never_repeated_by_itself() -> None:
    wire = Wire({f"PATCH /v1/{F1}/leads/1": (503, {}), f"GET /v1/{F1}/leads/1": {"lead": {"id": "1"}}}, attempts=3)
    for write, more in ((NOTE, {"text": "x"}), (CONTACT, {"how": "call"}), (CLOSE, {"reason": "r", "text": "x"})):
        wire.asked.clear()
        with pytest.raises(Unavailable):
            await write.send(wire.api, Doing(lead="1", at=NOW, **more))
        assert [m for m, *_ in wire.asked].count("PATCH") == 1


@pytest.mark.parametrize("how", ["call", "email", "text"])
async def test_a_contact_is_counted_and_says_what_comes_next(there: Any, how: str) -> None:
    lead = await there.system.arrive(facility_id=A, lead_action_indexes={}, next_lead_action=None)
    for nth, following in ((1, "email"), (2, ""), (3, "text")):
        await CONTACT.send(there.api(), doing(there, lead, how=how, following=following, text=f"No. {nth}"))
        sent = there.system.bodies[-1]["lead"]
        assert (sent["lead_action_performed"], sent["lead_action_performed_index"]) == (how, nth)
        assert sent.get("next_lead_action", "") == following
        assert held(there, lead)["lead_action_indexes"] == {how: nth}
    assert held(there, lead)["next_lead_action"] == "text"
    assert there.system.notes_of(lead["id"]) == ["No. 1", "No. 2", "No. 3"]


async def test_a_contact_without_words_has_some(there: Any) -> None:
    there.system.show_notes = True
    lead = await there.system.arrive(facility_id=A)
    said = doing(there, lead, how="email")
    await CONTACT.send(there.api(), said)
    assert there.system.notes_of(lead["id"]) == ["Wrote the customer an e-mail."]
    assert CONTACT.arrived is not None
    assert await CONTACT.arrived(there.api(), said) is True


@pytest.mark.parametrize(
    ("lead", "index"),
    [
        ({}, 1),
        ({"lead_action_indexes": {"call": 2}}, 3),
        ({"lead_action_indexes": {"call": "2"}}, 3),
        ({"lead_action_indexes": {"call": [1, 2, 3]}}, 4),
        ({"lead_action_indexes": {"email": 2}}, 1),
        ({"next_lead_action": "call", "next_lead_action_index": 4}, 4),
        ({"next_lead_action": "email", "next_lead_action_index": 4}, 1),
        ({"lead_action_indexes": None, "next_lead_action": "call", "next_lead_action_index": None}, 1),
        ({"lead_action_indexes": {"call": -1}}, 1),
    ],
)
def test_the_number_of_a_contact(lead: dict[str, Any], index: int) -> None:
    assert index_of(lead, "call") == index


@pytest.mark.parametrize("way", ["update", "DELETE"])
async def test_a_lead_is_closed_with_a_reason_and_a_note(there: Any, way: str) -> None:
    lead = await there.system.arrive(facility_id=A)
    api = there.api(closes_by=way)
    said = doing(there, lead, reason=REASON["id"], text="Took another")
    assert CLOSE.arrived is not None
    assert await CLOSE.arrived(api, said) is False
    await CLOSE.send(api, said)
    assert held(there, lead)["closed"] is True
    assert held(there, lead)["close_reason"] == REASON
    assert there.system.notes_of(lead["id"]) == ["Took another"]
    assert await CLOSE.arrived(api, said) is True
    assert there.system.requests[1][0] == ("PATCH" if way == "update" else "DELETE")
    other = doing(there, lead, reason="another")
    assert await CLOSE.arrived(api, other) is False


@pytest.mark.parametrize(
    ("keeps", "more", "field"),
    [
        (Keeps.NOTE, {"text": "  "}, "note"),
        (Keeps.CONTACT, {"how": "fax"}, "lead_action_performed"),
        (Keeps.CLOSE, {}, "close_reason_id"),
    ],
)
async def test_what_cannot_be_told_is_a_sentence(keeps: Keeps, more: dict[str, Any], field: str) -> None:
    wire = Wire()
    with pytest.raises(Rejected) as caught:
        await PROVIDER.writes[keeps].send(wire.api, Doing(lead="1", at=NOW, **more))
    assert caught.value.errors[0].field == field
    assert wire.asked == []


async def test_an_answer_that_shows_no_lead_is_no_failure_of_a_write() -> None:
    wire = Wire({f"PATCH /v1/{F1}/leads/1": {"meta": {"status_code": 200}}})
    await NOTE.send(wire.api, Doing(lead="1", at=NOW, text="x"))
    wire.answers[f"PATCH /v1/{F1}/leads/1"] = (200, b"<html>")
    with pytest.raises(UnexpectedResponse):
        await NOTE.send(wire.api, Doing(lead="1", at=NOW, text="x"))


def test_what_storedge_keeps() -> None:
    assert set(PROVIDER.writes) == {Keeps.NOTE, Keeps.CONTACT, Keeps.CLOSE}
    assert PROVIDER.follows_up
