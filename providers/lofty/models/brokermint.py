"""What Brokermint tells Lofty of people and deals that are linked in both (5.5.1, 5.5.2)."""

from __future__ import annotations

from typing import Annotated

from pydantic import EmailStr, Field

from providers.action import Choices, Group
from providers.lead import Privacy
from providers.lofty.models.wire import Amount, Asks, Gives, IsoText, MemberId, Number, SourceName, Text

_ADDRESS = Group("Address")
_DATES = Group("Dates")
_UNUSED = Group("Taken, but not used by Lofty")

INCOMING_STATUSES = (("Closed", "Closed"), ("Cancelled", "Cancelled"))
"""Anything else changes nothing, says Lofty's newer description."""
INCOMING_TYPES = (("Purchase", "Purchase"), ("Listing", "Listing"), ("Lease", "Lease"), ("Other", "Other"))


class SyncContact(Asks):
    """A person as Brokermint has them (6.19, Contacts)."""

    externalId: str | None = Field(default=None, title="Brokermint's number")
    firstName: str | None = Field(default=None, title="Given name")
    lastName: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="Family name")
    email: Annotated[EmailStr | None, Privacy.CONTACT] = Field(default=None, title="E-mail")
    phone: Annotated[str | None, Privacy.CONTACT] = Field(default=None, max_length=20, title="Phone")
    contactType: str | None = Field(default=None, title="Kind of contact")
    leadSource: SourceName | None = Field(default=None, title="Source")
    bmPrivate: bool | None = Field(default=None, title="Private in Brokermint")
    address: Annotated[str | None, Privacy.CONTACT, _ADDRESS] = Field(default=None, title="Street and number")
    city: Annotated[str | None, _ADDRESS] = Field(default=None, title="City")
    state: Annotated[str | None, _ADDRESS] = Field(default=None, title="State")
    zip: Annotated[str | None, Privacy.CONTACT, _ADDRESS] = Field(default=None, title="ZIP code")


class SyncTransaction(Asks):
    """A deal as Brokermint has it (6.29, IncomingTransaction).

    The document types its times as Java's ``Timestamp``, Lofty's newer description as date-times; the latter is what
    a Java server reads in that place.
    """

    id: int = Field(ge=1, title="Transaction (Lofty's number)")
    status: Annotated[str | None, Choices(INCOMING_STATUSES)] = Field(
        default=None, title="Status", description="Closed and Cancelled move it in the pipeline; others change nothing"
    )
    transactionType: Annotated[str | None, Choices(INCOMING_TYPES)] = Field(default=None, title="Kind of transaction")
    price: Amount | None = Field(default=None, ge=0, title="Price")
    agentId: MemberId | None = Field(default=None, title="Agent", description="Gets the transaction")
    closingDate: Annotated[IsoText | None, _DATES] = Field(default=None, title="Expected to close")
    closedAt: Annotated[IsoText | None, _DATES] = Field(default=None, title="Closed")
    expirationDate: Annotated[IsoText | None, _DATES] = Field(default=None, title="Expires")
    address: Annotated[str | None, Privacy.CONTACT, _ADDRESS] = Field(default=None, title="Street and number")
    city: Annotated[str | None, _ADDRESS] = Field(default=None, title="City")
    state: Annotated[str | None, _ADDRESS] = Field(default=None, title="State")
    zip: Annotated[str | None, Privacy.CONTACT, _ADDRESS] = Field(default=None, title="ZIP code")
    agentName: Annotated[str | None, _UNUSED] = Field(default=None, title="Agent's name")
    representing: Annotated[str | None, _UNUSED] = Field(default=None, title="Side", description="Buyer or Seller")
    acceptanceDate: Annotated[IsoText | None, _UNUSED] = Field(default=None, title="Offer accepted")


class Outcome(Gives):
    """Whether it was taken over: 0 is yes, and other codes come with status 200 too (200060: no such transaction)."""

    code: Number = Field(default=None, title="Code")
    message: Text = Field(default=None, title="Message")
