"""Being called by Lofty when something changes (5.12)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AnyUrl, Field, UrlConstraints

from providers.action import Choices
from providers.lead import Privacy
from providers.lofty.models.wire import Asks, Gives, Number

LISTS = (
    (1, "Agents"),
    (2, "Leads"),
    (3, "Activities of leads"),
    (4, "Listing alerts"),
    (5, "Transactions"),
    (6, "Calls"),
    (7, "E-mails"),
    (8, "Texts"),
    (9, "Notes"),
    (10, "Tasks"),
    (11, "Appointments"),
    (12, "Stage of a lead"),
)
"""The document lists the first four; Lofty's newer description has the rest."""
HttpsUrl = Annotated[AnyUrl, UrlConstraints(allowed_schemes=["https"], host_required=True)]


class AddWebhook(Asks):
    """What to be told about, and where (6.84, WebhookRequest)."""

    listId: Annotated[int, Choices(LISTS)] = Field(title="About")
    callbackUrl: Annotated[HttpsUrl, Privacy.SECRET] = Field(
        title="Address to call", description="Beginning with https:// and reachable from the internet"
    )
    limit: int | None = Field(default=None, ge=1, le=5000, title="Most calls in 30 minutes", description="At most 5000")
    permissionMode: Annotated[int | None, Choices(((0, "Leads assigned to me"), (1, "All leads that I manage")))] = (
        Field(default=None, ge=0, le=1, title="Whose leads")
    )


class WhichWebhook(Asks):
    """One subscription."""

    subscribeId: int = Field(ge=1, title="Subscription (number)")


class Webhook(Gives):
    """A subscription (6.85, WebhookResponse). Whoever knows its address can call it, so the address is a secret."""

    listId: Annotated[int | None, Choices(LISTS), Privacy.PUBLIC] = Field(default=None, title="About")
    subscribeId: Number = Field(default=None, title="Subscription (number)")
    callbackUrl: Annotated[str | None, Privacy.SECRET] = Field(default=None, title="Address")
    limit: Number = Field(default=None, title="Most calls in 30 minutes")
    permissionMode: Number = None
    vendorId: Number = None
    teamId: Number = None
