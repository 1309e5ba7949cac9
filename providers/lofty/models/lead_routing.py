"""How new leads are dealt out: rules, and who can be dealt to (5.4)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from providers.action import Choices, Group
from providers.lead import Privacy
from providers.lofty.models.wire import (
    Asks,
    Flag,
    Gives,
    MemberId,
    Number,
    OfMember,
    PondId,
    RoleId,
    RoutingRuleId,
    Text,
    TimeMs,
)

ASSISTANT_LEAD = 4
RoutingType = Annotated[Literal[1, 2, 4], Choices(((1, "Agents"), (2, "Lenders"), (ASSISTANT_LEAD, "Assistants")))]
"""AGENT_LEAD, LENDER_LEAD, ASSISTANT_LEAD."""
_ROLE = Field(default=None, validate_default=True, title="Role", description="Needed for assistants")


def _role_of_assistants(role: int | None, info: ValidationInfo) -> int | None:
    """Give back the role. Raises ValueError where assistants are asked for without one."""
    if role is None and info.data.get("type") == ASSISTANT_LEAD:
        raise ValueError("assistants are dealt to by role: choose one")
    return role


def _whole_hours(minutes: int) -> int:
    """Give back the minutes. Raises ValueError for more than an hour that is no whole number of hours."""
    if minutes > 60 and minutes % 60:
        raise ValueError("above 60 minutes only whole hours: 120, 180, up to 1440")
    return minutes


TouchMinutes = Annotated[int, Field(ge=1, le=1440), AfterValidator(_whole_hours)]
Hour = Annotated[int, Field(ge=0, le=23)]
Weekday = Annotated[
    int,
    Field(ge=1, le=7),
    Choices(tuple((n, f"Day {n}") for n in range(1, 8))),
]
"""The document says "between 1 and 7" and not which day the first is."""


class RoutingMembers(Asks):
    """Who can be dealt to."""

    type: RoutingType = Field(title="Who gets leads")
    roleId: RoleId | None = Field(default=None, title="Role", description="Of assistants")


class RoutingRules(Asks):
    """Which rules."""

    type: RoutingType = Field(title="Who gets leads")
    roleId: RoleId | None = _ROLE

    _role = field_validator("roleId")(_role_of_assistants)


class DefaultRule(Asks):
    """Which default rule."""

    type: RoutingType = Field(title="Who gets leads")
    roleId: RoleId | None = _ROLE

    _role = field_validator("roleId")(_role_of_assistants)


class EditDefaultRule(Asks):
    """What happens to a lead that no rule fits (6.72, SupplementRoutingRuleRequest)."""

    type: RoutingType = Field(title="Who gets leads")
    roleId: RoleId | None = _ROLE
    strategyType: int | None = Field(
        default=None, title="Strategy (Lofty's number)", description="As the default rule shows it"
    )
    assigneeAgentId: MemberId | None = Field(
        default=None, title="Agent", description="For the strategy with a default assignee"
    )
    assigneeGroupId: PondId | None = Field(
        default=None,
        title="Pond",
        description="For the strategy with a default assignee, in place of an agent",
    )
    touchMinutes: TouchMinutes | None = Field(
        default=None, title="Minutes to react", description="For the strategies that go on to others: 1 to 1440"
    )

    _role = field_validator("roleId")(_role_of_assistants)

    @field_validator("assigneeGroupId")
    @classmethod
    def _one_assignee(cls, pond: int | None, info: ValidationInfo) -> int | None:
        if pond is not None and info.data.get("assigneeAgentId") is not None:
            raise ValueError("choose an agent or a pond, not both")
        return pond


class MemberWeight(Asks):
    """How large a member's share is (6.56)."""

    memberId: MemberId = Field(title="Member")
    weight: int | None = Field(default=None, ge=0, title="Share")
    firstName: str | None = Field(default=None, title="Given name", description="Not needed")
    lastName: Annotated[str | None, Privacy.CONTACT] = Field(
        default=None, title="Family name", description="Not needed"
    )


