"""Versions: every text an author sent in is kept whole."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from budget import projects, versions
from budget.addresses import Address
from budget.differences import differences
from budget.photos import prepare
from models.enums import Direction, Language, ProjectPart
from tests.harness import council
from tests.harness.projects import make_area, make_cycle, make_resident, photo_file, proposal

HOUR = timedelta(hours=1)


def test_the_first_text_is_kept_as_sent_in(session: Session, now: datetime) -> None:
    cycle, author = make_cycle(session, now), make_resident(session)
    project = projects.submit(session, author, cycle, proposal(), prepare(photo_file()), now=now)
    session.commit()
    session.expire_all()
    [version] = versions.of_project(session, project.id)
    assert (version.number, version.made_at) == (1, now)
    assert version.content == {
        "language": "kk",
        "title": proposal().title,
        "description": proposal().description,
        "addresses": [["Есенберлин к-сі", "38"], ["Есенберлин к-сі", "7/1"]],
        "area": "koktal-1",
        "direction": "playgrounds",
        "estimate_tenge": 14_850_000,
        "photo": projects.photo_of(session, project.id),
    }


def test_each_correction_is_a_version_and_the_earlier_ones_stay(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    make_area(session, "agrogorodok")
    project, author = council.submit(session, cycle, now=now)
    changes = [
        {"title": "Жаңа атау"},
        {
            "title": "Жаңа атау", "area": "agrogorodok", "estimate_tenge": 9_000_000, "direction": Direction.LIGHTING,
            "addresses": (Address("Тың к-сі", "5"),),
        },
    ]  # fmt: skip
    for number, change in enumerate(changes, start=1):
        council.send_back(session, cycle, project, now=now + number * HOUR)
        council.resubmit(session, project, author, now=now + number * HOUR, **change)
    kept = versions.of_project(session, project.id)
    assert [(one.number, one.made_at) for one in kept] == [(1, now), (2, now + HOUR), (3, now + 2 * HOUR)]
    assert [one.content["title"] for one in kept] == [proposal().title, "Жаңа атау", "Жаңа атау"]
    parts = [one.part for one in differences(kept[1].content, kept[2].content)]
    assert parts == [ProjectPart.ADDRESSES, ProjectPart.AREA, ProjectPart.DIRECTION, ProjectPart.ESTIMATE]
    assert project.version == 3


@pytest.mark.parametrize("language", list(Language))
def test_a_text_is_kept_in_the_language_it_was_written_in(
    session: Session, now: datetime, language: Language
) -> None:
    cycle = make_cycle(session, now)
    project, _ = council.submit(session, cycle, now=now, language=language, title="Title")
    [version] = versions.of_project(session, project.id)
    assert (version.content["language"], version.content["title"]) == (language, "Title")
    assert version.content["addresses"][0] == ["Есенберлин к-сі", "38"]


def test_a_project_nobody_sent_in_here_has_no_versions(session: Session) -> None:
    assert versions.of_project(session, 1) == []
    assert versions.of_project(session, None) == []
