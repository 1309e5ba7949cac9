"""From a model's fields to modal inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from commands.forms.fields import Asked, Kind, fields_of
from commands.forms.values import NO, YES, in_input
from commands.ids import Do
from commands.verb import Block
from commands.views.blocks import LABEL, option, plain

HINT = 2000
LONGEST_TEXT = 3000
MOST = 100
"""Options of a select (docs.slack.dev, Select menu element)."""
OPTION_VALUE = 150
"""Characters of an option's value (docs.slack.dev, Option object): a longer one is drawn as text."""
TEN_DIGITS = 10
"""Of a moment in a datetimepicker (docs.slack.dev, Datetime picker element): seconds since 1970."""
_CHOSEN = frozenset((Kind.SELECT, Kind.MULTI, Kind.NAMED, Kind.NAMES))
Options = Mapping[str, Sequence[tuple[str, str]]]


def inputs(
    model: type[BaseModel],
    values: Mapping[str, Any] | None = None,
    *,
    options: Options | None = None,
    leave_out: frozenset[str] = frozenset(),
    sensitive: bool = True,
) -> list[Block]:
    """An input for every field of ``model``.

    ``values`` fill them in (by field name, as :func:`commands.forms.read.typed` gives them), ``options`` are the
    choices of fields marked ``Ask.SELECT``; a select without a choice is left out. Fields of the sensitive class
    are drawn only where ``sensitive``.
    """
    blocks = []
    for asked in fields_of(model):
        if asked.name in leave_out or (asked.sensitive and not sensitive):
            continue
        block = one(asked, (values or {}).get(asked.name, asked.default), (options or {}).get(asked.name))
        if block:
            blocks.append(block)
    return blocks


def one(
    asked: Asked, value: Any, choices: Sequence[tuple[str, str]] | None = None, *, place: str | None = None
) -> Block | None:
    """One input block; its ``block_id`` is the field's place, which is its name where models are not nested.

    ``value`` is in plain form. ``choices`` of a field that refers to something known by name are those that it
    holds; the others are searched for.
    """
    element = _element(asked, value, choices if choices is not None else asked.choices)
    if element is None:
        return None
    block: Block = {
        "type": "input",
        "block_id": place or asked.name,
        "label": plain(asked.title, LABEL),
        "element": element,
        "optional": not asked.required or asked.kind is Kind.YES,
    }
    if asked.hint and asked.kind is not Kind.YES:
        block["hint"] = plain(asked.hint, HINT)
    return block


def _element(asked: Asked, value: Any, choices: Sequence[tuple[str, str]]) -> Block | None:
    if asked.kind in _CHOSEN and any(
        len(str(v)) > OPTION_VALUE for v in (value if isinstance(value, list) else [value])
    ):
        return _text(asked, value)
    match asked.kind:
        case Kind.YES:
            return _checkbox(asked, value)
        case Kind.YES_NO:
            shown = YES if value is True else NO if value is False else value
            return _select([(YES, "Yes"), (NO, "No")], shown)
        case Kind.SELECT:
            known = any(code == str(value) for code, _ in choices) or value is None
            if choices and not known:  # a value that came up after this list was made stays choosable
                choices = [(str(value), str(value)), *choices]
            if len(choices) > MOST:
                return _searched(choices, value)
            return _select(choices, value) if choices else None
        case Kind.MULTI:
            if choices:  # here too
                codes = {code for code, _ in choices}
                choices = [*((str(v), str(v)) for v in value or () if str(v) not in codes), *choices]
            if len(choices) > MOST:
                return _searched(choices, value, many=True)
            return _multi(choices, value) if choices else None
        case Kind.NAMED:
            return _searched(choices, value)
        case Kind.NAMES:
            return _searched(choices, value, many=True)
        case Kind.INTEGER | Kind.DECIMAL:
            return _number(asked, value)
        case Kind.MOMENT:
            element: Block = {"type": "datetimepicker", "action_id": Do.VALUE.value}
            at = in_input(asked, value) if value else None
            if at is not None and len(str(at)) != TEN_DIGITS:  # before September 2001
                return _text(asked, value)
            return element | ({"initial_date_time": at} if at is not None else {})
        case Kind.DATE | Kind.TIME | Kind.CHANNEL | Kind.PERSON | Kind.PEOPLE:
            return _picker(asked.kind, value)
        case Kind.FILE:
            return {"type": "file_input", "action_id": Do.VALUE.value, "max_files": 1, "filetypes": ["csv", "text"]}
        case _:
            return _text(asked, value)


