"""What is done at the desk reaches the lead system, once, and the card says how that stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import pytest

from bot.sandbox.messages import Message
from bot.settings import Tempo
from providers.errors import AuthFailed, FieldError, Rejected, Unavailable, UnexpectedResponse
from providers.provider import Keeps
from tests.conftest import ADA, MAX, SAM, ZOE, House, action_ids, shown
from tests.ledger import Ledger

LEAD = {"firstName": "Sofia", "lastName": "Marsh", "email": "sofia@example.com", "phone": "07700 900123"}
TEMPO = Tempo(poll_seconds=60, sweep_seconds=1, post_gap=0.0, doubt_seconds=10, first_backoff=30)


@dataclass
class Told:
    """A house, the lead system, and one unclaimed lead's card."""

    house: House
    ledger: Ledger
    lead: str

    @property
    def card(self) -> Message:
        return self.house.cards()[0]

    def says(self) -> str:
        return shown(self.card)

    async def states(self, keeps: Keeps = Keeps.OWNER) -> list[str]:
        return await self.house.sandbox.bot.database.read(
            lambda tx: [r[0] for r in tx.all("SELECT state FROM writes WHERE keeps = ? ORDER BY seq", keeps.value)]
        )


async def told(make_house: Callable[..., Any], said: dict[str, Any] | None = None, **kwargs: Any) -> Told:
    ledger = Ledger()
    house: House = await make_house(providers={"kpro": ledger.provider(**kwargs)}, tempo=TEMPO)
    await house.connect()
    await house.poll()  # stages are learned a minute after the members
    await house.subscribe()
    lead = await ledger.arrive(house, said, **LEAD)
    return Told(house, ledger, lead)


@pytest.fixture
async def there(make_house: Callable[..., Any]) -> Told:
    return await told(make_house)


async def test_a_claim_is_told_and_the_card_says_so(there: Told) -> None:
    await there.house.press(ZOE, there.card, "claim")
    assert there.ledger.owners() == ["m1"]
    ((_, doing),) = there.ledger.told
    assert doing.lead == there.lead
    assert doing.facts["phone"] == "07700 900123"
    assert doing.facts["member_email"] == "zoe@harbourhomes.example"
    assert "Owner saved here · sent to Ledger" in there.says()
    (dm,) = there.house.dms(ZOE)
    assert "Owner saved here · sent to Ledger" in shown(dm)
    assert "kept in Leadbell" not in there.says()


async def test_what_was_sent_long_ago_is_one_word(there: Told) -> None:
    await there.house.press(ZOE, there.card, "claim")
    await there.house.poll(3600)
    await there.house.press(ZOE, there.card, "assign")
    assert await there.house.submit(ZOE, person=SAM) == {}
    await there.house.poll(3600)
    await there.ledger.say(there.house, there.lead, subject="Another flat")
    assert "Owner in Ledger · `/leads show" in there.says()
    assert "sent to" not in there.says()


async def test_a_lead_system_that_keeps_no_owner_leaves_it_to_leadbell(make_house: Callable[..., Any]) -> None:
    there = await told(make_house, keeps=(Keeps.NOTE,))
    await there.house.press(ZOE, there.card, "claim")
    assert "Owner kept in Leadbell · `/leads show" in there.says()
    assert there.ledger.told == []


async def test_somebody_who_is_no_member_there_is_kept_here_and_an_admin_gets_a_hint(there: Told) -> None:
    await there.house.press(MAX, there.card, "claim")
    assert there.ledger.told == []
    assert "Owner kept in Leadbell: no Ledger member for Max Winter (an admin: `/leads members`)" in there.says()


async def test_assigning_on_tells_the_newest_owner_and_release_tells_that_it_is_free(there: Told) -> None:
    await there.house.press(ZOE, there.card, "claim")
    await there.house.press(ZOE, there.card, "assign")
    assert await there.house.submit(ZOE, person=SAM) == {}
    await there.house.choose(SAM, there.card, "Release")
    assert there.ledger.owners() == ["m1", "m2", None]
    assert "*Unclaimed*" in there.says()


async def test_a_claim_that_was_never_sent_and_its_release_tell_nothing(there: Told) -> None:
    there.ledger.failing = [Unavailable("cannot be reached")]
    await there.house.press(ZOE, there.card, "claim")
    async with asyncio.timeout(5):
        while "pending" not in await there.states():
            await asyncio.sleep(0.01)
    there.ledger.failing = []
    await there.house.choose(ZOE, there.card, "Release")
    await there.house.doubt(3)
    assert there.ledger.owners() == []
    assert await there.states() == ["overtaken"]


