"""Appeals of authors against rejections: filed in time, heard where wished, decided by people who did not reject.

Source: Administrative Procedural Code, art. 76: a refusal says where and until when to complain, the author may be
heard, and there are 15 working days for the answer (both periods are settings of the cycle). The appeal is decided as
an item of a session (`budget.council.agenda`), by the members who neither reviewed nor voted on the project. It is
decided once: after that the way leads to the court.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from budget import audit, cycles, notices
from budget.council import members
from budget.errors import (
    AlreadyAppealed,
    AlreadyDone,
    AppealOver,
    Frozen,
    HearingFault,
    NotAppealable,
    NotFound,
    ReasonRequired,
)
from budget.notices import NoticeKind
from budget.permissions import Action, Actor
from budget.projects import locked_cycle, locked_project, own
from budget.working_days import end_of, moved_days
from models.base import new_public_id
from models.council_session import AgendaItem, CouncilVote
from models.cycle import Cycle
from models.enums import Language, ProjectState, ScreeningOutcome
from models.project import Project
from models.screening import Appeal, Review, Screening


def rejection_of(session: Session, project: Project) -> Screening | None:
    """The rejection a project stands on, None where it is not rejected."""
    if project.state is not ProjectState.REJECTED:
        return None
    rows = select(Screening).where(
        Screening.project_id == project.id, Screening.outcome == ScreeningOutcome.REJECTED
    )
    return session.exec(rows.order_by(col(Screening.id).desc())).first()


def waiting(session: Session, project_id: int | None) -> Appeal | None:
    """The appeal about this project that is not decided."""
    rows = select(Appeal).where(Appeal.project_id == project_id, col(Appeal.decided_at).is_(None))
    return session.exec(rows).first()


def of_project(session: Session, project_id: int | None) -> Appeal | None:
    """The appeal about this project; there is one at most."""
    return session.exec(select(Appeal).where(Appeal.project_id == project_id)).first()


def of_cycle(session: Session, cycle_id: int | None) -> Sequence[tuple[Appeal, Project]]:
    """Every appeal of a cycle with its project: undecided ones first, the most urgent at the top."""
    rows = select(Appeal, Project).join(Project, col(Project.id) == Appeal.project_id)
    rows = rows.where(Project.cycle_id == cycle_id)
    order = (col(Appeal.decided_at).is_not(None), col(Appeal.decide_by), col(Appeal.id))
    return session.exec(rows.order_by(*order)).all()


def check_may_file(
    session: Session, actor: Actor, public_id: str, *, now: datetime
) -> tuple[Project, Screening]:
    """May the author appeal now? To be asked before somebody fills in a form.

    Raises: NotFound, NotPermitted, WrongPhase, Frozen, NotAppealable, AppealOver(until), AlreadyAppealed(at).
    """
    project = own(session, actor, public_id)
    cycle = session.get_one(Cycle, project.cycle_id)
    cycles.require(session, actor, Action.APPEAL, cycle, now)
    if cycle.frozen_at is not None:
        raise Frozen(frozen_at=cycle.frozen_at)
    rejection = rejection_of(session, project)
    if rejection is None:
        raise NotAppealable
    earlier = of_project(session, project.id)
    if earlier is not None:
        raise AlreadyAppealed(at=earlier.filed_at)
    if rejection.appeal_until is None:
        raise NotAppealable
    if rejection.appeal_until <= now:
        raise AppealOver(until=rejection.appeal_until)
    return project, rejection


def file(
    session: Session,
    actor: Actor,
    public_id: str,
    *,
    text: str,
    language: Language,
    wants_hearing: bool,
    now: datetime,
) -> Appeal:
    """The author of a rejected project appeals. Raises what `check_may_file` does, and ReasonRequired."""
    found = own(session, actor, public_id)
    cycle = locked_cycle(session, found.cycle_id)
    locked_project(session, found.id or 0)
    project, rejection = check_may_file(session, actor, public_id, now=now)
    if not text.strip():
        raise ReasonRequired
    row = Appeal(
        public_id=new_public_id(),
        project_id=project.id or 0,
        screening_id=rejection.id or 0,
        text=text.strip(),
        language=language,
        wants_hearing=wants_hearing,
        filed_at=now,
        decide_by=end_of(now, cycle.appeal_decision_days, moved_days(session)),
    )
    session.add(row)
    session.flush()
    _record(session, actor, "appeal.file", row, now=now, cycle_id=cycle.id, project=project.number)
    return row


def set_hearing(
    session: Session,
    actor: Actor,
    public_id: str,
    *,
    at: datetime,
    place_kk: str,
    place_ru: str,
    now: datetime,
) -> Appeal:
    """Invite the author to be heard, and tell them. Raises: NotFound, NotPermitted, WrongPhase, AlreadyDone, HearingFault."""
    cycle, row = _locked(session, actor, public_id, now=now)
    if not now < at < row.decide_by or not (place_kk.strip() and place_ru.strip()):
        raise HearingFault(decide_by=row.decide_by)
    row.hearing_at, row.hearing_place_kk, row.hearing_place_ru = at, place_kk.strip(), place_ru.strip()
    session.add(row)
    session.flush()
    project = session.get_one(Project, row.project_id)
    kind, facts = NoticeKind.APPEAL_HEARING, {"at": at.isoformat()}
    notices.tell_author(session, project, kind, facts, language=row.language, now=now)
    _record(session, actor, "appeal.hearing", row, now=now, cycle_id=cycle.id, at=at.isoformat())
    return row


def note_heard(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Appeal:
    """The author was heard. Raises: NotFound, NotPermitted, WrongPhase, AlreadyDone."""
    cycle, row = _locked(session, actor, public_id, now=now)
    if row.heard_at is not None:
        raise AlreadyDone(at=row.heard_at)
    row.heard_at = now
    session.add(row)
    session.flush()
    _record(session, actor, "appeal.heard", row, now=now, cycle_id=cycle.id)
    return row


def took_part(session: Session, project_id: int | None) -> set[int]:
    """The members who reviewed the project or voted on it before the appeal, and so do not decide the appeal."""
    reviewed = select(Review.member_id).where(
        Review.project_id == project_id, col(Review.concluded_at).is_not(None)
    )
    voted = (
        select(CouncilVote.member_id)
        .join(AgendaItem, col(AgendaItem.id) == CouncilVote.item_id)
        .where(AgendaItem.project_id == project_id, AgendaItem.kind == "screening")
    )
    return {*session.exec(reviewed).all(), *session.exec(voted).all()}


def _locked(session: Session, actor: Actor, public_id: str, *, now: datetime) -> tuple[Cycle, Appeal]:
    found = session.exec(select(Appeal).where(Appeal.public_id == public_id)).first()
    if found is None:
        raise NotFound(appeal=public_id)
    project = session.get_one(Project, found.project_id)
    cycle = locked_cycle(session, project.cycle_id)
    rows = select(Appeal).where(Appeal.id == found.id).with_for_update()
    row = session.exec(rows.execution_options(populate_existing=True)).one()
    members.require_published(cycle)
    cycles.require(session, actor, Action.CHECK_PROJECT, cycle, now)
    if row.decided_at is not None:
        raise AlreadyDone(at=row.decided_at)
    return cycle, row


def _record(session: Session, actor: Actor, act: str, row: Appeal, *, now: datetime, **facts: Any) -> None:
    audit.record(session, actor, act, now=now, subject=f"appeal:{row.public_id}", **facts)
