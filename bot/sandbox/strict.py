"""What Slack would refuse: payload checks against the schema made from Slack's published types, and the recorder.

``slack.schema.json`` says what a view, a message, a response and a list of blocks may hold; the cross-field rules
that a JSON schema cannot say (unique ids, initial options, characters in all) are written here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import orjson
from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError, relevance

Json = dict[str, Any]

MODAL, HOME = "SlackModalView", "SlackHomeView"
POST, RESPONSE, BLOCKS, METADATA = "SlackPostMessage", "SlackResponseMessage", "SlackBlocks", "MessageMetadata"
OPTION = "PlainTextOption"
MESSAGE_KINDS = frozenset({POST, RESPONSE, BLOCKS})
_WITH_BLOCKS = MESSAGE_KINDS | {MODAL, HOME}

BLOCK_CHARACTERS = 12_000
"""Slack answers msg_blocks_too_long at roughly 13,200 characters over all blocks (bolt-js issue 2509)."""
VIEW_BYTES = 250_000
"""A view's JSON may hold 250 kB (error view_too_large of views.open)."""

KEPT_VERDICTS = 8192
"""Blocks whose verdict is kept. Most are sent again and again (headings, inputs, buttons), and checking them against
everything that a block may be is nearly all that a check costs."""

_POSTED = ("channel", "text", "blocks", "thread_ts", "metadata", "reply_broadcast", "mrkdwn")


@cache
def _schema() -> Json:
    loaded: Json = json.loads(Path(__file__).with_name("slack.schema.json").read_text("utf-8"))
    return loaded


@cache
def _validator(kind: str) -> Draft7Validator:
    schema = _schema()
    return Draft7Validator(
        {"$schema": schema["$schema"], "definitions": schema["definitions"], "$ref": f"#/definitions/{kind}"}
    )


@cache
def _frame(kind: str) -> tuple[Draft7Validator, str]:
    """``kind`` without what it says of each single block, and the definition that says it."""
    definitions = _schema()["definitions"]
    whole = definitions[kind]
    if kind == BLOCKS:
        outer: Json = {name: rule for name, rule in whole.items() if name != "items"}
        each = whole["items"]
    else:
        listed = whole["properties"]["blocks"]
        rules = {name: rule for name, rule in listed.items() if name != "items"}
        outer = {**whole, "properties": {**whole["properties"], "blocks": rules}}
        each = listed["items"]
    (reference,) = each.values()
    return Draft7Validator({**outer, "definitions": definitions}), reference.removeprefix("#/definitions/")


@lru_cache(maxsize=KEPT_VERDICTS)
def _block_fits(definition: str, text: bytes) -> bool:
    """Whether a block, as JSON text, is what the definition says. The verdict hangs on the two arguments only."""
    return bool(_validator(definition).is_valid(orjson.loads(text)))


def _surely_fits(kind: str, payload: object) -> bool:
    """Whether a payload with blocks is what the schema says. ``False`` says nothing: then all of it is checked."""
    frame, definition = _frame(kind)
    blocks = payload.get("blocks", []) if isinstance(payload, dict) else payload
    if not isinstance(blocks, list) or not frame.is_valid(payload):
        return False
    for block in blocks:
        try:
            text = orjson.dumps(block)
        except TypeError:
            return False
        # A tuple, a date, a number that JSON cannot say: its text is not what it is.
        if orjson.loads(text) != block or not _block_fits(definition, text):
            return False
    return True


def _deepest(error: ValidationError) -> ValidationError:
    """The branch of anyOf/oneOf that got furthest: it names the real fault."""
    while error.context:
        error = max(error.context, key=lambda each: (len(each.absolute_path), -len(each.schema_path)))
    return error


def faults(kind: str, payload: object) -> list[str]:
    """Every fault of a payload, one sentence each, the path first; an empty list where Slack would take it.

    ``kind`` is a definition of slack.schema.json (one of the names above).
    """
    checked = _without_unpublished(payload)
    found = []
    sure = kind in _WITH_BLOCKS and _surely_fits(kind, checked)
    for error in () if sure else sorted(_validator(kind).iter_errors(checked), key=relevance):
        deepest = _deepest(error)
        path = "/".join(map(str, deepest.absolute_path)) or "."
        found.append(f"{path}: {deepest.message[:160]}")
    return found + _block_faults(kind, _blocks_of(checked))


