"""Every operation against the strict stand-in: names, types and signatures are checked there."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from storedge_wire import F1, NOW, Wire, fixture, lead, page

from providers.action import nested
from providers.errors import AuthFailed, FieldError, Rejected, Unavailable, UnexpectedResponse
from providers.storedge import DEMO_FACILITIES, PROVIDER
from providers.storedge.stand_in.inventory import configured

A, B = DEMO_FACILITIES
WHO = {"first_name": "Kit", "phone_numbers_attributes": [{"number": "808 555 0123"}]}


def unit(there: Any, place: int = 0, facility: str = A) -> str:
    found: str = there.system.facilities[facility].units[place]["id"]
    return found


def chosen(kind: str, place: int = 0) -> str:
    found: str = configured(kind)[place]["id"]
    return found


def everything(there: Any) -> dict[str, Any]:
    """Every parameter that a lead may be created with, but for the payment."""
    return {
        "tenant_attributes": {
            "title": "Dr.",
            "first_name": "Kit",
            "last_name": "Ōtani",
            "middle_initial": "Q",
            "email": "kit@example.com",
            "is_military": False,
            "is_business": True,
            "phone_numbers_attributes": [
                {"number": "8085550123", "extension": "4", "label": "Mobile", "sms_opt_in": True},
                {"number": "8085550124", "label": "Work"},
            ],
            "mailing_address_attributes": {
                "address1": "12 Palm Dr",
                "address2": "Apt 4",
                "city": "Kapolei",
                "state": "HI",
                "postal": "96707",
                "time_zone": "Pacific/Honolulu",
            },
        },
        "unit_id": unit(there, 20),
        "online_move_in_url": "https://move-in.example/x?y=1",
        "caller_first_name": "Rosa",
        "caller_last_name": "Kahale",
        "caller_phone_number_attributes": {"number": "8085550199", "extension": "1", "label": "Home"},
        "urgent": True,
        "quoted_rate": "104.50",
        "length_of_stay_id": chosen("length_of_stays"),
        "size": "10x10",
        "floor": "2",
        "lead_contents": [chosen("contents"), {"id": chosen("contents", 1)}],
        "desired_move_in_date": "2026-12-01",
        "desired_unit_size_and_price": "10x10x8 at $149.00",
        "free_truck": True,
        "moving_labor": False,
        "call_source": "Billboard",
        "dnis": "8005550100",
        "lead_action_performed": "call",
        "lead_action_performed_index": 1,
        "next_lead_action": "email",
        "notes_attributes": [{"note": "Wants a drive-up unit"}, {"note": "Rings after five"}],
        "rate_type": "standard_rate",
        "discount_plans": [chosen("discount_plans")],
    }


# --------------------------------------------------------------------------------------------- creating


@pytest.mark.parametrize("booleans", ["text", "true and false"])
async def test_a_lead_is_created_with_every_parameter(there: Any, booleans: str) -> None:
    made = (await there.run("create-lead", everything(there), booleans=booleans))["lead"]
    (sent,) = there.system.bodies
    assert sent["lead"]["is_reservation"] == ("false" if booleans == "text" else False)
    assert sent["lead"]["discount_plans"] == [{"id": chosen("discount_plans")}]
    assert sent["lead"]["lead_contents"] == [{"id": chosen("contents")}, {"id": chosen("contents", 1)}]
    assert sent["lead"]["quoted_rate"] == "104.50"
    assert set(everything(there)) == sent["lead"].keys() - {"is_reservation"}
    assert there.system.refused == []
    held = there.system.leads[0]
    assert (made["id"], made["status"]) == (held["id"], held["status"])
    assert held["tenant"]["phone_numbers"][0]["sms_opt_in"] is True
    assert held["tenant"]["phone_numbers"][1]["sms_opt_in"] is None
    assert there.system.notes_of(held["id"]) == ["Wants a drive-up unit", "Rings after five"]


async def test_only_what_was_given_is_sent_and_consent_is_never_made_up(there: Any) -> None:
    await there.run("create-lead", {"tenant_attributes": WHO})
    assert there.system.bodies == [{"lead": {"tenant_attributes": WHO, "is_reservation": "false"}}]


async def test_results_hold_nothing_sensitive_and_none_of_meta(there: Any) -> None:
    arrived = await there.system.arrive(date_of_birth="1980-02-03", email="a@example.com", facility_id=A)
    there.system.change(
        arrived["id"],
        successful_payment_events=fixture("created")["lead"]["successful_payment_events"],
        unit=there.system.facilities[A].units[3],
    )
    for action, given in (
        ("get-lead", {"id": arrived["id"]}),
        ("list-leads", {}),
        ("update-lead", {"id": arrived["id"], "urgent": True}),
    ):
        text = str(await there.run(action, given))
        assert "a@example.com" in text
        for word in ("1980-02-03", "****0000", "10/24", "parameters", "1003", "combination"):
            assert word not in text, action


async def test_a_lead_for_a_tenant_who_is_there_already(there: Any) -> None:
    known = await there.system.arrive(facility_id=A)
    given = {"tenant_id": known["tenant_id"], "tenant_attributes": {"phone_numbers_attributes": []}}
    made = (await there.run("create-lead", given))["lead"]
    assert made["tenant"]["id"] == known["tenant_id"]
    assert there.system.bodies[0]["lead"] == {"tenant_id": known["tenant_id"], "is_reservation": "false"}


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({}, ("tenant_attributes",)),
        ({"tenant_attributes": {"phone_numbers_attributes": [{"number": "1"}]}}, ("tenant_attributes", "first_name")),
        ({"tenant_attributes": {"first_name": "K"}}, ("tenant_attributes", "phone_numbers_attributes")),
        (
            {"tenant_attributes": {"first_name": "K", "phone_numbers_attributes": []}},
            ("tenant_attributes", "phone_numbers_attributes"),
        ),
        ({"tenant_attributes": WHO, "unknown": 1}, ("unknown",)),
        ({"tenant_attributes": WHO, "next_lead_action": "fax"}, ("next_lead_action",)),
        ({"tenant_attributes": WHO, "lead_action_performed_index": 0}, ("lead_action_performed_index",)),
        ({"tenant_attributes": WHO, "quoted_rate": "-1"}, ("quoted_rate",)),
        (
            {"tenant_attributes": WHO | {"mailing_address_attributes": {"time_zone": "Hawaii"}}},
            ("tenant_attributes", "mailing_address_attributes", "time_zone"),
        ),
    ],
)
def test_what_the_table_requires_is_required_on_its_input(given: dict[str, Any], place: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        PROVIDER.action("create-lead").params.model_validate(given)  # type: ignore[union-attr]
    assert place in [e["loc"] for e in caught.value.errors(include_url=False, include_input=False)]


def test_a_reservation_needs_its_unit() -> None:
    with pytest.raises(ValidationError) as caught:
        PROVIDER.action("create-reservation").params.model_validate({"tenant_attributes": WHO})  # type: ignore[union-attr]
    assert [e["loc"] for e in caught.value.errors()] == [("unit_id",)]


async def test_an_id_that_storedge_does_not_know_is_a_sentence_and_then_it_works(there: Any) -> None:
    with pytest.raises(Rejected) as caught:
        await there.run("create-lead", {"tenant_attributes": WHO, "unit_id": "nothing"})
    assert "Unit could not be found" in caught.value.errors[0].message
    await there.run("create-lead", {"tenant_attributes": WHO, "unit_id": unit(there)})
    assert len(there.system.leads) == 1


# -------------------------------------------------------------------------------------------- facilities


async def test_one_facility_is_meant_where_there_is_only_one(there: Any) -> None:
    made = (await there.run("create-lead", {"tenant_attributes": WHO}, facilities=B))["lead"]
    assert made["facility_id"] == B


async def test_of_several_one_has_to_be_chosen_and_a_foreign_one_is_refused(there: Any) -> None:
    both = f"{A} {B}"
    for action, given in (("create-lead", {"tenant_attributes": WHO}), ("list-leads", {}), ("get-lead", {"id": "x"})):
        for facility in ({}, {"facility_id": "another"}):
            with pytest.raises(Rejected) as caught:
                await there.run(action, given | facility, facilities=both)
            assert [e.field for e in caught.value.errors] == ["facility_id"]
    assert there.system.requests == []
    made = (await there.run("create-lead", {"tenant_attributes": WHO, "facility_id": B}, facilities=both))["lead"]
    assert made["facility_id"] == B


async def test_a_facility_that_is_not_there_is_said_on_its_input(there: Any) -> None:
    with pytest.raises(Rejected) as caught:
        await PROVIDER.check(there.api(facilities=f"{A} gone"))
    (error,) = caught.value.errors
    assert error.field == "facility_id"
    assert "gone" in error.message
    await PROVIDER.check(there.api(facilities=f"{A} {B}"))


# ---------------------------------------------------------------------------------- changing and reading


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
async def test_a_lead_is_changed_by_the_method_of_the_settings(there: Any, method: str) -> None:
    made = await there.system.arrive(facility_id=A)
    given = everything(there)
    given["tenant_attributes"] = {"last_name": "Nakamura", "phone_numbers_attributes": [{"number": "8085550177"}]}
    given |= {"id": made["id"], "is_reservation": True, "close_reason_id": chosen("close_reasons")}
    changed = (await there.run("update-lead", given, update_method=method))["lead"]
    assert there.system.requests[-1] == (method, f"/v1/{A}/leads/{made['id']}")
    assert changed["tenant"]["last_name"] == "Nakamura"
    assert (changed["closed"], changed["close_reason"]["name"]) == (True, "Rented elsewhere")
    assert "id" not in there.system.bodies[0]["lead"]
    assert there.system.refused == []


async def test_a_change_that_says_nothing_is_none() -> None:
    with pytest.raises(ValidationError) as caught:
        PROVIDER.action("update-lead").params.model_validate({"id": "x", "facility_id": F1})  # type: ignore[union-attr]
    assert caught.value.errors()[0]["loc"] == ("id",)


async def test_a_change_without_notes_may_be_repeated_and_one_with_notes_is_not() -> None:
    for given, times in (({"urgent": True}, 3), ({"urgent": True, "notes_attributes": [{"note": "x"}]}, 1)):
        wire = Wire({f"PATCH /v1/{F1}/leads/7": (503, {})}, attempts=3)
        action = PROVIDER.action("update-lead")
        assert action is not None
        with pytest.raises(Unavailable):
            await action.run(wire.api, action.params.model_validate({"id": "7", **given}))
        assert len(wire.asked) == times


async def test_a_change_whose_answer_shows_no_lead_reads_it() -> None:
    wire = Wire(
        {f"PATCH /v1/{F1}/leads/7": {"meta": {"status_code": 200}}, f"GET /v1/{F1}/leads/7": {"lead": {"id": 7}}}
    )
    action = PROVIDER.action("update-lead")
    assert action is not None
    assert (await action.run(wire.api, action.params.model_validate({"id": "7", "urgent": True})))["lead"]["id"] == 7


async def test_a_lead_is_read_by_its_id_and_by_the_list_where_that_is_missing(there: Any) -> None:
    made = await there.system.arrive(facility_id=A)
    api = there.api()
    assert (await there.run("get-lead", {"id": made["id"]}, api=api))["lead"]["id"] == made["id"]
    there.system.missing = frozenset({"lead"})
    there.system.requests.clear()
    for _ in range(2):
        assert (await there.run("get-lead", {"id": made["id"]}, api=api))["lead"]["id"] == made["id"]
    asked = [path.split("?")[0] for _, path in there.system.requests]
    assert asked == [f"/v1/{A}/leads/{made['id']}", f"/v1/{A}/leads", f"/v1/{A}/leads"]
    with pytest.raises(Rejected) as caught:
        await there.run("get-lead", {"id": "gone"}, api=api)
    assert caught.value.status == 404


async def test_one_that_is_gone_does_not_mean_that_the_operation_is_missing(there: Any) -> None:
    api = there.api()
    with pytest.raises(Rejected):
        await there.run("get-lead", {"id": "gone"}, api=api)
    assert "one-lead" not in api.remembered


@pytest.mark.parametrize("odd", ["a/b", "ü id", "%2F", "x?y=1#z"])
async def test_odd_ids_stay_in_their_path(odd: str, there: Any) -> None:
    made = await there.system.arrive(id=odd, facility_id=A)
    assert (await there.run("get-lead", {"id": odd}))["lead"]["id"] == made["id"] == odd
    assert (await there.run("update-lead", {"id": odd, "urgent": True}))["lead"]["urgent"] is True
    assert there.system.refused == []


@pytest.mark.parametrize("odd", [".", ".."])
async def test_an_id_that_means_another_address_is_refused(odd: str, there: Any) -> None:
    with pytest.raises(Rejected):
        await there.run("update-lead", {"id": odd, "urgent": True})
    assert there.system.requests == []


async def test_leads_are_listed_with_every_option_and_page_by_page(there: Any) -> None:
    there.system.fill(30, 5)
    lots = await there.run("list-leads", {"per_page": 10, "page": 2})
    assert len(lots["leads"]) == 5
    assert lots["meta"]["pagination"]["total_entries"] == 15
    one = lots["leads"][0]["id"]
    given = {
        "created_after": "2026-11-01T00:00:00Z",
        "created_before": datetime(2026, 12, 1, tzinfo=UTC),
        "updated_since": "2026-11-01T00:00:00+02:00",
        "only_ids": [one, "other"],
    }
    found = await there.run("list-leads", given)
    assert [x["id"] for x in found["leads"]] == [one]
    action = PROVIDER.action("list-leads")
    assert action is not None
    assert action.paging is not None
    assert action.paging.following({"page": 2}, lots, lots["leads"]) == {"page": 3}


async def test_wrapped_items_are_unwrapped(there: Any) -> None:
    there.system.wrapped = True
    await there.system.arrive(facility_id=A)
    (found,) = (await there.run("list-leads", {}))["leads"]
    assert found["tenant"]["first_name"]


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        ("hidden-401", AuthFailed),
        ("hidden-404", Rejected),
        ("hidden-422", Rejected),
        ("hidden-429", Unavailable),
        ("hidden-500", Unavailable),
    ],
)
async def test_a_failure_inside_a_200_is_one_and_then_it_works(there: Any, fault: str, failure: Any) -> None:
    there.system.fault(fault)
    with pytest.raises(failure):
        await there.run("list-leads", {})
    there.system.fault(fault)
    there.system.fault("empty")
    with pytest.raises((failure, UnexpectedResponse)):
        await there.run("create-lead", {"tenant_attributes": WHO})
    there.system.clear_faults()
    await there.run("create-lead", {"tenant_attributes": WHO})


# ---------------------------------------------------------------------- whether an unanswered one arrived


async def test_a_creation_that_was_not_answered_is_found_and_not_repeated(there: Any) -> None:
    api = there.api()
    await there.run("list-leads", {}, api=api)
    there.system.fault("withhold")
    made = (await there.run("create-lead", {"tenant_attributes": WHO}, api=api))["lead"]
    assert [x["id"] for x in there.system.leads] == [made["id"]]
    assert [m for m, _ in there.system.requests] == ["GET", "POST", "GET"]


@pytest.mark.parametrize("fault", ["500", "truncated", "html", "hidden-500"])
async def test_one_that_did_not_arrive_is_left_to_a_person(there: Any, fault: str) -> None:
    await there.system.arrive(facility_id=A)  # somebody else
    api = await warmed(there)
    there.system.requests.clear()
    there.system.fault(fault)
    if fault == "truncated":  # it was carried out
        await there.run("create-lead", {"tenant_attributes": WHO}, api=api)
        assert len(there.system.leads) == 2
        return
    with pytest.raises((Unavailable, UnexpectedResponse)) as caught:
        await there.run("create-lead", {"tenant_attributes": WHO}, api=api)
    assert getattr(caught.value, "arrived", None) is None
    assert [m for m, _ in there.system.requests] == ["POST", "GET"]
    await there.run("create-lead", {"tenant_attributes": WHO})
    assert len(there.system.leads) == 2


@pytest.mark.parametrize("fault", ["429", "401"])
async def test_one_that_surely_did_not_arrive_is_not_looked_for(there: Any, fault: str) -> None:
    there.system.fault(fault)
    with pytest.raises((Unavailable, AuthFailed)):
        await there.run("create-lead", {"tenant_attributes": WHO}, attempts=3)
    assert [m for m, _ in there.system.requests] == ["POST"]


async def test_an_earlier_lead_of_the_same_person_is_not_taken_for_it(there: Any) -> None:
    await there.run("create-lead", {"tenant_attributes": WHO})
    there.clock.move(minutes=2)
    there.system.fault("500")
    with pytest.raises(Unavailable):
        await there.run("create-lead", {"tenant_attributes": WHO}, api=await warmed(there))


async def warmed(there: Any) -> Any:
    """A connection that has heard storEDGE's clock."""
    api = there.api()
    await there.run("list-leads", {"per_page": 1}, api=api)
    return api


