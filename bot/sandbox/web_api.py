"""``/api/<method>``: Slack's Web API, as strict as its documents."""

from __future__ import annotations

import asyncio
import hmac
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox import web_chat, web_conversations, web_files, web_oauth, web_views
from bot.sandbox.installation import DeadToken
from bot.sandbox.strict import Json
from bot.sandbox.web_call import ApiError, Call, Method, invalid_arguments

if TYPE_CHECKING:
    from bot.sandbox.platform import Platform
    from bot.sandbox.slack import SlackStandIn

SCOPES = frozenset(
    {
        "commands", "chat:write", "users:read", "users:read.email", "channels:read", "groups:read", "im:read",
        "im:write", "channels:history", "groups:history", "im:history", "files:read", "files:write", "team:read",
        "reactions:write",
    }
)  # fmt: skip
"""Every bot scope that a method of the stand-in asks for."""


_SECRET = frozenset({"token", "client_secret"})


def _open_connection(call: Call) -> Json:
    return {"url": call.platform.socket.ticket(call.base_url)}


METHODS: dict[str, Method] = {
    **web_chat.METHODS,
    **web_conversations.METHODS,
    **web_views.METHODS,
    **web_files.METHODS,
    **web_oauth.METHODS,
    "apps.connections.open": Method(_open_connection, app_level=True),
}


async def serve(platform: Platform, request: web.Request) -> web.StreamResponse:
    """One HTTP request to the Web API: the fault that waits for it, or the answer."""
    method = request.match_info["method"]
    whose = platform.of_token(request.headers.get("Authorization", ""))
    fault = platform.faults.take(method, whose.workspace.team.id if whose else None)
    broken = await suffer(platform, request, fault)
    if broken is not None:
        return broken
    if fault not in (None, "slow", "withhold"):
        return web.json_response({"ok": False, "error": fault})
    answer = await _answer(platform, request, method)
    if fault == "withhold":
        return hang_up(request)
    return web.json_response(answer)


async def suffer(platform: Platform, request: web.Request, fault: str | None) -> web.Response | None:
    """Do what a fault of the connection does; the answer it gives instead of the true one, or None."""
    if fault == "429":
        body = {"ok": False, "error": "ratelimited"}
        return web.json_response(body, status=429, headers={"Retry-After": "1"})
    if fault in {"500", "503"}:
        return web.Response(status=int(fault), text="upstream error")
    if fault == "refuse":
        return hang_up(request)
    if fault == "slow":
        await asyncio.sleep(platform.faults.slow_seconds)
    if fault == "hang":
        await _until_gone(platform, request)
        return hang_up(request)
    return None


async def _until_gone(platform: Platform, request: web.Request) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + platform.faults.hang_seconds
    while loop.time() < end and not platform.closing:
        if request.transport is None or request.transport.is_closing():
            return
        await asyncio.sleep(0.02)


def hang_up(request: web.Request) -> web.Response:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _answer(platform: Platform, request: web.Request, method: str) -> Json:
    try:
        declared = METHODS.get(method)
        sent, is_json = await _arguments(request)
        authorization = request.headers.get("Authorization", "")
        args = {name: value for name, value in sent.items() if name != "token"}
        if declared is None:
            (platform.of_token(authorization) or platform.first).record(method, args)
            raise ApiError("unknown_method", fault="unknown method", req_method=method)
        call = Call(platform.first, method, args, platform.seen_at(_base(request)), authorization=authorization)
        if declared.client:
            call.args = args = sent  # a token is an argument here
        else:
            call.token = _token(platform, declared, authorization, None if is_json else sent.get("token"))
        for name in declared.objects & args.keys():
            args[name] = call.object(name)
        if not declared.client and not declared.app_level:
            call.standin = _workspace(platform, declared, call.token, method, args)
        call.standin.record(method, {name: value for name, value in args.items() if name not in _SECRET})
        _check_arguments(platform, declared, method, args, is_json)
        if declared.scope:
            call.need_scope(declared.scope)
        return {"ok": True, **declared.handler(call)}
    except ApiError as error:
        if error.fault:
            platform.problem(method, f"{error.code}: {error.fault}")
        return {"ok": False, "error": error.code, **error.extra}


def _base(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


def _token(platform: Platform, declared: Method, authorization: str, in_form: Any) -> str:
    """The token of a call, of the right kind."""
    if not authorization and isinstance(in_form, str):
        authorization = f"Bearer {in_form}"
    kind, _, token = authorization.partition(" ")
    if kind != "Bearer" or not token:
        raise ApiError("not_authed" if not authorization else "invalid_auth")
    is_app, is_bot = hmac.compare_digest(token.encode(), platform.app_token.encode()), bool(platform.holder(token))
    if (is_bot and declared.app_level) or (is_app and not declared.app_level and not is_bot):
        raise ApiError("not_allowed_token_type", fault="the app-level and the bot token are mixed up")
    if declared.app_level and not is_app:
        raise ApiError("invalid_auth")
    return token


def _workspace(platform: Platform, declared: Method, token: str, method: str, args: Json) -> SlackStandIn:
    """The workspace that a call is about: that of its token, or of an organisation's the one that it names."""
    try:
        held = platform.alive(token)
    except DeadToken as dead:
        found = platform.holder(token)
        for one in found.teams if found else []:
            one.refused.append((method, str(dead)))
        raise ApiError(str(dead)) from None
    teams, wanted = held.teams, args.get("team_id")
    if not teams:  # an organisation took the app out of every workspace
        raise ApiError("team_access_not_granted")
    if wanted is not None and teams[0].workspace.team.org_wide:
        teams = [one for one in teams if one.workspace.team.id == wanted]
        if not teams:
            raise ApiError("team_access_not_granted")
    if len(teams) == 1 or declared.anywhere:
        return teams[0]
    named = next((one for one in teams if one.workspace.names_something(args)), None)
    if named is None and method != "auth.test":
        raise ApiError("missing_argument", fault="an organisation's token needs team_id here")
    return named or teams[0]


def _check_arguments(platform: Platform, declared: Method, method: str, args: Json, is_json: bool) -> None:
    if is_json and not declared.json and args:
        raise invalid_arguments("this method takes form arguments, not JSON")
    missing = [name for name in declared.required if args.get(name) in (None, "")]
    if missing:
        raise invalid_arguments(*(f"missing required field: {name}" for name in missing))
    for name in args.keys() - {*declared.required, *declared.optional, "team_id"}:
        platform.problem(method, f"argument {name!r} is not one that the sandbox knows")


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
