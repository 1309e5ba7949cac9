"""What is wrong with installations, for whoever runs Leadbell."""

from __future__ import annotations

from bot.settings import Settings
from storage import installations
from storage.database import Tx
from storage.installations import Installation
from storage.vault import Vault, WrongKey


def troubles(tx: Tx, vault: Vault, settings: Settings) -> list[str]:
    """A sentence for each installation with which nothing can be done just now, as far as the database knows."""
    found = []
    for one in installations.every(tx):
        name = f"{one.name} ({one.workspace})" if one.name else one.workspace
        if one.state == installations.UNINSTALLED:
            found.append(f"{name} removed Leadbell; what it had is deleted when its time of grace is over.")
        elif one.in_settings and not settings.bot_token.get_secret_value():
            found.append(f"{name} has no token: SLACK_BOT_TOKEN is not set any more. Install Leadbell there again.")
        elif one.tokens is not None and not _opens(vault, one):
            found.append(f"{name}: its token was stored under a key that is lost. Install Leadbell there again.")
        elif one.state == installations.REVOKED:
            found.append(f"{name}: Slack refuses its token ({one.trouble}). Install Leadbell there again.")
        elif one.expires_at is not None and not settings.client_id:
            found.append(f"{name}: its token expires, and SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are not set.")
    return found


def _opens(vault: Vault, one: Installation) -> bool:
    try:
        installations.unsealed(one.workspace, vault, one)
    except (WrongKey, ValueError, KeyError):
        return False
    return True
