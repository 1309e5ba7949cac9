"""What Slack would refuse: payload checks against the schema made from Slack's published types, and the recorder.

``slack.schema.json`` says what a view, a message, a response and a list of blocks may hold; the cross-field rules
that a JSON schema cannot say (unique ids, initial options, characters in all) are written here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError, relevance

Json = dict[str, Any]

MODAL, HOME = "SlackModalView", "SlackHomeView"
POST, RESPONSE, BLOCKS, METADATA = "SlackPostMessage", "SlackResponseMessage", "SlackBlocks", "MessageMetadata"
OPTION = "PlainTextOption"
MESSAGE_KINDS = frozenset({POST, RESPONSE, BLOCKS})

BLOCK_CHARACTERS = 12_000
"""Slack answers msg_blocks_too_long at roughly 13,200 characters over all blocks (bolt-js issue 2509)."""
VIEW_BYTES = 250_000
"""A view's JSON may hold 250 kB (error view_too_large of views.open)."""

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
    for error in sorted(_validator(kind).iter_errors(checked), key=relevance):
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
    for element in (block.get("element"), block.get("accessory"), *(block.get("elements") or [])):
        if not isinstance(element, dict):
            continue
        options = options_of(element)
        initial = element.get("initial_options") or [element.get("initial_option")]
        if options and any(isinstance(each, dict) and each not in options for each in initial):
            yield "initial_option is not one of options"


def options_of(element: Json) -> list[Json]:
    """The options of a select, those in groups included."""
    groups = element.get("option_groups") or []
    grouped = [option for group in groups if isinstance(group, dict) for option in group.get("options") or []]
    return [*(element.get("options") or []), *grouped]


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
