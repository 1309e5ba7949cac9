"""A model becomes a modal, the modal's state becomes the model again: for every form that there is."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, SecretStr

from bot.sandbox.inputs import complaint, initial
from bot.sandbox.strict import MODAL, Json, faults
from commands.connect import Name
from commands.desk.hours import DAYS
from commands.digest import _DAYS, Plan
from commands.forms.checking import again, checking, refilled
from commands.forms.draw import LONGEST_TEXT, inputs
from commands.forms.fields import Kind, fields_of
from commands.forms.read import Invalid, as_model, typed
from commands.ids import Form
from commands.subscribe import _STARTS, Subscribe
from commands.verb import Value
from commands.views.blocks import modal
from providers.kpro.models import (
    ENQUIRY_TYPES,
    HOME_OWNERSHIP,
    LIVING,
    SOURCES,
    WORKING,
    ImportLead,
)
from providers.kpro.settings import Credentials, Settings

Options = Mapping[str, Sequence[tuple[str, str]]]
SUBSCRIBE_OPTIONS: Options = {
    "connection": [("*", "every connection"), ("c1", "north"), ("c2", "south")],
    "start": _STARTS,
}
PLAN_OPTIONS: Options = {"days": _DAYS}


def view_of(*blocks: Json) -> Json:
    return modal("A form", list(blocks), callback=Form.NEW, submit="Send", meta=Value(connection="c1"))


def state_of(blocks: Sequence[Json]) -> dict[str, dict[str, Any]]:
    """``state.values`` of a modal that nobody has touched, as Slack sends it."""
    return {b["block_id"]: {b["element"]["action_id"]: initial(b["element"])} for b in blocks if b["type"] == "input"}


def complaints(blocks: Sequence[Json]) -> dict[str, str]:
    """What Slack's client would say before it sends the modal."""
    found = {}
    for block in blocks:
        if block["type"] == "input" and (said := complaint(block, block["element"], initial(block["element"]))):
            found[block["block_id"]] = said
    return found


# -------------------------------------------------------------------------------------- round trips

line = (
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=80)
    .map(str.strip)
    .filter(bool)
)
long = st.lists(line, min_size=1, max_size=3).map("\n".join)
money = st.integers(0, 10**9).map(lambda pence: pence / 100)
postcodes = st.sampled_from(["NW11 7HB", "E15 2TN", "M1 1AE", "GIR 0AA"])
yes_no = st.none() | st.booleans()


def one_of(pairs: Sequence[tuple[Any, ...]]) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from([pair[0] for pair in pairs])


leads = st.builds(
    ImportLead,
    email=st.sampled_from(["ada@example.com", "o'neill+x@mail.example.org", "ü@example.com"]),
    firstName=st.none() | line,
    lastName=st.none() | line,
    title=st.none() | line,
    phone=st.none() | line,
    siteId=one_of(SOURCES),
    enquiryType=one_of(ENQUIRY_TYPES),
    bedrooms=st.none() | st.lists(st.integers(0, 99), min_size=1, max_size=4),
    additionalInfo=st.none() | long,
    listingId=st.none() | st.integers(-5, 10**12),
    listingExternalRef=st.none() | line,
    propertyId=st.none() | st.integers(0, 10**6),
    propertyExternalRef=st.none() | line,
    developmentId=st.none() | st.integers(0, 10**6),
    homeAddress=st.none() | line,
    homePostcode=st.none() | postcodes,
    hearAboutUs=st.none() | line,
    externalRef=st.none() | line,
    sendEmailConfirmation=st.booleans(),
    dateOfBirth=st.none() | st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    annualHouseholdIncome=st.none() | money,
    deposit=st.none() | money,
    livingCircumstance=one_of(LIVING),
    dependants=st.none() | st.integers(0, 20),
    workingCircumstance=one_of(WORKING),
    workPostcode=st.none() | postcodes,
    workAddress=st.none() | line,
    occupation=st.none() | line,
    employerName=st.none() | line,
    armedForcesMember=yes_no,
    keyworker=yes_no,
    hasDisability=yes_no,
    housingWaitingList=yes_no,
    firstTimeBuyer=yes_no,
    homeOwnershipStatus=one_of(HOME_OWNERSHIP),
    eligibleCitizen=yes_no,
)
subscriptions = st.builds(
    Subscribe,
    channel=st.sampled_from(["C0LEADS", "G0SECRET"]),
    connection=st.sampled_from(["*", "c1", "c2"]),
    words=st.just("") | line,
    masked=st.booleans(),
    approval=st.booleans(),
    approvers=st.lists(st.sampled_from(["U0ADA", "U0MAX", "U0ZOE"]), unique=True),
    start=st.sampled_from(["new", "newest"]),
)
plans = st.builds(
    Plan,
    channel=st.just("C0LEADS"),
    days=st.lists(st.sampled_from(DAYS), min_size=1, unique=True).map(lambda days: sorted(days, key=DAYS.index)),
    at=st.times().map(lambda t: f"{t.hour:02}:{t.minute:02}"),
    zone=st.sampled_from(["Europe/London", "America/Argentina/ComodRivadavia"]),
)
settings_of_kpro = st.builds(
    Settings,
    poll_seconds=st.integers(10, 3600),
    open_url=st.sampled_from(["", "https://app.kpro.co/leads/{id}", "https://example.com/ü?x={id}&y=1"]),
)
keys = st.builds(Credentials, api_key=line.map(SecretStr))


