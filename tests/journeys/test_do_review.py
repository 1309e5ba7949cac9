"""Actions that are hard on the engine: whose lead it is, what is private, what is lost, what is sent twice."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from providers.action import Action, Ahead, Choices, Effect, Group, Long, Money, Refers, delete, get, post, put
from providers.errors import FieldError, Rejected, Unavailable
from providers.http import Api
from providers.lead import Privacy
from providers.paging import Numbered
from providers.provider import discover
from storage import audit, drafts, people
from storage.database import Tx
from tests.conftest import ADA, MAX, ZOE, House, shown

Json = dict[str, Any]
Make = Callable[..., Awaitable[House]]
PACIFIC = timezone(timedelta(hours=-7))


def _utc(value: Any) -> datetime:
    read = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


Pacific = Annotated[
    datetime,
    BeforeValidator(_utc),
    PlainSerializer(lambda at: at.astimezone(PACIFIC).strftime("%Y-%m-%d %H:%M:%S"), return_type=str, when_used="json"),
]


class Takes(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Note(Takes):
    leadId: Annotated[int, Refers("lead")] = Field(title="Lead")
    content: Annotated[str, Long()] = Field(title="Note", max_length=40)
    kinds: list[Annotated[str, Choices((("a", "Kind A"), ("b", "Kind B")))]] | None = Field(default=None, title="Kinds")
    due: Annotated[date | None, Ahead()] = Field(default=None, title="Due")
    price: Annotated[Decimal | None, Money()] = Field(default=None, title="Price")
    street: Annotated[str | None, Group("The house")] = Field(default=None, title="Street")
    floors: Annotated[int | None, Group("The house")] = Field(default=None, ge=0, title="Floors")


class Person(Takes):
    name: str = Field(title="Name")
    born: Annotated[date | None, Privacy.SENSITIVE] = Field(default=None, title="Born")


class Persons(Takes):
    data: list[Person] = Field(title="Persons")


class Search(Takes):
    page: int | None = Field(default=None, title="Page")
    since: Pacific | None = Field(default=None, title="Since")


class Which(Takes):
    leadId: Annotated[int, Refers("lead")] = Field(title="Lead")


class Given(BaseModel):
    id: Annotated[int | None, Privacy.PUBLIC] = None
    name: Annotated[str | None, Privacy.PUBLIC] = None
    token: Annotated[str | None, Privacy.SECRET] = None
    email: Annotated[str | None, Privacy.CONTACT] = None


class Desk:
    """What the lead system was asked, and what it answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Json]] = []
        self.answers: dict[str, Any] = {}
        self.gate: asyncio.Event | None = None

    def __call__(self, name: str) -> Callable[[Api, Any], Awaitable[Any]]:
        async def call(api: Api, params: BaseModel) -> Any:
            self.asked.append((name, params.model_dump(mode="json", exclude_none=True)))
            if self.gate:
                await self.gate.wait()
            answer = self.answers.get(name)
            if isinstance(answer, Exception):
                raise answer
            return answer(params) if callable(answer) else answer

        return call

    def of(self, name: str) -> list[Json]:
        return [asked for what, asked in self.asked if what == name]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def house(make_house: Make, desk: Desk) -> House:
    def on(make: Any, name: str, params: Any, **more: Any) -> Action[Any]:
        action: Action[Any] = make("/x", name, name.replace("-", " ").capitalize(), params, call=desk(name), **more)
        return action

    async def foreseen(api: Api, params: Note) -> str | None:
        return f"Then it says {params.content}." if params.kinds else None

    actions = (
        on(post, "add-note", Note, lead="leadId", privacy=Privacy.PUBLIC),
        on(post, "call-them", Which, lead="leadId", privacy=Privacy.PUBLIC, contacts=lambda _: "call"),
        on(post, "add-persons", Persons, idempotent=True, privacy=Privacy.PUBLIC),
        on(put, "warned-persons", Persons, privacy=Privacy.PUBLIC, warns="It sends mail."),
        on(get, "search", Search, gives=Given, paging=Numbered("page")),
        on(get, "read-lead", Which, lead="leadId", gives=Given),
        on(post, "plain-search", Search, effect=Effect.READ),
        on(put, "tag", Note, lead="leadId", privacy=Privacy.PUBLIC, foresee=foreseen),
        on(delete, "delete-lead", Which, lead="leadId"),
        on(put, "warned", Note, lead="leadId", privacy=Privacy.PUBLIC, warns="It sends mail."),
    )
    kpro = dataclasses.replace(discover()["kpro"], actions=actions)
    house = await make_house(providers={"kpro": kpro})
    await house.connect()
    return house


