"""How the stand-in reads queries and bodies, and what its answers are made of."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

import orjson
from aiohttp import web

from providers.storedge.stand_in.checking import Refused
from providers.storedge.stand_in.inventory import Facility, Json

LARGEST_PAGE: Final = 100
_STATUS: Final = {
    *((200, "OK"), (201, "Created"), (401, "Unauthorized"), (404, "Not Found"), (405, "Method Not Allowed")),
    *((406, "Not Acceptable"), (415, "Unsupported Media Type"), (422, "Unprocessable Entity")),
    *((429, "Too Many Requests"), (500, "Internal Server Error")),
}
WORDS: Final = dict(_STATUS)


def decoded(raw: bytes) -> Any:
    """The JSON of a body."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Refused("The body is not JSON", 400) from None


def short(facility: Facility) -> Json:
    """A facility as lists show it."""
    return {"id": facility.id, "name": facility.name, "address": facility.address}


def query(request: web.Request, known: frozenset[str]) -> dict[str, str]:
    """The query string, of which every name is known and stands once."""
    for name in request.query:
        if name not in known:
            raise Refused(f"Unknown parameter {name}")
        if len(request.query.getall(name)) > 1:
            raise Refused(f"The parameter {name} was given twice")
    return dict(request.query)


def pages(query: dict[str, str], largest: int) -> tuple[int, int]:
    """Number and size of the page that is asked for."""
    for name in ("page", "per_page"):
        if not re.fullmatch(r"[1-9]\d{0,6}", query.get(name, "1")):
            raise Refused(f"Invalid parameter '{name}' value \"{query[name]}\": Must be a Integer")
    return int(query.get("page", 1)), min(int(query.get("per_page", LARGEST_PAGE)), largest)


def time(query: dict[str, str], name: str) -> datetime | None:
    """A time with its offset."""
    if name not in query:
        return None
    try:
        at = datetime.fromisoformat(query[name])
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Refused(f"Invalid parameter '{name}' value \"{query[name]}\": Must be a ISO 8601 time")
    return at


def pagination(page: int, size: int, total: int) -> Json:
    """``meta.pagination``."""
    count = -(-total // size)
    return {
        "current_page": page,
        "total_pages": count,
        "total_entries": total,
        "per_page": size,
        "previous_page": page - 1 if page > 1 else None,
        "next_page": page + 1 if page < count else None,
    }
