"""What a lead does on the website (5.5.12, 5.5.13)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, HttpUrl

from providers.action import Choices, Group
from providers.lead import Privacy
from providers.lofty.models.inquiry import GivenProperty, PropertyDetails
from providers.lofty.models.wire import Asks, Contact, EpochMs, Gives, LeadId, Text, TimeMs

ACTIVITY_TYPES = (
    ("Search", "Searched"),
    ("Browse", "Viewed a property"),
    ("Favorite", "Saved a property"),
    ("Request", "Asked for a showing"),
    ("Submission", "Sent a form"),
)
"""The document lost the list; this is the one of Lofty's newer description."""

_MORE = Group("Showing or form")


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)  # as exact as people choose it


class ActivitiesOf(Asks):
    """Whose activities."""

    leadId: LeadId = Field(title="Lead")
    curPage: int | None = Field(default=None, ge=0, title="Page", description="From 0; each has 100 activities")


class AddActivity(Asks):
    """What a lead did (6.32, LeadActivityReq)."""

    leadId: LeadId = Field(title="Lead")
    type: Annotated[str, Choices(ACTIVITY_TYPES)] = Field(title="What the lead did")
    text: Annotated[str, Field(min_length=1), Privacy.CONTACT] = Field(
        title="In words", description="What was searched for, for example"
    )
    link: HttpUrl = Field(title="Page", description="Where it was")
    picture: HttpUrl = Field(title="Address of a picture", description="Shown beside it; Lofty insists on one")
    created: EpochMs = Field(default_factory=_now, title="When", description="Now unless told")
    scheduledDate: Annotated[str | None, _MORE] = Field(
        default=None, title="Day of the showing", description="Lofty shows it as you write it"
    )
    pageName: Annotated[str | None, _MORE] = Field(default=None, title="Page that has the form")
    listing: PropertyDetails | None = Field(default=None, title="The property")


class Activity(Gives):
    """What a lead did (6.33, LeadActivityRes)."""

    created: TimeMs = Field(default=None, title="When")
    type: Text = Field(default=None, title="What the lead did")
    text: Contact = Field(default=None, title="In words")
    link: Text = Field(default=None, title="Page")
    listing: GivenProperty | None = Field(default=None, title="Property")
    scheduledDate: Text = Field(default=None, title="Day of the showing")
    pageName: Text = Field(default=None, title="Page that has the form")
    picture: Text = None
