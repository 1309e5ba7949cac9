"""Slash words: ``/leads list site:zoopla,rightmove not eligibility:failed created:7d`` to a filter."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.filters import Created, Either, Every, Facet, Filter, From, History, Not, Owned, Text, fold

FACETS = ("source", "stage", "eligibility", "scheme", "enquiry", "place")
KEYS = (*FACETS, "created", "connection", "owner")
WORDS = ("mine", "unclaimed", "claimed", "history", "not", "or")
LONGEST = 3000
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_TOKEN = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
_SLACK_LINK = re.compile(r"<(?:mailto:|tel:)?([^@#!|>][^|>]*)(?:\|([^>]*))?>")
_PERSON = re.compile(r"^<@([A-Z0-9]+)(?:\|[^>]*)?>$")


@dataclass(frozen=True, slots=True)
class Misspelt(Exception):
    """A filter word that is not understood; ``nearest`` is what may have been meant."""

    word: str
    nearest: str | None
    expected: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the words may name: aliases of facets, known values of facets, and connections by name."""

    aliases: Mapping[str, str]
    values: Mapping[str, Sequence[str]]
    connections: Mapping[str, str]
    zone: str = "UTC"
    lenient: bool = False
    """Words were understood once: a value that is not known any more matches nothing else, but is no mistake."""


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word that is most like it, or ``None``."""
    close = difflib.get_close_matches(word.casefold(), [k.casefold() for k in known], n=1, cutoff=0.6)
    return next((k for k in known if k.casefold() == close[0]), None) if close else None


def fold_name(text: str) -> str:
    """For comparing what somebody typed with a name."""
    return " ".join(text.casefold().split())


def unescaped(text: str) -> str:
    """What a person typed, from what Slack makes of it (``should_escape``): ``<mailto:a@b|a@b>`` is ``a@b``,
    ``<https://x|x>`` the address, ``&amp;`` an ampersand; people stay ``<@U1>``."""
    plain = _SLACK_LINK.sub(lambda m: m.group(2) or m.group(1), text)
    plain = re.sub(r"<@([A-Z0-9]+)\|[^>]*>", r"<@\1>", plain)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def split(text: str) -> list[str]:
    """Words; those in double quotes stay together. Slack's typographic quotes count as plain ones."""
    plain = unescaped(text[:LONGEST]).replace("“", '"').replace("”", '"').replace("„", '"')
    return [named(token) for token in _TOKEN.findall(plain)]


def named(token: str) -> str:
    """A word whose name was copied out of one of our sentences, without the invisible spaces that keep Slack from
    formatting it there."""
    name, colon, rest = token.partition(":")
    return name.replace("\u200b", "") + colon + rest if colon and '"' not in name else token


def parse(text: str, vocabulary: Vocabulary) -> Filter:
    """The filter that words describe: side by side they all apply, ``or`` is between groups, ``not`` before one.

    Raises :class:`Misspelt` for an unknown key, for a value that a facet with known values does not have, and
    for an unreadable time.
    """
    groups: list[list[Filter]] = [[]]
    negate = False
    for token in split(text):
        low = token.casefold()
        if low == "or":
            if groups[-1]:
                groups.append([])
            continue
        if low == "not":
            negate = not negate
            continue
        part = _part(token, vocabulary)
        groups[-1].append(Not(part) if negate else part)
        negate = False
    full = [Every(tuple(g)) for g in groups if g]
    if not full:
        return Every()
    return full[0] if len(full) == 1 else Either(tuple(full))


def _part(token: str, vocabulary: Vocabulary) -> Filter:
    low = token.casefold()
    if low.startswith("-") and ":" in low:
        return Not(_part(token[1:], vocabulary))
    if low in ("unclaimed", "unowned"):
        return Owned(None)
    if low == "claimed":
        return Not(Owned(None))
    if low == "mine":
        return Owned("me")
    if low == "history":
        return History()
    key, colon, rest = token.partition(":")
    if not colon or token.startswith('"') or "@" in key or "/" in rest[:2]:
        return _text(token)
    return _keyed(key.casefold(), rest, vocabulary)


