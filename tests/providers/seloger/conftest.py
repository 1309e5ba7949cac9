"""The stand-in for every test here."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.providers.seloger.seloger_house import SelogerHouse


@pytest.fixture
async def seloger() -> AsyncIterator[SelogerHouse]:
    made = SelogerHouse()
    await made.start()
    yield made
    await made.stop()
