"""What connecting Groupe SeLoger asks for.

The document prints neither the address of the tokens nor the paths of the categories nor the members of
``SearchCriteria`` and ``Pagination``: each is an input here, with the likeliest default.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import orjson
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator

from providers.action import Group, Long

SCOPE = "laas:leads:get"
"""Document, "Available scopes": "scopes are case sensitive"."""
NONE = "-"
"""As the name of a field: there is no such field."""

_WORD = re.compile(r"[\x21-\x7e]+")
_HERE = frozenset(("localhost", "127.0.0.1", "::1"))
_TOKENS = Group("How a token is asked for (unverified: leave it unless their support says otherwise)")
_PATHS = Group("Paths (unverified: only the list and one lead are printed in the document)")
_FIELDS = Group("Names of the search's fields (unverified: the document does not print them)")

_PATH = r"^/[A-Za-z0-9._~/-]*[A-Za-z0-9_~-]$"
Path = Annotated[str, StringConstraints(pattern=_PATH, max_length=200), _PATHS]
FieldName = Annotated[str, StringConstraints(pattern=r"^(-|[A-Za-z_][A-Za-z0-9_]*)$", max_length=60), _FIELDS]


class Credentials(BaseModel):
    """An OAuth 2 client (document, "Authentication"): support-laas@groupeseloger.com gives it, and says where tokens
    are."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)

    client_id: str = Field(
        title="Client id",
        description="From Groupe SeLoger's support: support-laas@groupeseloger.com.",
        min_length=1,
        max_length=300,
        repr=False,
    )
    client_secret: SecretStr = Field(title="Client secret", min_length=1, max_length=1000)
    token_url: str = Field(
        title="Address that gives tokens (token URL)",
        description="Their support gives it with the client; it is published nowhere. It begins with https://.",
        max_length=500,
        repr=False,
    )
    scope: Annotated[str, _TOKENS, StringConstraints(pattern=r"^[\x21\x23-\x5b\x5d-\x7e ]*$")] = Field(
        default=SCOPE, title="Scope", description="Capitals count. Usually laas:leads:get.", max_length=300
    )
    token_body: Annotated[Literal["form", "json"], _TOKENS] = Field(
        default="form", title="How the request for a token is written", description="Usually a form (unverified)."
    )
    client_in: Annotated[Literal["header", "body"], _TOKENS] = Field(
        default="header",
        title="Where client id and secret are sent",
        description="Header is HTTP Basic, the usual way; body puts both beside the scope (unverified).",
    )
    audience: Annotated[str, _TOKENS, StringConstraints(pattern=r"^[\x21-\x7e]*$")] = Field(
        default="",
        title="Audience",
        description="Usually empty. Newer systems of the same group want the API's address here (unverified).",
        max_length=300,
    )

    @field_validator("client_id", "client_secret")
    @classmethod
    def _one_word(cls, value: str | SecretStr) -> str | SecretStr:
        """As it is sent: people copy line breaks with it."""
        text = (value.get_secret_value() if isinstance(value, SecretStr) else value).strip()
        if not _WORD.fullmatch(text):
            raise ValueError("paste it as one word, without spaces")
        return SecretStr(text) if isinstance(value, SecretStr) else text

    @field_validator("token_url")
    @classmethod
    def _safe(cls, value: str) -> str:
        """The secret is sent there."""
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise ValueError("is not an address; it looks like https://login.example.com/oauth/token") from None
        if not host or not _WORD.fullmatch(value) or set("|<>\\") & set(value):
            raise ValueError("is not an address; it looks like https://login.example.com/oauth/token")
        if parts.username is not None or parts.password is not None:
            raise ValueError("must not hold a user name or a password; client id and secret have inputs of their own")
        if parts.scheme != "https" and not (parts.scheme == "http" and host in _HERE):
            raise ValueError("has to begin with https://, because the client's secret is sent there")
        if parts.fragment:
            raise ValueError("must not hold a #; paste it without that and what follows")
        return value


