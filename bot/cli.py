"""The command line."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from aiohttp.web import AppRunner

T = TypeVar("T")


def _guarded(work: Callable[[], T]) -> T:
    """Run it; a mistake of the operator's is one sentence on standard error, exit code 2."""
    from bot.calling import BadCall
    from bot.settings import BadSetting

    try:
        return work()
    except (BadSetting, BadCall) as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def _log(verbose: bool = False) -> None:
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="leadbell", prog_name="leadbell")
def main() -> None:
    """Leadbell, the lead desk of a sales team, inside Slack."""


@main.command()
def run() -> None:
    """Serve a real workspace: Socket Mode if SLACK_APP_TOKEN is set, else HTTP on HOST:PORT."""
    from bot.app import build_leadbell
    from bot.serving import serve, until_stopped
    from bot.settings import environment, load
    from providers.provider import discover

    _log(verbose=True)

    async def work() -> None:
        settings = load(environment(), discover())
        bot = await build_leadbell(settings)
        runner: AppRunner | None = None
        try:
            runner, port = await serve(bot.application(), settings.host, settings.port)
            await bot.start()
            how = "Socket Mode" if settings.app_token else f"http://{settings.host}:{port}/slack/events"
            click.echo(f"Leadbell is ready ({how}).")
            await until_stopped()
        finally:
            if runner is not None:
                await runner.cleanup()
            await bot.stop()

    _guarded(lambda: asyncio.run(work()))


@main.command()
@click.option("--port", default=3000, show_default=True, type=click.IntRange(0, 65535), help="Where the console is.")
@click.option("--record", type=click.Path(dir_okay=False, path_type=Path), help="Write each Slack call as a JSON line.")
@click.option("--fast", is_flag=True, help="Leads arrive every second; every waiting time is short.")
def demo(port: int, record: Path | None, fast: bool) -> None:
    """The sandbox: the whole product with no account; a console at http://127.0.0.1:PORT/."""
    from bot.sandbox.demo import run_demo

    _log()
    # Never .env and never SLACK_*: the sandbox cannot touch production.
    database = os.environ.get("LEADBELL_DATABASE")
    _guarded(lambda: asyncio.run(run_demo(port, record=record, fast=fast, database=database)))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable, with parameters as JSON Schema.")
def actions(as_json: bool) -> None:
    """Every action of every lead system."""
    from bot.calling import described
    from providers.provider import discover

    found = described(discover())
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for one in found:
        click.echo(f"{one['provider']:<10} {one['action']:<20} {one['effect']:<8} {one['method']:<6} {one['path']}")


@main.command()
@click.argument("provider")
@click.argument("action")
@click.argument("words", nargs=-1, metavar="[name=value]...")
@click.option("--workspace", help="With --connection: use stored credentials of this workspace.")
@click.option("--connection", help="The connection's name.")
@click.option("--credentials", "file", type=click.Path(path_type=Path), help="Credentials from a JSON file.")
@click.option("--out", type=click.Path(path_type=Path), help="Where a file goes that the action gives.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def call(
    provider: str,
    action: str,
    words: tuple[str, ...],
    workspace: str | None,
    connection: str | None,
    file: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Run one action of a lead system, for example: call kpro get-leads createdAt.gte=2026-01-01 size=10."""
    from bot import calling
    from bot.settings import environment, provider_urls
    from providers.download import Download
    from providers.errors import ProviderError
    from providers.provider import discover

    _log()
    env, providers = environment(), discover()
    system, found = _guarded(lambda: calling.find(providers, provider, action))
    asked = _guarded(lambda: calling.params(found.params, words))
    urls = _guarded(lambda: provider_urls(env, providers))
    settings = None
    if file is not None:
        secret = _guarded(lambda: calling.credentials(system, file))
    else:
        secret, settings = _guarded(lambda: _stored(system, workspace, connection))
    try:
        answer = asyncio.run(calling.run(system, found, asked, secret, urls.get(system.slug), settings))
    except ProviderError as error:
        click.echo(calling.sentence(error, system), err=True)
        sys.exit(1)
    if isinstance(answer, Download):
        answer = _guarded(lambda: calling.keep(answer, out))
    click.echo(json.dumps(answer, indent=None if as_json else 2, ensure_ascii=False))


def _stored(provider: Any, workspace: str | None, connection: str | None) -> tuple[Any, Any]:
    """Stored credentials and settings of a connection."""
    from bot.app import open_database
    from bot.calling import BadCall
    from bot.settings import Settings, database_path, environment, secret_keys
    from storage import connections

    if not workspace or not connection:
        raise BadCall("Say whose credentials: --credentials FILE.json, or --workspace W --connection NAME.")
    env = environment()
    path = database_path(env)
    if not path.exists():
        raise BadCall(f"There is no database at {path}; set LEADBELL_DATABASE.")
    database, vault = open_database(Settings(database=path, secret_keys=secret_keys(env)))
    try:
        held = database.read_now(lambda tx: connections.every(tx, workspace))
        one = next((c for c in held if c.name == connection and c.provider == provider.slug), None)
        if one is None:
            raise BadCall(f"There is no {provider.name} connection called {connection!r} in that workspace.")
        secret = database.read_now(lambda tx: connections.credentials(tx, workspace, vault, one.connection))
    finally:
        database.close()
    return provider.credentials.model_validate(secret), provider.settings.model_validate(one.settings)


@main.command()
def check() -> None:
    """Look whether the settings, the key and the database are in order; names what is wrong."""
    from bot.app import open_database
    from bot.settings import environment, load
    from bot.slack.troubles import troubles
    from providers.provider import discover
    from storage.database import whole

    _log()
    settings = _guarded(lambda: load(environment(), discover()))
    database, vault = _guarded(lambda: open_database(settings))
    try:
        undamaged = database.read_now(whole)
        ill = database.read_now(lambda tx: troubles(tx, vault, settings)) if undamaged else []
    finally:
        database.close()
    if not undamaged:
        click.echo("The database is damaged; restore it from a backup.", err=True)
        sys.exit(1)
    click.echo("Settings, key and database are in order.")
    for sentence in ill:
        click.echo(sentence)


@main.command("new-provider")
@click.argument("slug")
@click.option("--name", help='As people call it, for example "Acme Homes".  [default: the slug]')
@click.option("--prefix", help="Two capital letters for lead references, as in KP-1042.  [default: its initials]")
@click.option(
    "--folder",
    default="providers",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where Leadbell's lead systems are.",
)
def new_provider(slug: str, name: str | None, prefix: str | None, folder: Path) -> None:
    """Make the folder of a new lead system: a small one that works, to be edited. Nothing is overwritten."""
    from bot.new_provider import make, next_steps
    from providers.provider import discover

    made = _guarded(lambda: make(folder, slug, name, prefix, discover()))
    click.echo(next_steps(made))


if __name__ == "__main__":
    main()
