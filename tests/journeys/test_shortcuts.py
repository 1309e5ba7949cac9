"""Shortcuts: a new lead from anywhere, and a message that becomes a note of a lead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox.messages import Message
from commands.desk.quoting import mentioned, spoken
from commands.ids import Form, Shortcut
from storage import leads
from tests.conftest import ADA, GENERAL, GUEST, LEADS, PARTNERS, SAM, ZOE, House, shown

NEW, ADD = Shortcut.NEW_LEAD.value, Shortcut.ADD_TO_LEAD.value
LEAD = {"firstName": "Sofia", "lastName": "Marsh", "email": "sofia@example.com", "phone": "07700 900123"}


def ref(card: Message) -> str:
    return card.text.split(" ")[0]


def number(card: Message) -> str:
    return ref(card).partition("-")[2]


async def notes(house: House, card: Message) -> list[tuple[str, str]]:
    """Who wrote which note of a card's lead, the newest first."""
    team = house.slack.workspace.team.id
    found = await house.sandbox.bot.database.read(lambda tx: leads.notes(tx, team, int(number(card))))
    return [(n.author, n.body) for n in found]


@pytest.fixture
async def desk(house: House) -> House:
    """A desk with one lead, and its card in #leads."""
    await house.connect()
    await house.subscribe()
    await house.arrive(**LEAD)
    return house


# ------------------------------------------------------------------------------------------- new lead


async def test_a_new_lead_is_made_from_anywhere(house: House) -> None:
    await house.connect()
    await house.subscribe()
    await house.shortcut(ZOE, NEW)
    assert await house.submit(ZOE, email="sofia@example.com", firstName="Sofia") == {}
    assert "KPro Marketing has it." in house.says(ZOE)
    await house.slack.modals.close(ZOE, all_views=True)
    await house.poll()
    assert len(house.cards()) == 1


async def test_where_several_systems_take_leads_the_shortcut_asks_which(house: House) -> None:
    await house.connect("north")
    await house.connect("south")
    await house.shortcut(ZOE, NEW)
    assert "north" in house.says(ZOE)
    await house.press_in_view(ZOE, "new", nth=1)
    assert "south" in house.says(ZOE)
    assert await house.submit(ZOE, email="sofia@example.com") == {}
    assert len(house.kpro.imported) == 1
    assert len(house.slack.workspace.views.stack(ZOE)) == 1  # the choice does not come back when it is closed


async def test_the_shortcut_says_so_where_no_system_takes_leads(house: House) -> None:
    await house.shortcut(ZOE, NEW)
    assert "No connected lead system takes new leads." in house.says(ZOE)
    await house.slack.modals.close(ZOE)
    await house.connect()
    await house.shortcut(ZOE, NEW)
    assert await house.submit(ZOE, email="sofia@example.com") == {}


async def test_a_guest_gets_a_sentence_in_a_window(house: House) -> None:
    await house.connect()
    await house.shortcut(GUEST, NEW)
    assert "Guests of this workspace cannot work with leads." in house.says(GUEST)


async def test_a_window_that_comes_too_late_is_told_by_direct_message(house: House) -> None:
    await house.connect()
    house.slack.faults.add("slack:views.open", "expired_trigger_id", 1)
    await house.shortcut(ZOE, NEW)
    assert house.view(ZOE) is None
    assert "Slack closed the window before I could open it." in shown(house.dms(ZOE)[-1])
    await house.shortcut(ZOE, NEW)
    assert await house.submit(ZOE, email="sofia@example.com") == {}


async def test_a_new_lead_in_a_system_whose_form_has_pages(house: House) -> None:
    await house.connect("west", provider="lofty")
    await house.shortcut(ZOE, NEW)
    assert "west" in house.says(ZOE)
    view = house.view(ZOE)
    assert view is not None
    assert view["callback_id"] == Form.ACTION


# ---------------------------------------------------------------------------------------- add to lead


