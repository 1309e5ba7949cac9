"""HTTP: Slack's requests (verified here, before Bolt), and whether the process is well."""

from __future__ import annotations

import hashlib
import hmac
import logging
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from bot.faults import trace

log = logging.getLogger("leadbell.web")
LARGEST_BODY = 1024 * 1024
WINDOW_SECONDS = 300
"""Slack's replay window (docs.slack.dev, Verifying requests)."""


def is_signed(secret: SecretStr, headers: dict[str, str], body: bytes, now: float) -> bool:
    """Whether Slack signed this body within the last five minutes. Malformed headers are simply wrong."""
    timestamp, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now - int(timestamp)) > WINDOW_SECONDS:
        return False
    mac = hmac.new(secret.get_secret_value().encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    return hmac.compare_digest(f"v0={mac.hexdigest()}".encode(), signature.encode("utf-8", "surrogateescape"))


class Web:
    """The routes."""

    def __init__(
        self,
        app: AsyncApp,
        secret: SecretStr,
        health: Callable[[], Awaitable[list[str]]],
        ready: Callable[[], bool],
    ) -> None:
        self._app = app
        self._secret = secret
        self._health = health
        self._ready = ready

    def routes(self) -> list[web.AbstractRouteDef]:
        """To be added to an application."""
        return [
            web.post("/slack/events", self._events),
            web.get("/healthz", self._healthz),
        ]

    async def _events(self, request: web.Request) -> web.Response:
        if (request.content_length or 0) > LARGEST_BODY:
            return web.Response(status=413, text="too large")
        body = await request.content.read(LARGEST_BODY + 1)
        while len(body) <= LARGEST_BODY and (more := await request.content.read(LARGEST_BODY + 1 - len(body))):
            body += more
        if len(body) > LARGEST_BODY:
            return web.Response(status=413, text="too large")
        headers = {k.lower(): v for k, v in request.headers.items()}
        if not self._secret.get_secret_value() or not is_signed(self._secret, headers, body, time.time()):
            log.info("a request without Slack's signature was refused")
            return web.Response(status=401, text="not signed by Slack")
        if not self._ready():  # Slack repeats events; a person is told to try again
            return web.Response(status=503, text="starting", headers={"Retry-After": "5"})
        try:
            asked = AsyncBoltRequest(
                body=body.decode("utf-8"), query=request.query_string, headers={k: [v] for k, v in headers.items()}
            )
        except Exception:
            return web.Response(status=400, text="not readable")
        try:
            answer = await self._app.async_dispatch(asked)
        except Exception as error:
            log.error("a signed request could not be handled [%s]", trace(error))
            return web.Response(status=400, text="not readable")
        kind = (answer.first_headers().get("content-type") or "text/plain").split(";")[0]
        return web.Response(status=answer.status, text=answer.body or "", content_type=kind)

    async def _healthz(self, request: web.Request) -> web.Response:
        ill = await self._health()
        return web.json_response({"ok": not ill, "problems": ill}, status=503 if ill else 200)
