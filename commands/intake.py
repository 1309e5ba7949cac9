"""Creating leads in a lead system from Slack: one in a modal, many from a CSV.

What is typed may be sensitive: between the preview and the sending it is held in memory only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, Field

from commands import act
from commands import rows as csv_rows
from commands.forms.fields import Ask, fields_of
from commands.forms.read import Invalid, as_model, element_value
from commands.ids import Do
from commands.rows import Read, Refused, Unusable
from commands.verb import Answer, Block, Desk, Faults, Hand, Request, Say, Show, Value
from commands.views import intake as views
from commands.views import sentences
from commands.views.blocks import safe
from providers.errors import FieldError, ProviderError, Rejected, Unavailable
from providers.http import Api
from providers.provider import Intake, Provider
from storage import audit, connections, people
from storage.choices import once
from storage.database import Tx
from storage.records import Connection


async def _able(desk: Desk, request: Request, *, many: bool = False) -> list[Connection]:
    """The connections whose lead systems take new leads; ``many``: whole files of them."""
    held = await desk.database.read(lambda tx: connections.every(tx, request.workspace))
    return [c for c in held if creates(desk.providers[c.provider], many=many)]


def creates(provider: Provider, *, many: bool = False) -> bool:
    """Whether a lead system takes new leads from here; ``many``: whole files of them."""
    return provider.intake is not None or (provider.creates is not None and not many)


# ------------------------------------------------------------------------------------------ one lead


async def new(desk: Desk, request: Request) -> Answer:
    """``/leads new [connection]``: the modal of one lead."""
    able = await _able(desk, request)
    if not able:
        return Say(sentences.no_intake())
    word = request.text.strip().casefold()
    chosen = [c for c in able if request.value.connection == c.connection or (word and c.name == word)]
    if word and not chosen:
        return Say(sentences.no_such_connection(word, (c.name for c in able)))
    if not chosen and len(able) > 1:
        return views.choose(able)
    connection = (chosen or able)[0]
    provider = desk.providers[connection.provider]
    intake = provider.intake
    if intake is None:
        wanted = Value(connection=connection.connection, action=provider.creates)
        return await act.open_form(desk, request.with_value(wanted))
    allowed = await desk.database.read(lambda tx: people.sensitive_allowed(tx, request.workspace))
    return Show(views.new(intake.row, connection, provider.name, sensitive=allowed))


async def created(desk: Desk, request: Request) -> Answer:
    """The new-lead modal, sent: each error of the lead system on the input it belongs to."""
    submitted = request.submitted
    if submitted is None or not submitted.meta.connection:
        return Say(sentences.stale())
    found = await desk.apis.of(request.workspace, submitted.meta.connection)
    if found is None or (intake := found[0].intake) is None:
        return Faults({_first(submitted.blocks): sentences.connection_gone()})
    provider, api = found
    try:
        row = as_model(intake.row, submitted.state)
    except Invalid as invalid:
        return Faults(invalid.errors)
    if late := await _no_longer_allowed(desk, request, row):
        return Faults(dict.fromkeys(late, sentences.sensitive_off()))
    if not await desk.database.read(lambda tx: people.sensitive_allowed(tx, request.workspace)):
        row = _without_sensitive(row, intake)
    if getattr(row, intake.reference) is None:
        raw = row.model_dump(mode="json", exclude_none=True)
        row = row.model_copy(update={intake.reference: csv_rows.reference_for(raw, intake)})
    try:
        await intake.send(api.for_people(), [row])
    except Rejected as refused:
        return Faults(_on_inputs(submitted.blocks, refused.errors, intake))
    except ProviderError as error:
        sure = not (isinstance(error, Unavailable) and error.arrived is None)
        said = sentences.failure(error, provider.name)
        return Faults({intake.email: said if sure else f"{said} {sentences.may_have_arrived()}"})
    now = desk.now()

    def lead_created(tx: Tx) -> None:
        if once(tx, request.workspace, f"view:{submitted.view_id}", now):
            audit.note(tx, request.workspace, "created", actor=request.person.person, now=now)

    await desk.database.write(lead_created)
    return Show(views.created(provider.name))


async def _no_longer_allowed(desk: Desk, request: Request, row: BaseModel) -> list[str]:
    """The sensitive answers of a form that was drawn before an admin switched them off."""
    if await desk.database.read(lambda tx: people.sensitive_allowed(tx, request.workspace)):
        return []
    return [a.name for a in fields_of(type(row)) if a.sensitive and getattr(row, a.name) is not None]


def _first(blocks: Sequence[Block]) -> str:
    return next((b["block_id"] for b in blocks if b.get("type") == "input"), "")


def _on_inputs(blocks: Sequence[Block], errors: Sequence[FieldError], intake: Intake) -> dict[str, str]:
    """The lead system's errors by input; one that names no drawn input goes to the e-mail, which is always there."""
    drawn = {b["block_id"] for b in blocks if b.get("type") == "input"}
    titles = {a.name: a.title for a in fields_of(intake.row)}
    found: dict[str, list[str]] = {}
    for error in errors:
        place = error.field if error.field in drawn else intake.email
        text = safe(error.message, 300)
        if error.field and error.field not in drawn:
            text = f"{titles.get(error.field, error.field)}: {text}"
        found.setdefault(place or intake.email, []).append(text)
    return {k: " ".join(v) for k, v in found.items()} or {intake.email: sentences.no_reason()}