class Settings(BaseModel):
    """How this connection behaves."""

    model_config = ConfigDict(extra="ignore")

    poll_seconds: int = Field(
        default=60, ge=10, le=3600, title="Ask for new leads every (seconds)", description="Usually 60."
    )
    lists: list[Literal["classified", "agency", "seller", "property-search"]] = Field(
        default_factory=list,
        title="Read these lists too",
        description="Beside the list of all leads. A lead in several lists is one lead, with all their names.",
    )
    open_url: Annotated[str, StringConstraints(pattern=r"^$|^https://[^\s|<>]*\{id\}[^\s|<>]*$")] = Field(
        default="",
        max_length=300,
        title="Address of a lead in Groupe SeLoger",
        description="With {id} where the lead's id goes. None is published; may stay empty.",
    )
    history_days: int = Field(
        default=180,
        ge=1,
        le=1100,
        title="Read older leads back to (days)",
        description="Leads are kept there for three years (unverified).",
    )
    window_days: int = Field(
        default=7,
        ge=1,
        le=1100,
        title="Days that one search may span",
        description="A newer API of the same group allows 7 (unverified). Longer times are read in parts.",
    )
    future_end: bool = Field(
        default=True,
        title="Ends of searches",
        description="A search may end after the present moment (unverified). Untick it if such an end is refused.",
    )
    page_size: int = Field(
        default=100,
        ge=1,
        le=1000,
        title="Leads a page",
        description="How many it allows is not published (unverified).",
    )
    times: Literal["date and time", "date", "unix seconds", "unix milliseconds"] = Field(
        default="date and time",
        title="How times are written in a search",
        description="Date and time is ISO 8601 with its offset (unverified).",
    )
    zone: Literal["UTC", "Europe/Paris"] = Field(
        default="UTC", title="Zone of days, and of times without one", description="Unverified."
    )
    field_from: FieldName = Field(default="StartDate", title="Field: from", description="Unverified. - if none.")
    field_to: FieldName = Field(
        default="EndDate", title="Field: to", description="The one name that the document shows. - if none."
    )
    field_page: FieldName = Field(default="PageNumber", title="Field: page", description="Unverified. - if none.")
    field_size: FieldName = Field(default="PageSize", title="Field: leads a page", description="Unverified. - if none.")
    first_page: Annotated[int, _FIELDS] = Field(
        default=1, ge=0, le=1, title="Number of the first page", description="1 or 0 (unverified)."
    )
    extra_criteria: Annotated[str, Long(), _FIELDS] = Field(
        default="",
        title="More criteria, as JSON",
        description='Sent with every search, such as {"AgencyId": 1234}. May stay empty.',
        max_length=2000,
    )
    path_leads: Path = Field(
        default="/v2/leads", title="Path: leads", description="Documented. One lead is below it, by its id."
    )
    path_classified: Path = Field(
        default="/v2/leads/classified",
        title="Path: classified leads",
        description="Unverified. Those of one ad are below it, by the ad's id.",
    )
    path_agency: Path = Field(default="/v2/leads/agency", title="Path: agency leads", description="Unverified.")
    path_seller: Path = Field(default="/v2/leads/seller", title="Path: seller leads", description="Unverified.")
    path_property_search: Path = Field(
        default="/v2/leads/property-search", title="Path: property search leads", description="Unverified."
    )

    @field_validator("extra_criteria")
    @classmethod
    def _an_object(cls, value: str) -> str:
        if value.strip():
            try:
                found = orjson.loads(value)
            except orjson.JSONDecodeError:
                found = None
            if not isinstance(found, dict):
                raise ValueError('has to be JSON in braces, such as {"AgencyId": 1234}')
        return value.strip()

    def criteria(self) -> dict[str, Any]:
        """The criteria that every search carries."""
        found = orjson.loads(self.extra_criteria) if self.extra_criteria else {}
        return found if isinstance(found, dict) else {}

    def path_of(self, name: str) -> str:
        """The path of a list: ``leads``, or a category's code."""
        return str(getattr(self, f"path_{name.replace('-', '_')}"))
