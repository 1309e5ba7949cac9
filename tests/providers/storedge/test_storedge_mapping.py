"""From storEDGE's lead to the desk's: every field, and every odd shape."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from storedge_wire import fixture

from providers.lead import Lead, Mention, Period, Price, Privacy, Stage
from providers.provider import CLOSE_REASON
from providers.storedge.answers import usable
from providers.storedge.mapping import stage_of, to_lead
from providers.storedge.models import wire

SEEN = datetime(2026, 1, 1, tzinfo=UTC)
FACILITY = "54a596cb-08bf-45ac-9a1a-1a2483eb1d3c"


def mapped(raw: dict[str, Any], currency: str = "USD") -> Lead:
    return to_lead(raw, SEEN, {FACILITY: "Aloha Kapolei"}, currency)


def details(lead: Lead) -> dict[str, str]:
    return {d.label: d.value for d in lead.details}


def first() -> dict[str, Any]:
    found: dict[str, Any] = fixture("page_1")["leads"][0]
    return found


def second() -> dict[str, Any]:
    found: dict[str, Any] = fixture("page_1")["leads"][1]
    return found


def test_the_documents_lead_is_mapped_whole() -> None:
    lead = mapped(first())
    assert lead.external_id == "42a4bd0b-a55d-4c70-b968-0ee685083283"
    assert lead.created_at == datetime(2022, 9, 13, 8, 36, 42, 248000, tzinfo=UTC)
    assert (lead.first_name, lead.last_name, lead.email, lead.phone) == ("John", None, None, "+13333333333")
    assert lead.customer_id == "dbbcaea5-251b-4886-86e2-b3c9b4226caf"
    assert (lead.lookup, lead.place) == (FACILITY, "Aloha Kapolei")
    assert lead.subject == "6x10x2 · unit U37"
    assert lead.price == Price(Decimal("871.63"), "USD", Period.MONTH)
    assert lead.move_in == date(2022, 9, 14)
    assert (lead.source, lead.source_name, lead.enquiry) == ("Test App", "Test App", "internet")
    assert (lead.stage, lead.stage_raw) == (Stage.BOOKED, "reserved")
    assert lead.limits == ()
    assert lead.holder is None
    assert details(lead) == {
        "Next action": "2022-09-12",
        "Came as": "reservation",
        "Wants": "6x10x2 at $871.63",
        "Kind of unit": "Unit Type 37",
        "Kind of rate": "Standard rate",
        "Due at move-in": "493.92",
        "Due monthly": "871.63",
        "Reservation fee": "paid",
        "Reserved": "2022-09-12 22:36",
        "Confirmation number": "1000003-1-1669",
    }


def test_a_lead_with_everything_else_is_mapped_too() -> None:
    lead = mapped(second())
    assert (lead.first_name, lead.last_name, lead.email) == ("Keoni", "Kahale", "Keoni.Kahale@example.com")
    assert lead.phone == "+18085550101"  # the primary one
    assert lead.limits == ("text",)
    assert lead.stage is Stage.CONTACTED
    found = details(lead)
    assert found["Urgent"] == "Yes"
    assert found["Next action"] == "Email on 2022-09-13"
    assert found["Contacted"] == "Call 1"
    assert found["Caller"] == "Rosa Kahale, +18085550111"
    assert found["Other phones"] == "+18085550102"
    assert found["Length of stay"] == "3 to 12 months"
    assert found["Discount plans"] == "First month half price"
    assert found["Marketing contents"] == "Student special"
    assert found["Mailing address"] == "12 Palm Dr, Kapolei, HI 96707"
    contact = {d.label for d in lead.details if d.privacy is Privacy.CONTACT}
    assert contact == {"Caller", "Other phones", "Mailing address", "Confirmation number"}


def test_nothing_of_the_sensitive_class_is_kept() -> None:
    for raw in (first(), second()):
        kept = repr(mapped(raw))
        for word in ("1980-02-03", "H00123456", "ABC123", "white van", "Navy", "10/24", "Somecity", "12345"):
            assert word not in kept


def test_what_a_lead_names_is_learned() -> None:
    found = set(mapped(first()).mentions) | set(mapped(second()).mentions)
    found |= set(mapped(fixture("page_2")["leads"][0]["lead"]).mentions)
    assert Mention(wire.UNIT, "0f112435-ce1c-47ea-bf55-6740601e5870", "U37 · 6x10x2") in found
    assert Mention(wire.SIZE_AND_PRICE, "6x10x2 at $871.63", "6x10x2 at $871.63") in found
    assert Mention(wire.DISCOUNT_PLAN, "bb000000-0000-4000-8000-000000000001", "First month half price") in found
    assert Mention(wire.LENGTH_OF_STAY, "aa000000-0000-4000-8000-000000000001", "3 to 12 months") in found
    assert Mention(wire.CONTENT, "cc000000-0000-4000-8000-000000000001", "Student special") in found
    assert Mention(CLOSE_REASON, "dd000000-0000-4000-8000-000000000001", "Price too high") in found
    assert Mention(wire.TENANT, "77000000-0000-4000-8000-000000000001", "Keoni K. · account 1000004") in found
    assert Mention(wire.PAYMENT_METHOD, "f2c87a10-e7f5-4554-a9d3-82bb8eca935e", "John D. · visa ****0000") in found


def test_of_a_payment_method_never_more_than_four_digits_are_kept() -> None:
    raw = first()
    method = raw["successful_payment_events"][0]["payment_method"]
    method["card_number"] = "4111 1111-1111 1234"
    method["account_number"] = "99887766"
    kept = repr(mapped(raw))
    assert "visa ****1234" in kept
    assert "1111" not in kept
    assert "99887766" not in kept
    method |= {"kind": "ach", "card_type": None, "card_number": None}
    assert any(m.name == "John D. · ach" for m in mapped(raw).mentions)


@pytest.mark.parametrize(
    ("fields", "stage"),
    [
        ({}, Stage.NEW),
        ({"status": "active"}, Stage.NEW),
        ({"status": "Teleported"}, Stage.NEW),
        ({"status": "reserved"}, Stage.BOOKED),
        ({"reserved_at": "2022-09-12T22:36:42.243-10:00"}, Stage.BOOKED),
        ({"status": "reserved", "moved_in_at": "2022-09-14T22:36:42.243-10:00"}, Stage.WON),
        ({"status": "Moved In"}, Stage.WON),
        ({"status": "moved_in", "closed": True}, Stage.WON),
        ({"status": "reserved", "cancelled_at": "2022-09-14T22:36:42.243-10:00"}, Stage.CANCELLED),
        ({"status": "cancelled", "closed": True}, Stage.CANCELLED),
        ({"status": "reserved", "closed": True}, Stage.LOST),
        ({"closed": True}, Stage.LOST),
        ({"wait_list": True}, Stage.QUALIFIED),
        ({"lead_action_indexes": {"call": 1}}, Stage.CONTACTED),
        ({"closed": "yes", "status": 7, "wait_list": "true", "lead_action_indexes": []}, Stage.NEW),
    ],
)
def test_where_it_stands(fields: dict[str, Any], stage: Stage) -> None:
    assert stage_of(fields) is stage


def test_a_quoted_rate_goes_before_and_the_currency_is_the_connections() -> None:
    raw = first() | {"quoted_rate": "99.5", "reduced_price": 1}
    assert mapped(raw, "CAD").price == Price(Decimal("99.5"), "CAD", Period.MONTH)
    raw |= {"quoted_rate": None, "reduced_price": "nonsense"}
    assert mapped(raw).price == Price(Decimal("871.63"), "USD", Period.MONTH)
    raw |= {"standard_rate": None, "unit": None}
    assert mapped(raw).price is None


def test_the_move_in_link_is_for_the_owner() -> None:
    raw = first() | {"move_in_from_reservation_url": "https://move-in.example/1"}
    raw |= {"reservation_fee_required": True, "has_paid_reservation_fee": False}
    found = {d.label: (d.value, d.privacy) for d in mapped(raw).details}
    assert found["Online move-in link"] == ("https://move-in.example/1", Privacy.CONTACT)
    assert found["Reservation fee"][0] == "required, not paid"


def test_a_time_zone_of_rails_is_never_looked_up() -> None:
    raw = first() | {"facility_time_zone": "Eastern Time (US & Canada)", "created_at": "2022-09-12T22:36:42.248"}
    assert mapped(raw).created_at == datetime(2022, 9, 12, 22, 36, 42, 248000, tzinfo=UTC)


@pytest.mark.parametrize("name", ["nulls", "missing_fields", "unknown_enum", "page_1"])
def test_recorded_answers_are_read_without_a_word(name: str) -> None:
    for raw in fixture(name)["leads"]:
        if usable(raw):
            lead = mapped(raw)
            assert lead.external_id == str(raw["id"])


def test_unknown_values_are_kept_as_they_come() -> None:
    lead = mapped(fixture("unknown_enum")["leads"][0])
    assert (lead.stage, lead.stage_raw, lead.enquiry) == (Stage.CONTACTED, "teleported", "carrier_pigeon")
    assert details(lead)["Kind of rate"] == "Quantum rate"


ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -7, 1e300, float("inf"), float("nan"), 10**30, "", " ", "x", "2022-09-12T00:00Z", "$1,5"),
    *([], {}, [None], [[]], ["x", 5], [{}], {"id": 5}, {"id": {}, "name": []}, [{"id": "a", "name": "b"}]),
    *([{"number": 5}], [{"number": {}}, {"number": "1", "primary": "yes"}], {"payment_method": {"id": []}}),
    *([{"payment_method": {"id": "p", "card_number": 4111}}], {"note": {}}, "0001-01-01T00:00:00+14:00"),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_field_of_any_other_type_breaks_no_lead(data: st.DataObject) -> None:
    raw = second()
    places = [raw, raw["tenant"], raw["unit"], raw["unit_group"]]
    for place in places:
        names = data.draw(st.lists(st.sampled_from(sorted(place.keys() - {"id"})), max_size=6, unique=True))
        for name in names:
            place[name] = data.draw(st.sampled_from(ODD))
    lead = mapped(raw)
    assert all(isinstance(d.value, str) for d in lead.details)
    assert all(isinstance(m.id, str) and isinstance(m.name, str) for m in lead.mentions)
    for value in (lead.first_name, lead.last_name, lead.email, lead.phone, lead.subject, lead.source, lead.stage_raw):
        assert value is None or isinstance(value, str)
    json.dumps([d.value for d in lead.details])


def test_it_is_fast_enough() -> None:
    import time

    raw = second()
    began = time.perf_counter()
    for _ in range(2000):
        mapped(raw)
    assert timedelta(seconds=time.perf_counter() - began) < timedelta(seconds=2)
