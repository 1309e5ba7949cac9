"""The stand-in itself: it gives what the document says, and refuses what the document does not allow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from student_wire import DAY, NOW, House, Json, fixture, serving

from providers.student import DEMO_API_TOKEN
from providers.student.graphql import GET_LEAD, GET_LEADS
from providers.student.stand_in import DOWNLOAD, FAULTS, GRAPHQL

HEADERS = {"x-api-token": DEMO_API_TOKEN}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with serving() as made:
        yield made


async def ask(house: House, query: str, variables: Json | None = None, **more: Any) -> tuple[int, Json]:
    body = {"query": query, **({} if variables is None else {"variables": variables}), **more}
    response = await house.client.post(house.url + GRAPHQL, json=body, headers=HEADERS)
    return response.status_code, response.json()


DOCUMENTED = """
query GetLeads($pageNumber: Int, $pageSize: Int, $sortBy: {sort}, $sortDirection: SortDirection, $createdFrom: Date,
  $createdTo: Date, $propertyId: ID, $propertyExternalId: {external}, $roomId: ID,
  $bookingJourney: LeadBookingJourney, $stage: LeadStage, $studentId: ID) {
  getLeads(pageNumber: $pageNumber, pageSize: $pageSize, sortBy: $sortBy, sortDirection: $sortDirection,
    createdFrom: $createdFrom, createdTo: $createdTo, propertyId: $propertyId,
    propertyExternalId: $propertyExternalId, roomId: $roomId, bookingJourney: $bookingJourney, stage: $stage,
    studentId: $studentId) {
    pageInfo { total totalPages currentPage pageSize }
    leads { id referenceId stage room { externalId } property { externalId } }
  }
}
"""
_OTHERS = "createdFrom createdTo propertyId propertyExternalId roomId bookingJourney stage studentId"
NULLS = dict.fromkeys(_OTHERS.split())


@pytest.mark.parametrize("sort", ["LeadSortBy", "PropertySortBy"])
@pytest.mark.parametrize("external", ["ID", "NonEmptyString"])
async def test_the_documents_own_query_runs_with_its_own_types_only(house: House, sort: Any, external: Any) -> None:
    await house.system.arrive()
    query = DOCUMENTED.replace("{sort}", sort).replace("{external}", external)
    variables = {"pageNumber": 1, "pageSize": 2, "sortBy": "UPDATED_AT", "sortDirection": "DESCENDING", **NULLS}
    house.system.types(sort, external)
    status, answer = await ask(house, query, variables)
    assert status == 200
    assert answer["data"]["getLeads"]["pageInfo"] == {"total": 1, "totalPages": 1, "currentPage": 1, "pageSize": 2}
    house.system.types("PropertySortBy" if sort == "LeadSortBy" else "LeadSortBy", external)
    status, answer = await ask(house, query, variables)
    assert status == 400  # even though there are values for nothing but the sorting
    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_a_null_of_a_wrong_type_is_refused_too(house: House) -> None:
    house.system.types("LeadSortBy", "NonEmptyString")
    status, _ = await ask(
        house, "query A($x: ID) { getLeads(propertyExternalId: $x) { pageInfo { total } } }", {"x": None}
    )
    assert status == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"createdFrom": "2026-11-1"},
        {"createdFrom": "2026-13-01"},
        {"createdFrom": "2026-11-01T00:00:00Z"},
        {"createdTo": 20261101},
        {"propertyExternalId": "  "},
        {"propertyExternalId": 7},
        {"propertyId": True},
        {"pageNumber": "1"},
        {"pageSize": 2**31},
        {"stage": "NEW"},
        {"bookingJourney": "MESSAGE_PROPERTY"},
        {"sortBy": "PRICE"},
        {"sortDirection": "DESC"},
    ],
)
async def test_values_of_a_wrong_type_are_refused(house: House, wrong: Json) -> None:
    status, answer = await ask(house, GET_LEADS.text(wrong, {}), wrong)
    assert status == 400
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert f"${next(iter(wrong))}" in answer["errors"][0]["message"]
    assert "data" not in answer


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ getLeads { leads { studentName } } }", None),
        ("{ getLeads { leads { studentData { city } } } }", None),
        ("{ getLeads(updatedFrom: \"2026-01-01\") { pageInfo { total } } }", None),
        ("{ getLeads(createdFrom: \"soon\") { pageInfo { total } } }", None),
        ("{ getLeads }", None),
        ("{ leads { id } }", None),
        ("query A($a: Int) { getLeads { pageInfo { total } } }", {}),
        ("{ getLead(referenceId: \"x\") { lead { id } } }", None),
        ("query A($r: String, $h: String) { getLead(referenceId: $r, hash: $h) { lead { id } } }", {}),
        ("mutation { acceptLead { id } }", None),
        ("{ getLeads {", None),
        ("{ getLeads { pageInfo { total } } }", {"pageNumber": 1}),
    ],
)  # fmt: skip
async def test_what_the_schema_does_not_know_is_refused(house: House, query: str, variables: Json | None) -> None:
    status, answer = await ask(house, query, variables)
    assert status == 400
    assert answer["errors"][0]["message"]
    assert len(house.system.refused) == 1


async def test_requests_of_another_shape_are_refused(house: House) -> None:
    async def post(**how: Any) -> int:
        return (await house.client.post(house.url + GRAPHQL, headers=HEADERS, **how)).status_code

    good = {"query": "{ getLeads { pageInfo { total } } }"}
    assert await post(json=good) == 200
    assert await post(json={**good, "operationName": None, "variables": None}) == 200
    assert await post(data=good) == 400
    assert await post(content=b"{", extensions={}) == 400
    assert await post(json=[good]) == 400
    assert await post(json={**good, "extra": 1}) == 400
    assert await post(json={**good, "variables": []}) == 400
    assert await post(json={**good, "operationName": "Other"}) == 400
    assert await post(json={"variables": {}}) == 400
    assert await post(json=good, params={"token": "x"}) == 400
    for method, path, status in (("GET", GRAPHQL, 405), ("POST", DOWNLOAD, 405), ("GET", "/", 404)):
        assert (await house.client.request(method, house.url + path, headers=HEADERS)).status_code == status


@pytest.mark.parametrize("path", [GRAPHQL, DOWNLOAD])
async def test_a_missing_or_wrong_token_is_refused_first(house: House, path: str) -> None:
    method = "POST" if path == GRAPHQL else "GET"
    for headers in ({}, {"x-api-token": "wrong"}, {"apitoken": DEMO_API_TOKEN}, {"Authorization": DEMO_API_TOKEN}):
        response = await house.client.request(method, house.url + path, headers=headers)
        assert response.status_code == 401
    assert response.json()["data"] is None
    twice = [("x-api-token", DEMO_API_TOKEN)] * 2
    assert (await house.client.request(method, house.url + path, headers=twice)).status_code == 401


async def test_a_download_takes_exactly_its_two_ids(house: House) -> None:
    await house.system.arrive(referenceId="HB1")
    document = house.system.attach("HB1", "x.pdf", b"x")
    right = {"documentId": document, "referenceId": "HB1"}

    async def get(params: Any) -> httpx.Response:
        return await house.client.get(house.url + DOWNLOAD, params=params, headers=HEADERS)

    assert (await get(right)).content == b"x"
    assert (await get({"documentId": document})).status_code == 400
    assert (await get({**right, "size": "1"})).status_code == 400
    assert (await get([*right.items(), ("referenceId", "HB1")])).status_code == 400
    assert (await get({**right, "documentId": "x"})).status_code == 404
    with pytest.raises(KeyError):
        house.system.attach("HB2", "x.pdf", b"x")


async def test_every_lead_has_the_documents_own_sample(house: House) -> None:
    await house.system.arrive(referenceId="HB1")
    given = {"documentId": "eyJ0eXBlIjoiVXBsb2FkRmlsZSIsImlkIjo1NjAzfQ", "referenceId": "HB1"}
    answer = await house.client.get(house.url + DOWNLOAD, params=given, headers=HEADERS)
    assert answer.content.startswith(b"%PDF-1.4")
    assert "sample.pdf" in answer.headers["Content-Disposition"]


def shape(value: Any) -> Any:
    """Names and kinds of a sample."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return type(value).__name__ if value is not None else "null"


