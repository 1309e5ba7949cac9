"""One value on its way between a person and a model.

Between them it has a plain form that JSON holds: a text, a bool, or a list of texts; numbers and money as text, days
as ``YYYY-MM-DD``, moments as ISO 8601 in UTC.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
from pydantic import BaseModel, SecretStr

from commands.forms.fields import Asked, Kind
from commands.views import sentences

YES = "yes"
NO = "no"
_YES = frozenset(("yes", "y", "true", "1", "on"))
_NO = frozenset(("no", "n", "false", "0", "off"))


class Lookup(Protocol):
    """What people know by name, from local data."""

    def search(self, kind: str, words: str, limit: int) -> Sequence[tuple[str, str]]:
        """(id, name) of those whose name fits, best first."""
        ...

    def named(self, kind: str, ids: Sequence[str]) -> dict[str, str]:
        """The names of these ids, where they are known."""
        ...


class Nobody:
    """Knows no names: ids are typed."""

    def search(self, kind: str, words: str, limit: int) -> Sequence[tuple[str, str]]:
        """Nothing."""
        return ()

    def named(self, kind: str, ids: Sequence[str]) -> dict[str, str]:
        """Nothing."""
        return {}


@dataclass(frozen=True)
class Reading:
    """What the meaning of typed words depends on: where the person is, when, and what has which name."""

    zone: str
    now: datetime
    lookup: Lookup = field(default_factory=Nobody)
    locale: str = ""
    """The person's, as Slack names it (``en-GB``); empty where it is not told."""


