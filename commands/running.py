"""An action is run: checked, asked about, carried out once, and its result drawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import BaseModel

from commands import documents
from commands.forms import args
from commands.forms.read import Invalid
from commands.ids import ResultDo
from commands.opened import (
    SENSITIVE,
    Opened,
    about_named,
    about_of,
    draw_form,
    keep,
    local_of,
    now_there,
    open_draft,
    params_of,
)
from commands.palette import may_run, sees_results
from commands.verb import Answer, Desk, Faults, Hand, Request, Say, Show
from commands.views import doing, sentences
from commands.views.result import Sheet, as_csv, ids_in
from providers.action import Effect
from providers.download import Download
from providers.errors import AuthFailed, ProviderError, Rejected, Unavailable, UnexpectedResponse
from providers.http import Api
from providers.lead import Privacy
from providers.paging import MOST_PAGES, every_page, items_of
from storage import audit, drafts, pings
from storage.choices import once, undo
from storage.database import Tx
from storage.records import Person


def may_run_again(workspace: str, name: str, tx: Tx) -> None:
    undo(tx, workspace, f"draft:{name}")


async def submit(desk: Desk, request: Request, name: str) -> Answer:
    """Check a draft, and run it or ask first."""
    opened = await desk.database.read(lambda tx: open_draft(tx, desk, request, name))
    if opened is None:
        return Say(sentences.form_expired())
    if lost := [p for p in opened.draft.held_back if p not in opened.draft.values]:
        return await _not_held(desk, request, opened, lost)
    try:
        params = params_of(opened, now_there(desk, request.person))
    except Invalid as invalid:
        return await _refuse(desk, request, name, invalid.errors)
    opened = await about_named(desk, request, opened, params)
    if refusal := _forbidden(opened, request.person):
        return Say(refusal)
    if how := _unwanted(opened, params):
        return await _ask_why(desk, request, opened, how)
    if opened.entry.action.asks or opened.entry.action.foresee:
        return await _ask(desk, request, opened, params)
    return await _run(desk, request, opened, params)


async def _not_held(desk: Desk, request: Request, opened: Opened, lost: list[str]) -> Answer:
    """Sensitive values that were typed are not there any more: that is said once, rather than sending without them."""
    opened.draft.values |= dict.fromkeys(lost)
    opened.draft.held_back = []
    await keep(desk, request, opened.draft, opened.entry, opened.name)
    text = sentences.sensitive_gone() if opened.sensitive else sentences.sensitive_off()
    return await _refuse(desk, request, opened.name, dict.fromkeys(lost, text))


def _forbidden(opened: Opened, person: Person) -> str | None:
    if may_run(opened.entry.action, person, opened.lead):
        return None
    owner = opened.owner if opened.visible else None
    return sentences.not_yours_to_run(None if opened.entry.action.for_admins else owner or "Somebody")


def _unwanted(opened: Opened, params: BaseModel) -> str | None:
    """The rule of contact that this action would break, if any, and for which no reason was given."""
    how = opened.entry.action.contacts(params) if opened.entry.action.contacts else None
    if not how or opened.lead is None or how not in opened.lead.limits.split(","):
        return None
    return None if opened.draft.reason and opened.draft.broken == _rule(opened, how) else how


def _rule(opened: Opened, how: str) -> str:
    return f"{how}:{opened.lead.number if opened.lead else ''}"


async def _ask_why(desk: Desk, request: Request, opened: Opened, how: str) -> Answer:
    """The form, with an input for the reason: it counts for this lead and this rule only."""
    opened.draft.reason, opened.draft.broken = None, _rule(opened, how)
    await keep(desk, request, opened.draft, opened.entry, opened.name)
    return await draw_form(desk, request, opened.name, {doing.REASON: sentences.do_not_contact(how)})


async def _refuse(desk: Desk, request: Request, name: str, errors: Mapping[str, str]) -> Answer:
    """Sentences on the inputs where they are drawn; else the page that has the first of them."""
    drawn = {b.get("block_id") for b in (request.submitted.blocks if request.submitted else ())}
    if request.submitted and errors and set(errors) <= drawn:
        return Faults(errors)
    return await draw_form(desk, request, name, errors)


async def _ask(desk: Desk, request: Request, opened: Opened, params: BaseModel) -> Answer:
    """ "Are you sure?", with what is foreseen; it runs at once where there is nothing to be sure of."""
    besides: list[str] = []
    if opened.entry.action.foresee is not None and (api := await _api(desk, request, opened)) is not None:
        try:
            if foreseen := await opened.entry.action.foresee(api.for_people(), params):
                besides.append(foreseen)
        except ProviderError as error:
            return await _not_done(desk, request, opened, error)
    if not (besides or opened.entry.action.asks):
        return await _run(desk, request, opened, params)

    def look(tx: Tx) -> Answer:
        lookup = local_of(tx, desk, request, opened)
        about = about_of(desk, opened)
        return Show(doing.confirm(opened.entry, opened.draft, opened.name, lookup, about=about, besides=besides))

    return await desk.database.read(look)


async def confirmed(desk: Desk, request: Request) -> Answer:
    """ "Yes": run it."""
    name = (request.submitted.meta.draft if request.submitted else None) or ""
    opened = await desk.database.read(lambda tx: open_draft(tx, desk, request, name))
    if opened is None:
        return Show(doing.gone())
    if lost := [p for p in opened.draft.held_back if p not in opened.draft.values]:
        return await _not_held(desk, request, opened, lost)
    try:
        params = params_of(opened, now_there(desk, request.person))
    except Invalid as invalid:
        return await draw_form(desk, request, name, invalid.errors)
    if refusal := _forbidden(opened, request.person):
        return Say(refusal)
    if how := _unwanted(opened, params):
        return await _ask_why(desk, request, opened, how)
    if request.submitted and request.submitted.meta.page != opened.draft.kept:  # changed in another window meanwhile
        return await _ask(desk, request, opened, params)
    return await _run(desk, request, opened, params)


# --------------------------------------------------------------------------------------------- running


async def _api(desk: Desk, request: Request, opened: Opened) -> Api | None:
    found = await desk.apis.of(request.workspace, opened.entry.connection.connection)
    return found[1] if found else None


async def _run(desk: Desk, request: Request, opened: Opened, params: BaseModel) -> Answer:
    """Carry it out, once for each time the form was sent."""
    action, workspace = opened.entry.action, request.workspace
    api = await _api(desk, request, opened)
    if api is None:
        return Say(sentences.connection_gone())
    if action.document and (refusal := await documents.refusal(desk, request, opened.lead, opened.owner)):
        return Say(refusal)
    writes, now = action.effect is not Effect.READ, desk.now()

    def begin(tx: Tx) -> bool:
        drafts.ran(tx, workspace, request.person.person, opened.entry.connection.connection, action.name, now)
        return not writes or once(tx, workspace, f"draft:{opened.name}", now)

    if not await desk.database.write(begin):
        return Say(sentences.running_already())
    try:
        answer = await action.run(api.for_people(), params)
    except ProviderError as error:
        return await _not_done(desk, request, opened, error)
    await desk.database.write(partial(_ran, desk, request, opened, now))
    if writes:
        desk.memory.take(f"{SENSITIVE}{opened.name}")
    desk.wake()
    if isinstance(answer, Download) and opened.lead is not None:
        return await documents.hand(desk, request, opened.entry, opened.lead, answer)
    return await _result(desk, request, opened, params, answer)


def _ran(desk: Desk, request: Request, opened: Opened, now: datetime, tx: Tx, **more: bool) -> None:
    """What is kept of a run: who did what to which lead, and no word of what was sent. ``more``: how it went."""
    action, lead = opened.entry.action, opened.lead
    facts: dict[str, Any] = {"action": action.name, "connection": opened.entry.connection.name, **more}
    if opened.draft.reason:
        facts["reason"] = opened.draft.reason
    if lead is not None:
        looked = lead.owner != request.person.person
    else:  # contact data of whoever is in it
        looked = action.privacy is not Privacy.PUBLIC and sees_results(action, request.person, None)
    if action.effect is not Effect.READ or looked:
        word = "ran" if action.effect is not Effect.READ else "looked"
        audit.note(
            tx,
            request.workspace,
            word,
            actor=request.person.person,
            now=now,
            lead=lead.number if lead else None,
            **facts,
        )
    if action.effect is not Effect.READ and lead is not None and opened.entry.provider.webhooks is not None:
        pings.put(tx, request.workspace, lead.connection, [lead.external_id], now)  # it is read again, before others


async def _not_done(desk: Desk, request: Request, opened: Opened, error: ProviderError) -> Answer:
    """Why not, where the person is looking; what was typed is kept."""
    action, system, name = opened.entry.action, opened.entry.provider.name, opened.name
    unknown = (isinstance(error, Unavailable) and error.arrived is None) or isinstance(error, UnexpectedResponse)
    if unknown and action.effect is not Effect.READ and not action.idempotent:
        reason = str(error) or "no answer"
        said = sentences.unsure(action.title, system, reason)
        await desk.database.write(partial(_ran, desk, request, opened, desk.now(), unsure=True))
        return Show(doing.failed(opened.entry, name, said, retry=True), or_say=True, later=said)
    await desk.database.write(partial(may_run_again, request.workspace, name))
    if isinstance(error, Rejected) and error.errors:
        errors: dict[str, str] = {}
        for one in error.errors:
            place = args.place_named(action.params, opened.draft, one.field, one.row) or ""
            text = sentences.refused_there(system, one.message)
            errors[place] = f"{errors[place]} {text}" if place in errors else text
        if "" not in errors:
            return await _refuse(desk, request, name, errors)
    text = sentences.failure(error, system) if not isinstance(error, AuthFailed) else sentences.key_refused(system)
    return Show(doing.failed(opened.entry, name, text, retry=True), or_say=True, later=text)


async def _result(desk: Desk, request: Request, opened: Opened, params: BaseModel, answer: Any) -> Answer:
    """Draw what it gave, and remember it for a while so that its pages can be turned."""
    action, draft = opened.entry.action, opened.draft
    asked = params.model_dump(by_alias=True, exclude_none=True) | draft.asked
    items = items_of(answer)
    more = action.paging is not None and items is not None and action.paging.following(asked, answer, items) is not None
    desk.memory.put(f"result:{opened.name}", answer)

    def look(tx: Tx) -> Answer:
        sheet = _sheet(tx, desk, request, opened, answer)
        later = "" if action.effect is Effect.READ else sentences.carried_out(action.title, opened.entry.provider.name)
        shown = doing.result(opened.entry, draft, opened.name, sheet, answer, more=more)
        return Show(shown, or_say=True, later=later)

    return await desk.database.read(look)


def _sheet(tx: Tx, desk: Desk, request: Request, opened: Opened, answer: Any) -> Sheet:
    action = opened.entry.action
    lookup = local_of(tx, desk, request, opened)
    named = {kind: lookup.named(kind, sorted(ids)) for kind, ids in ids_in(action.gives, answer).items()}
    return Sheet(action, sees_results(action, request.person, opened.lead), request.person.zone, named)


async def result_button(desk: Desk, request: Request) -> Answer:
    """Below a result: turn its pages, or have all of it as a file."""
    value, name = request.value, request.value.draft or ""
    opened = await desk.database.read(lambda tx: open_draft(tx, desk, request, name))
    if opened is None or not may_run(opened.entry.action, request.person, opened.lead):
        return Say(sentences.form_expired())
    if opened.entry.action.effect is not Effect.READ:
        return Say(sentences.stale())
    action, draft = opened.entry.action, opened.draft
    try:
        params = params_of(opened)
    except Invalid:
        return Say(sentences.form_expired())
    api = await _api(desk, request, opened)
    if api is None:
        return Say(sentences.connection_gone())
    base = params.model_dump(by_alias=True, exclude_none=True)  # as the model takes it: times keep their zone

    async def ask(asked: Mapping[str, Any]) -> Any:
        return await action.run(api.for_people(), action.params.model_validate(dict(asked)))

    try:
        if value.do == ResultDo.CSV:
            return await _csv(desk, request, opened, ask, base)
        answer = desk.memory.peek(f"result:{name}")
        if value.do in (ResultDo.SHOW, ResultDo.ONE):
            draft.one = value.page if value.do == ResultDo.ONE else None
            draft.shown = draft.shown if value.do == ResultDo.ONE else value.page or 0
            answer = answer if answer is not None else await ask(base | draft.asked)
        else:
            answer = answer if answer is not None else await ask(base | draft.asked)
            following = (
                action.paging.following(base | draft.asked, answer, items_of(answer) or []) if action.paging else None
            )
            if following is None:
                return Say(sentences.nothing_more())
            before = items_of(answer)
            answer = await ask(base | draft.asked | following)
            if items_of(answer) in (None, [], before):  # the last page was shown, or it ignores paging
                return Say(sentences.nothing_more())
            draft.asked |= following
            draft.shown, draft.one = 0, None
    except ProviderError as error:
        return Say(sentences.failure(error, opened.entry.provider.name))
    await keep(desk, request, draft, opened.entry, name)
    return await _result(desk, request, opened, params, answer)


async def _csv(desk: Desk, request: Request, opened: Opened, ask: Any, base: Mapping[str, Any]) -> Answer:
    action = opened.entry.action
    found: list[Any] = []
    whole, read = True, 0
    try:
        if action.paging is None:
            answer = await ask(base)
            items = items_of(answer)
            found = [answer] if items is None else items
        else:
            async for page in every_page(ask, action.paging, base):
                found += page
                read += 1
            whole = read < MOST_PAGES
    except ProviderError:
        whole = False
    if not found and not whole:
        return Say(sentences.nothing_read(opened.entry.provider.name))

    def look(tx: Tx) -> bytes:
        return as_csv(_sheet(tx, desk, request, opened, found), found)

    content = await desk.database.read(look)
    await desk.database.write(partial(_ran, desk, request, opened, desk.now(), file=True))
    name = f"{action.name}.csv"
    shown = doing.csv_sent(action.title, len(found), whole=whole)
    return Hand(name, content, sentences.csv_of(action.title, opened.entry.connection.name), Show(shown))
