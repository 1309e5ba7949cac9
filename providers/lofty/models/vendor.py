"""The team's vendors, and the OAuth token that belongs to an old API key (5.11)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from providers.lead import Privacy
from providers.lofty.models.wire import Contact, EpochMs, Gives, Number, OfMember, Text


class Vendor(Gives):
    """A vendor (6.82, VendorInfo)."""

    firstName: Text = Field(default=None, title="Given name")
    lastName: Text = Field(default=None, title="Family name")
    companyName: Text = Field(default=None, title="Company")
    roleName: Text = Field(default=None, title="Role")
    email: Contact = Field(default=None, title="E-mail")
    phoneNumber: Contact = Field(default=None, title="Phone")
    companyAddress: Contact = None
    agentUserId: OfMember = None
    id: Number = Field(default=None, title="Vendor (number)")
    phoneCode: Text = None
    phoneCountry: Text = None


class TokenInfo(Gives):
    """A pair of tokens (6.59, OauthTokenInfo). A time is an object whose ``time`` is epoch milliseconds."""

    token: Annotated[str | None, Privacy.SECRET] = None
    tokenExpireTime: Annotated[EpochMs | None, Privacy.PUBLIC] = Field(default=None, title="Token ends")
    refreshToken: Annotated[str | None, Privacy.SECRET] = None
    refreshTokenExpireTime: Annotated[EpochMs | None, Privacy.PUBLIC] = Field(default=None, title="Refresh token ends")
