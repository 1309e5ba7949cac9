"""A street of its own for each test: stand-ins, a database, and a bot in another process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.process import Street


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    """Stand-ins that serve; nothing runs yet."""
    made = Street(tmp_path, forked=True)
    await made.open()
    yield made
    await made.close()
    assert made.slack.problems == []
