"""Block Kit pieces that cannot break Slack's limits, and the one place where foreign text becomes safe.

Limits are those of https://docs.slack.dev/reference/block-kit/blocks and …/block-elements. Text of leads goes into
rich text or plain text, which Slack never parses; where it must stand in mrkdwn, ``safe`` escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from commands.ids import Do, Form
from commands.verb import Block, Value

SECTION = 3000
HEADER = 150
BUTTON = 75
OPTION = 75
LABEL = 2000
MODAL_TITLE = 24
MESSAGE_CHARACTERS = 11_000
"""Over all blocks of a message; Slack answers msg_blocks_too_long at about 13,200 (bolt-js issue 2509)."""
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_BYTES = 250_000
"""Of a view as it is sent (docs.slack.dev/reference/methods/views.publish)."""

_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]",
)
"""Control characters, and those that turn the direction of the text around them."""


def clean(text: object, limit: int = SECTION, *, lines: bool = False) -> str:
    """Foreign text fit to be shown: no control characters, one line unless ``lines``, at most ``limit`` long."""
    tidy = _UNWANTED.sub("", str(text))
    tidy = tidy.strip() if lines else " ".join(tidy.split())
    return tidy if len(tidy) <= limit else tidy[: limit - 1].rstrip() + "…"


def safe(text: object, limit: int = 300) -> str:
    """Foreign text for mrkdwn: cleaned, ``& < >`` escaped, and formatting characters made harmless."""
    escaped = clean(text, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([*_~`])", "\u200b\\1", escaped)


def unformatted(text: str) -> str:
    """One of our mrkdwn sentences where Slack formats nothing: an error below an input is plain text."""
    dated = re.sub(r"<!date\^[^|>]*\|([^>]*)>", r"\1", text)
    bare = re.sub(r"(?<!\u200b)[*`]", "", dated).replace("\u200b", "")
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def plain(text: object, limit: int) -> dict[str, Any]:
    """A plain_text object."""
    return {"type": "plain_text", "text": clean(text, limit) or " ", "emoji": True}


def mrkdwn(text: str) -> dict[str, Any]:
    """A mrkdwn object of our own sentence; foreign parts of it went through :func:`safe`.

    ``verbatim``: Slack makes no links of names and addresses by itself.
    """
    return {"type": "mrkdwn", "text": text[:SECTION], "verbatim": True}


def section(text: str, *, accessory: Block | None = None, block_id: str | None = None) -> Block:
    """A section with our own sentence."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    if accessory:
        block["accessory"] = accessory
    if block_id:
        block["block_id"] = block_id
    return block


def header(text: str) -> Block:
    """A header."""
    return {"type": "header", "text": plain(text, HEADER)}


def divider() -> Block:
    """A line across."""
    return {"type": "divider"}


def context(*texts: str) -> Block:
    """Small print: up to ten sentences."""
    return {"type": "context", "elements": [mrkdwn(t) for t in texts[:10]]}


def saying(text: str) -> tuple[str, list[Block]]:
    """A message of one sentence: its notification text and its blocks."""
    return text, [section(text)]


def notice(text: str) -> Block:
    """A warning inside a modal."""
    return section(f":warning: {text}")


# -- rich text: nothing in it is ever parsed


def words(text: object, *, bold: bool = False, italic: bool = False, limit: int = 600) -> Block:
    """A run of foreign text."""
    style = {k: True for k, on in (("bold", bold), ("italic", italic)) if on}
    shown = str(text)
    inner = clean(shown, limit, lines=True)
    edges = shown[: len(shown) - len(shown.lstrip(" "))][:1], shown[len(shown.rstrip(" ")) :][:1]
    run: Block = {"type": "text", "text": f"{edges[0]}{inner}{edges[1]}" if inner else " "}
    return run | ({"style": style} if style else {})


def when(at: datetime, form: str = "{date_short_pretty} {time}") -> Block:
    """A time in each reader's own zone."""
    return {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": form,
        "fallback": at.strftime("%Y-%m-%d %H:%M UTC"),
    }


