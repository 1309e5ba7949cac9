"""What the team has set up: ponds, custom fields, tags (5.9)."""

from __future__ import annotations

from typing import Any

from providers.action import Action, get, post
from providers.lead import Privacy
from providers.lofty.models.team_features import AddCustomField, CustomField, GivenTag, Pond, WhichPond

SECTION = "TeamFeatures"

TEAM_FEATURES: tuple[Action[Any], ...] = (
    get(
        "/v1.0/team-features/lead-pond/{id}",
        "get-pond",
        "One pond",
        WhichPond,
        gives=Pond,
        section=SECTION,
        source="5.9.1",
    ),
    get("/v1.0/team-features/lead-ponds", "ponds", "Ponds of leads", gives=Pond, section=SECTION, source="5.9.2"),
    post(
        "/v1.0/teamFeatures/custom-field",
        "add-custom-field",
        "Add a field to all leads",
        AddCustomField,
        admins=True,
        privacy=Privacy.PUBLIC,
        section=SECTION,
        source="5.9.3",
    ),
    get(
        "/v1.0/teamFeatures/listCustomField",
        "custom-fields",
        "Fields that the team has added to leads",
        gives=CustomField,
        section=SECTION,
        source="5.9.4",
    ),
    get("/v1.0/teamFeatures/listTag", "tags", "Tags of the team", gives=GivenTag, section=SECTION, source="5.9.5"),
)