# ---------------------------------------------------------------------------------------- many leads


class Upload(BaseModel):
    """The import modal."""

    connection: Annotated[str, Ask.SELECT] = Field(title="Into")
    file: Annotated[list[Any], Ask.FILE] = Field(title="CSV file", min_length=1)
    mail: bool = Field(
        default=False, title="Confirmation e-mail", description="The lead system writes to every customer in the file"
    )


async def import_leads(desk: Desk, request: Request) -> Answer:
    """``/leads import``, and the message shortcut on a file that was shared."""
    able = await _able(desk, request, many=True)
    if not able:
        return Say(sentences.no_intake())
    return Show(views.upload(Upload, able, request.value.file))


@dataclass(slots=True)
class _Pending:
    """A checked file on its way to the lead system."""

    workspace: str
    connection: str
    read: Read
    mail: bool
    person: str
    failed: list[Refused] = field(default_factory=list)


async def checked(desk: Desk, request: Request) -> Answer:
    """The import modal, sent: a preview."""
    submitted = request.submitted
    if submitted is None:
        return Say(sentences.stale())
    state = submitted.state
    place = "file" if "file" in state else "connection"
    connection_id = element_value(state.get("connection", {}).get(Do.VALUE.value, {})) or ""
    files = element_value(state.get("file", {}).get(Do.VALUE.value, {})) or []
    file_id = submitted.meta.file or (files[0]["id"] if files else "")
    mail = bool(element_value(state.get("mail", {}).get(Do.VALUE.value, {})))
    found = await desk.apis.of(request.workspace, connection_id)
    if found is None or (intake := found[0].intake) is None:
        return Faults({"connection": sentences.choose_connection()})
    loaded = await desk.files.content(request.workspace, file_id, csv_rows.LARGEST_FILE)
    if loaded is None:
        return Faults({place: sentences.file_gone()})
    allowed = await desk.database.read(lambda tx: people.sensitive_allowed(tx, request.workspace))
    try:
        read = await asyncio.to_thread(csv_rows.read_bytes, loaded[1], intake, sensitive=allowed, mail_customers=mail)
    except Unusable as unusable:
        return Faults({place: str(unusable)})
    mailed = sum(bool(getattr(row, intake.mails)) for _, row in read.good)
    shown = Show(views.preview(found[0].name, loaded[0], read, mailed=mailed))
    if not read.good:
        return Hand(
            "refused-rows.csv", csv_rows.refused_csv(read.refused), sentences.refused_file(len(read.refused)), shown
        )
    desk.memory.put(submitted.view_id, _Pending(request.workspace, connection_id, read, mail, request.person.person))
    return shown


def _refusals(refused: Sequence[Refused], shown: Show) -> Hand:
    """The refused rows as a CSV, beside what is shown."""
    return Hand("refused-rows.csv", csv_rows.refused_csv(refused), sentences.refused_file(len(refused)), shown)


def _without_sensitive(row: BaseModel, intake: Intake) -> BaseModel:
    """A row without what no admin allows to be typed in Slack (any more)."""
    return row.model_copy(update={a.name: a.default for a in fields_of(intake.row) if a.sensitive})


