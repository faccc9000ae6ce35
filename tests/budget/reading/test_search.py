"""Words find a project as soon as its text is written, and the text it has now, not an earlier one."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, select

from budget import projects
from budget.addresses import Address
from budget.reading.projects import Query, listed
from models.project import Project
from seeds import saryarka
from tests.harness import council
from tests.harness.projects import make_cycle, make_resident, proposal


def found(session: Session, cycle_id: int, words: str) -> Sequence[int]:
    return [card.number for card in listed(session, cycle_id, Query(text=words), {}).cards]


def test_a_new_project_is_found_by_its_title_description_street_and_house(
    session: Session, now: datetime
) -> None:
    cycle, author = make_cycle(session, now), make_resident(session)
    text = proposal(title="Ойын алаңы", description="Көшеге жарық керек")
    projects.submit(session, author, cycle, text, None, now=now)
    cycle_id = cycle.id or 0
    for words in ("ОЙЫН", "жарык аланы", "есенберлин 7/1", "«керек»", "", "—", "%"):
        assert found(session, cycle_id, words) == [1], words
    for words in ("ойын футбол", "есенберлин 99"):
        assert found(session, cycle_id, words) == [], words


def test_a_corrected_project_is_found_by_its_new_text_alone(session: Session, now: datetime) -> None:
    cycle, author = make_cycle(session, now), make_resident(session)
    project = projects.submit(session, author, cycle, proposal(title="Бұрынғы атау"), None, now=now)
    council.send_back(session, cycle, project, now=now)
    text = proposal(title="Жаңа атау", addresses=(Address("Тың к-сі", "5"),))
    projects.correct(session, author, project.public_id, text, None, now=now)
    cycle_id = cycle.id or 0
    assert found(session, cycle_id, "жана тын 5") == [1]
    assert found(session, cycle_id, "бурынгы") == found(session, cycle_id, "есенберлин") == []


def test_a_withdrawn_project_is_found_by_its_title_and_no_more_by_its_description(
    session: Session, now: datetime
) -> None:
    cycle, author = make_cycle(session, now), make_resident(session)
    text = proposal(title="Ойын алаңы", description="Көшеге жарық керек")
    project = projects.submit(session, author, cycle, text, None, now=now)
    projects.withdraw(session, author, project.public_id, now=now)
    cycle_id = cycle.id or 0
    assert found(session, cycle_id, "ойын есенберлин") == [1]
    assert found(session, cycle_id, "жарык") == []


def test_the_archive_is_found_by_the_street_in_each_language(session: Session, now: datetime) -> None:
    saryarka.load(session, now=now)
    project = session.exec(select(Project).order_by(Project.id)).first()
    assert project is not None
    address = projects.addresses_of(session, project.id)[0]
    for street in (address.street_kk, address.street_ru, address.street_en):
        assert project.number in found(session, project.cycle_id, f"{street} {address.house}")
