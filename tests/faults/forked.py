"""``leadbell`` in a process of its own that is forked from one where everything is imported already.

It starts in a few hundredths of a second instead of one and a half: tests that start and crash many bots spend their
time on what they are about. ``test_command_line``, a test of SIGTERM and the benchmarks start the real
command.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pkgutil
import signal
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import TextIO

import providers


@cache
def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    systems = [f"providers.{m.name}" for m in pkgutil.iter_modules(providers.__path__) if m.ispkg]
    context.set_forkserver_preload(["bot.cli", "bot.app", "bot.serving", __name__, *systems])
    return context


def _become(words: Sequence[str], folder: Path, environment: Mapping[str, str], out: Path, err: Path) -> None:
    """In the new process: be ``leadbell`` with these words, and end as it ends."""
    for stream, path in ((sys.stdout, out), (sys.stderr, err)):
        _send_to(stream, path)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["leadbell", *words]
    from bot.cli import main

    main()


def _send_to(stream: TextIO, path: Path) -> None:
    with path.open("ab") as file:
        os.dup2(file.fileno(), stream.fileno())


class Forked:
    """A process with what tests use of ``asyncio.subprocess.Process``."""

    def __init__(self, *words: str, cwd: Path, env: Mapping[str, str], stdout: Path, stderr: Path) -> None:
        """Start it; both streams are appended to files."""
        given = (words, cwd, dict(env), stdout, stderr)
        self._process = _server().Process(target=_become, args=given, daemon=True)
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        """How it ended (negative: by which signal); ``None`` while it runs."""
        return self._process.exitcode

    async def wait(self) -> int:
        """Wait until it ends."""
        while (code := self.returncode) is None:
            await asyncio.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9."""
        self.send_signal(signal.SIGKILL)
