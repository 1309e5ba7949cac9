"""A Slack message's text as a person reads it, without Slack's marks: notes and lead systems know nothing of them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

_MARK = re.compile(r"<([@#!][^<>]+|[a-zA-Z][a-zA-Z0-9+.-]*:[^<>]+)>")


def mentioned(text: str) -> list[str]:
    """The people whom a message names, by id, each once."""
    return list(dict.fromkeys(re.findall(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>", text)))


def spoken(text: str, names: Mapping[str, str]) -> str:
    """mrkdwn as plain text: names for people, channels and groups, addresses for links, ``& < >`` for their entities
    (https://docs.slack.dev/messaging/formatting-message-text)."""

    def mark(found: re.Match[str]) -> str:
        inside, bar, label = found.group(1).partition("|")
        if inside.startswith("@"):
            return f"@{names.get(inside[1:]) or label or 'somebody'}"
        if inside.startswith("#"):
            return f"#{label or 'a channel'}"
        if inside.startswith("!"):
            return label if bar and label else f"@{inside[1:].partition('^')[0]}"
        address = inside.removeprefix("mailto:").removeprefix("tel:")
        return f"{label} ({address})" if label and label != address else address

    return html.unescape(_MARK.sub(mark, text)).replace("\x00", "").strip()
