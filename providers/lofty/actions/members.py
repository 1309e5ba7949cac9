"""The people of the team (5.6)."""

from __future__ import annotations

from typing import Any

from providers.action import Action, get, put
from providers.lead import Privacy
from providers.lofty.models.members import EditUser, Member, SearchMembers, WhichAccount, WhichUser
from providers.paging import Offset

SECTION = "Members"

MEMBERS: tuple[Action[Any], ...] = (
    get("/v1.0/me", "me", "Who Leadbell is in Lofty", gives=Member, section=SECTION, source="5.6.1"),
    get(
        "/v1.0/members",
        "members",
        "Members of the team",
        SearchMembers,
        gives=Member,
        paging=Offset(),
        section=SECTION,
        source="5.6.2",
    ),
    get(
        "/v1.0/members/{account}",
        "get-member",
        "A member by e-mail address",
        WhichAccount,
        gives=Member,
        section=SECTION,
        source="5.6.3",
    ),
    get(
        "/v1.0/users/{userId}",
        "get-user",
        "A member by number",
        WhichUser,
        gives=Member,
        section=SECTION,
        source="5.6.4 (deprecated there)",
    ),
    put(
        "/v1.0/users/{userId}",
        "edit-user",
        "Change a member",
        EditUser,
        admins=True,
        privacy=Privacy.PUBLIC,
        section=SECTION,
        source="5.6.5",
    ),
)
