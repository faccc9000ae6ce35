"""The archive holds exactly what the akimat reported, in three languages, and nothing invented."""

from datetime import datetime

import pytest
from sqlmodel import Session, col, select

from models.cycle import Cycle, PhaseWindow, ReportedFigures
from models.district import Area, District
from models.enums import Language, Origin, ProjectState, WorksStatus
from models.project import Project, ProjectAddress
from models.result import VerdictRow
from models.works import Works
from seeds import saryarka
from seeds.saryarka import SlugTakenByOther, load, read_source


def cycle_of(session: Session, slug: str) -> Cycle:
    return session.exec(select(Cycle).where(Cycle.slug == slug)).one()


def yards(session: Session, slug: str) -> list[tuple[Project, Works, list[ProjectAddress]]]:
    cycle = cycle_of(session, slug)
    rows = session.exec(
        select(Project).where(Project.cycle_id == cycle.id).order_by(col(Project.number))
    ).all()
    return [
        (
            project,
            session.exec(select(Works).where(Works.project_id == project.id)).one(),
            list(
                session.exec(
                    select(ProjectAddress)
                    .where(ProjectAddress.project_id == project.id)
                    .order_by(col(ProjectAddress.position))
                ).all()
            ),
        )
        for project in rows
    ]


def test_the_figures_of_2020_are_those_of_the_report(session: Session, now: datetime) -> None:
    load(session, now=now)
    cycle = cycle_of(session, "2020")
    figures = session.get(ReportedFigures, cycle.id)
    assert figures is not None
    assert (cycle.year, cycle.allotted_tenge, cycle.origin) == (2020, 200_000_000, Origin.ARCHIVE)
    assert (figures.received, figures.admitted, figures.rejected) == (68, 40, 28)
    assert (figures.voters, figures.winners) == (8935, 13)
    assert (figures.works_completed, figures.works_underway) == (10, 3)
    assert figures.received_by_area == [
        {
            "area": {
                "kk": "Көктал 1, 2 және Агроқалашық",
                "ru": "Коктал 1, 2 и Агрогородок",
                "en": "Koktal 1, 2 and Agrogorodok",
            },
            "received": 22,
        }
    ]
    assert "KazISS" in figures.source_en


def test_what_was_not_published_in_2019_stays_empty_and_is_named(session: Session, now: datetime) -> None:
    load(session, now=now)
    figures = session.get(ReportedFigures, cycle_of(session, "2019").id)
    assert figures is not None
    assert (figures.received, figures.admitted, figures.winners, figures.works_completed) == (22, 14, 14, 8)
    assert figures.voters is None
    assert figures.rejected is None
    assert {"voters", "rejected", "costs", "votes", "dates"} <= set(figures.unpublished)


def test_every_unpublished_code_has_words_on_the_page(session: Session, now: datetime) -> None:
    from views.labels import UNPUBLISHED

    load(session, now=now)
    codes = {code for figures in session.exec(select(ReportedFigures)) for code in figures.unpublished}
    assert codes <= set(UNPUBLISHED)


@pytest.mark.parametrize("slug", ["2019", "2020"])
def test_every_known_yard_has_its_houses_and_status_in_three_languages(
    session: Session, now: datetime, slug: str
) -> None:
    load(session, now=now)
    reported = next(c for c in read_source()["cycles"] if str(c["year"]) == slug)["addresses"]
    found = yards(session, slug)
    assert len(found) == len(reported)
    for (project, works, addresses), facts in zip(found, reported, strict=True):
        assert [address.house for address in addresses] == facts["houses"]
        for language in Language:
            assert {getattr(address, f"street_{language}") for address in addresses} == {facts[language]}
            assert facts[language] in getattr(project, f"title_{language}")
        assert works.status == facts.get("status", "completed")
        assert works.changed_at is None
        assert project.state is ProjectState.ADMITTED


def test_all_works_of_2019_are_completed_and_two_yards_of_2020_are_underway(
    session: Session, now: datetime
) -> None:
    load(session, now=now)
    assert {works.status for _, works, _ in yards(session, "2019")} == {WorksStatus.COMPLETED}
    underway = [works for _, works, _ in yards(session, "2020") if works.status is WorksStatus.UNDERWAY]
    assert len(underway) == 2


def test_no_date_cost_or_verdict_is_invented(session: Session, now: datetime) -> None:
    load(session, now=now)
    assert session.exec(select(PhaseWindow)).all() == []
    assert session.exec(select(VerdictRow)).all() == []
    for project in session.exec(select(Project)):
        assert (project.cost_tenge, project.estimate_tenge, project.submitted_at) == (None, None, None)


def test_the_district_and_its_areas_have_names_in_three_languages(session: Session, now: datetime) -> None:
    load(session, now=now)
    district = session.exec(select(District)).one()
    assert district.kato == "711310000"
    assert district.programme_kk == "Қатысу бюджеті"
    areas = {area.code: (area.name_kk, area.name_ru, area.name_en) for area in session.exec(select(Area))}
    assert areas["agrogorodok"] == ("Агроқалашық", "Агрогородок", "Agrogorodok")
    assert len(areas) == 4


def test_loading_twice_changes_nothing(session: Session, now: datetime) -> None:
    assert load(session, now=now) == ["2019", "2020"]
    before = [
        row.model_dump() for table in (Cycle, Project, District, Area) for row in session.exec(select(table))
    ]
    assert load(session, now=now) == []
    after = [
        row.model_dump() for table in (Cycle, Project, District, Area) for row in session.exec(select(table))
    ]
    assert before == after


def test_a_yard_keeps_its_address_in_every_installation(session: Session, now: datetime) -> None:
    load(session, now=now)
    first = yards(session, "2019")[0][0]
    assert first.public_id == saryarka._lasting_id("2019/1")
    ids = session.exec(select(Project.public_id)).all()
    assert len(set(ids)) == len(ids) == 18


def test_a_cycle_of_our_own_at_that_address_is_not_touched(session: Session, now: datetime) -> None:
    session.add(
        Cycle(
            slug="2020", year=2020, title_kk="а", title_ru="а", title_en="a", allotted_tenge=1, created_at=now
        )
    )
    session.flush()
    with pytest.raises(SlugTakenByOther):
        load(session, now=now)
