"""Which leads are one person's."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commands.desk.person import MOST_PEOPLE, e164, is_relay, related
from providers.lead import Stage
from storage.records import StoredLead

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
BARE: dict[str, Any] = dict.fromkeys(f.name for f in fields(StoredLead))
BASE = StoredLead(**BARE | {"workspace": "T", "number": 1, "created_at": NOW, "stage": Stage.NEW})


def lead(number: int, **given: Any) -> StoredLead:
    defaults = {"first_name": "Sofia", "last_name": "Marsh", "created_at": NOW + timedelta(minutes=number)}
    return replace(BASE, number=number, **(defaults | given))


def linked(one: StoredLead, *rest: StoredLead, region: str = "GB") -> list[int]:
    email = [x for x in rest if x.email and one.email and x.email.casefold() == one.email.casefold()]
    return sorted(related(one, email, rest, lambda _: region).linked)


@pytest.mark.parametrize(
    ("typed", "region", "international"),
    [
        ("07700 900123", "GB", "+447700900123"),
        ("+44 (0)7700 900123", "US", "+447700900123"),
        ("(212) 555-0147", "US", "+12125550147"),
        ("01 23 45 67 89", "FR", "+33123456789"),
        ("0033 1 23 45 67 89", "FR", "+33123456789"),
        ("0800 138 2000", "GB", None),  # free of charge: a company's
        ("0000000000", "US", None),
        ("12", "GB", None),
        ("call me", "GB", None),
        ("+44 20 7946 0000 ext 12", "GB", None),
        ("", "ZZ", None),
    ],
)
def test_numbers_are_read_by_their_country(typed: str, region: str, international: str | None) -> None:
    assert e164(typed, region) == international


@pytest.mark.parametrize(
    "address",
    ["abc@convo.zillow.com", "x@mail.convo.zillow.com", "a@duck.com", "noreply@a.example", "@"],
)
def test_relays_and_nobodies_are_known(address: str) -> None:
    assert is_relay(address)


def test_a_persons_own_address_is_no_relay() -> None:
    assert not is_relay("sofia@notconvo.zillow.com.example")
    assert not is_relay("sofia.marsh@gmail.com")


def test_one_address_or_one_number_is_enough() -> None:
    mine = lead(1, email="S@example.com", phone="07700 900123")
    by_email, by_phone = lead(2, email="s@example.com"), lead(3, phone="+447700900123", first_name="S.")
    assert linked(mine, by_email, by_phone) == [2, 3]


def test_numbers_that_only_end_alike_are_two_peoples() -> None:
    assert linked(lead(1, phone="+44 7700 900123"), lead(2, phone="+33 7 70 09 00 12 3")) == []


def test_a_value_of_more_than_five_people_links_nobody_and_one_of_five_does() -> None:
    def house(people: int) -> list[StoredLead]:
        return [lead(n, email="office@example.com", first_name=f"P{n}") for n in range(1, people + 1)]

    first, *rest = house(MOST_PEOPLE)
    assert len(linked(first, *rest)) == MOST_PEOPLE - 1
    first, *rest = house(MOST_PEOPLE + 1)
    assert linked(first, *rest) == []


def test_one_person_who_asks_very_often_stays_one_person() -> None:
    first, *rest = [lead(n, email="keen@example.com") for n in range(1, 60)]
    assert len(linked(first, *rest)) == 58


def test_one_person_too_many_touches_those_that_were_linked_and_one_more_touches_nobody() -> None:
    def touched(people: int) -> int:
        first, *rest = (lead(n, email="office@example.com", first_name=f"P{n}") for n in range(1, people + 1))
        return len(related(first, rest, (), lambda _: "GB").touched)

    assert touched(MOST_PEOPLE) == MOST_PEOPLE - 1
    assert touched(MOST_PEOPLE + 1) == MOST_PEOPLE
    assert touched(MOST_PEOPLE + 2) == 0
