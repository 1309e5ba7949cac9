"""What arrives is shown once, whatever the lead system's clock and pages do, and whatever is written in it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from providers.errors import Unavailable
from providers.http import Api
from providers.kpro.feed import created_since
from providers.provider import Page, discover
from tests.conftest import ADA, LEADS, NORTH, ZOE, House, shown

ZOOPLA = {"id": 3, "code": "ZPL", "name": "Zoopla"}
LONG = "All work and no play " * 300
HOSTILE = {
    "a channel ping": "<!channel> <!here> <!everyone>",
    "people and places": "<@U0MAX> <#C0LEADS> <!subteam^S012345> @channel",
    "a link": "<https://evil.example|Claim> & <mailto:x@evil.example|mail>",
    "formatting": "*bold* _it_ ~gone~ `code` ```block``` > quote",
    "six thousand characters": LONG[:6000],
    "right to left": "\u202eتجربة\u2066 \u200fשלום\u202c",
    "null bytes": "a\x00b\x07c\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "lines": "one\r\ntwo\n\n\nthree\tfour",
    "only spaces": "   ",
    "dates": "<!date^1700000000^{date}|now>",
}
TEXT_FIELDS = (
    "externalRef", "title", "firstName", "lastName", "fullName", "email", "phone", "homeAddress", "homePostcode",
    "homeLocalAuthority", "additionalInfo", "hearAboutUs", "enquiryType", "eligibilityStatus",
)  # fmt: skip


def hostile_lead(text: str) -> dict[str, Any]:
    """A lead with the text in every field that holds one, nested ones among them."""
    place = {"id": 1, "externalRef": text, "name": text, "building": text, "street": text, "postcode": text}
    place["town"] = text
    return {
        **dict.fromkeys(TEXT_FIELDS, text),
        "site": {"id": 99, "code": text, "name": text},
        "source": {"id": 9, "name": text},
        "housingProvider": {"id": 1, "name": text},
        "buyingInterestPeriod": {"id": 1, "name": text},
        "development": place,
        "listing": {
            "id": 1, "externalRef": text, "name": text, "availabilityStatus": text, "schemeGroup": text,
            "schemes": [text, "shared-ownership"], "Development": place,
        },
        "property": {"id": 1, "propertyNumber": text, "name": text, "bedrooms": 2},
    }  # fmt: skip


def mrkdwn(value: object) -> list[str]:
    """Every text in a payload that Slack parses: mrkdwn objects, and the text of a message."""
    if isinstance(value, dict):
        own = [str(value["text"])] if value.get("type") == "mrkdwn" else []
        return own + [t for v in value.values() for t in mrkdwn(v)]
    return [t for v in value for t in mrkdwn(v)] if isinstance(value, list) else []


async def test_the_first_poll_of_many_leads_floods_nobody(make_house) -> None:  # type: ignore[no-untyped-def]
    house = await make_house(history=300)
    await house.command(ADA, "/leads connect kpro")
    assert await house.submit(ADA, name="north", api_key=house.kpro.api_key) == {}
    await house.slack.modals.close(ADA, all_views=True)
    await house.subscribe()
    await house.poll()
    await house.poll()
    assert house.cards() == []
    answer = await house.command(ZOE, "/leads list")
    assert answer is not None
    assert answer.text == "300 leads"
    await house.arrive(firstName="Fresh")
    assert len(house.cards()) == 1


async def test_more_history_than_one_page_is_read_quietly_to_its_end(make_house) -> None:  # type: ignore[no-untyped-def]
    house = await make_house(history=2300)
    await house.connect()
    await house.subscribe()
    for _ in range(3):
        await house.poll()
    answer = await house.command(ZOE, "/leads list")
    assert answer is not None
    assert answer.text == "2,300 leads"
    assert house.cards() == []


async def test_a_lead_that_becomes_visible_late_is_alerted_once(house: House) -> None:
    await house.connect()
    await house.subscribe()
    await house.arrive(firstName="First")
    late = house.sandbox.clock.now() - timedelta(minutes=4)
    await house.kpro.arrive(firstName="Late", createdAt=late)
    for _ in range(3):
        await house.poll()
    assert [("First" in shown(c), "Late" in shown(c)) for c in house.cards()] == [(True, False), (False, True)]


async def test_a_lead_older_than_the_overlap_is_found_by_the_hourly_sweep_once(house: House) -> None:
    await house.connect()
    await house.subscribe()
    await house.arrive(firstName="First")
    await house.kpro.arrive(firstName="Forgotten", createdAt=house.sandbox.clock.now() - timedelta(days=2))
    await house.poll()
    assert len(house.cards()) == 1
    await house.poll(3600)
    await house.poll(3700)
    assert ["Forgotten" in shown(c) for c in house.cards()] == [False, True]


async def test_leads_of_one_second_are_all_alerted_once(house: House) -> None:
    await house.connect()
    await house.subscribe()
    at = house.sandbox.clock.now()
    for n in range(12):
        await house.kpro.arrive(firstName=f"Twin{n:02}", createdAt=at)
        if n in (3, 7):
            await house.poll(61)
    await house.poll()
    names = sorted(next(w for w in shown(c).split() if w.startswith("Twin")) for c in house.cards())
    assert names == [f"Twin{n:02}" for n in range(12)]


async def test_a_lead_that_changes_into_a_filter_alerts_then_and_only_once(house: House) -> None:
    await house.connect()
    await house.subscribe(words="eligibility:passed")
    lead = await house.arrive(firstName="Slow", eligibilityStatus="incomplete")
    assert house.cards() == []
    house.kpro.change(lead["id"], eligibilityStatus="passed")
    await house.poll(3700)
    (card,) = house.cards()
    assert "Eligibility: passed" in shown(card)
    house.kpro.change(lead["id"], eligibilityStatus="failed")
    await house.poll(3700)
    house.kpro.change(lead["id"], eligibilityStatus="passed")
    await house.poll(3700)
    assert len(house.cards()) == 1


async def test_a_changed_lead_is_drawn_anew_everywhere_and_its_thread_says_what(house: House) -> None:
    await house.connect()
    await house.subscribe(LEADS)
    await house.subscribe(NORTH)
    lead = await house.arrive(eligibilityStatus="incomplete", enquiryType="general")
    house.kpro.change(lead["id"], eligibilityStatus="passed", enquiryType="resale")
    await house.poll(3700)
    (one,), (two,) = house.cards(LEADS), house.cards(NORTH)
    for card in (one, two):
        assert "Eligibility: passed" in shown(card)
        assert "Resale" in shown(card)
    lines = house.thread(one) + house.thread(two)
    assert len(lines) == 1
    assert lines[0].startswith("Changed in the lead system: ")
    assert "passed" in lines[0]


async def test_a_change_of_contact_data_reaches_the_owner_and_nobody_else(house: House) -> None:
    await house.connect()
    await house.subscribe()
    lead = await house.arrive(phone="07700 900001")
    (card,) = house.cards()
    await house.press(ZOE, card, "claim")
    house.kpro.change(lead["id"], phone="07700 900999")
    await house.poll(3700)
    (mine,) = house.dms(ZOE)
    assert "07700 900999" in shown(mine)
    assert "07700 900999" not in shown(card)
    assert "07700 900999" not in "".join(house.thread(card))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_text_pings_nobody_and_breaks_nothing(house: House, text: str) -> None:
    await house.connect()
    await house.subscribe(LEADS)
    await house.subscribe(NORTH, masked=[])
    house.slack.calls.clear()
    lead = await house.arrive(**hostile_lead(text))
    (card,) = house.cards()
    assert len(house.cards(NORTH)) == 1
    await house.press(ZOE, card, "claim")
    assert house.dms(ZOE)
    await house.press(ZOE, card, "details")
    assert house.view(ZOE)
    await house.slack.modals.close(ZOE, all_views=True)
    await house.command(ZOE, "/leads list mine")
    await house.command(ZOE, "/leads list zzz_nothing")
    await house.command(ZOE, "/leads digest")
    await house.choose(ZOE, card, "Add a note")
    note = text[:2900]
    if text.strip():
        assert await house.submit(ZOE, note=note) == {}
        await house.press(ZOE, card, "details")
        await house.slack.modals.close(ZOE, all_views=True)
    house.kpro.change(lead["id"], enquiryType=f"{text} again", site={"id": 98, "code": text, "name": f"{text}!"})
    await house.poll(3700)
    assert not await house.outbox()
    parsed = [t for _, payload in house.slack.calls for t in mrkdwn(payload)]
    parsed += [str(payload["text"]) for _, payload in house.slack.calls if payload.get("text")]
    for wanted in parsed:
        ours = wanted.replace("<!date^", "(date^")  # our own times
        if "<!date^1700000000" in wanted:
            raise AssertionError(f"a date of the lead's was left as it came: {wanted!r}")
        assert not any(mark in ours for mark in ("<!", "<@", "<#C0LEADS>", "<https://evil", "<mailto:", "```"))
        assert not any(c in ours for c in "\x00\x07\u202e\u2066\u202c")
        assert "*bold*" not in ours
        assert "`code`" not in ours
    assert "\\u0000" not in json.dumps([payload for _, payload in house.slack.calls])


async def test_fields_of_unknown_shape_and_value_do_not_lose_a_lead(house: House) -> None:
    await house.connect()
    await house.subscribe()
    await house.kpro.arrive(
        firstName="Odd", site={"id": 9999, "code": "MOON", "name": "Moonbase"}, source=None,
        eligibilityStatus="perhaps", enquiryType=["a", "list"], phone={"mobile": 1}, listing="none", development=5,
    )  # fmt: skip
    await house.poll()
    (card,) = house.cards()
    assert "Odd" in shown(card)
    assert "Moonbase" in shown(card)


async def test_an_outage_loses_nothing(house: House) -> None:
    await house.connect()
    await house.subscribe()
    for fault in ("html", "truncated"):
        await house.kpro.arrive(firstName=f"During{fault}")
        house.kpro.fault(fault)
        await house.poll()
    assert house.cards() == []
    await house.poll(1000)
    assert len(house.cards()) == 2


async def test_an_empty_answer_is_no_reason_to_forget_anything(house: House) -> None:
    await house.connect()
    await house.subscribe()
    await house.arrive()
    house.kpro.fault("empty")
    await house.poll()
    await house.arrive()
    assert len(house.cards()) == 2


async def test_where_pages_come_in_no_order_the_cursor_waits_for_the_last(make_house: Callable[..., Any]) -> None:
    """The newest page comes first, and then the lead system breaks down: the older ones are not passed over."""
    breaks = True

    async def new(api: Api, since: datetime, size: int) -> AsyncIterator[Page]:
        pages = [page async for page in created_since(api, since, size)]
        for page in reversed(pages):
            yield replace(page, unordered=page is not pages[0])
            if breaks:
                raise Unavailable("HTTP 503")

    async def none(api: Api, since: datetime, size: int) -> AsyncIterator[Page]:
        yield Page((), str)

    kpro = discover()["kpro"]
    feed = replace(kpro.feed, new=new, changes=none, page_size=3)
    house: House = await make_house(providers={"kpro": replace(kpro, feed=feed)})
    await house.connect()
    await house.subscribe()
    for number in range(7):
        await house.kpro.arrive(firstName=f"Kit{number}")
        house.sandbox.clock.advance(timedelta(minutes=10))  # beyond what is always asked for again; nothing rings
    await house.poll()
    assert len(house.cards()) == 1
    breaks = False
    await house.poll(10 * 60)
    await house.poll()
    cards = [shown(card) for card in house.cards()]
    assert len(cards) == 7
    assert all(sum(f"Kit{number}" in card for card in cards) == 1 for number in range(7))
