"""What the app may do in Slack: the one list that installing asks for, and that the manifest is held to."""

from __future__ import annotations

from collections.abc import Iterable

SCOPES: tuple[str, ...] = (
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "users:read",
    "users:read.email",
)
"""Why each is needed stands in docs/slack-app.md."""
OPTIONAL = frozenset({"channels:history", "groups:history", "im:history"})
"""Without these a message whose fate is unknown is sent again, marked."""


def missing(granted: Iterable[str]) -> list[str]:
    """The scopes that are needed and were not given."""
    given = set(granted)
    return [s for s in SCOPES if s not in given and s not in OPTIONAL]
