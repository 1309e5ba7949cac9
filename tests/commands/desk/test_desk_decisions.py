"""Pure decisions of the desk: figures, who sees what, whose approval, which channels."""

from __future__ import annotations

import statistics
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.desk.alerting import Rule, alerts, by_channel
from commands.desk.approval import may_decide, may_move, needed
from commands.desk.figures import median, percentile
from commands.desk.visibility import betrays, full_name, may_see, public_name, sees_contact
from providers.lead import Stage
from storage.filters import Every, Facet, Frame
from storage.records import Person, StoredLead, Subscription

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
BARE: dict[str, Any] = dict.fromkeys(f.name for f in fields(StoredLead))
LEAD = StoredLead(
    **BARE
    | {
        "workspace": "T",
        "number": 1042,
        "connection": "c1",
        "first_name": "Sofia",
        "last_name": "Marsh",
        "facets": "\nsource=zoopla\n",
        "search": "sofia",
        "created_at": NOW,
        "stage": Stage.NEW,
        "details": (),
        "history": False,
    }
)
ZOE = Person("T", "U0ZOE", "Zoe Lind", False, False, False, "Europe/London", None, NOW)
MAX = replace(ZOE, person="U0MAX", name="Max Winter")
ADA = replace(ZOE, person="U0ADA", name="Ada Okafor", is_admin=True)
GUEST = replace(ZOE, person="U0GUEST", is_guest=True)


def subscription(name: str = "s1", **given_fields: Any) -> Subscription:
    base = Subscription("T", name, None, "", "C0LEADS", True, False, [], "U0ADA", NOW, None)
    return replace(base, **given_fields)


# ------------------------------------------------------------------------------------------ figures

numbers = st.lists(st.integers(0, 10**6).map(float), min_size=1, max_size=60).map(sorted)


@given(numbers)
def test_the_median_is_that_of_the_textbook(ordered: list[float]) -> None:
    assert median(ordered) == statistics.median(ordered)


@given(numbers, st.integers(0, 100))
def test_a_percentile_is_the_smallest_value_that_covers_its_share(ordered: list[float], share: int) -> None:
    found = percentile(ordered, share / 100)
    assert found in ordered
    covered = [v for v in ordered if v <= found]
    assert len(covered) * 100 >= share * len(ordered)
    smaller = [v for v in ordered if v < found]
    assert not smaller or len(smaller) * 100 < share * len(ordered)


@pytest.mark.parametrize(("share", "value"), [(0.9, 9), (0.91, 10), (1, 10), (0, 1), (0.1, 1), (0.5, 5)])
def test_the_percentiles_of_one_to_ten(share: float, value: float) -> None:
    assert percentile([float(n) for n in range(1, 11)], share) == value


def test_nothing_has_no_figures() -> None:
    assert median([]) is None
    assert percentile([], 0.9) is None


# --------------------------------------------------------------------------------------- visibility


@pytest.mark.parametrize(
    ("person", "owner", "sees"),
    [
        (ZOE, None, False),
        (ZOE, "U0ZOE", True),
        (ZOE, "U0MAX", False),
        (ADA, None, True),
        (ADA, "U0ZOE", True),
        (GUEST, "U0GUEST", False),
        (replace(GUEST, is_admin=True), None, False),
    ],
)
def test_contact_data_is_the_owners(person: Person, owner: str | None, sees: bool) -> None:
    assert sees_contact(replace(LEAD, owner=owner), person) is sees


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("Sofia", "Marsh", "Sofia M."),
        ("Sofia Maria", "de la Cruz", "Sofia D."),
        ("  Sofia ", " marsh", "Sofia M."),
        ("Sofia", None, "Sofia"),
        (None, "Marsh", "Unnamed M."),
        ("", "", "Somebody"),
        (None, None, "Somebody"),
        ("أمل", "حداد", "أمل ح."),
    ],
)
def test_a_public_name_is_first_name_and_initial(first: str | None, last: str | None, shown: str) -> None:
    assert public_name(replace(LEAD, first_name=first, last_name=last)) == shown


