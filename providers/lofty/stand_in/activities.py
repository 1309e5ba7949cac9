"""What leads do on the website (sections 5.5.12 and 5.5.13)."""

from __future__ import annotations

from typing import Any, Final

from providers.lofty.stand_in.account import Account, Call, Json
from providers.lofty.stand_in.records import record
from providers.lofty.stand_in.refusals import invalid
from providers.lofty.stand_in.times import from_ms, lead_time

PAGE: Final = 100
"""Activities of a page ("One page has 100 data")."""


def list_activities(account: Account, call: Call) -> Any:
    """Activities of a lead, newest first: a bare list in every edition."""
    lead = account.lead(call.path["leadId"])
    rows = sorted(account.activities.get(lead["leadId"], ()), key=lambda one: -int(one["created"]))
    start = call.query.get("curPage", 0) * PAGE
    return rows[start : start + PAGE]


def add_activity(account: Account, call: Call) -> Any:
    """Add an activity to a lead."""
    lead = account.lead(call.path["leadId"])
    did(account, lead, call.body)
    account.saved(lead)
    return {"leadId": lead["leadId"]} if account.envelopes == "live" else str(lead["leadId"])


def did(account: Account, lead: Json, body: Json) -> None:
    """A lead does something on the website."""
    try:
        at = from_ms(body["created"])
    except ValueError:
        raise invalid("created", "is no time") from None
    account.activities.setdefault(lead["leadId"], []).append(record("LeadActivityRes", **body))
    lead["lastVisit"] = max(lead["lastVisit"] or "", lead_time(at))
