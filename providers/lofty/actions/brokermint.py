"""What Brokermint tells Lofty (5.5.1, 5.5.2). For admins: it is made for machines and overwrites what people wrote."""

from __future__ import annotations

from typing import Any

from providers.action import Action, put
from providers.lofty.actions.leads import SECTION
from providers.lofty.models.brokermint import Outcome, SyncContact, SyncTransaction

BROKERMINT: tuple[Action[Any], ...] = (
    put(
        "/v1.0/brokermint/lead",
        "sync-brokermint-lead",
        "Bring a lead up to date from Brokermint",
        SyncContact,
        gives=Outcome,
        admins=True,
        section=SECTION,
        source="5.5.1",
    ),
    put(
        "/v1.0/brokermint/transaction",
        "sync-brokermint-transaction",
        "Bring a transaction up to date from Brokermint",
        SyncTransaction,
        gives=Outcome,
        admins=True,
        section=SECTION,
        source="5.5.2",
    ),
)
