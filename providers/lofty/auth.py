"""How Lofty is told who asks: an API key, an access token, or tokens of an OAuth app that are renewed.

Sources: Lofty API, 2.1 Authentication; https://developer.lofty.com (API keys, OAuth 2.0); help article 47801571926811.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import orjson
from pydantic import SecretStr

from providers.errors import AuthFailed, Unavailable, UnexpectedResponse
from providers.http import make_client, retry_after
from providers.lofty.errors import refused
from providers.lofty.settings import Credentials
from providers.oauth import Renewed, Tokens, TokenStore
from providers.provider import OAuth

JSON = "application/json"
"""Sent with every call, even without a body: a DELETE without it is refused with 20001."""


class Signed(httpx.Auth):
    """One key or token in the header."""

    def __init__(self, scheme: str, secret: SecretStr) -> None:
        self._scheme = scheme
        self._secret = secret

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign a request."""
        request.headers["Content-Type"] = JSON
        request.headers["Authorization"] = f"{self._scheme} {self._secret.get_secret_value()}"
        yield request


class Consented(Renewed):
    """Access tokens of an app."""

    def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sign a request."""
        request.headers["Content-Type"] = JSON
        return super().async_auth_flow(request)


def sign_in(credentials: Credentials, store: TokenStore) -> httpx.Auth:
    """What signs the requests. A key goes before a token, and a token before an app."""
    if credentials.api_key:
        return Signed("token", credentials.api_key)
    if credentials.access_token:
        return Signed("Bearer", credentials.access_token)
    return Consented(store, _Renewal(credentials), refused=_refused)


def _refused(response: httpx.Response) -> bool:
    if response.status_code not in (400, 401):
        return False
    try:
        data = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        data = response.text
    return refused(response.status_code, data)


class _Renewal:
    """Gets tokens: by the refresh token, else by the code of the page of consent, else by the app alone."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    async def __call__(self, held: Tokens | None) -> Tokens:
        asked = self._grant(held)
        spent = asked.get("refresh_token")
        return _tokens(await _ask(self._credentials, asked), spent)

    def _grant(self, held: Tokens | None) -> dict[str, str]:
        app = self._credentials
        if held and held.refresh:
            return {"grant_type": "refresh_token", "refresh_token": held.refresh}
        if app.grant == "client credentials":
            return {"grant_type": "client_credentials"}
        if held:  # a code and the first refresh token work only once: they were spent on what is held
            raise AuthFailed
        if app.refresh_token:
            return {"grant_type": "refresh_token", "refresh_token": app.refresh_token.get_secret_value()}
        if app.code:
            code = {"grant_type": "authorization_code", "code": app.code.get_secret_value()}
            return code | ({"redirect_uri": app.redirect_uri} if app.redirect_uri else {})
        return {"grant_type": "client_credentials"}


async def _ask(app: Credentials, form: dict[str, str]) -> dict[str, Any]:
    """Ask for tokens. The older address takes the secret by HTTP Basic, the newer one in the form."""
    if app.client_id is None or app.client_secret is None:
        raise AuthFailed
    secret = app.client_secret.get_secret_value()
    form = form | {"client_id": app.client_id}
    newer = urlsplit(app.oauth_token_url).path.rstrip("/") == "/oauth/token"
    if newer:
        form["client_secret"] = secret
    async with make_client() as client:
        try:
            response = await client.post(
                app.oauth_token_url,
                data=form,
                auth=httpx.USE_CLIENT_DEFAULT if newer else httpx.BasicAuth(app.client_id, secret),
            )
        except httpx.HTTPError as error:  # a code or refresh token may be spent now: only a refusal will tell
            known = isinstance(error, httpx.TimeoutException)
            raise Unavailable("did not answer in time" if known else "cannot be reached") from None
    status = response.status_code
    if status == 429 or status >= 500:
        raise Unavailable(f"HTTP {status}", retry_after(response.headers, datetime.now(UTC)))
    if 400 <= status < 500:  # invalid_grant, invalid_client (RFC 6749 §5.2), or Lofty's own words for them
        raise AuthFailed
    try:
        data = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        raise UnexpectedResponse("the page that gives tokens did not answer in JSON") from None
    if isinstance(data, dict) and isinstance(data.get("data"), dict):
        data = data["data"]
    if not isinstance(data, dict):
        raise UnexpectedResponse("the page that gives tokens gave something else")
    return data


def _tokens(data: dict[str, Any], spent: str | None) -> Tokens:
    access = data.get("access_token")
    if not isinstance(access, str) or not access:
        if data.get("error") or data.get("errorCode"):
            raise AuthFailed
        raise UnexpectedResponse("the page that gives tokens gave none")
    refresh = data.get("refresh_token")
    try:
        lasts = float(data.get("expires_in") or 0)
        expires = datetime.now(UTC) + timedelta(seconds=lasts) if lasts > 0 else None
    except (TypeError, ValueError, OverflowError):
        expires = None
    return Tokens(access, refresh if isinstance(refresh, str) and refresh else spent, expires)


# ---------------------------------------------------------------------------------- the page of consent


def _wants(credentials: Credentials) -> bool:
    held = (credentials.api_key, credentials.access_token, credentials.code, credentials.refresh_token)
    return credentials.client_id is not None and credentials.grant == "consent" and not any(held)


def _page(credentials: Credentials, back: str, state: str) -> str:
    """``clientId``, not ``client_id``, is Lofty's own spelling."""
    asked = {"clientId": credentials.client_id or "", "response_type": "code", "redirect_uri": back, "state": state}
    join = "&" if "?" in credentials.oauth_page_url else "?"
    return f"{credentials.oauth_page_url}{join}{urlencode(asked)}"


def _with_code(credentials: Credentials, code: str, back: str) -> Credentials:
    """Raises ValueError for a code that no header or form would take."""
    given = credentials.model_dump(exclude={"refresh_token"})
    return Credentials.model_validate(given | {"code": code, "redirect_uri": back})


OAUTH = OAuth(wants=_wants, page=_page, with_code=_with_code)
