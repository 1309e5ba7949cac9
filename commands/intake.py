"""Creating leads in a lead system from Slack: one in a modal, many from a CSV.

What is typed may be sensitive: between the preview and the sending it is held in memory only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, Field

from commands import rows as csv_rows
from commands.forms.draw import inputs
from commands.forms.fields import Ask, fields_of
from commands.forms.read import Invalid, as_model, element_value
from commands.ids import Do, Form
from commands.rows import Read, Refused, Unusable
from commands.verb import Answer, Block, Desk, Faults, Hand, Request, Say, Show, Value
from commands.views import sentences
from commands.views.blocks import actions, button, context, modal, safe, section
from providers.errors import FieldError, ProviderError, Rejected, Unavailable
from providers.http import Api
from providers.provider import Intake, Provider
from storage import audit, connections, people
from storage.choices import once
from storage.database import Tx
from storage.records import Connection


async def _able(desk: Desk, request: Request) -> list[Connection]:
    """The connections whose lead systems take new leads."""
    held = await desk.database.read(lambda tx: connections.every(tx, request.workspace))
    return [c for c in held if desk.providers[c.provider].intake]


# ------------------------------------------------------------------------------------------ one lead


async def new(desk: Desk, request: Request) -> Answer:
    """``/leads new [connection]``: the modal of one lead."""
    able = await _able(desk, request)
    if not able:
        return Say("No connected lead system takes new leads. `/leads connect` connects one.")
    word = request.text.strip().casefold()
    chosen = [c for c in able if request.value.connection == c.connection or (word and c.name == word)]
    if word and not chosen:
        return Say(f"There is no connection called {safe(word, 40)}. Known: {safe(', '.join(c.name for c in able))}.")
    if not chosen and len(able) > 1:
        buttons = [button(c.name, Do.NEW, Value(connection=c.connection)) for c in able[:20]]
        return Say("Where is the lead to be made?", [section("*Where is the lead to be made?*"), actions(*buttons)])
    connection = (chosen or able)[0]
    provider = desk.providers[connection.provider]
    intake = provider.intake
    if intake is None:
        return Say(sentences.stale())
    allowed = await desk.database.read(lambda tx: people.sensitive_allowed(tx, request.workspace))
    blocks: list[Block] = [section(f"A new lead in {provider.name}, through *{safe(connection.name)}*.")]
    if allowed:
        blocks.append(context(":warning: Slack sees what is typed here, sensitive answers included."))
    blocks += inputs(intake.row, sensitive=allowed)
    meta = Value(connection=connection.connection)
    return Show(modal("New lead", blocks, callback=Form.NEW, submit="Create", meta=meta))


async def created(desk: Desk, request: Request) -> Answer:
    """The new-lead modal, sent: each error of the lead system on the input it belongs to."""
    submitted = request.submitted
    if submitted is None or not submitted.meta.connection:
        return Say(sentences.stale())
    found = await desk.apis.of(request.workspace, submitted.meta.connection)
    if found is None or (intake := found[0].intake) is None:
        return Faults({_first(submitted.blocks): "This connection was removed meanwhile."})
    provider, api = found
    try:
        row = as_model(intake.row, submitted.state)
    except Invalid as invalid:
        return Faults(invalid.errors)
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
        again = "" if sure else " It may have arrived; sending it again adds nothing twice."
        return Faults({intake.email: said + again})
    now = desk.now()

    def lead_created(tx: Tx) -> None:
        if once(tx, request.workspace, f"view:{submitted.view_id}", now):
            audit.note(tx, request.workspace, "created", actor=request.person.person, now=now)

    await desk.database.write(lead_created)
    text = f":white_check_mark: {provider.name} has it. Its card appears with the next poll."
    return Show(modal("New lead", [section(text)], callback=Form.SHOW, close="Done"))


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
    return {k: " ".join(v) for k, v in found.items()} or {intake.email: "It was refused without a reason."}


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
    able = await _able(desk, request)
    if not able:
        return Say("No connected lead system takes new leads. `/leads connect` connects one.")
    given = request.value.file
    names = [(c.connection, c.name) for c in able]
    leave_out = frozenset({"file"}) if given else frozenset()
    blocks: list[Block] = [
        section("A CSV with a header row: `email` and any of `firstName`, `lastName`, `phone`, `externalRef`…"),
        *inputs(Upload, {"connection": names[0][0]}, options={"connection": names}, leave_out=leave_out),
        context("Nothing is sent before you have seen a preview."),
    ]
    return Show(modal("Import leads", blocks, callback=Form.IMPORT, submit="Check", meta=Value(file=given)))


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
        return Faults({"connection": "Choose a connection."})
    loaded = await desk.files.content(request.workspace, file_id, csv_rows.LARGEST_FILE)
    if loaded is None:
        return Faults({place: "The file is gone or larger than 10 MB. Upload a smaller one."})
    allowed = await desk.database.read(lambda tx: people.sensitive_allowed(tx, request.workspace))
    try:
        text = csv_rows.text_of(loaded[1])
        read = await asyncio.to_thread(csv_rows.read, text, intake, sensitive=allowed, mail_customers=mail)
    except Unusable as unusable:
        return Faults({place: str(unusable)})
    pending = _Pending(request.workspace, connection_id, read, mail, request.person.person)
    desk.memory.put(submitted.view_id, pending)
    return Show(_preview(found[0], loaded[0], pending))


def _preview(provider: Provider, name: str, pending: _Pending) -> dict[str, Any]:
    read, good, bad = pending.read, len(pending.read.good), len(pending.read.refused)
    columns = ", ".join(f"{safe(k, 60)} → {safe(v, 60)}" for k, v in list(read.matched.items())[:30])
    blocks: list[Block] = [
        section(f"*{safe(name, 100)}*: *{good:,}* of {good + bad:,} rows can be sent to {provider.name}."),
        section(f"Columns: {columns}"),
    ]
    if read.ignored:
        blocks.append(context(f"Not used: {safe(', '.join(read.ignored), 300)}"))
    if read.withheld:
        blocks.append(
            context(f":lock: Sensitive, left out until an admin allows them: {safe(', '.join(read.withheld), 300)}")
        )
    if bad:
        shown = "\n".join(f"Row {r.row}: {safe(r.reason, 200)}" for r in read.refused[:5])
        more = f"\n… and {bad - 5:,} more; all come back as a CSV." if bad > 5 else ""
        blocks.append(section(f"*{bad:,} rows are not sent*\n{shown}{more}"))
    if pending.mail and good:
        blocks.append(section(f":envelope: *{good:,} customers will get an e-mail* from {provider.name}."))
    else:
        blocks.append(context("No customer gets an e-mail."))
    if not good:
        return modal("Import leads", blocks, callback=Form.SHOW)
    label = f"Send {good:,} leads" if good != 1 else "Send 1 lead"
    return modal("Import leads", blocks, callback=Form.IMPORT_SEND, submit=label, close="Cancel")


async def send(desk: Desk, request: Request) -> Answer:
    """The preview, confirmed: only good rows are sent, in batches; refused ones come back as a CSV."""
    submitted = request.submitted
    pending = desk.memory.take(submitted.view_id) if submitted else None
    if submitted is None or not isinstance(pending, _Pending):
        text = "This preview has expired; nothing was sent by it. Upload the file again: nothing is added twice."
        return Show(modal("Import leads", [section(text)], callback=Form.SHOW))
    found = await desk.apis.of(request.workspace, pending.connection)
    if found is None or (intake := found[0].intake) is None:
        return Show(modal("Import leads", [section("The connection was removed.")], callback=Form.SHOW))
    provider, api = found
    arrived, stopped = await _send_all(api, intake, pending)
    now = desk.now()

    def leads_imported(tx: Tx) -> None:
        facts = {"arrived": arrived, "refused": len(pending.read.refused) + len(pending.failed)}
        audit.note(tx, request.workspace, "imported", actor=request.person.person, now=now, **facts)

    await desk.database.write(leads_imported)
    refused = pending.read.refused + pending.failed
    text = f":white_check_mark: {provider.name} has {arrived:,} lead{'' if arrived == 1 else 's'} of this file."
    if stopped:
        said = sentences.failure(stopped, provider.name)
        text = (
            f":warning: {arrived:,} leads were sent, then: {said} Upload the same file again later: "
            "what was sent is not added twice."
        )
    if not refused:
        return Show(modal("Import leads", [section(text)], callback=Form.SHOW, close="Done"))
    text += f"\n{len(refused):,} rows were refused; I sent you a CSV with the reasons."
    shown = Show(modal("Import leads", [section(text)], callback=Form.SHOW, close="Done"))
    comment = f"{len(refused):,} rows of the import were refused. Mend them and import this part again."
    return Hand("refused-rows.csv", csv_rows.refused_csv(refused), comment, shown)


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
    """``/leads privacy``: whether intake modals may ask for sensitive fields."""
    if request.value.on is not None:
        on, now = request.value.on, desk.now()

        def allow_sensitive(tx: Tx) -> None:
            people.allow_sensitive(tx, request.workspace, on)
            audit.note(tx, request.workspace, "privacy", actor=request.person.person, now=now, sensitive=on)

        await desk.database.write(allow_sensitive)
    allowed = await desk.database.read(lambda tx: people.sensitive_allowed(tx, request.workspace))
    text = (
        "*Sensitive fields* (birth date, income, disability, circumstances) are "
        f"*{'offered' if allowed else 'not offered'}* when leads are created or imported from Slack. "
        "Slack sees what is typed; Leadbell sends it on and stores nothing of it."
    )
    flip = button(
        "Do not offer them" if allowed else "Offer them",
        Do.SENSITIVE,
        Value(on=not allowed),
        style="danger" if not allowed else None,
    )
    return Say("Sensitive fields", [section(text), actions(flip)], replace=request.value.on is not None)
