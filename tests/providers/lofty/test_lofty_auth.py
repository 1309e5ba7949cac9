"""Signing in to Lofty: keys, tokens, and apps whose tokens are renewed."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import BaseModel, ValidationError

import providers.lofty.auth as lofty_auth
from providers.errors import AuthFailed, ProviderError, Unavailable, UnexpectedResponse
from providers.http import Api, Unlimited
from providers.lofty.auth import OAUTH, sign_in
from providers.lofty.errors import read_errors
from providers.lofty.limits import LONGEST_WINDOW, allowance, pace
from providers.lofty.settings import TOKEN_URL, Credentials, Settings
from providers.oauth import MemoryTokens, Tokens

APP = {"client_id": "app-1", "client_secret": "5hh-client"}


class System:
    """An API that accepts one access token, and the page that gives tokens."""

    def __init__(self) -> None:
        self.accepts = "access-1"
        self.grants: list[dict[str, str]] = []
        self.basics: list[str] = []
        self.urls: list[str] = []
        self.seen: list[httpx.Request] = []
        self.refusal: tuple[int, Any] = (400, {"code": 200058, "message": "User in token does not exist."})
        self.gives: Callable[[dict[str, str]], tuple[int, Any]] = self.tokens

    def tokens(self, form: dict[str, str]) -> tuple[int, Any]:
        self.accepts = f"access-{len(self.grants)}"
        return 200, {"access_token": self.accepts, "refresh_token": f"refresh-{len(self.grants)}", "expires_in": 3600}

    def api(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        if request.headers.get("Authorization", "").split(" ")[-1] == self.accepts:
            return httpx.Response(200, json={"id": 1})
        status, body = self.refusal
        return httpx.Response(status, json=body)

    def page(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        self.grants.append(form)
        self.urls.append(str(request.url))
        self.basics.append(request.headers.get("Authorization", ""))
        assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
        status, body = self.gives(form)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.Response(status, content=content)


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    made = System()
    monkeypatch.setattr(lofty_auth, "make_client", lambda: httpx.AsyncClient(transport=httpx.MockTransport(made.page)))
    return made


def an_api(system: System, store: MemoryTokens | None = None, **given: str) -> Api:
    client = httpx.AsyncClient(transport=httpx.MockTransport(system.api))
    signed = sign_in(Credentials.model_validate(given), store or MemoryTokens())
    return Api(client, "https://lofty.test", signed, Unlimited(), attempts=1, read_errors=read_errors)


# ---------------------------------------------------------------------------------- what may be given


def test_nothing_is_not_enough_and_the_sentence_says_what_is() -> None:
    for given in ({}, {"api_key": "", "client_id": ""}, {"refresh_token": "abc"}):
        with pytest.raises(
            ValidationError, match="Give an API key, or the client id and secret of an OAuth app, or an"
        ):
            Credentials.model_validate(given)
    with pytest.raises(ValidationError, match="both"):
        Credentials.model_validate({"client_id": "app-1"})


@pytest.mark.parametrize("pasted", ["k3y", " k3y\n", "token k3y", "Token  k3y", "Authorization: token k3y"])
async def test_a_key_may_be_pasted_with_the_word_in_front(system: System, pasted: str) -> None:
    system.accepts = "k3y"
    await an_api(system, api_key=pasted).get("/v1.0/me")
    assert system.seen[0].headers["Authorization"] == "token k3y"


async def test_a_token_that_was_pasted_as_a_key_is_a_token_where_it_says_so(system: System) -> None:
    await an_api(system, api_key="Bearer access-1").get("/v1.0/me")
    await an_api(system, access_token="access-1").get("/v1.0/me")
    assert [r.headers["Authorization"] for r in system.seen] == ["Bearer access-1"] * 2


def test_secrets_are_in_no_text_not_even_of_an_error() -> None:
    made = Credentials.model_validate({"api_key": "s3cr3t-canary", **APP})
    assert "s3cr3t" not in f"{made!r} {made}"
    with pytest.raises(ValidationError) as caught:
        Credentials.model_validate({"api_key": "s3cr3t canary"})
    assert "s3cr3t" not in str(caught.value)


async def test_every_call_says_that_it_is_json(system: System) -> None:
    for given in ({"api_key": "access-1"}, {"access_token": "access-1"}, APP | {"code": "c0de"}):
        api = an_api(system, **given)
        system.accepts = "access-1"
        await api.get("/v1.0/me")
        await api.send("DELETE", "/v1.0/webhook/1", None, repeatable=False)
    assert {r.headers["Content-Type"] for r in system.seen} == {"application/json"}


# ------------------------------------------------------------------------------------------ renewing


async def test_a_code_is_exchanged_once_and_then_the_refresh_token_goes_on(system: System) -> None:
    store = MemoryTokens()
    given = APP | {"code": "c0de", "redirect_uri": "https://desk.test/oauth/lofty"}
    await an_api(system, store, **given).get("/v1.0/me")
    assert system.urls == [TOKEN_URL]
    assert system.basics == ["Basic " + base64.b64encode(b"app-1:5hh-client").decode()]
    code = {"grant_type": "authorization_code", "code": "c0de", "client_id": "app-1"}
    assert system.grants == [code | {"redirect_uri": "https://desk.test/oauth/lofty"}]
    system.accepts = "nothing-so-far"
    await an_api(system, store, **given).get("/v1.0/me")
    assert system.grants[1] == {"grant_type": "refresh_token", "refresh_token": "refresh-1", "client_id": "app-1"}
    held = await store.read()
    assert held is not None
    assert (held.access, held.refresh) == ("access-2", "refresh-2")


@pytest.mark.parametrize("refusal", [(401, "expired"), (400, {"code": 200058, "message": "x"}), (401, {"code": 1})])
async def test_a_refused_token_is_renewed_and_the_call_made_again(system: System, refusal: tuple[int, Any]) -> None:
    store = MemoryTokens()
    await store.save(Tokens("stale", "refresh-0"))
    system.refusal = refusal
    assert await an_api(system, store, **APP).get("/v1.0/me") == {"id": 1}
    assert len(system.seen) == 2


async def test_another_refusal_renews_nothing(system: System) -> None:
    store = MemoryTokens()
    await store.save(Tokens("stale", "refresh-0"))
    system.refusal = (400, {"code": 20012, "message": "limit"})
    with pytest.raises(ProviderError):
        await an_api(system, store, **APP).get("/v1.0/me")
    assert system.grants == []


async def test_many_calls_at_once_renew_once(system: System) -> None:
    api = an_api(system, **APP, refresh_token="r0")
    await asyncio.gather(*(api.get("/v1.0/me") for _ in range(8)))
    assert [g["refresh_token"] for g in system.grants] == ["r0"]


async def test_a_refresh_token_that_is_not_replaced_stays(system: System) -> None:
    store = MemoryTokens()
    system.gives = lambda form: (200, {"access_token": "access-1", "expires_in": "3600"})
    await an_api(system, store, **APP, refresh_token="r0").get("/v1.0/me")
    held = await store.read()
    assert held is not None
    assert held.refresh == "r0"
    assert held.expires_at is not None
    assert timedelta(minutes=59) < held.expires_at - datetime.now(UTC) <= timedelta(hours=1)


async def test_an_app_may_sign_in_alone(system: System) -> None:
    await an_api(system, **APP, grant="client credentials").get("/v1.0/me")
    assert system.grants == [{"grant_type": "client_credentials", "client_id": "app-1"}]


async def test_the_newer_address_takes_the_secret_in_the_form(system: System) -> None:
    given = APP | {"refresh_token": "r0", "oauth_token_url": "https://api.lofty.com/oauth/token"}
    await an_api(system, **given).get("/v1.0/me")
    assert system.grants[0]["client_secret"] == "5hh-client"
    assert system.basics == [""]


async def test_spent_credentials_are_not_sent_again(system: System) -> None:
    store = MemoryTokens()
    await store.save(Tokens("stale"))
    with pytest.raises(AuthFailed):
        await an_api(system, store, **APP, code="c0de").get("/v1.0/me")
    assert system.grants == []


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ((400, {"error": "invalid_grant"}), AuthFailed),
        ((401, {"error": "invalid_client"}), AuthFailed),
        ((200, {"error": "invalid_grant"}), AuthFailed),
        ((503, {}), Unavailable),
        ((429, {}), Unavailable),
        ((200, b"<html>"), UnexpectedResponse),
        ((200, []), UnexpectedResponse),
        ((200, {"token": "?"}), UnexpectedResponse),
        ((302, b""), UnexpectedResponse),
    ],
)
async def test_what_the_page_of_tokens_may_answer(
    system: System, answer: tuple[int, Any], failure: type[ProviderError]
) -> None:
    system.gives = lambda form: answer
    with pytest.raises(failure) as caught:
        await an_api(system, **APP, refresh_token="r0").get("/v1.0/me")
    assert "5hh" not in f"{caught.value!r}{caught.value}"


async def test_a_page_of_tokens_that_cannot_be_reached_is_unavailable(system: System) -> None:
    def broken(form: dict[str, str]) -> tuple[int, Any]:
        raise httpx.ConnectError("no")

    system.gives = broken
    with pytest.raises(Unavailable):
        await an_api(system, **APP, refresh_token="r0").get("/v1.0/me")


# ------------------------------------------------------------------------------------------- consent


def test_consent_is_wanted_only_where_nothing_else_can_sign_in() -> None:
    def wants(**given: str) -> bool:
        return OAUTH.wants(Credentials.model_validate(given))

    assert wants(**APP)
    assert not wants(api_key="k3y")
    assert not wants(**APP, access_token="t")
    assert not wants(**APP, refresh_token="r")
    assert not wants(**APP, code="c")
    assert not wants(**APP, grant="client credentials")


def test_the_page_of_consent_is_asked_in_loftys_own_spelling() -> None:
    made = Credentials.model_validate(APP)
    address = urlsplit(OAUTH.page(made, "https://desk.test/oauth/lofty?a=b", "st&te"))
    assert (address.scheme, address.netloc, address.path) == ("https", "crm.lofty.com", "/page/vendor-auth.html")
    back = "https://desk.test/oauth/lofty?a=b"
    asked = {"clientId": ["app-1"], "response_type": ["code"], "redirect_uri": [back], "state": ["st&te"]}
    assert parse_qs(address.query) == asked
    assert "5hh" not in address.query
    with_code = OAUTH.with_code(made, "c0de", back)
    assert not OAUTH.wants(with_code)
    assert isinstance(with_code, BaseModel)
    with pytest.raises(ValueError, match="one word"):
        OAUTH.with_code(made, "a code", back)


# ----------------------------------------------------------------------------------------- the limits


def headers(reset: str | float) -> dict[str, str]:
    return {"x-ratelimit-limit": "20", "x-ratelimit-remaining": "18", "x-ratelimit-reset": str(reset)}


def test_the_reset_is_read_as_milliseconds_and_as_an_epoch() -> None:
    now = datetime.now(UTC).timestamp()
    found = allowance(headers(23000))
    assert found is not None
    assert (found.limit, found.remaining, found.resets_in) == (20, 18, 23.0)
    for reset in (now + 23, (now + 23) * 1000):
        told = allowance(headers(round(reset)))
        assert told is not None
        assert 20 < told.resets_in <= 24
    for far in (now + 9e6, 900_000):
        told = allowance(headers(far))
        assert told is not None
        assert told.resets_in == LONGEST_WINDOW


@pytest.mark.parametrize("odd", [{}, {"x-ratelimit-limit": "many"}, headers("soon"), headers("nan"), headers(-1)])
def test_headers_that_cannot_be_read_say_nothing(odd: dict[str, str]) -> None:
    assert allowance(odd) is None


def test_the_pace_is_the_settings() -> None:
    assert (pace(Settings()).per_minute, pace(Settings()).burst) == (10, 5)
    assert pace(Settings(calls_per_minute=1)).burst == 1
    assert pace(Settings(calls_per_minute=100)).per_minute == 100