def values_of(model: BaseModel) -> dict[str, Any]:
    return {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in model}


def round_trip(model: BaseModel, options: Options | None = None) -> None:
    blocks = inputs(type(model), values_of(model), options=options)
    assert faults(MODAL, view_of(*blocks)) == []
    assert complaints(blocks) == {}
    assert as_model(type(model), state_of(blocks)) == model


few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@few
@given(leads)
def test_a_lead_comes_back(lead: ImportLead) -> None:
    round_trip(lead)


@many
@given(subscriptions)
def test_a_subscription_comes_back(asked: Subscribe) -> None:
    round_trip(asked, SUBSCRIBE_OPTIONS)


@many
@given(plans)
def test_a_digests_plan_comes_back(plan: Plan) -> None:
    round_trip(plan, PLAN_OPTIONS)


@many
@given(keys, settings_of_kpro)
def test_the_connect_form_comes_back(key: Credentials, chosen: Settings) -> None:
    blocks = [
        *inputs(Name, {"name": "north"}),
        *inputs(Credentials, values_of(key)),
        *inputs(Settings, values_of(chosen)),
    ]
    assert faults(MODAL, view_of(*blocks)) == []
    state = state_of(blocks)
    assert as_model(Name, state).name == "north"
    assert as_model(Credentials, state) == key
    assert as_model(Settings, state) == chosen


@few
@given(leads)
def test_a_lead_typed_and_shown_again_is_the_same_lead(lead: ImportLead) -> None:
    """The way of a late answer: an empty form, the state of what was typed, the form with it, its state."""
    typed_in = state_of(inputs(ImportLead, values_of(lead)))
    shown = again(view_of(*inputs(ImportLead)), typed_in, {})
    assert faults(MODAL, shown) == []
    assert as_model(ImportLead, state_of(shown["blocks"])) == lead


# -------------------------------------------------------------------------------------------- drawn

FORMS: list[tuple[type[BaseModel], Options | None]] = [
    (ImportLead, None),
    (Credentials, None),
    (Settings, None),
    (Name, None),
    (Subscribe, SUBSCRIBE_OPTIONS),
    (Plan, PLAN_OPTIONS),
]


@pytest.mark.parametrize(("model", "options"), FORMS, ids=lambda x: getattr(x, "__name__", ""))
def test_an_empty_form_is_one_that_slack_takes(model: type[BaseModel], options: Options | None) -> None:
    blocks = inputs(model, options=options)
    assert faults(MODAL, view_of(*blocks)) == []
    assert [b["block_id"] for b in blocks] == [f.name for f in fields_of(model)]
    required = {b["block_id"] for b in blocks if not b["optional"]}
    assert required == {f.name for f in fields_of(model) if f.required and f.kind is not Kind.YES}


