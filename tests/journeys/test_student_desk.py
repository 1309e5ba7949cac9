"""The desk with student.com: connected from Slack, a lead arrives, is completed, claimed and worked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from bot.sandbox.messages import Message
from bot.settings import Tempo
from providers.student.stand_in import StudentStandIn
from tests.conftest import ADA, LEADS, MAX, ZOE, House, action_ids, shown

Json = dict[str, Any]
DAY = 24 * 3600


def student(house: House) -> StudentStandIn:
    system = house.sandbox.systems["student"]
    assert isinstance(system, StudentStandIn)
    return system


@pytest.fixture
async def house(make_house: Callable[..., Any]) -> House:
    """student.com connected, and #leads subscribed."""
    made: House = await make_house()
    await made.connect("rooms", provider="student")
    await made.subscribe()
    return made


async def settled(house: House) -> None:
    """Polls go by, until leads are completed."""
    for _ in range(2):
        await house.poll()


def everything(house: House) -> str:
    """All that anybody was ever shown in Slack."""
    told = [shown(m) for held in house.slack.workspace.messages.values() for m in held]
    return "\n".join([*told, *(house.says(person) for person in (ADA, MAX, ZOE))])


def asked(house: House, name: str) -> list[Json]:
    """The variables of every call of an operation."""
    return [body["variables"] for body in student(house).asked if body["operationName"] == name]


async def claimed(house: House, **fields: Any) -> tuple[Json, Message]:
    """A lead that Zoe has, and its card."""
    lead = await house.arrive("student", **fields)
    await house.press(ZOE, house.cards()[-1], "claim")
    await settled(house)
    return lead, house.cards()[-1]


# ------------------------------------------------------------------------------------------ connecting


async def test_a_wrong_token_is_an_error_on_its_input_and_the_right_one_connects(
    make_house: Callable[..., Any],
) -> None:
    made: House = await make_house()
    await made.command(ADA, "/leads connect student")
    says = made.says(ADA)
    assert "Header that carries the token" in says
    assert "unverified" in says
    errors = await made.submit(ADA, name="rooms", api_token="wrong")
    assert set(errors) == {"api_token"}
    assert "refuses" in errors["api_token"]
    assert await made.submit(ADA, name="rooms", **made.credentials("student")) == {}
    assert "*rooms* is connected to student.com" in made.says(ADA)


async def test_the_older_header_is_a_choice(make_house: Callable[..., Any]) -> None:
    made: House = await make_house()
    student(made).header = "apitoken"
    await made.command(ADA, "/leads connect student")
    errors = await made.submit(ADA, name="rooms", **made.credentials("student"))
    assert "api_token" in errors
    assert await made.submit(ADA, name="rooms", **made.credentials("student"), token_header="apitoken") == {}
    await made.slack.modals.close(ADA, all_views=True)
    await made.poll()
    await made.subscribe()
    await made.arrive("student")
    assert len(made.cards()) == 1


@pytest.mark.parametrize("refuses", ["401", "200"])
async def test_a_token_that_is_taken_back_pauses_and_reconnecting_goes_on(house: House, refuses: Any) -> None:
    token, student(house).refuses = student(house).api_token, refuses
    student(house).api_token = "another"
    if refuses == "200":
        student(house).header = "elsewhere"
    await house.poll()
    (paused,) = [m for m in house.dms(ADA) if "Polling is paused" in m.text]
    student(house).api_token, student(house).header = token, "x-api-token"
    await house.press(ADA, paused, "reconnect")
    assert await house.submit(ADA, api_token=token) == {}
    await house.slack.modals.close(ADA, all_views=True)
    await house.poll()
    await house.arrive("student", roomName="Attic")
    assert "Attic" in shown(house.cards()[-1])


# ---------------------------------------------------------------------------------------- a lead arrives


async def test_an_alert_comes_at_once_and_the_rest_of_the_lead_follows(house: House) -> None:
    lead = await house.arrive("student", roomName="Gold Loft", studentData={"passportLastName": "Ezenwata"})
    (card,) = house.cards()
    assert "Gold Loft" in shown(card)
    assert lead["propertyName"] in shown(card)
    await settled(house)
    (card,) = house.cards()
    assert "Unnamed E." in shown(card)
    assert asked(house, "GetLead")[-1] == {"referenceId": lead["referenceId"], "hash": lead["hash"]}
    assert sum(call["referenceId"] == lead["referenceId"] for call in asked(house, "GetLead")) == 1


