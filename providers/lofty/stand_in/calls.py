"""Calls of the dialer (section 5.2) and what was said by whatever means (section 5.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from providers.lofty.stand_in.account import Account, Call, Json, asked_page, metadata
from providers.lofty.stand_in.records import record
from providers.lofty.stand_in.refusals import Refused, invalid, no_lead
from providers.lofty.stand_in.times import aware, from_ms, text_time

DEFAULT_LIMIT: Final = 10
LONGEST_SPAN: Final = timedelta(hours=24)
"""Of one search by agent ("The maximum time interval for a single query is 24 hours")."""


def list_calls(account: Account, call: Call) -> Any:
    """Calls with a lead, newest first."""
    rows = _of_lead(account, account.calls, call)
    page, offset, limit = asked_page(rows, call, DEFAULT_LIMIT)
    return {"_metadata": metadata("calls", limit, offset, len(rows)), "calls": page}


def get_call(account: Account, call: Call) -> Any:
    """One call. An unknown one is a refused one: 400."""
    found = account.calls.get(call.path["callId"])
    if found is None:
        raise Refused(400, 20017, "PERMISSION_DENIED")
    return account.single("calls", found)


def call_history(account: Account, call: Call) -> Any:
    """Calls with a lead."""
    return account.listed("calls", _history(account, account.calls, call))


def call_history_v2(account: Account, call: Call) -> Any:
    """Calls with a lead, those that agents logged among them; fewer facts of each."""
    _of_lead(account, account.calls, call)
    logged = {number: one for number, one in account.logs.items() if one["logType"] == "logCall"}
    both = [
        record(
            "CallHistory",
            id=one["id"],
            agentId=one["agentId"],
            leadId=one["leadId"],
            createTime=one["createTime"],
            direction=one.get("direction") or one["outboundOrInbound"].capitalize(),
            leadPhoneNumber=one["leadPhoneNumber"],
        )
        for one in (*account.calls.values(), *logged.values())
    ]
    return account.listed("calls", _history(account, {one["id"]: one for one in both}, call))


def email_history(account: Account, call: Call) -> Any:
    """Mails to and from a lead."""
    return account.listed("emails", _history(account, account.emails, call))


def text_history(account: Account, call: Call) -> Any:
    """Text messages to and from a lead."""
    return account.listed("texts", _history(account, account.texts, call))


def search_by_agent(account: Account, call: Call) -> Any:
    """What the caller, or the team, said within 24 hours at most; newest first."""
    try:
        start, end = from_ms(call.body["startTime"]), from_ms(call.body["endTime"])
    except ValueError:
        raise invalid("startTime", "is no time") from None
    if end < start or end - start > LONGEST_SPAN:
        raise invalid("endTime", "must be within 24 hours of startTime")
    kinds = ("CALL", "EMAIL", "TEXT") if call.body["type"] == "ALL" else (call.body["type"],)
    mine = None if call.body.get("teamView") else account.me["memberUserId"]
    found = [
        one
        for kind in kinds
        for one in _said(account, kind)
        if start <= aware(one["communicationTime"] + "+00:00") <= end and mine in (None, one["agentId"])
    ]
    found.sort(key=lambda one: (one["communicationTime"], one["id"]), reverse=True)
    offset, limit = call.body.get("offset") or 0, call.body.get("limit") or DEFAULT_LIMIT
    page = found[offset : offset + limit]
    return {"hasMore": offset + limit < len(found), "limit": limit, "offset": offset, "pageData": page}


# ---------------------------------------------------------------------------------- what happens in Lofty


def called(account: Account, lead: Json, at: datetime, seconds: int, outcome: str, note: str) -> Json:
    """Somebody calls a lead with the dialer."""
    began, ended = text_time(at), text_time(at + timedelta(seconds=seconds))
    member = account.member(lead["assignedUserId"]) or account.me
    made = record(
        "CallResponse",
        id=account.ids.next("call"),
        dialerCallRecordId=account.ids.next("recording"),
        leadId=lead["leadId"],
        leadPhoneNumber=next(iter(lead["phones"]), ""),
        userId=member["memberUserId"],
        agentId=member["memberUserId"],
        userPhoneNumber=member["phoneNumber"],
        showUserNumber=member["phoneNumber"],
        direction="Outbound",
        status="Completed" if outcome == "Talked" else "NoAnswer",
        callingOutcome=outcome,
        duration=seconds,
        elapsedTime="00:08",
        startTime=began,
        endTime=ended,
        createTime=began,
        updateTime=ended,
        note=note,
        isMachineAnswered=outcome == "VoiceMessage",
        recordingSwitch=True,
        rateScore=-1,
        price=0.02,
    )
    account.calls[made["id"]] = made
    return made


def mailed(account: Account, lead: Json, at: datetime, subject: str) -> Json:
    """Somebody mails a lead."""
    member = account.member(lead["assignedUserId"]) or account.me
    made = record(
        "EmailResponse",
        id=account.ids.next("email"),
        leadId=lead["leadId"],
        agentId=member["memberUserId"],
        direction="Outbound",
        emailEventTime=text_time(at),
        emailSubject=subject,
        emailType="Manual",
        eventType="Sent",
        fromPond=False,
    )
    account.emails[made["id"]] = made
    return made


def texted(account: Account, lead: Json, at: datetime) -> Json:
    """Somebody texts a lead."""
    member = account.member(lead["assignedUserId"]) or account.me
    made = record(
        "TextResponse",
        id=account.ids.next("text"),
        leadId=lead["leadId"],
        agentId=member["memberUserId"],
        direction="Outbound",
        textOutcome="Delivered",
        textTime=text_time(at),
        textType="Manual",
    )
    account.texts[made["id"]] = made
    return made


def _said(account: Account, kind: str) -> list[Json]:
    """All communications of a kind, as the search by agent gives them."""
    times = {"CALL": "createTime", "EMAIL": "emailEventTime", "TEXT": "textTime"}
    own = {"CALL": account.calls, "EMAIL": account.emails, "TEXT": account.texts}[kind]
    found = [
        record(
            "CommunicationResponse",
            id=one["id"],
            leadId=one["leadId"],
            agentId=one["agentId"],
            direction=one["direction"],
            communicationTime=one[times[kind]],
            communicationType="MANUAL",
            eventType={"CALL": "Call", "EMAIL": "Sent Email", "TEXT": "Text"}[kind],
            callDuration=str(one["duration"]) if kind == "CALL" else None,
            callOutcome=one.get("callingOutcome"),
            fromPond=False,
            status=one.get("status") or one.get("textOutcome"),
        )
        for one in own.values()
    ]
    logged = {"CALL": "logCall", "EMAIL": "logEmail", "TEXT": "logText"}[kind]
    found += [
        record(
            "CommunicationResponse",
            id=one["id"],
            leadId=one["leadId"],
            agentId=one["agentId"],
            direction=one["outboundOrInbound"].capitalize(),
            communicationTime=one["createTime"],
            communicationType="LOGGED",
            eventType={"CALL": "Call", "EMAIL": "Sent Email", "TEXT": "Text"}[kind],
            callOutcome=one["callingOutcome"],
            fromPond=False,
        )
        for one in account.logs.values()
        if one["logType"] == logged
    ]
    return found


def _of_lead(account: Account, rows: dict[int, Json], call: Call) -> list[Json]:
    if call.query["leadId"] <= 0:
        raise no_lead()
    lead = account.lead(call.query["leadId"])
    return sorted((one for one in rows.values() if one["leadId"] == lead["leadId"]), key=lambda one: -one["id"])


def _history(account: Account, rows: dict[int, Json], call: Call) -> list[Json]:
    """A page by offset, or from an id on ("starts from this ID, and retrieve data sequentially")."""
    found: Sequence[Json] = _of_lead(account, rows, call)
    start = call.query.get("currentId", 0)
    if start > 0:
        found = [one for one in found if one["id"] <= start]
        return list(found[: call.query.get("limit", DEFAULT_LIMIT)])
    return asked_page(found, call, DEFAULT_LIMIT)[0]
