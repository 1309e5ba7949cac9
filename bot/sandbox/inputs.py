"""What a person types into an element: its shape in ``state.values``, and the checks that Slack's client makes.

Shapes: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload and the page of each element
under https://docs.slack.dev/reference/block-kit/block-elements.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from datetime import date
from pathlib import PurePath
from typing import Any, Protocol

from bot.sandbox.strict import Json, options_of

TEXTS = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input"})
OPTION = frozenset({"static_select", "external_select", "radio_buttons"})
OPTIONS = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})

KEYS = {
    **dict.fromkeys(TEXTS, "value"),
    **dict.fromkeys(OPTION, "selected_option"),
    **dict.fromkeys(OPTIONS, "selected_options"),
    "rich_text_input": "rich_text_value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "file_input": "files",
}
"""Under which key ``state.values`` tells an element's value."""

INITIAL = {
    **dict.fromkeys([*TEXTS, "rich_text_input"], "initial_value"),
    **dict.fromkeys(OPTION, "initial_option"),
    **dict.fromkeys(OPTIONS, "initial_options"),
    "datepicker": "initial_date",
    "timepicker": "initial_time",
    "datetimepicker": "initial_date_time",
    "users_select": "initial_user",
    "conversations_select": "initial_conversation",
    "channels_select": "initial_channel",
    "multi_users_select": "initial_users",
    "multi_conversations_select": "initial_conversations",
    "multi_channels_select": "initial_channels",
}

REQUIRED = "Please complete this required field."
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s]+")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)")


class Surroundings(Protocol):
    """Where values may point to: the people, conversations and files, and what selects were offered."""

    def has_person(self, user: str) -> bool: ...

    def has_channel(self, channel: str, *, public_only: bool) -> bool: ...

    def file_json(self, file_id: str) -> Json | None: ...

    def offered(self, user: str, block_id: str, action_id: str) -> list[Json]: ...


class Impossible(Exception):
    """Something that a person cannot do in Slack; the message is a sentence."""


class BadValue(Exception):
    """Something that could not have been typed or chosen in Slack; the message is a sentence."""


def stateful(element: Json) -> bool:
    """Whether ``state.values`` tells of this element."""
    return element.get("type") in KEYS


def _many(kind: str) -> bool:
    return kind in OPTIONS or kind.startswith("multi_") or kind == "file_input"


def initial(element: Json, channel: str | None = None) -> Json:
    """The element's value before anybody touched it; ``channel`` is where the view was opened from."""
    kind = element["type"]
    value = copy.deepcopy(element.get(INITIAL.get(kind, ""), [] if _many(kind) else None))
    if element.get("default_to_current_conversation") and not value and channel:
        value = [channel] if kind == "multi_conversations_select" else channel
    return _typed(element, value)


def _typed(element: Json, value: Any) -> Json:
    made: Json = {"type": element["type"], KEYS[element["type"]]: value}
    if element["type"] == "timepicker" and element.get("timezone"):
        made["timezone"] = element["timezone"]
    return made


def read(element: Json, raw: Any, user: str, block_id: str, around: Surroundings) -> Json:
    """The typed value of ``state.values`` for what a person typed or chose.

    ``raw`` is a text, number, option value, list of option values or of booleans, ids, or None for nothing. Raises
    BadValue for a choice that the element does not offer.
    """
    kind = element["type"]
    if kind not in KEYS:
        raise BadValue(f"A {kind} keeps no value.")
    if kind in TEXTS:
        return _typed(element, _text(element, raw))
    if kind in OPTION or kind in OPTIONS:
        options = options_of(element) if "external" not in kind else _external(element, user, block_id, around)
        if kind in OPTION:
            return _typed(element, None if raw in (None, "") else _option(options, raw))
        return _typed(element, _options(options, raw))
    return _typed(element, _READERS[kind](element, raw, around))


def _text(element: Json, raw: Any) -> str | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
        raise BadValue(f"A {element['type']} takes a text.")
    text = str(raw)
    if not (element["type"] == "plain_text_input" and element.get("multiline")):
        text = " ".join(text.splitlines())
    return text


def _external(element: Json, user: str, block_id: str, around: Surroundings) -> list[Json]:
    known = list(around.offered(user, block_id, element["action_id"]))
    first = element.get("initial_option")
    return known + ([first] if first else []) + list(element.get("initial_options") or [])


def _option(options: list[Json], raw: Any) -> Json:
    wanted = raw.get("value") if isinstance(raw, dict) else raw
    for option in options:
        if option.get("value") == wanted:
            return copy.deepcopy(option)
    raise BadValue(f"{wanted!r} is not one of the options.")


