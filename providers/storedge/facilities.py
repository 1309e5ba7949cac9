"""Which facility is meant, and what the facilities are called."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from providers.errors import FieldError, ProviderError, Rejected, Unavailable
from providers.http import Api
from providers.storedge.answers import record, text
from providers.storedge.settings import facilities_of, pasted, setting

SEVERAL = "This connection has several facilities: choose the one that is meant."
STRANGE = "This is none of this connection's facilities. An admin can add it with Reconnect."
_NAMES = "facility_names"
"""Where :attr:`Api.remembered` keeps what was asked, by facility."""


def path(facility: str, *parts: str) -> str:
    """An address in a facility. Ids may hold slashes, and are no way to another address."""
    for part in parts:
        if part in (".", ".."):  # another address, to whoever tidies addresses
            raise Rejected((FieldError("is not accepted", "id"),))
    return "/".join(["/v1", quote(facility, safe=""), *(quote(p, safe="") for p in parts)])


def chosen(api: Api, given: str | None) -> str:
    """The facility that is meant. Raises Rejected, on ``facility_id``, where it has to be chosen, or is foreign."""
    known = facilities_of(api.account)
    if given:
        if given not in known:
            raise Rejected((FieldError(STRANGE, "facility_id"),))
        return given
    if len(known) == 1:
        return known[0]
    raise Rejected((FieldError(SEVERAL, "facility_id"),))


async def names(api: Api) -> Mapping[str, str]:
    """What the connection's facilities are called, as far as that is known: pasted, else asked for once each.

    The operation is not documented, so whoever reads leads must not fail with it: where it is missing that is
    remembered, where it fails it is asked again next time.
    """
    said = pasted(setting(api.settings, _NAMES))
    asked: dict[str, str | None] = api.remembered.setdefault(_NAMES, {})
    for facility in facilities_of(api.account):
        if facility in said or facility in asked:
            continue
        try:
            asked[facility] = called(await api.get(path(facility, "info")))
        except Unavailable:
            break  # it would keep leads waiting at each of the others too
        except ProviderError:
            asked[facility] = None
    return {f: name for f in facilities_of(api.account) if (name := said.get(f) or asked.get(f))}


def called(answer: object) -> str | None:
    """A facility's name in an answer."""
    found = record(answer, "facility") or record(answer, "info")
    return next((t for key in ("name", "company_name", "label") if (t := text((found or {}).get(key)))), None)
