"""Casting: one person, one ballot, inside the window, sealed the moment it arrives."""

import threading
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from budget import ballots, cycles
from budget.ballot_rules import Selection, check, encode
from budget.errors import (
    AlreadyVoted,
    BudgetRefusal,
    NotEligible,
    NotOnBallot,
    SeveralEnvelopes,
    VotingClosed,
    VotingNotOpen,
)
from budget.keys import KeyRing
from budget.sealing import receipt_of, unseal
from budget.settings import EnvelopeDraft, Text
from models.ballot import Participation
from models.database import Database
from models.enums import Assurance, Channel, Language, Phase, ProjectState
from tests.harness.elections import COORDINATOR, Election, add_project, impossible_iins, open_election
from tests.harness.voting import cast, choose, make_keyring, voter

IIN, OTHER = impossible_iins(2)


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


@pytest.fixture
def election(database: Database, keyring: KeyRing, now: datetime) -> Election:
    with database.writing() as session:
        return open_election(session, keyring, now=now, votes_per_resident=3)


def rows(session: Session) -> list[Participation]:
    return list(session.exec(select(Participation)).all())


def put_once(database: Database, keyring: KeyRing, election: Election, now: datetime) -> ballots.Cast:
    with database.writing() as session:
        return cast(session, keyring, election.cycle, IIN, election.projects[0], now=now)


# --- one person, one ballot ---------------------------------------------------------------------------


def test_a_ballot_lies_sealed_in_the_box_with_its_receipt(
    database: Database, keyring: KeyRing, election: Election, now: datetime
) -> None:
    done = put_once(database, keyring, election, now)
    with database.reading() as session:
        [row] = rows(session)
    assert row.sealed is not None
    assert (row.cast_at, row.channel, row.assurance) == (now, Channel.WEB, Assurance.SMS)
    assert row.receipt == done.receipt == receipt_of(row.sealed)
    assert row.voter_key == keyring.voter_key_of(election.cycle.slug, IIN)


def test_a_second_ballot_is_refused_and_told_the_first_ones_receipt(
    database: Database, keyring: KeyRing, election: Election, now: datetime
) -> None:
    first = put_once(database, keyring, election, now)
    with database.writing() as session, pytest.raises(AlreadyVoted) as refused:
        cast(session, keyring, election.cycle, IIN, election.projects[1], now=now + timedelta(minutes=5))
    assert refused.value.facts == {"cast_at": now, "channel": Channel.WEB, "receipt": first.receipt}
    with database.reading() as session:
        [row] = rows(session)
        assert row.receipt == first.receipt


@pytest.mark.parametrize("channel", list(Channel))
def test_a_ballot_on_one_channel_blocks_all_others(
    database: Database, keyring: KeyRing, election: Election, now: datetime, channel: Channel
) -> None:
    put_once(database, keyring, election, now)
    with database.writing() as session:
        box = ballots.ballot_box(session, election.cycle)
        again = voter(keyring, election.cycle, IIN, channel=channel)
        with pytest.raises(AlreadyVoted) as refused:
            ballots.cast(session, box, again, choose(election.projects[0]), on=now.date(), now=now)
    assert refused.value.facts["channel"] is Channel.WEB


def test_a_connection_killed_after_the_commit_leads_to_the_same_receipt(
    database: Database, keyring: KeyRing, election: Election, now: datetime
) -> None:
    first = put_once(database, keyring, election, now)  # committed, but the answer never arrived
    database.dispose()
    with database.writing() as session, pytest.raises(AlreadyVoted) as refused:
        cast(session, keyring, election.cycle, IIN, election.projects[0], now=now + timedelta(seconds=9))
    assert refused.value.facts["receipt"] == first.receipt
    with database.reading() as session:
        found = ballots.find(session, election.cycle.id or 0, keyring.voter_key_of(election.cycle.slug, IIN))
    assert found == first


