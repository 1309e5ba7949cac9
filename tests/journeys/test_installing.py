"""Adding Leadbell to workspaces from its web page: everything that can go wrong has a page, and nothing is a 500."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from bot.sandbox.messages import Message
from bot.sandbox.samples import northern_group
from bot.sandbox.slack import SlackStandIn
from bot.slack.scopes import SCOPES
from storage import installations, leads
from storage.database import StorageFull, Tx
from tests.adding import Browser, Page, second
from tests.conftest import ADA, House, shown
from tests.journeys.test_http_edge import JSON, send

HOME, OTHER = "T0LEADBELL", "T0ALDER"
OTHERS_ADA, OTHERS_LEADS = "U1ADA", "C1LEADS"


@pytest.fixture
async def open_house(make_house: Callable[..., Any]) -> House:
    """A Leadbell that nobody has installed yet, with a page to install it from."""
    made: House = await make_house(installed=False)
    return made


async def rows(house: House) -> dict[str, installations.Installation]:
    return {i.workspace: i for i in await house.sandbox.bot.database.read(installations.every)}


# -- it works


async def test_a_workspace_adds_leadbell_and_works(open_house: House) -> None:
    house = open_house
    async with Browser(house) as browser:
        page = await browser.add(house.slack, ADA)
    assert (page.status, page.title) == (200, "Leadbell is in Slack")
    assert "Harbour Homes" in page.text
    assert page.link.startswith(f"{house.sandbox.url}/app_redirect?")
    assert parse_qs(urlsplit(page.link).query)["team"] == [HOME]
    await house.connect()
    await house.subscribe()
    await house.arrive(firstName="Sofia")
    (card,) = house.cards()
    assert "Sofia" in shown(card)
    kept = (await rows(house))[HOME]
    assert (kept.installed_by, kept.state, kept.in_settings) == (ADA, "active", False)
    assert set(kept.scopes.split(",")) == set(SCOPES)
    assert house.slack.bot_token.encode() not in house.sandbox.settings.database.read_bytes()


async def test_two_workspaces_add_it_and_see_nothing_of_each_other(open_house: House) -> None:
    house, other = open_house, second(open_house)
    async with Browser(house) as browser:
        assert (await browser.add(house.slack, ADA)).status == 200
        assert (await browser.add(other.slack, OTHERS_ADA)).status == 200
    await house.connect("north")
    await house.subscribe()
    await other.connect("north", OTHERS_ADA)
    await other.subscribe(OTHERS_LEADS, OTHERS_ADA)
    await house.arrive(firstName="Sofia")
    (mine,), (theirs,) = house.cards(), other.cards(OTHERS_LEADS)
    await house.press(ADA, mine, "claim")
    assert "*Ada Okafor* has it" in shown(mine)
    assert "*Unclaimed*" in shown(theirs)
    assert {method for method, _ in other.slack.calls} & {"chat.postMessage"}
    assert not house.slack.refused and not other.slack.refused


async def test_the_same_browser_may_have_two_tabs(open_house: House) -> None:
    async with Browser(open_house) as browser:
        first, second_tab = await browser.get("/slack/install"), await browser.get("/slack/install")
        assert first.link != second_tab.link
        for tab in (first, second_tab):
            back = await browser.consent(tab.link, HOME, ADA)
            assert (await browser.get(back)).status == 200


async def test_the_pages_carry_the_headers_that_protect_them(open_house: House) -> None:
    async with Browser(open_house) as browser:
        begun = await browser.get("/slack/install")
        done = await browser.get(await browser.consent(begun.link, HOME, ADA))
        refused = await browser.get("/slack/oauth_redirect?state=x&code=y")
    for page in (begun, done, refused):
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-content-type-options"] == "nosniff"
    cookie = begun.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=600" in cookie and "Path=/slack" in cookie
    assert "Secure" not in cookie  # http on this machine
    behind = await _behind_a_proxy(open_house)
    assert "Secure" in behind


async def _behind_a_proxy(house: House) -> str:
    async with Browser(house) as browser:
        page = await browser.get("/slack/install", headers={"X-Forwarded-Proto": "https"})
        return page.headers["set-cookie"]


async def test_slack_is_asked_for_the_scopes_and_the_way_back(open_house: House) -> None:
    async with Browser(open_house) as browser:
        link = (await browser.get("/slack/install")).link
    asked = parse_qs(urlsplit(link).query)
    assert link.startswith(f"{open_house.sandbox.url}/oauth/v2/authorize?")
    assert asked["scope"] == [",".join(SCOPES)]
    assert asked["redirect_uri"] == [f"{open_house.sandbox.url}/slack/oauth_redirect"]
    assert asked["client_id"] == [open_house.slack.oauth.client_id]
    assert "user_scope" not in asked


async def test_whoever_installed_it_is_greeted(open_house: House) -> None:
    greeted = []
    open_house.sandbox.bot.installing.greet = lambda _tx, workspace, person, _now: greeted.append((workspace, person))
    async with Browser(open_house) as browser:
        await browser.add(open_house.slack, ADA)
    assert greeted == [(HOME, ADA)]


# -- it does not


async def test_without_the_settings_the_page_says_so(house: House) -> None:
    house.sandbox.settings = replace(house.sandbox.settings, client_id="", client_secret=SecretStr(""))
    await house.sandbox.restart()
    async with Browser(house) as browser:
        for path in ("/slack/install", "/slack/oauth_redirect?state=a&code=b"):
            page = await browser.get(path)
            assert (page.status, page.title) == (404, "Not open for installing")
            assert "SLACK_CLIENT_ID" in page.text
            assert "set-cookie" not in page.headers
    assert await house.command(ADA, "/leads status")


async def test_whoever_says_no_reads_that_nothing_was_added(open_house: House) -> None:
    async with Browser(open_house) as browser:
        begun = await browser.get("/slack/install")
        page = await browser.get(await browser.consent(begun.link, HOME, ADA, "cancel"))
        assert (page.status, page.title) == (200, "Not added")
        assert "You said no" in page.text
        assert await rows(open_house) == {}
        again = await browser.get(f"/slack/{page.link}")
        assert (await browser.get(await browser.consent(again.link, HOME, ADA))).status == 200


async def test_a_state_works_once(open_house: House) -> None:
    async with Browser(open_house) as browser:
        begun = await browser.get("/slack/install")
        back = await browser.consent(begun.link, HOME, ADA)
        assert (await browser.get(back)).status == 200
        calls = len(open_house.slack.calls)
        page = await browser.get(back)
        assert page.status == 400
        assert "used already" in page.text
    assert len(open_house.slack.calls) == calls


async def test_a_state_is_good_for_ten_minutes(open_house: House) -> None:
    async with Browser(open_house) as browser:
        begun = await browser.get("/slack/install")
        back = await browser.consent(begun.link, HOME, ADA)
        await open_house.sandbox.advance(601)
        page = await browser.get(back)
        assert page.status == 400
        assert "longer than ten minutes" in page.text
    assert await rows(open_house) == {}


async def test_a_state_is_good_in_the_browser_that_began_only(open_house: House) -> None:
    async with Browser(open_house) as browser, Browser(open_house) as strange, Browser(open_house) as bare:
        begun = await browser.get("/slack/install")
        back = await browser.consent(begun.link, HOME, ADA)
        await strange.get("/slack/install")  # it has a cookie, of its own
        for wrong in (strange, bare):
            page = await wrong.get(back)
            assert page.status == 400
            assert "another browser" in page.text
        assert await rows(open_house) == {}
        assert (await browser.get(back)).status == 200  # nobody else could use it up


@pytest.mark.parametrize(
    "query",
    [
        "", "state=&code=c", "state=x", "code=c", "state=%00%ff&code=c", f"state={'A' * 2000}&code=c",
        "state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&code=c", "state=%C3%A9&code=c", "state=a&state=b&code=c",
        "error=access_denied", "error=<script>&state=x",
    ],
)  # fmt: skip
async def test_a_forged_way_back_is_a_page_and_asks_slack_nothing(open_house: House, query: str) -> None:
    calls = len(open_house.slack.calls)
    async with Browser(open_house) as browser:
        await browser.get("/slack/install")
        page = await browser.get(f"/slack/oauth_redirect?{query}")
    assert page.status == 400
    assert "was not made by Leadbell" in page.text
    assert "<script>" not in page.text
    assert len(open_house.slack.calls) == calls
    assert await rows(open_house) == {}


async def test_a_state_of_another_use_of_the_key_is_forged(open_house: House) -> None:
    """A sealed value of anything else is no state, and neither is a state that was changed."""
    bot = open_house.sandbox.bot
    async with Browser(open_house) as browser:
        link = (await browser.get("/slack/install")).link
        state = parse_qs(urlsplit(link).query)["state"][0]
        for forged in (state[:-4] + "AAAA", state[::-1], bot.vault.seal_json("", "check", {}).hex()):
            page = await browser.get(f"/slack/oauth_redirect?state={forged}&code=c")
            assert page.status == 400
            assert "was not made by Leadbell" in page.text


async def test_without_a_scope_that_is_needed_nothing_is_kept(open_house: House) -> None:
    async with Browser(open_house) as browser:
        page = await browser.add(open_house.slack, ADA, withhold="chat:write")
        assert (page.status, page.title) == (400, "Not added")
        assert "chat:write" in page.text
        assert await rows(open_house) == {}
        page = await browser.add(open_house.slack, ADA)
        assert page.status == 200


async def test_without_the_history_scopes_it_is_added(open_house: House) -> None:
    async with Browser(open_house) as browser:
        page = await browser.add(open_house.slack, ADA, withhold="channels:history")
    assert page.status == 200


@pytest.mark.parametrize("kind", ["500", "503", "429", "withhold", "refuse", "internal_error", "ratelimited"])
async def test_slack_down_is_a_page_that_leads_back_to_the_beginning(open_house: House, kind: str) -> None:
    async with Browser(open_house) as browser:
        open_house.slack.faults.add("slack:oauth.v2.access", kind)
        page = await browser.add(open_house.slack, ADA)
        assert (page.status, page.title) == (503, "Slack does not answer")
        assert page.link == "install"
        assert await rows(open_house) == {}
        assert (await browser.add(open_house.slack, ADA)).status == 200


@pytest.mark.parametrize("why", ["invalid_code", "bad_client_secret", "bad_redirect_uri", "org_login_required"])
async def test_an_error_of_slacks_is_named(open_house: House, why: str) -> None:
    async with Browser(open_house) as browser:
        open_house.slack.faults.add("slack:oauth.v2.access", why)
        page = await browser.add(open_house.slack, ADA)
    assert page.status == 400
    assert why in page.text.replace("\u200b", "")
    assert await rows(open_house) == {}


async def test_another_error_on_the_way_back_is_named_if_it_is_a_word(open_house: House) -> None:
    async with Browser(open_house) as browser:
        for error, said in (("invalid_team_for_non_distributed_app", "invalid"), ("<b>Boo</b>", "no reason given")):
            link = (await browser.get("/slack/install")).link
            state = parse_qs(urlsplit(link).query)["state"][0]
            page = await browser.get("/slack/oauth_redirect", params={"state": state, "error": error})
            assert page.status == 400
            assert said in page.text
            assert "<b>" not in page.text


@pytest.mark.parametrize(
    "answer",
    [
        {}, {"access_token": "xoxb-1"}, {"access_token": "xoxb-1", "team": {"id": "T1"}, "token_type": "user"},
        {"access_token": "xoxb-1", "team": "T0", "token_type": "bot"}, {"access_token": "", "team": {"id": "T0"}},
        {"access_token": "xoxb-1", "team": {"id": "../../x"}, "token_type": "bot"},
        {"access_token": "xoxb-1", "team": None, "is_enterprise_install": True, "token_type": "bot"},
    ],
)  # fmt: skip
async def test_an_answer_of_another_shape_is_a_page(
    open_house: House, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    async def other_shape(**_given: Any) -> dict[str, Any]:
        return {"ok": True, **answer}

    monkeypatch.setattr(open_house.sandbox.bot.clients.open, "oauth_v2_access", other_shape)
    async with Browser(open_house) as browser:
        page = await browser.add(open_house.slack, ADA)
    assert page.status == 400
    assert "not readable" in page.text
    assert await rows(open_house) == {}


async def test_a_full_disk_is_a_page(open_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(_fn: Any) -> Any:
        raise StorageFull("full")

    async with Browser(open_house) as browser:
        begun = await browser.get("/slack/install")
        back = await browser.consent(begun.link, HOME, ADA)
        with monkeypatch.context() as broken:
            broken.setattr(open_house.sandbox.bot.database, "write", full)
            page = await browser.get(back)
        assert page.status == 503
        assert "disk" in page.text
        assert (await browser.add(open_house.slack, ADA)).status == 200


async def test_the_page_of_coming_back_is_not_used_up_by_a_look_at_it(open_house: House) -> None:
    async with Browser(open_house) as browser:
        begun = await browser.get("/slack/install")
        back = await browser.consent(begun.link, HOME, ADA)
        async with browser.session.head(back) as answer:
            assert answer.status == 405
        assert (await browser.get(back)).status == 200


# -- from one workspace to many


async def test_moving_from_the_token_in_the_settings_to_installing_keeps_everything(house: House) -> None:
    await house.connect()
    await house.subscribe()
    await house.arrive(firstName="Before")
    house.slack.oauth.rotation = True  # installing gives another token
    async with Browser(house) as browser:
        assert (await browser.add(house.slack, ADA)).status == 200
    await house.arrive(firstName="During")
    house.sandbox.settings = replace(house.sandbox.settings, bot_token=SecretStr(""))
    await house.sandbox.restart()
    await house.arrive(firstName="After")
    assert [name in shown(card) for name, card in zip(("Before", "During", "After"), house.cards(), strict=True)]
    await house.press(ADA, house.cards()[0], "claim")
    assert "*Ada Okafor* has it" in shown(house.cards()[0])
    kept = (await rows(house))[HOME]
    assert not kept.in_settings
    assert kept.tokens


async def test_the_workspace_of_the_settings_and_another_are_served_together(house: House) -> None:
    other = second(house)
    async with Browser(house) as browser:
        assert (await browser.add(other.slack, OTHERS_ADA)).status == 200
    await house.connect()
    await other.connect("north", OTHERS_ADA)
    await house.subscribe()
    await other.subscribe(OTHERS_LEADS, OTHERS_ADA)
    await house.arrive()
    assert len(house.cards()) == len(other.cards(OTHERS_LEADS)) == 1
    await house.sandbox.restart()
    await house.arrive()
    assert len(house.cards()) == len(other.cards(OTHERS_LEADS)) == 2
    found = await rows(house)
    assert (found[HOME].in_settings, found[OTHER].in_settings) == (True, False)
    assert found[HOME].tokens is None


async def test_a_dead_token_in_the_settings_stops_no_other_workspace(house: House) -> None:
    other = second(house)
    async with Browser(house) as browser:
        assert (await browser.add(other.slack, OTHERS_ADA)).status == 200
    house.sandbox.settings = replace(house.sandbox.settings, bot_token=SecretStr("xoxb-of-last-year"))
    await house.sandbox.restart()
    await other.connect("north", OTHERS_ADA)
    await other.subscribe(OTHERS_LEADS, OTHERS_ADA)
    await other.arrive()
    assert len(other.cards(OTHERS_LEADS)) == 1
    told = await house.command(ADA, "/leads status")
    assert told is not None
    assert "does not serve your workspace" in shown(told)
    async with Browser(house) as browser:
        assert (await browser.add(house.slack, ADA)).status == 200
    told = await house.command(ADA, "/leads status")
    assert told is not None
    assert "Status of the lead desk" in shown(told)


async def test_a_token_taken_out_of_the_settings_stops_its_workspace_and_installing_brings_it_back(
    house: House,
) -> None:
    await house.connect()
    await house.subscribe()
    house.sandbox.settings = replace(house.sandbox.settings, bot_token=SecretStr(""))
    await house.sandbox.restart()
    assert (await rows(house))[HOME].state == "revoked"
    await house.arrive(firstName="Meanwhile")
    assert house.cards() == []
    async with Browser(house) as browser:
        await browser.add(house.slack, ADA)
    await house.poll()
    (card,) = house.cards()
    assert "Meanwhile" in shown(card)


# -- Enterprise Grid


class Office(House):
    """One workspace of an organisation, at work in its own channel and under its own admin."""

    def __init__(self, house: House, digit: str, slack: SlackStandIn) -> None:
        super().__init__(house.sandbox)
        self.slack, self.admin, self.channel = slack, f"U{digit}ADA", f"C{digit}LEADS"

    @property
    def team(self) -> str:
        """The workspace's id."""
        return self.slack.workspace.team.id

    async def set_up(self) -> None:
        """A connection and a subscription."""
        await self.command(self.admin, "/leads connect kpro", self.channel)
        assert await self.submit(self.admin, name="north", **self.credentials()) == {}
        await self.slack.modals.close(self.admin, all_views=True)
        await self.poll()
        await self.subscribe(self.channel, self.admin)

    def alerts(self) -> list[Message]:
        """The cards in its channel."""
        return self.cards(self.channel)


