"""The lead card in a channel, and the direct messages about one lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from commands.desk.visibility import full_name, public_name
from commands.ids import Button, Do
from commands.verb import Block, Value
from commands.views import sentences, told
from commands.views.amounts import babel_name, money, stay
from commands.views.blocks import (
    actions,
    button,
    clean,
    context,
    local_time,
    overflow,
    rich,
    safe,
    section,
    when,
    words,
)
from commands.views.sentences import listed, span
from commands.views.told import Told
from providers.lead import Privacy, Stage
from providers.provider import Keeps, Provider
from storage.records import THERE, Approval, Decision, StoredLead

ENDED = (Stage.WON, Stage.LOST, Stage.CANCELLED)
"""Stages after which nothing follows."""


class OwnerAt(Enum):
    """Where a lead's owner is written down."""

    HERE = "here"
    THERE = "there"
    NO_MEMBER = "no member"
    """Here: the lead system does not know the person."""


@dataclass(frozen=True, slots=True)
class Other:
    """Another lead of the same person."""

    number: int
    ref: str
    connection: str
    created_at: datetime
    about: str
    owner: str | None
    """An id; ``None``: nobody."""
    is_open: bool
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Sight:
    """A lead with what its messages say around it."""

    lead: StoredLead
    provider: Provider
    connection: str
    names: dict[str, str]
    waiting: Approval | None = None
    masked: bool = True
    approved: bool = False
    """The owner asked for it, and somebody approved."""
    routed: bool = False
    """The lead system says who gets a new lead."""
    told: tuple[Told, ...] = ()
    """What the lead system is told of, the worst first."""
    owner_at: OwnerAt = OwnerAt.HERE
    others: tuple[Other, ...] = ()
    """The same person's other leads, newest first."""
    link: str | None = None
    """The lead's address in the lead system."""
    reader: str = ""
    """The locale of whoever reads it, where that is one person."""

    @property
    def locale(self) -> str:
        """How money and days are written."""
        return babel_name(self.reader, self.provider.locale)

    @property
    def ref(self) -> str:
        """KP-1042."""
        return f"{self.provider.prefix}-{self.lead.number}"

    @property
    def held_there(self) -> bool:
        """Nobody's here, but the lead system gave it to somebody whom this desk does not know."""
        return self.lead.owner is None and bool(self.lead.holder) and self.routed

    def name(self, person: str | None) -> str:
        """A person's name as safe text."""
        return safe(self.names.get(person or "", "somebody"))


def label(provider: Provider, facet: str, value: str | None) -> str | None:
    """A code's name where the provider knows it; else the code itself."""
    if not value:
        return None
    return next((name for code, name in provider.values.get(facet, ()) if code == value), value)


def request_line(sight: Sight) -> str:
    """What the lead asks for, in one line."""
    lead = sight.lead
    schemes = [label(sight.provider, "scheme", s) for s in lead.schemes.split(",") if s]
    told = bool(lead.subject and lead.place and lead.place.casefold() in lead.subject.casefold())
    price = (
        money(lead.price, lead.currency, sight.locale, lead.period)
        if lead.price is not None and lead.currency
        else None
    )
    parts = [
        lead.subject,
        None if told else lead.place,
        *schemes,
        price,
        stay(lead.move_in, lead.move_out, sight.locale),
    ]
    return clean(" · ".join(p for p in parts if p) or "No property named", 400)


def stage_name(lead: StoredLead) -> str:
    """The trade's word for where it stands, and the lead system's own beside it: "Booked (BOOKING_CONFIRMED)"."""
    ours = lead.stage.value.capitalize()
    raw = lead.stage_raw or ""
    same = raw.replace("_", " ").strip().casefold() in ("", lead.stage.value)
    return ours if same else f"{ours} ({raw})"


def facts_line(sight: Sight) -> str:
    """Enquiry, eligibility and a few public details."""
    lead = sight.lead
    bedrooms = next((d.value for d in lead.details if d.label == "Bedrooms"), None)
    passed = (label(sight.provider, "eligibility", lead.eligibility) or "").lower()
    parts = [
        stage_name(lead) if lead.stage is not Stage.NEW else None,
        label(sight.provider, "enquiry", lead.enquiry),
        f"{bedrooms} bed" if bedrooms else None,
        f"Eligibility: {passed}" if passed else None,
    ]
    return clean(" · ".join(p for p in parts if p), 300)


