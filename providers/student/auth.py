"""How student.com is told who asks: the token in a header."""

from __future__ import annotations

from collections.abc import Generator

import httpx
from pydantic import SecretStr


class TokenHeader(httpx.Auth):
    """An API token in a header of its own (``x-api-token``)."""

    def __init__(self, name: str, token: SecretStr) -> None:
        self._name = name
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token."""
        request.headers[self._name] = self._token.get_secret_value()
        yield request
