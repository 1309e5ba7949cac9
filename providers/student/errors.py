"""What student.com's refusals mean: GraphQL ``errors``, in a 200 as well as in a 4xx, and messages of the download.

Codes stand in ``errors[].extensions.code`` (Apollo) or in ``errors[].code`` (a wrong token); the three messages that
the document knows are those of "Error Message".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from providers.errors import AuthFailed, FieldError, Rejected

NOT_SIGNED_IN = frozenset(("UNAUTHORISED", "UNAUTHORIZED", "UNAUTHENTICATED"))
_REFUSED_TOKEN = re.compile(r"^invalid (x-)?api-?token\b|^unauthori[sz]ed$|need to be authorized", re.IGNORECASE)
LONGEST = 300
"""Characters of a message; a longer one is no sentence, and may hold what was sent."""
_PERSONAL = re.compile(r"\S+@\S+|\+?\d[\d\s().-]{8,}\d")
_VARIABLE = re.compile(r"""["']\$(\w+)["']""")
_ARGUMENT = re.compile(r"""argument ["'](\w+)["']""", re.IGNORECASE)
"""graphql-js quotes doubly, other servers with apostrophes."""

NO_SUCH_LEAD = "There is no lead with this reference and hash (any more)."
NOT_ALLOWED = "This account may not see that lead. Check which student.com account the API token is of."
NO_SUCH_PROPERTY = "There is no property with this external id."
GONE = 404
FORBIDDEN = 403
MALFORMED = 400

_KNOWN = (
    ("property not found", NO_SUCH_PROPERTY, "propertyExternalId", GONE),
    ("referenceid not found", NO_SUCH_LEAD, "referenceId", GONE),
    ("not allowed to access this order", NOT_ALLOWED, "referenceId", FORBIDDEN),
)
"""Documented message (folded), sentence, the field that it is about, and the status that it stands for."""


def read_errors(status: int, data: Any) -> Rejected | AuthFailed | None:
    """The failure that an answer means, or ``None``: a good one, or one that says no more than its status.

    Partial data beside errors is data: :func:`said` tells what is missing of it.
    """
    good = 200 <= status < 300
    if status == 401:
        return AuthFailed()
    if good and has_data(data) and not _says_nothing(data):
        return None
    found = list(_errors(data, good=good))
    if not found:
        return None
    if any(code in NOT_SIGNED_IN or _REFUSED_TOKEN.search(text) for code, text in found):
        return AuthFailed()
    means = [_meant(text, code) for code, text in found]
    known = next((known for _, known in means if known), None)
    return Rejected(tuple(error for error, _ in means), known or (MALFORMED if _malformed(found) else status))


def has_data(data: Any) -> bool:
    """Whether an answer of GraphQL holds something: ``{"data": {"getLeads": {…}}}``."""
    inside = data.get("data") if isinstance(data, dict) else None
    return isinstance(inside, dict) and any(value is not None for value in inside.values())


def _says_nothing(data: Any) -> bool:
    """Whether errors are all that an answer tells: ``{"getLead": {"lead": null}}`` beside them is no data."""
    inside = data["data"].values()
    return bool(data.get("errors")) and all(value in (None, {"lead": None}) for value in inside)


def said(data: Any) -> str | None:
    """What an answer with data says beside it: why some of it is missing."""
    found = list(_errors(data, good=True))
    return " ".join(dict.fromkeys(_meant(text, code)[0].message for code, text in found))[:LONGEST] or None


def _errors(data: Any, *, good: bool) -> Iterator[tuple[str, str]]:
    """(code, message) of each error. Of a 4xx also a plain text, and ``{"message": …}`` or ``{"error": …}``."""
    if isinstance(data, str) and data.strip() and not good:
        yield "", data
    if not isinstance(data, dict):
        return
    listed = data.get("errors")
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, str):
            yield "", one
        elif isinstance(one, dict):
            more = one.get("extensions")
            code = one.get("code") or (more.get("code") if isinstance(more, dict) else None)
            yield str(code or ""), str(one.get("message") or "")
    if not listed and not good:
        text = next((data[k] for k in ("message", "error") if isinstance(data.get(k), str)), "")
        if text or data.get("code"):
            yield str(data.get("code") or ""), text


def _malformed(found: list[tuple[str, str]]) -> bool:
    return any(code in ("GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "BAD_USER_INPUT") for code, _ in found)


def _meant(text: str, code: str) -> tuple[FieldError, int | None]:
    """One error as a sentence on its field, and the status that it stands for where it is a known one."""
    folded = text.casefold()
    for message, sentence, field, status in _KNOWN:
        if message in folded:
            return FieldError(sentence, field), status
    named = _VARIABLE.search(text) or _ARGUMENT.search(text)
    tidy = _PERSONAL.sub("…", " ".join(text.split()))[:LONGEST]
    return FieldError(tidy or f"It refuses this ({code or 'no reason given'}).", named[1] if named else None), None
