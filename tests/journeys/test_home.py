"""App Home: what each person sees there, what they do from there, and whom a change reaches."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.messages import Message
from commands.views.blocks import VIEW_BLOCKS, VIEW_BYTES
from providers.lead import Lead
from storage import leads, ownership, rules
from storage.database import Database, StorageFull, Tx
from tests.conftest import ADA, GUEST, LEADS, MAX, SAM, ZOE, House, action_ids, elements, shown

LEAD = {"firstName": "Sofia", "lastName": "Marsh", "email": "sofia@example.com", "phone": "07700 900123"}
SECRETS = ("Marsh", "sofia@example.com", "07700 900123")


def actions(house: House, user: str) -> list[str]:
    """The buttons of somebody's Home, from top to bottom."""
    return [e["action_id"] for b in house.home_now(user)["blocks"] for e in elements(b) if "action_id" in e]


def published(house: House, user: str) -> str | None:
    """What changes with each publishing."""
    view = house.slack.workspace.views.home(user)
    return view.hash if view else None


def ref(card: Message) -> str:
    return card.text.split(" ")[0]


@pytest.fixture
async def desk(house: House) -> House:
    """A working desk: whoever claims first has a lead."""
    await house.connect()
    await house.subscribe()
    return house


@pytest.fixture
async def strict(house: House) -> House:
    """A desk where Max approves."""
    await house.connect()
    await house.subscribe(approval=["yes"], approvers=[MAX])
    return house


# -------------------------------------------------------------------------------------------- opening


async def test_home_is_drawn_when_it_is_opened_and_not_for_the_messages_beside_it(desk: House) -> None:
    await desk.slack.push.event({"type": "app_home_opened", "user": ZOE, "channel": "D0ZOE", "tab": "messages"})
    await desk.quiet()
    assert published(desk, ZOE) is None
    await desk.home(ZOE)
    assert "No open lead is yours." in desk.home_says(ZOE)


async def test_the_same_home_is_not_published_twice(desk: House) -> None:
    await desk.arrive(**LEAD)
    await desk.home(ZOE)
    before = published(desk, ZOE)
    await desk.home(ZOE)
    assert published(desk, ZOE) == before
    await desk.arrive(firstName="Another")
    assert published(desk, ZOE) == before  # it concerns nobody in particular
    await desk.home(ZOE)
    assert published(desk, ZOE) != before
    assert "Another" in desk.home_says(ZOE)


async def test_a_home_that_slack_lost_is_published_again(desk: House) -> None:
    await desk.home(ZOE)
    desk.slack.workspace.views._homes.clear()  # the app was installed anew
    await desk.home(ZOE)
    assert "No open lead is yours." in desk.home_says(ZOE)


async def test_a_guest_is_told_that_leads_are_not_for_guests(desk: House) -> None:
    await desk.arrive(**LEAD)
    await desk.home(GUEST)
    assert desk.home_says(GUEST).startswith("Guests of this workspace cannot work with leads.")
    assert actions(desk, GUEST) == []


async def test_nothing_of_a_customer_but_what_lists_show_stands_in_home(desk: House) -> None:
    await desk.arrive(**LEAD)
    await desk.press(ZOE, desk.cards()[0], "claim")
    await desk.arrive(**LEAD)
    for person in (ADA, ZOE, SAM):
        await desk.home(person)
        assert "Sofia M." in desk.home_says(person)
        assert [s for s in SECRETS if s in json.dumps(desk.home_now(person))] == []


async def test_a_lead_that_calls_itself_a_channel_pings_nobody_in_home(desk: House) -> None:
    await desk.arrive(firstName="<!channel>", lastName="*x*")
    await desk.press(ZOE, desk.cards()[0], "claim")
    await desk.home(ZOE)
    assert "&lt;!channel&gt;" in desk.home_says(ZOE)
    assert "<!channel>" not in desk.home_says(ZOE)


# ------------------------------------------------------------------------------------------- my leads


async def test_my_leads_come_with_their_next_step_and_contacted_is_one_press(desk: House) -> None:
    for name in ("Anna", "Ben"):
        await desk.arrive(firstName=name)
    for card in desk.cards():
        await desk.press(ZOE, card, "claim")
    await desk.home(ZOE)
    said = desk.home_says(ZOE)
    assert "2 open leads, 2 to contact" in said
    assert said.index("Ben") < said.index("Anna")  # the newest first
    await desk.press_home(ZOE, "contacted")
    said = desk.home_says(ZOE)
    assert "2 open leads, 1 to contact" in said
    assert said.index("Anna") < said.index("Ben")  # who waits comes first
    assert "contacted " in said.split("Ben")[1]
    assert "Contacted by Zoe Lind" in shown(desk.cards()[1])
    assert actions(desk, ZOE)[:4] == ["contacted", "details", "details", "list"]


