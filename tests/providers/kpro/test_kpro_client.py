"""KPro's two operations and its feed against the strict stand-in."""

from __future__ import annotations

import asyncio
import itertools
import types
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Union, get_args, get_origin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from providers.auth import QueryKey
from providers.errors import AuthFailed, FieldError, Rejected, Unavailable, UnexpectedResponse
from providers.http import Api, Unlimited, make_client
from providers.kpro import PROVIDER
from providers.kpro.actions import get_leads, import_leads, query, read_errors
from providers.kpro.feed import created_since, created_until
from providers.kpro.models import READ_FIELDS, GetLeads, ImportLead, ImportLeads
from providers.kpro.stand_in import DEMO_API_KEY, KproStandIn
from providers.kpro.stand_in_import import IMPORT_RULES
from providers.kpro.stand_in_query import FIELDS
from providers.kpro.stand_in_tables import LEAD_FIELDS
from providers.provider import Page

NOW = datetime(2026, 11, 23, 10, 4, 5, tzinfo=UTC)


async def no_sleep(_seconds: float) -> None:
    """Retries are not waited for."""


def an_api(url: str, client: Any, key: str = DEMO_API_KEY, attempts: int = 3) -> Api:
    return Api(
        client, url, QueryKey("api_key", SecretStr(key)), Unlimited(), attempts=attempts, sleep=no_sleep,
        read_errors=read_errors,
    )  # fmt: skip


@pytest.fixture
async def make() -> AsyncIterator[Callable[..., Any]]:
    """Makes stand-ins with an api of each."""
    made: list[tuple[KproStandIn, Any]] = []

    async def start(**kwargs: Any) -> tuple[KproStandIn, Api]:
        kpro = KproStandIn(now=lambda: NOW, **kwargs)
        client = make_client()
        made.append((kpro, client))
        return kpro, an_api(await kpro.start(), client)

    yield start
    for kpro, client in made:
        await client.aclose()
        await kpro.stop()
        assert kpro.unknown_parameters == []


@pytest.fixture
async def pair(make: Callable[..., Any]) -> tuple[KproStandIn, Api]:
    found: tuple[KproStandIn, Api] = await make()
    return found


# ---------------------------------------------------------------------------------------- get-leads


def plain(annotation: Any) -> Any:
    """Without ``| None``."""
    if get_origin(annotation) in (Union, types.UnionType):
        return next(a for a in get_args(annotation) if a is not types.NoneType)
    return annotation


PARAMETERS = {info.alias or name: plain(info.annotation) for name, info in GetLeads.model_fields.items()}
ONE = {
    "createdAt": "2026-11-20",
    "eligibilityStatus": "passed",
    "site.id": 3,
    "site.code": "ZPL",
    "site.name": "Zoopla",
    "sort": "-site.id,createdAt",
    "page": 2,
    "size": 7,
}
TWO = {
    "createdAt": "2026-11-21 10:30",
    "eligibilityStatus": "failed",
    "site.id": 4,
    "site.code": "RM",
    "site.name": "Rightmove",
}


def value_for(alias: str) -> Any:
    field = next(f for f in sorted(ONE, key=len, reverse=True) if alias.removesuffix("[]").startswith(f))
    return [ONE[field], TWO[field]] if get_origin(PARAMETERS[alias]) is list else ONE[field]


def test_every_documented_parameter_is_there() -> None:
    """Sections "Filtering", "Bracket option", "Sorting" and "Pagination"."""
    lists = {f"{f}{form}" for f in FIELDS for form in ("", ".not", ".in", ".notin", "[]", ".not[]")}
    ordered = {f"{f}.{o}" for f in ("createdAt", "site.id") for o in ("gt", "lt", "gte", "lte")}
    assert set(PARAMETERS) == lists | ordered | {"createdAt.ltt", "sort", "page", "size"}


@pytest.mark.parametrize("alias", PARAMETERS)
async def test_each_parameter_is_sent_as_documented_and_accepted(alias: str, make: Callable[..., Any]) -> None:
    kpro, api = await make()
    kpro.fill(30, 5)
    value = value_for(alias)
    answer = await get_leads(api, GetLeads.model_validate({alias: value}))
    assert isinstance(answer["data"], list)
    if alias.endswith("[]"):
        expected = "&".join(f"{alias}={v}" for v in value)
    else:
        expected = f"{alias}={','.join(map(str, value)) if isinstance(value, list) else value}"
    assert kpro.requests == [("GET", f"/api/bulk/open/leads?{expected}")]