async def test_leads_are_shaped_as_the_documents_samples(house: House) -> None:
    raw = await house.system.arrive(stage="LOST")
    _, answer = await ask(house, GET_LEADS.text({}, {}), {})
    (one,) = answer["data"]["getLeads"]["leads"]
    (sample, _) = fixture("page_documented")["data"]["getLeads"]["leads"]
    assert set(one) == set(sample)
    assert {k: shape(v) for k, v in one.items() if k not in ("room", "property")} == {
        k: shape(v) for k, v in sample.items() if k not in ("room", "property")
    }
    given = {"referenceId": raw["referenceId"], "hash": raw["hash"]}
    _, answer = await ask(house, GET_LEAD.text(given, {}), given)
    detail, sample = answer["data"]["getLead"]["lead"], fixture("lead_documented")["data"]["getLead"]["lead"]
    assert set(detail) == set(sample)
    assert shape(detail["studentData"]) == shape(sample["studentData"])
    assert datetime.fromisoformat(detail["createdAt"]) == NOW


async def test_history_lies_in_the_past_and_is_the_same_for_the_same_seed() -> None:
    async with serving() as one, serving() as other:
        for house in (one, other):
            house.system.fill(50, 10)
        assert one.system.leads == other.system.leads
        times = [datetime.fromisoformat(x["createdAt"]) for x in one.system.leads]
        assert times == sorted(times)
        assert times[0] >= NOW - 10 * DAY
        assert times[-1] < NOW
        assert len({x["referenceId"] for x in one.system.leads}) == 50


