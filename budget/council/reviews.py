"""Reviews: who reads which project, and what they conclude criterion by criterion.

Assigned evenly among the members who declared their interests and have none in the project; a corrected project goes
to the same people. A conclusion may be written anew until the project is put to the vote. Nothing of it is seen
outside the council; what the council makes of it is a motion (`budget.council.agenda`).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit, cycles
from budget.council import criteria, formal, members
from budget.council.assigning import Task, evenly
from budget.errors import (
    AnswerMissing,
    BudgetRefusal,
    CostAboveCap,
    CostNotPositive,
    CostReasonRequired,
    NotPermitted,
    NotThisState,
    OnAgenda,
    RemarkRequired,
    SessionChanged,
)
from budget.permissions import Action, Actor
from budget.projects import check_cost, chosen_envelope, locked_cycle, locked_project
from budget.working_days import end_of, moved_days
from models.council import Conflict, CouncilMember
from models.council_session import AgendaItem, CouncilSession
from models.cycle import Cycle
from models.enums import Answer, Criterion, Language, ProjectState
from models.project import Project
from models.screening import Review, ReviewAnswer

ASIDE = select(Conflict.id).where(
    Conflict.member_id == Review.member_id, Conflict.project_id == Review.project_id
)
"""Of a review in a larger statement: its member stands aside from the project."""
COUNTING = select(Review.id).where(
    Review.project_id == Project.id, Review.version == Project.version, ~ASIDE.exists()
)
"""Of a project in a larger statement: the reviews of its text as it is now by members who do not stand aside."""


@dataclass(frozen=True)
class Said:
    """An answer on one criterion, with its remark unless it is met."""

    answer: Answer
    remark: str = ""


@dataclass(frozen=True)
class Conclusion:
    """What a reviewer concludes. `admitted_tenge=None` keeps the author's estimate; `notes` are for the council."""

    said: Mapping[Criterion, Said]
    language: Language
    admitted_tenge: int | None = None
    cost_reason: str = ""
    notes: str = ""


@dataclass(frozen=True)
class Assigned:
    """What an assignment did: new reviews, and the numbers of projects that have fewer reviewers than they should."""

    reviews: int
    short: tuple[int, ...] = field(default=())


@dataclass(frozen=True)
class Share:
    """What a member has to read of the cycle, written or not, and what an assignment would add."""

    member: CouncilMember
    has: int
    gets: int


@dataclass(frozen=True)
class Proposal:
    """What an assignment would do now: who gets how many, how many projects that is, and the numbers of those that
    would have fewer reviewers than they should."""

    shares: tuple[Share, ...]
    projects: int
    short: tuple[int, ...]


@dataclass(frozen=True)
class _Plan:
    readers: list[CouncilMember]
    projects: dict[int, Project]
    pairs: list[tuple[int, int]]
    load: Counter[int]
    short: tuple[int, ...]


def assign(session: Session, actor: Actor, cycle: Cycle, *, now: datetime) -> Assigned:
    """Give every checked project its reviewers, evenly; projects that have them keep them.

    Raises: NotPermitted, WrongPhase, CouncilMissing.
    """
    cycle = locked_cycle(session, cycle.id or 0)
    cycles.require(session, actor, Action.CHECK_PROJECT, cycle, now)
    members.require_published(cycle)
    plan = _plan(session, cycle, now)
    due_at = end_of(now, cycle.review_days, moved_days(session))
    session.add_all(
        Review(
            project_id=project_id,
            version=plan.projects[project_id].version,
            member_id=member_id,
            assigned_at=now,
            due_at=due_at,
        )
        for project_id, member_id in plan.pairs
    )
    session.flush()
    audit.record(
        session, actor, "screening.assign", now=now, cycle_id=cycle.id, subject=cycle.slug, reviews=len(plan.pairs),
        projects=len({project_id for project_id, _ in plan.pairs}),
    )  # fmt: skip
    return Assigned(len(plan.pairs), plan.short)


def proposed(session: Session, cycle: Cycle, *, now: datetime) -> Proposal:
    """What `assign` would do now, for whoever is about to press the button."""
    plan = _plan(session, cycle, now)
    gets = Counter(member_id for _, member_id in plan.pairs)
    shares = (Share(one, plan.load[one.id or 0], gets[one.id or 0]) for one in plan.readers)
    return Proposal(tuple(shares), len({project_id for project_id, _ in plan.pairs}), plan.short)


