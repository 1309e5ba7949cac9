"""Running actions: the palette, a form, its confirmation, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from commands.forms import pages
from commands.forms.draft import Draft, leaves
from commands.forms.draw import OPTION_VALUE
from commands.forms.fields import Kind
from commands.forms.values import Lookup, as_text
from commands.ids import Do, Form, FormDo, ResultDo
from commands.palette import Entry
from commands.verb import Block, Value, View
from commands.views import sentences
from commands.views.blocks import actions, button, clean, context, divider, modal, notice, option, plain, safe, section
from commands.views.result import PAGE, Sheet, drawn, one
from providers.action import Effect
from providers.paging import items_of

REASON = "#reason"
"""The place of the input that says why a rule of contact is passed over."""
SUMMARY = 12
FEW = 8


def palette(
    recent: Sequence[Entry], found: Sequence[Entry], few: Sequence[Entry], words: str, *, lead: int | None, total: int
) -> View:
    """Search over all actions, and the last ones used as buttons. ``found`` fit the ``words`` that were typed;
    ``few`` are shown to somebody who used none yet."""
    picker: Block = {
        "type": "external_select",
        "action_id": Do.CHOOSE.value,
        "min_query_length": 0,
        "placeholder": plain("Search, such as “task” or “note”", 75),
    }
    blocks: list[Block] = [section(sentences.what_to_do(total)), actions(picker, block_id="action")]
    shown = found or recent or few
    if words and not found:
        blocks.append(notice(sentences.no_such_action(words)))
    if shown:
        blocks.append(section("*Fits what you typed*" if found else "*Used last*" if recent else "*For example*"))
    for entry in shown[:FEW]:
        value = Value(connection=entry.connection.connection, action=entry.action.name, lead=lead)
        open_ = button("Open", Do.DO, value)
        about = f"*{safe(entry.action.title, 80)}* · {safe(entry.connection.name, 40)}"
        blocks.append(section(f"{about}\n`{entry.action.name}`", accessory=open_))
    return modal("Do something", blocks, callback=Form.SHOW, meta=Value(lead=lead))


def options(found: Sequence[Entry]) -> list[Block]:
    """What the palette's select offers."""
    return [option(entry.label, entry.key, entry.action.section or None) for entry in found]


def choices(found: Sequence[tuple[str, str]], words: str) -> list[Block]:
    """What a form's select offers; an id that is not known here can be typed."""
    offered = [option(name, value) for value, name in found if 0 < len(value) <= OPTION_VALUE]
    typed = words.strip()
    if typed and all(value != typed for value, _ in found) and len(typed) <= OPTION_VALUE:
        offered[99:] = [option(f"Use “{typed}”", typed)]
    return offered[:100]


def gone() -> View:
    """A form that is not there any more."""
    return modal("Expired", [section(sentences.form_expired())], callback=Form.SHOW)


_SUBMIT = {Effect.READ: "Look up", Effect.WRITE: "Send", Effect.DESTROY: "Go on…"}


def form(
    entry: Entry,
    draft: Draft,
    name: str,
    lookup: Lookup,
    *,
    about: str | None,
    errors: Mapping[str, str] | None = None,
    focus: str = "",
    sensitive: bool = False,
    given: frozenset[str] = frozenset(),
) -> View:
    """An action's form, on the page of its draft. ``about``: the lead that it acts on; ``given`` is not asked again."""
    head = f"*{safe(entry.action.title, 100)}* · {safe(entry.connection.name, 60)} ({entry.provider.name})"
    blocks: list[Block] = [section(f"{head}\n{safe(about, 150)}" if about else head)]
    if sensitive:
        blocks.append(context(sentences.slack_sees()))
    wrong = {place: text for place, text in (errors or {}).items() if place != REASON}
    page = pages.draw(
        entry.action.params, draft, name, lookup, errors=wrong, focus=focus, sensitive=sensitive, leave_out=given
    )
    draft.page = page.page
    blocks += page.blocks
    if errors and REASON in errors:
        blocks += [
            notice(errors[REASON]) | {"block_id": f"notice:{REASON}"},
            {
                "type": "input",
                "block_id": REASON,
                "label": plain("Contact nevertheless, because", 100),
                "element": {"type": "plain_text_input", "action_id": Do.VALUE.value, "max_length": 300},
                "optional": True,
            },
        ]
    if not page.places and page.pages == 1:
        blocks.append(context(sentences.nothing_to_fill_in()))
    submit = "Go on…" if entry.action.asks else _SUBMIT[entry.action.effect]
    return modal(entry.action.title, blocks, callback=Form.ACTION, submit=submit, meta=Value(draft=name))


