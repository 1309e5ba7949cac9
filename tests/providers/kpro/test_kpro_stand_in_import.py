"""The stand-in of KPro's Leads API answers as the document says, and refuses what it does not say: importing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from providers.kpro.stand_in import DEMO_API_KEY, KproStandIn
from providers.kpro.stand_in_import import IMPORT_RULES
from providers.kpro.stand_in_tables import LEADS_PATH

KEY = {"api_key": DEMO_API_KEY}
EMAIL = "john.smith1990@example.com"

EXAMPLE: dict[str, Any] = {
    "externalRef": "I65473",
    "email": "john.smith1990@gmail.com",
    "sendEmailConfirmation": False,
    "siteId": 6,
    "title": "Mr",
    "firstName": "John",
    "lastName": "Smith",
    "phone": "07987 654 321",
    "dateOfBirth": "1990-11-21",
    "annualHouseholdIncome": 40000,
    "deposit": 12000,
    "livingCircumstance": 1,
    "homePostcode": "NW11 7HB",
    "homeAddress": "17 Brick Lane",
    "dependants": 0,
    "workingCircumstance": 7,
    "workPostcode": "W1W 7RG",
    "workAddress": "36-38 Mortimer St",
    "occupation": "Sales Manager",
    "employerName": "Keaze",
    "armedForcesMember": False,
    "keyworker": False,
    "hasDisability": False,
    "housingWaitingList": False,
    "firstTimeBuyer": True,
    "homeOwnershipStatus": 1,
    "eligibleCitizen": True,
    "hearAboutUs": "Google search",
    "additionalInfo": "...",
    "listingId": None,
    "listingExternalRef": "L-34523",
    "propertyId": None,
    "propertyExternalRef": "P-67932",
    "developmentId": None,
    "bedrooms": [2, 3],
}
"""The document's own example (section "Example")."""


@pytest.fixture
async def kpro() -> AsyncIterator[KproStandIn]:
    stand_in = KproStandIn(now=lambda: datetime(2026, 11, 23, 10, 4, 5, tzinfo=UTC))
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def client(kpro: KproStandIn) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=await kpro.start(), timeout=3.0, verify=False) as found:
        yield found


async def post(client: httpx.AsyncClient, *leads: Any) -> httpx.Response:
    return await client.post(LEADS_PATH, params=KEY, json={"data": list(leads)})


async def test_the_documents_example_is_accepted(kpro: KproStandIn, client: httpx.AsyncClient) -> None:
    answer = await post(client, EXAMPLE)
    assert answer.status_code == 201
    lead = (await client.get(LEADS_PATH, params=KEY)).json()["data"][0]
    assert answer.json() == {"data": [lead["id"]]}
    assert lead["externalRef"] == "I65473"
    assert lead["fullName"] == "John Smith"
    assert lead["site"] == {"id": 6, "code": "API", "name": "KPro Marketing API"}
    assert lead["livingCircumstance"] == {"id": 1, "name": "Renting privately"}
    assert lead["workingCircumstance"] == {"id": 7, "name": "Working full time"}
    assert lead["listing"] == kpro.inventory.listings[3001]
    assert lead["property"] == kpro.inventory.properties[40011]
    assert lead["development"] == kpro.inventory.developments[201]
    assert (lead["eligibilityStatus"], lead["source"]) == ("not-checked", None)
    assert lead["createdAt"] == lead["updatedAt"] == "2026-11-23T10:04:05+00:00"
    assert kpro.imported == [EXAMPLE]
    assert kpro.emails_sent == []
    assert set(EXAMPLE) | {"enquiryType"} == set(IMPORT_RULES)


async def test_only_the_email_is_mandatory_and_all_else_may_be_null(
    kpro: KproStandIn, client: httpx.AsyncClient
) -> None:
    nothing = dict.fromkeys(IMPORT_RULES) | {"email": EMAIL}
    answer = await post(client, {"email": EMAIL}, nothing)
    assert answer.status_code == 201
    assert [lead["email"] for lead in kpro.leads] == [EMAIL, EMAIL]
    assert kpro.leads[0]["customerId"] == kpro.leads[1]["customerId"]
    assert kpro.leads[1]["listing"] is kpro.leads[1]["fullName"] is None


