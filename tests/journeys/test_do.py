"""``/leads do``: any operation of a lead system, from the search, from words, from a form; and what comes of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.files import StoredFile
from bot.sandbox.messages import Message
from commands.forms.values import Reading, moment_of
from tests.conftest import ADA, GUEST, PARTNERS, ZOE, House, shown

Json = dict[str, Any]


async def search(house: House, user: str, words: str) -> list[str]:
    """What the palette offers while somebody types."""
    found = await house.slack.interactions.options(user, "action", "choose", words)
    return [o["text"]["text"] for o in found["options"]]


async def pick(house: House, user: str, words: str, nth: int = 0) -> None:
    """Choose in the palette."""
    found = await house.slack.interactions.options(user, "action", "choose", words)
    await house.slack.interactions.press_in_view(user, "action", "choose", found["options"][nth]["value"])
    await house.quiet()


def inputs(house: House, user: str) -> list[str]:
    return [b["block_id"] for b in (house.view(user) or {"blocks": []})["blocks"] if b["type"] == "input"]


async def test_the_palette_searches_all_actions_and_opens_their_form(house: House) -> None:
    await house.connect()
    await house.command(ADA, "/leads do")
    assert "What would you like to do?" in house.says(ADA)
    assert await search(house, ADA, "get lea") == ["Get leads · north"]
    assert await search(house, ADA, "lea nor") == ["Get leads · north", "Import leads · north"]
    assert await search(house, ADA, "zebra") == []
    await pick(house, ADA, "get")
    assert "Get leads · north" in house.says(ADA).replace("*", "")
    assert inputs(house, ADA) == ["sort", "page", "size"]


async def test_what_was_used_last_comes_first(house: House) -> None:
    await house.connect()
    await house.command(ADA, "/leads do import")
    await house.slack.modals.close(ADA, all_views=True)
    await house.command(ADA, "/leads do north import-leads data.1.email:kit@example.com")
    await house.slack.modals.close(ADA, all_views=True)
    await house.command(ADA, "/leads do")
    assert "Used last" in house.says(ADA)
    assert (await search(house, ADA, "leads"))[0] == "Import leads · north"


async def test_without_a_connection_it_says_what_to_do(house: House) -> None:
    told = await house.command(ZOE, "/leads do")
    assert "/leads connect" in shown(told)


async def test_words_run_an_action_and_the_result_has_pages_and_a_file(house: House) -> None:
    await house.connect()
    for n in range(12):
        await house.kpro.arrive(firstName=f"Kit{n:02}")
    await house.command(ADA, "/leads do north get-leads size:10 sort:-createdAt")
    assert "Kit11" in house.says(ADA)
    assert "1–8 of 10" in house.says(ADA)
    await house.press_in_view(ADA, "result", nth=8)
    assert "Kit03" in house.says(ADA)
    await house.press_in_view(ADA, "result", nth=2)
    assert "Kit01" in house.says(ADA)
    await house.press_in_view(ADA, "result", nth=0)
    assert "E-mail" in house.says(ADA) or "Email" in house.says(ADA)
    await house.press_in_view(ADA, "result-back")
    await house.press_in_view(ADA, "result-file")
    assert "sent to you as a CSV" in house.says(ADA)
    (message,) = [m for m in house.dms(ADA) if m.files]
    content = file_of(house, message)
    assert content.splitlines()[0].startswith("id")
    assert sum("Kit" in line for line in content.splitlines()) == 12


async def test_contact_data_is_hidden_from_members_and_shown_to_admins(house: House) -> None:
    await house.connect()
    lead = await house.kpro.arrive(firstName="Kit", lastName="Marlowe", email="kit@example.com")
    for user, sees in ((ADA, True), (ZOE, False)):
        await house.command(user, "/leads do north get-leads size:1 sort:-createdAt")
        assert ("Marlowe" in house.says(user)) is sees
        await house.press_in_view(user, "result", nth=0)
        assert "Kit" in house.says(user)
        assert (lead["email"] in house.says(user)) is sees
        assert ("Contact data is hidden" in house.says(user)) is not sees
        await house.press_in_view(user, "result-file")
        (message,) = [m for m in house.dms(user) if m.files]
        content = file_of(house, message)
        assert ("Marlowe" in content) is sees


async def test_what_is_missing_is_asked_for_with_what_was_given_filled_in(house: House) -> None:
    await house.connect()
    await house.command(ADA, "/leads do north import-leads data.1.firstName:Kit")
    typed = house.typed(ADA)
    assert typed["data/1/firstName"] == "Kit"
    assert "Please fill this in." in house.says(ADA)
    errors = await house.submit(ADA, **{"data/1/email": "kit@example.com"})
    assert errors == {}
    assert "done in KPro Marketing" in house.says(ADA)
    assert [row["firstName"] for row in house.kpro.imported] == ["Kit"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("north get-leads pge:2", "Did you mean `page:`?"),
        ("north get-leads size:many", "Write a whole number"),
        ("north get-leads size:5000", "Use 1000 or less"),
        ("north get-leads oops", "I do not know `oops`"),
        ("north get-leds", "Nothing that you may run fits"),
    ],
)
async def test_words_that_are_wrong_are_answered_with_what_to_write(house: House, words: str, sentence: str) -> None:
    await house.connect()
    told = await house.command(ADA, f"/leads do {words}")
    assert sentence in f"{shown(told) if told else ''}{house.says(ADA)}"


async def test_rows_are_added_and_removed_and_keep_what_was_typed(house: House) -> None:
    await house.connect()
    await house.command(ADA, "/leads do north import-leads")
    assert "data/1/email" in inputs(house, ADA)
    await press_form(house, ADA, "Add to Leads", **{"data/1/email": "one@example.com"})
    await go_to(house, ADA, "data/2/email")
    await press_form(house, ADA, "Next", **{"data/2/email": "two@example.com"})
    await go_to(house, ADA, "data/1/email")
    assert house.typed(ADA)["data/1/email"] == "one@example.com"
    await press_form(house, ADA, "Remove")
    await go_to(house, ADA, "data/2/email")
    assert house.typed(ADA)["data/2/email"] == "two@example.com"
    assert "data/1/email" not in house.typed(ADA)


async def test_an_error_on_another_page_is_shown_there(house: House) -> None:
    await house.connect()
    words = " ".join(f"data.{n}.email:p{n}@example.com" for n in range(1, 4))
    await house.command(ADA, f"/leads do north import-leads {words} data.3.bedrooms:many")
    assert "data/3/bedrooms" in inputs(house, ADA)
    assert "Write whole numbers" in house.says(ADA)
    await go_to(house, ADA, "data/1/email")
    assert house.typed(ADA)["data/1/email"] == "p1@example.com"


async def test_a_form_is_sent_once(house: House) -> None:
    await house.connect()
    await house.command(ADA, "/leads do north import-leads data.1.firstName:Kit")
    values = {"data/1/email": {"value": "kit@example.com"}}
    await asyncio.gather(*(house.slack.modals.submit(ADA, values) for _ in range(2)), return_exceptions=True)
    await house.quiet()
    assert len(house.kpro.imported) == 1


async def test_a_refusal_stands_on_its_input_and_everything_typed_stays(house: House) -> None:
    await house.connect()
    await house.command(ADA, "/leads do north import-leads data.1.email:kit@example.com data.1.listingId:999999999")
    assert "999999999" in str(house.typed(ADA).get("data/1/listingId")) or "refuses" in house.says(ADA)


async def test_an_outage_keeps_the_form_one_press_away(house: House) -> None:
    await house.connect()
    house.kpro.fault("503", 2)
    await house.command(ADA, "/leads do north get-leads size:3")
    assert "cannot be asked just now" in house.says(ADA)
    await house.press_in_view(ADA, "form")
    assert house.typed(ADA)["size"] == "3"
    assert await house.submit(ADA, size="3") == {}
    assert "of 3" in house.says(ADA) or "Nothing found" in house.says(ADA)


async def test_a_draft_is_somebodys_own_and_goes_after_a_day(house: House) -> None:
    await house.connect()
    await house.command(ADA, "/leads do north get-leads")
    await house.sandbox.advance(timedelta(hours=25).total_seconds())
    errors = await house.submit(ADA, size="3")
    assert "expired" in f"{errors}{house.says(ADA)}"


async def test_a_guest_is_not_let_in(house: House) -> None:
    await house.connect()
    told = await house.command(GUEST, "/leads do north get-leads", PARTNERS)
    assert told is not None
    assert house.view(GUEST) is None


async def test_times_are_read_in_the_persons_zone(house: House) -> None:

    now = house.sandbox.clock.now()
    there = moment_of("tomorrow 9am", Reading("America/New_York", now))
    assert there.hour in (13, 14)
    assert timedelta(0) < there - now < timedelta(days=3)


# ------------------------------------------------------------------------------------------- gestures


def file_of(house: House, message: Message) -> str:
    """The text of a message's file."""
    stored = house.slack.workspace.files.get(message.files[0]["id"])
    assert isinstance(stored, StoredFile)
    return stored.content.decode("utf-8-sig")


async def press_form(house: House, user: str, label: str, **typed: Any) -> None:
    """Press a button of the form by what it says; ``typed`` was typed into inputs before."""
    values = {block: {"value": value} for block, value in typed.items()}
    view = house.view(user) or {"blocks": []}
    for block in view["blocks"]:
        for element in [*(block.get("elements") or []), *([block["accessory"]] if block.get("accessory") else [])]:
            if element.get("type") == "button" and element["text"]["text"].startswith(label):
                await house.slack.interactions.press_in_view(
                    user, block["block_id"], element["action_id"], values=values
                )
                await house.quiet()
                return
    raise AssertionError(f"no button {label!r}")


async def go_to(house: House, user: str, place: str) -> None:
    """Turn the pages until an input is there."""
    for label in ("◀ Back", "Next ▶"):
        for _ in range(6):
            if place in inputs(house, user):
                return
            try:
                await press_form(house, user, label)
            except AssertionError:
                break
    assert place in inputs(house, user)
