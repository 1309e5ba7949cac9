"""The desk with storEDGE: connected from Slack, leads of two facilities, every operation, notes and contacts told."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from providers.action import Action, Effect
from providers.storedge import DEMO_ACCESS_ID, DEMO_FACILITIES, DEMO_SECRET_KEY, PROVIDER
from providers.storedge.stand_in import StoredgeStandIn
from tests.conftest import ADA, LEADS, ZOE, House, shown

A, B = DEMO_FACILITIES
KEYS = {"access_id": DEMO_ACCESS_ID, "secret_key": DEMO_SECRET_KEY}
CARD = re.compile(r"card number|security code|routing|magnetic|account number", re.IGNORECASE)


def storedge(house: House) -> StoredgeStandIn:
    system = house.sandbox.systems["storedge"]
    assert isinstance(system, StoredgeStandIn)
    return system


@pytest.fixture
async def house(make_house: Callable[..., Any]) -> House:
    """storEDGE connected with two facilities, and #leads subscribed."""
    made: House = await make_house()
    await made.connect("islands", provider="storedge")
    await made.subscribe()
    return made


async def one_facility(make_house: Callable[..., Any]) -> House:
    made: House = await make_house()
    await made.connect("kapolei", provider="storedge", facility_id=A)
    await made.subscribe()
    return made


async def learn(house: House) -> None:
    """Let every kind of names be learned: one a minute."""
    for _ in range(14):
        await house.poll()


async def offered(house: House, user: str, place: str, words: str) -> str:
    """The first that a form's select offers for some words."""
    found = await house.slack.interactions.options(user, place, "value", words)
    return str(found["options"][0]["value"])


async def test_what_is_wrong_is_a_sentence_on_its_input_and_then_it_connects(house: House) -> None:
    await house.command(ADA, "/leads connect storedge")
    say = "storEDGE refuses"
    errors = await house.submit(ADA, name="more", **KEYS | {"secret_key": "wrong"}, facility_id=A)
    assert say in " ".join(errors.values())
    errors = await house.submit(ADA, name="more", **KEYS, facility_id="../x")
    assert "facility_id" in errors
    errors = await house.submit(ADA, name="more", **KEYS, facility_id="no-such-facility")
    assert "no such facility" in " ".join(errors.values()) + house.says(ADA)
    assert await house.submit(ADA, name="more", **KEYS, facility_id=f"{A}\n{B}") == {}


async def test_leads_of_both_facilities_arrive_as_cards(house: House) -> None:
    for n, facility in enumerate((A, B)):
        await house.arrive("storedge", first_name=f"Keoni{n}", last_name="Kahale", facility_id=facility)
    cards = house.cards()
    assert len(cards) == 2
    for n, card in enumerate(cards):
        text = shown(card)
        assert f"Keoni{n}" in text
        assert "Kahale" not in text
        assert re.search(r"\d+x\d+x8", text)
    assert storedge(house).refused == []


async def test_a_change_there_draws_the_card_anew(house: House) -> None:
    lead = await house.arrive("storedge", first_name="Kit", facility_id=B)
    await house.poll()
    storedge(house).change(lead["id"], size="20x40x9", urgent=True)
    await house.poll()
    (card,) = house.cards()
    assert "20x40x9" in shown(card)


async def test_notes_and_contacts_of_the_owner_reach_storedge(make_house: Callable[..., Any]) -> None:
    house = await one_facility(make_house)
    lead = await house.arrive("storedge", first_name="Kit", facility_id=A, lead_action_indexes={}, phone="8085550111")
    (card,) = house.cards()
    await house.press(ZOE, card, "claim")
    (card,) = house.cards()
    await house.choose(ZOE, card, "Mark contacted")
    assert await house.submit(ZOE, how="call", said="Rang, wants to look") == {}
    sent = storedge(house).bodies[-1]["lead"]
    assert (sent["lead_action_performed"], sent["lead_action_performed_index"]) == ("call", 1)
    (card,) = house.cards()
    await house.choose(ZOE, card, "Add a note")
    assert await house.submit(ZOE, note="Wants a drive-up unit") == {}
    assert storedge(house).notes_of(lead["id"]) == ["Rang, wants to look", "Wants a drive-up unit"]
    assert storedge(house).refused == []


async def test_a_lead_is_created_from_slack_by_names(make_house: Callable[..., Any]) -> None:
    house = await one_facility(make_house)
    await learn(house)
    await house.command(ZOE, "/leads new")
    assert not CARD.search(house.says(ZOE))
    first = {"tenant_attributes/first_name": "Ann", "tenant_attributes/phone_numbers_attributes/1/number": "8085550142"}
    assert await house.submit(ZOE, **first, unit_id=await offered(house, ZOE, "unit_id", "A01")) == {}
    (sent,) = storedge(house).bodies
    assert sent["lead"]["tenant_attributes"]["first_name"] == "Ann"
    assert "sms_opt_in" not in sent["lead"]["tenant_attributes"]["phone_numbers_attributes"][0]
    await house.poll()
    assert any("Ann" in shown(card) for card in house.cards())
    words = "tenant_attributes.first_name:Bo tenant_attributes.phone_numbers_attributes.1.number:8085550143"
    await house.command(ZOE, f'/leads do create-lead {words} unit_id:"A02 · 5x5x8"')
    assert storedge(house).bodies[-1]["lead"]["unit_id"] == storedge(house).facilities[A].units[1]["id"]


