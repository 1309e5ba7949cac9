"""The stand-in for Slack plays OAuth: its page, codes, rotation, revocation, and what each refuses."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.samples import alder_finch
from bot.sandbox.slack import SlackStandIn
from tests.bot.sandbox.conftest import BOT, Desk

Json = dict[str, Any]
BACK = "https://leads.example.com/slack/oauth_redirect"
ASKED = "chat:write,commands,users:read"


@dataclass
class Office:
    """The stand-in with a second workspace, which does not have the app yet."""

    desk: Desk
    second: SlackStandIn

    @property
    def slack(self) -> SlackStandIn:
        return self.desk.slack

    def client(self, token: str | None = None) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=f"{self.desk.url}/api/", session=self.desk.http, retry_handlers=[])

    async def page(self, **query: str) -> str:
        """The page of consent, as a browser sees it."""
        asked = {"client_id": self.slack.oauth.client_id, "scope": ASKED, "redirect_uri": BACK, "state": "s1"} | query
        asked = {name: value for name, value in asked.items() if value}
        async with self.desk.http.get(f"{self.desk.url}/oauth/v2/authorize?{urlencode(asked)}") as answer:
            assert answer.status == 200
            return await answer.text()

    async def decide(self, decision: str = "allow", **fields: Any) -> tuple[int, str, dict[str, str]]:
        """Press a button of the page: the status, where the browser is sent, with which parameters."""
        form = {
            "client_id": self.slack.oauth.client_id,
            "scope": ASKED,
            "redirect_uri": BACK,
            "state": "s1",
            "place": "T0ALDER",
            "user:T0ALDER": "U1ADA",
            "user:T0LEADBELL": "U0ADA",
            "decision": decision,
        } | fields
        pairs = [(k, each) for k, v in form.items() for each in (v if isinstance(v, list) else [v]) if each]
        url = f"{self.desk.url}/oauth/v2/authorize"
        async with self.desk.http.post(url, data=pairs, allow_redirects=False) as answer:
            target = urlsplit(answer.headers.get("Location", ""))
            return answer.status, target._replace(query="").geturl(), dict(parse_qsl(target.query))

    async def code(self, **fields: Any) -> str:
        return (await self.decide(**fields))[2]["code"]

    async def exchange(self, **args: str) -> Json:
        """``oauth.v2.access`` with the app's id and secret: the answer, or its error."""
        oauth = self.slack.oauth
        held = {"client_id": oauth.client_id, "client_secret": oauth.client_secret} | args
        return await self.call("oauth.v2.access", **held)

    async def call(self, method: str, bearer: str | None = None, **args: str) -> Json:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        async with self.desk.http.post(f"{self.desk.url}/api/{method}", data=args, headers=headers) as answer:
            body: Json = await answer.json()
            return body

    async def install(self, **fields: Any) -> Json:
        """The app is let into the second workspace."""
        answer = await self.exchange(code=await self.code(**fields), redirect_uri=BACK)
        assert answer["ok"], answer
        return answer

    async def error(self, token: str, method: str = "auth.test") -> str:
        answer = await self.call(method, token)
        return "ok" if answer["ok"] else str(answer["error"])


@pytest.fixture
async def office(desk: Desk) -> AsyncIterator[Office]:
    second = desk.slack.beside(alder_finch(desk.time.now))
    desk.slack.oauth.redirect_uris = [BACK]
    yield Office(desk, second)
    assert desk.slack.problems == []