def _text(token: str) -> Filter:
    word = fold(token.strip('"'))
    return Text(word) if word else Every()


def _keyed(key: str, rest: str, vocabulary: Vocabulary) -> Filter:
    typed, key = key, vocabulary.aliases.get(key, key)
    if key not in KEYS:
        known = [*KEYS, *vocabulary.aliases]
        close = nearest(key, known)
        raise Misspelt(f"{key}:", f"{close}:" if close else None, ", ".join(f"{k}:" for k in sorted(set(known))))
    values = tuple(v for v in (fold(part) for part in rest.replace('"', "").split(",")) if v)
    if not values:
        example = f"{typed}:{_example(key, vocabulary)}"
        raise Misspelt(f"{typed}:", None, f"a value right behind the colon, such as {example}")
    if key == "created":
        return _created(",".join(values), vocabulary.zone)
    if key == "owner":
        return _owner(rest)
    if key == "connection":
        by_fold = {fold(name): held for name, held in vocabulary.connections.items()}
        if not vocabulary.lenient:
            _all_known(values, by_fold)
        return From(tuple(by_fold[v] for v in values if v in by_fold))
    known_values = vocabulary.values.get(key, ())
    if known_values and key != "place" and not vocabulary.lenient:
        folded = {fold(v): v for v in known_values}
        for value in values:
            if value not in folded:
                close = nearest(value, list(folded))
                raise Misspelt(f"{typed}:{value}", f"{typed}:{close}" if close else None, _some(known_values))
    return Facet(key, values)


def _example(key: str, vocabulary: Vocabulary) -> str:
    known = vocabulary.values.get(key) or {"created": ["7d"], "owner": ["me"]}.get(key) or [*vocabulary.connections]
    return fold(known[0]) if known else "…"


def _some(values: Sequence[str]) -> str:
    known = list(dict.fromkeys(fold(v) for v in values))
    return ", ".join(known[:8]) + ("…" if len(known) > 8 else "")


def _all_known(values: Sequence[str], connections: Mapping[str, str]) -> None:
    for value in values:
        if value not in connections:
            close = nearest(value, list(connections))
            raise Misspelt(f"connection:{value}", f"connection:{close}" if close else None, _some(list(connections)))


def _owner(value: str) -> Filter:
    low = value.casefold()
    if low == "me":
        return Owned("me")
    if low in ("none", "nobody"):
        return Owned(None)
    if found := _PERSON.match(value):
        return Owned(found.group(1))
    raise Misspelt(f"owner:{value}", None, "me, none, or a person with @")


def _created(value: str, zone: str) -> Filter:
    if span := re.fullmatch(r"(\d{1,4})([mhdw])", value):
        return Created(within=timedelta(**{_UNITS[span.group(2)]: int(span.group(1))}))
    if found := re.fullmatch(r"(\d{4}-\d{2}-\d{2})?(\.\.)?(\d{4}-\d{2}-\d{2})?", value):
        first, dots, last = found.groups()
        try:
            if first and not dots:
                return Created(since=_midnight(first, zone, 0), before=_midnight(first, zone, 1))
            if first or last:
                return Created(
                    since=_midnight(first, zone, 0) if first else None,
                    before=_midnight(last, zone, 1) if last else None,
                )
        except (ValueError, OverflowError):
            pass
    raise Misspelt(
        f"created:{value}", None, "a span such as 30m, 24h, 7d, 2w, a day such as 2026-11-23, or two with .."
    )


def _midnight(day: str, zone: str, later: int) -> datetime:
    local = datetime.fromisoformat(day).date() + timedelta(days=later)
    return datetime.combine(local, time(), ZoneInfo(zone)).astimezone(UTC)
