"""Two workspaces at one Leadbell, with the same lead system, the same people's names, the same leads: neither sees,
slows or breaks the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot import taking
from bot.settings import Tempo
from storage import connections
from storage.database import Tx
from tests.adding import Browser, Neighbours, second
from tests.conftest import ADA, LEADS, ZOE, House, shown
from tests.storage.build import OF_THE_PROCESS, tables

HOME, OTHER = "T0LEADBELL", "T0ALDER"
OTHERS_ADA, OTHERS_ZOE, OTHERS_LEADS = "U1ADA", "U1ZOE", "C1LEADS"


async def both(make_house: Callable[..., Any], **more: Any) -> tuple[House, Neighbours]:
    """Both added the app, connected the same account under the same name, and subscribed #leads."""
    house: House = await make_house(installed=False, **more)
    other = second(house)
    async with Browser(house) as browser:
        assert (await browser.add(house.slack, ADA)).status == 200
        assert (await browser.add(other.slack, OTHERS_ADA)).status == 200
    for one, ada, channel in ((house, ADA, LEADS), (other, OTHERS_ADA, OTHERS_LEADS)):
        await one.connect("north", ada)
        await one.subscribe(channel, ada)
    return house, other


@pytest.fixture
async def pair(make_house: Callable[..., Any]) -> tuple[House, Neighbours]:
    return await both(make_house)


def owners(house: House) -> list[tuple[str, str, str | None]]:
    """Workspace, the lead's id there, and its owner."""

    def look(tx: Tx) -> list[tuple[str, str, str | None]]:
        return [tuple(row) for row in tx.all("SELECT workspace, external_id, owner FROM leads ORDER BY 1, 2")]

    return house.sandbox.bot.database.read_now(look)


async def test_the_same_lead_is_worked_in_both_and_neither_knows_of_the_other(
    pair: tuple[House, Neighbours],
) -> None:
    house, other = pair
    lead = await house.arrive(firstName="Sofia", lastName="Marsh")
    (mine,), (theirs,) = house.cards(), other.cards()
    await house.press(ZOE, mine, "claim")
    assert "Zoe Lind* has it" in shown(mine)
    assert "*Unclaimed*" in shown(theirs)
    assert owners(house) == [(OTHER, str(lead["id"]), None), (HOME, str(lead["id"]), ZOE)]
    await other.press(OTHERS_ZOE, theirs, "claim")  # of the same name, and somebody else
    assert owners(house) == [(OTHER, str(lead["id"]), OTHERS_ZOE), (HOME, str(lead["id"]), ZOE)]
    assert len(house.dms(ZOE)) == len(other.dms(OTHERS_ZOE)) == 1
    listed = await other.command(OTHERS_ZOE, "/leads list mine")
    assert listed is not None and "KP-1001" in shown(listed)  # each counts its own
    listed = await house.command(ZOE, "/leads list mine")
    assert listed is not None and "KP-1001" in shown(listed)


async def test_a_button_of_one_workspace_does_nothing_in_the_other(pair: tuple[House, Neighbours]) -> None:
    house, other = pair
    await house.arrive()
    await house.arrive()
    first = house.cards()[0]
    value = next(e["value"] for b in first.blocks for e in b.get("elements", ()) if e.get("action_id") == "claim")
    await other.forge(OTHERS_ZOE, other.cards()[0], "claim", value)
    assert [(w, o) for w, _, o in owners(house) if o] == [(OTHER, OTHERS_ZOE)]
    assert "*Unclaimed*" in shown(first)


