"""The stand-in of Lofty's API: every operation of the document answers, and what is not documented is refused."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from providers.lofty.stand_in import DEMO_API_KEY, FAULTS, LoftyStandIn
from providers.lofty.stand_in.account import TEAM_ID
from providers.lofty.stand_in.documented import NEWER, OPERATIONS, TYPES, VALUES, Operation
from providers.lofty.stand_in.records import RECORDS
from providers.lofty.stand_in.times import epoch_ms

NOW = datetime(2026, 11, 23, 10, 4, 5, tzinfo=UTC)
HEADERS = {"Authorization": f"token {DEMO_API_KEY}", "Content-Type": "application/json"}
Json = dict[str, Any]


class Time:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def lofty(time: Time) -> AsyncIterator[LoftyStandIn]:
    stand_in = LoftyStandIn(now=time.now, slow_seconds=0.05, hang_seconds=5.0)
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def client(lofty: LoftyStandIn) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=await lofty.start(), headers=HEADERS, timeout=3.0, verify=False) as found:
        yield found


# --- every operation ---------------------------------------------------------------------------------------------


async def known(lofty: LoftyStandIn, client: httpx.AsyncClient) -> Json:
    """Ids of one of everything, to be put into paths, queries and bodies."""
    lead = (await lofty.arrive(phones=["5125550101"], emails=["ann@example.com"]))["leadId"]
    ids: Json = {"leadId": lead, "callId": lofty.called(lead)["id"], "type": 1, "account": "dana@example.com"}
    lofty.booked(lead, NOW + timedelta(days=1), "Showing")
    ids["userId"] = lofty.members[0]["memberUserId"]
    ids["account"] = lofty.members[0]["email"]
    ids["noteId"] = (await client.post("/v1.0/notes", json=note(lead))).json()["noteId"]
    ids["taskId"] = (await client.post("/v1.0/tasks", json=task(lead))).json()["taskId"]
    ids["logTypeId"] = (await client.post("/v1.0/logType", json=log(lead))).json()["logType"]["id"]
    made = await client.post(f"/v1.0/leads/{lead}/transaction", json={"transactionName": "12 Oak Street"})
    ids["transactionId"] = made.json()["transactionId"]
    address = {"transactionId": ids["transactionId"], "city": "Austin"}
    await client.post(f"/v1.0/leads/{lead}/transaction/property/address", json=address)
    await client.put(f"/v1.0/leads/{lead}", json={"stage": "Nurture"})
    hook = {"callbackUrl": "https://example.com/hook", "listId": 3}
    ids["subscribeId"] = (await client.post("/v1.0/webhook", json=hook)).json()["subscribeId"]
    ids["pond"] = lofty.account.ponds[0]["id"]
    ids["team"] = int((await client.post("/v1.0/broker/team", json={"teamName": "North"})).json())
    ids["office"] = lofty.account.offices[0]["id"]
    ids["rule"] = (await client.get("/v1.0/routing/rule/list/1")).json()[0]["id"]
    return ids


def note(lead: int) -> Json:
    return {"leadId": lead, "content": "Wants a yard", "isPin": False}


def task(lead: int) -> Json:
    due = epoch_ms(NOW + timedelta(days=1))
    return {"leadId": lead, "content": "Call back", "deadline": due, "type": "Call", "assignedRole": "Agent"}


def log(lead: int) -> Json:
    return {"leadId": lead, "logType": "logCall", "content": "Talked", "leadPhoneNumber": "5125550101"}


def activity() -> Json:
    link = "https://example.com/home"
    return {"created": epoch_ms(NOW), "type": "Browse", "text": "12 Oak Street", "link": link, "picture": link}


def queries(ids: Json) -> Json:
    """Queries of operations that require some."""
    lead = {"leadId": ids["leadId"]}
    return {
        "GET /v1.0/calls": lead,
        "GET /v1.0/communication/call": lead,
        "GET /v1.0/communication/call/v2": lead,
        "GET /v1.0/communication/email": lead,
        "GET /v1.0/communication/text": lead,
        "GET /v1.0/notes": lead,
        "GET /v1.0/appts": lead,
        "GET /v1.0/tasks": lead,
        "GET /v1.0/systemLogs": lead,
        "GET /v1.0/logType": lead | {"logType": "logCall"},
        "DELETE /v1.0/leads/{leadId}": {"reason": "Twice"},
        "GET /v1.0/getPublishedListings": {"type": "LuxVT"},
        "GET /v1.0/listing": {"agentListings": "true"},
    }


def bodies(ids: Json) -> Json:
    """A body for every operation that takes one."""
    lead = ids["leadId"]
    person = {"emailAddress": "new@example.com", "firstName": "New", "lastName": "Agent"}
    home = {"streetAddress": "12 Oak Street", "city": "Austin", "state": "TX", "zipCode": "78704", "price": 400_000}
    said = {"startTime": epoch_ms(NOW) - 3_600_000, "endTime": epoch_ms(NOW) + 1, "type": "CALL"}
    places = [{"city": "Austin", "stateCode": "TX"}]
    return {
        "POST /v1.0/agent/profile/add": {"accountType": 1, "accountInfo": person},
        "POST /v1.0/agent/communication": said,
        "PUT /v1.0/routing/rule/supplement/{type}": {"strategyType": 1, "assigneeAgentId": ids["userId"]},
        "PUT /v1.0/routing/rule/{type}": {"id": ids["rule"], "routingStrategy": {"touchMinutes": 120}},
        "PUT /v1.0/brokermint/lead": {"externalId": "BM1", "firstName": "Ann"},
        "PUT /v1.0/brokermint/transaction": {"id": ids["transactionId"], "status": "Closed"},
        "POST /v1.0/leads": {"firstName": "Bo", "tags": ["VIP"], "inquiry": {"priceMax": 500_000, "locations": places}},
        "POST /v1.0/leads/assignee": {"firstName": "Bo", "email": "bo@example.com"},
        "POST /v1.0/leads/specified-url": {"leadId": lead, "loftyWebsiteURL": "https://example.com/a"},
        "PUT /v1.0/leads/{leadId}": {"stage": "Pending", "tagsAdd": ["Hot Lead"]},
        "POST /v1.0/leads/{leadId}/activity": activity(),
        "POST /v1.0/leads/{leadId}/assignment": [{"role": "Agent", "assignee": ids["account"]}],
        "POST /v1.0/leads/{leadId}/inquiry": {"priceMin": 1, "priceMax": 2, "bedroomsMin": 3},
        "POST /v1.0/leads/{leadId}/property": home,
        "POST /v1.0/leads/{leadId}/transaction": {"transactionName": "Deal", "homePrice": 1.5},
        "POST /v1.0/leads/{leadId}/transaction/property/address": {"transactionId": ids["transactionId"]},
        "PUT /v1.0/leads/{leadId}/transaction/{transactionId}": {"transactionStatus": "under contract"},
        "PUT /v1.0/users/{userId}": {"phoneNumber": "5125550199"},
        "POST /v1.0/notes": note(lead),
        "PUT /v1.0/notes/{noteId}": {"content": "Wants a pool", "isPin": True},
        "POST /v1.0/tasks": task(lead),
        "PUT /v1.0/tasks/{taskId}": {"finishFlag": True},
        "POST /v1.0/teamFeatures/custom-field": {"attributeName": "Budget", "attributeType": "currency"},
        "POST /v1.0/agent": person,
        "PUT /v1.0/agent": {"teamMemberUserId": ids["userId"], "phone": "5125550198"},
        "POST /v1.0/webhook": {"callbackUrl": "https://example.com/hook", "listId": 2},
        "POST /v1.0/org/company": {"name": "Lone Star"},
        "POST /v1.0/org/office": {"id": ids["office"], "city": "Dallas"},
        "PUT /v1.0/org/office": {"name": "South"},
        "POST /v1.0/broker/team": {"teamName": "East"},
        "POST /v1.0/logType": log(lead),
        "POST /v1.0/agent/send-notification": {"leadId": lead, "notificationType": 65, "message": "Hello"},
    }


def address_of(operation: Operation, ids: Json) -> str:
    special = {"/v1.0/team-features/lead-pond/{id}": "pond", "/v1.0/broker/team/{id}": "team"}
    path = operation.path
    if path in special:
        return path.replace("{id}", str(ids[special[path]]))
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", str(value))
    return path


GIVES = {
    "GET /v1.0/calls": "calls CallResponse",
    "GET /v1.0/calls/{callId}": "calls CallResponse",
    "POST /v1.0/agent/communication": "pageData CommunicationResponse",
    "GET /v1.0/communication/call": "calls CallResponse",
    "GET /v1.0/communication/call/v2": "calls CallHistory",
    "GET /v1.0/routing/member/list/{type}": ". AssignMember",
    "GET /v1.0/routing/role/list": ". AssignRole",
    "GET /v1.0/routing/rule/list/{type}": ". RoutingRule",
    "GET /v1.0/routing/rule/supplement/{type}": ". SupplementRoutingRule",
    "GET /v1.0/leads": "leads LeadResponse",
    "GET /v1.0/leads/createTime": "leads LeadResponse",
    "GET /v1.0/leads/updateTime": "leads LeadResponse",
    "GET /v1.0/leads/{leadId}": "lead LeadResponse",
    "POST /v1.0/leads/assignee": ". LeadCustomRoleAssigneeInfo",
    "POST /v1.0/leads/{leadId}/transaction": ". LeadTransaction",
    "PUT /v1.0/leads/{leadId}/transaction/{transactionId}": ". LeadTransaction",
    "GET /v1.0/leads/{leadId}/transactions": ". LeadTransaction",
    "GET /v1.0/leads/{leadId}/transaction/{transactionId}": ". LeadTransaction",
    "GET /v1.0/leads/{leadId}/transaction/{transactionId}/property/address": ". LeadTransactionPropertyAddress",
    "GET /v1.0/transaction/customfields": ". CustomFieldResponse",
    "GET /v1.0/me": ". UserResponse",
    "GET /v1.0/members": "members UserResponse",
    "GET /v1.0/members/{account}": ". UserResponse",
    "GET /v1.0/users/{userId}": ". UserResponse",
    "GET /v1.0/notes": "notes NoteResponse",
    "GET /v1.0/notes/{noteId}": "note NoteResponse",
    "GET /v1.0/appts": ". Appointment",
    "GET /v1.0/tasks": "taskList TaskResponse",
    "GET /v1.0/tasks/{taskId}": "task TaskResponse",
    "GET /v1.0/team-features/lead-pond/{id}": ". LeadPond",
    "GET /v1.0/team-features/lead-ponds": ". LeadPond",
    "GET /v1.0/teamFeatures/listCustomField": ". CustomAttribute",
    "GET /v1.0/teamFeatures/listTag": ". UserLeadTag",
    "POST /v1.0/agent": ". AccountResponse",
    "PUT /v1.0/agent": ". AccountResponse",
    "POST /v1.0/agent/profile/add": ". Result_long_",
    "GET /v1.0/vendor/list": ". VendorInfo",
    "GET /v1.0/vendor/oauth/token-info/byold": ". OauthTokenInfo",
    "POST /v1.0/webhook": ". WebhookResponse",
    "GET /v1.0/webhooks": ". WebhookResponse",
    "GET /v1.0/org": ". OrganizationInfo",
    "GET /v1.0/org/permission/profiles": ". PermissionProfile",
    "GET /v1.0/systemLogs": "timeLines SystemLogResponse",
}
"""Where in an answer the records are, and their documented type."""


async def call(client: httpx.AsyncClient, operation: Operation, ids: Json) -> httpx.Response:
    body = bodies(ids).get(operation.name)
    return await client.request(
        operation.method,
        address_of(operation, ids),
        params=queries(ids).get(operation.name),
        content=None if body is None else json.dumps(body),
    )


def test_all_80_operations_of_the_document_are_there_once() -> None:
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS) == 80
    assert len({operation.section for operation in OPERATIONS}) == 80
    kinds = set(TYPES) | set(VALUES)
    assert {operation.body.strip("[]") for operation in OPERATIONS if operation.body} <= kinds


@pytest.mark.parametrize("operation", [*OPERATIONS, *NEWER], ids=lambda operation: operation.name)
async def test_every_operation_answers_a_documented_request(
    lofty: LoftyStandIn, client: httpx.AsyncClient, operation: Operation
) -> None:
    ids = await known(lofty, client)
    answer = await call(client, operation, ids)
    assert answer.status_code == 200, answer.text
    assert lofty.refused == []
    if operation.name in GIVES:
        where, kind = GIVES[operation.name].split()
        found = answer.json() if where == "." else answer.json()[where]
        records = found if isinstance(found, list) else [found]
        assert records
        for one in records:
            assert set(one) == set(RECORDS[kind])


@pytest.mark.parametrize("operation", [*OPERATIONS, *NEWER], ids=lambda operation: operation.name)
async def test_every_operation_refuses_what_the_document_does_not_know(
    lofty: LoftyStandIn, client: httpx.AsyncClient, operation: Operation
) -> None:
    ids = await known(lofty, client)
    address, query, body = address_of(operation, ids), queries(ids).get(operation.name, {}), bodies(ids)
    given = json.dumps(body[operation.name]) if operation.name in body else None

    strange = await client.request(operation.method, address, params=query | {"page": "1"}, content=given)
    assert strange.status_code == 400
    assert "page" in strange.text
    no_type = await client.request(
        operation.method, address, params=query, content=given, headers={"Content-Type": "text/plain"}
    )
    assert (no_type.status_code, "20001" in no_type.text or "Content-Type" in no_type.text) == (400, True)
    no_key = await client.request(
        operation.method, address, params=query, content=given, headers={"Authorization": "token nobody"}
    )
    assert (no_key.status_code, "User in token does not exist." in no_key.text) == (400, True)
    if operation.body:
        sent = body[operation.name]
        odd = [sent[0] | {"favouriteColour": "red"}] if isinstance(sent, list) else sent | {"favouriteColour": "red"}
        refused = await client.request(operation.method, address, params=query, content=json.dumps(odd))
        assert (refused.status_code, "favouriteColour" in refused.text) == (400, True)
        assert lofty.refused[-1].endswith("favouriteColour")
        for wrong in ("", "{", '"text"', "[1]"):
            refused = await client.request(operation.method, address, params=query, content=wrong)
            assert refused.status_code == 400
    again = await client.request(operation.method, address, params=query, content=given)
    assert again.status_code == 200, again.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1.0/lead"),
        ("GET", "/v1.0/leads/"),
        ("PATCH", "/v1.0/leads"),
        ("POST", "/v1.0/me"),
        ("GET", "/v2.0/tasks"),
        ("GET", "/v1.0/leads/1/notes"),
        ("GET", "/"),
    ],
)
async def test_other_paths_and_methods_are_not_found(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == 404
    assert answer.json()["message"] == "Not Found"


# --- values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "firstName"),
        ({"firstName": None}, "firstName"),
        ({"firstName": " "}, "firstName"),
        ({"firstName": "B" * 31}, "firstName"),
        ({"firstName": "Bo", "lastName": "B" * 31}, "lastName"),
        ({"firstName": 7}, "firstName"),
        ({"firstName": "Bo", "phones": "5125550101"}, "phones"),
        ({"firstName": "Bo", "phones": ["5" * 21]}, "phones[0]"),
        ({"firstName": "Bo", "stage": "S" * 20}, "stage"),
        ({"firstName": "Bo", "stage": "No such stage"}, "stage"),
        ({"firstName": "Bo", "tags": ["t" * 65]}, "tags[0]"),
        ({"firstName": "Bo", "tags": [7]}, "tags[0]"),
        ({"firstName": "Bo", "segments": ["s" * 31]}, "segments[0]"),
        ({"firstName": "Bo", "leadTypes": [4]}, "leadTypes[0]"),
        ({"firstName": "Bo", "leadTypes": ["2"]}, "leadTypes[0]"),
        ({"firstName": "Bo", "assignedUserId": "651095960136641"}, "assignedUserId"),
        ({"firstName": "Bo", "assignedUserId": 1 << 63}, "assignedUserId"),
        ({"firstName": "Bo", "cannotCall": "true"}, "cannotCall"),
        ({"firstName": "Bo", "welcomeEmail": 1}, "welcomeEmail"),
        ({"firstName": "Bo", "birthday": "2001-06-05"}, "birthday"),
        ({"firstName": "Bo", "fthb": "yes"}, "fthb"),
        ({"firstName": "Bo", "inquiry": {"priceMin": "1"}}, "inquiry.priceMin"),
        ({"firstName": "Bo", "inquiry": {"priceMin": 1.5}}, "inquiry.priceMin"),
        ({"firstName": "Bo", "inquiry": {"propertyType": ["Castle"]}}, "inquiry.propertyType[0]"),
        ({"firstName": "Bo", "inquiry": {"locations": [{"town": "Austin"}]}}, "inquiry.locations[0].town"),
        ({"firstName": "Bo", "inquiry": []}, "inquiry"),
        ({"firstName": "Bo", "leadFamilyMemberList": [{"lastName": "Li"}]}, "leadFamilyMemberList[0].firstName"),
        ({"firstName": "Bo", "leadFamilyMemberList": [{"firstName": "Li"}] * 5}, "leadFamilyMemberList"),
        ({"firstName": "Bo", "leadTransaction": {"homePrice": "1"}}, "leadTransaction.transactionName"),
        ({"firstName": "Bo", "ownershipScope": "OFFICE"}, "ownershipId"),
        ({"firstName": "Bo", "customAttributeList": [{"value": "x"}]}, "customAttributeList[0].attributeName"),
    ],
)
async def test_a_wrong_value_is_refused_by_its_name_and_nothing_is_created(
    lofty: LoftyStandIn, client: httpx.AsyncClient, body: Json, field: str
) -> None:
    answer = await client.post("/v1.0/leads", json=body)
    assert answer.status_code == 400
    assert answer.json()["code"] == 20012
    assert f" {field} " in answer.json()["message"]
    assert lofty.refused == [field]
    assert lofty.leads == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("limit=1&limit=2", "limit"),
        ("offset=-1", "offset"),
        ("desc=yes", "desc"),
        ("sort=createTime", "sort"),
        ("assignedUserId=dana", "assignedUserId"),
        ("pageSize=5", "pageSize"),
        ("scrollId=x", "scrollId"),
    ],
)
async def test_a_wrong_query_is_refused_by_its_name(client: httpx.AsyncClient, query: str, field: str) -> None:
    answer = await client.get(f"/v1.0/leads?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, 20012)
    assert f" {field} " in answer.json()["message"]


async def test_what_stands_in_a_path_is_checked(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1.0/leads/abc")).status_code == 400
    assert (await client.get("/v1.0/routing/rule/list/3")).status_code == 400
    assert (await client.get("/v1.0/routing/rule/list/4")).status_code == 400, "type 4 needs a role"
    assert (await client.get("/v1.0/routing/rule/list/4?roleId=4")).status_code == 200
    missing = await client.get("/v1.0/leads/651095960199999")
    assert (missing.status_code, missing.json()["code"]) == (404, 20006)


async def test_both_spellings_and_both_forms_of_a_moment_are_taken(
    lofty: LoftyStandIn, client: httpx.AsyncClient
) -> None:
    ids = await known(lofty, client)
    lofty.account.brokermint_transactions.add(ids["transactionId"])
    for moment in ("2026-11-24T10:00:00Z", {"time": epoch_ms(NOW)}):
        body = {"id": ids["transactionId"], "closedAt": moment}
        assert (await client.put("/v1.0/brokermint/transaction", json=body)).json()["code"] == 0
    for wrong in ("2026-11-24", "soon", {"day": 1}, 7):
        body = {"id": ids["transactionId"], "closedAt": wrong}
        assert (await client.put("/v1.0/brokermint/transaction", json=body)).status_code == 400
    rule = {"id": ids["rule"], "routingStrategy": {"memberWeights": [{"memberId": ids["userId"], "weight": 2}]}}
    assert (await client.put("/v1.0/routing/rule/1", json=rule)).json() == "ok"
    rule["routingStrategy"] = {"memberWeights": {"1": 2}}
    assert (await client.put("/v1.0/routing/rule/1", json=rule)).json() == "ok"
    rule["routingStrategy"] = {"memberWeights": 3}
    assert (await client.put("/v1.0/routing/rule/1", json=rule)).status_code == 400


# --- who calls, how often ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["", "token", "token  x", "Token " + DEMO_API_KEY, "Basic x", "token \xe9"])
async def test_a_wrong_key_is_a_400_that_means_who_are_you(client: httpx.AsyncClient, header: str) -> None:
    answer = await client.get("/v1.0/me", headers={"Authorization": header.encode("latin-1")})
    assert (answer.status_code, answer.json()["code"]) == (400, 200058)


async def test_calls_are_noted_without_the_key(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    await client.get("/v1.0/leads", params={"email": "a b@example.com"})
    await client.get("/v1.0/nothing", headers={"Authorization": "token x"})
    assert lofty.requests == [("GET", "/v1.0/leads?email=a b@example.com"), ("GET", "/v1.0/nothing")]


async def test_the_rate_limit_is_told_and_kept(time: Time) -> None:
    lofty = LoftyStandIn(now=time.now, per_minute=2)
    async with httpx.AsyncClient(base_url=await lofty.start(), headers=HEADERS) as client:
        first = await client.get("/v1.0/me")
        assert (first.headers["x-ratelimit-limit"], first.headers["x-ratelimit-remaining"]) == ("2", "1")
        time.at += timedelta(seconds=39)
        assert (await client.get("/v1.0/me")).headers["x-ratelimit-reset"] == "21000", "milliseconds to go"
        beyond = await client.get("/v1.0/me")
        assert (beyond.status_code, beyond.json()) == (429, {"message": "Too Many Requests"})
        assert beyond.headers["x-ratelimit-remaining"] == "0"
        time.at += timedelta(seconds=21)
        assert (await client.get("/v1.0/me")).status_code == 200
    await lofty.stop()


async def test_the_reset_can_be_epoch_seconds(time: Time) -> None:
    lofty = LoftyStandIn(now=time.now, reset_as="epoch")
    async with httpx.AsyncClient(base_url=await lofty.start(), headers=HEADERS) as client:
        reset = int((await client.get("/v1.0/me")).headers["x-ratelimit-reset"])
    await lofty.stop()
    assert reset == int((NOW + timedelta(minutes=1)).timestamp())


# --- faults ------------------------------------------------------------------------------------------------------


async def spoiled(client: httpx.AsyncClient, lofty: LoftyStandIn, kind: str) -> httpx.Response:
    """What one call meets, having seen that the next one is answered."""
    lofty.fault(kind)
    answer = await client.get("/v1.0/leads")
    assert (await client.get("/v1.0/leads")).json()["_metadata"]["total"] == len(lofty.leads)
    return answer


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("401", 400, 200058),
        ("429", 429, None),
        ("500", 500, 20005),
        ("denied", 403, 20017),
        ("not-vendor", 403, 200100),
    ],
)
async def test_a_refusal_can_be_asked_for(
    lofty: LoftyStandIn, client: httpx.AsyncClient, kind: str, status: int, code: int | None
) -> None:
    answer = await spoiled(client, lofty, kind)
    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert "x-ratelimit-limit" in answer.headers


async def test_answers_can_be_spoiled(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    await lofty.arrive()
    assert (await spoiled(client, lofty, "503")).status_code == 503
    html = await spoiled(client, lofty, "html")
    assert (html.status_code, html.headers["content-type"]) == (200, "text/html; charset=utf-8")
    truncated = await spoiled(client, lofty, "truncated")
    assert truncated.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        truncated.json()
    empty = await spoiled(client, lofty, "empty")
    assert (empty.json()["leads"], empty.json()["_metadata"]["total"]) == ([], 0)
    slow = await spoiled(client, lofty, "slow")
    assert slow.elapsed >= timedelta(seconds=0.05)
    assert len(slow.json()["leads"]) == 1


@pytest.mark.parametrize("kind", ["refuse", "withhold"])
async def test_a_connection_can_be_closed(lofty: LoftyStandIn, client: httpx.AsyncClient, kind: str) -> None:
    lofty.fault(kind)
    with pytest.raises(httpx.TransportError):
        await client.post("/v1.0/leads", json={"firstName": "Bo"})
    assert len(lofty.leads) == (kind == "withhold"), "withheld: it was carried out"
    assert (await client.get("/v1.0/me")).status_code == 200


async def test_a_call_can_hang_until_the_client_leaves(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    lofty.fault("hang")
    with pytest.raises(httpx.ReadTimeout):
        await client.get("/v1.0/me", timeout=0.1)
    assert (await client.get("/v1.0/me")).status_code == 200


async def test_faults_come_in_turn_and_can_be_forgotten(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    lofty.fault("500", 2)
    lofty.fault("429")
    assert [(await client.get("/v1.0/me")).status_code for _ in range(4)] == [500, 500, 429, 200]
    for kind in FAULTS:
        lofty.fault(kind)
    lofty.clear_faults()
    assert (await client.get("/v1.0/leads/createTime")).status_code == 200
    with pytest.raises(ValueError, match="No fault"):
        lofty.fault("plague")


async def test_errors_come_in_four_forms(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    for number in (1, 2, 3, 4):
        lofty.fault(f"shape:{number}")
    code, old, text, plain = [await client.get("/v1.0/leads/1") for _ in range(4)]
    assert code.json() == {"code": 20006, "message": "LEAD_NOT_EXIST"}
    assert old.json() == {"errorCode": 20006, "errorMsg": "LEAD_NOT_EXIST"}
    assert text.json() == "LEAD_NOT_EXIST"
    assert (plain.text, plain.headers["content-type"].split(";")[0]) == ("LEAD_NOT_EXIST", "text/plain")
    assert {answer.status_code for answer in (code, old, text, plain)} == {404}
    assert (await client.get("/v1.0/team-features/lead-pond/1")).json()["errorCode"] == 20017
    assert isinstance((await client.get("/v1.0/users/1")).json(), str)
    with pytest.raises(json.JSONDecodeError):
        (await client.get("/v1.0/listing")).json()


async def test_what_is_created_can_be_late(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    lofty.fault("late")
    lead = (await client.post("/v1.0/leads", json={"firstName": "Bo"})).json()["leadId"]
    assert [(await client.get(f"/v1.0/leads/{lead}")).status_code for _ in range(2)] == [404, 200]
    lofty.fault("late")
    made = (await client.post("/v1.0/notes", json=note(lead))).json()["noteId"]
    assert [(await client.get(f"/v1.0/notes/{made}")).status_code for _ in range(2)] == [404, 200]


async def test_the_searches_by_time_can_be_missing(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    lofty.fault("lacks-times")
    for path in ("/v1.0/leads/createTime", "/v1.0/leads/updateTime"):
        assert (await client.get(path)).status_code == 404
    assert (await client.get("/v1.0/leads")).status_code == 200


async def test_single_operations_can_be_closed_to_the_key(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    lofty.denied.add("GET /v1.0/org")
    assert (await client.get("/v1.0/org")).status_code == 403
    assert (await client.get("/v1.0/members")).status_code == 200


async def test_the_team_has_one_id(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    lead = await lofty.arrive()
    hook = {"callbackUrl": "https://example.com/hook", "listId": 2, "limit": 5, "permissionMode": 1}
    assert (await client.post("/v1.0/webhook", json=hook)).json()["teamId"] == lead["teamId"] == TEAM_ID
