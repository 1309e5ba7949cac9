"""Every id that travels to Slack and comes back, once. They are matched exactly.

A released id never changes its meaning: buttons work for ever.
"""

from __future__ import annotations

from enum import StrEnum


class Do(StrEnum):
    """``action_id`` of buttons and menus."""

    CLAIM = "claim"
    ASSIGN = "assign"
    DETAILS = "details"
    MORE = "more"
    RELEASE = "release"
    CONTACTED = "contacted"
    NOTE = "note"
    APPROVE = "approve"
    REJECT = "reject"
    PAGE = "page"
    NEWER = "newer"
    LIST = "list"
    RECONNECT = "reconnect"
    DISCONNECT = "disconnect"
    PROVIDER = "provider"
    UNSUBSCRIBE = "unsubscribe"
    UNDIGEST = "undigest"
    SENSITIVE = "sensitive"
    NEW = "new"
    OPEN_LINK = "open-link"
    VALUE = "value"


class Form(StrEnum):
    """``callback_id`` of modals."""

    CONNECT = "connect"
    DISCONNECT = "disconnect"
    SUBSCRIBE = "subscribe"
    ASSIGN = "assign"
    REJECT = "reject"
    NOTE = "note"
    NEW = "new"
    IMPORT = "import"
    IMPORT_SEND = "import-send"
    DIGEST = "digest"
    SHOW = "show"


class Shortcut(StrEnum):
    """``callback_id`` of shortcuts."""

    IMPORT_FILE = "import-file"


class Button(StrEnum):
    """What an overflow menu's option does: the first part of its value."""

    NOTE = "note"
    RELEASE = "release"
    CONTACTED = "contacted"