async def test_all_parameters_together_are_accepted(pair: tuple[KproStandIn, Api]) -> None:
    kpro, api = pair
    kpro.fill(30, 5)
    params = GetLeads.model_validate({alias: value_for(alias) for alias in PARAMETERS})
    answer = await get_leads(api, params)
    assert answer["pagination"]["perPage"] == 7
    assert len(query(params)) > len(PARAMETERS)  # brackets are repeated


async def test_filters_filter(pair: tuple[KproStandIn, Api]) -> None:
    kpro, api = pair
    kpro.fill(200, 10)

    async def ids(**given: Any) -> set[int]:
        answer = await get_leads(api, GetLeads.model_validate({"size": 1000, **given}))
        return {lead["id"] for lead in answer["data"]}

    zoopla = {lead["id"] for lead in kpro.leads if lead["site"]["code"] == "ZPL"}
    assert zoopla
    assert await ids(**{"site.code": "ZPL"}) == await ids(**{"site.id": 3}) == await ids(**{"site.id[]": [3]}) == zoopla
    everyone = {lead["id"] for lead in kpro.leads}
    assert await ids(**{"site.code.not": "ZPL"}) == await ids(**{"site.name.not[]": ["Zoopla"]}) == everyone - zoopla
    until = await ids(**{"createdAt.ltt": "2026-11-20"})
    assert until == {lead["id"] for lead in kpro.leads if lead["createdAt"][:10] <= "2026-11-20"}


async def test_a_time_with_a_t_is_sent_as_the_api_knows_it(pair: tuple[KproStandIn, Api]) -> None:
    kpro, api = pair
    await get_leads(api, GetLeads.model_validate({"createdAt.gte": "2026-11-20T10:30"}))
    assert kpro.requests == [("GET", "/api/bulk/open/leads?createdAt.gte=2026-11-20 10:30")]


