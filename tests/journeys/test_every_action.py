"""Every action of Lofty is run from Slack, in words, against the strict stand-in: nothing of it is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from commands.forms.args import quoted
from commands.forms.fields import Asked, Kind, fields_of
from providers.action import Action, Effect
from providers.lofty import PROVIDER
from providers.lofty.stand_in import LoftyStandIn
from storage import connections
from tests.conftest import ADA, ZOE, House, shown

GIVEN: dict[str, dict[str, str]] = {
    "edit-lead": {"tagsAdd": "VIP"},
    "assign-lead": {"assignees.1.assignee": "{email}"},
    "add-property": {"city": "Austin"},
    **{name: {"noteId": "{note}"} for name in ("get-note", "delete-note")},
    "edit-note": {"noteId": "{note}"},
    **{name: {"taskId": "{task}"} for name in ("get-task", "delete-task")},
    "edit-task": {"taskId": "{task}", "finishFlag": "yes"},
    **{name: {"transactionId": "{transaction}"} for name in ("get-transaction",)},
    "get-transaction-address": {"transactionId": "{addressed}"},
    "edit-transaction": {"transactionId": "{transaction}", "transactionName": "The Mill"},
    "edit-transaction-address": {"transactionId": "{transaction}", "city": "Austin"},
    "log-contact": {"leadPhoneNumber": "5125550100"},
    **{name: {"logTypeId": "{logged}"} for name in ("get-logged-contact", "delete-logged-contact")},
    "get-call": {"callId": "{call}"},
    "listings": {"userId": "{member}", "agentListings": "yes"},
    "get-pond": {"id": "{pond}"},
    "get-member": {"account": "{email}"},
    "get-user": {"userId": "{member}"},
    "edit-user": {"userId": "{member}", "firstName": "Kit"},
    "edit-routing-rule": {"id": "{rule}", "activeHours.hoursStart": "8", "activeHours.hoursEnd": "18"},
    "edit-account": {"teamMemberUserId": "{member}"},
    "edit-office": {"id": "{office}", "name": "North"},
    "edit-company": {"name": "Lone Star"},
    "remove-broker-team": {"id": "{team}"},
    "sync-brokermint-lead": {"externalId": "17", "firstName": "Kit", "email": "kit@example.com"},
    "sync-brokermint-transaction": {"id": "{transaction}"},
    "delete-webhook": {"subscribeId": "{webhook}"},
}
"""By action: what is said besides what is required, or instead of it."""
MADE: dict[str, tuple[str, dict[str, Any], str]] = {
    "note": ("add-note", {"leadId": "{lead}", "content": "Hello"}, "noteId"),
    "task": (
        "add-task",
        {
            "leadId": "{lead}",
            "content": "Ring",
            "deadline": "2030-01-01T09:00:00Z",
            "type": "Call",
            "assignedRole": "Agent",
        },
        "taskId",
    ),
    "transaction": ("add-transaction", {"leadId": "{lead}", "transactionName": "The Mill"}, "transactionId"),
    "addressed": (
        "edit-transaction-address",
        {"leadId": "{lead}", "transactionId": "{transaction}", "city": "Austin"},
        "transactionId",
    ),
    "logged": (
        "log-contact",
        {"leadId": "{lead}", "logType": "logCall", "content": "Rang", "leadPhoneNumber": "5125550100"},
        "id",
    ),
    "member": ("members", {}, "memberUserId"),
    "email": ("members", {}, "email"),
    "pond": ("ponds", {}, "id"),
    "rule": ("routing-rules", {"type": 1}, "id"),
    "office": ("organization", {}, "groupId"),
    "team": ("add-broker-team", {"teamName": "North", "email": "north@example.com"}, ""),
    "webhook": ("webhooks", {}, "subscribeId"),
    "call": ("call-history", {"leadId": "{lead}"}, "id"),
}
"""What an action may need to be there: the action that makes or lists it, with what, and which key holds its id."""


@pytest.fixture
async def house(make_house: Callable[..., Any]) -> House:
    made: House = await make_house()
    await made.connect("texas", provider="lofty")
    return made


def lofty(house: House) -> LoftyStandIn:
    system = house.sandbox.systems["lofty"]
    assert isinstance(system, LoftyStandIn)
    return system


def word(asked: Asked, ids: dict[str, str]) -> str:
    """A value for a required field."""
    if asked.refers:
        return ids.get(asked.refers, "1")
    if asked.name in ids:
        return ids[asked.name]
    if asked.choices:
        return asked.choices[0][0]
    match asked.kind:
        case Kind.YES | Kind.YES_NO:
            return "yes"
        case Kind.INTEGER | Kind.DECIMAL | Kind.MONEY | Kind.NUMBERS:
            return str(int(asked.least or 1))
        case Kind.MOMENT:
            return "tomorrow 9am" if asked.ahead else "2026-11-01 09:00"
        case Kind.DATE:
            return "1990-02-28"
        case Kind.EMAIL:
            return "kit@example.com"
        case Kind.URL:
            return "https://example.com/page"
        case Kind.JSON:
            return '{"a":1}'
        case _:
            return "Kit"


def words_for(action: Action[Any], ids: dict[str, str]) -> str:
    """All that is required, and what :data:`GIVEN` adds."""
    said: dict[str, str] = {}

    def required(model: Any, at: str) -> None:
        for asked in fields_of(model):
            if not asked.required:
                continue
            if asked.kind is Kind.MODEL:
                required(asked.model, f"{at}{asked.name}.")
            elif asked.kind is Kind.ROWS:
                required(asked.model, f"{at}{asked.name}.1.")
            else:
                said[f"{at}{asked.name}"] = word(asked, ids)

    required(action.params, "")
    said |= {k: v.format(**ids) for k, v in GIVEN.get(action.name, {}).items()}
    return " ".join(f"{name}:{quoted(value)}" for name, value in said.items())


async def ids_for(house: House, action: Action[Any], lead: str) -> dict[str, str]:
    """Ids of what the action needs, made or looked up there."""
    team = house.slack.workspace.team.id
    held = await house.sandbox.bot.database.read(lambda tx: connections.every(tx, team))
    found = await house.sandbox.bot.desk.apis.of(team, held[0].connection)
    assert found is not None
    ids = {"lead": lead}

    async def need(wanted: object) -> None:
        for name in (n for n in re.findall(r"{(\w+)}", str(wanted)) if n not in ids):
            maker, given, key = MADE[name]
            await need(given)
            making = PROVIDER.action(maker)
            assert making is not None
            said = {k: v.format(**ids) if isinstance(v, str) else v for k, v in given.items()}
            answer = await making.run(found[1], making.params.model_validate(said))
            value = said.get(key) or first(answer, key)
            assert value is not None, f"{maker} gave no {key}"
            ids[name] = str(value)

    await need(GIVEN.get(action.name, {}))
    return ids


def first(answer: Any, key: str) -> Any:
    """The first value of a key, however deep; without a key the answer itself is it."""
    if not key:
        return answer
    if isinstance(answer, dict):
        inside = next((v for value in answer.values() if (v := first(value, key)) is not None), None)
        return answer.get(key) if answer.get(key) is not None else inside
    if isinstance(answer, list):
        return next((v for value in answer if (v := first(value, key)) is not None), None)
    return None


@pytest.mark.parametrize("action", PROVIDER.actions, ids=lambda a: a.name)
async def test_it_runs_from_slack(house: House, action: Action[Any]) -> None:
    system = lofty(house)
    lead = await system.arrive()
    system.called(lead["leadId"])
    await house.poll()
    ids = await ids_for(house, action, str(lead["leadId"]))
    system.account.brokermint["17"] = lead["leadId"]  # both are linked in Lofty itself
    system.account.brokermint_transactions.add(int(ids.get("transaction", 0)))
    before, refused = len(system.requests), len(system.refused)
    await house.command(ADA, f"/leads do texas {action.name} {words_for(action, ids)}")
    if action.asks:
        assert (house.view(ADA) or {})["callback_id"] == "confirm", house.says(ADA)
        assert await house.submit(ADA) == {}
    elif (house.view(ADA) or {}).get("submit"):  # nothing is required: the form is there to be sent
        assert await house.submit(ADA) == {}
    assert system.refused[refused:] == []
    path = re.sub(r"\{\w+\}", "[^/]+", action.path)
    assert any(m == action.method and re.fullmatch(path, p.split("?")[0]) for m, p in system.requests[before:])
    assert ":warning:" not in house.says(ADA), house.says(ADA)
    if action.effect is not Effect.READ:
        assert "done in Lofty" in house.says(ADA)


async def test_what_is_for_admins_is_hidden_from_others_and_refused(house: House) -> None:
    hidden = [a for a in PROVIDER.actions if a.for_admins]
    assert len(hidden) > 15
    await house.command(ZOE, "/leads do")
    for action in hidden:
        found = await house.slack.interactions.options(ZOE, "action", "choose", action.title)
        assert f"{action.title} · texas" not in [o["text"]["text"] for o in found["options"]]
    await house.slack.modals.close(ZOE, all_views=True)
    before = len(lofty(house).requests)
    told = await house.command(ZOE, "/leads do texas delete-lead lead:1001 reason:x")
    assert "Nothing that you may run" in f"{shown(told) if told else ''}{house.says(ZOE)}"
    assert not [m for m, _ in lofty(house).requests[before:] if m == "DELETE"]
