"""Vendors, and the token of an old API key (5.11)."""

from __future__ import annotations

from typing import Any

from providers.action import Action, get
from providers.lead import Privacy
from providers.lofty.models.vendor import TokenInfo, Vendor

SECTION = "Vendor"

VENDOR: tuple[Action[Any], ...] = (
    get("/v1.0/vendor/list", "vendors", "Vendors of the team", gives=Vendor, section=SECTION, source="5.11.1"),
    get(
        "/v1.0/vendor/oauth/token-info/byold",
        "get-oauth-token",
        "The OAuth token of an old API key",
        gives=TokenInfo,
        admins=True,
        privacy=Privacy.SECRET,
        section=SECTION,
        source="5.11.2",
    ),
)
