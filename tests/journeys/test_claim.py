"""Whose a lead is: the first wins, everybody else is told who, and no press is ever silent."""

from __future__ import annotations

import asyncio

import pytest

from bot.sandbox.messages import Message
from commands.ids import Do
from tests.conftest import ADA, LEADS, MAX, NORTH, SAM, ZOE, House, action_ids, shown

LEAD = {"firstName": "Sofia", "lastName": "Marsh", "email": "sofia@example.com", "phone": "07700 900123"}
STALE = "This button is out of date. The card shows the current state; `/leads show` opens any lead."


@pytest.fixture
async def card(house: House) -> Message:
    """The card of one unclaimed lead in #leads."""
    await house.connect()
    await house.subscribe()
    await house.arrive(**LEAD)
    return house.cards()[0]


def ref(card: Message) -> str:
    return card.text.split(" ")[0]


async def owner_dms(house: House, user: str) -> list[Message]:
    return [m for m in house.dms(user) if "is yours" in shown(m)]


async def test_a_double_click_claims_once(house: House, card: Message) -> None:
    await asyncio.gather(house.press(ZOE, card, "claim"), house.press(ZOE, card, "claim"))
    assert "Zoe Lind* has it" in shown(card)
    assert house.told(ZOE) == [
        f"{ref(card)} is yours already. Its contact data is in your direct message from Leadbell."
    ]
    assert len(house.dms(ZOE)) == 1
    assert len(house.thread(card)) == 1


async def test_two_people_at_once_give_one_owner_and_the_other_is_told_who(house: House, card: Message) -> None:
    await asyncio.gather(house.press(ZOE, card, "claim"), house.press(SAM, card, "claim"))
    winner, loser, name = (ZOE, SAM, "Zoe Lind") if house.dms(ZOE) else (SAM, ZOE, "Sam Reyes")
    assert f"*{name}* has it" in shown(card)
    assert len(house.dms(winner)) == 1
    assert house.dms(loser) == []
    (told,) = house.told(loser)
    assert told.startswith(f"{name} has {ref(card)} already (since <!date^")
    assert told.endswith("Nothing was changed.")
    assert house.told(winner) == []
    assert len(house.thread(card)) == 1


async def test_twenty_presses_from_two_copies_give_one_owner(house: House) -> None:
    await house.connect()
    await house.subscribe(LEADS)
    await house.subscribe(NORTH)
    await house.arrive()
    copies = [*house.cards(LEADS), *house.cards(NORTH)]
    people = [ZOE, SAM, MAX, ADA]
    await asyncio.gather(*(house.press(people[n % 4], copies[n % 2], "claim") for n in range(20)))
    owners = [p for p in people if await owner_dms(house, p)]
    assert len(owners) == 1
    assert sum(len(house.thread(c)) for c in copies) == 1


async def test_a_press_on_a_stale_card_says_who_has_it(house: House, card: Message) -> None:
    old = Message(card.ts, card.channel, card.user, card.text, list(card.blocks), by_app=True)
    value = next(e["value"] for b in old.blocks for e in b.get("elements", []) if e.get("action_id") == "claim")
    await house.press(ZOE, card, "claim")
    assert "claim" not in action_ids(card)
    await house.forge(SAM, card, "claim", value)  # Sam's screen still showed the button
    assert house.told(SAM)[0].startswith(f"Zoe Lind has {ref(card)} already")


async def test_claiming_by_words(house: House, card: Message) -> None:
    answer = await house.command(ZOE, f"/leads claim {ref(card).lower()}")
    assert answer is not None
    assert answer.text == f"{ref(card)} is yours; its contact data is on its way."
    assert "Zoe Lind* has it" in shown(card)
    again = await house.command(SAM, f"/leads claim {ref(card)}")
    assert again is not None
    assert again.text.startswith(f"Zoe Lind has {ref(card)} already")


async def test_claiming_what_does_not_exist_says_how_references_look(house: House, card: Message) -> None:
    for words in ["", "KP-99999", "KP", "nonsense", "KP-1 KP-2", "0x1", "-1", "9" * 40]:
        answer = await house.command(ZOE, f"/leads claim {words}")
        assert answer is not None
        assert "There is no lead" in answer.text
        assert "References look like KP-1042; `/leads list` shows them." in answer.text
    assert "*Unclaimed*" in shown(card)


async def test_after_a_restart_an_old_card_still_works(house: House, card: Message) -> None:
    await house.sandbox.restart()
    await house.press(ZOE, card, "claim")
    assert "Zoe Lind* has it" in shown(card)
    assert len(house.dms(ZOE)) == 1


EDITED = (
    "", "{}", "null", "[]", "garbage", '{"v":1}', '{"v":2,"lead":1001}', '{"v":1,"lead":"x"}', '{"v":1,"lead":-1}',
    '{"v":1,"lead":99999}', '{"v":1,"lead":1001,"admin":true}', '{"v":1,"lead":1e400}', "9" * 1990,
    '{"v":1,"lead":99999999999999999999999}',
)  # fmt: skip


@pytest.mark.parametrize("action", ["claim", "details", "assign", "note", "contacted", "release", "more"])
async def test_a_value_edited_by_hand_is_answered_politely(house: House, card: Message, action: str) -> None:
    for number, value in enumerate(EDITED, 1):
        reply = await house.forge(ZOE, card, action, value)
        assert reply.ok
        assert len(house.told(ZOE)) == number, value
        assert house.told(ZOE)[-1] in (STALE, "This lead is no longer stored: its connection was removed."), value
    assert "*Unclaimed*" in shown(card)


async def test_no_button_is_silent_when_its_value_says_nothing(house: House, card: Message) -> None:
    for do in sorted({each.value for each in Do} - {"open-link", "value"}):
        before = len(house.told(ADA))
        reply = await house.forge(ADA, card, do, "edited")
        assert reply.ok
        assert len(house.told(ADA)) > before or house.view(ADA), do


async def test_an_unknown_button_of_another_release_gets_an_answer(house: House, card: Message) -> None:
    for number, action in enumerate(("claim-2027", "", "CLAIM", "a" * 255), 1):
        reply = await house.forge(ZOE, card, action, '{"v":1,"lead":1001}')
        assert reply.ok
        assert house.told(ZOE) == [STALE] * number


async def test_a_workspace_boundary_holds(house: House, card: Message) -> None:
    """A number that exists nowhere in this workspace claims nothing."""
    await house.forge(ZOE, card, "claim", '{"v":1,"lead":1}')
    assert house.told(ZOE) == ["This lead is no longer stored: its connection was removed."]


# ---------------------------------------------------------------------------------------- assigning


async def test_assigning_gives_the_lead_and_tells_the_new_owner_once(house: House, card: Message) -> None:
    await house.press(MAX, card, "assign")
    assert ref(card) in house.says(MAX)
    assert await house.submit(MAX, person=ZOE) == {}
    assert house.view(MAX) is None
    assert "*Zoe Lind* has it" in shown(card)
    assert "given by Max Winter" in shown(card)
    (dm,) = house.dms(ZOE)
    assert "Max Winter gave it to you." in shown(dm)
    assert "sofia@example.com" in shown(dm)
    assert "*Next step:* call or write now" in shown(dm)
    assert house.thread(card) == ["Max Winter assigned it to Zoe Lind."]


@pytest.mark.parametrize("who", ["U0GUEST", "U0LEADBELL", "USLACKBOT"])
async def test_bots_and_guests_cannot_be_given_leads(house: House, card: Message, who: str) -> None:
    await house.press(ZOE, card, "assign")
    errors = await house.submit(ZOE, person=who)
    assert errors == {"person": "Choose a full member of this workspace; bots and guests cannot take leads."}
    assert await house.submit(ZOE, person=SAM) == {}
    assert "*Sam Reyes* has it" in shown(card)


async def test_the_owner_may_give_it_on_and_loses_the_contact_data(house: House, card: Message) -> None:
    await house.press(ZOE, card, "claim")
    (mine,) = house.dms(ZOE)
    assert "sofia@example.com" in shown(mine)
    await house.press(ZOE, card, "assign")
    assert await house.submit(ZOE, person=SAM) == {}
    assert "*Sam Reyes* has it" in shown(card)
    assert len(house.dms(ZOE)) == 1
    assert "is no longer yours" in shown(mine)
    assert "Sam Reyes has it." in shown(mine)
    for secret in ("sofia@example.com", "07700 900123", "Marsh"):
        assert secret not in shown(mine)
    (dm,) = house.dms(SAM)
    assert "sofia@example.com" in shown(dm)


async def test_somebody_else_cannot_take_a_lead_away(house: House, card: Message) -> None:
    await house.press(ZOE, card, "claim")
    await house.press(SAM, card, "assign")
    errors = await house.submit(SAM, person=MAX)
    assert errors["person"].startswith(f"Zoe Lind has {ref(card)} already")
    assert "<!date" not in errors["person"]
    assert "*Zoe Lind* has it" in shown(card)
    assert house.dms(MAX) == []


async def test_an_admin_may_give_somebodys_lead_to_another(house: House, card: Message) -> None:
    await house.press(ZOE, card, "claim")
    await house.press(ADA, card, "assign")
    assert await house.submit(ADA, person=SAM) == {}
    assert "*Sam Reyes* has it" in shown(card)
    assert "given by Ada Okafor" in shown(card)


async def test_assigning_to_whoever_has_it_already_says_so(house: House, card: Message) -> None:
    await house.press(ZOE, card, "claim")
    await house.press(ADA, card, "assign")
    assert await house.submit(ADA, person=ZOE) == {"person": "Zoe Lind has it already."}
    assert len(house.dms(ZOE)) == 1
    assert await house.submit(ADA, person=SAM) == {}  # the same modal, another choice
    assert "*Sam Reyes* has it" in shown(card)


async def test_the_assign_modal_sent_twice_assigns_once(house: House, card: Message) -> None:
    await house.press(MAX, card, "assign")
    await asyncio.gather(house.submit(MAX, person=ZOE), house.submit(MAX, person=ZOE))
    assert len(house.dms(ZOE)) == 1
    assert len(house.thread(card)) == 1


async def test_two_assignments_at_once_give_one_owner(house: House, card: Message) -> None:
    await house.press(MAX, card, "assign")
    await house.press(SAM, card, "assign")
    errors = await asyncio.gather(house.submit(MAX, person=ZOE), house.submit(SAM, person=SAM))
    assert sum(bool(e) for e in errors) == 1
    assert len(await owner_dms(house, ZOE)) + len(await owner_dms(house, SAM)) == 1


# ---------------------------------------------------------------------------------- release, contacted


async def test_releasing_frees_the_lead_everywhere(house: House, card: Message) -> None:
    await house.press(ZOE, card, "claim")
    (mine,) = house.dms(ZOE)
    await house.press(ZOE, mine, "release")
    assert "*Unclaimed*" in shown(card)
    assert "claim" in action_ids(card)
    assert "It is free again." in shown(mine)
    assert "sofia@example.com" not in shown(mine)
    assert house.thread(card)[-1] == "Zoe Lind released it. It is free again."
    await house.press(SAM, card, "claim")
    assert "*Sam Reyes* has it" in shown(card)


async def test_somebody_else_cannot_release_it(house: House, card: Message) -> None:
    await house.press(ZOE, card, "claim")
    await house.choose(SAM, card, "Release")
    assert house.told(SAM) == [f"{ref(card)} belongs to Zoe Lind; only they, an approver or an admin can do that."]
    assert "*Zoe Lind* has it" in shown(card)


async def test_releasing_what_nobody_has_says_so(house: House, card: Message) -> None:
    await house.press(ZOE, card, "claim")
    (mine,) = house.dms(ZOE)
    value = next(e["value"] for b in mine.blocks for e in b.get("elements", []) if e.get("action_id") == "release")
    await house.press(ZOE, mine, "release")
    await house.forge(ZOE, card, "release", value)
    assert house.told(ZOE)[-1] == f"Nobody has {ref(card)}."


async def test_mark_contacted_shows_on_the_card_once(house: House, card: Message) -> None:
    await house.press(ZOE, card, "claim")
    (mine,) = house.dms(ZOE)
    await house.press(ZOE, mine, "contacted")
    assert "Contacted by Zoe Lind" in shown(card)
    assert "(self-reported)" in shown(card)
    assert "Zoe Lind contacted the customer (self-reported)." in house.thread(card)
    assert "contacted" not in action_ids(mine)
    await house.forge(SAM, card, "contacted", '{"v":1,"lead":1001}')
    assert "belongs to Zoe Lind" in house.told(SAM)[-1]
    await house.forge(ADA, card, "contacted", '{"v":1,"lead":1001}')
    assert house.told(ADA) == [f"Zoe Lind marked {ref(card)} as contacted already."]
    listed = await house.command(ZOE, "/leads list stage:contacted")
    assert listed is not None
    assert listed.text.startswith("1 lead")
    lead = house.kpro.leads[-1]
    house.kpro.change(lead["id"], enquiryType="resale")  # the lead system knows nothing of the call
    await house.poll(3700)
    listed = await house.command(ZOE, "/leads list stage:contacted")
    assert listed is not None
    assert listed.text.startswith("1 lead")


# ------------------------------------------------------------------------------------ notes and details


