"""The stand-in refuses what the document does not allow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from providers.storedge import DEMO_ACCESS_ID, DEMO_FACILITIES, DEMO_SECRET_KEY
from providers.storedge.stand_in.checking import BOOLEAN, LEAD, Each, Hash, Must, Refused, check_body

A, B = DEMO_FACILITIES
TABLE = Path(__file__).with_name("storedge_table.json")
WHO = {"first_name": "Kit", "phone_numbers_attributes": [{"number": "8085550123"}]}
ANY = {"payment_method_id": "x"}
LEAD_OF = {"tenant_attributes": WHO, "is_reservation": "false"}


async def call(there: Any, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
    """A signed call, without our client."""
    from oauthlib.oauth1 import Client

    url = f"{there.url}{path}"
    _, signed, _ = Client(DEMO_ACCESS_ID, client_secret=DEMO_SECRET_KEY).sign(url, method)
    usual = {"Content-Type": "application/json", "Accept": "application/json", **signed}
    content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    answer: httpx.Response = await there.client.request(method, url, content=content, headers=usual | headers)
    return answer


def message(answer: httpx.Response) -> str:
    return str(answer.json()["meta"]["message"])


async def test_every_answer_has_its_meta(there: Any) -> None:
    answer = await call(there, "GET", f"/v1/{A}/leads?page=1&per_page=5")
    meta = answer.json()["meta"]
    assert (meta["status_code"], meta["request_method"]) == (200, "GET")
    assert meta["pagination"] == {
        "current_page": 1,
        "total_pages": 0,
        "total_entries": 0,
        "per_page": 5,
        "previous_page": None,
        "next_page": None,
    }
    made = await call(there, "POST", f"/v1/{A}/leads", {"lead": LEAD_OF})
    assert made.status_code == made.json()["meta"]["status_code"] == 201
    assert made.json()["meta"]["parameters"]["lead"] == LEAD_OF
    assert made.headers["Date"] == "Mon, 23 Nov 2026 10:04:05 GMT"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Bearer x"}, 401),
        ({"Authorization": ""}, 401),
        ({"Content-Type": "text/plain"}, 415),
        ({"Accept": "text/html"}, 406),
    ],
)
async def test_headers_are_looked_at(there: Any, headers: dict[str, str], status: int) -> None:
    assert (await call(there, "GET", f"/v1/{A}/leads", **headers)).status_code == status
    assert (await call(there, "GET", f"/v1/{A}/leads")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/another/leads", 404),
        ("GET", f"/v2/{A}/leads", 404),
        ("GET", f"/v1/{A}/nothing", 404),
        ("DELETE", f"/v1/{A}/leads", 405),
        ("GET", f"/v1/{A}/leads/none", 404),
        ("GET", f"/v1/{A}/leads?sort=x", 422),
        ("GET", f"/v1/{A}/leads?page=0", 422),
        ("GET", f"/v1/{A}/leads?page=1&page=2", 422),
        ("GET", f"/v1/{A}/leads?created_after=yesterday", 422),
        ("GET", f"/v1/{A}/leads?updated_since=2026-11-23T10:00:00", 422),
    ],
)
async def test_addresses_and_queries_are_looked_at(there: Any, method: str, path: str, status: int) -> None:
    assert (await call(there, method, path)).status_code == status


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"lead": []},
        {"lead": LEAD_OF, "extra": 1},
        {"lead": LEAD_OF | {"extra": "1"}},
        {"lead": {"tenant_attributes": WHO}},
        {"lead": {"is_reservation": "false"}},
        {"lead": LEAD_OF | {"is_reservation": "maybe"}},
        {"lead": LEAD_OF | {"is_reservation": "true"}},
        {"lead": LEAD_OF | {"quoted_rate": 9.5}},
        {"lead": LEAD_OF | {"lead_action_performed_index": "1"}},
        {"lead": LEAD_OF | {"desired_move_in_date": "12/01/2026"}},
        {"lead": LEAD_OF | {"desired_move_in_date": "2026-13-01"}},
        {"lead": LEAD_OF | {"discount_plans": ["id"]}},
        {"lead": LEAD_OF | {"discount_plans": [{"id": 5}]}},
        {"lead": LEAD_OF | {"next_lead_action": "fax"}},
        {"lead": LEAD_OF | {"notes_attributes": [{}]}},
        {"lead": LEAD_OF | {"unit_id": None}},
        {"lead": LEAD_OF | {"id": "x"}},
        {"lead": LEAD_OF | {"tenant_attributes": WHO | {"phone_numbers_attributes": []}}},
        {"lead": LEAD_OF | {"tenant_attributes": {"phone_numbers_attributes": [{"number": "1"}]}}},
        {"lead": LEAD_OF | {"caller_phone_number_attributes": {"label": "Home"}}},
        {"lead": LEAD_OF | {"caller_phone_number_attributes": {"number": "1", "sms_opt_in": "true"}}},
        {"lead": LEAD_OF, "payment_method": {"kind": "cash"}},
        {"lead": LEAD_OF, "payment_method": {"kind": "money_order"}},
        {
            "lead": LEAD_OF | {"payment_method": {"payment_method_id": "x"}},
            "payment_method": {"payment_method_id": "x"},
        },
        {"lead": LEAD_OF, "payment_method": {"payment_method_id": "none"}},
        {"lead": LEAD_OF | {"tenant_id": "none"}},
    ],
)
async def test_bodies_are_looked_at(there: Any, body: Any) -> None:
    answer = await call(there, "POST", f"/v1/{A}/leads", body)
    assert answer.status_code == 422
    assert message(answer)
    assert there.system.leads == []
    assert (await call(there, "POST", f"/v1/{A}/leads", {"lead": LEAD_OF})).status_code == 201


async def test_a_body_that_is_not_json_is_none(there: Any) -> None:
    assert (await call(there, "POST", f"/v1/{A}/leads", b"lead=1")).status_code == 400


def test_the_table_is_whole() -> None:
    """Each parameter that the document names, by its path."""

    def paths(fields: Any, at: str) -> set[str]:
        found = set()
        for name, rule in fields.items():
            found.add(f"{at}[{name}]")
            if isinstance(rule, Hash | Each):
                found |= paths(rule.fields, f"{at}[{name}]")
            else:
                assert isinstance(rule, Must)
        return found

    known = paths(LEAD, "lead") | {"lead"}
    only_in_the_sample = {"lead[payment_method][billing_address_attributes][country]"}
    assert known - only_in_the_sample == set(json.loads(TABLE.read_text("utf-8")))
    assert all(BOOLEAN.check(v) for v in ("true", "false", True, False))
    assert not any(BOOLEAN.check(v) for v in ("yes", 1, None, "True") if v != 1)


def test_card_numbers_are_filtered_in_what_is_repeated() -> None:
    from providers.storedge.stand_in.checking import filtered

    said = filtered(
        {"payment_method": {"card_number": "4242", "kind": "credit_card"}, "rows": [{"security_code": "1"}]}
    )
    assert said == {
        "payment_method": {"card_number": "[FILTERED]", "kind": "credit_card"},
        "rows": [{"security_code": "[FILTERED]"}],
    }
    with pytest.raises(Refused):
        check_body({"lead": LEAD_OF, "payment_method": {"kind": "credit_card"}}, creating=True)


async def test_filters_orders_and_changes(there: Any) -> None:
    from datetime import timedelta

    system = there.system
    old = await system.arrive(created_at=there.clock() - timedelta(days=3), facility_id=A)
    new = await system.arrive(facility_id=A)

    async def ids(query: str) -> list[str]:
        return [x["id"] for x in (await call(there, "GET", f"/v1/{A}/leads?{query}")).json()["leads"]]

    assert await ids("page=1") == [new["id"], old["id"]]
    system.order = "oldest"
    assert await ids("page=1") == [old["id"], new["id"]]
    assert await ids("created_after=2026-11-22T00%3A00%3A00Z") == [new["id"]]
    assert await ids("created_before=2026-11-22T00%3A00%3A00Z") == [old["id"]]
    there.clock.move(hours=1)
    system.change(old["id"], urgent=True)
    assert await ids("updated_since=2026-11-23T10%3A30%3A00Z") == [old["id"]]
    assert await ids(f"only_ids={new['id']},x") == [new["id"]]
    system.forget(old["id"])
    assert await ids("page=1") == [new["id"]]
    with pytest.raises(KeyError):
        system.forget(old["id"])
    with pytest.raises(ValueError, match="no such"):
        await system.arrive(**{"no such": 1})
    with pytest.raises(ValueError, match="No fault"):
        system.fault("flood")


async def test_arrivals_take_turns_and_fill_is_spread(there: Any) -> None:
    made = [await there.system.arrive() for _ in range(4)]
    assert [x["facility_id"] for x in made] == [A, B, A, B]
    there.system.fill(50, 10)
    ids = {x["id"] for x in there.system.leads}
    assert len(ids) == 54
    answer = await call(there, "GET", f"/v1/{A}/leads?per_page=500")
    assert len(answer.json()["leads"]) == 27