async def test_while_it_cannot_be_reached_the_card_says_that_it_waits_and_then_that_it_was_sent(there: Told) -> None:
    there.ledger.failing = [Unavailable("HTTP 503", retry_after=30, arrived=False)]
    await there.house.press(ZOE, there.card, "claim")
    assert "waiting for" not in there.says()
    await there.house.sandbox.advance(3)
    await there.house.quiet()
    assert "Owner saved here · waiting for Ledger" in there.says()
    await there.house.sandbox.advance(20)
    await there.house.quiet()
    assert there.ledger.told == []  # it asked for 30 seconds
    await there.house.sandbox.advance(10)
    await there.house.quiet()
    assert there.ledger.owners() == ["m1"]
    assert "Owner saved here · sent to Ledger" in there.says()


async def test_a_quick_answer_never_shows_that_it_waits(there: Told) -> None:
    await there.house.press(ZOE, there.card, "claim")
    drawn = [str(payload) for method, payload in there.house.slack.calls if method == "chat.update"]
    assert any("sent to Ledger" in text for text in drawn)
    assert not any("waiting for" in text for text in drawn)


async def test_refused_credentials_are_tried_again_not_given_up(there: Told) -> None:
    there.ledger.failing = [AuthFailed()]
    await there.house.press(ZOE, there.card, "claim")
    assert await there.states() == ["pending"]
    await there.house.doubt(2)
    assert there.ledger.owners() == ["m1"]


async def test_a_paused_connection_is_told_nothing_until_it_is_connected_again(there: Told) -> None:
    there.house.sandbox.systems["kpro"].fault("401", 1)
    await there.house.poll()
    await there.house.press(ZOE, there.card, "claim")
    await there.house.doubt(3)
    assert there.ledger.told == []
    assert "Owner saved here · waiting for Ledger" in there.says()
    (paused,) = [m for m in there.house.dms(ADA) if "Polling is paused" in shown(m)]
    await there.house.press(ADA, paused, "reconnect")
    assert await there.house.submit(ADA, api_key=there.house.kpro.api_key) == {}
    await there.house.poll()
    assert there.ledger.owners() == ["m1"]


async def test_a_refusal_says_why_and_can_be_tried_again(there: Told) -> None:
    there.ledger.failing = [Rejected((FieldError("Zoe Lind may not own leads."),), 400)]
    await there.house.press(ZOE, there.card, "claim")
    assert "Owner saved here · Ledger refused: Zoe Lind may not own leads." in there.says()
    assert "*Zoe Lind* has it" in there.says()
    assert action_ids(there.card) >= {"retry"}
    assert "arrived" not in action_ids(there.card)
    await there.house.press(SAM, there.card, "retry")
    assert there.house.told(SAM)[-1].startswith("Only Zoe Lind, the lead's owner")
    await there.house.press(ZOE, there.card, "retry")
    assert there.ledger.owners() == ["m1"]
    assert "Owner saved here · sent to Ledger" in there.says()
    assert "retry" not in action_ids(there.card)


async def test_a_reason_that_names_the_customer_is_not_shown_on_a_card(there: Told) -> None:
    there.ledger.failing = [Rejected((FieldError("The phone 0770 0900 123 of Marsh is taken."),), 400)]
    await there.house.press(ZOE, there.card, "claim")
    assert "Ledger refused: its reason names the customer; look there" in there.says()
    assert "Marsh" not in there.says()


async def test_what_may_be_repeated_is_repeated_after_a_doubt(there: Told) -> None:
    there.ledger.losing = [Unavailable("did not answer in time", arrived=None)]
    await there.house.press(ZOE, there.card, "claim")
    assert await there.states() == ["doubt"]
    await there.house.doubt()
    assert there.ledger.owners() == ["m1", "m1"]
    assert there.ledger.looked == 0
    assert await there.states() == ["sent"]


async def test_a_note_in_doubt_is_looked_for_and_not_repeated(there: Told) -> None:
    there.ledger.losing = [Unavailable("did not answer in time", arrived=None)]
    await there.house.choose(ZOE, there.card, "Add a note…")
    assert "sent to Ledger" in there.house.says(ZOE)
    assert await there.house.submit(ZOE, note="Likes gardens") == {}
    there.ledger.blind = [Unavailable("HTTP 503")]
    await there.house.doubt(2)
    assert there.ledger.texts(Keeps.NOTE) == ["Likes gardens"]
    assert there.ledger.looked == 2  # the first look failed too
    assert await there.states(Keeps.NOTE) == ["sent"]
    assert "Note saved here · sent to Ledger" in there.says()