async def mine(house: House, user: str, **values: Any) -> Json:
    """A lead that is somebody's, as it is in the lead system."""
    lead = await house.arrive()
    sets = {"owner": user, **values}

    def change(tx: Tx) -> None:
        names = ", ".join(f"{name} = ?" for name in sets)
        tx.run(f"UPDATE leads SET {names} WHERE external_id = ?", *sets.values(), str(lead["id"]))

    await house.sandbox.bot.database.write(change)
    return lead


async def rows(house: House, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    return await house.sandbox.bot.database.read(lambda tx: [tuple(r) for r in tx.all(sql, *values)])


async def sensitive(house: House, *, allowed: bool) -> None:
    team = house.slack.workspace.team.id
    await house.sandbox.bot.database.write(lambda tx: people.allow_sensitive(tx, team, allowed))


# ----------------------------------------------------------------------------------- whose lead it is


@pytest.mark.parametrize("wrap", ["0{}", "+{}", "{}.0", '" {}"'])
async def test_another_way_to_write_an_id_does_not_pass_the_owner_by(house: House, desk: Desk, wrap: str) -> None:
    lead = await mine(house, MAX)
    told = await house.command(ZOE, f"/leads do north add-note leadId:{wrap.format(lead['id'])} content:hello")
    assert desk.of("add-note") == []
    assert "owns this lead" in f"{shown(told) if told else ''}{house.says(ZOE)}"
    await house.command(MAX, f"/leads do north add-note leadId:{wrap.format(lead['id'])} content:hello")
    assert len(desk.of("add-note")) == 1


async def test_a_bare_number_means_the_desks_own_lead(house: House, desk: Desk) -> None:
    lead = await mine(house, ADA)
    ((number,),) = await rows(house, "SELECT number FROM leads WHERE external_id = ?", str(lead["id"]))
    assert str(number) != str(lead["id"])
    await house.command(ADA, f"/leads do north add-note lead:{number} content:hello")
    await house.command(ADA, f"/leads do north add-note lead:KP-{number} content:hello")
    assert [asked["leadId"] for asked in desk.of("add-note")] == [lead["id"]] * 2


async def test_a_number_that_means_two_leads_is_asked_about(house: House, desk: Desk) -> None:
    one, two = await mine(house, ADA), await mine(house, ADA)
    ((number,),) = await rows(house, "SELECT number FROM leads WHERE external_id = ?", str(two["id"]))
    sql = "UPDATE leads SET external_id = ? WHERE external_id = ?"
    await house.sandbox.bot.database.write(lambda tx: tx.run(sql, str(number), str(one["id"])))
    await house.command(ADA, f"/leads do north add-note lead:{number} content:hello")
    assert desk.of("add-note") == []
    assert "could be" in house.says(ADA)


async def test_a_private_lead_has_no_name_in_the_form_of_others(house: House, desk: Desk) -> None:
    lead = await mine(house, MAX, private=1, first_name="Zebedee")
    told = await house.command(ZOE, f"/leads do north add-note leadId:{lead['id']} kinds:a")
    assert "Please fill this in" in house.says(ZOE)
    assert "Zebedee" not in house.says(ZOE)
    errors = await house.submit(ZOE, content="hello")
    said = f"{shown(told) if told else ''}{house.says(ZOE)}{house.told(ZOE)}{errors}"
    assert "owns this lead" in said
    assert desk.of("add-note") == []
    assert "Zebedee" not in said
    assert "Max" not in said


async def test_what_is_for_admins_cannot_be_forged(house: House, desk: Desk) -> None:
    lead = await house.arrive()
    (connection,) = (await rows(house, "SELECT connection FROM connections"))[0]
    await house.subscribe()
    await house.arrive()
    card = house.cards()[-1]
    await house.forge(ZOE, card, "do", f'{{"v":1,"connection":"{connection}","action":"delete-lead"}}')
    assert house.view(ZOE) is None
    await house.command(ZOE, f"/leads do north delete-lead leadId:{lead['id']}")
    assert desk.of("delete-lead") == []
    assert "Nothing that you may run" in house.says(ZOE)


async def test_a_draft_of_somebody_else_is_not_opened(house: House, desk: Desk) -> None:
    await house.subscribe()
    lead = await mine(house, ADA)
    await house.command(ADA, f"/leads do north add-note leadId:{lead['id']} kinds:a")
    ((draft,),) = await rows(house, "SELECT draft FROM drafts")
    await house.arrive()
    await house.forge(ZOE, house.cards()[-1], "form", f'{{"v":1,"do":"again","draft":"{draft}"}}')
    assert house.view(ZOE) is None


# --------------------------------------------------------------------------- what must not be stored


async def test_a_sensitive_value_of_a_removed_row_is_not_that_of_the_next_one(house: House, desk: Desk) -> None:
    await sensitive(house, allowed=True)
    await house.command(ADA, '/leads do north add-persons data.1.name:Kit data.2.name:Sam data.2.born:"1990-02-03"')
    assert desk.of("add-persons") == [{"data": [{"name": "Kit"}, {"name": "Sam", "born": "1990-02-03"}]}]
    await house.slack.modals.close(ADA, all_views=True)
    await house.command(ADA, "/leads do north add-persons data.1.name:Kit data.2.born:1990-02-03")
    await press(house, ADA, "Remove", nth=1)
    await press(house, ADA, "Add to")
    last = [b for b in inputs(house, ADA) if b.endswith("/name")][-1]
    await house.submit(ADA, **{last: "Somebody else"})
    assert desk.of("add-persons")[-1] == {"data": [{"name": "Kit"}, {"name": "Somebody else"}]}


async def test_a_sensitive_value_that_went_before_yes_is_asked_for_again(house: House, desk: Desk) -> None:
    await sensitive(house, allowed=True)
    await house.command(ADA, "/leads do north warned-persons data.1.name:Kit data.1.born:1990-02-03")
    assert "(given)" in house.says(ADA)
    assert "1990" not in house.says(ADA)
    await house.sandbox.advance(31 * 60)
    await house.submit(ADA)
    assert desk.of("warned-persons") == []
    assert "memory only" in house.says(ADA)
    await house.submit(ADA, **{"data/1/born": "1990-02-03"})
    await house.submit(ADA)
    assert desk.of("warned-persons") == [{"data": [{"name": "Kit", "born": "1990-02-03"}]}]


async def test_a_sensitive_value_that_is_gone_is_not_left_out_silently(house: House, desk: Desk) -> None:
    await sensitive(house, allowed=True)
    await house.command(ADA, "/leads do north add-persons data.1.born:1990-02-03")
    assert house.typed(ADA)["data/1/born"] == "1990-02-03"
    stored = await rows(house, "SELECT body FROM drafts")
    assert all(b"1990" not in bytes(str(body), "utf-8") for (body,) in stored)
    await house.slack.modals.close(ADA, all_views=True)
    ((draft,),) = await rows(house, "SELECT draft FROM drafts ORDER BY at DESC LIMIT 1")
    await sensitive(house, allowed=False)
    await house.subscribe()
    await house.arrive()
    await house.forge(ADA, house.cards()[-1], "form", f'{{"v":1,"do":"turn","draft":"{draft}"}}')
    errors = await house.submit(ADA, **{"data/1/name": "Kit"})
    assert desk.of("add-persons") == []
    said = f"{house.says(ADA)}{errors}"
    assert "switched sensitive fields off" in said
    await house.submit(ADA)
    assert desk.of("add-persons") == [{"data": [{"name": "Kit"}]}]


async def test_a_sensitive_value_typed_after_they_were_switched_off_is_not_dropped_silently(
    house: House, desk: Desk
) -> None:
    await sensitive(house, allowed=True)
    await house.command(ADA, "/leads do north add-persons")
    await sensitive(house, allowed=False)
    errors = await house.submit(ADA, **{"data/1/name": "Kit", "data/1/born": "1990-02-03"})
    assert "switched sensitive fields off" in errors["data/1/born"]
    assert desk.of("add-persons") == []


# ----------------------------------------------------------------------------------------- results


@pytest.mark.parametrize(
    "answer",
    ["kit@example.com", ["kit@example.com"], [["kit@example.com"]], {"a": 1, "b": [{"x": 1}, "kit@example.com"]}],
)
async def test_contact_data_without_a_field_is_hidden_too(house: House, desk: Desk, answer: Any) -> None:
    desk.answers["plain-search"] = answer
    for user, sees in ((ZOE, False), (ADA, True)):
        await house.command(user, "/leads do north plain-search page:1")
        if not (isinstance(answer, list) and isinstance(answer[0], list)):
            assert ("kit@example.com" in house.says(user)) is sees
        assert "kit@" not in house.says(ZOE)
        if "result-file" in {e.get("action_id") for b in house.view(user)["blocks"] for e in b.get("elements", [])}:  # type: ignore[index]
            await house.press_in_view(user, "result-file")
            (message,) = [m for m in house.dms(user) if m.files]
            stored: Any = house.slack.workspace.files.get(message.files[0]["id"])
            assert sees or "kit@" not in stored.content.decode()


async def test_a_token_is_masked_whatever_wraps_it(house: House, desk: Desk) -> None:
    lead = await mine(house, ADA)
    for answer in (
        {"data": {"token": "tok-1", "id": 5}, "status": 0},
        {"other": [{"token": "tok-1", "id": 5}], "n": 1},
    ):
        desk.answers["read-lead"] = answer
        await house.command(ADA, f"/leads do north read-lead leadId:{lead['id']}")
        assert "secret" in house.says(ADA)
        assert "tok-1" not in house.says(ADA)
        await house.slack.modals.close(ADA, all_views=True)


@pytest.mark.parametrize("answer", [None, [], {}, True, False, 0, "ok", [None, 1, [2]], {"data": None, "n": [[]]}])
async def test_answers_of_odd_shapes_are_drawn(house: House, desk: Desk, answer: Any) -> None:
    desk.answers["plain-search"] = answer
    await house.command(ADA, "/leads do north plain-search page:1")
    assert "reference" not in house.says(ADA)
    view = house.view(ADA)
    assert view is not None
    if "result-file" in str(view["blocks"]):
        await house.press_in_view(ADA, "result-file")
        assert "CSV" in house.says(ADA)


async def test_the_next_page_and_the_file_ask_for_the_same_time(house: House, desk: Desk) -> None:
    desk.answers["search"] = lambda p: [{"id": (p.page or 1), "name": "x"}] if (p.page or 1) < 4 else []
    await house.command(ADA, '/leads do north search since:"2026-11-01 00:00"')
    await house.press_in_view(ADA, "result", nth=1)
    await house.press_in_view(ADA, "result-file")
    assert {asked["since"] for asked in desk.of("search")} == {desk.of("search")[0]["since"]}


async def test_a_list_that_ignores_paging_ends(house: House, desk: Desk) -> None:
    desk.answers["search"] = [{"id": 1, "name": "x"}]
    await house.command(ADA, "/leads do north search page:1")
    await house.press_in_view(ADA, "result", nth=1)
    assert "nothing more" in house.says(ADA)
    await house.slack.modals.close(ADA)
    assert "x" in house.says(ADA)
    await house.press_in_view(ADA, "result-file")
    assert "1 row" in house.says(ADA)
    assert len(desk.of("search")) <= 5


async def test_a_file_that_was_cut_says_so(house: House, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("providers.paging.MOST_PAGES", 3)
    monkeypatch.setattr("commands.running.MOST_PAGES", 3)
    desk.answers["search"] = lambda p: [{"id": p.page or 1}]
    await house.command(ADA, "/leads do north search page:1")
    await house.press_in_view(ADA, "result-file")
    assert "not all" in house.says(ADA)


async def test_who_read_or_took_away_contact_data_is_written_down(house: House, desk: Desk) -> None:
    desk.answers["search"] = [{"id": 1, "email": "kit@example.com"}]
    await house.command(ADA, "/leads do north search page:1")
    await house.press_in_view(ADA, "result-file")
    looked = await rows(house, "SELECT actor, facts FROM audit WHERE what = 'looked'")
    assert [actor for actor, _ in looked] == [ADA, ADA]
    assert '"file":true' in looked[-1][1]
    assert "kit@" not in str(looked)


async def test_a_write_that_nobody_is_sure_of_is_written_down_and_not_repeated(house: House, desk: Desk) -> None:
    lead = await mine(house, ADA)
    desk.answers["add-note"] = Unavailable("did not answer in time", arrived=None)
    await house.command(ADA, f"/leads do north add-note leadId:{lead['id']} content:hello")
    assert "nobody knows" in house.says(ADA)
    team = house.slack.workspace.team.id
    ((number,),) = await rows(house, "SELECT number FROM leads WHERE external_id = ?", str(lead["id"]))
    lines = await house.sandbox.bot.database.read(lambda tx: audit.of_lead(tx, team, number))
    assert [(x.what, x.facts.get("unsure")) for x in lines if x.what == "ran"] == [("ran", True)]
    assert len(desk.of("add-note")) == 1


# ------------------------------------------------------------------------------------ what was typed


async def test_values_that_are_not_known_stay_chosen(house: House, desk: Desk) -> None:
    lead = await mine(house, ADA)
    await house.command(ADA, f"/leads do north add-note leadId:{lead['id']} kinds:a,castle")
    assert house.typed(ADA)["kinds"] == ["a", "castle"] or set(house.typed(ADA)["kinds"]) == {"a", "castle"}
    await house.submit(ADA, content="hello")
    assert set(desk.of("add-note")[0]["kinds"]) == {"a", "castle"}


async def test_a_text_that_is_too_long_stays_to_be_shortened(house: House, desk: Desk) -> None:
    lead = await mine(house, ADA)
    await house.command(ADA, f"/leads do north add-note leadId:{lead['id']} content:{'x' * 60}")
    view = house.view(ADA) or {}
    (element,) = [b["element"] for b in view["blocks"] if b.get("block_id") == "content"]
    assert element["initial_value"] == "x" * 60
    assert element["max_length"] >= 60
    errors = await house.submit(ADA)
    assert "40 characters" in f"{errors}{house.says(ADA)}"


async def test_a_quotation_mark_that_is_not_closed_runs_nothing(house: House, desk: Desk) -> None:
    lead = await mine(house, ADA)
    await house.command(ADA, f'/leads do north add-note leadId:{lead["id"]} content:6" pipe kinds:a')
    assert desk.of("add-note") == []
    assert "not closed" in house.says(ADA)
    assert house.typed(ADA)["content"] == '6" pipe kinds:a'


async def test_an_error_in_a_folded_part_unfolds_it(house: House, desk: Desk) -> None:
    lead = await mine(house, ADA)
    desk.answers["add-note"] = Rejected((FieldError("no such street", "street"),), 400)
    await house.command(ADA, f"/leads do north add-note leadId:{lead['id']} content:hello")
    assert "street" in inputs(house, ADA)
    assert "no such street" in house.says(ADA)


async def test_a_refused_row_is_told_on_its_own_row(house: House, desk: Desk) -> None:
    desk.answers["add-persons"] = Rejected((FieldError("a name like <!channel>?", "name", 1),), 422)
    await house.command(ADA, "/leads do north add-persons data.1.name:Kit data.2.name:Sam")
    blocks = (house.view(ADA) or {})["blocks"]
    notice = next(n for n, b in enumerate(blocks) if str(b.get("block_id")).startswith("notice:"))
    assert blocks[notice]["block_id"] == "notice:data/2/name"
    assert "<!channel>" not in str(blocks)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [("$1.2 million", "1200000"), ("450k USD", "450000"), ("-$450", "-450"), ("US$ 450,000.50", "450000.50")],
)
async def test_amounts_are_what_was_meant(house: House, desk: Desk, typed: str, sent: str) -> None:
    lead = await mine(house, ADA)
    await house.command(ADA, f'/leads do north add-note leadId:{lead["id"]} content:hello price:"{typed}"')
    assert Decimal(desk.of("add-note")[0]["price"]) == Decimal(sent)


@pytest.mark.parametrize("typed", ["450-500", "450k - 500k", "about 500", "5 beds", "12%"])
async def test_what_is_not_one_amount_is_refused_and_kept(house: House, desk: Desk, typed: str) -> None:
    lead = await mine(house, ADA)
    await house.command(ADA, f'/leads do north add-note leadId:{lead["id"]} content:hello price:"{typed}"')
    assert desk.of("add-note") == []
    assert "is not an amount" in house.says(ADA)
    assert house.typed(ADA)["price"] == typed


@pytest.mark.usefixtures("impatient")
async def test_a_late_refusal_keeps_what_was_searched_for(house: House, desk: Desk) -> None:
    lead = await mine(house, ADA)
    desk.gate, desk.answers["add-note"] = asyncio.Event(), Rejected((FieldError("too rude", "content"),), 400)
    await house.command(ADA, f"/leads do north add-note leadId:{lead['id']} kinds:a")
    found = await house.slack.interactions.options(ADA, "leadId", "value", str(lead["id"]))
    assert found["options"]
    await house.slack.modals.submit(ADA, {"content": {"value": "hello"}})
    assert "Checking" in house.says(ADA)
    desk.gate.set()
    await house.quiet()
    assert "too rude" in house.says(ADA)
    assert house.typed(ADA)["leadId"] == str(lead["id"])
    assert house.typed(ADA)["content"] == "hello"


# --------------------------------------------------------------------------------- sent once, and asked


@pytest.mark.usefixtures("impatient")
async def test_the_kept_form_of_a_closed_window_is_not_sent_twice(house: House, desk: Desk) -> None:
    lead = await mine(house, ADA)
    house.slack.faults.add("slack:views.open", "expired_trigger_id", 1)
    told = await house.command(ADA, f"/leads do north add-note leadId:{lead['id']} kinds:a")
    assert told is not None
    await house.press(ADA, told, "form")
    desk.gate = asyncio.Event()
    await house.slack.modals.submit(ADA, {"content": {"value": "hello"}})
    assert "Checking" in house.says(ADA)
    await house.slack.modals.close(ADA, all_views=True)
    desk.gate, gate = None, desk.gate
    await house.slack.interactions.press_in_message(ADA, told.channel, told.ts, told.blocks[0]["block_id"], "form")
    for _ in range(200):
        if house.view(ADA):
            break
        await asyncio.sleep(0.01)
    await house.slack.modals.submit(ADA, {"content": {"value": "hello"}})
    gate.set()
    await house.quiet()
    assert len(desk.of("add-note")) == 1


@pytest.mark.usefixtures("impatient")
async def test_who_closed_the_window_hears_what_became_of_it(house: House, desk: Desk) -> None:
    lead = await mine(house, ADA)
    for answer, said in (
        (None, "done in KPro Marketing"),
        (Unavailable("HTTP 503"), "cannot be asked just now"),
        (Rejected((FieldError("too rude", "content"),), 400), "too rude"),
    ):
        desk.gate, desk.answers["add-note"] = asyncio.Event(), answer
        await house.command(ADA, f"/leads do north add-note leadId:{lead['id']}")
        await house.slack.modals.submit(ADA, {"content": {"value": "hello"}})
        assert "Checking" in house.says(ADA)
        await house.slack.modals.close(ADA, all_views=True)
        desk.gate.set()
        await house.quiet()
        assert said in shown(house.dms(ADA)[-1])


async def test_a_failure_on_the_next_page_is_told_however_late(house: House, desk: Desk) -> None:
    def page(params: Search) -> Any:
        if params.page:
            raise Unavailable("HTTP 503")
        return [{"id": 1, "name": "x"}]

    desk.answers["search"] = page
    await house.command(ADA, "/leads do north search")
    await house.submit(ADA)
    house.slack.faults.add("slack:views.push", "expired_trigger_id", 1)
    await house.press_in_view(ADA, "result", nth=1)
    assert any("cannot be asked just now" in shown(m) for m in house.dms(ADA))
    assert "x" in house.says(ADA)


async def test_what_is_confirmed_is_what_was_shown(house: House, desk: Desk) -> None:
    lead = await mine(house, ADA)
    await house.subscribe()
    await house.arrive()
    await house.command(ADA, f"/leads do north warned leadId:{lead['id']} content:first")
    assert "first" in house.says(ADA)
    ((draft,),) = await rows(house, "SELECT draft FROM drafts")
    bot = house.sandbox.bot
    team = house.slack.workspace.team.id

    def other_window(tx: Tx) -> None:
        body = drafts.get(tx, team, bot.vault, draft, person=ADA, now=bot.clock.now())
        assert body is not None
        body["values"]["content"], body["kept"] = "second", body["kept"] + 1
        drafts.put(tx, team, bot.vault, person=ADA, body=body, now=bot.clock.now(), draft=draft)

    await bot.database.write(other_window)
    await house.submit(ADA)
    assert desk.of("warned") == []
    assert "second" in house.says(ADA)
    await house.submit(ADA)
    assert [asked["content"] for asked in desk.of("warned")] == ["second"]


async def test_a_reason_counts_for_the_lead_that_it_was_given_for(house: House, desk: Desk) -> None:
    one, two = await mine(house, ADA, limits="call"), await mine(house, ADA, limits="call")
    desk.answers["call-them"] = Rejected((FieldError("not now", "leadId"),), 400)
    await house.command(ADA, f"/leads do north call-them leadId:{one['id']}")
    assert "does not want to be called" in house.says(ADA)
    assert house.says(ADA).count("does not want to be called") == 1
    assert desk.of("call-them") == []
    errors = await house.submit(ADA, **{"#reason": "they asked me to"})
    assert len(desk.of("call-them")) == 1
    assert "not now" in f"{errors}{house.says(ADA)}"
    await house.slack.interactions.options(ADA, "leadId", "value", str(two["id"]))
    await house.submit(ADA, leadId=str(two["id"]))
    assert len(desk.of("call-them")) == 1
    assert "does not want to be called" in house.says(ADA)


async def test_what_is_foreseen_is_shown_first_and_nothing_is_asked_without_it(house: House, desk: Desk) -> None:
    lead = await mine(house, ADA)
    await house.command(ADA, f"/leads do north tag leadId:{lead['id']} content:hello kinds:a")
    assert desk.of("tag") == []
    assert "Then it says hello." in house.says(ADA)
    await house.submit(ADA)
    assert len(desk.of("tag")) == 1
    await house.slack.modals.close(ADA, all_views=True)
    await house.command(ADA, f"/leads do north tag leadId:{lead['id']} content:hello")
    assert len(desk.of("tag")) == 2


async def test_yes_pressed_twice_runs_once(house: House, desk: Desk) -> None:
    lead = await mine(house, ADA)
    await house.command(ADA, f"/leads do north delete-lead leadId:{lead['id']}")
    assert desk.of("delete-lead") == []
    await asyncio.gather(*(house.slack.modals.submit(ADA, {}) for _ in range(2)), return_exceptions=True)
    await house.quiet()
    assert len(desk.of("delete-lead")) == 1


async def test_a_lead_that_changed_hands_before_yes_is_not_changed(house: House, desk: Desk) -> None:
    lead = await mine(house, ZOE)
    await house.command(ZOE, f"/leads do north warned leadId:{lead['id']} content:hello")
    assert "It sends mail" in house.says(ZOE)
    await house.sandbox.bot.database.write(lambda tx: tx.run("UPDATE leads SET owner = ?", MAX))
    assert await house.submit(ZOE) == {}
    assert desk.of("warned") == []
    assert "owns this lead" in house.says(ZOE)


# ------------------------------------------------------------------------------------------- gestures


def inputs(house: House, user: str) -> list[str]:
    return [b["block_id"] for b in (house.view(user) or {"blocks": []})["blocks"] if b["type"] == "input"]


async def press(house: House, user: str, label: str, *, nth: int = 0, **typed: Any) -> None:
    """Press the ``nth`` button of the form that begins with ``label``; ``typed`` stood in inputs before."""
    found = [
        (block["block_id"], element["action_id"])
        for block in (house.view(user) or {"blocks": []})["blocks"]
        for element in [*(block.get("elements") or []), *([block["accessory"]] if block.get("accessory") else [])]
        if element.get("type") == "button" and element["text"]["text"].startswith(label)
    ]
    values = {block: {"value": value} for block, value in typed.items()}
    await house.slack.interactions.press_in_view(user, *found[nth], values=values)
    await house.quiet()