async def test_contacted_twice_from_an_old_home_says_so_in_a_window(desk: House) -> None:
    await desk.arrive(**LEAD)
    (card,) = desk.cards()
    await desk.press(ZOE, card, "claim")
    await desk.home(ZOE)
    desk.slack.faults.add("slack:views.publish", "503", 1)  # the change does not reach Slack at first
    await desk.choose(ZOE, card, "Mark contacted")
    await desk.press_home(ZOE, "contacted")
    assert f"Zoe Lind marked {ref(card)} as contacted already." in desk.says(ZOE)
    await desk.doubt()
    assert "0 to contact" in desk.home_says(ZOE)


async def test_where_the_lead_system_is_told_contacted_asks_how_in_a_window(house: House) -> None:
    await house.connect("west", provider="lofty")
    await house.subscribe()
    await house.arrive("lofty", firstName="Kit", stage="New Lead", emails=["kit@example.com"])
    (card,) = house.cards()
    await house.press(ZOE, card, "claim")
    await house.home(ZOE)
    await house.press_home(ZOE, "contacted")
    assert await house.submit(ZOE, how="email") == {}
    assert "1 open lead, 0 to contact" in house.home_says(ZOE)
    assert "by e-mail" in " ".join(house.thread(card))


async def test_a_home_of_which_slack_does_not_say_whose_is_left_alone(desk: House) -> None:
    reply = await desk.slack.push.event({"type": "app_home_opened", "channel": "D0ZOE", "tab": "home"})
    assert reply.ok
    await desk.quiet()
    assert await desk.sandbox.bot.database.read(lambda tx: tx.value("SELECT COUNT(*) FROM homes")) == 0
    await desk.home(ZOE)
    assert published(desk, ZOE) is not None


async def test_details_open_from_home(desk: House) -> None:
    await desk.arrive(**LEAD)
    await desk.press(ZOE, desk.cards()[0], "claim")
    await desk.home(ZOE)
    await desk.press_home(ZOE, "details")
    assert "sofia@example.com" in desk.says(ZOE)


async def test_show_all_opens_the_list_with_its_pages_and_details_above_it(desk: House) -> None:
    for number in range(10):
        await desk.arrive(firstName=f"Name{number}")
    for card in desk.cards():
        await desk.press(ZOE, card, "claim")
    await desk.home(ZOE)
    await desk.press_home(ZOE, "list")
    assert "*10 leads* for `mine`" in desk.says(ZOE)
    assert "Name9" in desk.says(ZOE)
    assert "Name0" not in desk.says(ZOE)
    await desk.press_in_view(ZOE, "page")
    assert "Name0" in desk.says(ZOE)
    await desk.press_in_view(ZOE, "details")
    assert "Zoe Lind claimed it" in desk.says(ZOE)
    await desk.slack.modals.close(ZOE)
    assert "Name0" in desk.says(ZOE)  # back at the list, on the same page
    await desk.press_in_view(ZOE, "newer")
    assert "Name9" in desk.says(ZOE)


async def test_money_and_days_are_written_as_the_reader_writes_them(house: House) -> None:
    await house.connect("west", provider="lofty")

    def lead_with_price(tx: Tx) -> None:
        tx.run("UPDATE leads SET owner = ?, price = '1250.5', currency = 'EUR', period = 'month'", ZOE)

    await house.arrive("lofty", firstName="Kit")
    await house.sandbox.bot.database.write(lead_with_price)
    await house.home(ZOE)  # fr-FR
    assert "1 250,50 € a month" in house.home_says(ZOE)


# ------------------------------------------------------------------------------------------ approvals


