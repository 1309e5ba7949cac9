"""Slack fails in every way it can while cards are delivered: each appears exactly once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import ZOE, House, shown


@pytest.mark.parametrize(
    "kind", ["429", "500", "503", "refuse", "withhold", "hang", "internal_error", "ratelimited", "invalid_auth"]
)
async def test_a_card_appears_once_whatever_slack_answers_first(
    make_house: Callable[..., Any], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.client.TIMEOUT", 0.5)
    house: House = await make_house()
    await house.connect()
    await house.subscribe()
    house.slack.faults.add("slack:chat.postMessage", kind)
    await house.arrive(firstName="Sofia")
    for _ in range(3):
        await house.poll(70)
    (card,) = house.cards()
    assert "Sofia" in shown(card)
    assert await house.sandbox.bot.database.read(lambda tx: tx.all("SELECT 1 FROM outbox WHERE state <> 'sent'")) == []


@pytest.mark.parametrize("kind", ["429", "500", "refuse", "withhold", "internal_error"])
async def test_a_claimed_card_is_redrawn_whatever_slack_answers_first(house: House, kind: str) -> None:
    await house.connect()
    await house.subscribe()
    await house.arrive()
    (card,) = house.cards()
    house.slack.faults.add("slack:chat.update", kind)
    await house.press(ZOE, card, "claim")
    for _ in range(3):
        await house.poll(70)
    assert "Zoe Lind* has it" in shown(card)
    assert len(house.dms(ZOE)) == 1
    assert len(house.thread(card)) == 1
