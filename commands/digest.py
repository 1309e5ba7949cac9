"""Digests: now, or every day or on chosen weekdays at a local time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, Field

from commands import sight as seeing
from commands.desk import hours
from commands.forms.fields import Ask
from commands.forms.read import Invalid, as_model
from commands.forms.words import nearest
from commands.verb import Answer, Desk, Done, Faults, Request, Say, Show
from commands.views import planning, sentences
from commands.views.digest import Figures, digest
from storage import audit, deliveries, figures, leads, schedules
from storage.choices import once
from storage.database import Tx
from storage.filters import Every, Frame, History, Not, Owned, Shared
from storage.records import Schedule

OLDEST = 5
_DAYS = tuple(
    zip(hours.DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)


class Plan(BaseModel):
    """A digest's schedule."""

    channel: Annotated[str, Ask.CHANNEL] = Field(title="Channel", description="Leadbell has to be a member of it.")
    days: Annotated[list[str], Ask.MULTI] = Field(title="Days", min_length=1)
    at: Annotated[str, Ask.TIME] = Field(title="Time")
    zone: str = Field(title="Time zone", description="Such as Europe/London.", max_length=60)


def collect(tx: Tx, desk: Desk, workspace: str, since: datetime, until: datetime) -> Figures:
    """The figures of a window; unclaimed leads are counted as of now."""
    frame = Frame(until)
    waiting = Every((Owned(None), Not(History()), Shared()))
    oldest = leads.find(tx, workspace, waiting, frame, limit=OLDEST, oldest_first=True)
    sights = [s for lead in oldest if (s := seeing.sight(tx, desk.providers, workspace, lead.number))]
    return Figures(
        since=since,
        until=until,
        by_source=figures.counted(tx, workspace, "source_name", since, until),
        by_stage=figures.counted(tx, workspace, "stage", since, until),
        oldest=sights,
        unclaimed=leads.count(tx, workspace, waiting, frame),
        to_claim=figures.seconds_to_claim(tx, workspace, since, until),
    )


async def digest_words(desk: Desk, request: Request) -> Answer:
    """``/leads digest``: now, for the last 24 hours; ``daily`` or ``schedule`` plans one; ``list`` shows the plans."""
    word = request.text.strip().casefold()
    if word in ("daily", "schedule", "weekly", "plan", "new"):
        return _form(request)
    if word in ("list", "schedules", "plans"):
        return await list_plans(desk, request)
    if word not in ("", "now"):
        return Say(sentences.unknown_digest(word))
    now = desk.now()
    found = await desk.database.read(lambda tx: collect(tx, desk, request.workspace, now - timedelta(hours=24), now))
    text, blocks = digest(found, now, plannable=True)
    return Say(text, blocks)


def _form(request: Request) -> Answer:
    values: dict[str, object] = {"days": list(hours.DAYS[:5]), "at": "09:00", "zone": request.person.zone}
    if request.channel.startswith(("C", "G")):
        values["channel"] = request.channel
    return Show(planning.form(Plan, values, {"days": _DAYS}))


async def plan(desk: Desk, request: Request) -> Answer:
    """The *Schedule…* button."""
    return _form(request)


async def planned(desk: Desk, request: Request) -> Answer:
    """The digest modal, sent."""
    submitted = request.submitted
    if submitted is None:
        return Say(sentences.stale())
    try:
        asked = as_model(Plan, submitted.state)
    except Invalid as invalid:
        return Faults(invalid.errors)
    if hours.zone(asked.zone.strip()) is None:
        close = nearest(asked.zone.strip(), hours.zones())
        return Faults({"zone": sentences.no_such_zone(close)})
    channel = await desk.directory.channel(request.workspace, asked.channel)
    if channel is None or not channel.is_member:
        return Faults({"channel": sentences.not_a_member(channel.name if channel else None)})
    workspace, now, by = request.workspace, desk.now(), request.person.person
    days = ",".join(d for d in hours.DAYS if d in asked.days)
    if not days:
        return Faults({"days": sentences.choose_days()})
    due = hours.next_due(days, asked.at, asked.zone.strip(), now)

    def plan_digest(tx: Tx) -> None:
        if once(tx, workspace, f"view:{submitted.view_id}", now):
            schedules.add(
                tx,
                workspace,
                channel=asked.channel,
                days=days,
                at=asked.at,
                zone=asked.zone.strip(),
                by=by,
                next_at=due,
                now=now,
            )
            audit.note(tx, workspace, "planned", actor=by, now=now, channel=asked.channel, days=days, at=asked.at)

    await desk.database.write(plan_digest)
    desk.replan()
    return Show(planning.planned(due))


async def list_plans(desk: Desk, request: Request) -> Answer:
    """``/leads digest list``."""
    found = await desk.database.read(lambda tx: schedules.every(tx, request.workspace))
    if not found:
        return Say(sentences.no_digests())
    return planning.listed(found)


async def unplan(desk: Desk, request: Request) -> Answer:
    """*Stop*: whoever planned it, or an admin."""
    row, now = request.value.row or "", desk.now()

    def unplan_digest(tx: Tx) -> str | None:
        found = schedules.get(tx, request.workspace, row)
        if found is None:
            return sentences.digest_gone()
        if found.created_by != request.person.person and not request.person.is_admin:
            return sentences.not_your_digest()
        schedules.remove(tx, request.workspace, row)
        audit.note(tx, request.workspace, "unplanned", actor=request.person.person, now=now)
        return None

    refusal = await desk.database.write(unplan_digest)
    if refusal:
        return Say(refusal)
    desk.replan()
    left = await list_plans(desk, request)
    return Say(left.text, left.blocks, replace=True) if isinstance(left, Say) else Done()


def send_due(tx: Tx, desk: Desk, schedule: Schedule, now: datetime) -> bool:
    """Put a due digest into the outbox, once for its local date; the newest one where several were missed.

    Returns whether one was sent by this call.
    """
    day, due = hours.due_date(schedule.days, schedule.at, schedule.zone, now)
    next_at = hours.next_due(schedule.days, schedule.at, schedule.zone, now, day.isoformat())
    if due < schedule.created_at:
        schedules.defer(tx, schedule.workspace, schedule.schedule, next_at)
        return False
    if not schedules.claim(tx, schedule.workspace, schedule.schedule, date=day.isoformat(), next_at=next_at):
        schedules.defer(tx, schedule.workspace, schedule.schedule, next_at)
        return False
    since, until = hours.window(schedule.days, schedule.at, schedule.zone, due)
    body = {"since": since.isoformat(), "until": until.isoformat()}
    deliveries.post(tx, schedule.workspace, desk.vault, kind="digest", to=schedule.channel, now=now, body=body)
    return True
