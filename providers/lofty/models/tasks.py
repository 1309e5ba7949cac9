"""Tasks and appointments of a lead (5.8)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from providers.action import Ahead, Long
from providers.lead import Privacy
from providers.lofty.models.wire import (
    Asks,
    Contact,
    EpochMs,
    Flag,
    Gives,
    IsoText,
    LeadId,
    Number,
    OfLead,
    OfMember,
    Text,
    Time,
    TimeMs,
)

TaskType = Literal["Call", "Email", "Text", "Other"]
"""The document lost the list; these are the values that Lofty's newer description names."""
AssignedRole = Literal["Agent", "Assistant"]


class AppointmentsOf(Asks):
    """Whose appointments."""

    leadId: LeadId = Field(title="Lead")


class AddTask(Asks):
    """A new task (6.74, TaskRequest)."""

    leadId: LeadId = Field(title="Lead")
    content: Annotated[str, Field(min_length=1), Long(), Privacy.CONTACT] = Field(title="What to do")
    deadline: Annotated[EpochMs, Ahead()] = Field(title="Deadline")
    type: TaskType = Field(title="Kind")
    assignedRole: AssignedRole = Field(title="Who does it", description="Whoever has that role for the lead")


class TasksOf(Asks):
    """Whose tasks."""

    leadId: LeadId = Field(title="Lead")


class WhichTask(Asks):
    """One task."""

    taskId: int = Field(ge=1, title="Task (number)")


class EditTask(Asks):
    """What to change of a task; what is left out stays as it is (6.74, TaskRequest)."""

    taskId: int = Field(ge=1, title="Task (number)")
    finishFlag: bool | None = Field(
        default=None, title="Done", description="A task that is finished keeps everything else as it was"
    )
    content: Annotated[str | None, Long(), Privacy.CONTACT] = Field(default=None, min_length=1, title="What to do")
    deadline: Annotated[EpochMs | None, Ahead()] = Field(default=None, title="Deadline")
    type: TaskType | None = Field(default=None, title="Kind")
    assignedRole: AssignedRole | None = Field(default=None, title="Who does it")
    leadId: LeadId | None = Field(
        default=None, title="Lead", description="Not needed; it must be the lead that the task is for"
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_dump(exclude={"taskId", "leadId"}, exclude_none=True):
            raise ValueError("say what to change: the text, the deadline, the kind, who does it, or that it is done")
        return self


class Task(Gives):
    """A task (6.75, TaskResponse)."""

    content: Contact = Field(default=None, title="What to do")
    type: Text = Field(default=None, title="Kind")
    deadline: Time = Field(default=None, title="Deadline")
    finishFlag: Flag = Field(default=None, title="Done")
    overdueFlag: Flag = Field(default=None, title="Overdue")
    assignedUser: Text = Field(default=None, title="Who does it")
    leadId: OfLead = Field(default=None, title="Lead")
    id: Number = Field(default=None, title="Task (number)")
    assignedRole: Text = None
    assignedUserId: OfMember = None
    subject: Contact = None
    body: Contact = None
    leadFirstName: Text = None
    leadLastName: Contact = None
    leadName: Contact = None
    leadEmail: Contact = None
    leadPhone: Contact = None
    createTime: Time = None
    creatorId: OfMember = None
    lastUpdate: Time = None
    finishTime: Time = None
    reminderType: Number = None
    deleteFlag: Flag = None
    pipelineId: Number = None
    queryId: Number = None
    queryInfo: Contact = None
    leadUserId: Number = None
    teamId: Number = None
    taskId: Number = None
    """The answer to a new task is its number alone."""


class Appointment(Gives):
    """An appointment (6.7). ``deadline`` is when it begins."""

    descr: Contact = Field(default=None, title="What")
    deadline: TimeMs = Field(default=None, title="Begins")
    endTime: TimeMs = Field(default=None, title="Ends")
    allDay: Flag = None
    address: Contact = Field(default=None, title="Where")
    finishFlag: Flag = Field(default=None, title="Done")
    overdue: Flag = None
    assignToUid: OfMember = Field(default=None, title="Who goes")
    leadId: OfLead = Field(default=None, title="Lead")
    id: Number = Field(default=None, title="Appointment (number)")
    finishTime: TimeMs = None
    assignRoleType: Number = None
    creatorId: OfMember = None
    createTime: Annotated[IsoText | None, Privacy.PUBLIC] = None
    lastUpdate: Annotated[IsoText | None, Privacy.PUBLIC] = None
    deleteFlag: Flag = None