def _options(options: list[Json], raw: Any) -> list[Json]:
    if raw is None or raw == "":
        return []
    if isinstance(raw, bool):
        raw = [raw]
    if not isinstance(raw, list):
        raw = [raw]
    if raw and all(isinstance(each, bool) for each in raw):
        return [copy.deepcopy(option) for option, ticked in zip(options, raw, strict=False) if ticked]
    chosen = [_option(options, each) for each in raw]
    return [each for place, each in enumerate(chosen) if each not in chosen[:place]]


def _date(element: Json, raw: Any, around: Surroundings) -> str | None:
    if raw in (None, ""):
        return None
    try:
        return date.fromisoformat(str(raw)).isoformat()
    except ValueError:
        raise BadValue(f"{raw!r} is not a date (YYYY-MM-DD).") from None


def _time(element: Json, raw: Any, around: Surroundings) -> str | None:
    if raw in (None, ""):
        return None
    if not _TIME.fullmatch(str(raw)):
        raise BadValue(f"{raw!r} is not a time (HH:MM).")
    return str(raw)


def _datetime(element: Json, raw: Any, around: Surroundings) -> int | None:
    if raw in (None, ""):
        return None
    if isinstance(raw, bool) or not re.fullmatch(r"\d{10}", str(raw)):
        raise BadValue(f"{raw!r} is not a moment (seconds since 1970, ten digits).")
    return int(raw)


def _rich(element: Json, raw: Any, around: Surroundings) -> Json | None:
    if isinstance(raw, dict) or raw is None or raw == "":
        return copy.deepcopy(raw) or None
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(raw)}]}
    return {"type": "rich_text", "elements": [section]}


def _known(element: Json, each: Any, around: Surroundings) -> str:
    kind = element["type"]
    known = (
        around.has_person(str(each))
        if "users" in kind
        else around.has_channel(str(each), public_only="channels" in kind)
    )
    if not known:
        raise BadValue(f"{each!r} cannot be chosen here.")
    return str(each)


def _one_id(element: Json, raw: Any, around: Surroundings) -> str | None:
    return None if raw in (None, "") else _known(element, raw, around)


def _ids(element: Json, raw: Any, around: Surroundings) -> list[str]:
    if raw in (None, ""):
        return []
    return [_known(element, each, around) for each in (raw if isinstance(raw, list) else [raw])]


def _files(element: Json, raw: Any, around: Surroundings) -> list[Json]:
    found = []
    for each in [] if raw in (None, "") else raw if isinstance(raw, list) else [raw]:
        file = around.file_json(str(each.get("id") if isinstance(each, dict) else each))
        if file is None:
            raise BadValue(f"There is no file {each!r}.")
        found.append(file)
    return found


_READERS: dict[str, Callable[[Json, Any, Surroundings], Any]] = {
    "datepicker": _date,
    "timepicker": _time,
    "datetimepicker": _datetime,
    "rich_text_input": _rich,
    "file_input": _files,
    **dict.fromkeys(("users_select", "conversations_select", "channels_select"), _one_id),
    **dict.fromkeys(("multi_users_select", "multi_conversations_select", "multi_channels_select"), _ids),
}


def complaint(block: Json, element: Json, typed: Json) -> str | None:
    """What Slack's client says about an input before it submits anything, or None where it is content."""
    value = typed[KEYS[element["type"]]]
    if value in (None, "", []) or (isinstance(value, str) and not value.strip()):
        return None if block.get("optional") else REQUIRED
    if element["type"] in TEXTS:
        return _text_complaint(element, value)
    most = element.get("max_files" if element["type"] == "file_input" else "max_selected_items")
    if most is not None and isinstance(value, list) and len(value) > most:
        return f"Please choose at most {most}."
    if element["type"] == "file_input" and element.get("filetypes"):
        for file in value:
            ending = PurePath(file["name"]).suffix.lstrip(".").lower()
            if ending not in element["filetypes"]:
                return f"Files of type {ending or file['filetype']} are not accepted here."
    return None


def _text_complaint(element: Json, value: str) -> str | None:
    kind = element["type"]
    if kind == "plain_text_input":
        least, most = element.get("min_length"), element.get("max_length")
        if least is not None and len(value) < least:
            return f"Please enter at least {least} characters."
        if most is not None and len(value) > most:
            return f"Please enter at most {most} characters."
        return None
    if kind == "email_text_input":
        return None if _EMAIL.fullmatch(value) else "Please enter a valid email address."
    if kind == "url_text_input":
        return None if _URL.fullmatch(value) else "Please enter a valid URL."
    if not _NUMBER.fullmatch(value):
        return "Please enter a valid number."
    if not element.get("is_decimal_allowed") and "." in value:
        return "Please enter a whole number."
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and float(value) < float(least):
        return f"Please enter a number that is at least {least}."
    if most is not None and float(value) > float(most):
        return f"Please enter a number that is at most {most}."
    return None
