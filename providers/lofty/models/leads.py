"""Leads: finding, adding, changing and giving them to somebody (5.5)."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AliasChoices, EmailStr, Field, HttpUrl, model_validator

from providers.action import Choices, Group, Long, WholeBody
from providers.lead import Privacy
from providers.lofty.models.inquiry import GivenInquiry, GivenProperty, Inquiry, Property
from providers.lofty.models.team_features import ATTRIBUTE_TYPES, CustomField, GivenTag
from providers.lofty.models.transactions import NewTransaction
from providers.lofty.models.wire import (
    Asks,
    Birthday,
    Contact,
    Flag,
    Gives,
    LeadId,
    MemberId,
    Number,
    OfLead,
    OfMember,
    PacificText,
    SegmentName,
    SourceName,
    StageName,
    Tag,
    Text,
    Time,
)

LEAD_TYPES = (
    (2, "Buyer"),
    (1, "Seller"),
    (5, "Renter"),
    (6, "Investor"),
    (7, "Agent"),
    (8, "Homeowner"),
    (9, "Landlord"),
    (-1, "Other"),
)
"""Of ``leadTypes``."""
SINGLE_LEAD_TYPES = ((2, "Buyer"), (1, "Seller"), (3, "Buyer and seller"), (5, "Renter"), (-1, "Other"))
"""Of the older ``leadType``."""
TIME_FRAMES = (
    ("1-3", "1 to 3 months"),
    ("3-6", "3 to 6 months"),
    ("6-12", "6 to 12 months"),
    ("12+", "Later than in 12 months"),
    ("Just Looking", "Just looking"),
    ("Refinancing", "Refinancing"),
)
YES_NO = (("Yes", "Yes"), ("No", "No"))
LANGUAGES = (
    ("en", "English"),
    ("es", "Spanish"),
    ("fr", "French"),
    ("de", "German"),
    ("zh-CN", "Chinese (simplified)"),
    ("zh-TW", "Chinese (traditional)"),
    ("ja", "Japanese"),
)
ROLES = (("Agent", "Agent"), ("Assistant", "Assistant"), ("Lender", "Lender"))
"""The document lost these four lists; they are those of Lofty's newer description."""
SORTS = (
    ("CreateTime", "When they came"),
    ("AssignTime", "When they were assigned"),
    ("LastContact", "Last contact"),
    ("LastCall", "Last call"),
    ("LastEmail", "Last e-mail"),
    ("LastActivity", "Last activity"),
    ("Score", "Score"),
    ("SCOREV2", "Score (second version)"),
    ("Task", "Tasks"),
    ("Communication", "Communication"),
    ("Activity", "Activities"),
    ("ActivitySearch", "Searches"),
    ("ActivityViews", "Views"),
    ("ActivityFavorites", "Saved properties"),
    ("Inquries", "Inquiries"),  # sic
    ("Lender", "Lender"),
    ("HasAlert", "Has a listing alert"),
    ("AlertFrequency", "How often listing alerts go out"),
    ("AlertOpenRate", "How often listing alerts are opened"),
    ("HasDrip", "Has a drip campaign"),
    ("DripStatus", "State of the drip campaign"),
    ("DripOpenRate", "How often drip mails are opened"),
    ("SmartPlanStatus", "State of the smart plan"),
    ("DeleteTime", "When they were deleted"),
    ("Default", "Lofty's own order"),
)
"""5.5.4, ``sort``."""

_PAGE = Group("Which page")
_RARE = Group("Rarely needed")

# --------------------------------------------------------------------------------------------- finding


MOST_TAGS = 100
"""At once; a limit of ours: a select of Slack's holds no more, and no lead has so many."""
Tags = Annotated[list[Tag], Field(max_length=MOST_TAGS)]


