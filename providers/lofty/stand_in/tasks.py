"""Tasks and appointments (section 5.8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from providers.lofty.stand_in.account import Account, Call, Json, full_name
from providers.lofty.stand_in.records import record
from providers.lofty.stand_in.refusals import invalid, no_resource
from providers.lofty.stand_in.times import epoch_ms, from_ms, iso_time, text_time


def add_task(account: Account, call: Call) -> Any:
    """Add a task for whoever has the lead in a role."""
    lead = account.lead(call.body["leadId"])
    _check(call.body)
    at = text_time(account.now())
    member = account.member(lead["assignedUserId"]) or account.me
    task = record(
        "TaskResponse",
        id=account.ids.next("task"),
        leadId=lead["leadId"],
        leadUserId=lead["leadUserId"],
        leadName=full_name(lead),
        leadFirstName=lead["firstName"],
        leadLastName=lead["lastName"],
        leadEmail=next(iter(lead["emails"]), ""),
        leadPhone=next(iter(lead["phones"]), ""),
        assignedUser=full_name(member),
        assignedUserId=member["memberUserId"],
        creatorId=account.me["memberUserId"],
        createTime=at,
        lastUpdate=at,
        finishTime="",
        finishFlag=False,
        deleteFlag=False,
        pipelineId=lead["stageId"],
        queryId=-1,
        reminderType=0,
        teamId=lead["teamId"],
    )
    _write(account, task, call.body)
    account.tasks[task["id"]] = task
    return account.created("taskId", task["id"])


def list_tasks(account: Account, call: Call) -> Any:
    """All tasks of a lead."""
    lead = account.lead(call.query["leadId"])
    rows = [_aged(account, task) for task in account.tasks.values() if task["leadId"] == lead["leadId"]]
    return account.listed("taskList", rows)


def get_task(account: Account, call: Call) -> Any:
    """One task."""
    return account.single("task", _aged(account, _task(account, call)))


def edit_task(account: Account, call: Call) -> Any:
    """Change what is given of a task, or finish it: then nothing else counts. The answer is empty."""
    task = _task(account, call)
    if not any(value is not None for value in call.body.values()):
        raise invalid("the body", "MISSING_PARAMETER")
    if call.body.get("leadId") not in (None, task["leadId"]):
        raise invalid("leadId", "INVALID_UPDATE_OPERATION_LEADID")
    if call.body.get("finishFlag"):
        task |= {"finishFlag": True, "finishTime": text_time(account.now()), "lastUpdate": text_time(account.now())}
        return
    _check(call.body)
    _write(account, task, call.body)


def delete_task(account: Account, call: Call) -> Any:
    """Delete a task. The answer is empty."""
    del account.tasks[_task(account, call)["id"]]


def list_appointments(account: Account, call: Call) -> Any:
    """All appointments with a lead: a bare list in every edition."""
    lead = account.lead(call.query["leadId"])
    return [one for one in account.appointments if one["leadId"] == lead["leadId"]]


def book(account: Account, lead: Json, at: datetime, until: datetime, text: str, address: str) -> Json:
    """Somebody makes an appointment in Lofty's own pages."""
    now = iso_time(account.now())
    made = record(
        "Appointment",
        id=account.ids.next("task"),  # tasks and appointments share one range of ids
        leadId=lead["leadId"],
        descr=text,
        address=address,
        allDay=False,
        deadline=epoch_ms(at),
        endTime=epoch_ms(until),
        assignToUid=lead["assignedUserId"],
        assignRoleType=1,
        creatorId=account.me["memberUserId"],
        createTime=now,
        lastUpdate=now,
        deleteFlag=False,
        finishFlag=False,
        overdue=False,
    )
    account.appointments.append(made)
    return made


def _check(body: Json) -> None:
    if body.get("content") is not None and not body["content"].strip():
        raise invalid("content", "must not be blank")
    if body.get("deadline") is not None:
        try:
            from_ms(body["deadline"])
        except ValueError:
            raise invalid("deadline", "is no time") from None


def _write(account: Account, task: Json, body: Json) -> None:
    task.update((name, body[name]) for name in ("content", "type", "assignedRole") if body.get(name) is not None)
    if body.get("deadline") is not None:
        task["deadline"] = text_time(from_ms(body["deadline"]))
    task["lastUpdate"] = text_time(account.now())


def _aged(account: Account, task: Json) -> Json:
    """With what time has done to it. Texts of one form sort as the times do."""
    return task | {"overdueFlag": not task["finishFlag"] and task["deadline"] < text_time(account.now())}


def _task(account: Account, call: Call) -> Json:
    task = account.tasks.get(call.path["taskId"])
    if task is None or not account.visible(task["id"]):
        raise no_resource("TASK_NOT_EXIST")
    return task
