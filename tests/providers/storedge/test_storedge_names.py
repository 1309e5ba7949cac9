"""What is chosen by name: asked for where sources say so, pasted, or learned from leads alone."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from storedge_wire import F1, F2, Wire

from commands.forms.fields import fields_of
from providers.errors import AuthFailed, Unavailable
from providers.provider import CLOSE_REASON
from providers.storedge import DEMO_FACILITIES, PROVIDER
from providers.storedge.models import wire
from providers.storedge.settings import Settings
from providers.storedge.stand_in import COMPANY_ID

A, B = DEMO_FACILITIES
ASKED = {
    wire.UNIT: ("available", "unit_names"),
    wire.SIZE_AND_PRICE: ("unit_groups", "unit_sizes"),
    wire.DISCOUNT_PLAN: ("discount_plans", "discount_plan_names"),
}
PASTED = {
    wire.LENGTH_OF_STAY: "length_of_stay_names",
    wire.CONTENT: "content_names",
    CLOSE_REASON: "close_reason_names",
    **{kind: setting for kind, (_, setting) in ASKED.items()},
}


async def names(api: Any, kind: str) -> dict[str, str]:
    return {k.id: k.name for k in await PROVIDER.names[kind](api)}


async def test_units_sizes_and_plans_are_asked_for(there: Any) -> None:
    api = there.api()
    units = await names(api, wire.UNIT)
    assert len(units) == 48
    assert "A01 · 5x5x8" in units.values()
    sizes = await names(api, wire.SIZE_AND_PRICE)
    assert sizes["5x5x8 at $64.00"] == "5x5x8 at $64.00 (8 available)"
    assert "First month half price" in (await names(api, wire.DISCOUNT_PLAN)).values()
    assert there.system.refused == []


async def test_with_several_facilities_a_unit_says_where_it_is(there: Any) -> None:
    api = there.api(facilities=f"{A} {B}")
    units = await names(api, wire.UNIT)
    assert len(units) == 96
    assert any(n.endswith("Mesa") for n in units.values())


@pytest.mark.parametrize("kind", ASKED)
async def test_where_an_operation_is_missing_the_pasted_list_remains(there: Any, kind: str) -> None:
    operation, setting = ASKED[kind]
    there.system.missing = frozenset({operation})
    api = there.api(**{setting: "x-1 = The first one\n\n x-2=Second "})
    assert await names(api, kind) == {"x-1": "The first one", "x-2": "Second"}
    assert await names(there.api(), kind) == {}
    there.system.missing = frozenset()
    both = await names(api, kind)
    assert both["x-1"] == "The first one"
    assert len(both) > 2


@pytest.mark.parametrize("status", [403, 404, 405, 501])
async def test_each_way_of_not_being_there_counts(status: int) -> None:
    there = Wire({f"GET /v1/{F1}/units/available": (status, {"meta": {"status_code": status}})})
    assert await names(there.api, wire.UNIT) == {}


@pytest.mark.parametrize(("answer", "failure"), [((401, {}), AuthFailed), ((500, {}), Unavailable)])
async def test_a_failure_is_one_and_what_is_known_stays(answer: Any, failure: Any) -> None:
    there = Wire({f"GET /v1/{F1}/units/available": answer})
    with pytest.raises(failure):
        await names(there.api, wire.UNIT)


async def test_a_list_that_gives_the_same_page_for_ever_ends() -> None:
    units = [{"id": str(n), "name": f"U{n}"} for n in range(100)]
    there = Wire({f"GET /v1/{F1}/units/available": {"units": units}})
    assert len(await names(there.api, wire.UNIT)) == 100
    assert len(there.asked) == 2


@pytest.mark.parametrize("kind", PASTED)
async def test_names_can_be_pasted(kind: str) -> None:
    there = Wire({}, **{PASTED[kind]: "a b = One = two"})
    assert (await names(there.api, kind))["a b"] == "One = two"


@pytest.mark.parametrize("text", ["no name", "= x", "x =", "a = 1\nb"])
def test_a_pasted_line_of_another_form_is_said_with_its_number(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(close_reason_names=text)
    assert "line" in str(caught.value)


async def test_facilities_are_called_as_pasted_as_told_or_by_their_ids(there: Any) -> None:
    api = there.api(facilities=f"{A} {B}", facility_names=f"{B} = My Mesa")
    assert await names(api, wire.FACILITY) == {A: "Aloha Self Storage · Kapolei", B: "My Mesa"}
    there.system.missing = frozenset({"info"})
    assert (await names(there.api(), wire.FACILITY))[A] == f"Facility {A[:8]}"
    assert (await names(there.api(company_id=COMPANY_ID), wire.FACILITY))[A] == "Aloha Self Storage · Kapolei"
    there.system.missing = frozenset({"info", "short"})
    assert (await names(there.api(company_id=COMPANY_ID), wire.FACILITY))[A] == f"Facility {A[:8]}"


async def test_a_name_that_cannot_be_asked_just_now_is_asked_again() -> None:
    there = Wire({f"GET /v1/{F1}/info": (503, {}), f"GET /v1/{F2}/info": {"name": "South"}}, facilities=f"{F1} {F2}")
    assert (await names(there.api, wire.FACILITY))[F1] == "Facility fac-1"
    there.answers[f"GET /v1/{F1}/info"] = {"info": {"name": "North"}}
    assert await names(there.api, wire.FACILITY) == {F1: "North", F2: "South"}


def test_every_id_is_chosen_by_name() -> None:
    kinds = set(PROVIDER.names) | {"lead"}

    def look(model: Any) -> None:
        for asked in fields_of(model):
            if asked.model:
                look(asked.model)
            elif asked.name == "id" or asked.name.endswith(("_id", "_ids")) or asked.refers:
                assert asked.refers in kinds, asked.name

    for action in PROVIDER.actions:
        look(action.params)


async def test_what_only_leads_name_is_asked_of_nobody(there: Any) -> None:
    for kind in (wire.TENANT, wire.PAYMENT_METHOD):
        assert await names(there.api(), kind) == {}
    assert there.system.requests == []
