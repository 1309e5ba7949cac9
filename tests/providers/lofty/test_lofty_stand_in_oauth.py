"""The stand-in of Lofty's API: consent, tokens and their end, and webhooks that ping."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from aiohttp import web

from providers.lofty.stand_in import DEMO_API_KEY, DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, LoftyStandIn
from providers.lofty.stand_in.account import TEAM_ID
from providers.lofty.stand_in.oauth import NEWER, OLDER, PAGE
from providers.lofty.stand_in.times import epoch_ms

NOW = datetime(2026, 11, 23, 10, 4, 5, tzinfo=UTC)
HEADERS = {"Authorization": f"token {DEMO_API_KEY}", "Content-Type": "application/json"}
BACK = "https://desk.example.com/oauth?team=T1"
CLIENT = {"client_id": DEMO_CLIENT_ID, "client_secret": DEMO_CLIENT_SECRET}
BASIC = httpx.BasicAuth(DEMO_CLIENT_ID, DEMO_CLIENT_SECRET)


class Time:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def lofty(time: Time) -> AsyncIterator[LoftyStandIn]:
    stand_in = LoftyStandIn(now=time.now, allow_http=True, expires_in=600)
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def client(lofty: LoftyStandIn) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=await lofty.start(), timeout=3.0, verify=False) as found:
        yield found


async def consent(client: httpx.AsyncClient, answer: str = "allow", **more: str) -> dict[str, list[str]]:
    """Press a link of the page; what comes back to the redirect URI."""
    query = {"clientId": DEMO_CLIENT_ID, "redirect_uri": BACK, "response_type": "code", "state": "s&1"} | more
    page = await client.get(PAGE, params=query)
    assert page.headers["content-type"].startswith("text/html")
    link = re.search(f'id="{answer}" href="([^"]+)"', page.text)
    assert link
    sent = await client.get(unescape(link[1]))
    assert sent.status_code == 302
    target = urlsplit(sent.headers["location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == "https://desk.example.com/oauth"
    return parse_qs(target.query)


async def older(client: httpx.AsyncClient, **fields: str) -> httpx.Response:
    return await client.post(OLDER, data=fields, auth=BASIC)


async def by_code(client: httpx.AsyncClient) -> dict[str, Any]:
    code = (await consent(client))["code"][0]
    answer = await older(
        client, grant_type="authorization_code", code=code, redirect_uri=BACK, client_id=DEMO_CLIENT_ID
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def me(client: httpx.AsyncClient, access: str) -> httpx.Response:
    return await client.get(
        "/v1.0/me", headers={"Authorization": f"Bearer {access}", "Content-Type": "application/json"}
    )


# --- OAuth -------------------------------------------------------------------------------------------------------


async def test_a_person_consents_and_the_code_buys_tokens(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    back = await consent(client)
    assert (back["state"], back["team"]) == (["s&1"], ["T1"])
    tokens = await by_code(client)
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 600, "openApi")
    assert (await me(client, tokens["access_token"])).status_code == 200
    assert (lofty.grants.granted, lofty.grants.refreshed) == (1, 0)


async def test_a_person_may_say_no(client: httpx.AsyncClient) -> None:
    back = await consent(client, "deny")
    assert (back["error"], back["state"], "code" in back) == (["access_denied"], ["s&1"], False)


async def test_the_page_of_consent_knows_its_client(client: httpx.AsyncClient) -> None:
    for query in ({"clientId": "other", "redirect_uri": BACK}, {"clientId": DEMO_CLIENT_ID, "redirect_uri": "desk"}):
        assert (await client.get(PAGE, params=query)).status_code == 400


async def test_a_code_works_once_for_its_redirect_uri_and_not_for_long(time: Time, client: httpx.AsyncClient) -> None:
    async def spend(code: str, uri: str = BACK) -> int:
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": uri}
        return (await older(client, **fields)).status_code

    code = (await consent(client))["code"][0]
    assert [await spend(code), await spend(code)] == [200, 400]
    assert await spend((await consent(client))["code"][0], "https://elsewhere.example.com") == 400
    late = (await consent(client))["code"][0]
    time.at += timedelta(minutes=11)
    assert await spend(late) == 400


async def test_an_access_token_expires_and_a_refresh_token_works_once(
    lofty: LoftyStandIn, time: Time, client: httpx.AsyncClient
) -> None:
    tokens = await by_code(client)
    time.at += timedelta(seconds=600)
    expired = await me(client, tokens["access_token"])
    assert (expired.status_code, expired.json()["message"]) == (401, "BAD_CREDENTIALS")
    fresh = await older(client, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (await me(client, fresh.json()["access_token"])).status_code == 200
    dead = await older(client, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (dead.status_code, dead.json()) == (400, {"error": "invalid_grant"})
    assert lofty.grants.refreshed == 1
    lofty.grants.revoke()
    assert (await me(client, fresh.json()["access_token"])).status_code == 401


async def test_a_key_is_no_bearer_token_and_a_token_is_no_key(client: httpx.AsyncClient) -> None:
    tokens = await by_code(client)
    assert (await me(client, DEMO_API_KEY)).status_code == 401
    headers = HEADERS | {"Authorization": f"token {tokens['access_token']}"}
    assert (await client.get("/v1.0/me", headers=headers)).json()["code"] == 200058


async def test_the_older_endpoint_wants_a_form_and_basic(client: httpx.AsyncClient) -> None:
    form = {"grant_type": "client_credentials"}
    assert (await client.post(OLDER, data=form)).status_code == 401
    assert (await client.post(OLDER, data=form, auth=("other", "secret"))).status_code == 401
    assert (await client.post(OLDER, json=form, auth=BASIC)).status_code == 400
    assert (await client.get(OLDER, auth=BASIC)).status_code == 405
    assert (await older(client, grant_type="password")).json() == {"error": "unsupported_grant_type"}
    assert (await older(client, **form)).status_code == 200


@pytest.mark.parametrize("as_json", [True, False])
async def test_the_newer_endpoint_has_the_secret_in_its_body(client: httpx.AsyncClient, as_json: bool) -> None:
    async def ask(body: dict[str, str]) -> httpx.Response:
        return await (client.post(NEWER, json=body) if as_json else client.post(NEWER, data=body))

    made = await ask(CLIENT | {"grant_type": "client_credentials", "customer_key": "C1"})
    assert (await me(client, made.json()["access_token"])).status_code == 200
    assert (await ask(CLIENT | {"client_secret": "wrong"})).json() == {"error": "invalid_client"}
    verifier = "v" * 50
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    for given, status in ((verifier, 200), ("wrong", 400)):
        code = (await consent(client, code_challenge=challenge))["code"][0]
        body = CLIENT | {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        assert (await ask(body | {"code_verifier": given})).status_code == status


async def test_the_token_endpoint_has_faults_of_its_own(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    tokens = await by_code(client)
    lofty.fault("500")
    for kind in ("401", "429", "500"):
        lofty.fault(f"token:{kind}")
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert [(await older(client, **again)).status_code for _ in range(3)] == [401, 429, 500]
    lofty.fault("token:withhold")
    with pytest.raises(httpx.TransportError):
        await older(client, **again)
    assert (await older(client, **again)).status_code == 400, "it was spent although nothing came back"
    assert (await me(client, tokens["access_token"])).status_code == 500


async def test_an_old_key_is_traded_for_tokens(time: Time, client: httpx.AsyncClient) -> None:
    made = (await client.get("/v1.0/vendor/oauth/token-info/byold", headers=HEADERS)).json()
    assert (await me(client, made["token"])).status_code == 200
    ends = made["tokenExpireTime"]
    assert ends["time"] == epoch_ms(NOW) + 600_000
    assert (ends["year"], ends["month"], ends["date"], ends["day"]) == (126, 10, 23, 1), "as Java counts"
    fresh = await older(client, grant_type="refresh_token", refresh_token=made["refreshToken"])
    assert fresh.status_code == 200


# --- webhooks ----------------------------------------------------------------------------------------------------


class Receiver:
    """Somebody who is called."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        application = web.Application()
        application.router.add_post("/hook", self._take)
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/json"
        self.got.append(json.loads(await request.read()))
        return web.Response(status=200)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    yield made
    await made.stop()