async def test_the_owner_sees_contact_data_and_nobody_sees_identity(house: House) -> None:
    home = {"passportFirstName": "Chidinma", "passportLastName": "Ezenwata", "emailAddress": "c.ezenwata@example.com"}
    secret = {
        "documentNumber": "QX7654321",
        "dateOfBirth": "2001-02-28",
        "nationality": "XQN",
        "country": "XQC",
        "addressLines": "99 Nowhere Lane",
        "postalCode": "ZZ99 9ZZ",
        "gender": "xgender",
        "visaNumber": "VISA-123",
    }
    lead, card = await claimed(house, studentData=home | secret)
    for word in ("Chidinma", "Ezenwata", "c.ezenwata@example.com"):
        assert word not in "\n".join(shown(m) for m in house.messages(LEADS, MAX))
    direct = "\n".join(shown(m) for m in house.dms(ZOE))
    assert "Ezenwata" in direct
    assert "c.ezenwata@example.com" in direct
    await house.press(ZOE, card, "details")
    assert "Chidinma" in house.says(ZOE)
    assert lead["studentData"]["studyMajor"] in house.says(ZOE)
    await house.press(MAX, card, "details")
    assert "Chidinma" not in house.says(MAX)
    await house.command(ZOE, f"/leads do rooms get-lead referenceId:{lead['referenceId']}")
    assert "c.ezenwata@example.com" in house.says(ZOE)
    all_told = everything(house)
    for word in secret.values():
        assert word not in all_told
    database = (house.sandbox.settings.database).read_bytes()
    for word in secret.values():
        assert word.encode() not in database


async def test_a_change_is_on_the_card_at_the_next_poll_also_of_an_old_lead(house: House) -> None:
    lead = await house.arrive("student", stage="WAITING_FOR_CONFIRMATION")
    await settled(house)
    await house.sandbox.advance(40 * DAY)
    await house.quiet()
    await house.arrive("student", roomName="Attic")
    student(house).change(lead["referenceId"], roomName="Cellar", stage="LOST")
    await house.poll()
    await house.poll()
    card = house.cards()[0]
    assert "Cellar" in shown(card)
    await house.press(ADA, card, "details")
    assert "LOST" in house.says(ADA) or "Lost" in house.says(ADA)


async def test_a_lead_that_may_not_be_seen_is_a_lead_all_the_same(house: House) -> None:
    lead = await student(house).arrive(roomName="Attic")
    student(house).forbid(lead["referenceId"])
    await house.poll()
    await settled(house)
    (card,) = house.cards()
    assert "Attic" in shown(card)
    before = len(asked(house, "GetLead"))
    await settled(house)
    assert len(asked(house, "GetLead")) == before


async def test_leads_that_arrive_together_are_alerted_before_they_are_completed_and_none_twice(
    make_house: Callable[..., Any],
) -> None:
    made: House = await make_house(tempo=Tempo(poll_seconds=60, post_gap=0.0, budget=False))
    await made.connect("rooms", provider="student")
    await made.subscribe()
    names = [f"Room {n:02}" for n in range(60)]
    for name in names:
        await student(made).arrive(roomName=name)
    await made.poll()
    assert len(made.cards()) == 60
    for _ in range(3):
        await made.poll()
    cards = made.cards()
    assert sorted(name for card in cards for name in names if name in shown(card)) == names
    assert all("Unnamed" in shown(card) for card in cards)
    references = [call["referenceId"] for call in asked(made, "GetLead")]
    assert len(references) == len(set(references)) == 60


async def test_an_outage_delays_and_loses_nothing(house: House) -> None:
    student(house).fault("503", 6)
    await student(house).arrive(roomName="Attic")
    await house.poll()
    assert house.cards() == []
    student(house).clear_faults()
    for _ in range(3):
        await house.poll(120)
    assert len(house.cards()) == 1
    await settled(house)
    assert "Unnamed" in shown(house.cards()[0])


# ---------------------------------------------------------------------------------------------- actions


async def test_leads_are_listed_with_what_was_asked_for(house: House) -> None:
    lead = await house.arrive("student", stage="LOST", roomName="Attic")
    before = len(asked(house, "GetLeads"))
    await house.command(ADA, "/leads do rooms get-leads stage:LOST createdFrom:today pageSize:5")
    assert student(house).refused == []
    assert "Attic" in house.says(ADA)
    (call,) = [c for c in asked(house, "GetLeads")[before:] if c.get("stage")]
    assert {"stage": "LOST", "pageSize": 5}.items() <= call.items()
    assert set(call) == {"stage", "pageSize", "createdFrom"}
    assert lead["studentData"]["emailAddress"] not in house.says(ADA)


