"""Creating and changing leads: every parameter of the document's table, by its own name.

What the table nests in ``lead`` stands here without that; ``bodies.py`` puts it back.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, HttpUrl, model_validator
from pydantic_core import PydanticCustomError, ValidationError

from providers.action import Ahead, Choices, Group, Long, Preset, Refers
from providers.provider import CLOSE_REASON
from providers.storedge.models.payment import PaymentMethod
from providers.storedge.models.tenant import ChangedTenant, NewTenant, PhoneNumber
from providers.storedge.models.wire import (
    CONTENT,
    DISCOUNT_PLAN,
    LENGTH_OF_STAY,
    SIZE_AND_PRICE,
    TENANT,
    UNIT,
    Amount,
    Asks,
    FacilityId,
    Id,
    LeadId,
    Listed,
    Text,
)

HOW = Literal["call", "email", "text"]
RATE_TYPES = Choices(
    (
        ("standard_rate", "Standard rate"),
        ("managed_rate", "Managed rate"),
        ("custom_rate", "Custom rate"),
        ("channel_rate", "Channel rate"),
    )
)
CALLER = Group("Somebody else called")
PRICE = Group("Rate and discounts")
MORE = Group("More about the lead")
FOLLOW_UP = Group("Follow-up and closing")

FacilityOf = Annotated[FacilityId | None, Field(title="Facility", description="If this connection has several.")]


def _wrong(field: tuple[str, ...], message: str) -> Exception:
    return ValidationError.from_exception_data(
        "Lead",
        [{"type": PydanticCustomError("lead", "{said}", {"said": message}), "loc": field, "input": None}],
        hide_input=True,
    )


def _says_something(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_says_something(v) for v in value.values())
    if isinstance(value, list):
        return any(_says_something(v) for v in value)
    return value not in (None, "")


class Note(Asks):
    """One of ``notes_attributes``."""

    note: Annotated[str, Field(min_length=1, max_length=5000), Long()] = Field(title="Note")


class _Wanted(Asks):
    """What a lead asks for, and how it goes on: all of the table but the tenant, the unit and the payment."""

    desired_move_in_date: Annotated[date | None, Ahead()] = Field(default=None, title="Wants to move in on")
    desired_unit_size_and_price: Annotated[Text | None, Refers(SIZE_AND_PRICE)] = Field(
        default=None, title="Size and price", description="What the customer is interested in, of the unit groups."
    )
    notes_attributes: list[Note] | None = Field(default=None, title="Notes")
    caller_first_name: Annotated[str | None, Field(max_length=100), CALLER] = Field(
        default=None, title="Caller's first name"
    )
    caller_last_name: Annotated[str | None, Field(max_length=100), CALLER] = Field(
        default=None, title="Caller's last name"
    )
    caller_phone_number_attributes: Annotated[PhoneNumber | None, CALLER] = Field(
        default=None, title="Caller's phone number"
    )
    quoted_rate: Annotated[Amount | None, PRICE] = Field(default=None, title="Quoted rate (a month)")
    rate_type: Annotated[str | None, Field(max_length=60), RATE_TYPES, PRICE] = Field(
        default=None, title="Kind of rate"
    )
    discount_plans: Annotated[list[Annotated[Id, Listed, Refers(DISCOUNT_PLAN)]] | None, PRICE] = Field(
        default=None, title="Discount plans"
    )
    urgent: Annotated[bool | None, MORE] = Field(default=None, title="Urgent?")
    length_of_stay_id: Annotated[Id | None, Refers(LENGTH_OF_STAY), MORE] = Field(default=None, title="Length of stay")
    size: Annotated[Text | None, MORE] = Field(default=None, title="Size", description="In words, such as 6x10x2.")
    floor: Annotated[Text | None, MORE] = Field(default=None, title="Floor")
    lead_contents: Annotated[list[Annotated[Id, Listed, Refers(CONTENT)]] | None, MORE] = Field(
        default=None, title="Marketing contents"
    )
    free_truck: Annotated[bool | None, MORE] = Field(default=None, title="Interested in a free truck?")
    moving_labor: Annotated[bool | None, MORE] = Field(default=None, title="Interested in help with moving?")
    call_source: Annotated[Text | None, Preset(), MORE] = Field(
        default=None, title="Where the call came from", description="A subscription can fill it in beforehand."
    )
    dnis: Annotated[Text | None, Preset(), MORE] = Field(
        default=None,
        title="Number that was dialed (DNIS)",
        description="Which facility the customer tried to reach. A subscription can fill it in beforehand.",
    )
    online_move_in_url: Annotated[HttpUrl | None, Field(max_length=1000), MORE] = Field(
        default=None, title="Online move-in link", description="Where the customer can complete the move-in."
    )
    lead_action_performed: Annotated[HOW | None, FOLLOW_UP] = Field(default=None, title="How they were contacted")
    lead_action_performed_index: Annotated[int | None, Field(ge=1, le=1000), FOLLOW_UP] = Field(
        default=None, title="The how manieth time", description="2, if it was the second call."
    )
    next_lead_action: Annotated[HOW | None, FOLLOW_UP] = Field(default=None, title="How they will be contacted next")
    close_reason_id: Annotated[Id | None, Refers(CLOSE_REASON), FOLLOW_UP] = Field(
        default=None, title="Reason for closing"
    )


class _WhoIsNew(Asks):
    """Somebody new, or a tenant who is there already."""

    facility_id: FacilityOf = None
    tenant_attributes: NewTenant | None = Field(title="Who is it?")
    tenant_id: Annotated[Id | None, Refers(TENANT), Group("An existing tenant")] = Field(
        default=None,
        title="An existing tenant instead",
        description="Then leave the name empty and remove the phone number above.",
    )

    @model_validator(mode="before")
    @classmethod
    def _tenant_or_attributes(cls, data: Any) -> Any:
        """With a tenant who is there already, an empty form of a new one counts as none."""
        if isinstance(data, dict) and data.get("tenant_id") and not _says_something(data.get("tenant_attributes")):
            return {**data, "tenant_attributes": None}
        return data

    @model_validator(mode="after")
    def _who(self) -> _WhoIsNew:
        given = self.tenant_attributes
        if given is None and self.tenant_id is None:
            raise _wrong(("tenant_attributes", "first_name"), "say who it is, or choose an existing tenant")
        if given is not None and not given.first_name and self.tenant_id is None:
            raise _wrong(("tenant_attributes", "first_name"), "please fill this in")
        return self


class _NewLead(_WhoIsNew):
    reserves: ClassVar[bool] = False
    """``is_reservation``: which of the two actions it is says that already."""

    unit_id: Annotated[Id | None, Refers(UNIT)] = Field(default=None, title="Unit")
    payment_method: PaymentMethod | None = Field(default=None, title="Payment")


class CreateLead(_Wanted, _NewLead):
    """``POST /v1/{facility_id}/leads`` with ``is_reservation`` false."""


class _NewReservation(_WhoIsNew):
    reserves: ClassVar[bool] = True

    unit_id: Annotated[Id, Refers(UNIT)] = Field(title="Unit")
    payment_method: PaymentMethod | None = Field(
        default=None, title="Payment", description="Where a reservation costs a fee. Never by card from here."
    )


class CreateReservation(_Wanted, _NewReservation):
    """``POST /v1/{facility_id}/leads`` with ``is_reservation`` true: "unit_id: required if is_reservation is true"."""


class _Known(Asks):
    id: LeadId = Field(title="Lead")
    facility_id: FacilityOf = None
    is_reservation: bool | None = Field(default=None, title="Is it a reservation?")
    unit_id: Annotated[Id | None, Refers(UNIT)] = Field(default=None, title="Unit")
    tenant_attributes: ChangedTenant | None = Field(default=None, title="Who it is")
    tenant_id: Annotated[Id | None, Refers(TENANT), Group("Another tenant")] = Field(default=None, title="Tenant")
    payment_method: PaymentMethod | None = Field(default=None, title="Payment")


class UpdateLead(_Wanted, _Known):
    """``PATCH /v1/{facility_id}/leads/{id}``: only what is given changes."""

    @model_validator(mode="after")
    def _something(self) -> UpdateLead:
        if self.model_fields_set <= {"id", "facility_id"}:
            raise _wrong(("id",), "say what is to change")
        return self


class GetLead(Asks):
    """``GET /v1/{facility_id}/leads/{id}``."""

    id: LeadId = Field(title="Lead")
    facility_id: FacilityOf = None
