"""What happened to a lead inside Lofty (5.18)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from providers.action import Json
from providers.lead import Privacy
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
    TimeMs,
)


class SearchSystemLogs(Asks):
    """Which entries."""

    leadId: LeadId = Field(title="Lead")
    startTime: EpochMs | None = Field(default=None, title="From")
    endTime: EpochMs | None = Field(default=None, title="To")
    pageSize: int | None = Field(default=None, ge=1, le=1000, title="Entries a page", description="100 unless told")
    pageNumber: int | None = Field(default=None, ge=0, title="Page", description="The first is 0")


class SystemLog(Gives):
    """An entry (6.73, SystemLogResponse). What ``content`` holds depends on ``timelineType``."""

    timelineTime: TimeMs = Field(default=None, title="When")
    timelineTypeDesc: Text = Field(default=None, title="What")
    timelineType: Number = Field(default=None, title="What (number)")
    fromFirstName: Text = Field(default=None, title="From")
    toFirstName: Text = Field(default=None, title="To")
    content: Annotated[Any, Json(), Privacy.CONTACT] = None
    agentId: OfMember = Field(default=None, title="Agent")
    leadId: OfLead = Field(default=None, title="Lead")
    id: Text = None
    leadFullName: Contact = None
    fromLastName: Contact = None
    fromId: Number = None
    fromType: Number = None
    toLastName: Contact = None
    toId: Number = None
    toType: Number = None
    sticky: Flag = Field(default=None, title="Pinned")
    canSticky: Flag = Field(default=None, title="Can be pinned")
    createTime: TimeMs = None
    updateTime: TimeMs = None
    refId: Number = None
