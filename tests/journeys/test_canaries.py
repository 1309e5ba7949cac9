"""Secrets and lead data are in no log line, whatever fails, at any level."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ADA, GUEST, LEADS, MAX, ZOE, House

LEAD = {
    "firstName": "Canaryfirst",
    "lastName": "Canarylast",
    "email": "canary.mail@example.com",
    "phone": "07700 900987",
    "additionalInfo": "Canarymessage",
    "homeAddress": "Canaryaddress",
    "occupation": "Canaryjob",
    "annualHouseholdIncome": 987654,
    "dateOfBirth": "1971-02-03",
}
NOTE, REASON, SEARCH = "Canarynote", "Canaryreason", "Canarysearch"


def planted(house: House) -> list[str]:
    """Everything that no log line may hold."""
    return [
        house.kpro.api_key, house.slack.bot_token, house.slack.signing_secret, "f" * 64,
        *(str(v) for v in LEAD.values()), "07700900987", NOTE, REASON, SEARCH, "Canarytyped",
    ]  # fmt: skip


async def journey(house: House) -> None:
    """A day at the desk on which everything fails once."""
    fault, kpro = house.slack.faults.add, house.kpro
    await house.command(ADA, "/leads connect kpro")
    await house.submit(ADA, name="north", api_key="f" * 64)
    kpro.fault("html")
    await house.submit(ADA, api_key=kpro.api_key)
    await house.submit(ADA)
    await house.slack.modals.close(ADA, all_views=True)
    await house.poll()
    await house.subscribe(approval=["yes"], approvers=[MAX], words=f"not {SEARCH}")
    await house.subscribe("C0NORTH", masked=[])
    for kind in ("500", "withhold", "429", "channel_not_found", "invalid_blocks", "fatal_error"):
        fault("slack:chat.postMessage", kind, 1)
        lead = await house.kpro.arrive(**LEAD)
        await house.sandbox.advance(61)
        await house.doubt(2)
    for kind in ("truncated", "html", "401"):
        kpro.fault(kind)
        await house.poll(1000)
        if kind == "401":
            paused = next(m for m in house.dms(ADA) if "Polling is paused" in m.text)
            await house.press(ADA, paused, "reconnect")
            await house.submit(ADA, api_key=kpro.api_key)
            await house.slack.modals.close(ADA, all_views=True)
    await house.poll()
    kpro.change(lead["id"], phone=LEAD["phone"] + "1", site={"id": 5, "code": "C", "name": "Canarytyped"})
    await house.poll(3700)
    card = house.cards()[0]
    fault("slack:chat.update", "500", 1)
    await house.press(ZOE, card, "claim")
    await house.doubt()
    ask = next(m for m in house.dms(MAX) if "would like" in m.text)
    await house.press(MAX, ask, "reject")
    await house.submit(MAX, reason=REASON)
    await house.press(MAX, card, "claim")
    await house.choose(MAX, card, "Add a note")
    await house.submit(MAX, note=NOTE)
    fault("slack:views.open", "internal_error", 1)
    await house.press(ADA, card, "details")
    await house.press(ADA, card, "details")
    await house.slack.modals.close(ADA, all_views=True)
    await house.forge(ZOE, card, "claim", f'{{"v":1,"lead":"{LEAD["email"]}"}}')
    await house.forge(ZOE, card, LEAD["email"], "x")
    for words in (
        f"list {SEARCH}",
        f"list {LEAD['email']}",
        f"show {LEAD['phone']}",
        "Canarytyped",
        "digest",
        "status",
    ):
        await house.command(ZOE, f"/leads {words}")
    await house.command(GUEST, f"/leads list {SEARCH}", "C0PARTNERS")
    await intake(house)
    house.slack.faults.clear()
    await house.doubt(2)


async def intake(house: House) -> None:
    """One lead by hand and some by file, with sensitive answers and refusals."""
    answer = await house.command(ADA, "/leads privacy")
    assert answer is not None
    await house.press(ADA, answer, "sensitive")
    typed = {"email": LEAD["email"], "occupation": LEAD["occupation"], "dateOfBirth": LEAD["dateOfBirth"]}
    await house.command(ZOE, "/leads new")
    await house.submit(ZOE, **typed, listingId="999999")
    house.kpro.fault("truncated")
    await house.submit(ZOE, listingId="3001")
    await house.submit(ZOE)
    await house.slack.modals.close(ZOE, all_views=True)
    rows = (
        "email,occupation,dateOfBirth,listingId\n"
        f"{LEAD['email']},{LEAD['occupation']},{LEAD['dateOfBirth']},999999\n"
        f"Canarytyped,{LEAD['occupation']},Canarytyped,\n"
        f"other@example.com,{LEAD['occupation']},{LEAD['dateOfBirth']},\n"
    )
    file = house.slack.people.upload(ZOE, LEADS, "Canarytyped.csv", rows.encode())
    await house.command(ZOE, "/leads import")
    house.slack.faults.add("slack:files.info", "500", 1)
    await house.submit(ZOE, file=[file.id])
    await house.submit(ZOE)
    house.slack.faults.add("slack:files.completeUploadExternal", "500", 1)
    await house.submit(ZOE)


async def test_no_log_line_holds_a_secret_or_anything_of_a_lead(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for name in ("leadbell", "bot", "aiohttp", "asyncio"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        try:
            await journey(house)
        finally:
            for name in ("leadbell", "bot", "aiohttp", "asyncio"):
                logging.getLogger(name).setLevel(logging.NOTSET)
    assert any("failed" in r.getMessage() for r in caplog.records), "the journey logs its failures"
    lines = [logging.Formatter("%(name)s %(message)s").format(record) for record in caplog.records]
    for secret in planted(house):
        assert [line for line in lines if secret in line] == []
    house.slack.problems.clear()  # invalid_blocks was a fault of ours


async def test_secrets_are_in_no_file_beside_the_database(make_house: Callable[..., Any], tmp_path: Path) -> None:
    house: House = await make_house(database=tmp_path / "desk.sqlite3")
    await journey(house)
    house.slack.problems.clear()
    kept = {f.name: f.read_bytes() for f in tmp_path.iterdir() if f.suffix != ".key"}
    assert any(b"canary.mail@example.com" in content for content in kept.values())  # leads are stored, and are found
    never = [house.kpro.api_key, house.slack.bot_token, house.slack.signing_secret, "Canaryjob", "1971-02-03", "987654"]
    for secret in never:
        assert [name for name, content in kept.items() if secret.encode() in content] == []
