"""The same person, twice: cards say where else they asked, and who has that lead."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.messages import Message
from tests.conftest import ADA, LEADS, MAX, NORTH, SAM, ZOE, House, action_ids, shown

SOFIA = {"firstName": "Sofia", "lastName": "Marsh", "email": "sofia.marsh@example.com"}


def plain(message: Message) -> str:
    return shown(message).replace("\u200b", "")


def ref(message: Message) -> str:
    return message.text.partition(" ")[0]


@pytest.fixture
async def two(house: House) -> House:
    """KPro and Lofty in one channel."""
    await house.connect("north")
    await house.connect("west", provider="lofty", webhook=[])
    await house.subscribe()
    return house


async def twice(house: House, **other: Any) -> tuple[Message, Message]:
    """Sofia asks in one system, then in the other; the two cards."""
    await house.arrive(**SOFIA, phone="07700 900123")
    given = {"emails": ["SOFIA.MARSH@example.com"], "phones": ["+44 7700 900123"]} | other
    await house.arrive("lofty", firstName="Sofia", lastName="Marsh", **given)
    kpro, lofty = (c for c in house.cards() if ref(c)[:2] in ("KP", "LO") and "Sofia" in plain(c))
    return kpro, lofty


async def test_each_card_says_where_else_the_person_asked_and_who_has_that(two: House) -> None:
    kpro, lofty = await twice(two)
    assert f"Also asked: *{ref(kpro)}* via north" in plain(lofty)
    assert f"Also asked: *{ref(lofty)}* via west" in plain(kpro)
    assert "unclaimed" in plain(lofty)
    await two.press(ZOE, kpro, "claim")
    _, lofty = (c for c in two.cards() if "Sofia" in plain(c))
    assert "Zoe Lind has it" in plain(lofty)
    assert {"together", "apart"} <= action_ids(lofty)


async def test_a_repeat_is_told_in_the_thread_of_the_lead_that_somebody_owns(two: House) -> None:
    await two.arrive(**SOFIA)
    (first,) = two.cards()
    await two.press(ZOE, first, "claim")
    await two.arrive("lofty", firstName="Sofia", lastName="Marsh", emails=[SOFIA["email"]], phones=[])
    (told,) = [t for t in two.thread(first) if "asked again" in t]
    assert "LO-" in told
    assert SOFIA["email"] not in told


async def test_an_email_alone_or_a_phone_in_another_form_is_enough_and_another_person_is_not_linked(two: House) -> None:
    await two.arrive(firstName="Ann", lastName="One", email="ann@example.com", phone="07700 900 555")
    await two.arrive("lofty", firstName="Ann", lastName="One", emails=["other@example.com"], phones=["+447700900555"])
    await two.arrive("lofty", firstName="Bob", lastName="Two", emails=["bob@example.com"], phones=["+1 212 555 0147"])
    first, second, third = two.cards()
    assert "Also asked" in plain(first)
    assert "Also asked" in plain(second)
    assert "Also asked" not in plain(third)


async def test_taking_together_gives_both_to_whoever_has_one(two: House) -> None:
    kpro, lofty = await twice(two)
    await two.press(ZOE, kpro, "claim")
    await two.press(MAX, lofty, "together")
    kpro, lofty = (c for c in two.cards() if "Sofia" in plain(c))
    assert "*Zoe Lind* has it" in plain(kpro)
    assert "*Zoe Lind* has it" in plain(lofty)
    assert f"Together with *{ref(kpro)}*" in plain(lofty)
    assert not action_ids(lofty) & {"together", "apart"}
    assert any("taken together: Zoe Lind has both" in t for t in two.told(MAX))
    assert any(ref(lofty) in plain(m) and "is yours" in plain(m) for m in two.dms(ZOE))


async def test_taking_together_what_nobody_has_gives_both_to_whoever_pressed(two: House) -> None:
    _, lofty = await twice(two)
    await two.press(SAM, lofty, "together")
    assert all("*Sam Reyes* has it" in plain(c) for c in two.cards() if "Sofia" in plain(c))


async def test_keeping_both_is_remembered_and_nobody_is_asked_again(two: House) -> None:
    kpro, lofty = await twice(two)
    await two.press(ZOE, kpro, "claim")
    await two.press(MAX, lofty, "apart")
    kpro, lofty = (c for c in two.cards() if "Sofia" in plain(c))
    assert "*Unclaimed*" in plain(lofty)
    assert "Also asked" in plain(lofty)
    assert not action_ids(lofty) & {"together", "apart"}
    assert any("keeps it apart" in t for t in two.thread(kpro))


async def test_what_needs_approval_is_not_taken_around_it(house: House) -> None:
    await house.connect("north")
    await house.connect("west", provider="lofty", webhook=[])
    await house.subscribe(approval=["yes"], approvers=[MAX])
    kpro, lofty = await twice(house)
    await house.press(ZOE, lofty, "together")
    kpro, lofty = (c for c in house.cards() if "Sofia" in plain(c))
    assert "Waiting for Max Winter" in plain(lofty) or "Waiting for Max Winter" in plain(kpro)
    assert "*Zoe Lind* has it" not in plain(kpro) + plain(lofty)


async def test_of_two_leads_none_is_taken_where_one_cannot_be(two: House) -> None:
    kpro, lofty = await twice(two)
    await two.press(ZOE, kpro, "claim")
    await two.press(SAM, lofty, "claim")
    await two.forge(MAX, lofty, "together", f'{{"v":1,"lead":{ref(lofty)[3:]},"other":{ref(kpro)[3:]}}}')
    kpro, lofty = (c for c in two.cards() if "Sofia" in plain(c))
    assert "*Zoe Lind* has it" in plain(kpro)
    assert "*Sam Reyes* has it" in plain(lofty)
    assert "Together" not in plain(lofty)
    assert any("Sam Reyes" in t for t in two.told(MAX))


async def test_a_press_on_leads_that_are_no_longer_one_persons_is_answered(two: House) -> None:
    _, lofty = await twice(two)
    await two.arrive(firstName="Other", email="other@example.com", phone="")
    stranger = two.cards()[-1]
    for action in ("together", "apart"):
        await two.forge(MAX, lofty, action, f'{{"v":1,"lead":{ref(lofty)[3:]},"other":{ref(stranger)[3:]}}}')
        assert "no longer a lead of the same person" in two.told(MAX)[-1]


async def test_relays_switchboards_and_values_of_many_people_link_nobody(two: House) -> None:
    await two.arrive(firstName="Ann", lastName="One", email="abc123@convo.zillow.com", phone="0800 138 2000")
    await two.arrive(
        "lofty", firstName="Bob", lastName="Two", emails=["abc123@convo.zillow.com"], phones=["+448001382000"]
    )
    assert not any("Also asked" in plain(c) for c in two.cards())
    for n in range(5):
        await two.arrive(
            firstName=f"P{n}", lastName=f"Q{n}", email="office@agents.example", phone="", customerId=9000 + n
        )
    assert sum("Also asked" in plain(c) for c in two.cards()) == 5  # five people: a household
    await two.arrive(firstName="P6", lastName="Q6", email="office@agents.example", phone="", customerId=9006)
    assert not any("Also asked" in plain(c) for c in two.cards())  # six: an office


async def test_a_private_lead_is_not_named_on_anybodys_card_in_a_channel(two: House) -> None:
    kpro, lofty = await twice(two)
    database = two.sandbox.bot.database

    def hide(tx: Any) -> None:
        tx.run("UPDATE leads SET private = 1 WHERE number = ?", int(ref(lofty)[3:]))

    await database.write(hide)
    await two.press(ZOE, kpro, "claim")
    (card,) = [c for c in two.cards() if ref(c) == ref(kpro)]
    assert "Also asked" not in plain(card)
    await two.press(ADA, card, "details")
    assert ref(lofty) in two.says(ADA)  # an admin may know of it
    await two.slack.modals.close(ADA, all_views=True)
    await two.press(SAM, card, "details")
    assert ref(lofty) not in two.says(SAM)


async def test_details_list_all_of_the_persons_leads(two: House) -> None:
    kpro, lofty = await twice(two)
    await two.press(ZOE, kpro, "details")
    assert "*The same person's other leads* (1)" in two.says(ZOE)
    await two.press_in_view(ZOE, "details")
    assert (two.view(ZOE) or {})["title"]["text"] == ref(lofty)


async def test_cards_in_every_channel_say_it(two: House) -> None:
    await two.subscribe(NORTH)
    await twice(two)
    for channel in (LEADS, NORTH):
        assert sum("Also asked" in plain(c) for c in two.cards(channel)) == 2
