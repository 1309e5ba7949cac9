"""The stand-in refuses what the document does not allow, and plays what it says."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from providers.seloger import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET
from providers.seloger.stand_in import FAULTS, PATHS
from providers.seloger.stand_in.checking import Names
from tests.providers.seloger.seloger_house import NOW, SelogerHouse, fixture, lead_id

GRANT = {"grant_type": "client_credentials", "scope": "laas:leads:get"}
BASIC = (DEMO_CLIENT_ID, DEMO_CLIENT_SECRET)
END = {"EndDate": "2026-11-24T00:00:00Z"}
SEARCH: dict[str, Any] = {"SearchCriteria": END, "Pagination": {"PageNumber": 1, "PageSize": 10}}


@pytest.fixture
async def http(seloger: SelogerHouse) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=seloger.url) as client:
        yield client


async def token(http: httpx.AsyncClient) -> dict[str, str]:
    answer = await http.post("/oauth/token", data=GRANT, auth=BASIC)
    assert answer.status_code == 200
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


# ------------------------------------------------------------------------------------------------ tokens


async def test_a_token_is_given_and_expires(seloger: SelogerHouse, http: httpx.AsyncClient) -> None:
    answer = (await http.post("/oauth/token", data=GRANT, auth=BASIC)).json()
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 3600, "laas:leads:get")
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    assert (await http.post("/v2/leads", json=SEARCH, headers=headers)).status_code == 200
    seloger.now += timedelta(hours=1)
    assert (await http.post("/v2/leads", json=SEARCH, headers=headers)).status_code == 401
    seloger.system.grants.told = False
    assert "expires_in" not in (await http.post("/oauth/token", data=GRANT, auth=BASIC)).json()


@pytest.mark.parametrize(
    ("given", "auth", "status", "error"),
    [
        (GRANT, (DEMO_CLIENT_ID, "wrong"), 401, "invalid_client"),
        (GRANT, ("wrong", DEMO_CLIENT_SECRET), 401, "invalid_client"),
        (GRANT, None, 401, "invalid_client"),
        (GRANT | {"client_id": BASIC[0], "client_secret": BASIC[1]}, None, 401, "invalid_client"),
        ({"scope": "laas:leads:get"}, BASIC, 400, "unsupported_grant_type"),
        (GRANT | {"grant_type": "password"}, BASIC, 400, "unsupported_grant_type"),
        (GRANT | {"scope": "LAAS:leads:get"}, BASIC, 400, "invalid_scope"),
        ({"grant_type": "client_credentials"}, BASIC, 400, "invalid_scope"),
        (GRANT | {"audience": "x"}, BASIC, 400, "invalid_request"),
        (GRANT | {"client_secret": "x"}, BASIC, 400, "invalid_request"),
    ],
)
async def test_a_wrong_request_for_a_token_is_refused(
    http: httpx.AsyncClient, given: dict[str, str], auth: Any, status: int, error: str
) -> None:
    answer = await http.post("/oauth/token", data=given, auth=auth)
    assert (answer.status_code, answer.json()) == (status, {"error": error})


async def test_the_form_of_a_request_for_a_token_is_looked_at(seloger: SelogerHouse, http: httpx.AsyncClient) -> None:
    assert (await http.post("/oauth/token", json=GRANT, auth=BASIC)).json() == {"error": "invalid_request"}
    assert (await http.get("/oauth/token", auth=BASIC)).status_code == 405
    twice = "grant_type=client_credentials&scope=laas:leads:get&scope=x"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await http.post("/oauth/token", content=twice, headers=form, auth=BASIC)).status_code == 400
    broken = {"Authorization": "Basic ???"}
    assert (await http.post("/oauth/token", data=GRANT, headers=broken)).status_code == 401
    seloger.system.grants.body, seloger.system.grants.place = "json", "body"
    inside = GRANT | {"client_id": BASIC[0], "client_secret": BASIC[1]}
    assert (await http.post("/oauth/token", json=inside)).status_code == 200
    assert (await http.post("/oauth/token", json=inside, auth=BASIC)).json() == {"error": "invalid_request"}
    assert (await http.post("/oauth/token", json=[1])).status_code == 400
    json_type = {"Content-Type": "application/json"}
    assert (await http.post("/oauth/token", content=b"{", headers=json_type)).status_code == 400
    seloger.system.grants.audience = "https://leads.example.com"
    assert (await http.post("/oauth/token", json=inside)).json() == {"error": "invalid_target"}
    named = inside | {"audience": "https://leads.example.com"}
    assert (await http.post("/oauth/token", json=named)).status_code == 200


async def test_basic_is_decoded_as_the_rfc_says(seloger: SelogerHouse, http: httpx.AsyncClient) -> None:
    seloger.system.grants.client_secret = "a b%"
    value = base64.b64encode(f"{DEMO_CLIENT_ID}:a+b%25".encode()).decode()
    answer = await http.post("/oauth/token", data=GRANT, headers={"Authorization": f"Basic {value}"})
    assert answer.status_code == 200


# ---------------------------------------------------------------------------------------------- requests


async def test_without_a_user_agent_there_is_a_page_only(http: httpx.AsyncClient) -> None:
    for path in ("/oauth/token", "/v2/leads"):
        answer = await http.post(path, json=SEARCH, headers={"User-Agent": ""})
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (403, "text/html")


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "Basic eDp5", "bearer {}", "{}"])
async def test_without_a_good_token_there_is_nothing(http: httpx.AsyncClient, header: str | None) -> None:
    good = (await token(http))["Authorization"].removeprefix("Bearer ")
    headers = {} if header is None else {"Authorization": header.format(good)}
    answer = await http.post("/v2/leads", json=SEARCH, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.json()["title"] == fixture("error_401")["title"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", "body"),
        (b"[]", "body"),
        ({}, "SearchCriteria"),
        ({"SearchCriteria": None, "Pagination": {}}, "SearchCriteria"),
        ({"SearchCriteria": {}, "Pagination": {}}, "EndDate"),
        ({"searchCriteria": END}, "searchCriteria"),
        ({"SearchCriteria": {"endDate": END["EndDate"]}}, "endDate"),
        ({"SearchCriteria": END | {"Town": "Lyon"}}, "Town"),
        ({"SearchCriteria": END, "Paging": {}}, "Paging"),
        ({"SearchCriteria": END, "Pagination": {"Page": 1}}, "Page"),
        ({"SearchCriteria": END, "Pagination": {"PageNumber": 0}}, "PageNumber"),
        ({"SearchCriteria": END, "Pagination": {"PageNumber": "1"}}, "PageNumber"),
        ({"SearchCriteria": END, "Pagination": {"PageNumber": True}}, "PageNumber"),
        ({"SearchCriteria": END, "Pagination": {"PageSize": 101}}, "PageSize"),
        ({"SearchCriteria": END, "Pagination": None}, "Pagination"),
        ({"SearchCriteria": {"EndDate": "2026-11-24"}}, "EndDate"),
        ({"SearchCriteria": {"EndDate": "2026-11-24T00:00:00"}}, "EndDate"),
        ({"SearchCriteria": {"EndDate": "2026-13-24T00:00:00Z"}}, "EndDate"),
        ({"SearchCriteria": {"EndDate": 1795514645}}, "EndDate"),
        ({"SearchCriteria": END | {"StartDate": "2026-12-24T00:00:00Z"}}, "StartDate"),
        ({"SearchCriteria": END | {"AgencyId": "7"}}, "AgencyId"),
    ],
)
@pytest.mark.parametrize("path", PATHS.values())
async def test_a_body_that_is_not_as_documented_is_refused(
    seloger: SelogerHouse, http: httpx.AsyncClient, path: str, body: Any, field: str
) -> None:
    headers = await token(http) | {"Content-Type": "application/json"}
    sent = {"content": body} if isinstance(body, bytes) else {"json": body}
    answer = await http.post(path, headers=headers, **sent)  # type: ignore[arg-type]
    assert answer.status_code == 400
    assert [e["title"] for e in answer.json()["errors"]] == [field]
    seloger.system.errors_as = "name"
    answer = await http.post(path, headers=headers, **sent)  # type: ignore[arg-type]
    assert [list(e) for e in answer.json()["errors"]] == [["name", "reason"]]
    assert seloger.system.refused == [field, field]
    assert (await http.post(path, headers=headers, json=SEARCH)).status_code == 200


async def test_the_documents_own_example_of_an_error(seloger: SelogerHouse, http: httpx.AsyncClient) -> None:
    headers = await token(http)
    empty = {"SearchCriteria": {}, "Pagination": {}}
    answer = (await http.post("/v2/leads", headers=headers, json=empty)).json()
    assert answer["errors"] == fixture("error_400_title")["errors"]
    seloger.system.errors_as = "name"
    answer = (await http.post("/v2/leads", headers=headers, json=empty)).json()
    assert answer["errors"] == fixture("error_400_name")["errors"]


async def test_other_paths_methods_queries_and_types(seloger: SelogerHouse, http: httpx.AsyncClient) -> None:
    headers = await token(http)
    lead = await seloger.system.arrive()
    for method, path, status in (
        ("GET", "/v2/leads", 405),
        ("PUT", "/v2/leads", 405),
        ("POST", f"/v2/leads/{lead_id(lead)}", 405),
        ("GET", f"/v2/leads/{lead_id(lead)}", 200),
        ("GET", "/v2/leads/none", 404),
        ("GET", "/v2/leads/", 404),
        ("POST", "/v1/leads", 404),
        ("POST", "/v2/leads?page=2", 400),
        ("GET", f"/v2/leads/{lead_id(lead)}?x=1", 400),
        ("GET", "/v2/leads/classified/5", 405),
        ("POST", "/v2/leads/classified/abc", 404),
    ):
        body = SEARCH if method != "GET" else None
        answer = await http.request(method, path, headers=headers, json=body)
        assert answer.status_code == status, (method, path, answer.text)
    text = headers | {"Content-Type": "text/plain"}
    assert (await http.post("/v2/leads", headers=text, content=b"{}")).status_code == 415


async def test_leads_of_one_ad_take_pagination_alone(http: httpx.AsyncClient) -> None:
    headers = await token(http)
    path = "/v2/leads/classified/5"
    assert (await http.post(path, headers=headers, json={})).status_code == 200
    assert (await http.post(path, headers=headers, json={"Pagination": {"PageNumber": 1}})).status_code == 200
    assert (await http.post(path, headers=headers, json=SEARCH)).status_code == 400


async def test_a_search_may_span_so_much_only_where_it_is_told(seloger: SelogerHouse, http: httpx.AsyncClient) -> None:
    seloger.system.names = Names(longest_days=7)
    headers = await token(http)
    for start, status in (("2026-11-17T00:00:00Z", 200), ("2026-11-16T00:00:00Z", 400)):
        body = {"SearchCriteria": END | {"StartDate": start}, "Pagination": {}}
        assert (await http.post("/v2/leads", headers=headers, json=body)).status_code == status


# ------------------------------------------------------------------------------------------- what it plays


async def test_an_answer_is_as_the_document_prints_it(seloger: SelogerHouse, http: httpx.AsyncClient) -> None:
    headers = await token(http)
    seloger.system.fill(25, 3)
    for data_as in ("list", "object"):
        seloger.system.data_as = data_as  # type: ignore[assignment]
        answer = (await http.post("/v2/leads", headers=headers, json=SEARCH)).json()
        assert list(answer) == ["Data", "Count"]
        assert answer["Count"] == 25
        leads = answer["Data"] if data_as == "list" else answer["Data"]["Leads"]
        assert len(leads) == 10
        assert all(list(lead) == ["leadMetaInfos", "contactRequest", "estimation"] for lead in leads)
    one = (await http.get(f"/v2/leads/{lead_id(leads[0])}", headers=headers)).json()
    assert one == leads[0]


async def test_leads_look_french(seloger: SelogerHouse) -> None:
    seloger.system.fill(300, 20)
    numbers = [p["number"] for lead in seloger.system.leads for p in lead["contactRequest"]["phoneNumbers"]]
    assert numbers
    assert all(number.startswith("+33") and len(number) == 12 and number[1:].isdecimal() for number in numbers)
    assert all("@example." in lead["contactRequest"]["email"] for lead in seloger.system.leads)
    assert {lead["leadMetaInfos"]["category"] for lead in seloger.system.leads} == {
        "CLASSIFIED",
        "AGENCY",
        "SELLER",
        "PROPERTY_SEARCH",
    }
    for lead in seloger.system.leads:
        assert (lead["estimation"] is not None) == (lead["leadMetaInfos"]["category"] == "SELLER")


async def test_leads_arrive_change_are_erased_and_go(seloger: SelogerHouse) -> None:
    lead = await seloger.system.arrive(firstName="Zoé", phone="+33639980001", city="Nantes", processedTime=5)
    assert lead["contactRequest"]["phoneNumbers"][0]["number"] == "+33639980001"
    assert lead["leadMetaInfos"]["property"]["city"] == "Nantes"
    for wrong in ({"town": 1}, {"leadId": lead_id(lead)}, {"created_at": NOW.replace(tzinfo=None)}):
        with pytest.raises(ValueError, match=r".+"):
            await seloger.system.arrive(**wrong)  # type: ignore[arg-type]
    assert (
        seloger.system.change(lead_id(lead), firstName="Léa", portalCode="LIM-FRA")["contactRequest"]["firstName"]
        == "Léa"
    )
    with pytest.raises(ValueError, match="cannot be changed"):
        seloger.system.change(lead_id(lead), leadId="x")
    seloger.system.erase(lead_id(lead), null=False)
    assert set(seloger.system.leads[0]["contactRequest"].values()) == {None}
    seloger.system.erase(lead_id(lead))
    assert seloger.system.leads[0]["contactRequest"] is None
    seloger.system.forget(lead_id(lead))
    assert seloger.system.leads == []
    with pytest.raises(KeyError):
        seloger.system.forget(lead_id(lead))


async def test_faults_are_known_and_can_be_forgotten(seloger: SelogerHouse, http: httpx.AsyncClient) -> None:
    with pytest.raises(ValueError, match="No fault"):
        seloger.system.fault("flood")
    headers = await token(http)
    for kind in FAULTS:
        seloger.system.fault(kind)
    seloger.system.clear_faults()
    assert (await http.post("/v2/leads", headers=headers, json=SEARCH)).status_code == 200


async def test_it_serves_many_leads_page_by_page(seloger: SelogerHouse) -> None:
    seloger.system.fill(5000, 30)
    found = await seloger.leads(NOW - timedelta(days=31), 100)
    assert len(found) == 5000
