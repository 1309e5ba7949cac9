"""Finding leads with words, paging through them, and what happens when a word is misspelt."""

from __future__ import annotations

import re

import pytest

from bot.sandbox.messages import Message
from commands.registry import VERBS
from tests.conftest import ADA, LEADS, SAM, ZOE, House, action_ids, shown

ZOOPLA = {"id": 3, "code": "ZPL", "name": "Zoopla"}
RIGHTMOVE = {"id": 4, "code": "RM", "name": "Rightmove"}


def place(name: str) -> dict[str, object]:
    return {"id": 1, "name": name, "building": None, "street": None, "postcode": "E1 1AA", "town": "London"}


def listing(name: str, scheme: str) -> dict[str, object]:
    return {"id": 2, "name": name, "availabilityStatus": "For Sale", "schemes": [scheme], "Development": place(name)}


@pytest.fixture
async def stocked(house: House) -> House:
    """Four leads that differ in everything a filter can ask for; Zoe has Anna's."""
    await house.connect()
    await house.subscribe()
    common = {"source": None, "property": None}
    for fields in (
        {"firstName": "Anna", "lastName": "Ash", "site": ZOOPLA, "eligibilityStatus": "passed", "phone": "07700 900111",
         "enquiryType": "new-build", "listing": listing("Riverside", "shared-ownership"), "email": "anna@example.com"},
        {"firstName": "Ben", "lastName": "Beech", "site": RIGHTMOVE, "eligibilityStatus": "failed", "phone": None,
         "enquiryType": "resale", "listing": listing("Hill View", "help-to-buy"), "email": "ben@example.com"},
        {"firstName": "Cleo", "lastName": "Cedar", "site": ZOOPLA, "eligibilityStatus": "incomplete", "phone": None,
         "enquiryType": "general", "listing": None, "email": "cleo@example.com"},
        {"firstName": "Dan", "lastName": "Dogwood", "site": RIGHTMOVE, "eligibilityStatus": "passed", "phone": None,
         "enquiryType": "general", "listing": None, "email": "dan@example.com"},
    ):  # fmt: skip
        await house.arrive(**common, development=(fields["listing"] or {}).get("Development"), **fields)
    await house.press(ZOE, house.cards()[0], "claim")
    return house


async def found(house: House, words: str, user: str = ZOE) -> list[str]:
    """First names of what is listed, in its order."""
    answer = await house.command(user, f"/leads list {words}")
    assert answer is not None
    return re.findall(r"KP-\d+ · (\w+)", shown(answer))


FOUND: tuple[tuple[str, list[str]], ...] = (
    ("", ["Dan", "Cleo", "Ben", "Anna"]),
    ("site:zoopla", ["Cleo", "Anna"]),
    ("source:ZPL", ["Cleo", "Anna"]),
    ("site:zoopla,rightmove", ["Dan", "Cleo", "Ben", "Anna"]),
    ("SITE:Zoopla", ["Cleo", "Anna"]),
    ("eligibility:passed", ["Dan", "Anna"]),
    ("scheme:shared-ownership", ["Anna"]),
    ("scheme:shared-ownership,help-to-buy", ["Ben", "Anna"]),
    ("enquiry:new-build", ["Anna"]),
    ("development:riverside", ["Anna"]),
    ('development:"hill view"', ["Ben"]),
    ("place:hill", ["Ben"]),
    ("unclaimed", ["Dan", "Cleo", "Ben"]),
    ("claimed", ["Anna"]),
    ("mine", ["Anna"]),
    ("owner:me", ["Anna"]),
    ("owner:nobody", ["Dan", "Cleo", "Ben"]),
    ("owner:<@U0ZOE>", ["Anna"]),
    ("owner:<@U0ZOE|zoe>", ["Anna"]),
    ("stage:new", ["Dan", "Cleo", "Ben", "Anna"]),
    ("connection:north", ["Dan", "Cleo", "Ben", "Anna"]),
    ("created:7d", ["Dan", "Cleo", "Ben", "Anna"]),
    ("created:1m", []),
    ("created:2000-01-01..2001-01-01", []),
    ("created:2001-01-01..", ["Dan", "Cleo", "Ben", "Anna"]),
    ("not eligibility:passed", ["Cleo", "Ben"]),
    ("not not eligibility:passed", ["Dan", "Anna"]),
    ("-eligibility:passed", ["Cleo", "Ben"]),
    ("site:zoopla or eligibility:failed", ["Cleo", "Ben", "Anna"]),
    ("site:zoopla not mine or eligibility:failed", ["Cleo", "Ben"]),
    ("or or site:zoopla or", ["Cleo", "Anna"]),
    ("unclaimed eligibility:passed", ["Dan"]),
    ("riverside", ["Anna"]),
    ("“hill view”", ["Ben"]),
    ("cedar", ["Cleo"]),
    ("ceda", []),  # a last name only as a whole: it is not public
    ("anna@example.com", ["Anna"]),
    ("example.com", []),
    ("+447700900111", ["Anna"]),
    ("zzz_nothing", []),
    ("not", ["Dan", "Cleo", "Ben", "Anna"]),
)


