"""What a Lofty team knows by name."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from lofty_wire import Wire

from providers.errors import AuthFailed, Rejected
from providers.lofty.names import MEMBERS, NAMES, PIPELINES
from providers.provider import Known


def member(number: int, **fields: Any) -> dict[str, Any]:
    named = {"firstName": "Maria", "lastName": f"Lopez{number}", "email": f"m{number}@example.com"}
    return {"id": number, "memberUserId": 820134400012000 + number, **named, **fields}


async def test_members_are_known_by_the_id_that_leads_name() -> None:
    odd = [member(2, memberUserId=-1), {"id": 3}, member(4, firstName=None, lastName="", email=None), "x"]
    wire = Wire({f"GET {MEMBERS}": {"_metadata": {"total": 4}, "members": [member(1), *odd]}})
    found = await NAMES["member"](wire.api)
    assert found == [
        Known("820134400012001", "Maria Lopez1", "m1@example.com"),
        Known("820134400012004", "820134400012004", None),
    ]


@pytest.mark.parametrize("told", [{"_metadata": {"total": 60}}, {"get_metadata": {"total": 60}}, {}])
async def test_members_are_read_to_the_last_page(told: dict[str, Any]) -> None:
    everybody = [member(n) for n in range(1, 61)]

    def answer(request: httpx.Request) -> Any:
        start = int(request.url.params["offset"])
        return {**told, "members": everybody[start : start + 25]}

    wire = Wire({f"GET {MEMBERS}": answer})
    assert len(await NAMES["member"](wire.api)) == 60
    assert len(wire.asked) == 3 + (not told)


async def test_members_end_where_offsets_are_ignored() -> None:
    wire = Wire({f"GET {MEMBERS}": {"members": [member(1)]}})
    assert len(await NAMES["member"](wire.api)) == 1
    assert len(wire.asked) == 2


async def test_stages_are_known_by_their_names() -> None:
    pipelines = [{"id": 1, "name": "New Leads"}, {"id": 2, "name": "Under Contract"}, {"id": 3}]
    wire = Wire({f"GET {PIPELINES}": {"get_metadata": {"total": 2}, "pipelines": pipelines}})
    assert [k.id for k in await NAMES["stage"](wire.api)] == ["New Leads", "Under Contract"]


@pytest.mark.parametrize("status", [404, 405, 501])
@pytest.mark.parametrize("kind", ["stage", "custom-field", "role", "routing-rule"])
async def test_what_an_installation_lacks_is_nothing(kind: str, status: int) -> None:
    wire = Wire()
    for path in (PIPELINES, "/v1.0/teamFeatures/listCustomField", "/v1.0/routing/role/list"):
        wire.answers[f"GET {path}"] = (status, {})
    wire.answers["GET /v1.0/routing/rule/list/1"] = (status, {})
    assert await NAMES[kind](wire.api) == []


async def test_other_failures_are_told() -> None:
    wire = Wire({f"GET {PIPELINES}": (403, {"code": 20017, "message": "no"}), f"GET {MEMBERS}": (401, {})})
    with pytest.raises(Rejected):
        await NAMES["stage"](wire.api)
    with pytest.raises(AuthFailed):
        await NAMES["member"](wire.api)


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"list": rows}])
async def test_bare_and_wrapped_lists_are_read(wrap: Any) -> None:
    wire = Wire(
        {
            "GET /v1.0/teamFeatures/listTag": wrap([{"tagId": 5, "tagName": "Hot Lead"}, {"tagName": "Hot Lead"}, {}]),
            "GET /v1.0/team-features/lead-ponds": wrap([{"id": 320011, "pondName": "Austin Pond"}, {"pondName": "?"}]),
            "GET /v1.0/teamFeatures/listCustomField": wrap([{"id": 7, "attributeName": "Move reason"}]),
            "GET /v1.0/routing/role/list": wrap([{"id": 9, "name": "Assistant"}]),
            "GET /v1.0/routing/rule/list/1": wrap([{"id": 1, "name": "Zillow to Maria"}]),
            "GET /v1.0/routing/rule/list/2": wrap([{"id": 2, "name": "Lenders"}]),
        }
    )
    found = {kind: [(k.id, k.name) for k in await NAMES[kind](wire.api)] for kind in NAMES.keys() - {"member", "stage"}}
    assert found == {
        "tag": [("Hot Lead", "Hot Lead")],
        "pond": [("320011", "Austin Pond")],
        "custom-field": [("7", "Move reason")],
        "role": [("9", "Assistant")],
        "routing-rule": [("1", "Zillow to Maria"), ("2", "Lenders")],
    }
