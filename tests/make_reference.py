"""Write docs/reference.md from the code: ``python -m tests.make_reference``. A test holds the two to agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import click

from bot.calling import described
from bot.cli import main
from bot.web import Web
from commands.registry import VERBS
from commands.verb import Role
from providers.provider import Provider, discover

FILE = Path(__file__).parents[1] / "docs" / "reference.md"

SETTINGS: tuple[tuple[str, str, str], ...] = (
    ("SLACK_BOT_TOKEN", "required", "The bot token (`xoxb-…`): your Slack app, OAuth & Permissions."),
    (
        "SLACK_APP_TOKEN",
        "unset",
        "An app-level token (`xapp-…`) with the scope `connections:write`: your Slack app, Basic Information. "
        "Set: Socket Mode. Unset: HTTP.",
    ),
    (
        "SLACK_SIGNING_SECRET",
        "required for HTTP",
        "Your Slack app, Basic Information. Requests without its signature are answered 401.",
    ),
    ("SLACK_API_URL", "https://slack.com/api/", "Where Slack's Web API is."),
    (
        "LEADBELL_DATABASE",
        "leadbell.sqlite3",
        "The database file; made where it is missing. `leadbell demo` uses it only if it is exported.",
    ),
    (
        "LEADBELL_SECRET_KEY",
        "the key file",
        "Keys of 32 random characters or more, separated by commas or spaces: the first encrypts, all decrypt. "
        "Unset: the key file beside the database, which is made with a new database only.",
    ),
    (
        "LEADBELL_TEMPO",
        "unset",
        "`fast` shortens every waiting time, `flood` also lifts the rate budget. For rehearsals against stand-ins, "
        "not for a lead system that somebody pays for.",
    ),
    (
        "LEADBELL_PUBLIC_URL",
        "unset",
        "The https address at which lead systems and browsers reach this process (http only for 127.0.0.1 and "
        "localhost). Set: lead systems may call Leadbell when a lead arrives, and can be connected by their own page "
        "of consent. Unset: polling only.",
    ),
    ("HOST", "127.0.0.1", "Where `leadbell run` listens."),
    ("PORT", "3000", "The port it listens on; 0 takes a free one."),
)
"""Name, default, meaning. ``LEADBELL_<SLUG>_URL`` is added for each lead system."""

ROUTES: Mapping[tuple[str, str], str] = {
    ("POST", "/slack/events"): (
        "Slash commands, interactivity and events from Slack. 401 without Slack's signature, or with one older than "
        "five minutes; 413 above 1 MB; 400 where a signed body is neither a form nor JSON."
    ),
    ("POST", "/webhooks/{provider}/{secret}"): (
        "A lead system's call: a lead arrived or changed. Answered 200 at once; the leads that it names are read "
        "again, nothing else of it is believed. 404 for an unknown secret, 413 above 1 MB."
    ),
    ("GET", "/oauth/{provider}"): (
        "Where a lead system's page of consent sends the browser back. The state works once, for ten minutes. A small "
        "page says what came of it."
    ),
    ("GET", "/healthz"): '`{"ok": true, "problems": []}`; 503 and the problems where the process is not well.',
}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return [*lines, *(f"| {' | '.join(cell(c) for c in row)} |" for row in rows)]


def cell(text: str) -> str:
    """Text for one cell: bars would end it, and so would a new line."""
    return " ".join(text.split()).replace("|", "\\|")


def words() -> list[str]:
    """``/leads``, a row a verb, and what the longer helps say."""
    rows = [(f"`/leads {v.usage}`", v.summary, "admins" if v.role is Role.ADMIN else "everybody") for v in VERBS]
    lines = ["## Slash words", "", *table(("Command", "What it does", "Who"), rows), ""]
    for verb in VERBS:
        if verb.help:
            lines += [f"### /leads {verb.name}", "", verb.help.replace("\n", "\n\n"), ""]
    lines += ["Guests of the workspace and bots may use none of them."]
    return lines


def kind(schema: Mapping[str, Any], root: Mapping[str, Any]) -> str:
    """A JSON Schema type in words."""
    if "$ref" in schema:
        named = schema["$ref"].rsplit("/", 1)[-1]
        return f"object: {named}, below" if named in root.get("$defs", {}) else "object"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(kind(s, root) for s in schema["anyOf"] if s.get("type") != "null"))
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items', {}), root)}"
    named = {"integer": "whole number", "string": "text", "boolean": "yes or no"}.get(str(schema.get("type")))
    text = named or str(schema.get("type", "anything"))
    if schema.get("format") in ("date", "email"):
        return str(schema["format"]).replace("email", "e-mail")
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None or most is not None:
        text += f" ({least:g} to {most:g})" if None not in (least, most) else f" (from {least:g})"
    if longest := schema.get("maxLength"):
        text += f" (up to {longest} characters)"
    return text


def parameters(schema: Mapping[str, Any], root: Mapping[str, Any], prefix: str = "") -> list[tuple[str, ...]]:
    """A row a parameter: name, type, required, meaning."""
    needed = set(schema.get("required", ()))
    rows = []
    for name, inner in schema.get("properties", {}).items():
        said = ". ".join(p.rstrip(".") for p in (inner.get("title"), inner.get("description")) if p)
        rows.append((f"`{prefix}{name}`", kind(inner, root), "yes" if name in needed else "", said))
    return rows


def actions(providers: Mapping[str, Provider]) -> list[str]:
    """Every action of every lead system, with its parameters."""
    found = described(providers)
    rows = [
        (f"`{a['provider']}`", f"`{a['action']}`", a["title"], a["effect"], f"`{a['method']} {a['path']}`")
        for a in found
    ]
    lines = ["## Actions", "", *table(("Provider", "Action", "Title", "Effect", "Call"), rows), ""]
    lines += [
        "Run one with `leadbell call PROVIDER ACTION [name=value …]`; `leadbell actions --json` gives JSON Schema."
    ]
    head = ("Parameter", "Type", "Required", "Meaning")
    for action in found:
        schema = action["params"]
        lines += ["", f"### {action['provider']} {action['action']}", "", *table(head, parameters(schema, schema))]
        for name, inner in schema.get("$defs", {}).items():
            if inner.get("properties"):
                lines += ["", f"Each `{name}`:", "", *table(head, parameters(inner, schema))]
    return lines


def connecting(providers: Mapping[str, Provider]) -> list[str]:
    """What connecting each lead system asks for."""
    lines = ["## Lead systems", ""]
    for provider in providers.values():
        lines += [
            f"**{provider.name}** (`{provider.slug}`): leads are called `{provider.prefix}-…`; at most "
            f"{provider.rate.per_minute:g} calls a minute and {provider.rate.burst:g} at once for each connection.",
            "",
        ]
        secret, more = (m.model_json_schema() for m in (provider.credentials, provider.settings))
        rows = [(*r, "credential") for r in parameters(secret, secret)]
        rows += [(*r, "setting") for r in parameters(more, more)]
        lines += table(("Field", "Type", "Required", "Meaning", "What"), rows)
    return lines


def command_line() -> list[str]:
    """Every command of ``leadbell`` with its options."""
    lines = ["## Command line", ""]
    for name, command in cast("click.Group", main).commands.items():
        context = click.Context(command, info_name=f"leadbell {name}")
        usage = " ".join(command.collect_usage_pieces(context)).replace("[OPTIONS] ", "").replace("[OPTIONS]", "")
        lines += [f"**`leadbell {name}{f' {usage}' if usage else ''}`** {command.help or ''}".rstrip(), ""]
        options = [o for o in command.params if isinstance(o, click.Option)]
        if options:
            rows = []
            for option in options:
                default = f" (default {option.default})" if option.show_default else ""
                value = "" if option.is_flag else f" {option.make_metavar(context)}"
                rows.append((f"`{', '.join(option.opts)}{value}`", f"{option.help or ''}{default}"))
            lines += [*table(("Option", "Meaning"), rows), ""]
    lines += ["A mistake in the settings or in what was typed is one sentence on standard error, and exit code 2."]
    return lines


def settings(providers: Mapping[str, Provider]) -> list[str]:
    """Environment variables."""
    rows = [(f"`{n}`", d, m) for n, d, m in SETTINGS]
    rows += [
        (f"`LEADBELL_{p.slug.upper()}_URL`", p.url, f"Scheme and host of {p.name}; also for `leadbell call`.")
        for p in providers.values()
    ]
    lines = ["## Settings", "", "From the environment, or from `.env` in the working directory; the environment wins."]
    return [*lines, "", *table(("Variable", "Default", "Meaning"), rows)]


def served() -> set[tuple[str, str]]:
    """Method and path of every route of ``leadbell run``."""
    web = Web.__new__(Web)  # its routes need nothing of what it is built with
    return {(route.method, route.path) for route in cast("Sequence[Any]", web.routes())}


def routes() -> list[str]:
    """HTTP routes."""
    rows = [(f"`{method} {path}`", ROUTES[method, path]) for method, path in sorted(served(), reverse=True)]
    return ["## HTTP", "", *table(("Route", "What it does"), rows)]


def reference() -> str:
    """The whole page."""
    providers = discover()
    parts = (
        ["# Reference", "", "Made from the code by `python -m tests.make_reference`; a test holds it to it."],
        words(),
        connecting(providers),
        actions(providers),
        command_line(),
        settings(providers),
        routes(),
    )
    return "\n\n".join("\n".join(part).strip() for part in parts) + "\n"


if __name__ == "__main__":
    FILE.write_text(reference(), encoding="utf-8")
