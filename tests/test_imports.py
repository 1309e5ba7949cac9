"""Who may import whom, and that importing does no work."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ("bot", "commands", "providers", "storage")
FILES = sorted(f for folder in HOUSE for f in (ROOT / folder).rglob("*.py"))
MODULES = [".".join(f.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for f in FILES]


@cache
def parsed(file: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"))


def imported(file: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, wherever in it, and the line."""
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: imports are absolute"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                known = whole if whole in MODULES else str(node.module)
                yield known, node.lineno


def within(name: str, *packages: str) -> bool:
    return any(name == p or name.startswith(f"{p}.") for p in packages)


def strangers(folder: str, allowed: tuple[str, ...], forbidden: tuple[str, ...] = HOUSE) -> list[str]:
    """Imports of ``forbidden`` packages that are not ``allowed``."""
    return [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in sorted((ROOT / folder).rglob("*.py"))
        for name, line in imported(file)
        if within(name, *forbidden) and not within(name, *allowed)
    ]


def test_there_is_something_to_look_at() -> None:
    assert len(FILES) > 80
    assert "commands.desk.hours" in MODULES


def test_providers_import_none_of_the_other_three() -> None:
    assert strangers("providers", ("providers",)) == []


def test_storage_imports_of_providers_only_the_lead() -> None:
    assert strangers("storage", ("storage", "providers.lead")) == []


def test_commands_never_import_the_bot_or_bolt() -> None:
    assert strangers("commands", ("commands", "providers", "storage")) == []
    assert strangers("commands", (), ("slack_bolt", "slack_sdk", "aiohttp", "httpx", "sqlite3", "apscheduler")) == []


def test_the_desk_decides_without_input_and_output() -> None:
    assert strangers("commands/desk", ("commands.desk", "providers.lead", "storage.records", "storage.filters")) == []
    outside = ("asyncio", "os", "pathlib", "socket", "logging", "random", "secrets", "time")
    assert strangers("commands/desk", (), outside) == []


def test_views_know_no_database() -> None:
    assert strangers("commands/views", (), ("storage.database", "storage.leads", "storage.connections")) == []


def test_a_lead_system_imports_no_other() -> None:
    for folder in (ROOT / "providers").iterdir():
        if (folder / "__init__.py").exists():
            others = tuple(
                f"providers.{f.name}" for f in (ROOT / "providers").iterdir() if f.is_dir() and f.name != folder.name
            )
            assert strangers(f"providers/{folder.name}", (), others) == []


def test_no_lead_system_is_named_outside_its_folder_but_in_the_sandbox() -> None:
    """Adding one touches one new folder."""
    systems = tuple(f"providers.{f.name}" for f in (ROOT / "providers").iterdir() if (f / "__init__.py").exists())
    for folder in ("bot", "commands", "storage"):
        assert strangers(folder, (), systems) == []


def test_http_to_lead_systems_goes_through_one_door() -> None:
    calls = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in FILES
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("httpx.AsyncClient", "httpx.Client", "httpx.get")
    ]
    assert [call.rpartition(":")[0] for call in calls] == ["providers/http.py"]


def test_statements_on_the_database_stand_in_storage() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in FILES
        if not file.is_relative_to(ROOT / "storage")
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("tx.all", "tx.one", "tx.value", "tx.run", "tx.many", "tx.conn.execute")
    ]
    assert found == []


def test_nothing_of_the_product_imports_the_tests() -> None:
    for folder in HOUSE:
        assert strangers(folder, (), ("tests", "pytest", "hypothesis", "playwright")) == []


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "manager", "base", "misc"])
def test_no_module_has_a_name_that_says_nothing(word: str) -> None:
    bad = {word, word.rstrip("s"), f"{word}s"}
    assert [m for m in MODULES if bad & set(m.split("."))] == []


def test_every_module_says_what_it_is() -> None:
    for file in FILES:
        assert ast.get_docstring(parsed(file)), f"{file.relative_to(ROOT)} has no docstring"


WATCH = """
import builtins, json, os, socket, sqlite3, subprocess, sys, threading
told = []
import {third}
ROOT = {root!r}
def watch(event, arguments):
    if event == "open":
        path = str(arguments[0])
        flags = arguments[2] if isinstance(arguments[2], int) else 0
        wrote = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if wrote and ".pyc" not in path:
            told.append(f"writes {{path}}")
        elif path.startswith(ROOT) and not path.endswith((".py", ".pyc")) and "/.venv/" not in path:
            told.append(f"reads {{path}}")
    elif event.startswith(("socket.", "sqlite3.connect", "subprocess.", "os.mkdir", "os.system")):
        told.append(event)
sys.addaudithook(watch)
import importlib
threads = threading.active_count()
for name in {modules!r}:
    importlib.import_module(name)
if threading.active_count() != threads:
    told.append("a thread was started")
print(json.dumps(told))
"""


def test_importing_every_module_opens_no_file_and_no_socket_and_starts_nothing() -> None:
    """Only our own modules are watched: what others do at import is not ours."""
    third = ", ".join(sorted({n for f in FILES for n, _ in imported(f) if not within(n, *HOUSE, "__future__")}))
    script = WATCH.format(third=third, root=str(ROOT), modules=[m for m in MODULES if not m.endswith("__main__")])
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []
