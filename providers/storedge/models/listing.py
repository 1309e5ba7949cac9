"""Listing leads: the parameters of ``GET /v1/{facility_id}/leads`` (Options.cs of the .NET client)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, PlainSerializer

from providers.action import Refers
from providers.storedge.models.lead import FacilityOf
from providers.storedge.models.wire import Asks, Id

LARGEST_PAGE = 100


def iso(at: datetime) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment = Annotated[datetime, PlainSerializer(iso, return_type=str, when_used="json")]


class ListLeads(Asks):
    """``GET /v1/{facility_id}/leads``."""

    facility_id: FacilityOf = None
    created_after: Moment | None = Field(default=None, title="Created after")
    created_before: Moment | None = Field(default=None, title="Created before")
    updated_since: Moment | None = Field(default=None, title="Changed since")
    only_ids: list[Annotated[Id, Refers("lead")]] | None = Field(
        default=None, title="Only these leads", max_length=LARGEST_PAGE
    )
    page: int | None = Field(default=None, ge=1, le=100_000, title="Page")
    per_page: int | None = Field(default=None, ge=1, le=LARGEST_PAGE, title="Leads a page")
