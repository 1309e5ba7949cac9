"""How new leads are dealt out (5.4)."""

from __future__ import annotations

from typing import Any

from providers.action import Action, get, put
from providers.lead import Privacy
from providers.lofty.models.lead_routing import (
    AssignMember,
    AssignRole,
    DefaultRule,
    EditDefaultRule,
    EditRoutingRule,
    RoutingMembers,
    RoutingRule,
    RoutingRules,
    SupplementRule,
)

SECTION = "LeadRouting"

LEAD_ROUTING: tuple[Action[Any], ...] = (
    get(
        "/v1.0/routing/member/list/{type}",
        "routing-members",
        "Members who can be dealt leads",
        RoutingMembers,
        gives=AssignMember,
        section=SECTION,
        source="5.4.1",
    ),
    get(
        "/v1.0/routing/role/list",
        "routing-roles",
        "Roles that can be dealt leads",
        gives=AssignRole,
        section=SECTION,
        source="5.4.2",
    ),
    get(
        "/v1.0/routing/rule/list/{type}",
        "routing-rules",
        "Rules that deal out leads",
        RoutingRules,
        gives=RoutingRule,
        section=SECTION,
        source="5.4.3",
    ),
    get(
        "/v1.0/routing/rule/supplement/{type}",
        "default-routing-rule",
        "The rule for leads that no other rule fits",
        DefaultRule,
        gives=SupplementRule,
        section=SECTION,
        source="5.4.4",
    ),
    put(
        "/v1.0/routing/rule/supplement/{type}",
        "edit-default-routing-rule",
        "Change the rule for leads that no other rule fits",
        EditDefaultRule,
        admins=True,
        privacy=Privacy.PUBLIC,
        section=SECTION,
        source="5.4.5",
    ),
    put(
        "/v1.0/routing/rule/{type}",
        "edit-routing-rule",
        "Change a rule that deals out leads",
        EditRoutingRule,
        admins=True,
        privacy=Privacy.PUBLIC,
        section=SECTION,
        source="5.4.6",
    ),
)
