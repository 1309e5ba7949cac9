"""A new agent with everything about them (5.1)."""

from __future__ import annotations

from typing import Annotated

from pydantic import EmailStr, Field

from providers.action import Group, Long
from providers.lead import Privacy
from providers.lofty.models.wire import Asks, Gives, Number, OfMember, Text

_PHONE = Group("Phone")
_MAIL = Group("Sending e-mail")


class SocialMedia(Asks):
    """One account (6.30, Item)."""

    type: str | None = Field(default=None, title="Kind")
    name: str | None = Field(default=None, title="Name")
    value: str | None = Field(default=None, title="Address")


class SocialMedias(Asks):
    """Accounts elsewhere (6.70)."""

    items: list[SocialMedia] | None = Field(default=None, title="Accounts")


class PersonalPhotos(Asks):
    """Pictures (6.65)."""

    urls: list[str] | None = Field(default=None, title="Addresses of pictures")


class FileInfo(Asks):
    """A file that lies somewhere (6.28)."""

    fileName: str | None = Field(default=None, title="Name of the file")
    queryLink: str | None = Field(default=None, title="Address of the file")
    contentType: str | None = Field(default=None, title="Kind of file", description="application/pdf, for example")
    size: int | None = Field(default=None, ge=0, title="Bytes")


class WorkInfo(Asks):
    """The agent's work (6.86)."""

    companyName: str | None = Field(default=None, title="Company")
    companyAddress: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="Company's address")
    position: str | None = Field(default=None, title="Position")
    licenseId: str | None = Field(default=None, title="License")
    address: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="Agent's address")
    personalWebsite: str | None = Field(default=None, title="Website")
    personalIntroduction: Annotated[str | None, Long()] = Field(default=None, title="Introduction")
    personalAttachments: list[FileInfo] | None = Field(default=None, title="Attachments")
    personalDisclaimers: list[FileInfo] | None = Field(default=None, title="Disclaimers")


class AccountInfo(Asks):
    """The agent's account (6.1)."""

    firstName: str = Field(min_length=1, title="Given name")
    lastName: Annotated[str, Privacy.CONTACT] = Field(min_length=1, title="Family name")
    emailAddress: Annotated[EmailStr, Privacy.CONTACT] = Field(title="E-mail")
    phoneNumber: Annotated[str, Privacy.CONTACT] = Field(min_length=1, title="Phone")
    phoneCode: Annotated[str | None, _PHONE] = Field(default=None, title="Country's code", description="1 unless told")
    phoneCountry: Annotated[str | None, _PHONE] = Field(default=None, title="Country", description="US, for example")
    roleName: str | None = Field(default=None, title="Role", description="One that the team does not have is ignored")
    roleId: int | None = Field(default=None, title="Role (number)")
    groupId: int | None = Field(default=None, title="Office (number)")
    permissions: list[str] | None = Field(default=None, title="Permissions")
    tagIds: list[int] | None = Field(default=None, title="Tags of the agent (numbers)")
    seatTypeName: str | None = Field(default=None, title="Kind of seat", description="Full Time Agent, for example")
    headUrl: str | None = Field(default=None, title="Portrait (address of a picture)")
    sendingEmail: Annotated[str | None, Privacy.CONTACT, _MAIL] = Field(default=None, title="Sending e-mail")
    domain: Annotated[str | None, _MAIL] = Field(default=None, title="Domain")
    allowChangeDomain: Annotated[bool | None, _MAIL] = Field(default=None, title="May change the domain")


class AddAgent(Asks):
    """A new agent (6.6, AgentProfile)."""

    accountType: int = Field(title="Kind of account (Lofty's number)")
    accountInfo: AccountInfo = Field(title="Account")
    workInfo: Annotated[WorkInfo | None, Group("Work")] = Field(default=None, title="Work")
    socialMedias: Annotated[SocialMedias | None, Group("Accounts elsewhere")] = Field(
        default=None, title="Accounts elsewhere"
    )
    personalPhotos: Annotated[PersonalPhotos | None, Group("Pictures")] = Field(default=None, title="Pictures")
    agentPid: str | None = Field(default=None, title="Agent's PID")
    hasBackOffice: bool | None = Field(default=None, title="Has the back office")
    shouldSync: bool | None = Field(default=None, title="Keep in step")
    fullSync: bool | None = Field(default=None, title="Keep all in step")
    checkRosterNum: bool | None = Field(default=None, title="Check the number of agents")


class AgentAdded(Gives):
    """What became of it (6.66, Result«long»). An ``errorCode`` other than 0 means that nothing was added."""

    data: OfMember = Field(default=None, title="Member (number)")
    errorCode: Number = None
    errorMsg: Text = None
