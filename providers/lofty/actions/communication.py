"""What was called, mailed and texted (5.3)."""

from __future__ import annotations

from typing import Any

from providers.action import Action, Effect, get, post
from providers.lofty.models.calls import Call
from providers.lofty.models.communication import (
    AgentCommunication,
    CallEntry,
    Communication,
    EmailEntry,
    History,
    TextEntry,
)
from providers.paging import After, Offset

SECTION = "Communication"

COMMUNICATION: tuple[Action[Any], ...] = (
    post(
        "/v1.0/agent/communication",
        "agent-communication",
        "Your calls, e-mails and texts of one day",
        AgentCommunication,
        effect=Effect.READ,
        gives=Communication,
        paging=Offset(),
        section=SECTION,
        source="5.3.1",
    ),
    get(
        "/v1.0/communication/call",
        "call-history",
        "History of calls with a lead",
        History,
        gives=Call,
        lead="leadId",
        paging=After("currentId"),
        section=SECTION,
        source="5.3.2",
    ),
    get(
        "/v1.0/communication/call/v2",
        "call-history-v2",
        "History of calls with a lead (second version)",
        History,
        gives=CallEntry,
        lead="leadId",
        paging=After("currentId"),
        section=SECTION,
        source="5.3.3",
    ),
    get(
        "/v1.0/communication/email",
        "email-history",
        "History of e-mails with a lead",
        History,
        gives=EmailEntry,
        lead="leadId",
        paging=After("currentId"),
        section=SECTION,
        source="5.3.4",
    ),
    get(
        "/v1.0/communication/text",
        "text-history",
        "History of texts with a lead",
        History,
        gives=TextEntry,
        lead="leadId",
        paging=After("currentId"),
        section=SECTION,
        source="5.3.5",
    ),
)