async def test_what_waits_for_my_approval_is_decided_from_home(strict: House) -> None:
    await strict.arrive(**LEAD)
    (card,) = strict.cards()
    await strict.home(MAX)
    await strict.home(ZOE)
    assert "approval" not in strict.home_says(MAX)
    await strict.press_home(ZOE, "claim")
    assert f"{ref(card)} needs approval: Max Winter got a direct message." in strict.says(ZOE)
    assert f"*Zoe Lind would like {ref(card)}*" in strict.home_says(MAX)  # without that he opens it
    assert {"approve", "reject", "details"} <= set(actions(strict, MAX))
    assert "waiting for approval" in strict.home_says(ZOE)
    await strict.press_home(MAX, "approve")
    assert "Zoe Lind* has it" in shown(card)
    assert "approval" not in strict.home_says(MAX)
    assert "1 open lead, 1 to contact" in strict.home_says(ZOE)


async def test_rejecting_from_home_asks_for_the_reason(strict: House) -> None:
    await strict.arrive(**LEAD)
    (card,) = strict.cards()
    await strict.press(ZOE, card, "claim")
    await strict.home(MAX)
    await strict.press_home(MAX, "reject")
    assert await strict.submit(MAX, reason="Sam knows them") == {}
    assert "approval" not in strict.home_says(MAX)
    assert "Sam knows them" in shown(strict.dms(ZOE)[-1])


async def test_an_assignment_that_waits_names_both(strict: House) -> None:
    await strict.arrive(**LEAD)
    (card,) = strict.cards()
    await strict.home(MAX)
    await strict.press(SAM, card, "assign")
    assert await strict.submit(SAM, person=ZOE) == {}
    assert f"*Sam Reyes would like Zoe Lind to have {ref(card)}*" in strict.home_says(MAX)


async def test_others_do_not_see_what_waits_for_somebody_else(strict: House) -> None:
    await strict.arrive(**LEAD)
    await strict.press(ZOE, strict.cards()[0], "claim")
    for person in (ADA, SAM, ZOE):
        await strict.home(person)
        assert "approve" not in actions(strict, person)


async def test_a_private_lead_that_waits_tells_an_approver_nothing_of_the_customer(strict: House) -> None:
    await strict.arrive(**LEAD)
    (card,) = strict.cards()
    await strict.press(ZOE, card, "claim")
    await strict.sandbox.bot.database.write(lambda tx: tx.run("UPDATE leads SET private = 1"))
    await strict.home(MAX)
    assert f"{ref(card)} is a private lead" in strict.home_says(MAX)
    assert "Sofia" not in strict.home_says(MAX)
    assert "details" not in actions(strict, MAX)
    await strict.press_home(MAX, "approve")
    await strict.home(ZOE)
    assert "Sofia" in strict.home_says(ZOE)


# ------------------------------------------------------------------------------------------ unclaimed


async def test_a_lead_is_claimed_from_home_and_leaves_the_others_alone(desk: House) -> None:
    await desk.arrive(**LEAD)
    (card,) = desk.cards()
    await desk.home(ZOE)
    await desk.home(SAM)
    others = published(desk, SAM)
    await desk.press_home(ZOE, "claim")
    assert "*Zoe Lind* has it" in shown(card)
    assert desk.view(ZOE) is None
    assert "1 open lead, 1 to contact" in desk.home_says(ZOE)
    assert "Unclaimed" not in desk.home_says(ZOE)
    assert published(desk, SAM) == others
    await desk.press_home(SAM, "claim")  # his is behind
    assert f"Zoe Lind has {ref(card)} already" in desk.says(SAM)
    assert "Unclaimed" not in desk.home_says(SAM)  # and true again


async def test_a_press_on_a_home_that_was_drawn_anew_meanwhile_takes_the_lead_it_showed(desk: House) -> None:
    await desk.arrive(firstName="Sofia", lastName="Marsh")
    shown_first = await desk.home(ZOE)
    (claim,) = (b for b in shown_first["blocks"] for e in elements(b) if e.get("action_id") == "claim")
    await desk.arrive(firstName="Kit", lastName="Marlowe")
    await desk.home(ZOE)
    assert "Kit" in desk.home_says(ZOE)
    view = desk.slack.workspace.views.home(ZOE)
    assert view is not None
    await desk.slack.interactions.press_in_view(ZOE, claim["block_id"], "claim", view_id=view.id)
    await desk.quiet()
    mine, _, free = desk.home_says(ZOE).partition("Unclaimed")
    assert "Sofia M" in mine
    assert "Kit M" in free
    assert "Sofia M" not in free