def zone_of(reading: Reading) -> ZoneInfo:
    """The person's zone; UTC where it is not known here."""
    try:
        return ZoneInfo(reading.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


# -------------------------------------------------------------------------------- from what is in a modal


def from_input(asked: Asked, value: Any) -> Any:
    """What an input holds, in plain form; ``None`` where it is empty. Raises ValueError with a sentence."""
    if asked.kind is Kind.YES:
        return YES in (value or ())
    if value in (None, "", []):
        return None
    match asked.kind:
        case Kind.YES_NO:
            return value == YES
        case Kind.MOMENT:
            return _iso(datetime.fromtimestamp(int(value), UTC)) if isinstance(value, int) else value
        case Kind.NUMBERS | Kind.TEXTS:
            return items(value) or None if isinstance(value, str) else value
        case Kind.NAMES | Kind.MULTI if isinstance(value, str):  # typed, where no select can hold it
            return items(value) or None
        case _:
            return value


def in_input(asked: Asked, plain: Any) -> Any:
    """The plain form as an input is filled with it."""
    if plain is None:
        return None
    match asked.kind:
        case Kind.NUMBERS | Kind.TEXTS | Kind.NAMES | Kind.MULTI:
            parts = [plain] if isinstance(plain, str) else [str(p) for p in plain]
            return ", ".join(parts) if asked.kind is Kind.NUMBERS else joined(parts, "\n")
        case Kind.MOMENT:
            return int(datetime.fromisoformat(plain).timestamp())
        case _:
            return plain


def items(text: str) -> list[str]:
    """Items on lines of their own or between commas; one with a comma in it stands in double quotes."""
    found: list[str] = []
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    for row in csv.reader(io.StringIO(lines, newline=""), skipinitialspace=True):
        found += [part.strip() for part in row if part.strip()]
    return found


def joined(parts: Sequence[str], between: str = ",") -> str:
    """The text that :func:`items` reads as these parts."""
    quoted = ['"' + p.replace('"', '""') + '"' if re.search(r'[,"\r\n]', p) else p for p in parts]
    return between.join(quoted)


# ------------------------------------------------------------------------------------- from typed words


def from_text(asked: Asked, text: str, reading: Reading) -> Any:
    """What a word says, in plain form. Raises ValueError with a sentence that says what to write instead."""
    text = text.strip()
    if not text and asked.kind is not Kind.TEXT:
        return None
    reader = _FROM_TEXT.get(asked.kind)
    return reader(asked, text, reading) if reader else text or None


def _yes_or_no(asked: Asked, text: str, reading: Reading) -> bool:
    low = text.casefold()
    if low in _YES:
        return True
    if low in _NO:
        return False
    raise ValueError(sentences.yes_or_no())


def _moment(asked: Asked, text: str, reading: Reading) -> str:
    return _iso(moment_of(text, reading))


_HOUR_ALONE = re.compile(r"\bat (\d{1,2})(?![\d:.]|\s*[ap]\.?m)", re.IGNORECASE)


_MONTH_FIRST = ("America/", "US/", "Pacific/Honolulu")
"""Zones where 1/12 is the 12th of January, where no locale is told; elsewhere it is the 1st of December."""


def _month_first(reading: Reading, zone: ZoneInfo) -> bool:
    """The locale decides ("en-US"); "en" alone says nothing of the country."""
    if "-" in reading.locale or "_" in reading.locale:
        return reading.locale.replace("_", "-").casefold() in ("en-us", "en-ph", "es-us")
    return zone.key.startswith(_MONTH_FIRST)


def moment_of(text: str, reading: Reading) -> datetime:
    """A point in time as people write it ("tomorrow 9am", "2026-12-01 14:30", "in 2 hours"), in their zone.

    Raises ValueError with a sentence.
    """
    import dateparser  # noqa: PLC0415  (its tables take a while to load; most commands name no time)

    zone = zone_of(reading)
    try:
        exact = datetime.fromisoformat(text)
        return exact.astimezone(UTC) if exact.tzinfo else exact.replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        pass
    if text.isdigit():
        raise ValueError(sentences.no_time(text))
    found: datetime | None = dateparser.parse(
        _HOUR_ALONE.sub(r"at \1:00", text),
        languages=["en"],
        settings={
            "TIMEZONE": zone.key,
            "RETURN_AS_TIMEZONE_AWARE": True,
            "PREFER_DATES_FROM": "future",
            "PREFER_LOCALE_DATE_ORDER": False,
            "DATE_ORDER": "MDY" if _month_first(reading, zone) else "DMY",
            "RELATIVE_BASE": reading.now.astimezone(zone).replace(tzinfo=None),
        },
    )
    if found is None:
        raise ValueError(sentences.no_time(text))
    return found.astimezone(UTC)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _day(asked: Asked, text: str, reading: Reading) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return moment_of(text, reading).astimezone(zone_of(reading)).date().isoformat()


_THOUSANDS = {"k": 1_000, "thousand": 1_000, "m": 1_000_000, "mm": 1_000_000, "million": 1_000_000}
_CURRENCY = re.compile(r"[$£€¥₹]|\b(usd|eur|gbp|cad|aud|us|dollars?|pounds?|euros?)(?=\b|[$\d])|(?<=\d)(usd|eur|gbp)\b")
_AMOUNT = re.compile(
    r"([+-]?)\s*(\d{1,3}(?:[ '\u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*)\s*(k|thousand|mm?|million)?\.?"
)


def _money(asked: Asked, text: str, reading: Reading) -> str:
    """ "$450,000", "1.250,50 €", "450k". Raises ValueError with a sentence."""
    from price_parser import Price  # noqa: PLC0415  (loaded where money is typed)

    try:
        return str(Decimal(text))
    except InvalidOperation:
        pass
    one = _AMOUNT.fullmatch(" ".join(_CURRENCY.sub(" ", text.casefold()).split()))
    amount = Price.fromstring(one.group(2)).amount if one else None
    if one is None or amount is None:  # two amounts, or words that may mean anything
        raise ValueError(sentences.no_amount(text))
    sign = -1 if one.group(1) == "-" else 1
    return f"{sign * amount * _THOUSANDS.get(one.group(3) or '', 1):f}"


def _one_of(asked: Asked, text: str, reading: Reading) -> str:
    low = text.casefold()
    for code, name in asked.choices:
        if low in (code.casefold(), name.casefold()):
            return code
    return text  # a list of choices may have grown: the model decides


def _some_of(asked: Asked, text: str, reading: Reading) -> list[str]:
    return [_one_of(asked, part, reading) for part in items(text)]


def _listed(asked: Asked, text: str, reading: Reading) -> list[str]:
    return items(text)


def _named(asked: Asked, text: str, reading: Reading) -> str:
    kind = asked.refers or ""
    known = reading.lookup.named(kind, [text])
    found = reading.lookup.search(kind, text, 5)
    if kind == "lead" and text.isdigit() and (here := [(i, n) for i, n in found if _numbered(n, text)]):
        if known and here[0][0] != text:  # the desk's number of one, the lead system's id of another
            raise ValueError(sentences.which_one(text, [here[0][1], *known.values()]))
        return here[0][0]
    if known:
        return text
    exact = [i for i, name in found if name.casefold() == text.casefold()]
    if len(exact) == 1 or (len(found) == 1 and not text.isdigit()):
        return (exact or [found[0][0]])[0]
    if found and not text.isdigit():
        raise ValueError(sentences.which_one(text, [name for _, name in found]))
    return text  # an id that is not known here


def _numbered(name: str, text: str) -> bool:
    """Whether a lead's name begins with this number of the desk's: "LO-1042 · Sofia M."."""
    found = re.match(r"[A-Za-z]+-(\d+)\b", name)
    return found is not None and int(found.group(1)) == int(text)


def _names(asked: Asked, text: str, reading: Reading) -> list[str]:
    return [_named(asked, part, reading) for part in items(text)]


_FROM_TEXT: dict[Kind, Callable[[Asked, str, Reading], Any]] = {
    Kind.YES: _yes_or_no,
    Kind.YES_NO: _yes_or_no,
    Kind.MOMENT: _moment,
    Kind.DATE: _day,
    Kind.MONEY: _money,
    Kind.SELECT: _one_of,
    Kind.MULTI: _some_of,
    Kind.NUMBERS: _listed,
    Kind.TEXTS: _listed,
    Kind.NAMED: _named,
    Kind.NAMES: _names,
}


def as_text(asked: Asked, plain: Any) -> str:
    """The word that says it: :func:`from_text` gives the same plain form."""
    if isinstance(plain, bool):
        return YES if plain else NO
    return joined(plain) if isinstance(plain, list) else str(plain)


# ------------------------------------------------------------------------------------------- the model


def for_model(asked: Asked, plain: Any, now: datetime | None = None) -> Any:
    """The plain form as the model takes it. Raises ValueError with a sentence.

    ``now``: where it is given, a moment that has to lie ahead of it does.
    """
    if plain is None:
        return None
    if asked.ahead and now is not None:
        _ahead(asked, plain, now)
    match asked.kind:
        case Kind.SELECT:
            return _codes(asked).get(plain, plain)
        case Kind.MULTI:
            return [_codes(asked).get(p, p) for p in plain]
        case Kind.MONEY if isinstance(plain, str):
            return _money(asked, plain, Reading("UTC", datetime.now(UTC)))
        case Kind.NUMBERS:
            if not all(re.fullmatch(r"\d{1,19}", p) for p in plain):
                raise ValueError(sentences.numbers_with_commas())
            return [int(p) for p in plain]
        case Kind.JSON if isinstance(plain, str):
            try:
                return orjson.loads(plain)
            except orjson.JSONDecodeError:
                raise ValueError(sentences.no_json()) from None
        case _:
            return plain


def _ahead(asked: Asked, plain: str, now: datetime) -> None:
    past = (
        date.fromisoformat(plain) < now.date()
        if asked.kind is Kind.DATE
        else datetime.fromisoformat(plain) < now.replace(second=0, microsecond=0)
    )
    if past:
        raise ValueError(sentences.in_the_past())


@cache
def _codes(asked: Asked) -> dict[str, Any]:
    return dict(zip((code for code, _ in asked.choices), asked.codes, strict=True))


def of_model(asked: Asked, value: Any) -> Any:
    """A model's value in plain form."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, BaseModel | dict) or asked.kind is Kind.JSON:
        return orjson.dumps(value.model_dump(mode="json") if isinstance(value, BaseModel) else value).decode()
    if isinstance(value, datetime):
        return _iso(value if value.tzinfo else value.replace(tzinfo=UTC))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, list | tuple):
        return [str(of_model(asked, v)) for v in value] or None
    return str(value)
