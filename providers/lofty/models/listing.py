"""Homes on the market (5.15)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from providers.action import Choices, Group
from providers.lofty.models.wire import Asks, MemberId

_BUILDING = Group("By building or street")
_TARGETS = (
    "agentListings",
    "officeListings",
    "listingId",
    "soldListingId",
    "mlsListingIds",
    "buildingName",
    "buildingAddress",
)
"""One of them says what is searched for."""


class PublishedListings(Asks):
    """Which feed."""

    type: Annotated[
        Literal["AllOnMarket", "AptCom", "LuxVT"],
        Choices((("AllOnMarket", "All on the market"), ("AptCom", "Apartments.com"), ("LuxVT", "LuxVT"))),
    ] = Field(title="Feed")


class SearchListings(Asks):
    """Which listings: an agent's, an office's, some by number, or those of a building."""

    agentListings: bool | None = Field(default=None, title="The agent's listings")
    officeListings: bool | None = Field(default=None, title="The office's listings")
    mlsListingIds: str | None = Field(default=None, title="MLS numbers", description="Separated by commas")
    listingId: str | None = Field(default=None, title="Listing (number)")
    soldListingId: str | None = Field(default=None, title="Sold listing (number)")
    userId: MemberId | None = Field(default=None, title="Agent", description="Yourself unless told")
    buildingName: Annotated[str | None, _BUILDING] = Field(default=None, title="Building")
    buildingAddress: Annotated[str | None, _BUILDING] = Field(default=None, title="Address of the building")
    street: Annotated[str | None, _BUILDING] = Field(default=None, title="Street")
    showCondition: bool | None = Field(default=None, title="Show what was searched for")
    limit: int | None = Field(default=None, ge=1, le=1000, title="Listings a page", description="25 unless told")
    nextPageKey: str | None = Field(default=None, title="Next page", description="The key that the last page gave")
    soldNextPageKey: str | None = Field(
        default=None, title="Next page of sold ones", description="The key that the last page gave"
    )

    @field_validator("soldListingId")
    @classmethod
    def _one_number(cls, sold: str | None, info: ValidationInfo) -> str | None:
        if sold and info.data.get("listingId"):
            raise ValueError("give the number of a listing or of a sold one, not both")
        return sold

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any(getattr(self, name) for name in _TARGETS):
            raise ValueError("say whose listings: the agent's, the office's, some numbers, or a building")
        return self
