"""Find and read: ``/leads list`` and ``/leads show``."""

from __future__ import annotations

from commands import identity
from commands import sight as seeing
from commands.desk.visibility import sees_contact
from commands.forms.words import Misspelt, parse
from commands.verb import Answer, Desk, Request, Say, Show, Value, View
from commands.views import listing, sentences
from commands.views.record import record
from storage import audit, leads
from storage.database import Tx
from storage.filters import Every, Frame, Shared

LONGEST = 1900
"""Characters of filter words as the paging buttons carry them (as JSON); their values hold 2,000."""


async def list_leads(desk: Desk, request: Request) -> Answer:
    """``/leads list …`` and its paging buttons."""
    words, number = request.text.strip(), 0
    replace = request.value.page is not None
    if replace:
        words, number = request.value.words or "", max(0, request.value.page or 0)
    elif request.value.words is not None:
        words = request.value.words
    if (carried := len(Value(words=words).dumped())) > LONGEST:
        return Say(sentences.too_long(carried, LONGEST))
    now, person = desk.now(), request.person

    def look(tx: Tx) -> Answer:
        try:
            wanted = parse(words, seeing.vocabulary(tx, desk.providers, request.workspace, person.zone))
        except Misspelt as wrong:
            return Say(sentences.misspelt(wrong.word, wrong.nearest, wrong.expected))
        wanted = wanted if person.is_admin else Every((wanted, Shared()))
        frame = Frame(now, person.person)
        total = leads.count(tx, request.workspace, wanted, frame)
        shown = min(number, max(0, (total - 1) // listing.PAGE))
        found = leads.find(tx, request.workspace, wanted, frame, limit=listing.PAGE, offset=shown * listing.PAGE)
        seen = (seeing.sight(tx, desk.providers, request.workspace, f.number, reader=person) for f in found)
        sights = [s for s in seen if s]
        return listing.page(sights, total=total, number=shown, words=words, zone=person.zone, now=now, replace=replace)

    return await desk.database.read(look)


async def show_words(desk: Desk, request: Request) -> Answer:
    """``/leads show KP-1042``."""
    number = seeing.number(request.text)
    if number is None:
        return Say(sentences.no_such_lead(request.text.strip() or "without a reference"))
    view = await details_view(desk, request, number)
    return Show(view) if view else Say(sentences.no_such_lead(request.text.strip()))


async def details(desk: Desk, request: Request) -> Answer:
    """The card's *Details*."""
    if request.value.lead is None:
        return Say(sentences.stale())
    view = await details_view(desk, request, request.value.lead)
    return Show(view) if view else Say(sentences.gone())


async def details_view(desk: Desk, request: Request, number: int) -> View | None:
    """The *Details* modal; an admin's look at somebody else's contact data is audited."""
    now, person, workspace = desk.now(), request.person, request.workspace

    def look(tx: Tx) -> tuple[View, bool] | None:
        seen = seeing.sight(tx, desk.providers, workspace, number, viewer=person, now=now)
        if seen is None:
            return None
        contact = sees_contact(seen.lead, person)
        notes = leads.notes(tx, workspace, number)
        entries = audit.of_lead(tx, workspace, number)
        seen = identity.beside(tx, desk.providers, seen, person)
        people = [n.author for n in notes] + [e.actor for e in entries]
        people += [str(p) for e in entries for key in ("person", "owner") if (p := e.facts.get(key))]
        seen.names.update(seeing.names(tx, workspace, people))
        view = record(seen, contact=contact, notes=notes, entries=entries, now=now)
        return view, contact and seen.lead.owner != person.person

    found = await desk.database.read(look)
    if found is None:
        return None
    view, audited = found
    if audited:

        def note_look(tx: Tx) -> None:
            audit.note(tx, workspace, "looked", actor=person.person, now=now, lead=number)

        await desk.database.write(note_look)
    return view
