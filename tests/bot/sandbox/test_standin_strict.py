"""Kept verdicts of blocks let nothing through: with them and without them, faults are word for word the same."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from bot.sandbox import strict
from bot.sandbox.strict import BLOCKS, HOME, MODAL, POST, RESPONSE, Json, faults

KINDS = (MODAL, HOME, POST, RESPONSE, BLOCKS)
ODD = (None, True, 0, 1, 1.5, "", "x" * 4000, [], {}, [1], {"type": "input"}, "plain_text", "mrkdwn", ("a",))
"""What takes the place of a part, or stands beside it, in a spoilt payload."""


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(value: str) -> Json:
    return {"text": plain(value.title()), "value": value}


def shared_blocks() -> list[Json]:
    """Blocks that views and messages may both hold."""
    button = {"type": "button", "text": plain("Claim"), "action_id": "claim", "value": '{"lead":1}'}
    menu = {"type": "overflow", "action_id": "more", "options": [option("a"), option("b")]}
    return [
        {"type": "header", "text": plain("Leads")},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Ada*"}, "accessory": menu},
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "from Zoopla"}]},
        {"type": "actions", "elements": [button]},
    ]


def payloads() -> dict[str, Any]:
    """One good payload of each kind."""
    chosen = {"type": "static_select", "action_id": "stage", "options": [option("new"), option("won")]}
    fields = [
        {"type": "input", "block_id": "name", "label": plain("Name"), "element": {"type": "plain_text_input"}},
        {"type": "input", "block_id": "stage", "label": plain("Stage"), "element": chosen},
    ]
    return {
        MODAL: {"type": "modal", "title": plain("New"), "submit": plain("Go"), "blocks": shared_blocks() + fields},
        HOME: {"type": "home", "blocks": shared_blocks()},
        POST: {"channel": "C1", "text": "A lead", "blocks": shared_blocks()},
        RESPONSE: {"text": "A lead", "response_type": "ephemeral", "blocks": shared_blocks()},
        BLOCKS: shared_blocks(),
    }


def places(value: object, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every part of a payload."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield (*at, name)
        yield from places(inner, (*at, name))


def spoilt(payload: Any, place: tuple[Any, ...], draw: random.Random) -> Iterator[Any]:
    """The payload with one part gone, exchanged, doubled, or with something beside it."""
    *way, last = place

    def parent() -> tuple[Any, Any]:
        whole = copy.deepcopy(payload)
        inner = whole
        for step in way:
            inner = inner[step]
        return whole, inner

    whole, inner = parent()
    del inner[last]
    yield whole
    for odd in draw.sample(ODD, 4):
        whole, inner = parent()
        inner[last] = odd
        yield whole
    whole, inner = parent()
    if isinstance(inner, list):
        inner.append(copy.deepcopy(inner[last]))
    else:
        inner["unknown"] = inner[last]
    yield whole


def without_kept(monkeypatch: pytest.MonkeyPatch, kind: str, payload: Any) -> list[str]:
    """The faults where all of it is checked."""
    with monkeypatch.context() as patch:
        patch.setattr(strict, "_surely_fits", lambda *_: False)
        return faults(kind, payload)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_spoilt_anywhere_has_the_same_faults_with_kept_verdicts(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = payloads()[kind]
    assert faults(kind, good) == [] == faults(kind, good)
    draw = random.Random(kind)
    refused = 0
    for place in places(good):
        for payload in spoilt(good, place, draw):
            found = faults(kind, payload)
            assert found == without_kept(monkeypatch, kind, payload), (place, payload)
            assert found == faults(kind, payload)
            refused += bool(found)
    assert refused > 100


class Word(StrEnum):
    DIVIDER = "divider"


@pytest.mark.parametrize(
    "block",
    [
        {"type": "divider", "block_id": ("a",)},
        {"type": "context", "elements": ({"type": "mrkdwn", "text": "from Zoopla"},)},
        {"type": "divider", "block_id": datetime(2026, 1, 1, tzinfo=UTC)},
        {"type": "divider", "block_id": Decimal(1)},
        {"type": "divider", 1: "x"},
        {"type": "divider", "block_id": float("nan")},
        {"type": "divider", "block_id": "\ud800"},
        {"type": Word.DIVIDER},
    ],
)
def test_what_json_would_change_is_judged_as_it_is(block: Json, monkeypatch: pytest.MonkeyPatch) -> None:
    faults(BLOCKS, [{"type": "divider"}, *shared_blocks()])
    assert faults(BLOCKS, [block]) == without_kept(monkeypatch, BLOCKS, [block])


def test_a_verdict_is_of_one_kind_of_surface_only() -> None:
    field = {"type": "input", "label": plain("Name"), "element": {"type": "file_input", "action_id": "f"}}
    assert faults(MODAL, {"type": "modal", "title": plain("New"), "submit": plain("Go"), "blocks": [field]}) == []
    in_message = {"channel": "C1", "text": "A", "blocks": [{"type": "table", "rows": [[plain("no")]]}]}
    assert faults(POST, in_message) != []
    assert strict._frame(MODAL)[1] != strict._frame(POST)[1]


def test_limits_of_the_list_hold_where_each_block_is_known_to_be_good() -> None:
    divider = {"type": "divider"}
    assert faults(POST, {"channel": "C1", "text": "A", "blocks": [divider] * 50}) == []
    assert faults(POST, {"channel": "C1", "text": "A", "blocks": [divider] * 51}) != []
    view = {"type": "modal", "title": plain("New"), "blocks": [payloads()[MODAL]["blocks"][-1]]}
    assert faults(MODAL, view) != []  # an input, and nothing to submit it with


def test_each_kind_keeps_everything_but_what_it_says_of_single_blocks() -> None:
    for kind in KINDS:
        frame, definition = strict._frame(kind)
        whole = strict._schema()["definitions"][kind]
        listed = whole if kind == BLOCKS else whole["properties"]["blocks"]
        assert listed["items"] == {"$ref": f"#/definitions/{definition}"}
        outer = {name: rule for name, rule in frame.schema.items() if name != "definitions"}
        inner = outer if kind == BLOCKS else outer["properties"]["blocks"]
        inner["items"] = listed["items"]
        try:
            assert outer == whole
        finally:
            del inner["items"]
