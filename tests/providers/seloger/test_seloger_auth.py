"""Signing in to Groupe SeLoger: what may be typed, how a token is asked for, kept, renewed and refused."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import ValidationError

import providers.seloger.auth as seloger_auth
from providers.errors import AuthFailed, ProviderError, Rejected, Unavailable, UnexpectedResponse
from providers.http import Api, Unlimited, make_client
from providers.oauth import MemoryTokens, Tokens
from providers.seloger import PROVIDER
from providers.seloger.auth import sign_in
from providers.seloger.errors import read_errors
from providers.seloger.settings import Credentials, Settings
from tests.providers.seloger.seloger_house import SelogerHouse

SECRET = "s3cr3t-canary"
TOKEN_URL = "https://login.example.com/oauth/token"
GIVEN = {"client_id": "agence", "client_secret": SECRET, "token_url": TOKEN_URL}


class System:
    """An API that accepts the last token, and an address that gives them."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.answers: list[Any] = []
        self.accepts = ""
        self.calls = 0

    def page(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            status, body = answer
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            if status == 200 and isinstance(body, dict):
                self.accepts = str(body.get("access_token"))
            return httpx.Response(status, content=content)
        self.accepts = f"access-{len(self.asked)}"
        return httpx.Response(200, json={"access_token": self.accepts, "expires_in": 3600, "token_type": "Bearer"})

    def api(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        right = request.headers.get("Authorization") == f"Bearer {self.accepts}"
        return httpx.Response(200 if right else 401, json={"Data": [], "Count": 0})


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    made = System()
    headers = make_client().headers
    monkeypatch.setattr(
        seloger_auth,
        "make_client",
        lambda: httpx.AsyncClient(transport=httpx.MockTransport(made.page), headers=headers),
    )
    return made


def an_api(system: System, store: MemoryTokens | None = None, **given: str) -> Api:
    client = httpx.AsyncClient(transport=httpx.MockTransport(system.api))
    signed = sign_in(Credentials.model_validate(GIVEN | given), store or MemoryTokens())
    return Api(client, "https://seloger.test", signed, Unlimited(), attempts=1, read_errors=read_errors)


# ---------------------------------------------------------------------------------- what may be typed


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://login.example.com/oauth/token", "https://"),
        ("ftp://login.example.com/", "https://"),
        ("login.example.com/oauth/token", "is not an address"),
        ("https:///oauth/token", "is not an address"),
        ("https://login.example.com:port/", "is not an address"),
        ("https://[::1/token", "is not an address"),
        ("https://user:pass@login.example.com/token", "user name"),
        ("https://user@login.example.com/token", "user name"),
        ("https://login.example.com/to ken", "is not an address"),
        ("https://login.example.com/token|x", "is not an address"),
        ("https://login.example.com/token#x", "#"),
        ("", "is not an address"),
        ("http://127.0.0.1.example.com/token", "https://"),
    ],
)
def test_a_token_address_that_would_give_the_secret_away_is_refused(url: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence) as caught:
        Credentials.model_validate(GIVEN | {"token_url": url})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://localhost:3000/t", "http://127.0.0.1/t", "http://[::1]:8/t", f" {TOKEN_URL}\n"]
)
def test_a_token_address_on_this_machine_or_with_https_is_taken(url: str) -> None:
    assert Credentials.model_validate(GIVEN | {"token_url": url}).token_url == url.strip()


def test_what_is_required_has_no_default_and_the_rest_has() -> None:
    for name in GIVEN:
        with pytest.raises(ValidationError):
            Credentials.model_validate({k: v for k, v in GIVEN.items() if k != name})
    made = Credentials.model_validate(GIVEN)
    assert (made.scope, made.token_body, made.client_in, made.audience) == ("laas:leads:get", "form", "header", "")


@pytest.mark.parametrize("pasted", ["age nce", "agence\nx", "é", ""])
def test_a_client_that_no_header_takes_is_refused(pasted: str) -> None:
    for name in ("client_id", "client_secret"):
        with pytest.raises(ValidationError):
            Credentials.model_validate(GIVEN | {name: pasted})


def test_nothing_of_it_is_in_a_text() -> None:
    made = Credentials.model_validate(GIVEN)
    for value in GIVEN.values():
        assert value not in f"{made!r} {made}"


def test_settings_refuse_what_no_search_can_carry() -> None:
    for bad in ({"extra_criteria": "[1]"}, {"extra_criteria": "{"}, {"field_to": "End Date"}, {"path_seller": "v2"}):
        with pytest.raises(ValidationError):
            Settings.model_validate(bad)
    for path in ("/v2/../admin?x=1", "//x y", "/v2/leads/"):
        with pytest.raises(ValidationError):
            Settings(path_leads=path)
    assert Settings(extra_criteria=' {"AgencyId": 7} ').criteria() == {"AgencyId": 7}


# ----------------------------------------------------------------------------------- how it is asked for


