"""Subscriptions (section 5.12). Only those to list 2, leads, are ever called."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from providers.lofty.stand_in.account import TEAM_ID, Account, Call
from providers.lofty.stand_in.records import record
from providers.lofty.stand_in.refusals import Refused, invalid

DEFAULT_LIMIT: Final = 100


class Webhooks:
    """The operations; ``allow_http`` lets callbacks be plain HTTP, on this machine."""

    def __init__(self, allow_http: bool) -> None:
        self.allow_http = allow_http

    def add(self, account: Account, call: Call) -> Any:
        """Subscribe to a list."""
        try:
            address = urlsplit(call.body["callbackUrl"])
            port_is_fine = address.port is None or address.port > 0
        except ValueError:
            raise invalid("callbackUrl", "WEBHOOK_CALLBACK_URL_INVALID") from None
        schemes = {"https", "http"} if self.allow_http else {"https"}
        if address.scheme not in schemes or not address.hostname or not port_is_fine:
            raise invalid("callbackUrl", "WEBHOOK_CALLBACK_URL_INVALID")
        number = account.ids.next("subscription")
        account.webhooks[number] = record(
            "WebhookResponse",
            subscribeId=number,
            teamId=TEAM_ID,
            vendorId=-1,
            listId=call.body["listId"],
            callbackUrl=call.body["callbackUrl"],
            limit=call.body.get("limit") or DEFAULT_LIMIT,
        )
        return account.webhooks[number]

    def delete(self, account: Account, call: Call) -> Any:
        """Unsubscribe. The answer is empty."""
        if account.webhooks.pop(call.path["subscribeId"], None) is None:
            raise Refused(400, 20012, "WEBHOOK_DELETE_NOT_EXIST", field="subscribeId")

    def list_all(self, account: Account, _: Call) -> Any:
        """All subscriptions of the team: a bare list."""
        return list(account.webhooks.values())