GOOD: list[tuple[str, Any]] = [
    ("externalRef", 65473),
    ("externalRef", "x" * 255),
    ("sendEmailConfirmation", True),
    ("siteId", 41),
    ("dateOfBirth", "2000-02-29"),
    ("annualHouseholdIncome", 40000.5),
    ("deposit", 0),
    ("livingCircumstance", 8),
    ("workingCircumstance", 9),
    ("homePostcode", "M1 1AE"),
    ("homePostcode", "ec1a1bb"),
    ("workPostcode", "GIR 0AA"),
    ("dependants", 3),
    ("homeOwnershipStatus", 4),
    ("listingId", 3016),
    ("listingExternalRef", "L-34702"),
    ("propertyId", 40181),
    ("propertyExternalRef", "P-68555"),
    ("developmentId", 212),
    ("bedrooms", []),
    ("bedrooms", [0, 4]),
    ("enquiryType", "selling-my-home"),
]

BAD: list[tuple[str, Any]] = [
    ("externalRef", "x" * 256),
    ("externalRef", 1.5),
    ("externalRef", True),
    ("email", None),
    ("email", ""),
    ("email", "john"),
    ("email", "john@"),
    ("email", 5),
    ("sendEmailConfirmation", "yes"),
    ("sendEmailConfirmation", 1),
    ("siteId", 9),
    ("siteId", "6"),
    ("siteId", True),
    ("title", 1),
    ("firstName", ["John"]),
    ("lastName", False),
    ("phone", 7987654321),
    ("dateOfBirth", "21-11-1990"),
    ("dateOfBirth", "1990-02-30"),
    ("dateOfBirth", "1990-11-21T00:00"),
    ("dateOfBirth", 19901121),
    ("annualHouseholdIncome", "40000"),
    ("annualHouseholdIncome", True),
    ("deposit", "none"),
    ("livingCircumstance", 0),
    ("livingCircumstance", 9),
    ("livingCircumstance", "1"),
    ("workingCircumstance", 10),
    ("workingCircumstance", 7.0),
    ("homePostcode", "NW11 77"),
    ("homePostcode", "10115"),
    ("homePostcode", "QW1 1AA"),
    ("homePostcode", ""),
    ("workPostcode", "W1W-7RG"),
    ("homeAddress", 17),
    ("workAddress", {}),
    ("occupation", 0),
    ("employerName", []),
    ("dependants", -1),
    ("dependants", 1.5),
    ("dependants", "2"),
    ("armedForcesMember", "false"),
    ("keyworker", 0),
    ("hasDisability", "no"),
    ("housingWaitingList", []),
    ("firstTimeBuyer", "true"),
    ("eligibleCitizen", 2),
    ("homeOwnershipStatus", 0),
    ("homeOwnershipStatus", 5),
    ("additionalInfo", {"text": "hello"}),
    ("listingId", 1),
    ("listingId", "3001"),
    ("listingExternalRef", "L-0"),
    ("listingExternalRef", 34523),
    ("propertyId", 3001),
    ("propertyExternalRef", "P-0"),
    ("developmentId", 40011),
    ("bedrooms", 2),
    ("bedrooms", ["2"]),
    ("bedrooms", [2.5]),
    ("bedrooms", [True]),
    ("hearAboutUs", 3),
    ("enquiryType", "rental"),
    ("enquiryType", 1),
]


@pytest.mark.parametrize(("field", "value"), GOOD)
async def test_a_good_value_is_accepted(client: httpx.AsyncClient, field: str, value: Any) -> None:
    answer = await post(client, {"email": EMAIL, field: value})
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(("field", "value"), BAD)
async def test_a_bad_value_is_422_and_names_its_parameter(
    kpro: KproStandIn, client: httpx.AsyncClient, field: str, value: Any
) -> None:
    lead = {"email": EMAIL, field: value}
    answer = await post(client, {"email": "fine@example.org"}, lead)
    assert answer.status_code == 422
    body = answer.json()
    assert isinstance(body["message"], str)
    assert [entry["customerEmail"] for entry in body["errors"]] == [lead["email"]]
    assert list(body["errors"][0]["errors"]) == [field]
    [sentence] = body["errors"][0]["errors"][field]
    assert sentence.startswith(f"The {field} ")
    assert kpro.leads == []


def test_every_parameter_has_a_bad_value() -> None:
    assert {field for field, _ in BAD} == set(IMPORT_RULES)


async def test_a_lead_without_email_is_422(client: httpx.AsyncClient) -> None:
    answer = await post(client, {"firstName": "John"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"customerEmail": None, "errors": {"email": ["The email is required."]}}]


