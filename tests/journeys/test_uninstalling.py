"""A workspace removes Leadbell: its work stops at once and alone, and all of it is deleted when its time is over."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from storage import erasure, installations
from storage.database import Tx
from tests.adding import Browser, second
from tests.conftest import ADA, LEADS, MAX, ZOE, House, shown
from tests.journeys.test_http_edge import JSON, send
from tests.relay import Relay, called
from tests.storage.build import OF_THE_PROCESS, tables

HOME, OTHER = "T0LEADBELL", "T0ALDER"
OTHERS_ADA = "U1ADA"
DAY = 86_400.0


@pytest.fixture
async def street(make_house: Callable[..., Any]) -> tuple[House, House]:
    """Two workspaces that installed Leadbell, each with a connection and a channel that hears of leads."""
    house: House = await make_house(installed=False)
    other = second(house)
    async with Browser(house) as browser:
        await browser.add(house.slack, ADA)
        await browser.add(other.slack, OTHERS_ADA)
    await house.connect()
    await other.connect("north", OTHERS_ADA)
    await house.subscribe()
    await other.subscribe("C1LEADS", OTHERS_ADA)
    return house, other


async def counted(house: House, workspace: str) -> dict[str, int]:
    """How many rows of a workspace each table has; tables without any are left out."""
    database = house.sandbox.bot.database
    names = [n for n in tables(database) if n not in OF_THE_PROCESS]

    def count(tx: Tx) -> dict[str, int]:
        return {n: tx.value(f"SELECT COUNT(*) FROM {n} WHERE workspace = ?", workspace) for n in names}

    return {name: n for name, n in (await database.read(count)).items() if n}


async def invite(house: House) -> None:
    """Slack takes a removed app's bot out of its channels."""
    admin = ADA if house.slack.workspace.team.id == HOME else OTHERS_ADA
    await house.command(admin, "/invite @Leadbell")
    await house.quiet()


async def test_after_the_removal_nothing_is_done_there_and_the_other_workspace_goes_on(
    street: tuple[House, House],
) -> None:
    house, other = street
    await house.command(ADA, "/leads digest daily 09:00")
    assert all(reply.ok for reply in await house.slack.people.uninstall())
    calls = len(house.slack.calls)
    for _ in range(3):
        await house.arrive(firstName="Sofia")
    await house.sandbox.advance(DAY)
    await house.quiet()
    assert house.cards() == []
    assert len(other.cards()) == 3
    assert len(house.slack.calls) == calls
    assert not house.slack.refused


async def test_tokens_are_wiped_at_once(street: tuple[House, House]) -> None:
    house, _ = street
    await house.slack.people.uninstall()

    def look(tx: Tx) -> tuple[Any, ...]:
        row = tx.one("SELECT state, tokens, expires_at FROM installations WHERE workspace = ?", HOME)
        return tuple(row) if row else ()

    assert await house.sandbox.bot.database.read(look) == ("uninstalled", None, None)


async def test_revoking_the_bots_token_is_leaving_too_and_a_persons_token_is_not(street: tuple[House, House]) -> None:
    house, _ = street
    event = {"type": "tokens_revoked", "tokens": {"oauth": ["U0ZOE"], "bot": []}}
    assert (await house.slack.push.event(event)).ok
    await house.arrive()
    assert len(house.cards()) == 1
    assert (await house.slack.people.revoke()).ok
    await house.arrive()
    assert len(house.cards()) == 1
    assert not house.slack.refused


async def test_installed_again_within_the_grace_everything_is_as_it_was(street: tuple[House, House]) -> None:
    house, _ = street
    await house.arrive(firstName="Before")
    await house.press(ZOE, house.cards()[0], "claim")
    await house.slack.people.uninstall()
    before = await counted(house, HOME)
    await house.arrive(firstName="Meanwhile")
    await house.sandbox.advance(6 * DAY)
    await house.sandbox.bot.duties.ringer.housekeeping()
    await house.quiet()
    assert await counted(house, HOME) == before
    async with Browser(house) as browser:
        assert (await browser.add(house.slack, ADA)).status == 200
    await invite(house)
    await house.poll()
    first, second_card = house.cards()
    assert "Zoe Lind* has it" in shown(first)
    assert "Meanwhile" in shown(second_card)
    await house.press(MAX, second_card, "claim")
    assert "Max Winter* has it" in shown(second_card)
    await house.sandbox.advance(30 * DAY)
    await house.sandbox.bot.duties.ringer.housekeeping()
    assert (await counted(house, HOME))["leads"] == 2


