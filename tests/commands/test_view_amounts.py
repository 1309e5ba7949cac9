"""Money and days, by the reader's locale."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.views.amounts import babel_name, day, money, stay
from providers.lead import Period


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "period", "text"),
    [
        ("250", "GBP", "en_GB", Period.WEEK, "£250 a week"),
        ("491.58", "GBP", "en_US", None, "£491.58"),
        ("871.63", "USD", "en_US", Period.MONTH, "$871.63 a month"),
        ("1250000", "EUR", "fr_FR", None, "1\u202f250\u202f000\xa0€"),
        ("1234.5", "eur", "fr_FR", Period.STAY, "1\u202f234,50\xa0€ for the stay"),
        ("12", "QQQ", "en_GB", None, "QQQ12"),
        ("1e30", "GBP", "en_GB", None, "1.000E+30 GBP"),
        ("NaN", "GBP", "en_GB", None, "NaN GBP"),
        ("1500", "JPY", "en_GB", Period.NIGHT, "JP¥1,500 a night"),
    ],
)
def test_money(amount: str, currency: str, locale: str, period: Period | None, text: str) -> None:
    assert money(Decimal(amount), currency, locale, period) == text


@pytest.mark.parametrize(
    ("locale", "text"), [("en_GB", "4 Sept 2026"), ("en_US", "Sep 4, 2026"), ("fr_FR", "4 sept. 2026")]
)
def test_a_days_month_stands_in_letters(locale: str, text: str) -> None:
    assert day(date(2026, 9, 4), locale) == text


def test_a_stay_says_what_is_known() -> None:
    first, last = date(2026, 9, 4), date(2027, 6, 30)
    assert stay(first, last, "en_GB") == "4 Sept 2026 – 30 Jun 2027"
    assert stay(first, None, "en_GB") == "from 4 Sept 2026"
    assert stay(None, last, "en_GB") == "until 30 Jun 2027"
    assert stay(None, None, "en_GB") is None


@pytest.mark.parametrize(("told", "name"), [("fr-FR", "fr_FR"), ("en-GB", "en_GB"), ("", "en_US"), ("tlh", "en_US")])
def test_slacks_locales_are_babels_or_the_lead_systems(told: str, name: str) -> None:
    assert babel_name(told, "en_US") == name


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2), st.sampled_from(["en_GB", "en_US", "fr_FR"]))
def test_any_amount_can_be_written(amount: Decimal, locale: str) -> None:
    text = money(amount, "GBP", locale)
    assert "£" in text or "GBP" in text