async def test_a_message_becomes_a_note_with_its_author_and_a_link_back(desk: House) -> None:
    (card,) = desk.cards()
    said = desk.slack.people.message(SAM, LEADS, "She called & wants <two> rooms")
    await desk.shortcut(ZOE, ADD, said)
    assert desk.typed(ZOE) == {"lead": None, "note": "She called & wants <two> rooms"}
    assert "Sam Reyes" in desk.says(ZOE)
    offered = await desk.options(ZOE, "lead", "")
    assert list(offered) == [number(card)]
    assert offered[number(card)].startswith(f"{ref(card)} · Sofia M. · ")
    assert await desk.submit(ZOE, lead=number(card)) == {}
    assert f"The message is a note of *{ref(card)}* now." in desk.says(ZOE)
    link = f"https://{desk.slack.workspace.team.domain}.slack.com/archives/{LEADS}/p{said.ts.replace('.', '')}"
    expected = f"She called & wants <two> rooms\n— Sam Reyes, in Slack: {link}"
    assert await notes(desk, card) == [(ZOE, expected)]
    assert "Zoe Lind added a note; *Details* shows it." in desk.thread(card)
    await desk.press_in_view(ZOE, "details")
    assert "Zoe Lind added a note" in desk.says(ZOE)
    assert "She called" not in desk.says(ZOE)  # it is the owner's, and the admins'
    answer = await desk.command(ADA, f"/leads show {ref(card)}")
    assert answer is None
    assert "She called & wants <two> rooms" in desk.says(ADA)


async def test_on_a_card_and_in_its_thread_the_lead_is_filled_in(desk: House) -> None:
    await desk.arrive(firstName="Another")
    first, second = desk.cards()
    await desk.shortcut(ZOE, ADD, first)
    assert desk.typed(ZOE)["lead"] == number(first)
    await desk.slack.modals.close(ZOE)
    reply = desk.slack.people.message(SAM, LEADS, "Spoke to her", second.ts)
    await desk.shortcut(ZOE, ADD, reply)
    assert desk.typed(ZOE)["lead"] == number(second)
    assert await desk.submit(ZOE) == {}
    ((author, body),) = await notes(desk, second)
    assert author == ZOE
    assert body.startswith("Spoke to her\n— Sam Reyes, in Slack: https://")
    assert f"thread_ts={second.ts}" in body
    assert await notes(desk, first) == []


async def test_the_text_may_be_changed_before_it_is_added(desk: House) -> None:
    (card,) = desk.cards()
    said = desk.slack.people.message(SAM, LEADS, "hm")
    await desk.shortcut(ZOE, ADD, said)
    await desk.options(ZOE, "lead", "")
    assert set(await desk.submit(ZOE, lead=number(card), note="  ")) == {"note"}
    assert await desk.submit(ZOE, note="Wants a garden") == {}
    ((_, body),) = await notes(desk, card)
    assert body.startswith("Wants a garden\n— Sam Reyes")


async def test_one_reads_names_and_addresses_in_the_note_and_not_slacks_marks(desk: House) -> None:
    (card,) = desk.cards()
    await desk.home(SAM)  # so that he is known
    message = desk.slack.workspace.post(
        LEADS,
        ZOE,
        f"<@{SAM}> see <https://example.com/a?b=1&amp;c=2|the plan> in <#C0NORTH|north-team> <!here> &lt;b&gt;",
    )
    await desk.shortcut(ZOE, ADD, message)
    text = "@Sam Reyes see the plan (https://example.com/a?b=1&c=2) in #north-team @here <b>"
    assert desk.typed(ZOE)["note"] == text
    await desk.options(ZOE, "lead", "")
    assert await desk.submit(ZOE, lead=number(card)) == {}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("plain", "plain"),
        ("<@U1>", "@Ada"),
        ("<@U2|bob>", "@bob"),
        ("<@U3>", "@somebody"),
        ("<https://example.com>", "https://example.com"),
        ("<mailto:a@example.com|a@example.com>", "a@example.com"),
        ("<tel:+441234|01234>", "01234 (+441234)"),
        ("<!subteam^S1|@sales> <!channel>", "@sales @channel"),
        ("<!date^1392734382^{date}|18 Feb>", "18 Feb"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("1 < 2\x00 >", "1 < 2 >"),
    ],
)
def test_marks_of_slack_are_read_out(written: str, read: str) -> None:
    assert spoken(written, {"U1": "Ada"}) == read


