"""The stand-in of Lofty's API remembers: notes, tasks, logs, calls, transactions, the team and what it has set up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from providers.lofty.stand_in import DEMO_API_KEY, LoftyStandIn
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
    stand_in = LoftyStandIn(now=time.now)
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def client(lofty: LoftyStandIn) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=await lofty.start(), headers=HEADERS, timeout=3.0, verify=False) as found:
        yield found


@pytest.fixture
async def lead(lofty: LoftyStandIn, client: httpx.AsyncClient) -> int:
    number = (await lofty.arrive(phones=["5125550101"], owner=lofty.members[0]["email"]))["leadId"]
    assert isinstance(number, int)
    return number


async def done(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json() if answer.content else None


# --- notes -------------------------------------------------------------------------------------------------------


async def test_a_note_is_written_read_changed_and_deleted(time: Time, client: httpx.AsyncClient, lead: int) -> None:
    body = {"leadId": lead, "content": "x" * 2001, "isPin": True}
    number = (await done(await client.post("/v1.0/notes", json=body)))["noteId"]
    note = (await done(await client.get(f"/v1.0/notes/{number}")))["note"]
    assert (len(note["content"]), note["isPin"], note["createTime"]) == (2000, True, "2026-11-23 10:04:05")
    assert note["noteId"] == number != note["id"]
    time.at += timedelta(minutes=1)
    assert await done(await client.put(f"/v1.0/notes/{number}", json={"content": "short", "isPin": False})) is None
    (note,) = (await done(await client.get(f"/v1.0/notes?leadId={lead}")))["notes"]
    assert (note["content"], note["isPin"], note["lastUpdate"]) == ("short", False, "2026-11-23 10:05:05")
    assert await done(await client.delete(f"/v1.0/notes/{number}")) is None
    gone = await client.get(f"/v1.0/notes/{number}")
    assert (gone.status_code, gone.json()["code"]) == (404, 20007)
    logs = await done(await client.get(f"/v1.0/systemLogs?leadId={lead}&pageSize=1"))
    assert (logs["hasMore"], logs["timeLines"][0]["timelineType"]) == (1, 18)
    assert logs["timeLines"][0]["timelineTime"] == epoch_ms(time.at)


@pytest.mark.parametrize(
    ("change", "status"),
    [({"content": " "}, 400), ({"isPin": None}, 400), ({"leadId": -1}, 404), ({"leadId": 651095960199999}, 404)],
)
async def test_a_note_needs_a_lead_a_text_and_a_pin(
    client: httpx.AsyncClient, lead: int, change: Json, status: int
) -> None:
    body = {"leadId": lead, "content": "Hello", "isPin": False} | change
    assert (await client.post("/v1.0/notes", json=body)).status_code == status
    assert (await done(await client.get(f"/v1.0/notes?leadId={lead}")))["notes"] == []


# --- tasks -------------------------------------------------------------------------------------------------------


async def test_a_task_is_set_changed_overdue_finished_and_deleted(
    lofty: LoftyStandIn, time: Time, client: httpx.AsyncClient, lead: int
) -> None:
    due = epoch_ms(NOW + timedelta(hours=1))
    body = {"leadId": lead, "content": "Call back", "deadline": due, "type": "Call", "assignedRole": "Agent"}
    number = (await done(await client.post("/v1.0/tasks", json=body)))["taskId"]
    path = f"/v1.0/tasks/{number}"
    task = (await done(await client.get(path)))["task"]
    assert (task["deadline"], task["overdueFlag"], task["assignedUser"]) == (
        "2026-11-23 11:04:05",
        False,
        "Dana Whitfield",
    )
    time.at += timedelta(hours=2)
    assert (await done(await client.get(f"/v1.0/tasks?leadId={lead}")))["taskList"][0]["overdueFlag"] is True
    assert (await client.put(path, json={})).status_code == 400
    assert (await client.put(path, json={"leadId": 7})).status_code == 400
    await done(await client.put(path, json={"content": "Text", "type": "Text"}))
    await done(await client.put(path, json={"finishFlag": True, "content": "ignored"}))
    task = (await done(await client.get(path)))["task"]
    assert (task["content"], task["type"], task["finishFlag"], task["overdueFlag"]) == ("Text", "Text", True, False)
    assert task["finishTime"] == "2026-11-23 12:04:05"
    await done(await client.delete(path))
    assert (await client.get(path)).status_code == 404
    assert (await client.post("/v1.0/tasks", json=body | {"type": "Appointment"})).status_code == 400


async def test_appointments_are_those_made_in_lofty(lofty: LoftyStandIn, client: httpx.AsyncClient, lead: int) -> None:
    lofty.booked(lead, NOW + timedelta(days=1), "Showing", address="12 Oak Street")
    (one,) = await done(await client.get(f"/v1.0/appts?leadId={lead}"))
    assert (one["descr"], one["endTime"] - one["deadline"]) == ("Showing", 3_600_000)


# --- what was said -----------------------------------------------------------------------------------------------


async def test_what_is_logged_is_kept_and_counts_as_contact(
    lofty: LoftyStandIn, time: Time, client: httpx.AsyncClient, lead: int
) -> None:
    call = {"leadId": lead, "logType": "logCall", "content": "c" * 5001, "leadPhoneNumber": "5125550101"}
    made = (await done(await client.post("/v1.0/logType", json=call)))["logType"]
    assert (len(made["content"]), made["callingOutcome"], made["outboundOrInbound"]) == (5000, "Talked", "outbound")
    assert lofty.leads[0]["lastTouch"] == "2026-11-23T10:04:05GMT"
    numbers = [made["id"]]
    for text in ("two", "three"):
        time.at += timedelta(minutes=1)
        more = call | {"content": text, "callingOutcome": "NoAnswer", "outboundOrInbound": "inbound"}
        numbers.append((await done(await client.post("/v1.0/logType", json=more)))["logType"]["id"])

    async def listed(query: str) -> list[int]:
        answer = await done(await client.get(f"/v1.0/logType?leadId={lead}&logType=logCall&{query}"))
        return [one["id"] for one in answer["logType"]]

    assert await listed("") == numbers
    assert await listed("order=desc&limit=2") == numbers[:0:-1]
    assert await listed("offset=1&limit=1") == numbers[1:2]
    assert await listed(f"currentId={numbers[1]}") == numbers[1:]
    assert await listed("limit=5000") == numbers, "a limit that is too large is the default, silently"
    assert (await client.get(f"/v1.0/logType?leadId={lead}&logType=logCall&offset=20000")).status_code == 400
    assert (await done(await client.get(f"/v1.0/logType?leadId={lead}&logType=logText")))["logType"] == []
    assert (await done(await client.get(f"/v1.0/logType/{numbers[2]}")))["logType"]["content"] == "three"
    await done(await client.delete(f"/v1.0/logType/{numbers[2]}"))
    assert (await client.get(f"/v1.0/logType/{numbers[2]}")).status_code == 404
    for wrong in ({"leadPhoneNumber": None}, {"content": ""}, {"logType": "call"}, {"leadPhoneNumber": "5" * 21}):
        assert (await client.post("/v1.0/logType", json=call | wrong)).status_code == 400


async def test_histories_hold_what_happened_in_lofty(
    lofty: LoftyStandIn, time: Time, client: httpx.AsyncClient, lead: int
) -> None:
    first = lofty.called(lead)
    time.at += timedelta(minutes=1)
    second = lofty.called(lead, seconds=10, outcome="NoAnswer")
    lofty.mailed(lead, "Homes")
    lofty.texted(lead)
    await client.post("/v1.0/logType", json={"leadId": lead, "logType": "logEmail", "content": "Wrote"})
    page = await done(await client.get(f"/v1.0/calls?leadId={lead}&limit=1"))
    assert (page["calls"], page["_metadata"]["total"]) == ([second], 2)
    assert (await done(await client.get(f"/v1.0/calls/{first['id']}")))["calls"]["duration"] == 95
    history = await done(await client.get(f"/v1.0/communication/call?leadId={lead}&currentId={first['id']}"))
    assert [one["id"] for one in history["calls"]] == [first["id"]]
    assert len((await done(await client.get(f"/v1.0/communication/call/v2?leadId={lead}")))["calls"]) == 2
    assert (await done(await client.get(f"/v1.0/communication/email?leadId={lead}")))["emails"][0]["emailSubject"]
    assert (await done(await client.get(f"/v1.0/communication/text?leadId={lead}")))["texts"][0]["textType"] == "Manual"

    said: Json = {"startTime": epoch_ms(NOW), "endTime": epoch_ms(NOW) + 86_400_000, "type": "ALL", "limit": 3}
    found = await done(await client.post("/v1.0/agent/communication", json=said))
    assert (len(found["pageData"]), found["hasMore"]) == (3, True)
    rest = await done(await client.post("/v1.0/agent/communication", json=said | {"offset": 3}))
    assert (len(rest["pageData"]), rest["hasMore"]) == (2, False)
    kinds = {one["communicationType"] for one in found["pageData"] + rest["pageData"]}
    assert kinds == {"MANUAL", "LOGGED"}
    longer = said | {"endTime": said["endTime"] + 1}
    assert (await client.post("/v1.0/agent/communication", json=longer)).status_code == 400


async def test_activities_come_newest_first_a_hundred_a_page(client: httpx.AsyncClient, lead: int) -> None:
    link = "https://example.com"
    for minute in range(101):
        body = {"created": epoch_ms(NOW) + minute * 60_000, "type": "Search", "text": "pool", "link": link}
        await done(await client.post(f"/v1.0/leads/{lead}/activity", json=body | {"picture": link}))
    pages = [await done(await client.get(f"/v1.0/leads/{lead}/activities?curPage={n}")) for n in (0, 1, 2)]
    assert [len(page) for page in pages] == [100, 1, 0]
    times = [one["created"] for page in pages for one in page]
    assert times == sorted(times, reverse=True)


# --- transactions ------------------------------------------------------------------------------------------------


async def test_a_transaction_is_kept_and_belongs_to_its_lead(
    lofty: LoftyStandIn, client: httpx.AsyncClient, lead: int
) -> None:
    field = lofty.account.transaction_fields[0]["id"]
    body = {
        "transactionName": "12 Oak Street",
        "transactionType": "Listing",
        "transactionStatus": "Dreaming",
        "homePrice": 450_000.5,
        "customFields": [{"id": field, "value": "Alamo"}],
        "commissions": {"split": [{"payType": "AGENT", "value": 5023, "calculateType": "PERCENT"}]},
        "leadName": "ignored",
    }
    path = f"/v1.0/leads/{lead}/transaction"
    made = await done(await client.post(path, json=body))
    assert made["transactionStatus"] == "Pre-listing", "what no pipeline has falls back, silently"
    assert made["leadName"] != "ignored"
    number = made["transactionId"]
    changed = await done(await client.put(f"{path}/{number}", json={"transactionStatus": "UNDER contract"}))
    assert (changed["transactionStatus"], changed["homePrice"]) == ("Under Contract", 450_000.5)
    assert (await client.put(f"{path}/{number}", json={"transactionStatus": "Dreaming"})).status_code == 400
    assert (await client.get(f"{path}/{number}/property/address")).status_code == 404
    address = {"transactionId": number, "city": "Austin", "unit": "4"}
    await done(await client.post(f"{path}/property/address", json=address))
    await done(await client.post(f"{path}/property/address", json={"transactionId": number, "city": "Dallas"}))
    found = await done(await client.get(f"{path}/{number}/property/address"))
    assert (found["city"], found["unit"]) == ("Dallas", None), "the whole address is replaced"
    assert [one["transactionId"] for one in await done(await client.get(f"{path}s"))] == [number]
    other = (await lofty.arrive())["leadId"]
    foreign = await client.get(f"/v1.0/leads/{other}/transaction/{number}")
    assert (foreign.status_code, foreign.json()["code"]) == (404, 200060)
    for wrong in ({"transactionName": "a<b"}, {"transactionName": " "}, {"customFields": [{"id": 1, "value": "x"}]}):
        assert (await client.post(path, json=body | wrong)).status_code == 400


async def test_brokermint_reaches_only_what_was_linked_in_lofty(
    lofty: LoftyStandIn, client: httpx.AsyncClient, lead: int
) -> None:
    made = await done(await client.post(f"/v1.0/leads/{lead}/transaction", json={"transactionName": "Deal"}))
    contact, deal = {"externalId": "BM7", "email": "new@example.com"}, {"id": made["transactionId"], "status": "Closed"}
    assert (await done(await client.put("/v1.0/brokermint/lead", json=contact)))["code"] != 0
    assert (await done(await client.put("/v1.0/brokermint/transaction", json=deal)))["code"] == 200060
    lofty.account.brokermint["BM7"] = lead
    lofty.account.brokermint_transactions.add(made["transactionId"])
    assert (await done(await client.put("/v1.0/brokermint/lead", json=contact)))["code"] == 0
    assert (await done(await client.put("/v1.0/brokermint/transaction", json=deal)))["code"] == 0
    assert lofty.leads[0]["emails"][0] == "new@example.com"
    found = await done(await client.get(f"/v1.0/leads/{lead}/transaction/{made['transactionId']}"))
    assert found["transactionStatus"] == "Closed"


# --- the team and what it has set up -----------------------------------------------------------------------------


async def test_the_team_is_paged_and_found_by_account_and_id(
    lofty: LoftyStandIn, client: httpx.AsyncClient, lead: int
) -> None:
    page = await done(await client.get("/v1.0/members?limit=2&offset=2"))
    assert ([one["firstName"] for one in page["members"]], page["_metadata"]["total"]) == (["Sofía"], 3)
    dana = await done(await client.get("/v1.0/me"))
    assert (dana["assignedLeadCount"], dana["isAdmin"]) == (1, True)
    assert await done(await client.get(f"/v1.0/members/{dana['email'].replace('@', '%40')}")) == dana
    assert await done(await client.get(f"/v1.0/users/{dana['memberUserId']}")) == dana
    assert (await client.get(f"/v1.0/users/{dana['id']}")).status_code == 404
    assert (await client.get("/v1.0/members/nobody@example.com")).json() == {
        "code": 20003,
        "message": "USER_NOT_EXIST",
    }
    assert (await client.get("/v1.0/members?limit=5000")).status_code == 400
    assert (await client.get("/v1.0/members?groupIds=1")).status_code == 404
    marcus = lofty.members[1]["memberUserId"]
    body = {"timeZoneId": "America/Denver", "agentInfo": {"position": "Broker"}}
    await done(await client.put(f"/v1.0/users/{marcus}", json=body))
    found = await done(await client.get(f"/v1.0/users/{marcus}"))
    assert (found["timeZoneId"], found["agentInfo"]["position"]) == ("America/Denver", "Broker")


async def test_accounts_are_added_and_a_refusal_can_be_a_200(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    person = {"emailAddress": "new@example.com", "firstName": "Nia", "lastName": "Cole"}
    body = {"accountType": 1, "accountInfo": person}
    made = await done(await client.post("/v1.0/agent/profile/add", json=body))
    assert (made["errorCode"], made["data"]) == (0, lofty.members[3]["memberUserId"])
    again = await done(await client.post("/v1.0/agent/profile/add", json=body))
    assert again["errorCode"] != 0
    assert again["data"] is None
    assert (await client.post("/v1.0/agent", json=person)).status_code == 400
    second = await done(await client.post("/v1.0/agent", json=person | {"emailAddress": "two@example.com"}))
    changed = await done(
        await client.put("/v1.0/agent", json={"teamMemberUserId": second["agentId"], "lastName": "Reed"})
    )
    assert (changed["lastName"], changed["emailAddress"]) == ("Reed", "two@example.com")
    assert (await client.put("/v1.0/agent", json={"lastName": "Reed"})).status_code == 400
    assert len(lofty.members) == 5


async def test_offices_fields_tags_ponds_stages_and_teams(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    office = (await done(await client.put("/v1.0/org/office", json={"name": "South"})))["data"]
    await done(await client.post("/v1.0/org/office", json={"id": office["id"], "city": "Waco"}))
    seen = (await done(await client.get("/v1.0/org")))["enterpriseInfo"]["visibleOrgInfoList"]
    assert "South" in {one["groupName"] for one in seen}
    assert (await client.post("/v1.0/org/office", json={"id": 1})).status_code == 404
    field = {"attributeName": " Budget ", "attributeType": "currency"}
    assert await done(await client.post("/v1.0/teamFeatures/custom-field", json=field)) == "success"
    names = [one["attributeName"] for one in await done(await client.get("/v1.0/teamFeatures/listCustomField"))]
    assert "Budget" in names
    assert (await client.post("/v1.0/teamFeatures/custom-field", json={"attributeName": "X"})).status_code == 400
    pond = (await done(await client.get("/v1.0/team-features/lead-ponds")))[0]
    assert await done(await client.get(f"/v1.0/team-features/lead-pond/{pond['id']}")) == pond
    stages = await done(await client.get("/v1.0/teamFeatures/lead-pipelines?pageSize=3&currPage=1"))
    assert (len(stages["pipelines"]), stages["_metadata"]["total"]) == (3, 10)
    team = int(await done(await client.post("/v1.0/broker/team", json={"teamName": "East"})))
    assert await done(await client.delete(f"/v1.0/broker/team/{team}")) == "success"
    assert (await client.delete(f"/v1.0/broker/team/{team}")).status_code == 404


async def test_routing_rules_can_be_changed(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    rule = (await done(await client.get("/v1.0/routing/rule/list/1")))[0]
    body = {"id": rule["id"], "activeHours": {"activeDays": [7, 1, 1], "hoursStart": 9}}
    assert await done(await client.put("/v1.0/routing/rule/1", json=body)) == "ok"
    hours = (await done(await client.get("/v1.0/routing/rule/list/1")))[0]["activeHours"]
    assert hours == {"activeDays": [1, 7], "hoursStart": 9, "hoursEnd": 19}
    for wrong in ({"activeHours": {"hoursEnd": 24}}, {"routingStrategy": {"touchMinutes": 90}}):
        assert (await client.put("/v1.0/routing/rule/1", json={"id": rule["id"]} | wrong)).status_code == 400
    assert (await client.put("/v1.0/routing/rule/2", json={"id": rule["id"]})).status_code == 404
    pond = lofty.account.ponds[0]
    path = "/v1.0/routing/rule/supplement/1"
    assert await done(await client.put(path, json={"assigneeGroupId": pond["id"], "strategyType": 5})) == "ok"
    assert (await done(await client.get(path)))["assigneeGroupName"] == pond["pondName"]
    both = {"assigneeGroupId": pond["id"], "assigneeAgentId": lofty.members[0]["memberUserId"]}
    assert (await client.put(path, json=both)).status_code == 400


async def test_notifications_really_go_out(lofty: LoftyStandIn, client: httpx.AsyncClient, lead: int) -> None:
    body = {"leadId": lead, "notificationType": 65, "message": "Hi"}
    assert (await done(await client.post("/v1.0/agent/send-notification", json=body)))["data"] is True
    assert lofty.mails == [f"notification {lofty.members[0]['email']}"]
    lofty.change(lead, owner=None)
    assert (await done(await client.post("/v1.0/agent/send-notification", json=body)))["data"] is False
    lofty.change(lead, pond="New Leads Pond")
    await done(await client.post("/v1.0/agent/send-notification", json=body))
    assert len(lofty.mails) == 1 + 3
    assert (await client.post("/v1.0/agent/send-notification", json=body | {"notificationType": 1})).status_code == 400


async def test_listings_are_searched_and_published(client: httpx.AsyncClient) -> None:
    found = await done(await client.get("/v1.0/listing?mlsListingIds=TX-1001,TX-1003&limit=1"))
    assert [one["mlsListingId"] for one in found["listIng"]["listings"]] == ["TX-1001"]
    assert found["_listingMetadata"]["total"] == 2
    both = await client.get("/v1.0/listing?listingId=TX-1001&soldListingId=TX-1002")
    assert (both.status_code, both.json()["code"]) == (200, 20012)
    assert (await client.get("/v1.0/listing")).status_code == 400
    assert (await client.get("/v1.0/listing?agentListings=true&limit=1001")).status_code == 400
    feed = await client.get("/v1.0/getPublishedListings?type=AptCom")
    assert feed.headers["content-type"].startswith("application/xml")
    assert feed.text.count("<Listing ") == 3
    assert (await client.get("/v1.0/getPublishedListings?type=Other")).status_code == 400


async def test_a_lead_gets_a_link_that_signs_it_in(client: httpx.AsyncClient, lead: int) -> None:
    body = {"leadId": lead, "loftyWebsiteURL": "https://example.com/home?id=7"}
    link = await done(await client.post("/v1.0/leads/specified-url", json=body))
    assert link.startswith("https://example.com/home?id=7&login_token=")
    for wrong in ({"leadId": 1}, {"loftyWebsiteURL": "example.com"}, {"leadId": None}):
        assert (await client.post("/v1.0/leads/specified-url", json=body | wrong)).status_code in (400, 404)
