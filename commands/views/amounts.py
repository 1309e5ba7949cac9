"""Money and days as people write them: by the reader's locale, or by the lead system's where everybody reads them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache

from providers.lead import Period

_PER = {
    Period.NIGHT: "a night",
    Period.WEEK: "a week",
    Period.MONTH: "a month",
    Period.YEAR: "a year",
    Period.STAY: "for the stay",
}

LARGEST = Decimal(10) ** 15
"""No price: somebody's mistake, shown as it is."""


@lru_cache(maxsize=256)
def babel_name(locale: str, otherwise: str) -> str:
    """Slack's name of a locale (``en-GB``) as Babel's (``en_GB``); ``otherwise`` where it is empty or not known."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  (its data takes a while to load)

    try:
        return str(Locale.parse(locale.replace("-", "_"))) if locale else otherwise
    except (UnknownLocaleError, ValueError):
        return otherwise


def money(amount: Decimal, currency: str, locale: str, period: Period | None = None) -> str:
    """ "£250 a week", "1 250,50 €"; whole amounts without their pence."""
    from babel.numbers import format_currency  # noqa: PLC0415

    if not amount.is_finite() or abs(amount) >= LARGEST:
        return f"{amount:.3E} {currency.upper()}"
    whole = amount == amount.to_integral_value()
    pattern = _pattern(locale, whole=whole)
    text = str(format_currency(amount, currency.upper(), format=pattern, locale=locale, currency_digits=not whole))
    return f"{text} {_PER[period]}" if period else text


@lru_cache(maxsize=64)
def _pattern(locale: str, *, whole: bool) -> str:
    """How a locale writes money (Unicode CLDR), with or without a fraction."""
    from babel import Locale  # noqa: PLC0415

    pattern = str(Locale.parse(locale).currency_formats["standard"].pattern)
    return pattern.replace("0.00", "0") if whole else pattern


def day(value: date, locale: str) -> str:
    """ "4 Sept 2026", "Sep 4, 2026", "4 sept. 2026": the month in letters, so that nobody reads it the other way."""
    from babel.dates import format_skeleton  # noqa: PLC0415

    return str(format_skeleton("yMMMd", value, locale=locale))


def stay(move_in: date | None, move_out: date | None, locale: str) -> str | None:
    """From when, and until when."""
    if move_in and move_out:
        return f"{day(move_in, locale)} – {day(move_out, locale)}"
    if move_in:
        return f"from {day(move_in, locale)}"
    return f"until {day(move_out, locale)}" if move_out else None
