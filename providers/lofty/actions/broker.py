"""Teams under a broker's account (5.14)."""

from __future__ import annotations

from typing import Any

from providers.action import Action, delete, post
from providers.lead import Privacy
from providers.lofty.models.broker import AddTeam, WhichTeam

SECTION = "Broker"

BROKER: tuple[Action[Any], ...] = (
    post(
        "/v1.0/broker/team",
        "add-broker-team",
        "Add a team under the broker's account",
        AddTeam,
        admins=True,
        privacy=Privacy.PUBLIC,
        section=SECTION,
        source="5.14.1",
    ),
    delete(
        "/v1.0/broker/team/{id}",
        "remove-broker-team",
        "Remove a team from the broker's account",
        WhichTeam,
        privacy=Privacy.PUBLIC,
        section=SECTION,
        source="5.14.2",
    ),
)
