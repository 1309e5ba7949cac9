"""Accounts of agents (5.10)."""

from __future__ import annotations

from typing import Annotated

from pydantic import EmailStr, Field

from providers.action import Group, Long
from providers.lead import Privacy
from providers.lofty.models.agent_user import SocialMedias
from providers.lofty.models.wire import Asks, Contact, Flag, Gives, MemberId, Number, OfMember, Text

_ABOUT = Group("About the agent")
_MAIL = Group("Sending e-mail")


class _Account(Asks):
    phone: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="Phone")
    profileId: int | None = Field(
        default=None, title="Permission profile (number)", description="As the list of permission profiles shows it"
    )
    permissions: list[str] | None = Field(default=None, title="Permissions")
    groupId: int | None = Field(default=None, title="Office (number)")
    address: Annotated[str | None, Privacy.CONTACT, _ABOUT] = Field(default=None, title="Address")
    position: Annotated[str | None, _ABOUT] = Field(default=None, title="Position")
    licenseId: Annotated[str | None, _ABOUT] = Field(default=None, title="License")
    personalWebsite: Annotated[str | None, _ABOUT] = Field(default=None, title="Website")
    selfIntroduction: Annotated[str | None, Long(), _ABOUT] = Field(default=None, title="Introduction")
    socialMedias: Annotated[SocialMedias | None, Group("Accounts elsewhere")] = Field(
        default=None, title="Accounts elsewhere"
    )
    sendingEmailAddress: Annotated[str | None, Privacy.CONTACT, _MAIL] = Field(default=None, title="Sending domain")
    allowChangeSendingEmailAddress: Annotated[bool | None, _MAIL] = Field(
        default=None, title="May change the sending domain"
    )


class _NewPerson(Asks):
    firstName: str = Field(min_length=1, title="Given name")
    lastName: Annotated[str, Privacy.CONTACT] = Field(min_length=1, title="Family name")
    emailAddress: Annotated[EmailStr, Privacy.CONTACT] = Field(title="E-mail")


class _KnownPerson(Asks):
    teamMemberUserId: MemberId = Field(title="Member")
    firstName: str | None = Field(default=None, title="Given name")
    lastName: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="Family name")
    emailAddress: Annotated[EmailStr | None, Privacy.CONTACT] = Field(default=None, title="E-mail")


class AddAccount(_Account, _NewPerson):  # the last one's fields come first
    """A new account (6.2, AccountRequest)."""

    teamMemberUserId: MemberId | None = Field(default=None, title="Member", description="Not used for a new account")


class EditAccount(_Account, _KnownPerson):
    """What to change of an account (6.2, AccountRequest)."""


class Account(Gives):
    """An account (6.3, AccountResponse)."""

    firstName: Text = Field(default=None, title="Given name")
    lastName: Text = Field(default=None, title="Family name")
    emailAddress: Contact = Field(default=None, title="E-mail")
    phone: Contact = None
    agentId: OfMember = Field(default=None, title="Member (number)")
    profileId: Number = Field(default=None, title="Permission profile (number)")
    permissions: Annotated[list[str] | None, Privacy.PUBLIC] = None
    groupId: Number = Field(default=None, title="Office (number)")
    seatType: Number = None
    sendingEmailAddress: Contact = None
    allowChangeSendingEmailAddress: Flag = None
    teamId: Number = None