async def test_words_find_what_they_say(stocked: House) -> None:
    await stocked.poll(90)
    assert [(words, await found(stocked, words)) for words, _ in FOUND] == list(FOUND)


async def test_mine_is_each_persons_own(stocked: House) -> None:
    assert await found(stocked, "mine", ZOE) == ["Anna"]
    assert await found(stocked, "mine", SAM) == []


async def test_an_empty_result_says_what_to_try(stocked: House) -> None:
    answer = await stocked.command(ZOE, "/leads list site:zoopla eligibility:failed")
    assert answer is not None
    assert answer.text == "No leads for `site:zoopla eligibility:failed`."
    assert "Try fewer words, or `/leads help list`." in shown(answer)
    assert answer.only_for == ZOE


MISSPELT = (
    ("sight:zoopla", "Did you mean `site:`?"),
    ("site:zopla", "Did you mean `site:zoopla`?"),
    ("elegibility:passed", "Did you mean `eligibility:`?"),
    ("connection:norht", "Did you mean `connection:north`?"),
    ("created:yesterday", "a span such as 30m, 24h, 7d, 2w"),
    ("created:2026-13-45", "a span such as 30m, 24h, 7d, 2w"),
    ("site:", "a value right behind the colon"),
    ("owner:zoe", "me, none, or a person with @"),
)


async def test_a_misspelt_word_gets_the_nearest_right_one(stocked: House) -> None:
    for words, said in MISSPELT:
        answer = await stocked.command(ZOE, f"/leads list {words}")
        assert answer is not None
        assert answer.text.startswith("I do not understand `")
        assert said in answer.text


EXTREME = (
    "created:9999w created:0001-01-01 created:9999-12-31 created:0d created:0000-00-00 created:2026-11-07..2026-11-01"
)
SIGNS = ("%", "_", "\\", "'", "x' OR 1=1 --", "*", "\x00", "(", '"', '""', '"x', ":", "a:b:c")


async def test_extreme_times_are_answered(stocked: House) -> None:
    for words in EXTREME.split():
        answer = await stocked.command(ZOE, f"/leads list {words}")
        assert answer is not None
        assert "went wrong" not in answer.text, words


async def test_signs_that_mean_something_elsewhere_mean_nothing_here(stocked: House) -> None:
    for words in SIGNS:
        answer = await stocked.command(ZOE, f"/leads list {words}")
        assert answer is not None
        assert "went wrong" not in answer.text, words
        assert re.findall(r"KP-\d+", shown(answer)) == [] or words.strip('"\x00') == "", words


@pytest.mark.parametrize(
    "command", ["list " + "x" * 10_000, "x" * 10_000, "show " + "9" * 9_990, "claim " + "ä" * 9_990]
)
async def test_a_command_of_ten_thousand_characters_is_answered(house: House, command: str) -> None:
    answer = await house.command(ZOE, f"/leads {command}")
    assert answer is not None
    assert "characters long; I read up to 3,000. Use fewer words." in answer.text


@pytest.mark.parametrize("words", ['"' * 1500, "\\" * 1400, "é" * 1500, "&" * 1500, '"a" ' * 370])
async def test_long_words_of_awkward_signs_break_no_button(make_house, words: str) -> None:  # type: ignore[no-untyped-def]
    house = await make_house(history=20)
    await house.connect()
    answer = await house.command(ZOE, f"/leads list not {words}")
    assert answer is not None
    assert "failed with the error" not in answer.text
    assert "went wrong" not in answer.text