async def send(desk: Desk, request: Request) -> Answer:
    """The preview, confirmed: only good rows are sent, in batches; refused ones come back as a CSV."""
    submitted = request.submitted
    pending = desk.memory.take(submitted.view_id) if submitted else None
    if submitted is None or not isinstance(pending, _Pending):
        twice = submitted is not None and desk.memory.has(f"sent:{submitted.view_id}")
        return Show(views.ended(sentences.sending_already() if twice else sentences.preview_expired()))
    desk.memory.put(f"sent:{submitted.view_id}", True)
    found = await desk.apis.of(request.workspace, pending.connection)
    if found is None or (intake := found[0].intake) is None:
        return Show(views.ended(sentences.connection_gone()))
    provider, api = found
    if not await desk.database.read(lambda tx: people.sensitive_allowed(tx, request.workspace)):
        pending.read.good = [(n, _without_sensitive(row, intake)) for n, row in pending.read.good]
    arrived, stopped = await _send_all(api, intake, pending)
    now = desk.now()

    def leads_imported(tx: Tx) -> None:
        facts = {"arrived": arrived, "refused": len(pending.read.refused) + len(pending.failed)}
        audit.note(tx, request.workspace, "imported", actor=request.person.person, now=now, **facts)

    await desk.database.write(leads_imported)
    refused = pending.read.refused + pending.failed
    text = sentences.imported(provider.name, arrived)
    if stopped:
        text = sentences.import_stopped(arrived, sentences.failure(stopped, provider.name))
    if not refused:
        return Show(views.ended(text))
    shown = Show(views.ended(f"{text}\n{sentences.rows_refused(len(refused))}"))
    return _refusals(refused, shown)


async def _send_all(api: Api, intake: Intake, pending: _Pending) -> tuple[int, ProviderError | None]:
    """How many arrived, and what stopped it. A batch that is refused is sent again without its bad rows."""
    good, arrived = pending.read.good, 0
    for start in range(0, len(good), intake.batch):
        batch = list(good[start : start + intake.batch])
        while batch:
            try:
                await intake.send(api, [row for _, row in batch])
            except Rejected as refused:
                batch = _without(batch, refused, intake, pending)
            except ProviderError as error:
                return arrived, error
            else:
                arrived += len(batch)
                batch = []
    return arrived, None


def _without(
    batch: list[tuple[int, BaseModel]], refused: Rejected, intake: Intake, pending: _Pending
) -> list[tuple[int, BaseModel]]:
    """The batch less its refused rows; empty where the lead system does not say which (all are refused)."""
    reasons: dict[int, list[str]] = {}
    for error in refused.errors:
        if error.row is not None:
            reasons.setdefault(error.row, []).append(f"{error.field or 'row'}: {error.message}"[:300])
    if not reasons:
        said = refused.errors[0].message[:300] if refused.errors else "refused without a reason"
        reasons = {n: [said] for n in range(len(batch))}
    for n, said_ in reasons.items():
        number, row = batch[n]
        pending.failed.append(Refused(number, str(getattr(row, intake.reference)), "; ".join(said_)))
    return [pair for n, pair in enumerate(batch) if n not in reasons]


# ------------------------------------------------------------------------------------------- privacy


async def privacy(desk: Desk, request: Request) -> Answer:
    """``/leads privacy``: whether intake modals may ask for sensitive fields, and whether documents may be sent."""
    return await _privacy(desk, request, replace=False)


async def allow_sensitive(desk: Desk, request: Request) -> Answer:
    """The switch of sensitive fields."""
    return await _switched(desk, request, people.allow_sensitive, "sensitive")


async def allow_documents(desk: Desk, request: Request) -> Answer:
    """The switch of documents."""
    return await _switched(desk, request, people.allow_documents, "documents")


async def _switched(desk: Desk, request: Request, allow: Callable[[Tx, str, bool], None], what: str) -> Answer:
    on, now = bool(request.value.on), desk.now()

    def privacy_changed(tx: Tx) -> None:
        allow(tx, request.workspace, on)
        audit.note(tx, request.workspace, "privacy", actor=request.person.person, now=now, **{what: on})

    await desk.database.write(privacy_changed)
    return await _privacy(desk, request, replace=True)


async def _privacy(desk: Desk, request: Request, *, replace: bool) -> Answer:
    sensitive, documents = await desk.database.read(
        lambda tx: (people.sensitive_allowed(tx, request.workspace), people.documents_allowed(tx, request.workspace))
    )
    return views.privacy(sensitive=sensitive, documents=documents, replace=replace)