async def test_one_leaving_takes_nothing_of_the_other(pair: tuple[House, Neighbours]) -> None:
    house, other = pair
    await house.arrive()
    await house.command(ADA, "/leads disconnect north")
    (held,) = house.sandbox.bot.database.read_now(lambda tx: connections.every(tx, HOME))

    def rows(table: str) -> Callable[[Tx], Counter[str]]:
        return lambda tx: Counter(row[0] for row in tx.all(f"SELECT workspace FROM {table}"))

    def remove(tx: Tx) -> None:
        connections.retire(tx, HOME, held.connection)
        while not connections.remove_some(tx, HOME, held.connection):
            pass

    database = house.sandbox.bot.database
    names = [t for t in tables(database) if t not in OF_THE_PROCESS]
    before = {table: database.read_now(rows(table))[OTHER] for table in names}
    await database.write(remove)
    assert {table: database.read_now(rows(table))[OTHER] for table in names} == before
    assert before["leads"] == before["connections"] == before["subscriptions"] == 1
    assert before["messages"] >= 1
    assert database.read_now(rows("leads"))[HOME] == 0
    await house.arrive()
    assert len(other.cards()) == 2


async def test_a_key_that_is_refused_pauses_one_workspace(pair: tuple[House, Neighbours]) -> None:
    house, other = pair
    before = {HOME: len(house.dms(ADA)), OTHER: len(other.dms(OTHERS_ADA))}
    house.kpro.fault("401")  # whoever asks first
    await house.arrive()

    def states(tx: Tx) -> dict[str, str]:
        return {w: c.state for w in (HOME, OTHER) for c in connections.every(tx, w)}

    found = house.sandbox.bot.database.read_now(states)
    assert sorted(found.values()) == ["active", "paused"]
    cards = {HOME: house.cards(), OTHER: other.cards()}
    assert {w: len(c) for w, c in cards.items()} == {w: int(s == "active") for w, s in found.items()}
    told = {HOME: house.dms(ADA), OTHER: other.dms(OTHERS_ADA)}
    assert {w: len(d) - before[w] for w, d in told.items()} == {w: int(s == "paused") for w, s in found.items()}


async def test_a_lead_system_that_hangs_for_one_holds_up_nobody_else(pair: tuple[House, Neighbours]) -> None:
    house, other = pair
    house.kpro.fault("hang")  # whoever asks first
    await house.kpro.arrive()
    await house.sandbox.advance(61)
    await house.slack.until(lambda: len(house.cards()) + len(other.cards()) == 1)
    waiting, ada, channel = (other, OTHERS_ADA, OTHERS_LEADS) if house.cards() else (house, ADA, LEADS)
    before = len(waiting.slack.workspace.messages[channel])
    await waiting.slack.people.command(ada, channel, "/leads list")  # even there, people are answered
    await waiting.slack.until(lambda: len(waiting.slack.workspace.messages[channel]) == before + 1)
    await house.sandbox.bot.stop()
    house.kpro.clear_faults()
    house.sandbox.clock.advance(timedelta(seconds=61))
    await house.sandbox._start_bot()
    await house.poll()
    assert len(house.cards()) == len(other.cards()) == 1


async def test_rate_budgets_are_each_workspaces_own(pair: tuple[House, Neighbours]) -> None:
    house, other = pair
    database, now = house.sandbox.bot.database, house.sandbox.clock.now()

    def block(tx: Tx) -> None:
        for held in connections.every(tx, HOME):
            connections.block(tx, HOME, held.connection, seconds=3000, now=now + timedelta(seconds=61))

    await database.write(block)
    await house.arrive()
    assert (len(house.cards()), len(other.cards())) == (0, 1)
    assert [c.failures for c in database.read_now(lambda tx: connections.every(tx, OTHER))] == [0]


async def test_a_flood_is_stored_in_slices_between_which_others_write(
    make_house: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "SLICE", 10)
    house, other = await both(make_house, tempo=Tempo(poll_seconds=60, post_gap=0.0, budget=False))
    points: list[str] = []
    house.sandbox.bot.database.observe = points.append
    for _ in range(35):
        await house.kpro.arrive()
    await house.poll()
    assert points.count("take_in_page.committed") == 8  # four in each workspace
    assert len(house.cards()) == len(other.cards()) == 35
    assert len({lead for _, lead, _ in owners(house)}) == 35
