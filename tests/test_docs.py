"""Pages that must agree with the code, and with each other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from commands.registry import VERBS
from commands.verb import Role
from providers.provider import discover
from tests import make_reference

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "providers").glob("*/NOTES.md")],
)
FOR_TESTS = {"LEADBELL_CRASH_AT", "LEADBELL_PAUSE_AT"}
"""Settings that stop the process on purpose: for the crash tests only."""


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def rows(page: str) -> list[list[str]]:
    """Every row of a page's tables, cell by cell."""
    lines = [line.strip() for line in page.splitlines() if line.startswith("|")]
    return [[c.strip().replace("\\|", "|") for c in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_the_readme_lists_every_verb_in_order() -> None:
    found = [row for row in rows(read("README.md")) if row[0].startswith("`/leads ")]
    assert found == [[f"`/leads {v.usage}`", v.summary] for v in VERBS]


def test_the_readme_names_the_verbs_that_are_for_admins() -> None:
    (line,) = re.findall(r"^(.*) are for the workspace's admins", read("README.md"), re.MULTILINE)
    assert set(re.findall(r"\*(\w+)\*", line.casefold())) == {v.name for v in VERBS if v.role is Role.ADMIN}


def test_the_reference_is_what_the_code_says() -> None:
    assert read("docs/reference.md") == make_reference.reference(), "run: python -m tests.make_reference"


def test_every_setting_that_the_code_reads_is_in_the_reference() -> None:
    told = {name for name, _, _ in make_reference.SETTINGS}
    tree = ast.parse(read("bot/settings.py"))
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    used = {t for t in texts if re.fullmatch(r"(LEADBELL|SLACK)(_[A-Z]+)+|HOST|PORT", t)}
    assert used - FOR_TESTS == told


def test_every_route_has_its_row() -> None:
    assert make_reference.served() == set(make_reference.ROUTES)


def test_the_sandbox_page_lists_every_route_of_its_api() -> None:
    told = {row[0].strip("`") for row in rows(read("docs/sandbox.md")) if " /sandbox/" in row[0]}
    source = read("bot/sandbox/control.py")
    reads = {f"GET {path}" for path in re.findall(r'^        "(/sandbox/\w+)": control', source, re.MULTILINE)}
    writes = {f"POST /sandbox/{name}" for name in re.findall(r'^        "(\w+)": control', source, re.MULTILINE)}
    assert len(reads) > 5
    assert len(writes) > 5
    assert told == reads | writes


@pytest.mark.parametrize("slug", sorted(discover()))
def test_every_lead_system_has_notes_on_what_is_documented_and_what_is_not(slug: str) -> None:
    notes = read(f"providers/{slug}/NOTES.md")
    assert "\n## Documented\n" in notes
    assert "\n## Not documented" in notes
    assert "unverified" in notes
    assert f"LEADBELL_{slug.upper()}_URL" in notes


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.casefold()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    links = [x for x in re.findall(r"\]\(([^)\s]+)\)", text) if not x.startswith(("http://", "https://"))]
    for link in links:
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_file(), f"{link} is missing"
        if anchor:
            assert anchor in anchors(target.read_text("utf-8")), f"{link}: no such heading"


def test_the_changelog_knows_the_version() -> None:
    (version,) = re.findall(r'^version = "(.+)"$', read("pyproject.toml"), re.MULTILINE)
    assert version in read("CHANGELOG.md")


def test_every_command_of_make_that_the_pages_name_exists() -> None:
    made = set(re.findall(r"^([a-z]+):.*##", read("Makefile"), re.MULTILINE))
    named = {n for page in PAGES for n in re.findall(r"(?:`|\$ )make ([a-z]+)", page.read_text("utf-8"))}
    assert named <= made
    assert {"demo", "test"} <= named
