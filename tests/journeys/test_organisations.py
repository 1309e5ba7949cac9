"""An Enterprise Grid organisation and its workspaces: what ends for one of them leaves the others alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from storage import installations
from storage.database import Tx
from tests.journeys.test_http_edge import JSON, send
from tests.journeys.test_installing import Grid, grid, open_house

__all__ = ["grid", "open_house"]
ORGANISATION, YORK, HULL = "E0GROUP", "T0YORK", "T0HULL"


async def at_work(one: Grid) -> Grid:
    await one.add()
    for office in (one.york, one.hull):
        await office.set_up()
    return one


async def stopped(one: Grid, team: str) -> tuple[str | None, bool]:
    """Why a workspace stands still, and whether it is to be deleted."""

    def look(tx: Tx) -> tuple[str | None, bool]:
        row = tx.one("SELECT stopped, delete_at FROM workspaces WHERE workspace = ?", team)
        assert row
        return row["stopped"], row["delete_at"] is not None

    return await one.house.sandbox.bot.database.read(look)


async def state(one: Grid, workspace: str = ORGANISATION) -> tuple[str, bool]:
    """An installation's state, and whether it has tokens."""
    found = await one.house.sandbox.bot.database.read(lambda tx: installations.get(tx, workspace))
    assert found
    return found.state, found.tokens is not None


async def told(one: Grid, kind: str, *, team: str | None, at: int, whole: bool = False, **more: Any) -> None:
    """Slack says that something happened."""
    authorization = {"enterprise_id": ORGANISATION, "team_id": team, "is_enterprise_install": whole}
    body = {
        "type": "event_callback",
        "event_id": f"Ev{kind}{at}",
        "team_id": team,
        "enterprise_id": ORGANISATION,
        "event_time": at,
        "event": {"type": kind, **more},
        "authorizations": [authorization],
    }
    answer = await send(one.house, json.dumps(body).encode(), JSON)
    assert answer[0] == 200
    await one.house.quiet()


def seconds(one: Grid) -> int:
    return int(one.house.sandbox.clock.now().timestamp())


async def test_a_workspace_that_removes_its_own_installation_leaves_its_organisations_alone(grid: Grid) -> None:
    """Slack says so by two events, in either order, and repeats them."""
    await at_work(grid)
    own = installations.Granted(workspace=YORK, bot_token="xoxb-own", enterprise=ORGANISATION, name="York")
    await grid.house.sandbox.bot.clients.install(own, lambda _tx: None)
    grid.house.sandbox.clock.advance(timedelta(minutes=1))
    now = seconds(grid)
    for _ in range(2):
        await told(grid, "tokens_revoked", team=YORK, at=now, tokens={"bot": ["U2BOT"], "oauth": []})
        await told(grid, "app_uninstalled", team=YORK, at=now)
    assert await state(grid, YORK) == ("uninstalled", False)
    assert await state(grid) == ("active", True)
    assert await stopped(grid, HULL) == (None, False)


async def test_an_organisation_that_removes_it_stops_every_workspace_and_adding_it_brings_them_back(grid: Grid) -> None:
    await at_work(grid)
    grid.house.sandbox.clock.advance(timedelta(minutes=1))
    await told(grid, "app_uninstalled", team=YORK, at=seconds(grid), whole=True)
    assert await state(grid) == ("uninstalled", False)
    assert await stopped(grid, YORK) == await stopped(grid, HULL) == ("uninstalled", True)
    grid.house.sandbox.clock.advance(timedelta(days=2))
    await grid.add()
    assert await stopped(grid, YORK) == await stopped(grid, HULL) == (None, False)


async def test_access_that_was_taken_from_one_workspace_is_not_given_back_by_what_mends_the_organisation(
    grid: Grid,
) -> None:
    await at_work(grid)
    clients = grid.house.sandbox.bot.clients
    await told(grid, "team_access_revoked", team=None, at=seconds(grid), whole=True, team_ids=[HULL])
    assert await stopped(grid, HULL) == ("uninstalled", True)
    found = await grid.house.sandbox.bot.database.read(lambda tx: installations.get(tx, ORGANISATION))
    assert found
    await clients.refused(found, "invalid_auth")
    assert await stopped(grid, YORK) == ("revoked", False)
    grid.house.sandbox.clock.advance(timedelta(minutes=2))
    await clients.probe()  # Slack takes the organisation's token again
    assert await stopped(grid, YORK) == (None, False)
    assert await stopped(grid, HULL) == ("uninstalled", True)
    await grid.add()
    assert await stopped(grid, HULL) == ("uninstalled", True)
    grid.house.sandbox.clock.advance(timedelta(minutes=2))
    await told(grid, "app_uninstalled", team=YORK, at=seconds(grid), whole=True)
    grid.house.sandbox.clock.advance(timedelta(minutes=2))
    await grid.add()
    assert await stopped(grid, YORK) == (None, False)
    assert await stopped(grid, HULL) == ("uninstalled", True)


async def test_late_news_of_access_counts_no_more(grid: Grid) -> None:
    await at_work(grid)
    now = seconds(grid)
    grid.house.sandbox.clock.advance(timedelta(minutes=2))
    for kind, at, expected in (
        ("team_access_revoked", now, "uninstalled"),
        ("team_access_granted", now + 30, None),
        ("team_access_revoked", now, None),
        ("team_access_revoked", now + 60, "uninstalled"),
        ("team_access_granted", now + 30, "uninstalled"),
    ):
        await told(grid, kind, team=None, at=at, whole=True, team_ids=[HULL])
        assert (await stopped(grid, HULL))[0] == expected, (kind, at - now)
    assert await stopped(grid, YORK) == (None, False)


async def test_a_workspace_for_which_slack_refuses_the_organisations_token_stops_alone(grid: Grid) -> None:
    await at_work(grid)
    grid.hull.slack.faults.add("slack:chat.postMessage", "team_access_not_granted")  # of whichever comes first
    await grid.house.arrive()
    assert await state(grid) == ("active", True)
    offices = (grid.york, grid.hull)
    (refused,) = [o for o in offices if await stopped(grid, o.team) == ("revoked", False)]
    (other,) = [o for o in offices if await stopped(grid, o.team) == (None, False)]
    assert (len(other.alerts()), len(refused.alerts())) == (1, 0)
    await refused.command(refused.admin, "/leads help", refused.channel)  # so it has the app again
    await refused.poll(120)
    assert await stopped(grid, refused.team) == (None, False)
    assert len(refused.alerts()) == 1
