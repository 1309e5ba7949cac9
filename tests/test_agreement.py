"""What is declared in one place and told in another agrees: verbs, ids, help, manifest, pages, actions."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import commands.ids
from bot.calling import described
from bot.sandbox.demo import SHORTCUTS as IN_THE_SANDBOX
from bot.sandbox.web_api import METHODS
from commands.forms.words import FACETS, KEYS, WORDS
from commands.ids import Button, Do, Form, Shortcut
from commands.registry import BUTTONS, FORMS, SHORTCUTS, VERBS
from commands.verb import Role, Value, Verb
from commands.views.sentences import own_words
from providers.provider import discover
from tests.conftest import ADA, ZOE, House, shown

ROOT = Path(__file__).parent.parent
ACTIONS = [(p.slug, a) for p in discover().values() for a in p.actions]
every_verb = pytest.mark.parametrize("verb", VERBS, ids=lambda v: v.name)


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def first_cells(text: str) -> list[str]:
    """The first column of a page's tables."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [re.split(r"(?<!\\)\|", row)[1].strip().replace("\\|", "|") for row in rows]


def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(page("manifest.yml"))
    return loaded


# -------------------------------------------------------------------------------------------- verbs


@every_verb
def test_a_verb_is_in_the_readmes_table(verb: Verb) -> None:
    assert f"`/leads {verb.usage}`" in first_cells(page("README.md"))


@every_verb
def test_a_verb_is_in_the_reference(verb: Verb) -> None:
    assert f"`/leads {verb.usage}`" in first_cells(page("docs/reference.md"))


def test_no_page_tells_of_a_verb_that_is_not_there() -> None:
    known = {word for verb in VERBS for word in (verb.name, *verb.aliases)}
    for name in ("README.md", "docs/reference.md", "docs/operation.md", "docs/privacy.md", "docs/slack-app.md"):
        told = set(re.findall(r"`/leads ([a-z]+)", page(name)))
        assert told <= known, name


def test_no_sentence_tells_of_a_verb_that_is_not_there() -> None:
    known = {word for verb in VERBS for word in (verb.name, *verb.aliases)}
    for file in [*(ROOT / "commands").rglob("*.py"), *(ROOT / "bot").rglob("*.py")]:
        told = set(re.findall(r"`/leads ([a-z]+)", file.read_text(encoding="utf-8")))
        assert told <= known, file.name


async def test_help_lists_every_verb_for_an_admin_and_for_a_member_those_that_are_for_members(house: House) -> None:
    for person, roles in ((ADA, {Role.ADMIN, Role.MEMBER}), (ZOE, {Role.MEMBER})):
        answer = await house.command(person, "/leads help")
        assert answer
        told = re.findall(r"`/leads ([^`]+)`  ", shown(answer))
        assert told == [v.usage for v in VERBS if v.role in roles]


@every_verb
async def test_help_explains_a_verb_by_each_of_its_names(verb: Verb, house: House) -> None:
    for word in (verb.name, *verb.aliases):
        answer = await house.command(ADA, f"/leads help {word}")
        assert answer
        assert f"/leads {verb.usage}" in shown(answer)
        assert verb.summary in shown(answer)


def test_each_word_is_one_verb() -> None:
    words = [word for verb in VERBS for word in (verb.name, *verb.aliases)]
    assert len(words) == len(set(words))
    assert all(re.fullmatch(r"[a-z]+", word) for word in words)
    assert all(verb.usage.split(" ")[0] == verb.name and verb.summary.endswith((".", "?")) for verb in VERBS)


def test_help_on_filters_names_every_key_and_word() -> None:
    (about,) = [verb.help for verb in VERBS if verb.name == "list"]
    about += own_words({p.name: tuple(p.words) for p in discover().values()})
    words = {alias for p in discover().values() for alias in p.words}
    said = set(re.findall(r"`(?:[^`]*?\s)?-?([a-z]+)[:`]", about)) | set(re.findall(r"\b([a-z]+):", about))
    aliased = {facet for p in discover().values() for facet in p.words.values()}
    assert set(KEYS) - aliased <= said
    assert words <= said
    assert {w for w in WORDS if w != "claimed"} <= said | {"not", "or"}
    assert set(FACETS) <= set(KEYS)


# ---------------------------------------------------------------------------------------------- ids


def test_everything_that_travels_to_slack_has_a_handler() -> None:
    assert set(BUTTONS) == set(Do)
    assert set(FORMS) == set(Form)
    assert set(SHORTCUTS) == set(Shortcut)


def test_ids_are_in_one_file_and_are_short() -> None:
    kinds = [k for _, k in inspect.getmembers(commands.ids, inspect.isclass) if k.__module__ == commands.ids.__name__]
    assert {Do, Form, Shortcut, Button} <= set(kinds)
    for kind in kinds:
        values = [member.value for member in kind]
        assert len(values) == len(set(values))
        assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", value) and len(value) <= 60 for value in values)


