"""What connecting storEDGE asks for, and what of its settings the other modules read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator

from providers.action import Group, Long

MOST_FACILITIES = 50
"""Of one connection: each is asked by itself at every poll."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_WORD = re.compile(r"[\x21-\x7e]+")
_LISTS = Group("Names that the API does not give")
_UNVERIFIED = Group("What the documents leave open")


def facility_ids(text: str) -> tuple[str, ...]:
    """The ids in a text, each once, in their order. Raises ValueError with a sentence."""
    found = tuple(dict.fromkeys(part for part in re.split(r"[\s,;]+", text) if part))
    if not found:
        raise ValueError("give the id of a facility, or of several")
    if len(found) > MOST_FACILITIES:
        raise ValueError(f"has more than {MOST_FACILITIES} facilities; make several connections")
    for one in found:
        if not _ID.fullmatch(one):
            raise ValueError("is not a list of ids; paste them with spaces, commas or new lines between")
    return found


def pasted(text: str) -> dict[str, str]:
    """Names by id, from lines ``id = name``. Raises ValueError with a sentence."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        key, _, name = (part.strip() for part in line.partition("="))
        if not (key and name):
            raise ValueError(f"line {number} is not of the form: id = name")
        found.setdefault(key, name)
    return found


class Credentials(BaseModel):
    """An API key of the company, and the facilities that are read with it.

    Source: https://api.storedgefms.com/docs/v1.html (authentication: "API access ID" and "API secret key").
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    access_id: SecretStr = Field(
        title="API access ID",
        description="Storable gives it, with the secret key, for your company.",
        min_length=1,
        max_length=300,
    )
    secret_key: SecretStr = Field(title="API secret key", min_length=1, max_length=500)
    facility_id: Annotated[str, Long()] = Field(
        title="Facility ids",
        description="One, or several with spaces, commas or new lines between. They look like 54a596cb-08bf-45ac-….",
        min_length=1,
        max_length=3000,
        repr=False,  # where a team has its sites is nobody's business in a log
    )

    @field_validator("access_id", "secret_key")
    @classmethod
    def _one_word(cls, value: SecretStr) -> SecretStr:
        """People copy a blank or a line end with it; a header takes no other characters."""
        text = value.get_secret_value().strip()
        if not _WORD.fullmatch(text):
            raise ValueError("paste it as one word, without spaces")
        return SecretStr(text)

    @field_validator("facility_id")
    @classmethod
    def _ids(cls, value: str) -> str:
        return "\n".join(facility_ids(value))


def _names(title: str, what: str) -> Any:
    return Field(default="", max_length=3000, title=title, description=f"{what} One a line: id = name. May stay empty.")


Names = Annotated[str, Long(), _LISTS]


class Settings(BaseModel):
    """How this connection behaves."""

    model_config = ConfigDict(extra="ignore")

    poll_seconds: int = Field(
        default=60, ge=10, le=3600, title="Ask for new leads every (seconds)", description="Usually 60."
    )
    open_url: Annotated[str, StringConstraints(pattern=r"^$|^https://[^\s|<>]*\{id\}[^\s|<>]*$")] = Field(
        default="",
        max_length=300,
        title="Address of a lead in storEDGE",
        description=(
            "With {id} where the lead's id goes, for “Open in Storable storEDGE”. None is published: copy it from your "
            "browser. May stay empty."
        ),
    )
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = Field(
        default="USD", title="Currency of rates", description="Three letters (ISO 4217). storEDGE does not tell it."
    )
    facility_names: Annotated[str, Long()] = _names("Names of the facilities", "For cards and filters.")
    money_orders: bool = Field(
        default=False,
        title="Take money orders for reservations",
        description="The document lists their fields, but not their kind (unverified).",
    )
    unit_names: Names = _names("Units", "If storEDGE does not list them (unverified).")
    unit_sizes: Names = _names("Sizes and prices", "The text that storEDGE takes = what you call it.")
    discount_plan_names: Names = _names("Discount plans", "From your company's configuration.")
    length_of_stay_names: Names = _names("Lengths of stay", "From your company's configuration.")
    content_names: Names = _names("Marketing contents", "From your company's configuration.")
    close_reason_names: Names = _names("Reasons for closing", "From your company's configuration.")
    company_id: Annotated[str, _UNVERIFIED, StringConstraints(pattern=r"^[A-Za-z0-9_-]*$")] = Field(
        default="",
        max_length=64,
        title="Company id",
        description="If given, the company's list of facilities is asked for names (unverified). May stay empty.",
    )
    update_method: Annotated[Literal["PATCH", "PUT"], _UNVERIFIED] = Field(
        default="PATCH", title="How a lead is changed", description="Sources differ (unverified)."
    )
    closes_by: Annotated[Literal["update", "DELETE"], _UNVERIFIED] = Field(
        default="update",
        title="How a lead is closed",
        description="By changing it, as documented; or by DELETE with a reason, as a public client does (unverified).",
    )
    payment_place: Annotated[Literal["beside lead", "inside lead"], _UNVERIFIED] = Field(
        default="beside lead",
        title="Where a payment stands in what is sent",
        description="The document's sample has it beside “lead”, its table inside (unverified).",
    )
    booleans: Annotated[Literal["text", "true and false"], _UNVERIFIED] = Field(
        default="text",
        title="How yes and no are sent",
        description="As in the document's sample: the texts “true” and “false”. Other clients send plain ones.",
    )

    @field_validator(
        "facility_names",
        "unit_names",
        "unit_sizes",
        "discount_plan_names",
        "length_of_stay_names",
        "content_names",
        "close_reason_names",
    )
    @classmethod
    def _lines(cls, value: str) -> str:
        pasted(value)
        return value


# --------------------------------------------------------------- what a call outside any connection has, too


def setting(settings: Any, name: str) -> Any:
    """A setting, or its default where there are no settings."""
    return getattr(settings, name, Settings.model_fields[name].default)


def facilities_of(account: Mapping[str, str]) -> Sequence[str]:
    """The connection's facilities."""
    return facility_ids(account["facility_id"])
