"""The stand-in of KPro's Leads API has leads that look real, arrive and change."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from providers.kpro.stand_in import DEMO_API_KEY, KproStandIn
from providers.kpro.stand_in_tables import (
    DEVELOPMENT_FIELDS,
    ELIGIBILITY_STATUSES,
    ENQUIRY_TYPES,
    LEAD_FIELDS,
    LEADS_PATH,
    LISTING_FIELDS,
    PROPERTY_FIELDS,
    SCHEMES,
    site_of,
)

NOW = datetime(2026, 11, 23, 10, 4, 5, tzinfo=UTC)
KEY = {"api_key": DEMO_API_KEY}


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
async def kpro(time: Time) -> AsyncIterator[KproStandIn]:
    stand_in = KproStandIn(now=time.now, slow_seconds=0.05, hang_seconds=5.0)
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def client(kpro: KproStandIn) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=await kpro.start(), timeout=3.0, verify=False) as found:
        yield found


async def get(client: httpx.AsyncClient, query: str = "") -> httpx.Response:
    return await client.get(f"{LEADS_PATH}?api_key={DEMO_API_KEY}" + (f"&{query}" if query else ""))


async def ids(client: httpx.AsyncClient, query: str = "") -> list[int]:
    answer = await get(client, query)
    assert answer.status_code == 200, answer.text
    return [lead["id"] for lead in answer.json()["data"]]


# --- what arrives and what changes -------------------------------------------------------------------------------


async def test_a_lead_arrives_now_and_can_be_told(kpro: KproStandIn, client: httpx.AsyncClient, time: Time) -> None:
    lead = await kpro.arrive(firstName="Siân", lastName=None, dependants=0, site=site_of(3))
    assert (lead["createdAt"], lead["updatedAt"]) == ("2026-11-23T10:04:05+00:00",) * 2
    assert (lead["fullName"], lead["dependants"], lead["site"]["code"]) == ("Siân", 0, "ZPL")
    time.at += timedelta(seconds=1)
    later = await kpro.arrive(email=lead["email"])
    assert later["customerId"] == lead["customerId"]
    assert later["id"] > lead["id"]
    assert (await get(client)).json()["data"] == [later, lead]


async def test_a_lead_may_arrive_in_the_past(kpro: KproStandIn, client: httpx.AsyncClient) -> None:
    now = await kpro.arrive()
    kpro.fill(3, 2)
    old = await kpro.arrive(created_at=NOW - timedelta(days=9), updatedAt=NOW)
    assert old["createdAt"] == "2026-11-14T10:04:05+00:00"
    assert old["updatedAt"] == "2026-11-23T10:04:05+00:00"
    assert kpro.leads[0] is old
    assert kpro.leads[-1] is now
    assert await ids(client, "createdAt.ltt=2026-11-14") == [old["id"]]


async def test_mistakes_in_a_test_are_told(kpro: KproStandIn) -> None:
    lead = await kpro.arrive(id=7)
    for wrong in ({"first_name": "A"}, {"createdAt": "2026-11-14T10:00:00"}, {"id": 7}):
        with pytest.raises(ValueError, match=r"field|zone|already"):
            await kpro.arrive(**wrong)
    with pytest.raises(ValueError, match="changed"):
        kpro.change(lead["id"], colour="red")
    with pytest.raises(ValueError, match="No fault"):
        kpro.fault("gremlins")
    with pytest.raises(KeyError):
        kpro.change(8, title="Dr")


async def test_a_change_is_seen_at_once(kpro: KproStandIn, client: httpx.AsyncClient, time: Time) -> None:
    other = await kpro.arrive(createdAt=NOW - timedelta(hours=1), eligibilityStatus="incomplete")
    lead = await kpro.arrive(eligibilityStatus="incomplete")
    assert await ids(client, "eligibilityStatus=incomplete") == [lead["id"], other["id"]]
    time.at += timedelta(minutes=3)
    kpro.change(lead["id"], eligibilityStatus="passed", firstName="Zoë", lastName="Ward")
    found = (await get(client, "eligibilityStatus=passed")).json()["data"]
    assert [one["fullName"] for one in found] == ["Zoë Ward"]
    assert found[0]["updatedAt"] == "2026-11-23T10:07:05+00:00"
    assert found[0]["createdAt"] == "2026-11-23T10:04:05+00:00"
    kpro.change(lead["id"], createdAt=NOW - timedelta(days=1), updatedAt=NOW)
    assert await ids(client) == [other["id"], lead["id"]]
    assert lead["updatedAt"] == "2026-11-23T10:04:05+00:00"


# --- what leads look like ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def history() -> list[dict[str, Any]]:
    stand_in = KproStandIn(now=lambda: NOW)
    stand_in.fill(3000, 365)
    return stand_in.leads


def assert_nulls(objects: list[dict[str, Any]], table: dict[str, bool]) -> None:
    """Each object has exactly the table's fields; nullable ones are now null and now not, others never null."""
    assert all(list(one) == list(table) for one in objects)
    for name, nullable in table.items():
        nulls = sum(one[name] is None for one in objects)
        assert (0 < nulls < len(objects)) if nullable else nulls == 0, name


