"""What Leadbell says, a function a sentence. Exceptions carry facts; the words live here.

Each sentence says what happened and what to do next. Foreign text goes through ``safe``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from commands.views.blocks import clean, local_time, safe
from providers.errors import AuthFailed, ProviderError, Rejected, Unavailable, UnexpectedResponse
from storage.records import Decision


def span(seconds: float) -> str:
    """A length of time in two units at the most: 45 s, 4 min, 2 h 5 min, 3 d 4 h."""
    total = max(0, int(seconds))
    if total < 60:
        return f"{total} s"
    parts = (("d", 86400), ("h", 3600), ("min", 60))
    shown: list[str] = []
    for unit, size in parts:
        if total >= size:
            shown.append(f"{total // size} {unit}")
            total %= size
        elif shown:
            break
    return " ".join(shown[:2])


def ago(at: datetime, now: datetime) -> str:
    """How long ago."""
    return f"{span((now - at).total_seconds())} ago"


def listed(names: Iterable[str], word: str = "and") -> str:
    """One, two and three."""
    all_names = list(names)
    return f" {word} ".join([", ".join(all_names[:-1]), all_names[-1]]) if len(all_names) > 1 else "".join(all_names)


# -- inputs


def invalid(error: Mapping[str, Any]) -> str:
    """pydantic's error on one input, for the person who typed it."""
    kind, facts = str(error["type"]), error.get("ctx", {})
    match kind:
        case "missing":
            return "Please fill this in."
        case "int_parsing" | "int_type" | "int_from_float":
            return "Write a whole number, such as 2."
        case "float_parsing" | "float_type":
            return "Write a number, such as 1250.50."
        case "date_from_datetime_parsing" | "date_parsing" | "date_type":
            return "Write a date as YYYY-MM-DD."
        case "string_too_long" | "too_long" if facts.get("field_type") != "List":  # a secret is no string to pydantic
            return f"Use {facts['max_length']} characters or fewer."
        case "too_long":
            return f"Give {facts['max_length']} or fewer; these are {facts.get('actual_length', 'more')}."
        case "string_too_short":
            return "Please fill this in."
        case "greater_than_equal":
            return f"Use {facts['ge']:.15g} or more."
        case "less_than_equal":
            return f"Use {facts['le']:.15g} or less."
        case "string_pattern_mismatch":
            return "This does not have the expected form; see the hint below the input."
        case "extra_forbidden":
            return "This is not a known field."
        case "literal_error" | "enum":
            return f"Choose one of {facts['expected']}."
    message = str(error.get("msg", "is not accepted"))
    if kind == "value_error":
        if "email" in message:
            return "This is not an e-mail address; write it like ada@example.com."
        message = message.removeprefix("Value error, ")
    return f"{message[:1].upper()}{message[1:]}".rstrip(". ") + "."


def yes_or_no() -> str:
    """A word that is neither."""
    return "Write yes or no."


def no_time(text: str) -> str:
    """Not a point in time."""
    return f"“{safe(text, 40)}” is not a time I understand. Write it like 2026-12-01 14:30, or tomorrow 9am."


def no_amount(text: str) -> str:
    """Not an amount of money."""
    return f"“{safe(text, 40)}” is not an amount. Write it like 450000, or $450,000."


def which_one(text: str, names: Sequence[str]) -> str:
    """A name that several have."""
    return f"“{safe(text, 40)}” could be {listed((safe(n, 60) for n in names), 'or')}. Write the whole name."


def numbers_with_commas() -> str:
    """Not a list of numbers."""
    return "Write whole numbers separated by commas, such as 2, 3."


def no_json() -> str:
    """Not JSON."""
    return 'Write it as JSON, such as {"name": "value"}.'


def in_the_past() -> str:
    """A time that has to lie ahead."""
    return "That is in the past. Choose a later time."


# -- lead systems


def failure(error: ProviderError, system: str, key_title: str = "credentials") -> str:
    """Why a lead system did not do what was asked, for whoever asked."""
    match error:
        case AuthFailed():
            return f"{system} refuses this {key_title}. Check it, or make a new one there and paste it here."
        case Unavailable(reason=reason):
            return f"{system} cannot be asked just now ({reason}). Nothing was lost; try again in a minute."
        case Rejected(errors=errors) if errors:
            said = safe(errors[0].message, 200)
            return said if said.startswith(system) else f"{system} refuses: {said}"
        case Rejected():
            return f"{system} refuses this request. Check what was typed and try again."
        case UnexpectedResponse(reason=reason):
            return (
                f"{system} answered something unexpected ({reason}). "
                "Its address may be wrong, or it is being repaired; try again later."
            )
        case _:
            return f"{system} could not be asked. Try again in a minute."


def trouble(error: ProviderError) -> str:
    """The same as a short fact, for status."""
    match error:
        case AuthFailed():
            return "credentials refused"
        case Unavailable(reason=reason) | UnexpectedResponse(reason=reason):
            return reason
        case Rejected(status=status):
            return f"request refused (HTTP {status})"
        case _:
            return "failed"


def connection_paused(name: str, system: str) -> str:
    """To whoever connected it, once."""
    return (
        f":rotating_light: {system} refuses the credentials of *{safe(name)}*. Polling is paused; no lead is lost "
        "there. Press *Reconnect* and paste a new key."
    )


def first_read(name: str, system: str, stored: int) -> str:
    """One summary after the first reading of a connection."""
    found, verb = ("1 lead was", "is") if stored == 1 else (f"{stored:,} leads were", "are")
    return (
        f":inbox_tray: *{safe(name)}*: {found} in {system} already and {verb} stored quietly. "
        f"Alerts begin now; `/leads list connection:{safe(name)}` shows the older ones."
    )


def now_masked(channel: str) -> str:
    """To whoever subscribed a channel that shows contact data, once outsiders are in it."""
    return (
        f":warning: <#{channel}> has guests or people from outside now, so its cards hide contact data from here on. "
        "`/leads subscriptions` shows who hears what."
    )


