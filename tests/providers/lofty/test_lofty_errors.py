"""What Lofty's refusals mean, in whichever shape they come."""

from __future__ import annotations

import json

import pytest
from lofty_wire import Wire

from providers.errors import AuthFailed, Rejected, Unavailable
from providers.lofty.errors import LONGEST, read_errors, refused


def shapes(code: int, message: str) -> list[object]:
    inner = {"code": code, "message": message}
    return [inner, {"errorCode": code, "errorMsg": message}, json.dumps(inner), f"{code}: {message}"]


def rejected(status: int, data: object) -> Rejected:
    found = read_errors(status, data)
    assert isinstance(found, Rejected), found
    return found


@pytest.mark.parametrize("data", shapes(200058, "User in token does not exist."))
def test_a_token_that_is_refused_with_400_is_a_matter_of_credentials(data: object) -> None:
    assert isinstance(read_errors(400, data), AuthFailed)
    assert refused(400, data)


def test_401_and_bad_credentials_are_too() -> None:
    assert isinstance(read_errors(401, None), AuthFailed)
    assert isinstance(read_errors(400, "BAD_CREDENTIALS"), AuthFailed)
    assert not refused(400, {"code": 20012, "message": "limit"})
    assert not refused(200, {"code": 200058})


@pytest.mark.parametrize("data", shapes(20006, "LEAD_NOT_EXIST"))
@pytest.mark.parametrize("status", [400, 404])
def test_a_missing_lead_is_said_of_its_number(status: int, data: object) -> None:
    found = rejected(status, data)
    assert found.errors[0].field == "leadId"
    assert "no such lead" in found.errors[0].message
    assert found.status == 404


@pytest.mark.parametrize("code", [20017, 200100])
def test_what_is_not_permitted_is_no_matter_of_credentials(code: int) -> None:
    for data in shapes(code, "Sorry, the vendor does not have permission for this API."):
        assert rejected(403, data).errors[0].message.startswith("Lofty ")


def test_an_invalid_parameter_is_told_on_its_field() -> None:
    found = rejected(400, {"code": 20012, "message": "The parameter `leadTypes` is not valid"}).errors[0]
    assert (found.field, found.message) == ("leadTypes", "The parameter `leadTypes` is not valid")
    assert rejected(400, "limit must be in [1, 100]").errors[0].field == "limit"


def test_messages_hold_no_personal_data_and_no_novels() -> None:
    message = "No user dana.whitfield@example.com with phone +1 512 555 0142 " + "x" * 1000
    said = rejected(400, {"code": 20012, "message": message}).errors[0].message
    assert "dana" not in said
    assert "555" not in said
    assert len(said) <= LONGEST


def test_a_good_status_may_be_a_refusal() -> None:
    assert rejected(200, {"errorCode": 20017, "errorMsg": "no", "data": None}).errors
    assert read_errors(200, {"errorCode": 0, "errorMsg": "", "data": 5}) is None
    assert read_errors(200, {"leads": []}) is None
    assert read_errors(200, [{"errorCode": 1}]) is None


async def test_plain_text_reaches_the_reading_and_a_page_does_not() -> None:
    wire = Wire({"GET /a": (403, b"20017 PERMISSION_DENIED"), "GET /b": (403, b"<html>20017</html>")})
    wire.answers["GET /c"] = (400, b"20012 INVALID_PARAMETER: limit")
    with pytest.raises(Rejected):
        await wire.api.get("/a")
    with pytest.raises(Unavailable):
        await wire.api.get("/b")
    with pytest.raises(Rejected) as caught:
        await wire.api.get("/c")
    assert caught.value.errors[0].field == "limit"


def test_a_failure_inside_a_200_is_a_refusal_and_a_record_is_not() -> None:
    refused = read_errors(200, {"code": 200060, "message": "TRANSACTION_NOT_EXIST", "data": None})
    assert isinstance(refused, Rejected)
    assert refused.errors[0].message.startswith("Lofty has no such transaction")
    assert read_errors(200, {"code": 0, "message": "success", "data": {}}) is None
    assert read_errors(200, {"leadId": 7, "code": 3}) is None
