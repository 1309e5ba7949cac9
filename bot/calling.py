"""``leadbell call`` and ``leadbell actions``: an action from the command line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from commands.forms import args
from commands.forms.draft import raw as draft_raw
from commands.forms.fields import LISTS, Kind, fields_of
from commands.forms.values import Reading
from commands.forms.words import nearest
from commands.views.sentences import invalid
from providers.action import Action
from providers.download import Download
from providers.errors import AuthFailed, ProviderError, Rejected, Unavailable, UnexpectedResponse
from providers.http import make_client
from providers.provider import Provider


class BadCall(Exception):
    """The call's words are off; the text is the sentence (exit code 2)."""


def described(providers: Mapping[str, Provider]) -> list[dict[str, Any]]:
    """Every action: provider, action, title, effect, method, path, params (JSON Schema)."""
    return [
        {
            "provider": provider.slug,
            "action": action.name,
            "title": action.title,
            "effect": action.effect.value,
            "method": action.method,
            "path": action.path,
            "params": action.params.model_json_schema(by_alias=True),
        }
        for provider in providers.values()
        for action in provider.actions
    ]


def find(providers: Mapping[str, Provider], slug: str, name: str) -> tuple[Provider, Action[Any]]:
    """The provider and its action. Raises BadCall, with the nearest name."""
    provider = providers.get(slug)
    if provider is None:
        raise BadCall(f"There is no lead system {slug!r}. Known: {', '.join(sorted(providers))}.")
    action = provider.action(name)
    if action is None:
        close = nearest(name, [a.name for a in provider.actions])
        hint = f" Did you mean {close}?" if close else ""
        raise BadCall(f"{provider.name} has no action {name!r}.{hint} See: leadbell actions.")
    return provider, action


def params(model: type[BaseModel], words: Sequence[str], now: datetime | None = None) -> BaseModel:
    """``name=value`` words as the action's model: nested names are joined by dots, rows are numbered from 1, lists
    are separated by commas or repeated, ``@file`` reads a file, and a whole structure may be JSON. Raises BadCall."""
    structures: dict[str, Any] = {}
    pairs: list[tuple[str, str]] = []
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise BadCall(f"{word!r} is not of the form name=value.")
        text = _text(text)
        if text.lstrip()[:1] in ("[", "{") and _takes_json(model, name):
            structures[_known(model, name)] = _json(text)
        else:
            pairs.append((name, text))
    try:
        draft, errors = args.read(model, pairs, Reading("UTC", now or datetime.now(UTC)))
    except args.Unknown as unknown:
        raise BadCall(_unknown(unknown.word, unknown.close, unknown.known)) from None
    raw = draft_raw(model, draft, errors) | structures
    if errors:
        raise BadCall("\n".join(f"{place.replace('/', '.')}: {text}" for place, text in errors.items()))
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        said = [
            f"{'.'.join(map(str, e['loc']))}: {invalid(e)}"
            for e in error.errors(include_url=False, include_input=False)
        ]
        raise BadCall("\n".join(said)) from None


def _takes_json(model: type[BaseModel], name: str) -> bool:
    """Whether a value that looks like JSON is meant as such: a text may begin with a bracket."""
    asked = next((a for a in fields_of(model) if a.name == name), None)
    return "." not in name if asked is None else asked.model is not None or asked.kind in _JSON


_JSON = LISTS | {Kind.JSON}


def _known(model: type[BaseModel], name: str) -> str:
    kinds = [a.name for a in fields_of(model)]
    if name not in kinds:
        raise BadCall(_unknown(name, nearest(name, kinds), tuple(kinds)))
    return name


def _unknown(word: str, close: str | None, known: Sequence[str]) -> str:
    hint = f" Did you mean {close}?" if close else f" Known: {', '.join(sorted(known)) or 'none'}."
    return f"There is no parameter {word!r}.{hint}"


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise BadCall("A value that begins with [ or { has to be JSON.") from None


def _text(text: str) -> str:
    if not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadCall(f"{text[1:]} cannot be read ({type(error).__name__}).") from None


def credentials(provider: Provider, file: Path) -> BaseModel:
    """Credentials from a JSON file. Raises BadCall; what the file holds is never quoted."""
    try:
        return provider.credentials.model_validate_json(file.read_bytes())
    except OSError as error:
        raise BadCall(f"{file} cannot be read ({type(error).__name__}).") from None
    except ValidationError as error:
        names = ", ".join(provider.credentials.model_fields)
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise BadCall(f"{file}: {place}: {invalid(first)} It has to be a JSON object with: {names}.") from None


async def run(
    provider: Provider,
    action: Action[Any],
    asked: BaseModel,
    secret: BaseModel,
    url: str | None,
    settings: BaseModel | None = None,
) -> Any:
    """Carry an action out, with a connection's settings or the usual ones. Raises one of the four failures."""
    async with make_client() as client:
        api = provider.api(client, secret, url=url, settings=settings or provider.settings())
        return await action.run(api.for_people(), asked)


def keep(document: Download, out: Path | None) -> dict[str, Any]:
    """Keep a file that was fetched, here or at ``out``; where, and how large. Raises BadCall and overwrites nothing."""
    place = out or Path(document.name)
    try:
        with place.open("xb") as kept, document.open() as content:
            shutil.copyfileobj(content, kept)
    except FileExistsError:
        raise BadCall(f"{place} is there already; say another place with --out.") from None
    except OSError as error:
        raise BadCall(f"{place} cannot be written ({type(error).__name__}).") from None
    finally:
        document.discard()
    return {"file": str(place), "bytes": document.size}


def sentence(error: ProviderError, provider: Provider) -> str:
    """A failure for standard error."""
    match error:
        case AuthFailed():
            return f"{provider.name} refuses these credentials."
        case Unavailable(reason=reason):
            return f"{provider.name} cannot be asked just now: {reason}."
        case Rejected(errors=errors):
            rows = [
                f"{f'row {e.row + 1}: ' if e.row is not None else ''}{e.field or 'request'}: {e.message}"
                for e in errors
            ]
            return "\n".join([f"{provider.name} refuses this request.", *rows])
        case UnexpectedResponse(reason=reason):
            return f"{provider.name} answered something unexpected: {reason}."
        case _:
            return f"{provider.name} could not be asked."
