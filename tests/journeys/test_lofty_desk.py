"""The desk with Lofty: what is done here is there, what is done there is here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from providers.lofty.stand_in import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, LoftyStandIn
from providers.lofty.stand_in.oauth import PAGE
from tests.conftest import ADA, LEADS, MAX, NORTH, ZOE, House, shown

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


# -------------------------------------------------------------------------------------------- connecting


def app_of(house: House, **values: str) -> dict[str, str]:
    """The connect form of an OAuth app."""
    tokens = f"{house.sandbox.settings.provider_urls['lofty']}/api/user-web/oauth/token"
    app = {"client_id": DEMO_CLIENT_ID, "client_secret": DEMO_CLIENT_SECRET, "grant": "client credentials"}
    return {"name": "texas", "oauth_token_url": tokens, **app, **values}


async def test_an_app_of_ones_own_connects_by_client_credentials_and_gets_new_tokens(
    make_house: Callable[..., Any],
) -> None:
    made: House = await make_house()
    await made.command(ADA, "/leads connect lofty")
    errors = await made.submit(ADA, **app_of(made, client_secret="of-another-app"))
    assert set(errors) == {"client_secret"}
    assert "refuses this Client secret" in errors["client_secret"]
    assert await made.submit(ADA, **app_of(made)) == {}
    assert "*texas* is connected to Lofty" in made.says(ADA)
    await made.slack.modals.close(ADA, all_views=True)
    await made.poll()
    await made.subscribe()
    await made.arrive("lofty", firstName="Kit")
    lofty(made).grants.expire()
    await made.arrive("lofty", firstName="Ivy")
    assert [name for card in made.cards() for name in ("Kit", "Ivy") if name in shown(card)] == ["Kit", "Ivy"]
    assert not [m for m in made.dms(ADA) if "Polling is paused" in m.text]


async def test_half_an_app_is_said_on_the_form(make_house: Callable[..., Any]) -> None:
    made: House = await make_house()
    await made.command(ADA, "/leads connect lofty")
    errors = await made.submit(ADA, name="texas", client_id="only-the-id")
    assert "client secret, both" in " ".join(errors.values())


async def test_a_key_that_is_taken_back_pauses_and_reconnecting_goes_on(house: House) -> None:
    key = lofty(house).api_key
    lofty(house).api_key = "another.key.altogether"
    await house.poll()
    (paused,) = [m for m in house.dms(ADA) if "Polling is paused" in m.text]
    lofty(house).api_key = key
    await house.press(ADA, paused, "reconnect")
    assert await house.submit(ADA, api_key=key) == {}
    await house.slack.modals.close(ADA, all_views=True)
    await house.poll()
    await house.arrive("lofty", firstName="Kit")
    assert "Kit" in shown(house.cards()[-1])


# -------------------------------------------------------------------------------- how a write-back stands

ASSIGN = "POST /v1.0/leads/{leadId}/assignment"


async def claimed(house: House, *faults: str, **fields: Any) -> Json:
    """A lead that Zoe claims while Lofty has these faults."""
    lead = await house.arrive("lofty", **({"firstName": "Kit", "phones": ["5125550100"], "cannotCall": False} | fields))
    for fault in faults:
        lofty(house).fault(fault)
    await house.press(ZOE, house.cards()[-1], "claim")
    return lead


def calls(house: House, method: str, path: str) -> int:
    """How often something was asked of Lofty."""
    asked = [(m, p.partition("?")[0]) for m, p in lofty(house).requests]
    return sum(m == method and p.startswith(path) for m, p in asked)


def noted(house: House) -> list[str]:
    """All notes there, those that Lofty writes itself among them."""
    return [note["content"] for note in lofty(house).account.notes.values()]


async def test_a_refused_assignment_says_why_and_can_be_tried_again(house: House) -> None:
    lofty(house).denied.add(ASSIGN)
    lead = await claimed(house)
    (card,) = house.cards()
    assert "Owner saved here · Lofty refused: Lofty does not permit that to this account." in shown(card)
    assert "*Zoe Lind* has it" in shown(card)
    lofty(house).denied.clear()
    await house.press(ZOE, card, "retry")
    assert there(house, lead)["assignedUser"] == "Zoe Lind"
    assert "Owner saved here · sent to Lofty" in shown(house.cards()[0])


async def test_an_assignment_that_is_taken_and_not_done_is_seen_and_the_other_spelling_does_it(
    make_house: Callable[..., Any],
) -> None:
    made: House = await make_house()
    await made.command(ZOE, "/leads help")
    lofty(made).account.assignee_field = "assiginee"
    await made.connect("texas", provider="lofty")
    await made.poll()
    await made.subscribe()
    lead = await claimed(made)
    await made.sandbox.advance(5)  # it looks again, and once more
    await made.quiet()
    assert "Lofty refused: Lofty took the assignment, but the lead is still somebody else" in shown(made.cards()[0])
    listed = await made.command(ADA, "/leads connections")
    assert listed is not None
    await made.press(ADA, listed, "reconnect")
    assert await made.submit(ADA, api_key=lofty(made).api_key, assignee_field="assiginee") == {}
    await made.slack.modals.close(ADA, all_views=True)
    await made.press(ZOE, made.cards()[0], "retry")
    assert there(made, lead)["assignedUser"] == "Zoe Lind"
    assert "sent to Lofty" in shown(made.cards()[0])


async def test_while_lofty_is_down_the_card_says_that_it_waits(house: House) -> None:
    lead = await claimed(house, *["503"] * 3)
    await house.sandbox.advance(3)
    async with asyncio.timeout(10):  # the writer looks by itself what waits, so no task tells when it has
        while "Owner saved here · waiting for Lofty" not in shown(house.cards()[0]):
            await asyncio.sleep(0.02)
    await house.quiet()
    lofty(house).clear_faults()
    await house.doubt(3)
    assert there(house, lead)["assignedUser"] == "Zoe Lind"
    assert "Owner saved here · sent to Lofty" in shown(house.cards()[0])


async def test_what_nobody_can_tell_is_unsure_and_is_not_repeated_on_a_guess(house: House) -> None:
    await claimed(house)
    await house.choose(ZOE, house.cards()[0], "Add a note")
    lofty(house).fault("html")
    assert await house.submit(ZOE, note="Wants a garden") == {}
    assert "Note saved here · unsure whether it reached Lofty" in shown(house.cards()[0])
    await house.doubt(3)
    assert calls(house, "POST", "/v1.0/notes") == 1
    await house.press(ZOE, house.cards()[0], "arrived")
    assert "unsure" not in shown(house.cards()[0])


async def test_a_note_whose_answer_is_lost_is_looked_for_and_is_there_once(house: House) -> None:
    await claimed(house)
    await house.choose(ZOE, house.cards()[0], "Add a note")
    lofty(house).fault("withhold")
    assert await house.submit(ZOE, note="Wants a garden") == {}
    await house.doubt(2)
    assert [text for text in noted(house) if "garden" in text] == ["Wants a garden"]
    assert "Note saved here · sent to Lofty" in shown(house.cards()[0])


async def test_a_long_note_is_all_there_in_pieces_that_lofty_keeps(house: House) -> None:
    await claimed(house)
    await house.choose(ZOE, house.cards()[0], "Add a note")
    words = " ".join(f"word{n}" for n in range(330))
    assert await house.submit(ZOE, note=words) == {}
    held = [text for text in noted(house) if "word" in text]
    assert len(held) == 2
    assert " ".join(piece.partition(") ")[2] for piece in held) == words


async def test_a_stage_of_loftys_own_is_chosen_here_and_set_there(house: House) -> None:
    lead = await claimed(house, stage="New Lead")
    await house.choose(ZOE, house.cards()[0], "Set the stage")
    assert "Hot Prospects" in house.says(ZOE)
    assert await house.submit(ZOE, stage="Hot Prospects") == {}
    assert there(house, lead)["stage"] == "Hot Prospects"
    assert "Stage saved here · sent to Lofty" in shown(house.cards()[0])


# ------------------------------------------------------------------------------- what is changed in Lofty


async def test_a_stage_and_a_wish_changed_in_lofty_are_on_the_card_at_the_next_poll(house: House) -> None:
    lead = await house.arrive("lofty", firstName="Kit", stage="New Lead", cannotCall=False)
    await house.subscribe(NORTH)
    lofty(house).change(lead["leadId"], firstName="Kitty", stage="Sold", cannotCall=True)
    await house.poll()
    (card,) = house.cards()
    assert "Kitty" in shown(card)
    assert "Do not call" in shown(card)
    await house.press(ADA, card, "details")
    assert "Sold" in house.says(ADA)


async def test_lofty_wins_over_what_still_waits_and_the_displaced_is_told(house: House) -> None:
    lofty(house).denied.add(ASSIGN)  # nothing gets there
    lead = await claimed(house, *["503"] * 3)
    lofty(house).clear_faults()
    lofty(house).change(lead["leadId"], owner="max@harbourhomes.example")
    await house.poll()
    await house.doubt(3)
    assert there(house, lead)["assignedUser"] == "Max Winter"
    (card,) = house.cards()
    assert "*Max Winter* has it" in shown(card)
    assert any("Max Winter" in shown(m) for m in house.dms(ZOE))


async def test_a_pond_is_on_the_card_and_its_lead_is_free(make_house: Callable[..., Any]) -> None:
    made: House = await make_house()
    lofty(made).routes = "pond"
    await made.command(ZOE, "/leads help")
    await made.connect("texas", provider="lofty")
    await made.poll()
    await made.subscribe()
    lead = await made.arrive("lofty", firstName="Kit")
    (card,) = made.cards()
    assert "*Unclaimed* · in the pond *New Leads Pond*" in shown(card)
    await made.press(ZOE, card, "claim")
    assert there(made, lead)["assignedUser"] == "Zoe Lind"
    assert "in the pond" not in shown(made.cards()[0])


async def test_a_lead_that_becomes_private_leaves_the_channel(house: House) -> None:
    lead = await house.arrive("lofty", firstName="Kit")
    assert "Kit" in shown(house.cards()[0])
    lofty(house).change(lead["leadId"], privateFlag=True)
    await house.poll()
    assert not [m for m in house.messages(LEADS) if "Kit" in shown(m)]


# --------------------------------------------------------------------------------------- rules of contact


@pytest.mark.parametrize(
    ("flag", "says", "how", "sentence"),
    [
        ("cannotCall", "Do not call", "call", "The customer wants not to be called."),
        ("cannotText", "No texts", "text", "The customer wants no text messages."),
        ("cannotEmail", "No e-mails", "email", "The customer wants no e-mails."),
    ],
)
async def test_a_wish_is_on_the_card_and_stands_until_a_reason_is_given(
    house: House, flag: str, says: str, how: str, sentence: str
) -> None:
    wishes = dict.fromkeys(("cannotCall", "cannotText", "cannotEmail", "unsubscription"), False)
    await claimed(house, **(wishes | {flag: True}))
    (card,) = house.cards()
    assert says.casefold() in shown(card).casefold()
    await house.choose(ZOE, card, "Mark contacted")
    errors = await house.submit(ZOE, how=how)
    assert sentence in errors["how"]
    assert calls(house, "POST", "/v1.0/logType") == 0
    assert await house.submit(ZOE, how=how, override="Asked me to, in person.") == {}
    assert calls(house, "POST", "/v1.0/logType") == 1


async def test_a_wish_blocks_the_action_too_until_a_reason_is_given(house: House) -> None:
    lead = await house.arrive("lofty", firstName="Kit", cannotCall=True, phones=["5125550100"])
    words = f"leadId:{lead['leadId']} logType:logCall content:Rang leadPhoneNumber:5125550100"
    await house.command(ADA, f"/leads do texas log-contact {words}")
    assert "This customer does not want to be called." in house.says(ADA)
    assert calls(house, "POST", "/v1.0/logType") == 0
    await house.submit(ADA)
    assert calls(house, "POST", "/v1.0/logType") == 0
    assert await house.submit(ADA, **{"#reason": "Asked me to"}) == {}
    assert calls(house, "POST", "/v1.0/logType") == 1


# ---------------------------------------------------------------------------------------- calls and rate


async def test_a_lead_that_lofty_calls_about_is_alerted_once_within_two_seconds(house: House) -> None:
    began, clock = time.monotonic(), house.sandbox.clock.offset
    await lofty(house).arrive(firstName="Quick")
    while not any("Quick" in shown(card) for card in house.cards()):
        await house.quiet()
        assert time.monotonic() - began < 2
    assert house.sandbox.clock.offset == clock
    await house.poll()
    assert sum("Quick" in shown(card) for card in house.cards()) == 1


async def test_beyond_the_rate_alerts_wait_and_status_shows_it(house: House) -> None:
    system = lofty(house)
    system.rate.per_minute = 1
    await house.poll()  # spends the minute
    await system.arrive(firstName="Late")
    for _ in range(20):
        await house.quiet()
    assert not any("Late" in shown(card) for card in house.cards())
    await house.sandbox.advance(5)
    told = await house.command(ADA, "/leads status")
    assert told is not None
    assert "1 lead waiting" in shown(told)
    system.rate.per_minute = 1000
    for _ in range(3):  # it waits as long as it was told to
        await house.poll(120)
    assert sum("Late" in shown(card) for card in house.cards()) == 1


async def test_welcome_mails_and_alerts_are_sent_only_where_they_are_chosen(house: House) -> None:
    await house.command(ADA, "/leads do texas add-lead firstName:Nell emails:nell@example.com")
    assert "done in Lofty" in house.says(ADA)
    assert lofty(house).mails == []
    await house.command(ADA, "/leads do texas add-lead firstName:Ida emails:ida@example.com welcomeEmail:yes")
    assert "done in Lofty" in house.says(ADA)
    assert lofty(house).mails == ["welcome ida@example.com"]


async def test_removing_tags_shows_what_will_be_left_first(house: House) -> None:
    lead = await house.arrive("lofty", firstName="Kit", tags=["VIP", "Luxury", "Investor"])
    await house.command(ADA, f"/leads do texas edit-lead leadId:{lead['leadId']} tagsRemove:Luxury tagsAdd:Sphere")
    assert "Tags now: VIP, Luxury, Investor. Tags afterwards: VIP, Investor, Sphere." in house.says(ADA)
    assert {t["tagName"] for t in there(house, lead)["tags"]} == {"VIP", "Luxury", "Investor"}
    assert await house.submit(ADA) == {}
    assert {t["tagName"] for t in there(house, lead)["tags"]} == {"VIP", "Investor", "Sphere"}


# ------------------------------------------------------------------------------------- Lofty's page of consent


async def consented(house: House) -> None:
    """Ada connects by Lofty's own page: there, *Allow*, and back."""
    page = f"{house.sandbox.settings.provider_urls['lofty']}{PAGE}"
    await house.command(ADA, "/leads connect lofty")
    assert await house.submit(ADA, **app_of(house, grant="consent", oauth_page_url=page)) == {}
    link = next(e["url"] for b in (house.view(ADA) or {})["blocks"] for e in b.get("elements", []) if "url" in e)
    async with aiohttp.ClientSession() as session, session.get(f"{link}&answer=allow") as answer:
        assert "texas is connected to Lofty" in await answer.text()
    await house.quiet()
    await house.slack.modals.close(ADA, all_views=True)
    await house.poll()


async def test_consent_connects_and_its_tokens_are_renewed_once_each_time(make_house: Callable[..., Any]) -> None:
    made: House = await make_house()
    await consented(made)
    await made.subscribe()
    grants = lofty(made).grants
    assert (grants.granted, grants.refreshed) == (1, 0)
    for spent in (1, 2):  # a refresh token works once: each renewal needs the one before it
        grants.expire()
        await made.arrive("lofty", firstName="Kit")
        assert grants.refreshed == spent
    await made.sandbox.restart()
    grants.expire()
    await made.arrive("lofty", firstName="Kit")
    assert (grants.granted, grants.refreshed) == (1, 3)
    assert len(made.cards()) == 3


async def test_consent_that_is_withdrawn_pauses_and_is_told_once(make_house: Callable[..., Any]) -> None:
    made: House = await make_house()
    await consented(made)
    lofty(made).grants.revoke()
    for _ in range(3):
        await made.poll()
    assert len([m for m in made.dms(ADA) if "Polling is paused" in m.text]) == 1
