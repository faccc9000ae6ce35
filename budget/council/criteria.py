"""What projects are held against: the criteria as a cycle's regulation has them, and whose the rest is.

Source: competence and conformity stand in the akimat's report; the clauses and texts are the regulation's own. What is
not within the competence has somebody else to turn to, and the page says whom.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit, cycles
from budget.errors import AnswerMissing, CriteriaContradict, Frozen
from budget.permissions import Action, Actor, require_role
from budget.settings import Text
from models.base import new_public_id
from models.council import CompetentBody, CycleCriterion
from models.enums import Answer, Criterion, ScreeningOutcome

Answers = Mapping[Criterion, Answer]


@dataclass(frozen=True)
class Clause:
    """A criterion in a cycle: its clause of the regulation, and help texts of its own where not empty."""

    criterion: Criterion
    clause: str = ""
    help_kk: str = ""
    help_ru: str = ""
    help_en: str = ""


@dataclass(frozen=True)
class Body:
    """Something that is not the akimat's, and whose it is."""

    matter: Text
    name: Text
    contact: str = ""


def of_cycle(session: Session, cycle_id: int) -> tuple[Clause, ...]:
    """The criteria of a cycle in the order of the enum; all of ours where it has none of its own."""
    rows = session.exec(select(CycleCriterion).where(CycleCriterion.cycle_id == cycle_id)).all()
    own = {
        row.criterion: Clause(row.criterion, row.clause, row.help_kk, row.help_ru, row.help_en)
        for row in rows
    }
    return in_order(own)


def in_order(own: Mapping[Criterion, Clause]) -> tuple[Clause, ...]:
    """A cycle's own criteria in the order of the enum; all of ours where it has none."""
    if not own:
        return tuple(map(Clause, Criterion))
    return tuple(own[criterion] for criterion in Criterion if criterion in own)


def set_criteria(
    session: Session, actor: Actor, slug: str, clauses: Sequence[Clause], *, now: datetime
) -> None:
    """Write down the criteria of the regulation; competence and conformity always stand. What was decided was held
    against them, so they stay with the frozen ballot list.

    Raises: NotPermitted, NotFound, Frozen, AnswerMissing(criterion) where one of the two is left out.
    """
    cycle = cycles.own(session, actor, Action.MANAGE_COUNCIL, slug)
    if cycle.frozen_at is not None:
        raise Frozen(frozen_at=cycle.frozen_at)
    named = {clause.criterion: clause for clause in clauses}
    for always in (Criterion.COMPETENCE, Criterion.CONFORMITY):
        if always not in named:
            raise AnswerMissing(criterion=always)
    session.exec(sa.delete(CycleCriterion).where(col(CycleCriterion.cycle_id) == cycle.id))
    session.add_all(CycleCriterion(cycle_id=cycle.id or 0, **vars(clause)) for clause in named.values())
    session.flush()
    clauses_told = {str(criterion): clause.clause for criterion, clause in named.items()}
    audit.record(
        session, actor, "council.criteria", now=now, cycle_id=cycle.id, subject=slug, clauses=clauses_told
    )


def bodies(session: Session) -> Sequence[CompetentBody]:
    """Who is competent for what the akimat is not, in order."""
    return session.exec(select(CompetentBody).order_by(col(CompetentBody.position))).all()


def set_bodies(session: Session, actor: Actor, listed: Sequence[Body], *, now: datetime) -> None:
    """Write the list of the others anew. Raises NotPermitted."""
    require_role(actor, Action.MANAGE_COUNCIL)
    session.exec(sa.delete(CompetentBody))
    for position, body in enumerate(listed, start=1):
        texts = {f"matter_{lang}": text for lang, text in vars(body.matter).items()}
        texts |= {f"name_{lang}": text for lang, text in vars(body.name).items()}
        session.add(
            CompetentBody(public_id=new_public_id(), position=position, contact=body.contact, **texts)
        )
    session.flush()
    audit.record(session, actor, "council.bodies", now=now, bodies=[body.name.ru for body in listed])


def check(
    outcome: ScreeningOutcome,
    answers: Answers,
    asked: Sequence[Clause],
    rests_on: Criterion | None = None,
) -> None:
    """Hold an outcome against its answers: admitted meets everything, returned or rejected does not, and what a rejection
    rests on is not met.

    Raises: AnswerMissing(criterion), CriteriaContradict(outcome).
    """
    for clause in asked:
        if clause.criterion not in answers:
            raise AnswerMissing(criterion=clause.criterion)
    meets_all = all(answer is Answer.MEETS for answer in answers.values())
    if meets_all is not (outcome is ScreeningOutcome.ADMITTED):
        raise CriteriaContradict(outcome=outcome)
    if rests_on is not None and not meets_all and answers.get(rests_on, Answer.MEETS) is Answer.MEETS:
        raise CriteriaContradict(outcome=outcome)


def outcome_of(answers: Answers) -> ScreeningOutcome:
    """What answers come to: a failure rejects, something to correct returns, the rest is admitted."""
    given = set(answers.values())
    if Answer.FAILS in given:
        return ScreeningOutcome.REJECTED
    return ScreeningOutcome.RETURNED if Answer.CORRECTABLE in given else ScreeningOutcome.ADMITTED


def combined(several: Sequence[Answers]) -> dict[Criterion, Answer]:
    """Several conclusions as one: of each criterion the gravest answer."""
    gravity = list(Answer)
    found: dict[Criterion, Answer] = {}
    for answers in several:
        for criterion, answer in answers.items():
            found[criterion] = max(found.get(criterion, Answer.MEETS), answer, key=gravity.index)
    return found
