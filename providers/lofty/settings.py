"""What connecting Lofty asks for."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator, model_validator

from providers.action import Group

OPEN_URL = "https://crm.lofty.com/admin/home/detail?leadId={id}&type=all"
TOKEN_URL = "https://crm.lofty.com/api/user-web/oauth/token"  # noqa: S105
PAGE_URL = "https://crm.lofty.com/page/vendor-auth.html"
"""Lofty's help pages on OAuth (https://help.lofty.com, article 47801571926811)."""

_SCHEME = re.compile(r"^(?:authorization\s*:\s*)?(token|bearer)\s+", re.IGNORECASE)
_WORD = re.compile(r"[\x21-\x7e]+")
_OAUTH = Group("Or an app of yours (OAuth)")
_ADDRESS = StringConstraints(pattern=r"^(https://|http://(localhost|127\.0\.0\.1)[:/])[^\s|<>]+$", max_length=300)


class Credentials(BaseModel):
    """An API key; or an app's client id and secret, with what the page of consent gave; or an access token.

    Sources: Lofty API, 2.1 Authentication; https://developer.lofty.com (authentication).
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    api_key: SecretStr | None = Field(
        default=None,
        title="API key",
        description="In Lofty: Settings, then Integrations, then API. The simplest way for one team.",
        max_length=2000,
    )
    access_token: SecretStr | None = Field(
        default=None,
        title="Or an access token",
        description="Works until it expires; nothing renews it.",
        max_length=4000,
    )
    client_id: Annotated[str | None, _OAUTH] = Field(default=None, title="Client id", max_length=200)
    client_secret: Annotated[SecretStr | None, _OAUTH] = Field(default=None, title="Client secret", max_length=500)
    grant: Annotated[Literal["consent", "client credentials"], _OAUTH] = Field(
        default="consent",
        title="How the app signs in",
        description="Consent opens Lofty's page. Client credentials need no page, but not every app may (unverified).",
    )
    code: Annotated[SecretStr | None, _OAUTH] = Field(
        default=None,
        title="Code",
        description="Leave empty: Lofty's page of consent gives it. Or paste it, with the address it was given for.",
        max_length=2000,
    )
    redirect_uri: Annotated[str | None, _OAUTH] = Field(
        default=None, title="Address the code was given for", description="The app's redirect URI.", max_length=500
    )
    refresh_token: Annotated[SecretStr | None, _OAUTH] = Field(
        default=None, title="Refresh token", description="If you have one already, no page is needed.", max_length=4000
    )
    oauth_token_url: Annotated[str, _OAUTH, _ADDRESS] = Field(
        default=TOKEN_URL,
        title="Address that gives tokens",
        description="Leave it. Newer pages of Lofty's name https://api.lofty.com/oauth/token (unverified).",
    )
    oauth_page_url: Annotated[str, _OAUTH, _ADDRESS] = Field(
        default=PAGE_URL, title="Address of the page of consent", description="Leave it (unverified)."
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_is_nothing(cls, data: Any) -> Any:
        return {k: v for k, v in data.items() if v not in (None, "")} if isinstance(data, dict) else data

    @field_validator("api_key", "access_token", "client_secret", "code", "refresh_token")
    @classmethod
    def _one_word(cls, value: SecretStr | None) -> SecretStr | None:
        """As it is sent: people copy whole lines, and a header takes no other characters. A leading ``token`` or
        ``Bearer`` says how the key is meant, so it stays until :meth:`_complete`."""
        if value is None:
            return None
        text = value.get_secret_value().strip()
        if not _WORD.fullmatch(_SCHEME.sub("", text)):
            raise ValueError("paste it as one word, without spaces")
        return SecretStr(text)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        found = {"token": self.api_key, "bearer": self.access_token}
        for secret in (self.api_key, self.access_token):
            text = secret.get_secret_value() if secret else ""
            if said := _SCHEME.match(text):
                kind = said[1].lower()
                other = "bearer" if kind == "token" else "token"
                if found[other] is secret:
                    found[other] = None
                found[kind] = SecretStr(text[said.end() :])
        self.api_key, self.access_token = found["token"], found["bearer"]
        if (self.client_id is None) != (self.client_secret is None):
            raise ValueError("Give the app's client id and its client secret, both.")
        if not (self.api_key or self.access_token or self.client_id):
            raise ValueError("Give an API key, or the client id and secret of an OAuth app, or an access token.")
        return self


class Settings(BaseModel):
    """How this connection behaves."""

    model_config = ConfigDict(extra="ignore")

    poll_seconds: int = Field(
        default=60, ge=10, le=3600, title="Ask for new leads every (seconds)", description="Usually 60."
    )
    routes: Literal["lofty", "leadbell"] = Field(
        default="lofty",
        title="Who routes new leads?",
        description="Lofty: whoever Lofty gave it to has it here too. Leadbell: it is free to be claimed.",
    )
    calls_per_minute: int = Field(
        default=10,
        ge=1,
        le=1000,
        title="Calls a minute",
        description="Lofty allows 10 without a vendor key (unverified). What its answers say goes before this.",
    )
    open_url: Annotated[str, StringConstraints(pattern=r"^$|^https://[^\s|<>]*\{id\}[^\s|<>]*$")] = Field(
        default=OPEN_URL,
        max_length=300,
        title="Address of a lead in Lofty",
        description="With {id} where the lead's number goes, for “Open in Lofty” (unverified).",
    )
    assignee_field: Literal["assignee", "assiginee", "both"] = Field(
        default="assignee",
        title="How the assignee is written",
        description="Lofty's documents spell it in two ways (unverified). Change it if owners do not arrive there.",
    )
    times_offset: float = Field(
        default=-7,
        ge=-12,
        le=14,
        title="Hours from UTC in searches by time",
        description="The document says UTC-7 all year (unverified).",
    )
    team_id: Annotated[str, StringConstraints(pattern=r"^\d*$")] = Field(
        default="",
        max_length=20,
        title="Number of your team in Lofty",
        description="If given, webhook calls of other teams are ignored. May stay empty.",
    )