@given(st.text(max_size=12), st.text(min_size=2, max_size=12))
def test_a_public_name_never_holds_a_whole_last_name(first: str, last: str) -> None:
    shown = public_name(replace(LEAD, first_name="", last_name=last))
    tidy = last.strip()
    assert len(shown) <= max(len("Somebody"), len("Unnamed ") + len(tidy[:1].upper()) + 1)
    public_name(replace(LEAD, first_name=first, last_name=last))


def test_a_full_name_has_the_title() -> None:
    assert full_name(replace(LEAD, title="Ms")) == "Ms Sofia Marsh"
    assert full_name(replace(LEAD, first_name=None, last_name=None)) == "Somebody"


# ----------------------------------------------------------------------------------------- approval


def test_the_strictest_subscription_binds_every_copy() -> None:
    easy, strict = subscription("easy"), subscription("strict", approval=True, approvers=["U0MAX", "U0ADA"])
    both = needed([easy, strict], {"easy", "strict"})
    assert both
    assert both.approvers == ("U0MAX", "U0ADA")
    assert not needed([easy, strict], {"easy"})
    assert not needed([easy, strict], set())


def test_approvers_of_several_are_named_once() -> None:
    one = subscription("one", approval=True, approvers=["U0MAX", "U0ADA"])
    two = subscription("two", approval=True, approvers=["U0ADA", "U0SAM"])
    assert needed([one, two], {"one", "two"}).approvers == ("U0MAX", "U0ADA", "U0SAM")


def test_approvers_without_approval_are_not_asked() -> None:
    assert not needed([subscription(approvers=["U0MAX"])], {"s1"})


@pytest.mark.parametrize(("person", "may"), [(MAX, True), (ADA, True), (ZOE, False)])
def test_whoever_was_asked_may_decide_and_an_admin(person: Person, may: bool) -> None:
    assert may_decide(person, ["U0MAX"]) is may


@pytest.mark.parametrize(
    ("person", "owner", "may"),
    [
        (ZOE, None, True),
        (ZOE, "U0ZOE", True),
        (ZOE, "U0SAM", False),
        (MAX, "U0SAM", True),
        (ADA, "U0SAM", True),
    ],
)
def test_who_may_move_a_lead(person: Person, owner: str | None, may: bool) -> None:
    assert may_move(person, replace(LEAD, owner=owner), ["U0MAX"]) is may


# ----------------------------------------------------------------------------------------- alerting


def test_a_lead_alerts_the_subscriptions_that_fit() -> None:
    rules = [
        Rule(subscription("all"), Every()),
        Rule(subscription("mine", connection="c1"), Every()),
        Rule(subscription("other", connection="c2"), Every()),
        Rule(subscription("zoopla"), Facet("source", ("zoopla",))),
        Rule(subscription("rightmove"), Facet("source", ("rightmove",))),
    ]
    assert [s.subscription for s in alerts(LEAD, rules, Frame(NOW))] == ["all", "mine", "zoopla"]
    assert alerts(LEAD, [], Frame(NOW)) == []


def test_a_channel_gets_one_card_however_many_of_its_subscriptions_fit() -> None:
    found = by_channel([subscription("a"), subscription("b", channel="C0NORTH"), subscription("c")])
    assert {c: [s.subscription for s in several] for c, several in found.items()} == {
        "C0LEADS": ["a", "c"],
        "C0NORTH": ["b"],
    }


# ---------------------------------------------------------------------------------- private, betrayed


def test_a_private_lead_is_for_its_owner_whoever_has_it_there_and_admins() -> None:
    private = replace(LEAD, private=True, owner="U0MAX")
    assert may_see(private, MAX)
    assert may_see(private, ADA)
    assert may_see(private, ZOE, "U0ZOE")
    assert not may_see(private, ZOE)
    assert not may_see(replace(private, owner=None), ZOE, None)
    assert may_see(replace(private, private=False), ZOE)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The phone 0770 0900-123 is taken.", True),
        ("mr. MARSH is known already", True),
        ("Sofia@Example.com is not valid", True),
        ("Member m1 may not own leads.", False),
        ("", False),
    ],
)
def test_a_text_from_elsewhere_may_name_the_customer(text: str, told: bool) -> None:
    lead = replace(LEAD, phone="07700 900123", email="sofia@example.com")
    assert betrays(lead, text) is told
    assert not betrays(replace(lead, phone=None, email=None, last_name=None), text)
