"""Lofty's actions against its document: every operation once, with exactly its parameters and body fields.

``lofty_operations.json`` is the document's sections 5 and 6 in a form of these tests: operations with the types of
what they take, by section number. A type is a JSON type, a name of ``types``, or one of these in brackets for a list.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import orjson
import pytest
from pydantic import AnyUrl, BaseModel, EmailStr

from commands.forms.fields import Asked, Kind, fields_of
from providers.action import Action, Effect, request_of
from providers.lofty.actions import ACTIONS

DOCUMENT = orjson.loads((Path(__file__).parent / "lofty_operations.json").read_bytes())
OPERATIONS: dict[tuple[str, str], dict[str, Any]] = {(o["method"], o["path"]): o for o in DOCUMENT["operations"]}

NEWER = "only in Lofty's newer official description"
SPELLING = 'the document writes "assiginee", the newer description "assignee"; a connection chooses'
TIMESTAMP = "the document shows the insides of a Java object; the newer description takes ISO 8601"
ALLOWED = {
    ("PUT /v1.0/tasks/{taskId}", "finishFlag", "not documented"): f"{NEWER}; nothing else finishes a task",
    ("POST /v1.0/webhook", "permissionMode", "not documented"): NEWER,
    ("POST /v1.0/logType", "emailSubject", "not documented"): NEWER,
    ("POST /v1.0/logType", "toEmail", "not documented"): NEWER,
    ("POST /v1.0/logType", "fromEmail", "not documented"): NEWER,
    ("GET /v1.0/logType", "sort", "not documented"): NEWER,
    ("GET /v1.0/logType", "order", "not documented"): NEWER,
    ("GET /v1.0/listing", "soldNextPageKey", "not documented"): f"{NEWER}; sold listings page on their own",
    ("POST /v1.0/agent/profile/add", "accountInfo.roleName", "not documented"): NEWER,
    ("POST /v1.0/agent/profile/add", "accountInfo.seatTypeName", "not documented"): NEWER,
    ("GET /v1.0/leads", "key", "not documented"): f"{NEWER}; finds a name, phone or e-mail address",
    ("PUT /v1.0/leads/{leadId}", "tagsRemove", "not documented"): f"{NEWER}; else a tag is lost by replacing all",
    ("POST /v1.0/leads/{leadId}/assignment", "assignee", "not documented"): SPELLING,
    ("POST /v1.0/leads/{leadId}/assignment", "assiginee", "is missing"): SPELLING,
    **{
        ("PUT /v1.0/brokermint/transaction", name, "string, documented as Timestamp"): TIMESTAMP
        for name in ("acceptanceDate", "closedAt", "closingDate", "expirationDate")
    },
    (
        "PUT /v1.0/routing/rule/{type}",
        "routingStrategy.memberWeights",
        "list, documented as MemberWeight",
    ): 'the newer description says "memberWeights must reference valid members": a share is one of several',
}
"""Where a declaration may differ from the document, and why. One that no longer differs has to go from here."""


# ---------------------------------------------------------------------------------- an action filled in


def example(annotation: Any) -> Any:
    """A value of that type, of the first kind of a union."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return example(args[0])
    if origin in (Union, types.UnionType):
        return example(next(a for a in args if a is not types.NoneType))
    if origin is Literal:
        return args[0]
    if origin is list:
        return [example(args[0])]
    if origin is dict or annotation is Any:
        return {"key": "value"}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return filled(annotation)
    if isinstance(annotation, type) and issubclass(annotation, AnyUrl):
        return annotation("https://example.com/x")
    return {
        bool: True,
        int: 7,
        float: 1.5,
        str: "words",
        EmailStr: "ada@example.com",
        Decimal: Decimal("1.5"),
        datetime: datetime(2026, 12, 1, 14, 30, tzinfo=UTC),
        date: date(2001, 6, 5),
    }[annotation]


def filled(model: type[BaseModel]) -> BaseModel:
    """The model with all of its fields; rules between fields are passed over."""
    return model.model_construct(**{name: example(i.annotation) for name, i in model.model_fields.items()})


# ------------------------------------------------------------------------------------------- comparing


def differences(documented: str, sent: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """(place, what is wrong) of what is sent, against a documented type."""
    if documented.startswith("["):
        if not isinstance(sent, list):
            yield at, f"{json_type(sent)}, documented as a list"
            return
        yield from differences(documented[1:-1], sent[0], at)
    elif documented in DOCUMENT["types"]:
        if not isinstance(sent, dict):
            yield at, f"{json_type(sent)}, documented as {documented}"
            return
        yield from named(DOCUMENT["types"][documented], sent, at)
    elif json_type(sent) != documented:
        yield at, f"{json_type(sent)}, documented as {documented}"


def named(documented: dict[str, str], sent: dict[str, Any], at: str = "") -> Iterator[tuple[str, str]]:
    """The same, of fields by name."""
    for name, value in sent.items():
        place = f"{at}.{name}" if at else name
        if name in documented:
            yield from differences(documented[name], value, place)
        else:
            yield place, "not documented"
    for name in documented.keys() - sent.keys():
        yield f"{at}.{name}" if at else name, "is missing"


def json_type(value: Any) -> str:
    """Its JSON type."""
    for kind, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "list")):
        if isinstance(value, kind):
            return name
    return "object"