def test_a_connection_killed_before_the_commit_leaves_nothing_and_the_retry_counts(
    database: Database, keyring: KeyRing, election: Election, now: datetime
) -> None:
    def cut_off() -> None:
        with database.writing() as session:
            cast(session, keyring, election.cycle, IIN, election.projects[0], now=now)
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        cut_off()
    with database.reading() as session:
        assert rows(session) == []
    put_once(database, keyring, election, now)
    with database.reading() as session:
        assert len(rows(session)) == 1


def test_who_has_not_voted_finds_no_ballot(
    database: Database, keyring: KeyRing, election: Election, now: datetime
) -> None:
    put_once(database, keyring, election, now)
    with database.reading() as session:
        key = keyring.voter_key_of(election.cycle.slug, OTHER)
        assert ballots.find(session, election.cycle.id or 0, key) is None


def test_one_person_votes_in_two_cycles_under_two_keys(
    database: Database, keyring: KeyRing, election: Election, now: datetime
) -> None:
    with database.writing() as session:
        second = open_election(session, keyring, now=now, slug="second")
        cast(session, keyring, election.cycle, IIN, election.projects[0], now=now)
        cast(session, keyring, second.cycle, IIN, second.projects[0], now=now)
        assert len({row.voter_key for row in rows(session)}) == 2