def held_back(channel: str, why: str) -> str:
    """To whoever subscribed a channel that cannot be posted to, once."""
    return (
        f":warning: I cannot post new leads in <#{channel}> ({why}). They are held back, not lost. "
        "Type `/invite @Leadbell` there, or unsubscribe it with `/leads subscriptions`."
    )


def refused_card(channel: str, why: str) -> str:
    """To whoever subscribed a channel, once, where Slack refuses a message itself."""
    return (
        f":warning: Slack refuses a message of mine in <#{channel}> ({why}). It is held back, not lost: "
        "`/leads list` shows the lead. Please tell whoever runs Leadbell."
    )


def name_taken(name: str) -> str:
    """Two connections cannot share a name."""
    return f"There is a connection called {name} already. Choose another name."


def _names(people: Sequence[str]) -> str:
    return listed((safe(p) for p in people), "or")


# -- who may


def admins_only(verb: str) -> str:
    """A member tried an admin's verb."""
    return f"Only a workspace admin can use `/leads {verb}`. Ask one of them; it takes a minute."


def not_for_guests() -> str:
    """Guests see no leads."""
    return "Guests of this workspace cannot work with leads. Ask a full member to do it."


# -- leads


def no_such_lead(ref: str) -> str:
    """A reference that leads nowhere."""
    return f"There is no lead {safe(ref, 40)}. References look like KP-1042; `/leads list` shows them."


def claimed_before(ref: str, owner: str, at: datetime | None) -> str:
    """The loser of a race is told who and when."""
    return f"{safe(owner)} has {ref} already{f' (since {local_time(at)})' if at else ''}. Nothing was changed."


def yours_already(ref: str) -> str:
    """A double click."""
    return f"{ref} is yours already. Its contact data is in your direct message from Leadbell."


def waits_already(ref: str, asker: str, approvers: Sequence[str]) -> str:
    """Somebody asked first."""
    return f"{safe(asker)} asked for {ref} first; {_names(approvers)} decides. You will see it on the card."


def asked(ref: str, approvers: Sequence[str]) -> str:
    """A claim became a request."""
    return f"{ref} needs approval: {_names(approvers)} got a direct message. You will be told."


def only_approvers(approvers: Sequence[str]) -> str:
    """Somebody else pressed Approve or Reject."""
    return f"Only {_names(approvers)} can decide this one."


def decided_before(state: str, by: str, at: datetime | None) -> str:
    """Approve pressed on something decided."""
    return f"{safe(by)} {state} this{f' at {local_time(at)}' if at else ''}. Nothing was changed."


def not_owner(ref: str, owner: str | None) -> str:
    """Only the owner may."""
    if not owner:
        return f"Nobody has {ref}."
    return f"{ref} belongs to {safe(owner)}; only they, an approver or an admin can do that."


def stale() -> str:
    """A button of a message that is no longer true, or was edited by hand."""
    return "This button is out of date. The card shows the current state; `/leads show` opens any lead."


def gone() -> str:
    """The lead's connection was removed."""
    return "This lead is no longer stored: its connection was removed."


# -- thread lines