async def test_leads_come_with_what_is_given_and_nothing_else(house: House) -> None:
    raw = await house.system.arrive(
        referenceId="HB1", created_at=NOW - DAY, studentData={"passportLastName": "Okafor"}, stage="WAITING_FOR_GODOT"
    )
    assert raw["createdAt"] == (NOW - DAY).isoformat() == raw["updatedAt"]
    assert raw["studentData"]["passportLastName"] == "Okafor"
    assert raw["studentData"]["emailAddress"]
    with pytest.raises(ValueError, match="already"):
        await house.system.arrive(referenceId="HB1")
    with pytest.raises(ValueError, match="firstName"):
        await house.system.arrive(firstName="Kit")
    with pytest.raises(ValueError, match="No fault"):
        house.system.fault("earthquake")
    for act in (house.system.forget, house.system.forbid, house.system.change):
        with pytest.raises(KeyError):
            act("HB9")  # type: ignore[operator]
    house.now += timedelta(hours=1)
    assert house.system.change("HB1", stage="LOST")["updatedAt"] == house.now.isoformat()
    house.system.forget("HB1")
    assert house.system.leads == []


@pytest.mark.parametrize("fault", sorted(FAULTS - {"hang", "redirect", "redirect-loop", "huge", "endless", "slow"}))
async def test_a_fault_spoils_one_call_and_the_next_is_answered(house: House, fault: str) -> None:
    raw = await house.system.arrive()
    given = {"referenceId": raw["referenceId"], "hash": raw["hash"]}
    good = await ask(house, GET_LEAD.text(given, {}), given)
    query, given = (GET_LEADS.text({}, {}), {}) if fault == "empty" else (GET_LEAD.text(given, {}), given)
    house.system.fault(fault)
    try:
        spoilt: Any = await ask(house, query, given)
    except (httpx.HTTPError, ValueError):  # no answer, or one that is not JSON
        spoilt = None
    assert spoilt != good
    again = {"referenceId": raw["referenceId"], "hash": raw["hash"]}
    assert await ask(house, GET_LEAD.text(again, {}), again) == good


async def test_serving_twice_is_a_mistake(house: House) -> None:
    with pytest.raises(RuntimeError):
        await house.system.start()