def _plan(session: Session, cycle: Cycle, now: datetime) -> _Plan:
    readers = [
        one for one in members.in_office(session, cycle.id or 0, now=now) if one.declared_at is not None
    ]
    ids = [member.id or 0 for member in readers]
    projects = {project.id or 0: project for project in _to_review(session, cycle.id)}
    taken = _of_versions(session, projects)
    pairs = _again(session, projects, taken, set(ids))
    for project_id, member_id in pairs:
        taken.setdefault(project_id, set()).add(member_id)
    before, wanted = _load(session, cycle.id), cycle.reviewers_per_project
    load = before + Counter(member_id for _, member_id in pairs)
    fresh = evenly(_tasks(session, projects, taken), ids, each=wanted, load=load)
    for project_id, member_id in fresh:
        taken.setdefault(project_id, set()).add(member_id)
    short = tuple(
        projects[task.project].number
        for task in _tasks(session, projects, taken)
        if len(task.taken_by - task.barred) < wanted
    )
    return _Plan(readers, projects, pairs + fresh, before, short)


def conclude(
    session: Session,
    actor: Actor,
    public_id: str,
    conclusion: Conclusion,
    *,
    version: int | None = None,
    now: datetime,
) -> Review:
    """Write one's conclusion on a project one has to review, or write it anew. `version` is the text that was read.

    Raises: NotFound, NotPermitted, NotDeclared, Recused, WrongPhase, NotThisState, OnAgenda, SessionChanged,
    AnswerMissing, RemarkRequired, CostReasonRequired, CostNotPositive, CostAboveCap.
    """
    cycle, project, review = require_reviewer(session, actor, public_id, version=version, now=now)
    for fault in faults(session, cycle, project, conclusion):
        raise fault
    review.concluded_at, review.language = now, conclusion.language
    review.admitted_tenge = conclusion.admitted_tenge or project.estimate_tenge
    review.cost_reason, review.notes = conclusion.cost_reason.strip(), conclusion.notes.strip()
    session.add(review)
    session.exec(sa.delete(ReviewAnswer).where(col(ReviewAnswer.review_id) == review.id))
    session.add_all(
        ReviewAnswer(
            review_id=review.id or 0,
            criterion=criterion,
            answer=said.answer,
            remark="" if said.answer is Answer.MEETS else said.remark.strip(),
        )
        for criterion, said in conclusion.said.items()
    )
    session.flush()
    audit.record(
        session,
        actor,
        "screening.review",
        now=now,
        cycle_id=cycle.id,
        subject=project.public_id,
        version=project.version,
    )
    return review


def faults(
    session: Session, cycle: Cycle, project: Project, conclusion: Conclusion
) -> Iterator[BudgetRefusal]:
    """Everything a conclusion lacks, so that a page can say it all at once: AnswerMissing, RemarkRequired,
    CostReasonRequired, CostNotPositive, CostAboveCap."""
    for clause in criteria.of_cycle(session, cycle.id or 0):
        said = conclusion.said.get(clause.criterion)
        if said is None:
            yield AnswerMissing(criterion=clause.criterion)
        elif said.answer is not Answer.MEETS and not said.remark.strip():
            yield RemarkRequired(criterion=clause.criterion)
    cost = conclusion.admitted_tenge
    if cost is None or cost == project.estimate_tenge:
        return
    own = next(
        (row.public_id for row in cycles.envelopes(session, cycle.id or 0) if row.id == project.envelope_id),
        None,
    )
    try:
        check_cost(cycle, chosen_envelope(session, cycle, own), cost)
    except (CostAboveCap, CostNotPositive) as refusal:
        yield refusal
    if not conclusion.cost_reason.strip():
        yield CostReasonRequired(estimate_tenge=project.estimate_tenge)


def require_reviewer(
    session: Session, actor: Actor, public_id: str, *, version: int | None = None, now: datetime
) -> tuple[Cycle, Project, Review]:
    """The cycle, project and review of the member who acts, all locked; the project waits for a decision.

    Raises: NotFound, NotPermitted (not assigned), NotDeclared, Recused, WrongPhase, NotThisState, OnAgenda,
    SessionChanged where the author sent in another text than the `version` the member has read.
    """
    from budget.screening import found  # `screening` decides, reviews come before: it need not know them

    project, cycle = found(session, public_id)
    cycle = locked_cycle(session, cycle.id or 0)
    project = locked_project(session, project.id or 0)
    cycles.require(session, actor, Action.REVIEW_PROJECT, cycle, now)
    member = members.declared(session, actor, cycle, now=now)
    members.refuse_recused(session, member, project.id)
    if project.state is not ProjectState.SUBMITTED:
        raise NotThisState(state=project.state, wanted=ProjectState.SUBMITTED)
    refuse_on_agenda(session, project)
    review = of_member(session, project, member)
    if review is None:
        raise NotPermitted(action=Action.REVIEW_PROJECT)
    if version is not None and version != project.version:
        raise SessionChanged
    return cycle, project, review