def confirm(
    entry: Entry, draft: Draft, name: str, lookup: Lookup, *, about: str | None, besides: Sequence[str] = ()
) -> View:
    """ "Are you sure?", with what is going to be sent."""
    action, system = entry.action, entry.provider.name
    warning = action.warns or sentences.sure(action.title, system, destroys=action.effect is Effect.DESTROY)
    blocks: list[Block] = [notice(safe(warning, 600))]
    if about:
        blocks.append(section(safe(about, 200)))
    lines = list(summary(action.params, draft, lookup))
    shown = [f"*{safe(title, 60)}:* {safe(text, 200)}" for title, text in lines[:SUMMARY]]
    if len(lines) > SUMMARY:
        shown.append(f"… and {len(lines) - SUMMARY} more")
    blocks += [section("\n".join(shown[start : start + 2])) for start in range(0, len(shown), 2)]
    blocks += [section(safe(text, 600)) for text in besides]
    label = "Yes, delete" if action.effect is Effect.DESTROY and action.method == "DELETE" else "Yes, do it"
    return modal(action.title, blocks, callback=Form.CONFIRM, submit=label, meta=Value(draft=name, page=draft.kept))


def summary(model: type[BaseModel], draft: Draft, lookup: Lookup) -> Sequence[tuple[str, str]]:
    """What was filled in, with names in place of ids. What is sensitive or secret is only said to be there."""
    said = []
    for leaf in leaves(model, draft):
        value = draft.values.get(leaf.place)
        if value is None:
            continue
        asked = leaf.asked
        codes = [str(v) for v in value] if isinstance(value, list) else [str(value)]
        known = lookup.named(asked.refers, codes) if asked.refers else dict(asked.choices)
        text = ", ".join(known.get(c, c) for c in codes) if known else as_text(asked, value)
        if asked.sensitive or asked.kind is Kind.SECRET:
            text = "(given)"
        said.append((asked.title, text))
    return said


def _result(text: str, what: ResultDo, name: str, page: int | None = None, do_: Do = Do.RESULT) -> Block:
    return button(text, do_, Value(do=what, draft=name, page=page))


def result(entry: Entry, draft: Draft, name: str, sheet: Sheet, answer: Any, *, more: bool) -> View:
    """What came of it; ``more``: the lead system has further pages."""
    action = entry.action
    blocks: list[Block] = []
    if action.effect is not Effect.READ:
        blocks.append(section(sentences.carried_out(action.title, entry.provider.name)))
    items = items_of(answer)
    alone = items is not None and draft.one is not None and draft.one < len(items)
    if items is not None and draft.one is not None and alone:
        body, count = one(sheet, items[draft.one]), 0
    else:
        body, count = drawn(sheet, answer, draft.shown, lambda n: _result("Open", ResultDo.ONE, name, n))
    blocks += body
    buttons = []
    if alone:
        buttons.append(_result("◀ Back to the list", ResultDo.SHOW, name, draft.shown, Do.RESULT_BACK))
    elif draft.shown:
        buttons.append(_result("◀ Back", ResultDo.SHOW, name, max(0, draft.shown - PAGE), Do.RESULT_BACK))
    if count > draft.shown + PAGE:
        buttons.append(_result("Next ▶", ResultDo.SHOW, name, draft.shown + PAGE))
    elif more and not alone:
        buttons.append(_result("Next page ▶", ResultDo.NEXT, name))
    if body and action.effect is Effect.READ:
        buttons.append(_result("Send me a CSV", ResultDo.CSV, name, do_=Do.RESULT_FILE))
    if buttons:
        blocks += [divider(), actions(*buttons)]
    if not sheet.contact and body:
        blocks.append(context(sentences.contact_hidden()))
    return modal(action.title, blocks or [section("Done.")], callback=Form.SHOW, close="Done")


def failed(entry: Entry, name: str, text: str, *, retry: bool) -> View:
    """It could not be done, or nobody knows whether it was; what was typed is kept."""
    blocks: list[Block] = [notice(text)]
    if retry:
        blocks.append(actions(button("Back to the form", Do.FORM, Value(do=FormDo.AGAIN, draft=name))))
    return modal(entry.action.title, blocks, callback=Form.SHOW, close="Close")


def reopened(text: str, name: str) -> tuple[str, list[Block]]:
    """Slack closed the window: the form is one press away, as it was."""
    return text, [section(text, accessory=button("Open", Do.FORM, Value(do=FormDo.TURN, draft=name)))]


def document_sent(title: str) -> View:
    """A document is on its way."""
    return modal(title, [section(sentences.document_on_its_way())], callback=Form.SHOW, close="Done")


def csv_sent(title: str, rows: int, *, whole: bool) -> View:
    """The file is on its way."""
    return modal(title, [section(sentences.csv_on_its_way(rows, whole=whole))], callback=Form.SHOW, close="Done")


def short(text: str) -> str:
    """For a file's name."""
    return clean(text, 40).replace("/", "-")
