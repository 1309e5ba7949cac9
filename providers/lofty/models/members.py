"""The people of the team (5.6)."""

from __future__ import annotations

from typing import Annotated

from pydantic import EmailStr, Field

from providers.action import Choices, Group
from providers.lead import Privacy
from providers.lofty.models.wire import Asks, Contact, Flag, Gives, MemberId, Number, OfMember, Text

ZONES = (
    ("America/New_York", "Eastern"),
    ("America/Chicago", "Central"),
    ("America/Denver", "Mountain"),
    ("America/Phoenix", "Arizona"),
    ("America/Los_Angeles", "Pacific"),
    ("America/Anchorage", "Alaska"),
    ("Pacific/Honolulu", "Hawaii"),
    ("America/Halifax", "Atlantic"),
    ("America/St_Johns", "Newfoundland"),
)
"""Zones of the United States and Canada; the document names one of them and lost the rest. Others are taken too."""


class SearchMembers(Asks):
    """Which members."""

    groupIds: list[int] | None = Field(
        default=None, title="Offices (numbers)", description="Everybody you may see unless told"
    )
    limit: int | None = Field(default=None, ge=1, title="Members a page", description="25 unless told")
    offset: int | None = Field(default=None, ge=0, title="Skip")


class WhichAccount(Asks):
    """One member, by the e-mail address that they sign in with."""

    account: Annotated[EmailStr, Privacy.CONTACT] = Field(title="E-mail of the member")


class WhichUser(Asks):
    """One member."""

    userId: MemberId = Field(title="Member")


class AgentInfo(Asks):
    """The agent behind a user (6.5)."""

    companyName: str | None = Field(default=None, title="Company")
    companyAddress: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="Company's address")
    position: str | None = Field(default=None, title="Position")
    licenseId: str | None = Field(default=None, title="License")
    mlsAgentId: str | None = Field(default=None, title="MLS agent id")
    agentPid: str | None = Field(default=None, title="Agent's PID")


class EditUser(Asks):
    """What to change of a user (6.80, UserRequest)."""

    userId: MemberId = Field(title="Member")
    firstName: str | None = Field(default=None, title="Given name")
    lastName: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="Family name")
    email: Annotated[EmailStr | None, Privacy.CONTACT] = Field(default=None, title="E-mail")
    phoneNumber: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="Phone")
    timeZoneId: Annotated[str | None, Choices(ZONES)] = Field(
        default=None, title="Time zone", description="Its name, such as America/Halifax"
    )
    headPortrait: str | None = Field(default=None, title="Portrait (address of a picture)")
    agentInfo: Annotated[AgentInfo | None, Group("Agent")] = Field(default=None, title="Agent")


class GivenAgentInfo(Gives):
    """The agent behind a user (6.5)."""

    companyName: Text = None
    companyAddress: Contact = None
    position: Text = None
    licenseId: Text = None
    mlsAgentId: Text = None
    agentPid: Text = None


class Member(Gives):
    """A member (6.81, UserResponse). ``memberUserId`` is what leads name; ``id`` is the member's place in the team."""

    firstName: Text = Field(default=None, title="Given name")
    lastName: Text = Field(default=None, title="Family name")
    roleName: Text = Field(default=None, title="Role")
    email: Contact = Field(default=None, title="E-mail")
    phoneNumber: Contact = Field(default=None, title="Phone")
    assignedLeadCount: Number = Field(default=None, title="Leads")
    newLeadCount: Number = Field(default=None, title="New leads")
    groupName: Text = Field(default=None, title="Office")
    memberUserId: Number = Field(default=None, title="Member (number)")
    isAdmin: Flag = Field(default=None, title="Admin")
    timeZoneId: Text = Field(default=None, title="Time zone")
    accountStatus: Text = None
    agentInfo: GivenAgentInfo | None = Field(default=None, title="Agent")
    virtualNumber: Contact = None
    invitorUserId: OfMember = Field(default=None, title="Invited by")
    groupId: Number = None
    role: Number = None
    status: Number = None
    firstLetter: Text = None
    teamId: Number = None
    id: Number = None
