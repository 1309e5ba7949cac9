"""What storEDGE's refusals mean, and on which input they belong."""

from __future__ import annotations

from typing import Any

import pytest
from storedge_wire import fixture

from providers.errors import AuthFailed, Rejected, Unavailable
from providers.storedge.errors import field_of, read_errors, sentence


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("Missing parameter lead[unit_id]", "unit_id"),
        ("Missing parameter lead[tenant_attributes][first_name]", "tenant_attributes.first_name"),
        (
            "Invalid parameter 'lead[tenant_attributes][phone_numbers_attributes][0][number]' value 5: no text",
            "tenant_attributes.phone_numbers_attributes.number",
        ),
        ("Missing parameter lead[tenant_attributes][phone_numbers_attributes]", "number"),
        ("Missing parameter lead[payment_method][kind]", "payment_method.kind"),
        ("payment_method[kind] is not included in the list", "kind"),
        ("lead.close_reason_id is invalid", "close_reason_id"),
        ("Unit can't be blank", "unit_id"),
        ("Tenant first name can't be blank", "first_name"),
        ("First name is too long", "first_name"),
        ("Email is invalid", "email"),
        ("Phone numbers can't be blank", "number"),
        ("Unit could not be found", None),
        ("Something went wrong", None),
        ("unit_id must be a UUID", "unit_id"),
        ("", None),
    ],
)
def test_a_message_is_put_on_the_field_it_names(message: str, field: str | None) -> None:
    assert field_of(message) == field


def test_what_a_refusal_repeats_of_what_was_sent_is_not_shown() -> None:
    said = sentence("Invalid parameter 'lead[tenant_attributes][last_name]' value \"Kahale\": Must be a String")
    assert said == "Invalid parameter 'lead[tenant_attributes][last_name]': Must be a String"
    said = sentence("Keoni@example.com and +1 (808) 555-0101 and 4111 1111 1111 1111 and ****1111 are taken")
    assert not any(word in said for word in ("example", "808", "555", "4111", "1111"))
    assert len(sentence("x" * 1000)) == 300


@pytest.mark.parametrize("http", [None, 200])
@pytest.mark.parametrize(("name", "status"), [("error_401", 401), ("error_404", 404), ("error_422", 422)])
def test_a_refusal_counts_whether_http_says_it_or_only_the_body(name: str, status: int, http: int | None) -> None:
    found = read_errors(http or status, fixture(name))
    if status == 401:
        assert isinstance(found, AuthFailed)
        return
    assert isinstance(found, Rejected)
    assert found.status == status
    (error,) = found.errors
    assert "kit@example" not in error.message
    if status == 422:
        assert error.field == "tenant_attributes.email"


@pytest.mark.parametrize(("code", "arrived"), [(500, None), (503, None), (429, False), ("500", None)])
def test_a_failure_inside_a_200_is_one(code: Any, arrived: bool | None) -> None:
    with pytest.raises(Unavailable) as caught:
        read_errors(200, {"meta": {"status_code": code, "message": "x"}})
    assert caught.value.arrived is arrived


@pytest.mark.parametrize(
    "data",
    [
        {"lead": {}, "meta": {"status_code": 201}},
        {"leads": [], "meta": {}},
        {"leads": []},
        {"leads": [], "meta": {"status_code": "ok"}},
        {"leads": [], "meta": {"status_code": True}},
        {"leads": [], "meta": {"error_code": 7}},
        {"leads": [], "meta": None},
        [],
        None,
    ],
)
def test_good_answers_are_no_failures(data: Any) -> None:
    assert read_errors(200, data) is None


def test_an_error_without_any_status_is_a_refusal() -> None:
    found = read_errors(200, {"meta": {"message": "Unit can't be blank", "error_code": 12}})
    assert isinstance(found, Rejected)
    assert found.errors[0].field == "unit_id"


def test_a_403_is_a_missing_right_where_the_api_says_it() -> None:
    found = read_errors(403, {"meta": {"status_code": 403, "message": "Forbidden"}})
    assert isinstance(found, Rejected)
    assert "does not permit" in found.errors[0].message
    assert read_errors(403, {}) is None


@pytest.mark.parametrize(
    "message", [["Email is invalid", "Unit can't be blank"], {"email": ["is invalid"], "unit": "x"}]
)
def test_several_messages_are_several_sentences(message: Any) -> None:
    found = read_errors(422, {"meta": {"status_code": 422, "message": message}})
    assert isinstance(found, Rejected)
    assert len(found.errors) == 2
    assert found.errors[0].field == "email"


@pytest.mark.parametrize("data", [None, [], "no", {"meta": 5}, {"error": "x"}])
def test_a_refusal_of_another_shape_says_no_more_than_its_status(data: Any) -> None:
    assert read_errors(422, data) is None
