"""Keys: outside the database, one file per cycle, the same for the same person and different for every cycle."""

import json
import stat
import threading
from pathlib import Path

import pytest

from budget.errors import KeyMissing
from budget.keys import KeyRing
from budget.sealing import seal, unseal

IIN, OTHER = "990230300608", "990231300012"


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys", b"v" * 32, b"r" * 32)


def test_a_person_has_one_voter_key_a_cycle_and_another_in_the_next(keyring: KeyRing) -> None:
    keyring.make_cycle_keys("2026")
    keyring.make_cycle_keys("2027")
    assert keyring.voter_key_of("2026", IIN) == keyring.voter_key_of("2026", IIN)
    keys = {keyring.voter_key_of(slug, iin) for slug in ("2026", "2027") for iin in (IIN, OTHER)}
    assert len(keys) == 4
    assert {len(key) for key in keys} == {32}


def test_the_roll_key_says_nothing_about_the_voter_key(keyring: KeyRing) -> None:
    keyring.make_cycle_keys("2027")
    assert keyring.roll_key_of(IIN) != keyring.voter_key_of("2027", IIN)
    assert IIN.encode() not in keyring.roll_key_of(IIN)


def test_a_phone_and_an_iin_of_the_same_digits_have_different_keys(keyring: KeyRing) -> None:
    assert keyring.phone_key_of("770012345678") != keyring.roll_key_of("770012345678")


def test_other_installations_have_other_keys(keyring: KeyRing, tmp_path: Path) -> None:
    other = KeyRing(tmp_path / "keys", b"V" * 32, b"R" * 32)
    keyring.make_cycle_keys("2027")
    assert keyring.roll_key_of(IIN) != other.roll_key_of(IIN)
    assert keyring.voter_key_of("2027", IIN) != other.voter_key_of("2027", IIN)


def test_a_freeze_repeated_after_a_crash_finds_the_same_keys(keyring: KeyRing, tmp_path: Path) -> None:
    made = keyring.make_cycle_keys("2027")
    again = KeyRing(tmp_path / "keys", b"v" * 32, b"r" * 32)
    assert again.make_cycle_keys("2027") == made
    assert again.voter_key_of("2027", IIN) == keyring.voter_key_of("2027", IIN)


def test_the_public_key_seals_for_the_private_one(keyring: KeyRing) -> None:
    keys = keyring.make_cycle_keys("2027")
    assert unseal(seal(b"choice", keys.ballot_public_key), keys.ballot_private_key) == b"choice"


def test_the_key_file_is_for_the_service_only(keyring: KeyRing) -> None:
    keyring.make_cycle_keys("2027")
    file = keyring.key_dir / "2027.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(keyring.key_dir.stat().st_mode) == 0o700


def test_secrets_are_not_in_the_representation(keyring: KeyRing) -> None:
    assert "v" * 32 not in repr(keyring)
    assert "r" * 32 not in repr(keyring)
    keys = keyring.make_cycle_keys("2027")
    assert keys.ballot_private_key.hex() not in repr(keys)
    assert repr(keys.ballot_private_key) not in repr(keys)
    assert repr(keys.voter_salt) not in repr(keys)


def test_before_the_freeze_there_is_no_voter_key(keyring: KeyRing) -> None:
    with pytest.raises(KeyMissing):
        keyring.voter_key_of("2027", IIN)
    with pytest.raises(KeyMissing):
        keyring.cycle_keys("2027")


@pytest.mark.parametrize("slug", ["", "../2027", "a/b", ".hidden"])
def test_a_slug_never_leads_out_of_the_directory(keyring: KeyRing, slug: str) -> None:
    with pytest.raises(KeyMissing):
        keyring.make_cycle_keys(slug)


def test_two_processes_that_freeze_at_once_get_one_key(keyring: KeyRing, tmp_path: Path) -> None:
    rings = [KeyRing(tmp_path / "keys", b"v" * 32, b"r" * 32) for _ in range(8)]
    gate, made, faults = threading.Barrier(8), [], []

    def make(ring: KeyRing) -> None:
        gate.wait()
        try:
            made.append(ring.make_cycle_keys("2027"))
        except (OSError, ValueError) as fault:
            faults.append(fault)

    threads = [threading.Thread(target=make, args=(ring,)) for ring in rings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len({(keys.voter_salt, keys.ballot_private_key) for keys in made}) == 1


def test_a_crash_while_the_file_is_written_leaves_no_half_file(
    keyring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(_descriptor: int) -> None:
        raise OSError("power cut")

    monkeypatch.setattr("os.fsync", crash)
    with pytest.raises(OSError, match="power cut"):
        keyring.make_cycle_keys("2027")
    monkeypatch.undo()
    keys = keyring.make_cycle_keys("2027")
    kept = json.loads((keyring.key_dir / "2027.json").read_text())
    assert kept["ballot_private_key"] == keys.ballot_private_key.hex()
    assert [file.name for file in keyring.key_dir.iterdir()] == ["2027.json"]
