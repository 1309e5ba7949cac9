"""Rules of who gets a lead (section 5.4).

The numbers of strategies are not documented: they are the stand-in's own, and any number is taken.
"""

from __future__ import annotations

from typing import Any, Final

from providers.lofty.stand_in.account import ROLES, Account, Call, Json, full_name
from providers.lofty.stand_in.records import record
from providers.lofty.stand_in.refusals import invalid, no_resource
from providers.lofty.stand_in.times import epoch_ms

ASSISTANT: Final = 4
ROUND_ROBIN: Final = 1
_MINUTES_A_DAY: Final = 1440


def list_assignable(account: Account, call: Call) -> Any:
    """Who may be given leads."""
    _check_role(call.path["type"], call.query.get("roleId"))
    return [
        record("AssignMember", id=one["memberUserId"], name=full_name(one), type=call.path["type"])
        for one in account.members
    ]


def list_roles(_: Account, __: Call) -> Any:
    """Roles in which leads are given."""
    return [record("AssignRole", id=number, name=name) for number, name in ROLES]


def list_rules(account: Account, call: Call) -> Any:
    """The rules of a kind of routing."""
    _check_role(call.path["type"], call.query.get("roleId"))
    return _rules(account, call.path["type"])


def edit_rule(account: Account, call: Call) -> Any:
    """Change hours and strategy of a rule."""
    rule = next((one for one in _rules(account, call.path["type"]) if one["id"] == call.body["id"]), None)
    if rule is None:
        raise no_resource("INVAID_ID")
    strategy = call.body.get("routingStrategy") or {}
    _check_minutes(strategy.get("touchMinutes"))
    weights = strategy.get("memberWeights")
    if isinstance(weights, list):
        for place, one in enumerate(weights):
            if account.member(one.get("memberId") or 0) is None:
                raise invalid(f"routingStrategy.memberWeights[{place}].memberId", "is no member of this team")
    hours = call.body.get("activeHours")
    if hours:
        days = sorted(set(hours.get("activeDays") or rule["activeHours"]["activeDays"]))
        rule["activeHours"] = {**rule["activeHours"], **hours, "activeDays": days}
    rule["routingStrategy"] = {**rule["routingStrategy"], **strategy}
    rule["updateTime"] = epoch_ms(account.now())
    return "ok"


def get_default_rule(account: Account, call: Call) -> Any:
    """What happens where no rule fits."""
    role = call.query.get("roleId")
    _check_role(call.path["type"], role)
    return _default_rule(account, call.path["type"], role)


def edit_default_rule(account: Account, call: Call) -> Any:
    """Change what happens where no rule fits."""
    body = call.body
    _check_role(call.path["type"], body.get("roleId"))
    _check_minutes(body.get("touchMinutes"))
    rule = _default_rule(account, call.path["type"], body.get("roleId"))
    agent, pond = body.get("assigneeAgentId"), body.get("assigneeGroupId")
    if agent is not None and pond is not None:
        raise invalid("assigneeGroupId", "must not be given beside assigneeAgentId")
    if agent is not None:
        member = account.member(agent)
        if member is None:
            raise invalid("assigneeAgentId", "is no member of this team")
        rule |= {"assigneeAgentId": str(agent), "assigneeAgentName": full_name(member)}
        rule |= {"assigneeGroupId": None, "assigneeGroupName": None}
    if pond is not None:
        found = next((one for one in account.ponds if one["id"] == pond), None)
        if found is None:
            raise invalid("assigneeGroupId", "is no pond of this team")
        rule |= {"assigneeGroupId": str(pond), "assigneeGroupName": found["pondName"]}
        rule |= {"assigneeAgentId": None, "assigneeAgentName": None}
    rule.update((name, body[name]) for name in ("strategyType", "touchMinutes") if body.get(name) is not None)
    rule["updateTime"] = epoch_ms(account.now())
    return "ok"


def _check_role(kind: int, role: int | None) -> None:
    if kind == ASSISTANT and role is None:
        raise invalid("roleId", "must be given where type is 4")
    if role is not None and role not in dict(ROLES):
        raise invalid("roleId", "is no role of this team")


def _check_minutes(minutes: int | None) -> None:
    if minutes is None:
        return
    if not 0 < minutes <= _MINUTES_A_DAY or (minutes > 60 and minutes % 60):
        raise invalid("touchMinutes", "must be from 1 to 1440, and whole hours beyond 60")


def _rules(account: Account, kind: int) -> list[Json]:
    if kind not in account.rules:
        weights = [
            {"memberId": one["memberUserId"], "firstName": one["firstName"], "lastName": one["lastName"], "weight": 1}
            for one in account.members
        ]
        account.rules[kind] = [
            record(
                "RoutingRule",
                id=account.ids.next("rule"),
                name=name,
                leadType="2",
                priceMin=low,
                priceMax=high,
                sourceName="Zillow" if high < 0 else "",
                sourceMatchType=1,
                tagNames=[],
                groupNames=[],
                phone="",
                locationRule={"state": "TX", "city": "Austin", "locationMatchType": 1},
                activeHours={"activeDays": [1, 2, 3, 4, 5], "hoursStart": 8, "hoursEnd": 19},
                routingStrategy={"strategyType": ROUND_ROBIN, "touchMinutes": 15, "memberWeights": weights},
                ruleSwitch=True,
                updateTime=epoch_ms(account.now()),
            )
            for name, low, high in (("Zillow leads", -1, -1), ("Luxury", 1_000_000, 20_000_000))
        ]
    return account.rules[kind]


def _default_rule(account: Account, kind: int, role: int | None) -> Json:
    key = kind, role if kind == ASSISTANT else None
    if key not in account.supplements:
        account.supplements[key] = record(
            "SupplementRoutingRule",
            businessType=kind,
            roleId=role if role is not None else -1,
            strategyType=ROUND_ROBIN,
            touchMinutes=15,
            updateTime=epoch_ms(account.now()),
        )
    return account.supplements[key]
