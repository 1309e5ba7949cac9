"""How storEDGE is told who asks: one-legged OAuth 1.0 (RFC 5849), HMAC-SHA1 in the header, without any token.

Source: https://api.storedgefms.com/docs/v1.html. A JSON body is not signed, the query string is.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, quote, urlencode

import httpx
from pydantic import SecretStr

JSON = "application/json"
"""Sent and asked for with every call, with a body or without: some operations fail otherwise."""


class OneLegged(httpx.Auth):
    """Signs each attempt anew: a nonce and a timestamp are accepted once.

    ``server_time`` is what the system's clock said last (the ``Date`` of its answers), because its leads do not say
    when they were changed.
    """

    def __init__(self, access_id: SecretStr, secret_key: SecretStr) -> None:
        self._access_id = access_id
        self._secret_key = secret_key
        self.server_time: datetime | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign a request, exactly as it is sent."""
        request.headers["Content-Type"] = request.headers["Accept"] = JSON
        request.url = _canonical(request.url)
        request.headers["Authorization"] = self._header(request.method, str(request.url))
        response = yield request
        self.server_time = _date(response.headers.get("date")) or self.server_time

    def _header(self, method: str, url: str) -> str:
        from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, Client  # noqa: PLC0415  (loaded with the first call)

        logging.getLogger("oauthlib").setLevel(logging.WARNING)  # below that it logs what it signs
        client = Client(
            self._access_id.get_secret_value(),
            client_secret=self._secret_key.get_secret_value(),
            signature_method=SIGNATURE_HMAC_SHA1,
        )
        _, headers, _ = client.sign(url, http_method=method)  # type: ignore[arg-type]  # any method of ours
        return str(headers["Authorization"])


def _canonical(url: httpx.URL) -> httpx.URL:
    """The address with its query encoded as RFC 3986 does it: what is signed must be what is sent, to the letter."""
    if not url.query:
        return url
    pairs = parse_qsl(url.query.decode("ascii"), keep_blank_values=True)
    return url.copy_with(query=urlencode(pairs, quote_via=quote, safe="").encode("ascii"))


def _date(value: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(value or "")
    except (ValueError, OverflowError):
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
