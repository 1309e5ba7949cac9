"""The routes that are open to the world, of a real ``leadbell run``: a stranger finds nothing there."""

from __future__ import annotations

import aiohttp

from tests.faults.process import Street, prepare


async def test_strangers_find_nothing_and_break_nothing(street: Street) -> None:
    prepare(street.database, key=street.kpro.api_key)
    await street.start(LEADBELL_PUBLIC_URL="https://leads.example.com")
    base = f"http://127.0.0.1:{street.port}"
    asked = (
        ("POST", f"/webhooks/kpro/{'A' * 43}", 404),
        ("POST", "/webhooks/kpro/short", 404),
        ("POST", "/webhooks/nobody/%00", 404),
        ("GET", f"/webhooks/kpro/{'A' * 43}", 405),
        ("GET", f"/oauth/kpro?state={'A' * 43}&code=x", 400),
        ("GET", "/oauth/nobody?state=%ff%00&code=%00&error=%3Cscript%3E", 400),
        ("GET", "/oauth/kpro", 400),
        ("HEAD", "/oauth/kpro", 405),
        ("GET", "/healthz", 200),
    )
    async with aiohttp.ClientSession() as session:
        for method, path, status in asked:
            async with session.request(method, base + path, data=b"{}" if method == "POST" else None) as answer:
                text = await answer.text()
                assert (answer.status, "script" in text) == (status, False), (method, path)
    assert "A" * 43 not in street.stderr()
    assert "ERROR" not in street.stderr()
