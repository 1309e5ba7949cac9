"""What is shipped and what it is made of: the pins, the wheel, and the wheel in an empty environment."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "commands", "providers", "storage")


def pins() -> dict[str, str]:
    """constraints.txt by name."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    found = [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]
    return {canonicalize_name(r.name): str(r.specifier).removeprefix("==") for r in found}


def project() -> dict[str, object]:
    loaded: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return loaded


def asked(*, checks: bool) -> list[Requirement]:
    """What pyproject.toml asks for, with or without what the checks need."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    texts = [*told["project"]["dependencies"]]
    if checks:
        texts += told["project"]["optional-dependencies"]["dev"] + told["build-system"]["requires"]
    return [Requirement(t) for t in texts]


def pulled_in(direct: list[Requirement]) -> dict[str, str]:
    """Every installed distribution that these requirements need, by name, with its version."""
    found: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(r, frozenset(r.extras)) for r in direct]
    while waiting:
        requirement, extras = waiting.pop()
        key = (canonicalize_name(requirement.name), extras)
        if key in seen:
            continue
        seen.add(key)
        found[key[0]] = metadata.version(requirement.name)
        for text in metadata.requires(requirement.name) or []:
            inner = Requirement(text)
            environments = [{**default_environment(), "extra": extra} for extra in ("", *extras)]
            if inner.marker is None or any(inner.marker.evaluate(e) for e in environments):
                waiting.append((inner, frozenset(inner.extras)))
    return found


# ------------------------------------------------------------------------------------------- the pins


def test_every_package_that_is_needed_is_pinned_and_none_that_is_not() -> None:
    assert pulled_in(asked(checks=True)) == pins()


def test_nothing_is_installed_beside_the_pins() -> None:
    installed = {canonicalize_name(d.metadata["Name"]): d.version for d in metadata.distributions()}
    del installed[str(project()["name"])]
    assert installed == pins()


def test_every_pin_is_one_exact_version_that_pyproject_allows() -> None:
    pinned = pins()
    assert all(Version(v) for v in pinned.values())
    lines = [x for x in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if x and not x.startswith("#")]
    assert all("==" in line and " " not in line for line in lines)
    for requirement in asked(checks=True):
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), requirement


# ------------------------------------------------------------------------------------------- the wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources (a build leaves files beside them)."""
    copy = tmp_path_factory.mktemp("sources")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests" / "data", copy / "tests" / "data")
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, copy)
    out = tmp_path_factory.mktemp("wheel")
    _run(
        *(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--no-build-isolation", "--wheel-dir", str(out), str(copy)),
    )
    (built,) = out.iterdir()
    return built


def _run(*command: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=env, timeout=300, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {n for n in archive.namelist() if ".dist-info/" not in n}


def test_the_wheel_holds_every_file_of_the_four_packages_and_nothing_else(wheel: Path) -> None:
    sources = {
        f.relative_to(ROOT).as_posix()
        for name in PACKAGES
        for f in (ROOT / name).rglob("*")
        if f.is_file() and "__pycache__" not in f.parts
    }
    assert names(wheel) == sources


def test_the_wheel_holds_the_files_that_the_product_reads(wheel: Path) -> None:
    held = names(wheel)
    assert {
        "storage/schema.sql",
        "storage/migrations/0001_first.sql",
        "bot/sandbox/slack.schema.json",
        "bot/sandbox/console/index.html",
        "bot/sandbox/console/console.css",
        "bot/sandbox/console/console.js",
        "bot/provider_template/provider/__init__.py.txt",
        "bot/provider_template/provider/fixtures/page_1.json",
        "bot/provider_template/tests/journeys/test___slug___desk.py.txt",
        "providers/kpro/NOTES.md",
        "providers/kpro/fixtures/page_1.json",
    } <= held
    assert not any(n.startswith("tests/") for n in held)


def test_the_wheel_runs_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LEADBELL_", "SLACK_", "PYTHON"))}
    place = tmp_path / "empty"
    _run(sys.executable, "-m", "venv", "--without-pip", str(place), env=env)
    python = str(place / "bin" / "python")
    _run(
        *(
            sys.executable,
            "-m",
            "pip",
            "--python",
            python,
            "install",
            "--quiet",
            "--no-compile",
            "--disable-pip-version-check",
        ),
        *("--constraint", str(ROOT / "constraints.txt"), "--prefer-binary", str(wheel)),
        env=env,
    )
    leadbell = str(place / "bin" / "leadbell")
    assert "Leadbell, the lead desk of a sales team" in _run(leadbell, "--help", cwd=tmp_path, env=env)
    assert str(project()["version"]) in _run(leadbell, "--version", cwd=tmp_path, env=env)
    listed = json.loads(_run(leadbell, "actions", "--json", cwd=tmp_path, env=env))
    assert {(a["provider"], a["action"]) for a in listed} >= {("kpro", "get-leads"), ("kpro", "import-leads")}
    assert "get-leads" in _run(leadbell, "actions", cwd=tmp_path, env=env)
    (tmp_path / "providers").mkdir()
    (tmp_path / "providers" / "provider.py").touch()
    assert "providers/acme" in _run(leadbell, "new-provider", "acme", cwd=tmp_path, env=env)
    assert (tmp_path / "providers" / "acme" / "fixtures" / "page_1.json").is_file()

    told = "from importlib.metadata import distributions as d; print(*(f'{x.name}=={x.version}' for x in d()))"
    found = [Requirement(text) for text in _run(python, "-c", told, env=env).split()]
    installed = {canonicalize_name(r.name): str(r.specifier).removeprefix("==") for r in found}
    del installed["leadbell"]
    assert installed == pulled_in(asked(checks=False))
    assert installed.items() <= pins().items()
