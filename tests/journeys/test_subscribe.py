"""Subscriptions: which channel hears of which leads, how much it sees, and what is refused."""

from __future__ import annotations

import asyncio

import pytest

from bot.sandbox.people import Channel
from tests.conftest import ADA, GENERAL, LEADS, MAX, NORTH, PARTNERS, SAM, ZOE, House, shown

CONTACT = {"firstName": "Sofia", "lastName": "Marsh", "email": "sofia@example.com", "phone": "07700 900123"}


def sites(code: str, number: int, name: str) -> dict[str, object]:
    return {"id": number, "code": code, "name": name}


ZOOPLA, RIGHTMOVE = sites("ZPL", 3, "Zoopla"), sites("RM", 4, "Rightmove")


async def open_form(house: House, channel: str = LEADS) -> None:
    await house.command(ADA, "/leads subscribe", channel)


async def test_subscribing_before_connecting_says_what_to_do_first(house: House) -> None:
    answer = await house.command(ADA, "/leads subscribe")
    assert answer is not None
    assert answer.text == "Connect a lead system first: `/leads connect`."


async def test_the_form_offers_the_channel_it_was_asked_in(house: House) -> None:
    await house.connect()
    await open_form(house, NORTH)
    assert house.typed(ADA)["channel"] == NORTH


async def test_a_summary_is_posted_in_the_channel(make_house) -> None:  # type: ignore[no-untyped-def]
    house = await make_house(history=12)
    await house.connect()
    await house.subscribe(words="unclaimed")
    posted = [m for m in house.messages(LEADS) if "subscribed this channel" in m.text]
    assert len(posted) == 1
    assert "Ada Okafor subscribed this channel to new leads that fit `unclaimed`." in shown(posted[0])
    assert "12 older ones are stored; `/leads list` shows them without posting them here." in shown(posted[0])
    assert house.cards() == []


async def test_start_with_the_newest_posts_five_oldest_first(make_house) -> None:  # type: ignore[no-untyped-def]
    house = await make_house(history=12)
    await house.connect()
    await house.subscribe(start="newest")
    newest = house.kpro.leads[-5:]
    cards = [shown(card) for card in house.cards()]
    assert len(cards) == 5
    for lead, card in zip(newest, cards, strict=True):
        assert (lead["firstName"] or lead["lastName"] or "Somebody")[:1] in card
    await house.poll()
    assert len(house.cards()) == 5


async def test_a_masked_card_hides_contact_data_and_an_unmasked_one_shows_it(house: House) -> None:
    await house.connect()
    await house.subscribe(LEADS)
    await house.command(ADA, "/leads subscribe", NORTH)
    assert await house.submit(ADA, masked=[]) == {}
    assert "Cards there show contact data to everybody in the channel." in house.says(ADA)
    await house.arrive(**CONTACT)
    (masked,), (open_card,) = house.cards(LEADS), house.cards(NORTH)
    assert "Sofia M." in shown(masked)
    for secret in ("Marsh", "sofia@example.com", "07700 900123"):
        assert secret not in shown(masked)
        assert secret in shown(open_card)
    assert "sofia@example.com" not in open_card.text  # a phone's lock screen shows it


async def test_a_channel_with_outsiders_is_masked_whatever_was_chosen_and_the_admin_is_warned(house: House) -> None:
    await house.connect()
    await open_form(house, PARTNERS)
    assert await house.submit(ADA, masked=[]) == {}
    assert "#partners has guests or people from outside" in house.says(ADA)
    assert "cards there are always masked" in house.says(ADA)
    await house.arrive(**CONTACT)
    (card,) = house.cards(PARTNERS)
    assert "sofia@example.com" not in shown(card)
    listed = await house.command(ADA, "/leads subscriptions")
    assert listed is not None
    assert "· contact data hidden" in shown(listed)


async def test_a_guest_in_an_unshared_channel_masks_it_too(house: House) -> None:
    house.slack.workspace.channels[NORTH].members.append("U0GUEST")
    await house.connect()
    await open_form(house, NORTH)
    assert await house.submit(ADA, masked=[]) == {}
    assert "#north-team has guests or people from outside" in house.says(ADA)


async def test_a_guest_who_joins_later_masks_what_comes_then(house: House) -> None:
    await house.connect()
    await house.subscribe(NORTH, masked=[])
    house.slack.workspace.channels[NORTH].members.append("U0GUEST")
    await house.sandbox.advance(3700)  # what Slack said is kept for an hour
    await house.quiet()
    await house.arrive(**CONTACT)
    (card,) = house.cards(NORTH)
    assert "sofia@example.com" not in shown(card)
    assert any("has guests or people from outside now" in m.text for m in house.dms(ADA))


async def test_a_channel_without_the_bot_is_an_error_that_names_the_invite(house: House) -> None:
    await house.connect()
    await open_form(house)
    errors = await house.submit(ADA, channel=GENERAL)
    assert errors == {"channel": "I am not in that channel. Type /invite @Leadbell in #general and try again."}
    await house.command(ADA, "/invite @Leadbell", GENERAL)
    assert await house.submit(ADA) == {}
    await house.arrive()
    assert len(house.cards(GENERAL)) == 1


async def test_a_private_channel_without_the_bot_is_refused_without_its_name(house: House) -> None:
    house.slack.workspace.add_channel(Channel("C0SECRET", "secret-deal", members=[ADA], is_private=True))
    await house.connect()
    await open_form(house)
    errors = await house.submit(ADA, channel="C0SECRET")
    assert errors == {"channel": "I am not in that channel. Type /invite @Leadbell in it and try again."}


@pytest.mark.parametrize(
    ("words", "suggestion"),
    [
        ("sight:zoopla", "site:"),
        ("site:zopla", "site:zoopla"),
        ("eligibility:pased", "eligibility:passed"),
        ("connection:nort", "connection:north"),
        ("enquiry:new-bild", "enquiry:new-build"),
    ],
)
async def test_a_misspelt_filter_is_told_on_its_input_with_a_suggestion(
    house: House, words: str, suggestion: str
) -> None:
    await house.connect()
    await open_form(house)
    errors = await house.submit(ADA, words=words)
    assert set(errors) == {"words"}
    assert f"Did you mean {suggestion}?" in errors["words"]  # plain text: Slack formats no errors
    assert house.typed(ADA)["words"] == words
    assert await house.submit(ADA, words="site:zoopla") == {}


@pytest.mark.parametrize("words", ["mine", "not mine", "owner:me", "site:zoopla or mine"])
async def test_mine_means_nothing_in_a_channel(house: House, words: str) -> None:
    await house.connect()
    await open_form(house)
    assert await house.submit(ADA, words=words) == {"words": "A channel has no “mine”. Leave that word out."}
    assert await house.submit(ADA, words="unclaimed") == {}


async def test_approval_without_an_approver_is_refused_on_that_input(house: House) -> None:
    await house.connect()
    await open_form(house)
    errors = await house.submit(ADA, approval=["yes"])
    assert errors == {"approvers": "Choose who approves, or switch approval off."}
    assert await house.submit(ADA, approvers=[MAX]) == {}
    assert "Claims and assignments wait for approval." in house.says(ADA)


@pytest.mark.parametrize("who", ["U0GUEST", "U0LEADBELL", "USLACKBOT"])
async def test_guests_and_bots_cannot_approve(house: House, who: str) -> None:
    await house.connect()
    await open_form(house)
    errors = await house.submit(ADA, approval=["yes"], approvers=[MAX, who])
    assert errors == {"approvers": "Approvers have to be full members of this workspace."}
    assert await house.submit(ADA, approvers=[MAX]) == {}


async def test_a_filter_lets_only_fitting_leads_through(house: House) -> None:
    await house.connect()
    await house.subscribe(words="site:zoopla not eligibility:failed")
    await house.arrive(firstName="Fits", site=ZOOPLA, source=None, eligibilityStatus="passed")
    await house.arrive(firstName="Failed", site=ZOOPLA, source=None, eligibilityStatus="failed")
    await house.arrive(firstName="Elsewhere", site=RIGHTMOVE, source=None, eligibilityStatus="passed")
    (card,) = house.cards()
    assert "Fits" in shown(card)


async def test_a_subscription_to_one_connection_hears_nothing_of_another(house: House) -> None:
    await house.connect("north")
    await house.connect("south")
    await open_form(house)
    options = next(b for b in (house.view(ADA) or {})["blocks"] if b["block_id"] == "connection")["element"]["options"]
    north = next(o["value"] for o in options if o["text"]["text"] == "north")
    assert await house.submit(ADA, connection=north) == {}
    await house.arrive()
    (card,) = house.cards()
    assert "via north" in shown(card)


async def test_two_subscriptions_of_one_channel_give_one_card(house: House) -> None:
    await house.connect()
    await house.subscribe(words="site:zoopla")
    await house.subscribe(words="eligibility:passed")
    await house.arrive(site=ZOOPLA, source=None, eligibilityStatus="passed")
    assert len(house.cards()) == 1


async def test_the_modal_sent_twice_subscribes_once(house: House) -> None:
    await house.connect()
    await open_form(house)
    both = await asyncio.gather(house.submit(ADA, channel=LEADS), house.submit(ADA, channel=LEADS))
    assert both == [{}, {}]
    listed = await house.command(ADA, "/leads subscriptions")
    assert listed is not None
    assert listed.text == "1 subscriptions" or listed.text == "1 subscription"


async def test_unsubscribing_stops_cards_and_the_list_says_so(house: House) -> None:
    await house.connect()
    await house.subscribe()
    listed = await house.command(ADA, "/leads subscriptions")
    assert listed is not None
    await house.press(ADA, listed, "unsubscribe")
    assert "No channel is subscribed yet." in shown(listed)  # the same message, drawn anew
    await house.arrive()
    assert house.cards() == []


async def test_unsubscribing_twice_is_told_politely(house: House) -> None:
    await house.connect()
    await house.subscribe()
    one = await house.command(ADA, "/leads subscriptions")
    two = await house.command(ADA, "/leads subscriptions")
    assert one is not None
    assert two is not None
    await house.press(ADA, one, "unsubscribe")
    await house.press(ADA, two, "unsubscribe")
    assert "This subscription was removed already." in house.told(ADA)[-1]


async def test_members_see_subscriptions_without_buttons(house: House) -> None:
    await house.connect()
    await house.subscribe(words="site:zoopla", approval=["yes"], approvers=[MAX, SAM])
    listed = await house.command(ZOE, "/leads subscriptions")
    assert listed is not None
    text = shown(listed)
    assert (
        "<#C0LEADS> · every connection · `site:zoopla` · contact data hidden · approved by Max Winter or Sam Reyes"
        in text
    )
    assert not any(b["type"] == "actions" for b in listed.blocks)