def test_each_mention_is_named_once() -> None:
    assert mentioned("<@U1> <@U2|bob> <@U1> <#C1>") == ["U1", "U2"]


async def test_a_message_without_text_gets_a_sentence(desk: House) -> None:
    desk.slack.people.upload(SAM, LEADS, "plan.csv", b"a,b")
    (message,) = [m for m in desk.messages(LEADS) if m.files]
    await desk.shortcut(ZOE, ADD, message)
    assert desk.view(ZOE) is None
    assert desk.told(ZOE)[-1].startswith("This message has no text that could become a note.")


async def test_a_guest_cannot_add_to_a_lead(desk: House) -> None:
    message = desk.slack.people.message(SAM, PARTNERS, "Hello")
    await desk.shortcut(GUEST, ADD, message)
    assert desk.view(GUEST) is None
    assert desk.told(GUEST, PARTNERS)[-1].startswith("Guests of this workspace cannot work with leads.")


async def test_before_there_is_a_lead_a_sentence_says_so(house: House) -> None:
    message = house.slack.people.message(SAM, LEADS, "Hello")
    await house.shortcut(ZOE, ADD, message)
    assert "There is no lead that you could add this to yet." in house.told(ZOE)[-1]
    await house.connect()
    await house.arrive()
    await house.shortcut(ZOE, ADD, message)
    assert house.view(ZOE) is not None


async def test_where_the_bot_is_not_in_the_conversation_the_note_says_who_wrote_it_without_a_link(desk: House) -> None:
    (card,) = desk.cards()
    desk.slack.workspace.channels[GENERAL].is_private = True
    message = desk.slack.people.message(SAM, GENERAL, "Heard this in private")
    await desk.shortcut(ZOE, ADD, message)
    await desk.options(ZOE, "lead", "")
    assert await desk.submit(ZOE, lead=number(card)) == {}
    assert "Leadbell is not in that conversation, so the note carries no link back." in desk.says(ZOE)
    assert await notes(desk, card) == [(ZOE, "Heard this in private\n— Sam Reyes, in Slack")]


async def test_what_an_app_wrote_can_be_added_too(desk: House) -> None:
    (card,) = desk.cards()
    await desk.shortcut(ZOE, ADD, card)
    assert await desk.submit(ZOE) == {}
    ((_, body),) = await notes(desk, card)
    assert "\n— Leadbell, in Slack: https://" in body


async def test_leads_are_found_by_number_name_and_place_and_mine_come_first(desk: House) -> None:
    await desk.arrive(firstName="Ben", lastName="Beech")
    await desk.arrive(firstName="Cleo", lastName="Cedar")
    sofia, ben, cleo = desk.cards()
    await desk.press(ZOE, sofia, "claim")
    message = desk.slack.people.message(SAM, LEADS, "Hello")
    await desk.shortcut(ZOE, ADD, message)
    assert list(await desk.options(ZOE, "lead", "")) == [number(c) for c in (sofia, cleo, ben)]
    assert list(await desk.options(ZOE, "lead", ref(ben).casefold())) == [number(ben)]
    assert list(await desk.options(ZOE, "lead", "cleo")) == [number(cleo)]
    assert list(await desk.options(ZOE, "lead", "nobody")) == []


