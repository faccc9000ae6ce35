"""What is read of the council for everybody, on both databases: all of it once it is published, none of it before."""

from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from sqlmodel import Session

from budget import cycles
from budget.council import appeals, members, rules, statistics
from budget.errors import NotFound
from budget.phases import Window
from budget.reading import council_protocols, council_public, council_record
from models.enums import (
    Answer,
    ConflictKind,
    CouncilChoice,
    Criterion,
    ItemResult,
    Language,
    Phase,
    ScreeningOutcome,
    SigningMethod,
)
from tests.harness import council
from tests.harness.council import COORDINATOR
from tests.harness.projects import make_cycle
from tests.harness.public_council import (
    CLAUSE,
    COST,
    DISSENT,
    PDF,
    REASON_KK,
    REASON_RU,
    Step,
    correct,
    screened,
)


def test_a_composition_is_read_with_its_history_once_it_is_published(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now, Phase.SCREENING)
    five = council.make_council(session, cycle, now=now, publish=False)
    hidden = council_public.of_cycle(session, cycle.slug)
    assert (hidden.is_published, hidden.memberships) == (False, ())
    assert hidden.screening == cycles.calendar(session, cycle.id or 0).window(Phase.SCREENING)
    assert isinstance(hidden.decision, Window)
    members.publish(session, COORDINATOR, cycle.slug, now=now)
    who = council.appointment(council.make_account(session), 3)
    members.replace(session, COORDINATOR, five[2].row.public_id, who, reason="Көшті", now=now)
    session.flush()
    found = council_public.of_cycle(session, cycle.slug)
    later = now + timedelta(minutes=1)
    assert found.in_office(later)[0].id == five[0].row.id
    assert len(found.in_office(later)) == 5
    [gone] = found.left
    assert (gone.id, gone.left_reason) == (five[2].row.id, "Көшті")
    successor = found.successor_of(gone)
    assert successor is not None
    assert successor.name_kk == "Мүше 3"
    office = members.in_office(session, cycle.id or 0, now=later)
    assert found.shares(later) == rules.shares(one.kind for one in office)
    shares = council_public.shares_of(session, [cycle.id or 0, 0], now=later)
    assert shares == {cycle.id: found.shares(later)}


def test_an_unknown_cycle_has_no_council(session: Session, now: datetime) -> None:
    hidden = make_cycle(session, now, Phase.ANNOUNCEMENT, publish=False)
    for slug in ("none", hidden.slug):
        with pytest.raises(NotFound):
            council_public.of_cycle(session, slug)
    assert council_public.of_cycle(session, hidden.slug, hidden=True).home.slug == hidden.slug


@pytest.mark.parametrize("step", list(Step))
def test_of_a_session_only_what_is_public_is_read(session: Session, now: datetime, step: Step) -> None:
    world = screened(session, now, step)
    session.flush()
    lines = council_public.sessions_of(session, world.cycle.id or 0)
    assert len(lines) == (1 if step >= Step.ANNOUNCED else 0)
    if not lines:
        with pytest.raises(NotFound):
            council_record.session_of(session, world.cycle.slug, 1)
        return
    [line] = lines
    held = council_record.session_of(session, world.cycle.slug, 1)
    agenda = council_record.agenda_of(session, held)
    assert [one.public_id for one in agenda] == [one.public_id for one in world.projects]
    record = council_record.record_of(session, held)
    is_out = step is Step.PUBLISHED
    assert (line.decided is not None, bool(line.protocols), bool(held.protocols)) == (is_out,) * 3
    assert (line.present, line.projects) == (7 if is_out else 0, 4)
    assert (bool(record.items), bool(record.present), bool(record.absent)) == (is_out,) * 3


def test_a_published_session_is_read_whole(session: Session, now: datetime) -> None:
    world = screened(session, now)
    session.flush()
    [line] = council_public.sessions_of(session, world.cycle.id or 0)
    assert line.decided == council_public.Decided(1, 1, 1, 0, 0, 1)
    [paper] = line.protocols
    assert (paper.number, paper.signed, paper.is_corrected) == (1, 2, False)
    record = council_record.record_of(session, council_record.session_of(session, world.cycle.slug, 1))
    first, second, third, fourth = record.items
    assert first.motion.cost_tenge == COST
    assert [(one.name_kk, kind) for one, kind in first.recused] == [("Мүше 2", ConflictKind.RELATIVE)]
    assert len(first.votes) == 6
    assert (second.motion.criterion, second.motion.clause) == (Criterion.LAND, CLAUSE)
    assert (second.motion.reason_kk, second.motion.reason_ru) == (REASON_KK, REASON_RU)
    assert list(second.answers) == list(Criterion)
    assert second.answers[Criterion.LAND] is Answer.FAILS
    assert second.motion.is_done
    assert second.motion.appeal_until is not None
    [against] = [vote for vote in second.votes if vote.choice is CouncilChoice.AGAINST]
    assert (against.voter.name_ru, against.dissent, against.language) == ("Член 7", DISSENT, Language.KK)
    assert third.motion.outcome is ScreeningOutcome.RETURNED
    assert (fourth.motion.result, fourth.motion.is_done) == (ItemResult.NOT_CARRIED, False)
    assert [one.name_kk for one in record.absent] == ["Мүше 8", "Мүше 9"]


def test_a_corrected_protocol_says_so(session: Session, now: datetime) -> None:
    world = screened(session, now)
    assert world.protocol is not None
    fresh = correct(session, world.protocol, now=now)
    session.flush()
    [line] = council_public.sessions_of(session, world.cycle.id or 0)
    assert [(one.number, one.is_corrected) for one in line.protocols] == [(1, True), (2, False)]
    old, new = (council_protocols.by_public_id(session, one.public_id) for one in (world.protocol, fresh))
    assert (old.corrected_number, old.corrects_number) == (2, None)
    assert (new.corrected_number, new.corrects_number, new.correction_ru) == (None, 1, "Исправлено имя.")
    assert [one.method for one in old.signatures] == [SigningMethod.ACCOUNT, SigningMethod.EDS]
    assert (old.present, old.size) == (7, len(PDF))
    file = council_protocols.file_of(session, world.protocol.public_id)
    assert (file.content, sha256(file.content).hexdigest()) == (PDF, file.sha256)


def test_a_protocol_of_an_unpublished_session_is_not_found(session: Session, now: datetime) -> None:
    world = screened(session, now, Step.CLOSED)
    assert world.protocol is not None
    for read in (council_protocols.by_public_id, council_protocols.file_of):
        with pytest.raises(NotFound):
            read(session, world.protocol.public_id)


def test_statistics_say_the_same_from_the_lines(session: Session, now: datetime) -> None:
    world = screened(session, now)
    appeals.file(
        session, world.authors[1], world.projects[1].public_id, text="Жоқ", language=Language.KK,
        wants_hearing=True, now=now,
    )  # fmt: skip
    at = now + timedelta(days=60)
    work = statistics.work_of(session, world.cycle.id or 0, now=at)
    assert [line.number for line in work.appeals] == [2]
    numbers = statistics.of_cycle(session, world.cycle.id or 0, now=at)
    assert numbers == statistics.of_work(work, {}, now=at)
    assert (numbers.received, numbers.decided, numbers.admitted, numbers.rejected) == (4, 2, 1, 1)
    assert (numbers.returned, numbers.median_days, numbers.appeals_overdue) == (1, 6, 1)
    assert numbers.rejected_by == {Criterion.LAND: 1}
    assert numbers.reviews_overdue == 0