async def subscribe(client: httpx.AsyncClient, url: str, list_id: int = 2) -> int:
    body = {"callbackUrl": url, "listId": list_id}
    answer = await client.post("/v1.0/webhook", json=body, headers=HEADERS)
    assert answer.status_code == 200, answer.text
    number: int = answer.json()["subscribeId"]
    return number


async def test_subscribers_are_pinged_with_ids_and_nothing_else(
    lofty: LoftyStandIn, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    url = await receiver.start()
    await lofty.arrive()
    number = await subscribe(client, url)
    await subscribe(client, url, 3)
    lead = (await lofty.arrive())["leadId"]
    lofty.change(lead, stage="Pending")
    await client.put(f"/v1.0/leads/{lead}", json={"stage": "Nurture"}, headers=HEADERS)
    await client.delete(f"/v1.0/leads/{lead}?reason=x", headers=HEADERS)
    await lofty.pings.settle()
    mark = [{"leadId": lead, "updateTime": epoch_ms(NOW)}]
    kinds = ("newLead", "updatedLead", "updatedLead", "deletedLead")
    assert lofty.pings.sent == [{"listId": 2, "teamId": TEAM_ID, kind: mark} for kind in kinds]
    key = str
    assert sorted(receiver.got, key=key) == sorted(lofty.pings.sent, key=key)
    listed = (await client.get("/v1.0/webhooks", headers=HEADERS)).json()
    assert [one["listId"] for one in listed] == [2, 3]
    assert (await client.delete(f"/v1.0/webhook/{number}", headers=HEADERS)).content == b""
    assert (await client.delete(f"/v1.0/webhook/{number}", headers=HEADERS)).status_code == 400
    await lofty.arrive()
    await lofty.pings.settle()
    assert len(receiver.got) == 4


async def test_nobody_listening_is_nobodys_error(lofty: LoftyStandIn, client: httpx.AsyncClient) -> None:
    await subscribe(client, "http://127.0.0.1:1/hook")
    await lofty.arrive()
    await lofty.pings.settle()
    assert len(lofty.pings.sent) == 1
    assert (await client.get("/v1.0/me", headers=HEADERS)).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"callbackUrl": "http://example.com/hook", "listId": 2}, "callbackUrl"),
        ({"callbackUrl": "https:///hook", "listId": 2}, "callbackUrl"),
        ({"callbackUrl": "https://[bad", "listId": 2}, "callbackUrl"),
        ({"callbackUrl": "https://example.com:99999/", "listId": 2}, "callbackUrl"),
        ({"callbackUrl": "https://example.com/hook", "listId": 13}, "listId"),
        ({"callbackUrl": "https://example.com/hook", "listId": 2, "limit": 5001}, "limit"),
        ({"listId": 2}, "callbackUrl"),
    ],
)
async def test_a_webhook_is_checked(
    lofty: LoftyStandIn, client: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    lofty.allow_http = False
    answer = await client.post("/v1.0/webhook", json=body, headers=HEADERS)
    assert (answer.status_code, lofty.refused) == (400, [field])