async def test_private_leads_are_in_nobodys_home_but_admins_and_their_owners(desk: House) -> None:
    await desk.arrive(**LEAD)
    await desk.sandbox.bot.database.write(lambda tx: tx.run("UPDATE leads SET private = 1"))
    await desk.home(ZOE)
    await desk.home(ADA)
    assert "Sofia" not in desk.home_says(ZOE)
    assert "Sofia M." in desk.home_says(ADA)


async def test_a_lead_that_was_there_before_is_not_among_the_unclaimed(make_house: Callable[..., Any]) -> None:
    house: House = await make_house(history=5)
    await house.connect()
    await house.home(ZOE)
    assert "Unclaimed" not in house.home_says(ZOE)


# ---------------------------------------------------------------------------------------- connections


async def test_admins_see_how_the_connections_do_and_reconnect_from_home(desk: House) -> None:
    await desk.home(ADA)
    await desk.home(ZOE)
    assert "*north* · KPro Marketing · :large_green_circle: healthy" in desk.home_says(ADA)
    assert "newest lead's delay" in desk.home_says(ADA)
    assert "north" not in desk.home_says(ZOE)
    desk.kpro.fault("401", 1)
    await desk.poll()
    assert ":red_circle: paused: credentials refused" in desk.home_says(ADA)  # without that she opens it
    desk.kpro.clear_faults()
    await desk.press_home(ADA, "reconnect")
    assert await desk.submit(ADA, **desk.credentials()) == {}
    await desk.slack.modals.close(ADA, all_views=True)
    await desk.poll()
    assert ":large_green_circle: healthy" in desk.home_says(ADA)


async def test_a_failing_lead_system_shows_in_an_admins_home_and_so_does_its_recovery(desk: House) -> None:
    await desk.home(ADA)
    desk.kpro.fault("500", 50)
    await desk.poll()
    assert ":large_yellow_circle: failing" in desk.home_says(ADA)
    desk.kpro.clear_faults()
    await desk.poll(3600)
    assert ":large_green_circle: healthy" in desk.home_says(ADA)


async def test_disconnecting_takes_the_leads_from_their_owners_homes(desk: House) -> None:
    await desk.arrive(**LEAD)
    await desk.press(ZOE, desk.cards()[0], "claim")
    await desk.home(ZOE)
    assert "Sofia M." in desk.home_says(ZOE)
    answer = await desk.command(ADA, "/leads connections")
    assert answer is not None
    await desk.press(ADA, answer, "disconnect")
    assert await desk.submit(ADA) == {}
    assert "Sofia" not in desk.home_says(ZOE)


# ------------------------------------------------------------------------------------------ 10,000


def _many(tx: Tx, team: str, now: Any) -> None:
    """10,000 leads with the longest and widest texts, a third of them Zoe's, a third asked for, a third free."""
    connection = tx.value("SELECT connection FROM connections")
    wide = "\U0001f3e0<&>*_~`"
    rng = random.Random(5)
    found = [
        Lead(
            external_id=f"many-{n}",
            created_at=now - timedelta(seconds=n),
            first_name=(wide * 40)[: rng.randint(1, 300)],
            last_name="Marsh",
            subject=(wide * 100)[: rng.randint(1, 900)],
            place=(wide * 60)[: rng.randint(1, 500)],
            source_name=wide * 10,
            enquiry=wide * 20,
        )
        for n in range(10_000)
    ]
    rows = [(lead.external_id, leads.content(lead, b"f")) for lead in found]
    first, end = leads.insert(tx, team, connection, rows, now)
    tx.run("UPDATE leads SET owner = ?, owned_at = ? WHERE number % 3 = 0", ZOE, now.isoformat())
    for number in range(first, end):
        if number % 3 == 1:
            ownership.ask(tx, team, number, person=SAM, by=ADA, approvers=[ZOE, MAX], now=now)
    assert rules.any_subscription(tx, team) is False


async def test_home_stays_under_slacks_limits_with_10_000_leads(house: House) -> None:
    for name in ("north", "south", "a-name-of-thirty-letters-x-y-z"):
        await house.connect(name)
    team, now = house.slack.workspace.team.id, house.sandbox.clock.now()
    await house.sandbox.bot.database.write(lambda tx: _many(tx, team, now))
    house.slack.workspace.people[ZOE].is_admin = True
    for person in (ZOE, ADA, SAM):
        view = await house.home(person)
        assert len(view["blocks"]) <= VIEW_BLOCKS
        assert len(json.dumps(view)) < VIEW_BYTES
        assert "First steps" in house.home_says(person)
    said = house.home_says(ZOE)
    assert "3,333 open leads, 3,333 to contact" in said
    assert "Waiting for my approval · 1,000 or more" in said
    assert "Unclaimed · 1,000 or more" in said
    assert {"contacted", "approve", "reject", "claim", "details", "list", "reconnect"} <= set(actions(house, ZOE))
    await house.press_home(ZOE, "list")
    assert "3,333 leads" in house.says(ZOE)


