"""Paying a reservation: what Slack may give, what it never may, and that cards are seen by nobody but the wire."""

from __future__ import annotations

import json
import logging
import traceback
from typing import Any

import orjson
import pytest
from pydantic import ValidationError
from storedge_wire import F1, Wire

from commands.forms.fields import fields_of
from providers.errors import Rejected
from providers.storedge import DEMO_FACILITIES, PROVIDER
from providers.storedge.bodies import body_of
from providers.storedge.models.payment import PaymentMethod
from providers.storedge.settings import Settings

A = DEMO_FACILITIES[0]
WHO = {"first_name": "Kit", "last_name": "Ōtani", "phone_numbers_attributes": [{"number": "8085550123"}]}
HOME = {"address1": "12 Palm Dr", "city": "Kapolei", "state": "HI", "postal": "96707"}
CARD = {
    "kind": "credit_card",
    "card_number": "4242424242424242",
    "card_type": "visa",
    "security_code": "987",
    "expiration_date": "10/29",
}
BANK = {
    "kind": "ach",
    "account_number": "000123456789",
    "account_number_confirmation": "000123456789",
    "account_type": "checking-c4nary",
    "bank_name": "Bank-c4nary",
    "routing_number": "110000000",
}
SWIPE = {"kind": "card_swipe", "magnetic_track": "%B4242424242424242^KIT^29101010000?"}
CANARIES = ("4242424242424242", "987", "10/29", "000123456789", "checking-c4nary", "Bank-c4nary", "110000000", "%B4242")
OUTSIDE = {*CARD, *BANK, *SWIPE} - {"kind"}


def dear(there: Any) -> str:
    """A unit whose group asks for a fee."""
    found: str = there.system.facilities[A].units[30]["id"]
    return found


