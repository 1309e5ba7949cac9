"""Calls, e-mails and texts written into a lead's timeline (5.16)."""

from __future__ import annotations

from typing import Any

from providers.action import Action, delete, get, post
from providers.lead import Privacy
from providers.lofty.models.log_types import LogContact, LoggedContact, LoggedContacts, WhichLoggedContact, contacted_by
from providers.paging import After

SECTION = "LogType"

LOG_TYPES: tuple[Action[Any], ...] = (
    post(
        "/v1.0/logType",
        "log-contact",
        "Log a call, an e-mail or a text",
        LogContact,
        gives=LoggedContact,
        lead="leadId",
        contacts=contacted_by,
        section=SECTION,
        source="5.16.1",
    ),
    get(
        "/v1.0/logType",
        "logged-contacts",
        "Logged calls, e-mails or texts of a lead",
        LoggedContacts,
        gives=LoggedContact,
        lead="leadId",
        paging=After("currentId"),
        section=SECTION,
        source="5.16.2",
    ),
    get(
        "/v1.0/logType/{logTypeId}",
        "get-logged-contact",
        "One logged call, e-mail or text",
        WhichLoggedContact,
        gives=LoggedContact,
        section=SECTION,
        source="5.16.3",
    ),
    delete(
        "/v1.0/logType/{logTypeId}",
        "delete-logged-contact",
        "Delete a logged call, e-mail or text",
        WhichLoggedContact,
        privacy=Privacy.PUBLIC,
        section=SECTION,
        source="5.16.4",
    ),
)
