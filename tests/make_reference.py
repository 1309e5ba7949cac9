"""Write docs/reference.md from the code: ``python -m tests.make_reference``. A test holds the two to agree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import click
from pydantic import BaseModel

from bot.cli import main
from bot.web import Web
from commands.forms.fields import LISTS, Asked, Kind, fields_of
from commands.registry import VERBS
from commands.verb import Role
from providers.provider import Provider, discover

FILE = Path(__file__).parents[1] / "docs" / "reference.md"
FEW_CHOICES, MOST_CHOICES = 3, 40

SETTINGS: tuple[tuple[str, str, str], ...] = (
    (
        "SLACK_BOT_TOKEN",
        "required for one workspace",
        "The bot token (`xoxb-…`): your Slack app, OAuth & Permissions.",
    ),
    (
        "SLACK_CLIENT_ID",
        "unset",
        "With `SLACK_CLIENT_SECRET`: your Slack app, Basic Information. Set: workspaces install the app from "
        "`/slack/install`; `SLACK_BOT_TOKEN` may be set beside it, and its workspace is served too.",
    ),
    ("SLACK_CLIENT_SECRET", "unset", "Beside `SLACK_CLIENT_ID`; also renews tokens that expire."),
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
    ("SLACK_API_URL", "https://slack.com/api/", "Where Slack's Web API is; its page of consent is on the same host."),
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
    (
        "LEADBELL_GRACE_DAYS",
        "7",
        "How many days what a workspace had is kept after it removed the app. Then it is deleted, at the earliest "
        "after ten minutes.",
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
    ("GET", "/slack/install"): (
        "A page with *Add to Slack*. 404 and a page that says so without `SLACK_CLIENT_ID` and `SLACK_CLIENT_SECRET`."
    ),
    ("GET", "/slack/oauth_redirect"): (
        "Where Slack sends the browser back. The state works once, for ten minutes, in the browser that began. A small "
        "page says what came of it: 200 when the app was installed or the person said no, 400 for an address that "
        "is no good or a refusal of Slack's, 409 while what the workspace had before is being deleted, 503 while Slack "
        "cannot be reached or the disk is full."
    ),
    ("POST", "/webhooks/{provider}/{secret}"): (
        "A lead system's call: a lead arrived or changed. Answered 200 at once; the leads that it names are read "
        "again, nothing else of it is believed. 404 for an unknown secret, 413 above 1 MB."
    ),
    ("GET", "/oauth/{provider}"): (
        "Where a lead system's page of consent sends the browser back. The state works once, for ten minutes. A small "
        "page says what came of it."
    ),
    ("GET", "/healthz"): (
        '`{"ok": true, "problems": [], "role": "leader"}` (or `follower`); 503 and the problems where the process is '
        "not well."
    ),
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


def kind(asked: Asked) -> str:
    """What a field takes, in a few words."""
    text = _KINDS[asked.kind]
    if asked.model is not None:
        text = f"{text} [{asked.model.__name__}](#{asked.model.__name__.casefold()})"
    if asked.refers:
        text = f"{'list of ' if asked.kind in LISTS else ''}{asked.refers.replace('-', ' ')} by name"
    elif asked.kind is Kind.SELECT:
        text = "whole number" if asked.whole else text
    if asked.least is not None or asked.most is not None:
        least, most = (f"{n:g}" if n is not None else "" for n in (asked.least, asked.most))
        text += f", {f'{least} to {most}' if least and most else f'from {least}' if least else f'up to {most}'}"
    if asked.longest is not None:
        text += f", up to {asked.longest} characters"
    return text + (", **required**" if asked.required else "")


_KINDS: Mapping[Kind, str] = {
    Kind.TEXT: "text",
    Kind.LONG: "text",
    Kind.INTEGER: "whole number",
    Kind.DECIMAL: "number",
    Kind.MONEY: "amount",
    Kind.YES: "yes or no",
    Kind.YES_NO: "yes or no",
    Kind.DATE: "day",
    Kind.MOMENT: "time",
    Kind.SELECT: "text",
    Kind.MULTI: "list",
    Kind.NUMBERS: "list of numbers",
    Kind.TEXTS: "list of texts",
    Kind.NAMED: "",
    Kind.NAMES: "",
    Kind.JSON: "JSON",
    Kind.MODEL: "one",
    Kind.ROWS: "list of",
    Kind.EMAIL: "e-mail address",
    Kind.URL: "web address",
    Kind.SECRET: "secret",
}


def meaning(asked: Asked, like: str = "") -> str:
    """Title, hint and known values of a field; ``like`` is one above it that has the same values."""
    said = [asked.title, asked.hint or ""]
    if like:
        said.append(f"Known: as of `{like}`")
    elif asked.choices:
        known = asked.choices[:MOST_CHOICES]
        values = ", ".join(f"`{v}`" + ("" if same(v, name) else f" {name}") for v, name in known)
        left = len(asked.choices) - len(known)
        said.append(f"Known: {values}{f' and {left} more' if left else ''}")
    if asked.sensitive:
        said.append("Sensitive")
    return " ".join(part if part.endswith(("?", "!", ".")) else f"{part}." for part in said if part)


def same(value: str, name: str) -> bool:
    """Whether a value's name says nothing more than the value itself."""
    return re.sub(r"\W|_", "", value).casefold() == re.sub(r"\W|_", "", name).casefold()


