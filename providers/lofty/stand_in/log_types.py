"""What agents log by hand: calls, mails and texts outside Lofty (section 5.16)."""

from __future__ import annotations

from typing import Any, Final

from providers.lofty.stand_in.account import Account, Call, Json
from providers.lofty.stand_in.records import RECORDS, record
from providers.lofty.stand_in.refusals import OFFSET_EXCEED_LIMIT, Refused, invalid, no_resource
from providers.lofty.stand_in.times import lead_time, text_time

LONGEST: Final = 5000
"""Characters; what is longer is cut, and nobody is told."""
DEFAULT_LIMIT: Final = 10
MOST: Final = 1000
DEEPEST: Final = 20_000
"""Offset and limit together."""
_FIELDS: Final = RECORDS["LogTypeResponse"]
_NEWER: Final = ("content", "emailSubject", "toEmail", "fromEmail")
"""Fields that the newer specification adds to an entry; the document, by an oversight, gives no ``content``."""


def add_log(account: Account, call: Call) -> Any:
    """Log something; the lead counts as contacted. It can be read a little later only."""
    body = call.body
    lead = account.lead(body["leadId"])
    if not body["content"].strip():
        raise invalid("content", "must not be blank")
    if body["logType"] == "logCall" and not body.get("leadPhoneNumber"):
        raise invalid("leadPhoneNumber", "must be given")
    is_call, is_mail = body["logType"] == "logCall", body["logType"] == "logEmail"
    made = record(
        "LogTypeResponse",
        id=account.ids.next("timeline"),
        leadId=lead["leadId"],
        agentId=account.me["memberUserId"],
        createTime=text_time(account.now()),
        isPin=bool(body.get("isPin")),
        outboundOrInbound=body.get("outboundOrInbound") or "outbound",
        leadPhoneNumber=body.get("leadPhoneNumber") if is_call else None,
        callingOutcome=(body.get("callingOutcome") or "Talked") if is_call else None,
    )
    made |= {name: body.get(name) if is_mail else None for name in _NEWER}
    made |= {"content": body["content"][:LONGEST], "logType": body["logType"]}
    account.logs[made["id"]] = made
    lead["lastTouch"] = lead_time(account.now())
    account.saved(lead)
    if account.envelopes == "document":
        return account.created("logTypeId", made["id"])
    account.created("logTypeId", made["id"])
    return {"logType": _shown(account, made)}


def list_logs(account: Account, call: Call) -> Any:
    """What was logged of a kind for a lead: by offset, or from an id on."""
    query = call.query
    lead = account.lead(query["leadId"])
    limit, offset = query.get("limit", DEFAULT_LIMIT), max(0, query.get("offset", 0))
    limit = limit if 1 <= limit <= MOST else DEFAULT_LIMIT
    if offset + limit > DEEPEST:
        raise Refused(400, OFFSET_EXCEED_LIMIT, "OFFSET_EXCEED_LIMIT", field="offset")
    rows = [
        one for one in account.logs.values() if (one["leadId"], one["logType"]) == (lead["leadId"], query["logType"])
    ]
    descending = query.get("order", "asc") == "desc"
    rows.sort(key=lambda one: one["id"], reverse=descending)  # by time or by id: the stand-in's ids rise with time
    start = query.get("currentId", 0)
    if start > 0:
        rows = [one for one in rows if (one["id"] <= start if descending else one["id"] >= start)][:limit]
    else:
        rows = rows[offset : offset + limit]
    return account.listed("logType", [_shown(account, one) for one in rows])


def get_log(account: Account, call: Call) -> Any:
    """One entry."""
    found = account.logs.get(call.path["logTypeId"])
    if found is None or not account.visible(found["id"]):
        raise no_resource("RESOURCE_NOT_EXIST")
    return account.single("logType", _shown(account, found))


def delete_log(account: Account, call: Call) -> Any:
    """Delete an entry. The answer is empty."""
    if account.logs.pop(call.path["logTypeId"], None) is None:
        raise no_resource("RESOURCE_NOT_EXIST")


def _shown(account: Account, entry: Json) -> Json:
    names = _FIELDS if account.envelopes == "document" else (*_FIELDS, *_NEWER)
    return {name: entry[name] for name in names}
