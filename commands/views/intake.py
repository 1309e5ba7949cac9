"""Creating leads: the modal of one, the import's modals, and the switch for sensitive fields."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from commands.forms.draw import inputs
from commands.ids import Do, Form
from commands.rows import Read
from commands.verb import Block, Say, Value, View
from commands.views import sentences
from commands.views.blocks import actions, button, context, modal, safe, section
from storage.records import Connection

COLUMNS_SHOWN = 30
ROWS_SHOWN = 5


def choose(able: Sequence[Connection]) -> Say:
    """Where is the lead to be made?"""
    rows = [actions(button(c.name, Do.NEW, Value(connection=c.connection))) for c in able[:20]]
    text = sentences.which_connection()
    return Say(text, [section(f"*{text}*"), *rows])  # an action id may stand once in a block


def new(row: type[BaseModel], connection: Connection, system: str, *, sensitive: bool) -> View:
    """The modal of one lead."""
    blocks = [section(sentences.new_lead_in(system, connection.name))]
    if sensitive:
        blocks.append(context(sentences.slack_sees()))
    blocks += inputs(row, sensitive=sensitive)
    meta = Value(connection=connection.connection)
    return modal("New lead", blocks, callback=Form.NEW, submit="Create", meta=meta)


def created(system: str) -> View:
    """The lead system has it."""
    return modal("New lead", [section(sentences.lead_created(system))], callback=Form.SHOW, close="Done")


def upload(model: type[BaseModel], able: Sequence[Connection], file: str | None) -> View:
    """The import modal; without its file input where ``file`` was shared already."""
    names = [(c.connection, c.name) for c in able]
    leave_out = frozenset({"file"}) if file else frozenset()
    blocks = [
        section(sentences.csv_expected()),
        *inputs(model, {"connection": names[0][0]}, options={"connection": names}, leave_out=leave_out),
        context(sentences.preview_first()),
    ]
    return modal("Import leads", blocks, callback=Form.IMPORT, submit="Check", meta=Value(file=file))


def preview(system: str, name: str, read: Read, *, mailed: int) -> View:
    """What a file holds, and what would be sent; ``mailed`` customers get an e-mail."""
    good, bad = len(read.good), len(read.refused)
    columns = ", ".join(f"{safe(k, 60)} → {safe(v, 60)}" for k, v in list(read.matched.items())[:COLUMNS_SHOWN])
    blocks: list[Block] = [
        section(sentences.rows_ready(name, good, good + bad, system)),
        section(f"Columns: {columns}"),
    ]
    if read.ignored:
        blocks.append(context(f"Not used: {safe(', '.join(read.ignored), 300)}"))
    if read.withheld:
        blocks.append(context(sentences.withheld(read.withheld)))
    if bad:
        shown = "\n".join(f"Row {r.row}: {safe(r.reason, 200)}" for r in read.refused[:ROWS_SHOWN])
        more = f"\n… and {bad - ROWS_SHOWN:,} more; all come back as a CSV." if bad > ROWS_SHOWN else ""
        blocks.append(section(f"*{sentences.counted(bad, 'row')} not sent*\n{shown}{more}"))
    blocks.append(
        section(sentences.customers_mailed(mailed, system)) if mailed else context("No customer gets an e-mail.")
    )
    if not good:
        return modal("Import leads", blocks, callback=Form.SHOW)
    label = f"Send {sentences.counted(good, 'lead')}"
    return modal("Import leads", blocks, callback=Form.IMPORT_SEND, submit=label, close="Cancel")


def ended(text: str) -> View:
    """What came of an import."""
    return modal("Import leads", [section(text)], callback=Form.SHOW, close="Done")


def privacy(*, sensitive: bool, documents: bool, replace: bool) -> Say:
    """Whether sensitive fields are offered and documents are sent, and the switches."""
    return Say(
        "Privacy",
        [
            section(sentences.sensitive_fields(allowed=sensitive)),
            actions(_switch(Do.SENSITIVE, "Offer them", "Do not offer them", on=sensitive)),
            section(sentences.documents(allowed=documents)),
            actions(_switch(Do.DOCUMENTS, "Send them", "Do not send them", on=documents)),
        ],
        replace=replace,
    )


def _switch(do: Do, allow: str, forbid: str, *, on: bool) -> Block:
    return button(forbid if on else allow, do, Value(on=not on), style=None if on else "danger")
