"""Who the lead system's members are in Slack: by e-mail address, or as an admin says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from providers.errors import Unavailable
from providers.provider import Known
from storage import known, members
from tests.conftest import ADA, LEADS, MAX, SAM, ZOE, House, elements, shown
from tests.journeys.test_writeback import LEAD, TEMPO
from tests.ledger import Ledger

TEAM = "T0LEADBELL"


@pytest.fixture
async def there(make_house: Callable[..., Any]) -> tuple[House, Ledger]:
    ledger = Ledger()
    house: House = await make_house(providers={"kpro": ledger.provider()}, tempo=TEMPO)
    await house.connect()
    await house.subscribe()
    return house, ledger


async def connection_of(house: House) -> str:
    return str(await house.sandbox.bot.database.read(lambda tx: tx.value("SELECT connection FROM connections")))


async def listed(house: House) -> str:
    answer = await house.command(ADA, "/leads members")
    assert answer is not None
    return shown(answer)


async def correct(house: House, user: str = ADA) -> None:
    await house.command(user, "/leads members")
    message = next(m for m in reversed(house.messages(LEADS)) if m.only_for == user)
    await house.press(user, message, "members")


async def test_members_are_matched_by_e_mail_address_and_listed(there: tuple[House, Ledger]) -> None:
    house, _ = there
    said = await listed(house)
    assert "*north* · Ledger · 3 members, 2 of them matched" in said
    assert "Zoe Lind: *Zoe Lind* (same e-mail address)" in said
    assert "Jane Doe: nobody here" in said


async def test_only_admins_see_and_correct_them(there: tuple[House, Ledger]) -> None:
    house, _ = there
    answer = await house.command(ZOE, "/leads members")
    assert answer is not None
    assert "Only a workspace admin" in answer.text


async def test_an_admin_says_who_somebody_is_and_their_claims_are_told(there: tuple[House, Ledger]) -> None:
    house, ledger = there
    await ledger.arrive(house, **LEAD)
    (card,) = house.cards()
    await house.press(MAX, card, "claim")
    assert "no Ledger member for Max Winter" in shown(card)
    await correct(house)
    assert "Jane Doe (jane@elsewhere.example)" in house.says(ADA)
    assert await house.submit(ADA, **{"member-m3": MAX}) == {}
    assert "1 member changed" in house.says(ADA)
    assert ledger.owners() == ["m3"]
    assert "sent to Ledger" in shown(card)
    assert "Jane Doe: *Max Winter* (set by hand)" in await listed(house)


async def test_what_was_set_by_hand_goes_before_the_e_mail_address(there: tuple[House, Ledger]) -> None:
    house, ledger = there
    await correct(house)
    assert await house.submit(ADA, **{"member-m1": "U0LEADBELL", "member-m3": ZOE}) == {}
    said = await listed(house)
    assert "Zoe Lind: nobody here (set by hand)" in said
    assert "Jane Doe: *Zoe Lind* (set by hand)" in said
    await ledger.arrive(house, **LEAD)
    await house.press(ZOE, house.cards()[0], "claim")
    assert ledger.owners() == ["m3"]


async def test_a_guest_is_no_member(there: tuple[House, Ledger]) -> None:
    house, _ = there
    await correct(house)
    errors = await house.submit(ADA, **{"member-m3": "U0GUEST"})
    assert errors == {"member-m3": "Choose a full member of this workspace; guests cannot take leads."}
    assert await house.submit(ADA, **{"member-m3": SAM}) == {}


async def test_many_members_have_pages(make_house: Callable[..., Any]) -> None:
    ledger = Ledger(members=[Known(f"m{n:03}", f"Member {n:03}") for n in range(95)])
    house: House = await make_house(providers={"kpro": ledger.provider()}, tempo=TEMPO)
    await house.connect()
    assert "and 35 more" in await listed(house)
    await correct(house)
    view = house.view(ADA) or {}
    assert len([b for b in view["blocks"] if b["type"] == "input"]) == 40
    turns = [e["text"]["text"] for b in view["blocks"] for e in elements(b) if e.get("action_id") == "members"]
    assert turns == ["Next"]
    await house.press_in_view(ADA, "members")
    await house.press_in_view(ADA, "members", nth=1)
    view = house.view(ADA) or {}
    assert [b["label"]["text"] for b in view["blocks"] if b["type"] == "input"][-1] == "Member 094"
    assert await house.submit(ADA, **{"member-m094": ZOE}) == {}
    assert "1 member changed" in house.says(ADA)


async def test_kinds_are_learned_one_a_minute_and_again_after_six_hours(there: tuple[House, Ledger]) -> None:
    house, ledger = there
    connection = await connection_of(house)
    learned = await house.sandbox.bot.database.read(lambda tx: known.kinds(tx, TEAM, connection))
    # It rang at once and at the poll after; as one, if they came together.
    assert {"member"} <= set(learned) <= {"member", "stage"}
    for _ in range(5):
        await house.poll()
    assert ledger.asked == ["member", "stage"]
    learned = await house.sandbox.bot.database.read(lambda tx: known.kinds(tx, TEAM, connection))
    assert {"member", "stage", "source", "tag"} <= set(learned)
    await house.poll(6 * 3600)
    for _ in range(4):
        await house.poll()
    assert sorted(ledger.asked) == ["member", "member", "stage", "stage"]


async def test_names_in_the_leads_are_learned_too(there: tuple[House, Ledger]) -> None:
    house, ledger = there
    await ledger.arrive(house, {"stage_raw": "Dormant", "source_name": "Billboard"}, **LEAD)
    await house.poll(6 * 3600 + 1)
    for _ in range(5):
        await house.poll()
    connection = await connection_of(house)
    found = await house.sandbox.bot.database.read(
        lambda tx: [k.name for kind in ("stage", "source") for k in known.search(tx, TEAM, connection, kind)]
    )
    assert {"Dormant", "Qualified", "Billboard"} <= set(found)


async def test_a_failure_is_noted_what_was_known_stays_and_polling_goes_on(there: tuple[House, Ledger]) -> None:
    house, ledger = there
    await house.poll(6 * 3600 + 1)
    connection = await connection_of(house)
    ledger.failing = [Unavailable("HTTP 503")]
    for _ in range(4):
        if not ledger.failing:
            break
        await house.poll(6 * 3600 + 1)
    learned = await house.sandbox.bot.database.read(lambda tx: known.kinds(tx, TEAM, connection))
    assert learned["member"].trouble == "HTTP 503"
    assert len(await house.sandbox.bot.database.read(lambda tx: members.every(tx, TEAM, connection))) == 3
    await ledger.arrive(house, **LEAD)
    assert len(house.cards()) == 1
    for _ in range(3):
        await house.poll(601)
    learned = await house.sandbox.bot.database.read(lambda tx: known.kinds(tx, TEAM, connection))
    assert learned["member"].trouble is None


async def test_without_the_e_mail_scope_nothing_breaks_and_hands_do_it(make_house: Callable[..., Any]) -> None:
    ledger = Ledger()
    house: House = await make_house(providers={"kpro": ledger.provider()}, tempo=TEMPO)
    house.slack.scopes = house.slack.scopes - {"users:read.email"}
    await house.connect()
    assert "3 members, 0 of them matched" in await listed(house)
    await correct(house)
    assert await house.submit(ADA, **{"member-m1": ZOE}) == {}
    assert "Zoe Lind: *Zoe Lind* (set by hand)" in await listed(house)
    house.slack.problems.clear()


async def test_without_a_lead_system_that_keeps_an_owner_there_are_no_members(house: House) -> None:
    await house.connect()
    answer = await house.command(ADA, "/leads members")
    assert answer is not None
    assert "keeps an owner" in answer.text
