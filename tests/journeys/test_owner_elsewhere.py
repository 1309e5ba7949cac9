"""Leads that the lead system gives to somebody: on arrival, later, and while the desk tells it something else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from providers.errors import FieldError, Rejected, Unavailable
from tests.conftest import ADA, MAX, NORTH, SAM, ZOE, House, action_ids, shown
from tests.journeys.test_writeback import LEAD, TEMPO, Told
from tests.ledger import SAM_THERE, Ledger

JANE = {"holder": "m3", "holder_name": "Jane Doe"}
ZOES = {"holder": "m1", "holder_name": "Zoe L."}
SAMS = {"holder": "m2", "holder_name": "Sam R."}
NOBODYS = {"holder": "", "holder_name": None}


async def there_with(
    make_house: Callable[..., Any], said: dict[str, Any], *, approval: bool = False, **kwargs: Any
) -> Told:
    ledger = Ledger()
    house: House = await make_house(providers={"kpro": ledger.provider(**kwargs)}, tempo=TEMPO)
    await house.connect()
    await house.subscribe(**({"approval": ["yes"], "approvers": [MAX]} if approval else {}))
    lead = await ledger.arrive(house, said, **LEAD)
    return Told(house, ledger, lead)


async def owner(there: Told) -> str | None:
    found: str | None = await there.house.sandbox.bot.database.read(
        lambda tx: tx.value("SELECT owner FROM leads WHERE external_id = ?", there.lead)
    )
    return found


# ---------------------------------------------------------------------------------------- on arrival


async def test_a_lead_that_is_routed_there_is_that_persons_at_once(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, ZOES, routes_itself=True)
    assert "*Zoe Lind* has it (routed by Ledger)" in there.says()
    assert "claim" not in action_ids(there.card)
    (dm,) = there.house.dms(ZOE)
    assert "is yours.* Ledger gave it to you." in shown(dm)
    assert "sofia@example.com" in shown(dm)
    assert there.ledger.told == []  # it knows
    await there.house.press(SAM, there.card, "assign")
    assert "already" in (await there.house.submit(SAM, person=SAM))["person"]


async def test_a_lead_of_a_member_whom_nobody_knows_is_not_free_but_an_admin_may_give_it(
    make_house: Callable[..., Any],
) -> None:
    there = await there_with(make_house, JANE, routes_itself=True)
    assert "With *Jane Doe* in Ledger" in there.says()
    assert "claim" not in action_ids(there.card)
    answer = await there.house.command(ZOE, f"/leads claim {there.card.text.split(' ')[0]}")
    assert answer is not None
    assert "Jane Doe has KP-" in answer.text
    await there.house.press(ZOE, there.card, "assign")
    assert "an admin can give it" in (await there.house.submit(ZOE, person=ZOE))["person"]
    await there.house.press(ADA, there.card, "assign")
    assert await there.house.submit(ADA, person=ZOE) == {}
    assert "*Zoe Lind* has it" in there.says()
    assert there.ledger.owners() == ["m1"]


async def test_where_the_desk_routes_the_holder_is_shown_and_the_lead_is_free(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, JANE)
    assert "*Unclaimed* · with *Jane Doe* in Ledger" in there.says()
    await there.house.press(ZOE, there.card, "claim")
    assert there.ledger.owners() == ["m1"]


async def test_a_pond_is_shown_and_its_leads_are_free(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, {"holder": "", "pond": "Shark tank"}, routes_itself=True)
    assert "*Unclaimed* · in the pond *Shark tank*" in there.says()
    await there.house.press(ZOE, there.card, "claim")
    assert there.ledger.owners() == ["m1"]


async def test_claiming_what_one_has_there_tells_nothing(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, ZOES)
    await there.house.press(ZOE, there.card, "claim")
    assert there.ledger.told == []
    assert "Owner in Ledger" in there.says()


# -------------------------------------------------------------------------------------------- later


async def test_what_the_desk_told_is_no_change(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, NOBODYS)
    await there.house.press(ZOE, there.card, "claim")
    await there.ledger.say(there.house, there.lead, **ZOES)
    assert "*Zoe Lind* has it since" in there.says()
    assert len(there.house.dms(ZOE)) == 1
    assert there.ledger.owners() == ["m1"]


async def test_given_to_another_there_the_desk_follows_and_tells_both(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, NOBODYS)
    await there.house.press(ZOE, there.card, "claim")
    await there.ledger.say(there.house, there.lead, **ZOES)
    await there.ledger.say(there.house, there.lead, **SAMS)
    assert "*Sam Reyes* has it (given in Ledger)" in there.says()
    assert "Given to Sam Reyes in Ledger." in there.house.thread(there.card)
    handover, notice = there.house.dms(ZOE)
    assert "is no longer yours: Sam R. has it in Ledger now." in shown(notice)
    assert "sofia@example.com" not in shown(handover)
    assert "sofia@example.com" in shown(there.house.dms(SAM)[0])
    assert there.ledger.owners() == ["m1"]
    await there.ledger.say(there.house, there.lead, **ZOES)  # and back: what was told long ago explains nothing
    assert "*Zoe Lind* has it (given in Ledger)" in there.says()


async def test_taken_away_there_it_is_free_again(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, ZOES, routes_itself=True)
    await there.ledger.say(there.house, there.lead, **NOBODYS)
    assert "*Unclaimed*" in there.says()
    assert "in Ledger nobody has it now" in shown(there.house.dms(ZOE)[-1])


async def test_given_to_a_stranger_there_nobody_here_has_it(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, ZOES, routes_itself=True)
    await there.ledger.say(there.house, there.lead, **JANE)
    assert "With *Jane Doe* in Ledger" in there.says()
    assert "Jane Doe has it in Ledger now" in shown(there.house.dms(ZOE)[-1])
    assert "Given to Jane Doe in Ledger." in there.house.thread(there.card)


async def test_an_owner_that_waits_to_be_told_is_overtaken(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, NOBODYS)
    there.ledger.failing = [Unavailable("HTTP 503", retry_after=600)]
    await there.house.press(ZOE, there.card, "claim")
    await there.ledger.say(there.house, there.lead, **SAMS)
    assert await owner(there) == SAM
    assert await there.states() == ["overtaken"]
    await there.house.poll(700)
    assert there.ledger.told == []


async def test_a_refusal_is_forgotten_once_the_lead_system_decides(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, NOBODYS)
    there.ledger.failing = [Rejected((FieldError("No."),), 400)]
    await there.house.press(ZOE, there.card, "claim")
    assert "Ledger refused: No." in there.says()
    await there.ledger.say(there.house, there.lead, **SAMS)
    assert "refused" not in there.says()
    assert "retry" not in action_ids(there.card)


async def test_an_unsure_owner_is_confirmed_by_what_the_lead_system_says(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, NOBODYS)
    there.ledger.losing = [KeyError("odd")]  # type: ignore[list-item]
    await there.house.press(ZOE, there.card, "claim")
    assert await there.states() == ["unsure"]
    await there.ledger.say(there.house, there.lead, **ZOES)
    assert await there.states() == ["sent"]
    assert "unsure" not in there.says()


@pytest.mark.parametrize("refused", [True, False])
async def test_what_it_says_while_it_is_being_told_counts_once_that_failed(
    make_house: Callable[..., Any], refused: bool
) -> None:
    there = await there_with(make_house, NOBODYS)
    there.ledger.gate = asyncio.Event()
    if refused:
        there.ledger.failing = [Rejected((FieldError("Locked."),), 400)]
    block = next(
        b["block_id"] for b in there.card.blocks for e in b.get("elements", []) if e.get("action_id") == "claim"
    )
    await there.house.slack.interactions.press_in_message(ZOE, there.card.channel, there.card.ts, block, "claim", None)
    async with asyncio.timeout(5):
        while await there.states() != ["sending"]:
            await asyncio.sleep(0.01)
    there.ledger.said[there.lead] = SAMS
    await there.house.sandbox.advance(61)
    async with asyncio.timeout(5):
        while not await there.house.sandbox.bot.database.read(
            lambda tx: tx.value("SELECT 1 FROM leads WHERE holder = 'm2'")
        ):
            await asyncio.sleep(0.01)
    assert await owner(there) == ZOE
    there.ledger.gate.set()
    await there.house.quiet()
    if refused:
        assert await owner(there) == SAM
    assert there.ledger.owners() == ([] if refused else ["m1"])
    await there.house.poll()  # nobody knows which of the two was later: it is read again, and that counts
    assert await owner(there) == SAM


async def test_a_request_that_waits_ends_and_who_asked_is_told(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, NOBODYS, approval=True)
    await there.house.press(ZOE, there.card, "claim")
    (ask,) = there.house.dms(MAX)
    await there.ledger.say(there.house, there.lead, **SAMS)
    assert "*Sam Reyes* has it (given in Ledger)" in there.says()
    assert action_ids(ask).isdisjoint({"approve", "reject"})
    assert "Decided otherwise by Ledger" in shown(ask)
    assert "changed hands in Ledger before your request was answered: Sam Reyes has it." in shown(
        there.house.dms(ZOE)[-1]
    )


async def test_something_else_that_changes_leaves_what_waits_alone(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, NOBODYS)
    there.ledger.failing = [Unavailable("HTTP 503", retry_after=100)]
    await there.house.press(ZOE, there.card, "claim")
    await there.ledger.say(there.house, there.lead, stage_raw="Qualified")
    assert await there.states() == ["pending"]
    await there.house.poll(101)
    assert there.ledger.owners() == ["m1"]


# ------------------------------------------------------------------------------------------ private


PRIVATE = {"private": True}


async def test_a_private_lead_reaches_no_channel_but_whoever_has_it(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, ZOES | PRIVATE, routes_itself=True)
    assert there.house.cards() == []
    assert not any("Sofia" in shown(m) for m in there.house.messages("C0LEADS"))
    (dm,) = there.house.dms(ZOE)
    assert "sofia@example.com" in shown(dm)


async def test_where_the_desk_routes_its_holder_gets_a_card_by_direct_message(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, ZOES | PRIVATE)
    assert there.house.cards() == []
    (card,) = there.house.dms(ZOE)
    assert "Sofia M." in shown(card)
    await there.house.press(ZOE, card, "claim")
    assert "*Zoe Lind* has it" in shown(card)
    assert await owner(there) == ZOE


async def test_without_a_known_holder_whoever_connected_it_is_told(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, JANE | PRIVATE)
    assert there.house.cards() == []
    (notice,) = [m for m in there.house.dms(ADA) if "private" in shown(m)]
    assert "Sofia" not in shown(notice)
    digest = await there.house.command(ADA, "/leads digest now")
    assert digest is not None
    assert "Sofia" not in shown(digest)
    ref = shown(notice).split(" ")[1]
    assert "There is no lead" in str(await there.house.command(SAM, f"/leads show {ref}"))
    await there.house.command(ADA, f"/leads show {ref}")
    assert "Sofia" in there.house.says(ADA)
    claimed = await there.house.command(SAM, f"/leads claim {ref}")
    assert claimed is not None
    assert "There is no lead" in claimed.text


async def test_lists_show_a_private_lead_to_its_owner_and_admins(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, ZOES | PRIVATE, routes_itself=True)
    for person, sees in ((ZOE, True), (ADA, True), (SAM, False), (MAX, False)):
        answer = await there.house.command(person, "/leads list sofia")
        assert answer is not None
        assert ("Sofia" in shown(answer)) is sees, person


async def test_a_lead_that_becomes_private_leaves_every_channel(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, NOBODYS)
    await there.house.subscribe(NORTH)
    (card,) = there.house.cards()
    value = next(e["value"] for b in card.blocks for e in b.get("elements", []) if e.get("action_id") == "claim")
    await there.ledger.say(there.house, there.lead, private=True, subject="A secret flat")
    assert "This lead is private now." in shown(card)
    assert "Sofia" not in shown(card)
    assert action_ids(card) == set()
    assert not any("secret" in line for line in there.house.thread(card))
    for action in ("claim", "details", "note", "assign", "contacted"):
        await there.house.forge(SAM, card, action, value)
    assert await owner(there) is None
    assert there.house.view(SAM) is None
    await there.ledger.say(there.house, there.lead, private=False)
    assert "Sofia M." in shown(card)


async def test_a_lead_that_is_private_no_more_is_announced(make_house: Callable[..., Any]) -> None:
    there = await there_with(make_house, JANE | PRIVATE)
    assert there.house.cards() == []
    await there.ledger.say(there.house, there.lead, private=False)
    assert len(there.house.cards()) == 1


async def test_a_member_who_is_found_later_gets_what_they_have_there(make_house: Callable[..., Any]) -> None:
    ledger = Ledger(members=[])
    house: House = await make_house(providers={"kpro": ledger.provider(routes_itself=True)}, tempo=TEMPO)
    await house.connect()
    await house.subscribe()
    await ledger.arrive(house, SAMS, **LEAD)
    (card,) = house.cards()
    assert "With *Sam R.* in Ledger" in shown(card)
    ledger.members = [SAM_THERE]
    await house.poll(6 * 3600 + 1)
    await house.poll()
    await house.poll()
    assert "*Sam Reyes* has it" in shown(card)
    assert "sofia@example.com" in shown(house.dms(SAM)[0])
