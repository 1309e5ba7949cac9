"""What is read from storage so that a lead can be shown or judged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import quote

from commands.desk import approval
from commands.desk.alerting import Rule, alerts
from commands.desk.visibility import may_see
from commands.forms.words import FACETS, Vocabulary, parse
from commands.views.card import OwnerAt, Sight
from commands.views.told import telling
from providers.lead import Stage
from providers.provider import Keeps, Provider
from storage import connections, leads, members, ownership, people, rules, writes
from storage.database import Tx
from storage.filters import Frame
from storage.records import THERE, Connection, Person, StoredLead

_REF = re.compile(r"^\s*(?:[A-Za-z]{1,4}-)?(\d{1,12})\s*$")


def number(ref: str) -> int | None:
    """The number of a reference: ``KP-1042``, ``kp-1042`` or ``1042``."""
    found = _REF.match(ref)
    return int(found.group(1)) if found else None


def names(tx: Tx, workspace: str, ids: Iterable[str | None]) -> dict[str, str]:
    """People's names, where they are known."""
    found = {}
    for one in {i for i in ids if i and i != THERE}:
        person = people.person(tx, workspace, one)
        found[one] = person.name if person else "somebody"
    return found


def sight(
    tx: Tx,
    providers: Mapping[str, Provider],
    workspace: str,
    lead_number: int,
    *,
    masked: bool = True,
    viewer: Person | None = None,
    reader: Person | None = None,
    now: datetime | None = None,
) -> Sight | None:
    """A lead with what its messages say around it; ``None`` where it is no longer stored, or private and not for
    ``viewer``. ``reader`` (else ``viewer``): whose locale counts. ``now``: also how things stand with what its lead
    system is told."""
    lead = leads.get(tx, workspace, lead_number)
    connection = connections.get(tx, workspace, lead.connection) if lead else None
    if lead is None or connection is None or not (viewer is None or visible(tx, lead, viewer)):
        return None
    provider = providers[connection.provider]
    waiting = ownership.waiting(tx, workspace, lead_number)
    known = names(
        tx,
        workspace,
        (
            lead.owner,
            lead.assigned_by,
            lead.contacted_by,
            *((waiting.person, waiting.asked_by, *waiting.approvers) if waiting else ()),
        ),
    )
    known[THERE] = provider.name
    approved = lead.assigned_by not in (None, lead.owner) and ownership.was_approved(tx, workspace, lead_number)
    told = writes.of_lead(tx, workspace, lead_number) if now and provider.writes else []
    owner_at = OwnerAt.HERE
    if now and lead.owner and Keeps.OWNER in provider.writes:
        owner_at = _owner_at(tx, lead, [w.state for w in told if w.keeps == Keeps.OWNER])
    if owner_at is OwnerAt.NO_MEMBER:  # what is there is of somebody before
        told = [w for w in told if w.keeps != Keeps.OWNER]
    return Sight(
        lead,
        provider,
        connection.name,
        known,
        waiting,
        masked,
        approved,
        routed=Keeps.OWNER in provider.writes and connection.settings.get("routes") == provider.slug,
        told=telling(told, now) if now else (),
        owner_at=owner_at,
        link=link_to(lead, connection, provider),
        reader=whose.locale if (whose := reader or viewer) else "",
    )


def link_to(lead: StoredLead, connection: Connection, provider: Provider) -> str | None:
    """A lead's address in its lead system, by the connection's pattern."""
    pattern = str(connection.settings.get("open_url") or provider.open_url)
    return pattern.replace("{id}", quote(lead.external_id, safe="")) if "{id}" in pattern else None


def visible(tx: Tx, lead: StoredLead, person: Person) -> bool:
    """Whether this person may know of a lead at all."""
    if not lead.private:
        return True
    holder = members.person_of(tx, lead.workspace, lead.connection, lead.holder) if lead.holder else None
    return may_see(lead, person, holder)


def _owner_at(tx: Tx, lead: StoredLead, told: list[str]) -> OwnerAt:
    """Whether the lead system has the same owner."""
    member = members.member_of(tx, lead.workspace, lead.connection, lead.owner or "")
    if member is None:
        return OwnerAt.NO_MEMBER
    return OwnerAt.THERE if "sent" in told or member.id == lead.holder else OwnerAt.HERE


def vocabulary(tx: Tx, providers: Mapping[str, Provider], workspace: str, zone: str = "UTC") -> Vocabulary:
    """What filter words may name in this workspace."""
    held = connections.every(tx, workspace)
    used = {c.provider for c in held} or set(providers)
    aliases: dict[str, str] = {}
    values: dict[str, list[str]] = {facet: [] for facet in FACETS}
    for provider in (providers[slug] for slug in sorted(used)):
        aliases.update(provider.words)
        for facet, pairs in provider.values.items():
            values[facet] += [name for _, name in pairs] + [code for code, _ in pairs]
    values["stage"] += [s.value for s in Stage]
    for facet, column in (
        ("source", "source_name"),
        ("source", "source"),
        ("enquiry", "enquiry"),
        ("eligibility", "eligibility"),
    ):
        values[facet] += leads.facet_values(tx, workspace, column)
    return Vocabulary(aliases, values, {c.name: c.connection for c in held}, zone)


def read_rules(tx: Tx, providers: Mapping[str, Provider], workspace: str) -> list[Rule]:
    """The workspace's subscriptions with their words read.

    They were understood when they were typed: a site or a connection that is not known any more matches nothing.
    """
    subscriptions = rules.every(tx, workspace)
    if not subscriptions:
        return []
    aliases = {word: facet for provider in providers.values() for word, facet in provider.words.items()}
    held = {c.name: c.connection for c in connections.every(tx, workspace)}
    known = Vocabulary(aliases, {}, held, lenient=True)
    return [Rule(subscription, parse(subscription.words, known)) for subscription in subscriptions]


def needed(tx: Tx, providers: Mapping[str, Provider], lead: StoredLead, frame: Frame) -> approval.Needed:
    """Whose approval taking this lead needs: by the subscriptions it alerted, and those it matches now."""
    read = read_rules(tx, providers, lead.workspace)
    bound = rules.alerted(tx, lead.workspace, lead.number)
    bound |= {s.subscription for s in alerts(lead, read, frame)}
    return approval.needed([r.subscription for r in read], bound)
