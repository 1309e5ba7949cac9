"""Approval: who was asked decides, once, on a phone, and the strictest subscription binds every copy."""

from __future__ import annotations

import asyncio

import pytest

from bot.sandbox.messages import Message
from tests.conftest import ADA, LEADS, MAX, NORTH, SAM, ZOE, House, action_ids, shown

LEAD = {"firstName": "Sofia", "lastName": "Marsh", "email": "sofia@example.com", "phone": "07700 900123"}


@pytest.fixture
async def card(house: House) -> Message:
    """A card whose claim Max approves."""
    await house.connect()
    await house.subscribe(approval=["yes"], approvers=[MAX])
    await house.arrive(**LEAD)
    return house.cards()[0]


def ref(card: Message) -> str:
    return card.text.split(" ")[0]


def asks(house: House, user: str = MAX) -> list[Message]:
    return [m for m in house.dms(user) if "would like" in m.text]


async def asked(house: House, card: Message, by: str = ZOE) -> Message:
    """Somebody claims; Max's direct message."""
    await house.press(by, card, "claim")
    return asks(house)[-1]


async def test_a_claim_becomes_a_request_and_whoever_asked_is_told(house: House, card: Message) -> None:
    await house.press(ZOE, card, "claim")
    assert house.told(ZOE) == [f"{ref(card)} needs approval: Max Winter got a direct message. You will be told."]
    assert "Zoe Lind wants it. Waiting for Max Winter since" in shown(card)
    assert "<@" not in shown(card)  # nobody is pinged by the card
    assert "claim" not in action_ids(card)
    assert house.dms(ZOE) == []
    assert house.thread(card) == ["Zoe Lind asked for Zoe Lind to have it; approval is awaited."] or house.thread(
        card
    ) == ["Zoe Lind asked for it; approval is awaited."]


async def test_the_approvers_message_suffices_to_decide(house: House, card: Message) -> None:
    await house.arrive(firstName="Another")
    second = house.cards()[1]
    await house.press(ADA, second, "assign")
    assert await house.submit(ADA, person=ZOE) == {}  # an admin decides: Zoe has one open lead now
    await house.poll(600)
    ask = await asked(house, card)
    said = shown(ask)
    assert f"Zoe Lind would like {ref(card)}." in said
    assert "Sofia M." in said
    assert "Zoe Lind has 1 open lead." in said
    assert "The customer has waited 1" in said
    assert {"approve", "reject", "details"} <= action_ids(ask)
    for secret in ("Marsh", "sofia@example.com", "07700 900123"):
        assert secret not in said


async def test_approving_hands_the_lead_over_and_the_message_goes_inert(house: House, card: Message) -> None:
    ask = await asked(house, card)
    await house.press(MAX, ask, "approve")
    assert "*Zoe Lind* has it" in shown(card)
    assert "Approved by Max Winter" in shown(ask)
    assert action_ids(ask).isdisjoint({"approve", "reject"})
    (dm,) = house.dms(ZOE)
    assert "sofia@example.com" in shown(dm)
    assert "Max Winter approved: Zoe Lind has it." in house.thread(card)


async def test_rejecting_needs_a_reason_which_whoever_asked_reads(house: House, card: Message) -> None:
    ask = await asked(house, card)
    await house.press(MAX, ask, "reject")
    assert set(await house.submit(MAX, reason="  ")) == {"reason"}
    assert await house.submit(MAX, reason="Sam knows <!channel> *this* customer") == {}
    assert "*Unclaimed*" in shown(card)
    assert "claim" in action_ids(card)
    (dm,) = house.dms(ZOE)
    assert f"Max Winter said no: {ref(card)} does not go to Zoe Lind." in shown(dm)
    assert "Sam knows &lt;!channel&gt;" in shown(dm)
    assert "Rejected by Max Winter" in shown(ask)
    assert action_ids(ask).isdisjoint({"approve", "reject"})
    assert house.thread(card)[-1] == "Max Winter said no to Zoe Lind. It is free again."
    await house.press(SAM, card, "claim")
    assert len(asks(house)) == 2