# ------------------------------------------------------------------------------------------- failures


@pytest.mark.parametrize("fault", ["429", "503", "hang-up", "internal_error"])
async def test_a_home_that_slack_did_not_take_is_published_later(desk: House, fault: str) -> None:
    await desk.home(ZOE)
    await desk.arrive(**LEAD)
    kind = "refuse" if fault == "hang-up" else fault
    desk.slack.faults.add("slack:views.publish", kind, 1)
    await desk.press(ZOE, desk.cards()[0], "claim")
    assert "Sofia" not in desk.home_says(ZOE)
    await desk.doubt()
    assert "Sofia M." in desk.home_says(ZOE)


async def test_a_home_that_slack_refuses_is_left_alone_until_it_is_opened(desk: House) -> None:
    await desk.arrive(**LEAD)
    desk.slack.faults.add("slack:views.publish", "not_enabled", 1)
    await desk.home(ZOE)
    assert published(desk, ZOE) is None
    await desk.doubt(3)
    assert published(desk, ZOE) is None
    await desk.home(ZOE)
    assert "Sofia M." in desk.home_says(ZOE)


async def test_with_a_full_disk_homes_rest_and_come_when_there_is_room(
    desk: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.home(ZOE)
    bot, tried, write = desk.sandbox.bot, 0, Database.write

    async def full(self: Database, fn: Any, **more: Any) -> Any:
        nonlocal tried
        if fn.__name__ in ("home_begins", "home_failed"):
            tried += 1
            raise StorageFull("full")
        return await write(self, fn, **more)

    def waiting(tx: Tx) -> int:
        return int(tx.value("SELECT COUNT(*) FROM homes WHERE wanted > drawn"))

    with monkeypatch.context() as without_room:
        without_room.setattr(Database, "write", full)
        await bot.homes.pressed("T0LEADBELL", ZOE)
        for _ in range(30):
            await asyncio.sleep(0.01)
    assert 1 <= tried <= 2
    assert await bot.database.read(waiting) == 1
    await desk.doubt(2)
    assert await bot.database.read(waiting) == 0


async def test_a_window_that_comes_too_late_from_home_is_told_by_direct_message(desk: House) -> None:
    await desk.arrive(**LEAD)
    await desk.press(ZOE, desk.cards()[0], "claim")
    await desk.home(SAM)
    await desk.home(ZOE)
    desk.slack.faults.add("slack:views.open", "expired_trigger_id", 1)
    await desk.press_home(ZOE, "details")
    assert desk.view(ZOE) is None
    assert shown(desk.dms(ZOE)[-1]).startswith("Slack closed the window before I could open it.")
    await desk.press_home(ZOE, "details")
    assert "sofia@example.com" in desk.says(ZOE)


async def test_what_concerned_somebody_before_a_restart_is_published_after_it(desk: House) -> None:
    await desk.arrive(**LEAD)
    (card,) = desk.cards()
    await desk.home(ZOE)
    desk.slack.faults.add("slack:views.publish", "503", 1)
    await desk.press(ZOE, card, "claim")
    assert "1 open lead" not in desk.home_says(ZOE)
    await desk.sandbox.restart()
    await desk.doubt()
    assert "1 open lead" in desk.home_says(ZOE)


async def test_homes_that_nobody_opens_any_more_are_forgotten(desk: House) -> None:
    await desk.home(ZOE)
    await desk.sandbox.advance(31 * 86400)
    await desk.sandbox.bot.duties.ringer.housekeeping()
    await desk.quiet()
    before = published(desk, ZOE)
    await desk.arrive(**LEAD)
    await desk.press(ZOE, desk.cards()[0], "claim")
    assert published(desk, ZOE) == before
    await desk.home(ZOE)
    assert "1 open lead" in desk.home_says(ZOE)


async def test_cards_are_as_they_were(desk: House) -> None:
    await desk.arrive(**LEAD)
    assert {"claim", "assign", "details", "more"} == action_ids(desk.cards(LEADS)[0])