def _head(sight: Sight, *, contact: bool) -> Block:
    lead = sight.lead
    who = full_name(lead) if contact else public_name(lead)
    lines: list[Sequence[Block]] = [
        [words(f"{sight.ref} · {clean(who, 120)}", bold=True)],
        [words(request_line(sight))],
    ]
    if facts := facts_line(sight):
        lines.append([words(facts)])
    if contact and (reach := " · ".join(p for p in (lead.phone, lead.email) if p)):
        lines.append([words(clean(reach, 300))])
    source = clean(label(sight.provider, "source", lead.source_name or lead.source) or sight.provider.name, 80)
    lines.append([words(f"{source} · "), when(lead.created_at), words(f" · via {clean(sight.connection, 60)}")])
    return rich(*lines)


def state_line(sight: Sight) -> str:
    """Whose it is."""
    lead, waiting = sight.lead, sight.waiting
    if waiting:
        approvers = listed((sight.name(a) for a in waiting.approvers), "or")
        asked = f"{sight.name(waiting.person)} wants it"
        if waiting.asked_by != waiting.person:
            asked = f"{sight.name(waiting.asked_by)} wants to give it to {sight.name(waiting.person)}"
        now = f"{sight.name(lead.owner)} has it; " if lead.owner else ""
        since = local_time(waiting.asked_at)
        limits = f"\n{sentences.limits(lead.limits)}" if lead.limits else ""
        return f":hourglass_flowing_sand: {now}{asked}. Waiting for {approvers} since {since}.{limits}"
    limits = f"\n{sentences.limits(lead.limits)}" if lead.limits else ""
    if lead.owner is None:
        return f"{_nobodys(sight)}{limits}"
    word = "approved" if sight.approved else "given"
    given = f", {word} by {sight.name(lead.assigned_by)}" if lead.assigned_by not in (None, lead.owner) else ""
    since = f" since {local_time(lead.owned_at)}" if lead.owned_at else ""
    if lead.assigned_by == THERE:
        how = "routed by" if lead.owned_at == lead.arrived_at else "given in"
        given, since = "", f" ({how} {sight.provider.name}){since}"
    text = f":white_check_mark: *{sight.name(lead.owner)}* has it{since}{given}"
    if lead.contacted_at:
        at = local_time(lead.contacted_at)
        text += f"\n:telephone_receiver: Contacted by {sight.name(lead.contacted_by)} {at} (self-reported)"
    return f"{text}{limits}"


def _nobodys(sight: Sight) -> str:
    """Nobody at this desk has it; who has it in the lead system, and in which pool it lies there."""
    lead, system = sight.lead, sight.provider.name
    pond = f" · in the pond *{safe(lead.pond, 80)}*" if lead.pond else ""
    with_whom = f"with *{safe(lead.holder_name or 'somebody', 80)}* in {system}" if lead.holder else ""
    if sight.held_there:
        return f":bust_in_silhouette: {with_whom[0].upper()}{with_whom[1:]}{pond}"
    return f":large_blue_circle: *Unclaimed*{f' · {with_whom}' if with_whom else ''}{pond}"


def fallback(sight: Sight) -> str:
    """A message's notification text: public facts only."""
    return f"{sight.ref} · {safe(public_name(sight.lead), 80)} · {safe(request_line(sight), 120)}"


