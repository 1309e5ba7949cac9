"""Lofty calls: subscribing, what a call names, and reading those leads again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lofty_wire import NOW, Wire, fixture, lead

from providers.errors import AuthFailed, Rejected, Unavailable
from providers.lofty.settings import Settings
from providers.lofty.webhooks import WEBHOOK, fetch, read, subscribe, unsubscribe

BACK = "https://desk.test/webhooks/lofty/s3cret"
LEADS = "/v1.0/leads"


# --------------------------------------------------------------------------------------- subscribing


class Subscriptions:
    def __init__(self, refuse: tuple[int, ...] = (), modes: bool = True, status: int = 400) -> None:
        self.refuse = refuse
        self.modes = modes
        self.status = status

    def __call__(self, request: httpx.Request) -> Any:
        body = json.loads(request.content)
        if body["listId"] in self.refuse or ("permissionMode" in body and not self.modes):
            return self.status, {"code": 20012, "message": "WEBHOOK_TYPE_ERROR"}
        return {"subscribeId": 100 + body["listId"], "teamId": 13233324, "listId": body["listId"]}


async def test_leads_and_stages_are_subscribed_to_and_ended() -> None:
    wire = Wire({f"POST {WEBHOOK}": Subscriptions()})
    subscription = await subscribe(wire.api, BACK)
    assert json.loads(subscription) == {"ids": [102, 112], "teamId": 13233324}
    sent = [body for _, body in wire.calls("POST", WEBHOOK)]
    assert sent[0] == {"listId": 2, "callbackUrl": BACK, "limit": 5000, "permissionMode": 1}
    wire.answers |= {f"DELETE {WEBHOOK}/102": {}, f"DELETE {WEBHOOK}/112": (404, {})}
    await unsubscribe(wire.api, subscription)
    wire.answers[f"DELETE {WEBHOOK}/102"] = (403, {"code": 20017})
    with pytest.raises(Rejected):
        await unsubscribe(wire.api, subscription)
    assert len(wire.calls("DELETE", f"{WEBHOOK}/112")) == 2, "one that is refused does not keep the other"


async def test_an_older_lofty_gets_what_it_knows() -> None:
    wire = Wire({f"POST {WEBHOOK}": Subscriptions(refuse=(12,), modes=False)})
    assert json.loads(await subscribe(wire.api, BACK))["ids"] == [102]


async def test_where_leads_cannot_be_subscribed_to_that_is_told() -> None:
    for answer, failure in (
        (Subscriptions(refuse=(2,)), Rejected),
        ((401, {}), AuthFailed),
        ((503, {}), Unavailable),
        ((403, {"code": 200100}), Rejected),
    ):
        wire = Wire({f"POST {WEBHOOK}": answer})
        with pytest.raises(failure):
            await subscribe(wire.api, BACK)


# ------------------------------------------------------------------------------------ what it names


def test_the_observed_call_names_a_lead() -> None:
    assert read(fixture("webhook"), Settings()) == ["563172647619605"]


@pytest.mark.parametrize("key", ["newLead", "createdLead", "deletedLead", "updatedLead", "pipelineChange"])
def test_whatever_the_list_is_called_its_leads_are_named_once(key: str) -> None:
    call = {"listId": 2, "teamId": 1, key: [{"leadId": 5}, {"leadId": "6"}, {"leadId": 5}, {"leadId": -1}, 7, {}]}
    assert read(call, Settings()) == ["5", "6"]


def test_another_teams_call_is_refused_where_the_team_is_known() -> None:
    call = fixture("webhook")
    assert read(call, Settings(team_id="13233324"))
    for other in (call | {"teamId": 999}, {k: v for k, v in call.items() if k != "teamId"}):
        with pytest.raises(ValueError, match="team"):
            read(other, Settings(team_id="13233324"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["leadId", "a", "xLead"]), inner),
    max_leaves=10,
)


@given(json_values)
def test_any_json_is_read_or_refused(call: Any) -> None:
    try:
        found = read(call, Settings())
    except ValueError:
        assert not isinstance(call, dict)
    else:
        assert all(isinstance(i, str) and i.isdecimal() for i in found)


# -------------------------------------------------------------------------------- reading them again


async def ids(wire: Wire, wanted: list[str]) -> list[str]:
    return [r.external_id async for page in fetch(wire.api, wanted) for r in page.records]


def shelf(count: int, **answers: Any) -> Wire:
    leads = {str(n): lead(n, NOW - timedelta(days=9), NOW - timedelta(seconds=n)) for n in range(1, count + 1)}
    single = {f"GET {LEADS}/{n}": {"lead": one} for n, one in leads.items()}
    changed = {"leads": list(leads.values()), "_metadata": {"total": count}}
    return Wire(single | {f"GET {LEADS}/updateTime": changed} | answers)


async def test_one_or_two_are_asked_for_singly_and_gone_ones_left_out() -> None:
    wire = shelf(2)
    assert await ids(wire, ["1", "99"]) == ["1"]
    assert [path for _, path, _, _ in wire.asked] == [f"{LEADS}/1", f"{LEADS}/99"]


async def test_a_burst_is_read_by_list() -> None:
    wire = shelf(60)
    assert sorted(await ids(wire, [str(n) for n in range(1, 61)])) == sorted(str(n) for n in range(1, 61))
    assert len(wire.asked) == 2
    assert wire.calls("GET", f"{LEADS}/updateTime")[0][0]["leadUpdateTime"] == "2026-11-23 02:54:04"


async def test_only_the_named_ones_are_given_and_those_the_list_lacks_are_asked_for() -> None:
    wire = shelf(20)
    wire.answers[f"GET {LEADS}/500"] = lead(500, NOW, NOW - timedelta(days=2))
    assert sorted(await ids(wire, ["1", "2", "3", "500", "404"])) == ["1", "2", "3", "500"]


async def test_where_the_first_of_a_burst_is_gone_the_rest_still_comes() -> None:
    wire = shelf(9)
    assert sorted(await ids(wire, ["99", *"123456789"])) == list("123456789")
    assert len(wire.asked) == 3
    assert await ids(wire, ["95", "96", "97", "98", "99"]) == []


async def test_without_the_search_a_burst_of_new_leads_is_found_in_the_list() -> None:
    new = [lead(n, NOW - timedelta(seconds=n)) for n in range(1, 41)]
    wire = Wire({f"GET {LEADS}": {"leads": new, "_metadata": {"total": 40}}, f"GET {LEADS}/1": new[0]})
    assert len(await ids(wire, [str(n) for n in range(1, 41)])) == 40
    assert len(wire.asked) < 6


async def test_failures_are_told() -> None:
    wire = Wire({f"GET {LEADS}/1": (401, {})})
    with pytest.raises(AuthFailed):
        await ids(wire, ["1"])
    assert await ids(wire, ["../me", ""]) == []