async def test_a_property_is_chosen_by_the_name_that_leads_mention(house: House) -> None:
    number = "eyJ0eXBlIjoiUHJvcGVydHkiLCJpZCI6MX0="
    await house.arrive("student", propertyName="Tinsel Towers", propertyId=number)
    await settled(house)
    before = len(asked(house, "GetLeads"))
    await house.command(ADA, '/leads do rooms get-leads propertyId:"Tinsel Towers"')
    assert "Property: Tinsel Towers" in house.says(ADA)
    assert asked(house, "GetLeads")[before:] == [{"propertyId": number}]
    assert student(house).refused == []


async def test_an_unknown_property_is_an_error_on_its_input_and_what_was_typed_is_kept(house: House) -> None:
    await house.command(ADA, '/leads do rooms get-leads propertyExternalId:"no such" stage:LOST')
    assert "There is no property with this external id." in house.says(ADA)
    assert house.typed(ADA)["propertyExternalId"] == "no such"


async def test_details_work_from_the_card_because_the_hash_is_known(house: House) -> None:
    lead, card = await claimed(house)
    await house.choose(ZOE, card, next(one for one in menu(card) if "student.com" in one))
    label = "Get a lead's details · rooms"
    found = await house.slack.interactions.options(ZOE, "action", "choose", "details")
    assert label in [o["text"]["text"] for o in found["options"]]
    before = len(asked(house, "GetLead"))
    await house.command(ZOE, f"/leads do rooms get-lead referenceId:{lead['referenceId']}")
    assert asked(house, "GetLead")[before:] == [{"referenceId": lead["referenceId"], "hash": lead["hash"]}]
    assert lead["studentData"]["emailAddress"] in house.says(ZOE)


def menu(card: Message) -> list[str]:
    """What a card's overflow menu offers."""
    blocks = [e for b in card.blocks for e in b.get("elements", []) if e.get("action_id") == "more"]
    return [o["text"]["text"] for o in blocks[0]["options"]]


async def test_a_lead_that_was_never_read_needs_its_hash(house: House) -> None:
    await house.command(ADA, "/leads do rooms get-lead referenceId:HB999")
    assert "its hash has to be given" in house.says(ADA)
    errors = await house.submit(ADA, hash="wrong")
    assert "There is no lead with this reference and hash" in f"{errors}{house.says(ADA)}"


# -------------------------------------------------------------------------------------------- documents


async def allowed(house: House) -> None:
    """Ada allows documents."""
    told = await house.command(ADA, "/leads privacy")
    assert told is not None
    await house.press(ADA, told, "documents")


def files_of(house: House, person: str) -> list[Json]:
    return [f for m in house.dms(person) for f in m.files]


def content(house: House, file: Json) -> bytes:
    stored = house.slack.workspace.files.get(file["id"])
    assert stored is not None
    return stored.content


async def test_a_document_goes_to_the_owner_alone_once_an_admin_allows_it_and_is_gone_after_a_day(
    house: House,
) -> None:
    lead, card = await claimed(house)
    reference = lead["referenceId"]
    document = student(house).attach(reference, "passport.pdf", b"%PDF-1.7 passport")
    words = f"/leads do rooms download-document documentId:{document} referenceId:{reference}"
    told = await house.command(ZOE, words)
    assert "An admin can allow it" in f"{shown(told) if told else ''}{house.says(ZOE)}"
    await allowed(house)
    for other in (MAX, ADA):
        told = await house.command(other, words)
        assert "lead's owner only" in f"{shown(told) if told else ''}{house.says(other)}"
    assert not [p for m, p in student(house).requests if m == "GET"]
    await house.command(ZOE, words)
    (file,) = files_of(house, ZOE)
    assert file["name"] == "passport.pdf"
    assert content(house, file) == b"%PDF-1.7 passport"
    assert files_of(house, MAX) == files_of(house, ADA) == []
    assert not any(m.files for m in house.messages(LEADS, ZOE))
    history = await house.command(ZOE, f"/leads show {ref(card)}")
    assert "was sent a document" in f"{shown(history) if history else ''}{house.says(ZOE)}"
    await house.sandbox.advance(DAY + 120)
    await house.quiet()
    assert house.slack.workspace.files.get(file["id"]) is None


def ref(card: Message) -> str:
    """ST-12, as the card says it."""
    return next(word for word in shown(card).split() if word.startswith("ST-"))