async def test_of_several_facilities_one_has_to_be_chosen_on_its_input(house: House) -> None:
    await learn(house)
    words = "tenant_attributes.first_name:Bo tenant_attributes.phone_numbers_attributes.1.number:8085550143"
    await house.command(ZOE, f"/leads do create-lead {words}")
    assert "choose the one that is meant" in house.says(ZOE)
    assert storedge(house).bodies == []
    assert await house.submit(ZOE, facility_id=await offered(house, ZOE, "facility_id", "Desert")) == {}
    assert storedge(house).leads[0]["facility_id"] == B


async def test_a_reservation_is_paid_in_cash_and_never_by_card(make_house: Callable[..., Any]) -> None:
    house = await one_facility(make_house)
    unit = storedge(house).facilities[A].units[30]["id"]
    who = (
        f"unit_id:{unit} tenant_attributes.first_name:Ann tenant_attributes.last_name:Lee "
        "tenant_attributes.phone_numbers_attributes.1.number:8085550142 "
        'tenant_attributes.mailing_address_attributes.address1:"12 Palm Dr"'
    )
    for word in ("card_number:4242424242424242", "security_code:123", "magnetic_track:x", "routing_number:1"):
        told = await house.command(ZOE, f"/leads do create-reservation {who} payment_method.{word}")
        assert "I do not know" in f"{shown(told) if told else ''}{house.says(ZOE)}"
    for kind in ("credit_card", "ach", "card_swipe"):
        await house.command(ZOE, f"/leads do create-reservation {who} payment_method.kind:{kind}")
        assert "never taken here" in house.says(ZOE)
        assert not CARD.search(house.says(ZOE).replace("Account number", ""))
        await house.slack.modals.close(ZOE, all_views=True)
    assert storedge(house).bodies == []
    await house.command(
        ZOE, f"/leads do create-reservation {who} payment_method.kind:cash payment_method.amount_tendered:20"
    )
    assert "done in Storable storEDGE" in house.says(ZOE)
    (sent,) = storedge(house).bodies
    assert (sent["payment_method"]["kind"], sent["payment_method"]["amount_tendered"]) == ("cash", "20")
    await house.slack.modals.close(ZOE, all_views=True)
    other = who.replace(unit, storedge(house).facilities[A].units[31]["id"])
    await house.command(ZOE, f"/leads do create-reservation {other}")
    assert "online move-in link" in house.says(ZOE)


async def test_a_payment_method_of_an_earlier_lead_is_chosen_by_name(make_house: Callable[..., Any]) -> None:
    house = await one_facility(make_house)
    method = {"id": "pm-1", "kind": "credit_card", "card_type": "visa", "card_number": "****4242"}
    event = {"id": "e", "payment_method": method | {"first_name": "Ann", "last_name": "Lee"}}
    lead = await house.arrive("storedge", first_name="Ann", last_name="Lee", successful_payment_events=[event])
    unit = storedge(house).facilities[A].units[30]["id"]
    await house.command(
        ZOE,
        f"/leads do create-reservation unit_id:{unit} tenant_id:{lead['tenant_id']} "
        'payment_method.payment_method_id:"Ann L. · visa ****4242"',
    )
    assert storedge(house).bodies[-1]["payment_method"] == {"payment_method_id": "pm-1"}, house.says(ZOE)


def words_for(house: House, action: Action[Any], lead: dict[str, Any]) -> str:
    """What each operation is run with."""
    unit = storedge(house).facilities[A].units[0]["id"]
    who = "tenant_attributes.first_name:Kit tenant_attributes.phone_numbers_attributes.1.number:8085550123"
    return {
        "create-lead": f"facility_id:{A} {who}",
        "create-reservation": f"facility_id:{A} unit_id:{unit} {who}",
        "update-lead": f"id:{lead['id']} facility_id:{A} urgent:yes",
        "list-leads": f"facility_id:{A} per_page:10",
        "get-lead": f"id:{lead['id']} facility_id:{A}",
    }[action.name]


@pytest.mark.parametrize("action", PROVIDER.actions, ids=lambda a: a.name)
async def test_every_operation_runs_from_slack(house: House, action: Action[Any]) -> None:
    lead = await house.arrive("storedge", facility_id=A, email="kit.c4nary@example.com")
    before = len(storedge(house).requests)
    await house.command(ADA, f"/leads do islands {action.name} {words_for(house, action, lead)}")
    assert storedge(house).refused == []
    path = re.sub(r"\{\w+\}", "[^/]+", action.path)
    asked = storedge(house).requests[before:]
    assert any(m == action.method and re.fullmatch(path, p.split("?")[0]) for m, p in asked)
    assert ":warning:" not in house.says(ADA), house.says(ADA)
    if action.effect is not Effect.READ:
        assert "done in Storable storEDGE" in house.says(ADA)


async def test_an_unanswered_creation_is_not_made_twice(make_house: Callable[..., Any]) -> None:
    house = await one_facility(make_house)
    await house.poll()
    who = "tenant_attributes.first_name:Kit tenant_attributes.phone_numbers_attributes.1.number:8085550123"
    storedge(house).fault("withhold")
    await house.command(ADA, f"/leads do create-lead {who}")
    assert len(storedge(house).leads) == 1
    await house.poll()
    assert len(house.cards(LEADS)) == 1


async def test_an_unanswered_creation_stays_in_doubt_where_looking_for_it_fails(make_house: Callable[..., Any]) -> None:
    house = await one_facility(make_house)
    await house.poll()
    who = "tenant_attributes.first_name:Kit tenant_attributes.phone_numbers_attributes.1.number:8085550123"
    storedge(house).fault("withhold")
    storedge(house).fault("429", 2)
    await house.command(ADA, f"/leads do create-lead {who}")
    said = house.says(ADA)
    assert "Nothing was lost" not in said
    assert "nobody knows whether" in said
    assert len(storedge(house).leads) == 1
