"""Connecting by a lead system's own page of consent: there, back once, and every way in which it goes wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from storage import tokens
from tests.conftest import ADA, ZOE, House, shown
from tests.relay import Relay

TYPED = {"name": "west", "client_id": "desk", "client_secret": "s3cr3t-of-the-app"}
GOOD_CODE = "c0de-that-is-good"
EXPIRED = "This link does not work any more"


@pytest.fixture
def relay() -> Relay:
    return Relay(codes={GOOD_CODE})


@pytest.fixture
async def two(make_house: Callable[..., Any], relay: Relay) -> House:
    house: House = await make_house(providers=relay.providers())
    return house


def link(house: House) -> str:
    """Where the button of the open modal leads."""
    view = house.view(ADA) or {}
    return next(e["url"] for b in view["blocks"] for e in b.get("elements", []) if "url" in e)


async def asked(house: House, **values: Any) -> dict[str, str]:
    """What the lead system is told when Ada asks to be connected: the redirect URI and the state."""
    await house.command(ADA, "/leads connect relay")
    assert await house.submit(ADA, **(TYPED | values)) == {}
    query = parse_qs(urlsplit(link(house)).query)
    return {name: found[0] for name, found in query.items()}


async def back(house: House, told: dict[str, str], **query: str) -> tuple[int, str]:
    """The browser is sent back; status and page."""
    given = {"state": told["state"], **query}
    async with (
        aiohttp.ClientSession() as session,
        session.get(told["redirect_uri"], params={k: v for k, v in given.items() if v}) as answer,
    ):
        text = await answer.text()
        assert answer.content_type == "text/html"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    await house.quiet()
    for secret in (TYPED["client_secret"], GOOD_CODE, house.kpro.api_key):
        assert secret not in text
    assert len(told["state"]) < 40 or told["state"] not in text
    return answer.status, text


async def listed(house: House) -> str:
    answer = await house.command(ADA, "/leads connections")
    assert answer is not None
    return shown(answer)


def told_ada(house: House) -> list[str]:
    return [m.text for m in house.dms(ADA)]


async def test_there_and_back_connects_and_says_so_in_slack(
    two: House, relay: Relay, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    told = await asked(two)
    assert "Relay wants to ask you itself" in two.says(ADA)
    assert told["redirect_uri"] == f"{two.sandbox.url}/oauth/relay"
    assert len(told["state"]) >= 43
    assert "No lead system is connected" in await listed(two)

    status, text = await back(two, told, code=GOOD_CODE)
    assert (status, "west is connected to Relay" in text) == (200, True)
    assert relay.redirect_uris == {told["redirect_uri"]}
    assert [t for t in told_ada(two) if "*west* is connected to Relay" in t]
    assert "*west* · Relay" in await listed(two)
    assert "webhook on" in await listed(two)

    await two.slack.modals.close(ADA, all_views=True)
    await two.poll()
    await two.subscribe()
    await two.arrive("relay")
    assert len(two.cards()) == 1
    for secret in (TYPED["client_secret"], GOOD_CODE, told["state"]):
        assert secret not in "".join(r.getMessage() for r in caplog.records if r.name.startswith("leadbell"))
    assert relay.exchanges == 1  # the code is good once: what it was exchanged for while it was tried is kept


async def test_the_state_works_once(two: House, relay: Relay) -> None:
    told = await asked(two)
    relay.codes.add("another")
    assert (await back(two, told, code=GOOD_CODE))[0] == 200
    status, text = await back(two, told, code="another")
    assert (status, EXPIRED in text) == (400, True)
    assert (await listed(two)).count("*west*") == 1
    assert relay.exchanges == 1


async def test_the_state_is_good_for_ten_minutes(two: House, relay: Relay) -> None:
    late, soon = await asked(two), await asked(two, name="east")
    await two.sandbox.advance(9 * 60)
    assert (await back(two, soon, code=GOOD_CODE))[0] == 200
    await two.sandbox.advance(2 * 60)
    status, text = await back(two, late, code=GOOD_CODE)
    assert (status, EXPIRED in text) == (400, True)
    assert "*west*" not in await listed(two)


async def test_a_forged_or_missing_state_is_refused_without_asking_the_lead_system(two: House, relay: Relay) -> None:
    told = await asked(two)
    for state in ("", "x", "A" * 43, "é" * 10, "\x00", "a" * 5000, told["state"][:-1]):
        status, text = await back(two, told | {"state": state}, code="c")
        assert (status, EXPIRED in text) == (400, True), state
    assert relay.exchanges == 0
    assert (await back(two, told, code=GOOD_CODE))[0] == 200  # the good one still works


async def test_a_state_of_another_lead_system_is_refused(two: House, relay: Relay) -> None:
    told = await asked(two)
    for slug in ("kpro", "nobody"):
        elsewhere = {**told, "redirect_uri": f"{two.sandbox.url}/oauth/{slug}"}
        assert (await back(two, elsewhere, code=GOOD_CODE))[0] == 400
    assert relay.exchanges == 0


async def test_a_look_without_reading_does_not_use_it_up(two: House) -> None:
    told = await asked(two)
    async with aiohttp.ClientSession() as session:
        query = {"state": told["state"], "code": GOOD_CODE}
        async with session.head(told["redirect_uri"], params=query) as answer:
            assert answer.status == 405
    assert (await back(two, told, code=GOOD_CODE))[0] == 200


async def test_somebody_who_says_no_is_told_that_nothing_was_connected(two: House, relay: Relay) -> None:
    told = await asked(two)
    status, text = await back(two, told, error="access_denied", error_description="<script>alert(1)</script>")
    assert (status, "You said no in Relay, so nothing was connected." in text) == (200, True)
    assert "alert" not in text
    assert (await back(two, told, code=GOOD_CODE))[0] == 400
    assert "No lead system is connected" in await listed(two)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"error": "server_error"}, "server_error"),
        ({"error": "<b>x</b>"}, "no reason given"),
        ({}, "it gave no code"),
        ({"code": "x" * 5000}, "it gave no code"),
        ({"code": "a code that is no good"}, "credentials refused"),
    ],
)
async def test_what_goes_wrong_there_is_a_sentence_and_saves_nothing(
    two: House, query: dict[str, str], why: str
) -> None:
    status, text = await back(two, await asked(two), **query)
    assert status == 400
    assert f"Relay did not let Leadbell finish ({why}). Nothing was saved" in text
    assert "<b>" not in text
    assert "No lead system is connected" in await listed(two)
    assert told_ada(two) == []


async def test_a_lead_system_that_is_down_meanwhile_is_told_and_it_works_the_next_time(
    two: House, relay: Relay
) -> None:
    told = await asked(two)
    two.sandbox.systems["relay"].fault("html")
    status, text = await back(two, told, code=GOOD_CODE)
    assert (status, "did not let Leadbell finish" in text) == (400, True)
    two.sandbox.systems["relay"].clear_faults()  # type: ignore[attr-defined]
    relay.codes.add("next")
    assert (await back(two, await asked(two), code="next"))[0] == 200


async def test_what_nobody_expected_is_a_page_with_a_reference_and_never_a_500(
    two: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    told = await asked(two)

    def broken(*_: object) -> None:
        raise RuntimeError(f"with {GOOD_CODE} in its text")

    monkeypatch.setattr(two.sandbox.bot.desk.directory, "person", broken)
    status, text = await back(two, told, code=GOOD_CODE)
    monkeypatch.undo()
    found = re.search(r"reference ([0-9a-f]{8})", text)
    assert (status, bool(found)) == (400, True)
    assert found
    assert found.group(1) in caplog.text
    assert GOOD_CODE not in caplog.text


async def test_a_name_that_was_taken_meanwhile_is_told_in_the_browser(two: House) -> None:
    told = await asked(two)
    await two.slack.modals.close(ADA, all_views=True)
    await two.connect("west", provider="kpro")
    status, text = await back(two, told, code=GOOD_CODE)
    assert (status, "There is a connection called west already." in text) == (400, True)


async def test_somebody_who_is_no_admin_any_more_connects_nothing(two: House, relay: Relay) -> None:
    told = await asked(two)
    two.slack.workspace.people[ADA].is_admin = False
    await two.sandbox.advance(400)  # what is known of people is asked again
    team = two.slack.workspace.team.id
    await two.sandbox.bot.database.write(lambda tx: tx.run("DELETE FROM people WHERE workspace = ?", team))
    assert (await back(two, told, code=GOOD_CODE))[0] == 400
    assert relay.exchanges == 0
    two.slack.workspace.people[ADA].is_admin = True


async def test_a_member_cannot_begin(two: House) -> None:
    answer = await two.command(ZOE, "/leads connect relay")
    assert answer is not None
    assert "Only a workspace admin" in answer.text


async def test_connecting_anew_by_consent_drops_the_old_tokens(two: House, relay: Relay) -> None:
    await back(two, await asked(two), code=GOOD_CODE)
    team = two.slack.workspace.team.id
    database, vault = two.sandbox.bot.database, two.sandbox.bot.vault
    (connection,) = await database.read(
        lambda tx: [r["connection"] for r in tx.all("SELECT connection FROM connections WHERE workspace = ?", team)]
    )
    await database.write(
        lambda tx: tokens.keep(tx, team, vault, connection, access="old", refresh="old", expires_at=None)
    )
    await two.poll()
    assert [m for m in told_ada(two) if "Polling is paused" in m]
    message = two.dms(ADA)[-1]
    await two.press(ADA, message, "reconnect")
    relay.codes.add("again")
    typed = {k: v for k, v in TYPED.items() if k != "name"}
    assert await two.submit(ADA, **typed) == {}
    told = {name: found[0] for name, found in parse_qs(urlsplit(link(two)).query).items()}
    status, text = await back(two, told, code="again")
    assert (status, "west is connected to Relay" in text) == (200, True)
    kept = await database.read(lambda tx: tokens.kept(tx, team, vault, connection))
    assert kept is not None
    assert kept[0] == two.credentials("relay")["api_key"]
    await two.poll()
    assert ":large_green_circle: healthy" in await listed(two)


async def test_without_a_public_address_the_first_input_says_what_to_do(
    make_house: Callable[..., Any], relay: Relay
) -> None:
    house: House = await make_house(providers=relay.providers(), public=False)
    await house.command(ADA, "/leads connect relay")
    errors = await house.submit(ADA, **TYPED)
    assert set(errors) == {"region"}
    assert "has no public address" in errors["region"]
    assert "paste the code" in errors["region"]
    assert await house.submit(ADA, code=GOOD_CODE) == {}
    assert "*west* is connected to Relay" in house.says(ADA)
    await house.slack.modals.close(ADA, all_views=True)
    await house.poll()
    assert ":large_green_circle: healthy" in await listed(house)
    assert relay.exchanges == 1


# --------------------------------------------------------------------------- several ways to sign in


async def test_nothing_typed_is_a_sentence_on_the_first_of_the_credentials(two: House) -> None:
    await two.command(ADA, "/leads connect relay")
    errors = await two.submit(ADA, name="west")
    assert errors == {"region": "Give an API key, or the client id and secret of an OAuth app."}
    assert "Or an OAuth app" in two.says(ADA)


async def test_a_refused_check_stands_on_the_way_that_was_chosen(two: House) -> None:
    await two.command(ADA, "/leads connect relay")
    errors = await two.submit(ADA, name="west", api_key="f" * 64)
    assert set(errors) == {"api_key"}
    assert "Relay refuses this API key" in errors["api_key"]
    errors = await two.submit(ADA, **TYPED, api_key="", code="worn out")
    assert set(errors) == {"client_secret"}


async def test_settings_of_every_kind_are_drawn_checked_and_kept(two: House) -> None:
    await two.command(ADA, "/leads connect relay")
    typed = two.typed(ADA)
    assert (typed["routes"], typed["quiet"], typed["poll_seconds"]) == ("relay", ["yes"], "60")
    await two.slack.modals.close(ADA, all_views=True)
    await two.connect("west", provider="relay", routes="leadbell", quiet=[], poll_seconds="90")
    answer = await two.command(ADA, "/leads connections")
    assert answer is not None
    await two.press(ADA, answer, "reconnect")
    typed = two.typed(ADA)
    assert (typed["routes"], typed.get("quiet") or [], typed["poll_seconds"]) == ("leadbell", [], "90")
