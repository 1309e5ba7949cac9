"""Calls, e-mails and texts that were made elsewhere, written into a lead's timeline (5.16)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import EmailStr, Field, ValidationInfo, field_validator

from providers.action import Choices, Long
from providers.lead import Privacy
from providers.lofty.models.wire import Asks, Contact, Flag, Gives, LeadId, Number, OfLead, OfMember, Text, Time

Channel = Annotated[
    Literal["logCall", "logEmail", "logText"],
    Choices((("logCall", "Call"), ("logEmail", "E-mail"), ("logText", "Text"))),
]
Outcome = Annotated[
    str,
    Field(max_length=20),
    Choices(
        (
            ("Talked", "Talked"),
            ("VoiceMessage", "Left a message"),
            ("NoAnswer", "No answer"),
            ("BadNumber", "Wrong number"),
            ("DNCNumber", "Number must not be called"),
            ("DNCContact", "Person must not be called"),
        )
    ),
]
Direction = Annotated[
    Literal["outbound", "inbound"], Choices((("outbound", "From us to the lead"), ("inbound", "From the lead to us")))
]


class LogContact(Asks):
    """What was said, and how (6.51, LogTypeRequest)."""

    leadId: LeadId = Field(title="Lead")
    logType: Channel = Field(title="How")
    content: Annotated[str, Field(min_length=1, max_length=5000), Long(), Privacy.CONTACT] = Field(
        title="What was said", description="Of an e-mail or a text: what it says"
    )
    leadPhoneNumber: Annotated[str | None, Privacy.CONTACT] = Field(
        default=None,
        validate_default=True,
        max_length=20,
        title="Phone number",
        description="The number that was called; a call needs it",
    )
    callingOutcome: Outcome | None = Field(default=None, title="Outcome of the call")
    outboundOrInbound: Direction | None = Field(
        default=None, title="Direction", description="From us to the lead unless told"
    )
    isPin: bool = Field(default=False, title="Pin it", description="Keep it at the top of the lead's timeline")
    emailSubject: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="Subject of the e-mail")
    toEmail: Annotated[EmailStr | None, Privacy.CONTACT] = Field(default=None, title="E-mail to")
    fromEmail: Annotated[EmailStr | None, Privacy.CONTACT] = Field(default=None, title="E-mail from")

    @field_validator("leadPhoneNumber")
    @classmethod
    def _number_called(cls, phone: str | None, info: ValidationInfo) -> str | None:
        if not phone and info.data.get("logType") == "logCall":
            raise ValueError("a call needs the phone number that was called")
        return phone


_HOW = {"logCall": "call", "logEmail": "email", "logText": "text"}


def contacted_by(params: LogContact) -> str | None:
    """How the customer was contacted: ``call``, ``email`` or ``text``; ``None`` where the customer did it."""
    return None if params.outboundOrInbound == "inbound" else _HOW[params.logType]


class LoggedContacts(Asks):
    """Which entries."""

    leadId: LeadId = Field(title="Lead")
    logType: Channel = Field(title="How")
    limit: int | None = Field(default=None, ge=1, le=1000, title="Entries a page", description="10 unless told")
    offset: int | None = Field(default=None, ge=0, title="Skip")
    currentId: int | None = Field(default=None, ge=1, title="Go on from entry (number)")
    sort: Annotated[Literal["createTime", "id"], Choices((("createTime", "Time"), ("id", "Number")))] | None = Field(
        default=None, title="Sort by"
    )
    order: Annotated[Literal["asc", "desc"], Choices((("asc", "Oldest first"), ("desc", "Newest first")))] | None = (
        Field(default=None, title="Order")
    )


class WhichLoggedContact(Asks):
    """One entry."""

    logTypeId: int = Field(ge=1, title="Entry (number)")


class LoggedContact(Gives):
    """An entry (6.52, LogTypeResponse)."""

    content: Contact = Field(default=None, title="What was said")
    createTime: Time = Field(default=None, title="When")
    callingOutcome: Text = Field(default=None, title="Outcome")
    outboundOrInbound: Text = Field(default=None, title="Direction")
    leadPhoneNumber: Contact = Field(default=None, title="Phone number")
    agentId: OfMember = Field(default=None, title="By")
    isPin: Flag = Field(default=None, title="Pinned")
    leadId: OfLead = Field(default=None, title="Lead")
    id: Number = Field(default=None, title="Entry (number)")
    emailSubject: Contact = None
    toEmail: Contact = None
    fromEmail: Contact = None
