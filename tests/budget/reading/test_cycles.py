"""Cycles as the public sees them."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from budget.errors import NotFound
from budget.reading import cycles, places, project_life, projects
from budget.reading.places import alphabetical
from budget.reading.projects import Query, Standing
from models.cycle import CalendarChange
from models.enums import Figures, Origin, Phase, WorksStatus
from seeds import saryarka
from tests.harness.public_rows import add_cycle, add_district, add_result


def test_the_archive_is_reported_and_says_none_where_nothing_is_known(
    session: Session, now: datetime
) -> None:
    saryarka.load(session, now=now)
    found = {cycle.slug: cycle for cycle in cycles.published(session, now=now)}
    assert found["2020"].numbers.voters == 8935
    assert found["2019"].numbers.voters is None
    assert {cycle.figures for cycle in found.values()} == {Figures.REPORTED}
    assert {cycle.phase for cycle in found.values()} == {Phase.ARCHIVE}
    assert cycles.current(tuple(found.values())) is None


@pytest.mark.parametrize("phase", list(Phase))
def test_the_phase_is_read_off_the_calendar(session: Session, now: datetime, phase: Phase) -> None:
    add_cycle(session, now, phase=phase)
    assert cycles.by_slug(session, "2027", now=now).phase is phase


def test_numbers_come_from_the_rows(session: Session, now: datetime) -> None:
    add_cycle(session, now, phase=Phase.IMPLEMENTATION, projects=40, results=True)
    numbers = cycles.by_slug(session, "2027", now=now).numbers
    assert (numbers.received, numbers.admitted, numbers.rejected) == (40, 28, 12)
    assert (numbers.voters, numbers.winners) == (893, 4)
    assert set(numbers.works) == set(WorksStatus)
    assert numbers.works[WorksStatus.CANCELLED] == 0
    assert sum(numbers.works.values()) == 4


def test_numbers_of_an_unpublished_result_are_not_read(session: Session, now: datetime) -> None:
    cycle = add_cycle(session, now, phase=Phase.DECISION)
    add_result(session, cycle, now, published=False)
    view = cycles.by_slug(session, "2027", now=now)
    assert (view.numbers.voters, view.numbers.winners, view.numbers.works) == (None, None, {})
    assert not view.has_results
    card = projects.listed(session, cycle.id or 0, Query(), {}).cards[0]
    assert (card.verdict, card.works) == (None, None)
    life = project_life.by_public_id(session, "p202700001", now=now)
    assert (life.judgement, life.works, life.steps) == (None, None, ())


def test_voting_is_the_current_cycle_whatever_the_order(session: Session, now: datetime) -> None:
    for phase in Phase:
        add_cycle(session, now, slug=str(phase), phase=phase)
    found = cycles.published(session, now=now)
    for some in (found, found[::-1]):
        current = cycles.current(some)
        assert current is not None
        assert current.slug == "voting"


def test_an_imported_cycle_is_never_the_current_one(session: Session, now: datetime) -> None:
    add_cycle(session, now, origin=Origin.PABULIB)
    assert cycles.current(cycles.published(session, now=now)) is None


def test_a_hidden_cycle_is_not_found_like_an_unknown_one(session: Session, now: datetime) -> None:
    add_cycle(session, now, slug="secret", published=False)
    for slug in ("secret", "unknown"):
        with pytest.raises(NotFound):
            cycles.by_slug(session, slug, now=now)
    assert cycles.by_slug(session, "secret", now=now, hidden=True).slug == "secret"
    with pytest.raises(NotFound):
        project_life.by_public_id(session, "psecr00001", now=now)


def test_extensions_come_in_their_order_and_never_double_a_phase(session: Session, now: datetime) -> None:
    cycle = add_cycle(session, now)
    for days in (1, 2):
        session.add(
            CalendarChange(
                cycle_id=cycle.id or 0,
                phase=Phase.VOTING,
                old_end=now,
                new_end=now + timedelta(days=days),
                reason="Тұрғындардың өтініші бойынша.",
                language="kk",
                changed_at=now,
            )
        )
    session.flush()
    view = cycles.by_slug(session, "2027", now=now)
    assert [change.new_end for change in view.changes] == [now + timedelta(days=1), now + timedelta(days=2)]
    assert len(view.calendar.windows) == len(Phase)


def test_areas_stand_in_the_order_of_the_kazakh_alphabet(session: Session) -> None:
    assert places.places(session) == places.NOWHERE
    add_district(session)
    found = places.places(session)
    assert [area.code for area in found.areas] == ["agro", "koktal-1"]
    assert found.district is not None
    assert found.district.programme_kk == "Қатысу бюджеті"


def test_the_alphabet_is_kazakh() -> None:
    words = ["Яблоко", "Әлем", "Ағаш", "Қала", "Кенет", "Ін", "Ыдыс", "Ұлы", "Үй", "Уақыт"]
    assert sorted(words, key=alphabetical) == [
        "Ағаш", "Әлем", "Кенет", "Қала", "Уақыт", "Ұлы", "Үй", "Ыдыс", "Ін", "Яблоко",
    ]  # fmt: skip


@pytest.mark.parametrize("standing", list(Standing))
def test_every_standing_is_a_filter(session: Session, now: datetime, standing: Standing) -> None:
    cycle = add_cycle(session, now, phase=Phase.IMPLEMENTATION, projects=20, results=True)
    found = projects.listed(session, cycle.id or 0, Query(standing=standing), {})
    wanted = {Standing.ADMITTED: 14, Standing.REJECTED: 6, Standing.WON: 4, Standing.LOST: 10}
    assert found.total == wanted.get(standing, 0)


def test_the_sample_shows_winners_first(session: Session, now: datetime) -> None:
    cycle = add_cycle(session, now, phase=Phase.IMPLEMENTATION, projects=20, results=True)
    assert [card.number for card in projects.sample(session, cycle.id or 0, 3)] == [1, 2, 3]
