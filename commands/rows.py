"""A CSV of leads: encoding, header, columns, rows. Pure functions; nothing is sent and nothing kept."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from charset_normalizer import from_bytes
from pydantic import BaseModel, ValidationError

from commands.forms.fields import Asked, Kind, fields_of
from commands.views.sentences import invalid
from providers.provider import Intake

LARGEST_FILE = 10 * 1024 * 1024
MOST_ROWS = 10_000
_FORMULA = re.compile(r"^\s*[=@\t]")
_YES = frozenset({"yes", "y", "true", "1", "oui", "x"})
_NO = frozenset({"no", "n", "false", "0", "non", ""})
_SYNONYMS = {
    "emailaddress": "email",
    "mail": "email",
    "forename": "firstname",
    "givenname": "firstname",
    "givennames": "firstname",
    "surname": "lastname",
    "familyname": "lastname",
    "mobile": "phone",
    "telephone": "phone",
    "phonenumber": "phone",
    "postcode": "homepostcode",
    "address": "homeaddress",
    "message": "additionalinfo",
    "comments": "additionalinfo",
    "notes": "additionalinfo",
    "reference": "externalref",
    "ref": "externalref",
    "dob": "dateofbirth",
    "source": "siteid",
    "enquiry": "enquirytype",
}


class Unusable(Exception):
    """The file as a whole cannot be used; the text is the sentence for the person."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not sent: its number in the file, its reference, and why. No sensitive values."""

    row: int
    reference: str
    reason: str


@dataclass(slots=True)
class Read:
    """What a file holds."""

    good: list[tuple[int, BaseModel]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    matched: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    """Sensitive columns, left out because no admin allowed them."""


def text_of(content: bytes) -> str:
    """The file's text, whatever its encoding. Raises Unusable where it is no text."""
    if not content.strip():
        raise Unusable("The file is empty. Save your sheet as CSV and upload it again.")
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0") or b"\x00\x00\x00" in content[:4096]:
        raise Unusable("This is not a CSV file. In your spreadsheet choose Save as, CSV (UTF-8), and upload that.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    best = from_bytes(content).best()
    if best is None:
        raise Unusable("The file's encoding cannot be told. Save it as CSV (UTF-8) and upload it again.")
    return str(best).lstrip("\ufeff")


def _fold(name: str) -> str:
    tidy = re.sub(r"[^a-z0-9]", "", name.casefold())
    return _SYNONYMS.get(tidy, tidy)


def read_bytes(content: bytes, intake: Intake, *, sensitive: bool, mail_customers: bool) -> Read:
    """:func:`read` of a file's bytes. Telling an encoding takes a while: not for the event loop."""
    return read(text_of(content), intake, sensitive=sensitive, mail_customers=mail_customers)


def read(text: str, intake: Intake, *, sensitive: bool, mail_customers: bool) -> Read:
    """Columns matched and rows checked against the lead system's model. Raises Unusable.

    ``sensitive``: an admin allows sensitive columns. ``mail_customers``: the person chose that the lead system
    writes to the customers; without it no row does, whatever the file says.
    """
    head, *lines = _lines(text) or [[]]
    rows = [(n, cells) for n, cells in enumerate(lines, 2) if any(c.strip() for c in cells)]
    found = Read()
    columns = _columns(head, intake, found, sensitive=sensitive)
    if len(rows) > MOST_ROWS:
        raise Unusable(
            f"The file has {len(rows):,} rows; up to {MOST_ROWS:,} go at once. Split it and upload the parts; "
            "rows that were sent before are not added twice."
        )
    if not rows:
        raise Unusable("The file has a header but no rows.")
    for number, cells in rows:
        _row(number, cells, columns, intake, found, mail_customers=mail_customers)
    return found


def _lines(text: str) -> list[list[str]]:
    """The cells of every line. Raises Unusable where a quotation mark swallows the rest of the file."""
    try:
        sign = csv.Sniffer().sniff(text[:8192], delimiters=",;\t|").delimiter
    except csv.Error:
        sign = ","

    def cells(*, strict: bool) -> list[list[str]]:
        source = io.StringIO(text, newline="")
        return list(csv.reader(source, delimiter=sign, skipinitialspace=True, strict=strict))

    try:
        return cells(strict=True)  # only so is a quotation mark that is never closed an error
    except csv.Error as error:
        if "end of data" not in str(error):
            try:
                return cells(strict=False)
            except csv.Error:
                pass
    raise Unusable("The file cannot be read as CSV: a quotation mark is not closed. Save it anew as CSV.")


def _columns(head: Sequence[str], intake: Intake, found: Read, *, sensitive: bool) -> dict[int, Asked]:
    known: dict[str, Asked] = {}
    for asked in fields_of(intake.row):
        known.setdefault(_fold(asked.name), asked)
        known.setdefault(_fold(asked.title), asked)
    columns: dict[int, Asked] = {}
    for position, name in enumerate(head):
        wanted = known.get(_fold(name))
        if wanted is None or wanted in columns.values():
            found.ignored.append(name.strip()[:60] or f"column {position + 1}")
        elif wanted.sensitive and not sensitive:
            found.withheld.append(name.strip()[:60])
        else:
            columns[position] = wanted
            found.matched[name.strip()[:60]] = wanted.title
    if not any(a.name == intake.email for a in columns.values()):
        if any("@" in cell for cell in head):
            raise Unusable(
                "The first row is not a header. Put the names of the columns there: email, firstName, phone…"
            )
        raise Unusable("There is no e-mail column. Name one “email” in the first row; every lead needs it.")
    return columns


def _row(
    number: int,
    cells: Sequence[str],
    columns: Mapping[int, Asked],
    intake: Intake,
    found: Read,
    *,
    mail_customers: bool,
) -> None:
    raw: dict[str, Any] = {}
    problems: list[str] = []
    for position, asked in columns.items():
        cell = cells[position].strip().replace("\x00", "") if position < len(cells) else ""
        if not cell:
            continue
        if _FORMULA.match(cell) and asked.kind is not Kind.EMAIL:
            problems.append(f"{asked.name}: holds a formula; put its value there instead")
            continue
        try:
            raw[asked.name] = _cell(asked, cell)
        except ValueError as error:
            problems.append(f"{asked.name}: {error}")
    raw[intake.mails] = mail_customers and raw.get(intake.mails, True)
    raw.setdefault(intake.reference, reference_for(raw, intake))
    try:
        made = intake.row.model_validate(raw)
    except ValidationError as error:
        problems += [
            f"{e['loc'][0] if e['loc'] else 'row'}: {invalid(e)}"
            for e in error.errors(include_url=False, include_input=False)
        ]
    if problems:
        found.refused.append(Refused(number, str(raw[intake.reference])[:255], "; ".join(problems)))
    else:
        found.good.append((number, made))


def _cell(asked: Asked, cell: str) -> Any:
    match asked.kind:
        case Kind.YES | Kind.YES_NO:
            word = cell.casefold()
            if word in _YES:
                return True
            if word in _NO:
                return False
            raise ValueError("write yes or no")
        case Kind.NUMBERS:
            parts = [p for p in re.split(r"[,;/\s]+", cell) if p]
            if not all(p.isdigit() and len(p) < 10 for p in parts):
                raise ValueError("write whole numbers separated by commas")
            return [int(p) for p in parts]
        case Kind.SELECT:
            named = {label.casefold(): code for code, label in asked.choices}
            return named.get(cell.casefold(), cell)
        case Kind.DECIMAL:
            return re.sub(r"[£€$,\s]", "", cell)
        case _:
            return cell


def reference_for(raw: Mapping[str, Any], intake: Intake) -> str:
    """A reference made from the row's own content, so that sending the same row again adds nothing."""
    parts = [f"{k}={raw[k]}" for k in sorted(raw) if k not in (intake.mails, intake.reference)]
    return "LB-" + hashlib.sha256("\x1f".join(parts).casefold().encode()).hexdigest()[:24]


def refused_csv(refused: Sequence[Refused]) -> bytes:
    """The refused rows as CSV (UTF-8 with BOM for spreadsheets), formulas made harmless."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["row", "reference", "reason"])
    for one in sorted(refused, key=lambda r: r.row):
        writer.writerow([one.row, defused(one.reference), defused(one.reason)])
    return out.getvalue().encode("utf-8-sig")


def defused(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
