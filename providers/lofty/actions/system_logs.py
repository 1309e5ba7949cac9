"""What happened to a lead inside Lofty (5.18)."""

from __future__ import annotations

from typing import Any

from providers.action import Action, get
from providers.lofty.models.system_logs import SearchSystemLogs, SystemLog
from providers.paging import Numbered

SECTION = "System Logs"

SYSTEM_LOGS: tuple[Action[Any], ...] = (
    get(
        "/v1.0/systemLogs",
        "system-logs",
        "What happened to a lead in Lofty",
        SearchSystemLogs,
        gives=SystemLog,
        lead="leadId",
        paging=Numbered("pageNumber", first=0),
        section=SECTION,
        source="5.18.1",
    ),
)
