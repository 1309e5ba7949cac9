"""The vault: what is sealed comes back, and only where it belongs."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.database import Database
from storage.vault import Vault, WrongKey, check_key, key_beside
from tests.storage.build import KEY

OLD, NEW = "an old key that has 32 characters", "a new key that has 32 characters!!"
json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(secret=st.binary(max_size=300), workspace=st.text(max_size=20), row=st.text(max_size=20))
def test_what_is_sealed_comes_back(secret: bytes, workspace: str, row: str) -> None:
    vault = Vault([KEY])
    assert vault.unseal(workspace, row, vault.seal(workspace, row, secret)) == secret


@given(value=json)
def test_json_comes_back(value: object) -> None:
    vault = Vault([KEY])
    assert vault.unseal_json("T", "row", vault.seal_json("T", "row", value)) == value


def test_a_sealed_secret_is_not_readable_and_never_twice_the_same() -> None:
    vault = Vault([KEY])
    one, two = vault.seal("T", "row", b"canary"), vault.seal("T", "row", b"canary")
    assert one != two
    assert b"canary" not in one + two


@pytest.mark.parametrize(("workspace", "row"), [("T", "row 2"), ("U", "row"), ("", "T\x00row"), ("T\x00row", "")])
def test_a_secret_that_was_moved_to_another_row_is_refused(workspace: str, row: str) -> None:
    vault = Vault([KEY])
    blob = vault.seal("T", "row", b"secret")
    with pytest.raises(WrongKey):
        vault.unseal(workspace, row, blob)
    assert vault.unseal("T", "row", blob) == b"secret"


@given(place=st.integers(0, 39), bit=st.integers(0, 7))
def test_a_changed_byte_is_noticed(place: int, bit: int) -> None:
    vault = Vault([KEY])
    blob = bytearray(vault.seal("T", "row", b"secret!"))
    blob[place] ^= 1 << bit
    with pytest.raises(WrongKey):
        vault.unseal("T", "row", bytes(blob))


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x01abcd", b"\x02" + b"x" * 40])
def test_what_is_no_sealed_secret_is_refused(blob: bytes) -> None:
    with pytest.raises(WrongKey):
        Vault([KEY]).unseal("T", "row", blob)


def test_another_key_is_refused() -> None:
    with pytest.raises(WrongKey):
        Vault([NEW]).unseal("T", "row", Vault([OLD]).seal("T", "row", b"secret"))


def test_the_first_key_encrypts_and_all_decrypt() -> None:
    old = Vault([OLD]).seal("T", "row", b"secret")
    both = Vault([NEW, OLD])
    assert both.unseal("T", "row", old) == b"secret"
    new = both.seal("T", "row", b"secret")
    assert Vault([NEW]).unseal("T", "row", new) == b"secret"
    with pytest.raises(WrongKey):
        Vault([OLD]).unseal("T", "row", new)


@pytest.mark.parametrize("keys", [[], ["short"], [KEY, "short"], [""]])
def test_a_short_key_is_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="32 characters"):
        Vault(keys)


def test_the_check_value_tells_a_wrong_key_and_a_right_one(database: Database) -> None:
    database.write_now(lambda tx: check_key(tx, Vault([OLD])))
    with pytest.raises(WrongKey):
        database.write_now(lambda tx: check_key(tx, Vault([NEW])))
    database.write_now(lambda tx: check_key(tx, Vault([NEW, OLD])))
    assert database.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM vault_check")) == 1


def test_a_key_file_is_made_for_a_new_database_only(tmp_path: Path) -> None:
    file = tmp_path / "desk.sqlite3"
    assert key_beside(file, may_make=False) is None
    key = key_beside(file, may_make=True)
    assert key
    assert len(key) >= 32
    assert stat.S_IMODE((tmp_path / "desk.key").stat().st_mode) == 0o600
    assert key_beside(file, may_make=False) == key
    assert key_beside(file, may_make=True) == key


def test_of_two_that_make_the_key_file_together_both_have_one_key(tmp_path: Path) -> None:
    gate, found = threading.Barrier(4), list[str | None]()

    def make() -> None:
        gate.wait()
        found.append(key_beside(tmp_path / "desk.sqlite3", may_make=True))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(set(found)) == 1 and found[0] and len(found) == 4
    assert [f.name for f in tmp_path.iterdir()] == ["desk.key"]


def test_the_key_file_is_made_on_a_disk_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", refuse)
    key = key_beside(tmp_path / "desk.sqlite3", may_make=True)
    assert key and key == key_beside(tmp_path / "desk.sqlite3", may_make=False)
    assert stat.S_IMODE((tmp_path / "desk.key").stat().st_mode) == 0o600
    assert [f.name for f in tmp_path.iterdir()] == ["desk.key"]
