"""The demo: every state of a cycle can be seen, nothing in it is real, and it is marked as invented."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image
from sqlmodel import Session, col, select

from budget import audit, ballots, cycles, opening, results
from budget.council import criteria, formal
from budget.identity.iin import check_iin
from budget.identity.phone import kz_mobile
from budget.keys import KeyRing
from budget.phases import check_calendar, stage_at
from budget.reading import results as reading_results
from budget.reading import sums
from budget.what_if import WhatIf
from models.ballot import Ballot, Participation
from models.council import CouncilMember
from models.cycle import Cycle
from models.database import Database
from models.enums import Direction, Language, Origin, Phase, ProjectState, Role, VerdictKind, WorksStatus
from models.people import Resident, Staff
from models.project import Photo, Project, ProjectAddress
from models.result import VerdictRow
from models.screening import CorrectionRemark, Review, Screening
from models.service import AuditEvent
from models.works import Works
from seeds import demo, demo_texts
from seeds.people import ACCOUNTS, COUNCIL, NOT_VOTED, TOO_YOUNG, VOTED, invented_iins
from seeds.pictures import yard

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> tuple[Database, KeyRing]:
    """A database with the demo, for tests that only look."""
    directory = tmp_path_factory.mktemp("demo")
    file = directory / "demo.sqlite3"
    file.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{file}")
    keyring = KeyRing(directory / "keys", b"v" * 32, b"r" * 32)
    assert demo.load(database, keyring, now=NOW)
    return database, keyring


@pytest.fixture
def session(seeded: tuple[Database, KeyRing]):
    with seeded[0].reading() as opened:
        yield opened


def cycle_in(session: Session, name: str) -> Cycle:
    return cycles.by_slug(session, demo.slugs(NOW)[name])


def states(session: Session, name: str) -> Counter[ProjectState]:
    rows = select(Project.state).where(Project.cycle_id == cycle_in(session, name).id)
    return Counter(session.exec(rows).all())


def late_acts(session: Session) -> list[str]:
    """Acts in the log that were done before the one that stands before them."""
    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
    return [f"{new.id} {new.action}" for old, new in pairwise(events) if new.at < old.at]


@pytest.mark.parametrize(
    ("name", "phase"),
    [("voting", Phase.VOTING), ("submission", Phase.SUBMISSION), ("finished", Phase.IMPLEMENTATION)],
)
def test_there_is_a_cycle_in_the_vote_one_taking_applications_and_one_being_built(
    session: Session, name: str, phase: Phase
) -> None:
    cycle = cycle_in(session, name)
    calendar = cycles.calendar(session, cycle.id or 0)
    check_calendar(calendar)
    assert stage_at(calendar, NOW).phase is phase
    assert stage_at(calendar, NOW + timedelta(days=7)).phase is phase
    assert cycle.published_at is not None


def test_every_invented_cycle_says_so_in_its_row_and_in_its_title(session: Session) -> None:
    rows = session.exec(select(Cycle).where(Cycle.origin == Origin.SERVICE)).all()
    assert len(rows) == 3
    for cycle in rows:
        assert cycle.is_demo
        assert ["демо" in cycle.title_kk, "демо" in cycle.title_ru, "demo" in cycle.title_en] == [True] * 3


def test_the_archive_is_there_too_and_is_no_demo(session: Session) -> None:
    rows = session.exec(select(Cycle).where(Cycle.origin == Origin.ARCHIVE)).all()
    assert {(cycle.slug, cycle.is_demo) for cycle in rows} == {("2019", False), ("2020", False)}


def test_the_open_vote_has_projects_in_every_state_and_sealed_ballots_only(session: Session) -> None:
    assert states(session, "voting") == {
        ProjectState.ADMITTED: 14,
        ProjectState.REJECTED: 4,
        ProjectState.WITHDRAWN: 1,
    }
    cycle = cycle_in(session, "voting")
    assert len(cycles.envelopes(session, cycle.id or 0)) == 2
    cast = session.exec(select(Participation).where(Participation.cycle_id == cycle.id)).all()
    assert len(cast) == demo.VOTERS_NOW
    assert all(row.sealed for row in cast)
    assert max(row.cast_at for row in cast) < NOW
    assert session.exec(select(Ballot).where(Ballot.cycle_id == cycle.id)).all() == []


def test_the_queue_of_the_council_is_not_empty(session: Session) -> None:
    found = states(session, "submission")
    assert found[ProjectState.SUBMITTED] == 5
    waiting = formal.waiting(session, cycle_in(session, "submission").id)
    assert [project.number for project in waiting] == [6]
    member = session.exec(select(Staff).where(Staff.email == COUNCIL.email)).one()
    mine = select(Review).join(CouncilMember, col(CouncilMember.id) == Review.member_id)
    assert session.exec(
        mine.where(CouncilMember.staff_id == member.id, col(Review.concluded_at).is_(None))
    ).all()
    assert found[ProjectState.RETURNED] == 1


def test_whoever_asks_for_what_is_not_the_districts_is_told_whose_it_is(session: Session) -> None:
    listed = criteria.bodies(session)
    assert any("iKOMEK" in row.name_kk and row.contact == "109" for row in listed)
    for row in listed:
        texts = [getattr(row, f"{what}_{language}") for what in ("matter", "name") for language in Language]
        assert all(texts), row


def test_the_finished_cycle_shows_every_status_of_works_and_reasons_for_delay(session: Session) -> None:
    cycle = cycle_in(session, "finished")
    assert cycle.results_published_at is not None
    rows = session.exec(
        select(Works).join(Project, col(Project.id) == Works.project_id).where(Project.cycle_id == cycle.id)
    ).all()
    assert {row.status for row in rows} == set(WorksStatus)
    assert all(row.reason for row in rows if row.status is WorksStatus.POSTPONED)
    verdicts = session.exec(select(VerdictRow).where(VerdictRow.cycle_id == cycle.id)).all()
    kinds = {row.kind for row in verdicts}
    assert {VerdictKind.WON, VerdictKind.DOES_NOT_FIT, VerdictKind.BELOW_MINIMUM} <= kinds
    tally = results.tally(session, cycle.id or 0)
    assert all(row.votes == tally.get(row.project_id, 0) for row in verdicts)


def test_the_finished_cycle_shows_who_took_part_and_sums_that_add_up(session: Session) -> None:
    outcome = reading_results.stored(session, cycle_in(session, "finished").id or 0)
    assert outcome is not None
    assert outcome.took_part is not None
    cells = {str(dimension): set(shown) for dimension, shown in outcome.took_part.shown.items()}
    assert cells["channel"] == {"web", "desk"}
    assert cells["assurance"] == {"sms", "eds", "desk"}
    assert cells["area"] == {"koktal-1", "koktal-2", "agrogorodok", "rest"}
    found = sums.of_outcome(outcome)
    assert found is not None
    assert found.leaves == found.electronic == demo.VOTERS_FINISHED
    assert found.leaves_add_up
    assert found.people_add_up
    without = WhatIf.from_json(outcome.turnout.without_sms)
    assert without is not None
    assert without.winners


def test_every_rejection_and_return_has_its_reason(session: Session) -> None:
    rows = session.exec(select(Screening)).all()
    rejected = [row for row in rows if row.outcome == "rejected" and row.decided_by == "council"]
    assert all(row.criterion and row.clause and row.reason_kk and row.reason_ru for row in rejected)
    remarked = set(session.exec(select(CorrectionRemark.correction_id)).all())
    assert {row.correction_id for row in rows if row.outcome == "returned"} == remarked
    assert [row.decided_by for row in rows].count("silence") == 1


def test_most_projects_speak_three_languages_and_some_their_authors_only(session: Session) -> None:
    rows = session.exec(
        select(Project).join(Cycle, col(Cycle.id) == Project.cycle_id).where(Cycle.is_demo)
    ).all()
    whole = [
        project
        for project in rows
        if all(
            getattr(project, f"{what}_{language}")
            for what in ("title", "description")
            for language in Language
        )
    ]
    alone = [project for project in rows if project not in whole]
    assert len(whole) >= 30
    assert len(alone) >= 4
    for project in alone:
        assert getattr(project, f"title_{project.language}")
    for address in session.exec(select(ProjectAddress)):
        assert address.house
        assert address.street_kk or address.street_ru


def test_pictures_are_drawn_and_small(session: Session) -> None:
    photos = session.exec(select(Photo)).all()
    assert len(photos) >= 10
    for photo in photos:
        assert Image.open(BytesIO(photo.content)).format == "JPEG"
        assert len(photo.content) < 80_000
    assert {len(yard(1, direction)) for direction in Direction}
    assert yard(3, Direction.SPORTS) == yard(3, Direction.SPORTS)
    assert yard(3, Direction.SPORTS) != yard(4, Direction.SPORTS)


# --- people ---------------------------------------------------------------------------------------------------


def test_no_iin_can_belong_to_a_person() -> None:
    iins = invented_iins(12_000)
    assert len(set(iins)) == 12_000
    for iin in iins:
        assert check_iin(iin) == iin
        assert iin.startswith("990230")  # 30 February
    with pytest.raises(ValueError, match="not that many"):
        invented_iins(50_000)


def test_the_telephones_are_mobile_numbers_the_service_accepts() -> None:
    phones = [account.phone for account in ACCOUNTS if account.phone]
    assert len(set(phones)) == 3
    assert [kz_mobile(phone) for phone in phones] == phones


def test_there_is_an_account_for_every_role_and_it_is_in_the_database(
    seeded: tuple[Database, KeyRing], session: Session
) -> None:
    assert {account.role for account in ACCOUNTS} == set(Role) - {Role.VISITOR, Role.SYSTEM}
    for account in ACCOUNTS:
        if account.role is Role.RESIDENT:
            key = seeded[1].roll_key_of(account.iin)
            row = session.exec(select(Resident).where(Resident.roll_key == key)).one()
            assert row.phone == account.phone
        else:
            member = session.exec(select(Staff).where(Staff.email == account.email)).one()
            assert member.role is account.role


def test_one_resident_has_voted_one_not_yet_and_one_is_too_young(
    seeded: tuple[Database, KeyRing], session: Session
) -> None:
    keyring, cycle = seeded[1], cycle_in(session, "voting")

    def has_voted(iin: str) -> bool:
        return ballots.find(session, cycle.id or 0, keyring.voter_key_of(cycle.slug, iin)) is not None

    assert [has_voted(account.iin) for account in (VOTED, NOT_VOTED, TOO_YOUNG)] == [True, False, False]
    key = keyring.roll_key_of(TOO_YOUNG.iin)
    young = session.exec(select(Resident).where(Resident.roll_key == key)).one()
    assert young.birth_on > (NOW - timedelta(days=18 * 365)).date()


def test_the_one_who_voted_has_a_returned_project_to_correct(
    seeded: tuple[Database, KeyRing], session: Session
) -> None:
    key = seeded[1].roll_key_of(VOTED.iin)
    author = session.exec(select(Resident).where(Resident.roll_key == key)).one()
    own = session.exec(select(Project).where(Project.author_id == author.id)).all()
    assert [project.state for project in own] == [ProjectState.RETURNED]


def test_no_iin_stands_in_the_files(seeded: tuple[Database, KeyRing]) -> None:
    file = Path(seeded[0].url.removeprefix("sqlite:///"))
    stored = b"".join(part.read_bytes() for part in file.parent.glob(file.name + "*"))
    assert re.search(rb"990230[3-6]\d{5}", stored) is None


def test_the_audit_chain_is_whole(session: Session) -> None:
    assert audit.verify(session) == []


def test_the_acts_in_the_log_stand_in_the_order_of_time(session: Session) -> None:
    assert late_acts(session) == []
    events = session.exec(select(AuditEvent)).all()
    assert {event.cycle_id for event in events} >= {cycle.id for cycle in session.exec(select(Cycle))}
    assert max(event.at for event in events) <= NOW


# --- loading again ------------------------------------------------------------------------------------------------


def test_loading_again_changes_nothing(seeded: tuple[Database, KeyRing]) -> None:
    database, keyring = seeded
    with database.reading() as session:
        before = session.exec(select(Project.public_id)).all()
    assert not demo.load(database, keyring, now=NOW + timedelta(days=3))
    with database.reading() as session:
        assert session.exec(select(Project.public_id)).all() == before


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=2), timedelta(days=307)])  # 307: another year
def test_what_a_crash_left_half_done_is_finished(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, later: timedelta
) -> None:
    keyring = KeyRing(tmp_path / "keys", b"v" * 32, b"r" * 32)

    def crash(*_: object, **__: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(opening, "open_ballots", crash)
        with pytest.raises(OSError, match="power cut"):
            demo.load(database, keyring, now=NOW)
    assert demo.load(database, keyring, now=NOW + later)
    with database.reading() as session:
        assert late_acts(session) == []
        assert cycle_in(session, "finished").results_published_at is not None
        assert len(session.exec(select(Cycle)).all()) == 5
    assert not demo.load(database, keyring, now=NOW + later)


@pytest.mark.parametrize("hour", [18, 19])  # midnight in Almaty lies between
def test_it_can_be_loaded_at_any_hour(sqlite_url: str, tmp_path: Path, hour: int) -> None:
    now = datetime(2028, 2, 29, hour, 5, tzinfo=UTC)
    database = Database(sqlite_url)
    assert demo.load(database, KeyRing(tmp_path / "keys", b"v" * 32, b"r" * 32), now=now)
    with database.reading() as session:
        slug = demo.slugs(now)["voting"]
        cycle = cycles.by_slug(session, slug)
        assert stage_at(cycles.calendar(session, cycle.id or 0), now).phase is Phase.VOTING


def test_the_texts_name_no_project_twice_and_refer_to_known_streets() -> None:
    titles = [
        text.title[text.language]
        for name in ("voting", "submission", "finished")
        for text in demo_texts.read(name)
    ]
    assert len(set(titles)) == len(titles)
