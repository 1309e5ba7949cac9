"""``leadbell new-provider``: what it makes works, and fails the conformance test only where a person must go on."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.new_provider import MARK, make
from providers.provider import discover

ROOT = Path(__file__).parents[2]
SLUG = "umbrella"
CONFORMANCE = "tests/providers/test_provider_conformance.py"
FOR_A_PERSON = {
    "test_nothing_of_it_is_left_to_fill_in[umbrella]": "only a person can fill these in:",
    "test_its_notes_say_what_it_was_written_from[umbrella]": "NOTES.md: name the document, and where it is",
    "test_it_is_named_as_operators_rely_on[umbrella]": "__init__.py: url: give the real host",
    "test_its_country_and_its_locale_are_known[umbrella]": "__init__.py: region: in which country",
    "test_an_action_is_declared_whole[umbrella-get-leads]": "get-leads: source: which document and section",
    "test_an_action_is_declared_whole[umbrella-get-lead]": "get-lead: source: which document and section",
}
"""What fails of a folder as it was made, and what that says."""


def run(house: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """In a copy of the house, with this Python."""
    return subprocess.run(
        [sys.executable, "-B", "-m", *command], cwd=house, capture_output=True, text=True, timeout=600, check=False
    )


def failing(house: Path, *tests: str, only: str = SLUG) -> tuple[dict[str, str], int]:
    """What fails of these tests, with what it says, and how many there were."""
    told = run(house, "pytest", *tests, "-k", only, "-p", "no:cacheprovider", "--junitxml=told.xml")
    assert told.returncode in (0, 1), told.stdout + told.stderr
    cases = ElementTree.parse(house / "told.xml").getroot().findall(".//testcase")
    assert not [c for c in cases if c.find("error") is not None], told.stdout
    return {c.attrib["name"]: f.attrib["message"] for c in cases if (f := c.find("failure")) is not None}, len(cases)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house in which the command was run."""
    copy = tmp_path_factory.mktemp("house")
    leave = shutil.ignore_patterns("__pycache__", "benchmarks", "soak", "browser", "data")
    for name in ("bot", "commands", "providers", "storage", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", copy)
    told = run(copy, "bot.cli", "new-provider", SLUG, "--name", "Umbrella Homes")
    assert (told.returncode, told.stderr) == (0, "")
    marks = [
        f"{file.relative_to(copy)}:{number}"
        for file in sorted((copy / "providers" / SLUG).rglob("*.*"))
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if MARK in line
    ]
    assert marks
    assert re.findall(r"^  (\S+:\d+)  ", told.stdout, re.MULTILINE) == marks
    return copy


def filled_in(text: str) -> str:
    """As a person would leave it."""
    for missing, known in (
        ("https://api.umbrella.invalid", "https://api.umbrella-homes.com"),
        ('region="ZZ"', 'region="GB"'),
        ('locale="en_001"', 'locale="en_GB"'),
        ('source=""', 'source="Leads API, 3.1"'),
        ("the document, its edition, and its address", "Leads API, edition 3 (https://docs.umbrella-homes.com)"),
    ):
        text = text.replace(missing, known)
    return text.replace(MARK, "Done")


def test_it_passes_all_but_what_only_a_person_can_fill_in(house: Path) -> None:
    own = (f"tests/providers/{SLUG}", f"tests/journeys/test_{SLUG}_desk.py")
    found, count = failing(house, CONFORMANCE, *own)
    assert found.keys() == FOR_A_PERSON.keys()
    assert count > 70
    for name, said in FOR_A_PERSON.items():
        assert said in found[name]

    for file in (house / "providers" / SLUG).rglob("*.*"):
        file.write_text(filled_in(file.read_text("utf-8")), "utf-8")
    shutil.move(house / "providers" / SLUG / "fixtures", house / "kept")
    again = "fill_in or notes or named or country or declared or recorded"
    found, _ = failing(house, CONFORMANCE, only=f"{SLUG} and ({again})")
    assert all(f"providers/{SLUG}/fixtures/" in said and "is missing" in said for said in found.values()), found
    assert sum(name.startswith("test_its_recorded_answers_are_there[") for name in found) == 7
    assert not found.keys() & FOR_A_PERSON.keys(), "what was filled in passes"
    shutil.move(house / "kept", house / "providers" / SLUG / "fixtures")


def test_what_it_makes_is_formatted_checked_and_typed(house: Path) -> None:
    """However long its names are, and wherever its slug stands among other modules."""
    for slug, name in (("q7", "Q"), ("zzzzzzzzzzzzzzzzzzzz", "Ää & Co. of the Northern Light")):
        make(house / "providers", slug, name, None, discover())
    made = [f for top in ("providers", "tests") for s in (SLUG, "q7", "z" * 20) for f in (house / top).rglob(f"*{s}*")]
    assert len(made) == 12
    for check in (["format", "--check"], ["check"]):
        told = run(house, "ruff", *check, "--no-cache", *map(str, made))
        assert told.returncode == 0, told.stdout
    told = run(house, "mypy", "-p", f"providers.{SLUG}", "--cache-dir", str(house / "types"))
    assert told.returncode == 0, told.stdout


# ------------------------------------------------------------------------------------------ refusals


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Folders as in the house, with nothing in them."""
    for name in ("providers", "tests/providers", "tests/journeys"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "providers" / "provider.py").touch()
    (tmp_path / "tests" / "conftest.py").touch()
    return tmp_path


def leadbell(place: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["new-provider", "--folder", str(place / "providers"), *words])


def everything(place: Path) -> list[Path]:
    return sorted(place.rglob("*"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Acme"], "cannot be a slug"),
        (["a"], "cannot be a slug"),
        (["../acme"], "cannot be a slug"),
        (["ac-me"], "cannot be a slug"),
        (["a" * 21], "cannot be a slug"),
        (["class"], "cannot be a slug"),
        (["kpro"], "KPro Marketing has the slug 'kpro' already"),
        (["acme", "--name", "Lofty"], "Lofty has the name 'Lofty' already"),
        (["acme", "--name", 'A "quoted" one'], "cannot be a name"),
        (["acme", "--name", "A\nB"], "cannot be a name"),
        (["acme", "--name", "A" * 31], "cannot be a name"),
        (["acme", "--prefix", "KP"], "KPro Marketing has the prefix 'KP' already"),
        (["acme", "--prefix", "ac"], "cannot be a prefix"),
        (["acme", "--prefix", "ACM"], "cannot be a prefix"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_written(place: Path, words: list[str], said: str) -> None:
    before = everything(place)
    told = leadbell(place, *words)
    assert (told.exit_code, told.stdout) == (2, "")
    assert said in told.stderr
    assert len(told.stderr.splitlines()) == 1
    assert everything(place) == before
    assert leadbell(place, "acme").exit_code == 0


@pytest.mark.parametrize("taken", ["providers/acme", "tests/providers/acme", "tests/journeys/test_acme_desk.py"])
def test_nothing_that_is_there_is_overwritten(place: Path, taken: str) -> None:
    (place / taken).mkdir()
    (place / taken / "mine.txt").write_text("mine")
    before = everything(place)
    told = leadbell(place, "acme")
    assert told.exit_code == 2
    assert "is there already" in told.stderr
    assert everything(place) == before
    shutil.rmtree(place / taken)
    assert leadbell(place, "acme").exit_code == 0
    assert leadbell(place, "acme").exit_code == 2


def test_nothing_is_left_half_written(place: Path) -> None:
    (place / "tests" / "journeys").rmdir()
    (place / "tests" / "journeys").touch()  # the last one cannot be written
    before = everything(place)
    told = leadbell(place, "acme")
    assert told.exit_code == 2
    assert "Nothing was written" in told.stderr
    assert everything(place) == before
    (place / "tests" / "journeys").unlink()
    assert leadbell(place, "acme").exit_code == 0


def test_a_folder_without_lead_systems_is_refused(tmp_path: Path) -> None:
    told = leadbell(tmp_path, "acme")
    assert told.exit_code == 2
    assert "--folder" in told.stderr
    assert everything(tmp_path) == []


def test_without_tests_beside_it_only_the_folder_is_made(place: Path) -> None:
    shutil.rmtree(place / "tests")
    assert leadbell(place, "acme").exit_code == 0
    assert sorted(f.name for f in place.iterdir()) == ["providers"]


@pytest.mark.parametrize(
    ("slug", "name", "prefix"), [("acme", "Acme Homes", "AH"), ("lofts", "", "LF"), ("kp", "Kroll Place", "KA")]
)
def test_a_free_prefix_is_found(place: Path, slug: str, name: str, prefix: str) -> None:
    assert leadbell(place, slug, *(["--name", name] if name else [])).exit_code == 0
    assert f'prefix="{prefix}"' in (place / "providers" / slug / "__init__.py").read_text("utf-8")