async def test_a_note_that_did_not_arrive_is_sent_again(there: Told) -> None:
    there.ledger.failing = [Unavailable("did not answer in time", arrived=None)]
    await there.house.choose(ZOE, there.card, "Add a note…")
    assert await there.house.submit(ZOE, note="Likes gardens") == {}
    await there.house.doubt()
    assert there.ledger.texts(Keeps.NOTE) == ["Likes gardens"]


async def test_where_nobody_can_tell_the_card_is_unsure_and_somebody_looks(there: Told) -> None:
    there.ledger.losing = [UnexpectedResponse("HTTP 302")]
    await there.house.press(ZOE, there.card, "claim")
    assert "Owner saved here · unsure whether it reached Ledger" in there.says()
    assert action_ids(there.card) >= {"retry", "arrived"}
    await there.house.doubt(3)
    assert there.ledger.owners() == ["m1"]  # nothing is repeated on a guess
    await there.house.press(ZOE, there.card, "arrived")
    assert "Owner saved here · sent to Ledger" in there.says()
    assert there.ledger.owners() == ["m1"]


async def test_a_button_pressed_twice_says_that_it_is_done(there: Told) -> None:
    there.ledger.losing = [UnexpectedResponse("HTTP 302")]
    await there.house.press(ZOE, there.card, "claim")
    row = next(e["value"] for b in there.card.blocks for e in b.get("elements", []) if e.get("action_id") == "retry")
    await there.house.press(ZOE, there.card, "retry")
    await there.house.forge(ZOE, there.card, "retry", row)
    assert there.house.told(ZOE) == ["That was taken care of already; the card shows how it stands."]
    assert there.ledger.owners() == ["m1", "m1"]


async def test_a_refused_note_is_not_hidden_by_a_later_one(there: Told) -> None:
    there.ledger.failing = [Rejected((FieldError("Too long."),), 400)]
    for text in ("first", "second"):
        await there.house.choose(ZOE, there.card, "Add a note…")
        assert await there.house.submit(ZOE, note=text) == {}
    assert there.ledger.texts(Keeps.NOTE) == ["second"]
    assert "Note saved here · Ledger refused: Too long." in there.says()


async def test_a_stage_of_the_lead_systems_own_is_set(there: Told) -> None:
    await there.house.choose(ZOE, there.card, "Set the stage…")
    assert "Under contract" in there.house.says(ZOE)
    assert await there.house.submit(ZOE, stage="Under contract") == {}
    assert [d.stage for k, d in there.ledger.told if k is Keeps.STAGE] == ["Under contract"]
    assert "Stage saved here · sent to Ledger" in there.says()
    assert "Zoe Lind set the stage to Under contract." in there.house.thread(there.card)


async def test_contacted_asks_how_where_the_lead_system_is_told(there: Told) -> None:
    await there.house.press(ZOE, there.card, "claim")
    (dm,) = there.house.dms(ZOE)
    await there.house.press(ZOE, dm, "contacted")
    assert await there.house.submit(ZOE, how="call", said="Wants a viewing") == {}
    ((_, doing),) = [t for t in there.ledger.told if t[0] is Keeps.CONTACT]
    assert (doing.how, doing.text) == ("call", "Wants a viewing")
    assert "Contacted by Zoe Lind" in there.says()
    assert "Zoe Lind contacted the customer by phone (self-reported)." in there.house.thread(there.card)
    await there.house.press(ZOE, there.card, "details")
    assert "Wants a viewing" in there.house.says(ZOE)


async def test_the_customers_wish_stands_until_a_reason_is_given(make_house: Callable[..., Any]) -> None:
    there = await told(make_house, {"limits": ("call", "text", "marketing")})
    assert "Do not call · no texts · unsubscribed" in there.says()
    await there.house.press(ZOE, there.card, "claim")
    (dm,) = there.house.dms(ZOE)
    assert "Do not call · no texts · unsubscribed" in shown(dm)
    await there.house.press(ZOE, dm, "contacted")
    errors = await there.house.submit(ZOE, how="call")
    assert errors == {"how": "The customer wants not to be called. Choose another way, or give a reason below."}
    assert there.ledger.texts(Keeps.CONTACT) == []
    assert await there.house.submit(ZOE, how="call", override="They asked me to, by e-mail.") == {}
    assert len(there.ledger.texts(Keeps.CONTACT)) == 1
    await there.house.press(ZOE, there.card, "details")
    said = there.house.says(ZOE)
    assert "Zoe Lind went past the customer's wish" in said
    assert "They asked me to, by e-mail." in said