async def test_a_form_with_basic_is_the_usual_request(system: System) -> None:
    await an_api(system).get("/v2/leads")
    (asked,) = system.asked
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(asked.content.decode()) == {"grant_type": ["client_credentials"], "scope": ["laas:leads:get"]}
    assert base64.b64decode(asked.headers["Authorization"].split()[1]).decode() == f"agence:{SECRET}"
    assert asked.headers["User-Agent"].startswith("Leadbell/")


async def test_basic_encodes_as_the_rfc_says(system: System) -> None:
    await an_api(system, client_id="a:b", client_secret="p%/+é".replace("é", "e")).get("/v2/leads")
    assert base64.b64decode(system.asked[0].headers["Authorization"].split()[1]).decode() == "a%3Ab:p%25%2F%2Be"


async def test_json_with_the_secret_in_the_body_and_an_audience(system: System) -> None:
    api = an_api(system, token_body="json", client_in="body", audience="https://api.example.com", scope="Other:scope")
    await api.get("/v2/leads")
    (asked,) = system.asked
    assert "Authorization" not in asked.headers
    assert json.loads(asked.content) == {
        "grant_type": "client_credentials",
        "scope": "Other:scope",
        "audience": "https://api.example.com",
        "client_id": "agence",
        "client_secret": SECRET,
    }


# ------------------------------------------------------------------------------------------ kept, renewed


async def test_a_token_is_kept_until_a_minute_before_it_expires(system: System) -> None:
    store = MemoryTokens()
    api = an_api(system, store)
    for _ in range(3):
        await api.get("/v2/leads")
    assert len(system.asked) == 1
    for left, renewals in ((61, 1), (59, 2)):
        await store.save(Tokens(system.accepts, None, datetime.now(UTC) + timedelta(seconds=left)))
        await api.get("/v2/leads")
        assert len(system.asked) == renewals


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [(None, 300), ("", 300), (0, 300), (-5, 300), ("x", 300), ([], 300), (1e308, 300), (7200, 7200), ("7200", 7200)],
)
async def test_how_long_a_token_is_good(system: System, expires_in: Any, seconds: int) -> None:
    body = {"access_token": "abc"} | ({} if expires_in is None else {"expires_in": expires_in})
    system.answers = [(200, json.dumps(body).encode())]
    system.accepts = "abc"
    store = MemoryTokens()
    await an_api(system, store).get("/v2/leads")
    held = await store.read()
    assert held is not None
    assert held.expires_at is not None
    assert abs((held.expires_at - datetime.now(UTC)).total_seconds() - seconds) < 5


async def test_many_calls_at_once_ask_for_one_token(system: System) -> None:
    api = an_api(system)
    await asyncio.gather(*(api.get("/v2/leads") for _ in range(20)))
    assert len(system.asked) == 1


async def test_a_401_renews_once_and_then_is_told(system: System) -> None:
    api = an_api(system)
    await api.get("/v2/leads")
    system.accepts = "elsewhere"
    await api.get("/v2/leads")
    assert (len(system.asked), system.calls) == (2, 3)
    system.answers = [(200, {"access_token": "other"})]
    system.accepts = "nothing"
    real = system.api
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda r: httpx.Response(401)))
    refused = Api(client, "https://seloger.test", api.auth, Unlimited(), attempts=1, read_errors=read_errors)
    with pytest.raises(AuthFailed):
        await refused.get("/v2/leads")
    assert len(system.asked) == 3
    assert real is not None


# ---------------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ((401, {"error": "invalid_client"}), AuthFailed),
        ((401, b"<html>"), AuthFailed),
        ((400, {"error": "invalid_client"}), AuthFailed),
        ((400, {"error": "unauthorized_client"}), AuthFailed),
        ((400, b"nope"), AuthFailed),
        ((403, {"error": "access_denied"}), AuthFailed),
        ((403, b"<html>blocked</html>"), Unavailable),
        ((429, {}), Unavailable),
        ((500, b"<html>"), Unavailable),
        ((503, {}), Unavailable),
        ((302, b""), UnexpectedResponse),
        ((200, b"<html>sign in</html>"), UnexpectedResponse),
        ((200, b'{"access_token": "abc'), UnexpectedResponse),
        ((200, []), UnexpectedResponse),
        ((200, {"token_type": "Bearer"}), UnexpectedResponse),
        ((200, {"access_token": "two words"}), UnexpectedResponse),
        ((200, {"access_token": "line\nbreak"}), UnexpectedResponse),
        ((200, {"access_token": "é"}), UnexpectedResponse),
        ((200, {"error": "invalid_client"}), AuthFailed),
        (httpx.ConnectError("no"), Unavailable),
        (httpx.ReadTimeout("no"), Unavailable),
    ],
)
async def test_what_the_address_of_tokens_may_answer(system: System, answer: Any, failure: type[Exception]) -> None:
    system.answers = [answer]
    api = an_api(system)
    with pytest.raises(ProviderError) as caught:
        await api.get("/v2/leads")
    assert type(caught.value) is failure
    assert SECRET not in f"{caught.value!r} {caught.value}"
    assert "login.example.com" not in f"{caught.value!r} {caught.value}"
    assert await api.get("/v2/leads") == {"Data": [], "Count": 0}