def test_sensitive_inputs_are_drawn_only_where_they_are_allowed() -> None:
    without = {b["block_id"] for b in inputs(ImportLead, sensitive=False)}
    every = {b["block_id"] for b in inputs(ImportLead)}
    hidden = {
        *("dateOfBirth", "annualHouseholdIncome", "deposit", "livingCircumstance", "dependants"),
        *("workingCircumstance", "workPostcode", "workAddress", "occupation", "employerName", "armedForcesMember"),
        *("keyworker", "hasDisability", "housingWaitingList", "firstTimeBuyer", "homeOwnershipStatus"),
        "eligibleCitizen",
    }
    assert every - without == hidden


def test_fields_can_be_left_out_and_selects_without_choices_are() -> None:
    assert [b["block_id"] for b in inputs(Plan, leave_out=frozenset({"zone"}), options={"days": []})] == [
        "channel",
        "at",
    ]


def test_a_default_is_filled_in() -> None:
    by_name = {b["block_id"]: b["element"] for b in inputs(Settings)}
    assert by_name["poll_seconds"]["initial_value"] == "60"
    assert (by_name["poll_seconds"]["min_value"], by_name["poll_seconds"]["max_value"]) == ("10", "3600")
    assert "initial_value" not in by_name["open_url"]


class Wide(BaseModel):
    """Limits and texts at the edge."""

    amount: int = Field(default=5, ge=-2_000_000, le=12_345_678, title="Amount")
    text: str = Field(default="", max_length=9000, title="T" * 3000, description="H" * 3000)


def test_large_limits_are_written_as_plain_numbers_and_long_texts_are_cut() -> None:
    amount, text = inputs(Wide)
    assert (amount["element"]["min_value"], amount["element"]["max_value"]) == ("-2000000", "12345678")
    assert text["element"]["max_length"] == LONGEST_TEXT
    assert faults(MODAL, view_of(amount, text)) == []


class Odd(BaseModel):
    """A type that has no input."""

    where: set[str]


def test_a_type_without_an_input_is_told_when_it_is_declared() -> None:
    with pytest.raises(TypeError, match="no input for"):
        inputs(Odd)


# ------------------------------------------------------------------------------------------- errors


def refused(model: type[BaseModel], **raw: str) -> dict[str, str]:
    state = {name: {"value": {"type": "plain_text_input", "value": value}} for name, value in raw.items()}
    with pytest.raises(Invalid) as caught:
        as_model(model, state)
    return caught.value.errors


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("email", "nobody", "This is not an e-mail address; write it like ada@example.com."),
        ("homePostcode", "12345", "Is not a UK postcode; write it like NW11 7HB."),
        ("bedrooms", "two", "Write whole numbers separated by commas, such as 2, 3."),
        ("bedrooms", "-2", "Write whole numbers separated by commas, such as 2, 3."),
        ("listingId", "12a", "Write a whole number, such as 2."),
        ("listingId", "1.5", "Write a whole number, such as 2."),
        ("deposit", "much", "Write a number, such as 1250.50."),
        ("deposit", "-1", "Use 0 or more."),
        ("dateOfBirth", "28/02/1990", "Write a date as YYYY-MM-DD."),
        ("livingCircumstance", "9", "Use 8 or less."),
        ("externalRef", "x" * 256, "Use 255 characters or fewer."),
    ],
)
def test_an_error_lands_on_its_input_as_a_sentence(name: str, value: str, sentence: str) -> None:
    given_in = {"email": "ada@example.com", name: value}
    assert refused(ImportLead, **given_in) == {name: sentence}


def test_all_errors_are_told_at_once() -> None:
    errors = refused(ImportLead, bedrooms="two", deposit="much", homePostcode="?")
    assert set(errors) == {"email", "bedrooms", "deposit", "homePostcode"}
    assert errors["email"] == "Please fill this in."


@pytest.mark.parametrize(("value", "fine"), [("North", "north"), (" north-2 ", "north-2"), ("Süd", "süd")])
def test_a_connections_name_is_tidied(value: str, fine: str) -> None:
    assert as_model(Name, {"name": {"value": {"type": "plain_text_input", "value": value}}}).name == fine


@pytest.mark.parametrize("value", ["two words", "-x", "<!here>", "a/b", "_x"])
def test_a_connections_name_is_one_word(value: str) -> None:
    assert refused(Name, name=value) == {"name": "Use one word of letters, digits and hyphens."}