async def test_a_note_is_for_the_owner_and_admins(house: House, card: Message) -> None:
    await house.press(ZOE, card, "claim")
    await house.choose(ZOE, card, "Add a note")
    assert await house.submit(ZOE, note="Prefers *mornings* & <calls>\nsecond line") == {}
    assert house.view(ZOE) is None
    assert "Zoe Lind added a note; *Details* shows it." in house.thread(card)
    for who, sees in ((ZOE, True), (ADA, True), (SAM, False), (MAX, False)):
        await house.press(who, card, "details")
        assert ("Prefers *mornings* & <calls>\nsecond line" in house.says(who)) is sees
        assert ("1 note, for the owner." in house.says(who)) is not sees


async def test_the_note_modal_sent_twice_keeps_one_note(house: House, card: Message) -> None:
    await house.choose(ADA, card, "Add a note")
    await asyncio.gather(house.submit(ADA, note="once"), house.submit(ADA, note="once"))
    await house.press(ADA, card, "details")
    assert house.says(ADA).count("once") == 1


async def test_an_empty_note_is_refused_on_its_input(house: House, card: Message) -> None:
    await house.choose(ADA, card, "Add a note")
    assert set(await house.submit(ADA, note="   ")) == {"note"}
    assert await house.submit(ADA, note="words") == {}


async def test_details_show_each_person_what_they_may_see(house: House, card: Message) -> None:
    await house.press(ZOE, card, "claim")
    for who, sees in ((ZOE, True), (ADA, True), (SAM, False), (MAX, False)):
        await house.press(who, card, "details")
        for secret in ("Sofia Marsh", "sofia@example.com", "07700 900123"):
            assert (secret in house.says(who)) is sees, (who, secret)
        assert ("Contact data (phone, e-mail) is for the owner." in house.says(who)) is not sees


async def test_an_admins_look_at_contact_data_is_written_down(house: House, card: Message) -> None:
    await house.press(ZOE, card, "claim")
    await house.press(ADA, card, "details")
    await house.slack.modals.close(ADA)
    await house.press(ZOE, card, "details")
    assert "Ada Okafor looked at the contact data." in house.says(ZOE)


async def test_details_say_what_happened(house: House, card: Message) -> None:
    await house.press(MAX, card, "assign")
    await house.submit(MAX, person=ZOE)
    await house.choose(ZOE, card, "Release")
    await house.press(SAM, card, "details")
    said = house.says(SAM)
    assert "Max Winter assigned it to Zoe Lind." in said
    assert "Zoe Lind released it. It is free again." in said


async def test_show_opens_details_and_misses_politely(house: House, card: Message) -> None:
    assert await house.command(SAM, f"/leads show {ref(card)}") is None
    assert "Sofia M." in house.says(SAM)
    answer = await house.command(SAM, "/leads show KP-77777")
    assert answer is not None
    assert answer.text == "There is no lead KP-77777. References look like KP-1042; `/leads list` shows them."


async def test_an_open_url_pattern_gives_a_link_and_without_one_there_is_none(house: House) -> None:
    await house.command(ADA, "/leads connect kpro")
    link = "https://crm.example/leads/{id}?tab=1"
    assert await house.submit(ADA, name="linked", api_key=house.kpro.api_key, open_url=link) == {}
    await house.slack.modals.close(ADA, all_views=True)
    await house.connect("plain")
    await house.subscribe()
    lead = await house.arrive()
    found: dict[str, list[str]] = {}
    for card in house.cards():
        await house.press(ZOE, card, "details")
        blocks = (house.view(ZOE) or {})["blocks"]
        urls = [e["url"] for b in blocks for e in b.get("elements", []) if isinstance(e, dict) and e.get("url")]
        found["linked" if " · via linked" in shown(card) else "plain"] = urls
        if urls:
            assert "Open in KPro Marketing" in house.says(ZOE)
            await house.press_in_view(ZOE, "open-link")  # Slack opens it; the press is acknowledged all the same
    assert found == {"linked": [f"https://crm.example/leads/{lead['id']}?tab=1"], "plain": []}


async def test_enquiries_of_one_customer_are_shown_together(house: House) -> None:
    await house.connect()
    await house.subscribe()
    await house.arrive(firstName="Sofia", customerId=77, email="s@example.com")
    await house.arrive(firstName="Sofia", customerId=77, email="s@example.com")
    await house.arrive(firstName="Other", customerId=78, email="o@example.com")
    first, second, other = house.cards()
    await house.press(ZOE, first, "details")
    assert "*The same person's other leads* (1)" in house.says(ZOE)
    assert ref(second) in house.says(ZOE)
    await house.press_in_view(ZOE, "details")  # Show
    assert (house.view(ZOE) or {})["title"]["text"] == ref(second)
    await house.slack.modals.close(ZOE, all_views=True)
    await house.press(ZOE, other, "details")
    assert "same person" not in house.says(ZOE)