async def test_a_private_lead_is_offered_to_its_owner_and_admins_only(desk: House) -> None:
    (card,) = desk.cards()
    await desk.press(SAM, card, "claim")
    await desk.arrive(firstName="Ben")
    _, ben = desk.cards()
    await desk.sandbox.bot.database.write(
        lambda tx: tx.run("UPDATE leads SET private = 1 WHERE number = ?", int(number(card)))
    )
    reply = desk.slack.people.message(SAM, LEADS, "Hello", card.ts)
    for person, offered in (
        (ZOE, [number(ben)]),
        (SAM, [number(card), number(ben)]),
        (ADA, [number(ben), number(card)]),
    ):
        await desk.shortcut(person, ADD, reply)
        assert list(await desk.options(person, "lead", "")) == offered
        assert desk.typed(person)["lead"] == (None if person == ZOE else number(card))
    assert list(await desk.options(ZOE, "lead", ref(card))) == []
    view = desk.slack.workspace.views.top(ZOE)
    assert view is not None
    desk.slack.workspace.offer(
        ZOE, "lead", "value", [{"text": {"type": "plain_text", "text": "x"}, "value": number(card)}]
    )
    assert set(await desk.submit(ZOE, lead=number(card))) == {"lead"}
    assert await notes(desk, card) == []
    assert await desk.submit(ZOE, lead=number(ben)) == {}


@pytest.mark.parametrize("value", ["99999999999999999999", "north", "-1", "0", "1'"])
async def test_a_lead_that_is_none_is_refused_on_its_input(desk: House, value: str) -> None:
    (card,) = desk.cards()
    message = desk.slack.people.message(SAM, LEADS, "Hello")
    await desk.shortcut(ZOE, ADD, message)
    desk.slack.workspace.offer(ZOE, "lead", "value", [{"text": {"type": "plain_text", "text": "x"}, "value": value}])
    assert set(await desk.submit(ZOE, lead=value)) == {"lead"}
    await desk.options(ZOE, "lead", "")
    assert await desk.submit(ZOE, lead=number(card)) == {}


async def test_the_window_sent_twice_makes_one_note(desk: House) -> None:
    (card,) = desk.cards()
    await desk.shortcut(ZOE, ADD, desk.slack.people.message(SAM, LEADS, "Hello"))
    await desk.options(ZOE, "lead", "")
    await asyncio.gather(desk.submit(ZOE, lead=number(card)), desk.submit(ZOE, lead=number(card)))
    assert len(await notes(desk, card)) == 1


async def test_a_long_message_is_shortened_to_what_a_note_holds(desk: House) -> None:
    (card,) = desk.cards()
    message = desk.slack.workspace.post(LEADS, SAM, "word " * 5000)
    await desk.shortcut(ZOE, ADD, message)
    await desk.options(ZOE, "lead", "")
    assert await desk.submit(ZOE, lead=number(card)) == {}
    ((_, body),) = await notes(desk, card)
    assert len(body) <= 2900
    assert "…\n— Sam Reyes, in Slack: https://" in body


@pytest.mark.parametrize("fault", ["fatal_error", "503"])
async def test_where_slack_cannot_be_asked_for_the_link_what_was_typed_is_kept(desk: House, fault: str) -> None:
    (card,) = desk.cards()
    await desk.shortcut(ZOE, ADD, desk.slack.people.message(SAM, LEADS, "Hello"))
    await desk.options(ZOE, "lead", "")
    desk.slack.faults.add("slack:chat.getPermalink", fault, 1)
    errors = await desk.submit(ZOE, lead=number(card), note="Changed")
    assert errors
    assert desk.typed(ZOE)["note"] == "Changed"
    assert await notes(desk, card) == []
    assert await desk.submit(ZOE) == {}
    ((_, body),) = await notes(desk, card)
    assert body.startswith("Changed\n— Sam Reyes, in Slack: https://")


async def test_the_note_goes_to_a_lead_system_that_takes_notes(make_house: Callable[..., Any]) -> None:
    house: House = await make_house()
    await house.connect("west", provider="lofty")
    await house.subscribe()
    await house.arrive("lofty", firstName="Kit", stage="New Lead", emails=["kit@example.com"])
    (card,) = house.cards()
    reply = house.slack.people.message(SAM, LEADS, "Wants a pool", card.ts)
    await house.shortcut(ZOE, ADD, reply)
    assert await house.submit(ZOE) == {}
    assert f"The message is a note of *{ref(card)}* now and goes to Lofty." in house.says(ZOE)
    await house.poll()
    assert "sent to Lofty" in shown(card)
