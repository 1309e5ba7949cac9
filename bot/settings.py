"""What an operator sets: environment variables and ``.env``; each mistake is named in one sentence."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import SecretStr

from providers.provider import Provider


class BadSetting(Exception):
    """A setting is missing or malformed; the text is the sentence for the operator (exit code 2)."""


@dataclass(frozen=True)
class Tempo:
    """How fast things go. ``leadbell demo --fast`` and tests shorten it."""

    poll_seconds: float | None = None
    """Overrides the connections' own interval."""
    sweep_seconds: float | None = None
    doubt_seconds: float = 10.0
    post_gap: float = 1.0
    """Seconds between two messages to one channel (Slack: about one a second, with short bursts)."""
    longest_backoff: float = 900.0
    first_backoff: float = 30.0
    budget: bool = True
    lease_seconds: float = 8.0
    """After which a process that leads and is silent is replaced by another one on the same database."""

    @classmethod
    def fast(cls) -> Tempo:
        """Every waiting time shortened, for the sandbox."""
        return cls(
            poll_seconds=1,
            sweep_seconds=15,
            doubt_seconds=2,
            post_gap=0.05,
            longest_backoff=5,
            first_backoff=1,
            lease_seconds=3,
        )


@dataclass(frozen=True)
class Settings:
    """Everything that ``leadbell run`` needs."""

    database: Path = Path("leadbell.sqlite3")
    secret_keys: tuple[SecretStr, ...] = ()
    bot_token: SecretStr = field(default_factory=lambda: SecretStr(""))
    """One workspace's; empty: workspaces install the app from a web page."""
    client_id: str = ""
    """With ``client_secret``: anybody may install the app from a web page; empty: nobody."""
    client_secret: SecretStr = field(default_factory=lambda: SecretStr(""))
    signing_secret: SecretStr = field(default_factory=lambda: SecretStr(""))
    app_token: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    host: str = "127.0.0.1"
    port: int = 3000
    provider_urls: Mapping[str, str] = field(default_factory=dict)
    public_url: str = ""
    """Where lead systems and browsers reach the bot; empty: nowhere."""
    grace: timedelta = timedelta(days=7)
    """How long what a workspace had is kept after it removed the app."""
    crash_at: str | None = None
    pause_at: str | None = None
    tempo: Tempo = field(default_factory=Tempo)


def environment(*, dotenv: bool = True) -> dict[str, str]:
    """The environment over what ``.env`` in the working directory says."""
    found = {k: v for k, v in dotenv_values(".env").items() if v} if dotenv else {}
    return {**found, **os.environ}


def provider_urls(env: Mapping[str, str], providers: Mapping[str, Provider]) -> dict[str, str]:
    """``LEADBELL_<SLUG>_URL``: scheme and host of each lead system. Raises BadSetting."""
    found = {}
    for slug in providers:
        name = f"LEADBELL_{slug.upper()}_URL"
        if url := env.get(name, "").strip().rstrip("/"):
            if not url.startswith(("http://", "https://")) or " " in url:
                raise BadSetting(f"{name} must be a web address such as https://app.example.com.")
            found[slug] = url
    return found


def public_url(env: Mapping[str, str]) -> str:
    """``LEADBELL_PUBLIC_URL``, without a slash at the end. Raises BadSetting.

    Secrets and codes of consent travel to it, so it has to be https but on this machine.
    """
    text = env.get("LEADBELL_PUBLIC_URL", "").strip().rstrip("/")
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        near = parts.hostname in ("127.0.0.1", "localhost")
        whole = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment or "@" in parts.netloc)
    except ValueError:  # a port that is none, a bracket left open
        whole = near = False
        parts = urlsplit("")
    if not whole or not text.isascii() or re.search(r'[\s"<>|?#\\]', text):
        raise BadSetting("LEADBELL_PUBLIC_URL must be a web address such as https://leads.example.com.")
    if parts.scheme != "https" and not (parts.scheme == "http" and near):
        raise BadSetting("LEADBELL_PUBLIC_URL must begin with https:// (http:// only for 127.0.0.1 and localhost).")
    return text


def secret_keys(env: Mapping[str, str]) -> tuple[SecretStr, ...]:
    """``LEADBELL_SECRET_KEY``: keys separated by commas or spaces. Raises BadSetting."""
    keys = tuple(SecretStr(k) for k in env.get("LEADBELL_SECRET_KEY", "").replace(",", " ").split())
    if any(len(k.get_secret_value()) < 32 for k in keys):
        raise BadSetting(
            "LEADBELL_SECRET_KEY must be 32 random characters or more; "
            "make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'."
        )
    return keys


