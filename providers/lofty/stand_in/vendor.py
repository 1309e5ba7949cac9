"""Vendors of the team, and tokens for an old key (section 5.11)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from providers.lofty.stand_in.account import Account, Call
from providers.lofty.stand_in.oauth import REFRESH_LASTS, Grants
from providers.lofty.stand_in.records import record
from providers.lofty.stand_in.times import timestamp


def list_vendors(account: Account, _: Call) -> Any:
    """Who works for the team without being of it: a bare list."""
    return [
        record(
            "VendorInfo",
            id=9_001,
            agentUserId=account.ids.next("vendor"),
            firstName="Priya",
            lastName="Desai",
            email="priya@keystone-lending.example.com",
            phoneCode="1",
            phoneCountry="US",
            phoneNumber="5125550177",
            roleName="Lender",
            companyName="Keystone Lending",
            companyAddress="500 Congress Ave, Austin, TX",
        )
    ]


class TokenInfo:
    """Trading an old key for tokens."""

    def __init__(self, grants: Grants) -> None:
        self._grants = grants

    def by_old_key(self, account: Account, _: Call) -> Any:
        """New tokens for whoever signs with the key."""
        access, refresh = self._grants.issue()
        now = account.now()
        return record(
            "OauthTokenInfo",
            token=access,
            refreshToken=refresh,
            tokenExpireTime=timestamp(now + timedelta(seconds=self._grants.expires_in)),
            refreshTokenExpireTime=timestamp(now + REFRESH_LASTS),
        )