async def test_the_page_names_the_workspaces_the_people_and_what_is_asked_for(office: Office) -> None:
    office.second.workspace.team = replace(office.second.workspace.team, name="<b>Alder & Finch")
    page = await office.page(team="T0ALDER", scope="commands,users:read.email")
    assert "Harbour Homes" in page
    assert "&lt;b&gt;Alder &amp; Finch" in page
    assert 'value="T0ALDER" checked' in page
    assert "Ada Finch" in page
    assert "Gus Guest" not in page  # guests install nothing
    assert "View e-mail addresses of people" in page
    assert "files:read" not in page


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"client_id": "1.2"}, "Invalid client_id parameter."),
        ({"client_id": ""}, "Invalid client_id parameter."),
        ({"redirect_uri": "https://evil.example/slack"}, "redirect_uri did not match any configured URIs"),
        ({"redirect_uri": "https://leads.example.com.evil.example/slack/oauth_redirect"}, "redirect_uri did not match"),
        ({"redirect_uri": "https://leads.example.com/slack"}, "redirect_uri did not match"),
        ({"redirect_uri": f"{BACK}/../../else"}, "redirect_uri did not match"),
        ({"scope": ""}, "No scopes requested."),
        ({"scope": "commands,read:minds"}, "Invalid permissions requested: read:minds"),
    ],
)
async def test_an_app_that_asks_wrongly_gets_a_page_and_no_redirect(
    office: Office, query: dict[str, str], told: str
) -> None:
    assert told in await office.page(**query)
    status, target, _ = await office.decide(**query)
    assert (status, target) == (200, "")


async def test_an_address_below_a_configured_one_is_allowed_and_none_means_the_first(office: Office) -> None:
    assert (await office.decide(redirect_uri=f"{BACK}/eu"))[1] == f"{BACK}/eu"
    status, target, query = await office.decide(redirect_uri="")
    assert (status, target) == (302, BACK)
    assert (await office.exchange(code=query["code"]))["ok"]


async def test_whoever_cancels_is_sent_back_with_an_error_and_the_state(office: Office) -> None:
    assert await office.decide("cancel") == (302, BACK, {"error": "access_denied", "state": "s1"})
    assert not office.second.installation.active


async def test_a_form_from_another_page_or_of_somebody_who_may_not_is_refused(office: Office) -> None:
    url = f"{office.desk.url}/oauth/v2/authorize"
    async with office.desk.http.post(url, data={}, headers={"Origin": "https://evil.example"}) as answer:
        assert "was not sent from" in await answer.text()
    for fields in (
        {"user:T0ALDER": "U0ADA"},
        {"place": "T0NOBODY"},
        {"place": "T0LEADBELL", "user:T0LEADBELL": "U0GUEST"},
    ):
        assert (await office.decide(**fields))[0] == 200


async def test_a_code_gives_what_slacks_documents_say(office: Office) -> None:
    answer = await office.install()
    assert answer == {
        "ok": True,
        "app_id": "A0LEADBELL",
        "access_token": office.second.bot_token,
        "token_type": "bot",
        "scope": "chat:write,commands,users:read",
        "bot_user_id": "U1LEADBELL",
        "team": {"id": "T0ALDER", "name": "Alder & Finch"},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": "U1ADA"},
    }
    who = await office.client(answer["access_token"]).auth_test()
    assert (who["team_id"], who["user_id"], who["bot_id"]) == ("T0ALDER", "U1LEADBELL", "B0ALDER")


async def test_the_app_may_name_itself_by_http_basic_too(office: Office) -> None:
    oauth = office.slack.oauth
    coded = base64.b64encode(f"{oauth.client_id}:{oauth.client_secret}".encode()).decode()
    url = f"{office.desk.url}/api/oauth.v2.access"
    code = await office.code()
    for headers, error in (({"Authorization": "Basic bm9ib2R5Ong="}, "invalid_client_id"), ({}, "invalid_client_id")):
        async with office.desk.http.post(url, data={"code": code, "redirect_uri": BACK}, headers=headers) as answer:
            assert (await answer.json())["error"] == error
    headers = {"Authorization": f"Basic {coded}"}
    async with office.desk.http.post(url, data={"code": code, "redirect_uri": BACK}, headers=headers) as answer:
        assert (await answer.json())["ok"]