def database_path(env: Mapping[str, str]) -> Path:
    """``LEADBELL_DATABASE``. Raises BadSetting."""
    path = Path(env.get("LEADBELL_DATABASE") or "leadbell.sqlite3")
    if path.is_dir():
        raise BadSetting(f"LEADBELL_DATABASE is a folder ({path}); name a file in it.")
    return path


def _port(env: Mapping[str, str]) -> int:
    text = env.get("PORT", "3000")
    if not (text.isascii() and text.isdigit()) or not 0 <= int(text) <= 65535:
        raise BadSetting("PORT must be a number from 0 to 65535.")
    return int(text)


def _token(env: Mapping[str, str], name: str, prefix: str, where: str) -> SecretStr:
    value = env.get(name, "").strip()
    if not value:
        raise BadSetting(f"{name} is missing; you find it in your Slack app under {where}.")
    if not value.startswith(prefix):
        raise BadSetting(f"{name} does not look right: it starts with {prefix} (your Slack app, {where}).")
    return SecretStr(value)


def _grace(env: Mapping[str, str]) -> timedelta:
    """``LEADBELL_GRACE_DAYS``. Raises BadSetting."""
    text = env.get("LEADBELL_GRACE_DAYS", "").strip() or "7"
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", text) or float(text) > 3650:
        raise BadSetting("LEADBELL_GRACE_DAYS must be a number of days from 0 to 3650, such as 7.")
    return timedelta(days=float(text))


def _oauth(env: Mapping[str, str]) -> tuple[str, SecretStr]:
    """``SLACK_CLIENT_ID`` and ``SLACK_CLIENT_SECRET``, both or neither. Raises BadSetting."""
    found = {name: env.get(name, "").strip() for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")}
    given = [name for name, value in found.items() if value]
    if len(given) == 1:
        (lacking,) = found.keys() - given
        raise BadSetting(
            f"{lacking} is missing beside {given[0]}; both stand in your Slack app under Basic Information, "
            "App Credentials."
        )
    return found["SLACK_CLIENT_ID"], SecretStr(found["SLACK_CLIENT_SECRET"])


def _tempo(env: Mapping[str, str]) -> Tempo:
    """``LEADBELL_TEMPO``: ``fast`` shortens every waiting time, ``flood`` also lifts the rate budget.

    Raises BadSetting.

    For rehearsals, tests and benchmarks against stand-ins; not for a lead system that somebody pays for.
    """
    match env.get("LEADBELL_TEMPO", "").strip():
        case "":
            return Tempo()
        case "fast":
            return Tempo.fast()
        case "flood":
            return replace(Tempo.fast(), budget=False)
        case _:
            raise BadSetting("LEADBELL_TEMPO must be fast or flood, or not be set.")


def load(env: Mapping[str, str], providers: Mapping[str, Provider]) -> Settings:
    """Settings of ``leadbell run``. Raises BadSetting."""
    client_id, client_secret = _oauth(env)
    bot_token = SecretStr("")
    if not env.get("SLACK_BOT_TOKEN", "").strip() and not client_id:
        raise BadSetting(
            "SLACK_BOT_TOKEN is missing; you find it in your Slack app under OAuth & Permissions (or set "
            "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET, and workspaces install the app from a web page)."
        )
    if env.get("SLACK_BOT_TOKEN", "").strip():
        bot_token = _token(env, "SLACK_BOT_TOKEN", "xoxb-", "OAuth & Permissions")
    app_token = None
    if env.get("SLACK_APP_TOKEN", "").strip():
        app_token = _token(env, "SLACK_APP_TOKEN", "xapp-", "Basic Information, App-Level Tokens")
    signing = env.get("SLACK_SIGNING_SECRET", "").strip()
    if app_token is None and not signing:
        raise BadSetting(
            "SLACK_SIGNING_SECRET is missing; you find it in your Slack app under Basic Information "
            "(or set SLACK_APP_TOKEN to use Socket Mode)."
        )
    url = env.get("SLACK_API_URL", "https://slack.com/api/").strip()
    if not url.startswith(("http://", "https://")):
        raise BadSetting("SLACK_API_URL must be a web address such as https://slack.com/api/.")
    return Settings(
        database=database_path(env),
        secret_keys=secret_keys(env),
        bot_token=bot_token,
        client_id=client_id,
        client_secret=client_secret,
        signing_secret=SecretStr(signing),
        app_token=app_token,
        slack_api_url=url.rstrip("/") + "/",
        host=env.get("HOST", "127.0.0.1"),
        port=_port(env),
        provider_urls=provider_urls(env, providers),
        public_url=public_url(env),
        grace=_grace(env),
        crash_at=env.get("LEADBELL_CRASH_AT") or None,
        pause_at=env.get("LEADBELL_PAUSE_AT") or None,
        tempo=_tempo(env),
    )