class _Filters(Asks):
    stage: list[StageName] | None = Field(default=None, title="Stages")
    anyTags: Tags | None = Field(default=None, title="With any of these tags")
    allTags: Tags | None = Field(default=None, title="With all of these tags")
    source: SourceName | None = Field(default=None, title="Source")
    contacted: bool | None = Field(default=None, title="Has been contacted")
    phone: Annotated[str | None, Privacy.CONTACT] = Field(default=None, max_length=20, title="Phone")
    email: Annotated[EmailStr | None, Privacy.CONTACT] = Field(default=None, title="E-mail")
    segments: list[SegmentName] | None = Field(default=None, title="Segments")


class _Paged(Asks):
    groups: Annotated[list[str] | None, _RARE] = Field(
        default=None, title="Groups", description="The older name of segments"
    )
    limit: Annotated[int | None, _PAGE] = Field(default=None, ge=1, le=100, title="Leads a page")
    offset: Annotated[int | None, _PAGE] = Field(default=None, ge=0, title="Skip")
    scrollId: Annotated[str | None, _PAGE] = Field(
        default=None, title="Next page", description="The scroll id that the last page gave"
    )


class _Key(Asks):
    key: Annotated[str | None, Privacy.CONTACT] = Field(
        default=None, title="Name, phone or e-mail", description="Or a part of it"
    )
    """Only in Lofty's newer description; nothing else finds a lead by name."""
    assignedUserId: MemberId | None = Field(default=None, title="Whose leads")


class _Sorted(Asks):
    sort: Annotated[str | None, Choices(SORTS)] = Field(default=None, title="Sort by")
    desc: bool | None = Field(default=None, title="Newest or highest first")


class SearchLeads(_Paged, _Sorted, _Filters, _Key):  # the last one's fields come first
    """Which leads, and in which order (5.5.4)."""

    languages: Annotated[list[Annotated[str, Choices(LANGUAGES)]] | None, _RARE] = Field(
        default=None, title="Languages"
    )
    preciseSearchFlag: Annotated[bool | None, _RARE] = Field(default=None, title="Phone and e-mail exactly")
    segmentIds: Annotated[list[int] | None, _RARE] = Field(default=None, title="Segments (numbers)")
    groupIds: Annotated[list[int] | None, _RARE] = Field(default=None, title="Groups or offices (numbers)")
    querySubGroup: Annotated[bool | None, _RARE] = Field(default=None, title="With the groups below")


class _Since(Asks):
    leadCreateTime: PacificText | None = Field(default=None, title="Came since")


class _ChangedSince(Asks):
    leadUpdateTime: PacificText | None = Field(default=None, title="Changed since")


class LeadsCreated(_Paged, _Filters, _Since):
    """Which leads came since a time (5.5.6)."""


class LeadsUpdated(_Paged, _Filters, _ChangedSince):
    """Which leads changed since a time (5.5.8)."""


class GetLead(Asks):
    """One lead (5.5.9)."""

    leadId: LeadId = Field(title="Lead")
    withTrash: bool | None = Field(default=None, title="Even a deleted one")


# ---------------------------------------------------------------------------------- adding and changing

_BUYER = Group("As a buyer")
_SELLER = Group("As a seller")
_ADDRESS = Group("Address")
_CONTACT = Group("Must not be contacted")
_MORE = Group("More about them")
_ROUTING = Group("Routing and e-mails")

Phone = Annotated[str, Field(min_length=1, max_length=20)]
Segment = Annotated[SegmentName, Field(max_length=30)]
_YesNo = Annotated[str | None, Choices(YES_NO)]
_TimeFrame = Annotated[str | None, Choices(TIME_FRAMES)]


class FamilyMember(Asks):
    """Somebody of the lead's family (6.37)."""

    firstName: str = Field(min_length=1, title="Given name")
    lastName: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="Family name")
    relationship: Annotated[str | None, Privacy.CONTACT] = Field(
        default=None, title="Relationship", description="Husband, for example"
    )
    phones: Annotated[list[Phone] | None, Privacy.CONTACT] = Field(default=None, title="Phones")
    emails: Annotated[list[EmailStr] | None, Privacy.CONTACT] = Field(default=None, title="E-mails")
    birthday: Annotated[Birthday | None, Privacy.SENSITIVE] = Field(default=None, title="Birthday")


