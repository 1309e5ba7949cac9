"""Whether a lead arrived whose creation was not answered. It is never sent again before looking.

storEDGE knows no key that makes repeating safe, so the leads that came since are compared with what was sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from providers.http import Api
from providers.storedge.answers import Record, moment, records, text
from providers.storedge.auth import OneLegged
from providers.storedge.mapping import number_of
from providers.storedge.models.listing import LARGEST_PAGE, iso
from providers.storedge.pages import walk

BACK = timedelta(minutes=3)
"""How far is looked back where storEDGE's clock is not known."""
SKEW = timedelta(seconds=5)
"""The same where it is: its ``Date`` knows seconds only."""
DIGITS = 10
"""Of a US number without its country."""


def before_sending(api: Api) -> datetime:
    """A moment by storEDGE's clock that is surely before the lead is created there."""
    told = api.auth.server_time if isinstance(api.auth, OneLegged) else None
    age = api.remembered.get("clock")
    if told is not None:
        api.remembered["clock"] = age = told - datetime.now(UTC)
    return datetime.now(UTC) + age - SKEW if isinstance(age, timedelta) else datetime.now(UTC) - BACK


async def arrived(api: Api, facility: str, lead: Mapping[str, Any], since: datetime) -> Record | None:
    """The lead that was created of what was sent (``lead`` of the body); ``None`` where there is none.

    Raises one of the four failures.
    """
    async for listed in walk(api, facility, (("created_after", iso(since)),), LARGEST_PAGE):
        for found in listed.leads:
            at = moment(found.get("created_at"))
            if (at is None or at >= since) and _is(found, lead):
                return found
    return None


def _is(found: Record, sent: Mapping[str, Any]) -> bool:
    """Whether it is for the same person, and for the unit that was sent: a lead without one may be an older one."""
    unit = text(found.get("unit_id")) or text((records(found.get("unit")) or [{}])[0].get("id"))
    if sent.get("unit_id") and unit != sent["unit_id"]:
        return False
    tenant = found.get("tenant")
    tenant = tenant if isinstance(tenant, dict) else {}
    if sent.get("tenant_id"):
        return sent["tenant_id"] in (text(found.get("tenant_id")), text(tenant.get("id")))
    given = sent.get("tenant_attributes") or {}
    email = text(given.get("email"))
    if email and _folded(tenant.get("email")) == email.casefold():
        return True
    numbers = {d for p in given.get("phone_numbers_attributes") or () if (d := _digits(p.get("number")))}
    if numbers & {d for p in records(tenant.get("phone_numbers")) if (d := _digits(number_of(p)))}:
        return _folded(tenant.get("first_name")) == _folded(given.get("first_name"))
    names = [(_folded(one.get("first_name")), _folded(one.get("last_name"))) for one in (tenant, given)]
    return bool(sent.get("unit_id") and unit) and names[0] == names[1] and names[0][0] is not None


def _folded(value: Any) -> str | None:
    said = text(value)
    return said.casefold() if said else None


def _digits(value: Any) -> str:
    return re.sub(r"\D", "", text(value) or "")[-DIGITS:]
