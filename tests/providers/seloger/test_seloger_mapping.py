"""Groupe SeLoger's leads become the desk's, whatever is missing, null, of another type or in another case."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from providers.lead import Lead, Mention, Price, Privacy, Stage
from providers.seloger.answers import opened
from providers.seloger.mapping import fingerprint, head_of, in_order, to_lead
from providers.seloger.times import moment
from providers.seloger.values import amount, amount_text
from storage.leads import content
from tests.providers.seloger.seloger_house import fixture

SEEN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def read(item: Any) -> Lead:
    head = head_of(item)
    assert head.id is not None
    categories = in_order({head.category} if head.category else ())
    lead = to_lead(head.id, item, categories, head.created_at(UTC) or SEEN)
    content(lead, fingerprint(item, categories))
    return lead


def of(name: str, n: int = 0) -> Lead:
    return read(opened(fixture(name)).items[n])


def details(lead: Lead) -> dict[str, str]:
    return {d.label: d.value for d in lead.details}


def test_a_lead_on_an_ad() -> None:
    lead = of("page_1")
    assert lead.external_id == "0b1f6d0e-3a51-4c7e-9d53-6f3d2b8f1a01"
    assert lead.created_at == datetime.fromtimestamp(1795514645, UTC)
    assert (lead.first_name, lead.last_name) == ("Élodie", "Lefèvre")
    assert (lead.email, lead.phone) == ("elodie.lefevre@example.com", "+33639980142")
    assert (lead.source, lead.source_name) == ("SLG-FRA", "SeLoger")
    assert (lead.enquiry, lead.schemes) == ("buyer", ("classified",))
    assert (lead.place, lead.subject) == ("Lyon", "Apartment · 3 rooms · 68 m² · Lyon")
    assert lead.price == Price(Decimal(312000), "EUR")
    assert (lead.stage, lead.stage_raw, lead.holder) == (Stage.NEW, None, None)
    assert lead.mentions == (Mention("classified", "214887301", "Apartment · 3 rooms · 68 m² · Lyon"),)
    assert details(lead) == {
        "Ad": "214887301",
        "Your reference": "V7301",
        "Estate": "E-87301",
        "Postcode": "69003",
        "Language": "fr",
        "Message": "Bonjour, je souhaiterais visiter ce bien samedi matin.",
    }


def test_contact_data_is_of_the_contact_class_and_gender_is_nowhere() -> None:
    for n in range(3):
        lead = of("page_1", n)
        classes = {d.label: d.privacy for d in lead.details}
        assert classes["Message"] is Privacy.CONTACT
        assert {c for label, c in classes.items() if label != "Message"} <= {Privacy.PUBLIC}
        assert "MALE" not in repr(lead)


def test_an_estimate_is_shown_for_a_seller() -> None:
    lead = of("page_2")
    assert (lead.schemes, lead.enquiry, lead.source_name) == (("seller",), "seller", "MeilleursAgents")
    assert lead.price == Price(Decimal(465000), "EUR")
    assert (lead.subject, lead.place) == ("To sell: House · 6 rooms · 142 m² · Nantes", "Nantes")
    found = details(lead)
    assert found["Estimate"] == "465\u00a0000\u00a0€"
    assert found["Estimated between"] == "432\u00a0000\u00a0€ and 498\u00a0000\u00a0€"
    assert found["Address to sell"] == "12 rue des Lilas"
    assert next(d.privacy for d in lead.details if d.label == "Address to sell") is Privacy.CONTACT


def test_a_property_search_and_an_agency_lead() -> None:
    assert of("page_2", 1).schemes == ("property-search",)
    agency = of("page_1", 2)
    assert (agency.schemes, agency.subject, agency.place, agency.price) == (("agency",), None, None, None)


def test_nulls_make_a_lead_without_anything() -> None:
    for n, external_id in enumerate(("n-1", "n-2")):
        lead = of("nulls", n)
        assert lead.external_id == external_id
        given = {f: getattr(lead, f) for f in Lead.__dataclass_fields__}
        bare = {"external_id", "created_at", "stage"}
        assert {f for f, v in given.items() if v not in (None, (), False)} == bare


def test_erased_contacts_leave_a_lead_without_a_person() -> None:
    for n in range(3):
        lead = of("erased", n)
        assert (lead.first_name, lead.last_name, lead.email, lead.phone) == (None, None, None, None)
        assert "Message" not in details(lead)
        assert lead.source == ("LIM-FRA" if n == 1 else "SLG-FRA")


def test_an_erased_contact_is_not_looked_for_elsewhere() -> None:
    item = {"leadMetaInfos": {"leadId": "x"}, "contactRequest": None, "email": "someone@example.com"}
    assert read(item).email is None


def test_unknown_codes_stay_as_they_come() -> None:
    lead = of("unknown_enum")
    assert (lead.source, lead.source_name) == ("XYZ-FRA", "XYZ-FRA")
    assert (lead.schemes, lead.enquiry) == (("virtual--tour",), "investor")
    assert lead.subject == "Château d eau · 3 rooms · 68 m² · Lyon"


@pytest.mark.parametrize("data", [None, [], {}, {"leads": None}])
def test_data_that_holds_nothing_is_an_empty_list(data: Any) -> None:
    assert opened({"Data": data, "Count": 0}).items == []


def test_missing_fields_and_a_flat_lead() -> None:
    first = of("missing_fields")
    assert (first.external_id, first.created_at) == ("m-1", SEEN)
    flat = of("missing_fields", 1)
    assert (flat.external_id, flat.first_name) == ("m-2", "Zoé")
    assert head_of(opened(fixture("missing_fields")).items[2]).id is None


def test_capitals_everywhere() -> None:
    lead = of("pascal_case")
    assert lead.created_at == datetime(2026, 11, 23, 10, 4, 5, 123456, tzinfo=UTC)
    assert (lead.first_name, lead.email, lead.phone) == ("Camille", "camille.roux@example.com", "+33639980001")
    assert lead.price == Price(Decimal(285000), "EUR")
    assert "FEMALE" not in repr(lead)


@pytest.mark.parametrize("change", [str.lower, str.upper, str.capitalize])
def test_any_case_gives_the_same_lead(change: Any) -> None:
    def cased(value: Any) -> Any:
        if isinstance(value, dict):
            return {change(k): cased(v) for k, v in value.items()}
        return [cased(v) for v in value] if isinstance(value, list) else value

    for name, n in (("page_1", 0), ("page_1", 2), ("page_2", 0)):
        item = opened(fixture(name)).items[n]
        assert read(cased(item)) == read(item)


JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    float("1e300"),
    "",
    "  ",
    "x" * 5000,
    [],
    [1],
    [{}],
    {},
    {"a": {"b": []}},
    "\x00\ud83d"[:1],
]


@pytest.mark.parametrize("junk", JUNK, ids=lambda j: repr(j)[:20])
def test_no_field_of_another_type_breaks_a_lead(junk: Any) -> None:
    for name, n in (("page_1", 0), ("page_2", 0)):
        whole = opened(fixture(name)).items[n]
        for part, fields in whole.items():
            read({**whole, part: junk}) if part != "leadMetaInfos" else head_of({**whole, part: junk})
            for field in fields or ():
                changed = {**whole, part: {**fields, field: junk}}
                if head_of(changed).id is not None:
                    read(changed)
        about = whole["leadMetaInfos"]["property"] or {}
        for field in about:
            read({**whole, "leadMetaInfos": {**whole["leadMetaInfos"], "property": {**about, field: junk}}})
        for number in (junk, [junk], [{"number": junk, "verified": junk}]):
            read({**whole, "contactRequest": {"phoneNumbers": number}})


@pytest.mark.parametrize("external_id", ["a/b/../c", "é~#?%2F", "日本", "-1", "..", "x" * 200])
def test_any_id_is_an_id(external_id: str) -> None:
    assert read({"leadMetaInfos": {"leadId": external_id}}).external_id == external_id


@pytest.mark.parametrize("nothing", [None, "", "  ", True, [], {}, ["x"]])
def test_what_is_no_id_is_none(nothing: Any) -> None:
    assert head_of({"leadMetaInfos": {"leadId": nothing}}).id is None


def test_an_id_of_an_agency_or_a_property_is_not_the_leads() -> None:
    assert (
        head_of({"leadMetaInfos": {"agency": {"id": 7}, "property": {"id": 8}}, "contactRequest": {"id": 9}}).id is None
    )


def test_the_agencys_town_is_not_the_propertys() -> None:
    item = {"leadMetaInfos": {"leadId": 1}, "agency": {"city": "Lille", "phone": "+33199005511"}}
    assert (read(item).place, read(item).phone) == (None, None)


def test_a_name_in_one_piece_is_parted() -> None:
    lead = read({"leadId": 5, "contactRequest": {"name": "Jean-Baptiste Le Goff"}})
    assert (lead.first_name, lead.last_name) == ("Jean-Baptiste", "Le Goff")
    lead = read({"leadId": 5, "contactRequest": {"name": "Zoé"}})
    assert (lead.first_name, lead.last_name) == ("Zoé", None)


def test_a_verified_number_goes_first_and_the_others_are_kept() -> None:
    numbers = [
        {"number": "+33261910001", "verified": False},
        "+33261910002",
        {"NUMBER": "+33639980003", "Verified": True},
        {"number": "+33261910001"},
    ]
    lead = read({"leadId": 5, "contactRequest": {"phoneNumbers": numbers, "phone": "+33639980003"}})
    assert lead.phone == "+33639980003"
    assert details(lead)["Other phones"] == "+33261910001, +33261910002"


def test_a_category_with_a_comma_is_one_facet() -> None:
    lead = read({"leadMetaInfos": {"leadId": 1, "category": "A, b"}})
    assert lead.schemes == ("a--b",)


# ------------------------------------------------------------------------------------------------ values


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1795514645, "2026-11-24T10:04:05+00:00"),
        (1795514645000, "2026-11-24T10:04:05+00:00"),
        ("1795514645", "2026-11-24T10:04:05+00:00"),
        (1795514645.5, "2026-11-24T10:04:05.500000+00:00"),
        ("2026-11-23T10:04:05Z", "2026-11-23T10:04:05+00:00"),
        ("2026-11-23T10:04:05.1234567Z", "2026-11-23T10:04:05.123456+00:00"),
        ("2026-11-23T11:04:05+01:00", "2026-11-23T10:04:05+00:00"),
        ("2026-11-23T10:04:05", "2026-11-23T10:04:05+00:00"),
        ("2026-11-23", "2026-11-23T00:00:00+00:00"),
        ("23/11/2026 10:04", "2026-11-23T10:04:00+00:00"),
        ("23/11/2026", "2026-11-23T00:00:00+00:00"),
        ("/Date(1795514645000)/", "2026-11-24T10:04:05+00:00"),
    ],
)
def test_a_time_is_read_however_it_is_written(value: Any, expected: str) -> None:
    at = moment(value)
    assert at is not None
    assert at.isoformat() == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "soon",
        True,
        0,
        -5,
        10**30,
        float("nan"),
        float("inf"),
        [],
        {},
        "99/99/2026",
        "0001-01-01T00:00:00+14:00",
        "12",
        "/Date(9999999999999999)/",
    ],
)
def test_what_is_no_time_is_none(value: Any) -> None:
    assert moment(value) is None


def test_a_time_without_an_offset_is_in_the_connections_zone() -> None:
    assert moment("2026-07-14T12:00:00", ZoneInfo("Europe/Paris")) == datetime(2026, 7, 14, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (285000, "285000"),
        (285000.5, "285000.5"),
        ("285 000 €", "285000"),
        ("285\u202f000,50\u00a0€", "285000.50"),
        ("EUR 1250", "1250"),
        ({"value": 900, "currency": "EUR"}, "900"),
        ({"Amount": "900"}, "900"),
    ],
)
def test_an_amount_is_read_however_it_is_written(value: Any, expected: str) -> None:
    assert amount(value) == Decimal(expected)


@pytest.mark.parametrize("value", [None, True, 0, -1, "", "cher", "NaN", "Infinity", [], {}, {"x": 1}, 10**15, "1.2.3"])
def test_what_is_no_amount_is_none(value: Any) -> None:
    assert amount(value) is None


def test_an_amount_is_written_as_in_france() -> None:
    assert amount_text(Decimal("1250000")) == "1\u00a0250\u00a0000\u00a0€"
    assert amount_text(Decimal("1250.5")) == "1\u00a0250,50\u00a0€"


# ------------------------------------------------------------------------------------------- fingerprint


def test_the_fingerprint_is_the_same_whatever_the_order_of_fields_and_the_time_to_live() -> None:
    item = opened(fixture("page_1")).items[0]
    turned = orjson.loads(orjson.dumps({k: item[k] for k in reversed(item)}))
    turned["leadMetaInfos"] = dict(reversed(turned["leadMetaInfos"].items())) | {"ttl": 5}
    assert fingerprint(item, ("classified",)) == fingerprint(turned, ("classified",))


def test_the_fingerprint_changes_with_content_and_with_categories() -> None:
    item = opened(fixture("page_1")).items[0]
    other = {**item, "contactRequest": None}
    found = {fingerprint(x, c) for x in (item, other) for c in ((), ("classified",), ("classified", "agency"))}
    assert len(found) == 6


def test_a_lead_that_is_nested_very_deep_has_a_fingerprint_and_is_read() -> None:
    item: dict[str, Any] = {"leadId": "deep"}
    inner = item
    for _ in range(900):
        inner["more"] = {}
        inner = inner["more"]
    assert fingerprint(item, ()) == fingerprint(item, ())
    assert read(item).external_id == "deep"


def test_categories_stand_in_the_documents_order() -> None:
    assert in_order({"zebra", "seller", "classified", "agency"}) == ("classified", "agency", "seller", "zebra")


# ---------------------------------------------------------------------------------------- where the list is

ONE = {"leadMetaInfos": {"leadId": 1}}


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ([ONE], 1),
        ({"Data": [ONE, ONE], "Count": 2}, 2),
        ({"data": {"leads": [ONE]}, "count": "1"}, 1),
        ({"DATA": {"Whatever": [ONE]}}, 1),
        ({"Data": {"Leads": [ONE], "Filters": []}}, 1),
        ({"Data": {"Page": {"Leads": [ONE]}}}, 1),
        ({"Data": ONE, "Count": 1}, 1),
        ({"Data": {"1": ONE, "2": {"leadId": 2}}}, 2),
        ({"Data": {}, "Count": 0}, 0),
        ({"Data": None, "Count": 0}, 0),
        ({"Data": []}, 0),
        ({"items": [ONE]}, 1),
    ],
)
def test_the_list_is_found_wherever_it_is(answer: Any, found: int) -> None:
    assert len(opened(answer).items) == found


@pytest.mark.parametrize(
    "answer", [None, "x", 5, {}, {"Count": 5}, {"Data": "x"}, {"Data": {"a": 1}}, {"Data": {"a": [], "b": []}}]
)
def test_an_answer_without_a_list_is_unexpected(answer: Any) -> None:
    from providers.errors import UnexpectedResponse

    with pytest.raises(UnexpectedResponse):
        opened(answer)


@pytest.mark.parametrize(
    ("count", "expected"), [(5, 5), ("5", 5), (None, None), (-1, None), (True, None), ("x", None), (1.5, None)]
)
def test_a_count_that_is_none_is_none(count: Any, expected: int | None) -> None:
    assert opened({"Data": [], "Count": count}).count == expected