@dataclass
class Grid:
    """An organisation with two workspaces."""

    house: House
    york: Office
    hull: Office

    async def add(self) -> Page:
        """The organisation installs Leadbell."""
        async with Browser(self.house) as browser:
            begun = await browser.get("/slack/install")
            return await browser.get(await browser.consent(begun.link, "E0GROUP", self.york.admin))


@pytest.fixture
async def grid(open_house: House) -> Grid:
    slack = open_house.slack
    enterprise, york, hull = northern_group(open_house.sandbox.clock.now)
    offices = slack.beside(york), slack.beside(hull)
    slack.organisation(enterprise, *offices)
    return Grid(open_house, Office(open_house, "2", offices[0]), Office(open_house, "3", offices[1]))


async def test_one_installation_serves_every_workspace_of_an_organisation(grid: Grid) -> None:
    page = await grid.add()
    assert page.status == 200
    assert list(await rows(grid.house)) == ["E0GROUP"]
    for office in (grid.york, grid.hull):
        await office.set_up()
    await grid.house.arrive()
    (mine,), (theirs,) = grid.york.alerts(), grid.hull.alerts()
    await grid.york.press(grid.york.admin, mine, "claim")
    assert "*Ada Finch* has it" in shown(mine)
    assert "*Unclaimed*" in shown(theirs)

    def owners(tx: Tx) -> list[tuple[str, str | None]]:
        found = [leads.numbered(tx, w, 0, 10_000) for w in (grid.york.team, grid.hull.team)]
        return [(lead.workspace, lead.owner) for each in found for lead in each]

    assert await grid.house.sandbox.bot.database.read(owners) == [("T0YORK", "U2ADA"), ("T0HULL", None)]


