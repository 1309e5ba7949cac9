"""Tasks and appointments of a lead (5.8)."""

from __future__ import annotations

from typing import Any

from providers.action import Action, delete, get, post, put
from providers.lead import Privacy
from providers.lofty.models.tasks import AddTask, Appointment, AppointmentsOf, EditTask, Task, TasksOf, WhichTask

SECTION = "Tasks & Appointments"

TASKS: tuple[Action[Any], ...] = (
    get(
        "/v1.0/appts",
        "appointments",
        "Appointments of a lead",
        AppointmentsOf,
        gives=Appointment,
        lead="leadId",
        section=SECTION,
        source="5.8.1",
    ),
    post("/v1.0/tasks", "add-task", "Add a task", AddTask, gives=Task, lead="leadId", section=SECTION, source="5.8.2"),
    get("/v1.0/tasks", "tasks", "Tasks of a lead", TasksOf, gives=Task, lead="leadId", section=SECTION, source="5.8.3"),
    get("/v1.0/tasks/{taskId}", "get-task", "One task", WhichTask, gives=Task, section=SECTION, source="5.8.4"),
    put(
        "/v1.0/tasks/{taskId}",
        "edit-task",
        "Change or finish a task",
        EditTask,
        lead="leadId",
        privacy=Privacy.PUBLIC,
        section=SECTION,
        source="5.8.5",
    ),
    delete(
        "/v1.0/tasks/{taskId}",
        "delete-task",
        "Delete a task",
        WhichTask,
        privacy=Privacy.PUBLIC,
        section=SECTION,
        source="5.8.6",
    ),
)
