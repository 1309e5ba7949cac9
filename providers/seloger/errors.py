"""What Groupe SeLoger's refusals mean: Problem Details (RFC 7807) with ``errors``.

The document's "Validation Error" prints them in two shapes, ``{title, message}`` and ``{name, reason}``. An object of
lists by field, which frameworks that write PascalCase give, and plain texts are read too.
"""

from __future__ import annotations

import re
from typing import Any

from providers.errors import AuthFailed, FieldError, Rejected


class TokenRejected(Rejected):
    """No token is given for what was asked. Fields are those of the credentials."""


LONGEST = 300
"""Characters of a message; a longer one is no sentence, and may hold what was sent."""
NOT_PERMITTED = (
    "Groupe SeLoger does not permit that to this client. It may not be in your plan, or the scope is another: ask "
    "support-laas@groupeseloger.com."
)
NO_SUCH_LEAD = "Groupe SeLoger has no such lead (any more), or this client may not see it."
_PERSONAL = re.compile(r"\S+@\S+|\+?\d[\d\s().-]{6,}\d")
_QUOTED = re.compile(r"""["'`]([A-Za-z_][A-Za-z0-9_.]{1,60})["'`]""")


def read_errors(status: int, data: Any) -> Rejected | AuthFailed | None:
    """The failure that an answer means, or ``None``: a good one, or one that says no more than its status.

    A field is named as the API names it. A 403 that is JSON says what this client may not do; the credentials are
    good, or no token would have been given.
    """
    if status < 400:
        return None
    if status == 401:
        return AuthFailed()
    if status == 403:
        return Rejected((FieldError(NOT_PERMITTED),), status) if isinstance(data, dict) else None
    if isinstance(data, str):
        return Rejected((FieldError(text),), status) if (text := _tidy(data)) else None
    if not isinstance(data, dict):
        return None
    said = {str(k).lower(): v for k, v in data.items()}
    found = tuple(_errors(said.get("errors")))
    if not found:
        texts = (said.get(name) for name in ("detail", "message", "title"))
        found = tuple(FieldError(text, _named(text)) for t in texts if (text := _tidy(t)))[:1]
    return Rejected(found, status) if found else None


def _errors(errors: Any) -> list[FieldError]:
    if isinstance(errors, dict):
        pairs = [(k, t) for k, texts in errors.items() for t in (texts if isinstance(texts, list) else [texts])]
    else:
        pairs = [_pair(one) for one in (errors if isinstance(errors, list) else [])]
    return [
        FieldError(text or "is not accepted", _field(name) or _named(text))
        for name, t in pairs
        if (text := _tidy(t)) or name
    ]


def _pair(one: Any) -> tuple[Any, Any]:
    if not isinstance(one, dict):
        return None, one
    said = {str(k).lower(): v for k, v in one.items()}
    name = next((said[k] for k in ("title", "name", "field") if said.get(k)), None)
    text = next((said[k] for k in ("message", "reason", "detail") if said.get(k)), None)
    return name, text


def _tidy(text: Any) -> str:
    """One line, and nothing personal: messages are shown and kept."""
    return _PERSONAL.sub("…", " ".join(text.split()))[:LONGEST] if isinstance(text, str) else ""


def _field(name: Any) -> str | None:
    """``EndDate`` of ``SearchCriteria.EndDate``, ``$.SearchCriteria.EndDate`` and ``EndDate``."""
    last = str(name).strip().rsplit(".", 1)[-1] if isinstance(name, str) else ""
    return last if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,60}", last) else None


def _named(text: str) -> str | None:
    """The field that a message names in quotes."""
    found = _QUOTED.search(text)
    return _field(found[1]) if found else None
