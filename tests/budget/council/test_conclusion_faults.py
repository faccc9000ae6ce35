"""What a conclusion lacks is told at once, and none is about a text its reviewer has not read."""

from datetime import datetime

import pytest
from sqlmodel import Session

from budget.council import returns, reviews
from budget.errors import (
    AnswerMissing,
    CostAboveCap,
    CostReasonRequired,
    RemarkRequired,
    SessionChanged,
)
from models.database import Database
from models.enums import Answer, Criterion, Language, ProjectPart
from tests.harness import council
from tests.harness.member_pages import sit


def test_everything_a_conclusion_lacks_is_told_at_once(
    session: Session, database: Database, now: datetime
) -> None:
    world = sit(database, now, count=1)
    said = council.conclusion(
        {Criterion.LAND: Answer.FAILS, Criterion.COST: Answer.MEETS}, admitted_tenge=10**9
    )
    said.said[Criterion.LAND] = reviews.Said(Answer.FAILS, "  ")  # type: ignore[index]
    found = list(reviews.faults(session, world.cycle, world.projects[0], said))
    missing = [one.facts["criterion"] for one in found if isinstance(one, AnswerMissing)]
    assert missing == [
        Criterion.COMPETENCE,
        Criterion.CONFORMITY,
        Criterion.DIRECTION,
        Criterion.COMPLETENESS,
    ]
    assert [type(one) for one in found if not isinstance(one, AnswerMissing)] == [
        RemarkRequired,
        CostAboveCap,
        CostReasonRequired,
    ]


def test_a_text_one_has_not_read_is_neither_concluded_on_nor_sent_back(
    database: Database, now: datetime
) -> None:
    world = sit(database, now, count=1)
    public_id = world.projects[0].public_id
    with pytest.raises(SessionChanged), database.writing() as session:
        reviews.conclude(session, world.me.actor, public_id, council.conclusion(), version=2, now=now)
    remarks = {ProjectPart.WHOLE: "Толықтырыңыз."}
    with pytest.raises(SessionChanged), database.writing() as session:
        returns.send_back(
            session, world.me.actor, public_id, remarks, language=Language.KK, version=2, now=now
        )
    with database.writing() as session:
        reviews.conclude(session, world.me.actor, public_id, council.conclusion(), version=1, now=now)
