"""Response URLs: what the app posts to answer an interaction (https://docs.slack.dev/interactivity)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.messages import Message, with_ids
from bot.sandbox.strict import Json, call_faults
from bot.sandbox.tickets import ResponseUrl, TicketError
from bot.sandbox.web_api import hang_up, suffer

if TYPE_CHECKING:
    from bot.sandbox.slack import SlackStandIn


async def serve(standin: SlackStandIn, request: web.Request) -> web.StreamResponse:
    """One post to a response URL."""
    fault = standin.faults.take("response_url", standin.workspace.team.id)
    broken = await suffer(standin.platform, request, fault)
    if broken is not None:
        return broken
    if fault not in (None, "slow", "withhold"):
        return web.json_response({"ok": False, "error": fault}, status=404)
    answer = await _answer(standin, request)
    return hang_up(request) if fault == "withhold" else answer


async def _answer(standin: SlackStandIn, request: web.Request) -> web.Response:
    try:
        ticket = standin.workspace.tickets.find_response(request.match_info["id"])
    except TicketError as error:
        return _refusal(str(error), 404)
    try:
        payload = json.loads(await request.read())
    except ValueError:
        payload = None
    if not isinstance(payload, dict):
        standin.problem("response_url", "the body is not a JSON object")
        return _refusal("invalid_payload", 400)
    found = check(standin, payload)
    if found:
        return _refusal("invalid_blocks", 400)
    if payload.get("delete_original") and not payload.get("text") and not payload.get("blocks"):
        refused = _delete(standin, ticket)
    elif not payload.get("text") and not payload.get("blocks"):
        standin.problem("response_url", "no_text: neither text nor blocks")
        refused = "no_text"
    else:
        refused = _show(standin, ticket, payload)
    if refused:
        return _refusal(refused, 404 if refused == "message_not_found" else 400)
    ticket.uses += 1
    return web.Response(text="ok")


def check(standin: SlackStandIn, payload: Json) -> list[str]:
    """Record a response and give its faults; a message with blocks must carry text as well."""
    standin.record("response_url", payload)
    found = call_faults("response_url", payload)
    if payload.get("blocks") and not payload.get("text"):
        standin.problem("response_url", "blocks without text: notifications and screen readers get nothing")
    for fault in found:
        standin.problem("response_url", fault)
    return found


def _refusal(code: str, status: int) -> web.Response:
    return web.json_response({"ok": False, "error": code}, status=status)


def _original(standin: SlackStandIn, ticket: ResponseUrl) -> Message | None:
    return standin.workspace.find(ticket.channel, ticket.message_ts) if ticket.message_ts else None


def _delete(standin: SlackStandIn, ticket: ResponseUrl) -> str | None:
    original = _original(standin, ticket)
    if original is None or not original.by_app:
        return "message_not_found"
    standin.workspace.remove(original)
    return None


def _show(standin: SlackStandIn, ticket: ResponseUrl, payload: Json) -> str | None:
    if payload.get("replace_original"):
        if ticket.message_ts is None:
            standin.problem("response_url", "replace_original, but the interaction came from no message")
        else:
            original = _original(standin, ticket)
            if original is None or not original.by_app:
                return "message_not_found"
            original.text = payload.get("text") or ""
            original.blocks = with_ids(payload.get("blocks") or [])
            original.values.clear()
            original.errors.clear()
            standin.workspace.touch()
            return None
    thread_ts = payload.get("thread_ts")
    parent = standin.workspace.find(ticket.channel, thread_ts) if thread_ts else None
    if thread_ts and (parent is None or parent.only_for is not None):
        return "thread_not_found"
    if payload.get("delete_original"):
        refused = _delete(standin, ticket)
        if refused:
            return refused
    show(standin, ticket.user, ticket.channel, payload, thread_ts)
    return None


def show(standin: SlackStandIn, user: str, channel: str, payload: Json, thread_ts: str | None = None) -> Message:
    """Show a response in the channel: to the person alone, or to all with ``response_type`` in_channel."""
    return standin.workspace.post(
        channel,
        standin.workspace.team.bot_user_id,
        payload.get("text") or "",
        blocks=payload.get("blocks") or [],
        thread_ts=thread_ts,
        only_for=None if payload.get("response_type") == "in_channel" else user,
        metadata=payload.get("metadata"),
    )
