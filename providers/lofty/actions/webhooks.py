"""Being called by Lofty when something changes (5.12)."""

from __future__ import annotations

from typing import Any

from providers.action import Action, delete, get, post
from providers.lead import Privacy
from providers.lofty.models.webhooks import AddWebhook, Webhook, WhichWebhook

SECTION = "Webhooks"

WEBHOOKS: tuple[Action[Any], ...] = (
    post(
        "/v1.0/webhook",
        "add-webhook",
        "Add a webhook",
        AddWebhook,
        gives=Webhook,
        admins=True,
        section=SECTION,
        source="5.12.1",
    ),
    delete(
        "/v1.0/webhook/{subscribeId}",
        "delete-webhook",
        "Delete a webhook",
        WhichWebhook,
        privacy=Privacy.PUBLIC,
        section=SECTION,
        source="5.12.2",
    ),
    get(
        "/v1.0/webhooks",
        "webhooks",
        "Webhooks of the team",
        gives=Webhook,
        admins=True,
        section=SECTION,
        source="5.12.3",
    ),
)