async def test_after_the_grace_no_row_is_left_and_the_neighbours_rows_are_untouched(
    street: tuple[House, House],
) -> None:
    house, other = street
    for n in range(3):
        await house.arrive(firstName=f"Row{n}")
    await house.press(ZOE, house.cards()[0], "claim")
    await other.press("U1ZOE", other.cards()[0], "claim")
    await _fill_every_table(house, (HOME, OTHER))
    held = await counted(house, HOME)
    every = {n for n in tables(house.sandbox.bot.database) if n not in OF_THE_PROCESS}
    assert every == {t for t, _ in erasure.TABLES} | {"workspaces", "installations"}, "a table is not deleted from"
    assert set(held) == {t for t, _ in erasure.TABLES} | {"workspaces", "installations"}, "a table is not filled here"
    await house.slack.people.uninstall()
    theirs = await _rows(house, OTHER)
    house.sandbox.clock.advance(timedelta(days=7, minutes=1))
    await house.sandbox.bot.remover.round()
    assert await counted(house, HOME) == {}
    assert await _rows(house, OTHER) == theirs
    assert not house.slack.refused


async def _rows(house: House, workspace: str) -> dict[str, list[tuple[Any, ...]]]:
    database = house.sandbox.bot.database
    names = [n for n in tables(database) if n not in OF_THE_PROCESS]

    def everything(tx: Tx) -> dict[str, list[tuple[Any, ...]]]:
        return {n: [tuple(r) for r in tx.all(f"SELECT * FROM {n} WHERE workspace = ?", workspace)] for n in names}

    return await database.read(everything)


async def _fill_every_table(house: House, workspaces: tuple[str, ...]) -> None:
    """Rows that no journey above has made, in every table that has none yet."""
    database, now = house.sandbox.bot.database, house.sandbox.clock.now()

    def fill(tx: Tx) -> None:
        for workspace in workspaces:
            for table in [n for n, _ in erasure.TABLES]:
                if tx.value(f"SELECT COUNT(*) FROM {table} WHERE workspace = ?", workspace):
                    continue
                known = {
                    "workspace": workspace,
                    "connection": tx.value("SELECT connection FROM connections WHERE workspace = ?", workspace),
                    "lead": (numbers := tx.all("SELECT number FROM leads WHERE workspace = ?", workspace))[0][0],
                    "other": numbers[1][0],
                    "message": tx.value("SELECT message FROM messages WHERE workspace = ?", workspace),
                }
                given: dict[str, Any] = {}
                for column in tx.all(f"PRAGMA table_info({table})"):
                    name, kind = column["name"], column["type"]
                    if name in known:
                        given[name] = known[name]
                    elif column["notnull"] and column["dflt_value"] is None:
                        plain = {"TEXT": f"{workspace}-{table}-{name}", "INTEGER": 1, "REAL": 1.0, "BLOB": b"x"}[kind]
                        given[name] = now.isoformat() if name.endswith("at") else plain
                if table == "homes":
                    given |= {"wanted": 0, "next_at": "2099-01-01T09:00:00.000+00:00"}
                if table == "schedules":
                    given |= {"days": "mon", "at": "09:00", "zone": "UTC", "next_at": "2099-01-01T09:00:00.000+00:00"}
                marks = ", ".join("?" * len(given))
                tx.run(f"INSERT INTO {table} ({', '.join(given)}) VALUES ({marks})", *given.values())

    await database.write(fill)


async def test_a_grace_of_no_days_still_lets_what_was_under_way_end(make_house: Callable[..., Any]) -> None:
    house: House = await make_house(installed=False)
    house.sandbox.settings = replace(house.sandbox.settings, grace=timedelta(0))
    await house.sandbox.restart()
    async with Browser(house) as browser:
        await browser.add(house.slack, ADA)
        await house.connect()
        await house.slack.people.uninstall()
        await house.sandbox.bot.remover.round()
        assert "connections" in await counted(house, HOME)
        await house.sandbox.advance(601)
        assert await counted(house, HOME) == {}
        assert (await browser.add(house.slack, ADA)).status == 200  # it begins anew, with nothing
    assert set(await counted(house, HOME)) <= {"workspaces", "installations", "messages", "outbox"}  # it is greeted


