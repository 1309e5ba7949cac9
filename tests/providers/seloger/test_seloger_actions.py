"""Groupe SeLoger's seven operations, against the strict stand-in; what it refuses becomes sentences on parameters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from providers.action import Effect
from providers.errors import AuthFailed, Rejected, Unavailable
from providers.seloger import PROVIDER
from providers.seloger.errors import NO_SUCH_LEAD, NOT_PERMITTED, read_errors
from providers.seloger.models import without_sensitive
from providers.seloger.stand_in import PATHS
from providers.seloger.stand_in.checking import Names
from tests.providers.seloger.seloger_house import NOW, SelogerHouse, fixture, lead_id

SEARCHES = {
    "search-leads": "leads",
    "search-classified-leads": "classified",
    "search-agency-leads": "agency",
    "search-seller-leads": "seller",
    "search-property-search-leads": "property-search",
}


def ids(answer: Any) -> list[str]:
    return [lead_id(lead) for lead in answer["leads"]]


def test_there_are_seven_and_all_of_them_only_read() -> None:
    assert len(PROVIDER.actions) == 7
    assert {a.effect for a in PROVIDER.actions} == {Effect.READ}
    assert all(a.idempotent for a in PROVIDER.actions)
    assert [a.method for a in PROVIDER.actions].count("POST") == 6
    assert {a.path for a in PROVIDER.actions} == {
        *PATHS.values(),
        "/v2/leads/{leadId}",
        "/v2/leads/classified/{classifiedId}",
    }


@pytest.mark.parametrize(("action", "name"), SEARCHES.items())
async def test_a_search_gives_the_leads_of_its_list(seloger: SelogerHouse, action: str, name: str) -> None:
    for code in ("CLASSIFIED", "AGENCY", "SELLER", "PROPERTY_SEARCH"):
        await seloger.system.arrive(leadId=code, category=code)
    found = await seloger.run(action)
    own = name.upper().replace("-", "_")
    assert sorted(ids(found)) == (["AGENCY", "CLASSIFIED", "PROPERTY_SEARCH", "SELLER"] if name == "leads" else [own])
    assert found["total"] == len(found["leads"])
    assert seloger.system.requests == [("POST", PATHS[name])]
    assert seloger.system.refused == []


async def test_times_pages_and_criteria_of_a_search(seloger: SelogerHouse) -> None:
    for n in range(30):
        portal = "LIM-FRA" if n % 2 else "SLG-FRA"
        await seloger.system.arrive(leadId=f"{n:02}", created_at=NOW - timedelta(hours=n), portalCode=portal)
    since, until = NOW - timedelta(hours=9), NOW - timedelta(hours=2)
    found = await seloger.run("search-leads", **{"from": since, "to": until})
    assert ids(found) == [f"{n:02}" for n in range(2, 10)]
    first = await seloger.run("search-leads", size=4, page=1, **{"from": since})
    second = await seloger.run("search-leads", size=4, page=2, **{"from": since})
    assert ids(first) + ids(second) == [f"{n:02}" for n in range(8)]
    assert first["total"] == 10
    only = await seloger.run("search-leads", more={"PortalCode": "LIM-FRA"}, **{"from": since})
    assert ids(only) == ["01", "03", "05", "07", "09"]


async def test_pages_go_on_by_the_actions_paging(seloger: SelogerHouse) -> None:
    seloger.system.fill(23, 2)
    action = PROVIDER.action("search-leads")
    assert action is not None
    assert action.paging is not None
    asked: dict[str, Any] = {"size": 10}
    found: list[str] = []
    while True:
        answer = await seloger.run("search-leads", **asked)
        found += ids(answer)
        more = action.paging.following(asked, answer, answer["leads"])
        if more is None:
            break
        asked |= more
    assert len(set(found)) == 23


async def test_pages_count_from_one_whatever_the_api_does(seloger: SelogerHouse) -> None:
    seloger.system.names = Names(first_page=0)
    seloger.connect(first_page=0)
    seloger.system.fill(15, 2)
    one, two = [await seloger.run("search-leads", size=10, page=n) for n in (1, 2)]
    assert len({*ids(one), *ids(two)}) == 15


async def test_one_lead_by_its_id(seloger: SelogerHouse) -> None:
    lead = await seloger.system.arrive(firstName="Zoé", gender="FEMALE", category="SELLER")
    found = await seloger.run("get-lead", leadId=lead_id(lead))
    assert found["contactRequest"]["firstName"] == "Zoé"
    assert found["estimation"]["price"] > 0
    assert "gender" not in found["contactRequest"]
    assert seloger.system.requests == [("GET", f"/v2/leads/{lead_id(lead)}")]


@pytest.mark.parametrize("wrong", ["no-such-lead", "a/b", "%2e%2e", "é"])
async def test_a_lead_that_is_not_there_is_told_on_its_id(seloger: SelogerHouse, wrong: str) -> None:
    with pytest.raises(Rejected) as caught:
        await seloger.run("get-lead", leadId=wrong)
    assert [(e.field, e.message) for e in caught.value.errors] == [("leadId", NO_SUCH_LEAD)]


@pytest.mark.parametrize("dots", [".", ".."])
async def test_an_id_that_is_another_address_is_never_sent(seloger: SelogerHouse, dots: str) -> None:
    with pytest.raises(Rejected):
        await seloger.run("get-lead", leadId=dots)
    assert seloger.system.requests == []


async def test_the_leads_of_one_ad(seloger: SelogerHouse) -> None:
    for n in range(12):
        await seloger.system.arrive(
            leadId=str(n), classifiedId=777, category="CLASSIFIED", created_at=NOW - timedelta(days=n)
        )
    await seloger.system.arrive(leadId="other", classifiedId=778, category="CLASSIFIED")
    found = await seloger.run("get-classified-leads", classifiedId=777, size=10)
    assert (len(found["leads"]), found["total"]) == (10, 12)
    assert ids(await seloger.run("get-classified-leads", classifiedId=777, size=10, page=2)) == ["10", "11"]
    assert set(seloger.system.requests) == {("POST", "/v2/leads/classified/777")}
    assert ids(await seloger.run("get-classified-leads", classifiedId=1)) == []


async def test_paths_are_the_settings(seloger: SelogerHouse) -> None:
    paths = {name: f"/v3{path}/search" for name, path in PATHS.items()}
    seloger.system.paths = paths
    seloger.connect(**{f"path_{name.replace('-', '_')}": path for name, path in paths.items()})
    lead = await seloger.system.arrive(category="CLASSIFIED", classifiedId=5)
    for action in SEARCHES:
        await seloger.run(action)
    assert ids(await seloger.run("get-classified-leads", classifiedId=5)) == [lead_id(lead)]
    assert (await seloger.run("get-lead", leadId=lead_id(lead)))["leadMetaInfos"]["classifiedId" if False else "leadId"]
    assert seloger.system.refused == []


@pytest.mark.parametrize("data_as", ["list", "object"])
@pytest.mark.parametrize("pascal", [False, True])
async def test_results_have_the_declared_names_and_nothing_sensitive(
    seloger: SelogerHouse, data_as: Any, pascal: bool
) -> None:
    seloger.system.data_as, seloger.system.pascal = data_as, pascal
    lead = await seloger.system.arrive(gender="FEMALE", firstName="Zoé")
    for found in (
        (await seloger.run("search-leads"))["leads"][0],
        await seloger.run("get-lead", leadId=lead_id(lead)),
    ):
        assert found["leadMetaInfos"]["leadId"] == lead_id(lead)
        assert found["contactRequest"]["firstName"] == "Zoé"
        assert "FEMALE" not in repr(found)


def test_sensitive_members_are_dropped_whatever_their_case_and_wherever_they_stand() -> None:
    given = {
        "CONTACTREQUEST": {"Gender": 1, "civility": "Mme", "TITLE": "Mme", "birthDate": "x", "FIRSTNAME": "Zoé"},
        "extra": [{"netIncome": 5, "iban": "FR76", "title": "Bel appartement", "Nationality": "x"}],
    }
    assert without_sensitive(given) == {
        "contactRequest": {"firstName": "Zoé"},
        "extra": [{"title": "Bel appartement"}],
    }


def test_what_is_nested_deeper_than_any_lead_breaks_nothing() -> None:
    deep: Any = {}
    for _ in range(900):
        deep = {"x": [deep]}
    assert without_sensitive(deep)


# ---------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("errors_as", ["title", "name"])
async def test_a_refused_field_is_told_on_its_parameter(seloger: SelogerHouse, errors_as: Any) -> None:
    seloger.system.errors_as = errors_as
    wrong: dict[str, dict[str, Any]] = {
        "from": {"from": NOW, "to": NOW - timedelta(days=1)},
        "size": {"size": 500},
        "more": {"more": {"Nonsense": 1}},
    }
    for field, params in wrong.items():
        with pytest.raises(Rejected) as caught:
            await seloger.run("search-leads", **params)
        assert [e.field for e in caught.value.errors] == [field]
        assert caught.value.errors[0].message
    seloger.connect(field_to="-")
    with pytest.raises(Rejected) as caught:
        await seloger.run("search-leads")
    assert [e.message for e in caught.value.errors] == ["Missing required parameter 'endDate'."]
    seloger.connect()
    await seloger.run("search-leads")


async def test_a_missing_end_is_told_on_to(seloger: SelogerHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    import providers.seloger.actions as module

    real = module.search
    monkeypatch.setattr(module, "search", lambda s, a, b, *more: real(s, a, None, *more))
    with pytest.raises(Rejected) as caught:
        await seloger.run("search-leads")
    assert [(e.field, e.message) for e in caught.value.errors] == [("to", "Missing required parameter 'endDate'.")]
    monkeypatch.undo()
    await seloger.run("search-leads")


async def test_what_the_plan_does_not_hold_is_a_sentence(seloger: SelogerHouse) -> None:
    seloger.system.denied.add("seller")
    with pytest.raises(Rejected) as caught:
        await seloger.run("search-seller-leads")
    assert caught.value.errors[0].message == NOT_PERMITTED
    await seloger.run("search-leads")


@pytest.mark.parametrize("action", PROVIDER.actions, ids=lambda a: a.name)
async def test_every_action_signs_and_meets_failures(seloger: SelogerHouse, action: Any) -> None:
    await seloger.system.arrive(leadId="1", classifiedId=1, category="CLASSIFIED")
    params = {"leadId": "1"} if action.lead else {"classifiedId": 1} if "classifiedId" in action.path else {}
    for fault, failure in (("401", AuthFailed), ("429", Unavailable), ("503", Unavailable)):
        seloger.system.fault(fault)
        with pytest.raises(failure):
            await seloger.run(action.name, **params)
        await seloger.run(action.name, **params)
    seloger.system.fault("expire")
    await seloger.run(action.name, **params)


async def test_the_check_names_the_list_and_the_field_that_is_wrong(seloger: SelogerHouse) -> None:
    seloger.connect(lists=["seller"], path_seller="/v2/vendeurs")
    with pytest.raises(Rejected) as caught:
        await PROVIDER.check(seloger.api)
    assert "seller at /v2/vendeurs" in caught.value.errors[0].message
    assert "no such list" in caught.value.errors[0].message
    seloger.connect(field_from="Debut")
    with pytest.raises(Rejected) as caught:
        await PROVIDER.check(seloger.api)
    assert "Debut" in caught.value.errors[0].message
    seloger.connect(lists=["seller"])
    await PROVIDER.check(seloger.api)


# ----------------------------------------------------------------------------------- shapes of refusals


@pytest.mark.parametrize("name", ["error_400_title", "error_400_name"])
def test_both_documented_shapes_are_read(name: str) -> None:
    found = read_errors(400, fixture(name))
    assert isinstance(found, Rejected)
    assert [(e.field, e.message) for e in found.errors] == [("EndDate", "Missing required parameter 'endDate'.")]


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        ({"errors": {"SearchCriteria.EndDate": ["Too late."]}}, "EndDate", "Too late."),
        ({"errors": [{"Title": "$.Pagination.PageSize", "Message": "Too large."}]}, "PageSize", "Too large."),
        ({"errors": [{"message": "'startDate' is odd."}]}, "startDate", "'startDate' is odd."),
        ({"errors": ["It is odd."]}, None, "It is odd."),
        ({"errors": [{"name": "EndDate"}]}, "EndDate", "is not accepted"),
        ({"Detail": "The period is too long."}, None, "The period is too long."),
        ({"title": "Bad Request"}, None, "Bad Request"),
        ({"message": "Ask jean@example.com or +33 6 39 98 01 02."}, None, "Ask … or ….".replace("….", "…")),
        ("A plain text.", None, "A plain text."),
    ],
)
def test_a_refusal_is_read_whatever_its_shape(data: Any, field: str | None, message: str) -> None:
    found = read_errors(400, data)
    assert isinstance(found, Rejected)
    assert [e.field for e in found.errors] == [field]
    assert found.errors[0].message.rstrip(".") == message.rstrip(".")


@pytest.mark.parametrize("data", [None, [], 5, {}, {"errors": []}, {"errors": 5}, {"errors": [None]}, {"title": 5}, ""])
def test_a_refusal_that_says_nothing_is_the_usual_one(data: Any) -> None:
    assert read_errors(400, data) is None


def test_good_answers_and_401() -> None:
    assert read_errors(200, fixture("error_400_title")) is None
    assert isinstance(read_errors(401, fixture("error_401")), AuthFailed)
    assert isinstance(read_errors(403, fixture("error_403")), Rejected)
    assert read_errors(403, "text") is None
    assert isinstance(read_errors(404, fixture("error_404")), Rejected)


def test_a_long_message_is_cut() -> None:
    found = read_errors(400, {"detail": "x " * 1000})
    assert isinstance(found, Rejected)
    assert len(found.errors[0].message) <= 300
