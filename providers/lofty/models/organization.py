"""The company and its offices (5.13)."""

from __future__ import annotations

from typing import Annotated

from pydantic import EmailStr, Field

from providers.action import Group
from providers.lead import Privacy
from providers.lofty.models.wire import Asks, Gives, MemberId, Number, Text

_ADDRESS = Group("Address")
_PHONE = Group("Phone")


class EditCompany(Asks):
    """What to change of the company (6.18, CompanyOpenVo)."""

    name: str | None = Field(default=None, title="Company")
    email: Annotated[EmailStr | None, Privacy.CONTACT] = Field(default=None, title="E-mail")
    header: str | None = Field(default=None, title="Banner (address of a picture)")
    phone: Annotated[str | None, Privacy.CONTACT, _PHONE] = Field(default=None, title="Phone", description="Digits")
    phoneCode: Annotated[str | None, _PHONE] = Field(default=None, title="Country's code", description="1, for example")
    phoneCountry: Annotated[str | None, _PHONE] = Field(default=None, title="Country", description="US, for example")
    streetAddress: Annotated[str | None, Privacy.CONTACT, _ADDRESS] = Field(default=None, title="Street")
    city: Annotated[str | None, _ADDRESS] = Field(default=None, title="City")
    state: Annotated[str | None, _ADDRESS] = Field(default=None, title="State")
    zipcode: Annotated[str | None, _ADDRESS] = Field(default=None, title="ZIP code")
    teamId: int | None = Field(default=None, title="Team (number)")


class _Office(Asks):
    email: Annotated[EmailStr | None, Privacy.CONTACT] = Field(default=None, title="E-mail")
    parentId: int | None = Field(default=None, title="Office above it (number)", description="None for one at the top")
    websiteOwnerId: MemberId | None = Field(default=None, title="Whose website it uses")
    allowManageSub: bool | None = Field(default=None, title="Its people manage the offices below it")
    phone: Annotated[str | None, Privacy.CONTACT, _PHONE] = Field(default=None, title="Phone", description="Digits")
    phoneCode: Annotated[str | None, _PHONE] = Field(default=None, title="Country's code", description="1, for example")
    phoneCountry: Annotated[str | None, _PHONE] = Field(default=None, title="Country", description="US, for example")
    streetAddress: Annotated[str | None, Privacy.CONTACT, _ADDRESS] = Field(default=None, title="Street")
    city: Annotated[str | None, _ADDRESS] = Field(default=None, title="City")
    state: Annotated[str | None, _ADDRESS] = Field(default=None, title="State")
    zipcode: Annotated[str | None, _ADDRESS] = Field(default=None, title="ZIP code")


class _NewOffice(Asks):
    name: str = Field(min_length=1, title="Office")


class _KnownOffice(Asks):
    id: int = Field(ge=1, title="Office (number)")
    name: str | None = Field(default=None, title="Office")


class AddOffice(_Office, _NewOffice):  # the last one's fields come first
    """A new office (6.60, OfficeOpenVo)."""

    id: int | None = Field(default=None, title="Office (number)", description="Not used for a new one")


class EditOffice(_Office, _KnownOffice):
    """What to change of an office (6.60, OfficeOpenVo)."""


class VisibleOffice(Gives):
    """An office below (6.83, VisibleOrgInfo)."""

    groupName: Text = Field(default=None, title="Office")
    groupId: Number = Field(default=None, title="Office (number)")
    parentId: Number = Field(default=None, title="Office above it (number)")


class Enterprise(Gives):
    """The organisation of an enterprise (6.27, EnterpriseInfo)."""

    groupName: Text = Field(default=None, title="Office")
    groupId: Number = Field(default=None, title="Office (number)")
    profileName: Text = Field(default=None, title="Permission profile")
    profileId: Number = Field(default=None, title="Permission profile (number)")
    visibleOrgInfoList: list[VisibleOffice] | None = Field(default=None, title="Offices below")


class MultiTeam(Gives):
    """A group of several teams (6.55, MultiTeamInfo)."""

    multiTeamName: Text = Field(default=None, title="Group")
    multiTeamId: Number = Field(default=None, title="Group (number)")


class Organization(Gives):
    """The organisation that the caller belongs to (6.62, OrganizationInfo)."""

    enterpriseInfo: Enterprise | None = Field(default=None, title="Enterprise")
    multiTeamInfo: MultiTeam | None = Field(default=None, title="Several teams")
    orgType: Number = Field(default=None, title="Kind of organisation")


class PermissionProfile(Gives):
    """What somebody is allowed to do (6.64)."""

    name: Text = None
    id: Number = None