def reservation(unit: str, payment: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    who = WHO | {"mailing_address_attributes": HOME}
    given = {"tenant_attributes": who, "unit_id": unit} | more
    return given if payment is None else given | {"payment_method": payment}


PAID = [
    {"kind": "cash", "amount_tendered": "20"},
    {"kind": "check", "check_number": "1042", "name_on_check": "Kit O", "check_amount": "5.99"},
    CARD,
    BANK,
    SWIPE,
]


@pytest.mark.parametrize("payment", PAID, ids=lambda p: p["kind"])
@pytest.mark.parametrize("place", ["beside lead", "inside lead"])
async def test_a_reservation_is_paid_by_every_documented_kind(there: Any, payment: Any, place: str) -> None:
    made = (await there.run("create-reservation", reservation(dear(there), payment), payment_place=place))["lead"]
    assert made["has_paid_reservation_fee"] is True
    assert "what_next" not in made
    (sent,) = there.system.bodies
    paid = sent["payment_method"] if place == "beside lead" else sent["lead"]["payment_method"]
    assert paid == payment | {"first_name": "Kit", "last_name": "Ōtani", "billing_address_attributes": HOME}
    assert sent["lead"]["is_reservation"] == "true"


async def test_a_payment_method_that_is_there_is_enough_by_itself(there: Any) -> None:
    await there.run("create-reservation", reservation(dear(there), CARD))
    (event,) = there.system.leads[0]["successful_payment_events"]
    given = {"payment_method_id": event["payment_method"]["id"], "kind": "cash"}
    made = (await there.run("create-reservation", reservation(there.system.facilities[A].units[31]["id"], given)))[
        "lead"
    ]
    assert made["has_paid_reservation_fee"] is True
    assert there.system.bodies[-1]["payment_method"] == {"payment_method_id": event["payment_method"]["id"]}


async def test_money_orders_are_taken_only_where_the_settings_allow_it(there: Any) -> None:
    payment = {"kind": "money_order", "reference_number": "M-1", "money_order_amount": "5.99"}
    with pytest.raises(Rejected) as caught:
        await there.run("create-reservation", reservation(dear(there), payment))
    assert caught.value.errors[0].field == "payment_method.kind"
    assert there.system.requests == []
    there.system.money_orders = True
    made = (await there.run("create-reservation", reservation(dear(there), payment), money_orders=True))["lead"]
    assert made["has_paid_reservation_fee"] is True


@pytest.mark.parametrize(
    ("payment", "field"),
    [
        ({}, "kind"),
        ({"kind": "cash"}, "amount_tendered"),
        ({"kind": "check", "check_number": "1", "name_on_check": "K"}, "check_amount"),
        ({"kind": "check", "check_amount": "1"}, "kind"),
        ({"kind": "money_order"}, "kind"),
        ({"kind": "credit_card"}, "kind"),
        ({"kind": "ach"}, "kind"),
        ({"kind": "card_swipe"}, "kind"),
        ({"kind": "barter"}, "kind"),
        ({"kind": "cash", "amount_tendered": "-1"}, "amount_tendered"),
    ],
)
def test_each_kind_wants_its_fields(payment: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        PROVIDER.action("create-reservation").params.model_validate(reservation("u", payment))  # type: ignore[union-attr]
    assert [e["loc"] for e in caught.value.errors()] == [("payment_method", field)]


@pytest.mark.parametrize(
    ("who", "field"),
    [({"last_name": None}, "last_name"), ({"mailing_address_attributes": None}, "billing_address_attributes.address1")],
)
async def test_the_payers_name_and_address_are_asked_for_where_the_tenant_has_none(who: Any, field: str) -> None:
    given = reservation("u", {"kind": "cash", "amount_tendered": "20"})
    given["tenant_attributes"] |= who
    wire = Wire()
    action = PROVIDER.action("create-reservation")
    assert action is not None
    with pytest.raises(Rejected) as caught:
        await action.run(wire.api, action.params.model_validate(given))
    assert caught.value.errors[0].field == f"payment_method.{field}"
    assert wire.asked == []


# ------------------------------------------------------------------------------------------------ fees


async def test_a_fee_that_is_not_paid_says_to_send_the_link(there: Any) -> None:
    made = (await there.run("create-reservation", reservation(dear(there), None)))["lead"]
    assert "online move-in link" in made["what_next"]
    assert next(iter(made)) == "what_next"
    assert made["move_in_from_reservation_url"].startswith("https://")
    cheap = there.system.facilities[A].units[0]["id"]
    assert "what_next" not in (await there.run("create-reservation", reservation(cheap, None)))["lead"]


async def test_a_refusal_that_wants_a_card_says_to_send_the_link(there: Any) -> None:
    there.system.fee_first = True
    with pytest.raises(Rejected) as caught:
        await there.run("create-reservation", reservation(dear(there), None))
    assert "online move-in link" in caught.value.errors[0].message
    assert caught.value.errors[0].field == "payment_method_id"
    await there.run("create-reservation", reservation(dear(there), {"kind": "cash", "amount_tendered": "20"}))


# --------------------------------------------------------------------------------------- never in Slack


def test_no_form_asks_for_a_card() -> None:
    for action in PROVIDER.actions:
        for asked in fields_of(action.params):
            if asked.model is PaymentMethod:
                names = {f.name for f in fields_of(PaymentMethod)}
                assert not names & OUTSIDE
                (kind,) = (f for f in fields_of(PaymentMethod) if f.name == "kind")
                assert {code for code, _ in kind.choices} == {"cash", "check", "money_order"}
    assert PaymentMethod.model_fields.keys() >= OUTSIDE


@pytest.mark.parametrize("payment", [CARD, BANK, SWIPE], ids=lambda p: p["kind"])
def test_cards_are_stars_wherever_they_are_looked_at(payment: dict[str, Any]) -> None:
    made = PROVIDER.action("create-reservation").params.model_validate(reservation("u", payment))  # type: ignore[union-attr]
    body = body_of(made, Settings())
    paid = body["payment_method"]
    shown = [repr(made), str(made), str(made.model_dump()), made.model_dump_json(), repr(made.model_dump(mode="json"))]
    shown += [repr(body), str(body), f"{paid}", *(f"{v} {v!r} {v!s}" for v in paid.values() if not isinstance(v, dict))]
    for text in shown:
        assert not any(canary in text for canary in CANARIES), text
    sent = json.loads(orjson.dumps(body))["payment_method"]
    assert {k: sent[k] for k in payment} == payment


@pytest.mark.parametrize("payment", [CARD, BANK, SWIPE], ids=lambda p: p["kind"])
async def test_cards_are_in_no_log_and_no_error(payment: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    action = PROVIDER.action("create-reservation")
    assert action is not None
    echo = {
        "meta": {"status_code": 422, "message": f"{payment} is wrong {list(payment.values())}", "parameters": payment}
    }
    for answer in ((422, echo), (500, {}), (200, b"<html>"), (200, echo)):
        wire = Wire({f"POST /v1/{F1}/leads": answer, f"GET /v1/{F1}/leads": {"leads": []}})
        try:
            await action.run(wire.api, action.params.model_validate(reservation("u", payment)))
        except Exception as error:
            text = "".join(traceback.format_exception(error)) + repr(getattr(error, "errors", ""))
            digits = [c for c in CANARIES if len(c) > 5 and not c.endswith("c4nary")]
            assert not any(canary in text for canary in digits), text
        else:
            pytest.fail("it was no failure")
    assert not any(canary in caplog.text for canary in CANARIES)


def test_a_broken_form_does_not_repeat_a_card() -> None:
    for bad in ({"card_type": "c4nary-type"}, {"card_number": ["4242424242424242"]}, {"unknown": "4242424242424242"}):
        with pytest.raises(ValidationError) as caught:
            PROVIDER.action("create-reservation").params.model_validate(reservation("u", CARD | bad))  # type: ignore[union-attr]
        assert "4242" not in str(caught.value)
        assert "c4nary" not in str(caught.value)
