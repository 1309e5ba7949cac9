"""Deals of a lead (5.5.17 to 5.5.23). The document has them in its section of leads."""

from __future__ import annotations

from typing import Any

from providers.action import Action, get, post, put
from providers.lead import Privacy
from providers.lofty.actions.leads import SECTION
from providers.lofty.models.transactions import (
    AddTransaction,
    EditTransaction,
    EditTransactionAddress,
    Transaction,
    TransactionAddress,
    TransactionFieldKind,
    TransactionsOf,
    WhichTransaction,
)

TRANSACTIONS: tuple[Action[Any], ...] = (
    get(
        "/v1.0/leads/{leadId}/transactions",
        "transactions",
        "Transactions of a lead",
        TransactionsOf,
        gives=Transaction,
        lead="leadId",
        section=SECTION,
        source="5.5.22",
    ),
    get(
        "/v1.0/leads/{leadId}/transaction/{transactionId}",
        "get-transaction",
        "One transaction",
        WhichTransaction,
        gives=Transaction,
        lead="leadId",
        section=SECTION,
        source="5.5.19",
    ),
    post(
        "/v1.0/leads/{leadId}/transaction",
        "add-transaction",
        "Add a transaction",
        AddTransaction,
        gives=Transaction,
        lead="leadId",
        section=SECTION,
        source="5.5.17",
    ),
    put(
        "/v1.0/leads/{leadId}/transaction/{transactionId}",
        "edit-transaction",
        "Change a transaction",
        EditTransaction,
        gives=Transaction,
        lead="leadId",
        section=SECTION,
        source="5.5.20",
    ),
    get(
        "/v1.0/leads/{leadId}/transaction/{transactionId}/property/address",
        "get-transaction-address",
        "Address of a transaction's property",
        WhichTransaction,
        gives=TransactionAddress,
        lead="leadId",
        section=SECTION,
        source="5.5.21",
    ),
    post(
        "/v1.0/leads/{leadId}/transaction/property/address",
        "edit-transaction-address",
        "Change the address of a transaction's property",
        EditTransactionAddress,
        lead="leadId",
        idempotent=True,
        privacy=Privacy.PUBLIC,
        warns="The whole address is replaced: what you left empty will be empty in Lofty.",
        section=SECTION,
        source="5.5.18",
    ),
    get(
        "/v1.0/transaction/customfields",
        "transaction-fields",
        "Fields that the team has added to transactions",
        gives=TransactionFieldKind,
        section=SECTION,
        source="5.5.23",
    ),
)
