"""What Lofty's actions on transactions send, what they refuse, and what of an answer is whose to see."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from commands.forms.fields import Kind, fields_of
from providers.action import Action, Outgoing, request_of, result_fields
from providers.lead import Privacy
from providers.lofty.actions.transactions import TRANSACTIONS
from providers.lofty.models.transactions import AddTransaction, Commission, Transaction

NAMED = {a.name: a for a in TRANSACTIONS}
AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
MS = 1777896000000

EXAMPLES: dict[str, tuple[dict[str, Any], Outgoing]] = {
    "transactions": ({"leadId": 5}, Outgoing("GET", "/v1.0/leads/5/transactions", (), None)),
    "get-transaction": (
        {"leadId": 5, "transactionId": 9},
        Outgoing("GET", "/v1.0/leads/5/transaction/9", (), None),
    ),
    "add-transaction": (
        {
            "leadId": 5,
            "transactionName": "123 Main St",
            "transactionType": "Purchase",
            "homePrice": "450000",
            "gci": "13500.50",
            "expectedCloseDate": AT,
            "commissions": {"split": [{"value": 5023, "calculateType": "PERCENT", "payType": "AGENT", "payTo": 3}]},
            "customFields": [{"id": 1001, "value": "Mia"}],
        },
        Outgoing(
            "POST",
            "/v1.0/leads/5/transaction",
            (),
            {
                "transactionName": "123 Main St",
                "transactionType": "Purchase",
                "homePrice": 450000,
                "gci": 13500.5,
                "expectedCloseDate": MS,
                "commissions": {"split": [{"value": 5023, "calculateType": "PERCENT", "payType": "AGENT", "payTo": 3}]},
                "customFields": [{"id": 1001, "value": "Mia"}],
            },
        ),
    ),
    "edit-transaction": (
        {"leadId": 5, "transactionId": 9, "transactionStatus": "Under Contract", "contractDate": AT},
        Outgoing("PUT", "/v1.0/leads/5/transaction/9", (), {"transactionStatus": "Under Contract", "contractDate": MS}),
    ),
    "get-transaction-address": (
        {"leadId": 5, "transactionId": 9},
        Outgoing("GET", "/v1.0/leads/5/transaction/9/property/address", (), None),
    ),
    "edit-transaction-address": (
        {"leadId": 5, "transactionId": 9, "streetAddress": "123 Main St", "unit": "4"},
        Outgoing(
            "POST",
            "/v1.0/leads/5/transaction/property/address",
            (),
            {"transactionId": 9, "streetAddress": "123 Main St", "unit": "4"},
        ),
    ),
    "transaction-fields": ({}, Outgoing("GET", "/v1.0/transaction/customfields", (), None)),
}


def sent(name: str, /, **given: Any) -> Outgoing:
    action: Action[Any] = NAMED[name]
    return request_of(action, action.params(**given))


def refused(name: str, /, **given: Any) -> dict[str, str]:
    """Sentences by field."""
    with pytest.raises(ValidationError) as caught:
        NAMED[name].params(**given)
    return {".".join(map(str, e["loc"])): e["msg"] for e in caught.value.errors()}


@pytest.mark.parametrize("name", NAMED)
def test_an_action_sends_what_was_given_under_the_documented_names(name: str) -> None:
    given, expected = EXAMPLES[name]
    out = sent(name, **given)
    assert (out.method, out.path, out.query) == (expected.method, expected.path, expected.query)
    assert (out.body or None) == expected.body


def test_amounts_are_numbers_and_whole_where_they_are_whole() -> None:
    body = sent("add-transaction", leadId=5, transactionName="x", homePrice="450000.00", teamRevenue="0.1").body
    assert (body["homePrice"], body["teamRevenue"]) == (450000, 0.1)
    assert type(body["homePrice"]) is int
    kinds = {a.name: a.kind for a in fields_of(AddTransaction)}
    assert {kinds[n] for n in ("homePrice", "gci", "teamRevenue", "agentRevenue")} == {Kind.MONEY}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "transactionName"),
        ({"transactionName": "  "}, "transactionName"),
        ({"transactionName": "<b>"}, "transactionName"),
        ({"transactionName": "x", "homePrice": -1}, "homePrice"),
        ({"transactionName": "x", "commissionRate": 101}, "commissionRate"),
        (
            {"transactionName": "x", "commissions": {"split": [{"value": 1, "desc": "x" * 513}]}},
            "commissions.split.0.desc",
        ),
        (
            {"transactionName": "x", "commissions": {"preSplit": [{"value": 1, "payToName": "x" * 256}]}},
            "commissions.preSplit.0.payToName",
        ),
        ({"transactionName": "x", "customFields": [{"id": 1}]}, "customFields.0.value"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_what_lofty_would_refuse_is_refused(given: dict[str, Any], field: str) -> None:
    assert list(refused("add-transaction", leadId=5, **given)) == [field]


def test_a_change_of_nothing_is_refused_and_a_name_may_stay() -> None:
    assert "say what to change" in refused("edit-transaction", leadId=5, transactionId=9)[""]
    assert sent("edit-transaction", leadId=5, transactionId=9, closeDate=AT).body == {"closeDate": MS}
    assert "transactionName" in refused("edit-transaction", leadId=5, transactionId=9, transactionName="a>b")


def test_a_new_transaction_is_asked_for_with_what_matters_first() -> None:
    asked = fields_of(AddTransaction)
    assert [a.name for a in asked if a.required] == ["leadId", "transactionName"]
    open_ = [a.name for a in asked if a.group is None and a.model is None]
    assert open_[2:] == ["transactionType", "transactionStatus", "homePrice", "expectedCloseDate", "closeDate"]
    by_name = {a.name: a for a in asked}
    assert set(by_name["transactionType"].codes) == {"Purchase", "Listing", "Lease", "Other"}
    assert by_name["commissions"].kind is Kind.MODEL
    payees = {a.name: set(a.codes) for a in fields_of(Commission) if a.codes}
    assert payees["calculateType"] == {"AMOUNT", "PERCENT"}
    assert payees["payType"] == payees["splitPayType"] >= {"AGENT", "BROKERAGE", "LEAD", "OTHER", "TEAM"}


def test_replacing_an_address_says_so_first_and_only_adding_may_not_be_repeated() -> None:
    assert NAMED["edit-transaction-address"].asks
    assert {a.name for a in NAMED.values() if not a.idempotent} == {"add-transaction"}
    assert [a.name for a in NAMED.values() if a.for_admins] == []


def test_income_and_addresses_are_not_for_a_channel() -> None:
    classes = {name: privacy for name, (privacy, _) in result_fields(Transaction).items()}
    for name in ("transactionName", "leadName", "gci", "commissionRate", "teamRevenue", "agentRevenue"):
        assert classes[name] is Privacy.CONTACT, name
    for name in ("transactionStatus", "homePrice", "closeDate", "transactionId"):
        assert classes[name] is Privacy.PUBLIC, name


def test_times_of_an_answer_are_read_from_milliseconds() -> None:
    given = Transaction.model_validate({"transactionId": 9, "closeDate": MS, "created": str(MS), "gci": 13500.5})
    assert (given.closeDate, given.created, given.gci) == (AT, AT, 13500.5)
