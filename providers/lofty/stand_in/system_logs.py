"""What Lofty notes of a lead by itself (section 5.18)."""

from __future__ import annotations

from typing import Any, Final

from providers.lofty.stand_in.account import Account, Call

DEFAULT_SIZE: Final = 10


def list_system_logs(account: Account, call: Call) -> Any:
    """Entries of a lead, newest first; times are epoch milliseconds."""
    query = call.query
    lead = account.lead(query["leadId"])
    start, end = query.get("startTime", 0), query.get("endTime", 1 << 62)
    rows = [one for one in account.events.get(lead["leadId"], ()) if start <= one["timelineTime"] <= end]
    size = query.get("pageSize", DEFAULT_SIZE)
    first = query.get("pageNumber", 0) * size
    page = rows[first : first + size]
    if account.envelopes == "document":
        return page
    return {"hasMore": int(first + size < len(rows)), "timeLines": page}
