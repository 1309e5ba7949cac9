"""One Lofty account: its team, its leads and what hangs on them. The sections' files work on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Final, Literal

import orjson

from providers.lofty.stand_in.documented import Operation
from providers.lofty.stand_in.records import record
from providers.lofty.stand_in.refusals import no_lead
from providers.lofty.stand_in.shelf import Shelf
from providers.lofty.stand_in.times import epoch_ms, iso_time, lead_time, text_time

Json = dict[str, Any]
Routes = Literal["lofty", "pond", "nobody"]
"""Who gets a lead that was created without an owner: the agents in turn, the first pond, or nobody."""
Envelopes = Literal["live", "document"]
"""How answers are wrapped: as observed (``{"notes": […]}``, ``{"lead": {…}}``), or as the document types them
(a bare list, a bare record, ids as strings)."""
AssigneeField = Literal["both", "assignee", "assiginee"]

STAGES: Final = (
    *("New Lead", "Attempted Contact", "Nurture", "Hot Prospects", "Active Client", "Pending", "Sold"),
    *("Past Client", "Archived", "Trash"),
)
SOURCES: Final = (
    *("Zillow", "Realtor.com", "Google PPC", "Website", "Facebook Ads", "Open House", "Referral", "Homes.com"),
    *("Sign Call", "Import"),
)
TAGS: Final = (
    *("Hot Lead", "Pre-Approved", "First-Time Buyer", "Investor", "Relocation", "Cash Buyer", "Luxury", "VIP"),
    *("Needs Spanish", "Open House", "Sphere"),
)
SEGMENTS: Final = ("First-Time Buyers", "Downtown Area", "Sellers 2026", "Newsletter", "Past Clients")
AGENTS: Final = (
    ("Dana Whitfield", "dana@lonestar-realty.example.com"),
    ("Marcus Bell", "marcus@lonestar-realty.example.com"),
    ("Sofía Ramírez", "sofia@lonestar-realty.example.com"),
)
"""Of the default team; the first one is its admin, and whose key it is."""
ROLES: Final = ((1, "Agent"), (2, "Lender"), (4, "Assistant"))
TEAM_ID: Final = 15_720_344

_FIRST_STAGE_ID: Final = 801_234_500
_FIRST_SOURCE_ID: Final = 70_100


class Ids:
    """Ids of 15 digits, as Lofty's are: of one kind they rise, and no two kinds share any."""

    def __init__(self) -> None:
        self._counters: dict[str, count[int]] = {}

    def next(self, kind: str) -> int:
        """The next id of a kind (``lead``, ``note``, …)."""
        if kind not in self._counters:
            self._counters[kind] = count(651_095_960_136_641 + 7_000_000_000_000 * len(self._counters), 13)
        return next(self._counters[kind])


@dataclass
class Call:
    """One call that has passed all checks: the values of its path, its query and its body."""

    operation: Operation
    path: Json
    query: Json
    body: Any = None
    empty: bool = False
    """Answer as if there were nothing (a fault)."""


@dataclass(frozen=True)
class Raw:
    """An answer that is encoded already."""

    body: bytes
    content_type: str = "application/json"