def call_faults(method: str, payload: Json) -> list[str]:
    """Faults of one Web API call, one post to a response URL or one answer to a submission; [] for other methods."""
    if method in {"chat.postMessage", "chat.postEphemeral"}:
        return faults(POST, {name: payload[name] for name in _POSTED if name in payload})
    if method in {"chat.update", "files.completeUploadExternal"}:
        return [
            *faults(BLOCKS, payload.get("blocks") or []),
            *(faults(METADATA, payload["metadata"]) if payload.get("metadata") else []),
        ]
    if method == "response_url":
        return faults(RESPONSE, payload)
    if method.startswith("views.") or method == "view_response":
        view = payload.get("view")
        if view is None and method == "view_response":
            return []
        return faults(HOME if method == "views.publish" else MODAL, view)
    return []


def _without_unpublished(payload: object) -> object:
    """Drop data_visualization blocks: Slack documents them but has not published their type."""
    if isinstance(payload, dict) and isinstance(payload.get("blocks"), list):
        return {**payload, "blocks": _without_unpublished(payload["blocks"])}
    if isinstance(payload, list):
        return [b for b in payload if not (isinstance(b, dict) and b.get("type") == "data_visualization")]
    return payload


def _blocks_of(payload: object) -> list[Json]:
    blocks = payload.get("blocks") if isinstance(payload, dict) else payload
    return [block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []


def _block_faults(kind: str, blocks: list[Json]) -> list[str]:
    found = []
    seen: set[str] = set()
    for place, block in enumerate(blocks):
        block_id = block.get("block_id")
        if isinstance(block_id, str) and block_id:
            if block_id in seen:
                found.append(f"blocks/{place}/block_id: duplicate {block_id!r}")
            seen.add(block_id)
        ids = list(_action_ids(block))
        if len(ids) != len(set(ids)):
            found.append(f"blocks/{place}: duplicate action_id in one block")
        found += [f"blocks/{place}: {fault}" for fault in _initial_faults(block)]
    if kind in MESSAGE_KINDS:
        total = characters(blocks)
        if total > BLOCK_CHARACTERS:
            found.append(f"blocks: {total} characters of text in all; keep under 12,000 (msg_blocks_too_long)")
        if sum(block.get("type") == "table" for block in blocks) > 1:
            found.append("blocks: more than one table block")
    return found


def _initial_faults(block: Json) -> Iterator[str]:
    for element in (block.get("element"), block.get("accessory"), *_listed(block.get("elements"))):
        if not isinstance(element, dict):
            continue
        options = options_of(element)
        initial = _listed(element.get("initial_options")) or [element.get("initial_option")]
        if options and any(isinstance(each, dict) and each not in options for each in initial):
            yield "initial_option is not one of options"


def options_of(element: Json) -> list[Json]:
    """The options of a select, those in groups included."""
    groups = [group for group in _listed(element.get("option_groups")) if isinstance(group, dict)]
    grouped = [option for group in groups for option in _listed(group.get("options"))]
    return [*_listed(element.get("options")), *grouped]


def _listed(value: object) -> list[Any]:
    """A list, or an empty one where something else stands: the schema finds fault with that."""
    return value if isinstance(value, list) else []


def _action_ids(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("action_id"), str):
            yield value["action_id"]
        for inner in value.values():
            yield from _action_ids(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _action_ids(inner)


def characters(value: object) -> int:
    """Characters of text in all blocks, as Slack seems to sum them for msg_blocks_too_long."""
    if isinstance(value, dict):
        return sum(
            len(inner) if key == "text" and isinstance(inner, str) else characters(inner)
            for key, inner in value.items()
        )
    return sum(map(characters, value)) if isinstance(value, list) else 0


class Recorder:
    """Writes each call of the app as one JSON line ``{"method", "payload"}``; tokens are left out."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)  # unbuffered: lines of several processes stay whole

    def record(self, method: str, payload: Json) -> None:
        """Append one call; readable at once by whoever follows the file."""
        kept = {name: value for name, value in payload.items() if name != "token"}
        line = json.dumps({"method": method, "payload": kept}, ensure_ascii=False)
        self._file.write(f"{line}\n".encode("utf-8", "surrogatepass"))

    def close(self) -> None:
        """Close the file; later calls are an error."""
        self._file.close()
