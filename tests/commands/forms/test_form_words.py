"""The words of ``/leads list``, each with what it means, and what is said of one that is misspelt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.forms.words import LONGEST, Misspelt, Vocabulary, nearest, parse, split
from storage.filters import (
    Created,
    Either,
    Every,
    Facet,
    Filter,
    Frame,
    From,
    History,
    Not,
    Owned,
    Text,
    where,
)

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
KNOWN = Vocabulary(
    aliases={"site": "source", "development": "place"},
    values={
        "source": ["ZPL", "Zoopla", "RM", "Rightmove", "OTM", "On The Market"],
        "eligibility": ["passed", "considered", "failed", "not-checked"],
        "scheme": ["shared-ownership", "rent-to-buy"],
        "enquiry": ["new-build", "resale"],
        "stage": ["new", "contacted", "lost"],
        "place": [],
    },
    connections={"north": "c1", "South": "c2"},
    zone="Europe/London",
)
ZOOPLA, MINE, FREE = Facet("source", ("zoopla",)), Owned("me"), Owned(None)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("unclaimed", FREE),
        ("unowned", FREE),
        ("claimed", Not(FREE)),
        ("mine", MINE),
        ("MINE", MINE),
        ("history", History()),
        ("site:zoopla", ZOOPLA),
        ("Site:ZOOPLA", ZOOPLA),
        ("source:zpl", Facet("source", ("zpl",))),
        ("site:zoopla,rightmove", Facet("source", ("zoopla", "rightmove"))),
        ("site:zoopla,,", ZOOPLA),
        ('site:"On The Market"', Facet("source", ("on the market",))),
        ("site:“On The Market”", Facet("source", ("on the market",))),
        ("eligibility:passed", Facet("eligibility", ("passed",))),
        ("scheme:shared-ownership", Facet("scheme", ("shared-ownership",))),
        ("enquiry:new-build", Facet("enquiry", ("new-build",))),
        ("stage:new,lost", Facet("stage", ("new", "lost"))),
        ("development:riverside", Facet("place", ("riverside",))),
        ('place:"Foundry Yard"', Facet("place", ("foundry yard",))),
        ("connection:north", From(("c1",))),
        ("connection:NORTH,south", From(("c1", "c2"))),
        ("owner:me", MINE),
        ("owner:none", FREE),
        ("owner:nobody", FREE),
        ("owner:<@U0ZOE>", Owned("U0ZOE")),
        ("owner:<@U0ZOE|zoe>", Owned("U0ZOE")),
        ("created:30m", Created(within=timedelta(minutes=30))),
        ("created:24h", Created(within=timedelta(hours=24))),
        ("created:7d", Created(within=timedelta(days=7))),
        ("created:2w", Created(within=timedelta(weeks=2))),
        ("created:2026-11-23", Created(since=utc(2026, 11, 23), before=utc(2026, 11, 24))),
        ("created:2026-07-01", Created(since=utc(2026, 6, 30, 23), before=utc(2026, 7, 1, 23))),
        ("created:2026-11-01..2026-11-07", Created(since=utc(2026, 11, 1), before=utc(2026, 11, 8))),
        ("created:2026-11-01..", Created(since=utc(2026, 11, 1))),
        ("created:..2026-11-07", Created(before=utc(2026, 11, 8))),
        ("sofia", Text("sofia")),
        ("Straße", Text("strasse")),
        ('"Foundry  Yard"', Text("foundry yard")),
        ('"or"', Text("or")),
        ('"site:zoopla"', Text("site:zoopla")),
        ("sofia@example.com", Text("sofia@example.com")),
        ("07700900123", Text("07700900123")),
        ("https://example.com/x", Text("https://example.com/x")),
        ("not mine", Not(MINE)),
        ("NOT mine", Not(MINE)),
        ("not not mine", MINE),
        ("-site:zoopla", Not(ZOOPLA)),
        ("not -site:zoopla", Not(Not(ZOOPLA))),
    ],
)
def test_a_word_means(text: str, meant: Filter) -> None:
    assert parse(text, KNOWN) == Every((meant,))


@pytest.mark.parametrize("text", ["", "   ", "or", "or or", "not", "\n\t"])
def test_no_word_is_everything(text: str) -> None:
    assert parse(text, KNOWN) == Every()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("unclaimed site:zoopla", Every((FREE, ZOOPLA))),
        ("mine or unclaimed", Either((Every((MINE,)), Every((FREE,))))),
        ("mine site:zoopla or not unclaimed", Either((Every((MINE, ZOOPLA)), Every((Not(FREE),))))),
        ("or mine or or unclaimed or", Either((Every((MINE,)), Every((FREE,))))),
        ("not mine site:zoopla", Every((Not(MINE), ZOOPLA))),
    ],
)
def test_words_side_by_side_all_apply_and_or_stands_between_groups(text: str, meant: Filter) -> None:
    assert parse(text, KNOWN) == meant


@pytest.mark.parametrize(
    ("text", "word", "nearest_one", "expected"),
    [
        ("sit:zoopla", "sit:", "site:", "site:"),
        ("eligiblity:passed", "eligiblity:", "eligibility:", "eligibility:"),
        ("site:zoolpa", "site:zoolpa", "site:zoopla", "zoopla"),
        ("site:zoopla,rigtmove", "site:rigtmove", "site:rightmove", "rightmove"),
        ("stage:contcted", "stage:contcted", "stage:contacted", "contacted"),
        ("connection:nroth", "connection:nroth", "connection:north", "north"),
        ("xyzzy:1", "xyzzy:", None, "created:"),
        ("site:qqqq", "site:qqqq", None, "zpl"),
        ("owner:zoe", "owner:zoe", None, "a person with @"),
        ("site:", "site:", None, "site:zpl"),
        ("created:", "created:", None, "created:7d"),
        ("created:yesterday", "created:yesterday", None, "7d"),
        ("created:7x", "created:7x", None, "7d"),
        ("created:2026-13-01", "created:2026-13-01", None, "2026-11-23"),
        ("created:..", "created:..", None, "7d"),
        ("created:9999-12-31", "created:9999-12-31", None, "7d"),
        ("created:0001-01-01..", "created:0001-01-01..", None, "7d"),
    ],
)
def test_a_misspelt_word_gets_the_nearest_right_one(
    text: str, word: str, nearest_one: str | None, expected: str
) -> None:
    zone = Vocabulary(KNOWN.aliases, KNOWN.values, KNOWN.connections, "Asia/Tokyo" if "0001" in text else "UTC")
    with pytest.raises(Misspelt) as caught:
        parse(text, zone)
    assert caught.value.word == word
    assert caught.value.nearest == nearest_one
    assert expected in caught.value.expected


def test_the_suggestion_is_understood() -> None:
    for text in ("sit:zoopla", "site:zoolpa", "connection:nroth"):
        with pytest.raises(Misspelt) as caught:
            parse(text, KNOWN)
        better = caught.value.nearest or ""
        parse(better if not better.endswith(":") else f"{better}zoopla", KNOWN)


@pytest.mark.parametrize(
    ("word", "known", "found"),
    [("lst", ["list", "show"], "list"), ("LIST", ["List"], "List"), ("zzz", ["list"], None), ("", ["list"], None)],
)
def test_the_nearest_word(word: str, known: list[str], found: str | None) -> None:
    assert nearest(word, known) == found


def test_words_beyond_the_limit_are_not_read() -> None:
    assert len(" ".join(split("a " * 5000))) <= LONGEST
    wanted = parse("x" * 10_000, KNOWN)
    assert wanted == Every((Text("x" * LONGEST),))


def test_many_words_are_still_one_question() -> None:
    wanted = parse("a or " * 599 + "a", KNOWN)
    sql, params = where(wanted, Frame(NOW))
    assert len(params) == 3 * 600
    assert sql.count("?") == len(params)


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_misspelt(text: str) -> None:
    try:
        where(parse(text, KNOWN), Frame(NOW, "U0ADA"))
    except Misspelt as wrong:
        assert wrong.expected


pieces = st.sampled_from(
    ["or", "not", "mine", "-", "site:", "created:", "owner:", "connection:", "zoopla", ",", '"', "7d", "..", " ", ":"]
)


@given(st.lists(pieces | st.text(max_size=3), max_size=12).map("".join))
def test_any_heap_of_our_words_is_a_filter_or_misspelt(text: str) -> None:
    try:
        where(parse(text, KNOWN), Frame(NOW, "U0ADA"))
    except Misspelt as wrong:
        assert wrong.expected


def test_a_name_copied_from_a_sentence_is_the_name() -> None:
    assert split('facility\u200b_id:"a\u200b_b" \u200b_x') == ['facility_id:"a\u200b_b"', "\u200b_x"]