@pytest.mark.parametrize(
    ("status", "body", "field"),
    [
        (400, {"error": "invalid_scope"}, "scope"),
        (400, {"error": "invalid_target"}, "audience"),
        (400, {"error": "invalid_request"}, "token_body"),
        (400, {"error": "unsupported_grant_type"}, "token_url"),
        (404, {}, "token_url"),
        (405, b"", "token_url"),
        (415, b"", "token_body"),
    ],
)
async def test_a_refusal_stands_on_its_input_at_first_and_pauses_later(
    system: System, status: int, body: Any, field: str
) -> None:
    system.answers = [(status, body)]
    store = MemoryTokens()
    api = an_api(system, store)
    with pytest.raises(Rejected) as caught:
        await api.get("/v2/leads")
    assert [e.field for e in caught.value.errors] == [field]
    assert field in Credentials.model_fields
    await api.get("/v2/leads")
    system.answers, system.accepts = [(status, body)], "elsewhere"
    with pytest.raises(AuthFailed):
        await api.get("/v2/leads")


# ------------------------------------------------------------------------------------ against the stand-in


@pytest.mark.parametrize("body", ["form", "json"])
@pytest.mark.parametrize("place", ["header", "body"])
@pytest.mark.parametrize("audience", ["", "https://leads.example.com"])
async def test_every_form_of_the_request_is_understood_where_it_is_the_right_one(
    seloger: SelogerHouse, body: Any, place: Any, audience: str
) -> None:
    seloger.system.grants.body, seloger.system.grants.place = body, place
    seloger.system.grants.audience = audience
    given = {"token_body": body, "client_in": place, "audience": audience}
    seloger.connect(seloger.credentials(**given))
    await PROVIDER.check(seloger.api)
    other = given | {"token_body": "json" if body == "form" else "form"}
    seloger.tokens = MemoryTokens()
    seloger.connect(seloger.credentials(**other))
    with pytest.raises((Rejected, AuthFailed)):
        await PROVIDER.check(seloger.api)


async def test_a_token_that_expires_in_the_middle_of_a_page_loses_nothing(seloger: SelogerHouse) -> None:
    seloger.system.fill(300, 5)
    got = 0
    async for page in PROVIDER.feed.new(seloger.api, seloger.now - timedelta(days=5), 50):
        got += len(page.records)
        seloger.system.grants.expire()
    assert got == 300
    seloger.system.grants.expires_in = 30  # less than a minute: every call has a token of its own
    seloger.system.grants.expire()
    before = seloger.system.grants.granted
    assert len(await seloger.leads(seloger.now - timedelta(days=5), 50)) == 300
    assert seloger.system.grants.granted > before + 5


async def test_a_token_dies_while_pages_are_read(seloger: SelogerHouse) -> None:
    seloger.system.fill(300, 1)
    await PROVIDER.check(seloger.api)
    seloger.system.fault("slow", 0)
    seloger.system._faults.extend([None, "expire", None, "expire"])  # type: ignore[list-item]
    assert len(await seloger.leads(seloger.now - timedelta(days=1), 50)) == 300
    assert seloger.system.grants.granted == 3


@pytest.mark.parametrize(
    "fault", ["token:500", "token:503", "token:429", "token:refuse", "token:withhold", "token:firewall"]
)
async def test_a_fault_where_tokens_are_given_is_ridden_out(seloger: SelogerHouse, fault: str) -> None:
    seloger.system.fault(fault)
    with pytest.raises(Unavailable):
        await PROVIDER.check(seloger.api)
    await PROVIDER.check(seloger.api)


async def test_calls_and_token_calls_say_who_we_are(seloger: SelogerHouse) -> None:
    await PROVIDER.check(seloger.api)
    assert seloger.system.agents == {make_client().headers["User-Agent"]}


async def test_a_page_of_a_firewall_is_no_reason_to_pause(seloger: SelogerHouse) -> None:
    seloger.system.fault("firewall")
    with pytest.raises(Unavailable, match="403"):
        await PROVIDER.check(seloger.api)
    seloger.system.fault("403")
    with pytest.raises(Rejected, match="1 error"):
        await PROVIDER.check(seloger.api)
    await PROVIDER.check(seloger.api)


async def test_a_scope_in_capitals_is_another(seloger: SelogerHouse) -> None:
    seloger.connect(seloger.credentials(scope="LAAS:leads:get"))
    with pytest.raises(Rejected) as caught:
        await PROVIDER.check(seloger.api)
    assert caught.value.errors[0].field == "scope"


async def test_a_token_that_is_not_given_is_no_fault_of_an_actions_parameters(seloger: SelogerHouse) -> None:
    seloger.connect(seloger.credentials(audience="https://elsewhere.example.com"))
    with pytest.raises(Rejected) as caught:
        await seloger.run("search-leads")
    assert caught.value.errors[0].field == "token_body"  # RFC 6749 has no word for an unknown parameter but this
