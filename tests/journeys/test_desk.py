"""The main job, as a team does it: connect, subscribe, a lead arrives, one of them takes it."""

from __future__ import annotations

from tests.conftest import ADA, LEADS, MAX, NORTH, ZOE, House, shown


async def test_a_new_lead_appears_once_and_is_claimed(house: House) -> None:
    await house.connect()
    await house.subscribe()
    await house.arrive(firstName="Sofia", lastName="Marsh", email="sofia@example.com", phone="07700 900123")
    (card,) = house.cards()
    assert "Sofia M." in shown(card)
    assert "sofia@example.com" not in shown(card)
    assert "07700 900123" not in shown(card)

    await house.press(ZOE, card, "claim")
    await house.quiet()
    assert "Zoe Lind* has it" in shown(card)
    (line,) = house.thread(card)
    assert line.startswith("Zoe Lind claimed it after ")
    (dm,) = house.dms(ZOE)
    assert "sofia@example.com" in shown(dm)
    assert "07700 900123" in shown(dm)

    await house.poll()
    assert len(house.cards()) == 1


async def test_copies_in_two_channels_change_together(house: House) -> None:
    await house.connect()
    await house.subscribe(LEADS)
    await house.subscribe(NORTH)
    await house.arrive()
    (one,), (two,) = house.cards(LEADS), house.cards(NORTH)
    await house.press(ZOE, one, "claim")
    await house.quiet()
    assert "Zoe Lind* has it" in shown(one)
    assert "Zoe Lind* has it" in shown(two)
    assert len(house.thread(one)) + len(house.thread(two)) == 1


async def test_a_claim_that_needs_approval(house: House) -> None:
    await house.connect()
    await house.subscribe(approval=["yes"], approvers=[MAX])
    await house.arrive(firstName="Sofia", lastName="Marsh")
    (card,) = house.cards()
    await house.press(ZOE, card, "claim")
    await house.quiet()
    assert "Max Winter" in shown(card)
    assert "<@" not in shown(card)
    (ask,) = house.dms(MAX)
    assert "Zoe Lind would like KP-" in shown(ask)
    await house.press(MAX, ask, "approve")
    await house.quiet()
    assert "Zoe Lind* has it" in shown(card)
    assert "Approved by Max Winter" in shown(ask)
    assert house.dms(ZOE)
    assert house.told(ADA) == []