async def test_while_it_is_being_deleted_nobody_can_bring_back_a_half(
    street: tuple[House, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, _ = street
    monkeypatch.setattr(erasure, "SLICE", 1)
    await house.slack.people.uninstall()
    house.sandbox.clock.advance(timedelta(days=8))
    database, now = house.sandbox.bot.database, house.sandbox.clock.now()
    assert await database.write(lambda tx: erasure.erase_some(tx, HOME, now)) is False
    async with Browser(house) as browser:
        page = await browser.add(house.slack, ADA)
        assert (page.status, page.title) == (409, "Not added yet")
        await house.sandbox.bot.remover.round()
        assert await counted(house, HOME) == {}
        assert (await browser.add(house.slack, ADA)).status == 200


async def test_a_removal_is_told_twice_and_late_without_harm(street: tuple[House, House]) -> None:
    house, _ = street
    await house.slack.people.uninstall()
    old = int(house.sandbox.clock.now().timestamp())
    house.sandbox.clock.advance(timedelta(minutes=5))
    async with Browser(house) as browser:
        await browser.add(house.slack, ADA)
    await invite(house)
    body = {
        "type": "event_callback", "team_id": HOME, "event_id": "EvLate", "event_time": old,
        "event": {"type": "app_uninstalled"},
    }  # fmt: skip

    for late in (body, body | {"event": {"type": "tokens_revoked", "tokens": {"bot": ["U0LEADBELL"]}}}):
        status, _text = await send(house, json.dumps(late).encode(), JSON)
        assert status == 200
    await house.arrive()
    assert len(house.cards()) == 1


async def test_strangers_who_leave_are_passed_over(street: tuple[House, House]) -> None:

    house, other = street
    for team in ("T0STRANGER", None, 7):
        body = {"type": "event_callback", "team_id": team, "event_id": "Ev", "event": {"type": "app_uninstalled"}}
        status, _ = await send(house, json.dumps(body).encode(), JSON)
        assert status == 200
    await house.arrive()
    assert len(house.cards()) == len(other.cards()) == 1


# -- in the middle of something


async def test_in_the_middle_of_a_poll_nothing_more_is_stored_or_called(street: tuple[House, House]) -> None:
    house, other = street
    await house.kpro.arrive(firstName="Sofia")
    bot = house.sandbox.bot
    reached, go_on = asyncio.Event(), asyncio.Event()
    database = bot.duties._desk.database  # the leader's view of it
    read = database.look

    async def held_up(fn: Any) -> Any:
        found = await read(fn)
        if getattr(fn, "__qualname__", "").startswith("TakingIn._stored"):
            reached.set()
            await go_on.wait()
        return found

    database.look = held_up  # type: ignore[method-assign]
    advancing = asyncio.create_task(house.sandbox.advance(61))
    await asyncio.wait_for(reached.wait(), 5)
    await house.slack.people.uninstall()
    go_on.set()
    await advancing
    database.look = read  # type: ignore[method-assign]
    await house.quiet()
    assert house.cards() == []
    assert len(other.cards()) == 1
    assert "leads" not in await counted(house, HOME)
    assert not house.slack.refused
    async with Browser(house) as browser:
        await browser.add(house.slack, ADA)
    await invite(house)
    await house.poll()
    assert len(house.cards()) == 1


async def test_in_the_middle_of_a_delivery_no_dead_token_is_used(
    street: tuple[House, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The app is removed after a delivery was marked as being sent, and before its call."""
    house, other = street
    bot = house.sandbox.bot
    call = bot.duties.deliverer._call
    left: list[str] = []

    async def leaves_first(delivery: Any, *rest: Any, **more: Any) -> Any:
        if delivery.workspace == HOME and not left:
            left.append("yes")
            await house.slack.people.uninstall()
        return await call(delivery, *rest, **more)

    monkeypatch.setattr(bot.duties.deliverer, "_call", leaves_first)
    await house.arrive()
    assert left
    assert house.cards() == []
    assert len(other.cards()) == 1
    assert not house.slack.refused
    async with Browser(house) as browser:
        await browser.add(house.slack, ADA)
    await invite(house)
    await house.sandbox.advance(61)
    await house.quiet()
    assert len(house.cards()) == 1


async def test_in_the_middle_of_a_modal_no_dead_token_is_used(street: tuple[House, House]) -> None:
    house, _ = street
    await house.command(ADA, "/leads subscribe")
    assert house.view(ADA)
    assert (await house.slack.push.event({"type": "app_uninstalled"})).ok  # and the modal is sent just then
    calls = [method for method, _ in house.slack.calls]
    await house.slack.modals.submit(ADA, {"channel": {"value": LEADS}})
    await house.quiet()
    assert "does not serve your workspace" in house.says(ADA)
    assert [method for method, _ in house.slack.calls] == [*calls, "view_response"]


async def test_in_the_middle_of_a_slow_command_no_dead_token_is_used(
    street: tuple[House, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, _ = street
    directory = house.sandbox.bot._directory
    person = directory.person

    async def leaves_first(workspace: str, who: str) -> Any:
        found = await person(workspace, who)
        await house.slack.people.uninstall()
        return found

    monkeypatch.setattr(directory, "person", leaves_first)
    await house.slack.people.command(ADA, LEADS, "/leads subscribe")  # it wants to open a modal
    await house.quiet()
    assert house.view(ADA) is None
    assert not house.slack.refused


# -- refused, which is not removed


async def test_a_refused_token_stops_its_workspace_alone_and_installing_again_mends_it(
    street: tuple[House, House],
) -> None:
    house, other = street
    house.slack.platform.revoke(house.slack.installation)  # and Slack tells nobody
    await house.arrive(firstName="Sofia")
    assert house.cards() == []
    assert len(other.cards()) == 1
    assert len({error for _, error in house.slack.refused}) == 1
    told = len(house.slack.refused)
    await house.arrive(firstName="Max")
    assert len(house.slack.refused) - told <= 1  # Slack is asked whether it takes it again, and nothing else
    assert len(other.cards()) == 2
    async with Browser(house) as browser:
        await browser.add(house.slack, ADA)
    await invite(house)
    await house.poll()
    assert len(house.cards()) == 2
    await house.sandbox.advance(30 * DAY)
    assert (await counted(house, HOME))["leads"] == 2


async def test_a_slack_that_is_down_stops_nobodys_work(street: tuple[House, House]) -> None:
    house, other = street
    for kind in ("503", "refuse", "withhold"):
        house.slack.faults.add("slack:chat.postMessage", kind)
    await house.arrive()
    await house.doubt(8)
    assert len(house.cards()) == len(other.cards()) == 1
    states = await house.sandbox.bot.database.read(installations.every)
    assert [i.state for i in states] == ["active", "active"]


@pytest.mark.parametrize("why", ["invalid_auth", "account_inactive", "token_revoked", "team_access_not_granted"])
async def test_a_token_that_slack_takes_again_goes_on_by_itself(street: tuple[House, House], why: str) -> None:
    """Slack has refused good tokens when it was ill itself."""
    house, _ = street
    house.slack.faults.add("slack:chat.postMessage", why, team=HOME)
    house.slack.faults.add("slack:auth.test", why, team=HOME)
    await house.arrive()
    assert house.cards() == []
    for _ in range(4):
        await house.poll()
    assert len(house.cards()) == 1


async def test_a_lead_system_that_calls_after_the_removal_is_asked_nothing(make_house: Callable[..., Any]) -> None:
    relay = Relay()
    house: House = await make_house(oauth=True, providers=relay.providers())
    await house.connect("west", provider="relay")
    await house.subscribe()
    (address,) = relay.callbacks.values()
    await house.slack.people.uninstall()
    lead = await house.sandbox.systems["relay"].arrive(firstName="Meanwhile")
    calls = len(house.slack.calls)
    async with aiohttp.ClientSession() as session, session.post(address, data=called(lead["id"])) as answer:
        assert answer.status == 200
    await house.quiet()
    assert relay.asked == []
    assert "pings" not in await counted(house, HOME)
    assert len(house.slack.calls) == calls
    await house.sandbox.install(house.slack, ADA)
    await invite(house)
    await house.poll()
    (card,) = house.cards()
    assert "Meanwhile" in shown(card)
