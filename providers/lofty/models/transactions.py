"""Deals of a lead: what they are worth, when they close, who gets what (5.5.17 to 5.5.23)."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from providers.action import Choices, Group
from providers.lead import Privacy
from providers.lofty.models.wire import (
    Amount,
    Asks,
    Contact,
    EpochMs,
    Gives,
    LeadId,
    MemberId,
    Number,
    OfMember,
    Text,
    TimeMs,
)

TRANSACTION_TYPES = (("Purchase", "Purchase"), ("Listing", "Listing"), ("Lease", "Lease"), ("Other", "Other"))
"""The document knows the first two, Lofty's newer description all."""
PAYEES = (
    ("AGENT", "Agent"),
    ("TEAM", "Team"),
    ("BROKERAGE", "Brokerage"),
    ("UPLINE", "Upline"),
    ("VENDOR_PARTNER", "Vendor or partner"),
    ("LEAD", "Lead"),
    ("OTHER", "Other"),
)
CALCULATIONS = (("AMOUNT", "An amount"), ("PERCENT", "A percentage"))

_DATES = Group("Further dates")
_INCOME = Group("Commission and revenue")
_OWN = Group("Set by Lofty")
_FROM = Group("Out of whose share")


class Commission(Asks):
    """One part of a commission (6.14)."""

    value: int = Field(
        title="How much",
        description="In cents, or percent times a hundred: 5023 is $50.23 or 50.23 %. Below 0 deducts",
    )
    calculateType: Annotated[str | None, Choices(CALCULATIONS)] = Field(
        default=None, title="Is", description="An amount unless told"
    )
    payType: Annotated[str | None, Choices(PAYEES)] = Field(
        default=None, title="Goes to", description="An agent unless told"
    )
    payTo: int | None = Field(default=None, title="Of which number", description="The agent's, team's or lead's")
    payToName: Annotated[str | None, Privacy.CONTACT] = Field(default=None, max_length=255, title="Of which name")
    desc: Annotated[str | None, Privacy.CONTACT] = Field(default=None, max_length=512, title="What for")
    splitPayType: Annotated[str | None, Choices(PAYEES), _FROM] = Field(
        default=None, title="From", description="An agent unless told"
    )
    splitPayTo: Annotated[int | None, _FROM] = Field(default=None, title="From which number")
    splitPayToName: Annotated[str | None, Privacy.CONTACT, _FROM] = Field(
        default=None, max_length=255, title="From which name"
    )
    id: Annotated[int | None, _OWN] = Field(default=None, title="Commission (number)")


class Commissions(Asks):
    """How a commission is split (6.15)."""

    preSplit: list[Commission] | None = Field(default=None, title="Before the split")
    split: list[Commission] | None = Field(default=None, title="The split")
    postSplit: list[Commission] | None = Field(default=None, title="After the split")


class TransactionField(Asks):
    """A field that the team has added (6.21, CustomFieldRequest)."""

    id: int = Field(title="Field (number)", description="As the list of a transaction's fields shows it")
    value: Annotated[str, Privacy.CONTACT] = Field(
        title="Value", description='Several of a list as JSON: ["First","Second"]'
    )


