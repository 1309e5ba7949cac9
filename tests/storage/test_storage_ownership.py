"""Whose a lead is: the first wins, in the database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from storage import leads, ownership
from storage.database import Database, Tx
from tests.storage.build import NOW, TEAM, a_lead, add_leads

ZOE, MAX, ADA = "U0ZOE", "U0MAX", "U0ADA"


@pytest.fixture
def number(database: Database, connection: str) -> int:
    return database.write_now(lambda tx: add_leads(tx, connection, [a_lead()]))[0]


def take(tx: Tx, number: int, person: str, instead_of: str | None = None) -> bool:
    return ownership.own(tx, TEAM, number, person=person, by=person, instead_of=instead_of, now=NOW)


async def test_of_many_who_claim_at_once_one_wins(database: Database, number: int) -> None:
    people = [f"U{n}" for n in range(20)]
    won = await asyncio.gather(*(database.write(lambda tx, p=p: take(tx, number, p)) for p in people))
    assert won.count(True) == 1
    lead = database.read_now(lambda tx: leads.get(tx, TEAM, number))
    assert lead
    assert lead.owner == people[won.index(True)]
    assert lead.version == 2


async def test_of_two_processes_one_wins(database: Database, number: int) -> None:
    other = Database(database.path)
    won = await asyncio.gather(
        database.write(lambda tx: take(tx, number, ZOE)), other.write(lambda tx: take(tx, number, MAX))
    )
    other.close()
    assert sorted(won) == [False, True]


def test_a_claim_is_repeated_without_effect(database: Database, number: int) -> None:
    assert database.write_now(lambda tx: take(tx, number, ZOE))
    assert not database.write_now(lambda tx: take(tx, number, ZOE))


def test_a_lead_is_moved_only_from_the_owner_it_had(database: Database, number: int) -> None:
    assert not database.write_now(lambda tx: take(tx, number, MAX, instead_of=ZOE))
    assert database.write_now(lambda tx: take(tx, number, ZOE))
    assert database.write_now(lambda tx: take(tx, number, MAX, instead_of=ZOE))
    assert not database.write_now(lambda tx: take(tx, number, ADA, instead_of=ZOE))
    lead = database.read_now(lambda tx: leads.get(tx, TEAM, number))
    assert lead
    assert lead.owner == MAX


def test_a_lead_is_released_by_its_owner_and_then_free(database: Database, number: int) -> None:
    assert not database.write_now(lambda tx: ownership.release(tx, TEAM, number, owner=ZOE))
    database.write_now(lambda tx: take(tx, number, ZOE))
    assert not database.write_now(lambda tx: ownership.release(tx, TEAM, number, owner=MAX))
    assert database.write_now(lambda tx: ownership.release(tx, TEAM, number, owner=ZOE))
    assert database.write_now(lambda tx: take(tx, number, MAX))


def test_the_time_to_claim_ends_with_the_first_owner(database: Database, number: int) -> None:
    def at(minutes: int, person: str, before: str | None) -> None:
        now = NOW + timedelta(minutes=minutes)
        database.write_now(
            lambda tx: ownership.own(tx, TEAM, number, person=person, by=person, instead_of=before, now=now)
        )

    at(3, ZOE, None)
    at(9, MAX, ZOE)
    lead = database.read_now(lambda tx: leads.get(tx, TEAM, number))
    assert lead
    assert lead.first_owned_at == NOW + timedelta(minutes=3)
    assert lead.owned_at == NOW + timedelta(minutes=9)


def test_another_workspace_owns_nothing_of_this_one(database: Database, number: int) -> None:
    assert not database.write_now(
        lambda tx: ownership.own(tx, "T0OTHER", number, person=ZOE, by=ZOE, instead_of=None, now=NOW)
    )
    assert database.read_now(lambda tx: leads.get(tx, "T0OTHER", number)) is None


# ---------------------------------------------------------------------------------------- requests


def ask(database: Database, number: int, person: str = ZOE) -> str | None:
    return database.write_now(
        lambda tx: ownership.ask(tx, TEAM, number, person=person, by=person, approvers=[MAX, ADA], now=NOW)
    )


def decide(database: Database, request: str, state: str, reason: str | None = None) -> bool:
    return database.write_now(
        lambda tx: ownership.decide(tx, TEAM, request, state=state, by=MAX, now=NOW, reason=reason)
    )


def test_at_most_one_request_waits_for_a_lead(database: Database, number: int) -> None:
    first = ask(database, number)
    assert first
    assert ask(database, number, MAX) is None
    waiting = database.read_now(lambda tx: ownership.waiting(tx, TEAM, number))
    assert waiting
    assert (waiting.request, waiting.person, waiting.approvers) == (first, ZOE, [MAX, ADA])


@pytest.mark.parametrize("state", ["approved", "rejected", "withdrawn", "overtaken"])
def test_a_request_ends_once_and_another_may_follow(database: Database, number: int, state: str) -> None:
    request = ask(database, number)
    assert request
    assert decide(database, request, state, "Max knows her")
    assert not decide(database, request, "approved")
    ended = database.read_now(lambda tx: ownership.request(tx, TEAM, request))
    assert ended
    assert (ended.state, ended.decided_by, ended.reason) == (state, MAX, "Max knows her")
    assert database.read_now(lambda tx: ownership.waiting(tx, TEAM, number)) is None
    assert ask(database, number, MAX)


async def test_of_two_approvers_at_once_one_decides(database: Database, number: int) -> None:
    request = ask(database, number)
    assert request
    won = await asyncio.gather(
        *(
            database.write(lambda tx, s=s: ownership.decide(tx, TEAM, request, state=s, by=MAX, now=NOW))
            for s in ("approved", "rejected")
        )
    )
    assert sorted(won) == [False, True]


def test_open_leads_are_those_owned_and_not_contacted(database: Database, connection: str) -> None:
    numbers = database.write_now(lambda tx: add_leads(tx, connection, [a_lead(n) for n in (1, 2, 3)]))
    for number in numbers[:2]:
        database.write_now(lambda tx, n=number: take(tx, n, ZOE))
    assert database.read_now(lambda tx: ownership.open_leads(tx, TEAM, ZOE)) == 2
    assert database.write_now(lambda tx: leads.mark_contacted(tx, TEAM, numbers[0], by=ZOE, now=NOW))
    assert not database.write_now(lambda tx: leads.mark_contacted(tx, TEAM, numbers[0], by=MAX, now=NOW))
    assert database.read_now(lambda tx: ownership.open_leads(tx, TEAM, ZOE)) == 1
