"""One SQLite file: one writer thread, a few readers, and transactions as plain functions.

``await database.write(fn)`` runs ``fn(tx)`` in ``BEGIN IMMEDIATE`` on the writer's thread and commits; readers
have connections of their own and never wait for the writer (WAL). What people ask for is written before what the
process does by itself.
"""

from __future__ import annotations

import asyncio
import copy
import heapq
import itertools
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database as Utils
from sqlite_utils import Migrations
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

T = TypeVar("T")
Row = sqlite3.Row
Observer = Callable[[str], None]
"""Told of each named point that is reached; crash tests stop the process there."""


class StorageFull(Exception):
    """The disk is full, or the database cannot be written; nothing was changed."""


class Rank(IntEnum):
    """Which of the waiting transactions is written next; within a rank the oldest."""

    LEASE = 0
    PEOPLE = 1
    OWN = 2
    """Polling, delivery and whatever else nobody waits for."""


class Tx:
    """A transaction in progress, or a reader's snapshot. Storage functions take it first."""

    def __init__(self, utils: Utils) -> None:
        self.utils = utils
        self.conn: sqlite3.Connection = utils.conn

    def all(self, sql: str, *params: Any) -> list[Row]:
        """Every row."""
        return self.conn.execute(sql, params).fetchall()

    def one(self, sql: str, *params: Any) -> Row | None:
        """The first row, or ``None``."""
        row: Row | None = self.conn.execute(sql, params).fetchone()
        return row

    def value(self, sql: str, *params: Any) -> Any:
        """The first column of the first row, or ``None``."""
        row = self.one(sql, *params)
        return row[0] if row else None

    def run(self, sql: str, *params: Any) -> int:
        """Carry out a statement; how many rows it changed."""
        return self.conn.execute(sql, params).rowcount

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Carry out a statement once a row."""
        self.conn.executemany(sql, rows)


def answers(tx: Tx) -> bool:
    """Whether the database can be read."""
    return bool(tx.value("SELECT 1") == 1)


def whole(tx: Tx) -> bool:
    """Whether the file is free of damage; reads all of it."""
    return bool(tx.value("PRAGMA integrity_check") == "ok")


def _nobody(_tx: Tx) -> None:
    """Nobody looks at it."""


@dataclass
class _Shared:
    """What all views of a database have in common and may change."""

    observe: Observer
    version: int = 0
    """What SQLite says of the file: another number after each transaction of another process."""


def _version(utils: Utils) -> int:
    return int(utils.conn.execute("PRAGMA data_version").fetchone()[0])


def _connect(path: Path, *, readonly: bool) -> Utils:
    conn = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    conn.row_factory = sqlite3.Row
    _write_ahead(conn)
    for pragma in (
        "synchronous = FULL",  # what was committed before a call to Slack must survive a power cut
        "foreign_keys = ON",
        "secure_delete = ON",
        "busy_timeout = 10000",
        f"query_only = {'ON' if readonly else 'OFF'}",
    ):
        conn.execute(f"PRAGMA {pragma}")
    return Utils(conn)


@retry(
    retry=retry_if_exception(lambda error: getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY),
    stop=stop_after_delay(10),
    wait=wait_random(0.01, 0.1),
    reraise=True,
)
def _write_ahead(conn: sqlite3.Connection) -> None:
    """A file that is new is changed over once. Where several do that at the same time, SQLite does not wait for its
    timeout but refuses all but one at once."""
    conn.execute("PRAGMA journal_mode = WAL")


def migrations() -> Migrations:
    """Every migration, oldest first. They are append-only: a released file never changes."""
    found = Migrations("leadbell")
    folder = resources.files("storage") / "migrations"
    for file in sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name):
        script = file.read_text(encoding="utf-8")

        def step(db: Utils, script: str = script) -> None:
            for statement in statements(script):
                db.execute(statement)

        found(name=file.name.removesuffix(".sql"))(step)
    return found


def statements(script: str) -> list[str]:
    """The statements of an SQL file."""
    found, part = [], ""
    for line in script.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            found.append(part.strip())
            part = ""
    return found


class Database:
    """An open database file."""

    def __init__(self, path: Path | str, *, readers: int = 2, observe: Observer | None = None) -> None:
        """Open ``path`` (made where it is missing, mode 0600) and bring it to the newest migration."""
        self.path = Path(path)
        self.is_new = not self.path.exists()
        self._shared = _Shared(observe or (lambda _point: None))
        if self.is_new:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._waiting: list[tuple[Rank, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._queue = threading.Lock()
        self._rank = Rank.PEOPLE
        self._guard: Callable[[Tx], None] = _nobody
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="reader")
        self._own_reader = ThreadPoolExecutor(1, thread_name_prefix="own-reader")
        self._local = threading.local()
        self._open: list[Utils] = []
        self._tx = self._writer.submit(self._prepare).result()

    def _prepare(self) -> Tx:
        utils = _connect(self.path, readonly=False)
        self._open.append(utils)
        utils.conn.execute("BEGIN EXCLUSIVE")  # another process may start at the same time
        try:
            migrations().apply(utils)
            utils.conn.execute("COMMIT")
        except BaseException:
            if utils.conn.in_transaction:
                utils.conn.execute("ROLLBACK")
            raise
        self._shared.version = _version(utils)
        return Tx(utils)

    @property
    def observe(self) -> Observer:
        """Told of each named point that is reached, in this view of the database and in all others."""
        return self._shared.observe

    @observe.setter
    def observe(self, observer: Observer) -> None:
        self._shared.observe = observer

    def ranked(self, rank: Rank, guard: Callable[[Tx], None] | None = None) -> Database:
        """The same database, for writes of another rank. ``guard`` begins each of their transactions; where it raises,
        nothing is written."""
        view = copy.copy(self)
        view._rank = rank
        view._guard = guard or self._guard
        return view

    # -- writing

    async def write(self, fn: Callable[[Tx], T], *, lasting: bool = True) -> T:
        """Run ``fn`` in one transaction on the writer's thread. Raises StorageFull where nothing can be written.

        Once begun it is carried out even if the caller is cancelled. ``lasting``: it survives a power cut as soon as
        this returns; else only a crash of the process, which spares waiting for the disk (when something was polled).
        """
        carried_out = asyncio.wrap_future(self._put(lambda: self._transaction(fn, lasting=lasting)))
        # Where the caller is gone, nobody would take its failure, and asyncio would log it with its text.
        carried_out.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(carried_out)

    def write_now(self, fn: Callable[[Tx], T]) -> T:
        """The same from ordinary code (the command line, tests)."""
        return self._put(lambda: self._transaction(fn)).result()

    async def changed_elsewhere(self) -> bool:
        """Whether another process has written since this was asked last."""
        return await asyncio.wrap_future(self._put(self._look_elsewhere))

    def between(self, work: Callable[[], T]) -> T:
        """Do something while no transaction of this process is under way; for ordinary code."""
        return self._put(work).result()

    def _look_elsewhere(self) -> bool:
        before, self._shared.version = self._shared.version, _version(self._tx.utils)
        return before != self._shared.version

    def _put(self, work: Callable[[], T]) -> Future[T]:
        """To be done on the writer's thread, after all that is of a higher rank or waits longer."""
        future: Future[T] = Future()

        def carry_out() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(work())
            except BaseException as error:
                future.set_exception(error)

        with self._queue:
            heapq.heappush(self._waiting, (self._rank, next(self._order), carry_out))
        self._writer.submit(self._next)
        return future

    def _next(self) -> None:
        with self._queue:
            _, _, work = heapq.heappop(self._waiting)
        work()

    def _transaction(self, fn: Callable[[Tx], T], *, lasting: bool = True) -> T:
        tx = self._tx
        name = getattr(fn, "__name__", "write")
        if not lasting:
            tx.conn.execute("PRAGMA synchronous = NORMAL")  # the file stays whole; the last commits may be missing
        try:
            tx.conn.execute("BEGIN IMMEDIATE")
            try:
                self._guard(tx)
                result = fn(tx)
                self.observe(f"{name}.before_commit")
                tx.conn.execute("COMMIT")
            except BaseException:
                if tx.conn.in_transaction:
                    tx.conn.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as error:
            primary = error.sqlite_errorcode & 0xFF  # the rest says more closely what failed: IOERR_WRITE is 778
            if primary in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY):
                raise StorageFull(str(error)) from None
            raise
        finally:
            if not lasting:
                tx.conn.execute("PRAGMA synchronous = FULL")
        self.observe(f"{name}.committed")
        return result

    # -- reading

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Run ``fn`` over one consistent snapshot, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._snapshot, fn)

    async def look(self, fn: Callable[[Tx], T]) -> T:
        """The same for the process's own work (polling, delivery), which never waits behind what people ask."""
        return await asyncio.get_running_loop().run_in_executor(self._own_reader, self._snapshot, fn)

    def read_now(self, fn: Callable[[Tx], T]) -> T:
        """The same from ordinary code."""
        return self._readers.submit(self._snapshot, fn).result()

    def _snapshot(self, fn: Callable[[Tx], T]) -> T:
        tx: Tx | None = getattr(self._local, "tx", None)
        if tx is None:
            utils = _connect(self.path, readonly=True)
            self._open.append(utils)
            tx = self._local.tx = Tx(utils)
        tx.conn.execute("BEGIN")
        try:
            return fn(tx)
        finally:
            tx.conn.execute("COMMIT")

    def close(self) -> None:
        """Finish what has begun and close every connection."""
        self._readers.shutdown(wait=True)
        self._own_reader.shutdown(wait=True)
        self._writer.shutdown(wait=True)
        for utils in self._open:
            utils.conn.close()
