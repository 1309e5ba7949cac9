"""The desk with Groupe SeLoger: connect, a lead, its card, its categories, and each of the seven operations."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from providers.action import Action
from providers.seloger import PROVIDER
from providers.seloger.stand_in import SelogerStandIn
from tests.conftest import ADA, MAX, ZOE, House, shown

Json = dict[str, Any]
WORDS = {
    "search-leads": "size:5 from:2026-01-01",
    "get-lead": "leadId:{lead}",
    "get-classified-leads": "classifiedId:{ad}",
}


def system(house: House) -> SelogerStandIn:
    found = house.sandbox.systems["seloger"]
    assert isinstance(found, SelogerStandIn)
    return found


def id_of(lead: Json) -> str:
    return str(lead["leadMetaInfos"]["leadId"])


@pytest.fixture
async def house(make_house: Callable[..., Any]) -> House:
    """Groupe SeLoger connected with a category list, and #leads subscribed."""
    made: House = await make_house()
    await made.connect("paris", provider="seloger", lists=["agency", "seller"])
    await made.subscribe()
    return made


async def test_what_was_typed_wrong_is_told_on_its_input_and_then_it_connects(make_house: Callable[..., Any]) -> None:
    made: House = await make_house()
    right = made.credentials("seloger")
    await made.command(ADA, "/leads connect seloger")
    assert "unverified" in made.says(ADA)

    async def errors(**wrong: Any) -> dict[str, str]:
        return await made.submit(ADA, name="paris", **(right | wrong))

    assert "refuses this Client secret" in (await errors(client_secret="wrong"))["client_secret"]
    assert "https://" in (await errors(token_url="http://example.com/token"))["token_url"]
    assert "No tokens" in (await errors(token_url=right["token_url"].replace("/oauth/", "/nowhere/")))["token_url"]
    assert "scope" in (await errors(scope="laas:LEADS"))["scope"]
    assert "seller at /v2/x is refused" in " ".join(
        (await errors(scope="laas:leads:get", lists=["seller"], path_seller="/v2/x")).values()
    )
    assert "JSON" in (await errors(extra_criteria="[]"))["extra_criteria"]
    assert await errors(lists=[], path_seller="/v2/leads/seller", extra_criteria="", **right) == {}
    assert "is connected to Groupe SeLoger" in made.says(ADA)


async def test_a_lead_is_a_card_that_can_be_claimed(house: House) -> None:
    await house.arrive(
        "seloger", category="CLASSIFIED", firstName="Élodie", lastName="Lefèvre", city="Lyon", propertyType="APARTMENT",
        rooms=3, surface=68, portalCode="LIM-FRA", message="Je souhaite visiter", phone="+33639980142",
    )  # fmt: skip
    (card,) = house.cards()
    text = shown(card)
    for part in ("Élodie L.", "Apartment · 3 rooms · 68 m² · Lyon", "Classified ad", "Logic-Immo", "SL-"):
        assert part in text
    for secret in ("Lefèvre", "+33639980142", "souhaite visiter"):
        assert secret not in text
    await house.press(ZOE, card, "claim")
    (card,) = house.cards()
    assert "Zoe" in shown(card)
    await house.press(ZOE, card, "details")
    assert "Je souhaite visiter" in house.says(ZOE)
    assert "FEMALE" not in house.says(ZOE)


async def test_a_sellers_lead_shows_what_the_home_may_be_worth(house: House) -> None:
    estimation = {"propertyType": "HOUSE", "rooms": 6, "surface": 142, "city": "Nantes", "price": 465000}
    await house.arrive("seloger", category="SELLER", estimation=estimation)
    (card,) = house.cards()
    assert "To sell: House · 6 rooms · 142 m² · Nantes" in shown(card)
    assert "Seller" in shown(card)


async def test_a_lead_in_a_further_list_is_one_card_with_both_categories(house: House) -> None:
    lead = await house.arrive("seloger", category="CLASSIFIED", firstName="Zoé")
    (card,) = house.cards()
    assert "Seller" not in shown(card)
    system(house).also_in(id_of(lead), "seller")
    await house.poll()
    (card,) = house.cards()
    assert "Classified ad · Seller" in shown(card)
    listed = await house.command(ADA, "/leads list category:seller portal:slg-fra or category:seller")
    assert listed is not None
    assert "Zoé" in shown(listed)


