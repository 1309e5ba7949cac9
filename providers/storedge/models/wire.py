"""What all of storEDGE's models are made of, and how values travel.

Parameters keep the API's own names. "Value: must be a String" is meant so: amounts are sent as text. How yes and no
are written is a setting, because the document's sample and its table disagree.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, WithJsonSchema

from providers.action import Money, Refers
from providers.lead import Privacy

FACILITY, TENANT, UNIT = "facility", "tenant", "unit"
SIZE_AND_PRICE, DISCOUNT_PLAN, LENGTH_OF_STAY = "size-and-price", "discount-plan", "length-of-stay"
CONTENT, PAYMENT_METHOD = "marketing-content", "payment-method"
"""Kinds of what people choose by name; reasons for closing have the desk's own kind."""


class Asks(BaseModel):
    """Parameters of an operation: the API's own names, and no others. No error repeats what was given."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        str_strip_whitespace=True,
        defer_build=True,
        hide_input_in_errors=True,
    )


class Gives(BaseModel):
    """A record of an answer. Everything may be missing, and there may be more."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, coerce_numbers_to_str=True, defer_build=True)


class Hidden(str):
    """A secret on its way to the wire: JSON is made of what it holds, and whatever else looks at it sees stars."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'**********'"

    def __str__(self) -> str:
        return "**********"

    def __format__(self, spec: str) -> str:
        return format("**********", spec)


class Rules(BaseModel):
    """How the connection's settings want values to be written."""

    model_config = ConfigDict(frozen=True)

    booleans_as_text: bool = True


def wire(value: Any, rules: Rules) -> Any:
    """A model, or a part of one, as it is sent: without what was not given; secrets are still hidden."""
    if isinstance(value, BaseModel):
        held = {info.alias or name: getattr(value, name) for name, info in type(value).model_fields.items()}
        return {name: wire(inner, rules) for name, inner in held.items() if inner is not None}
    if isinstance(value, SecretStr):
        return Hidden(value.get_secret_value())
    if isinstance(value, bool):
        return ("true" if value else "false") if rules.booleans_as_text else value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return [wire(inner, rules) for inner in value]
    return value if isinstance(value, str | int | float) else str(value)


def _bare_id(value: Any) -> Any:
    """Of the API's own form ``{"id": …}`` the id."""
    return value["id"] if isinstance(value, dict) and set(value) == {"id"} else value


Text = Annotated[str, Field(min_length=1, max_length=300)]
Id = Annotated[str, Field(min_length=1, max_length=200)]
FacilityId = Annotated[Id, Refers(FACILITY)]
LeadId = Annotated[Id, Refers("lead")]
Listed = BeforeValidator(_bare_id)
Amount = Annotated[
    Decimal,
    Field(ge=0, max_digits=12, decimal_places=2),
    Money(),
    WithJsonSchema({"type": "string", "description": "An amount, sent as text."}),
]

Public = Annotated[str | None, Privacy.PUBLIC]
Contact = Annotated[str | None, Privacy.CONTACT]
Flag = Annotated[bool | None, Privacy.PUBLIC]
Number = Annotated[float | None, Privacy.PUBLIC]
Unspoken = Annotated[Any, Privacy.SENSITIVE]
"""Dropped from results: payment data, identity documents, birth dates, vehicles, codes of locks."""
