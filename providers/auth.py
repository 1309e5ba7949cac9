"""How each API is told who asks, as :class:`httpx.Auth`: a new header or parameter for every attempt."""

from __future__ import annotations

from collections.abc import Generator

import httpx
from pydantic import SecretStr


class QueryKey(httpx.Auth):
    """An API key in the query string (KPro: ``?api_key=``)."""

    def __init__(self, name: str, key: SecretStr) -> None:
        self._name = name
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the key to the request's URL."""
        request.url = request.url.copy_set_param(self._name, self._key.get_secret_value())
        yield request


class HeaderKey(httpx.Auth):
    """An API key in a header of its own (``X-Api-Key: …``)."""

    def __init__(self, name: str, key: SecretStr) -> None:
        self._name = name
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header."""
        request.headers[self._name] = self._key.get_secret_value()
        yield request