async def test_only_who_was_asked_may_decide(house: House, card: Message) -> None:
    ask = await asked(house, card)
    value = next(e["value"] for b in ask.blocks for e in b.get("elements", []) if e.get("action_id") == "approve")
    await house.forge(SAM, card, "approve", value)
    await house.forge(ZOE, card, "approve", value)
    await house.forge(ZOE, card, "reject", value)
    assert house.told(SAM) == ["Only Max Winter can decide this one."]
    assert house.told(ZOE)[1:] == ["Only Max Winter can decide this one."] * 2
    assert "Waiting for Max Winter" in shown(card)
    await house.press(MAX, ask, "approve")
    assert "*Zoe Lind* has it" in shown(card)


async def test_two_approvers_at_once_decide_once(house: House) -> None:
    await house.connect()
    await house.subscribe(approval=["yes"], approvers=[MAX, SAM])
    await house.arrive()
    (card,) = house.cards()
    await house.press(ZOE, card, "claim")
    assert "Waiting for Max Winter or Sam Reyes" in shown(card)
    (one,), (two,) = asks(house, MAX), asks(house, SAM)
    await asyncio.gather(house.press(MAX, one, "approve"), house.press(SAM, two, "approve"))
    assert len([m for m in house.dms(ZOE) if "is yours" in shown(m)]) == 1
    late = house.told(MAX, one.channel) + house.told(SAM, two.channel)
    assert len(late) == 1
    assert "approved this at <!date^" in late[0]
    assert "Nothing was changed." in late[0]
    for ask in (one, two):
        assert action_ids(ask).isdisjoint({"approve", "reject"})


async def test_rejecting_what_was_approved_meanwhile_changes_nothing(house: House) -> None:
    await house.connect()
    await house.subscribe(approval=["yes"], approvers=[MAX, SAM])
    await house.arrive()
    (card,) = house.cards()
    await house.press(ZOE, card, "claim")
    await house.press(SAM, asks(house, SAM)[0], "reject")  # the modal is open
    await house.press(MAX, asks(house, MAX)[0], "approve")
    errors = await house.submit(SAM, reason="too late")
    assert "Max Winter approved this" in errors["reason"]
    assert "*Zoe Lind* has it" in shown(card)


async def test_a_second_claimer_is_told_who_asked_first(house: House, card: Message) -> None:
    await asked(house, card)
    answer = await house.command(SAM, f"/leads claim {ref(card)}")
    assert answer is not None
    assert answer.text.startswith(f"Zoe Lind asked for {ref(card)} first; Max Winter decides.")
    again = await house.command(ZOE, f"/leads claim {ref(card)}")
    assert again is not None
    assert again.text.startswith(f"You asked for {ref(card)} first; Max Winter decides.")
    assert len(asks(house)) == 1


async def test_two_claims_at_once_ask_once(house: House, card: Message) -> None:
    await asyncio.gather(house.press(ZOE, card, "claim"), house.press(SAM, card, "claim"))
    assert len(asks(house)) == 1
    assert len(house.told(ZOE)) == len(house.told(SAM)) == 1


async def test_withdrawing_frees_the_lead_and_the_message_goes_inert(house: House, card: Message) -> None:
    ask = await asked(house, card)
    await house.choose(SAM, card, "Withdraw the request")
    assert "Zoe Lind asked for" in house.told(SAM)[0]  # it is not Sam's to withdraw
    await house.choose(ZOE, card, "Withdraw the request")
    assert "*Unclaimed*" in shown(card)
    assert "Withdrawn by Zoe Lind" in shown(ask)
    assert house.thread(card)[-1] == "Zoe Lind withdrew the request."


async def test_an_approver_claims_without_asking_anybody(house: House, card: Message) -> None:
    await house.press(MAX, card, "claim")
    assert "*Max Winter* has it" in shown(card)
    assert asks(house) == []


async def test_an_approver_who_claims_overtakes_a_waiting_request(house: House, card: Message) -> None:
    ask = await asked(house, card)
    await house.command(MAX, f"/leads claim {ref(card)}")
    assert "*Max Winter* has it" in shown(card)
    assert action_ids(ask).isdisjoint({"approve", "reject"})


