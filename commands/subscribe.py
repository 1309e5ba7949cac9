"""Subscriptions: which channel is told of which leads, masked or not, with approval or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field

from commands import alert, welcome
from commands import sight as seeing
from commands.desk.alerting import Rule
from commands.forms.draft import Draft, leaves
from commands.forms.fields import Ask
from commands.forms.read import Invalid, as_model
from commands.forms.words import Misspelt, parse
from commands.verb import Answer, Desk, Done, Faults, Request, Say, Show
from commands.views import sentences
from commands.views import subscription as views
from providers.action import Long
from storage import audit, connections, deliveries, leads, rules
from storage.choices import once
from storage.database import Tx
from storage.filters import Every, Filter, Frame, From, Owned
from storage.records import Channel, Connection, Subscription

EVERY = "*"
NEWEST = 5


class Subscribe(BaseModel):
    """A subscription, as the modal asks for it."""

    channel: Annotated[str, Ask.CHANNEL] = Field(title="Channel", description="Leadbell has to be a member of it.")
    connection: Annotated[str, Ask.SELECT] = Field(title="Leads of")
    words: str = Field(
        default="",
        title="Only these leads",
        max_length=500,
        description="Words as for /leads list: site:zoopla,rightmove eligibility:passed. Empty: all new leads.",
    )
    masked: bool = Field(
        default=True, title="Privacy", description="Hide contact data in the channel; the owner gets it"
    )
    approval: bool = Field(
        default=False, title="Approval", description="A claim or an assignment needs somebody's approval"
    )
    approvers: Annotated[list[str], Ask.PEOPLE] = Field(default_factory=list, title="Who approves?")
    presets: Annotated[str, Long()] = Field(
        default="",
        title="Presets for new leads",
        max_length=1000,
        description="What the form of a new lead begins with in this channel: a name and a value a line.",
    )
    start: Annotated[str, Ask.SELECT] = Field(title="Start with")


_STARTS = (
    ("new", "Only leads that arrive from now on"),
    ("newest", f"The {NEWEST} newest unclaimed leads, then new ones"),
)


async def subscribe(desk: Desk, request: Request) -> Answer:
    """``/leads subscribe``: the modal, the current channel filled in."""
    held = await desk.database.read(lambda tx: connections.every(tx, request.workspace))
    if not held:
        return Say(sentences.connect_first())
    names = [(EVERY, "every connection"), *((c.connection, c.name) for c in held)]
    values: dict[str, object] = {"start": "new", "connection": EVERY}
    if request.channel.startswith(("C", "G")):
        values["channel"] = request.channel
    return Show(
        views.form(Subscribe, values, {"connection": names, "start": _STARTS}, presets=_presettable(desk, held))
    )


def _presettable(desk: Desk, held: Sequence[Connection]) -> list[str]:
    """The fields that can be preset, of the actions of these connections' lead systems."""
    found: dict[str, None] = {}
    for provider in {c.provider: desk.providers[c.provider] for c in held}.values():
        for action in provider.actions:
            found |= dict.fromkeys(leaf.asked.name for leaf in leaves(action.params, Draft()) if leaf.asked.preset)
    return list(found)


def _read_presets(text: str, known: Sequence[str]) -> dict[str, str]:
    """ "name: value" lines. Raises ValueError with a sentence."""
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not value:
            raise ValueError(sentences.preset_line(line))
        if name not in known:
            raise ValueError(sentences.no_such_preset(name, known))
        found[name] = value
    return found


