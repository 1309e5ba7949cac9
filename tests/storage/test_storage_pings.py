"""What webhooks named, where they call, and consents under way: what is kept, found once, and dropped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import connections, consents, hooks, pings, tokens
from storage.database import Database, Tx
from storage.pings import Ping
from storage.vault import Vault, WrongKey
from tests.storage.build import NOW, OTHER, TEAM, add_connection, everything, remove_connection


def waiting(database: Database, connection: str, limit: int = 100) -> list[Ping]:
    return database.read_now(lambda tx: pings.take(tx, TEAM, connection, limit))


def put(database: Database, connection: str, *ids: str, seconds: int = 0) -> None:
    database.write_now(lambda tx: pings.put(tx, TEAM, connection, ids, NOW + timedelta(seconds=seconds)))


# -- pings


def test_a_lead_that_is_named_twice_waits_once_from_the_first_time(database: Database, connection: str) -> None:
    put(database, connection, "7", "8", "7")
    put(database, connection, "7", seconds=30)
    assert waiting(database, connection) == [Ping("7", 2), Ping("8", 1)]
    assert database.read_now(lambda tx: pings.waiting(tx, TEAM)) == {connection: (2, NOW)}


def test_the_longest_waiting_come_first(database: Database, connection: str) -> None:
    put(database, connection, "1", seconds=9)
    put(database, connection, "2")
    assert [p.external_id for p in waiting(database, connection)] == ["2", "1"]
    assert [p.external_id for p in waiting(database, connection, 1)] == ["2"]


def test_one_that_is_named_again_while_it_is_read_waits_on(database: Database, connection: str) -> None:
    put(database, connection, "7", "8")
    read = waiting(database, connection)
    put(database, connection, "8", seconds=1)
    database.write_now(lambda tx: pings.done(tx, TEAM, connection, read))
    assert waiting(database, connection) == [Ping("8", 2)]


def test_ids_that_no_lead_system_has_are_not_kept(database: Database, connection: str) -> None:
    put(database, connection, "", "x" * (pings.LONGEST_ID + 1), "x" * pings.LONGEST_ID)
    assert len(waiting(database, connection)) == 1


def test_another_workspaces_and_connections_are_not_touched(database: Database, vault: Vault, connection: str) -> None:
    other = database.write_now(lambda tx: add_connection(tx, vault, "south"))
    put(database, connection, "7")
    put(database, other, "7")
    read = waiting(database, connection)
    database.write_now(lambda tx: pings.done(tx, OTHER, connection, read))
    database.write_now(lambda tx: pings.done(tx, TEAM, connection, read))
    assert waiting(database, connection) == []
    assert waiting(database, other) == [Ping("7", 1)]


def test_they_go_with_their_connection(database: Database, connection: str) -> None:
    put(database, connection, "7")
    database.write_now(lambda tx: remove_connection(tx, TEAM, connection))
    assert everything(database)["pings"] == []


# -- hooks


def make(database: Database, connection: str) -> str:
    return database.write_now(lambda tx: hooks.make(tx, TEAM, connection))


def test_a_secret_finds_its_connection_and_no_other_does(database: Database, connection: str) -> None:
    secret = make(database, connection)
    assert len(secret) == hooks.SECRET_CHARACTERS
    assert database.read_now(lambda tx: hooks.called(tx, secret)) == (TEAM, connection)
    for wrong in ("", secret[:-1], hooks.key_of(secret), secret.swapcase()):
        assert database.read_now(lambda tx, wrong=wrong: hooks.called(tx, wrong)) is None


def test_a_new_secret_ends_the_old_one(database: Database, vault: Vault, connection: str) -> None:
    old, new = make(database, connection), make(database, connection)
    assert database.read_now(lambda tx: hooks.called(tx, old)) is None
    late = database.write_now(lambda tx: hooks.keep(tx, TEAM, vault, connection, secret=old, subscription="s"))
    assert not late
    assert database.write_now(lambda tx: hooks.keep(tx, TEAM, vault, connection, secret=new, subscription="s2"))
    assert database.read_now(lambda tx: hooks.subscription(tx, TEAM, vault, connection)) == "s2"
    assert database.read_now(lambda tx: hooks.on(tx, TEAM)) == {connection}
    assert database.read_now(lambda tx: hooks.on(tx, OTHER)) == frozenset()


def test_dropping_it_leaves_nothing(database: Database, vault: Vault, connection: str) -> None:
    secret = make(database, connection)
    database.write_now(lambda tx: hooks.keep(tx, TEAM, vault, connection, secret=secret, subscription="s"))
    put(database, connection, "7")
    database.write_now(lambda tx: hooks.drop(tx, TEAM, connection))
    assert database.read_now(lambda tx: hooks.called(tx, secret)) is None
    assert database.read_now(lambda tx: hooks.subscription(tx, TEAM, vault, connection)) is None
    assert waiting(database, connection) == []


def test_a_retired_connection_is_not_called(database: Database, connection: str) -> None:
    secret = make(database, connection)
    database.write_now(lambda tx: connections.retire(tx, TEAM, connection))
    assert database.read_now(lambda tx: hooks.called(tx, secret)) is None


# -- consents

BODY = {"provider": "lofty", "credentials": {"client_secret": "s3cr3t"}}


def begin(database: Database, vault: Vault) -> str:
    return database.write_now(
        lambda tx: consents.begin(tx, TEAM, vault, person="U0ADA", body=BODY, now=NOW),
    )


def take(database: Database, vault: Vault, state: str, minutes: float = 1) -> consents.Consent | None:
    return database.write_now(lambda tx: consents.take(tx, vault, state, NOW + timedelta(minutes=minutes)))


def test_a_state_gives_what_was_typed_once(database: Database, vault: Vault, connection: str) -> None:
    state = begin(database, vault)
    found = take(database, vault, state)
    assert found == consents.Consent(TEAM, "U0ADA", BODY)
    assert "s3cr3t" not in repr(found)
    assert take(database, vault, state) is None


def test_it_is_good_for_ten_minutes_and_gone_after_a_late_try(
    database: Database, vault: Vault, connection: str
) -> None:
    state, other = begin(database, vault), begin(database, vault)
    assert state != other
    assert take(database, vault, state, minutes=10.01) is None
    assert take(database, vault, state) is None
    assert take(database, vault, other, minutes=10) is not None


def test_neither_state_nor_secret_can_be_read_in_the_database(
    database: Database, vault: Vault, connection: str
) -> None:
    state = begin(database, vault)
    (row,) = everything(database)["consents"]
    assert state not in map(str, row)
    assert b"s3cr3t" not in b"".join(v for v in row if isinstance(v, bytes))


def test_a_body_moved_to_another_state_is_refused(database: Database, vault: Vault, connection: str) -> None:
    first, second = begin(database, vault), begin(database, vault)

    def move(tx: Tx) -> None:
        blob = tx.value("SELECT body FROM consents WHERE state = ?", consents.name_of(first))
        tx.run("UPDATE consents SET body = ? WHERE state = ?", blob, consents.name_of(second))

    database.write_now(move)
    with pytest.raises(WrongKey):
        take(database, vault, second)


def test_old_ones_are_forgotten(database: Database, vault: Vault, connection: str) -> None:
    state = begin(database, vault)
    assert database.write_now(lambda tx: consents.forget(tx, TEAM, NOW + timedelta(minutes=9))) == 0
    assert database.write_now(lambda tx: consents.forget(tx, OTHER, NOW + timedelta(minutes=11))) == 0
    assert database.write_now(lambda tx: consents.forget(tx, TEAM, NOW + timedelta(minutes=11))) == 1
    assert take(database, vault, state) is None


def test_new_credentials_forget_the_tokens(database: Database, vault: Vault, connection: str) -> None:
    def keep(tx: Tx) -> None:
        tokens.keep(tx, TEAM, vault, connection, access="a", refresh="r", expires_at=NOW)

    database.write_now(keep)
    assert database.read_now(lambda tx: tokens.kept(tx, TEAM, vault, connection)) == ("a", "r", NOW)
    database.write_now(lambda tx: tokens.forget(tx, TEAM, connection))
    assert database.read_now(lambda tx: tokens.kept(tx, TEAM, vault, connection)) is None


# -- leads of which a list told a part


def test_what_a_list_told_waits_until_it_is_whole(database: Database, connection: str) -> None:
    def partly(tx: Tx, note: str, *, history: bool = False) -> None:
        pings.to_complete(tx, TEAM, connection, [("HB/1 é", b"\x01\xff", {"note": note})], NOW, history=history)

    database.write_now(lambda tx: partly(tx, "first", history=True))

    def partial(*, history: bool = False) -> list[Ping]:
        return database.read_now(lambda tx: pings.take_partial(tx, TEAM, connection, 9, history=history))

    assert waiting(database, connection) == []
    assert partial() == []
    (old,) = partial(history=True)
    assert (old.external_id, old.record, old.fingerprint) == ("HB/1 é", {"note": "first"}, b"\x01\xff")
    assert database.read_now(lambda tx: pings.waiting(tx, TEAM)) == {}
    database.write_now(lambda tx: partly(tx, "second"))
    (new,) = partial()
    assert (new.record, new.times) == ({"note": "second"}, 2)
    database.write_now(lambda tx: pings.done(tx, TEAM, connection, [old]))  # it was told of again meanwhile
    assert partial() == [new]
    database.write_now(lambda tx: pings.done(tx, TEAM, connection, [new]))
    assert partial() == []
    assert waiting(database, connection) == []  # no webhook named any