async def test_paging_replaces_the_message_and_comes_back(make_house) -> None:  # type: ignore[no-untyped-def]
    house = await make_house(history=20)
    await house.connect()
    answer = await house.command(ZOE, "/leads list created:30d")
    assert answer is not None
    before = len(house.messages(LEADS, ZOE))

    def refs(message: Message) -> list[str]:
        return re.findall(r"KP-\d+", shown(message))

    first = refs(answer)
    assert len(first) == 8
    assert "*20 leads* for `created:30d`, newest first" in shown(answer)
    assert "1–8 of 20 · times in Europe/London" in shown(answer)
    assert [e["text"]["text"] for b in answer.blocks if b["type"] == "actions" for e in b["elements"]] == ["Older"]
    seen = list(first)
    await house.press(ZOE, answer, "page")
    assert "9–16 of 20" in shown(answer)
    labels = [e["text"]["text"] for b in answer.blocks if b["type"] == "actions" for e in b["elements"]]
    assert labels == ["Newer", "Older"]
    seen += refs(answer)
    await press_label(house, ZOE, answer, "Older")
    assert "17–20 of 20" in shown(answer)
    seen += refs(answer)
    assert len(set(seen)) == 20
    await press_label(house, ZOE, answer, "Newer")
    await press_label(house, ZOE, answer, "Newer")
    assert refs(answer) == first
    assert len(house.messages(LEADS, ZOE)) == before  # one message all the time
    assert "Newer" not in shown(answer)


async def test_details_open_from_a_list(stocked: House) -> None:
    answer = await stocked.command(SAM, "/leads list riverside")
    assert answer is not None
    await stocked.press(SAM, answer, "details")
    assert "Anna A." in stocked.says(SAM)
    assert "anna@example.com" not in stocked.says(SAM)


async def test_a_list_shows_no_contact_data_even_to_an_admin(stocked: House) -> None:
    answer = await stocked.command(ADA, "/leads list")
    assert answer is not None
    for secret in ("Ash", "anna@example.com", "900111"):
        assert secret not in shown(answer)


async def test_help_lists_what_this_person_may_do(house: House) -> None:
    for user, sees in ((ADA, True), (ZOE, False)):
        answer = await house.command(user, "/leads help")
        assert answer is not None
        assert "`/leads list [words]`" in shown(answer)
        assert ("`/leads connect [system]`" in shown(answer)) is sees
    empty = await house.command(ZOE, "/leads")
    assert empty is not None
    assert "`/leads list [words]`" in shown(empty)


async def test_every_word_is_explained(house: House) -> None:
    for verb in VERBS:
        for word in (verb.name, *verb.aliases):
            answer = await house.command(ZOE, f"/leads help {word}")
            assert answer is not None
            assert f"`/leads {verb.usage}`" in shown(answer)
            assert verb.summary in shown(answer)


async def test_an_unknown_word_gets_the_nearest(house: House) -> None:
    for word, near in (("lsit", "list"), ("clam", "claim"), ("conect", "connect"), ("STATUSS", "status")):
        for command in (f"/leads {word} x", f"/leads help {word}"):
            answer = await house.command(ZOE, command)
            assert answer is not None
            assert f"Did you mean `/leads {near}`?" in answer.text


async def test_a_hostile_word_is_repeated_harmlessly(house: House) -> None:
    answer = await house.command(ZOE, "/leads <!channel>`*x*`")
    assert answer is not None
    assert "<!channel>" not in shown(answer)
    assert "&lt;!channel&gt;" in shown(answer)


async def press_label(house: House, user: str, message: Message, label: str) -> None:
    """Press a button by what it says."""
    block, element = next(
        (b, e) for b in message.blocks if b["type"] == "actions" for e in b["elements"] if e["text"]["text"] == label
    )
    await house.slack.interactions.press_in_message(
        user, message.channel, message.ts, block["block_id"], element["action_id"]
    )
    await house.quiet()


async def test_members_may_press_details_in_a_list_after_it_was_released(stocked: House) -> None:
    answer = await stocked.command(SAM, "/leads list unclaimed")
    assert answer is not None
    assert action_ids(answer) == {"details"}
