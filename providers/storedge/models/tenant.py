"""Whom a lead is about, and who called: ``tenant_attributes`` and ``caller_*``."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, EmailStr, Field, field_validator

from providers.action import Choices
from providers.lead import Privacy
from providers.storedge.models.wire import Asks, Text

LABELS = Choices((("Mobile", "Mobile"), ("Home", "Home"), ("Work", "Work")))
MOBILE = "Mobile"


class PhoneNumber(Asks):
    """One of ``phone_numbers_attributes``, or ``caller_phone_number_attributes``, which has no consent."""

    number: Annotated[Text, Field(max_length=40)] = Field(title="Phone number")
    extension: Annotated[str | None, Field(max_length=20)] = Field(default=None, title="Extension")
    label: Annotated[str | None, Field(max_length=40), LABELS] = Field(default=None, title="Kind of phone")


class TenantPhoneNumber(PhoneNumber):
    """One of ``phone_numbers_attributes``."""

    sms_opt_in: bool | None = Field(
        default=None,
        title="May we text this number?",
        description="Only if the customer agreed to it. Texts want the kind Mobile.",
    )


class MailingAddress(Asks):
    """``mailing_address_attributes``."""

    address1: Text | None = Field(default=None, title="Street")
    address2: Text | None = Field(default=None, title="Second line")
    city: Text | None = Field(default=None, title="City")
    state: Text | None = Field(default=None, title="State", description="Two letters.")
    postal: Text | None = Field(default=None, title="ZIP code")
    time_zone: Text | None = Field(default=None, title="Time zone", description="Such as America/Denver (IANA).")

    @field_validator("time_zone")
    @classmethod
    def _iana(cls, value: str | None) -> str | None:
        """ "Valid IANA timezone identifier of the address"."""
        from zoneinfo import available_timezones  # noqa: PLC0415  (reads a directory: only where one is given)

        if value is not None and value not in available_timezones():
            raise ValueError("is no time zone that IANA lists; write it like America/Denver")
        return value


class _Person(Asks):
    title: Annotated[str | None, Field(max_length=40)] = Field(default=None, title="Title")
    middle_initial: Annotated[str | None, Field(max_length=10)] = Field(default=None, title="Middle initial")
    is_business: bool | None = Field(default=None, title="Is it a business?")
    is_military: Annotated[bool | None, Privacy.SENSITIVE] = Field(default=None, title="In the military?")
    mailing_address_attributes: MailingAddress | None = Field(default=None, title="Mailing address")


class NewTenant(_Person):
    """``tenant_attributes`` of a lead that is created: "Required if tenant_id is not given".

    The document requires a first name and a phone number of it. A form says so by its hints, because with a tenant
    that is there already neither is asked for.
    """

    model_config = ConfigDict(json_schema_extra={"required": ["first_name", "phone_numbers_attributes"]})

    first_name: Annotated[str | None, Field(max_length=100)] = Field(
        default=None, title="First name", description="Required, unless an existing tenant is chosen."
    )
    last_name: Annotated[str | None, Field(max_length=100)] = Field(default=None, title="Last name")
    email: EmailStr | None = Field(default=None, title="E-mail")
    phone_numbers_attributes: list[TenantPhoneNumber] = Field(title="Phone numbers", min_length=1)

    @field_validator("first_name")
    @classmethod
    def _named(cls, value: str | None) -> str | None:
        return value or None


class ChangedTenant(_Person):
    """``tenant_attributes`` of a lead that is changed: only what is given changes."""

    first_name: Annotated[str | None, Field(max_length=100)] = Field(default=None, title="First name")
    last_name: Annotated[str | None, Field(max_length=100)] = Field(default=None, title="Last name")
    email: EmailStr | None = Field(default=None, title="E-mail")
    phone_numbers_attributes: list[TenantPhoneNumber] | None = Field(
        default=None, title="Phone numbers", description="Added to those that are there (unverified)."
    )
