"""Accounts of agents (section 5.10), and adding one with a whole profile (section 5.1)."""

from __future__ import annotations

from typing import Any

from providers.lofty.stand_in.account import TEAM_ID, Account, Call, Json
from providers.lofty.stand_in.records import record
from providers.lofty.stand_in.refusals import invalid, no_user

EMAIL_TAKEN = 200_031
"""The stand-in's own code: the document gives none."""


def add_profile(account: Account, call: Call) -> Any:
    """Add an agent. What Lofty does not like of it is a 200 with an ``errorCode`` that is not 0."""
    info = call.body["accountInfo"]
    if account.member(info["emailAddress"]) is not None:
        return record("Result_long_", errorCode=EMAIL_TAKEN, errorMsg="The email address is taken")
    member = account.add_member(f"{info['firstName']} {info['lastName']}", info["emailAddress"])
    return record("Result_long_", data=member["memberUserId"], errorCode=0, errorMsg="")


def add_account(account: Account, call: Call) -> Any:
    """Create an account."""
    email = call.body.get("emailAddress")
    if not email:
        raise invalid("emailAddress", "must be given")
    if account.member(email) is not None:
        raise invalid("emailAddress", "is taken")
    _check_office(account, call.body)
    name = f"{call.body.get('firstName') or ''} {call.body.get('lastName') or ''}"
    return _write(account, account.add_member(name, email), call.body)


def edit_account(account: Account, call: Call) -> Any:
    """Change what is given of the account of ``teamMemberUserId``."""
    number = call.body.get("teamMemberUserId")
    if number is None:
        raise invalid("teamMemberUserId", "must be given")
    member = account.member(number)
    if member is None:
        raise no_user()
    _check_office(account, call.body)
    return _write(account, member, call.body)


def _check_office(account: Account, body: Json) -> None:
    if body.get("groupId") is not None and body["groupId"] not in {office["id"] for office in account.offices}:
        raise invalid("groupId", "is no office of this team")


def _write(account: Account, member: Json, body: Json) -> Json:
    names = {"emailAddress": "email", "firstName": "firstName", "lastName": "lastName", "phone": "phoneNumber"}
    names |= {"groupId": "groupId"}
    member.update((ours, body[theirs]) for theirs, ours in names.items() if body.get(theirs) is not None)
    member["groupName"] = next(one["name"] for one in account.offices if one["id"] == member["groupId"])
    return record(
        "AccountResponse",
        agentId=member["memberUserId"],
        emailAddress=member["email"],
        firstName=member["firstName"],
        lastName=member["lastName"],
        phone=member["phoneNumber"],
        groupId=member["groupId"],
        teamId=TEAM_ID,
        profileId=body.get("profileId") or -1,
        seatType=1,
        permissions=body.get("permissions") or [],
        sendingEmailAddress=body.get("sendingEmailAddress") or member["email"],
        allowChangeSendingEmailAddress=bool(body.get("allowChangeSendingEmailAddress")),
    )
