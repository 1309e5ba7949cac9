"""A CSV of leads: previewed, only good rows sent, refused ones handed back, a repeat adds nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.files import StoredFile
from bot.settings import Tempo
from tests.conftest import ADA, LEADS, ZOE, House, shown

THREE = "email,firstName,lastName,phone\n" + "".join(
    f"{name}@example.com,{name.title()},Marsh,07700 90000{n}\n" for n, name in enumerate(("ada", "ben", "cleo"))
)


def upload(house: House, content: str | bytes, name: str = "leads.csv", user: str = ZOE) -> StoredFile:
    raw = content.encode() if isinstance(content, str) else content
    return house.slack.people.upload(user, None, name, raw)


async def check(house: House, content: str | bytes, **values: Any) -> dict[str, str]:
    """Upload in the modal and press Check; the errors."""
    await house.command(ZOE, "/leads import")
    return await house.submit(ZOE, file=[upload(house, content).id], **values)


async def send(house: House) -> str:
    """Press Send on the preview; what the modal says then."""
    assert await house.submit(ZOE) == {}
    return house.says(ZOE)


def refused_files(house: House, user: str = ZOE) -> list[list[list[str]]]:
    """The CSVs that somebody got from Leadbell, parsed."""
    found = []
    for message in house.dms(user):
        for file in message.files:
            stored = house.slack.workspace.files.get(file["id"])
            assert stored is not None
            found.append(list(csv.reader(io.StringIO(stored.content.decode("utf-8-sig")))))
    return found


@pytest.fixture
async def house(house: House) -> House:
    """KPro connected."""
    await house.connect()
    return house


async def test_a_file_is_previewed_before_anything_is_sent(house: House) -> None:
    assert await check(house, THREE) == {}
    said = house.says(ZOE)
    assert "*leads.csv*: *3* of 3 rows can be sent to KPro Marketing." in said
    assert "email → E-mail" in said
    assert "firstName → Given names" in said
    assert "No customer gets an e-mail." in said
    assert (house.view(ZOE) or {})["submit"]["text"] == "Send 3 leads"
    assert house.kpro.imported == []
    assert "KPro Marketing has 3 leads of this file." in await send(house)
    assert [e["email"] for e in house.kpro.imported] == ["ada@example.com", "ben@example.com", "cleo@example.com"]
    assert refused_files(house) == []
    await house.subscribe()
    await house.poll()
    answer = await house.command(ZOE, "/leads list")
    assert answer is not None
    assert answer.text == "3 leads"


async def test_cancelling_the_preview_sends_nothing(house: House) -> None:
    await check(house, THREE)
    await house.slack.modals.close(ZOE)
    assert house.kpro.imported == []


async def test_a_repeat_adds_nothing(house: House) -> None:
    for _ in range(2):
        assert await check(house, THREE) == {}
        await send(house)
        await house.slack.modals.close(ZOE)
    assert len(house.kpro.imported) == 3
    assert len(house.kpro.leads) == 3


async def test_a_repeat_with_a_new_row_adds_only_that(house: House) -> None:
    await check(house, THREE)
    await send(house)
    await house.slack.modals.close(ZOE)
    await check(house, THREE + "dan@example.com,Dan,Marsh,\n")
    await send(house)
    assert [e["email"] for e in house.kpro.imported[3:]] == ["dan@example.com"]


async def test_columns_in_another_order_and_language_of_heads_repeat_nothing(house: House) -> None:
    await check(house, THREE)
    await send(house)
    await house.slack.modals.close(ZOE)
    rows = list(csv.reader(io.StringIO(THREE)))[1:]
    turned = "Mobile;Surname;Given names;E-mail address\n" + "".join(f"{p};{s};{f};{e}\n" for e, f, s, p in rows)
    assert await check(house, turned) == {}
    await send(house)
    assert len(house.kpro.imported) == 3


async def test_only_good_rows_are_sent_and_the_others_come_back_as_a_file(house: House) -> None:
    content = (
        "email,firstName,homePostcode,externalRef\n"
        "ada@example.com,Ada,NW11 7HB,r-1\n"
        "not an address,Ben,,r-2\n"
        "cleo@example.com,Cleo,12345,\n"
        "dan@example.com,Dan,,r-4\n"
    )
    assert await check(house, content) == {}
    said = house.says(ZOE)
    assert "*2* of 4 rows can be sent" in said
    assert "*2 rows not sent*" in said
    assert "Row 3: email: This is not an e-mail address" in said
    assert "Row 4: homePostcode: " in said
    said = await send(house)
    assert "KPro Marketing has 2 leads of this file." in said
    assert "2 rows refused; I sent you a CSV with the reasons." in said
    (refused,) = refused_files(house)
    assert refused[0] == ["row", "reference", "reason"]
    assert [row[0] for row in refused[1:]] == ["3", "4"]
    assert refused[1][1] == "r-2"
    assert refused[2][1].startswith("LB-")
    assert "postcode" in refused[2][2].lower()


async def test_the_lead_systems_own_refusals_come_back_too_and_the_rest_arrives(house: House) -> None:
    content = "email,listingId\nada@example.com,3001\nben@example.com,999999\ncleo@example.com,\n"
    await check(house, content)
    said = await send(house)
    assert "KPro Marketing has 2 leads of this file." in said
    (refused,) = refused_files(house)
    assert refused[1][0] == "3"
    assert "listingId: The listingId does not exist." in refused[1][2]


async def test_refused_rows_carry_no_sensitive_values_and_no_formulas(house: House) -> None:
    answer = await house.command(ADA, "/leads privacy")
    assert answer is not None
    await house.press(ADA, answer, "sensitive")
    content = (
        "email,externalRef,dateOfBirth,annualHouseholdIncome,occupation,homePostcode\n"
        "broken,=cmd|'/C calc'!A0,1971-02-03,987654,Canary keeper,12345\n"
        "ada@example.com,@SUM(1),CANARYDATE,CANARYMONEY,Canary keeper,\n"
    )
    await check(house, content)
    for secret in ("1971-02-03", "987654", "Canary", "CANARY"):
        assert secret not in house.says(ZOE)
    if (house.view(ZOE) or {}).get("submit"):
        await send(house)
    for refused in refused_files(house):
        text = str(refused)
        for secret in ("1971-02-03", "987654", "Canary", "CANARY"):
            assert secret not in text
        assert not any(cell.startswith(("=", "+", "-", "@")) for row in refused[1:] for cell in row)


async def test_a_file_without_one_good_row_gives_its_refused_rows_back(house: House) -> None:
    assert await check(house, "email\nbroken\nalso broken\n") == {}
    assert "*0* of 2 rows can be sent" in house.says(ZOE)
    assert "Row 2: email: This is not an e-mail address" in house.says(ZOE)
    assert not (house.view(ZOE) or {}).get("submit")


async def test_sensitive_columns_are_left_out_until_an_admin_allows_them(house: House) -> None:
    content = "email,occupation,dateOfBirth\nada@example.com,Nurse,1971-02-03\n"
    await check(house, content)
    assert "Sensitive, left out until an admin allows them: occupation, dateOfBirth" in house.says(ZOE)
    await send(house)
    await house.slack.modals.close(ZOE)
    assert set(house.kpro.imported[0]) == {"email", "externalRef", "sendEmailConfirmation"}
    answer = await house.command(ADA, "/leads privacy")
    assert answer is not None
    await house.press(ADA, answer, "sensitive")
    await check(house, content.replace("ada@", "ben@"))
    await send(house)
    assert house.kpro.imported[1]["occupation"] == "Nurse"


async def test_sensitive_columns_are_stored_nowhere(make_house: Callable[..., Any], tmp_path: Path) -> None:
    house: House = await make_house(database=tmp_path / "desk.sqlite3")
    await house.connect()
    answer = await house.command(ADA, "/leads privacy")
    assert answer is not None
    await house.press(ADA, answer, "sensitive")
    await check(house, "email,occupation,listingId\nada@example.com,CANARY-job,\nben@example.com,CANARY-job,999999\n")
    await send(house)
    await house.poll()
    assert house.kpro.imported[0]["occupation"] == "CANARY-job"
    kept = b"".join(f.read_bytes() for f in tmp_path.iterdir())
    assert b"ada@example.com" in kept
    assert b"CANARY" not in kept


# --------------------------------------------------------------------------------- confirmation e-mails


async def test_nobody_is_mailed_unless_it_was_chosen_whatever_the_file_says(house: House) -> None:
    await check(house, "email,sendEmailConfirmation\nada@example.com,yes\nben@example.com,yes\n")
    assert "No customer gets an e-mail." in house.says(ZOE)
    await send(house)
    assert house.kpro.emails_sent == []


async def test_the_preview_says_how_many_customers_are_mailed_and_that_is_true(house: House) -> None:
    await check(house, THREE, mail=["yes"])
    assert "*3 customers will get an e-mail* from KPro Marketing." in house.says(ZOE)
    await send(house)
    assert sorted(house.kpro.emails_sent) == ["ada@example.com", "ben@example.com", "cleo@example.com"]


async def test_rows_that_say_no_are_not_counted_and_not_mailed(house: House) -> None:
    content = "email,sendEmailConfirmation\nada@example.com,yes\nben@example.com,no\ncleo@example.com,\n"
    await check(house, content, mail=["yes"])
    assert "*2 customers will get an e-mail* from KPro Marketing." in house.says(ZOE)
    await send(house)
    assert house.kpro.emails_sent == ["ada@example.com", "cleo@example.com"]


async def test_a_repeat_mails_nobody_again(house: House) -> None:
    for _ in range(2):
        await check(house, THREE, mail=["yes"])
        await send(house)
        await house.slack.modals.close(ZOE)
    assert len(house.kpro.emails_sent) == 3


# ------------------------------------------------------------------------------------------- odd files

HEAD = "email,firstName,lastName\n"


ODD: tuple[tuple[bytes, str], ...] = (
    (b"", "The file is empty."),
    (b"  \n\n", "The file is empty."),
    (b"PK\x03\x04\x14\x00\x06\x00" + b"\x00" * 200, "This is not a CSV file."),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 200, "This is not a CSV file."),
    (b"ada@example.com,Ada\nben@example.com,Ben\n", "The first row is not a header."),
    (b"firstName,lastName\nAda,Marsh\n", "There is no e-mail column."),
    (b"email,firstName\n", "no rows"),
    ((HEAD + "a@example.com,A,B\n" * 50_000).encode(), "The file has 50,000 rows; up to 10,000 go at once."),
)


async def test_a_file_that_cannot_be_used_is_told_on_its_input(house: House) -> None:
    await house.command(ZOE, "/leads import")
    for content, said in ODD:
        errors = await house.submit(ZOE, file=[upload(house, content).id])
        assert set(errors) == {"file"}, said
        assert said in errors["file"]
    assert house.kpro.imported == []
    assert await house.submit(ZOE, file=[upload(house, THREE).id]) == {}
    assert "*3* of 3 rows" in house.says(ZOE)


NAMES = (
    "email,firstName,lastName\nzoe@example.com,Zoë,Müller\njose@example.com,José,Peña\nrene@example.com,René,Lefèvre\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-le"])
async def test_any_usual_encoding_is_read(house: House, encoding: str) -> None:
    assert await check(house, NAMES.encode(encoding)) == {}
    assert "*3* of 3 rows" in house.says(ZOE)
    await send(house)
    assert [(e["firstName"], e["lastName"]) for e in house.kpro.imported] == [
        ("Zoë", "Müller"), ("José", "Peña"), ("René", "Lefèvre"),
    ]  # fmt: skip


@pytest.mark.parametrize("sign", [";", "\t", "|"])
async def test_other_separators_are_read(house: House, sign: str) -> None:
    assert await check(house, THREE.replace(",", sign)) == {}
    assert "*3* of 3 rows" in house.says(ZOE)


async def test_a_formula_in_a_cell_is_refused_with_its_row(house: House) -> None:
    content = HEAD + 'ada@example.com,=HYPERLINK("http://evil"),Marsh\nben@example.com,@SUM(A1),Marsh\n'
    content += "cleo@example.com,Cleo,O'Neil-Smith\n"
    await check(house, content)
    assert "*1* of 3 rows can be sent" in house.says(ZOE)
    assert "Row 2: firstName: holds a formula; put its value there instead" in house.says(ZOE)


async def test_hostile_cells_are_shown_harmlessly(house: House) -> None:
    content = "email,firstName,<!channel>,*bold*\n<!here>,x,y,z\nada@example.com,`code`,1,2\n"
    await check(house, content)
    assert "<!channel>" not in house.says(ZOE)
    assert "<!here>" not in house.says(ZOE)
    assert "&lt;!channel&gt;" in house.says(ZOE)


async def test_a_file_that_is_gone_is_told_on_its_input(house: House) -> None:
    await house.command(ZOE, "/leads import")
    file = upload(house, THREE)
    house.slack.faults.add("slack:files.info", "file_deleted")
    errors = await house.submit(ZOE, file=[file.id])
    assert "The file is gone or larger than 10 MB." in errors["file"]
    assert await house.submit(ZOE) == {}


async def test_a_file_of_more_than_ten_megabytes_is_refused(house: House) -> None:
    errors = await check(house, b"email\n" + b"x" * (10 * 1024 * 1024 + 1))
    assert "larger than 10 MB" in errors["file"]


# ---------------------------------------------------------------------------------------- on a shared file


async def test_the_shortcut_takes_a_file_that_was_shared(house: House) -> None:
    file = house.slack.people.upload(ZOE, LEADS, "shared.csv", THREE.encode())
    message = next(m for m in house.messages(LEADS) if any(f["id"] == file.id for f in m.files))
    reply = await house.slack.people.shortcut(ZOE, "import-file", LEADS, message.ts)
    await house.quiet()
    assert reply.ok
    assert await house.submit(ZOE) == {}
    assert "*shared.csv*: *3* of 3 rows" in house.says(ZOE)
    assert "has 3 leads of this file" in await send(house)


async def test_the_shortcut_on_a_message_without_a_file_says_so(house: House) -> None:
    message = house.slack.people.message(ZOE, LEADS, "no file here")
    await house.slack.people.shortcut(ZOE, "import-file", LEADS, message.ts)
    await house.quiet()
    assert house.told(ZOE) == ["This message has no file. Use it on a CSV."]


# ------------------------------------------------------------------------------------------- in trouble


async def test_an_expired_preview_sends_nothing_and_says_so(house: House) -> None:
    await check(house, THREE)
    await house.sandbox.advance(31 * 60)
    said = await send(house)
    assert "This preview has expired" in said
    assert house.kpro.imported == []


async def test_a_preview_of_before_a_restart_says_so(house: House) -> None:
    await check(house, THREE)
    await house.sandbox.restart()
    assert "This preview has expired" in await send(house)


async def test_a_lead_system_that_fails_midway_says_how_far_it_came_and_a_repeat_completes(
    make_house: Callable[..., Any],
) -> None:
    house: House = await make_house(tempo=Tempo(poll_seconds=60, post_gap=0.0, budget=False))
    await house.connect()
    many = "email\n" + "".join(f"p{n:03}@example.com\n" for n in range(450))  # three batches of 200
    real = house.kpro._import
    calls = 0

    async def third_fails(request: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 3:
            house.kpro.fault("html")
            return await house.kpro._handle(request)
        return await real(request)

    await check(house, many)
    house.kpro._import = third_fails  # type: ignore[method-assign]
    said = await send(house)
    assert "400 leads sent, then: KPro Marketing answered something unexpected" in said
    assert "what was sent is not added twice" in said
    house.kpro._import = real  # type: ignore[method-assign]
    await house.slack.modals.close(ZOE)
    await check(house, many)
    assert "KPro Marketing has 450 leads of this file." in await send(house)
    assert len(house.kpro.imported) == 450


async def test_the_refused_rows_are_not_promised_where_the_file_cannot_be_sent(house: House) -> None:
    await check(house, "email\nada@example.com\nbroken\n")
    house.slack.faults.add("slack:files.getUploadURLExternal", "500")
    said = await send(house)
    assert "KPro Marketing has 1 lead of this file." in said
    assert refused_files(house) == []
    told = "\n".join([said, house.says(ZOE), *(shown(m) for m in house.dms(ZOE))])
    assert "I could not send you the CSV" in told or "I sent you a CSV" not in told