async def test_bolts_own_client_can_exchange_a_code(office: Office) -> None:
    oauth = office.slack.oauth
    answer = await office.client().oauth_v2_access(
        client_id=oauth.client_id, client_secret=oauth.client_secret, code=await office.code(), redirect_uri=BACK
    )
    assert answer["team"]["id"] == "T0ALDER"


async def test_a_code_works_once(office: Office) -> None:
    code = await office.code()
    assert (await office.exchange(code=code, redirect_uri=BACK))["ok"]
    assert (await office.exchange(code=code, redirect_uri=BACK))["error"] == "code_already_used"


async def test_a_code_works_for_ten_minutes(office: Office) -> None:
    in_time, late = await office.code(), await office.code()
    office.desk.time.forward(minutes=10)
    assert (await office.exchange(code=in_time, redirect_uri=BACK))["ok"]
    office.desk.time.forward(seconds=1)
    assert (await office.exchange(code=late, redirect_uri=BACK))["error"] == "invalid_code"


async def test_a_code_needs_the_address_it_was_sent_to_and_the_apps_secret(office: Office) -> None:
    code = await office.code()
    assert (await office.exchange(code=code))["error"] == "bad_redirect_uri"
    assert (await office.exchange(code=code, redirect_uri=f"{BACK}/eu"))["error"] == "bad_redirect_uri"
    assert (await office.exchange(code=code, redirect_uri=BACK, client_secret="x"))["error"] == "bad_client_secret"
    assert (await office.exchange(code=code, redirect_uri=BACK, client_id="1.2"))["error"] == "invalid_client_id"
    assert (await office.exchange(code="1.2.3", redirect_uri=BACK))["error"] == "invalid_code"
    assert not office.second.installation.active
    assert (await office.exchange(code=code, redirect_uri=BACK))["ok"]


async def test_an_unknown_grant_type_is_no_correct_apps(office: Office) -> None:
    assert (await office.exchange(grant_type="password"))["error"] == "invalid_grant_type"
    assert office.slack.problems.pop().startswith("oauth.v2.access: invalid_grant_type")


async def test_an_address_without_state_is_no_correct_apps(office: Office) -> None:
    await office.page(state="")
    assert "authorize: no state" in office.slack.problems.pop()


async def test_scopes_that_are_left_out_are_missing_and_come_with_the_next_install(office: Office) -> None:
    answer = await office.install(withhold=["users:read", "commands"])
    assert answer["scope"] == "chat:write"
    token = answer["access_token"]
    assert (await office.call("users.info", token, user="U1ADA"))["error"] == "missing_scope"
    again = await office.install()
    assert again["access_token"] == token  # installed already, without rotation: the same token
    assert again["scope"] == ASKED
    assert (await office.call("users.info", token, user="U1ADA"))["user"]["real_name"] == "Ada Finch"
    office.slack.oauth.withheld = frozenset({"commands"})
    assert (await office.install())["scope"] == ASKED  # what was given stays


async def test_a_token_sees_its_own_workspace_only(office: Office) -> None:
    token = (await office.install(scope="channels:read,channels:history,chat:write,users:read"))["access_token"]
    mine, other = office.client(token), office.client(BOT)
    assert {each["id"] for each in (await mine.conversations_list())["channels"]} == {"C1LEADS", "C1NORTH", "C1GENERAL"}
    assert "C1LEADS" not in {each["id"] for each in (await other.conversations_list())["channels"]}
    posted = await other.chat_postMessage(channel="C0LEADS", text="Only ours")
    for call in (
        mine.conversations_history(channel="C0LEADS"),
        mine.chat_postMessage(channel="C0LEADS", text="Hello"),
        mine.chat_postMessage(channel="U0ADA", text="Hello"),
        mine.chat_update(channel="C0LEADS", ts=posted["ts"], text="Hello"),
        mine.chat_delete(channel="C0LEADS", ts=posted["ts"]),
    ):
        with pytest.raises(SlackApiError, match="channel_not_found"):
            await call
    with pytest.raises(SlackApiError, match="user_not_found"):
        await mine.users_info(user="U0ZOE")
    assert [each["name"] for each in (await mine.users_list())["members"]].count("zoe") == 1
    assert [m for m, _ in office.second.calls].count("conversations.list") == 1
    assert [m for m, _ in office.slack.calls].count("conversations.list") == 1


