"""How an API is told who asks."""

from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr

from providers.auth import HeaderKey, QueryKey


@pytest.mark.parametrize(
    ("auth", "url", "header"),
    [
        (HeaderKey("X-Api-Key", SecretStr("k3y&1")), "https://x.test/leads?page=2", "k3y&1"),
        (QueryKey("api_key", SecretStr("k3y&1")), "https://x.test/leads?page=2&api_key=k3y%261", None),
    ],
)
def test_a_key_travels_where_it_belongs_and_nowhere_else(auth: httpx.Auth, url: str, header: str | None) -> None:
    sent = next(auth.sync_auth_flow(httpx.Request("GET", "https://x.test/leads?page=2")))
    assert str(sent.url) == url
    assert sent.headers.get("X-Api-Key") == header
    assert "k3y" not in repr(auth)
