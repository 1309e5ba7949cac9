"""OAuth 2 of Lofty: the page of consent, the two token endpoints, and who an Authorization header is.

After https://help.lofty.com (article 47801571926811) and https://developer.lofty.com (authentication): the older
endpoint takes a form and HTTP Basic, the newer one JSON or a form with the secret in it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import html
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

import orjson
from aiohttp import web

PAGE: Final = "/page/vendor-auth.html"
OLDER: Final = "/api/user-web/oauth/token"
NEWER: Final = "/oauth/token"
REFRESH_LASTS: Final = timedelta(days=180)
CODE_LASTS: Final = timedelta(minutes=10)
_NOT_STORED: Final = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class _Code:
    redirect_uri: str
    challenge: str
    ends: datetime


class _TokenRefused(Exception):
    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status, self.error = status, error


class Grants:
    """Codes and tokens of one client. A code works once, a refresh token too: using it kills it."""

    def __init__(self, now: Callable[[], datetime], client_id: str, client_secret: str, expires_in: int) -> None:
        self.client_id = client_id
        self.client_secret = client_secret
        self.expires_in = expires_in
        """Seconds that an access token is good for."""
        self.granted = 0
        """Tokens given for a code."""
        self.refreshed = 0
        self._now = now
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, datetime] = {}
        self._refresh: dict[str, datetime] = {}

    def accepts(self, access: str) -> bool:
        """Whether an access token is known and has not expired."""
        ends = self._access.get(access)
        return ends is not None and ends > self._now()

    def code(self, redirect_uri: str, challenge: str = "") -> str:
        """A code, as if somebody had pressed Allow."""
        made = secrets.token_urlsafe(24)
        self._codes[made] = _Code(redirect_uri, challenge, self._now() + CODE_LASTS)
        return made

    def issue(self) -> tuple[str, str]:
        """A new access token and its refresh token."""
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self._access[access] = self._now() + timedelta(seconds=self.expires_in)
        self._refresh[refresh] = self._now() + REFRESH_LASTS
        return access, refresh

    def revoke(self) -> None:
        """Kill all tokens, as if the person had withdrawn the consent."""
        self._access.clear()
        self._refresh.clear()

    def expire(self) -> None:
        """Let all access tokens expire; refresh tokens stay."""
        self._access.clear()

    # ------------------------------------------------------------------------------------------- pages

    def page(self, request: web.Request) -> web.Response:
        """The page of consent; its links lead back to it, and from there to the redirect URI."""
        query = request.query
        target = query.get("redirect_uri", "")
        known = hmac.compare_digest(query.get("clientId", "").encode(), self.client_id.encode())
        if not known or query.get("response_type", "code") != "code" or not urlsplit(target).scheme:
            return web.Response(
                status=400, text=_PAGE.format("<p>This link is not valid.</p>"), content_type="text/html"
            )
        back = {"state": query["state"]} if "state" in query else {}
        match query.get("answer"):
            case "allow":
                return _redirect(target, {"code": self.code(target, query.get("code_challenge", "")), **back})
            case "deny":
                return _redirect(target, {"error": "access_denied", **back})
        links = ""
        for answer, word in (("allow", "Allow"), ("deny", "Deny")):
            address = html.escape(f"{PAGE}?{urlencode([*query.items(), ('answer', answer)])}")
            links += f'<p><a id="{answer}" href="{address}">{word}</a></p>'
        return web.Response(text=_PAGE.format("<p>Let this app use your leads?</p>" + links), content_type="text/html")

    async def token(self, request: web.Request) -> web.Response:
        """Both token endpoints."""
        try:
            if request.method != "POST":
                raise _TokenRefused(405, "invalid_request")
            given = await self._given(request)
            access, refresh = self._exchange(given)
        except _TokenRefused as refused:
            return web.json_response({"error": refused.error}, status=refused.status, headers=_NOT_STORED)
        answer: dict[str, Any] = {
            "access_token": access,
            "expires_in": self.expires_in,
            "token_type": "Bearer",
            "scope": "openApi",
        }
        if given["grant_type"] != "client_credentials":
            answer["refresh_token"] = refresh
        return web.json_response(answer, headers=_NOT_STORED)

    async def _given(self, request: web.Request) -> Mapping[str, str]:
        """The fields of a request whose client is right."""
        raw = await request.read()
        if request.path == OLDER:
            if request.content_type != "application/x-www-form-urlencoded":
                raise _TokenRefused(400, "invalid_request")
            given = _form(raw)
            client, secret = _basic(request.headers.get("Authorization", ""))
            if given.get("client_id", client) != client:
                raise _TokenRefused(401, "invalid_client")
        else:
            given = _json(raw) if request.content_type == "application/json" else _form(raw)
            client, secret = given.get("client_id", ""), given.get("client_secret", "")
        right = hmac.compare_digest(client.encode(), self.client_id.encode())
        if not right or not hmac.compare_digest(secret.encode(), self.client_secret.encode()):
            raise _TokenRefused(401, "invalid_client")
        return given

    def _exchange(self, given: Mapping[str, str]) -> tuple[str, str]:
        match given.get("grant_type"):
            case "authorization_code":
                self._spend_code(given)
                self.granted += 1
            case "refresh_token":
                ends = self._refresh.pop(given.get("refresh_token", ""), None)
                if ends is None or ends <= self._now():
                    raise _TokenRefused(400, "invalid_grant")
                self.refreshed += 1
            case "client_credentials":
                self.granted += 1
            case _:
                raise _TokenRefused(400, "unsupported_grant_type")
        return self.issue()

    def _spend_code(self, given: Mapping[str, str]) -> None:
        code = self._codes.pop(given.get("code", ""), None)
        if code is None or code.ends <= self._now() or code.redirect_uri != given.get("redirect_uri"):
            raise _TokenRefused(400, "invalid_grant")
        if code.challenge:
            digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != code.challenge:
                raise _TokenRefused(400, "invalid_grant")


_PAGE: Final = (
    "<!DOCTYPE html><html lang='en'><head><title>Lofty</title></head><body><h1>Lofty (stand-in)</h1>{}</body></html>"
)


def _redirect(target: str, values: Mapping[str, str]) -> web.Response:
    return web.Response(
        status=302, headers={"Location": f"{target}{'&' if urlsplit(target).query else '?'}{urlencode(values)}"}
    )


def _form(raw: bytes) -> dict[str, str]:
    return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))


def _json(raw: bytes) -> dict[str, str]:
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise _TokenRefused(400, "invalid_request") from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise _TokenRefused(400, "invalid_request")
    return found


def _basic(header: str) -> tuple[str, str]:
    scheme, _, value = header.partition(" ")
    try:
        client, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        client = secret = ""
    if scheme.lower() != "basic" or not client:
        raise _TokenRefused(401, "invalid_client")
    return unquote_plus(client), unquote_plus(secret)
