"""The desk with Lofty: what is done here is there, what is done there is here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from providers.lofty.stand_in import LoftyStandIn
from tests.conftest import ADA, LEADS, MAX, ZOE, House, shown

Json = dict[str, Any]


def lofty(house: House) -> LoftyStandIn:
    system = house.sandbox.systems["lofty"]
    assert isinstance(system, LoftyStandIn)
    return system


def there(house: House, lead: Json) -> Json:
    """A lead as Lofty has it now."""
    return next(x for x in lofty(house).leads if x["leadId"] == lead["leadId"])


@pytest.fixture
async def house(make_house: Callable[..., Any]) -> House:
    """Lofty connected, its members known, and #leads subscribed."""
    made: House = await make_house()
    for person in (ADA, MAX, ZOE):
        await made.command(person, "/leads help")  # whoever wrote is known, with an e-mail address
    await made.connect("texas", provider="lofty")
    for _ in range(3):
        await made.poll()  # a kind of names a minute
    await made.subscribe()
    return made


async def test_a_wrong_key_is_an_error_on_its_input_and_none_says_what_to_give(
    make_house: Callable[..., Any],
) -> None:
    made: House = await make_house()
    await made.command(ADA, "/leads connect lofty")
    errors = await made.submit(ADA, name="texas", api_key="wrong")
    assert "refuses" in errors["api_key"]
    errors = await made.submit(ADA, name="texas", api_key="")
    assert "API key" in " ".join(errors.values())


async def test_a_claim_is_an_assignment_in_lofty_and_the_card_says_so(house: House) -> None:
    lead = await house.arrive("lofty", firstName="Kit")
    (card,) = house.cards()
    await house.press(ZOE, card, "claim")
    await house.quiet()
    assert there(house, lead)["assignedUser"] == "Zoe Lind"
    (card,) = house.cards()
    assert "sent to Lofty" in shown(card)
    assert "POST" in {m for m, p in lofty(house).requests if p.endswith("/assignment")}


async def test_a_note_a_stage_and_a_contact_reach_lofty(house: House) -> None:
    lead = await house.arrive("lofty", firstName="Kit", cannotCall=False, phones=["5125550100"])
    (card,) = house.cards()
    await house.press(ZOE, card, "claim")
    (card,) = house.cards()
    await house.choose(ZOE, card, "Add a note")
    assert await house.submit(ZOE, note="Wants a garden") == {}
    (card,) = house.cards()
    await house.choose(ZOE, card, "Mark contacted")
    assert await house.submit(ZOE, how="call", said="Rang, wants to view") == {}
    paths = [(m, p.split("?")[0]) for m, p in lofty(house).requests]
    assert ("POST", "/v1.0/notes") in paths
    assert ("POST", "/v1.0/logType") in paths
    await house.command(ZOE, f"/leads do texas notes leadId:{lead['leadId']}")
    assert "Wants a garden" in house.says(ZOE)


async def test_an_owner_given_in_lofty_changes_the_card_and_the_displaced_is_told(house: House) -> None:
    lead = await house.arrive("lofty", firstName="Kit")
    (card,) = house.cards()
    await house.press(ZOE, card, "claim")
    await house.quiet()
    lofty(house).change(lead["leadId"], owner="max@harbourhomes.example")
    await house.poll()
    (card,) = house.cards()
    assert "Max Winter" in shown(card)
    assert any("Max Winter" in shown(m) or "no longer yours" in shown(m) for m in house.dms(ZOE))


async def test_what_lofty_routes_arrives_with_its_owner(make_house: Callable[..., Any]) -> None:
    made: House = await make_house()
    lofty(made).routes = "lofty"
    await made.command(ZOE, "/leads help")
    await made.connect("texas", provider="lofty")
    for _ in range(3):
        await made.poll()
    await made.subscribe()
    await made.arrive("lofty", owner="zoe@harbourhomes.example", firstName="Kit")
    (card,) = made.cards()
    assert "Zoe Lind" in shown(card)
    assert "Claim" not in shown(card)
    assert any("Kit" in shown(m) for m in made.dms(ZOE))


async def test_a_lead_from_a_webhook_is_a_card_without_a_poll(house: House) -> None:
    await lofty(house).arrive(firstName="Quick")
    for _ in range(50):
        await house.quiet()
        if any("Quick" in shown(c) for c in house.cards()):
            break
    assert any("Quick" in shown(c) for c in house.cards())


async def test_a_private_lead_reaches_no_channel(house: House) -> None:
    await house.arrive("lofty", firstName="Hidden", privateFlag=True)
    assert not [m for m in house.messages(LEADS) if "Hidden" in shown(m)]


async def test_status_tells_what_is_left_of_the_calls(house: House) -> None:
    told = await house.command(ADA, "/leads status")
    assert told is not None
    assert "calls left" in shown(told)


async def test_without_the_searches_by_time_leads_still_come(make_house: Callable[..., Any]) -> None:
    made: House = await make_house()
    lofty(made).fault("lacks-times")
    await made.connect("texas", provider="lofty")
    await made.subscribe()
    await made.arrive("lofty", firstName="Kit")
    assert any("Kit" in shown(c) for c in made.cards())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("add-task lead:{ref} type:Call content:x assignedRole:Agent deadline:yesterday", "in the past"),
        ("add-task lead:{ref} type:Shout content:x assignedRole:Agent deadline:tomorrow", "Choose one of"),
        ("get-lead leadId:999999999999999", "no such lead"),
        ("leads limit:many", "Write a whole number"),
        ("leads limit:500", "Use 100 or less"),
        ("edit-lead lead:{ref} firstName:" + "x" * 40, "30 characters or fewer"),
        ("edit-lead lead:{ref} tagsAdd:" + ",".join(f"tag{n}" for n in range(300)), "Give 100 or fewer"),
        ("edit-lead lead:{ref} tagsAdd:" + "y" * 70, "64 characters or fewer"),
        ("get-note noteId:1", "Lofty has nothing with this number"),
    ],
)
async def test_bad_input_is_a_sentence_where_the_person_looks(house: House, words: str, sentence: str) -> None:
    await house.arrive("lofty", firstName="Kit")
    ref = shown(house.cards()[-1]).split(" ")[0]
    told = await house.command(ADA, f"/leads do texas {words.replace('{ref}', ref)}")
    said = f"{shown(told) if told else ''}{house.says(ADA)}"
    assert sentence in said.replace("\u200b", ""), said[:600]


@pytest.mark.parametrize(
    ("kind", "sentence"), [("denied", "does not permit"), ("not-vendor", "has not opened this part")]
)
async def test_a_refused_permission_is_no_refused_key(house: House, kind: str, sentence: str) -> None:
    lofty(house).fault(kind)
    await house.command(ADA, "/leads do texas me")
    if (house.view(ADA) or {}).get("submit"):
        await house.submit(ADA)
    assert sentence in house.says(ADA)
    told = await house.command(ADA, "/leads connections")
    assert told is not None
    assert "healthy" in shown(told)
