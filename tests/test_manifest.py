"""The Slack app's manifest: whole, no more than is needed, and in agreement with the code and the docs."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.demo import SHORTCUTS
from bot.slack.scopes import OPTIONAL
from bot.slack.scopes import SCOPES as ASKED
from commands.ids import Shortcut
from commands.registry import SHORTCUTS as HANDLED
from tests.conftest import ADA, LEADS, NORTH, SAM, ZOE, House, shown

ROOT = Path(__file__).parents[1]

SCOPES: dict[str, frozenset[str]] = {
    "auth_test": frozenset(),
    "chat_getPermalink": frozenset(),
    "oauth_v2_access": frozenset(),
    "chat_postEphemeral": frozenset({"chat:write"}),
    "chat_postMessage": frozenset({"chat:write"}),
    "chat_update": frozenset({"chat:write"}),
    "conversations_history": frozenset({"channels:history", "groups:history", "im:history"}),
    "conversations_info": frozenset({"channels:read", "groups:read"}),
    "conversations_members": frozenset({"channels:read", "groups:read"}),
    "conversations_open": frozenset({"im:write"}),
    "conversations_replies": frozenset({"channels:history", "groups:history", "im:history"}),
    "files_completeUploadExternal": frozenset({"files:write"}),
    "files_delete": frozenset({"files:write"}),
    "files_getUploadURLExternal": frozenset({"files:write"}),
    "files_info": frozenset({"files:read"}),
    "users_info": frozenset({"users:read", "users:read.email"}),
    "users_lookupByEmail": frozenset({"users:read.email"}),
    "views_open": frozenset(),
    "views_publish": frozenset(),
    "views_push": frozenset(),
    "views_update": frozenset(),
}
"""What each method asks for, of the places Leadbell goes to: public and private channels, direct messages
(docs.slack.dev/reference/methods, "Required scopes" of each method's page)."""

EVENT_SCOPES = {
    "app_home_opened": set[str](),
    "channel_unarchive": {"channels:read"},
    "app_uninstalled": set(),
    "group_unarchive": {"groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "team_access_granted": set(),
    "team_access_revoked": set(),
    "tokens_revoked": set(),
}
"""docs.slack.dev/reference/events, "Required scopes" of each event's page."""


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text("utf-8"))
    return loaded


def granted(manifest: dict[str, Any]) -> set[str]:
    return set(manifest["oauth_config"]["scopes"]["bot"])


def sources() -> list[ast.Module]:
    """The bot's own code; the stand-ins answer calls and make none, and the command line has commands of its own."""
    files = [f for f in (ROOT / "bot").rglob("*.py") if "sandbox" not in f.parts and f.name != "cli.py"]
    return [ast.parse(f.read_text("utf-8")) for f in files]


def calls() -> list[tuple[str, ast.Call]]:
    """Every method call in the bot's code: the method's name, and the call."""
    found = []
    for tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                found.append((node.func.attr, node))
    return found


def literals(method: str) -> list[str]:
    """The first arguments that a method is called with."""
    firsts = [call.args[0] for name, call in calls() if name == method and call.args]
    return sorted({a.value for a in firsts if isinstance(a, ast.Constant) and isinstance(a.value, str)})


def api_methods() -> set[str]:
    """Web API methods that the bot calls."""
    known = {n for n in dir(AsyncWebClient) if "_" in n.strip("_") and not n.startswith("_")}
    return {name for name, _ in calls()} & known - {"api_call"}


def test_the_manifest_has_the_structure_that_slack_publishes(manifest: dict[str, Any]) -> None:
    schema = json.loads((ROOT / "tests/data/manifest.schema.json").read_text("utf-8"))
    faults = [e.message for e in jsonschema.Draft7Validator(schema).iter_errors(manifest)]
    assert faults == []
    assert set(manifest) == {"_metadata", "display_information", "features", "oauth_config", "settings"}


def test_every_command_of_the_manifest_has_a_handler_and_the_other_way_round(manifest: dict[str, Any]) -> None:
    assert [c["command"] for c in manifest["features"]["slash_commands"]] == literals("command") == ["/leads"]


def test_every_event_of_the_manifest_has_a_handler_and_the_other_way_round(manifest: dict[str, Any]) -> None:
    assert sorted(manifest["settings"]["event_subscriptions"]["bot_events"]) == literals("event")


def test_every_shortcut_of_the_manifest_has_a_handler_and_stands_in_the_sandbox(manifest: dict[str, Any]) -> None:
    shortcuts = manifest["features"]["shortcuts"]
    assert {s["callback_id"] for s in shortcuts} == {s.value for s in Shortcut} == {s.value for s in HANDLED}
    assert {(s["callback_id"], s["type"], s["name"]) for s in shortcuts} == {
        (s.callback_id, s.type, s.name) for s in SHORTCUTS
    }


def test_nothing_without_a_handler_is_switched_on(manifest: dict[str, Any]) -> None:
    features, settings = manifest["features"], manifest["settings"]
    assert features["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": True,
    }
    assert "message_menu_options_url" not in settings["interactivity"]
    assert settings["org_deploy_enabled"] is False
    assert settings["token_rotation_enabled"] is False
    assert "redirect_urls" not in manifest["oauth_config"]
    assert "user" not in manifest["oauth_config"]["scopes"]


def test_every_request_goes_to_the_one_route_that_answers(manifest: dict[str, Any]) -> None:
    settings = manifest["settings"]
    urls = {
        settings["interactivity"]["request_url"],
        settings["event_subscriptions"]["request_url"],
        *(c["url"] for c in manifest["features"]["slash_commands"]),
    }
    assert urls == {"https://YOUR-HOST/slack/events"}


def test_the_scopes_stand_in_one_place(manifest: dict[str, Any]) -> None:
    """The manifest asks for what the page of installing asks for."""
    assert list(ASKED) == manifest["oauth_config"]["scopes"]["bot"] == sorted(ASKED)
    assert set(ASKED) > OPTIONAL


def test_every_method_that_is_called_has_its_scopes_and_no_scope_is_asked_for_in_vain(manifest: dict[str, Any]) -> None:
    called = api_methods()
    assert called == set(SCOPES), "name the scopes of a new method here, in the manifest and in docs/slack-app.md"
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    needed = {"commands"}.union(*(SCOPES[m] for m in called), *(EVENT_SCOPES[e] for e in events))
    assert granted(manifest) == needed


def test_the_docs_give_a_reason_for_every_scope_and_event(manifest: dict[str, Any]) -> None:
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in (ROOT / "docs/slack-app.md").read_text("utf-8").splitlines()
        if line.startswith("| `")
    ]
    named = [row[0].strip("`") for row in rows]
    assert len(named) == len(set(named))
    assert set(named) == granted(manifest) | set(manifest["settings"]["event_subscriptions"]["bot_events"])
    assert all(len(row[1]) > 20 for row in rows)


