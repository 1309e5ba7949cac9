"""The stand-in of KPro's Leads API answers as the document says, and refuses what it does not say: reading."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from providers.kpro.stand_in import DEMO_API_KEY, FAULTS, KproStandIn
from providers.kpro.stand_in_tables import (
    LEADS_PATH,
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


# --- the key, the paths, what is noted ---------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "api_key=", "api_key=wrong", "api_key=%C3%A9", f"api_key={DEMO_API_KEY}0"])
async def test_a_missing_or_wrong_key_is_401(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"{LEADS_PATH}?{query}")
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/json")
    assert isinstance(answer.json()["message"], str)


def test_the_demo_key_is_shaped_like_kpros() -> None:
    assert re.fullmatch("[0-9a-f]{64}", DEMO_API_KEY)


async def test_other_paths_and_methods_are_refused(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/bulk/open/lead", params=KEY)).status_code == 404
    assert (await client.delete(LEADS_PATH, params=KEY)).status_code == 405


async def test_calls_are_noted_without_the_key(kpro: KproStandIn, client: httpx.AsyncClient) -> None:
    await get(client, "createdAt.gte=2026-11-01%2010:00&page=2")
    await client.get(LEADS_PATH, params={"api_key": "wrong"})
    await client.post(LEADS_PATH, params=KEY, json={"data": [{"email": "a@example.com"}]})
    assert kpro.requests == [
        ("GET", f"{LEADS_PATH}?createdAt.gte=2026-11-01 10:00&page=2"),
        ("GET", LEADS_PATH),
        ("POST", LEADS_PATH),
    ]


# --- filters -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("createdAt.gte=2021-03-01&createdAt.ltt=2021-03-10", "midnight ten half eleven late"),
        ("createdAt.gte=2021-03-10 10:00&createdAt.lte=2021-03-10 11:00", "ten half eleven"),
        ("createdAt.lte=2021-03-10", "before midnight"),
        ("createdAt.lt=2021-03-10", "before"),
        ("createdAt.gt=2021-03-10", "ten half eleven late next"),
        ("createdAt.gte=2021-03-11", "next"),
        ("createdAt.gt=2021-03-10 10:00&createdAt.lt=2021-03-10 11:00", "half"),
        ("createdAt=2021-03-10 11:00", "eleven"),
        ("createdAt=2021-03-10", "midnight"),
        ("createdAt.not=2021-03-10", "before ten half eleven late next"),
        ("createdAt.in=2021-03-10,2021-03-11", "midnight next"),
        ("createdAt[]=2021-03-10&createdAt[]=2021-03-10 10:00", "midnight ten"),
        ("createdAt.notin=2021-03-10,2021-03-10 10:00", "before half eleven late next"),
        ("createdAt.gte=2021-03-12&createdAt.lt=2021-03-01", ""),
    ],
)
async def test_times_are_filtered_in_utc(
    kpro: KproStandIn, client: httpx.AsyncClient, query: str, expected: str
) -> None:
    times = {
        "before": "2021-02-28T23:59:59+00:00",
        "midnight": "2021-03-10T02:00:00+02:00",
        "ten": "2021-03-10T10:00:00+00:00",
        "half": "2021-03-10T10:30:29+00:00",
        "eleven": "2021-03-10T11:00:00+00:00",
        "late": "2021-03-10T23:59:59+00:00",
        "next": "2021-03-11T00:00:00+00:00",
    }
    found = {name: (await kpro.arrive(createdAt=at))["id"] for name, at in times.items()}
    assert await ids(client, f"{query}&sort=createdAt") == [found[name] for name in expected.split()]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("site.id=3", "zoopla"),
        ("site.id.not=3", "keaze hfl rightmove"),
        ("site.id.gt=2", "zoopla rightmove"),
        ("site.id.gte=2", "hfl zoopla rightmove"),
        ("site.id.lt=2", "keaze"),
        ("site.id.lte=2", "keaze hfl"),
        ("site.id.in=1,2", "keaze hfl"),
        ("site.id[]=1&site.id[]=2", "keaze hfl"),
        ("site.id.notin=1,2", "zoopla rightmove"),
        ("site.id.not[]=1&site.id.not[]=2", "zoopla rightmove"),
        ("site.id%5B%5D=1", "keaze"),
        ("site.code=ZPL", "zoopla"),
        ("site.code.in=ZPL,RM", "zoopla rightmove"),
        ("site.code.not[]=ZPL", "keaze hfl rightmove"),
        ("site.name=Homes For Londoners", "hfl"),
        ("site.name.notin=Zoopla,Keaze", "hfl rightmove"),
        ("site.name=Unheard of", ""),
        ("eligibilityStatus=passed", "keaze zoopla"),
        ("eligibilityStatus.notin=incomplete,failed", "keaze zoopla rightmove"),
        ("eligibilityStatus[]=failed&eligibilityStatus[]=passed", "keaze hfl zoopla"),
        ("eligibilityStatus=passed&site.id.not=1", "zoopla"),
        ("site.id.not=1&site.id.not=2", "zoopla rightmove"),
    ],
)
async def test_sites_and_eligibility_are_filtered(
    kpro: KproStandIn, client: httpx.AsyncClient, query: str, expected: str
) -> None:
    found = {}
    for site, name, status in (
        (1, "keaze", "passed"),
        (2, "hfl", "failed"),
        (3, "zoopla", "passed"),
        (4, "rightmove", "not-checked"),
    ):
        lead = await kpro.arrive(site=site_of(site), eligibilityStatus=status, createdAt=NOW + timedelta(minutes=site))
        found[name] = lead["id"]
    assert await ids(client, f"{query}&sort=createdAt") == [found[name] for name in expected.split()]


@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ("updatedAt.gte=2026-01-01", "updatedAt.gte"),
        ("createdAt.after=2026-01-01", "createdAt.after"),
        ("createdat.gte=2026-01-01", "createdat.gte"),
        ("site.gte=1", "site.gte"),
        ("site.id.ltt=1", "site.id.ltt"),
        ("site.code.gt=A", "site.code.gt"),
        ("eligibilityStatus.gt=passed", "eligibilityStatus.gt"),
        ("site.id.in[]=1", "site.id.in[]"),
        ("createdAt.gte[]=2026-01-01", "createdAt.gte[]"),
        ("page[]=1", "page[]"),
        ("per_page=5", "per_page"),
        ("id=5", "id"),
        ("sort=id", "sort=id"),
        ("sort=-createdAt,+site.id", "sort= site.id"),
        ("sort=", "sort="),
    ],
)
async def test_what_the_document_does_not_know_is_400_and_noted(
    kpro: KproStandIn, client: httpx.AsyncClient, query: str, unknown: str
) -> None:
    answer = await get(client, query)
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert kpro.unknown_parameters == [unknown]


@pytest.mark.parametrize(
    "query",
    [
        "createdAt.gte=2026-13-01",
        "createdAt.gte=2026-02-30",
        "createdAt.gte=01-03-2026",
        "createdAt.gte=2026-3-1",
        "createdAt.gte=2026-03-01T10:00",
        "createdAt.gte=2026-03-01 10:00:00",
        "createdAt.gte=2026-03-01 24:00",
        "createdAt.gte=2026-03-01T10:00:00%2B00:00",
        "createdAt.gte=",
        "createdAt.gte=2026-01-01,2026-01-02",
        "createdAt.ltt=2026-03-01 10:00",
        "createdAt.in=2026-03-01,",
        "site.id=KZ",
        "site.id.in=1,,2",
        "site.id.in=1, 2",
        "site.name=",
        "eligibilityStatus=not-checked",
        "eligibilityStatus.in=passed,great",
        "page=0",
        "page=-1",
        "page=1.5",
        "page=two",
        "page=1&page=2",
        "size=0",
        "size=1001",
        "sort=createdAt&sort=site.id",
    ],
)
async def test_malformed_values_are_400(kpro: KproStandIn, client: httpx.AsyncClient, query: str) -> None:
    assert (await get(client, query)).status_code == 400
    assert kpro.unknown_parameters == []


# --- sort and pages ----------------------------------------------------------------------------------------------


async def test_leads_are_sorted_by_several_fields(kpro: KproStandIn, client: httpx.AsyncClient) -> None:
    a, b, c, d = [
        (await kpro.arrive(site=site_of(site), createdAt=NOW - timedelta(hours=age)))["id"]
        for site, age in ((3, 1), (1, 4), (3, 3), (1, 2))
    ]
    assert await ids(client) == [a, d, c, b]
    assert await ids(client, "sort=createdAt") == [b, c, d, a]
    assert await ids(client, "sort=-site.id,-createdAt") == [a, c, d, b]
    assert await ids(client, "sort=site.id,-createdAt") == [d, b, a, c]
    assert await ids(client, "sort=site.code,createdAt") == [b, d, c, a]
    assert await ids(client, "sort=-createdAt,site.id") == [a, d, c, b]


async def test_pages_have_the_documented_envelope(kpro: KproStandIn, client: httpx.AsyncClient) -> None:
    kpro.fill(7, 30)
    first, middle, last = [
        (await get(client, f"createdAt.gte=2026-10-01 00:00&size=3&page={n}")).json() for n in (1, 2, 3)
    ]
    assert list(first) == ["data", "pagination", "links"]
    assert [len(page["data"]) for page in (first, middle, last)] == [3, 3, 1]
    assert middle["pagination"] == {
        "currentPage": 2,
        "perPage": 3,
        "total": 7,
        "from": 4,
        "to": 6,
        "lastPage": 3,
    }
    assert (last["pagination"]["from"], last["pagination"]["to"]) == (7, 7)
    assert first["links"]["prev"] is None
    assert last["links"]["next"] is None
    assert middle["links"]["last"] == first["links"]["last"]
    assert "api_key" not in str(middle["links"])
    following = httpx.URL(first["links"]["next"])
    assert dict(following.params) == {"createdAt.gte": "2026-10-01 00:00", "size": "3", "page": "2"}
    assert (await client.get(following.copy_merge_params(KEY))).json() == middle


async def test_past_the_last_page_nothing_comes(kpro: KproStandIn, client: httpx.AsyncClient) -> None:
    kpro.fill(5, 3)
    answer = (await get(client, "page=9")).json()
    assert answer["data"] == []
    assert answer["pagination"]["total"] == 5
    assert answer["links"]["next"] is None
    assert answer["links"]["last"].endswith("page=1")


async def test_an_empty_account_has_one_empty_page(client: httpx.AsyncClient) -> None:
    answer = (await get(client)).json()
    assert answer["data"] == []
    assert answer["pagination"] == {
        "currentPage": 1,
        "perPage": 100,
        "total": 0,
        "from": None,
        "to": None,
        "lastPage": 1,
    }
    assert (answer["links"]["prev"], answer["links"]["next"]) == (None, None)


async def test_a_page_has_100_leads_and_1000_at_most(kpro: KproStandIn, client: httpx.AsyncClient) -> None:
    kpro.fill(1100, 30)
    assert len(await ids(client)) == 100
    assert len(await ids(client, "size=1000")) == 1000
    seen = [lead for page in (1, 2, 3) for lead in await ids(client, f"size=400&page={page}")]
    assert seen == [lead["id"] for lead in reversed(kpro.leads)]


async def test_links_can_show_another_host_and_the_key(time: Time) -> None:
    kpro = KproStandIn(now=time.now, url="https://app.kpro.co", links_carry_key=True)
    async with httpx.AsyncClient(base_url=await kpro.start(), verify=False) as client:
        links = (await get(client)).json()["links"]
    await kpro.stop()
    assert links["first"] == f"https://app.kpro.co{LEADS_PATH}?api_key={DEMO_API_KEY}&page=1"


# --- faults ------------------------------------------------------------------------------------------------------


async def spoiled(client: httpx.AsyncClient, kpro: KproStandIn, kind: str) -> httpx.Response:
    """What one call meets, having seen that the next one is answered."""
    kpro.fault(kind)
    answer = await get(client)
    assert (await get(client)).json()["pagination"]["total"] == len(kpro.leads)
    return answer


@pytest.mark.parametrize(("kind", "status"), [("401", 401), ("429", 429), ("500", 500), ("503", 503)])
async def test_a_status_can_be_asked_for(kpro: KproStandIn, client: httpx.AsyncClient, kind: str, status: int) -> None:
    answer = await spoiled(client, kpro, kind)
    assert answer.status_code == status
    assert answer.headers.get("retry-after") == ("1" if kind == "429" else None)


async def test_answers_can_be_spoiled(kpro: KproStandIn, client: httpx.AsyncClient) -> None:
    await kpro.arrive()
    html = await spoiled(client, kpro, "html")
    assert (html.status_code, html.headers["content-type"]) == (200, "text/html; charset=utf-8")
    truncated = await spoiled(client, kpro, "truncated")
    assert truncated.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        truncated.json()
    empty = await spoiled(client, kpro, "empty")
    assert (empty.status_code, empty.json()["data"], empty.json()["pagination"]["total"]) == (200, [], 0)
    slow = await spoiled(client, kpro, "slow")
    assert slow.elapsed >= timedelta(seconds=0.05)
    assert len(slow.json()["data"]) == 1


@pytest.mark.parametrize("kind", ["refuse", "withhold"])
async def test_a_connection_can_be_closed(kpro: KproStandIn, client: httpx.AsyncClient, kind: str) -> None:
    with pytest.raises(httpx.TransportError):
        await spoiled(client, kpro, kind)
    assert (await get(client)).status_code == 200


async def test_a_call_can_hang_until_the_client_leaves(kpro: KproStandIn, client: httpx.AsyncClient) -> None:
    kpro.fault("hang")
    with pytest.raises(httpx.ReadTimeout):
        await client.get(LEADS_PATH, params=KEY, timeout=0.1)
    assert (await get(client)).status_code == 200


async def test_faults_come_in_turn_and_can_be_forgotten(kpro: KproStandIn, client: httpx.AsyncClient) -> None:
    kpro.fault("500", 2)
    kpro.fault("429")
    assert [(await get(client)).status_code for _ in range(4)] == [500, 500, 429, 200]
    for kind in FAULTS:
        kpro.fault(kind)
    kpro.clear_faults()
    assert (await get(client)).status_code == 200