def line(what: str, facts: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """A line in a lead card's thread. Names are text: a line pings nobody."""

    def name(key: str) -> str:
        return safe(names.get(str(facts.get(key)), "somebody"))

    match what:
        case "claimed":
            return f"{name('person')} claimed it after {span(float(facts.get('waited', 0)))}."
        case "assigned":
            return f"{name('by')} assigned it to {name('person')}."
        case "asked":
            whom = "it" if facts.get("by") == facts.get("person") else f"{name('person')} to have it"
            return f"{name('by')} asked for {whom}; approval is awaited."
        case "approved":
            return f"{name('by')} approved: {name('person')} has it."
        case "rejected":
            kept = f"{name('owner')} keeps it." if facts.get("owner") else "It is free again."
            return f"{name('by')} said no to {name('person')}. {kept}"
        case "withdrawn":
            return f"{name('by')} withdrew the request."
        case "released":
            return f"{name('by')} released it. It is free again."
        case "contacted":
            return f"{name('by')} contacted the customer{_HOW.get(str(facts.get('how')), '')} (self-reported)."
        case "moved":
            return _moved(facts, name("person"))
        case "routed":
            return f"{safe(facts.get('system', 'The lead system'), 60)} routed it to {name('person')}."
        case "staged":
            return f"{name('by')} set the stage to {safe(facts.get('stage', ''), 80)}."
        case "overrode":
            how = _NOT.get(str(facts.get("how")), "no contact like this").removeprefix("no ")
            return f"{name('by')} went past the customer's wish ({how}); the reason is among the notes."
        case "told":
            return f"{safe(facts.get('system', 'The lead system'), 60)} was told of {_told_what(facts)}."
        case "told-refused":
            return f"{safe(facts.get('system', 'The lead system'), 60)} refused {_told_what(facts)}."
        case "told-unsure":
            return f"Nobody knows whether {_told_what(facts)} reached {safe(facts.get('system', 'it'), 60)}."
        case "told-again":
            return f"{name('by')} let {_told_what(facts)} be sent again."
        case "told-arrived":
            return f"{name('by')} looked: {_told_what(facts)} had arrived."
        case "looked":
            return f"{name('by')} looked at the contact data."
        case "ran":
            unsure = "; nobody knows whether it went through" if facts.get("unsure") else ""
            return f"{name('by')} ran `{safe(facts.get('action', ''), 80)}`{unsure}."
        case "noted":
            return f"{name('by')} added a note; *Details* shows it."
        case "repeat":
            ref, about = safe(facts.get("ref", ""), 20), safe(facts.get("about", ""), 120)
            return f"The same person asked again: {ref}{f' · {about}' if about else ''}. `/leads show {ref}`"
        case "together":
            return f"{name('by')} takes it together with {safe(facts.get('ref', ''), 20)}: the same person."
        case "apart":
            return f"{name('by')} keeps it apart from {safe(facts.get('ref', ''), 20)}, though the same person asked."
        case "closed":
            return f"{name('by')} closed it: {safe(facts.get('reason', ''), 120)}."
        case "sent-document":
            return f"{name('by')} was sent a document of it."
        case "changed":
            return f"Changed in the lead system: {safe(facts.get('words', ''), 300)}"
        case _:
            return "Something changed; the card shows it."


_HOW = {"call": " by phone", "email": " by e-mail", "text": " by text message"}
_WHAT = {
    "owner": "the owner",
    "note": "the note",
    "stage": "the stage",
    "contact": "the contact",
    "close": "the closing",
}


def _told_what(facts: Mapping[str, Any]) -> str:
    return _WHAT.get(str(facts.get("keeps")), "it")


def _moved(facts: Mapping[str, Any], person: str) -> str:
    system = safe(facts.get("system", "the lead system"), 60)
    if facts.get("person"):
        return f"Given to {person} in {system}."
    if facts.get("holder"):
        return f"Given to {safe(facts['holder'], 80)} in {system}."
    return f"Taken from its owner in {system}. It is free again."


# -- the same person's other leads


def asked_also(ref: str, connection: str, at: datetime, owner: str | None, decision: Decision | None) -> str:
    """Another lead of the same person. ``owner`` is safe text, ``None`` where nobody has it."""
    if decision is Decision.TOGETHER:
        return f"Together with *{ref}*"
    has = f"{owner} has it" if owner else "unclaimed"
    return f"Also asked: *{ref}* via {safe(connection, 60)}, {local_time(at)}, {has}"


def and_more(number: int, ref: str) -> str:
    """Others that a card does not list."""
    return f"and {number} more (`/leads show {ref}`)"


def no_longer_same(ref: str) -> str:
    """Two leads that were one person's are not any more."""
    return f"{ref} is no longer a lead of the same person, or no longer here. Nothing was changed."


def taken_together(ref: str, other: str, name: str) -> str:
    """Both are one owner's now."""
    return f"{ref} and {other} are taken together: {name} has both."


# -- what the lead system is told


def told(keeps: str, standing: str, system: str, why: str) -> str:
    """How it stands with what a lead system is told of."""
    saved = f"{_WHAT.get(keeps, 'it').removeprefix('the ').capitalize()} saved here"
    match standing:
        case "refused":
            return f":warning: {saved} · {system} refused: {safe(why or 'it gave no reason', 200)}"
        case "unsure":
            return f":grey_question: {saved} · unsure whether it reached {system}"
        case "waiting":
            return f"{saved} · waiting for {system}"
        case "sent":
            return f"{saved} · sent to {system}"
        case _:
            return saved


def owner_there(system: str) -> str:
    """The lead system has the same owner."""
    return f"Owner in {system}"


def no_member(system: str, name: str) -> str:
    """The owner is nobody in the lead system."""
    return f"Owner kept in Leadbell: no {system} member for {name} (an admin: `/leads members`)"


def refusal(error: Rejected) -> str:
    """Why a lead system refuses to be told something, in its words."""
    if not error.errors:
        return f"HTTP {error.status}" if error.status else "it gave no reason"
    return error.errors[0].message[:200]


def refusal_withheld() -> str:
    """Its words hold contact data of the customer."""
    return "its reason names the customer; look there"


def not_told_any_more() -> str:
    """The connection has another shape than when it was asked for."""
    return "it cannot be told this"


def not_yours_to_tell(author: str) -> str:
    """*Try again* pressed by somebody else."""
    return f"Only {safe(author)}, the lead's owner, an approver or an admin can do that."


def told_already() -> str:
    """*Try again* pressed twice."""
    return "That was taken care of already; the card shows how it stands."


def taken_there(ref: str, system: str, holder: str | None) -> str:
    """To whoever had a lead until somebody changed that in the lead system."""
    if holder is None:
        return f":arrows_counterclockwise: {ref} is no longer yours: in {system} nobody has it now."
    return f":arrows_counterclockwise: {ref} is no longer yours: {safe(holder or 'another')} has it in {system} now."


def held_there(ref: str, holder: str, system: str) -> str:
    """Somebody wants a lead that the lead system gave to another."""
    who = safe(holder or "Somebody")
    return f"{who} has {ref} in {system}; an admin can give it to somebody here. Nothing was changed."


def decided_there(ref: str, system: str, holder: str) -> str:
    """To whoever asked: the lead system decided before the request was answered."""
    now = f"{holder} has it" if holder else "nobody has it"
    return f"{ref} changed hands in {system} before your request was answered: {now}."


# -- how the customer wants not to be contacted

_NOT = {"call": "no calls", "text": "no text messages", "email": "no e-mails"}
_LIMITS = {"call": "do not call", "text": "no texts", "email": "no e-mails", "marketing": "unsubscribed"}


def limits(held: str) -> str:
    """A lead's rules of contact, as they are stored."""
    said = " · ".join(_LIMITS.get(one, safe(one, 40)) for one in held.split(",") if one)
    return f":no_entry: *{said[:1].upper()}{said[1:]}*"


def against_wish(how: str) -> str:
    """A way of contact that the customer does not want."""
    wish = {"call": "not to be called", "text": "no text messages", "email": "no e-mails"}.get(how, "another way")
    return f"The customer wants {wish}. Choose another way, or give a reason below."


def reason_against(how: str, reason: str) -> str:
    """As a note: why somebody was contacted in a way that they do not want."""
    wish = _NOT.get(how, "not like this")
    return f"Contacted although the customer wants {wish}: {reason}"


# -- private leads


def private_now() -> str:
    """In place of a card."""
    return "This lead is private now."


def private_arrived(ref: str, system: str) -> str:
    """To whoever connected the lead system, of a lead that goes to no channel."""
    return f":lock: {ref} arrived from {system}. It is private and shown in no channel; `/leads show {ref}` opens it."


# -- members


def no_members_kept() -> str:
    """`/leads members` without a lead system that has members."""
    return "No connected lead system keeps an owner, so there are no members to match."


def members_of(name: str, system: str, known: int, matched: int) -> str:
    """A connection's heading."""
    return f"*{safe(name)}* · {system} · {counted(known, 'member')}, {matched} of them matched"


def members_unlearned(trouble: str | None) -> str:
    """A connection whose members are not known."""
    return f"They could not be asked for: {safe(trouble)}" if trouble else "They are being asked for; look again soon."


def correct_members() -> str:
    """On top of the modal."""
    return (
        "Who is each of them in Slack? People with the same e-mail address are matched by themselves. Choose Leadbell "
        "itself where it is nobody here."
    )


def save_first() -> str:
    """Above the buttons that turn the pages."""
    return "Save before you turn the page."


def members_saved(number: int) -> str:
    """It is done."""
    return f":white_check_mark: {counted(number, 'member')} changed." if number else "Nothing was changed."


def guests_are_nobody() -> str:
    """A guest as member."""
    return "Choose a full member of this workspace; guests cannot take leads."


# -- files and forms


def unknown_verb(word: str, close: str | None) -> str:
    """A word of /leads that does not exist."""
    hint = f" Did you mean `/leads {close}`?" if close else ""
    return f"I do not know `/leads {safe(word, 40)}`.{hint} `/leads help` lists everything."


def misspelt(word: str, close: str | None, expected: str) -> str:
    """A filter word that is not understood."""
    hint = f" Did you mean `{safe(close, 80)}`?" if close else ""
    return f"I do not understand `{safe(word, 80)}`.{hint} Possible: {safe(expected, 300)}."


def too_long(length: int, most: int) -> str:
    """A command longer than anybody means."""
    return f"That is {length:,} characters long; I read up to {most:,}. Use fewer words."


def broke(reference: str) -> str:
    """An unknown failure: the same reference stands in the log."""
    return f"Something went wrong on our side (reference `{reference}`). Nothing was half done; please try again."


def not_shown(reference: str) -> str:
    """Slack did not take what was to be shown."""
    return (
        f"Slack did not let me show the answer (reference `{reference}`). What you asked for may be done: "
        "look at the card or `/leads status` before you try again."
    )


def disk_full() -> str:
    """Nothing can be written."""
    return "Leadbell cannot save just now (its disk is full), so nothing was changed. Tell whoever runs it; try again."


def in_time(delta: timedelta) -> str:
    """In how long."""
    return f"in {span(delta.total_seconds())}"


def counted(number: int, thing: str) -> str:
    """1 lead, 2 leads, 1,000 leads."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


# -- connecting


def which_system() -> str:
    """Before the connect modal, where there are several."""
    return "Which lead system?"


def unknown_system(word: str, known: Iterable[str]) -> str:
    """`/leads connect` with a word that is no lead system."""
    return f"I do not know a lead system called {safe(word, 40)}. Known: {', '.join(f'`{k}`' for k in known)}."


def new_credentials(name: str) -> str:
    """On top of the reconnect modal."""
    return f"New credentials for *{safe(name)}*. Its leads and subscriptions stay."


def tried_first() -> str:
    """Below the credentials."""
    return "Tried before it is saved, stored encrypted, and never shown again."


def connected(name: str, system: str) -> str:
    """A connection works."""
    return f":white_check_mark: *{safe(name)}* is connected to {system}."


def connected_next() -> str:
    """What to do after connecting."""
    return "Leads that are there already are read quietly. Next: `/leads subscribe` tells a channel of new ones."


def polling_goes_on() -> str:
    """After reconnecting."""
    return "Polling goes on from where it stood."


def connected_in_full(name: str, system: str, *, again: bool) -> str:
    """To whoever came back from a page of consent."""
    return f"{connected(name, system)} {polling_goes_on() if again else connected_next()}"


def let_it_call(system: str) -> str:
    """Beside a box in the connect modal."""
    return f"Let {system} call Leadbell, so that alerts come at once"


def webhook_on(system: str) -> str:
    """After connecting."""
    return f":zap: {system} calls Leadbell when a lead arrives or changes."


def webhook_refused(system: str, why: str) -> str:
    """After connecting: it does not call, but the connection works."""
    return (
        f":warning: {system} could not be asked to call Leadbell ({safe(why)}). Polling goes on and finds every lead; "
        "*Reconnect* in `/leads connections` tries it again."
    )


def webhook_state(waiting: int, delay: float | None) -> str:
    """In `/leads status`, of a connection whose lead system calls; ``delay`` in seconds, of the first that waits."""
    if delay is None:
        return "Webhook on: alerts come at once"
    return f":hourglass_flowing_sand: Webhook alerts are delayed by {span(delay)} ({counted(waiting, 'lead')} waiting)"


def calls_left(left: int, allowed: int, resets_in: float) -> str:
    """What the lead system said of its limit."""
    window = "this minute" if resets_in <= 60 else f"for {span(resets_in)}"
    return f"{left} of {counted(allowed, 'call')} left {window}"


def written_back(system: str, tally: Mapping[str, int]) -> str:
    """What of the desk's doings is on its way to a lead system; empty where all of it is there."""
    waiting = tally.get("pending", 0) + tally.get("sending", 0) + tally.get("doubt", 0)
    counts = ((waiting, "waiting"), (tally.get("refused", 0), "refused"), (tally.get("unsure", 0), "unsure"))
    found = [f"{number:,} {word}" for number, word in counts if number]
    return f"Written back to {system}: {', '.join(found)}" if found else ""


def consent_wanted(system: str) -> str:
    """Before the lead system's page of consent."""
    return f"{system} wants to ask you itself whether Leadbell may read and change leads there."


def open_system(system: str) -> str:
    """On the button that leads there."""
    return f"Open {system}"


def consent_once() -> str:
    """Below it."""
    return (
        "The link works once, for ten minutes. You can close this window: "
        "a direct message from Leadbell says whether it worked."
    )


def consent_expired() -> str:
    """In the browser: the state is unknown, used or old."""
    return (
        "It was used already, or is older than ten minutes. If you have just connected, a direct message in Slack says "
        "so; else type `/leads connect` there and begin again."
    )


def consent_denied(system: str) -> str:
    """In the browser: the person said no."""
    return f"You said no in {system}, so nothing was connected. `/leads connect` in Slack begins again."


def consent_failed(system: str, why: str) -> str:
    """In the browser: the lead system does not let it be finished."""
    return (
        f"{system} did not let Leadbell finish ({safe(why, 100)}). Nothing was saved; "
        "type `/leads connect` in Slack and begin again."
    )


def back_to_slack(name: str, system: str) -> str:
    """In the browser: it worked."""
    return f"*{safe(name)}* is connected to {system}. You can close this page and go back to Slack."


def no_way_back(system: str) -> str:
    """On the first credential, where consent is needed and nobody could be sent back."""
    return (
        f"This Leadbell has no public address, so {system} cannot send you back here after you agree. "
        f"Give an API key instead, or open {system}'s page yourself and paste the code that it gives you."
    )


def nothing_connected() -> str:
    """There is no connection."""
    return "No lead system is connected yet. An admin can do it: `/leads connect`."


def connection_gone() -> str:
    """The connection was removed meanwhile."""
    return "This connection was removed."


def disconnecting(name: str, system: str, *, stored: int, subscribed: int) -> str:
    """What disconnecting deletes."""
    return (
        f"This deletes from Leadbell: the credentials of *{safe(name)}*, its *{counted(stored, 'stored lead')}* with "
        f"owners and notes, and *{counted(subscribed, 'subscription')}*.\n"
        f"Nothing is deleted in {system}. Cards that were posted stay in Slack, without working buttons."
    )


# -- subscribing


def connect_first() -> str:
    """`/leads subscribe` before there is a connection."""
    return "Connect a lead system first: `/leads connect`."


def not_a_member(channel: str | None) -> str:
    """The bot is not in a channel."""
    place = f"#{channel}" if channel else "it"
    return f"I am not in that channel. Type /invite @Leadbell in {place} and try again."


def nobody_approves() -> str:
    """Approval without approvers."""
    return "Choose who approves, or switch approval off."


def members_approve() -> str:
    """A guest or a bot as approver."""
    return "Approvers have to be full members of this workspace."


def no_mine_here() -> str:
    """A channel's filter with `mine`."""
    return "A channel has no “mine”. Leave that word out."


def subscribed(channel: str) -> str:
    """It is done."""
    return f":white_check_mark: New leads will appear in #{safe(channel)}."


def always_masked(channel: str) -> str:
    """A warning to the admin."""
    return (
        f":warning: #{safe(channel)} has guests or people from outside (or is too large to look through), "
        "so cards there are always masked."
    )


def contact_data_shown() -> str:
    """A warning to the admin."""
    return ":warning: Cards there show contact data to everybody in the channel."


def approval_awaited() -> str:
    """What approval means."""
    return "Claims and assignments wait for approval."


def no_subscriptions() -> str:
    """`/leads subscriptions` without one."""
    return "No channel is subscribed yet. `/leads subscribe` tells one of new leads."


def subscription_gone() -> str:
    """Unsubscribed twice."""
    return "This subscription was removed already."


def cannot_post(why: str) -> str:
    """Beside a subscription."""
    return f":warning: cannot post there: {safe(why)}. Type `/invite @Leadbell` in the channel."


def channel_subscribed(by: str, words: str) -> str:
    """The first message in a channel."""
    only = f" that fit `{safe(words, 300)}`" if words else ""
    return f"{by} subscribed this channel to new leads{only}."


def older_ones(stored: int) -> str:
    """Below it."""
    if not stored:
        return "`/leads help` says more."
    have = "1 older one is stored" if stored == 1 else f"{stored:,} older ones are stored"
    return f"{have}; `/leads list` shows them without posting them here."


# -- working on one lead


def they_are_told() -> str:
    """Below the assign modal."""
    return "They get a direct message with the contact data."


def members_take() -> str:
    """A guest or a bot as owner."""
    return "Choose a full member of this workspace; bots and guests cannot take leads."


def has_it_already(name: str) -> str:
    """Assigned to its owner."""
    return f"{safe(name)} has it already."


def claimed_by_words(ref: str) -> str:
    """`/leads claim` worked."""
    return f"{ref} is yours; its contact data is on its way."


def will_be_free() -> str:
    """On top of the reject modal."""
    return "The request ends; the lead stays as it is now."


def rejected(ref: str, by: str, person: str) -> str:
    """To whoever asked."""
    return f"{by} said no: {ref} does not go to {person}."


def approved(ref: str, by: str, person: str) -> str:
    """To whoever asked on behalf of somebody else."""
    return f"{by} approved: {person} has {ref}."


def overtaken(ref: str, by: str, owner: str) -> str:
    """To whoever asked: an approver decided before the request was answered."""
    return f"{by} decided on {ref} before your request was answered: {owner} has it."


def request_withdrawn(ref: str, by: str) -> str:
    """To whoever asked: somebody else withdrew it."""
    return f"{by} withdrew the request for {ref}. You can ask again."


def note_readers(told: str | None = None) -> str:
    """Below a note; ``told`` is the lead system that gets it too."""
    also = f" and sent to {told}" if told else ""
    return f"Kept in Leadbell{also}; the lead's owner and admins can read it."


def contacted_before(ref: str, by: str) -> str:
    """*Contacted* pressed again."""
    return f"{by} marked {ref} as contacted already."


# -- creating leads, and importing many


def no_intake() -> str:
    """No lead system that takes leads."""
    return "No connected lead system takes new leads. `/leads connect` connects one."


def no_such_connection(word: str, known: Iterable[str]) -> str:
    """`/leads new` with an unknown name."""
    return f"There is no connection called {safe(word, 40)}. Known: {safe(', '.join(known))}."


def which_connection() -> str:
    """Before the new-lead modal, where there are several."""
    return "Where is the lead to be made?"


def new_lead_in(system: str, name: str) -> str:
    """On top of the new-lead modal."""
    return f"A new lead in {system}, through *{safe(name)}*."


def slack_sees() -> str:
    """Where sensitive fields are offered."""
    return ":warning: Slack sees what is typed here, sensitive answers included."


def may_have_arrived() -> str:
    """After a time-out."""
    return "It may have arrived; sending it again adds nothing twice."


def lead_created(system: str) -> str:
    """The lead system took it."""
    return f":white_check_mark: {system} has it. Its card appears with the next poll."


def no_reason() -> str:
    """Refused without an error."""
    return "It was refused without a reason."


def csv_expected() -> str:
    """On top of the import modal."""
    return "A CSV with a header row: `email` and any of `firstName`, `lastName`, `phone`, `externalRef`…"


def preview_first() -> str:
    """Below it."""
    return "Nothing is sent before you have seen a preview."


def file_gone() -> str:
    """The uploaded file cannot be read."""
    return "The file is gone or larger than 10 MB. Upload a smaller one."


def choose_connection() -> str:
    """The chosen connection is gone."""
    return "Choose a connection."


def rows_ready(name: str, good: int, rows: int, system: str) -> str:
    """A preview's first line."""
    return f"*{safe(name, 100)}*: *{good:,}* of {counted(rows, 'row')} can be sent to {system}."


def withheld(columns: Iterable[str]) -> str:
    """Sensitive columns."""
    return f":lock: Sensitive, left out until an admin allows them: {safe(', '.join(columns), 300)}"


def customers_mailed(number: int, system: str) -> str:
    """A confirmation that counts."""
    verb = "customer will get an e-mail" if number == 1 else "customers will get an e-mail"
    return f":envelope: *{number:,} {verb}* from {system}."


def sending_already() -> str:
    """The preview was confirmed twice."""
    return "These leads are being sent already. If the result does not follow, `/leads list created:1h` shows them."


def preview_expired() -> str:
    """The preview was confirmed too late."""
    return "This preview has expired; nothing was sent by it. Upload the file again: nothing is added twice."


def imported(system: str, arrived: int) -> str:
    """An import is through."""
    return f":white_check_mark: {system} has {counted(arrived, 'lead')} of this file."


def import_stopped(arrived: int, why: str) -> str:
    """An import broke off."""
    return (
        f":warning: {counted(arrived, 'lead')} sent, then: {why} Upload the same file again later: "
        "what was sent is not added twice."
    )


def rows_refused(number: int) -> str:
    """Some rows were refused."""
    return f"{counted(number, 'row')} refused; I sent you a CSV with the reasons."


def refused_file(number: int) -> str:
    """With the CSV of refused rows."""
    return f"{counted(number, 'row')} of the import refused. Mend them and import this part again."


def not_installed() -> str:
    """To somebody of a workspace that this Leadbell does not serve."""
    return "This Leadbell does not serve your workspace. Ask whoever set it up."


def no_token() -> str:
    """The bot's token has expired, and Slack cannot be asked for another just now."""
    return "Leadbell cannot reach Slack just now. Nothing was changed; please try again in a minute."


def install_not_set_up() -> str:
    """In the browser: this Leadbell serves the workspaces that its operator set up, and no others."""
    return (
        "Whoever runs this Leadbell has not opened it for installing from here. "
        "It needs SLACK_CLIENT_ID and SLACK_CLIENT_SECRET in its settings."
    )


def install_offer() -> str:
    """In the browser, above *Add to Slack*."""
    return (
        "Leadbell tells your channels of new leads, and lets one person take each. Slack asks you which workspace, and "
        "shows what Leadbell may do there. The button works once, for ten minutes."
    )


def install_bad_state(why: str) -> str:
    """In the browser: the way back from Slack is not one that we sent this browser on."""
    match why:
        case "expired":
            return "It took longer than ten minutes. Nothing was added; begin again."
        case "used":
            return "It was used already. If Leadbell was added, you find it in Slack under Apps; else begin again."
        case "browser":
            return (
                "You began in another browser, or this one takes no cookies. Nothing was added; begin again, and stay "
                "in one browser."
            )
    return "This address was not made by Leadbell, or not all of it arrived. Nothing was added; begin again."


def install_denied() -> str:
    """In the browser: the person said no in Slack."""
    return "You said no in Slack, so nothing was added."


def install_failed(why: str) -> str:
    """In the browser: Slack does not let it be finished."""
    return f"Slack did not let Leadbell finish ({safe(why, 100)}). Nothing was saved; begin again."


def install_slack_down() -> str:
    """In the browser: Slack could not be asked."""
    return "Slack could not be reached, or is busy. Nothing was saved; begin again in a few minutes."


def install_lacks(scopes: Sequence[str]) -> str:
    """In the browser: Slack gave fewer permissions than are needed."""
    return (
        f"Leadbell was not given what it needs: {listed(safe(s, 60) for s in scopes)}. Nothing was saved; begin again "
        "and leave the list of permissions as it is."
    )


def install_is_being_deleted() -> str:
    """In the browser: the workspace removed Leadbell, and its time of grace is over."""
    return (
        "This workspace removed Leadbell some time ago, and what it had is just being deleted. "
        "Begin again in a few minutes; it starts empty then."
    )


def installed(name: str) -> str:
    """In the browser: it worked."""
    where = f"to *{safe(name, 100)}*" if name else "to your workspace"
    return f"Leadbell was added {where}. In Slack, type `/leads help` to see what it does."


def file_not_sent(name: str) -> str:
    """Slack did not take a file that was promised."""
    return (
        f"I could not send you the CSV {safe(name, 60)}; Slack did not take it. Import the same file again: what was "
        "sent is not added twice, and the refused rows come back."
    )


def sensitive_off() -> str:
    """On a sensitive input that was drawn while they were allowed."""
    return "An admin switched sensitive fields off meanwhile. Leave this empty; nothing was sent."


def unclosed() -> str:
    """A word with one quotation mark."""
    return 'A quotation mark is not closed: look whether this is what you meant. Inside quotes write it as \\".'


def sensitive_gone() -> str:
    """A sensitive value that was typed too long ago to be still in memory."""
    return "This was kept in memory only, and is not there any more. Type it again, or leave it empty."


def sensitive_fields(*, allowed: bool) -> str:
    """`/leads privacy`."""
    return (
        "*Sensitive fields* (birth date, income, disability, circumstances) are "
        f"*{'offered' if allowed else 'not offered'}* when leads are created or imported from Slack. "
        "Slack sees what is typed; Leadbell sends it on and stores nothing of it."
    )


def documents(*, allowed: bool) -> str:
    """`/leads privacy`."""
    return (
        "*Documents* of leads (passports may be among them) are "
        f"*{'sent' if allowed else 'not sent'}* to the lead's owner on request: by direct message, written down, and "
        "deleted from Slack after 24 hours."
    )


def documents_off() -> str:
    """Nobody allowed documents."""
    return "Documents are not sent through Slack here. An admin can allow it with `/leads privacy`."


def documents_of_leads() -> str:
    """A document of a lead that is not stored here."""
    return "Documents are sent to a lead's owner only, and this desk has no such lead. `/leads list` shows its leads."


def documents_for_owner(owner: str | None) -> str:
    """Somebody else's lead's document."""
    has = f"{safe(owner)} has it" if owner else "nobody has it yet: claim it first"
    return f"Documents go to the lead's owner only; {has}."


def document_of(ref: str) -> str:
    """With the file."""
    return f"A document of {ref}, as you asked. It is deleted from Slack after 24 hours; please keep no copy."


def document_on_its_way() -> str:
    """In the modal."""
    return "It comes to you by direct message, and is deleted from Slack after 24 hours. That you got it is noted."


# -- closing, follow-ups, presets


def no_close_reasons(system: str) -> str:
    """No reason is known to choose from."""
    return (
        f"Leadbell does not know {system}'s reasons for closing yet: it learns them from leads that were closed there. "
        "An admin can also paste a list with *Reconnect* in `/leads connections`."
    )


def close_saved(system: str) -> str:
    """Under the modal."""
    return f"{system} is told. The lead is closed here, too, as soon as {system} says so."


def presets_known(names: Iterable[str]) -> str:
    """Below the modal."""
    return f"Presets: {', '.join(f'`{name}`' for name in names)}"


def preset_line(line: str) -> str:
    """A line that is not "name: value"."""
    return f"Write each preset on a line of its own as `name: value`; this is not one: {safe(line, 80)}"


def no_such_preset(name: str, known: Iterable[str]) -> str:
    """A field that cannot be preset."""
    return f"{safe(name, 40)} cannot be preset. These can: {', '.join(known)}."


# -- digests, status, help


def unknown_digest(word: str) -> str:
    """`/leads digest` with another word."""
    return f"I do not know `digest {safe(word, 40)}`. Possible: `now`, `schedule`, `list`."


def no_such_zone(close: str | None) -> str:
    """A zone misspelt."""
    hint = f" Did you mean {close}?" if close else " Zones look like Europe/London."
    return f"There is no such time zone.{hint}"


def choose_days() -> str:
    """No weekday was chosen."""
    return "Choose one weekday or more."


def first_digest(due: datetime) -> str:
    """It is scheduled."""
    return f":white_check_mark: The first digest comes {local_time(due)}."


def no_digests() -> str:
    """`/leads digest list` without one."""
    return "No digest is scheduled. `/leads digest schedule` plans one."


def digest_gone() -> str:
    """Stopped twice."""
    return "This digest was stopped already."


def not_your_digest() -> str:
    """Somebody else's."""
    return "Only whoever planned this digest, or an admin, can stop it."


def budget_paused(left: timedelta) -> str:
    """The lead system asked for a pause."""
    return f"paused by the lead system, goes on {in_time(left)}"


def budget_left(left: float, burst: float, per_minute: float) -> str:
    """What is left."""
    return f"{max(0, int(left))} of {burst:g} calls at once, {per_minute:g} a minute"


def why_held_back() -> str:
    """Below the outbox."""
    return "Held back: a channel cannot be posted to. `/leads subscriptions` says which."


def own_words(own: Mapping[str, Iterable[str]]) -> str:
    """The lead systems' own filter words."""
    said = "; ".join(f"{name}: {', '.join(f'`{word}:`' for word in words)}" for name, words in own.items())
    return f"In the lead systems' own words, too. {said}."


def more_help() -> str:
    """Below the help."""
    return (
        "`/leads help list` explains one of them. Buttons on the cards do the rest; Leadbell's *Home* shows what is "
        "yours and what waits for you. *New lead* is among Slack's shortcuts, *Add to lead…* in each message's menu."
    )


# -- running actions


def what_to_do(total: int) -> str:
    """Above the palette's search."""
    return f"*What would you like to do?* {counted(total, 'action')} to search; type a word of what you mean."


def no_such_action(words: str) -> str:
    """Nothing in the palette fits."""
    return f"Nothing that you may run fits “{safe(words, 80)}”. Search with other words above."


def nothing_to_run() -> str:
    """No connection, or none with actions."""
    return "There is no lead system to do something in. An admin connects one with `/leads connect`."


def unknown_word(word: str, close: str | None, known: Sequence[str]) -> str:
    """A name that an action's words do not have."""
    hint = f" Did you mean `{safe(close, 60)}:`?" if close else ""
    some = ", ".join(f"`{safe(k, 40)}:`" for k in known[:12])
    return f"I do not know `{safe(word, 60)}`.{hint} Known: {some or 'nothing; it takes no words'}."


def nothing_to_fill_in() -> str:
    """An action that takes nothing."""
    return "There is nothing to fill in."


def sure(title: str, system: str, *, destroys: bool) -> str:
    """Before an action that changes what many depend on."""
    end = " It cannot be undone from Slack." if destroys else " It takes effect for the whole team there."
    return f"{title} in {system}?{end}"


def carried_out(title: str, system: str) -> str:
    """A write went through."""
    return f":white_check_mark: *{safe(title, 100)}*: done in {system}."


def contact_hidden() -> str:
    """Why a result has hidden fields."""
    return "Contact data is hidden: it is shown to a lead's owner, and to admins."


def not_yours_to_run(owner: str | None) -> str:
    """An action that this person may not run on this lead."""
    if owner is None:
        return "Only a workspace admin can do that."
    return f"{safe(owner, 60)} owns this lead. Only they or an admin can change it."


def form_expired() -> str:
    """The draft is gone."""
    return "This form has expired or was sent already. Open it anew with `/leads do`."


def running_already() -> str:
    """A form that was sent twice."""
    return "This was sent already. Wait for its answer, or open the form anew with `/leads do`."


def unsure(title: str, system: str, reason: str) -> str:
    """A write without an answer, which must not simply be repeated."""
    return (
        f"{system} did not answer ({reason}), so nobody knows whether *{safe(title, 80)}* went through. "
        f"Look in {system} before you send it again."
    )


def do_not_contact(how: str) -> str:
    """A rule of contact forbids it."""
    words = {"call": "called", "text": "sent texts", "email": "sent e-mails", "marketing": "sent marketing"}
    return f"This customer does not want to be {words.get(how, 'contacted')}. To do it nevertheless, say why."


def csv_on_its_way(rows: int, *, whole: bool) -> str:
    """A result as a file."""
    end = "" if whole else " The lead system stopped in between, so it is not all."
    return f"{counted(rows, 'row')} sent to you as a CSV, in a direct message.{end}"


def window_closed() -> str:
    """The trigger expired before the form could be opened."""
    return "Slack closed the window before I could open it. What you typed is kept."


def nothing_more() -> str:
    """The last page was shown."""
    return "There is nothing more."


def key_refused(system: str) -> str:
    """The connection's credentials stopped working."""
    return f"{system} refuses this connection's credentials. An admin gives new ones under `/leads connections`."


def refused_there(system: str, message: str) -> str:
    """A lead system's own words about one input."""
    return f"{system}: {safe(message, 300)}"


def nothing_read(system: str) -> str:
    """A result could not be read for a file."""
    return f"{system} cannot be asked just now. Try again in a minute."


def csv_of(title: str, name: str) -> str:
    """Beside a result's file."""
    return f"{clean(title, 100)} · {clean(name, 60)}"


# -- home, and the first steps


def connect_step() -> str:
    """Step 1."""
    return "Paste the API key of the system that your leads come from. It is tried before it is saved."


def subscribe_step() -> str:
    """Step 2."""
    return "Type `/invite @Leadbell` in the channel that is to hear of new leads, then choose it here."


def try_step(systems: Sequence[str], *, creates: bool) -> str:
    """Step 3; ``systems`` are the connected ones, ``creates``: one of them takes new leads from here."""
    if creates:
        how = "Make one here, of yourself."
    elif systems:
        how = f"Let one come to {listed(systems, 'or')}, such as by the form on your own site."
    else:
        how = "Once a lead system is connected, let a lead come in."
    return f"{how} Its card appears in the channel within a minute: press *Claim*."


def admins_set_up() -> str:
    """Below the first steps, for everybody else."""
    return "Steps 1 and 2 are for an admin of this workspace. Ask one of them; it takes a minute each."


def welcome() -> str:
    """To whoever installed Leadbell, once."""
    return "Leadbell is installed. Three steps to a working lead desk:"


def all_set() -> str:
    """The same message, when all steps are done."""
    return (
        "The lead desk works: all three steps are done. New leads come to the channels that are subscribed; "
        "`/leads help` lists what you can type."
    )


def nothing_is_mine() -> str:
    """Home of somebody without open leads."""
    return "No open lead is yours. *Claim* takes one, here or on its card in a channel."


def my_leads(number: int, fresh: int) -> str:
    """A heading in Home."""
    return f"My leads · {counted(number, 'open lead')}, {fresh:,} to contact"


def waiting_for_me(number: int, most: int) -> str:
    """A heading in Home."""
    return f"Waiting for my approval · {up_to(number, most)}"


def up_to(number: int, most: int) -> str:
    """A number that was counted up to ``most`` only."""
    return f"{most - 1:,} or more" if number >= most else f"{number:,}"


def oldest_first(left: int) -> str:
    """Below the requests that Home shows."""
    return f"And {left:,} more, which come here as these are decided."


def team_unclaimed(number: int, most: int) -> str:
    """A heading in Home."""
    return f"Unclaimed · {up_to(number, most)}"


def private_request(ref: str) -> str:
    """A request of a lead that the approver may not see."""
    return f"{ref} is a private lead: only its owner and admins see it."


def wants(ref: str, by: str, person: str) -> str:
    """A request in Home; the names are safe text, ``by`` is empty where they want it for themselves."""
    return f"*{by} would like {person} to have {ref}*" if by else f"*{person} would like {ref}*"


def more_connections(left: int) -> str:
    """Below the connections that Home shows."""
    return f"And {left:,} more: `/leads connections`."


def window_late() -> str:
    """By direct message, where a button's modal came too late."""
    return "Slack closed the window before I could open it. Please press again."


# -- a message that becomes a note


def no_text_to_add() -> str:
    """*Add to lead…* on a message without text."""
    return "This message has no text that could become a note. Use it on one that somebody wrote."


def nothing_to_add_to() -> str:
    """*Add to lead…* before there is any lead that the person may see."""
    return "There is no lead that you could add this to yet. `/leads list` shows them as soon as one arrives."


def note_ends_with(author: str, *, link: bool) -> str:
    """Below the note; ``author`` is safe text."""
    return f"Who wrote it ({author}){' and a link back to the message' if link else ''} are added below the note."


def added_to(ref: str, told: str | None, *, linked: bool) -> str:
    """It is saved; ``told`` is the lead system that gets it too."""
    also = f" and goes to {told}" if told else ""
    link = "" if linked else " Leadbell is not in that conversation, so the note carries no link back."
    return f":white_check_mark: The message is a note of *{ref}* now{also}.{link}"


def quoted(author: str, link: str | None) -> str:
    """What stands below the text of a note that was a message. It is a note: plain text, which nothing formats."""
    return f"— {author}, in Slack: {link}" if link else f"— {author}, in Slack"


def choose_a_lead() -> str:
    """Nothing, or something strange, was chosen."""
    return "Choose the lead from the list."