def card(sight: Sight) -> tuple[str, list[Block]]:
    """A lead's card in a channel: text for notifications, and blocks."""
    lead = sight.lead
    value = Value(lead=lead.number)
    details = button("Details", Do.DETAILS, value)
    elements = [details]  # where Claim stood: a second click on it does no harm
    if sight.waiting is None and lead.owner is None:
        claim, assign = button("Claim", Do.CLAIM, value, style="primary"), button("Assign…", Do.ASSIGN, value)
        elements = [assign, details] if sight.held_there else [claim, assign, details]
    elif sight.waiting is None:
        elements.append(button("Reassign…", Do.ASSIGN, value))
    if sight.told:
        elements += told.buttons(sight.told[0], lead.number)
    elements.append(overflow(Do.MORE, _menu(sight)))
    blocks = [_head(sight, contact=not sight.masked), section(state_line(sight)), actions(*elements)]
    blocks += also(sight)
    kept = kept_line(sight)
    blocks.append(context(f"{kept} · `/leads show {sight.ref}`" if kept else f"`/leads show {sight.ref}`"))
    return fallback(sight), blocks


MOST_OTHERS = 2
"""Of the same person's other leads, on a card; *Details* lists more."""


def also(sight: Sight) -> list[Block]:
    """Where else the same person asked, when, and who has that; and what to do about it, until that was decided."""
    if not sight.others:
        return []
    lines = [
        sentences.asked_also(o.ref, o.connection, o.created_at, _whose(sight, o), o.decision) for o in sight.others
    ]
    more = len(lines) - MOST_OTHERS
    shown = [*lines[:MOST_OTHERS], *([sentences.and_more(more, sight.ref)] if more > 0 else [])]
    blocks = [context(f":busts_in_silhouette: {'; '.join(shown)}")]
    if (other := undecided(sight)) and sight.waiting is None:
        value = Value(lead=sight.lead.number, other=other.number)
        both = [button("Take together", Do.TOGETHER, value), button("Keep both", Do.APART, value)]
        blocks.append(actions(*both))
    return blocks


def undecided(sight: Sight) -> Other | None:
    """The newest other lead of the same person that is still open and of which nobody decided yet, unless the same
    owner has both."""
    owner = sight.lead.owner
    return next(
        (o for o in sight.others if o.is_open and o.decision is None and (owner is None or o.owner != owner)), None
    )


def _whose(sight: Sight, other: Other) -> str | None:
    return sight.name(other.owner) if other.owner else None


def kept_line(sight: Sight) -> str:
    """Where what was done is kept: what the lead system is told of comes first."""
    system, lead = sight.provider.name, sight.lead
    lines = [told.line(sight.told[0], system)] if sight.told else []
    about_owner = any(t.keeps is Keeps.OWNER for t in sight.told)
    if lead.owner is None or about_owner:
        return "".join(lines)
    match sight.owner_at:
        case OwnerAt.THERE:
            lines.append(sentences.owner_there(system))
        case OwnerAt.NO_MEMBER:
            lines.append(sentences.no_member(system, sight.name(lead.owner)))
        case _:
            lines.append("Owner kept in Leadbell")
    return " · ".join(lines)


def withheld(sight: Sight) -> tuple[str, list[Block]]:
    """A card in a place where the lead must not be shown any more: nothing of the customer is left."""
    text = f"{sight.ref} · {sentences.private_now()}"
    return text, [section(f":lock: {text}")]


def _menu(sight: Sight) -> list[tuple[str, Value]]:
    lead = sight.lead
    menu = [("Add a note…", Value(do=Button.NOTE, lead=lead.number))]
    contacted = Value(do=Button.CONTACTED, lead=lead.number)
    if Keeps.CONTACT in sight.provider.writes:
        menu.append(("Mark contacted…" if lead.contacted_at is None else "Log another contact…", contacted))
    elif lead.contacted_at is None:
        menu.append(("Mark contacted", contacted))
    if Keeps.STAGE in sight.provider.writes:
        menu.append(("Set the stage…", Value(do=Button.STAGE, lead=lead.number)))
    if Keeps.CLOSE in sight.provider.writes and lead.stage not in ENDED:
        menu.append(("Close…", Value(do=Button.CLOSE, lead=lead.number)))
    if sight.waiting:
        menu.append(("Withdraw the request", Value(do=Button.RELEASE, lead=lead.number)))
    elif lead.owner:
        menu.append(("Release", Value(do=Button.RELEASE, lead=lead.number)))
    if any(action.lead for action in sight.provider.actions):
        menu.append((f"More in {sight.provider.name}…", Value(do=Button.ACTIONS, lead=lead.number)))
    return menu


