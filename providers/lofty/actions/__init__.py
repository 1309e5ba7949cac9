"""All of Lofty's operations, a file for each section of its document."""

from __future__ import annotations

from typing import Any

from providers.action import Action
from providers.lofty.actions.agent_user import AGENT_USER
from providers.lofty.actions.broker import BROKER
from providers.lofty.actions.brokermint import BROKERMINT
from providers.lofty.actions.calls import CALLS
from providers.lofty.actions.communication import COMMUNICATION
from providers.lofty.actions.lead_routing import LEAD_ROUTING
from providers.lofty.actions.leads import LEADS
from providers.lofty.actions.listing import LISTING
from providers.lofty.actions.log_types import LOG_TYPES
from providers.lofty.actions.members import MEMBERS
from providers.lofty.actions.notes import NOTES
from providers.lofty.actions.opportunity import OPPORTUNITY
from providers.lofty.actions.organization import ORGANIZATION
from providers.lofty.actions.system_logs import SYSTEM_LOGS
from providers.lofty.actions.tasks import TASKS
from providers.lofty.actions.team_features import TEAM_FEATURES
from providers.lofty.actions.transactions import TRANSACTIONS
from providers.lofty.actions.user_account import USER_ACCOUNT
from providers.lofty.actions.vendor import VENDOR
from providers.lofty.actions.webhooks import WEBHOOKS

ACTIONS: tuple[Action[Any], ...] = (
    *LEADS,
    *NOTES,
    *TASKS,
    *LOG_TYPES,
    *CALLS,
    *COMMUNICATION,
    *SYSTEM_LOGS,
    *TRANSACTIONS,
    *OPPORTUNITY,
    *LISTING,
    *MEMBERS,
    *TEAM_FEATURES,
    *LEAD_ROUTING,
    *AGENT_USER,
    *USER_ACCOUNT,
    *ORGANIZATION,
    *BROKER,
    *BROKERMINT,
    *VENDOR,
    *WEBHOOKS,
)
"""What sales people use every day comes first, what admins set up last."""