async def test_an_organisation_that_removes_the_app_stops_all_its_workspaces(grid: Grid) -> None:
    await grid.add()
    for office in (grid.york, grid.hull):
        await office.set_up()
    assert all(reply.ok for reply in await grid.york.slack.people.uninstall())
    await grid.house.arrive()
    assert grid.york.alerts() == grid.hull.alerts() == []
    assert not grid.york.slack.refused and not grid.hull.slack.refused
    await grid.add()
    for office in (grid.york, grid.hull):  # Slack took the bot out of its channels
        await office.command(office.admin, "/invite @Leadbell", office.channel)
    await grid.house.poll()
    assert len(grid.york.alerts()) == len(grid.hull.alerts()) == 1


async def test_a_workspace_that_its_organisation_takes_the_app_from_stops_alone(grid: Grid) -> None:
    await grid.add()
    for office in (grid.york, grid.hull):
        await office.set_up()
    event = {"type": "team_access_revoked", "team_ids": ["T0HULL", 7]}
    assert (await grid.york.slack.push.event(event)).ok
    await grid.house.arrive()
    assert (len(grid.york.alerts()), len(grid.hull.alerts())) == (1, 0)
    told = await grid.hull.command(grid.hull.admin, "/leads status", grid.hull.channel)
    assert told is not None
    assert "does not serve your workspace" in shown(told)
    assert (await grid.york.slack.push.event({"type": "team_access_granted", "team_ids": ["T0HULL"]})).ok
    await grid.house.poll()
    assert (len(grid.york.alerts()), len(grid.hull.alerts())) == (1, 1)


async def test_an_organisation_is_no_person_and_nobody_is_greeted(grid: Grid) -> None:
    greeted: list[str] = []
    grid.house.sandbox.bot.installing.greet = lambda _tx, workspace, _person, _now: greeted.append(workspace)
    assert (await grid.add()).status == 200
    assert greeted == []


@pytest.mark.parametrize("more", [{}, {"team_id": None}, {"team_id": "E0GROUP"}, {"team_id": 7}])
async def test_an_organisations_event_that_names_no_workspace_is_passed_over(
    grid: Grid, caplog: pytest.LogCaptureFixture, more: dict[str, Any]
) -> None:
    caplog.set_level("INFO")
    await grid.add()
    event = {
        "type": "event_callback", "event_id": "Ev1", "enterprise_id": "E0GROUP", **more,
        "event": {"type": "member_joined_channel", "channel": "C2LEADS", "user": "U2ADA"},
        "authorizations": [{"enterprise_id": "E0GROUP", "team_id": None, "is_enterprise_install": True}],
    }  # fmt: skip
    status, _ = await send(grid.house, json.dumps(event).encode(), JSON)
    assert status == 200
    assert "a request without a workspace was refused" in caplog.text
