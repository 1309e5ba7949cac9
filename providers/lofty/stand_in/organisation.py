"""The company, its offices (section 5.13), and teams under a broker (section 5.14)."""

from __future__ import annotations

from typing import Any, Final

from providers.lofty.stand_in.account import TEAM_ID, Account, Call, Json
from providers.lofty.stand_in.records import record
from providers.lofty.stand_in.refusals import invalid, no_resource

PROFILES: Final = ((301, "Company Admin"), (302, "Office Manager"), (303, "Agent"), (304, "Lender"))
ENTERPRISE: Final = 2
"""``orgType``: the document does not give its values; this is the stand-in's own."""


def get_organisation(account: Account, _: Call) -> Any:
    """The company as the caller sees it."""
    offices = [
        {"groupId": one["id"], "groupName": one["name"], "parentId": one.get("parentId") or 0}
        for one in account.offices
    ]
    enterprise = {
        "groupId": account.me["groupId"],
        "groupName": account.me["groupName"],
        "profileId": PROFILES[0][0],
        "profileName": PROFILES[0][1],
        "visibleOrgInfoList": offices,
    }
    return record("OrganizationInfo", orgType=ENTERPRISE, enterpriseInfo=enterprise)


def edit_company(account: Account, call: Call) -> Any:
    """Change what is given of the company."""
    if call.body.get("teamId") not in (None, TEAM_ID):
        raise invalid("teamId", "is not this team")
    account.company.update((name, value) for name, value in call.body.items() if value is not None)
    return _done(account.company)


def edit_office(account: Account, call: Call) -> Any:
    """Change what is given of an office (a POST, as the document has it)."""
    if call.body.get("id") is None:
        raise invalid("id", "must be given")
    office = next((one for one in account.offices if one["id"] == call.body["id"]), None)
    if office is None:
        raise no_resource("OFFICE_NOT_EXIST")
    office.update((name, value) for name, value in call.body.items() if value is not None)
    return _done(office)


def add_office(account: Account, call: Call) -> Any:
    """Add an office (a PUT, as the document has it)."""
    if not call.body.get("name"):
        raise invalid("name", "must be given")
    office = {**call.body, "id": account.ids.next("office")}
    account.offices.append(office)
    return _done(office)


def list_profiles(_: Account, __: Call) -> Any:
    """Permission profiles."""
    return [record("PermissionProfile", id=number, name=name) for number, name in PROFILES]


def add_team(account: Account, call: Call) -> Any:
    """Create a team under the broker; its id as text."""
    number = account.ids.next("team")
    account.teams[number] = dict(call.body)
    return str(number)


def delete_team(account: Account, call: Call) -> Any:
    """Remove a team from the broker."""
    if account.teams.pop(call.path["id"], None) is None:
        raise no_resource("TEAM_NOT_EXIST")
    return "success"


def _done(data: Json) -> Json:
    return {"code": 0, "message": "success", "data": data}
