"""Socket Mode: the WebSocket that the app opens, and the envelopes sent through it.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import json
import secrets
import uuid
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from bot.sandbox.push import Reply
from bot.sandbox.strict import Json
from bot.sandbox.tickets import forget_oldest

if TYPE_CHECKING:
    from bot.sandbox.platform import Platform

MOST_CONNECTIONS = 10
"""An app may hold ten connections at once."""


class SocketMode:
    """The app's open connections, for all workspaces, and the envelopes that wait to be acknowledged."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._tickets: set[str] = set()
        self._sockets: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Reply]] = {}
        self._answerable: dict[str, bool] = {}

    @property
    def connected(self) -> bool:
        """Whether an envelope can be delivered."""
        return any(not socket.closed for socket in self._sockets)

    def ticket(self, base_url: str) -> str:
        """The WebSocket URL that ``apps.connections.open`` answers; it can be used once."""
        made = secrets.token_urlsafe(24)
        self._tickets.add(made)
        scheme, _, rest = base_url.partition("://")
        app_id = self._platform.app_id
        return f"{'wss' if scheme == 'https' else 'ws'}://{rest}/socket?ticket={made}&app_id={app_id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from hello until it closes."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="unknown or used ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        if len(self._sockets) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        self._sockets.append(socket)
        try:
            await socket.send_json(self._hello())
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            self._sockets.remove(socket)
        return socket

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._sockets),
            "debug_info": {"host": "applink-sandbox", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._platform.app_id},
        }

    def _acknowledge(self, text: str) -> None:
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        envelope_id = answer.get("envelope_id") if isinstance(answer, dict) else None
        if not isinstance(answer, dict) or not isinstance(envelope_id, str) or envelope_id not in self._answerable:
            self._platform.problem("socket", "an acknowledgement of no envelope")
            return
        payload = answer.get("payload")
        if payload and not self._answerable[envelope_id]:
            self._platform.problem("socket", "a payload for an envelope that accepts none")
        if payload is not None and not isinstance(payload, dict):
            self._platform.problem("socket", "the payload of an acknowledgement is not an object")
            payload = None
        waiting = self._waiting.pop(envelope_id, None)
        if waiting is not None and not waiting.done():
            if isinstance(payload, dict) and payload.keys() == {"text"}:  # what plain text becomes in Socket Mode
                payload = payload if payload["text"] else None
            waiting.set_result(Reply("ok", payload or None, 200))

    async def deliver(self, kind: str, payload: Json, seconds: float, *, retry: int = 0, reason: str = "") -> Reply:
        """Send an envelope through the newest connection and wait for its acknowledgement."""
        envelope_id = str(uuid.uuid4())
        accepts = kind != "events_api"
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": accepts,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": reason}
        socket = next((each for each in reversed(self._sockets) if not each.closed), None)
        if socket is None:
            return Reply("failed")
        waiting: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = waiting
        self._answerable[envelope_id] = accepts
        forget_oldest(self._answerable)
        try:
            await socket.send_json(envelope)
            return await asyncio.wait_for(waiting, seconds)
        except TimeoutError:
            return Reply("timeout")
        except ConnectionError:
            return Reply("failed")
        finally:
            self._waiting.pop(envelope_id, None)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to go, as Slack does from time to time, and close it."""
        for socket in list(self._sockets):
            try:
                await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
            except ConnectionError:
                pass
            await socket.close()
