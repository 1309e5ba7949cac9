"""HTTP: Slack's requests (verified here, before Bolt), lead systems' calls, the pages of installing, people who come
back from a page of consent, and whether the process is well."""

from __future__ import annotations

import hashlib
import hmac
import logging
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from bot.callbacks import Callbacks
from bot.faults import reference, trace
from bot.pages import page
from bot.slack.installing import COOKIE, COOKIE_SECONDS, Installing, Shown
from commands import consent
from commands.verb import Desk
from commands.views import sentences

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


async def _body(request: web.Request) -> bytes | None:
    """A request's whole body; ``None`` where it is larger than LARGEST_BODY."""
    if (request.content_length or 0) > LARGEST_BODY:
        return None
    body = await request.content.read(LARGEST_BODY + 1)
    while len(body) <= LARGEST_BODY and (more := await request.content.read(LARGEST_BODY + 1 - len(body))):
        body += more
    return None if len(body) > LARGEST_BODY else body


class Web:
    """The routes."""

    def __init__(
        self,
        app: AsyncApp,
        secret: SecretStr,
        health: Callable[[], Awaitable[list[str]]],
        ready: Callable[[], bool],
        callbacks: Callbacks,
        desk: Desk,
        installing: Installing,
        role: Callable[[], str],
    ) -> None:
        self._role = role
        self._app = app
        self._secret = secret
        self._health = health
        self._ready = ready
        self._callbacks = callbacks
        self._desk = desk
        self._installing = installing

    def routes(self) -> list[web.AbstractRouteDef]:
        """To be added to an application."""
        return [
            web.post("/slack/events", self._events),
            web.get("/slack/install", self._install, allow_head=False),
            web.get("/slack/oauth_redirect", self._installed, allow_head=False),
            web.post("/webhooks/{provider}/{secret}", self._webhook),
            web.get("/oauth/{provider}", self._consent, allow_head=False),  # a look at it must not use it up
            web.get("/healthz", self._healthz),
        ]

    async def _events(self, request: web.Request) -> web.Response:
        body = await _body(request)
        if body is None:
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

    async def _webhook(self, request: web.Request) -> web.Response:
        """Answered before any work: a lead system that waits too long gives up calling."""
        whose = await self._callbacks.whose(request.match_info["provider"], request.match_info["secret"])
        if whose is None:
            return web.Response(status=404, text="not found")
        body = await _body(request)
        if body is None:
            return web.Response(status=413, text="too large")
        self._callbacks.take(*whose, body)
        return web.Response(text="ok")

    async def _consent(self, request: web.Request) -> web.Response:
        asked = request.query
        try:
            outcome = await consent.returned(
                self._desk,
                request.match_info["provider"],
                state=asked.get("state", ""),
                code=asked.get("code", ""),
                error=asked.get("error", ""),
            )
        except Exception as error:
            ref = reference()
            log.error("a consent could not be finished, reference %s [%s]", ref, trace(error))
            return page("Something went wrong", sentences.broke(ref), status=400)
        return page(outcome.title, outcome.text, status=200 if outcome.good else 400)

    async def _install(self, request: web.Request) -> web.Response:
        shown, browser = self._installing.begin(request.cookies.get(COOKIE, ""))
        answer = _shown(shown)
        if browser:  # Lax: Slack's page leads back here, and the cookie has to come with that
            https = self._installing.is_https or request.secure or request.headers.get("X-Forwarded-Proto") == "https"
            answer.set_cookie(
                COOKIE,
                browser,
                max_age=COOKIE_SECONDS,
                path=self._installing.cookie_path,
                httponly=True,
                secure=https,
                samesite="Lax",
            )
        return answer

    async def _installed(self, request: web.Request) -> web.Response:
        asked = request.query
        try:
            return _shown(
                await self._installing.returned(
                    state=asked.get("state", ""),
                    code=asked.get("code", ""),
                    error=asked.get("error", ""),
                    cookie=request.cookies.get(COOKIE, ""),
                )
            )
        except Exception as error:
            ref = reference()
            log.error("an installation could not be finished, reference %s [%s]", ref, trace(error))
            return page("Something went wrong", sentences.broke(ref), status=400)

    async def _healthz(self, request: web.Request) -> web.Response:
        ill = await self._health()
        return web.json_response({"ok": not ill, "problems": ill, "role": self._role()}, status=503 if ill else 200)


def _shown(shown: Shown) -> web.Response:
    return page(shown.title, shown.text, link=shown.link, status=shown.status)
