"""``leadbell new-provider``: the folder of a new lead system, from the templates in ``bot/provider_template``.

The folder works as it is, against a stand-in of an imagined API, so that one begins by editing. What only a person can
know is marked with :data:`MARK`, and the conformance test fails until none is left.
"""

from __future__ import annotations

import keyword
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from string import Template

from bot.calling import BadCall
from providers.provider import Provider

MARK = "FILL IN"
"""In a comment, a docstring or a table, wherever only a person can go on."""
_SLUG = re.compile(r"[a-z][a-z0-9]{1,19}")
_PREFIX = re.compile(r"[A-Z]{2}")
_NAME = re.compile(r"[^\W_](?:[\w .&'-]{0,28}[\w.])?")
"""What stands in texts, in code and in Markdown as it is."""


@dataclass(frozen=True, slots=True)
class Place:
    """Something to fill in: which file and line, and what is written there."""

    file: Path
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Made:
    """What was written."""

    slug: str
    tops: tuple[Path, ...]
    """Folders and files."""
    to_fill_in: tuple[Place, ...]


def make(folder: Path, slug: str, name: str | None, prefix: str | None, known: Mapping[str, Provider]) -> Made:
    """Write ``folder/slug`` and its tests (where there is ``tests`` beside ``folder``), all of it or nothing.

    Raises BadCall, with a sentence, where the slug, name or prefix cannot be used or is taken, and where something is
    there already or cannot be written.
    """
    if not _SLUG.fullmatch(slug) or keyword.iskeyword(slug):
        raise BadCall(f"{slug!r} cannot be a slug: 2 to 20 lower-case letters and digits, a letter first.")
    name = slug.capitalize() if name is None else name.strip()
    if not _NAME.fullmatch(name):
        raise BadCall(f"{name!r} cannot be a name: up to 30 letters, digits, spaces and . & ' -")
    prefix = _free_prefix(slug, name, known) if prefix is None else prefix
    if not _PREFIX.fullmatch(prefix):
        raise BadCall(f"{prefix!r} cannot be a prefix of lead references: two capital letters, as in KP-1042.")
    for other in known.values():
        for what, mine, theirs in (
            ("slug", slug, other.slug),
            ("name", name, other.name),
            ("prefix", prefix, other.prefix),
        ):
            if mine == theirs:
                raise BadCall(f"{other.name} has the {what} {mine!r} already; choose another one.")
    if not (folder / "provider.py").is_file():
        raise BadCall(f"{folder} does not hold Leadbell's lead systems; say with --folder where they are.")
    words = {"slug": slug, "name": name, "prefix": prefix, "upper": slug.upper(), "camel": slug.capitalize()}
    tops = {"provider": folder / slug}
    tests = folder.parent / "tests"
    if (tests / "conftest.py").is_file():
        tops |= {
            f"tests/providers/{slug}": tests / "providers" / slug,
            f"tests/journeys/test_{slug}_desk.py": tests / "journeys" / f"test_{slug}_desk.py",
        }
    rendered = dict(_rendered(words))
    files = {
        tops[start] / path.relative_to(start): text
        for path, text in rendered.items()
        for start in tops
        if path.is_relative_to(start)
    }
    _write(folder, tuple(tops.values()), files)
    return Made(slug, tuple(tops.values()), tuple(_left(files)))


def _free_prefix(slug: str, name: str, known: Mapping[str, Provider]) -> str:
    """The initials of the name, else the first letter with another one; none that is taken."""
    taken = {p.prefix for p in known.values()}
    initials = "".join(word[0] for word in name.split())[:2]
    letters = re.sub(r"[^a-z]", "", slug) or "x"
    tried = [initials, *(letters[0] + other for other in f"{letters[1:]}abcdefghijklmnopqrstuvwxyz")]
    for one in tried:
        if _PREFIX.fullmatch(one.upper()) and one.upper() not in taken:
            return one.upper()
    raise BadCall("No two letters are free for lead references; say with --prefix which ones to use.")


def _templates(folder: Traversable, at: PurePosixPath) -> Iterator[tuple[PurePosixPath, str]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            yield from _templates(entry, at / entry.name)
        else:
            yield at / entry.name, entry.read_text(encoding="utf-8")


def _rendered(words: Mapping[str, str]) -> Iterator[tuple[PurePosixPath, str]]:
    """Every file by its path in the template folder, with the words put in."""
    for path, text in _templates(resources.files("bot") / "provider_template", PurePosixPath()):
        name = str(path).replace("__slug__", words["slug"]).removesuffix(".txt")
        yield PurePosixPath(name), _sorted_imports(Template(text).substitute(words))


def _sorted_imports(text: str) -> str:
    """Where the slug stands among the other modules decides in which order they are imported."""
    block = re.compile(r"(?:^from providers\.\S+ import [^(\n]+\n)+", re.MULTILINE)
    return block.sub(lambda found: "".join(sorted(found[0].splitlines(keepends=True))), text)


def _write(folder: Path, tops: Sequence[Path], files: Mapping[Path, str]) -> None:
    """Write all files, or none: every top (a whole folder, or a file) is made aside and then moved to its place."""
    for top in tops:
        if top.exists() or top.is_symlink():
            raise BadCall(f"{top} is there already; nothing was written.")
    moved: list[Path] = []
    try:
        with tempfile.TemporaryDirectory(prefix=".new-provider-", dir=folder) as held:
            aside = {top: Path(held, str(number), top.name) for number, top in enumerate(tops)}
            for top, draft in aside.items():
                for path, text in files.items():
                    if path.is_relative_to(top):
                        file = draft / path.relative_to(top)
                        file.parent.mkdir(parents=True, exist_ok=True)
                        file.write_text(text, encoding="utf-8")
            for top, draft in aside.items():
                top.parent.mkdir(parents=True, exist_ok=True)
                draft.rename(top)
                moved.append(top)
    except OSError as error:
        for top in moved:
            shutil.rmtree(top) if top.is_dir() else top.unlink()
        raise BadCall(f"Nothing was written: {error.strerror or error}.") from None


def _left(files: Mapping[Path, str]) -> Iterator[Place]:
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            if MARK in line:
                yield Place(path, number, line[line.index(MARK) :].strip())


def next_steps(made: Made) -> str:
    """What to do now, with every place that is to be filled in."""
    where = [(f"{place.file}:{place.line}", place.text) for place in made.to_fill_in]
    tops = "\n".join(f"  {top}" for top in made.tops)
    left = "\n".join(f"  {at}  {text}" for at, text in where)
    return f"""\
Made, against a stand-in of an imagined API:
{tops}

1. Look at it: leadbell demo, then /leads connect {made.slug}
2. Write the stand-in from the document, record the fixtures, then edit models, mapping, feed and actions.
   For more than this folder does, see the recipe in CONTRIBUTING.md.
3. Fill in what only a person can know (grep -rn "{MARK}" {made.tops[0]}):
{left}
4. Run pytest tests/providers/test_provider_conformance.py -k {made.slug}; it says what is still missing.
5. Name it in README.md, and run python -m tests.make_reference.
"""