async def test_an_admin_may_decide_so_that_nothing_gets_stuck(house: House, card: Message) -> None:
    ask = await asked(house, card)
    value = next(e["value"] for b in ask.blocks for e in b.get("elements", []) if e.get("action_id") == "approve")
    await house.forge(ADA, card, "approve", value)
    assert "*Zoe Lind* has it" in shown(card)
    assert "Approved by Ada Okafor" in shown(ask)


async def test_an_assignment_needs_approval_too(house: House, card: Message) -> None:
    await house.press(SAM, card, "assign")
    assert await house.submit(SAM, person=ZOE) == {}
    assert "Sam Reyes wants to give it to Zoe Lind. Waiting for Max Winter" in shown(card)
    (ask,) = asks(house)
    assert f"Sam Reyes would like Zoe Lind to have {ref(card)}." in shown(ask)
    assert house.dms(ZOE) == []
    await house.press(MAX, ask, "approve")
    assert "*Zoe Lind* has it" in shown(card)
    assert len(house.dms(ZOE)) == 1


async def test_a_rejected_assignment_is_told_to_both(house: House, card: Message) -> None:
    await house.press(SAM, card, "assign")
    await house.submit(SAM, person=ZOE)
    await house.press(MAX, asks(house)[0], "reject")
    assert await house.submit(MAX, reason="on holiday") == {}
    for who in (SAM, ZOE):
        (dm,) = house.dms(who)
        assert "on holiday" in shown(dm)


async def test_a_rejected_handing_on_leaves_the_owner_and_says_so(house: House, card: Message) -> None:
    await house.press(MAX, await asked(house, card), "approve")
    await house.press(ZOE, card, "assign")
    assert await house.submit(ZOE, person=SAM) == {}
    assert "Zoe Lind has it; Zoe Lind wants to give it to Sam Reyes." in shown(card)
    await house.press(MAX, asks(house)[-1], "reject")
    assert await house.submit(MAX, reason="keep it") == {}
    assert "*Zoe Lind* has it" in shown(card)
    assert house.thread(card)[-1] == "Max Winter said no to Sam Reyes. Zoe Lind keeps it."


async def test_the_strictest_subscription_binds_all_copies(house: House) -> None:
    await house.connect()
    await house.subscribe(LEADS)
    await house.subscribe(NORTH, approval=["yes"], approvers=[MAX])
    await house.arrive()
    (free,), (strict,) = house.cards(LEADS), house.cards(NORTH)
    await house.press(ZOE, free, "claim")
    for card in (free, strict):
        assert "Waiting for Max Winter" in shown(card)
    await house.press(MAX, asks(house)[0], "approve")
    for card in (free, strict):
        assert "*Zoe Lind* has it" in shown(card)


async def test_a_lead_whose_strict_subscription_does_not_fit_needs_no_approval(house: House) -> None:
    await house.connect()
    await house.subscribe(LEADS)
    await house.subscribe(NORTH, words="eligibility:passed", approval=["yes"], approvers=[MAX])
    await house.arrive(eligibilityStatus="failed")
    (card,) = house.cards()
    await house.press(ZOE, card, "claim")
    assert "*Zoe Lind* has it" in shown(card)


async def test_a_request_survives_a_restart(house: House, card: Message) -> None:
    ask = await asked(house, card)
    await house.sandbox.restart()
    await house.press(MAX, ask, "approve")
    assert "*Zoe Lind* has it" in shown(card)


async def test_a_request_about_a_lead_that_is_gone_is_answered_politely(house: House, card: Message) -> None:
    ask = await asked(house, card)
    listed = await house.command(ADA, "/leads connections")
    assert listed is not None
    await house.press(ADA, listed, "disconnect")
    assert await house.submit(ADA) == {}
    await house.press(MAX, ask, "approve")
    assert house.told(MAX, ask.channel) == ["This lead is no longer stored: its connection was removed."]
