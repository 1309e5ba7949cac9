"""What connecting student.com asks for."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator

from providers.action import Choices

HEADERS = (("x-api-token", "x-api-token"), ("apitoken", "apitoken (as in 2022)"))
_WORD = re.compile(r"[!-~]+")


class Credentials(BaseModel):
    """The API token of a partner's account ("please check your x-api-token").

    The header's name is kept with the token, because it is needed wherever the token is.
    """

    model_config = ConfigDict(extra="forbid")

    api_token: SecretStr = Field(
        title="API token",
        description="From your student.com partner account, or from your contact at student.com.",
        min_length=1,
        max_length=2000,
    )
    token_header: Annotated[Literal["x-api-token", "apitoken"], Choices(HEADERS)] = Field(
        default="x-api-token",
        title="Header that carries the token",
        description="Leave it. If a token that is right is refused, try the other one (unverified).",
    )

    @field_validator("api_token")
    @classmethod
    def _one_word(cls, value: SecretStr) -> SecretStr:
        """A header takes no other characters, and people copy spaces along."""
        text = value.get_secret_value().strip()
        if not _WORD.fullmatch(text):
            raise ValueError("paste it as one word, without spaces")
        return SecretStr(text)


class Settings(BaseModel):
    """How this connection behaves."""

    model_config = ConfigDict(extra="ignore")

    poll_seconds: int = Field(
        default=60, ge=10, le=3600, title="Ask for new leads every (seconds)", description="Usually 60."
    )
    open_url: Annotated[str, StringConstraints(pattern=r"^$|^https://[^\s|<>]*\{id\}[^\s|<>]*$")] = Field(
        default="",
        max_length=300,
        title="Address of a lead in student.com's Dashboard",
        description=(
            "With {id} where the lead's reference goes, for “Open in student.com”. "
            "student.com publishes no such address: copy it from your browser. May stay empty."
        ),
    )
    sorts: bool = Field(
        default=True,
        title="Ask for the leads that changed last",
        description=(
            "Changes are then seen at the next poll. Where student.com refuses to sort (unverified), "
            "the last 30 days are read again bit by bit."
        ),
    )
    sort_type: Literal["LeadSortBy", "PropertySortBy"] = Field(
        default="LeadSortBy",
        title="Type name of the sorting",
        description="The document gives both (unverified). The other one is tried where this one is refused.",
    )
    external_id_type: Literal["NonEmptyString", "ID"] = Field(
        default="NonEmptyString",
        title="Type name of a property's external id",
        description="The document gives both (unverified). The other one is tried where this one is refused.",
    )
