"""What was called, mailed and texted: by agent, and by lead (5.3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from providers.action import Choices
from providers.lofty.models.wire import (
    Asks,
    Contact,
    EpochMs,
    Flag,
    Gives,
    LeadId,
    Number,
    OfLead,
    OfMember,
    Text,
    Time,
)

LONGEST_SPAN = timedelta(hours=24)
KINDS = (("CALL", "Calls"), ("EMAIL", "E-mails"), ("TEXT", "Texts"), ("ALL", "All of them"))
"""``ALL`` is of Lofty's newer description."""


class AgentCommunication(Asks):
    """Which entries (6.16, CommunicationRequest)."""

    type: Annotated[str, Choices(KINDS)] = Field(title="What")
    startTime: EpochMs = Field(title="From")
    endTime: EpochMs = Field(title="To", description="At most 24 hours after the beginning")
    teamView: bool | None = Field(
        default=None, title="Whole team", description="With the leads of the team, where you may see them"
    )
    limit: int | None = Field(default=None, ge=1, le=1000, title="Entries a page", description="10 unless told")
    offset: int | None = Field(default=None, ge=0, title="Skip")

    @field_validator("endTime")
    @classmethod
    def _one_day(cls, end: datetime, info: ValidationInfo) -> datetime:
        begin = info.data.get("startTime")
        if begin and end < begin:
            raise ValueError("this is before the beginning")
        if begin and end - begin > LONGEST_SPAN:
            raise ValueError("Lofty answers for at most 24 hours at a time")
        return end


class History(Asks):
    """Whose history, and which part of it."""

    leadId: LeadId = Field(title="Lead")
    limit: int | None = Field(default=None, ge=1, le=1000, title="Entries a page", description="10 unless told")
    offset: int | None = Field(default=None, ge=0, title="Skip")
    currentId: int | None = Field(
        default=None, ge=1, title="Go on from entry (number)", description="Better than skipping in long histories"
    )


class Communication(Gives):
    """An entry of an agent (6.17, CommunicationResponse)."""

    eventType: Text = Field(default=None, title="What")
    communicationTime: Time = Field(default=None, title="When")
    leadId: OfLead = Field(default=None, title="Lead")
    agentId: OfMember = Field(default=None, title="Agent")
    id: Number = None
    communicationType: Text = Field(default=None, title="Automatic, by hand or logged")
    direction: Text = None
    status: Text = None
    callOutcome: Text = None
    callDuration: Text = None
    fromPond: Flag = None


class CallEntry(Gives):
    """A call in the second version of the history (6.11, CallHistory)."""

    createTime: Time = Field(default=None, title="When")
    direction: Text = None
    leadPhoneNumber: Contact = None
    agentId: OfMember = Field(default=None, title="Agent")
    leadId: OfLead = Field(default=None, title="Lead")
    id: Number = None


class EmailEntry(Gives):
    """An e-mail of the history (6.26, EmailResponse)."""

    emailSubject: Contact = Field(default=None, title="Subject")
    emailEventTime: Time = Field(default=None, title="When")
    eventType: Text = Field(default=None, title="What happened")
    direction: Text = None
    emailType: Text = Field(default=None, title="Automatic or by hand")
    agentId: OfMember = Field(default=None, title="Agent")
    leadId: OfLead = Field(default=None, title="Lead")
    id: Number = None
    fromPond: Flag = None


class TextEntry(Gives):
    """A text of the history (6.76, TextResponse)."""

    textContent: Contact = Field(default=None, title="Text")
    textTime: Time = Field(default=None, title="When")
    direction: Text = None
    textOutcome: Text = Field(default=None, title="Delivery")
    textType: Text = Field(default=None, title="Automatic or by hand")
    agentId: OfMember = Field(default=None, title="Agent")
    leadId: OfLead = Field(default=None, title="Lead")
    id: Number = None