async def test_a_pasted_link_fills_both_ids_and_other_links_are_refused(house: House) -> None:
    lead, _ = await claimed(house)
    document = student(house).attach(lead["referenceId"], "lease.pdf", b"%PDF lease")
    await allowed(house)
    link = student(house).link(lead["referenceId"], document)
    await house.command(ZOE, "/leads do rooms download-document")
    assert await house.submit(ZOE, url="https://example.com/passport.pdf") != {}
    assert files_of(house, ZOE) == []
    errors = await house.submit(ZOE, url=link.replace("public-gateway.student.com", "student.com.example"))
    assert "another site" in f"{errors}{house.says(ZOE)}"
    assert not [p for m, p in student(house).requests if m == "GET"]
    assert await house.submit(ZOE, url=link) == {}
    (file,) = files_of(house, ZOE)
    assert content(house, file) == b"%PDF lease"


async def test_a_pasted_link_of_somebody_elses_lead_gets_nothing(house: House) -> None:
    lead, _ = await claimed(house)
    document = student(house).attach(lead["referenceId"], "lease.pdf", b"%PDF lease")
    await allowed(house)
    told = await house.command(
        MAX, f'/leads do rooms download-document url:"{student(house).link(lead["referenceId"], document)}"'
    )
    assert "lead's owner only" in f"{shown(told) if told else ''}{house.says(MAX)}"
    unknown = student(house).link("HB404", document)
    told = await house.command(MAX, f'/leads do rooms download-document url:"{unknown}"')
    assert "this desk has no such lead" in f"{shown(told) if told else ''}{house.says(MAX)}"
    assert not [p for m, p in student(house).requests if m == "GET"]


@pytest.mark.parametrize(
    ("fault", "says"), [("huge", "larger than 20 MB"), ("redirect-loop", "redirects again"), ("endless", "20 MB")]
)
async def test_a_download_that_goes_wrong_is_said_and_then_it_works(house: House, fault: str, says: str) -> None:
    lead, _ = await claimed(house)
    document = student(house).attach(lead["referenceId"], "lease.pdf", b"%PDF lease")
    await allowed(house)
    words = f"/leads do rooms download-document documentId:{document} referenceId:{lead['referenceId']}"
    student(house).fault(fault, 6 if fault == "redirect-loop" else 1)
    told = await house.command(ZOE, words)
    assert says in f"{shown(told) if told else ''}{house.says(ZOE)}"
    student(house).clear_faults()
    await house.command(ZOE, words)
    assert len(files_of(house, ZOE)) == 1


async def test_a_redirect_to_another_host_gets_no_token(house: House) -> None:
    lead, _ = await claimed(house)
    document = student(house).attach(lead["referenceId"], "lease.pdf", b"%PDF lease")
    await allowed(house)
    student(house).fault("redirect")
    await house.command(
        ZOE, f"/leads do rooms download-document documentId:{document} referenceId:{lead['referenceId']}"
    )
    assert len(files_of(house, ZOE)) == 1
    (headers,) = student(house).elsewhere
    assert student(house).api_token not in str(headers)


async def test_what_student_com_cannot_be_told_the_card_keeps(house: House) -> None:
    _, card = await claimed(house)
    assert "Owner kept in Leadbell" in shown(card)
    assert action_ids(card) >= {"more", "details"}
    assert {body["operationName"] for body in student(house).asked} == {"GetLeads", "GetLead"}


async def test_a_failure_over_its_details_takes_nothing_from_a_lead(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = {"passportFirstName": "Chidinma", "passportLastName": "Ezenwata", "emailAddress": "c.ezenwata@example.com"}
    lead, _ = await claimed(house, studentData=home)
    answering = StudentStandIn._graphql

    async def failing(self: StudentStandIn, request: web.Request, kind: Any) -> web.StreamResponse:
        if (await request.json())["operationName"] == "GetLead":
            error = {"message": "Internal server error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
            return web.json_response({"errors": [error], "data": {"getLead": {"lead": None}}})
        return await answering(self, request, kind)

    monkeypatch.setattr(StudentStandIn, "_graphql", failing)
    lengths = set()
    for stage in ("BOOKING_CONFIRMED", "SIGNING_AGREEMENT", "BOOKING_CONFIRMED", "SIGNING_AGREEMENT"):
        student(house).change(lead["referenceId"], stage=stage)
        for _ in range(6):
            await house.poll()
        lengths.add(await house.sandbox.bot.database.read(lambda tx: tx.value("SELECT length(search) FROM leads")))
    assert len(lengths) == 1  # nothing piles up
    assert "SIGNING_AGREEMENT" in shown(house.cards()[-1])  # what the list tells is told
    kept = "\n".join(shown(m) for m in house.dms(ZOE))
    assert "Ezenwata" in kept
    assert "c.ezenwata@example.com" in kept