async def test_the_errors_can_have_the_other_shape() -> None:
    kpro = KproStandIn(now=lambda: datetime(2026, 11, 23, tzinfo=UTC), errors_shape="list")
    async with httpx.AsyncClient(base_url=await kpro.start(), verify=False) as client:
        answer = await post(client, {"email": EMAIL, "siteId": 9, "bedrooms": 2})
    await kpro.stop()
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["errors"] == [
        {"field": "siteId", "message": "The siteId is not in the list of allowed values."},
        {"field": "bedrooms", "message": "The bedrooms must be an array of integers."},
    ]


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"{}", "application/json"),
        (b'{"data":{}}', "application/json"),
        (b'{"data":[]}', "application/json"),
        (b'{"data":["a@example.com"]}', "application/json"),
        (b'{"data":[{"email":"a@example.com"}]}', "text/plain"),
        (b"email=a@example.com", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_payload_of_another_form_is_400(
    kpro: KproStandIn, client: httpx.AsyncClient, content: bytes, content_type: str
) -> None:
    answer = await client.post(LEADS_PATH, params=KEY, content=content, headers={"Content-Type": content_type})
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert (kpro.leads, kpro.unknown_parameters) == ([], [])


async def test_unknown_fields_and_parameters_are_400_and_noted(kpro: KproStandIn, client: httpx.AsyncClient) -> None:
    payload = {"data": [{"email": EMAIL, "surname": "Smith"}, {"email": EMAIL, "fullName": "J"}], "notify": True}
    assert (await client.post(LEADS_PATH, params=KEY, json=payload)).status_code == 400
    assert kpro.unknown_parameters == ["notify", "surname", "fullName"]
    answer = await client.post(LEADS_PATH, params={**KEY, "dryRun": "1"}, json={"data": [{"email": EMAIL}]})
    assert answer.status_code == 400
    assert kpro.unknown_parameters[-1] == "dryRun"
    assert kpro.leads == []


async def test_importing_needs_the_key(kpro: KproStandIn, client: httpx.AsyncClient) -> None:
    answer = await client.post(LEADS_PATH, json={"data": [{"email": EMAIL}]})
    assert (answer.status_code, kpro.leads) == (401, [])


async def test_a_repeated_reference_is_skipped(kpro: KproStandIn, client: httpx.AsyncClient) -> None:
    first = await post(client, {"email": EMAIL, "externalRef": 17}, {"email": EMAIL, "externalRef": "17"})
    assert (first.status_code, len(first.json()["data"])) == (201, 1)
    await kpro.arrive(externalRef="I5")
    again = await post(
        client,
        {"email": EMAIL, "externalRef": "17"},
        {"email": EMAIL, "externalRef": "I5"},
        {"email": EMAIL, "externalRef": "18"},
    )
    assert (again.status_code, len(again.json()["data"])) == (201, 1)
    assert [lead["externalRef"] for lead in kpro.leads] == ["17", "I5", "18"]


async def test_customers_are_mailed_only_where_asked(kpro: KproStandIn, client: httpx.AsyncClient) -> None:
    await post(
        client,
        {"email": "a@example.com", "sendEmailConfirmation": True, "externalRef": "1"},
        {"email": "b@example.com", "sendEmailConfirmation": None},
        {"email": "c@example.com", "sendEmailConfirmation": True, "externalRef": "1"},
    )
    assert kpro.emails_sent == ["a@example.com"]


async def test_what_is_offered_is_found_by_id_or_reference(kpro: KproStandIn, client: httpx.AsyncClient) -> None:
    answer = await post(
        client,
        {"email": EMAIL, "developmentId": 206},
        {"email": EMAIL, "propertyId": 40061},
        {"email": EMAIL, "listingId": 3016, "developmentId": 206},
        {"email": EMAIL, "siteId": 32},
    )
    assert answer.status_code == 201
    offered = [[(lead[k] or {}).get("id") for k in ("listing", "development", "property")] for lead in kpro.leads]
    assert offered == [[None, 206, None], [3008, 206, 40061], [3016, None, None], [None, None, None]]
    assert kpro.leads[-1]["site"]["code"] == "TEL"


@pytest.mark.parametrize(
    ("kind", "performed"),
    [("withhold", True), ("truncated", True), ("slow", True), ("refuse", False), ("500", False), ("empty", False)],
)
async def test_a_fault_performs_the_import_or_not(kind: str, performed: bool) -> None:
    kpro = KproStandIn(now=lambda: datetime(2026, 11, 23, tzinfo=UTC), slow_seconds=0.01)
    async with httpx.AsyncClient(base_url=await kpro.start(), verify=False) as client:
        kpro.fault(kind)
        if kind in {"withhold", "refuse"}:
            with pytest.raises(httpx.TransportError):
                await post(client, EXAMPLE)
        else:
            await post(client, EXAMPLE)
        assert len(kpro.leads) == performed
        assert (await post(client, EXAMPLE)).status_code == 201
    await kpro.stop()
    assert len(kpro.leads) == 1