# -- rotation


async def test_with_rotation_tokens_expire_after_twelve_hours(office: Office) -> None:
    office.slack.oauth.rotation = True
    answer = await office.install()
    assert answer["expires_in"] == 43_200
    assert answer["access_token"].startswith("xoxe.xoxb-")
    assert answer["refresh_token"].startswith("xoxe-")
    office.desk.time.forward(hours=12, seconds=-1)
    assert (await office.call("auth.test", answer["access_token"]))["expires_in"] == 1
    office.desk.time.forward(seconds=1)
    assert await office.error(answer["access_token"]) == "token_expired"
    assert office.second.refused[-1] == ("auth.test", "token_expired")
    assert await office.error(BOT) == "ok"


async def test_a_refresh_token_works_once_and_the_old_access_token_lives_on(office: Office) -> None:
    office.slack.oauth.rotation = True
    first = await office.install()
    second = await office.exchange(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert second["ok"]
    assert second["team"] == {"id": "T0ALDER", "name": "Alder & Finch"}
    assert second["expires_in"] == 43_200
    assert "authed_user" not in second
    assert {await office.error(each["access_token"]) for each in (first, second)} == {"ok"}
    used = await office.exchange(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert used == {"ok": False, "error": "invalid_refresh_token"}
    third = await office.exchange(grant_type="refresh_token", refresh_token=second["refresh_token"])
    assert await office.error(first["access_token"]) == "token_revoked"  # two live at a time
    assert await office.error(second["access_token"]) == "ok"
    assert await office.error(third["access_token"]) == "ok"


async def test_a_refresh_needs_the_apps_secret_and_a_living_installation(office: Office) -> None:
    office.slack.oauth.rotation = True
    answer = await office.install()
    refresh = {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}
    assert (await office.exchange(**refresh, client_secret="x"))["error"] == "bad_client_secret"
    await office.second.people.uninstall()
    assert (await office.exchange(**refresh))["error"] == "invalid_refresh_token"


async def test_refreshing_without_rotation_is_refused(office: Office) -> None:
    await office.install()
    answer = await office.exchange(grant_type="refresh_token", refresh_token="xoxe-1-x")
    assert answer["error"] == "token_rotation_not_enabled"


async def test_a_token_that_does_not_expire_is_exchanged_once_when_rotation_begins(office: Office) -> None:
    oauth = office.slack.oauth
    old = (await office.install())["access_token"]
    held = {"client_id": oauth.client_id, "client_secret": oauth.client_secret, "token": old}
    assert (await office.call("oauth.v2.exchange", **held))["error"] == "token_rotation_not_enabled"
    oauth.rotation = True
    answer = await office.call("oauth.v2.exchange", **held)
    assert answer["expires_in"] == 43_200
    assert await office.error(answer["access_token"]) == "ok"
    assert await office.error(old) == "token_revoked"
    assert (await office.call("oauth.v2.exchange", **held))["error"] == "token_already_exchanged"
    assert (await office.call("oauth.v2.exchange", **held | {"token": "xoxb-x"}))["error"] == "invalid_token"


# -- the end of an installation


async def test_tokens_are_told_apart_by_how_they_died(office: Office) -> None:
    token = (await office.install())["access_token"]
    assert await office.error("xoxb-unknown") == "invalid_auth"
    assert await office.error("xoxe.xoxb-unknown") == "invalid_auth"
    await office.second.people.revoke()
    assert await office.error(token) == "token_revoked"
    await office.second.people.uninstall()
    assert await office.error(token) == "account_inactive"
    fresh = (await office.install())["access_token"]
    assert fresh != token
    assert await office.error(token) == "token_revoked"
    assert await office.error(fresh) == "ok"
    assert await office.error(BOT) == "ok"


async def test_an_admin_revokes_the_token_and_the_app_is_told_when_it_is_dead(office: Office) -> None:
    token = (await office.install())["access_token"]
    states: list[str] = []

    async def look(_sent: Json) -> None:
        states.append(await office.error(token))

    office.desk.app.answer = look
    await office.second.people.revoke()
    assert states == ["token_revoked"]
    assert office.desk.app.last["team_id"] == "T0ALDER"
    assert office.desk.app.last["event"] | {"event_ts": ""} == {
        "type": "tokens_revoked",
        "tokens": {"oauth": [], "bot": ["U1LEADBELL"]},
        "event_ts": "",
    }
    assert "authorizations" not in office.desk.app.last
    assert office.second.installation.active
    assert all("U1LEADBELL" not in c.members for c in office.second.workspace.channels.values() if not c.is_im)
    assert "U0LEADBELL" in office.slack.workspace.channels["C0LEADS"].members


async def test_an_app_that_is_taken_away_is_told_after_its_tokens_are_dead(office: Office) -> None:
    token = (await office.install())["access_token"]
    seen: list[tuple[str, str]] = []

    async def look(sent: Json) -> None:
        seen.append((sent["event"]["type"], await office.error(token)))

    office.desk.app.answer = look
    await office.second.people.uninstall()
    assert seen == [("tokens_revoked", "account_inactive"), ("app_uninstalled", "account_inactive")]
    assert {each["team_id"] for each in office.desk.app.received} == {"T0ALDER"}
    shown = await office.second.people.command("U1ADA", "C1LEADS", "/leads")
    assert shown is not None
    assert shown.text == "/leads is not a valid command."
    assert len(seen) == 2  # nothing is delivered any more
    assert (await office.second.push.event({"type": "member_joined_channel"})).kind == "failed"
    assert len(seen) == 2


async def test_the_app_revokes_its_own_token(office: Office) -> None:
    token = (await office.install())["access_token"]
    assert await office.call("auth.revoke", token, test="1") == {"ok": True, "revoked": False}
    assert await office.error(token) == "ok"
    assert await office.call("auth.revoke", token) == {"ok": True, "revoked": True}
    assert await office.error(token) == "token_revoked"
    await office.slack.platform.settled()
    assert office.desk.app.last["event"]["type"] == "tokens_revoked"


async def test_with_rotation_the_old_token_can_be_revoked_alone(office: Office) -> None:
    office.slack.oauth.rotation = True
    first = await office.install()
    second = await office.exchange(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert (await office.call("auth.revoke", first["access_token"]))["revoked"]
    await office.slack.platform.settled()
    assert office.desk.app.received == []
    assert await office.error(second["access_token"]) == "ok"


async def test_the_app_uninstalls_itself_with_its_secret(office: Office) -> None:
    token = (await office.install())["access_token"]
    oauth = office.slack.oauth
    held = {"client_id": oauth.client_id, "client_secret": "x"}
    assert (await office.call("apps.uninstall", token, **held))["error"] == "bad_client_secret"
    assert await office.call("apps.uninstall", token, **held | {"client_secret": oauth.client_secret}) == {"ok": True}
    await office.slack.platform.settled()
    assert [each["event"]["type"] for each in office.desk.app.received] == ["tokens_revoked", "app_uninstalled"]
    assert await office.error(token) == "account_inactive"


async def test_secrets_do_not_stand_in_what_is_recorded(office: Office) -> None:
    token = (await office.install())["access_token"]
    kept = repr([*office.slack.calls, *office.second.calls])
    assert office.slack.oauth.client_secret not in kept
    assert token not in kept