def test_no_id_is_written_out_in_blocks() -> None:
    """They come from the enums: a text typed by hand would one day have no handler."""
    for file in (ROOT / "commands").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value in ("action_id", "callback_id"):
                        assert not isinstance(value, ast.Constant), f"{file.name}:{node.lineno}"


def test_a_menus_option_holds_the_largest_value_it_may_carry() -> None:
    """75 characters is what :class:`Value` promises for an option of a menu."""
    for what in Button:
        assert len(Value(do=what.value, lead=10**12).dumped()) <= 75


@pytest.mark.parametrize("text", [None, "", "{}x", '{"v":2}', '{"v":1,"evil":1}', '{"v":1,"lead":"x"}', "[]", "\x00"])
def test_a_value_edited_by_hand_or_of_a_later_release_is_none(text: str | None) -> None:
    assert Value.loaded(text) is None


def test_a_value_comes_back() -> None:
    value = Value(do="note", lead=1042, words="site:zoopla or mine", page=3, on=False)
    assert Value.loaded(value.dumped()) == value


# ----------------------------------------------------------------------------------------- manifest


def calls_of(name: str) -> list[str]:
    """The first arguments of ``app.<name>(…)`` in what listens to Slack."""
    trees = [ast.parse(file.read_text("utf-8")) for file in sorted((ROOT / "bot/slack").glob("*.py"))]
    return [
        node.args[0].value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == f"app.{name}"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    ]


def test_the_manifest_has_what_the_edge_registers() -> None:
    told = manifest()
    assert [c["command"] for c in told["features"]["slash_commands"]] == calls_of("command")
    assert sorted(told["settings"]["event_subscriptions"]["bot_events"]) == sorted(calls_of("event"))
    assert {s["callback_id"] for s in told["features"]["shortcuts"]} == {s.value for s in Shortcut}
    assert told["settings"]["interactivity"]["is_enabled"] is True


def test_the_sandbox_offers_the_shortcuts_of_the_manifest() -> None:
    told = [(s["callback_id"], s["type"], s["name"]) for s in manifest()["features"]["shortcuts"]]
    assert told == [(s.callback_id, s.type, s.name) for s in IN_THE_SANDBOX]


def test_the_scopes_are_those_that_the_methods_in_use_need_and_no_more() -> None:
    source = "".join(f.read_text(encoding="utf-8") for f in (ROOT / "bot").rglob("*.py") if "sandbox" not in f.parts)
    used = {name for name in METHODS if f".{name.replace('.', '_', 1)}(" in source}
    assert {"chat.postMessage", "views.open", "users.info"} <= used
    needed = {METHODS[name].scope for name in used} - {None}
    # What the stand-in asks for by the kind of the conversation (web_conversations.py).
    for name, family in (("info", "read"), ("members", "read"), ("history", "history"), ("replies", "history")):
        if f"conversations.{name}" in used:
            needed |= {f"channels:{family}", f"groups:{family}", *(["im:history"] if family == "history" else [])}
    assert set(manifest()["oauth_config"]["scopes"]["bot"]) == needed | {"commands"}


def test_each_scope_has_its_reason_in_the_docs() -> None:
    cells = first_cells(page("docs/slack-app.md"))
    assert {f"`{scope}`" for scope in manifest()["oauth_config"]["scopes"]["bot"]} <= set(cells)


# ------------------------------------------------------------------------------------------ actions


@pytest.mark.parametrize(("slug", "action"), ACTIONS, ids=lambda x: getattr(x, "name", x))
def test_an_action_and_its_parameters_are_in_the_reference(slug: str, action: Any) -> None:
    text = page("docs/reference.md")
    assert f"{slug} {action.name}" in text
    assert f"| `{slug}` | `{action.name}` | {action.title} | {action.effect.value} |" in text
    assert f"`{action.method} {action.path}`" in text
    part = text.split(f"### {slug} {action.name}\n")[1].split("\n### ")[0]
    for name, info in action.params.model_fields.items():
        assert f"`{info.alias or name}`" in part


def test_the_command_line_tells_of_every_action() -> None:
    told = described(discover())
    assert [(a["provider"], a["action"]) for a in told] == [(slug, a.name) for slug, a in ACTIONS]
    for one in told:
        assert set(one) == {"provider", "action", "title", "effect", "method", "path", "params"}


def test_every_lead_system_is_in_the_readme_and_the_reference() -> None:
    for provider in discover().values():
        assert provider.name in page("README.md")
        assert f"**{provider.name}** (`{provider.slug}`)" in page("docs/reference.md")
