"""Paying a reservation: ``payment_method`` ("Can accept a paymentmethodid, or fields for CC or ACH payments").

Card, bank-account and magnetic-track data are for callers outside Slack: no form asks for them, no word of Slack takes
them, and nothing but the wire ever sees them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError, ValidationError

from providers.action import Choices, OutsideSlack, Refers
from providers.lead import Privacy
from providers.storedge.models.wire import PAYMENT_METHOD, Amount, Asks, Id, Text

MONEY_ORDER = "money_order"
"""Not among the documented kinds, though its fields are; behind a setting."""
BY_CARD = frozenset(("credit_card", "ach", "card_swipe"))
NO_CARDS = (
    "Cards and bank accounts are never taken here. Choose cash, a check or a payment method that storEDGE has already; "
    "or send the customer the online move-in link, where they can pay by card"
)
_IN_SLACK = Choices(
    (("cash", "Cash"), ("check", "Check"), (MONEY_ORDER, "Money order (if this connection takes them)"))
)
_NEEDS = {
    "credit_card": ("card_number", "card_type", "security_code", "expiration_date"),
    "ach": ("account_number", "account_number_confirmation", "account_type", "bank_name", "routing_number"),
    "card_swipe": ("magnetic_track",),
    "check": ("check_number", "name_on_check", "check_amount"),
    "cash": ("amount_tendered",),
    MONEY_ORDER: ("reference_number", "money_order_amount"),
}
"""By kind, what is "required if using" it."""


class BillingAddress(Asks):
    """``billing_address_attributes``."""

    company: Text | None = Field(default=None, title="Company")
    address1: Text | None = Field(default=None, title="Street")
    address2: Text | None = Field(default=None, title="Second line")
    city: Text | None = Field(default=None, title="City")
    state: Text | None = Field(default=None, title="State", description="Two letters.")
    postal: Text | None = Field(default=None, title="ZIP code")
    country: Annotated[str | None, Field(max_length=2)] = Field(
        default=None, title="Country", description="Two letters; only in the document's sample."
    )


CardSecret = Annotated[SecretStr | None, OutsideSlack(), Privacy.SENSITIVE]
CardType = Literal["visa", "mastercard", "american_express", "diners", "discover", "jcb"]


class PaymentMethod(Asks):
    """``payment_method``."""

    payment_method_id: Annotated[Id | None, Refers(PAYMENT_METHOD)] = Field(
        default=None,
        title="A payment method that storEDGE has",
        description="Seen on the tenant's earlier leads. Then nothing else is needed.",
    )
    kind: Annotated[Literal["ach", "credit_card", "check", "cash", "card_swipe", "money_order"] | None, _IN_SLACK] = (
        Field(default=None, title="Or paid by")
    )
    amount_tendered: Amount | None = Field(default=None, title="Cash: amount tendered")
    check_number: Annotated[Text | None, Privacy.SENSITIVE] = Field(default=None, title="Check: number", repr=False)
    name_on_check: Annotated[Text | None, Privacy.SENSITIVE] = Field(
        default=None, title="Check: name on it", repr=False
    )
    check_amount: Amount | None = Field(default=None, title="Check: amount")
    reference_number: Annotated[Text | None, Privacy.SENSITIVE] = Field(
        default=None, title="Money order: reference number", repr=False
    )
    money_order_amount: Amount | None = Field(default=None, title="Money order: amount")
    first_name: Text | None = Field(
        default=None, title="Payer's first name", description="The tenant's, if empty.", max_length=100
    )
    last_name: Text | None = Field(
        default=None, title="Payer's last name", description="The tenant's, if empty.", max_length=100
    )
    billing_address_attributes: BillingAddress | None = Field(
        default=None, title="Billing address", description="The tenant's mailing address, if empty."
    )
    reuseable: bool | None = Field(default=None, title="May it be used again?")
    magnetic_track: CardSecret = Field(default=None, title="Magnetic track")
    card_number: CardSecret = Field(default=None, title="Card number")
    card_type: Annotated[CardType | None, OutsideSlack(), Privacy.SENSITIVE] = Field(default=None, title="Card type")
    security_code: CardSecret = Field(default=None, title="Security code")
    expiration_date: CardSecret = Field(default=None, title="Expiration date", description="MM/YY")
    account_number: CardSecret = Field(default=None, title="Account number")
    account_number_confirmation: CardSecret = Field(default=None, title="Account number, again")
    account_type: CardSecret = Field(default=None, title="Account type")
    bank_name: CardSecret = Field(default=None, title="Bank")
    routing_number: CardSecret = Field(default=None, title="Routing number")

    @model_validator(mode="after")
    def _whole(self) -> PaymentMethod:
        """Each kind with its fields. A card without them comes from where none may be given."""
        if self.payment_method_id is not None:
            return self
        if self.kind is None:
            raise _wrong("kind", "choose a payment method that storEDGE has, or how it is paid")
        for name in _NEEDS[self.kind]:
            if getattr(self, name) is None:
                if self.kind in BY_CARD:
                    raise _wrong("kind", NO_CARDS)
                if name in ("check_number", "name_on_check", "reference_number"):
                    raise _wrong("kind", _unasked(self.kind))
                raise _wrong(name, "is required for this kind of payment")
        return self


def _unasked(kind: str) -> str:
    what = "A check's number and the name on it" if kind == "check" else "A money order's number"
    return f"{what} are required. If there are no inputs for that, an admin may allow them with /leads privacy"


def _wrong(field: str, message: str) -> Exception:
    """An error of one field, whatever else the form holds."""
    return ValidationError.from_exception_data(
        "PaymentMethod",
        [{"type": PydanticCustomError("payment", "{said}", {"said": message}), "loc": (field,), "input": None}],
        hide_input=True,
    )
