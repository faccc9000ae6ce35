"""What reviews come to, and what a motion lacks before it may be put to the vote."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from budget.council import criteria, motions, reviews
from budget.council.criteria import Clause
from models.council_session import AgendaItem
from models.cycle import Cycle
from models.enums import Answer, Criterion, ItemKind, Language, ScreeningOutcome
from models.project import Project
from tests.harness import council
from tests.harness.council import COORDINATOR, MEETS, Member, conclusion, make_council
from tests.harness.projects import make_cycle

ADMITTED, RETURNED, REJECTED = ScreeningOutcome
FAILS, CORRECTABLE = Answer.FAILS, Answer.CORRECTABLE


@pytest.fixture
def read(session: Session, now: datetime) -> tuple[Cycle, Project, list[Member]]:
    """A project with three readers who have written nothing."""
    cycle = make_cycle(session, now, reviewers_per_project=3)
    people = make_council(session, cycle, now=now, size=3)
    project, _ = council.submit(session, cycle, now=now)
    council.pass_check(session, cycle, project, now=now)
    reviews.assign(session, COORDINATOR, cycle, now=now)
    return cycle, project, people


def write(session: Session, read: Any, now: datetime, *said: reviews.Conclusion) -> motions.Motion:
    cycle, project, people = read
    for member, one in zip(people, said, strict=False):
        reviews.conclude(session, member.actor, project.public_id, one, now=now)
    return motions.proposed(session, cycle, project)


def test_without_objections_the_estimate_is_admitted(session: Session, now: datetime, read: Any) -> None:
    found = write(session, read, now, conclusion(), conclusion())
    assert found == motions.Motion(ADMITTED, MEETS, cost_tenge=14_850_000)


def test_of_several_costs_the_lowest_is_proposed_with_its_reason(
    session: Session, now: datetime, read: Any
) -> None:
    found = write(
        session,
        read,
        now,
        conclusion(admitted_tenge=12_000_000, cost_reason="Смета жоғары."),
        conclusion(admitted_tenge=11_000_000, cost_reason="Цена завышена.", language=Language.RU),
        conclusion(),
    )
    assert (found.outcome, found.cost_tenge) == (ADMITTED, 11_000_000)
    assert (found.cost_reason_kk, found.cost_reason_ru) == ("", "Цена завышена.")


def test_a_rejection_rests_on_the_first_of_the_gravest_and_has_its_clause(
    session: Session, now: datetime, read: Any
) -> None:
    cycle, *_ = read
    clauses = tuple(Clause(criterion, f"{place}.1") for place, criterion in enumerate(Criterion, start=1))
    criteria.set_criteria(session, COORDINATOR, cycle.slug, clauses, now=now)
    found = write(
        session,
        read,
        now,
        conclusion({**MEETS, Criterion.COST: FAILS, Criterion.COMPETENCE: CORRECTABLE}),
        conclusion({**MEETS, Criterion.LAND: FAILS}, language=Language.RU),
    )
    assert (found.outcome, found.criterion, found.clause) == (REJECTED, Criterion.LAND, "3.1")
    assert (found.reason_kk, found.reason_ru) == ("", "Ескерту: land"), (
        "each remark in the language it was written in"
    )
    assert found.answers == {
        **MEETS,
        Criterion.COMPETENCE: CORRECTABLE,
        Criterion.LAND: FAILS,
        Criterion.COST: FAILS,
    }


def test_both_reasons_are_drafted_where_both_languages_were_written(
    session: Session, now: datetime, read: Any
) -> None:
    fails = {**MEETS, Criterion.LAND: CORRECTABLE}
    found = write(session, read, now, conclusion(fails), conclusion(fails, language=Language.RU))
    assert (found.outcome, found.reason_kk, found.reason_ru) == (RETURNED, "Ескерту: land", "Ескерту: land")


def test_a_reviewer_who_writes_in_english_drafts_no_reason(
    session: Session, now: datetime, read: Any
) -> None:
    found = write(session, read, now, conclusion({**MEETS, Criterion.LAND: FAILS}, language=Language.EN))
    assert (found.reason_kk, found.reason_ru) == ("", "")


def test_notes_never_come_into_a_motion(session: Session, now: datetime, read: Any) -> None:
    fails = {**MEETS, Criterion.LAND: FAILS}
    found = write(session, read, now, conclusion(fails, notes="Құпия пікір", cost_reason="Құпия баға"))
    assert "Құпия" not in repr(found)


# --- completeness -----------------------------------------------------------------------------------------------

PROJECT = Project(
    public_id="p", cycle_id=1, number=1, language=Language.KK, state="submitted", estimate_tenge=5
)
WANTED = {
    REJECTED: ("criterion", "clause", "reason_kk", "reason_ru"),
    RETURNED: ("reason_kk", "reason_ru"),
    ADMITTED: (),
}
TEXT = st.sampled_from(["", "x"])


@given(
    st.sampled_from(ScreeningOutcome),
    st.fixed_dictionaries(dict.fromkeys(("clause", "reason_kk", "reason_ru", "cost_reason_kk", "cost_reason_ru"), TEXT)),
    st.sampled_from([None, Criterion.LAND]),
    st.sampled_from([4, 5]),
)  # fmt: skip
def test_a_motion_lacks_what_its_outcome_needs_and_nothing_else(
    outcome: ScreeningOutcome, texts: dict[str, str], criterion: Criterion | None, cost: int
) -> None:
    item = AgendaItem(
        public_id="i", session_id=1, position=1, kind=ItemKind.SCREENING, outcome=outcome, criterion=criterion,
        cost_tenge=cost, **texts,
    )  # fmt: skip
    given_ = {**texts, "criterion": criterion}
    wanted = WANTED[outcome]
    if outcome is ADMITTED and cost != PROJECT.estimate_tenge:
        wanted = ("cost_reason_kk", "cost_reason_ru")
    expected = tuple(name for name in wanted if not given_[name])
    assert motions.missing(item, PROJECT, departs=False) == expected


@given(st.booleans(), st.booleans(), TEXT, TEXT)
def test_only_a_departure_from_the_count_needs_reasons(wins: bool, departs: bool, kk: str, ru: str) -> None:
    item = AgendaItem(
        public_id="i",
        session_id=1,
        position=1,
        kind=ItemKind.CONFIRMATION,
        wins=wins,
        reason_kk=kk,
        reason_ru=ru,
    )
    expected = tuple(name for name, text in (("reason_kk", kk), ("reason_ru", ru)) if departs and not text)
    assert motions.missing(item, PROJECT, departs=departs) == expected