class CustomAttribute(Asks):
    """What a lead has in a field that the team has added (6.20)."""

    attributeName: str = Field(min_length=1, title="Field", description="Its name, as the team has it")
    attributeType: Annotated[str, Choices(ATTRIBUTE_TYPES)] = Field(title="Kind")
    value: Annotated[str, Privacy.CONTACT] = Field(
        title="Value", description='Some of several as JSON: ["First","Second"]'
    )
    params: Annotated[str | None, Group("Options of a selection")] = Field(
        default=None, title="Options", description='As JSON: {"option":["First","Second"]}'
    )


class _NewName(Asks):
    firstName: str = Field(min_length=1, max_length=30, title="Given name")


class _KnownName(Asks):
    firstName: str | None = Field(default=None, min_length=1, max_length=30, title="Given name")


class _Reached(Asks):
    lastName: Annotated[str | None, Privacy.CONTACT] = Field(default=None, max_length=30, title="Family name")
    phones: Annotated[list[Phone] | None, Privacy.CONTACT] = Field(
        default=None, title="Phones", description="Each on a line of its own"
    )
    emails: Annotated[list[EmailStr] | None, Privacy.CONTACT] = Field(
        default=None, title="E-mails", description="Each on a line of its own"
    )


class _Kind(Asks):
    leadTypes: list[Annotated[int, Choices(LEAD_TYPES)]] | None = Field(default=None, title="Buyer, seller, renter…")
    source: SourceName | None = Field(default=None, title="Source", description="Where the lead came from")


class _Worked(Asks):
    stage: StageName | None = Field(default=None, title="Stage")
    assignedUserId: MemberId | None = Field(default=None, title="Agent")
    tagsAdd: Tags | None = Field(default=None, title="Tags")


class _FewerTags(Asks):
    tagsRemove: Tags | None = Field(default=None, title="Take tags away", description="The others stay")
    """Only in Lofty's newer description; it saves reading all tags and writing them back."""


class _FirstNote(Asks):
    content: Annotated[str | None, Long(), Privacy.CONTACT] = Field(default=None, max_length=2000, title="Note")
    isPin: bool | None = Field(default=None, title="Pin the note")


