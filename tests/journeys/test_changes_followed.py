"""A lead system that can tell what changed is asked for it at every poll; the slow sweep is for the others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from providers.lofty.stand_in import LoftyStandIn
from storage import connections
from tests.conftest import House, shown


def lofty(house: House) -> LoftyStandIn:
    system = house.sandbox.systems["lofty"]
    assert isinstance(system, LoftyStandIn)
    return system


async def held(house: House) -> Any:
    bot = house.sandbox.bot
    team = house.slack.workspace.team.id
    return (await bot.database.read(lambda tx: connections.every(tx, team)))[0]


async def asked(house: House, path: str) -> int:
    return sum(path in address for _, address in lofty(house).requests)


@pytest.mark.parametrize("times", [True, False])
async def test_a_change_reaches_the_card_at_the_next_poll(house: House, times: bool) -> None:
    lofty(house).account.times = times
    await house.connect(provider="lofty")
    await house.subscribe()
    lead = await house.arrive("lofty", firstName="Dana", stage="New Lead", privateFlag=False)
    assert len(house.cards()) == 1
    lofty(house).change(lead["leadId"], city="Marfa", state="TX", leadInquiry=None)
    await house.poll()
    (card,) = house.cards()
    assert "Marfa" in shown(card)


async def test_the_point_that_was_reached_is_loftys_time_and_the_cursor_of_new_leads_stays(house: House) -> None:
    await house.connect(provider="lofty")
    lead = await house.arrive("lofty", firstName="Dana")
    before = await held(house)
    await house.sandbox.advance(600)
    lofty(house).change(lead["leadId"], city="Marfa")
    changed_at = house.sandbox.clock.now()
    await house.poll()
    after = await held(house)
    assert abs(after.sweep_from - changed_at) < timedelta(seconds=2)
    assert after.cursor == before.cursor
    assert after.unreadable == 0
    count = await asked(house, "updateTime")
    await house.poll()
    assert await asked(house, "updateTime") == count + 1, "once a poll"


async def test_a_change_while_the_desk_was_away_is_caught_up_with(house: House) -> None:
    await house.connect(provider="lofty")
    await house.subscribe()
    lead = await house.arrive("lofty", firstName="Dana", privateFlag=False)
    lofty(house).change(lead["leadId"], city="Marfa", state="TX", leadInquiry=None)
    lofty(house).fault("503", 6)
    for _ in range(4):
        await house.poll(600)
    (card,) = house.cards()
    assert "Marfa" in shown(card)