def parameters(model: type[BaseModel]) -> list[tuple[str, ...]]:
    """A row a parameter: name, type, meaning."""
    found, first = fields_of(model), dict[tuple[tuple[str, str], ...], str]()
    for asked in found:
        first.setdefault(asked.choices, asked.name)
    rows: list[tuple[str, ...]] = []
    for asked in found:
        repeats = len(asked.choices) > FEW_CHOICES and first[asked.choices] != asked.name
        rows.append((f"`{asked.name}`", kind(asked), meaning(asked, first[asked.choices] if repeats else "")))
    return rows


def described(model: type[BaseModel]) -> list[str]:
    """A table of what has to be said at length, and one line of what its title explains."""
    brief = [a for a in fields_of(model) if not (a.required or a.hint or a.choices or a.sensitive or a.model)]
    brief = brief if len(brief) > 1 else []
    short = {f"`{a.name}`" for a in brief}
    rows = [row for row in parameters(model) if row[0] not in short]
    also = " · ".join(f"`{a.name}` {a.title} ({kind(a)})" for a in brief)
    lines = table(("Parameter", "Type", "Meaning"), rows) if rows else []
    if also:
        lines += ["", f"Also: {also}."] if rows else [f"{also}."]
    return lines or ["Takes nothing."]


def objects(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The models inside a model, however deep."""
    for asked in fields_of(model):
        if asked.model is not None:
            yield asked.model
            yield from objects(asked.model)


def index(provider: Provider) -> list[tuple[str, ...]]:
    """A row an action; the section stands where it begins."""
    rows: list[tuple[str, ...]] = []
    section = ""
    for action in provider.actions:
        begins = action.section if action.section != section else ""
        section = action.section
        call = f"[`{action.method} {action.path}`](#{provider.slug}-{action.name})"
        who = "admins" if action.for_admins else "everybody"
        rows.append(
            (begins, f"`{provider.slug}`", f"`{action.name}`", action.title, action.effect.value, who, call),
        )
    return rows


def actions(providers: Mapping[str, Provider]) -> list[str]:
    """Every action of every lead system, then the parameters of each, then the objects inside them."""
    head = ("Section", "Provider", "Action", "Title", "Effect", "Who", "Call")
    lines = ["## Actions", "", *table(head, (row for p in providers.values() for row in index(p))), ""]
    lines += [
        "In Slack: `/leads do`. What changes a lead that somebody owns is for the owner and admins. At a command line: "
        "`leadbell call PROVIDER ACTION [name=value …]`; `leadbell actions --json` gives JSON Schema.",
        "",
        "## Parameters",
        "",
        "What is not *required* may be left out. *By name*: an id that `/leads do` lets you choose by its name. "
        "*Known*: values that the lead system's document names. *Sensitive*: offered in Slack only where an admin has "
        "allowed it with `/leads privacy`.",
    ]
    inside = dict[type[BaseModel], None]()
    for provider in providers.values():
        for action in provider.actions:
            model: type[BaseModel] = action.params
            inside |= dict.fromkeys(objects(model))
            lines += ["", f"### {provider.slug} {action.name}", "", *described(model)]
    lines += [
        "",
        "## Objects",
        "",
        "What some parameters hold; in words `inquiry.locations.1.city:Austin`.",
    ]
    for model in sorted(inside, key=lambda m: m.__name__):
        lines += ["", f"### {model.__name__}", "", *described(model)]
    return lines


def connecting(providers: Mapping[str, Provider]) -> list[str]:
    """What connecting each lead system asks for."""
    lines = ["## Lead systems"]
    for provider in providers.values():
        keeps = ", ".join(keep.value for keep in provider.writes)
        more = [
            f"It is told of: {keeps}." if keeps else "It is told nothing of what is done to a lead here.",
            "It can call (webhook)." if provider.webhooks else "",
            "It can be connected by its page of consent (OAuth)." if provider.oauth else "",
            f"Its own words in filters: {', '.join(f'`{w}:`' for w in provider.words)}." if provider.words else "",
        ]
        lines += [
            "",
            f"**{provider.name}** (`{provider.slug}`): leads are called `{provider.prefix}-…`; at most "
            f"{provider.rate.per_minute:g} calls a minute and {provider.rate.burst:g} at once for each connection, "
            f"unless its settings or its answers say otherwise. {' '.join(filter(None, more))}",
            "",
        ]
        rows = [(*r, "credential") for r in parameters(provider.credentials)]
        rows += [(*r, "setting") for r in parameters(provider.settings)]
        lines += table(("Field", "Type", "Meaning", "What"), rows)
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
    parts = [words(), settings(providers), command_line(), routes(), connecting(providers), actions(providers)]
    text = "\n\n".join("\n".join(part).strip() for part in parts) + "\n"
    titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
    contents = " · ".join(f"[{title}](#{title.casefold().replace(' ', '-')})" for title in titles)
    made = "Made from the code by `python -m tests.make_reference`; a test holds it to it."
    return f"# Reference\n\n{made}\n\n{contents}\n\n{text}"


if __name__ == "__main__":
    FILE.write_text(reference(), encoding="utf-8")
