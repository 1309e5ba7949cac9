"""What Lofty's refusals mean. They come in four shapes: ``{code, message}``, ``{errorCode, errorMsg}``, a JSON string,
and plain text; a 200 with an ``errorCode`` other than 0 is one too.

Source: https://developer.lofty.com (error codes), and "6.66. Result«long»" of the document.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from providers.errors import AuthFailed, FieldError, Rejected

WRONG_CONTENT_TYPE = 20001
NO_SUCH_LEAD = 20006
INVALID_PARAMETER = 20012
PERMISSION_DENIED = 20017
NO_SUCH_USER = 200058
"""Of the token: the credentials are refused, though the status is 400."""
VENDOR_LACKS_IT = 200100
LONGEST = 300
"""Characters of a message; a longer one is no sentence, and may hold what was sent."""

_NAMED = {
    "LEAD_NOT_EXIST": NO_SUCH_LEAD,
    "INVALID_PARAMETER": INVALID_PARAMETER,
    "PERMISSION_DENIED": PERMISSION_DENIED,
    "BAD_CREDENTIALS": NO_SUCH_USER,
}
_SENTENCES = {
    NO_SUCH_LEAD: "Lofty has no such lead (any more), or this account may not see it.",
    PERMISSION_DENIED: "Lofty does not permit that to this account. Ask whoever is admin in Lofty.",
    VENDOR_LACKS_IT: "Lofty has not opened this part of its API to your account. Ask Lofty's support for it.",
}
NO_SUCH_RECORD = "Lofty has no such lead or record (any more), or this account may not see it."
_NUMBER = re.compile(r"\b(20\d{3,4})\b")
_WORD = re.compile(r"\b(" + "|".join(_NAMED) + r")\b")
_GONE = re.compile(r"\b([A-Z_]+?)_NOT_EXIST\b")
_QUOTED = r"""["'`\[(]([A-Za-z][A-Za-z0-9_.]{1,40})["'`\])]"""
_FIELD = re.compile(_QUOTED + r"|\b([a-z]+[A-Z][A-Za-z0-9]{1,30}|limit|offset|content|stage|role|reason)\b")
_PERSONAL = re.compile(r"\S+@\S+|\+?\d[\d\s().-]{6,}\d")


def _said(data: Any) -> tuple[int | None, str]:
    """Code and message, whatever the shape."""
    if isinstance(data, str):
        try:
            inner = orjson.loads(data)  # a string that holds the object again
        except orjson.JSONDecodeError:
            inner = None
        if isinstance(inner, dict):
            return _said(inner)
        named = _WORD.search(data)
        number = _NUMBER.search(data)
        return (_NAMED[named[1]] if named else int(number[1]) if number else None), data
    if not isinstance(data, dict):
        return None, ""
    code = next((data[k] for k in ("code", "errorCode") if data.get(k) is not None), None)
    text = next((data[k] for k in ("message", "errorMsg", "error") if isinstance(data.get(k), str)), "")
    if isinstance(code, str):
        code = int(code) if code.isdecimal() else _NAMED.get(code.upper())
    if not isinstance(code, int) or isinstance(code, bool):
        code = None
    named = _WORD.search(text)
    return (_NAMED[named[1]] if code is None and named else code), text


def _failed(data: dict[str, Any]) -> bool:
    """Whether a body with status 200 says that nothing was done: some operations put their failures there."""
    if data.get("errorCode") not in (None, 0, "0", ""):
        return True
    return data.get("code") not in (None, 0, "0", "", 200, "200") and isinstance(data.get("message"), str)


def refused(status: int, data: Any) -> bool:
    """Whether an answer means that the key or token is not accepted."""
    return status == 401 or (400 <= status < 500 and _said(data)[0] == NO_SUCH_USER)


def read_errors(status: int, data: Any) -> Rejected | AuthFailed | None:
    """The failure that an answer means, or ``None``: a good one, or one that says no more than its status.

    Personal data (addresses, numbers) in a message is blotted out, because messages are shown and kept.
    """
    if 200 <= status < 300 and not (isinstance(data, dict) and "leadId" not in data and _failed(data)):
        return None
    code, message = _said(data)
    if status == 401 or code == NO_SUCH_USER:
        return AuthFailed()
    if code is None and status == 403 and "vendor" in message.casefold():
        code = VENDOR_LACKS_IT
    if code in _SENTENCES:
        field = "leadId" if code == NO_SUCH_LEAD else None
        return Rejected((FieldError(_SENTENCES[code], field),), 404 if code == NO_SUCH_LEAD else status)
    if status == 403:
        if code is None and "permission" not in message.lower():
            return None
        return Rejected((FieldError(_SENTENCES[PERMISSION_DENIED]),), status)
    text = _PERSONAL.sub("…", " ".join(message.split()))[:LONGEST]
    if gone := _GONE.search(text):
        text = f"Lofty has no such {gone[1].replace('_', ' ').lower()} (any more), or this account may not see it."
        return Rejected((FieldError(text.replace("no such resource", "nothing with this number")),), status)
    if status == 404 and (code is None or not text):
        return Rejected((FieldError(NO_SUCH_RECORD, "leadId"),), status)
    if not text:
        return None
    found = _FIELD.search(text) if status == 400 or code in (INVALID_PARAMETER, None) else None
    return Rejected((FieldError(text, (found[1] or found[2]) if found else None),), status)
