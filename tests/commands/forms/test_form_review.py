"""Forms and words at their edges: what Slack would refuse, what would be lost, what would be something else."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, Field, create_model

from bot.calling import params
from bot.sandbox.inputs import initial
from bot.sandbox.strict import MODAL, VIEW_BYTES, faults
from commands.forms import args, pages
from commands.forms.draft import Draft, absorb, as_model
from commands.forms.fields import fields_of
from commands.forms.read import Invalid
from commands.forms.values import Nobody, Reading, in_input, items, joined, moment_of
from commands.ids import Form
from commands.verb import Value
from commands.views.blocks import modal
from commands.views.doing import choices
from providers.action import Ahead, Choices, Json, Long, Refers, get, request_of
from providers.errors import Rejected

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Odd(BaseModel):
    colour: Colour = Colour.RED
    kinds: list[Annotated[str, Choices((("a", "A"), ("b", "B")))]] = Field(default=["a"])
    ids: list[int] | None = None
    texts: list[str] | None = None
    text: Annotated[str | None, Long()] = None
    any: Annotated[dict[str, Any] | None, Json()] = None
    big: int | None = Field(default=None, ge=0, le=2**63 - 1)


def drawn(draft: Draft, model: type[BaseModel] = Odd) -> dict[str, Any]:
    page = pages.draw(model, draft, "d1", Nobody())
    view = modal("A form", page.blocks, callback=Form.ACTION, submit="Send", meta=Value(draft="d1"))
    assert faults(MODAL, view) == []
    return {b["block_id"]: b["element"] for b in page.blocks if b["type"] == "input"}


def through(draft: Draft) -> Odd:
    """Drawn, sent as it stands, and read again."""
    state = {place: {"value": initial(element)} for place, element in drawn(draft).items()}
    back = Draft()
    assert absorb(Odd, back, state) == {}
    return as_model(Odd, back)


def test_defaults_are_what_the_model_takes() -> None:
    made = through(Draft())
    assert made.colour is Colour.RED
    assert made.kinds == ["a"]


def test_a_bound_is_written_in_figures() -> None:
    assert drawn(Draft())["big"]["max_value"].isdigit()


def test_values_that_came_up_later_stay() -> None:
    assert set(through(Draft(values={"kinds": ["b", "castle"]})).kinds) == {"b", "castle"}


def test_ids_of_64_bits_in_a_list_are_kept_exactly() -> None:
    assert through(Draft(values={"ids": ["9223372036854775807", "1"]})).ids == [9223372036854775807, 1]


def test_long_lists_are_redrawn_as_long_as_they_were_typed() -> None:
    typed = "\n".join(f"two words {n:04}" for n in range(200))[:3000]
    parts = items(typed)
    element = drawn(Draft(values={"texts": parts}))["texts"]
    assert items(element["initial_value"]) == parts


@pytest.mark.parametrize("parts", [["a b"], ['say "hi"'], ["a,b", "c"], ["two\nlines", "x"], ['"'], ["a\rb"]])
def test_lists_are_read_as_they_were_joined(parts: list[str]) -> None:
    assert items(joined(parts)) == [p.replace("\r", "\n") for p in parts]
    asked = next(a for a in fields_of(Odd) if a.name == "texts")
    assert items(in_input(asked, parts)) == [p.replace("\r", "\n") for p in parts]


def test_a_lone_carriage_return_is_a_line_end() -> None:
    assert items("a\rb\r\nc") == ["a", "b", "c"]


def test_what_slack_cannot_take_as_an_option_is_not_cut_to_another_value() -> None:
    found = choices([("x" * 200, "Too long"), ("1", "One")], "")
    assert [o["value"] for o in found] == ["1"]


def test_the_best_fits_come_first_and_what_was_typed_stays_offered() -> None:
    found = choices([(str(n), f"Name {n}") for n in range(100)], "zebra")
    assert len(found) == 100
    assert found[0]["value"] == "0"
    assert found[-1]["value"] == "zebra"


class Tagged(BaseModel):
    tags: list[Annotated[str, Refers("tag")]] | None = None
    lead: Annotated[str | None, Refers("lead")] = None
    stage: Annotated[str | None, Choices((("new", "New"),))] = None


def test_a_long_value_that_was_typed_as_a_word_can_still_be_drawn() -> None:
    draft = Draft(values={"tags": ["t" * 200, "ok"], "lead": "l" * 200, "stage": "s" * 200})
    drawn(draft, Tagged)


class When(BaseModel):
    due: Annotated[datetime | None, Ahead()] = None


@pytest.mark.parametrize("text", ["2001-01-01 00:00", "1960-05-05 10:00"])
def test_a_moment_long_ago_can_be_drawn(text: str) -> None:
    made, errors = args.read(When, [("due", text)], Reading("UTC", NOW))
    assert errors == {}
    element = drawn(made, When)["due"]
    shown = element.get("initial_date_time")
    assert shown is None or len(str(shown)) == 10


@pytest.mark.parametrize(
    ("zone", "text", "day"),
    [
        ("Europe/London", "1/12/2026 10am", (12, 1)),
        ("America/New_York", "12/1/2026 10am", (12, 1)),
        ("Europe/Paris", "13/12/2026 10am", (12, 13)),
        ("America/Chicago", "12/13/2026 10am", (12, 13)),
        ("Europe/London", "2026-12-01 10:00", (12, 1)),
    ],
)
def test_days_are_read_as_they_are_written_where_the_person_is(zone: str, text: str, day: tuple[int, int]) -> None:
    found = moment_of(text, Reading(zone, NOW))
    assert (found.month, found.day) == day


@pytest.mark.parametrize("text", ["5", "1042", "123456"])
def test_a_bare_number_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="not a time"):
        moment_of(text, Reading("UTC", NOW))


class Today(BaseModel):
    due: Annotated[date, Ahead()]


def test_today_is_the_persons() -> None:
    late = datetime(2026, 12, 2, 2, 0, tzinfo=UTC).astimezone(ZoneInfo("America/Los_Angeles"))
    assert as_model(Today, Draft(values={"due": "2026-12-01"}), late)
    with pytest.raises(Invalid):
        as_model(Today, Draft(values={"due": "2026-11-30"}), late)


@pytest.mark.parametrize(
    ("word", "open_"),
    [('"closed"', False), ('6" pipe', True), (r'"a \" b"', False), (r'"a \\"', False), ("plain", False)],
)
def test_an_open_quotation_mark_is_seen(word: str, open_: bool) -> None:
    assert args.unclosed(word) is open_


def test_a_row_key_is_never_given_again() -> None:
    draft = Draft()
    for _ in range(2):
        draft.add_row("data")
    draft.drop("data/2")
    draft.add_row("data")
    assert draft.rows["data"] == ["1", "3"]


class Path(BaseModel):
    type: str


@pytest.mark.parametrize("text", [".", ".."])
def test_dots_do_not_climb_out_of_a_path(text: str) -> None:
    action = get("/v1/rules/{type}", "rules", "Rules", Path)
    with pytest.raises(Rejected):
        request_of(action, Path(type=text))


def test_on_the_command_line_a_text_may_begin_with_a_bracket() -> None:
    made = params(Odd, ["text=[urgent] call", 'any={"a":1}', 'kinds=["a"]'])
    assert isinstance(made, Odd)
    assert (made.text, made.any, made.kinds) == ("[urgent] call", {"a": 1}, ["a"])


def test_a_page_full_of_long_texts_or_of_long_lists_is_a_view_that_slack_takes() -> None:
    texts: dict[str, Any] = {f"t{n}": (Annotated[str | None, Long()], None) for n in range(24)}
    many = Choices(tuple((f"code-{n}-" + "x" * 20, "A name that is as long as names are " * 2) for n in range(99)))
    lists: dict[str, Any] = {f"s{n}": (Annotated[str | None, many], None) for n in range(24)}
    model = create_model("Heavy", **texts, **lists)
    draft = Draft(values={f"t{n}": "é" * 3000 for n in range(24)})
    number, places = 0, set[str]()
    while True:
        page = pages.draw(model, draft.model_copy(update={"page": number}), "d1", Nobody())
        view = modal("A form", page.blocks, callback=Form.ACTION, submit="Send", meta=Value(draft="d1"))
        assert faults(MODAL, view) == []
        assert len(json.dumps(view)) < VIEW_BYTES
        places |= page.places
        number += 1
        if number == page.pages:
            break
    assert len(places) == 48