@pytest.mark.race
def test_of_eight_simultaneous_ballots_of_one_person_exactly_one_is_in_the_box(
    database: Database, keyring: KeyRing, election: Election, now: datetime
) -> None:
    people = impossible_iins(15)
    with database.reading() as session:
        box = ballots.ballot_box(session, election.cycle)
    accepted: list[tuple[str, bytes | None]] = []
    refused: list[tuple[str, bytes | None]] = []
    faults: list[Exception] = []
    gate = threading.Barrier(8)

    def press(number: int) -> None:
        for iin in people:
            mine = voter(keyring, election.cycle, iin)
            sealed = ballots.prepare(box, mine, choose(election.projects[number % 4]), on=now.date())
            gate.wait()
            try:
                with database.writing() as session:
                    done = ballots.put(session, box, mine, sealed, now=now)
                accepted.append((iin, done.receipt))
            except AlreadyVoted as refusal:
                refused.append((iin, refusal.facts["receipt"]))
            except Exception as fault:  # noqa: BLE001  # a thread's own failure must fail the test
                faults.append(fault)

    threads = [threading.Thread(target=press, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert Counter(iin for iin, _ in accepted) == dict.fromkeys(people, 1)
    assert {receipt for _, receipt in refused} <= {receipt for _, receipt in accepted}
    assert len(refused) == 7 * len(people)


# --- the window ----------------------------------------------------------------------------------------


def voting_window(database: Database, election: Election) -> tuple[datetime, datetime]:
    with database.reading() as session:
        window = cycles.calendar(session, election.cycle.id or 0).window(Phase.VOTING)
    assert window is not None
    assert window.ends_at is not None
    return window.starts_at, window.ends_at


def test_the_first_and_the_last_moment_of_voting_count(
    database: Database, keyring: KeyRing, election: Election
) -> None:
    starts_at, ends_at = voting_window(database, election)
    with database.writing() as session:
        cast(session, keyring, election.cycle, IIN, now=starts_at)
        cast(session, keyring, election.cycle, OTHER, now=ends_at - timedelta(microseconds=1))
        assert len(rows(session)) == 2


@pytest.mark.parametrize("late", [timedelta(0), timedelta(microseconds=1), timedelta(seconds=1)])
def test_a_ballot_at_the_close_or_after_is_refused_and_not_stored(
    database: Database, keyring: KeyRing, election: Election, late: timedelta
) -> None:
    _, ends_at = voting_window(database, election)
    with database.writing() as session:
        with pytest.raises(VotingClosed) as refused:
            cast(session, keyring, election.cycle, IIN, now=ends_at + late)
        assert refused.value.facts == {"closed_at": ends_at}
        assert rows(session) == []


def test_a_ballot_before_the_opening_is_refused_and_told_when_it_opens(
    database: Database, keyring: KeyRing, election: Election
) -> None:
    starts_at, _ = voting_window(database, election)
    with database.writing() as session:
        with pytest.raises(VotingNotOpen) as refused:
            cast(session, keyring, election.cycle, IIN, now=starts_at - timedelta(microseconds=1))
        assert refused.value.facts == {"opens_at": starts_at}
        assert rows(session) == []


def test_whoever_has_voted_is_told_so_in_time_and_that_it_is_closed_after(
    database: Database, keyring: KeyRing, election: Election, now: datetime
) -> None:
    put_once(database, keyring, election, now)
    _, ends_at = voting_window(database, election)
    with database.writing() as session, pytest.raises(VotingClosed):
        cast(session, keyring, election.cycle, IIN, now=ends_at)


def test_an_extended_deadline_holds_for_ballots_at_once(
    database: Database, keyring: KeyRing, election: Election, now: datetime
) -> None:
    _, ends_at = voting_window(database, election)
    with database.reading() as session:
        box = ballots.ballot_box(session, election.cycle)  # kept by the edge since before the extension
    with database.writing() as session:
        cycles.extend_phase(
            session,
            COORDINATOR,
            election.cycle.slug,
            Phase.VOTING,
            ends_at + timedelta(days=1),
            reason="Тұрғындардың өтініші бойынша",
            language=Language.KK,
            now=now,
        )
        late = voter(keyring, election.cycle, IIN)
        ballots.cast(session, box, late, choose(election.projects[0]), on=ends_at.date(), now=ends_at)


def test_a_ballot_that_was_on_its_way_while_the_log_was_closed_is_refused(
    database: Database, keyring: KeyRing, election: Election, now: datetime
) -> None:
    """Its clock was read before the close, its row comes after the final head: it would be in no head."""
    with database.writing() as session:
        cycles.by_slug(session, election.cycle.slug).log_closed_at = now
    with pytest.raises(VotingNotOpen), database.writing() as session:
        cast(session, keyring, election.cycle, IIN, now=now)


def test_before_the_freeze_there_is_no_ballot_box(
    database: Database, keyring: KeyRing, election: Election, now: datetime
) -> None:
    with database.writing() as session:
        cycle = cycles.by_slug(session, election.cycle.slug)
        session.expunge(cycle)
        cycle.frozen_at = None
        with pytest.raises(VotingNotOpen) as refused:
            ballots.ballot_box(session, cycle)
    assert refused.value.facts == {"opens_at": voting_window(database, election)[0]}


# --- who may, and what a ballot may say ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "may"),
    [
        (date(2009, 3, 1), True),
        (date(2009, 3, 2), False),
        (date(2008, 2, 29), True),
    ],
)
def test_the_age_is_counted_on_the_day_of_voting(
    database: Database, keyring: KeyRing, election: Election, now: datetime, born: date, may: bool
) -> None:
    with database.reading() as session:
        box = ballots.ballot_box(session, election.cycle)
    person = voter(keyring, election.cycle, IIN, born=born)
    if may:
        ballots.prepare(box, person, choose(election.projects[0]), on=date(2027, 3, 1))
        return
    with pytest.raises(NotEligible) as refused:
        ballots.prepare(box, person, choose(election.projects[0]), on=date(2027, 3, 1))
    assert refused.value.facts == {"reason": "too_young", "minimum_age": 18}


def test_a_way_of_identifying_that_the_cycle_does_not_accept_is_refused(
    database: Database, keyring: KeyRing, election: Election, now: datetime
) -> None:
    with database.reading() as session:
        box = ballots.ballot_box(session, election.cycle)
    signed = voter(keyring, election.cycle, IIN, assurance=Assurance.EDS)
    with pytest.raises(NotEligible) as refused:
        ballots.prepare(box, signed, choose(election.projects[0]), on=now.date())
    assert refused.value.facts["reason"] == "method"


def test_only_admitted_projects_of_the_cycle_can_be_chosen(
    database: Database, keyring: KeyRing, now: datetime
) -> None:
    with database.writing() as session:
        election = open_election(session, keyring, now=now)
        foreign = open_election(session, keyring, now=now, slug="other").projects[0]
        rejected = add_project(session, election.cycle, 9, state=ProjectState.REJECTED)
        for wrong in (foreign, rejected):
            with pytest.raises(NotOnBallot):
                cast(session, keyring, election.cycle, IIN, wrong, now=now)
        assert rows(session) == []


def test_projects_of_two_envelopes_are_refused(database: Database, keyring: KeyRing, now: datetime) -> None:
    names = (Text("Шағын", "Малые", "Small"), Text("Үлкен", "Большие", "Large"))
    with database.writing() as session:
        election = open_election(
            session,
            keyring,
            now=now,
            votes_per_resident=2,
            envelopes=tuple(EnvelopeDraft(name, 5_000_000) for name in names),
        )
        box = ballots.ballot_box(session, election.cycle)
        second = cycles.envelopes(session, election.cycle.id or 0)[1].public_id
        first, other = (project.public_id for project in election.projects[:2])
        split = {**box.ballot_list.envelope_of, other: second}
        with pytest.raises(SeveralEnvelopes):
            check(Selection((first, other)), type(box.ballot_list)(2, split))


# --- secrecy -----------------------------------------------------------------------------------------------


def test_sealed_ballots_have_one_length_whatever_and_however_much_they_say(
    database: Database, keyring: KeyRing, election: Election, now: datetime
) -> None:
    people = impossible_iins(4)
    with database.writing() as session:
        for number, iin in enumerate(people):
            cast(session, keyring, election.cycle, iin, *election.projects[:number], now=now)
        assert len({len(row.sealed or b"") for row in rows(session)}) == 1


def test_the_cycles_key_opens_the_ballot_and_it_says_what_was_chosen(
    database: Database, keyring: KeyRing, election: Election, now: datetime
) -> None:
    put_once(database, keyring, election, now)
    with database.reading() as session:
        [row] = rows(session)
        box = ballots.ballot_box(session, election.cycle)
    plain = encode(check(choose(election.projects[0]), box.ballot_list), box.ballot_length)
    assert unseal(row.sealed or b"", keyring.cycle_keys(election.cycle.slug).ballot_private_key) == plain


def raw(url: str) -> bytes:
    """All bytes of an SQLite database: the file, its write-ahead log, the shared memory."""
    file = Path(url.removeprefix("sqlite:///"))
    return b"".join(part.read_bytes() for part in sorted(file.parent.glob(file.name + "*")))


def test_the_files_of_the_database_say_nothing_about_person_or_choice(
    sqlite_url: str, keyring: KeyRing, now: datetime
) -> None:
    database = Database(sqlite_url)
    with database.writing() as session:
        election = open_election(session, keyring, now=now, votes_per_resident=3)
    chosen = election.projects[2].public_id.encode()
    before = raw(sqlite_url).count(chosen)
    assert before > 0
    people = impossible_iins(30)
    with database.writing() as session:
        for iin in people:
            cast(session, keyring, election.cycle, iin, election.projects[2], now=now)
    stored = raw(sqlite_url)
    assert stored.count(chosen) == before
    assert b'"c":[' not in stored
    for iin in people:
        assert iin.encode() not in stored
    database.dispose()
    assert keyring.cycle_keys(election.cycle.slug).ballot_private_key not in raw(sqlite_url)
    assert keyring.cycle_keys(election.cycle.slug).voter_salt not in raw(sqlite_url)


def test_the_check_of_the_files_would_find_a_ballot_that_is_not_sealed(
    sqlite_url: str, keyring: KeyRing, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ballots, "seal", lambda plain, key: plain)
    with pytest.raises(AssertionError):
        test_the_files_of_the_database_say_nothing_about_person_or_choice(sqlite_url, keyring, now)


def test_no_refusal_of_casting_names_a_person(
    database: Database, keyring: KeyRing, election: Election, now: datetime
) -> None:
    put_once(database, keyring, election, now)
    with database.writing() as session, pytest.raises(BudgetRefusal) as refused:
        cast(session, keyring, election.cycle, IIN, election.projects[0], now=now)
    assert IIN not in repr(refused.value.facts)
