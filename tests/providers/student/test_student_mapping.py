"""student.com's leads as the desk sees them, field by field and in odd shapes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from student_wire import NOW, fixture, lead

from providers.lead import Detail, Lead, Mention, Period, Price, Privacy, Stage
from providers.student.mapping import STAGES, merged, student_of, to_lead, without_identity
from providers.student.models import STAGES as DOCUMENTED
from storage.filters import index
from storage.leads import content

IDENTITY = ('"male"', "AFG", "CHN", "dsddd", "1995-03-01", '"passport"', '"lon"')


def whole(**fields: Any) -> Lead:
    """The document's sample of a lead, as it is completed."""
    (one, _) = fixture("page_documented")["data"]["getLeads"]["leads"]
    detail = without_identity(fixture("lead_documented")["data"]["getLead"]["lead"])
    return to_lead(merged(one, detail) | fields, NOW)


def facts(lead: Lead) -> dict[str, str]:
    return {d.label: d.value for d in lead.details}


def test_the_documents_list_is_mapped() -> None:
    first, second = (to_lead(raw, NOW) for raw in fixture("page_documented")["data"]["getLeads"]["leads"])
    assert first.external_id == "HB956382086"
    assert first.lookup == "v018d335068eb8cdef76acdf2105509486d"
    assert first.external_ref == "eyJ0eXBlIjoiT3JkZXIiLCJpZCI6MTAxNX0="
    assert first.customer_id == "69487"
    assert first.created_at == datetime(2024, 7, 31, 2, 57, 28, tzinfo=UTC)
    assert (first.stage, first.stage_raw) == (Stage.NEW, "WAITING_FOR_CONFIRMATION")
    assert first.enquiry == "MESSAGE_PROPERTY"
    assert (first.place, first.subject) == ("test tranfer property 02", "Untitled Room 1")
    assert (first.move_in, first.move_out) == (date(2024, 7, 31), date(2024, 8, 31))
    assert first.price is None
    assert first.mentions == (
        Mention("property", "eyJ0eXBlIjoiUHJvcGVydHkiLCJpZCI6MTA0NDc3NH0=", "test tranfer property 02"),
        Mention("room", "eyJ0eXBlIjoiUm9vbSIsImlkIjoxMDA3NTEyOX0=", "Untitled Room 1, test tranfer property 02"),
    )
    assert facts(first) == {"Billing cycle": "Weekly", "Room's own id": "update externalId01"}
    assert (second.stage, second.enquiry) == (Stage.LOST, "RESERVE_ROOM")
    assert second.price == Price(Decimal("491.58"), "GBP", Period.STAY)
    assert (first.first_name, first.last_name, first.email, first.phone) == (None, None, None, None)


def test_a_completed_lead_has_what_both_know() -> None:
    lead = whole()
    assert lead.external_id == "HB956382086"
    assert lead.enquiry == "MESSAGE_PROPERTY"
    assert lead.customer_id == "69487"
    assert (lead.last_name, lead.email) == ("q", "q.d+20210329@example.com")
    assert lead.subject == "Untitled Room1 (shared room)"
    assert lead.price == Price(Decimal("236.07"), "USD", Period.STAY)
    assert lead.updated_at == datetime(2024, 11, 26, 9, 16, 25, tzinfo=UTC)
    assert facts(lead) == {
        "City": "Beverly Hills",
        "Billing cycle": "Weekly",
        "Rent": "13.07 USD",
        "Deposit": "220.00 USD",
        "Fees": "3.00 USD",
        "University": "University of Missouri",
        "Major": "IT",
        "Lost": "29 Mar 2021, 03:27 UTC",
        "Cancelled": "29 Mar 2021, 03:27 UTC",
        "Cancelled by": "aa92fd71-f517-4276-88ef-ba42691fe1af",
        "Reason of cancellation": "No longer looking for accommodation",
        "Property's own id": "property_test_external_id",
        "Room's own id": "room_test_external_id",
        "Rate's own id": "rateAvailability_test_external_id",
        "First name": "d",
        "Other preferences": "Nothing else",
    }


def test_names_of_the_passport_and_free_text_are_contact_data() -> None:
    lead = whole(cancellationNote="Mother called, +44 7700 900123")
    assert lead.first_name is None
    contact = {d.label for d in lead.details if d.privacy is Privacy.CONTACT}
    assert contact == {"First name", "Other preferences", "Note on the cancellation"}


@pytest.mark.parametrize("as_text", [False, True])
def test_identity_is_dropped_whether_the_student_is_an_object_or_text(as_text: bool) -> None:
    raw = fixture("lead_documented")["data"]["getLead"]["lead"]
    raw["studentData"] |= {"documentNumber": "X1234567", "visaNumber": "V-1", "gender": "male"}
    if as_text:
        raw["studentData"] = json.dumps(raw["studentData"])
    kept = json.dumps(without_identity(raw))
    mapped = repr(to_lead(raw, NOW))
    for word in (*IDENTITY, "X1234567", "V-1"):
        assert word not in kept
        assert word not in mapped.replace("'", '"')
    assert "q.d+20210329@example.com" in kept
    assert to_lead(raw, NOW).last_name == "q"


