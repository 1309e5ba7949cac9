"""A question that takes longer than Slack waits: the modal says "Checking…", and comes back with everything typed.

Slack only lets a submission's own answer put errors on inputs. When the answer comes later, the form is drawn anew
with each sentence above the input it belongs to. What was typed is kept in memory only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from commands.forms.read import element_value
from commands.ids import Do
from commands.verb import Block, View
from commands.views.blocks import notice, section

_NOTICE = "notice:"


def checking(view: View) -> View:
    """The modal while an answer is awaited: no inputs, nothing to press."""
    return _body(view) | {
        "blocks": [section(":hourglass_flowing_sand: Checking…"), section("This can take a little while.")],
    }


def _body(view: View) -> View:
    kept = {k: view[k] for k in ("type", "callback_id", "title", "close", "private_metadata") if k in view}
    return {k: v for k, v in kept.items() if v not in (None, "")}


def again(view: View, state: Mapping[str, Mapping[str, Any]], errors: Mapping[str, str]) -> View:
    """The form with what was typed, and a sentence above each input that cannot be used."""
    redrawn = _body(view) | {"blocks": refilled(view.get("blocks", []), state, errors)}
    if view.get("submit"):
        redrawn["submit"] = view["submit"]
    return redrawn


def refilled(
    blocks: Sequence[Block], state: Mapping[str, Mapping[str, Any]], errors: Mapping[str, str] | None = None
) -> list[Block]:
    """Blocks with the state's values filled in, and the errors' sentences in front."""
    drawn: list[Block] = []
    for block in blocks:
        name = block.get("block_id", "")
        if str(name).startswith(_NOTICE):
            continue
        if errors and name in errors:
            drawn.append(notice(errors[name]) | {"block_id": f"{_NOTICE}{name}"})
        held = state.get(name, {}).get(Do.VALUE.value)
        if block.get("type") == "input" and held is not None:
            drawn.append(block | {"element": _filled(block["element"], held)})
        else:
            drawn.append(block)
    return drawn


_INITIAL = {
    "plain_text_input": "initial_value",
    "email_text_input": "initial_value",
    "url_text_input": "initial_value",
    "number_input": "initial_value",
    "datepicker": "initial_date",
    "timepicker": "initial_time",
    "datetimepicker": "initial_date_time",
    "users_select": "initial_user",
    "multi_users_select": "initial_users",
    "conversations_select": "initial_conversation",
    "channels_select": "initial_channel",
}


def _filled(element: Block, held: Mapping[str, Any]) -> Block:
    kind = element["type"]
    bare = {k: v for k, v in element.items() if not k.startswith("initial_")}
    value = element_value(held)
    if value in (None, "", []):
        return bare
    if kind in ("external_select", "multi_external_select"):  # its options are not in the view
        several = isinstance(value, list)
        key, chosen = ("initial_options", "selected_options") if several else ("initial_option", "selected_option")
        return bare | {key: held[chosen]}
    if kind in ("static_select", "radio_buttons"):
        known = next((o for o in element["options"] if o["value"] == value), None)
        return bare | ({"initial_option": known} if known else {})
    if kind in ("multi_static_select", "checkboxes"):
        return bare | {"initial_options": [o for o in element["options"] if o["value"] in value]}
    return bare | {_INITIAL[kind]: value} if kind in _INITIAL else bare
