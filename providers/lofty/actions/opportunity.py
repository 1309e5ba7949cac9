"""Telling a lead's agents what it has just done (5.17)."""

from __future__ import annotations

from typing import Any

from providers.action import Action, post
from providers.lead import Privacy
from providers.lofty.models.opportunity import SendOpportunity

SECTION = "Opportunity"

OPPORTUNITY: tuple[Action[Any], ...] = (
    post(
        "/v1.0/agent/send-notification",
        "send-opportunity",
        "Tell the agents what their lead just did",
        SendOpportunity,
        lead="leadId",
        privacy=Privacy.PUBLIC,
        warns="The lead's agents get a real notification at once, for some events a text and an e-mail too.",
        section=SECTION,
        source="5.17.1",
    ),
)
