"""From KPro's lead to the desk's: the recorded answers, and anything else that a server may send."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import providers.kpro.feed as feed
from providers.kpro.feed import read_page
from providers.kpro.mapping import moment, to_lead
from providers.kpro.models import READ_FIELDS
from providers.kpro.stand_in_tables import LEAD_FIELDS
from providers.lead import Lead, Privacy, Stage
from storage import leads
from storage.filters import index

FIXTURES = Path(feed.__file__).parent / "fixtures"
SEEN = datetime(2026, 11, 23, 12, tzinfo=UTC)
SENSITIVE = sorted(LEAD_FIELDS.keys() - READ_FIELDS)


def data(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))["data"]
    return found


def mapped(name: str) -> list[Lead]:
    page = read_page(data(name), SEEN)
    assert page.unreadable == 0
    return [page.read(record.raw) for record in page.records]


def detail(lead: Lead, label: str) -> str | None:
    return next((d.value for d in lead.details if d.label == label), None)


@pytest.mark.parametrize("name", ["page_1", "page_2"])
def test_recorded_leads_are_mapped(name: str) -> None:
    for raw, lead in zip(data(name), mapped(name), strict=True):
        assert lead.external_id == str(raw["id"])
        assert lead.customer_id == str(raw["customerId"])
        assert (lead.email, lead.first_name, lead.last_name) == (raw["email"], raw["firstName"], raw["lastName"])
        assert lead.created_at == datetime.fromisoformat(raw["createdAt"])
        assert lead.created_at.tzinfo is UTC
        assert (lead.source, lead.stage) == (raw["site"]["code"], Stage.NEW)
        assert lead.source_name == ((raw["source"] or {}).get("name") or raw["site"]["name"])
        assert lead.eligibility == raw["eligibilityStatus"]
        assert lead.enquiry == raw["enquiryType"]
        if raw["listing"]:
            assert lead.subject == raw["listing"]["name"]
            assert list(lead.schemes) == raw["listing"]["schemes"]


def test_nulls_leave_gaps() -> None:
    bare, nested = mapped("nulls")
    for name in ("title", "first_name", "last_name", "phone", "place", "subject", "enquiry", "external_ref"):
        assert getattr(bare, name) is None, name
    assert (bare.schemes, bare.email, bare.source) == ((), "e.yilmaz@example.com", "ZPL")
    assert [d.label for d in bare.details] == ["Housing provider"]
    assert (nested.place, nested.subject) == ("Little Meadow", "Little Meadow")
    assert (detail(nested, "Where"), detail(nested, "Bedrooms")) == ("MK17 9PB", "4")
    assert detail(nested, "Property") is None


def test_unknown_values_are_kept_as_they_come() -> None:
    (lead,) = mapped("unknown_enum")
    assert (lead.eligibility, lead.enquiry) == ("referred", "part-exchange")
    assert (lead.source, lead.source_name) == ("HMV", "Village fair")
    assert lead.schemes == ("first-homes", "shared-ownership")
    assert detail(lead, "Site") == "Homes on the Move"
    assert detail(lead, "Home local authority") == "Manchester"
    assert "Sales desk" not in repr(lead)


def test_missing_fields_break_nothing() -> None:
    (lead,) = mapped("missing_fields")
    assert (lead.external_id, lead.email) == ("61002", "tunde.balogun@example.com")
    assert lead.created_at == datetime(2026, 11, 22, 18, 5, 41, tzinfo=UTC)
    assert lead.details == ()


def test_an_empty_answer_is_an_empty_page() -> None:
    assert mapped("empty") == []


def test_a_lead_without_a_time_was_created_when_it_was_seen() -> None:
    assert to_lead({"id": 1}, SEEN).created_at == SEEN
    assert read_page([{"id": 1}], SEEN).records[0].created_at == SEEN
    assert to_lead({"id": 1, "updatedAt": "2026-11-01T00:00:00+00:00"}, SEEN).created_at.day == 1


def test_a_full_name_stands_in_for_its_parts() -> None:
    lead = to_lead({"id": 1, "fullName": "Sofia de la Cruz"}, SEEN)
    assert (lead.first_name, lead.last_name) == ("Sofia", "de la Cruz")
    assert to_lead({"id": 1, "fullName": "Cher"}, SEEN).last_name is None


@pytest.mark.parametrize("id_", [None, "", [], {}, 1.5])
def test_an_item_without_an_id_is_counted_and_passed_over(id_: Any) -> None:
    page = read_page([{"id": id_}, None, 7, "lead", {"id": 8}, {}], SEEN)
    assert [r.external_id for r in page.records] == ["8"]
    assert page.unreadable == 5


# ------------------------------------------------------------------------------------ wrong types

junk = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
WHOLE = data("page_1")[0]
PATHS = [(name,) for name in WHOLE if name != "id"] + [
    (name, inner) for name, value in WHOLE.items() if isinstance(value, dict) for inner in value
]


@given(changes=st.lists(st.tuples(st.sampled_from(PATHS), junk), min_size=1, max_size=5))
def test_a_field_of_another_type_never_breaks_a_lead(changes: list[tuple[tuple[str, ...], Any]]) -> None:
    raw = copy.deepcopy(WHOLE)
    for path, value in changes:
        place: Any = raw
        for step in path[:-1]:
            place = place[step]
            if not isinstance(place, dict):
                break
        else:
            place[path[-1]] = value
    page = read_page([raw], SEEN)
    (record,) = page.records
    lead = page.read(record.raw)
    assert lead.external_id == str(WHOLE["id"])
    assert lead.created_at.tzinfo is not None
    assert isinstance(lead.schemes, tuple)
    index(lead)
    leads.content(lead, record.fingerprint)


@pytest.mark.parametrize("name", sorted(READ_FIELDS - {"id"}))
@pytest.mark.parametrize("value", [None, True, 5, 1.5, "", "text", [], ["x"], {}, {"id": []}, {"name": {}}])
def test_each_field_may_be_anything(name: str, value: Any) -> None:
    lead = to_lead(WHOLE | {name: value}, SEEN)
    assert lead.external_id == str(WHOLE["id"])
    if name != "email":
        assert lead.email == WHOLE["email"]


@given(
    value=st.text(max_size=30) | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d|Z)?", fullmatch=True)
)
def test_a_time_is_read_or_missing(value: str) -> None:
    at = moment(value)
    assert at is None or at.tzinfo is UTC


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_at_the_edge_of_the_calendar_is_missing(text: str) -> None:
    assert moment(text) is None


# ---------------------------------------------------------------------------------------- sensitive


def test_sensitive_values_are_in_no_lead_and_no_stored_row() -> None:
    raw = copy.deepcopy(WHOLE)
    for number, name in enumerate(SENSITIVE):
        raw[name] = {"id": 1, "name": f"canary {number}"} if number % 2 else f"canary {number}"
    assert len(SENSITIVE) == 18
    lead = to_lead(raw, SEEN)
    assert "canary" not in repr(lead)
    assert "canary" not in repr(leads.content(lead, b""))


def test_what_a_customer_wrote_is_contact_data() -> None:
    raw = WHOLE | dict.fromkeys(("additionalInfo", "hearAboutUs", "homeAddress", "homePostcode"), "canary")
    raw["homeLocalAuthority"] = "canary"
    lead = to_lead(raw, SEEN)
    private = [d for d in lead.details if "canary" in d.value]
    assert len(private) == 5
    assert {d.privacy for d in private} == {Privacy.CONTACT}
    facets, search = index(lead)
    assert "canary" not in facets + search
