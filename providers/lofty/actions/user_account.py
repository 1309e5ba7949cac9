"""Accounts of agents (5.10)."""

from __future__ import annotations

from typing import Any

from providers.action import Action, post, put
from providers.lofty.models.user_account import Account, AddAccount, EditAccount

SECTION = "User Account"

USER_ACCOUNT: tuple[Action[Any], ...] = (
    post(
        "/v1.0/agent",
        "add-account",
        "Add an agent's account",
        AddAccount,
        gives=Account,
        admins=True,
        section=SECTION,
        source="5.10.1",
    ),
    put(
        "/v1.0/agent",
        "edit-account",
        "Change an agent's account",
        EditAccount,
        gives=Account,
        admins=True,
        section=SECTION,
        source="5.10.2",
    ),
)