def _text(asked: Asked, value: Any) -> Block:
    if asked.kind in (Kind.EMAIL, Kind.URL):
        element: Block = {"type": f"{asked.kind.value}_text_input", "action_id": Do.VALUE.value}
    else:
        lines = asked.kind in (Kind.LONG, Kind.TEXTS, Kind.JSON, Kind.MULTI, Kind.NAMES)
        element = {"type": "plain_text_input", "action_id": Do.VALUE.value, "multiline": lines}
        element["max_length"] = min(asked.longest or LONGEST_TEXT, LONGEST_TEXT)
    if isinstance(value, list):
        value = in_input(asked, value)
    if value not in (None, ""):
        shown = str(value)[:LONGEST_TEXT]
        element["initial_value"] = shown
        if "max_length" in element:  # what was typed as words may be too long: it stays to be shortened
            element["max_length"] = max(element["max_length"], len(shown))
    return element


def _number(asked: Asked, value: Any) -> Block:
    element: Block = {
        "type": "number_input",
        "action_id": Do.VALUE.value,
        "is_decimal_allowed": asked.kind is Kind.DECIMAL,
    }
    for key, bound in (("min_value", asked.least), ("max_value", asked.most)):
        if bound is not None:
            element[key] = str(int(bound)) if float(bound).is_integer() else f"{bound:.15g}"  # Slack reads no 1e+06
    if value not in (None, ""):
        element["initial_value"] = str(value)
    return element


def _checkbox(asked: Asked, value: Any) -> Block:
    choice = option(asked.hint or asked.title, YES)
    element: Block = {"type": "checkboxes", "action_id": Do.VALUE.value, "options": [choice]}
    if value is True:
        element["initial_options"] = [choice]
    return element


def _select(choices: Sequence[tuple[str, str]], value: Any) -> Block:
    drawn = [option(label, code) for code, label in choices][:MOST]
    element: Block = {"type": "static_select", "action_id": Do.VALUE.value, "options": drawn}
    chosen = next((o for o in drawn if o["value"] == str(value)), None)
    if value is not None and chosen:
        element["initial_option"] = chosen
    return element


def _multi(choices: Sequence[tuple[str, str]], value: Any) -> Block:
    drawn = [option(label, code) for code, label in choices][:MOST]
    element: Block = {"type": "multi_static_select", "action_id": Do.VALUE.value, "options": drawn}
    by_code = {o["value"]: o for o in drawn}
    chosen = [by_code[str(v)] for v in value or () if str(v) in by_code]
    if chosen:
        element["initial_options"] = chosen
    return element


def _searched(choices: Sequence[tuple[str, str]], value: Any, *, many: bool = False) -> Block:
    """A select that is typed into: Slack asks us for the options that fit."""
    names = dict(choices)
    element: Block = {
        "type": "multi_external_select" if many else "external_select",
        "action_id": Do.VALUE.value,
        "min_query_length": 0,
    }
    held = list(value or ()) if many else [value] if value not in (None, "") else []
    chosen = [option(names.get(str(v), str(v)), str(v)) for v in held]
    if chosen:
        element["initial_options" if many else "initial_option"] = chosen if many else chosen[0]
    return element


_PICKERS = {
    Kind.DATE: ("datepicker", "initial_date"),
    Kind.TIME: ("timepicker", "initial_time"),
    Kind.CHANNEL: ("conversations_select", "initial_conversation"),
    Kind.PERSON: ("users_select", "initial_user"),
    Kind.PEOPLE: ("multi_users_select", "initial_users"),
}


def _picker(kind: Kind, value: Any) -> Block:
    name, initial = _PICKERS[kind]
    element: Block = {"type": name, "action_id": Do.VALUE.value}
    if kind is Kind.CHANNEL:
        element["filter"] = {"include": ["public", "private"], "exclude_bot_users": True}
    if value:
        element[initial] = value if isinstance(value, list) else str(value)
    return element