class _Deal(Asks):
    """All of a transaction but its name (6.46, LeadTransaction)."""

    transactionType: Annotated[str | None, Choices(TRANSACTION_TYPES)] = Field(
        default=None, title="Kind of transaction"
    )
    transactionStatus: str | None = Field(
        default=None, title="Status", description="As the team's pipeline has it: Pre-contract, for example"
    )
    homePrice: Amount | None = Field(default=None, ge=0, title="Price of the home")
    expectedCloseDate: EpochMs | None = Field(default=None, title="Expected to close")
    closeDate: EpochMs | None = Field(default=None, title="Closed")
    commissionRate: Annotated[float | None, _INCOME] = Field(
        default=None, ge=0, le=100, title="Commission (percent)", description="3 for 3 %"
    )
    gci: Annotated[Amount | None, _INCOME] = Field(default=None, title="Gross commission income")
    teamRevenue: Annotated[Amount | None, _INCOME] = Field(default=None, title="The team's part")
    agentRevenue: Annotated[Amount | None, _INCOME] = Field(default=None, title="The agent's part")
    appointmentDate: Annotated[EpochMs | None, _DATES] = Field(default=None, title="Appointment")
    agreementSignedDate: Annotated[EpochMs | None, _DATES] = Field(default=None, title="Agreement signed")
    offerDate: Annotated[EpochMs | None, _DATES] = Field(default=None, title="Offer")
    contractDate: Annotated[EpochMs | None, _DATES] = Field(default=None, title="Contract")
    homeInspectionDate: Annotated[EpochMs | None, _DATES] = Field(default=None, title="Home inspection")
    appraisalDate: Annotated[EpochMs | None, _DATES] = Field(default=None, title="Appraisal")
    escrowDate: Annotated[EpochMs | None, _DATES] = Field(default=None, title="Escrow")
    expiration: Annotated[EpochMs | None, _DATES] = Field(default=None, title="Expires")
    commissions: Commissions | None = Field(default=None, title="Split of the commission")
    customFields: list[TransactionField] | None = Field(
        default=None, title="The team's own fields", description="They replace those that the transaction has"
    )
    leadName: Annotated[str | None, Privacy.CONTACT, _OWN] = Field(
        default=None, title="Lead's name", description="Lofty does not take it over"
    )
    assignedAgent: Annotated[MemberId | None, _OWN] = Field(
        default=None, title="Lead's agent", description="Lofty does not take it over"
    )
    created: Annotated[EpochMs | None, _OWN] = Field(default=None, title="Made")
    updated: Annotated[EpochMs | None, _OWN] = Field(
        default=None, title="Changed", description="Lofty does not take it over"
    )


Name = Annotated[str, Field(min_length=1, pattern=r"^[^<>]*$"), Privacy.CONTACT]


class _NamedDeal(Asks):
    transactionName: Name = Field(
        title="Property or name of the deal", description="Its address, for example; without < and >"
    )


class NewTransaction(_Deal, _NamedDeal):  # the last one's fields come first
    """A transaction inside a lead that is added or changed (6.46, LeadTransaction)."""

    transactionId: Annotated[int | None, _OWN] = Field(default=None, title="Transaction (number)")


class _OfLead(Asks):
    leadId: LeadId = Field(title="Lead")


class AddTransaction(NewTransaction, _OfLead):
    """A new transaction, and whose it is."""


class TransactionsOf(Asks):
    """Whose transactions."""

    leadId: LeadId = Field(title="Lead")


class WhichTransaction(Asks):
    """One transaction of a lead."""

    leadId: LeadId = Field(title="Lead")
    transactionId: int = Field(ge=1, title="Transaction (number)")


class _Renamed(Asks):
    transactionName: Name | None = Field(
        default=None, title="Property or name of the deal", description="Its address, for example; without < and >"
    )


class EditTransaction(_Deal, _Renamed, WhichTransaction):
    """What to change of a transaction; what is left out stays as it is (6.46, LeadTransaction)."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_dump(exclude={"leadId", "transactionId"}, exclude_none=True):
            raise ValueError("say what to change of the transaction")
        return self


class EditTransactionAddress(WhichTransaction):
    """Where a transaction's property is; what is left out is emptied (6.47, LeadTransactionPropertyAddress)."""

    streetAddress: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="Street and number")
    unit: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="Unit")
    city: str | None = Field(default=None, title="City")
    state: str | None = Field(default=None, title="State")
    zipCode: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="ZIP code")
    county: str | None = Field(default=None, title="County")
    label: str | None = Field(default=None, title="Label", description="Investment, for example")


