"""``/api/<method>``: Slack's Web API, as strict as its documents."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox import web_chat, web_conversations, web_files, web_views
from bot.sandbox.strict import Json
from bot.sandbox.web_call import ApiError, Call, Method, invalid_arguments

if TYPE_CHECKING:
    from bot.sandbox.slack import SlackStandIn

SCOPES = frozenset(
    {
        "commands", "chat:write", "users:read", "users:read.email", "channels:read", "groups:read", "im:read",
        "im:write", "channels:history", "groups:history", "im:history", "files:read", "files:write", "team:read",
        "reactions:write",
    }
)  # fmt: skip
"""Every bot scope that a method of the stand-in asks for."""


def _open_connection(call: Call) -> Json:
    return {"url": call.standin.socket.ticket(call.base_url)}


METHODS: dict[str, Method] = {
    **web_chat.METHODS,
    **web_conversations.METHODS,
    **web_views.METHODS,
    **web_files.METHODS,
    "apps.connections.open": Method(_open_connection, app_level=True),
}


async def serve(standin: SlackStandIn, request: web.Request) -> web.StreamResponse:
    """One HTTP request to the Web API: the fault that waits for it, or the answer."""
    method = request.match_info["method"]
    fault = standin.faults.take(method)
    broken = await suffer(standin, request, fault)
    if broken is not None:
        return broken
    if fault not in (None, "slow", "withhold"):
        return web.json_response({"ok": False, "error": fault})
    answer = await _answer(standin, request, method)
    if fault == "withhold":
        return hang_up(request)
    return web.json_response(answer)


async def suffer(standin: SlackStandIn, request: web.Request, fault: str | None) -> web.Response | None:
    """Do what a fault of the connection does; the answer it gives instead of the true one, or None."""
    if fault == "429":
        body = {"ok": False, "error": "ratelimited"}
        return web.json_response(body, status=429, headers={"Retry-After": "1"})
    if fault in {"500", "503"}:
        return web.Response(status=int(fault), text="upstream error")
    if fault == "refuse":
        return hang_up(request)
    if fault == "slow":
        await asyncio.sleep(standin.faults.slow_seconds)
    if fault == "hang":
        await _until_gone(standin, request)
        return hang_up(request)
    return None


async def _until_gone(standin: SlackStandIn, request: web.Request) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + standin.faults.hang_seconds
    while loop.time() < end and not standin.closing:
        if request.transport is None or request.transport.is_closing():
            return
        await asyncio.sleep(0.02)


def hang_up(request: web.Request) -> web.Response:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _answer(standin: SlackStandIn, request: web.Request, method: str) -> Json:
    try:
        declared = METHODS.get(method)
        sent, is_json = await _arguments(request)
        recorded = {name: value for name, value in sent.items() if name != "token"}
        if declared is None:
            standin.record(method, recorded)
            raise ApiError("unknown_method", fault="unknown method", req_method=method)
        _check_token(standin, request, declared, None if is_json else sent.get("token"))
        call = Call(standin, method, recorded, standin.base(request))
        for name in declared.objects & recorded.keys():
            recorded[name] = call.object(name)
        standin.record(method, recorded)
        _check_arguments(standin, declared, method, recorded, is_json)
        if declared.scope:
            call.need_scope(declared.scope)
        return {"ok": True, **declared.handler(call)}
    except ApiError as error:
        if error.fault:
            standin.problem(method, f"{error.code}: {error.fault}")
        return {"ok": False, "error": error.code, **error.extra}


def _check_token(standin: SlackStandIn, request: web.Request, declared: Method, form_token: Any) -> None:
    header = request.headers.get("Authorization", "")
    if not header and isinstance(form_token, str):
        header = f"Bearer {form_token}"
    mine, other = standin.bot_token, standin.app_token
    if declared.app_level:
        mine, other = other, mine
    if header == f"Bearer {other}" and other != mine:
        raise ApiError("not_allowed_token_type", fault="the app-level and the bot token are mixed up")
    if header != f"Bearer {mine}":
        raise ApiError("invalid_auth")
    if not standin.workspace.installed and not declared.app_level:
        raise ApiError("account_inactive")


def _check_arguments(standin: SlackStandIn, declared: Method, method: str, args: Json, is_json: bool) -> None:
    if is_json and not declared.json and args:
        raise invalid_arguments("this method takes form arguments, not JSON")
    missing = [name for name in declared.required if args.get(name) in (None, "")]
    if missing:
        raise invalid_arguments(*(f"missing required field: {name}" for name in missing))
    for name in args.keys() - {*declared.required, *declared.optional, "team_id"}:
        standin.problem(method, f"argument {name!r} is not one that the sandbox knows")


async def _arguments(request: web.Request) -> tuple[Json, bool]:
    """The arguments, from the query and the body, and whether the body was JSON."""
    args: Json = dict(request.query)
    if request.method != "POST":
        return args, False
    if request.content_type == "application/json":
        body = await request.read()
        try:
            given = json.loads(body) if body else {}
        except ValueError:
            raise ApiError("invalid_json", fault="the body is not JSON") from None
        if not isinstance(given, dict):
            raise ApiError("json_not_object", fault="the body is not a JSON object")
        return {**args, **{name: value for name, value in given.items() if value is not None}}, True
    if request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data", "application/octet-stream"}:
        form = await request.post()
        return {**args, **{name: value for name, value in form.items() if isinstance(value, str)}}, False
    raise ApiError("invalid_post_type", fault=f"content type {request.content_type}")