@dataclass
class Account:
    """The account's state. ``now`` gives aware times; ``told`` hears which lead was created, changed or deleted."""

    now: Callable[[], datetime]
    agents: Sequence[tuple[str, str]]
    told: Callable[[str, int], None] = lambda _kind, _lead: None
    routes: Routes = "lofty"
    wrapped: bool = False
    envelopes: Envelopes = "live"
    times: bool = True
    assignee_field: AssigneeField = "both"
    late: int = 0
    """So many of the next created records are not to be found at first: creating is asynchronous."""

    ids: Ids = field(default_factory=Ids)
    shelf: Shelf = field(default_factory=Shelf)
    members: list[Json] = field(default_factory=list)
    offices: list[Json] = field(default_factory=list)
    ponds: list[Json] = field(default_factory=list)
    tags: dict[str, Json] = field(default_factory=dict)
    custom_fields: list[Json] = field(default_factory=list)
    transaction_fields: list[Json] = field(default_factory=list)
    rules: dict[int, list[Json]] = field(default_factory=dict)
    supplements: dict[tuple[int, int | None], Json] = field(default_factory=dict)
    company: Json = field(default_factory=dict)
    teams: dict[int, Json] = field(default_factory=dict)
    stages: list[tuple[int, str]] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    notes: dict[int, Json] = field(default_factory=dict)
    tasks: dict[int, Json] = field(default_factory=dict)
    appointments: list[Json] = field(default_factory=list)
    transactions: dict[int, tuple[int, Json]] = field(default_factory=dict)
    """By transaction: its lead and itself."""
    addresses: dict[int, Json] = field(default_factory=dict)
    activities: dict[int, list[Json]] = field(default_factory=dict)
    logs: dict[int, Json] = field(default_factory=dict)
    """What agents logged, with ``logType`` beside the documented fields."""
    calls: dict[int, Json] = field(default_factory=dict)
    emails: dict[int, Json] = field(default_factory=dict)
    texts: dict[int, Json] = field(default_factory=dict)
    events: dict[int, list[Json]] = field(default_factory=dict)
    """System logs by lead."""
    webhooks: dict[int, Json] = field(default_factory=dict)
    brokermint: dict[str, int] = field(default_factory=dict)
    """Lead by Brokermint's external id; contacts are linked in Lofty's own pages only."""
    brokermint_transactions: set[int] = field(default_factory=set)
    mails: list[str] = field(default_factory=list)
    """What really reached somebody: ``welcome <email>``, ``alert <agent>``, ``notification <agent>``."""
    hidden: set[int] = field(default_factory=set)
    """Ids that answer 404 once."""
    _turn: int = 0

    def __post_init__(self) -> None:
        """Build the team."""
        self.stages = [(_FIRST_STAGE_ID + place, name) for place, name in enumerate(STAGES)]
        self.sources = list(SOURCES)
        self.offices = [
            {"id": self.ids.next("office"), "name": name, "parentId": 0, "city": city, "state": "TX"}
            for name, city in (("North Austin Office", "Austin"), ("Downtown Office", "Austin"))
        ]
        for name, email in self.agents:
            self.add_member(name, email)
        owner = self.me["memberUserId"]
        everybody = [member["memberUserId"] for member in self.members]
        self.ponds = [
            record("LeadPond", id=self.ids.next("pond"), pondName=name, pondOwnerId=owner, agentIds=everybody)
            for name in ("New Leads Pond", "Long-Term Nurture")
        ]
        for name in TAGS:
            self.tag_of(name)
        self.custom_fields = [
            record("CustomAttribute", attributeName="Pets", attributeType="text"),
            record(
                "CustomAttribute",
                attributeName="Loan Type",
                attributeType="single_select",
                params='{"option":["FHA","VA","Conventional","Cash"]}',
            ),
        ]
        self.transaction_fields = [
            record("CustomFieldResponse", id=self.ids.next("field"), name="Escrow company", type="text"),
            record(
                "CustomFieldResponse",
                id=self.ids.next("field"),
                name="Financing",
                type="single_select",
                params='{"option":["Cash","FHA","VA"]}',
            ),
        ]
        self.company = {"teamId": TEAM_ID, "name": "Lone Star Realty", "city": "Austin", "state": "TX"}

    # ------------------------------------------------------------------------------------------ people

    @property
    def me(self) -> Json:
        """Whose key it is: the first member."""
        return self.members[0]

    def add_member(self, name: str, email: str) -> Json:
        """Somebody joins the team."""
        first, _, last = name.partition(" ")
        admin = not self.members
        made = record(
            "UserResponse",
            id=40_210 + len(self.members),  # short, unlike the ids that leads name (as observed)
            memberUserId=self.ids.next("user"),
            invitorUserId=-1 if admin else self.me["memberUserId"],
            accountStatus="Active",
            agentInfo=record("AgentInfo", companyName="Lone Star Realty", position="Realtor"),
            assignedLeadCount=0,
            email=email,
            firstLetter=first[:1].upper(),
            firstName=first,
            lastName=last,
            groupId=self.offices[0]["id"],
            groupName=self.offices[0]["name"],
            isAdmin=admin,
            newLeadCount=0,
            phoneNumber=f"+1512555{100 + len(self.members):04}",
            role=0 if admin else 1,
            roleName="Company Owner" if admin else "Agent",
            status=1,
            timeZoneId="America/Chicago",
            virtualNumber="",
        )
        self.members.append(made)
        return made

    def member(self, user: int | str) -> Json | None:
        """A member by user id or e-mail address."""
        for one in self.members:
            if one["memberUserId"] == user or (isinstance(user, str) and one["email"].lower() == user.lower()):
                return one
        return None

    def next_agent(self) -> Json:
        """Round robin."""
        self._turn += 1
        return self.members[(self._turn - 1) % len(self.members)]

    # ------------------------------------------------------------------------------------------- leads

    def lead(self, lead_id: int) -> Json:
        """The lead, or Refused with 404."""
        if lead_id not in self.shelf:
            raise no_lead()
        return self.shelf.get(lead_id)

    def saved(self, lead: Json, what: str = "updatedLead") -> None:
        """Take in what was changed of a lead, and tell who wants to know."""
        lead["lastUpdateTime"] = lead_time(self.now())
        self.shelf.put(lead)
        self.told(what, lead["leadId"])

    def own(self, lead: Json, member: Json | None) -> None:
        """Make somebody the owner, or nobody (``None``)."""
        lead["assignedUserId"] = member["memberUserId"] if member else -1
        lead["assignedUser"] = full_name(member) if member else ""
        lead["assignTime"] = lead_time(self.now()) if member else None
        lead["assignCompletionStatus"] = member is not None
        if member:
            lead["pondId"], lead["pondName"] = -1, ""

    def to_pond(self, lead: Json, pond: Json) -> None:
        """Put a lead into a pond, where whoever may may take it."""
        self.own(lead, None)
        lead["pondId"], lead["pondName"] = pond["id"], pond["pondName"]

    def route(self, lead: Json) -> None:
        """What Lofty's own routing does with a lead that has no owner."""
        match self.routes:
            case "lofty":
                self.own(lead, self.next_agent())
            case "pond":
                self.to_pond(lead, self.ponds[0])
            case "nobody":
                self.own(lead, None)

    def stage_id(self, name: str) -> int:
        """The id of a stage, -1 where the team has none of that name."""
        return next((number for number, stage in self.stages if stage == name), -1)

    def source_id(self, name: str) -> int:
        """The id of a source, which is made if there is none."""
        if name not in self.sources:
            self.sources.append(name)
        return _FIRST_SOURCE_ID + self.sources.index(name)

    def tag_of(self, name: str) -> Json:
        """A tag of the team, which is made if there is none."""
        if name not in self.tags:
            at = iso_time(self.now())
            self.tags[name] = record(
                "UserLeadTag",
                tagId=self.ids.next("tag"),
                tagName=name,
                creatorUserId=self.me["memberUserId"],
                createTime=at,
                updateTime=at,
                visibleType=1,
                leadId=-1,
            )
        return self.tags[name]

    def tagged(self, lead_id: int, name: str) -> Json:
        """A tag as a lead carries it."""
        at = text_time(self.now())
        return {**self.tag_of(name), "leadId": lead_id, "createTime": at, "updateTime": at}

    def happened(self, lead: Json, kind: int, content: Json) -> None:
        """Write a system log entry."""
        at = epoch_ms(self.now())
        self.events.setdefault(lead["leadId"], []).insert(
            0,
            record(
                "SystemLogResponse",
                id=self.ids.next("event"),
                leadId=lead["leadId"],
                leadFullName=full_name(lead),
                agentId=self.me["memberUserId"],
                content=content_text(content),
                createTime=at,
                updateTime=at,
                timelineTime=at,
                timelineType=kind,
                fromId=self.me["memberUserId"],
                fromType=1,
                fromFirstName=self.me["firstName"],
                fromLastName=self.me["lastName"],
                toId=lead["leadId"],
                toType=2,
                toFirstName=lead["firstName"],
                toLastName=lead["lastName"],
                sticky=False,
                canSticky=False,
            ),
        )

    # ----------------------------------------------------------------------------------------- answers

    def created(self, name: str, number: int) -> Any:
        """The answer to something that was created."""
        if self.late > 0:
            self.late -= 1
            self.hidden.add(number)
        return {name: number} if self.envelopes == "live" else str(number)

    def visible(self, number: int) -> bool:
        """Whether a record can be found already; a late one can from the second time on."""
        if number in self.hidden:
            self.hidden.discard(number)
            return False
        return True

    def listed(self, name: str, rows: list[Json]) -> Any:
        """Some records, wrapped or bare."""
        return {name: rows} if self.envelopes == "live" else rows

    def single(self, name: str, row: Json) -> Any:
        """One record, wrapped or bare."""
        return {name: row} if self.envelopes == "live" else row


def full_name(person: Json) -> str:
    """First and last name, as far as they are known."""
    return " ".join(filter(None, (person["firstName"], person["lastName"])))


def content_text(content: Json) -> str:
    """The content of a system log entry: JSON as text."""
    return orjson.dumps(content).decode()


def asked_page(rows: Sequence[Json], call: Call, default: int) -> tuple[list[Json], int, int]:
    """The asked page of some records, its offset and its limit."""
    offset, limit = max(0, call.query.get("offset", 0)), call.query.get("limit", default)
    return list(rows[offset : offset + limit]), offset, limit


def metadata(collection: str, limit: int, offset: int, total: int, scroll: str | None = None) -> Json:
    """The ``_metadata`` of a page."""
    return record("MetaData", collection=collection, limit=limit, offset=offset, total=total, scrollId=scroll)
