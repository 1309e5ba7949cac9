"""Calls of a lead (5.2)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from providers.lead import Privacy
from providers.lofty.models.wire import Asks, Contact, Flag, Gives, LeadId, Number, OfLead, OfMember, Text, Time


class SearchCalls(Asks):
    """Which calls."""

    leadId: LeadId = Field(title="Lead")
    limit: int | None = Field(default=None, ge=1, title="Calls a page", description="10 unless told")
    offset: int | None = Field(default=None, ge=0, title="Skip")


class WhichCall(Asks):
    """One call."""

    callId: int = Field(ge=1, title="Call (number)")


class Call(Gives):
    """A call (6.13, CallResponse)."""

    startTime: Time = Field(default=None, title="Began")
    direction: Text = None
    status: Text = None
    callingOutcome: Text = Field(default=None, title="Outcome")
    duration: Number = Field(default=None, title="Seconds")
    note: Contact = None
    agentId: OfMember = Field(default=None, title="Agent")
    leadId: OfLead = Field(default=None, title="Lead")
    id: Number = Field(default=None, title="Call (number)")
    userId: OfMember = None
    endTime: Time = None
    elapsedTime: Text = None
    """From dialling to being connected, like ``00:08``."""
    leadPhoneNumber: Contact = None
    userPhoneNumber: Contact = None
    showUserNumber: Contact = None
    rateScore: Number = None
    isMachineAnswered: Flag = None
    recordingSwitch: Flag = None
    price: Annotated[float | None, Privacy.PUBLIC] = None
    dialerCallRecordId: Number = None
    createTime: Time = None
    updateTime: Time = None
