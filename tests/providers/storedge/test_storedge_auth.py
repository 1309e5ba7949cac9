"""Signatures: anew for every attempt, over exactly what is sent."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from pydantic import ValidationError
from storedge_wire import F1, Wire, fixture, page, some

from providers.errors import AuthFailed, Unavailable
from providers.storedge.settings import Credentials
from providers.storedge.stand_in.oauth import Signatures

LEADS = f"/v1/{F1}/leads"


def good(request: httpx.Request, key: str = "acc3ss", secret: str = "s3cret") -> bool:
    """As oauthlib verifies it, at the address that travelled."""
    address = f"https://storedge.test{request.url.raw_path.decode()}"
    return Signatures(key, secret).good(address, request.method, request.headers["Authorization"])


def part(request: httpx.Request, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', request.headers["Authorization"])
    assert found is not None
    return found[1]


QUERIES: list[list[tuple[str, str]]] = [
    [],
    [("fields[lead]", "id,tenant"), ("page", "1")],
    [("created_after", "2026-11-23T10:04:05+00:00")],
    [("only_ids", "a/b,ü c&d=e%2F~*'()!")],
    [("empty", ""), ("a", "1"), ("a", "2")],
]


@pytest.mark.parametrize("query", QUERIES)
async def test_what_is_signed_is_what_is_sent(query: list[tuple[str, str]]) -> None:
    wire = Wire({f"GET {LEADS}": page([])})
    await wire.api.get(LEADS, query)
    (request,) = wire.requests
    assert good(request)
    assert parse_qsl(request.url.query.decode(), keep_blank_values=True) == query
    assert not set(request.url.query) & set(b"[]+ ")


async def test_a_body_is_not_signed_and_every_call_says_json() -> None:
    wire = Wire({f"POST {LEADS}": {"lead": {"id": "x"}}, f"GET {LEADS}": page([])})
    await wire.api.send("POST", LEADS, {"lead": {"size": "ü"}}, repeatable=False)
    await wire.api.get(LEADS)
    for request in wire.requests:
        assert good(request)
        assert request.headers["Content-Type"] == request.headers["Accept"] == "application/json"
        assert "oauth_body_hash" not in request.headers["Authorization"]
        assert part(request, "oauth_signature_method") == "HMAC-SHA1"
        assert part(request, "oauth_consumer_key") == "acc3ss"
        assert "s3cret" not in str(request.headers)


async def test_every_attempt_has_its_own_nonce() -> None:
    answers: list[Any] = [(503, {}), (503, {}), page(some(1))]
    wire = Wire({f"GET {LEADS}": lambda _: answers.pop(0)}, attempts=3)
    await wire.api.get(LEADS)
    assert len({part(r, "oauth_nonce") for r in wire.requests}) == 3
    assert len({part(r, "oauth_signature") for r in wire.requests}) == 3


async def test_odd_paths_are_signed_as_they_travel() -> None:
    wire = Wire({"GET /v1/fac-1/leads/a%2Fb%20%C3%BC": {"lead": {"id": "a/b ü"}}})
    await wire.api.get("/v1/fac-1/leads/a%2Fb%20%C3%BC")
    assert good(wire.requests[0])


def test_another_secret_an_old_time_and_a_second_use_are_refused() -> None:
    from oauthlib.oauth1 import Client

    def signed(secret: str = "s", timestamp: int | None = None) -> str:
        at = None if timestamp is None else str(timestamp)
        _, headers, _ = Client("k", client_secret=secret, timestamp=at).sign("https://a.test/v1/x", "GET")
        return str(headers["Authorization"])

    there = Signatures("k", "s")
    header = signed()
    assert there.good("https://a.test/v1/x", "GET", header)
    assert not there.good("https://a.test/v1/x", "GET", header)
    assert not there.good("https://a.test/v1/y", "GET", signed())
    assert not there.good("https://a.test/v1/x", "POST", signed())
    assert not there.good("https://a.test/v1/x", "GET", signed(secret="other"))
    assert not there.good("https://a.test/v1/x", "GET", signed(timestamp=int(time.time()) - 3600))
    assert not there.good("https://a.test/v1/x", "GET", "Bearer token")
    assert not there.good("https://a.test/v1/x", "GET", "")
    assert there.good("https://a.test/v1/x", "GET", signed())


async def test_a_wrong_secret_is_refused_and_the_right_one_then_works(there: Any) -> None:
    with pytest.raises(AuthFailed):
        await there.run("list-leads", {}, secret="wr0ng")
    assert (await there.run("list-leads", {}))["leads"] == []


async def test_a_key_that_ends_mid_page_stops_reading_and_a_new_one_goes_on() -> None:
    pages: list[Any] = [page(some(100), 230), (401, fixture("error_401"))]
    wire = Wire({f"GET {LEADS}": lambda _: pages.pop(0)})
    from providers.storedge.feed import created_since

    with pytest.raises(AuthFailed):
        [p async for p in created_since(wire.api, wire.date, 100)]  # type: ignore[arg-type]


async def test_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wire = Wire({f"GET {LEADS}": page([])})
    await wire.api.get(LEADS, [("only_ids", "c4nary")])
    assert "acc3ss" not in caplog.text
    assert "s3cret" not in caplog.text
    assert "c4nary" not in caplog.text


async def test_time_outs_and_broken_connections_name_no_address() -> None:
    for error in (httpx.ReadTimeout("https://storedge.test/acc3ss"), httpx.ConnectError("acc3ss")):
        wire = Wire({f"GET {LEADS}": error})
        with pytest.raises(Unavailable) as caught:
            await wire.api.get(LEADS)
        assert "acc3ss" not in f"{caught.value!r}{caught.value}"


async def test_many_calls_at_once_have_many_nonces(there: Any) -> None:
    api = there.api()
    await asyncio.gather(*(there.run("list-leads", {}, api=api) for _ in range(30)))
    assert there.system.refused == []


# --------------------------------------------------------------------------------------- credentials


def test_credentials_are_tidied_and_hidden() -> None:
    made = Credentials.model_validate({"access_id": " a1 ", "secret_key": "s2\n", "facility_id": " f-1, f-2;f-1\nf_3 "})
    assert (made.access_id.get_secret_value(), made.secret_key.get_secret_value()) == ("a1", "s2")
    assert made.facility_id == "f-1\nf-2\nf_3"
    for shown in (repr(made), str(made)):
        assert not any(word in shown for word in ("a1", "s2", "f-1"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("facility_id", "../other"),
        ("facility_id", " , "),
        ("facility_id", "a?b"),
        ("facility_id", " ".join(f"f{n}" for n in range(51))),
        ("access_id", "two words"),
        ("secret_key", "ü"),
    ],
)
def test_what_no_address_or_header_takes_is_refused_without_being_repeated(field: str, value: str) -> None:
    given = {"access_id": "a", "secret_key": "b", "facility_id": "f"} | {field: value}
    with pytest.raises(ValidationError) as caught:
        Credentials.model_validate(given)
    (error,) = caught.value.errors(include_input=False, include_url=False)
    assert error["loc"] == (field,)
    assert value.strip(" ,") == "" or value not in str(caught.value)
