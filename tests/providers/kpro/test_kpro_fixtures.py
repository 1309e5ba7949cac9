"""The recorded answers of KPro's Leads API are what their names say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import providers.kpro.stand_in_tables as tables

FIXTURES = Path(tables.__file__).parent / "fixtures"


def read(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["page_1", "page_2", "nulls", "unknown_enum", "missing_fields", "empty"])
def test_an_answer_has_the_documented_envelope(name: str) -> None:
    answer = read(name)
    assert {"data", "pagination", "links"} <= answer.keys()
    assert {"currentPage", "perPage", "total", "from", "to", "lastPage"} <= answer["pagination"].keys()
    assert {"first", "prev", "next", "last"} <= answer["links"].keys()


def test_two_pages_hold_five_leads_newest_first() -> None:
    one, two = read("page_1"), read("page_2")
    leads = one["data"] + two["data"]
    assert (len(one["data"]), len(two["data"])) == (3, 2)
    assert len({lead["id"] for lead in leads}) == one["pagination"]["total"] == 5
    assert [lead["createdAt"] for lead in leads] == sorted((lead["createdAt"] for lead in leads), reverse=True)
    assert all(list(lead) == list(tables.LEAD_FIELDS) for lead in leads)
    assert one["links"]["next"].endswith("page=2")
    assert two["links"]["next"] is None


def test_nulls_are_everywhere_they_may_be() -> None:
    bare, nested = read("nulls")["data"]
    assert {name for name, value in bare.items() if value is None} == {
        name for name, nullable in tables.LEAD_FIELDS.items() if nullable
    }
    for kind, table in (
        ("listing", tables.LISTING_FIELDS),
        ("development", tables.DEVELOPMENT_FIELDS),
        ("property", tables.PROPERTY_FIELDS),
    ):
        assert {name: value is None for name, value in nested[kind].items()} == table


def test_unknown_values_are_unknown_and_fields_are_extra() -> None:
    [lead] = read("unknown_enum")["data"]
    assert lead["eligibilityStatus"] not in tables.ELIGIBILITY_STATUSES
    assert lead["enquiryType"] not in tables.ENQUIRY_TYPES
    assert lead["site"]["id"] not in tables.SITES
    assert set(lead["listing"]["schemes"]) - tables.SCHEMES.keys()
    assert lead.keys() > tables.LEAD_FIELDS.keys()
    assert lead["listing"].keys() > tables.LISTING_FIELDS.keys()
    assert lead["property"].keys() > tables.PROPERTY_FIELDS.keys()


def test_missing_fields_are_missing() -> None:
    [lead] = read("missing_fields")["data"]
    assert set(lead) == {"id", "email", "createdAt"}


def test_errors_have_the_documented_shape() -> None:
    assert isinstance(read("error_401")["message"], str)
    refused = read("error_422")
    assert isinstance(refused["message"], str)
    assert all(set(entry) == {"customerEmail", "errors"} for entry in refused["errors"])
    assert read("empty")["data"] == []
