"""Notifications that really go out (section 5.17)."""

from __future__ import annotations

from typing import Any

from providers.lofty.stand_in.account import Account, Call


def send_notification(account: Account, call: Call) -> Any:
    """Notify whoever has the lead, or everybody of its pond. ``data`` says whether that is anybody."""
    lead = account.lead(call.body["leadId"])
    pond = next((one for one in account.ponds if one["id"] == lead["pondId"]), None)
    users = pond["agentIds"] if pond else [lead["assignedUserId"]]
    found = [member["email"] for user in users if (member := account.member(user))]
    account.mails += [f"notification {email}" for email in found]
    if account.envelopes == "document":
        return "success"
    return {"status": {"code": 0, "msg": "success"}, "data": bool(found)}