@pytest.mark.parametrize("odd", ["{broken", "[1]", "7", 7, [1], True, None, "", {"emailAddress": {"x": 1}}])
def test_a_student_of_another_shape_breaks_nothing(odd: Any) -> None:
    assert student_of({"studentData": odd}) == {}
    assert to_lead(lead(1, NOW, studentData=odd), NOW).email is None
    assert without_identity({"studentData": odd}) == {"studentData": {}}


def test_a_telephone_number_is_read_under_any_likely_name() -> None:
    for name in ("phoneNumber", "phone", "mobileNumber", "mobile"):
        assert to_lead(lead(1, NOW, studentData={name: "+44 7700 900123"}), NOW).phone == "+44 7700 900123"


@pytest.mark.parametrize(("code", "_name"), DOCUMENTED)
def test_every_documented_stage_has_its_place(code: str, _name: str) -> None:
    mapped = to_lead(lead(1, NOW, stage=code), NOW)
    assert (mapped.stage, mapped.stage_raw) == (STAGES[code], code)


def test_no_other_stage_is_mapped_and_all_fifteen_are() -> None:
    assert set(STAGES) == {code for code, _ in DOCUMENTED}
    assert len(STAGES) == 15


def test_unknown_values_are_kept_as_they_come() -> None:
    (raw,) = fixture("unknown_enum")["data"]["getLeads"]["leads"]
    mapped = to_lead(raw, NOW)
    assert (mapped.stage, mapped.stage_raw) == (Stage.NEW, "WAITING_FOR_GODOT")
    assert mapped.enquiry == "TELEPATHY"
    assert facts(mapped)["Billing cycle"] == "Fortnightly"
    assert mapped.price is None


def test_nulls_and_missing_fields_break_nothing() -> None:
    for raw in fixture("nulls")["data"]["getLeads"]["leads"] + fixture("missing_fields")["data"]["getLeads"]["leads"]:
        mapped = to_lead(raw, NOW)
        content(mapped, b"12345678")
        index(mapped)
        assert mapped.details == ()
        assert mapped.mentions == ()
        assert (mapped.price, mapped.move_in, mapped.lookup, mapped.place) == (None, None, None, None)


@pytest.mark.parametrize("odd", [7, 1.5, True, [], {}, [1], {"a": 1}, "", " ", "x" * 5000, "\x00", "2024-13-45"])
def test_any_field_may_be_of_another_type(odd: Any) -> None:
    raw = fixture("lead")["data"]["getLead"]["lead"]
    for name in raw:
        if name != "referenceId":
            content(to_lead({**raw, name: odd}, NOW), b"12345678")
            content(to_lead(merged(raw, {**raw, name: odd}), NOW), b"12345678")


def test_numbers_may_come_as_numbers() -> None:
    mapped = to_lead(lead(1, NOW, referenceId=7, studentId=69487, totalPrice=12.5, currency="gbp"), NOW)
    assert (mapped.external_id, mapped.customer_id) == ("7", "69487")
    assert mapped.price == Price(Decimal("12.5"), "GBP", Period.STAY)


@pytest.mark.parametrize("odd", ["NaN", "Infinity", "1e999", "free", "", True])
def test_what_is_no_amount_is_no_price(odd: Any) -> None:
    assert to_lead(lead(1, NOW, totalPrice=odd, currency="GBP"), NOW).price is None


def test_without_a_total_the_rent_of_the_stay_is_the_price() -> None:
    mapped = to_lead(lead(1, NOW, totalRental="4000.00", currency="GBP", billingCycle="WEEKLY"), NOW)
    assert mapped.price == Price(Decimal("4000.00"), "GBP", Period.STAY)
    assert to_lead(lead(1, NOW, totalPrice="4000"), NOW).price is None  # of no currency


def test_a_room_says_its_category_once() -> None:
    def subject(**fields: Any) -> str | None:
        return to_lead(lead(1, NOW, **fields), NOW).subject

    assert subject(roomName="Bronze", roomCategory="ENSUITE_ROOM") == "Bronze (ensuite room)"
    assert subject(roomName="Gold Studio", roomCategory="STUDIO") == "Gold Studio"
    assert subject(roomCategory="SHARED_ROOM") == "Shared room"
    assert subject() is None


def test_a_missing_creation_time_is_when_it_was_seen() -> None:
    assert to_lead({"referenceId": "HB1"}, NOW).created_at == NOW
    assert to_lead({"referenceId": "HB1", "createdAt": "2024-07-31T02:57:28"}, NOW).created_at.tzinfo is UTC


def test_merging_keeps_what_only_the_list_has_and_no_null_goes_before_it() -> None:
    one = {"referenceId": "HB1", "bookingJourney": "BOOK", "billingCycle": "WEEKLY", "property": {"externalId": "P-1"}}
    other = {"referenceId": "HB2", "bookingJourney": None, "property": {"externalId": None, "addressCity": "Leeds"}}
    assert merged(one, other) == {
        "referenceId": "HB1",
        "bookingJourney": "BOOK",
        "billingCycle": "WEEKLY",
        "property": {"externalId": "P-1", "addressCity": "Leeds"},
    }
    assert merged({"property": {"externalId": "P-1"}}, {"property": "gone"})["property"] == "gone"


def test_facts_are_in_the_order_they_are_shown_in_contact_data_last() -> None:
    order = [d.privacy for d in whole().details]
    assert order == sorted(order, key=lambda p: p is Privacy.CONTACT)
    assert isinstance(whole().details[0], Detail)
