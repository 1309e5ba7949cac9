"""The stand-in of Lofty's API keeps leads: they arrive, are created, changed, assigned, searched and trashed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from providers.lofty.stand_in import DEMO_API_KEY, LoftyStandIn
from providers.lofty.stand_in.records import RECORDS
from providers.lofty.stand_in.sample import LEAD_FIELDS
from providers.lofty.stand_in.times import lead_time

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
    stand_in = LoftyStandIn(now=time.now)
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def client(lofty: LoftyStandIn) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=await lofty.start(), headers=HEADERS, timeout=3.0, verify=False) as found:
        yield found


async def listed(client: httpx.AsyncClient, query: str = "", path: str = "/v1.0/leads") -> list[int]:
    answer = await client.get(f"{path}?{query}")
    assert answer.status_code == 200, answer.text
    return [lead["leadId"] for lead in answer.json()["leads"]]


async def created(client: httpx.AsyncClient, **body: Any) -> int:
    answer = await client.post("/v1.0/leads", json={"firstName": "Bo", **body})
    assert answer.status_code == 200, answer.text
    number = answer.json()["leadId"]
    assert isinstance(number, int)
    return number


async def read(client: httpx.AsyncClient, lead: int) -> Json:
    answer = await client.get(f"/v1.0/leads/{lead}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()["lead"]
    return found


async def edit(client: httpx.AsyncClient, lead: int, **body: Any) -> Json:
    answer = await client.put(f"/v1.0/leads/{lead}", json=body)
    assert answer.json() == {"leadId": lead}
    return await read(client, lead)


def tags(lead: Json) -> list[str]:
    return [tag["tagName"] for tag in lead["tags"]]


# --- arriving ----------------------------------------------------------------------------------------------------


async def test_a_lead_arrives_as_the_document_types_it(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    made = [await lofty.arrive() for _ in range(40)]
    assert all(set(lead) == LEAD_FIELDS == set(RECORDS["LeadResponse"]) for lead in made)
    assert len({lead["leadId"] for lead in made}) == 40
    assert all(len(str(lead["leadId"])) == 15 and isinstance(lead["leadId"], int) for lead in made)
    assert all(lead["createTime"] == "2026-11-23T10:04:05GMT" for lead in made)
    assert all(lead["emails"] or lead["phones"] for lead in made)
    assert len({lead["source"] for lead in made}) > 3
    assert len({lead["leadInquiry"]["priceMax"] for lead in made}) > 10
    assert -1 in {lead["leadInquiry"]["priceMin"] for lead in made}
    assert set(made[0]["leadInquiry"]) == set(RECORDS["LeadInquiryRes"])
    assert await read(client, made[0]["leadId"]) == made[0]


async def test_what_is_given_is_kept(lofty: LoftyStandIn) -> None:
    at = NOW - timedelta(hours=2)
    lead = await lofty.arrive(firstName="Ann", tags=["Hot Lead", "New one"], created_at=at, source="Zillow", stage="X")
    assert (lead["firstName"], tags(lead), lead["createTime"]) == ("Ann", ["Hot Lead", "New one"], lead_time(at))
    assert lead["tags"][0]["leadId"] == lead["leadId"]
    assert lead["stageId"] == -1
    with pytest.raises(ValueError, match="no field colour"):
        await lofty.arrive(colour="red")
    with pytest.raises(ValueError, match="time zone"):
        await lofty.arrive(createTime=datetime(2026, 11, 23))
    with pytest.raises(ValueError, match="already"):
        await lofty.arrive(leadId=lead["leadId"])
    assert len(lofty.leads) == 1


async def test_owners_are_given_as_the_routes_say(lofty: LoftyStandIn) -> None:
    in_turn = [(await lofty.arrive())["assignedUser"] for _ in range(4)]
    assert in_turn == ["Dana Whitfield", "Marcus Bell", "Sofía Ramírez", "Dana Whitfield"]
    lofty.routes = "nobody"
    free = await lofty.arrive()
    assert (free["assignedUserId"], free["assignedUser"], free["assignTime"]) == (-1, "", None)
    lofty.routes = "pond"
    pond = await lofty.arrive()
    assert (pond["assignedUserId"], pond["pondName"]) == (-1, "New Leads Pond")
    hers = await lofty.arrive(owner="sofia@lonestar-realty.example.com")
    assert hers["assignedUserId"] == lofty.members[2]["memberUserId"]
    assert (await lofty.arrive(owner=None))["assignedUserId"] == -1
    assert (await lofty.arrive(pond="Long-Term Nurture"))["pondName"] == "Long-Term Nurture"
    for wrong in ({"owner": "nobody@example.com"}, {"pond": "Sea"}, {"assignedUserId": 7}):
        with pytest.raises(ValueError, match="There is no"):
            await lofty.arrive(**wrong)


async def test_the_team_can_be_given(time: Time) -> None:
    lofty = LoftyStandIn(now=time.now, emails=[("Ada", "ada@example.com"), ("Max Or", "max@example.com")])
    assert [one["email"] for one in lofty.members] == ["ada@example.com", "max@example.com"]
    assert [one["isAdmin"] for one in lofty.members] == [True, False]
    assert all(one["id"] < 10**6 < one["memberUserId"] for one in lofty.members), "never to be joined"


async def test_somebody_edits_a_lead_in_lofty(lofty: LoftyStandIn, time: Time, client: httpx.AsyncClient) -> None:
    lead = (await lofty.arrive(owner=None))["leadId"]
    time.at += timedelta(minutes=5)
    lofty.change(lead, stage="Pending", owner="marcus@lonestar-realty.example.com")
    found = await read(client, lead)
    assert (found["stage"], found["assignedUser"]) == ("Pending", "Marcus Bell")
    assert found["lastUpdateTime"] == found["assignTime"] == "2026-11-23T10:09:05GMT"
    assert lofty.change(lead, lastUpdateTime=NOW)["lastUpdateTime"] == "2026-11-23T10:04:05GMT"
    lofty.forget(lead)
    assert await listed(client) == []
    with pytest.raises(KeyError):
        lofty.change(lead, stage="Pending")


async def test_a_history_can_be_had(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    lofty.fill(300, 30)
    leads = lofty.leads
    assert len(leads) == 300
    times = [lead["createTime"] for lead in leads]
    assert times == sorted(times)
    assert times[0] >= "2026-10-24"
    assert times[-1] <= "2026-11-23T10:04:05GMT"
    assert len({lead["stage"] for lead in leads}) > 4
    assert any(lead["lastTouch"] for lead in leads)
    youngest = leads[-1]["leadId"]
    assert (await client.get(f"/v1.0/leads/{youngest}/activities")).json()
    same = LoftyStandIn(now=lambda: NOW)
    same.fill(300, 30)
    assert same.leads == leads, "the same seed, the same leads"


# --- creating, changing, trashing --------------------------------------------------------------------------------


async def test_a_created_lead_is_what_was_sent(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    place = {"city": "Austin", "stateCode": "TX"}
    lead = await created(
        client,
        lastName="Li",
        emails=["bo@example.com"],
        phones=["5125550101"],
        leadTypes=[1, 2],
        stage="Nurture",
        source="Yard sign",
        tags=["VIP"],
        tagsAdd=["Brand new"],
        segments=["Sellers 2026"],
        inquiry={"priceMin": 100, "priceMax": 900, "locations": [place], "propertyType": ["Condo"]},
        property={"streetAddress": "12 Oak Street", "city": "Austin", "bathrooms": 2.5},
        cannotCall=True,
        cannotText=True,
        cannotEmail=False,
        unsubscription=True,
        isPrivate=True,
        birthday="Jun 5, 2001",
        content="Came by the office",
        isPin=True,
        leadTransaction={"transactionName": "12 Oak Street"},
    )
    found = await read(client, lead)
    assert (found["firstName"], found["lastName"], found["leadTypes"], found["leadType"]) == ("Bo", "Li", [1, 2], 3)
    assert (found["stage"], found["source"], tags(found)) == ("Nurture", "Yard sign", ["VIP", "Brand new"])
    assert found["segments"] == found["groups"] == ["Sellers 2026"]
    assert found["leadInquiry"]["priceMax"] == 900
    assert found["leadInquiry"]["locations"][0]["city"] == "Austin"
    assert found["leadPropertyList"][0]["bathrooms"] == 2.5
    forbids = ("cannotCall", "cannotText", "cannotEmail", "unsubscription", "privateFlag")
    assert [found[name] for name in forbids] == [True, True, False, True, True]
    (note,) = (await client.get(f"/v1.0/notes?leadId={lead}")).json()["notes"]
    assert (note["content"], note["isPin"]) == ("Came by the office", True)
    assert len((await client.get(f"/v1.0/leads/{lead}/transactions")).json()) == 1
    team_tags = (await client.get("/v1.0/teamFeatures/listTag")).json()
    assert "Brand new" in {tag["tagName"] for tag in team_tags}


async def test_mail_really_goes_out_only_where_it_was_asked_for(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    await created(client, emails=["bo@example.com"], welcomeEmail=False, leadAlert=False)
    assert lofty.mails == []
    lead = await created(client, emails=["bo@example.com"], welcomeEmail=True, leadAlert=True)
    owner = (await read(client, lead))["assignedUserId"]
    assert lofty.mails == ["welcome bo@example.com", f"alert {owner}"]


async def test_a_created_lead_is_routed_unless_it_names_its_owner(
    lofty: LoftyStandIn, client: httpx.AsyncClient
) -> None:
    marcus = lofty.members[1]["memberUserId"]
    assert (await read(client, await created(client, assignedUserId=marcus)))["assignedUserId"] == marcus
    assert (await read(client, await created(client)))["assignedUser"] == "Dana Whitfield"
    lofty.routes = "pond"
    assert (await read(client, await created(client)))["pondName"] == "New Leads Pond"
    lofty.routes = "nobody"
    assert (await read(client, await created(client)))["assignedUserId"] == -1
    wrong = await client.post("/v1.0/leads", json={"firstName": "Bo", "assignedUserId": lofty.members[1]["id"]})
    assert (wrong.status_code, wrong.json()["code"]) == (400, 20003)


async def test_tags_are_replaced_added_and_taken_away(client: httpx.AsyncClient) -> None:
    lead = await created(client, tags=["VIP", "Investor"])
    assert tags(await edit(client, lead, tagsAdd=["Luxury", "VIP"])) == ["VIP", "Investor", "Luxury"]
    assert tags(await edit(client, lead, tagsRemove=["VIP", "Sphere"])) == ["Investor", "Luxury"]
    assert tags(await edit(client, lead, tags=["Hot Lead"])) == ["Hot Lead"]
    assert tags(await edit(client, lead, tags=["Sphere"], clearAllTags=True)) == []


async def test_only_what_is_given_is_changed(time: Time, client: httpx.AsyncClient) -> None:
    lead = await created(client, lastName="Li", phones=["5125550101"], stage="Nurture", inquiry={"priceMax": 900})
    time.at += timedelta(hours=1)
    found = await edit(client, lead, stage="Pending", inquiry={"priceMin": 100}, lastName=None)
    assert (found["lastName"], found["phones"], found["stage"]) == ("Li", ["5125550101"], "Pending")
    assert (found["leadInquiry"]["priceMin"], found["leadInquiry"]["priceMax"]) == (100, 900)
    assert (found["createTime"], found["lastUpdateTime"]) == ("2026-11-23T10:04:05GMT", "2026-11-23T11:04:05GMT")


async def test_properties_are_merged_by_address_and_changed_by_id(client: httpx.AsyncClient) -> None:
    lead = await created(client)
    path, oak = f"/v1.0/leads/{lead}/property", {"streetAddress": "12 Oak Street", "city": "Austin"}
    for body in (oak | {"price": 1}, oak | {"price": 2}, {"city": "Dallas"}):
        assert (await client.post(path, json=body)).json() == {"leadId": lead}
    first, second = (await read(client, lead))["leadPropertyList"]
    assert (first["price"], first["squareFeet"], second["city"]) == (2, -1, "Dallas")
    await client.post(path, json={"id": second["id"], "city": "Plano"})
    assert (await read(client, lead))["leadPropertyList"][1]["city"] == "Plano"
    nowhere = await client.post(path, json={"price": 1, "city": " "})
    assert (nowhere.status_code, nowhere.json()["code"]) == (400, 200057)
    other = await client.post(path, json={"id": 5, "city": "Plano"})
    assert (other.status_code, other.json()["code"]) == (404, 200108)


async def test_a_lead_is_assigned_in_roles(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    lofty.routes = "pond"
    lead = await created(client)
    path = f"/v1.0/leads/{lead}/assignment"
    marcus, sofia = (one["email"] for one in lofty.members[1:])
    body = [{"role": "Agent", "assignee": marcus}, {"role": "Lender", "assiginee": sofia}]
    assert (await client.post(path, json=body)).json() == {"leadId": lead}
    found = await read(client, lead)
    assert (found["assignedUser"], found["pondId"]) == ("Marcus Bell", -1)
    assert found["lenderUserId"] == lofty.members[2]["memberUserId"]
    assert found["customRoleList"] == [
        {"role": "Lender", "roleId": 2, "assignee": sofia, "assigneeId": lofty.members[2]["memberUserId"]}
    ]
    notes = (await client.get(f"/v1.0/notes?leadId={lead}&includeSystemNote=true")).json()["notes"]
    assert [note["systemNote"] for note in notes] == [True]
    assert (await client.get(f"/v1.0/notes?leadId={lead}")).json()["notes"] == []
    for wrong, status in (
        ({"assignee": marcus}, 400),
        ({"role": "Boss", "assignee": marcus}, 400),
        ({"role": "Agent"}, 400),
        ({"role": "Agent", "assignee": "nobody@example.com"}, 400),
    ):
        assert (await client.post(path, json=[wrong])).status_code == status


async def test_a_spelling_that_is_not_read_changes_nothing_and_is_no_error(time: Time) -> None:
    lofty = LoftyStandIn(now=time.now, assignee_field="assiginee", routes="nobody")
    async with httpx.AsyncClient(base_url=await lofty.start(), headers=HEADERS) as client:
        lead = await created(client)
        email = lofty.members[1]["email"]
        for name, owner in (("assignee", -1), ("assiginee", lofty.members[1]["memberUserId"])):
            answer = await client.post(f"/v1.0/leads/{lead}/assignment", json=[{"role": "Agent", name: email}])
            assert answer.json() == {"leadId": lead}
            assert (await read(client, lead))["assignedUserId"] == owner
    await lofty.stop()


async def test_a_trashed_lead_is_found_only_in_the_trash(client: httpx.AsyncClient) -> None:
    lead = await created(client)
    assert (await client.delete(f"/v1.0/leads/{lead}")).status_code == 400, "a reason is required"
    assert (await client.delete(f"/v1.0/leads/{lead}?reason=Twice")).status_code == 200
    assert (await client.get(f"/v1.0/leads/{lead}")).status_code == 404
    assert (await client.get(f"/v1.0/leads/{lead}?withTrash=true")).json()["lead"]["leadId"] == lead
    assert (await client.put(f"/v1.0/leads/{lead}", json={"stage": "Pending"})).status_code == 404
    assert await listed(client) == []


async def test_routing_can_be_asked_beforehand(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    await lofty.arrive(emails=["ann@example.com"], owner=lofty.members[2]["email"])
    body = {"firstName": "Ann", "email": "ANN@example.com"}
    (found,) = (await client.post("/v1.0/leads/assignee", json=body)).json()
    assert found["customRoleAssignees"][0]["assignee"] == lofty.members[2]["email"]
    assert found["leadId"] == lofty.leads[0]["leadId"]


# --- lists -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "abcd"),
        ("source=Zillow", "ac"),
        ("stage=Pending&stage=Nurture", "bd"),
        ("email=A@example.com", "a"),
        ("phone=%2B1%20512%20555%200102", "b"),
        ("anyTags=VIP&anyTags=Luxury", "abc"),
        ("allTags=VIP&allTags=Luxury", "a"),
        ("segments=Newsletter", "d"),
        ("groups=Newsletter", "d"),
        ("languages=es", "b"),
        ("contacted=true", "c"),
        ("contacted=false&source=Zillow", "a"),
        ("key=dupont", "b"),
        ("key=555-0102", "b"),
        ("key=c@exa", "c"),
        ("source=Zillow&anyTags=Luxury", "a"),
        ("source=Nowhere", ""),
        ("segmentIds=7", ""),
    ],
)
async def test_leads_are_filtered(lofty: LoftyStandIn, client: httpx.AsyncClient, query: str, expected: str) -> None:
    alike: Json = {"phones": [], "emails": [], "segments": [], "language": "en", "lastName": "Li", "firstName": "Bo"}
    facts: dict[str, Json] = {
        "a": {"source": "Zillow", "stage": "New Lead", "tags": ["VIP", "Luxury"], "emails": ["a@example.com"]},
        "b": {"source": "Website", "stage": "Pending", "tags": ["VIP"], "phones": ["(512) 555-0102"]}
        | {"language": "es", "lastName": "Dupont"},
        "c": {"source": "Zillow", "stage": "New Lead", "tags": ["VIP"], "lastTouch": NOW, "emails": ["c@example.com"]},
        "d": {"source": "Website", "stage": "Nurture", "tags": [], "segments": ["Newsletter"]},
    }
    found = {name: (await lofty.arrive(**alike | fields))["leadId"] for name, fields in facts.items()}
    for path in ("/v1.0/leads", "/v1.0/leads/createTime", "/v1.0/leads/updateTime"):
        if query.startswith(("languages", "key", "segmentIds")) and path != "/v1.0/leads":
            continue
        assert sorted(await listed(client, query, path)) == sorted(found[name] for name in expected)


async def test_leads_are_filtered_by_owner_and_office(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    lofty.members[1]["groupId"] = lofty.account.offices[1]["id"]
    his = (await lofty.arrive(owner=lofty.members[1]["email"]))["leadId"]
    hers = (await lofty.arrive(owner=lofty.members[0]["email"]))["leadId"]
    assert await listed(client, f"assignedUserId={lofty.members[1]['memberUserId']}") == [his]
    assert await listed(client, f"groupIds={lofty.account.offices[0]['id']}") == [hers]
    lofty.members[1]["groupId"] = lofty.account.offices[0]["id"]
    assert sorted(await listed(client, f"groupIds={lofty.account.offices[0]['id']}")) == [his, hers]


async def test_leads_are_sorted(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    facts = ((1, 50, 3), (2, -1, 1), (3, 90, 2))
    a, b, c = [
        (await lofty.arrive(created_at=NOW - timedelta(hours=age), score=score, lastTouch=NOW - timedelta(days=touch)))[
            "leadId"
        ]
        for age, score, touch in facts
    ]
    assert await listed(client) == [a, b, c]
    assert await listed(client, "sort=CreateTime&desc=true") == [a, b, c]
    assert await listed(client, "sort=CreateTime&desc=false") == [c, b, a]
    assert await listed(client, "sort=Score&desc=true") == [c, a, b]
    assert await listed(client, "sort=LastContact&desc=true") == [b, c, a]


async def test_the_searches_by_time_read_times_of_utc_minus_seven(
    lofty: LoftyStandIn, client: httpx.AsyncClient
) -> None:
    old, exact, young = [(await lofty.arrive(created_at=NOW + timedelta(seconds=s)))["leadId"] for s in (-1, 0, 1)]
    since = "2026-11-23%2003:04:05"
    assert await listed(client, f"leadCreateTime={since}", "/v1.0/leads/createTime") == [young, exact]
    assert await listed(client, "leadCreateTime=2026-11-23T03:04:06", "/v1.0/leads/createTime") == [young]
    assert await listed(client, f"leadUpdateTime={since}", "/v1.0/leads/updateTime") == [young, exact]
    lofty.change(old, stage="Pending")
    assert set(await listed(client, f"leadUpdateTime={since}", "/v1.0/leads/updateTime")) == {old, exact, young}
    assert await listed(client, f"leadCreateTime={since}", "/v1.0/leads/createTime") == [young, exact]
    for wrong in ("yesterday", "2026-11-23T03:04:05Z", "1780000000000"):
        answer = await client.get(f"/v1.0/leads/createTime?leadCreateTime={wrong}")
        assert (answer.status_code, "leadCreateTime" in answer.text) == (400, True)


async def test_pages_go_by_offset(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    lofty.fill(7, 3)
    pages = [(await client.get(f"/v1.0/leads?limit=3&offset={n}")).json() for n in (0, 3, 6, 9)]
    assert [len(page["leads"]) for page in pages] == [3, 3, 1, 0]
    meta = pages[1]["_metadata"]
    assert list(meta) == ["collection", "limit", "offset", "scrollId", "total"]
    assert (meta["collection"], meta["limit"], meta["offset"], meta["total"]) == ("leads", 3, 3, 7)
    seen = [lead["leadId"] for page in pages for lead in page["leads"]]
    assert seen == [lead["leadId"] for lead in reversed(lofty.leads)]


async def test_a_scroll_goes_on_with_what_it_began_with(
    lofty: LoftyStandIn, time: Time, client: httpx.AsyncClient
) -> None:
    lofty.fill(5, 3)
    expected = [lead["leadId"] for lead in reversed(lofty.leads)]
    page = (await client.get("/v1.0/leads?limit=2")).json()
    seen, used = [], []
    while page["leads"]:
        seen += [lead["leadId"] for lead in page["leads"]]
        used.append(page["_metadata"]["scrollId"])
        await lofty.arrive()
        page = (await client.get("/v1.0/leads", params={"scrollId": used[-1]})).json()
    assert seen == expected
    assert page["_metadata"]["scrollId"] is None
    assert len(set(used)) == len(used) == 3
    again = await client.get("/v1.0/leads", params={"scrollId": used[0]})
    assert (again.status_code, "scrollId" in again.text) == (400, True)
    late = (await client.get("/v1.0/leads?limit=2")).json()["_metadata"]["scrollId"]
    time.at += timedelta(minutes=2)
    assert (await client.get("/v1.0/leads", params={"scrollId": late})).status_code == 400


async def test_answers_can_be_wrapped_as_the_document_has_them(time: Time) -> None:
    lofty = LoftyStandIn(now=time.now, wrapped=True, envelopes="document")
    async with httpx.AsyncClient(base_url=await lofty.start(), headers=HEADERS) as client:
        number = (await client.post("/v1.0/leads", json={"firstName": "Bo"})).json()
        assert number == str(lofty.leads[0]["leadId"])
        assert (await client.get("/v1.0/leads")).json()["leads"] == [{"lead": lofty.leads[0]}]
        assert (await client.get(f"/v1.0/leads/{number}")).json() == lofty.leads[0]
        body = {"leadId": int(number), "content": "Hello", "isPin": False}
        note = (await client.post("/v1.0/notes", json=body)).json()
        assert (await client.get(f"/v1.0/notes?leadId={number}")).json()[0]["noteId"] == int(note)
        assert (await client.get(f"/v1.0/notes/{note}")).json()["content"] == "Hello"
        assert (await client.get(f"/v1.0/tasks?leadId={number}")).json() == []
        assert (await client.get(f"/v1.0/systemLogs?leadId={number}")).json() == []
        logged = {"leadId": int(number), "logType": "logText", "content": "Hi"}
        entry = (await client.post("/v1.0/logType", json=logged)).json()
        assert set((await client.get(f"/v1.0/logType/{entry}")).json()) == set(RECORDS["LogTypeResponse"])
    await lofty.stop()
