"""A missing or malformed setting is named in one sentence on standard error, with exit code 2."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.settings import load, public_url
from storage import installations
from storage.database import Database, Tx
from storage.installations import Granted
from storage.vault import Vault, check_key
from tests.faults.process import BOT_TOKEN, SECRET_KEY, SIGNING_SECRET, Street, prepare

GOOD = {
    "SLACK_BOT_TOKEN": BOT_TOKEN,
    "SLACK_SIGNING_SECRET": SIGNING_SECRET,
    "LEADBELL_SECRET_KEY": SECRET_KEY,
    "LEADBELL_DATABASE": "leadbell.sqlite3",
}


def refused(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: str | None) -> str:
    """The one sentence that a command ends with."""
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(main, [command], env={**GOOD, **settings})
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (sentence,) = result.stderr.splitlines()
    return sentence


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("SLACK_BOT_TOKEN", None, "is missing"),
        ("SLACK_BOT_TOKEN", "xoxp-of-a-person", "does not look right: it starts with xoxb-"),
        ("SLACK_SIGNING_SECRET", None, "is missing"),
        ("SLACK_APP_TOKEN", "xoxb-again", "does not look right: it starts with xapp-"),
        ("SLACK_API_URL", "slack.example", "must be a web address"),
        ("PORT", "http", "must be a number from 0 to 65535"),
        ("PORT", "70000", "must be a number from 0 to 65535"),
        ("PORT", "-1", "must be a number from 0 to 65535"),
        ("PORT", "³", "must be a number from 0 to 65535"),
        ("LEADBELL_KPRO_URL", "app.kpro.co", "must be a web address"),
        ("LEADBELL_PUBLIC_URL", "desk.example", "must be a web address"),
        ("LEADBELL_PUBLIC_URL", "https://:443", "must be a web address"),
        ("LEADBELL_PUBLIC_URL", "https://leads.example.com:port", "must be a web address"),
        ("LEADBELL_PUBLIC_URL", "https://leads.example.com/?a=b", "must be a web address"),
        ("LEADBELL_PUBLIC_URL", "https://me:secret@leads.example.com", "must be a web address"),
        ("LEADBELL_PUBLIC_URL", "http://leads.example.com", "must begin with https://"),
        ("LEADBELL_PUBLIC_URL", "http://127.0.0.1.example.com", "must begin with https://"),
        ("LEADBELL_PUBLIC_URL", "ftp://localhost", "must begin with https://"),
        ("LEADBELL_SECRET_KEY", "too-short", "must be 32 random characters or more"),
        ("LEADBELL_SECRET_KEY", f"{SECRET_KEY},short", "must be 32 random characters or more"),
        ("LEADBELL_DATABASE", ".", "is a folder"),
        ("LEADBELL_TEMPO", "hasty", "must be fast"),
        ("LEADBELL_GRACE_DAYS", "soon", "must be a number of days"),
        ("LEADBELL_GRACE_DAYS", "9999", "must be a number of days"),
        ("LEADBELL_GRACE_DAYS", "³", "must be a number of days"),
    ],
)
def test_a_bad_setting_is_named(
    command: str, name: str, value: str | None, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = refused(command, tmp_path, monkeypatch, **{name: value})
    assert sentence.startswith(name)
    assert why in sentence
    assert value in (None, ".", "³", "-1") or value not in sentence
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "lacking"),
    [("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"), ("SLACK_CLIENT_SECRET", "SLACK_CLIENT_ID")],
)
def test_half_of_what_installing_needs_is_named(
    given: str, lacking: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = refused("check", tmp_path, monkeypatch, **{given: "738474920.1207"})
    assert sentence.startswith(f"{lacking} is missing beside {given}")


OAUTH = {"SLACK_CLIENT_ID": "738474920.1207", "SLACK_CLIENT_SECRET": "0f" * 16}


def test_what_installing_needs_is_enough_without_a_bot_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["check"], env={**GOOD, "SLACK_BOT_TOKEN": None, **OAUTH})
    assert (result.exit_code, result.stdout) == (0, "Settings, key and database are in order.\n")
    loaded = load({**GOOD, **OAUTH, "LEADBELL_GRACE_DAYS": "0.5"}, {})
    assert loaded.bot_token.get_secret_value() == BOT_TOKEN
    assert (loaded.client_id, loaded.grace) == ("738474920.1207", timedelta(hours=12))
    assert OAUTH["SLACK_CLIENT_SECRET"] not in repr(loaded)


def test_check_names_workspaces_with_which_nothing_can_be_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database, vault = Database(tmp_path / "leadbell.sqlite3"), Vault([SECRET_KEY])
    now = datetime.now(UTC)

    def set_up(tx: Tx) -> None:
        check_key(tx, vault)
        for name in ("T1", "T2", "T3", "T4"):
            installations.install(tx, name, vault, Granted(name, "xoxb-secret", name=f"Team {name}"), now)
        installations.uninstalled(tx, "T2", now, now)
        found = installations.get(tx, "T3")
        assert found is not None
        installations.refused(tx, "T3", found.tokens, why="token_revoked", now=now)
        tx.run("UPDATE installations SET tokens = x'010203040506' WHERE workspace = 'T4'")
        installations.install(tx, "T5", vault, Granted("T5", ""), now)

    database.write_now(set_up)
    database.close()
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["check"], env={**GOOD, "SLACK_BOT_TOKEN": None, **OAUTH})
    _, *said = result.stdout.splitlines()
    assert [line.split(";")[0].split(":")[0] for line in said] == [
        "Team T2 (T2) removed Leadbell", "Team T3 (T3)", "Team T4 (T4)", "T5 has no token",
    ]  # fmt: skip
    assert "token_revoked" in said[1]
    assert "key that is lost" in said[2]
    assert "xoxb" not in result.output
    assert result.exit_code == 0


def test_a_wrong_key_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path / "leadbell.sqlite3", key="k" * 64)
    sentence = refused("run", tmp_path, monkeypatch, LEADBELL_SECRET_KEY="another-key-0123456789abcdef-0123456789")
    assert sentence.startswith("LEADBELL_SECRET_KEY does not fit this database")
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["check"], env=GOOD).exit_code == 0


def test_a_lost_key_is_not_replaced_by_a_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path / "leadbell.sqlite3", key="k" * 64)
    sentence = refused("check", tmp_path, monkeypatch, LEADBELL_SECRET_KEY=None)
    assert sentence.startswith("LEADBELL_SECRET_KEY is missing")
    assert not (tmp_path / "leadbell.key").exists()


def test_a_file_that_is_no_database_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "leadbell.sqlite3").write_text("Dear diary, " * 100)
    assert refused("run", tmp_path, monkeypatch).startswith("LEADBELL_DATABASE (leadbell.sqlite3) cannot be opened")


def test_settings_come_from_a_dotenv_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text(f"SLACK_BOT_TOKEN={BOT_TOKEN}\nSLACK_SIGNING_SECRET={SIGNING_SECRET}\nPORT=x\n")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["check"], env={})
    assert (result.exit_code, result.stderr) == (2, "PORT must be a number from 0 to 65535.\n")
    result = CliRunner().invoke(main, ["check"], env={"PORT": "3000"})
    assert (result.exit_code, result.stdout) == (0, "Settings, key and database are in order.\n")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ""),
        (" https://leads.example.com/ ", "https://leads.example.com"),
        ("https://example.com:8443/leadbell", "https://example.com:8443/leadbell"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://localhost:3000/", "http://localhost:3000"),
    ],
)
def test_an_address_of_ones_own_is_taken_without_its_last_slash(text: str, found: str) -> None:
    assert public_url({"LEADBELL_PUBLIC_URL": text}) == found


async def test_a_taken_port_is_named(street: Street) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        await street.start(ready=False, PORT=str(port))
        assert await street.exit_code() == 2
    (sentence,) = street.stderr().splitlines()
    assert sentence.startswith(f"Port {port} on 127.0.0.1 cannot be used")


async def test_a_token_that_slack_refuses_is_named(street: Street) -> None:
    await street.start(ready=False, SLACK_BOT_TOKEN="xoxb-of-last-year")
    assert await street.exit_code() == 2
    (sentence,) = street.stderr().splitlines()
    assert sentence.startswith("SLACK_BOT_TOKEN is refused by Slack (invalid_auth)")
    await street.start()


async def test_the_bot_waits_for_a_slack_that_cannot_be_asked_yet(street: Street) -> None:
    street.slack.faults.add("slack:auth.test", "503")
    await street.start()
    assert "Slack cannot be asked" in street.stderr()
