"""The team's people (section 5.6)."""

from __future__ import annotations

from typing import Any, Final

from providers.lofty.stand_in.account import Account, Call, Json, asked_page, metadata
from providers.lofty.stand_in.refusals import invalid, no_user

DEFAULT_LIMIT: Final = 25
MOST: Final = 1000
"""Of a page; "the configured maximum" is not documented."""
_FIELDS: Final = ("email", "firstName", "lastName", "phoneNumber", "timeZoneId")


def get_me(account: Account, _: Call) -> Any:
    """Whose key it is. ``id`` is short, and no lead names it."""
    return _shown(account, account.me)


def list_members(account: Account, call: Call) -> Any:
    """A page of members."""
    if call.query.get("limit", 1) > MOST:
        raise invalid("limit", "LIMIT_PARAM_OVERSIZE")
    if call.query.get("limit", 1) < 1:
        raise invalid("limit", "must be 1 at least")
    offices = call.query.get("groupIds")
    rows = [one for one in account.members if offices is None or one["groupId"] in offices]
    if not rows:
        raise no_user()
    page, offset, limit = asked_page(rows, call, DEFAULT_LIMIT)
    found = [] if call.empty else [_shown(account, one) for one in page]
    return {"_metadata": metadata("members", limit, offset, len(rows)), "members": found}


def get_member(account: Account, call: Call) -> Any:
    """A member by account, which is an e-mail address."""
    found = account.member(str(call.path["account"]))
    if found is None:
        raise no_user()
    return _shown(account, found)


def get_user(account: Account, call: Call) -> Any:
    """A member by user id."""
    return _shown(account, _user(account, call))


def edit_user(account: Account, call: Call) -> Any:
    """Change what is given of a member."""
    member = _user(account, call)
    email = call.body.get("email")
    if email and account.member(email) not in (None, member):
        raise invalid("email", "is somebody else's")
    member.update((name, call.body[name]) for name in _FIELDS if call.body.get(name) is not None)
    if call.body.get("agentInfo"):
        member["agentInfo"] = {**member["agentInfo"], **call.body["agentInfo"]}
    return "success"


def _shown(account: Account, member: Json) -> Json:
    held = sum(row.owner == member["memberUserId"] for row in account.shelf.rows())
    return {**member, "assignedLeadCount": held}


def _user(account: Account, call: Call) -> Json:
    found = account.member(int(call.path["userId"]))
    if found is None:
        raise no_user()
    return found