def of_member(session: Session, project: Project, member: CouncilMember) -> Review | None:
    """The member's review of the project's text as it is now."""
    rows = select(Review).where(Review.project_id == project.id, Review.version == project.version)
    return session.exec(rows.where(Review.member_id == member.id)).first()


def of_project(session: Session, project: Project) -> Sequence[Review]:
    """The reviews of the project's text as it is now, concluded or not."""
    rows = select(Review).where(Review.project_id == project.id, Review.version == project.version)
    return session.exec(rows.order_by(col(Review.id))).all()


def standing(session: Session, project: Project) -> list[Review]:
    """Those of them that count: whoever declared an interest since has concluded nothing."""
    aside = members.recusals(session, project.id)
    return [one for one in of_project(session, project) if one.member_id not in aside]


def answers_of(session: Session, review_ids: Sequence[int]) -> dict[int, dict[Criterion, Said]]:
    """The answers of reviews by criterion, in the order of the criteria."""
    rows = session.exec(select(ReviewAnswer).where(col(ReviewAnswer.review_id).in_(review_ids)))
    order = list(Criterion)
    found: dict[int, dict[Criterion, Said]] = {}
    for row in sorted(rows, key=lambda row: order.index(row.criterion)):
        found.setdefault(row.review_id, {})[row.criterion] = Said(row.answer, row.remark)
    return found


def refuse_on_agenda(session: Session, project: Project) -> None:
    """Raises OnAgenda(number) while the project is put to the vote, or decided and not published."""
    number = session.exec(
        select(CouncilSession.number)
        .join(AgendaItem, col(AgendaItem.session_id) == CouncilSession.id)
        .where(
            AgendaItem.project_id == project.id,
            col(AgendaItem.opened_at).is_not(None),
            col(CouncilSession.published_at).is_(None),
        )
    ).first()
    if number is not None:
        raise OnAgenda(number=number)


def _to_review(session: Session, cycle_id: int | None) -> Sequence[Project]:
    rows = select(Project).where(
        Project.cycle_id == cycle_id, Project.state == ProjectState.SUBMITTED, formal.IS_PASSED
    )
    return session.exec(rows.order_by(col(Project.number))).all()


def _of_versions(session: Session, projects: Mapping[int, Project]) -> dict[int, set[int]]:
    """The members who have the texts as they are now, by project."""
    rows = session.exec(select(Review).where(col(Review.project_id).in_(projects))).all()
    found: dict[int, set[int]] = {}
    for row in rows:
        if row.version == projects[row.project_id].version:
            found.setdefault(row.project_id, set()).add(row.member_id)
    return found


def _again(
    session: Session, projects: Mapping[int, Project], taken: Mapping[int, set[int]], readers: set[int]
) -> list[tuple[int, int]]:
    """A corrected text goes to those who read the one before, as far as they may still."""
    before = [
        row
        for row in session.exec(select(Review).where(col(Review.project_id).in_(projects)))
        if row.version == projects[row.project_id].version - 1 and row.member_id in readers
    ]
    barred = _barred(session, projects)
    return [
        (row.project_id, row.member_id)
        for row in before
        if row.member_id not in barred.get(row.project_id, set()) | taken.get(row.project_id, set())
    ]


def _tasks(session: Session, projects: Mapping[int, Project], taken: Mapping[int, set[int]]) -> list[Task]:
    barred = _barred(session, projects)
    return [
        Task(project_id, frozenset(taken.get(project_id, ())), frozenset(barred.get(project_id, ())))
        for project_id in projects
    ]


def _barred(session: Session, projects: Mapping[int, Project]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for row in session.exec(select(Conflict).where(col(Conflict.project_id).in_(projects))):
        found.setdefault(row.project_id, set()).add(row.member_id)
    return found


def _load(session: Session, cycle_id: int | None) -> Counter[int]:
    rows = (
        select(Review.member_id, sa.func.count())
        .join(Project, col(Project.id) == Review.project_id)
        .where(Project.cycle_id == cycle_id)
        .group_by(col(Review.member_id))
    )
    return Counter(dict(session.exec(rows).all()))