def test_settings_out_of_bounds_are_told() -> None:
    assert refused(Settings, poll_seconds="5", open_url="javascript:alert(1)") == {
        "poll_seconds": "Use 10 or more.",
        "open_url": "This does not have the expected form; see the hint below the input.",
    }


@many
@given(st.sampled_from([f.name for f in fields_of(ImportLead)]), st.text(max_size=30))
def test_no_text_in_any_input_breaks_the_form(name: str, value: str) -> None:
    """Whatever is in the state, forged or not: a model, or sentences on drawn inputs."""
    state = {
        "email": {"value": {"type": "email_text_input", "value": "ada@example.com"}},
        name: {"value": {"type": "plain_text_input", "value": value}},
    }
    try:
        as_model(ImportLead, state)
    except Invalid as invalid:
        assert set(invalid.errors) <= {name, "email"}
        assert all(s and s[-1] in ".!" and "\n" not in s for s in invalid.errors.values())


def test_an_error_quotes_no_secret() -> None:
    errors = refused(Credentials, api_key="c4n4ry" * 50)
    assert errors == {"api_key": "Use 200 characters or fewer."}


# ----------------------------------------------------------------------------------- shown again


def test_checking_has_no_inputs_and_keeps_what_the_form_is_for() -> None:
    view = view_of(*inputs(ImportLead))
    shown = checking(view | {"id": "V1", "hash": "h", "state": {}, "team_id": "T"})
    assert faults(MODAL, shown) == []
    assert "submit" not in shown
    assert all(b["type"] != "input" for b in shown["blocks"])
    assert (shown["callback_id"], shown["private_metadata"]) == (view["callback_id"], view["private_metadata"])


def test_each_sentence_stands_above_its_input_and_goes_with_the_next_try() -> None:
    view = view_of(*inputs(Settings))
    state = state_of(inputs(Settings, {"poll_seconds": 30, "open_url": "https://x.example/{id}"}))
    first = again(view, state, {"open_url": "No such address."})
    assert faults(MODAL, first) == []
    ids = [b["block_id"] for b in first["blocks"]]
    assert ids == ["poll_seconds", "notice:open_url", "open_url"]
    assert "No such address." in first["blocks"][1]["text"]["text"]
    second = again(first, state_of(first["blocks"]), {"poll_seconds": "Too often."})
    assert [b["block_id"] for b in second["blocks"]] == ["notice:poll_seconds", "poll_seconds", "open_url"]
    assert second["submit"] == view["submit"]
    assert as_model(Settings, state_of(second["blocks"])).open_url == "https://x.example/{id}"


def test_what_was_emptied_stays_empty() -> None:
    blocks = inputs(Settings, {"poll_seconds": 30, "open_url": "https://x.example/{id}"})
    state = state_of(inputs(Settings, {"poll_seconds": 30, "open_url": ""}))
    (_, url) = refilled(blocks, state)
    assert "initial_value" not in url["element"]


def test_an_unticked_box_stays_unticked_though_its_default_is_ticked() -> None:
    blocks = inputs(Subscribe, {"channel": "C0LEADS", "start": "new", "connection": "*"}, options=SUBSCRIBE_OPTIONS)
    state = state_of(blocks)
    assert as_model(Subscribe, state).masked is True
    state["masked"]["value"]["selected_options"] = []
    assert as_model(Subscribe, state).masked is False
    assert as_model(Subscribe, state_of(refilled(blocks, state))).masked is False


def test_filling_a_form_in_again_changes_neither_form_nor_state() -> None:
    view = view_of(*inputs(ImportLead))
    state = state_of(inputs(ImportLead, {"email": "ada@example.com", "siteId": 3}))
    kept = copy.deepcopy((view, state))
    again(view, state, {"email": "No."})
    assert (view, state) == kept


def test_typed_leaves_out_what_is_empty() -> None:
    state = state_of(inputs(ImportLead, {"email": "ada@example.com", "bedrooms": [2, 3], "keyworker": False}))
    assert typed(state) == {"email": "ada@example.com", "bedrooms": "2, 3", "keyworker": "no"}
