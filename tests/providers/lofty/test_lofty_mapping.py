"""From Lofty's lead to the desk's, and what draws a card anew."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from lofty_wire import NOW, fixture

from providers.lead import Privacy, Stage
from providers.lofty.feed import page_of
from providers.lofty.mapping import content, fingerprint, stage_of, to_lead

DANA, MARCUS, PRIYA = (to_lead(item, NOW) for item in fixture("page_1")["leads"])


def details(found: Any) -> dict[str, str]:
    return {d.label: d.value for d in found.details}


def raw(**changed: Any) -> dict[str, Any]:
    return {**fixture("page_1")["leads"][0], **changed}


def test_a_buyer_is_mapped_whole() -> None:
    assert (DANA.external_id, DANA.first_name, DANA.last_name) == ("563172647619605", "Dana", "Whitfield")
    assert (DANA.email, DANA.phone) == ("dana.whitfield@example.com", "5125550142")
    assert DANA.created_at == datetime(2026, 11, 23, 10, 2, 9, tzinfo=UTC)
    assert (DANA.source, DANA.enquiry, DANA.place) == ("Zillow", "Buyer", "Austin, TX")
    assert DANA.subject == "Single Family Home or Townhouse · 3+ bed · $450,000–$600,000 · Austin, TX"
    assert (DANA.stage, DANA.stage_raw) == (Stage.NEW, "New Leads")
    assert (DANA.holder, DANA.holder_name, DANA.pond) == ("820134400012301", "Maria Lopez", None)
    assert details(DANA)["Tags"] == "Hot Lead"
    assert details(DANA)["Wants to buy within"] == "3-6 months"
    assert (DANA.limits, DANA.private) == ((), False)


def test_a_seller_says_what_they_have_and_the_street_is_contact_data() -> None:
    assert MARCUS.subject == "Has: Single Family Home · 4 bed · $415,000 · Mesa, AZ"
    assert "Juniper" not in (MARCUS.subject + str(MARCUS.place))
    home = next(d for d in MARCUS.details if d.label == "Property")
    assert (home.privacy, "1840 E Juniper Ave" in home.value) == (Privacy.CONTACT, True)
    assert MARCUS.limits == ("call", "marketing")
    assert details(MARCUS)["Other e-mails"] == "m.bell@work.example.com"


def test_minus_one_is_nobody_and_a_pond_is_named() -> None:
    assert (PRIYA.holder, PRIYA.holder_name, PRIYA.pond) == ("", None, "Austin Pond")
    assert PRIYA.stage is Stage.OFFER


def test_who_has_it_is_unknown_where_that_is_not_told() -> None:
    assert to_lead({"leadId": 1}, NOW).holder is None


def test_a_wrapped_lead_is_the_same_and_private_ones_are_marked() -> None:
    tom, lena = (to_lead(content(item) or {}, NOW) for item in fixture("page_2")["leads"])
    assert (tom.private, tom.stage) == (True, Stage.WON)
    assert lena.enquiry == "Seller, Buyer"
    assert content({"firstName": "Nobody"}) is None
    assert content({"leadId": -1}) is None


def test_birthday_mortgage_and_what_else_is_sensitive_go_no_further() -> None:
    odd = [
        {"attributeName": "Annual income", "value": "91000"},
        {"attributeName": "Date of birth", "value": "1986"},
        {"attributeName": "Why", "value": "New job"},
    ]
    family = [{"firstName": "Zed", "lastName": "Relative"}]
    told = to_lead(raw(customAttributes=odd, leadFamilyMemberList=family, birthday="Jun 5, 1986"), NOW)
    text = repr(told)
    for hidden in ("1986", "91000", "Relative", "ortgage", "pre"):
        assert hidden not in text
    assert details(told)["Why"] == "New job"


def test_every_fixture_is_read_whatever_is_missing_or_new() -> None:
    for name in ("nulls", "unknown_enum", "missing_fields"):
        items = [content(item) for item in fixture(name)["leads"]]
        page = page_of([i for i in items if i], NOW)
        for record in page.records:
            assert page.read(record.raw).external_id == record.external_id
    odd = to_lead(fixture("unknown_enum")["leads"][0], NOW)
    assert (odd.stage, odd.stage_raw, odd.source, odd.enquiry) == (Stage.NEW, "Vibe Check", "Carrier Pigeon", None)


def test_fields_of_another_type_do_not_break_a_lead() -> None:
    broken = {key: [{"x": 1}, 3] for key in raw() if key != "leadId"}
    broken |= {"leadInquiry": "soon", "tags": 5, "createTime": "yesterday", "score": "high"}
    assert to_lead({**raw(), **broken}, NOW).created_at == NOW


@pytest.mark.parametrize(
    ("raw_stage", "stage"),
    [
        ("New Leads", Stage.NEW),
        ("Attempted Contact", Stage.CONTACTED),
        ("Qualified", Stage.QUALIFIED),
        ("Unqualified", Stage.LOST),
        ("Under Contract", Stage.OFFER),
        ("PENDING", Stage.OFFER),
        ("Appointment Set", Stage.BOOKED),
        ("Closed", Stage.WON),
        ("Past Client", Stage.WON),
        ("Archived", Stage.LOST),
        ("Do Not Contact", Stage.LOST),
        ("Sphere", Stage.CONTACTED),
        ("Renewed interest?", Stage.NEW),
        (None, Stage.NEW),
    ],
)
def test_stages_of_a_team_stand_somewhere_in_the_trade(raw_stage: str | None, stage: Stage) -> None:
    assert stage_of(raw_stage) is stage


def test_visits_and_the_machines_touches_draw_no_card_anew() -> None:
    before = fingerprint(raw())
    for quiet in (
        {"lastVisit": "2026-11-23T23:00:00GMT"},
        {"lastUpdateTime": "2026-11-23T23:00:00GMT"},
        {"lastTouch": "2026-11-23T23:00:00GMT"},
        {"score": 69},
        {"pondId": None, "twitter": None},
    ):
        assert fingerprint(raw(**quiet)) == before, quiet
    for loud in (
        {"assignedUserId": 5},
        {"stage": "Contacted"},
        {"lastTouch": "2026-11-24T01:00:00GMT"},
        {"score": 90},
        {"cannotCall": True},
        {"tags": []},
        {"phones": ["4805550100"]},
        {"privateFlag": True},
    ):
        assert fingerprint(raw(**loud)) != before, loud
    assert fingerprint(dict(reversed(raw().items()))) == before