def rich(*lines: Sequence[Block]) -> Block:
    """Rich text, a line each."""
    runs: list[Block] = []
    for n, line in enumerate(lines):
        if n:
            runs.append({"type": "text", "text": "\n"})
        runs.extend(line)
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": runs}]}


def local_time(at: datetime, form: str = "{date_short_pretty} {time}") -> str:
    """A time for mrkdwn, in each reader's own zone."""
    return f"<!date^{int(at.timestamp())}^{form}|{at.strftime('%Y-%m-%d %H:%M UTC')}>"


# -- elements


def confirm(title: str, text: str, yes: str, no: str = "Keep") -> Block:
    """An "are you sure?"."""
    return {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
    }


def button(
    text: str, do: Do, value: Value, *, style: str | None = None, ask: Block | None = None, url: str | None = None
) -> Block:
    """A button with a typed value."""
    block: Block = {
        "type": "button",
        "text": plain(text, BUTTON),
        "action_id": do.value,
        "value": value.dumped(),
    }
    if style:
        block["style"] = style
    if ask:
        block["confirm"] = ask
    if url:
        block["url"] = url
    return block


def option(text: str, value: str, description: str | None = None) -> Block:
    """One choice of a select or a menu."""
    block: Block = {"text": plain(text, OPTION), "value": value}
    if description:
        block["description"] = plain(description, OPTION)
    return block


def overflow(do: Do, options: Sequence[tuple[str, Value]]) -> Block:
    """A menu of up to five."""
    return {
        "type": "overflow",
        "action_id": do.value,
        "options": [option(text, value.dumped()) for text, value in options[:5]],
    }


def actions(*elements: Block, block_id: str | None = None) -> Block:
    """A row of buttons."""
    block: Block = {"type": "actions", "elements": list(elements)}
    return block | ({"block_id": block_id} if block_id else {})


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    callback: str,
    submit: str | None = None,
    close: str | None = None,
    meta: Value | None = None,
) -> dict[str, Any]:
    """A modal view. It never has more than Slack's 100 blocks."""
    view: dict[str, Any] = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, MODAL_TITLE),
        "close": plain(close or ("Cancel" if submit else "Close"), MODAL_TITLE),
        "blocks": list(blocks)[:VIEW_BLOCKS],
        "private_metadata": (meta or Value()).dumped(),
    }
    if submit:
        view["submit"] = plain(submit, MODAL_TITLE)
    return view


def said(text: str, blocks: Sequence[Block], title: str = "Leadbell") -> dict[str, Any]:
    """A modal in the place of a message that only one person sees: where they asked, no message can be shown."""
    return modal(title, blocks or [section(text)], callback=Form.SAID)


def characters(blocks: object) -> int:
    """All text in blocks, as Slack counts it for a message."""
    if isinstance(blocks, dict):
        return sum(len(v) if k == "text" and isinstance(v, str) else characters(v) for k, v in blocks.items())
    return sum(map(characters, blocks)) if isinstance(blocks, list | tuple) else 0


def home(blocks: Sequence[Block], digest: str) -> dict[str, Any]:
    """The view of a Home tab, with what tells whether it has changed. It never has more than Slack's 100 blocks."""
    view = {"type": "home", "callback_id": Form.HOME.value, "blocks": list(blocks)[:VIEW_BLOCKS]}
    return view | {"private_metadata": Value(words=digest).dumped()}


def fitting(
    head: Sequence[Block],
    items: Iterable[Sequence[Block]],
    tail: Sequence[Block],
    *,
    most_blocks: int = MESSAGE_BLOCKS,
    most_characters: int = MESSAGE_CHARACTERS,
) -> tuple[list[Block], int]:
    """Head, as many items as a message (or the part of a view that is given) takes, and tail; with how many items were
    taken."""
    taken: list[Block] = list(head)
    room = most_characters - characters(list(head)) - characters(list(tail))
    count = 0
    for item in items:
        if len(taken) + len(item) + len(tail) > most_blocks or (room := room - characters(list(item))) < 0:
            break
        taken += item
        count += 1
    return taken + list(tail), count
