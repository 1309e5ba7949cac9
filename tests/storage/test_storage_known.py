"""Names of a lead system: learned, searched, and who its members are in Slack."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from providers.lead import Detail, Mention
from storage import known, members, ownership, people
from storage.database import Database
from storage.records import Person
from storage.vault import Vault
from tests.storage.build import NOW, OTHER, TEAM, a_lead, add_connection, add_leads

TAGS = [
    ("t1", "First time buyer", None),
    ("t2", "Buyer, cash", None),
    ("t3", "100% sure", None),
    ("t4", "Éclair", None),
]


def learn(database: Database, connection: str, kind: str, names: list[tuple[str, str, str | None]]) -> None:
    database.write_now(lambda tx: known.replace(tx, TEAM, connection, kind, names, NOW))


def found(database: Database, connection: str, words: str, limit: int = 100) -> list[str]:
    return database.read_now(lambda tx: [k.name for k in known.search(tx, TEAM, connection, "tag", words, limit)])


def person(database: Database, who: str, email: str | None, **facts: bool) -> None:
    seen = Person(
        TEAM, who, who.title(), False, facts.get("guest", False), facts.get("bot", False), "UTC", None, NOW, email
    )
    database.write_now(lambda tx: people.keep_person(tx, TEAM, seen))


def test_what_is_not_seen_any_more_is_forgotten(database: Database, connection: str) -> None:
    learn(database, connection, "tag", TAGS)
    learn(database, connection, "tag", TAGS[:1])
    assert found(database, connection, "") == ["First time buyer"]


def test_learning_one_kind_leaves_the_others(database: Database, connection: str) -> None:
    learn(database, connection, "tag", TAGS)
    learn(database, connection, "stage", [])
    assert len(found(database, connection, "")) == 4


def test_every_word_has_to_be_there_and_what_begins_so_comes_first(database: Database, connection: str) -> None:
    learn(database, connection, "tag", TAGS)
    assert found(database, connection, "buyer") == ["Buyer, cash", "First time buyer"]
    assert found(database, connection, "BUYER first") == ["First time buyer"]
    assert found(database, connection, "éCLAIR") == ["Éclair"]
    assert found(database, connection, "%") == ["100% sure"]
    assert found(database, connection, "_") == []
    assert found(database, connection, "", 2) == ["100% sure", "Buyer, cash"]


def test_names_of_ids_that_are_known(database: Database, connection: str) -> None:
    learn(database, connection, "tag", TAGS)
    names = database.read_now(lambda tx: known.names_of(tx, TEAM, connection, "tag", ["t1", "t9"]))
    assert names == {"t1": "First time buyer"}
    assert database.read_now(lambda tx: known.names_of(tx, OTHER, connection, "tag", ["t1"])) == {}


def test_a_failure_is_noted_and_what_was_known_stays(database: Database, connection: str) -> None:
    learn(database, connection, "tag", TAGS)
    later = NOW + timedelta(hours=6)
    database.write_now(lambda tx: known.failed(tx, TEAM, connection, "tag", why="HTTP 503", now=later))
    learned = database.read_now(lambda tx: known.kinds(tx, TEAM, connection))
    assert (learned["tag"].trouble, learned["tag"].learned_at) == ("HTTP 503", later)
    assert len(found(database, connection, "")) == 4
    learn(database, connection, "tag", TAGS)
    assert database.read_now(lambda tx: known.kinds(tx, TEAM, connection))["tag"].trouble is None


def test_stages_sources_and_tags_stand_in_leads(database: Database, connection: str) -> None:
    tagged = (Detail("Tags", "Hot, Cash"), Detail("Bedrooms", "2"))
    given = [a_lead(1, stage_raw="Dormant", details=tagged), a_lead(2, details=(Detail("Tags", "Hot"),))]
    database.write_now(lambda tx: add_leads(tx, connection, given))
    for kind, names in (("stage", ["Dormant"]), ("source", ["Zoopla"]), ("tag", ["Hot", "Cash"]), ("pond", [])):
        assert database.read_now(lambda tx, k=kind: known.in_leads(tx, TEAM, connection, k)) == names


def test_searching_thousands_is_quick(database: Database, connection: str) -> None:
    learn(database, connection, "tag", [(str(n), f"Tag number {n}", None) for n in range(10_000)])
    begun = time.perf_counter()
    assert found(database, connection, "9999") == ["Tag number 9999"]
    assert time.perf_counter() - begun < 0.5


MEMBERS = [("m1", "Zoe Lind", "Zoe@Example.com"), ("m2", "Jane Doe", None)]


@pytest.fixture
def team(database: Database, connection: str) -> str:
    learn(database, connection, "member", MEMBERS)
    return connection


def test_a_member_is_whoever_has_the_same_address(database: Database, team: str) -> None:
    person(database, "U0ZOE", "zoe@example.com")
    assert database.read_now(lambda tx: members.person_of(tx, TEAM, team, "m1")) == "U0ZOE"
    member = database.read_now(lambda tx: members.member_of(tx, TEAM, team, "U0ZOE"))
    assert member is not None
    assert member.id == "m1"
    assert database.read_now(lambda tx: members.person_of(tx, TEAM, team, "m2")) is None
    assert database.read_now(lambda tx: members.person_of(tx, TEAM, team, "m9")) is None


@pytest.mark.parametrize("kind", ["guest", "bot"])
def test_guests_and_bots_are_no_members(database: Database, team: str, kind: str) -> None:
    person(database, "U0ZOE", "zoe@example.com", **{kind: True})
    assert database.read_now(lambda tx: members.person_of(tx, TEAM, team, "m1")) is None
    assert database.read_now(lambda tx: members.member_of(tx, TEAM, team, "U0ZOE")) is None


def test_people_without_an_address_match_no_member_without_one(database: Database, team: str) -> None:
    person(database, "U0SAM", None)
    assert database.read_now(lambda tx: members.member_of(tx, TEAM, team, "U0SAM")) is None


def test_what_is_set_by_hand_goes_first_and_may_be_nobody(database: Database, team: str) -> None:
    person(database, "U0ZOE", "zoe@example.com")
    database.write_now(lambda tx: members.set_by_hand(tx, TEAM, team, "m1", None, by="U0ADA"))
    assert database.read_now(lambda tx: members.person_of(tx, TEAM, team, "m1")) is None
    assert database.read_now(lambda tx: members.member_of(tx, TEAM, team, "U0ZOE")) is None
    database.write_now(lambda tx: members.set_by_hand(tx, TEAM, team, "m2", "U0ZOE", by="U0ADA"))
    member = database.read_now(lambda tx: members.member_of(tx, TEAM, team, "U0ZOE"))
    assert member is not None
    assert member.id == "m2"
    learn(database, team, "member", MEMBERS)  # learning again changes nothing that was set by hand
    said = database.read_now(lambda tx: members.every(tx, TEAM, team))
    assert [(m.member, m.person, m.by_hand) for m in said] == [("m2", "U0ZOE", True), ("m1", None, True)]


def test_strangers_are_addresses_of_nobody(database: Database, team: str) -> None:
    assert database.read_now(lambda tx: members.strangers(tx, TEAM, team)) == ["zoe@example.com"]
    person(database, "U0ZOE", "zoe@example.com")
    assert database.read_now(lambda tx: members.strangers(tx, TEAM, team)) == []


def test_adopting_takes_only_what_nobody_here_ever_had(database: Database, vault: Vault, team: str) -> None:
    held = [a_lead(n, holder="m1") for n in (1, 2)] + [a_lead(3, holder="m2"), a_lead(4)]
    one, two, _, _ = database.write_now(lambda tx: add_leads(tx, team, held))
    other = database.write_now(lambda tx: add_connection(tx, vault, "south"))
    database.write_now(lambda tx: add_leads(tx, other, [a_lead(1, holder="m1")]))
    database.write_now(lambda tx: ownership.own(tx, TEAM, two, person="U0SAM", by="U0SAM", instead_of=None, now=NOW))
    database.write_now(lambda tx: ownership.release(tx, TEAM, two, owner="U0SAM"))
    assert database.write_now(lambda tx: ownership.adopt(tx, TEAM, team, "m1", "U0ZOE", NOW)) == [one]


def test_what_leads_mention_is_learned_and_stays_beside_the_lead_systems_list(
    database: Database, connection: str
) -> None:
    def mention(name: str, at: int = 0) -> None:
        mentions = [Mention("tag", "t9", name)]
        database.write_now(lambda tx: known.mention(tx, TEAM, connection, mentions, NOW + timedelta(hours=at)))

    mention("Seen in a lead")
    learn(database, connection, "tag", TAGS[:1])
    assert found(database, connection, "") == ["First time buyer", "Seen in a lead"]
    mention("Renamed in a lead", 1)
    assert "Renamed in a lead" in found(database, connection, "")


def test_the_lead_systems_own_name_goes_before_what_a_lead_says(database: Database, connection: str) -> None:
    learn(database, connection, "tag", TAGS[:1])
    database.write_now(lambda tx: known.mention(tx, TEAM, connection, [Mention("tag", "t1", "Otherwise")], NOW))
    assert found(database, connection, "") == ["First time buyer"]
