"""Homes on the market (5.15)."""

from __future__ import annotations

from typing import Any

from providers.action import Action, get
from providers.lead import Privacy
from providers.lofty.models.listing import PublishedListings, SearchListings

SECTION = "Listing"

LISTING: tuple[Action[Any], ...] = (
    get(
        "/v1.0/getPublishedListings",
        "published-listings",
        "Published listings as a feed (XML)",
        PublishedListings,
        privacy=Privacy.PUBLIC,
        section=SECTION,
        source="5.15.1",
    ),
    get(
        "/v1.0/listing",
        "listings",
        "Search listings",
        SearchListings,
        privacy=Privacy.PUBLIC,
        section=SECTION,
        source="5.15.2",
    ),
)
