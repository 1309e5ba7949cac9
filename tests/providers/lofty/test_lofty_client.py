"""The client against the strict stand-in, as the document has Lofty and as it was observed: nothing is sent that either
does not know."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from providers.errors import AuthFailed, Rejected
from providers.http import Allowance, Api, Unlimited, make_client
from providers.lofty import DEMO_API_KEY, PROVIDER
from providers.lofty.stand_in import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, LoftyStandIn
from providers.oauth import MemoryTokens
from providers.provider import Doing, Keeps, Known, Page

NOW = datetime(2026, 11, 23, 10, 4, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
KINDS = {
    "documented": {"envelopes": "documented", "wrapped": True},
    "observed": {},
    "newer": {"times": False},
}
Make = Callable[..., Any]


class Told(Unlimited):
    """A budget that remembers what Lofty said."""

    def __init__(self) -> None:
        self.allowances: list[Allowance] = []

    async def told(self, allowance: Allowance) -> None:
        self.allowances.append(allowance)


async def no_sleep(_seconds: float) -> None:
    """Nothing is waited for."""


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    opened: list[tuple[LoftyStandIn, Any]] = []

    async def start(credentials: dict[str, Any] | None = None, /, **kind: Any) -> tuple[LoftyStandIn, Api]:
        lofty = LoftyStandIn(now=lambda: NOW, api_key=DEMO_API_KEY, **kind)
        url, client = await lofty.start(), make_client()
        opened.append((lofty, client))
        given = {name: str(value).replace("{url}", url) for name, value in (credentials or {}).items()}
        signed = PROVIDER.auth(PROVIDER.credentials(**(given or {"api_key": DEMO_API_KEY})), MemoryTokens())
        return lofty, Api(
            client, url, signed, Told(), attempts=1, sleep=no_sleep, read_errors=PROVIDER.read_errors,
            allowance=PROVIDER.allowance, settings=PROVIDER.settings(),
        )  # fmt: skip

    yield start
    for lofty, client in opened:
        await client.aclose()
        await lofty.stop()


@pytest.fixture(params=KINDS)
async def pair(request: pytest.FixtureRequest, make: Make) -> AsyncIterator[tuple[LoftyStandIn, Api]]:
    lofty, api = await make(**KINDS[request.param])
    yield lofty, api
    assert lofty.refused == []


def ids(pages: list[Page]) -> list[str]:
    return [record.external_id for page in pages for record in page.records]


async def test_new_changed_and_older_leads_are_read(pair: tuple[LoftyStandIn, Api]) -> None:
    lofty, api = pair
    lofty.fill(230, 20)
    fresh = await lofty.arrive(firstName="Fresh")
    new = [p async for p in PROVIDER.feed.new(api, NOW - timedelta(minutes=5), 100)]
    assert ids(new) == [str(fresh["leadId"])]
    lead = new[0].read(new[0].records[0].raw)
    assert (lead.first_name, lead.created_at, lead.private) == ("Fresh", NOW, False)
    history = [p async for p in PROVIDER.feed.history(api, NOW + timedelta(days=1), 100)]
    assert len(ids(history)) == len(set(ids(history))) == 231
    old = history[-1].records[-1]
    owner = await a_member(api, but=str(old.raw["assignedUserId"]))
    lofty.change(int(old.external_id), assignedUserId=int(owner.id))
    assert PROVIDER.feed.follows
    changed = [p async for p in PROVIDER.feed.follows(api, NOW - timedelta(minutes=1), 100)]
    assert old.external_id in ids(changed), "somebody got a lead that is weeks old"
    again = next(r for p in changed for r in p.records if r.external_id == old.external_id)
    assert again.fingerprint != old.fingerprint
    assert changed[0].read(again.raw).holder == owner.id


async def a_member(api: Api, but: str = "") -> Known:
    return next(m for m in await PROVIDER.names["member"](api) if m.id != but)


async def test_names_are_asked_for_as_documented(pair: tuple[LoftyStandIn, Api]) -> None:
    _, api = pair
    known = {kind: await names(api) for kind, names in PROVIDER.names.items()}
    assert all("@" in (m.email or "") for m in known["member"])
    assert {"tag", "pond", "role", "routing-rule"} <= {kind for kind, found in known.items() if found}


async def test_what_the_desk_does_is_done_there(pair: tuple[LoftyStandIn, Api]) -> None:
    lofty, api = pair
    lead = await lofty.arrive()
    member = await a_member(api, but=str(lead["assignedUserId"]))
    stage = next(s.name for s in await PROVIDER.names["stage"](api) if s.name != lead["stage"])
    for keeps, what in (
        (Keeps.OWNER, {"member": member.id}),
        (Keeps.STAGE, {"stage": stage}),
        (Keeps.NOTE, {"text": "Wants to see it. " * 300}),
        (Keeps.CONTACT, {"how": "call", "text": "Talked.", "facts": {"phone": "5125550142"}}),
        (Keeps.CONTACT, {"how": "email", "text": "Wrote."}),
        (Keeps.CONTACT, {"how": "text", "text": "Texted."}),
    ):
        doing, back = Doing(lead=str(lead["leadId"]), at=NOW, **what), PROVIDER.writes[keeps]
        if back.arrived:
            assert not await back.arrived(api, doing)
        await back.send(api, doing)
        if back.arrived:
            assert await back.arrived(api, doing)
    (page,) = [p async for p in PROVIDER.webhooks.fetch(api, [str(lead["leadId"])])]  # type: ignore[union-attr]
    told = page.read(page.records[0].raw)
    assert (told.holder, told.stage_raw) == (member.id, stage)


async def test_the_spelling_that_is_not_read_is_found_out(make: Make) -> None:
    lofty, api = await make(assignee_field="assiginee")
    lead = await lofty.arrive()
    member = await a_member(api, but=str(lead["assignedUserId"]))
    with pytest.raises(Rejected, match="refused"):
        await PROVIDER.writes[Keeps.OWNER].send(api, Doing(lead=str(lead["leadId"]), at=NOW, member=member.id))


async def test_webhooks_are_subscribed_to_and_ended(pair: tuple[LoftyStandIn, Api]) -> None:
    _, api = pair
    webhooks = PROVIDER.webhooks
    assert webhooks
    subscription = await webhooks.subscribe(api, "https://desk.test/webhooks/lofty/s")
    assert len(await api.get("/v1.0/webhooks")) == 2
    await webhooks.unsubscribe(api, subscription)
    assert await api.get("/v1.0/webhooks") == []


async def test_the_allowance_is_heard(pair: tuple[LoftyStandIn, Api]) -> None:
    _, api = pair
    await PROVIDER.check(api)
    assert isinstance(api.budget, Told)
    (told,) = api.budget.allowances
    assert (told.limit, 0 < told.resets_in <= 65) == (1000, True)


APP = {
    "client_id": DEMO_CLIENT_ID,
    "client_secret": DEMO_CLIENT_SECRET,
    "oauth_token_url": "{url}/api/user-web/oauth/token",
}


@pytest.mark.parametrize("path", ["/api/user-web/oauth/token", "/oauth/token"])
async def test_an_app_signs_in_alone_at_either_address(make: Make, path: str) -> None:
    lofty, api = await make(APP | {"grant": "client credentials", "oauth_token_url": f"{{url}}{path}"})
    await PROVIDER.check(api)
    await PROVIDER.check(api)
    assert lofty.grants.granted == 1


async def test_a_wrong_secret_is_refused(make: Make) -> None:
    _, api = await make(APP | {"grant": "client credentials", "client_secret": "another"})
    with pytest.raises(AuthFailed):
        await PROVIDER.check(api)