@pytest.mark.parametrize(
    "given",
    [
        {"createdAt": "yesterday"},
        {"createdAt.gte": "2026-11-20 10:30:00"},
        {"size": 0},
        {"size": 1001},
        {"page": 0},
        {"sort": "createdAt;drop"},
        {"site.id": "three"},
        {"updatedAt": "2026-11-20"},
        {"api_key": "x"},
    ],
)
def test_what_the_api_does_not_know_is_refused_before_it_is_sent(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GetLeads.model_validate(given)


async def test_links_that_carry_the_key_go_no_further(make: Callable[..., Any]) -> None:
    kpro, api = await make(links_carry_key=True)
    kpro.fill(5, 2)
    answer = await get_leads(api, GetLeads.model_validate({"size": 2}))
    assert DEMO_API_KEY not in repr(answer)
    assert set(answer) == {"data", "pagination"}
    assert len(answer["data"]) == 2


async def test_sensitive_fields_are_in_no_answer(pair: tuple[KproStandIn, Api]) -> None:
    kpro, api = pair
    kpro.fill(50, 5)
    answer = await get_leads(api, GetLeads())
    kept = set().union(*(lead.keys() for lead in answer["data"]))
    assert kept == set(READ_FIELDS)
    assert LEAD_FIELDS.keys() - kept == {
        *("dateOfBirth", "annualHouseholdIncome", "deposit", "dependants", "livingCircumstance"),
        *("workingCircumstance", "workAddress", "workPostcode", "workLocalAuthority", "occupation", "employerName"),
        *("eligibleCitizen", "firstTimeBuyer", "homeOwnershipStatus", "armedForcesMember", "hasDisability"),
        *("keyworker", "housingWaitingList"),
    }


async def test_a_wrong_key_is_refused_and_a_right_one_is_not(pair: tuple[KproStandIn, Api]) -> None:
    _, api = pair
    wrong = an_api(api.url, api.client, key="f00d" * 16)
    with pytest.raises(AuthFailed):
        await PROVIDER.check(wrong)
    await PROVIDER.check(api)


async def test_the_check_asks_for_one_lead(pair: tuple[KproStandIn, Api]) -> None:
    kpro, api = pair
    await PROVIDER.check(api)
    assert kpro.requests == [("GET", "/api/bulk/open/leads?size=1")]


# ------------------------------------------------------------------------------------- import-leads


def whole(kpro: KproStandIn, **fields: Any) -> ImportLead:
    """A lead with every field of the table."""
    listing = next(x for x in kpro.inventory.listings.values() if x["externalRef"])
    house = next(x for x in kpro.inventory.properties.values() if x["externalRef"])
    given = {
        "externalRef": "R-1",
        "email": "zofia@example.net",
        "sendEmailConfirmation": True,
        "siteId": 3,
        "title": "Ms",
        "firstName": "Zofia",
        "lastName": "Kowalczyk",
        "phone": "07700 900123",
        "dateOfBirth": "1990-02-28",
        "annualHouseholdIncome": 42000.5,
        "deposit": 10000,
        "livingCircumstance": 1,
        "homePostcode": "nw117hb",
        "homeAddress": "1 High Street",
        "dependants": 0,
        "workingCircumstance": 7,
        "workPostcode": "E15 2TN",
        "workAddress": "2 Low Street",
        "occupation": "Baker",
        "employerName": "Bread & Co",
        "armedForcesMember": False,
        "keyworker": True,
        "hasDisability": False,
        "housingWaitingList": False,
        "firstTimeBuyer": True,
        "homeOwnershipStatus": 1,
        "eligibleCitizen": True,
        "additionalInfo": "Two cats\nand a dog",
        "listingId": listing["id"],
        "listingExternalRef": listing["externalRef"],
        "propertyId": house["id"],
        "propertyExternalRef": house["externalRef"],
        "developmentId": next(iter(kpro.inventory.developments)),
        "bedrooms": [2, 3],
        "hearAboutUs": "A friend",
        "enquiryType": "new-build",
    }
    return ImportLead.model_validate(given | fields)


async def test_every_field_of_the_table_is_sent(pair: tuple[KproStandIn, Api]) -> None:
    kpro, api = pair
    row = whole(kpro)
    assert set(row.model_fields_set) == set(ImportLead.model_fields) == set(IMPORT_RULES)
    assert await import_leads(api, ImportLeads(data=[row])) == {"imported": 1}
    (sent,) = kpro.imported
    assert set(sent) == set(IMPORT_RULES)
    assert (sent["dateOfBirth"], sent["homePostcode"], sent["bedrooms"]) == ("1990-02-28", "NW11 7HB", [2, 3])
    assert kpro.emails_sent == ["zofia@example.net"]


async def test_fields_left_out_are_not_sent(pair: tuple[KproStandIn, Api]) -> None:
    kpro, api = pair
    await import_leads(api, ImportLeads(data=[ImportLead(email="zofia@example.net")]))
    assert kpro.imported == [{"email": "zofia@example.net", "sendEmailConfirmation": False}]
    assert kpro.emails_sent == []


@pytest.mark.parametrize("shape", ["object", "list"])
async def test_each_refusal_finds_its_row_and_field(make: Callable[..., Any], shape: str) -> None:
    kpro, api = await make(errors_shape=shape)
    rows = [
        ImportLead(email="good@example.com", externalRef="a"),
        ImportLead(email="Bad@Example.com", listingId=1, enquiryType="swap", externalRef="b"),
        ImportLead(email="worse@example.com", siteId=999, externalRef="c"),
    ]
    with pytest.raises(Rejected) as caught:
        await import_leads(api, ImportLeads(data=rows))
    assert caught.value.status == 422
    assert set(caught.value.errors) == {
        FieldError("The listingId does not exist.", "listingId", 1),
        FieldError("The enquiryType is not in the list of allowed values.", "enquiryType", 1),
        FieldError("The siteId is not in the list of allowed values.", "siteId", 2),
    }
    assert kpro.imported == []
    assert await import_leads(api, ImportLeads(data=rows[:1])) == {"imported": 1}
    assert len(kpro.imported) == 1


def test_an_error_as_a_sentence_finds_the_field_it_names() -> None:
    body = {"message": "no", "errors": [{"customerEmail": "a@b.example", "errors": ["The homePostcode is odd."]}]}
    found = read_errors(422, body)
    assert found
    assert found.errors == (FieldError("The homePostcode is odd.", "a@b.example\nhomePostcode"),)


@pytest.mark.parametrize(
    "body",
    [None, [], "no", {}, {"errors": None}, {"errors": "no"}, {"errors": [None, 1, "x"]}, {"errors": [{"errors": 5}]}],
)
def test_a_refusal_of_another_shape_is_still_a_refusal(body: Any) -> None:
    found = read_errors(422, body)
    assert found is None or (isinstance(found, Rejected) and found.errors == ())


def test_a_refusal_with_a_message_only_tells_it() -> None:
    found = read_errors(400, {"message": "The parameter x is not known."})
    assert found
    assert found.errors == (FieldError("The parameter x is not known."),)


async def test_a_repeat_adds_nothing(pair: tuple[KproStandIn, Api]) -> None:
    kpro, api = pair
    for _ in range(2):
        await import_leads(api, ImportLeads(data=[whole(kpro)]))
    assert len(kpro.leads) == 1
    assert kpro.emails_sent == ["zofia@example.net"]


async def test_an_import_whose_answer_is_lost_is_repeated_where_the_reference_makes_it_safe(
    pair: tuple[KproStandIn, Api],
) -> None:
    kpro, api = pair
    kpro.fault("withhold")
    assert await import_leads(api, ImportLeads(data=[whole(kpro)])) == {"imported": 1}
    assert len(kpro.leads) == 1
    assert len(kpro.requests) == 2


async def test_an_import_without_a_reference_is_sent_once_and_nobody_knows(pair: tuple[KproStandIn, Api]) -> None:
    kpro, api = pair
    kpro.fault("withhold")
    rows = [whole(kpro), ImportLead(email="other@example.net")]
    with pytest.raises(Unavailable) as caught:
        await import_leads(api, ImportLeads(data=rows))
    assert caught.value.arrived is None
    assert len(kpro.requests) == 1


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"email": "nobody"}, "email"),
        ({"homePostcode": "ABC"}, "homePostcode"),
        ({"dependants": -1}, "dependants"),
        ({"dateOfBirth": "28/02/1990"}, "dateOfBirth"),
        ({"externalRef": "x" * 256}, "externalRef"),
        ({"livingCircumstance": 9}, "livingCircumstance"),
        ({"middleName": "X"}, "middleName"),
    ],
)
def test_what_the_table_forbids_is_refused_before_it_is_sent(fields: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ImportLead.model_validate({"email": "a@example.com"} | fields)
    assert {e["loc"][0] for e in caught.value.errors()} == {where}


# --------------------------------------------------------------------------------------------- feed


async def ids_of(pages: AsyncIterator[Page]) -> list[list[str]]:
    return [[r.external_id for r in page.records] async for page in pages]


async def arrive_at(kpro: KproStandIn, *moments: datetime) -> list[str]:
    return [str((await kpro.arrive(createdAt=moment))["id"]) for moment in moments]


async def test_new_leads_come_oldest_first_over_pages(pair: tuple[KproStandIn, Api]) -> None:
    kpro, api = pair
    await arrive_at(kpro, NOW - timedelta(hours=2))
    since = NOW - timedelta(minutes=30)
    expected = await arrive_at(kpro, *(since + timedelta(minutes=n // 2) for n in range(7)))
    pages = await ids_of(created_since(api, since + timedelta(seconds=40), 3))
    assert (
        list(dict.fromkeys(itertools.chain(*pages))) == expected
    )  # a page begins with the last minute of the one before
    assert all(len(p) <= 3 for p in pages)


async def test_leads_that_arrive_between_two_pages_are_read_too(pair: tuple[KproStandIn, Api]) -> None:
    kpro, api = pair
    expected = await arrive_at(kpro, *(NOW - timedelta(minutes=9 - n) for n in range(4)))
    seen: list[str] = []
    async for page in created_since(api, NOW - timedelta(hours=1), 2):
        seen += [r.external_id for r in page.records]
        if len(seen) == 2:
            expected += await arrive_at(kpro, NOW)
    assert list(dict.fromkeys(seen)) == expected


async def test_a_lead_that_goes_between_two_pages_hides_none(pair: tuple[KproStandIn, Api]) -> None:
    kpro, api = pair
    expected = await arrive_at(kpro, *(NOW - timedelta(minutes=9 - n) for n in range(6)))
    seen: list[str] = []
    async for page in created_since(api, NOW - timedelta(hours=1), 2):
        seen += [r.external_id for r in page.records]
        if len(seen) == 2:
            kpro.forget(int(expected[0]))
    assert list(dict.fromkeys(seen)) == expected


async def test_nothing_new_reads_one_page(pair: tuple[KproStandIn, Api]) -> None:
    kpro, api = pair
    kpro.fill(50, 5)
    assert await ids_of(created_since(api, NOW + timedelta(hours=1), 10)) == [[]]
    assert len(kpro.requests) == 1


async def test_older_leads_come_newest_first_even_where_a_minute_fills_pages(pair: tuple[KproStandIn, Api]) -> None:
    kpro, api = pair
    minute = NOW.replace(second=0) - timedelta(hours=1)
    await arrive_at(kpro, *(minute - timedelta(minutes=n) for n in range(1, 5)))
    await arrive_at(kpro, *(minute + timedelta(seconds=5 * n) for n in range(8)))
    await arrive_at(kpro, NOW + timedelta(hours=1))
    everyone = [str(lead["id"]) for lead in kpro.leads if lead["createdAt"] <= NOW.isoformat()]
    pages = await ids_of(created_until(api, NOW, 3))
    assert set(itertools.chain(*pages)) == set(everyone)
    newest = [str(lead["id"]) for lead in kpro.leads if lead["createdAt"].startswith(minute.isoformat()[:16])]
    assert set(itertools.chain(*pages[:2])) <= set(newest)


async def test_leads_that_come_while_older_ones_are_read_hide_none(pair: tuple[KproStandIn, Api]) -> None:
    kpro, api = pair
    expected = await arrive_at(kpro, *(NOW - timedelta(minutes=5 * n) for n in range(9)))
    seen: set[str] = set()
    async for page in created_until(api, NOW, 2):
        seen |= {r.external_id for r in page.records}
        await arrive_at(kpro, NOW, NOW)  # each pushes the pages behind it along
        if len(seen) > 40:
            break
    assert set(expected) <= seen


@settings(max_examples=25, deadline=None)
@given(minutes=st.lists(st.integers(0, 4), max_size=14), size=st.integers(1, 4), newest_first=st.booleans())
def test_paging_finds_every_lead_and_ends(minutes: list[int], size: int, newest_first: bool) -> None:
    async def run() -> None:
        kpro = KproStandIn(now=lambda: NOW)
        moments = [NOW - timedelta(minutes=m, seconds=7 * n % 60) for n, m in enumerate(minutes)]
        expected = set(await arrive_at(kpro, *moments))
        client = make_client()
        try:
            api = an_api(await kpro.start(), client)
            read = created_until(api, NOW, size) if newest_first else created_since(api, NOW - timedelta(hours=1), size)
            seen = list(itertools.chain(*await ids_of(read)))
            assert set(seen) == expected
            assert len(kpro.requests) <= 2 * len(minutes) + 2
        finally:
            await client.aclose()
            await kpro.stop()

    asyncio.run(run())


async def test_a_full_page_is_not_believed_to_be_the_last(pair: tuple[KproStandIn, Api]) -> None:
    """Whatever ``lastPage`` says: one further page is asked for, from the last minute on."""
    kpro, api = pair
    await arrive_at(kpro, *(NOW - timedelta(minutes=n) for n in range(2)))
    assert [len(p) for p in await ids_of(created_since(api, NOW - timedelta(hours=1), 2))] == [2, 1]
    assert len(kpro.requests) == 2


async def test_an_answer_without_leads_is_unexpected() -> None:
    class Odd:
        async def get(self, _path: str, _query: Any) -> Any:
            return {"data": {"1": {}}}

    with pytest.raises(UnexpectedResponse):
        await ids_of(created_since(Odd(), NOW, 10))  # type: ignore[arg-type]


async def test_a_fingerprint_changes_with_any_field_and_only_then(pair: tuple[KproStandIn, Api]) -> None:
    kpro, api = pair
    lead = await kpro.arrive()

    async def fingerprint() -> bytes:
        (page,) = [p async for p in created_since(api, NOW - timedelta(hours=1), 10)]
        return page.records[0].fingerprint

    first = await fingerprint()
    assert await fingerprint() == first
    kpro.change(lead["id"], eligibilityStatus="failed", updatedAt=lead["updatedAt"])
    assert await fingerprint() != first