@pytest.mark.parametrize(
    ("sent", "found", "same"),
    [
        ({"email": "K@example.com"}, {"unit": {"id": "u"}, "tenant": {"email": "k@Example.com"}}, True),
        ({"email": "K@example.com"}, {"tenant": {"email": "k@Example.com"}}, False),  # a lead without a unit
        ({"email": "k@example.com"}, {"unit_id": "u", "tenant": {"email": "l@example.com"}}, False),
        ({}, {"unit_id": "u", "tenant": {"first_name": "Kit", "phone_numbers": [{"number": "+18085550123"}]}}, True),
        ({}, {"unit_id": "u", "tenant": {"first_name": "Ann", "phone_numbers": [{"number": "+18085550123"}]}}, False),
        ({"last_name": "O"}, {"unit": {"id": "u"}, "tenant": {"first_name": "kit", "last_name": "o"}}, True),
        ({"last_name": "O"}, {"tenant": {"first_name": "kit", "last_name": "o"}}, False),
        ({"email": "k@example.com"}, {"unit": {"id": "v"}, "tenant": {"email": "k@example.com"}}, False),
        ({}, {"tenant": None}, False),
    ],
)
async def test_what_counts_as_the_same_lead(sent: dict[str, Any], found: dict[str, Any], same: bool) -> None:
    wire = Wire({f"POST /v1/{F1}/leads": (502, {}), f"GET /v1/{F1}/leads": page([lead(1, NOW, **found)])})
    await wire.api.get(f"/v1/{F1}/leads")
    action = PROVIDER.action("create-reservation")
    assert action is not None
    params = action.params.model_validate({"unit_id": "u", "tenant_attributes": WHO | sent})
    if same:
        assert (await action.run(wire.api, params))["lead"]["id"] == "lead-1"
    else:
        with pytest.raises(Unavailable):
            await action.run(wire.api, params)
    assert [m for m, *_ in wire.asked] == ["GET", "POST", "GET"]


