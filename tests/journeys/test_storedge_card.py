"""From a storEDGE lead's card: what comes next, closing with a reason, presets of a channel, the right facility."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox.messages import Message
from providers.storedge import DEMO_FACILITIES
from providers.storedge.stand_in import StoredgeStandIn
from providers.storedge.stand_in.inventory import configured
from tests.conftest import ADA, LEADS, MAX, NORTH, ZOE, House, elements, shown

A, B = DEMO_FACILITIES
RENTED, DEARER, *_ = configured("close_reasons")
REASONS = "\n".join(f"{r['id']} = {r['name']}" for r in (RENTED, DEARER))
WHO = "tenant_attributes.first_name:Bo tenant_attributes.phone_numbers_attributes.1.number:8085550143"


def storedge(house: House) -> StoredgeStandIn:
    system = house.sandbox.systems["storedge"]
    assert isinstance(system, StoredgeStandIn)
    return system


def menu(message: Message) -> list[str]:
    more = next(e for b in message.blocks for e in elements(b) if e.get("action_id") == "more")
    return [o["text"]["text"] for o in more["options"]]


@pytest.fixture
async def house(make_house: Callable[..., Any]) -> House:
    """Two facilities, with a pasted list of reasons."""
    made: House = await make_house()
    await made.connect("islands", provider="storedge", close_reason_names=REASONS)
    for _ in range(14):  # every kind of names, one a minute
        await made.poll()
    await made.subscribe()
    return made


async def claimed(house: House, facility: str = B, **fields: Any) -> tuple[dict[str, Any], Message]:
    lead = await house.arrive("storedge", first_name="Kit", facility_id=facility, **fields)
    card = next(c for c in house.cards() if "Kit" in shown(c))
    await house.press(ZOE, card, "claim")
    return lead, next(c for c in house.cards() if "Kit" in shown(c))


async def test_a_contact_says_what_comes_next_at_the_leads_own_facility(house: House) -> None:
    lead, card = await claimed(house, lead_action_indexes={})
    await house.choose(ZOE, card, "Mark contacted")
    assert "What comes next?" in house.says(ZOE)
    assert await house.submit(ZOE, how="call", said="Rang", following="text") == {}
    sent = storedge(house).bodies[-1]["lead"]
    assert (sent["lead_action_performed"], sent["next_lead_action"]) == ("call", "text")
    assert storedge(house).notes_of(lead["id"]) == ["Rang"]
    assert storedge(house).refused == []


async def test_a_lead_is_closed_with_a_reason_by_name_and_its_card_follows(house: House) -> None:
    lead, card = await claimed(house)
    assert "Close…" in menu(card)
    await house.choose(ZOE, card, "Close")
    assert "Storable storEDGE is told" in house.says(ZOE)
    assert await house.submit(ZOE, reason=DEARER["id"], said="Moves in with family") == {}
    assert storedge(house).bodies[-1]["lead"]["close_reason_id"] == DEARER["id"]
    assert storedge(house).notes_of(lead["id"]) == ["Moves in with family"]
    (card,) = [c for c in house.cards() if "Kit" in shown(c)]
    assert any(f"closed it: {DEARER['name']}" in t for t in house.thread(card))
    await house.poll()
    (card,) = [c for c in house.cards() if "Kit" in shown(c)]
    assert "Lost" in shown(card)
    assert "Close…" not in menu(card)


async def test_somebody_elses_lead_is_not_closed_and_an_admin_may(house: House) -> None:
    _, card = await claimed(house)
    await house.choose(MAX, card, "Close")
    assert "Zoe Lind" in house.told(MAX)[-1]
    await house.choose(ADA, card, "Close")
    assert await house.submit(ADA, reason=RENTED["id"]) == {}
    assert storedge(house).bodies[-1]["lead"]["close_reason_id"] == RENTED["id"]


async def test_without_a_known_reason_it_is_said_how_to_get_one(make_house: Callable[..., Any]) -> None:
    house: House = await make_house()
    await house.connect("islands", provider="storedge")
    await house.subscribe()
    _, card = await claimed(house)
    await house.choose(ZOE, card, "Close")
    assert "does not know Storable storEDGE's reasons" in house.told(ZOE)[-1]


async def test_a_change_from_the_card_goes_to_the_leads_own_facility(house: House) -> None:
    lead, card = await claimed(house, facility=B)
    ref = card.text.partition(" ")[0]
    await house.command(ZOE, f"/leads do update-lead lead:{ref} quoted_rate:99.00")
    assert storedge(house).bodies[-1]["lead"]["quoted_rate"] in ("99.00", "99.0", 99.0, "99")
    assert next(x for x in storedge(house).leads if x["id"] == lead["id"])["facility_id"] == B
    assert storedge(house).refused == []


async def test_presets_of_a_channel_begin_its_new_leads_and_no_others(house: House) -> None:
    await house.command(ADA, "/leads subscribe", NORTH)
    assert "`dnis`" in house.says(ADA)
    errors = await house.submit(ADA, channel=NORTH, presets="dnis 8085550100")
    assert "name: value" in errors["presets"]
    errors = await house.submit(ADA, channel=NORTH, presets="sms_opt_in: true")
    assert "cannot be preset" in errors["presets"]
    assert await house.submit(ADA, channel=NORTH, presets="dnis: 8085550100\ncall_source: Yard sign") == {}
    await house.slack.modals.close(ADA, all_views=True)
    listed = await house.command(ADA, "/leads subscriptions")
    assert listed is not None
    assert "call_source: Yard sign" in shown(listed).replace("\u200b", "")
    facility = f"facility_id:{A}"
    await house.command(ZOE, f"/leads do create-lead {WHO} {facility}", NORTH)
    sent = storedge(house).bodies[-1]["lead"]
    assert (sent["dnis"], sent["call_source"]) == ("8085550100", "Yard sign")
    assert "sms_opt_in" not in str(sent)
    await house.slack.modals.close(ZOE, all_views=True)
    await house.command(ZOE, f"/leads do create-lead {WHO.replace('Bo', 'Cy')} {facility}", LEADS)
    assert "dnis" not in storedge(house).bodies[-1]["lead"]


async def test_what_is_typed_goes_before_a_preset(house: House) -> None:
    await house.command(ADA, "/leads subscribe", NORTH)
    assert await house.submit(ADA, channel=NORTH, presets="dnis: 8085550100") == {}
    await house.slack.modals.close(ADA, all_views=True)
    await house.command(ZOE, f"/leads do create-lead {WHO} facility_id:{A} dnis:5", NORTH)
    assert storedge(house).bodies[-1]["lead"]["dnis"] == "5"
