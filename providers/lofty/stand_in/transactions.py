"""Transactions of leads and what Brokermint sends of them (sections 5.5.1, 5.5.2, 5.5.17 to 5.5.23)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from providers.lofty.stand_in.account import Account, Call, Json, full_name
from providers.lofty.stand_in.records import record
from providers.lofty.stand_in.refusals import (
    NO_SUCH_STATUS,
    TRANSACTION_NAME,
    TRANSACTION_NOT_EXIST,
    Refused,
    invalid,
    no_resource,
)
from providers.lofty.stand_in.times import epoch_ms

STATUSES: Final = {
    "Purchase": ("Pre-contract", "Under Contract", "Closed", "Cancelled"),
    "Listing": ("Pre-listing", "Active", "Under Contract", "Closed", "Cancelled"),
    "Lease": ("Searching", "Signed", "Closed", "Cancelled"),
    "Other": ("Open", "Closed", "Cancelled"),
}
"""The team's transaction pipelines; every team has its own."""
_FIXED: Final = frozenset({"assignedAgent", "created", "leadName", "transactionId", "updated"})
"""Fields of a request that are ignored."""


def add_transaction(account: Account, call: Call) -> Any:
    """Add a transaction to a lead; it is given back as stored."""
    return write_transaction(account, account.lead(call.path["leadId"]), call.body)


def get_transaction(account: Account, call: Call) -> Any:
    """One transaction."""
    return _transaction(account, call.path["leadId"], call.path["transactionId"])


def edit_transaction(account: Account, call: Call) -> Any:
    """Change what is given of a transaction."""
    made = _transaction(account, call.path["leadId"], call.path["transactionId"])
    _check(account, call.body)
    kind = call.body.get("transactionType") or made["transactionType"]
    status = call.body.get("transactionStatus")
    if status is not None:
        found = next((one for one in STATUSES[kind] if one.lower() == status.lower()), None)
        if found is None:
            raise Refused(400, NO_SUCH_STATUS, "transactionStatus is no stage of the pipeline")
        call.body["transactionStatus"] = found
    _write(account, made, call.body)
    return made


def list_transactions(account: Account, call: Call) -> Any:
    """All transactions of a lead."""
    lead = account.lead(call.path["leadId"])
    return [made for owner, made in account.transactions.values() if owner == lead["leadId"]]


def get_address(account: Account, call: Call) -> Any:
    """Where the property of a transaction is."""
    made = _transaction(account, call.path["leadId"], call.path["transactionId"])
    address = account.addresses.get(made["transactionId"])
    if address is None:
        raise no_resource("RESOURCE_NOT_EXIST")
    return address


def set_address(account: Account, call: Call) -> Any:
    """Say where the property is: what is not given is emptied."""
    made = _transaction(account, call.path["leadId"], call.body["transactionId"])
    account.addresses[made["transactionId"]] = record("LeadTransactionPropertyAddress", **call.body)
    return {"code": 0, "message": "success"}


def list_custom_fields(account: Account, _: Call) -> Any:
    """The team's own fields of transactions."""
    return account.transaction_fields


def sync_contact(account: Account, call: Call) -> Any:
    """Brokermint tells of a contact. Without a link that was made in Lofty it is a 200 with a code that is not 0."""
    lead_id = account.brokermint.get(call.body.get("externalId") or "")
    if lead_id is None:
        return {"code": 200060, "message": "The contact is not linked to Brokermint"}
    lead = account.lead(lead_id)
    names = {"firstName": "firstName", "lastName": "lastName", "city": "city", "state": "state"}
    names |= {"zip": "zipCode", "address": "streetAddress", "leadSource": "source"}
    lead.update((ours, call.body[theirs]) for theirs, ours in names.items() if call.body.get(theirs) is not None)
    for theirs, ours in (("email", "emails"), ("phone", "phones")):
        if call.body.get(theirs):
            lead[ours] = [call.body[theirs], *(one for one in lead[ours] if one != call.body[theirs])]
    account.saved(lead)
    return {"code": 0, "message": "success"}


def sync_transaction(account: Account, call: Call) -> Any:
    """Brokermint tells of a transaction; it has to be linked too."""
    number = call.body["id"]
    if number not in account.brokermint_transactions or number not in account.transactions:
        return {"code": TRANSACTION_NOT_EXIST, "message": "TRANSACTION_NOT_EXIST"}
    made = account.transactions[number][1]
    changed: Json = {}
    if call.body.get("price") is not None:
        changed["homePrice"] = call.body["price"]
    if call.body.get("transactionType"):
        changed["transactionType"] = call.body["transactionType"]
    if call.body.get("status") in {"Closed", "Cancelled"}:
        changed["transactionStatus"] = call.body["status"]
    for theirs, ours in (
        ("closedAt", "closeDate"),
        ("closingDate", "expectedCloseDate"),
        ("expirationDate", "expiration"),
    ):
        if call.body.get(theirs) is not None:
            changed[ours] = _ms(call.body[theirs])
    _write(account, made, changed)
    return {"code": 0, "message": "success"}


def write_transaction(account: Account, lead: Json, body: Json) -> Json:
    """A new transaction of a lead. A type or status that no pipeline has falls back to the first, silently."""
    _check(account, body)
    if not body["transactionName"].strip():
        raise Refused(400, TRANSACTION_NAME, "TRANSACTION_NAME_BLANK", field="transactionName")
    at = epoch_ms(account.now())
    made = record(
        "LeadTransaction",
        transactionId=account.ids.next("transaction"),
        leadName=full_name(lead),
        assignedAgent=lead["assignedUserId"],
        transactionType="Purchase",
        created=at,
        updated=at,
        customFields=[],
    )
    _write(account, made, body)
    if made["transactionStatus"] not in STATUSES[made["transactionType"]]:
        made["transactionStatus"] = STATUSES[made["transactionType"]][0]
    account.transactions[made["transactionId"]] = lead["leadId"], made
    return made


def _check(account: Account, body: Json) -> None:
    if set(body.get("transactionName") or "") & set("<>"):
        raise Refused(400, TRANSACTION_NAME, "TRANSACTION_NAME_HTML", field="transactionName")
    known = {one["id"] for one in account.transaction_fields}
    for place, one in enumerate(body.get("customFields") or ()):
        if one.get("id") not in known:
            raise invalid(f"customFields[{place}].id", "is no custom field of this team")


def _write(account: Account, made: Json, body: Json) -> None:
    made.update((name, value) for name, value in body.items() if value is not None and name not in _FIXED)
    made["updated"] = epoch_ms(account.now())


def _transaction(account: Account, lead_id: int, number: int) -> Json:
    account.lead(lead_id)
    owner, made = account.transactions.get(number, (None, {}))
    if owner != lead_id:
        raise Refused(404, TRANSACTION_NOT_EXIST, "TRANSACTION_NOT_EXIST")
    return made


def _ms(value: Any) -> int:
    if isinstance(value, dict):
        return int(value["time"])
    return epoch_ms(datetime.fromisoformat(value))
