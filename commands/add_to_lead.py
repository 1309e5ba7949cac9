"""*Add to lead…* in the menu of a message: what somebody wrote becomes a note of a lead, with a link back."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, Field

from commands import sight as seeing
from commands import work
from commands.desk.quoting import mentioned, spoken
from commands.forms.read import Invalid, as_model
from commands.lookup import named, of_desk
from commands.verb import Answer, Block, Desk, Done, Faults, Request, Say, Shared, Show, Value
from commands.views import adding as views
from commands.views import doing, sentences
from commands.views.blocks import clean
from providers.action import Long, Refers
from storage import deliveries, people
from storage.choices import once
from storage.database import Tx
from storage.records import Person

OFFERED = 100
LONGEST = 2700
"""Of the text: with the author's name and the link it is no longer than a note may be."""
NAMED = 20
"""Mentions that are looked up."""


class Added(BaseModel):
    """A note, as the modal asks for it."""

    lead: Annotated[str, Refers("lead")] = Field(title="Lead", description="Type its number, a name or a place.")
    note: Annotated[str, Long()] = Field(title="Note", max_length=LONGEST, min_length=1)


async def add(desk: Desk, request: Request) -> Answer:
    """The shortcut: the modal, with the lead filled in where the message is its card or stands in the card's thread."""
    shared, person = request.shared, request.person
    if shared is None:
        return Say(sentences.stale())
    if not shared.text.strip():
        return Say(sentences.no_text_to_add())
    wanted = [*mentioned(shared.text)[:NAMED], *([shared.author] if shared.author else [])]

    def look(tx: Tx) -> tuple[dict[str, str], list[tuple[str, str]], bool]:
        known = {i: p.name for i in wanted if (p := people.person(tx, request.workspace, i))}
        chosen = _card_of(tx, desk, person, shared)
        return known, chosen, bool(chosen or of_desk(tx, desk.providers, person, "", desk.now(), 1))

    names, chosen, any_lead = await desk.database.read(look)
    if not any_lead:
        return Say(sentences.nothing_to_add_to())
    author = names.get(shared.author) or shared.author_name or "somebody"
    text = clean(spoken(shared.text, names), LONGEST, lines=True)
    meta = Value(words=clean(author, 80), path=f"{shared.channel}/{shared.ts}")
    values = {"lead": chosen[0][0] if chosen else None, "note": text}
    return Show(views.form(Added, values, chosen, author, meta))


def _card_of(tx: Tx, desk: Desk, person: Person, shared: Shared) -> list[tuple[str, str]]:
    """The lead of a card, or of the card whose thread the message stands in; none where the person may not see it."""
    for ts in filter(None, (shared.ts, shared.thread_ts)):
        for number in deliveries.leads_at(tx, person.workspace, shared.channel, ts):
            if seen := seeing.sight(tx, desk.providers, person.workspace, number, viewer=person):
                return [(str(number), named(seen.lead, seen.provider.prefix))]
    return []


async def suggestions(desk: Desk, request: Request, place: str) -> list[Block]:
    """What the select offers for what was typed."""
    if place != "lead":
        return []

    def look(tx: Tx) -> list[Block]:
        return doing.choices(of_desk(tx, desk.providers, request.person, request.text, desk.now(), OFFERED), "")

    return await desk.database.look(look)


async def added(desk: Desk, request: Request) -> Answer:
    """The modal, sent."""
    submitted = request.submitted
    if submitted is None or not submitted.meta.path:
        return Say(sentences.stale())
    try:
        asked = as_model(Added, submitted.state)
    except Invalid as invalid:
        return Faults(invalid.errors)
    if not re.fullmatch(r"[0-9]{1,12}", asked.lead):
        return Faults({"lead": sentences.choose_a_lead()})
    channel, _, ts = submitted.meta.path.partition("/")
    link = await desk.directory.permalink(request.workspace, channel, ts)
    body = f"{asked.note}\n{sentences.quoted(submitted.meta.words or 'somebody', link)}"
    now, by, workspace = desk.now(), request.person.person, request.workspace

    def add_note(tx: Tx) -> Answer:
        seen = seeing.sight(tx, desk.providers, workspace, int(asked.lead), viewer=request.person)
        if seen is None:
            return Faults({"lead": sentences.gone()})
        if not once(tx, workspace, f"view:{submitted.view_id}", now):
            return Done()
        work.keep_note(tx, desk, seen, body, by=by, now=now)
        return Show(views.added(seen, linked=link is not None))

    answer = await desk.database.write(add_note)
    desk.wake()
    return answer
