"""The stand-in for Slack serves several workspaces, and an organisation of Enterprise Grid; none sees another."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.installation import Installation
from bot.sandbox.people import Enterprise, Team
from bot.sandbox.platform import Organisation
from bot.sandbox.samples import alder_finch, harbour_homes, northern_group
from bot.sandbox.slack import SlackStandIn
from bot.sandbox.web_api import SCOPES
from tests.bot.sandbox.conftest import BOT, Desk

Json = dict[str, Any]
OTHER, WHOLE = "xoxb-alder", "xoxb-whole"


@pytest.fixture
def second(desk: Desk) -> SlackStandIn:
    """Alder & Finch, with the app."""
    workspace = alder_finch(desk.time.now)
    workspace.installation = Installation(SCOPES, token=OTHER)
    return desk.slack.beside(workspace)


def client(desk: Desk, token: str) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=f"{desk.url}/api/", session=desk.http, retry_handlers=[])


def button(text: str = "Claim") -> list[Json]:
    text_object = {"type": "plain_text", "text": text}
    return [
        {
            "type": "actions",
            "block_id": "b",
            "elements": [{"type": "button", "action_id": "claim", "value": "1", "text": text_object}],
        }
    ]


MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Hello"}, "blocks": [{"type": "divider"}]}


async def test_what_happens_comes_from_its_workspace(desk: Desk, second: SlackStandIn) -> None:
    await second.people.command("U1ZOE", "C1LEADS", "/leads list")
    sent = desk.app.last
    assert (sent["team_id"], sent["team_domain"], sent["user_id"]) == ("T0ALDER", "alderfinch", "U1ZOE")
    assert "enterprise_id" not in sent
    trigger = sent["trigger_id"]
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await desk.client.views_open(trigger_id=trigger, view=MODAL)
    opened = await client(desk, OTHER).views_open(trigger_id=trigger, view=MODAL)
    assert opened["view"]["team_id"] == "T0ALDER"
    with pytest.raises(SlackApiError, match="not_found"):
        await desk.client.views_update(view_id=opened["view"]["id"], view=MODAL)

    made = await client(desk, OTHER).chat_postMessage(channel="C1LEADS", text="A lead", blocks=button())
    await second.interactions.press_in_message("U1ZOE", "C1LEADS", made["ts"], "b", "claim")
    sent = desk.app.last
    assert sent["team"] == {"id": "T0ALDER", "domain": "alderfinch"}
    assert sent["user"]["team_id"] == "T0ALDER"
    assert (sent["enterprise"], sent["is_enterprise_install"]) == (None, False)
    assert await desk.respond(sent["response_url"], text="Yours", replace_original=False) == (200, "ok")
    assert [m.text for m in second.workspace.messages["C1LEADS"]] == ["A lead", "Yours"]
    assert desk.slack.workspace.messages["C0LEADS"] == []

    await second.push.event({"type": "member_joined_channel", "channel": "C1LEADS", "user": "U1ZOE"})
    sent = desk.app.last
    assert (sent["team_id"], sent["context_team_id"]) == ("T0ALDER", "T0ALDER")
    assert sent["authorizations"] == [
        {
            "enterprise_id": None,
            "team_id": "T0ALDER",
            "user_id": "U1LEADBELL",
            "is_bot": True,
            "is_enterprise_install": False,
        }
    ]
    assert desk.slack.problems == []


async def test_files_stay_in_their_workspace(desk: Desk, second: SlackStandIn) -> None:
    mine, other = client(desk, OTHER), desk.client
    await mine.files_upload_v2(filename="leads.csv", content="Name\nSofia\n", channel="C1LEADS")
    file = second.workspace.messages["C1LEADS"][0].files[0]
    with pytest.raises(SlackApiError, match="file_not_found"):
        await other.files_info(file=file["id"])
    for token, told in ((OTHER, "Sofia"), (BOT, "not found"), ("xoxb-nobody", "Sign in")):
        headers = {"Authorization": f"Bearer {token}"}
        async with desk.http.get(file["url_private_download"], headers=headers) as answer:
            assert told in await answer.text()


async def test_two_workspaces_with_the_same_ids_are_told_apart_by_the_token(desk: Desk) -> None:
    workspace = harbour_homes(desk.time.now, replace(Team(), id="T0TWIN", name="Twin", domain="twin"))
    workspace.installation = Installation(SCOPES, token="xoxb-twin")
    twin = desk.slack.beside(workspace)
    await client(desk, "xoxb-twin").chat_postMessage(channel="C0LEADS", text="For the twin")
    await desk.client.chat_postMessage(channel="C0LEADS", text="For the first")
    assert [m.text for m in twin.workspace.messages["C0LEADS"]] == ["For the twin"]
    assert [m.text for m in desk.slack.workspace.messages["C0LEADS"]] == ["For the first"]
    ts = twin.workspace.messages["C0LEADS"][0].ts
    assert ts == desk.slack.workspace.messages["C0LEADS"][0].ts  # even that is the same
    await client(desk, "xoxb-twin").chat_update(channel="C0LEADS", ts=ts, text="Changed")
    assert [m.text for m in desk.slack.workspace.messages["C0LEADS"]] == ["For the first"]
    shown = await desk.get("messages", channel="C0LEADS", user="U0ADA", team="T0TWIN")
    assert [m["text"] for m in shown] == ["Changed"]


async def test_one_socket_carries_what_happens_in_every_workspace(desk: Desk, second: SlackStandIn) -> None:
    headers = {"Authorization": "Bearer xapp-sandbox"}
    async with desk.http.post(f"{desk.url}/api/apps.connections.open", headers=headers) as answer:
        url = (await answer.json())["url"]
    async with desk.http.ws_connect(url) as socket:
        assert (await socket.receive_json())["connection_info"] == {"app_id": "A0LEADBELL"}
        desk.slack.push.answer_seconds = second.push.answer_seconds = 0.05
        for one, user, channel in ((desk.slack, "U0ZOE", "C0LEADS"), (second, "U1ZOE", "C1LEADS")):
            await one.people.command(user, channel, "/leads")
            envelope = await socket.receive_json()
            assert envelope["payload"]["team_id"] == one.workspace.team.id


async def test_a_fault_can_be_one_workspaces_alone(desk: Desk, second: SlackStandIn) -> None:
    await desk.post("fault", target="slack", kind="internal_error", count=2, team="T0ALDER")
    assert (await desk.client.auth_test())["team_id"] == "T0LEADBELL"
    for method in ("auth_test", "users_list"):
        with pytest.raises(SlackApiError, match="internal_error"):
            await getattr(client(desk, OTHER), method)()
    assert (await client(desk, OTHER).auth_test())["team_id"] == "T0ALDER"
    assert not (await desk.post("fault", target="slack", kind="429", team="T0NOBODY"))["ok"]


async def test_the_consoles_api_is_about_the_workspace_of_the_ids_or_of_the_team_that_is_named(
    desk: Desk, second: SlackStandIn
) -> None:
    first = await desk.get("state")
    assert first["workspace"] == {"id": "T0LEADBELL", "name": "Harbour Homes"}
    assert [(w["id"], w["name"], w["installed"], w["person"]) for w in first["workspaces"]] == [
        ("T0LEADBELL", "Harbour Homes", True, "U0ADA"),
        ("T0ALDER", "Alder & Finch", True, "U1ADA"),
    ]
    for query in ({"team": "T0ALDER"}, {"user": "U1MAX"}):
        state = await desk.get("state", **query)
        assert state["workspace"]["id"] == "T0ALDER"
        assert [p["id"] for p in state["people"]] == ["U1ADA", "U1MAX", "U1ZOE", "U1SAM"]
        assert [c["id"] for c in state["channels"]] == ["C1LEADS", "C1NORTH", "C1GENERAL"]
        assert state["bot"]["user_id"] == "U1LEADBELL"
    assert (await desk.post("message", user="U1ZOE", channel="C1LEADS", text="Hello"))["ok"]
    assert (await desk.post("message", user="U0ZOE", channel="C1LEADS", text="Hello"))["ok"] is False
    assert (await desk.post("message", user="U1ZOE", channel="C1LEADS", text="Hello", team="T0LEADBELL"))["ok"] is False
    assert [m["text"] for m in await desk.get("messages", user="U1ADA", channel="C1LEADS")] == ["Hello"]
    assert await desk.get("messages", user="U0ADA", channel="C0LEADS") == []
    assert "no workspace" in (await desk.get("state", team="T0NOBODY"))["error"]


async def test_what_is_newest_elsewhere_leaves_out_what_a_person_does_not_see(desk: Desk, second: SlackStandIn) -> None:
    bot = client(desk, OTHER)
    assert await desk.get("latest", user="U1ZOE") == {}
    seen = await bot.chat_postMessage(channel="C1LEADS", text="A lead")
    await bot.chat_postEphemeral(channel="C1LEADS", user="U1MAX", text="Only Max")
    second.people.message("U1ZOE", "C1LEADS", "My own")
    await bot.chat_postMessage(channel="U1MAX", text="A direct message")
    assert await desk.get("latest", user="U1ZOE") == {"C1LEADS": seen["ts"]}
    assert set(await desk.get("latest", user="U1MAX")) == {"C1LEADS", "D1MAX"}


async def test_changes_in_any_workspace_reach_whoever_watches(desk: Desk, second: SlackStandIn) -> None:
    async with desk.http.get(f"{desk.url}/sandbox/events") as stream:

        async def revision() -> int:
            line = await stream.content.readline()
            await stream.content.readline()
            return int(json.loads(line.decode().removeprefix("data: "))["revision"])

        before = await revision()
        second.people.message("U1ZOE", "C1LEADS", "Hello")
        after = await revision()
        desk.slack.people.message("U0ZOE", "C0LEADS", "Hello")
        assert before < after < await revision()


async def test_the_consoles_api_takes_the_app_out_of_the_workspace_that_is_named(
    desk: Desk, second: SlackStandIn
) -> None:
    assert await desk.post("app", act="revoke", team="T0ALDER") == {"ok": True}
    state = await desk.get("state", team="T0ALDER")
    assert (state["bot"]["installed"], state["bot"]["has_token"]) == (True, False)
    assert not (await desk.post("app", act="revoke", team="T0ALDER"))["ok"]
    assert await desk.post("app", act="uninstall", team="T0ALDER") == {"ok": True}
    assert not (await desk.get("state", team="T0ALDER"))["bot"]["installed"]
    assert not (await desk.post("app", act="uninstall", team="T0ALDER"))["ok"]
    assert not (await desk.post("app", act="explode", team="T0LEADBELL"))["ok"]
    for on in (True, False):
        assert await desk.post("app", act="rotation", on=on) == {"ok": True}
        assert (await desk.get("state"))["rotation"] is desk.slack.oauth.rotation is on
    assert (await desk.get("state"))["bot"] | {"commands": [], "shortcuts": []} == {
        "user_id": "U0LEADBELL",
        "name": "Leadbell",
        "commands": [],
        "home": True,
        "shortcuts": [],
        "installed": True,
        "has_token": True,
    }


# -- Enterprise Grid


@dataclass
class Grid:
    """An organisation of two workspaces, beside one that stands alone."""

    desk: Desk
    organisation: Organisation
    york: SlackStandIn
    hull: SlackStandIn


@pytest.fixture
def grid(desk: Desk) -> Grid:
    enterprise, *offices = northern_group(desk.time.now)
    york, hull = (desk.slack.beside(each) for each in offices)
    return Grid(desk, desk.slack.organisation(enterprise, york, hull), york, hull)


async def installed(grid: Grid, user: str = "U2ADA") -> Json:
    oauth = grid.desk.slack.oauth
    code = oauth.allow(grid.organisation.installation, user, SCOPES)
    answer = await grid.desk.client.oauth_v2_access(
        client_id=oauth.client_id, client_secret=oauth.client_secret, code=code
    )
    body: Json = answer.data  # type: ignore[assignment]
    return body


async def test_an_organisation_installs_the_app_for_all_its_workspaces(grid: Grid) -> None:
    answer = await installed(grid)
    assert (answer["team"], answer["enterprise"], answer["is_enterprise_install"]) == (
        None,
        {"id": "E0GROUP", "name": "Northern Group"},
        True,
    )
    bot = client(grid.desk, answer["access_token"])
    who = await bot.auth_test()
    assert (who["enterprise_id"], who["is_enterprise_install"]) == ("E0GROUP", True)
    assert [t["id"] for t in (await bot.auth_teams_list())["teams"]] == ["T0YORK", "T0HULL"]
    await bot.chat_postMessage(channel="C2LEADS", text="Up here")
    await bot.chat_postMessage(channel="C3NORTH", text="Down here")
    assert [m.text for m in grid.york.workspace.messages["C2LEADS"]] == ["Up here"]
    assert [m.text for m in grid.hull.workspace.messages["C3NORTH"]] == ["Down here"]
    listed = await bot.users_list(team_id="T0HULL")
    assert "U3ADA" in {m["id"] for m in listed["members"]}
    with pytest.raises(SlackApiError, match="team_access_not_granted"):
        await bot.users_list(team_id="T0LEADBELL")
    assert grid.desk.slack.problems == []
    with pytest.raises(SlackApiError, match="missing_argument"):
        await bot.users_list()
    assert "needs team_id" in grid.desk.slack.problems.pop()


async def test_events_of_an_organisation_name_it_and_the_workspace(grid: Grid) -> None:
    await installed(grid)
    await grid.hull.push.event({"type": "member_joined_channel", "channel": "C3LEADS", "user": "U3ZOE"})
    sent = grid.desk.app.last
    assert (sent["team_id"], sent["enterprise_id"], sent["context_enterprise_id"]) == ("T0HULL", "E0GROUP", "E0GROUP")
    assert sent["authorizations"][0] | {"user_id": ""} == {
        "enterprise_id": "E0GROUP",
        "team_id": None,
        "user_id": "",
        "is_bot": True,
        "is_enterprise_install": True,
    }
    await grid.hull.people.command("U3ZOE", "C3LEADS", "/leads")
    sent = grid.desk.app.last
    assert (sent["team_id"], sent["enterprise_id"], sent["enterprise_name"], sent["is_enterprise_install"]) == (
        "T0HULL",
        "E0GROUP",
        "Northern Group",
        "true",
    )


async def test_a_view_of_an_organisations_app_names_no_team_but_its_person_does(grid: Grid) -> None:
    bot = client(grid.desk, (await installed(grid))["access_token"])
    await grid.york.people.command("U2ZOE", "C2LEADS", "/leads")
    view = MODAL | {"submit": {"type": "plain_text", "text": "Go"}}
    opened = await bot.views_open(trigger_id=grid.desk.app.last["trigger_id"], view=view)
    assert opened["view"]["app_installed_team_id"] == "E0GROUP"
    await grid.york.modals.submit("U2ZOE", {})
    sent = grid.desk.app.last
    assert (sent["type"], sent["team"]) == ("view_submission", None)
    assert sent["user"]["team_id"] == sent["view"]["team_id"] == "T0YORK"
    assert (sent["enterprise"], sent["is_enterprise_install"]) == ({"id": "E0GROUP", "name": "Northern Group"}, True)
    made = await bot.chat_postMessage(channel="C2LEADS", text="A lead", blocks=button())
    await grid.york.interactions.press_in_message("U2ZOE", "C2LEADS", made["ts"], "b", "claim")
    assert grid.desk.app.last["team"]["id"] == "T0YORK"
    assert grid.desk.app.last["team"]["enterprise_id"] == "E0GROUP"


async def test_the_end_of_an_organisations_app_is_told_without_a_team(grid: Grid) -> None:
    token = (await installed(grid))["access_token"]
    await grid.york.people.uninstall()
    assert [each["event"]["type"] for each in grid.desk.app.received] == ["tokens_revoked", "app_uninstalled"]
    for sent in grid.desk.app.received:
        assert "team_id" not in sent
        assert (sent["enterprise_id"], sent["is_enterprise_install"]) == ("E0GROUP", True)
    with pytest.raises(SlackApiError, match="account_inactive"):
        await client(grid.desk, token).auth_test()
    assert not grid.hull.installation.active


async def test_one_workspace_of_an_organisation_may_install_the_app_for_itself(grid: Grid) -> None:
    oauth = grid.desk.slack.oauth
    code = oauth.allow(grid.york.workspace.installation, "U2ADA", SCOPES)
    answer = await grid.desk.client.oauth_v2_access(
        client_id=oauth.client_id, client_secret=oauth.client_secret, code=code
    )
    assert (answer["team"]["id"], answer["enterprise"]["id"]) == ("T0YORK", "E0GROUP")
    assert answer["is_enterprise_install"] is False
    assert not grid.hull.installation.active
    await grid.york.push.event({"type": "member_joined_channel"})
    sent = grid.desk.app.last
    assert (sent["team_id"], sent["enterprise_id"]) == ("T0YORK", "E0GROUP")
    assert (sent["authorizations"][0]["team_id"], sent["authorizations"][0]["is_enterprise_install"]) == (
        "T0YORK",
        False,
    )
    await grid.york.people.uninstall()
    assert grid.desk.app.last["team_id"] == "T0YORK"


async def test_an_organisation_needs_one_bot_user(desk: Desk) -> None:
    with pytest.raises(ValueError, match="one bot user"):
        desk.slack.organisation(Enterprise("E1", "Group"), desk.slack, desk.slack.beside(alder_finch(desk.time.now)))


async def test_an_organisation_takes_one_workspace_out_and_lets_it_in_again(grid: Grid) -> None:
    bot = client(grid.desk, (await installed(grid))["access_token"])
    await grid.hull.people.take_out_of_organisation()
    assert grid.desk.app.last["event"]["type"] == "team_access_revoked"
    assert grid.desk.app.last["event"]["team_ids"] == ["T0HULL"]
    assert grid.desk.app.last["enterprise_id"] == "E0GROUP"
    assert not grid.hull.installation.active
    assert [t["id"] for t in (await bot.auth_teams_list())["teams"]] == ["T0YORK"]
    with pytest.raises(SlackApiError, match="team_access_not_granted"):
        await bot.users_list(team_id="T0HULL")
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await bot.chat_postMessage(channel="C3LEADS", text="Hello")
    await bot.chat_postMessage(channel="C2LEADS", text="Hello")
    await grid.hull.people.let_into_organisation()
    assert grid.desk.app.last["event"]["type"] == "team_access_granted"
    assert {each["id"] for each in (await bot.conversations_list(team_id="T0HULL"))["channels"]} >= {"C3LEADS"}
    assert grid.desk.slack.problems == []