def test_every_field_of_the_document_is_there_and_nullable_ones_are_null_now_and_then(
    history: list[dict[str, Any]],
) -> None:
    assert_nulls(history, LEAD_FIELDS)
    assert_nulls([lead["listing"] for lead in history if lead["listing"]], LISTING_FIELDS)
    assert_nulls([lead["development"] for lead in history if lead["development"]], DEVELOPMENT_FIELDS)
    assert_nulls([lead["property"] for lead in history if lead["property"]], PROPERTY_FIELDS)


def test_a_history_looks_real(history: list[dict[str, Any]]) -> None:
    mobile_or_london = re.compile(r"(\+44 ?|0)(7700 ?900\d{3}|20 7946 0\d{3})")
    dates = [datetime.fromisoformat(lead["createdAt"]) for lead in history]
    assert dates == sorted(dates)
    assert NOW - timedelta(days=365) <= dates[0] <= dates[-1] <= NOW
    assert len({lead["id"] for lead in history}) == len(history)
    assert {lead["eligibilityStatus"] for lead in history} == set(ELIGIBILITY_STATUSES)
    assert {lead["enquiryType"] for lead in history} == {*ENQUIRY_TYPES, None}
    assert {code for lead in history if lead["listing"] for code in lead["listing"]["schemes"]} == set(SCHEMES)
    for lead in history:
        assert re.fullmatch(r"[a-z.]+\d*@example\.(com|org|net)", lead["email"]), lead["email"]
        assert lead["phone"] is None or mobile_or_london.fullmatch(lead["phone"]), lead["phone"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", lead["updatedAt"])
        assert lead["createdAt"] <= lead["updatedAt"] <= "2026-11-23T10:04:05+00:00"
        if lead["listing"]:
            assert lead["development"] == lead["listing"]["Development"]
    names_of_customer: dict[int, set[str]] = {}
    for lead in history:
        names_of_customer.setdefault(lead["customerId"], set()).add(lead["email"])
    assert len(names_of_customer) < len(history)
    assert all(len(emails) == 1 for emails in names_of_customer.values())


def test_the_same_seed_gives_the_same_history() -> None:
    one, same, other = (KproStandIn(now=lambda: NOW, seed=seed) for seed in (4, 4, 5))
    for stand_in in (one, same, other):
        stand_in.fill(20, 5)
    assert one.leads == same.leads != other.leads


async def test_a_local_authority_can_be_an_object(time: Time) -> None:
    kpro = KproStandIn(now=time.now, authority_shape="object")
    kpro.fill(50, 5)
    found = [lead["homeLocalAuthority"] for lead in kpro.leads if lead["homeLocalAuthority"]]
    assert {tuple(one) for one in found} == {("id", "name", "slug", "longName", "mapitId")}
