"""How Groupe SeLoger is told who asks: access tokens of an OAuth 2 client, renewed before they expire.

Document, "Authentication" and "Available scopes"; RFC 6749 §2.3.1 (client), §4.4 (client credentials), §5 (answers).
The address and the form of the request are not published: see NOTES.md.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import httpx
import orjson

from providers.errors import AuthFailed, FieldError, Unavailable, UnexpectedResponse
from providers.http import make_client, retry_after
from providers.oauth import Renewed, Tokens, TokenStore
from providers.seloger.errors import TokenRejected
from providers.seloger.settings import Credentials

UNTOLD = 300.0
"""Seconds that a token is taken to be good for where ``expires_in`` is missing."""
_CLIENT = frozenset(("invalid_client", "unauthorized_client", "invalid_grant", "access_denied"))
_SENTENCES = {
    "invalid_scope": ("scope", "Groupe SeLoger gives no tokens for this scope. Capitals count."),
    "invalid_target": ("audience", "Groupe SeLoger gives no tokens for this audience."),
    "unsupported_grant_type": ("token_url", "No tokens for client credentials are given at this address."),
    "invalid_request": (
        "token_body",
        "This address does not understand the request for a token. Try the other form, or the secret in the body.",
    ),
}


def sign_in(credentials: Credentials, store: TokenStore) -> httpx.Auth:
    """What signs the requests."""
    return Renewed(store, _Renewal(credentials))


class _Renewal:
    """Gets a token by the client's credentials; there are no refresh tokens (RFC 6749 §4.4.3)."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    async def __call__(self, held: Tokens | None) -> Tokens:
        """Raises AuthFailed; where no token was ever given, TokenRejected on the input that is likely wrong."""
        try:
            return _tokens(await _ask(self._credentials))
        except TokenRejected:
            if held is not None:  # it worked before: whoever connected it has to know
                raise AuthFailed from None
            raise


async def _ask(client: Credentials) -> dict[str, Any]:
    asked = {"grant_type": "client_credentials"}
    asked |= {"scope": client.scope} if client.scope else {}
    asked |= {"audience": client.audience} if client.audience else {}
    name, secret = client.client_id, client.client_secret.get_secret_value()
    basic: Any = httpx.USE_CLIENT_DEFAULT
    if client.client_in == "header":
        basic = httpx.BasicAuth(quote_plus(name), quote_plus(secret))
    else:
        asked |= {"client_id": name, "client_secret": secret}
    body: dict[str, Any] = {{"json": "json", "form": "data"}[client.token_body]: asked}
    async with make_client() as http:
        try:
            response = await http.post(client.token_url, auth=basic, **body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            known = isinstance(error, httpx.TimeoutException)
            raise Unavailable(
                "did not answer in time" if known else "the address of tokens cannot be reached"
            ) from None
    return _answered(response)


def _answered(response: httpx.Response) -> dict[str, Any]:
    """What the address of tokens said. Raises one of the four failures."""
    status = response.status_code
    if status == 429 or status >= 500:
        raise Unavailable(f"HTTP {status}", retry_after(response.headers, datetime.now(UTC)))
    try:
        data = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        data = None
    if 400 <= status < 500:
        raise _refusal(status, data)
    if status >= 300:
        raise UnexpectedResponse(f"the address of tokens answers HTTP {status}")
    if not isinstance(data, dict):
        raise UnexpectedResponse("the address of tokens did not answer in JSON")
    return data


def _refusal(status: int, data: Any) -> AuthFailed | TokenRejected | Unavailable:
    """RFC 6749 §5.2; and what is no answer of such an address at all."""
    error = data.get("error") if isinstance(data, dict) else None
    if status == 401 or (isinstance(error, str) and error in _CLIENT):
        return AuthFailed()
    if isinstance(error, str) and error in _SENTENCES:
        field, sentence = _SENTENCES[error]
        return TokenRejected((FieldError(sentence, field),), status)
    if status in (404, 405):
        return TokenRejected((FieldError("No tokens are given at this address.", "token_url"),), status)
    if status == 415:
        return TokenRejected((FieldError(_SENTENCES["invalid_request"][1], "token_body"),), status)
    if status == 403 and data is None:  # a firewall's page says nothing about the credentials
        return Unavailable("HTTP 403")
    return AuthFailed()


def _tokens(data: dict[str, Any]) -> Tokens:
    access = data.get("access_token")
    if not isinstance(access, str) or not access:
        if data.get("error"):
            raise AuthFailed
        raise UnexpectedResponse("the address of tokens gave none")
    if not access.isascii() or not access.isprintable() or " " in access:
        raise UnexpectedResponse("the address of tokens gave one that no header takes")
    try:
        lasts = float(data.get("expires_in") or 0)
        expires = datetime.now(UTC) + timedelta(seconds=lasts if lasts > 0 else UNTOLD)
    except (TypeError, ValueError, OverflowError):
        expires = datetime.now(UTC) + timedelta(seconds=UNTOLD)
    return Tokens(access, None, expires)
