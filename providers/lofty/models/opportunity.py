"""Telling a lead's agents what the lead has just done elsewhere (5.17)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from providers.action import Choices, Long
from providers.lead import Privacy
from providers.lofty.models.wire import Asks, LeadId

NOTIFICATION_TYPES = (
    (11, "Viewed a listing"),
    (9, "Saved a listing"),
    (10, "Searched"),
    (27, "Saved a search"),
    (66, "Asked for a showing"),
    (65, "Left a message"),
    (46, "Wants to sell a house"),
    (47, "Wants to know what the home is worth"),
    (162, "Asked for a market analysis"),
    (168, "Viewed a market analysis"),
    (164, "Asked how to finance it"),
    (89, "Used the mortgage calculator"),
    (167, "Sent a form"),
    (165, "Asked again by text"),
    (166, "Came back and viewed a listing"),
    (48, "New homes: viewed one"),
    (50, "New homes: searched"),
    (52, "New homes: saved one"),
    (138, "App: viewed a listing"),
    (136, "App: saved a listing"),
    (137, "App: searched"),
    (140, "App: saved a search"),
    (139, "App: asked for a showing"),
    (141, "App: wants to know what the home is worth"),
)
"""The document lost the list; this is the one of Lofty's newer description."""


class SendOpportunity(Asks):
    """What the lead did (6.61, OpportunityNotificationRequest)."""

    leadId: LeadId = Field(title="Lead")
    notificationType: Annotated[int, Choices(NOTIFICATION_TYPES)] = Field(title="What the lead did")
    message: Annotated[str | None, Long(), Privacy.CONTACT] = Field(
        default=None, title="Message", description="Shown where the lead left a message"
    )
    description: Annotated[str | None, Privacy.CONTACT] = Field(
        default=None, title="Details", description="An address, for example; shown only together with a link"
    )
    link: Annotated[str | None, Privacy.CONTACT] = Field(
        default=None, validate_default=True, title="Link", description="Shown only together with the details"
    )

    @field_validator("link")
    @classmethod
    def _together(cls, link: str | None, info: ValidationInfo) -> str | None:
        if bool(link) != bool(info.data.get("description")):
            raise ValueError("details and link are shown together only: give both or neither")
        return link