async def subscribed(desk: Desk, request: Request) -> Answer:
    """The subscribe modal, sent."""
    submitted = request.submitted
    if submitted is None:
        return Say(sentences.stale())
    try:
        asked = as_model(Subscribe, submitted.state)
    except Invalid as invalid:
        return Faults(invalid.errors)
    channel, faults = await _checked(desk, request, asked)
    held = await desk.database.read(lambda tx: connections.every(tx, request.workspace))
    chosen = [c for c in held if asked.connection in (EVERY, c.connection)]
    presets: dict[str, str] = {}
    try:
        presets = _read_presets(asked.presets, _presettable(desk, chosen))
    except ValueError as error:
        faults["presets"] = str(error)
    if faults or channel is None:
        return Faults(faults)
    workspace, now, by = request.workspace, desk.now(), request.person.person

    def subscribe_channel(tx: Tx) -> Answer:
        try:
            wanted = parse(asked.words, seeing.vocabulary(tx, desk.providers, workspace, request.person.zone))
        except Misspelt as wrong:
            return Faults({"words": sentences.misspelt(wrong.word, wrong.nearest, wrong.expected)})
        if _names_viewer(wanted):
            return Faults({"words": sentences.no_mine_here()})
        if not once(tx, workspace, f"view:{submitted.view_id}", now):
            return Done()
        connection = None if asked.connection == EVERY else asked.connection
        subscription = rules.subscribe(
            tx,
            workspace,
            connection=connection,
            words=asked.words.strip(),
            channel=asked.channel,
            masked=asked.masked or channel.has_outsiders,
            approval=asked.approval,
            approvers=asked.approvers,
            by=by,
            now=now,
            presets=presets,
        )
        welcome.steps_changed(tx, desk, workspace, now)
        audit.note(tx, workspace, "subscribed", actor=by, now=now, channel=asked.channel, words=asked.words)
        own = Every((wanted, *([From((connection,))] if connection else [])))
        stored = leads.count(tx, workspace, own, Frame(now))
        body = {"words": asked.words.strip(), "stored": stored, "by": by}
        deliveries.post(tx, workspace, desk.vault, kind="summary", to=asked.channel, now=now, body=body)
        if asked.start == "newest":
            newest = leads.find(tx, workspace, Every((own, Owned(None))), Frame(now), limit=NEWEST)
            read = seeing.read_rules(tx, desk.providers, workspace)
            this: list[Rule] = [r for r in read if r.subscription.subscription == subscription]
            alert.announce(tx, workspace, desk.vault, newest[::-1], this, now)
        return Show(views.subscribed(channel, masked=asked.masked, approval=asked.approval))

    answer = await desk.database.write(subscribe_channel)
    desk.wake()
    return answer


def _names_viewer(wanted: Filter) -> bool:
    match wanted:
        case Owned("me"):
            return True
        case _ if hasattr(wanted, "parts"):
            return any(_names_viewer(p) for p in wanted.parts)
        case _ if hasattr(wanted, "part"):
            return _names_viewer(wanted.part)
        case _:
            return False


async def _checked(desk: Desk, request: Request, asked: Subscribe) -> tuple[Channel | None, dict[str, str]]:
    """The channel as Slack says, and what is wrong with the modal's people and places."""
    faults: dict[str, str] = {}
    channel = await desk.directory.channel(request.workspace, asked.channel)
    if channel is None or not channel.is_member:
        faults["channel"] = sentences.not_a_member(channel.name if channel else None)
    if asked.approval and not asked.approvers:
        faults["approvers"] = sentences.nobody_approves()
    people = [await desk.directory.person(request.workspace, p) for p in asked.approvers]
    if any(p.is_bot or p.is_guest for p in people):
        faults["approvers"] = sentences.members_approve()
    return channel, faults


async def list_subscriptions(desk: Desk, request: Request) -> Answer:
    """``/leads subscriptions``."""

    def look(tx: Tx) -> tuple[list[Subscription], dict[str, str], dict[str, str]]:
        found = rules.every(tx, request.workspace)
        names = {c.connection: c.name for c in connections.every(tx, request.workspace)}
        return found, names, seeing.names(tx, request.workspace, [a for s in found for a in s.approvers])

    found, names, people = await desk.database.read(look)
    if not found:
        return Say(sentences.no_subscriptions())
    return views.listed(found, names, people, admin=request.person.is_admin)


async def unsubscribe(desk: Desk, request: Request) -> Answer:
    """*Unsubscribe*."""
    row, now = request.value.row or "", desk.now()

    def unsubscribe_channel(tx: Tx) -> bool:
        channel = rules.channel_of(tx, request.workspace, row)
        removed = rules.unsubscribe(tx, request.workspace, row)
        if removed and channel:
            deliveries.withdraw_cards(tx, request.workspace, channel)
            welcome.steps_changed(tx, desk, request.workspace, now)
            audit.note(tx, request.workspace, "unsubscribed", actor=request.person.person, now=now)
        return removed

    removed = await desk.database.write(unsubscribe_channel)
    if not removed:
        return Say(sentences.subscription_gone())
    desk.wake()
    listed = await list_subscriptions(desk, request)
    return Say(listed.text, listed.blocks, replace=True) if isinstance(listed, Say) else listed