def found(action: Action[Any]) -> set[tuple[str, str, str]]:
    """All differences of an action from the document, as :data:`ALLOWED` writes them."""
    operation = OPERATIONS[action.method, action.path]
    params = filled(action.params)
    plain = params.model_dump(mode="json", by_alias=True)
    out = request_of(action, params)
    query = {name: plain[name] for name, _ in out.query}
    wrong = list(named(operation["in_path"], {n: v for n, v in plain.items() if f"{{{n}}}" in action.path}))
    wrong += named(operation["in_query"], query)
    body = operation["body"]
    if body is None:
        wrong += [(name, "is sent in a body, and none is documented") for name in out.body or ()]
    elif isinstance(out.body, dict) and body in DOCUMENT["types"]:
        wanted = {n: t for n, t in DOCUMENT["types"][body].items() if n not in operation["in_path"]}
        wrong += named(wanted, out.body)
    else:
        wrong += differences(body, out.body)
    return {(f"{action.method} {action.path}", place, what) for place, what in wrong}


# ---------------------------------------------------------------------------------------------- tests


def test_every_documented_operation_is_declared_once_and_no_other() -> None:
    declared = sorted((a.method, a.path) for a in ACTIONS)
    assert declared == sorted(OPERATIONS)
    assert len(declared) == 80


def test_names_and_titles_tell_the_actions_apart() -> None:
    for told in ("name", "title"):
        values = [getattr(a, told) for a in ACTIONS]
        assert sorted(values) == sorted(set(values))
    assert all(a.name == a.name.lower() and " " not in a.name for a in ACTIONS)
    assert [a.title for a in ACTIONS if not 0 < len(a.title) <= 60] == []


@pytest.mark.parametrize("action", ACTIONS, ids=lambda a: a.name)
def test_an_action_stands_where_the_document_has_it(action: Action[Any]) -> None:
    operation = OPERATIONS[action.method, action.path]
    assert action.section == operation["section"]
    assert action.source.split()[0] == operation["source"]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda a: a.name)
def test_an_action_sends_exactly_what_is_documented_in_the_documented_types(action: Action[Any]) -> None:
    assert found(action) - ALLOWED.keys() == set()


def test_every_allowed_difference_is_still_there() -> None:
    assert ALLOWED.keys() - {one for action in ACTIONS for one in found(action)} == set()


@pytest.mark.parametrize("action", ACTIONS, ids=lambda a: a.name)
def test_an_action_names_its_lead_and_its_next_page_by_fields_that_it_has(action: Action[Any]) -> None:
    fields = {asked.name: asked for asked in fields_of(action.params)}
    if "leadId" in fields and fields["leadId"].refers == "lead":
        assert action.lead == "leadId"
    assert action.lead is None or fields[action.lead].refers == "lead"
    for name in ("offset", "page", "token", "current"):
        given = getattr(action.paging, name, None)
        assert given is None or given in fields


def all_fields(model: type[BaseModel], at: str = "") -> Iterator[tuple[str, Asked]]:
    for asked in fields_of(model):
        yield f"{at}{asked.name}", asked
        if asked.model is not None:
            yield from all_fields(asked.model, f"{at}{asked.name}.")


@pytest.mark.parametrize("action", ACTIONS, ids=lambda a: a.name)
def test_every_field_can_be_asked_for_in_a_form(action: Action[Any]) -> None:
    for place, asked in all_fields(action.params):
        assert 0 < len(asked.title) <= 48, place
        assert asked.title != asked.name, place
        assert asked.hint is None or len(asked.hint) <= 150, place
    if action.gives is not None:
        assert list(all_fields(action.gives))


def test_what_destroys_or_sets_up_the_account_asks_first_and_reading_never_does() -> None:
    assert [a.name for a in ACTIONS if a.method == "DELETE" and a.effect is not Effect.DESTROY] == []
    assert [a.name for a in ACTIONS if a.effect is Effect.READ and a.asks] == []
    assert [a.name for a in ACTIONS if a.method == "GET" and a.effect is not Effect.READ] == []


LOST = (
    "buyingTimeFrame",
    "sellingTimeFrame",
    "buyHouse",
    "houseToSell",
    "fthb",
    "language",
    "mortgage",
    "preQual",
    "withBuyerAgent",
    "withListingAgent",
    "role",
    "timeZoneId",
    "notificationType",
)
"""Fields whose values the document lost, wherever they are."""


def test_no_enumeration_is_lost() -> None:
    seen = set()
    for action in ACTIONS:
        for place, asked in all_fields(action.params):
            if asked.name in LOST:
                seen.add(asked.name)
                assert asked.kind in (Kind.SELECT, Kind.MULTI), f"{action.name}: {place}"
    assert seen == set(LOST)
    kinds = {a.name: {f.name: f for f in fields_of(a.params)} for a in ACTIONS}
    assert set(kinds["add-task"]["type"].codes) == {"Other", "Call", "Email", "Text"}
    assert set(kinds["log-contact"]["logType"].codes) == {"logCall", "logEmail", "logText"}
    assert set(kinds["agent-communication"]["type"].codes) >= {"CALL", "EMAIL", "TEXT"}
    assert set(kinds["add-webhook"]["listId"].codes) == set(range(1, 13))
    assert set(kinds["routing-rules"]["type"].codes) == {1, 2, 4}