Income = Annotated[float | None, Privacy.CONTACT]
"""What the team earns is not for a whole channel."""


class GivenCommission(Gives):
    """One part of a commission (6.14)."""

    value: Annotated[int | None, Privacy.CONTACT] = Field(default=None, title="Cents, or percent times a hundred")
    calculateType: Text = Field(default=None, title="Is")
    payType: Text = Field(default=None, title="Goes to")
    payToName: Contact = Field(default=None, title="Name")
    desc: Contact = Field(default=None, title="What for")
    payTo: Number = None
    splitPayType: Text = None
    splitPayTo: Number = None
    splitPayToName: Contact = None
    id: Number = None


class GivenCommissions(Gives):
    """How a commission is split (6.15)."""

    preSplit: list[GivenCommission] | None = Field(default=None, title="Before the split")
    split: list[GivenCommission] | None = Field(default=None, title="The split")
    postSplit: list[GivenCommission] | None = Field(default=None, title="After the split")


class GivenTransactionField(Gives):
    """A field that the team has added, with this transaction's value (6.21)."""

    id: Number = Field(default=None, title="Field (number)")
    value: Contact = Field(default=None, title="Value")


class Transaction(Gives):
    """A transaction (6.46, LeadTransaction)."""

    transactionName: Contact = Field(default=None, title="Property or name of the deal")
    transactionType: Text = Field(default=None, title="Kind of transaction")
    transactionStatus: Text = Field(default=None, title="Status")
    homePrice: Annotated[float | None, Privacy.PUBLIC] = Field(default=None, title="Price of the home")
    expectedCloseDate: TimeMs = Field(default=None, title="Expected to close")
    closeDate: TimeMs = Field(default=None, title="Closed")
    leadName: Contact = Field(default=None, title="Lead")
    assignedAgent: OfMember = Field(default=None, title="Agent")
    transactionId: Number = Field(default=None, title="Transaction (number)")
    commissionRate: Income = Field(default=None, title="Commission (percent)")
    gci: Income = Field(default=None, title="Gross commission income")
    teamRevenue: Income = Field(default=None, title="The team's part")
    agentRevenue: Income = Field(default=None, title="The agent's part")
    appointmentDate: TimeMs = Field(default=None, title="Appointment")
    agreementSignedDate: TimeMs = Field(default=None, title="Agreement signed")
    offerDate: TimeMs = Field(default=None, title="Offer")
    contractDate: TimeMs = Field(default=None, title="Contract")
    homeInspectionDate: TimeMs = Field(default=None, title="Home inspection")
    appraisalDate: TimeMs = Field(default=None, title="Appraisal")
    escrowDate: TimeMs = Field(default=None, title="Escrow")
    expiration: TimeMs = Field(default=None, title="Expires")
    commissions: GivenCommissions | None = Field(default=None, title="Split of the commission")
    customFields: list[GivenTransactionField] | None = Field(default=None, title="The team's own fields")
    created: TimeMs = Field(default=None, title="Made")
    updated: TimeMs = Field(default=None, title="Changed")


class TransactionAddress(Gives):
    """Where a transaction's property is (6.47, LeadTransactionPropertyAddress)."""

    streetAddress: Contact = Field(default=None, title="Street")
    unit: Contact = Field(default=None, title="Unit")
    city: Text = Field(default=None, title="City")
    state: Text = Field(default=None, title="State")
    zipCode: Contact = Field(default=None, title="ZIP code")
    county: Text = Field(default=None, title="County")
    label: Text = Field(default=None, title="Label")
    transactionId: Number = Field(default=None, title="Transaction (number)")


class TransactionFieldKind(Gives):
    """A field that the team has added to transactions (6.22, CustomFieldResponse)."""

    name: Text = Field(default=None, title="Field")
    type: Text = Field(default=None, title="Kind")
    params: Text = Field(default=None, title="Options")
    id: Number = Field(default=None, title="Field (number)")