async def test_an_erased_contact_is_forgotten_here_at_the_next_sweep(house: House) -> None:
    lead = await house.arrive("seloger", firstName="Zoé", lastName="Benali", message="Rappelez-moi")
    (card,) = house.cards()
    assert "Zoé" in shown(card)
    await house.press(ZOE, card, "claim")
    system(house).erase(id_of(lead))
    await house.poll(3700)
    (card,) = house.cards()
    assert "Zoé" not in shown(card)
    await house.press(ZOE, card, "details")
    assert "Benali" not in house.says(ZOE)
    assert "Rappelez-moi" not in house.says(ZOE)


async def test_a_token_that_dies_costs_no_lead(house: House) -> None:
    system(house).fault("expire")
    await house.arrive("seloger", firstName="Zoé")
    assert any("Zoé" in shown(c) for c in house.cards())
    system(house).grants.expires_in = 30
    await house.arrive("seloger", firstName="Yann")
    assert any("Yann" in shown(c) for c in house.cards())


async def test_a_client_that_is_refused_pauses_and_can_be_connected_again(house: House) -> None:
    system(house).fault("401")
    await house.poll()
    assert any("refuses the credentials" in shown(m) for m in house.dms(ADA))
    await house.arrive("seloger", firstName="Zoé")
    assert not house.cards()
    (told,) = [m for m in house.dms(ADA) if "refuses the credentials" in shown(m)]
    await house.press(ADA, told, "reconnect")
    assert await house.submit(ADA, **house.credentials("seloger")) == {}
    await house.poll()
    assert any("Zoé" in shown(c) for c in house.cards())


async def test_a_list_that_breaks_delays_no_lead_of_the_others(house: House) -> None:
    system(house).lacks.add("seller")
    await house.arrive("seloger", category="AGENCY", firstName="Zoé")
    assert any("Zoé" in shown(c) for c in house.cards())
    status = await house.command(ADA, "/leads connections")
    assert status is not None
    assert "failing" in shown(status)
    system(house).lacks.clear()
    await house.poll(120)
    await house.arrive("seloger", category="SELLER", firstName="Yann")
    assert any("Yann" in shown(c) for c in house.cards())


@pytest.mark.parametrize("action", PROVIDER.actions, ids=lambda a: a.name)
async def test_every_operation_runs_from_slack(house: House, action: Action[Any]) -> None:
    lead = await house.arrive(
        "seloger", category="CLASSIFIED", classifiedId=214887301, firstName="Zoé", gender="FEMALE"
    )
    before = len(system(house).requests)
    words = WORDS.get(action.name, "size:5").format(lead=id_of(lead), ad=214887301)
    await house.command(ADA, f"/leads do paris {action.name} {words}")
    assert system(house).refused == []
    path = re.sub(r"\{\w+\}", "[^/]+", action.path)
    assert any(m == action.method and re.fullmatch(path, p) for m, p in system(house).requests[before:])
    said = house.says(ADA)
    assert ":warning:" not in said
    assert "FEMALE" not in said
    if "agency" in action.name or "seller" in action.name or "property" in action.name:
        assert "Nothing found" in said
    else:
        assert "Zoé" in said


async def test_a_refusal_stands_on_the_parameter_that_it_is_about(house: House) -> None:
    await house.command(ADA, "/leads do paris search-leads size:500")
    assert "page" in house.says(ADA).casefold()
    assert "must be between 1 and 100" in house.says(ADA)
    await house.slack.modals.close(ADA, all_views=True)
    await house.command(ADA, "/leads do paris get-lead leadId:nobody")
    assert "no such lead" in house.says(ADA)
    await house.slack.modals.close(ADA, all_views=True)
    await house.command(MAX, "/leads do paris search-leads size:5")
    assert ":warning:" not in house.says(MAX)


async def test_contact_data_in_results_is_for_owners_and_admins(house: House) -> None:
    lead = await house.arrive("seloger", category="CLASSIFIED", lastName="Lefèvre", email="e.lefevre@example.com")
    await house.command(ZOE, f"/leads do paris get-lead leadId:{id_of(lead)}")
    assert "e.lefevre@example.com" not in house.says(ZOE)
    await house.slack.modals.close(ZOE, all_views=True)
    (card,) = house.cards()
    await house.press(ZOE, card, "claim")
    await house.command(ZOE, f"/leads do paris get-lead leadId:{id_of(lead)}")
    assert "e.lefevre@example.com" in house.says(ZOE)
