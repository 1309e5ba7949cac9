"""What people type wrongly, and what Lofty refuses: a sentence where they are looking, and nothing half done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox.files import StoredFile
from providers.lofty.stand_in import LoftyStandIn
from providers.lofty.stand_in.account import Account, Call
from tests.conftest import ADA, House, shown

Json = dict[str, Any]
GONE = 651_999_999_999_999
TASK = "type:Call content:Ring assignedRole:Agent"


def lofty(house: House) -> LoftyStandIn:
    system = house.sandbox.systems["lofty"]
    assert isinstance(system, LoftyStandIn)
    return system


@pytest.fixture
async def house(make_house: Callable[..., Any]) -> House:
    made: House = await make_house()
    await made.connect("texas", provider="lofty", webhook=[])
    return made


async def say(house: House, words: str) -> str:
    """Type it; all that is then to be seen."""
    told = await house.command(ADA, f"/leads do texas {words}")
    return f"{shown(told) if told else ''}\n{house.says(ADA)}".replace("\u200b", "")


def notices(house: House) -> dict[str, str]:
    """The sentences above the inputs of the open form, by input."""
    blocks = (house.view(ADA) or {"blocks": []})["blocks"]
    found = [(str(b.get("block_id", "")), b) for b in blocks]
    return {n.removeprefix("notice:"): b["text"]["text"] for n, b in found if n.startswith("notice:")}


def changes(house: House) -> list[tuple[str, str]]:
    return [(method, path) for method, path in lofty(house).requests if method != "GET"]


# ----------------------------------------------------------------------------------- seen before it is sent

MONEY = "leadId:{lead} transactionName:Mill"


@pytest.mark.parametrize(
    ("words", "place", "sentence"),
    [
        ("leads limit:many", "limit", "Write a whole number"),
        ("leads limit:0", "limit", "Use 1 or more"),
        ("leads limit:101", "limit", "Use 100 or less"),
        ("leads assignedUserId:Nobody", "assignedUserId", ""),
        (f"add-task leadId:{{lead}} {TASK} deadline:yesterday", "deadline", "That is in the past."),
        (f"add-task leadId:{{lead}} {TASK} deadline:whenever", "deadline", "is not a time I understand"),
        ("add-task leadId:{lead} type:Shout content:x assignedRole:Agent deadline:tomorrow", "type", "Choose one of"),
        ("edit-lead leadId:{lead} tagsAdd:" + ",".join(f"t{n}" for n in range(300)), "tagsAdd", "Give 100 or fewer"),
        ("edit-lead leadId:{lead} tagsAdd:" + "y" * 65, "tagsAdd", "64 characters or fewer"),
        ("edit-lead leadId:{lead} firstName:" + "x" * 31, "firstName", "30 characters or fewer"),
        ("edit-lead leadId:{lead} emails:nobody", "emails", "e-mail address"),
        ("edit-lead leadId:{lead} cannotCall:perhaps", "cannotCall", "Write yes or no."),
        ("add-lead firstName:" + "x" * 31, "firstName", "30 characters or fewer"),
        ("add-lead lastName:Ward", "firstName", "Please fill this in."),
        ("add-note leadId:{lead} content:" + "x" * 2001, "content", "2000 characters or fewer"),
        (f"add-transaction {MONEY} homePrice:lots", "homePrice", "is not an amount"),
        (f"add-transaction {MONEY} closeDate:soonish", "closeDate", "is not a time I understand"),
        ("log-contact leadId:{lead} logType:logCall content:x", "leadPhoneNumber", ""),
        ("get-lead leadId:LO-9999", "leadId", ""),
        ("get-user userId:Nobody", "userId", ""),
        ("add-webhook listId:2 callbackUrl:http://plain.example.com/", "callbackUrl", "https"),
        ("login-link leadId:{lead} loftyWebsiteURL:homes", "loftyWebsiteURL", ""),
        ("assign-lead leadId:{lead} assignees.1.role:Agent assignees.1.assignee:zoe", "assignees/1/assignee", "e-mail"),
        ("get-note noteId:one", "noteId", "Write a whole number"),
        ('agent-communication type:CALL startTime:"3 days ago" endTime:"today 0:00"', "endTime", "at most 24 hours"),
        ("agent-communication type:CALL startTime:monday endTime:banana", "endTime", "is not a time I understand"),
    ],
)
async def test_what_is_typed_wrongly_is_a_sentence_on_its_input_and_is_not_sent(
    house: House, words: str, place: str, sentence: str
) -> None:
    lead = await house.arrive("lofty", firstName="Kit")
    asked = len(lofty(house).requests)
    said = await say(house, words.format(lead=lead["leadId"]))
    found = notices(house)
    assert place in found, said[:800]
    assert sentence in found[place].replace("\u200b", ""), found
    assert changes(house) == []
    learning = [p for _, p in lofty(house).requests[asked:]]  # names for the form, at the most
    assert not [p for p in learning if f"/{lead['leadId']}" in p]


async def test_the_same_on_the_open_form_and_all_that_was_typed_stays(house: House) -> None:
    lead = await house.arrive("lofty", firstName="Kit")
    await say(house, f"add-task leadId:{lead['leadId']}")
    now = int(house.sandbox.clock.now().timestamp())
    errors = await house.submit(ADA, content="Ring", deadline=now - 86400, type="Call", assignedRole="Agent")
    assert errors == {"deadline": "That is in the past. Choose a later time."}
    assert house.typed(ADA)["content"] == "Ring"
    assert changes(house) == []
    assert await house.submit(ADA, deadline=now + 86400) == {}
    assert "done in Lofty" in house.says(ADA)
    assert [task["content"] for task in lofty(house).account.tasks.values()] == ["Ring"]


# ------------------------------------------------------------------------------------------ refused there


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("get-lead leadId:{gone}", "leadId"),
        ("edit-lead leadId:{gone} firstName:Kit", "leadId"),
        ("notes leadId:{gone}", "leadId"),
        ("add-note leadId:{gone} content:Hello", "leadId"),
        (f"add-task leadId:{{gone}} {TASK} deadline:tomorrow", "leadId"),
        ("transactions leadId:{gone}", "leadId"),
        ("assign-lead leadId:{gone} assignees.1.role:Agent assignees.1.assignee:zoe@harbourhomes.example", "leadId"),
    ],
)
async def test_a_lead_that_is_not_there_is_a_sentence_on_its_input(house: House, words: str, place: str) -> None:
    said = await say(house, words.format(gone=GONE))
    found = notices(house)
    assert place in found, said[:800]
    assert "Lofty has no such lead (any more), or this account may not see it." in found[place]
    assert (lofty(house).account.notes, lofty(house).account.tasks) == ({}, {})


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("get-note noteId:1", "nothing with this number"),
        ("edit-note noteId:1 content:x", "nothing with this number"),
        ("delete-note noteId:1", "nothing with this number"),
        ("get-task taskId:1", "(any more)"),
        ("get-logged-contact logTypeId:1", "nothing with this number"),
        ("get-user userId:1", "no such user"),
        ("get-member account:no@example.com", "no such user"),
        ("get-transaction leadId:{lead} transactionId:1", "no such transaction"),
        ("remove-broker-team id:1", "no such team"),
        ("get-pond id:1", "does not permit"),
        ("get-call callId:1", "does not permit"),
        ("sync-brokermint-transaction id:1", "no such transaction"),
        ("sync-brokermint-lead externalId:x", "not linked"),
    ],
)
async def test_anything_else_that_is_not_there_is_a_sentence_too(house: House, words: str, sentence: str) -> None:
    lead = await house.arrive("lofty", firstName="Kit")
    said = await say(house, words.format(lead=lead["leadId"]))
    if (house.view(ADA) or {}).get("callback_id") == "confirm":
        await house.submit(ADA)
        said = house.says(ADA)
    assert sentence in said, said[:800]
    assert "Lofty" in said
    assert "done in Lofty" not in said
    for code in ("20006", "20007", "20017", "200060", "_NOT_EXIST", "PERMISSION_DENIED", "HTTP"):
        assert code not in said


SHAPES = tuple(f"shape:{n}" for n in range(1, 5))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("denied", "Lofty does not permit that to this account. Ask whoever is admin in Lofty."),
        ("not-vendor", "Lofty has not opened this part of its API to your account. Ask Lofty's support for it."),
    ],
)
async def test_a_permission_that_is_refused_is_said_in_whatever_shape_it_comes(
    house: House, kind: str, sentence: str, shape: str
) -> None:
    lead = await house.arrive("lofty", firstName="Kit")
    lofty(house).fault(shape)
    lofty(house).fault(kind)
    said = await say(house, f"add-note leadId:{lead['leadId']} content:Hello")
    assert sentence in said, said
    assert lofty(house).account.notes == {}
    await house.poll()
    assert not [m for m in house.dms(ADA) if "Polling is paused" in m.text]  # of the action, not of the key
    await house.press_in_view(ADA, "form")
    assert house.typed(ADA)["content"] == "Hello"
    assert await house.submit(ADA) == {}
    assert [note["content"] for note in lofty(house).account.notes.values()] == ["Hello"]


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_lead_that_is_gone_is_said_in_whatever_shape_it_comes(house: House, shape: str) -> None:
    lofty(house).fault(shape)
    await say(house, f"get-lead leadId:{GONE}")
    assert "Lofty has no such lead" in notices(house)["leadId"]


@pytest.mark.parametrize(
    ("words", "place", "sentence"),
    [
        (
            "edit-transaction leadId:{lead} transactionId:{made} transactionStatus:Nonsense",
            "transactionStatus",
            "pipeline",
        ),
        ("edit-default-routing-rule type:1 touchMinutes:90", "touchMinutes", ""),
        ("add-inquiry leadId:{lead} priceMin:500000 priceMax:100000", "priceMin", ""),
    ],
)
async def test_what_lofty_alone_knows_to_be_wrong_stands_on_its_input(
    house: House, words: str, place: str, sentence: str
) -> None:
    lead = await house.arrive("lofty", firstName="Kit")
    await say(house, f"add-transaction leadId:{lead['leadId']} transactionName:Mill")
    said = await say(house, words.format(lead=lead["leadId"], made=max(lofty(house).account.transactions)))
    if (house.view(ADA) or {}).get("callback_id") == "confirm":
        await house.submit(ADA)
        said = house.says(ADA)
    assert sentence in notices(house).get(place, "nothing"), said


async def test_nothing_is_done_by_half_where_one_of_two_assignees_is_nobody(house: House) -> None:
    lead = await house.arrive("lofty", firstName="Kit")
    first, second = "assignees.1.role:Agent assignees.1.assignee:zoe@harbourhomes.example", "assignees.2.role:Lender"
    said = await say(house, f"assign-lead leadId:{lead['leadId']} {first} {second} assignees.2.assignee:no@example.com")
    assert "no such user" in said
    (held,) = [one for one in lofty(house).leads if one["leadId"] == lead["leadId"]]
    assert held["assignedUser"] == ""


async def test_a_form_that_has_expired_says_so_and_sends_nothing(house: House) -> None:
    lead = await house.arrive("lofty", firstName="Kit")
    await say(house, f"delete-lead leadId:{lead['leadId']} reason:Spam")
    await house.sandbox.advance(25 * 3600)
    errors = await house.submit(ADA)
    assert "expired" in f"{errors}{house.says(ADA)}"
    assert changes(house) == []


# ------------------------------------------------------------------------------------- lists without an end


def repeat(house: House, name: str) -> list[Json]:
    """From now on an operation ignores paging: it always gives its first page. What it was asked is noted."""
    plays, asked = lofty(house)._plays, []
    real: Any = plays[name]

    def again(account: Account, call: Call) -> Any:
        asked.append(dict(call.query))
        call.query = {k: v for k, v in call.query.items() if k not in ("offset", "scrollId", "currentId", "curPage")}
        return real(account, call)

    plays[name] = again  # type: ignore[index]
    return asked


@pytest.mark.parametrize(
    ("words", "name", "rows"),
    [
        ("leads limit:10", "GET /v1.0/leads", 10),
        ("members limit:2", "GET /v1.0/members", 2),
        ("logged-contacts leadId:{lead} logType:logText limit:5", "GET /v1.0/logType", 5),
        ("activities leadId:{lead}", "GET /v1.0/leads/{leadId}/activities", None),
    ],
)
async def test_a_list_that_repeats_itself_ends(house: House, words: str, name: str, rows: int | None) -> None:
    for n in range(12):
        lead = await house.arrive("lofty", firstName=f"Kit{n:02}")
    for n in range(12):
        await say(house, f"log-contact leadId:{lead['leadId']} logType:logText content:m{n}")
        await say(
            house,
            f"add-activity leadId:{lead['leadId']} type:Browse text:a{n} link:https://example.com/{n}"
            f" picture:https://example.com/{n}.jpg",
        )
    asked = repeat(house, name)
    await say(house, words.format(lead=lead["leadId"]))
    await house.press_in_view(ADA, "result-file")
    (message,) = [m for m in house.dms(ADA) if m.files]
    stored = house.slack.workspace.files.get(message.files[0]["id"])
    assert isinstance(stored, StoredFile)
    lines = [line for line in stored.content.decode("utf-8-sig").splitlines() if line.strip()]
    assert len(asked) <= 5
    assert rows is None or len(lines) == rows + 1


async def test_the_next_page_of_a_list_that_repeats_itself_says_that_there_is_no_more(house: House) -> None:
    for n in range(5):
        await house.arrive("lofty", firstName=f"Kit{n:02}")
    repeat(house, "GET /v1.0/leads")
    await say(house, "leads limit:3")
    blocks = (house.view(ADA) or {})["blocks"]
    labels = [e["text"]["text"] for b in blocks for e in b.get("elements") or () if e.get("type") == "button"]
    assert "Next page ▶" in labels
    before = len(lofty(house).requests)
    await house.press_in_view(ADA, "result", nth=3)
    assert len(lofty(house).requests) - before <= 2
    assert "There is nothing more." in house.says(ADA)


async def test_the_feed_of_a_list_that_repeats_itself_ends_and_loses_nobody(make_house: Callable[..., Any]) -> None:
    made: House = await make_house(history=130)
    lofty(made).fault("lacks-times")
    asked = repeat(made, "GET /v1.0/leads")
    await made.connect("texas", provider="lofty", webhook=[])
    await made.subscribe()
    await made.arrive("lofty", firstName="Kit")
    assert ["Kit" in shown(card) for card in made.cards()] == [True]
    assert len(asked) < 40
