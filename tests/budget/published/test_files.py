"""The published files: nothing of a voter, no small groups, the same bytes each time, and only after publication."""

import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from budget.errors import NotFound
from budget.keys import KeyRing
from budget.published.ballots import MERGED, SMALL, shown_ways
from budget.published.bundle import write_directory, write_zip
from models.ballot import Participation
from models.enums import Opening
from tests.harness.elections import Election, impossible_iins, open_election
from tests.harness.published import exported, published, voted
from tests.harness.voting import make_keyring


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


@pytest.fixture
def election(session: Session, keyring: KeyRing, now: datetime) -> Election:
    made = voted(session, keyring, now)
    published(session, keyring, made, now)
    return made


def test_before_publication_there_is_nothing(
    session: Session, keyring: KeyRing, now: datetime, tmp_path: Path
) -> None:
    made = open_election(session, keyring, now=now)
    with pytest.raises(NotFound):
        write_directory(session, made.cycle, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_nothing_of_a_voter_and_no_secret_is_in_any_file(
    session: Session, election: Election, keyring: KeyRing, tmp_path: Path
) -> None:
    everything = b"".join(
        path.read_bytes() for path in exported(session, election, tmp_path / "out").iterdir()
    )
    keys = keyring.cycle_keys(election.cycle.slug)
    secrets = [keys.voter_salt, keys.log_signing_key, keys.ballot_private_key or b"?"]
    for secret in [*secrets, *session.exec(select(Participation.voter_key)).all()]:
        assert (secret or b"?").hex().encode() not in everything
    assert not any(iin.encode() in everything for iin in impossible_iins(60))


def test_the_sealed_ballots_are_written_for_the_commission_only_when_asked(
    session: Session, election: Election, tmp_path: Path
) -> None:
    plain = {path.name for path in exported(session, election, tmp_path / "out").iterdir()}
    asked = {path.name for path in exported(session, election, tmp_path / "audit", sealed=True).iterdir()}
    assert asked - plain == {"sealed.txt"}
    assert "key.txt" not in plain


def test_sealed_ballots_and_the_key_are_published_where_the_setting_says_so(
    session: Session, keyring: KeyRing, now: datetime, tmp_path: Path
) -> None:
    made = voted(session, keyring, now, opening=Opening.PUBLIC)
    published(session, keyring, made, now)
    files = exported(session, made, tmp_path / "out")
    key = keyring.cycle_keys(made.cycle.slug).ballot_private_key or b""
    assert (files / "key.txt").read_text() == f"{key.hex()}\n"
    assert len((files / "sealed.txt").read_text().splitlines()) == 60


def test_the_archive_has_the_same_files_and_the_same_bytes_each_time(
    session: Session, election: Election, tmp_path: Path
) -> None:
    first, again = io.BytesIO(), io.BytesIO()
    write_zip(session, election.cycle, first)
    write_zip(session, election.cycle, again)
    assert first.getvalue() == again.getvalue()
    written = exported(session, election, tmp_path / "out")
    with zipfile.ZipFile(first) as archive:
        inside = {name.removeprefix("test-2027/"): archive.read(name) for name in archive.namelist()}
    assert inside == {path.name: path.read_bytes() for path in written.iterdir()}


def test_a_directory_with_something_in_it_is_left_alone(
    session: Session, election: Election, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "mine.txt").write_text("keep")
    with pytest.raises(FileExistsError):
        write_directory(session, election.cycle, target)
    assert [path.name for path in target.iterdir()] == ["mine.txt"]
    (target / "mine.txt").unlink()
    assert write_directory(session, election.cycle, target)


WAYS = st.dictionaries(st.sampled_from(["eds", "desk", "sms"]), st.integers(1, 40), min_size=1)


@given(WAYS)
def test_no_way_of_identifying_is_shown_for_fewer_than_ten_ballots(ballots: dict[str, int]) -> None:
    shown = shown_ways(ballots)
    assert shown.keys() == ballots.keys()
    for name in set(shown.values()) - {""}:
        assert sum(number for way, number in ballots.items() if shown[way] == name) >= SMALL
    if min(ballots.values()) >= SMALL and len(ballots) > 1:
        assert shown == {way: way for way in ballots}


@pytest.mark.parametrize(
    ("ballots", "shown"),
    [
        ({"eds": 9, "sms": 50}, {"eds": "", "sms": ""}),
        ({"eds": 9, "desk": 3, "sms": 50}, {"eds": MERGED, "desk": MERGED, "sms": "sms"}),
        ({"eds": 2, "desk": 10, "sms": 50}, {"eds": MERGED, "desk": MERGED, "sms": "sms"}),
        ({"sms": 50}, {"sms": ""}),
    ],
)
def test_small_ways_are_merged(ballots: dict[str, int], shown: dict[str, str]) -> None:
    assert shown_ways(ballots) == shown