class ActiveHours(Asks):
    """When a rule applies (6.4)."""

    activeDays: list[Weekday] | None = Field(default=None, title="Days", description="1 to 7, as the rule shows them")
    hoursStart: Hour | None = Field(default=None, title="From (hour)")
    hoursEnd: Hour | None = Field(default=None, title="To (hour)")


class RoutingStrategy(Asks):
    """How a rule deals out (6.69)."""

    strategyType: int | None = Field(
        default=None, title="Strategy (Lofty's number)", description="As the list of rules shows it"
    )
    memberWeights: list[MemberWeight] | MemberWeight | None = Field(
        default=None, title="Members and shares", description="Not for the strategy with a pond"
    )
    """Documented as one object, but described as several members; one object is taken as well."""
    touchMinutes: TouchMinutes | None = Field(
        default=None, title="Minutes to react", description="For the strategies that go on to others: 1 to 1440"
    )
    groupId: PondId | None = Field(default=None, title="Pond", description="For the strategy with a pond")
    groupName: Annotated[str | None, Group("Not needed")] = Field(default=None, title="Name of the pond")


class EditRoutingRule(Asks):
    """A rule and what to change of it (6.68, RoutingRuleRequest)."""

    type: RoutingType = Field(title="Who gets leads")
    id: RoutingRuleId = Field(title="Rule")
    activeHours: ActiveHours | None = Field(default=None, title="When it applies")
    routingStrategy: RoutingStrategy | None = Field(default=None, title="How it deals out")


# --------------------------------------------------------------------------------------------- answers


class AssignMember(Gives):
    """Somebody who can be dealt to (6.8)."""

    name: Text = None
    id: OfMember = None
    type: Number = None


class AssignRole(Gives):
    """A role of assistants (6.9)."""

    name: Text = None
    id: Number = None


class GivenActiveHours(Gives):
    """When a rule applies (6.4)."""

    activeDays: Annotated[list[int] | None, Privacy.PUBLIC] = None
    hoursStart: Number = None
    hoursEnd: Number = None


class GivenWeight(Gives):
    """A member's share (6.56)."""

    firstName: Text = None
    lastName: Text = None
    memberId: OfMember = None
    weight: Number = None


class GivenStrategy(Gives):
    """How a rule deals out (6.69)."""

    strategyType: Number = None
    memberWeights: Annotated[list[GivenWeight] | GivenWeight | None, Privacy.PUBLIC] = None
    touchMinutes: Number = None
    groupName: Text = Field(default=None, title="Pond")
    groupId: Number = Field(default=None, title="Pond (number)")


class LocationRule(Gives):
    """Which places a rule is for (6.48)."""

    state: Text = None
    county: Text = None
    city: Text = None
    zipcode: Text = None
    streetAddress: Text = None
    locationMatchType: Number = None


class RoutingRule(Gives):
    """A rule (6.67)."""

    name: Text = None
    ruleSwitch: Flag = Field(default=None, title="In use")
    leadType: Text = None
    leadTypeFilters: Text = None
    sourceName: Text = Field(default=None, title="Source")
    tagNames: Annotated[list[str] | None, Privacy.PUBLIC] = Field(default=None, title="Tags")
    groupNames: Annotated[list[str] | None, Privacy.PUBLIC] = Field(default=None, title="Segments")
    priceMin: Number = None
    priceMax: Number = None
    id: Number = Field(default=None, title="Rule (number)")
    routingStrategy: GivenStrategy | None = None
    activeHours: GivenActiveHours | None = None
    locationRule: LocationRule | None = None
    phone: Text = Field(default=None, title="With or without a phone")
    sourceMatchType: Number = None
    tagMatchType: Number = None
    groupMatchType: Number = None
    updateTime: TimeMs = None


class SupplementRule(Gives):
    """The default rule (6.71, SupplementRoutingRule)."""

    strategyType: Number = None
    assigneeAgentName: Text = Field(default=None, title="Agent")
    assigneeAgentId: OfMember = None
    assigneeGroupName: Text = Field(default=None, title="Pond")
    assigneeGroupId: Number = None
    touchMinutes: Number = None
    businessType: Number = None
    roleId: Number = None
    updateTime: TimeMs = None
