"""Calls of a lead (5.2)."""

from __future__ import annotations

from typing import Any

from providers.action import Action, get
from providers.lofty.models.calls import Call, SearchCalls, WhichCall
from providers.paging import Offset

SECTION = "Calls"

CALLS: tuple[Action[Any], ...] = (
    get(
        "/v1.0/calls",
        "calls",
        "Calls of a lead",
        SearchCalls,
        gives=Call,
        lead="leadId",
        paging=Offset(),
        section=SECTION,
        source="5.2.1",
    ),
    get("/v1.0/calls/{callId}", "get-call", "One call", WhichCall, gives=Call, section=SECTION, source="5.2.2"),
)
