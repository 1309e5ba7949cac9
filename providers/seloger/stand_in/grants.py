"""OAuth 2 client credentials, as strict as the stand-in is told to be (RFC 6749 §2.3.1, §4.4, §5)."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, unquote_plus

import orjson
from aiohttp import web

PATH: Final = "/oauth/token"
SCOPE: Final = "laas:leads:get"
Body = Literal["form", "json"]
Place = Literal["header", "body"]
_TYPES: Final[Mapping[Body, str]] = {"form": "application/x-www-form-urlencoded", "json": "application/json"}
_NOT_STORED: Final = {"Cache-Control": "no-store"}


class _RefusedError(Exception):
    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status, self.error = status, error


class Grants:
    """The tokens of one client.

    ``body`` and ``place`` are the one form of a request that is understood, ``audience`` what it has to name (``""``:
    it may name none), ``expires_in`` the seconds that a token is good for (``told``: whether the answer says so).
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        client_id: str,
        client_secret: str,
        *,
        body: Body = "form",
        place: Place = "header",
        audience: str = "",
        expires_in: int = 3600,
        told: bool = True,
    ) -> None:
        self.client_id = client_id
        self.client_secret = client_secret
        self.body: Body = body
        self.place: Place = place
        self.audience = audience
        self.expires_in = expires_in
        self.told = told
        self.granted = 0
        """Tokens given so far."""
        self.refusals: list[str] = []
        """Why requests were refused, by RFC 6749's words."""
        self._refuse = 0
        self._now = now
        self._tokens: dict[str, datetime] = {}

    def refuse(self, count: int = 1) -> None:
        """The client is not accepted at the next ``count`` requests."""
        self._refuse += count

    def accepts(self, header: str) -> bool:
        """Whether an Authorization header holds a token that is good."""
        scheme, _, token = header.partition(" ")
        ends = self._tokens.get(token)
        return scheme == "Bearer" and ends is not None and ends > self._now()

    def expire(self) -> None:
        """No token is good any more."""
        self._tokens.clear()

    async def token(self, request: web.Request) -> web.Response:
        """The endpoint."""
        try:
            if request.method != "POST":
                raise _RefusedError(405, "invalid_request")
            self._look_at(request, _given(self.body, request.content_type, await request.read()))
        except _RefusedError as refused:
            self.refusals.append(refused.error)
            return web.json_response({"error": refused.error}, status=refused.status, headers=_NOT_STORED)
        self.granted += 1
        token = ".".join(secrets.token_urlsafe(n) for n in (12, 48, 24))
        self._tokens[token] = self._now() + timedelta(seconds=self.expires_in)
        answer: dict[str, Any] = {"access_token": token, "token_type": "Bearer", "scope": SCOPE}
        if self.told:
            answer["expires_in"] = self.expires_in
        return web.json_response(answer, headers=_NOT_STORED)

    def _look_at(self, request: web.Request, given: Mapping[str, str]) -> None:
        header = request.headers.get("Authorization", "")
        known = {"grant_type", "scope"} | ({"audience"} if self.audience else set())
        if self.place == "header":
            client, secret = _basic(header)
        else:
            known |= {"client_id", "client_secret"}
            client, secret = given.get("client_id", ""), given.get("client_secret", "")
            if header:
                raise _RefusedError(400, "invalid_request")
        right = hmac.compare_digest(client.encode(), self.client_id.encode())
        if self._refuse or not right or not hmac.compare_digest(secret.encode(), self.client_secret.encode()):
            self._refuse = max(0, self._refuse - 1)
            raise _RefusedError(401, "invalid_client")
        if given.keys() - known:
            raise _RefusedError(400, "invalid_request")
        if given.get("grant_type") != "client_credentials":
            raise _RefusedError(400, "unsupported_grant_type")
        if given.get("scope") != SCOPE:
            raise _RefusedError(400, "invalid_scope")
        if given.get("audience", "") != self.audience:
            raise _RefusedError(400, "invalid_target")


def _given(body: Body, kind: str, raw: bytes) -> dict[str, str]:
    """The fields of a request. A repeated one is not valid (RFC 6749 §3.2)."""
    if kind != _TYPES[body]:
        raise _RefusedError(400, "invalid_request")
    if body == "form":
        pairs = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True)
        found = dict(pairs)
        if len(found) != len(pairs):
            raise _RefusedError(400, "invalid_request")
        return found
    try:
        read = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise _RefusedError(400, "invalid_request") from None
    if not isinstance(read, dict) or not all(isinstance(value, str) for value in read.values()):
        raise _RefusedError(400, "invalid_request")
    return read


def _basic(header: str) -> tuple[str, str]:
    scheme, _, value = header.partition(" ")
    try:
        client, colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        client = colon = secret = ""
    if scheme.lower() != "basic" or not colon:
        raise _RefusedError(401, "invalid_client")
    return unquote_plus(client), unquote_plus(secret)