MESSAGE_SHARE = 1500
"""Characters of one contact value in a direct message; *Details* shows more."""


def handover(sight: Sight, person: str) -> tuple[str, list[Block]]:
    """To the owner: contact, request and next step. Once they are not the owner, the contact data goes."""
    lead, ref = sight.lead, sight.ref
    value = Value(lead=lead.number)
    if lead.owner != person:
        text = f"{ref} is no longer yours."
        now = f" {sight.name(lead.owner)} has it." if lead.owner else " It is free again."
        return text, [section(f"~{ref}~ {text}{now}"), actions(button("Details", Do.DETAILS, value))]
    how = "approved it" if sight.approved else "gave it to you"
    given = f" {sight.name(lead.assigned_by)} {how}." if lead.assigned_by not in (None, person) else ""
    reach = [(n, v) for n, v in (("Phone", lead.phone), ("E-mail", lead.email)) if v]
    reach += [(d.label, d.value) for d in lead.details if d.privacy is Privacy.CONTACT][:4]
    lines: list[list[Block]] = [[words(clean(full_name(lead), 200), bold=True)]]
    lines += [[words(f"{clean(n, 40)}: "), words(v, limit=MESSAGE_SHARE)] for n, v in reach]
    lines += [[words(request_line(sight))], [words("Asked "), when(lead.created_at)]]
    blocks = [section(f"*{ref} is yours.*{given}"), rich(*lines)]
    limits = [section(sentences.limits(lead.limits))] if lead.limits else []
    if lead.contacted_at:
        blocks += limits
        blocks.append(section(f":telephone_receiver: Contacted {local_time(lead.contacted_at)}."))
        elements = [button("Add a note…", Do.NOTE, value), button("Details", Do.DETAILS, value)]
    else:
        blocks.append(section("*Next step:* call or write now, then press *Contacted*."))
        blocks += limits
        elements = [
            button("Contacted", Do.CONTACTED, value, style="primary"),
            button("Add a note…", Do.NOTE, value),
            button("Details", Do.DETAILS, value),
            button("Release", Do.RELEASE, value),
        ]
    if sight.told:
        elements += told.buttons(sight.told[0], lead.number)
        blocks.append(context(told.line(sight.told[0], sight.provider.name)))
    if sight.link:
        elements.append(button(f"Open in {sight.provider.name}", Do.OPEN_LINK, value, url=sight.link))
    return f"{ref} is yours.{given}", [*blocks, actions(*elements), *also(sight)]


_ENDINGS = {
    "approved": ":white_check_mark: Approved",
    "rejected": ":no_entry_sign: Rejected",
    "overtaken": ":fast_forward: Decided otherwise",
}


def ask(sight: Sight, request: Approval, open_leads: int, now: datetime) -> tuple[str, list[Block]]:
    """To an approver: enough to decide on a phone; inert once decided."""
    who = sight.name(request.person)
    text = f"{who} would like {sight.ref}."
    if request.asked_by != request.person:
        text = f"{sight.name(request.asked_by)} would like {who} to have {sight.ref}."
    blocks = [section(f"*Approval:* {text}"), _head(sight, contact=False)]
    if request.state != "waiting":
        said = _ENDINGS.get(request.state, ":leftwards_arrow_with_hook: Withdrawn")
        at = f" {local_time(request.decided_at)}" if request.decided_at else ""
        reason = f"\n>{safe(request.reason, 500)}" if request.reason else ""
        return text, [*blocks, section(f"{said} by {sight.name(request.decided_by)}{at}.{reason}")]
    waited = span((now - sight.lead.arrived_at).total_seconds())
    load = f"{who} has {open_leads} open lead{'' if open_leads == 1 else 's'}. The customer has waited {waited}."
    value = Value(request=request.request, lead=sight.lead.number)
    return text, [
        *blocks,
        section(load),
        actions(
            button("Approve", Do.APPROVE, value, style="primary"),
            button("Reject…", Do.REJECT, value, style="danger"),
            button("Details", Do.DETAILS, Value(lead=sight.lead.number)),
        ),
    ]
