"""The disk is full, or has become read-only: no success is shown, the cursor stands still, and no restart is needed.

SQLite is told that its file may not grow (``max_page_count``), or that nothing may be written (``query_only``): the
errors are SQLite's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from storage.database import Database, StorageFull, Tx
from tests.conftest import ZOE, House, shown

LONG = "Please call after six. " * 400
"""Longer than a page: storing it needs new pages for certain."""


@contextmanager
def full(database: Database) -> Iterator[None]:
    """While it lasts, the file cannot grow."""
    pragma(database, lambda pages: f"max_page_count = {pages}")
    try:
        yield
    finally:
        pragma(database, lambda _pages: "max_page_count = 1073741823")


@contextmanager
def read_only(database: Database) -> Iterator[None]:
    """While it lasts, nothing can be written."""
    pragma(database, lambda _pages: "query_only = ON")
    try:
        yield
    finally:
        database._writer.submit(lambda: database._tx.conn.execute("PRAGMA query_only = OFF")).result()


def pragma(database: Database, words: Any) -> None:
    """Set something on the writer's connection."""
    database.write_now(lambda tx: tx.conn.execute(f"PRAGMA {words(tx.value('PRAGMA page_count'))}").fetchall())


async def cursor_of(house: House) -> Any:
    """How far the one connection has been read, and how many leads are stored."""
    sql = "SELECT cursor, (SELECT COUNT(*) FROM leads) FROM connections"
    return await house.sandbox.bot.database.read(lambda tx: tuple(tx.one(sql) or ()))


@pytest.mark.parametrize("trouble", [full, read_only])
async def test_a_lead_waits_at_kpro_until_it_can_be_stored(house: House, trouble: Any) -> None:
    await house.connect()
    await house.subscribe()
    before = await cursor_of(house)
    with trouble(house.sandbox.bot.database):
        await house.arrive(additionalInfo=LONG)
        await house.poll()
        assert house.cards() == []
        assert await cursor_of(house) == before
    await house.poll()
    (_card,) = house.cards()
    assert (await cursor_of(house))[1] == before[1] + 1
    await house.poll()
    assert len(house.cards()) == 1


async def test_a_claim_is_not_said_to_have_worked(house: House) -> None:
    await house.connect()
    await house.subscribe()
    await house.arrive()
    (card,) = house.cards()
    with read_only(house.sandbox.bot.database):
        await house.press(ZOE, card, "claim")
        (said,) = house.told(ZOE)
        assert "disk" in said
        assert "Unclaimed" in shown(card)
        assert house.dms(ZOE) == []
    await house.press(ZOE, card, "claim")
    assert "Zoe Lind* has it" in shown(card)
    assert len(house.dms(ZOE)) == 1


async def test_claims_until_the_disk_is_full_each_work_or_say_so(house: House) -> None:
    await house.connect()
    await house.subscribe()
    for _ in range(12):
        await house.kpro.arrive()
    await house.poll()
    cards = house.cards()
    database = house.sandbox.bot.database
    with full(database):
        for card in cards:
            await press_when_full(house, card)
            if house.told(ZOE):
                break
        assert all("disk" in said for said in house.told(ZOE))
        assert house.told(ZOE)
    owned = await database.read(
        lambda tx: {r["number"] for r in tx.all("SELECT number FROM leads WHERE owner = ?", ZOE)}
    )
    assert 0 < len(owned) < len(cards)
    await house.poll()
    await house.quiet()
    claimed = [card for card in cards if "Zoe Lind* has it" in shown(card)]
    assert len(claimed) == len(owned)
    assert len(house.dms(ZOE)) == len(owned)


async def press_when_full(house: House, card: Any) -> None:
    """Press, and wait for the handler only: deliveries may wait for the disk."""
    block = next(b for b in card.blocks if any(e.get("action_id") == "claim" for e in b.get("elements") or ()))
    told = len(house.told(ZOE))
    await house.slack.interactions.press_in_message(ZOE, card.channel, card.ts, block["block_id"], "claim")
    lead = json.loads(block["elements"][0]["value"])["lead"]

    async def owner() -> Any:
        return await house.sandbox.bot.database.read(
            lambda tx: tx.value("SELECT owner FROM leads WHERE number = ?", lead)
        )

    if await owner() is None:
        await house.slack.until(lambda: len(house.told(ZOE)) > told)


async def test_a_message_that_was_sent_while_the_disk_was_full_is_not_sent_twice(house: House) -> None:
    await house.connect()
    await house.subscribe()
    database = house.sandbox.bot.database
    real = database.observe

    def fills_up(point: str) -> None:
        if point == "delivery.called":
            pragma_now(database, "query_only = ON")

    database.observe = fills_up
    lead = await house.kpro.arrive()
    await house.sandbox.advance(61)
    await house.slack.until(lambda: len(house.cards()) == 1)
    database.observe = real
    pragma_now(database, "query_only = OFF")
    await house.poll(10)
    await house.poll(30)
    (card,) = house.cards()
    assert lead["firstName"] is None or lead["firstName"] in shown(card)
    open_rows = await database.read(lambda tx: tx.value("SELECT COUNT(*) FROM outbox WHERE state <> 'sent'"))
    assert open_rows == 0


def pragma_now(database: Database, words: str) -> None:
    """Set something on the writer's connection, outside of a transaction."""
    database._writer.submit(lambda: database._tx.conn.execute(f"PRAGMA {words}").fetchall()).result()


async def test_a_transaction_that_does_not_fit_changes_nothing(house: House) -> None:
    database = house.sandbox.bot.database

    def two_steps(tx: Tx) -> None:
        tx.run("UPDATE workspaces SET name = 'Half'")
        tx.run("INSERT INTO choices (workspace, choice, at) VALUES ('T', ?, '')", "x" * 1_000_000)

    with full(database), pytest.raises(StorageFull):
        await database.write(two_steps)
    assert await database.read(lambda tx: tx.value("SELECT name FROM workspaces")) == "Harbour Homes"
    await database.write(two_steps)
    assert await database.read(lambda tx: tx.value("SELECT name FROM workspaces")) == "Half"