class _Details(Asks):
    inquiry: Inquiry | None = Field(default=None, title="What they look for")
    property: Property | None = Field(
        default=None, title="Property or mailing address", description="A seller is routed by where it is"
    )
    buyingTimeFrame: Annotated[_TimeFrame, _BUYER] = Field(default=None, title="Wants to buy in")
    houseToSell: Annotated[_YesNo, _BUYER, Privacy.CONTACT] = Field(default=None, title="Has a house to sell first")
    fthb: Annotated[_YesNo, _BUYER, Privacy.CONTACT] = Field(default=None, title="Buys for the first time")
    withBuyerAgent: Annotated[_YesNo, _BUYER] = Field(default=None, title="Has a buyer's agent")
    preQual: Annotated[_YesNo, _BUYER, Privacy.SENSITIVE] = Field(default=None, title="Pre-qualified for a loan")
    sellingTimeFrame: Annotated[_TimeFrame, _SELLER] = Field(default=None, title="Wants to sell in")
    buyHouse: Annotated[_YesNo, _SELLER] = Field(default=None, title="Wants to buy a house too")
    withListingAgent: Annotated[_YesNo, _SELLER] = Field(default=None, title="Has a listing agent")
    mortgage: Annotated[_YesNo, _SELLER, Privacy.SENSITIVE] = Field(default=None, title="Has a mortgage")
    streetAddress: Annotated[str | None, Privacy.CONTACT, _ADDRESS] = Field(
        default=None, title="Street and number", description="Newer Lofty would rather have it as a mailing address"
    )
    city: Annotated[str | None, _ADDRESS] = Field(default=None, title="City")
    state: Annotated[str | None, _ADDRESS] = Field(default=None, title="State")
    zipCode: Annotated[str | None, Privacy.CONTACT, _ADDRESS] = Field(default=None, title="ZIP code")
    cannotCall: Annotated[bool | None, _CONTACT] = Field(default=None, title="Do not call")
    cannotText: Annotated[bool | None, _CONTACT] = Field(default=None, title="Do not text")
    cannotEmail: Annotated[bool | None, _CONTACT] = Field(default=None, title="Do not e-mail")
    unsubscription: Annotated[bool | None, _CONTACT] = Field(default=None, title="Unsubscribed from marketing")
    language: Annotated[str | None, Choices(LANGUAGES), _MORE] = Field(default=None, title="Language")
    referredBy: Annotated[str | None, Privacy.CONTACT, _MORE] = Field(default=None, title="Referred by")
    segments: Annotated[list[Segment] | None, _MORE] = Field(
        default=None, title="Segments", description="All that the lead is to be in"
    )
    isPrivate: Annotated[bool | None, _MORE] = Field(
        default=None, title="Private lead", description="Never shown in a channel"
    )
    birthday: Annotated[Birthday | None, _MORE, Privacy.SENSITIVE] = Field(default=None, title="Birthday")
    leadFamilyMemberList: list[FamilyMember] | None = Field(
        default=None, max_length=4, title="Family", description="At most four people"
    )
    leadTransaction: NewTransaction | None = Field(default=None, title="Transaction")
    customAttributeList: list[CustomAttribute] | None = Field(default=None, title="The team's own fields")
    tags: Annotated[Tags | None, _RARE] = Field(
        default=None, title="Replace all tags", description="Whatever tags the lead has are replaced by these"
    )
    leadType: Annotated[int | None, Choices(SINGLE_LEAD_TYPES), _RARE] = Field(
        default=None, title="Kind of lead (older)", description="One only; use Buyer, seller, renter… instead"
    )
    groups: Annotated[list[Annotated[str, Field(max_length=30)]] | None, _RARE] = Field(
        default=None, title="Groups", description="The older name of segments"
    )


class AddLead(_Details, _FirstNote, _Worked, _Kind, _Reached, _NewName):  # the last one's fields come first
    """A new lead (6.44, LeadRequest). Names, segments and tags that are too long Lofty would cut off silently."""

    welcomeEmail: Annotated[bool, _ROUTING] = Field(
        default=False, title="Welcome e-mail", description="The customer really gets it"
    )
    leadAlert: Annotated[bool, _ROUTING] = Field(
        default=False, title="Alert the agent by e-mail", description="Beside what Leadbell posts"
    )
    leadRouting: Annotated[bool | None, _ROUTING] = Field(
        default=None, title="Let Lofty choose the agent", description="Newer Lofty does so whenever no agent is given"
    )
    assignGroupId: Annotated[int | None, _ROUTING] = Field(
        default=None, title="Route by the rules of office (number)", description="-1 for those of the company"
    )


class _OfLead(Asks):
    leadId: LeadId = Field(title="Lead")