async def test_where_looking_fails_too_that_is_said() -> None:
    wire = Wire({f"POST /v1/{F1}/leads": (502, {}), f"GET /v1/{F1}/leads": (503, {})})
    action = PROVIDER.action("create-lead")
    assert action is not None
    with pytest.raises(Unavailable) as caught:
        await action.run(wire.api, action.params.model_validate({"tenant_attributes": WHO}))
    assert caught.value.arrived is None


def test_every_parameter_of_the_documents_table_is_in_the_models() -> None:
    """By its own name, at its own place. ``is_reservation`` is said by which of the two actions it is, ``id`` is the
    lead that is changed, and the ids in lists stand there bare."""
    table = json.loads((Path(__file__).with_name("storedge_table.json")).read_text("utf-8"))

    def places(model: Any, at: str) -> set[str]:
        found = set()
        for name, info in model.model_fields.items():
            place = f"{at}[{info.alias or name}]"
            inner = nested(info.annotation)
            found |= {place} | (places(inner, place) if inner else set())
        return found

    for name in ("create-lead", "create-reservation", "update-lead"):
        action = PROVIDER.action(name)
        assert action is not None
        known = places(action.params, "lead")
        missing = {
            p for p in table if p not in known and not re.search(r"^lead$|\[(lead_contents|discount_plans)\]\[id\]", p)
        }
        assert missing == (set() if name == "update-lead" else {"lead[id]", "lead[is_reservation]"})


def test_what_is_not_idempotent_says_so() -> None:
    assert {a.name for a in PROVIDER.actions if not a.idempotent} == {
        "create-lead",
        "create-reservation",
        "update-lead",
    }
    assert PROVIDER.creates == "create-lead"
    assert FieldError("x").field is None
