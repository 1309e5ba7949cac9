"""student.com's three operations against the strict stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError
from student_wire import DAY, NOW, House, Json, Wire, fixture, serving

from providers.action import Effect
from providers.errors import AuthFailed, FieldError, Rejected
from providers.paging import every_page, items_of
from providers.student import PROVIDER
from providers.student.errors import NO_SUCH_LEAD, NO_SUCH_PROPERTY, NOT_ALLOWED
from providers.student.models import GetLead, GetLeads


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with serving() as made:
        yield made


async def run(house: House | Wire, name: str, **given: Any) -> Any:
    """As ``/leads do`` runs it."""
    action = PROVIDER.action(name)
    assert action is not None
    api = house.api if isinstance(house, Wire) else house.api()
    return await action.run(api, action.params.model_validate(given))


def references(answer: Json) -> list[str]:
    return [x["referenceId"] for x in answer["leads"]]


def test_the_actions_are_declared_as_the_contract_shows_them() -> None:
    shown = [(a.name, a.method, a.path, a.effect, a.lead, a.lookup, a.document) for a in PROVIDER.actions]
    assert shown == [
        ("get-leads", "POST", "/graphql", Effect.READ, None, None, False),
        ("get-lead", "POST", "/graphql", Effect.READ, "referenceId", "hash", False),
        (
            "download-document",
            "GET",
            "/api/v1/download/lead/document",
            Effect.READ,
            "referenceId",
            None,
            True,
        ),
    ]


# ------------------------------------------------------------------------------------------- get-leads

EACH: list[tuple[str, Any]] = [
    ("propertyId", "PROP-1"),
    ("propertyExternalId", "own id 1"),
    ("roomId", "ROOM-1"),
    ("studentId", "77"),
    ("stage", "LOST"),
    ("bookingJourney", "CONNECT"),
    ("createdFrom", "2026-11-22"),
]


@pytest.mark.parametrize(("name", "value"), EACH)
async def test_each_filter_is_sent_and_heeded(house: House, name: str, value: Any) -> None:
    await house.system.arrive(
        referenceId="other", created_at=NOW - 9 * DAY, stage="IN_PROGRESS", bookingJourney="LIST", studentId="1"
    )
    await house.system.arrive(
        referenceId="wanted",
        propertyId="PROP-1",
        property={"externalId": "own id 1", "addressCity": "Leeds"},
        roomId="ROOM-1",
        studentId="77",
        stage="LOST",
        bookingJourney="CONNECT",
    )
    assert references(await run(house, "get-leads", **{name: value})) == ["wanted"]
    assert house.declared() == [[name]]


async def test_days_sorting_and_pages_are_sent_and_heeded(house: House) -> None:
    for n in range(5):
        await house.system.arrive(referenceId=f"HB{n}", created_at=NOW - n * DAY)
    house.system.change("HB4", stage="LOST")
    given = {"createdFrom": NOW.date() - 4 * DAY, "createdTo": date(2026, 11, 22)}
    answer = await run(house, "get-leads", **given, sortBy="CREATED_AT", sortDirection="ASCENDING", pageSize=2)
    assert references(answer) == ["HB4", "HB3"]
    assert answer["pageInfo"] == {"total": 4, "totalPages": 2, "currentPage": 1, "pageSize": 2}
    answer = await run(house, "get-leads", **given, sortBy="CREATED_AT", sortDirection="ASCENDING", pageNumber=2)
    assert references(answer) == []
    answer = await run(house, "get-leads", sortBy="UPDATED_AT", sortDirection="DESCENDING", pageSize=1, pageNumber=1)
    assert references(answer) in (["HB4"], ["HB0"])
    assert house.system.refused == []


async def test_nothing_is_sent_that_was_not_given(house: House) -> None:
    await run(house, "get-leads")
    (body,) = house.system.asked
    assert body["variables"] == {}
    assert "$" not in body["query"]


async def test_all_pages_of_a_result_can_be_read(house: House) -> None:
    house.system.fill(23, 5)
    action = PROVIDER.action("get-leads")
    assert action is not None

    async def ask(asked: Any) -> Any:
        return await action.run(house.api(), action.params.model_validate(dict(asked)))

    found = [item async for page in every_page(ask, action.paging, {"pageSize": 5}) for item in page]
    assert len({x["referenceId"] for x in found}) == 23
    assert items_of(await run(house, "get-leads", pageSize=3)) is not None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"stage": "NEW"}, "stage"),
        ({"bookingJourney": "RESERVE_ROOM"}, "bookingJourney"),
        ({"sortBy": "PRICE"}, "sortBy"),
        ({"sortDirection": "UP"}, "sortDirection"),
    ],
)
async def test_values_outside_the_lists_are_taken_and_what_is_refused_is_said_there(
    house: House, given: Json, field: str
) -> None:
    with pytest.raises(Rejected) as refused:
        await run(house, "get-leads", **given)
    assert [e.field for e in refused.value.errors] == [field]


async def test_an_unknown_property_is_said_on_its_field(house: House) -> None:
    with pytest.raises(Rejected) as refused:
        await run(house, "get-leads", propertyExternalId="no such")
    assert refused.value.errors == (FieldError(NO_SUCH_PROPERTY, "propertyExternalId"),)


@pytest.mark.parametrize(
    "wrong",
    [
        {"pageNumber": 0},
        {"pageSize": 0},
        {"pageSize": 2**31},
        {"createdFrom": "soon"},
        {"propertyExternalId": " "},
        {"page": 1},
        {"stage": "x" * 61},
    ],
)
def test_what_cannot_be_right_is_refused_before_it_is_sent(wrong: Json) -> None:
    with pytest.raises(ValidationError):
        GetLeads.model_validate(wrong)


async def test_half_a_list_says_what_is_missing() -> None:
    answer = fixture("page_1") | {"errors": [{"message": "Some leads are not available"}]}
    shown = await run(Wire(lambda _: answer), "get-leads")
    assert shown["message"] == "Some leads are not available"
    assert len(items_of(shown) or []) == 3


async def test_a_list_that_tells_of_students_tells_nothing_of_their_identity() -> None:
    answer = fixture("page_1")
    student = fixture("lead_documented")["data"]["getLead"]["lead"]["studentData"]
    answer["data"]["getLeads"]["leads"][0]["studentData"] = student
    shown = str(await run(Wire(lambda _: answer), "get-leads"))
    assert "q.d+20210329@example.com" in shown
    assert "1995-03-01" not in shown


# -------------------------------------------------------------------------------------------- get-lead


@pytest.mark.parametrize("as_text", [False, True])
async def test_a_lead_is_shown_without_its_identity(house: House, as_text: bool) -> None:
    house.system.store.student_text = as_text
    raw = await house.system.arrive(referenceId="HB/1 é")
    lead = (await run(house, "get-lead", referenceId="HB/1 é", hash=raw["hash"]))["lead"]
    student = raw["studentData"]
    assert lead["studentData"] == {
        name: student[name]
        for name in (
            "id",
            "passportFirstName",
            "passportLastName",
            "emailAddress",
            "destinationUniversity",
            "studyMajor",
            "otherPreferences",
        )
    }
    assert lead["totalPrice"] == raw["totalPrice"]
    assert lead["property"] == raw["property"]
    assert set(lead) - {"missing"} >= {"roomCategory", "updatedAt", "rateAvailability", "cancelledReason"}


async def test_without_a_hash_nothing_is_asked_and_the_field_says_so(house: House) -> None:
    with pytest.raises(Rejected) as refused:
        await run(house, "get-lead", referenceId="HB1")
    assert [e.field for e in refused.value.errors] == ["hash"]
    assert house.system.requests == []


async def test_a_wrong_hash_and_a_forbidden_lead_are_said_in_words(house: House) -> None:
    raw = await house.system.arrive(referenceId="HB1")
    with pytest.raises(Rejected) as refused:
        await run(house, "get-lead", referenceId="HB1", hash="wrong")
    assert refused.value.errors == (FieldError(NO_SUCH_LEAD, "referenceId"),)
    house.system.forbid("HB1")
    with pytest.raises(Rejected) as refused:
        await run(house, "get-lead", referenceId="HB1", hash=raw["hash"])
    assert refused.value.errors == (FieldError(NOT_ALLOWED, "referenceId"),)


async def test_no_lead_in_a_good_answer_is_no_lead() -> None:
    wire = Wire(lambda _: {"data": {"getLead": {"lead": None}}})
    with pytest.raises(Rejected) as refused:
        await run(wire, "get-lead", referenceId="HB1", hash="x")
    assert refused.value.errors == (FieldError(NO_SUCH_LEAD, "referenceId"),)


async def test_half_a_lead_says_what_is_missing(house: House) -> None:
    raw = await house.system.arrive()
    house.system.fault("partial")
    shown = await run(house, "get-lead", referenceId=raw["referenceId"], hash=raw["hash"])
    assert shown["lead"]["missing"] == "The student's data is not available"
    assert shown["lead"]["totalPrice"] == raw["totalPrice"]
    assert "missing" not in (await run(house, "get-lead", referenceId=raw["referenceId"], hash=raw["hash"]))["lead"]


@pytest.mark.parametrize("wrong", [{"hash": "x"}, {"referenceId": ""}, {"referenceId": "x", "hash": ""}])
def test_a_lead_needs_its_reference(wrong: Json) -> None:
    with pytest.raises(ValidationError):
        GetLead.model_validate(wrong)


async def test_a_refused_token_is_an_auth_failure_and_then_it_works(house: House) -> None:
    raw = await house.system.arrive()
    house.system.fault("401")
    with pytest.raises(AuthFailed):
        await run(house, "get-lead", referenceId=raw["referenceId"], hash=raw["hash"])
    assert await run(house, "get-lead", referenceId=raw["referenceId"], hash=raw["hash"])