class EditLead(_Details, _Kind, _Reached, _KnownName, _FewerTags, _Worked, _OfLead):
    """What to change of a lead; what is left out stays as it is (6.25, EditLeadRequest)."""

    tagsAdd: Tags | None = Field(default=None, title="Add tags", description="Those that the lead has stay")
    phones: Annotated[list[Phone] | None, Privacy.CONTACT] = Field(
        default=None, title="Phones", description="Each on a line of its own; all that the lead is to have"
    )
    emails: Annotated[list[EmailStr] | None, Privacy.CONTACT] = Field(
        default=None, title="E-mails", description="Each on a line of its own; all that the lead is to have"
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_dump(exclude={"leadId"}, exclude_none=True):
            raise ValueError("say what to change of the lead")
        return self


class DeleteLead(Asks):
    """Which lead to put into the trash, and why (5.5.11). Lofty insists on a reason."""

    leadId: LeadId = Field(title="Lead")
    reason: Annotated[str, Field(min_length=1), Privacy.CONTACT] = Field(
        title="Reason", description="Kept in Lofty beside the deleted lead"
    )


# --------------------------------------------------------------------------------- whose it is, and links


class Assignee(Asks):
    """Somebody in a role for a lead (6.34). ``assiginee`` in the document is ``assignee`` in the newer description."""

    role: Annotated[str, Choices(ROLES)] = Field(title="As")
    assignee: Annotated[EmailStr, Privacy.CONTACT] = Field(
        validation_alias=AliasChoices("assignee", "assiginee"),
        title="E-mail of the member",
        description="The one that they sign in to Lofty with",
    )


class AssignLead(Asks):
    """Who gets a lead (5.5.14). The body is the bare list."""

    leadId: LeadId = Field(title="Lead")
    assignees: Annotated[list[Assignee], WholeBody()] = Field(min_length=1, title="Who gets it")


class PreviewAssignees(Asks):
    """Somebody who might become a lead (6.35, LeadAssigneeRequest)."""

    firstName: str = Field(min_length=1, max_length=30, title="Given name")
    email: Annotated[EmailStr, Privacy.CONTACT] = Field(title="E-mail")
    lastName: Annotated[str | None, Privacy.CONTACT] = Field(default=None, max_length=30, title="Family name")
    phone: Annotated[Phone | None, Privacy.CONTACT] = Field(default=None, title="Phone")
    birthday: Annotated[Birthday | None, Privacy.SENSITIVE] = Field(default=None, title="Birthday")


class LoginLink(Asks):
    """Whom the link signs in, and where it leads (6.48, LinkRequest)."""

    leadId: LeadId = Field(title="Lead")
    loftyWebsiteURL: HttpUrl = Field(title="Page of your Lofty website", description="Where the link leads")


# --------------------------------------------------------------------------------------------- answers


class LeadNumber(Gives):
    """The answer to a new lead."""

    leadId: OfLead = Field(default=None, title="Lead (number)")


class GivenFamilyMember(Gives):
    """Somebody of the lead's family (6.37)."""

    firstName: Contact = Field(default=None, title="Given name")
    lastName: Contact = Field(default=None, title="Family name")
    relationship: Contact = Field(default=None, title="Relationship")
    phones: Annotated[list[str] | None, Privacy.CONTACT] = Field(default=None, title="Phones")
    emails: Annotated[list[str] | None, Privacy.CONTACT] = Field(default=None, title="E-mails")
    birthday: Annotated[str | None, Privacy.SENSITIVE] = None


class GivenRole(Gives):
    """Somebody in a role that the team has made (6.23, CustomRole; 6.24, CustomRoleAssignee)."""

    role: Text = Field(default=None, title="Role")
    agentFullName: Text = Field(default=None, title="Who")
    assignee: Contact = Field(default=None, title="E-mail of the member")
    assigneeId: OfMember = Field(default=None, title="Member (number)")
    permissionProfileName: Text = Field(default=None, title="Permission profile")
    roleId: Number = None


class LeadAssignees(Gives):
    """Who would get a lead, or has it already (6.36, LeadCustomRoleAssigneeInfo)."""

    firstName: Text = Field(default=None, title="Given name")
    lastName: Contact = Field(default=None, title="Family name")
    customRoleAssignees: list[GivenRole] | None = Field(default=None, title="Who gets it")
    leadId: OfLead = Field(default=None, title="Lead")
    leadUserId: Number = None


class WireLead(Gives):
    """A lead (6.45, LeadResponse). ``-1`` is "not set" in its numbers."""

    firstName: Text = Field(default=None, title="Given name")
    lastName: Contact = Field(default=None, title="Family name")
    stage: Text = Field(default=None, title="Stage")
    assignedUser: Text = Field(default=None, title="Agent")
    source: Text = Field(default=None, title="Source")
    phones: Annotated[list[str] | None, Privacy.CONTACT] = Field(default=None, title="Phones")
    emails: Annotated[list[str] | None, Privacy.CONTACT] = Field(default=None, title="E-mails")
    createTime: Time = Field(default=None, title="Came")
    lastUpdateTime: Time = Field(default=None, title="Changed")
    lastTouch: Time = Field(default=None, title="Last contact")
    leadId: OfLead = Field(default=None, title="Lead (number)")
    leadTypes: Annotated[list[Annotated[int, Choices(LEAD_TYPES)]] | None, Privacy.PUBLIC] = Field(
        default=None, title="Buyer, seller, renter…"
    )
    score: Number = Field(default=None, title="Score")
    opportunity: Text = Field(default=None, title="Opportunity")
    tags: list[GivenTag] | None = Field(default=None, title="Tags")
    segments: Annotated[list[str] | None, Privacy.PUBLIC] = Field(default=None, title="Segments")
    pondName: Text = Field(default=None, title="Pond")
    leadInquiry: GivenInquiry | None = Field(default=None, title="Looks for")
    leadPropertyList: list[GivenProperty] | None = Field(default=None, title="Properties")
    buyingTimeFrame: Text = Field(default=None, title="Wants to buy in (months)")
    houseToSell: Contact = Field(default=None, title="Has a house to sell first")
    fthb: Contact = Field(default=None, title="Buys for the first time")
    withBuyerAgent: Text = Field(default=None, title="Has a buyer's agent")
    sellingTimeFrame: Text = Field(default=None, title="Wants to sell in (months)")
    buyHouse: Text = Field(default=None, title="Wants to buy a house too")
    withListingAgent: Text = Field(default=None, title="Has a listing agent")
    preQual: Annotated[str | None, Privacy.SENSITIVE] = None
    mortgage: Annotated[str | None, Privacy.SENSITIVE] = None
    birthday: Annotated[str | None, Privacy.SENSITIVE] = None
    cannotCall: Flag = Field(default=None, title="Do not call")
    cannotText: Flag = Field(default=None, title="Do not text")
    cannotEmail: Flag = Field(default=None, title="Do not e-mail")
    unsubscription: Flag = Field(default=None, title="Unsubscribed from marketing")
    privateFlag: Flag = Field(default=None, title="Private lead")
    streetAddress: Contact = Field(default=None, title="Street")
    city: Text = Field(default=None, title="City")
    state: Text = Field(default=None, title="State")
    zipCode: Contact = Field(default=None, title="ZIP code")
    language: Text = Field(default=None, title="Language")
    referredBy: Contact = Field(default=None, title="Referred by")
    leadFamilyMemberList: list[GivenFamilyMember] | None = Field(default=None, title="Family")
    customAttributes: list[CustomField] | None = Field(default=None, title="The team's own fields")
    customRoleList: list[GivenRole] | None = Field(default=None, title="Roles")
    assignTime: Time = Field(default=None, title="Assigned")
    lastVisit: Time = Field(default=None, title="Last visit")
    facebook: Contact = Field(default=None, title="Facebook")
    twitter: Contact = Field(default=None, title="Twitter")
    assignedUserId: OfMember = Field(default=None, title="Agent (number)")
    assignCompletionStatus: Flag = None
    phoneStatuses: Annotated[list[int] | None, Privacy.PUBLIC] = None
    """Of each phone: 1 invalid, 2 valid, 3 talked, 4 "do not call" number, 5 "do not call" contact."""
    groups: Annotated[list[str] | None, Privacy.PUBLIC] = None
    leadType: Number = None
    leadSource: Number = None
    stageId: Number = None
    pondId: Number = None
    lenderUserId: OfMember = None
    leadUserId: Number = None
    teamId: Number = None
