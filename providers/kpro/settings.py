"""What connecting KPro Marketing asks for."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints


class Credentials(BaseModel):
    """An API key, made in KPro Marketing's settings (KPro API guide, introduction)."""

    model_config = ConfigDict(extra="forbid")

    api_key: SecretStr = Field(
        title="API key",
        description="In KPro Marketing: Settings, then API. Making a new key there ends the old one.",
        min_length=1,
        max_length=200,
    )


class Settings(BaseModel):
    """How this connection behaves."""

    model_config = ConfigDict(extra="ignore")

    poll_seconds: int = Field(
        default=60, ge=10, le=3600, title="Ask for new leads every (seconds)", description="Usually 60."
    )
    open_url: Annotated[str, StringConstraints(pattern=r"^$|^https://[^\s|<>]*\{id\}[^\s|<>]*$")] = Field(
        default="",
        max_length=300,
        title="Address of a lead in KPro Marketing",
        description=(
            "With {id} where the lead's number goes, for “Open in KPro Marketing”. "
            "KPro publishes no such address: copy it from your browser. May stay empty."
        ),
    )
