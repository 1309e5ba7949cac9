"""The bodies of creating and changing leads: what the table nests in ``lead`` is put there, the payment beside it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from providers.errors import FieldError, Rejected
from providers.storedge.models.payment import MONEY_ORDER, BillingAddress, PaymentMethod
from providers.storedge.models.wire import Rules, wire
from providers.storedge.settings import setting

_BESIDE = frozenset(("facility_id", "id", "payment_method"))
"""What does not stand in ``lead`` as it is."""
_LISTS_OF_IDS = ("discount_plans", "lead_contents")


def rules(settings: Any) -> Rules:
    """How values are written, as the connection's settings want it."""
    return Rules(booleans_as_text=setting(settings, "booleans") == "text")


def body_of(params: BaseModel, settings: Any) -> dict[str, Any]:
    """The body. Raises Rejected for a payment that this connection does not take, or that is not told whole."""
    how = rules(settings)
    given = wire(params, how)
    lead = {name: value for name, value in given.items() if name not in _BESIDE}
    reserves: bool | None = getattr(params, "reserves", None)
    if reserves is not None:
        lead["is_reservation"] = wire(reserves, how)
    for name in _LISTS_OF_IDS:
        if name in lead:
            lead[name] = [{"id": one} for one in lead[name]]
    body: dict[str, Any] = {"lead": lead}
    method: PaymentMethod | None = getattr(params, "payment_method", None)
    if method is not None:
        paid = wire(_whole(method, params, settings), how)
        (lead if setting(settings, "payment_place") == "inside lead" else body)["payment_method"] = paid
    return body


def _whole(method: PaymentMethod, params: BaseModel, settings: Any) -> PaymentMethod:
    """The payment with the tenant's name and address, where none of its own were given: both are "required if not
    using an existing payment method"."""
    if method.payment_method_id is not None:
        return PaymentMethod(payment_method_id=method.payment_method_id)
    if method.kind == MONEY_ORDER and not setting(settings, "money_orders"):
        raise _missing("kind", "This connection takes no money orders. An admin can allow them with Reconnect.")
    tenant = getattr(params, "tenant_attributes", None)
    more: dict[str, Any] = {}
    for name in ("first_name", "last_name"):
        value = getattr(method, name) or getattr(tenant, name, None)
        if not value:
            raise _missing(name, "storEDGE wants the payer's first and last name.")
        more[name] = value
    more["billing_address_attributes"] = method.billing_address_attributes or _address(tenant)
    return method.model_copy(update=more)


def _address(tenant: Any) -> BillingAddress:
    home = getattr(tenant, "mailing_address_attributes", None)
    given = home.model_dump(exclude_none=True, exclude={"time_zone"}) if home is not None else {}
    if not given:
        raise _missing(
            "billing_address_attributes.address1",
            "storEDGE wants a billing address with a payment; the tenant's mailing address will do.",
        )
    return BillingAddress.model_validate(given)


def _missing(field: str, sentence: str) -> Rejected:
    return Rejected((FieldError(sentence, f"payment_method.{field}"),))
