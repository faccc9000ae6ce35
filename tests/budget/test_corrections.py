"""A project that is with its author: what to change, until when, and how that ends."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from budget import corrections
from budget.errors import CorrectionOver, RemarksRequired
from models.enums import Language, ProjectPart
from models.screening import Correction
from tests.harness import council
from tests.harness.projects import make_cycle

DUE = datetime(2027, 3, 3, 19, tzinfo=UTC)


def begun(session: Session, now: datetime):
    cycle = make_cycle(session, now, correction_days=2)
    project, author = council.submit(session, cycle, now=now)
    row = corrections.begin(
        session,
        cycle,
        project,
        {
            ProjectPart.PHOTO: " Сурет анық емес. ",
            ProjectPart.TITLE: "Атауын қысқартыңыз.",
            ProjectPart.AREA: " ",
        },
        language=Language.KK,
        now=now,
    )
    return cycle, project, author, row


def test_remarks_are_kept_by_part_in_the_order_of_the_application(session: Session, now: datetime) -> None:
    _, project, _, row = begun(session, now)
    assert (row.version, row.returned_at, row.due_at) == (1, now, DUE)
    found = corrections.remarks_of(session, [row.id or 0])[row.id or 0]
    assert list(found.items()) == [
        (ProjectPart.TITLE, "Атауын қысқартыңыз."),
        (ProjectPart.PHOTO, "Сурет анық емес."),
    ]
    assert corrections.open_of(session, project.id) is row


def test_without_a_remark_nothing_begins(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now)
    project, _ = council.submit(session, cycle, now=now)
    with pytest.raises(RemarksRequired):
        corrections.begin(session, cycle, project, {ProjectPart.TITLE: " "}, language=Language.KK, now=now)
    assert corrections.of_project(session, project.id) == []


def test_a_project_is_with_its_author_once_at_a_time(session: Session, now: datetime) -> None:
    cycle, project, _, _ = begun(session, now)
    remarks = {ProjectPart.WHOLE: "Тағы."}
    with pytest.raises(sa.exc.IntegrityError, match="correction"):
        corrections.begin(session, cycle, project, remarks, language=Language.KK, now=now)


def test_it_ends_when_the_author_sends_it_in_again(session: Session, now: datetime) -> None:
    cycle, project, _, row = begun(session, now)
    later = now + timedelta(hours=1)
    corrections.end_by_author(session, project, now=later)
    assert (row.resubmitted_at, row.lapsed_at, project.version) == (later, None, 2)
    assert corrections.open_of(session, project.id) is None
    corrections.begin(session, cycle, project, {ProjectPart.WHOLE: "Тағы."}, language=Language.RU, now=later)
    assert [one.version for one in corrections.of_project(session, project.id)] == [1, 2]


def test_after_the_deadline_it_is_too_late_whether_the_job_came_by_or_not(
    session: Session, now: datetime
) -> None:
    _, project, _, _ = begun(session, now)
    corrections.refuse_late(session, project, now=DUE - timedelta(microseconds=1))
    with pytest.raises(CorrectionOver) as told:
        corrections.refuse_late(session, project, now=DUE)
    assert told.value.facts == {"due_at": DUE}


def test_a_project_that_is_not_with_its_author_is_never_late(session: Session, now: datetime) -> None:
    project, _ = council.submit(session, make_cycle(session, now), now=now)
    corrections.refuse_late(session, project, now=now + timedelta(days=99))


@pytest.mark.parametrize(
    "ends",
    [
        {"resubmitted_at": DUE, "lapsed_at": DUE, "reminded_at": DUE},
        {"lapsed_at": DUE},
    ],
)
def test_the_database_knows_one_end_and_no_rejection_without_a_reminder(
    session: Session, now: datetime, ends: dict[str, datetime]
) -> None:
    *_, row = begun(session, now)
    statement = sa.update(Correction).where(sa.column("id") == row.id).values(**ends)
    with pytest.raises(sa.exc.IntegrityError, match=r"one_end|reminded_before_lapse"):
        session.execute(statement)