@pytest.fixture
async def narrow(make_house: Callable[..., Any], manifest: dict[str, Any]) -> House:
    """A house whose app holds the manifest's scopes and no other."""
    house: House = await make_house()
    house.slack.scopes = frozenset(granted(manifest))
    return house


async def test_the_scopes_suffice_from_connecting_to_the_owner(narrow: House) -> None:
    await narrow.connect()
    await narrow.subscribe(LEADS)
    await narrow.subscribe(NORTH, approval=["yes"], approvers=[SAM])
    await narrow.arrive(firstName="Sofia", lastName="Marsh", phone="07700 900123")
    (card,) = narrow.cards(LEADS)
    await narrow.press(ZOE, card, "claim")
    (ask,) = narrow.dms(SAM)
    await narrow.press(SAM, ask, "approve")
    assert "Zoe Lind* has it" in shown(card)
    assert "07700 900123" in shown(narrow.dms(ZOE)[-1])


async def test_the_scopes_suffice_to_find_a_message_that_is_in_doubt(narrow: House) -> None:
    await narrow.connect()
    await narrow.subscribe()
    narrow.slack.faults.add("slack:chat.postMessage", "withhold", 1)
    await narrow.arrive()
    await narrow.doubt(3)
    assert len(narrow.cards()) == 1
    assert "may appear twice" not in shown(narrow.cards()[0])
    assert await narrow.outbox() == {}


async def test_the_scopes_suffice_to_read_a_csv_and_to_send_one_back(narrow: House) -> None:
    await narrow.connect()
    content = b"email,firstName\nsofia@example.com,Sofia\nnot an address,Max\n"
    narrow.slack.people.upload(ZOE, LEADS, "leads.csv", content)
    (message,) = [m for m in narrow.messages(LEADS) if m.files]
    reply = await narrow.slack.people.shortcut(ZOE, Shortcut.IMPORT_FILE.value, LEADS, message.ts)
    assert reply.ok
    await narrow.quiet()
    assert await narrow.submit(ZOE) == {}
    assert "*1* of 2 rows" in narrow.says(ZOE)
    assert await narrow.submit(ZOE) == {}
    assert "has 1 lead of this file" in narrow.says(ZOE)
    assert [f["name"] for m in narrow.dms(ZOE) for f in m.files] == ["refused-rows.csv"]


async def test_where_a_scope_is_missing_the_sandbox_says_so(narrow: House) -> None:
    narrow.slack.scopes = frozenset({"commands"})
    told = await narrow.command(ADA, "/leads status")
    assert told is not None
    assert "missing_scope" in shown(told)
    narrow.slack.scopes = frozenset({"commands", "users:read", "chat:write"})
    told = await narrow.command(ADA, "/leads status")
    assert told is not None
    assert "Messages to Slack" in shown(told)
    narrow.slack.problems.clear()
