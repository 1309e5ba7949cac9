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
    DOCUMENTS = "documents"
    RETRY = "retry"
    ARRIVED = "arrived"
    MEMBERS = "members"
    NEW = "new"
    DO = "do"
    """Open the palette or an action's form."""
    CHOOSE = "choose"
    """The palette's select."""
    FORM = "form"
    """A button inside a form with pages; :class:`FormDo` says which."""
    FORM_BACK = "form-back"
    """The same; an action id may stand only once in a block."""
    RESULT = "result"
    """A button below a result; :class:`ResultDo` says which."""
    RESULT_BACK = "result-back"
    RESULT_FILE = "result-file"
    OPEN_LINK = "open-link"
    TOGETHER = "together"
    APART = "apart"
    SUBSCRIBE = "subscribe"
    VALUE = "value"


class Form(StrEnum):
    """``callback_id`` of modals."""

    CONNECT = "connect"
    DISCONNECT = "disconnect"
    SUBSCRIBE = "subscribe"
    ASSIGN = "assign"
    REJECT = "reject"
    NOTE = "note"
    CONTACT = "contact"
    STAGE = "stage"
    CLOSE = "close"
    MEMBERS = "members"
    NEW = "new"
    IMPORT = "import"
    IMPORT_SEND = "import-send"
    DIGEST = "digest"
    ACTION = "action"
    CONFIRM = "confirm"
    SHOW = "show"
    SAID = "said"
    """What a message would say, where no message can be shown."""
    ADD_TO_LEAD = "add-to-lead"
    HOME = "home"
    """Not a modal: the Home tab."""


class FormDo(StrEnum):
    """What a button inside a form does."""

    OPEN = "open"
    ADD = "add"
    DROP = "drop"
    TURN = "turn"
    AGAIN = "again"


class ResultDo(StrEnum):
    """What a button below a result does."""

    SHOW = "show"
    ONE = "one"
    NEXT = "next"
    CSV = "csv"
    AGAIN = "again"


class Shortcut(StrEnum):
    """``callback_id`` of shortcuts."""

    IMPORT_FILE = "import-file"
    NEW_LEAD = "new-lead"
    ADD_TO_LEAD = "add-to-lead"


class Button(StrEnum):
    """What an overflow menu's option does: the first part of its value."""

    NOTE = "note"
    RELEASE = "release"
    ACTIONS = "actions"
    CONTACTED = "contacted"
    STAGE = "stage"
    CLOSE = "close"
