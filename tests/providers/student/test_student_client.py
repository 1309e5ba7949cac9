"""Asking student.com: the token, the text of a query, and what its refusals mean."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse
from pydantic import SecretStr, ValidationError
from student_wire import NOW, House, Wire, fixture, ids, lead, listed, serving

from providers.errors import AuthFailed, Rejected, Unavailable, UnexpectedResponse
from providers.student import PROVIDER
from providers.student.errors import NO_SUCH_LEAD, NO_SUCH_PROPERTY, NOT_ALLOWED, read_errors, said
from providers.student.feed import created_since
from providers.student.graphql import DOUBTFUL, GET_LEAD, GET_LEADS, ask
from providers.student.models import GetLeads
from providers.student.settings import Credentials, Settings


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with serving() as made:
        yield made


# ------------------------------------------------------------------------------------------ the token


@pytest.mark.parametrize("header", ["x-api-token", "apitoken"])
async def test_the_token_travels_in_the_header_that_is_chosen(house: House, header: str) -> None:
    house.system.header = header
    await PROVIDER.check(house.api(header=header))
    other = "apitoken" if header == "x-api-token" else "x-api-token"
    with pytest.raises(AuthFailed):
        await PROVIDER.check(house.api(header=other))


@pytest.mark.parametrize("refuses", ["401", "200"])
async def test_a_token_that_is_refused_either_way_is_an_auth_failure(house: House, refuses: Any) -> None:
    house.system.refuses = refuses
    house.system.header = "apitoken"  # so that the token that is sent is not seen at all
    with pytest.raises(AuthFailed):
        await PROVIDER.check(house.api())
    house.system.header = "x-api-token"
    with pytest.raises(AuthFailed):
        await PROVIDER.check(house.api(token="wrong"))
    await PROVIDER.check(house.api())


async def test_the_token_is_in_no_text(house: House) -> None:
    made = Credentials(api_token=SecretStr("s3cr3t-token"))
    assert "s3cr3t" not in f"{made!r} {made}"
    assert house.api().account == {"token_header": "x-api-token"}


@pytest.mark.parametrize("token", ["", " ", "two words", "naïve", "a\nb", "x" * 2001])
def test_a_token_that_no_header_takes_is_refused_on_the_form(token: str) -> None:
    with pytest.raises(ValidationError):
        Credentials.model_validate({"api_token": token})


def test_spaces_around_a_token_do_no_harm() -> None:
    assert Credentials.model_validate({"api_token": " t0k3n\n"}).api_token.get_secret_value() == "t0k3n"


def test_unknown_headers_types_and_addresses_are_refused_on_the_form() -> None:
    for wrong in ({"token_header": "authorization"}, {"more": "x"}):
        with pytest.raises(ValidationError):
            Credentials.model_validate({"api_token": "x", **wrong})
    for wrong in ({"sort_type": "Int"}, {"external_id_type": "String"}, {"open_url": "https://x.example/"}):
        with pytest.raises(ValidationError):
            Settings.model_validate(wrong)


# ------------------------------------------------------------------------------------- the query's text


def declared(text: str) -> dict[str, str]:
    (operation,) = parse(text).definitions
    assert isinstance(operation, OperationDefinitionNode)
    return {
        v.variable.name.value: text[v.type.loc.start : v.type.loc.end]
        for v in operation.variable_definitions or ()
        if v.type.loc
    }


def test_exactly_the_given_variables_are_declared_and_passed() -> None:
    assert declared(GET_LEADS.text({}, {})) == {}
    assert GET_LEADS.text({}, {}).startswith("query GetLeads { getLeads { pageInfo {")
    text = GET_LEADS.text({"pageNumber": 1, "stage": "LOST"}, {})
    assert declared(text) == {"pageNumber": "Int", "stage": "LeadStage"}
    assert "getLeads(pageNumber: $pageNumber, stage: $stage)" in text
    assert declared(GET_LEAD.text({"referenceId": "a", "hash": "b"}, {})) == {
        "referenceId": "String!",
        "hash": "String!",
    }


def test_all_twelve_arguments_are_known_with_a_type() -> None:
    assert set(GET_LEADS.types) == set(GetLeads.model_fields)
    assert len(GET_LEADS.types) == 12
    for name, (setting, choices) in DOUBTFUL.items():
        assert GET_LEADS.types[name] == choices[0] == getattr(Settings(), setting)


async def test_what_is_sent_is_what_was_given(house: House) -> None:
    await ask(house.api(), GET_LEADS, {"pageSize": 3, "createdFrom": "2026-11-01"})
    (body,) = house.system.asked
    assert body["operationName"] == "GetLeads"
    assert body["variables"] == {"pageSize": 3, "createdFrom": "2026-11-01"}
    assert set(declared(body["query"])) == set(body["variables"])


@pytest.mark.parametrize("there", ["LeadSortBy", "PropertySortBy"])
@pytest.mark.parametrize("chosen", ["LeadSortBy", "PropertySortBy"])
async def test_either_type_of_sorting_works_whichever_is_chosen(house: House, there: Any, chosen: str) -> None:
    house.system.types(there)
    await house.system.arrive()
    for _ in range(2):
        answer = await ask(house.api(sort_type=chosen), GET_LEADS, {"sortBy": "CREATED_AT"})
        assert len(answer.value["leads"]) == 1
    assert len(house.system.refused) == (chosen != there)  # learned, and not asked twice


@pytest.mark.parametrize("there", ["ID", "NonEmptyString"])
@pytest.mark.parametrize("chosen", ["ID", "NonEmptyString"])
async def test_either_type_of_external_id_works_whichever_is_chosen(house: House, there: Any, chosen: str) -> None:
    house.system.types("LeadSortBy", there)
    await house.system.arrive(property={"externalId": "P 1", "addressCity": "Leeds"})
    for _ in range(2):
        answer = await ask(house.api(external_id_type=chosen), GET_LEADS, {"propertyExternalId": "P 1"})
        assert len(answer.value["leads"]) == 1
    assert len(house.system.refused) == (chosen != there)


async def test_a_type_is_not_exchanged_for_another_reason_and_the_first_refusal_is_said() -> None:
    wire = Wire(lambda _: (400, {"errors": [{"message": 'Variable "$sortBy" got invalid value "X"'}]}))
    with pytest.raises(Rejected):
        await ask(wire.api, GET_LEADS, {"sortBy": "X"})
    assert len(wire.asked) == 1
    wire.answer = lambda _: (400, fixture("error_wrong_type"))
    with pytest.raises(Rejected) as refused:
        await ask(wire.api, GET_LEADS, {"sortBy": "CREATED_AT"})
    assert [("LeadSortBy" in b["query"], "PropertySortBy" in b["query"]) for b in wire.asked[1:]] == [
        (True, False),
        (False, True),
    ]
    assert refused.value.errors[0].field == "sortBy"
    assert wire.api.remembered == {}


async def test_what_a_server_calls_an_unused_variable_does_not_happen(house: House) -> None:
    given = {
        "propertyId": "x",
        "propertyExternalId": "P",
        "roomId": "y",
        "studentId": "1",
        "pageNumber": 1,
        "pageSize": 2,
        "sortBy": "UPDATED_AT",
        "sortDirection": "ASCENDING",
        "createdFrom": "2026-01-01",
        "createdTo": "2026-02-01",
        "stage": "LOST",
        "bookingJourney": "LIST",
    }
    for name, value in given.items():
        if name != "propertyExternalId":
            await ask(house.api(), GET_LEADS, {name: value})
    with pytest.raises(Rejected):
        await ask(house.api(), GET_LEADS, given)  # there is no such property
    assert house.system.refused == []


# ------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("name", "sentence", "field", "status"),
    [
        ("error_reference_not_found", NO_SUCH_LEAD, "referenceId", 404),
        ("error_not_allowed", NOT_ALLOWED, "referenceId", 403),
        ("error_property_not_found", NO_SUCH_PROPERTY, "propertyExternalId", 404),
    ],
)
@pytest.mark.parametrize("http", [200, 400, 403])
def test_the_documented_errors_are_sentences_on_their_field(
    name: str, sentence: str, field: str, status: int, http: int
) -> None:
    refused = read_errors(http, fixture(name))
    assert isinstance(refused, Rejected)
    assert [(e.message, e.field) for e in refused.errors] == [(sentence, field)]
    assert refused.status == status


@pytest.mark.parametrize(
    "data",
    [
        fixture("error_401"),
        fixture("error_unauthenticated"),
        {"errors": [{"message": "x", "extensions": {"code": "UNAUTHORISED"}}]},
        {"errors": [{"message": "unauthorised"}], "data": None},
        {"errors": [{"message": "invalid x-api-token"}], "data": {"getLeads": None}},
        {"errors": [{"message": "Access denied! You need to be authorized to perform this action!"}], "data": None},
    ],
)
def test_a_token_that_is_not_accepted_is_known_by_code_and_words(data: Any) -> None:
    assert isinstance(read_errors(200, data), AuthFailed)
    assert isinstance(read_errors(400, data), AuthFailed)


def test_any_401_is_an_auth_failure() -> None:
    for data in (None, "x", {}, [], fixture("page_1")):
        assert isinstance(read_errors(401, data), AuthFailed)


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ('Variable "$createdFrom" got invalid value "x"; Expected type "Date".', "createdFrom"),
        ("Variable '$stage' got invalid value 'NEW'", "stage"),
        ('Unknown argument "sortBy" on field "Query.getLeads".', "sortBy"),
        ("It broke", None),
    ],
)
def test_an_error_stands_on_the_field_that_it_names(message: str, field: str | None) -> None:
    refused = read_errors(200, {"errors": [{"message": message}], "data": None})
    assert isinstance(refused, Rejected)
    assert (refused.errors[0].message, refused.errors[0].field) == (message, field)


def test_personal_data_in_a_message_is_blotted_out_and_a_long_one_cut() -> None:
    text = f"No student kit@example.com or +44 7700 900123 {'x' * 900}"
    refused = read_errors(200, {"errors": [{"message": text}], "data": None})
    assert isinstance(refused, Rejected)
    told = refused.errors[0].message
    assert "kit@" not in told
    assert "900123" not in told
    assert len(told) <= 300


@pytest.mark.parametrize("data", [None, "", 7, [], {}, {"errors": None}, {"errors": []}, {"errors": {"a": 1}}])
def test_what_says_nothing_means_the_usual(data: Any) -> None:
    assert read_errors(200, data) is None
    assert read_errors(404, data) is None


@pytest.mark.parametrize("errors", [["It broke"], [None, {"message": None}], [{}], [{"extensions": "x"}]])
def test_errors_of_any_shape_are_read(errors: Any) -> None:
    refused = read_errors(200, {"errors": errors, "data": None})
    assert isinstance(refused, Rejected)
    assert refused.errors[0].message


def test_data_beside_errors_is_data_and_what_is_missing_is_said() -> None:
    partial = fixture("lead_partial")
    assert read_errors(200, partial) is None
    assert said(partial) == "The student's data is not available"
    assert said(fixture("page_1")) is None
    assert isinstance(read_errors(400, partial), Rejected)


async def test_a_schema_that_refuses_a_whole_question_is_malformed(house: House) -> None:
    with pytest.raises(Rejected) as refused:
        await ask(house.api(), GET_LEADS, {"stage": "NEW"})
    assert refused.value.status == 400
    assert refused.value.errors[0].field == "stage"


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        ("unauthenticated", AuthFailed),
        ("internal", Rejected),
        ("null", UnexpectedResponse),
        ("truncated", UnexpectedResponse),
        ("429", Unavailable),
    ],
)
async def test_each_failure_is_followed_by_recovery(house: House, fault: str, failure: type[Exception]) -> None:
    await house.system.arrive(referenceId="HB1")
    house.system.fault(fault, 3)
    with pytest.raises(failure):
        await ids(created_since(house.api(), NOW, 50))
    house.system.clear_faults()
    assert await ids(created_since(house.api(), NOW, 50)) == ["HB1"]


async def test_reading_may_be_repeated() -> None:
    answers = [(503, b""), listed([lead(1, NOW)])]
    wire = Wire(lambda _: answers.pop(0))
    patient = wire.api.for_people()
    assert await ids(created_since(patient, NOW, 50)) == ["HB1"]
    assert len(wire.asked) == 2
