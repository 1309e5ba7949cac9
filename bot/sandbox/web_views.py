"""``views.*`` of the Web API (https://docs.slack.dev/reference/methods/views.open and its neighbours)."""

from __future__ import annotations

import json

from bot.sandbox.strict import VIEW_BYTES, Json, call_faults
from bot.sandbox.tickets import TicketError, Trigger
from bot.sandbox.views import View, ViewError
from bot.sandbox.web_call import ApiError, Call, Method, invalid_arguments


def _view(call: Call) -> Json:
    """The view argument, checked against the schema and the size limit."""
    view = call.args["view"]
    if not isinstance(view, dict):
        raise invalid_arguments("must be an object: view")
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES:
        raise ApiError("view_too_large", fault="the view is larger than 250 kB")
    found = call_faults(call.method, {"view": view})
    if found:
        messages = [f"[ERROR] {each}" for each in found]
        raise ApiError(
            "invalid_arguments",
            fault="; ".join(f"view {each}" for each in found),
            errors=found,
            response_metadata={"messages": messages},
        )
    return view


def _trigger(call: Call) -> Trigger:
    try:
        return call.workspace.tickets.look(call.text("trigger_id") or "")
    except TicketError as error:
        raise ApiError(str(error)) from None


def _answer(call: Call, view: View) -> Json:
    call.workspace.touch()
    return {"view": view.json(call.workspace.team)}


def _open(call: Call) -> Json:
    given, trigger = _view(call), _trigger(call)
    try:
        view = call.workspace.views.open(trigger.user, given, trigger.channel)
    except ViewError as error:
        raise ApiError(str(error)) from None
    trigger.used = True
    return _answer(call, view)


def _push(call: Call) -> Json:
    given, trigger = _view(call), _trigger(call)
    if not trigger.in_modal:
        raise ApiError("invalid_trigger_id", fault="views.push needs a trigger from within a modal")
    try:
        view = call.workspace.views.push(trigger.user, given)
    except ViewError as error:
        raise ApiError(str(error)) from None
    trigger.used = True
    return _answer(call, view)


def _update(call: Call) -> Json:
    given = _view(call)
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if bool(view_id) == bool(external_id):
        raise invalid_arguments("exactly one of view_id and external_id")
    view = call.workspace.views.find(view_id=view_id, external_id=external_id)
    if view is None:
        raise ApiError("not_found")
    if view.given["type"] != given["type"]:
        raise invalid_arguments("a modal stays a modal")
    try:
        call.workspace.views.update(view, given, call.text("hash"))
    except ViewError as error:
        raise ApiError(str(error)) from None
    return _answer(call, view)


def _publish(call: Call) -> Json:
    given = _view(call)
    person = call.workspace.people.get(call.text("user_id") or "")
    if person is None or person.is_bot:
        raise invalid_arguments("user_id is not a person of this workspace")
    try:
        view = call.workspace.views.publish(person.id, given, call.text("hash"))
    except ViewError as error:
        raise ApiError(str(error)) from None
    return _answer(call, view)


_VIEW = frozenset({"view"})

METHODS = {
    "views.open": Method(_open, ("trigger_id", "view"), objects=_VIEW),
    "views.push": Method(_push, ("trigger_id", "view"), objects=_VIEW),
    "views.update": Method(_update, ("view",), ("view_id", "external_id", "hash"), objects=_VIEW),
    "views.publish": Method(_publish, ("user_id", "view"), ("hash",), objects=_VIEW),
}
