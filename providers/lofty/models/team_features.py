"""What a team has set up: ponds, custom fields, tags (5.9)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from providers.action import Choices, Group, Refers
from providers.lead import Privacy
from providers.lofty.models.wire import Asks, Contact, Gives, IsoText, Number, OfLead, OfMember, PondId, Text

ATTRIBUTE_TYPES = (
    ("text", "Text"),
    ("number", "Number"),
    ("date", "Date"),
    ("anniversary_date", "Date that returns every year"),
    ("single_select", "One of several"),
    ("multi_select", "Some of several"),
    ("percentage", "Percentage"),
    ("currency", "Amount of money"),
)


class WhichPond(Asks):
    """One pond."""

    id: PondId = Field(title="Pond")


class AddCustomField(Asks):
    """A new field of leads (6.20, CustomAttribute)."""

    attributeName: str = Field(min_length=1, title="Name")
    attributeType: Annotated[str, Choices(ATTRIBUTE_TYPES)] = Field(title="Kind")
    params: str | None = Field(
        default=None, title="Options", description='For a selection, as JSON: {"option":["First","Second"]}'
    )
    value: Annotated[str | None, Group("Not needed")] = Field(
        default=None, title="Value", description="A lead's; a new field needs none"
    )


class Pond(Gives):
    """A pool of leads that its agents share (6.41, LeadPond)."""

    pondName: Text = Field(default=None, title="Pond")
    pondOwnerId: OfMember = Field(default=None, title="Owner")
    agentIds: Annotated[list[Annotated[int, Refers("member")]] | None, Privacy.PUBLIC] = Field(
        default=None, title="Agents"
    )
    id: Number = Field(default=None, title="Pond (number)")


class CustomField(Gives):
    """A field of leads that the team has added (6.20, CustomAttribute)."""

    attributeName: Text = Field(default=None, title="Field")
    attributeType: Text = Field(default=None, title="Kind")
    params: Text = Field(default=None, title="Options")
    value: Contact = None


class GivenTag(Gives):
    """A tag (6.78, UserLeadTag)."""

    tagName: Text = Field(default=None, title="Tag")
    tagId: Number = Field(default=None, title="Tag (number)")
    creatorUserId: OfMember = Field(default=None, title="By")
    createTime: Annotated[IsoText | None, Privacy.PUBLIC] = None
    updateTime: Annotated[IsoText | None, Privacy.PUBLIC] = None
    leadId: OfLead = None
    visibleType: Number = None
