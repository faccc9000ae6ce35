"""Export: the file of a finished cycle passes the checker of the format and gives the same winners again."""

import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from budget import results
from budget.allocation import VerdictKind
from budget.errors import NotFound
from budget.exports import export_pb
from budget.imports import import_election
from budget.keys import KeyRing
from budget.pabulib import read, reallocate, recount
from budget.results import Draw
from budget.settings import EnvelopeDraft, Text
from models.ballot import Participation
from models.enums import AllocationRule
from models.project import Project
from models.result import VerdictRow
from tests.harness.elections import COORDINATOR, Election, impossible_iins, open_election
from tests.harness.opening import opened
from tests.harness.voting import cast, make_keyring

AFTER = timedelta(days=20)


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


def finished(session: Session, keyring: KeyRing, now: datetime, **settings: object) -> Election:
    """Seven projects, forty voters with up to three choices, published."""
    source = random.Random(7)
    made = open_election(session, keyring, now=now, projects=7, **settings)
    envelopes = {project.id: project.envelope_id for project in made.projects}
    for iin in impossible_iins(40):
        first = source.choice(made.projects)
        same = [project for project in made.projects if envelopes[project.id] == envelopes[first.id]]
        chosen = source.sample(same, min(source.randint(0, made.cycle.votes_per_resident), len(same)))
        cast(session, keyring, made.cycle, iin, *chosen, now=now)
    at = now + AFTER
    opened(session, keyring, made.cycle.slug, now=at)
    results.count(session, COORDINATOR, made.cycle.slug, draw=Draw("12345", "Hall", "A. and B."), now=at)
    results.publish(session, COORDINATOR, made.cycle.slug, now=at)
    return made


def winners(session: Session, made: Election) -> set[str]:
    rows = select(Project.public_id).join(VerdictRow, col(VerdictRow.project_id) == Project.id)
    won = rows.where(VerdictRow.cycle_id == made.cycle.id, VerdictRow.kind == VerdictKind.WON)
    return set(session.exec(won).all())


SETTINGS = [
    {"votes_per_resident": 1},
    {"votes_per_resident": 3},
    {"votes_per_resident": 3, "rule": AllocationRule.STOP},
    {"votes_per_resident": 2, "minimum_votes": 9},
]


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_file_gives_the_same_winners_again(
    session: Session, keyring: KeyRing, now: datetime, settings: dict[str, object]
) -> None:
    made = finished(session, keyring, now, **settings)
    election = read(export_pb(session, made.cycle))
    assert set(reallocate(election).winners) == winners(session, made)
    assert set(reallocate(election, recounted=True).winners) == winners(session, made)
    assert recount(election) == ()
    assert {project.id for project in election.projects if project.selected == 1} == winners(session, made)


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_checker_of_the_format_has_nothing_to_say(
    session: Session, keyring: KeyRing, now: datetime, settings: dict[str, object], tmp_path: Path
) -> None:
    from pabulib.checker import Checker

    made = finished(session, keyring, now, **settings)
    file = tmp_path / "own.pb"
    file.write_text(export_pb(session, made.cycle), encoding="utf-8")
    said = Checker().process_files([str(file)])
    assert said["metadata"]["invalid"] == 0, said
    assert said["metadata"]["valid"] == 1


def test_the_file_holds_every_ballot_and_nothing_of_a_voter(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = finished(session, keyring, now, votes_per_resident=3)
    text = export_pb(session, made.cycle)
    election = read(text)
    stored = {project.public_id: 0 for project in made.projects}
    for row in session.exec(select(VerdictRow).where(VerdictRow.cycle_id == made.cycle.id)):
        project = session.get(Project, row.project_id)
        assert project is not None
        stored[project.public_id] = row.votes
    assert Counter(id_ for vote in election.votes for id_ in vote.projects) == Counter(stored)
    for participation in session.exec(select(Participation)):
        assert participation.voter_key.hex() not in text
    for iin in impossible_iins(40):
        assert iin not in text


def test_each_envelope_is_an_election_of_its_own(session: Session, keyring: KeyRing, now: datetime) -> None:
    names = (Text("Шағын", "Малые", "Small"), Text("Үлкен", "Большие", "Large"))
    envelopes = tuple(EnvelopeDraft(name, 5_000_000) for name in names)
    made = finished(session, keyring, now, envelopes=envelopes)
    with pytest.raises(NotFound):
        export_pb(session, made.cycle)
    first = read(export_pb(session, made.cycle, 1))
    assert first.meta["subunit"] == "Small"
    assert first.budget == 5_000_000
    assert set(reallocate(first).winners) == winners(session, made)
    with pytest.raises(NotFound):
        export_pb(session, made.cycle, 3)


def test_before_the_publication_there_is_no_file(session: Session, keyring: KeyRing, now: datetime) -> None:
    made = open_election(session, keyring, now=now)
    with pytest.raises(NotFound):
        export_pb(session, made.cycle)


def test_what_is_exported_can_be_imported_with_the_same_verdicts(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    made = finished(session, keyring, now, votes_per_resident=2)
    again = import_election(session, read(export_pb(session, made.cycle)), slug="again", now=now).cycle

    def lines(cycle_id: int | None) -> list[tuple[object, ...]]:
        rows = session.exec(
            select(VerdictRow).where(VerdictRow.cycle_id == cycle_id).order_by(col(VerdictRow.position))
        )
        return [(row.place, row.votes, row.cost_tenge, row.remaining_after_tenge) for row in rows]

    assert lines(again.id) == lines(made.cycle.id)