async def test_an_e_mail_is_no_call(make_house: Callable[..., Any]) -> None:
    there = await told(make_house, {"limits": ("call",)})
    await there.house.choose(ZOE, there.card, "Mark contacted…")
    assert await there.house.submit(ZOE, how="email") == {}
    assert len(there.ledger.texts(Keeps.CONTACT)) == 1


async def test_details_tell_how_each_thing_stands(there: Told) -> None:
    there.ledger.failing = [Rejected((FieldError("No."),), 400), UnexpectedResponse("odd")]
    await there.house.press(ZOE, there.card, "claim")
    await there.house.choose(ZOE, there.card, "Add a note…")
    assert await there.house.submit(ZOE, note="Likes gardens") == {}
    await there.house.press(ZOE, there.card, "details")
    said = there.house.says(ZOE)
    assert "Owner saved here · Ledger refused: No." in said
    assert "Note saved here · unsure whether it reached Ledger" in said


async def test_a_connection_that_hangs_holds_up_no_other(make_house: Callable[..., Any]) -> None:
    hanging, other = Ledger(gate=asyncio.Event()), Ledger()
    provider = hanging.provider()
    providers = {"kpro": provider}
    house: House = await make_house(providers=providers, tempo=TEMPO)
    bot = house.sandbox.bot
    await house.connect("north")
    await house.connect("south")
    await house.subscribe()
    await hanging.arrive(house, **LEAD)
    north, south = house.cards()[:2]
    real = provider.writes[Keeps.OWNER].send
    free = other.provider().writes[Keeps.OWNER].send
    first = await bot.database.read(lambda tx: tx.value("SELECT connection FROM leads ORDER BY number LIMIT 1"))

    async def send(api: Any, doing: Any) -> None:
        budget = api.budget._key[1]
        await (real if budget == first else free)(api, doing)

    provider.writes[Keeps.OWNER].__dict__["send"] = send
    block = next(b["block_id"] for b in north.blocks for e in b.get("elements", []) if e.get("action_id") == "claim")
    await house.slack.interactions.press_in_message(ZOE, north.channel, north.ts, block, "claim", None)
    block = next(b["block_id"] for b in south.blocks for e in b.get("elements", []) if e.get("action_id") == "claim")
    await house.slack.interactions.press_in_message(ZOE, south.channel, south.ts, block, "claim", None)
    async with asyncio.timeout(5):
        while not (hanging.told or other.told):
            await asyncio.sleep(0.01)
    assert len(other.told) == 1
    assert hanging.told == []
    assert hanging.gate is not None
    hanging.gate.set()
    await house.quiet()
    assert len(hanging.told) == 1


# ------------------------------------------------------------------------------------------- crashes


async def crashed_at(there: Told, point: str, acting: Coroutine[Any, Any, object]) -> None:
    """Somebody acts, and the process stops dead at a named point of telling; what it had committed stays."""
    reached = asyncio.Event()

    def observe(seen: str) -> None:
        if seen == point and not reached.is_set():
            reached.set()
            raise asyncio.CancelledError

    there.house.sandbox.bot.database.observe = observe
    act = asyncio.create_task(acting)
    async with asyncio.timeout(10):
        await reached.wait()
    with pytest.raises(TimeoutError):  # nothing ends it: it was being sent
        await asyncio.wait_for(act, 0.3)


@pytest.mark.parametrize("point", ["write.sending", "write.called"])
async def test_an_owner_is_told_again_after_a_crash(there: Told, point: str) -> None:
    await crashed_at(there, point, there.house.press(ZOE, there.card, "claim"))
    assert await there.states() == ["sending"]
    await there.house.sandbox.restart()
    assert await there.states() == ["doubt"]
    await there.house.doubt()
    assert await there.states() == ["sent"]
    assert set(there.ledger.owners()) == {"m1"}
    assert "Owner saved here · sent to Ledger" in there.says()


@pytest.mark.parametrize(("point", "sent_before"), [("write.sending", 0), ("write.called", 1)])
async def test_a_note_is_there_once_after_a_crash(there: Told, point: str, sent_before: int) -> None:
    await there.house.choose(ZOE, there.card, "Add a note…")
    await crashed_at(there, point, there.house.submit(ZOE, note="Likes gardens"))
    assert len(there.ledger.told) == sent_before
    await there.house.sandbox.restart()
    await there.house.doubt()
    assert there.ledger.texts(Keeps.NOTE) == ["Likes gardens"]
    assert await there.states(Keeps.NOTE) == ["sent"]
