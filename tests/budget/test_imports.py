"""Import: a published election becomes a cycle whose pages say what the file says, or nothing at all."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from budget import results
from budget.allocation import VerdictKind
from budget.errors import MalformedFile, RuleNotSupported, SettingFault, SlugTaken
from budget.imports import NotShownTruthfully, import_election, suggested_slug
from budget.pabulib import read
from models.ballot import Ballot, BallotChoice
from models.cycle import Cycle, Envelope, PhaseWindow
from models.enums import AllocationRule, BallotStatus, Language, Origin, ProjectState
from models.project import Project
from models.result import Count, VerdictRow

SHARED = Path(__file__).parents[3] / "shared/data/pabulib"


def pb(
    *,
    rule: str = "greedy",
    vote_type: str = "approval",
    budget: str = "1000",
    rows: str = "p1;600;2;One;1\np2;500;2;Two;0\np3;400;1;Three;1",
    header: str = "project_id;cost;votes;name;selected",
    votes: str = "1;p1,p2\n2;p1\n3;p2,p3",
    votes_header: str = "voter_id;vote",
    **meta: str,
) -> str:
    """A small election of three projects; p1 and p3 win by `skip`."""
    facts = {
        "description": "A small election",
        "country": "Kazakhstan",
        "unit": "Астана",
        "instance": "2024",
        "num_projects": str(rows.count("\n") + 1),
        "num_votes": str(votes.count("\n") + 1 if votes else 0),
        "budget": budget,
        "vote_type": vote_type,
        "rule": rule,
        "currency": "KZT",
        "language": "ru",
        **meta,
    }
    lines = "\n".join(f"{key};{value}" for key, value in facts.items() if value)
    return f"META\nkey;value\n{lines}\nPROJECTS\n{header}\n{rows}\nVOTES\n{votes_header}\n{votes}\n"


def imported(session: Session, text: str, now: datetime, slug: str | None = "small") -> Cycle:
    return import_election(session, read(text), slug=slug, now=now).cycle


def verdicts(session: Session, cycle: Cycle) -> dict[str, VerdictRow]:
    rows = session.exec(
        select(Project.external_id, VerdictRow)
        .join(Project, col(Project.id) == VerdictRow.project_id)
        .where(VerdictRow.cycle_id == cycle.id)
        .order_by(col(VerdictRow.position))
    ).all()
    return {external or "": row for external, row in rows}


def test_a_file_becomes_a_finished_cycle_with_its_own_numbers(session: Session, now: datetime) -> None:
    cycle = imported(session, pb(), now)
    assert (cycle.origin, cycle.year, cycle.currency, cycle.rule) == (
        Origin.PABULIB,
        2024,
        "KZT",
        AllocationRule.SKIP,
    )
    assert cycle.allotted_tenge == 1000
    assert (cycle.published_at, cycle.results_published_at, cycle.counted_at) == (now, now, now)
    assert cycle.title_kk == cycle.title_ru == cycle.title_en == "Астана, 2024"
    found = verdicts(session, cycle)
    assert [(id_, row.votes, row.kind) for id_, row in found.items()] == [
        ("p1", 2, VerdictKind.WON),
        ("p2", 2, VerdictKind.DOES_NOT_FIT),
        ("p3", 1, VerdictKind.WON),
    ]
    assert found["p2"].remaining_before_tenge == 400


def test_its_votes_become_ballots_that_give_the_same_count(session: Session, now: datetime) -> None:
    cycle = imported(session, pb(votes="1;p1,p2\n2;p1\n3;p2,p3\n4;"), now)
    ballots = session.exec(select(Ballot).where(Ballot.cycle_id == cycle.id)).all()
    assert [row.status for row in ballots].count(BallotStatus.VALID) == 3
    assert [row.status for row in ballots].count(BallotStatus.EMPTY) == 1
    assert {row.assurance for row in ballots} == {None}
    tally = results.tally(session, cycle.id or 0)
    stored = session.exec(select(VerdictRow).where(VerdictRow.cycle_id == cycle.id)).all()
    assert tally == {row.project_id: row.votes for row in stored}
    count = session.get(Count, cycle.id)
    assert count is not None
    assert (count.participations, count.valid, count.empty, count.invalid) == (4, 3, 1, 0)


def test_no_date_age_or_way_of_identifying_is_invented(session: Session, now: datetime) -> None:
    cycle = imported(session, pb(date_begin="01.06.2024", date_end="15.06.2024"), now)
    assert session.exec(select(PhaseWindow)).all() == []
    assert (cycle.methods, cycle.directions, cycle.minimum_age, cycle.frozen_at) == ([], [], 0, None)


@pytest.mark.parametrize(
    ("language", "column"),
    [("kk", Language.KK), ("ru", Language.RU), ("en", Language.EN), ("pl", Language.EN), ("", Language.EN)],
)
def test_a_title_stands_in_the_language_of_the_file_or_in_the_english_column(
    session: Session, now: datetime, language: str, column: Language
) -> None:
    cycle = imported(session, pb(language=language), now)
    first = select(Project).where(Project.cycle_id == cycle.id).order_by(col(Project.number))
    project = session.exec(first).first()
    assert project is not None
    assert project.language is column
    assert getattr(project, f"title_{column}") == "One"
    others = [getattr(project, f"title_{other}") for other in Language if other is not column]
    assert others == [None, None]


@pytest.mark.parametrize(
    ("official", "ours"), [("greedy", "skip"), ("greedy-threshold", "skip"), ("greedy-no-skip", "stop")]
)
def test_the_rule_of_the_file_is_the_rule_of_the_cycle(
    session: Session, now: datetime, official: str, ours: str
) -> None:
    rows = "p1;600;2;One;1\np2;500;2;Two;0\np3;400;1;Three;" + ("0" if ours == "stop" else "1")
    assert imported(session, pb(rule=official, rows=rows), now).rule == ours


def test_ties_stand_in_the_order_of_the_rows(session: Session, now: datetime) -> None:
    rows = "p2;500;2;Two;1\np1;600;2;One;0\np3;400;1;Three;1"
    assert list(verdicts(session, imported(session, pb(rows=rows), now))) == ["p2", "p1", "p3"]


def test_the_minimum_of_the_file_holds(session: Session, now: datetime) -> None:
    rows = "p1;600;2;One;1\np2;500;2;Two;0\np3;400;1;Three;0"
    text = pb(rule="greedy-threshold", rows=rows, min_project_score_threshold="2")
    assert verdicts(session, imported(session, text, now))["p3"].kind is VerdictKind.BELOW_MINIMUM


def test_points_are_shown_as_points_and_have_no_ballots(session: Session, now: datetime) -> None:
    text = pb(
        vote_type="cumulative",
        header="project_id;cost;votes;score;name;selected",
        rows="p1;600;2;9;One;1\np2;500;2;4;Two;0\np3;400;1;7;Three;1",
        votes="1;p1,p2;5,4\n2;p1;4\n3;p3;7",
        votes_header="voter_id;vote;points",
    )
    cycle = imported(session, text, now)
    assert "points" in cycle.title_en
    assert "баллах" in cycle.title_ru
    assert {id_: row.votes for id_, row in verdicts(session, cycle).items()} == {"p1": 9, "p3": 7, "p2": 4}
    assert session.exec(select(Ballot)).all() == []
    count = session.get(Count, cycle.id)
    assert count is not None
    assert (count.participations, count.valid) == (3, 3)


def test_a_withdrawn_project_is_shown_as_withdrawn(session: Session, now: datetime) -> None:
    rows = "p1;999999999;2;One;0\np2;500;2;Two;1\np3;400;1;Three;1"
    cycle = imported(session, pb(rows=rows), now)
    assert verdicts(session, cycle)["p1"].kind is VerdictKind.WITHDRAWN
    states = session.exec(select(Project.state).where(Project.cycle_id == cycle.id)).all()
    assert states.count(ProjectState.WITHDRAWN) == 1


def test_a_project_named_twice_in_a_vote_counts_once_and_the_difference_is_told(
    session: Session, now: datetime
) -> None:
    text = pb(votes="1;p1,p1\n2;p1\n3;p2,p3\n4;p2", rows="p1;600;3;One;1\np2;500;2;Two;0\np3;400;1;Three;1")
    done = import_election(session, read(text), slug="twice", now=now)
    assert [(one.project, one.published, one.counted) for one in done.differences] == [("p1", 3, 2)]
    assert verdicts(session, done.cycle)["p1"].votes == 2
    assert len(session.exec(select(BallotChoice)).all()) == 5


def test_decimals_are_rounded_when_every_verdict_stays(session: Session, now: datetime) -> None:
    rows = "p1;600.40;2;One;1\np2;500.50;2;Two;0\np3;399.49;1;Three;1"
    done = import_election(session, read(pb(rows=rows, budget="1000.25")), slug="d", now=now)
    assert done.is_rounded
    assert done.cycle.allotted_tenge == 1000
    costs = session.exec(select(Project.cost_tenge).order_by(col(Project.number))).all()
    assert costs == [600, 501, 399]


def test_decimals_that_decide_are_not_rounded_away(session: Session, now: datetime) -> None:
    rows = "p1;600.50;2;One;1\np2;500;2;Two;0\np3;399.90;1;Three;1"
    with pytest.raises(NotShownTruthfully) as refused:
        imported(session, pb(rows=rows, budget="1000.40"), now)
    assert refused.value.reason == "decimals"


def test_another_outcome_than_the_files_own_is_not_shown(session: Session, now: datetime) -> None:
    rows = "p1;600;2;One;0\np2;500;2;Two;1\np3;400;1;Three;1"
    with pytest.raises(NotShownTruthfully) as refused:
        imported(session, pb(rows=rows), now)
    assert refused.value.reason == "outcome"
    assert refused.value.ours == ("p1", "p3")
    assert refused.value.official == ("p2", "p3")
    assert session.exec(select(Cycle)).all() == []


@pytest.mark.parametrize("rule", ["equalshares", "equalshares/add1", "greedy-custom", "greedy-exclusive"])
def test_a_rule_we_do_not_have_is_refused_by_name(session: Session, now: datetime, rule: str) -> None:
    with pytest.raises(RuleNotSupported) as refused:
        imported(session, pb(rule=rule), now)
    assert refused.value.facts["rule"] == rule
    assert session.exec(select(Cycle)).all() == []


def test_a_file_without_a_year_is_refused(session: Session, now: datetime) -> None:
    with pytest.raises(NotShownTruthfully) as refused:
        imported(session, pb(instance="spring"), now)
    assert refused.value.reason == "year"


def test_the_same_file_is_not_imported_twice(session: Session, now: datetime) -> None:
    imported(session, pb(), now)
    with pytest.raises(SlugTaken):
        imported(session, pb(), now)
    with pytest.raises(SettingFault):
        imported(session, pb(), now, slug="Not An Address")


@pytest.mark.parametrize(
    ("meta", "slug"),
    [
        ({"unit": "Łódź", "subunit": "Im. Józefa", "instance": "2024"}, "pb-lodz-im-jozefa-2024"),
        ({"unit": "Астана", "instance": "2024"}, "pb-2024"),
        ({"unit": "A" * 90, "instance": "2019"}, "pb-" + "a" * 52 + "-2019"),
    ],
)
def test_the_address_is_made_of_plain_letters_and_keeps_the_year(meta: dict[str, str], slug: str) -> None:
    election = replace(read(pb()), meta=meta)
    assert suggested_slug(election) == slug
    assert len(slug) <= 60


def test_a_malformed_file_is_refused_before_anything_is_read() -> None:
    with pytest.raises(MalformedFile):
        read(pb(budget="much"))


# --- real elections ----------------------------------------------------------------------------------------

REAL = (
    "Poland_Warszawa_2026_Natolin_Kabaty.pb",
    "Poland_Gdynia_2023_Chylonia__small.pb",
    "Poland_Krakow_2023_Bienczyce.pb",
    "Poland_Katowice_2022_Koszutka.pb",
    "Poland_Wroclaw_2016_Rejon_nr_8_750.pb",
)


@pytest.mark.parametrize("name", REAL)
def test_a_real_election_has_its_official_winners(session: Session, now: datetime, name: str) -> None:
    election = read(SHARED / name)
    done = import_election(session, election, now=now)
    official = {project.id for project in election.projects if project.selected == 1}
    won = {id_ for id_, row in verdicts(session, done.cycle).items() if row.kind is VerdictKind.WON}
    assert won == official
    envelope = session.exec(select(Envelope).where(Envelope.cycle_id == done.cycle.id)).one()
    assert envelope.total_tenge == done.cycle.allotted_tenge
