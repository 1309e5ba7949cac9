"""Every action of every lead system: its form and its slash words say the same as its model."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.sandbox.inputs import initial
from bot.sandbox.strict import MODAL, Json, faults
from commands.forms import args, pages
from commands.forms.draft import Draft, absorb, as_model, filled, leaves, with_rows
from commands.forms.fields import Asked, Kind, fields_of
from commands.forms.read import Invalid
from commands.forms.values import Nobody, Reading
from commands.ids import Form
from commands.palette import Entry
from commands.verb import Value
from commands.views import doing
from commands.views.blocks import modal
from providers.action import Action
from providers.provider import Provider, discover
from storage.records import Connection

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
READING = Reading("America/New_York", NOW)
ACTIONS = [(p, a) for p in discover().values() for a in p.actions]
every_action = pytest.mark.parametrize(
    ("provider", "action"), ACTIONS, ids=lambda x: getattr(x, "slug", None) or x.name
)

_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs"), exclude_characters="“”„\"'<>&\\"),
    min_size=1,
    max_size=12,
)
_TEXT = st.lists(_WORDS, min_size=1, max_size=3).map(" ".join)


def plain(asked: Asked) -> st.SearchStrategy[Any]:
    """Values of a field in plain form; a few are refused by its model."""
    longest = asked.longest or 60
    least = int(asked.least) if asked.least is not None else 0
    most = int(asked.most) if asked.most is not None else least + 10**6
    match asked.kind:
        case Kind.YES | Kind.YES_NO:
            return st.booleans()
        case Kind.SELECT:
            return st.sampled_from([code for code, _ in asked.choices])
        case Kind.MULTI:
            return st.lists(st.sampled_from([code for code, _ in asked.choices]), min_size=1, max_size=3, unique=True)
        case Kind.NUMBERS:
            return st.lists(st.integers(max(0, least), 99).map(str), min_size=1, max_size=3)
        case Kind.INTEGER:
            return st.integers(least, most).map(str)
        case Kind.DECIMAL | Kind.MONEY:
            return st.integers(max(0, least), min(most, 10**6)).map(str)
        case Kind.DATE:
            return st.dates(min_value=datetime(1930, 1, 1).date(), max_value=datetime(2040, 1, 1).date()).map(str)
        case Kind.MOMENT:
            return st.integers(0, 10**6).map(lambda n: (NOW + timedelta(minutes=n)).isoformat())
        case Kind.EMAIL:
            return st.sampled_from(["ada@example.com", "o'neill+x@mail.example.org"])
        case Kind.URL:
            return st.just("https://example.com/a?b=c")
        case Kind.JSON:
            return st.sampled_from(['{"a":1}', '{"name":"x y","deep":{"n":[1,2]}}'])
        case Kind.NAMED:
            return st.integers(10**14, 10**15).map(str)
        case Kind.NAMES:
            return st.lists(st.integers(10**14, 10**15).map(str), min_size=1, max_size=3, unique=True)
        case Kind.TEXTS:
            return st.lists(_TEXT.map(lambda t: t[:20].strip() or "x"), min_size=1, max_size=3)
        case _:
            return _TEXT.map(lambda t: t[:longest].strip() or "x")


@st.composite
def drafts(draw: Any, model: type[BaseModel], at: str = "", into: Draft | None = None) -> Draft:
    """A form filled in at random: what is required, and some of the rest."""
    made = into or Draft()
    for asked in fields_of(model):
        place = f"{at}{asked.name}"
        if not asked.required and not draw(st.booleans()):
            continue
        if asked.kind is Kind.MODEL and asked.model:
            draw(drafts(asked.model, f"{place}/", made))
        elif asked.kind is Kind.ROWS and asked.model:
            for _ in range(draw(st.integers(1, 2))):
                made.add_row(place)
                draw(drafts(asked.model, f"{place}/{made.rows[place][-1]}/", made))
        else:
            made.values[place] = draw(plain(asked))
    return made


def drawn_everywhere(model: type[BaseModel], draft: Draft) -> dict[str, dict[str, Any]]:
    """The state of every page as Slack would send it, page by page."""
    state: dict[str, dict[str, Any]] = {}
    number = 0
    while True:
        shown = pages.draw(model, draft.model_copy(update={"page": number}), "d1", Nobody(), sensitive=True)
        assert len(shown.blocks) <= 95
        view = modal("A form", shown.blocks, callback=Form.ACTION, submit="Send", meta=Value(draft="d1"))
        assert faults(MODAL, view) == []
        for block in shown.blocks:
            if block["type"] == "input":
                assert block["block_id"] not in state
                state[block["block_id"]] = {block["element"]["action_id"]: initial(block["element"])}
        number += 1
        if number >= shown.pages:
            return state


@every_action
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_values_through_the_form_and_through_words_are_the_same(
    provider: Provider, action: Action[Any], data: st.DataObject
) -> None:
    model: type[BaseModel] = action.params
    draft = data.draw(drafts(model))
    try:
        value = as_model(model, draft)
    except Invalid:
        assume(False)
        return
    held = filled(model, value)
    back = Draft(rows=copy.deepcopy(held.rows), opened=list(held.opened))
    assert absorb(model, back, drawn_everywhere(model, held)) == {}
    assert as_model(model, back) == value
    text = " ".join(f"{name}:{args.quoted(said)}" for name, said in args.words(model, held))
    pairs = [(n, args.unquoted(t)) for n, _, t in (w.partition(":") for w in args.split(slack_escaped(text)))]
    again, errors = args.read(model, pairs, READING)
    assert errors == {}
    assert as_model(model, again) == value


def slack_escaped(text: str) -> str:
    """A command's text as Slack sends it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@every_action
def test_the_empty_form_fits_slack_and_its_required_inputs_say_what_is_missing(
    provider: Provider, action: Action[Any]
) -> None:
    model: type[BaseModel] = action.params
    entry = Entry(connection(provider), provider, action)
    view = doing.form(entry, with_rows(model, Draft()), "d1", Nobody(), about=None)
    assert faults(MODAL, view) == []
    assert len(view["blocks"]) <= 80
    if any(a.required for a in fields_of(model)):
        with pytest.raises(Invalid) as refused:
            as_model(model, Draft())
        wrong = doing.form(entry, with_rows(model, Draft()), "d1", Nobody(), about=None, errors=refused.value.errors)
        assert faults(MODAL, wrong) == []


@every_action
def test_everything_unfolded_fits_slack_on_its_pages(provider: Provider, action: Action[Any]) -> None:
    model: type[BaseModel] = action.params
    draft = Draft()
    for _ in range(3):
        unfold(model, draft)
    state = drawn_everywhere(model, draft)
    assert set(state) == {leaf.place for leaf in leaves(model, draft)}


def unfold(model: type[BaseModel], draft: Draft, at: str = "") -> None:
    """Press every "Add" once."""
    for asked in fields_of(model):
        place = f"{at}{asked.name}"
        if asked.group:
            draft.opened.append(f"{at}#{asked.group}")
        if asked.kind is Kind.MODEL and asked.model:
            draft.opened.append(place)
            unfold(asked.model, draft, f"{place}/")
        elif asked.kind is Kind.ROWS and asked.model:
            if len(draft.rows.get(place, [])) < 2:
                draft.add_row(place)
            unfold(asked.model, draft, f"{place}/{draft.rows[place][-1]}/")


def connection(provider: Provider) -> Connection:
    blank: Json = dict.fromkeys(Connection.__dataclass_fields__)
    return Connection(**(blank | {"connection": "c1", "name": "north", "provider": provider.slug}))
