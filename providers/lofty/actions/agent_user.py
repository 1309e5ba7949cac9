"""Agents with everything about them (5.1)."""

from __future__ import annotations

from typing import Any

from providers.action import Action, post
from providers.lofty.models.agent_user import AddAgent, AgentAdded

SECTION = "Agent User"

AGENT_USER: tuple[Action[Any], ...] = (
    post(
        "/v1.0/agent/profile/add",
        "add-agent",
        "Add an agent with a whole profile",
        AddAgent,
        gives=AgentAdded,
        admins=True,
        section=SECTION,
        source="5.1.1",
    ),
)
