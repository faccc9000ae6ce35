"""Motions: what the council is asked to decide of a project, and how the reviews come to a first one.

Of several answers on a criterion the gravest stands, of several costs the lowest. A rejection rests on the first
criterion with the gravest answer; the reviewers' remarks on it are a first draft of its reasons, each in the language it
was written in, and the coordinator writes the other one. An appeal begins with the rejection as it stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from budget.council import criteria, reviews
from budget.council.criteria import Answers
from models.council_session import AgendaItem
from models.cycle import Cycle
from models.enums import Answer, Criterion, ItemKind, Language, ScreeningOutcome
from models.project import Project
from models.screening import Review, Screening


@dataclass(frozen=True)
class Motion:
    """What is proposed of a project before the vote. `answers` by criterion; `cost_tenge` and `envelope` where it is to
    be admitted; `cost_reason_*` where that differs from the estimate."""

    outcome: ScreeningOutcome
    answers: Answers = field(default_factory=dict)
    criterion: Criterion | None = None
    clause: str = ""
    reason_kk: str = ""
    reason_ru: str = ""
    cost_tenge: int | None = None
    cost_reason_kk: str = ""
    cost_reason_ru: str = ""
    envelope: str | None = None


@dataclass(frozen=True)
class Word:
    """What is proposed of a project after the vote: does it win, and why where the count says otherwise."""

    wins: bool
    reason_kk: str = ""
    reason_ru: str = ""


def proposed(session: Session, cycle: Cycle, project: Project) -> Motion:
    """The motion the reviews come to. A rejection gets its criterion and clause, and the reviewers' remarks as a first
    draft of its reasons, each in the language it was written in."""
    concluded = [one for one in reviews.standing(session, project) if one.concluded_at is not None]
    said = reviews.answers_of(session, [one.id or 0 for one in concluded])
    plain = [{criterion: one.answer for criterion, one in answers.items()} for answers in said.values()]
    asked = criteria.of_cycle(session, cycle.id or 0)
    answers = criteria.combined(plain) or {one.criterion: Answer.MEETS for one in asked}
    outcome = criteria.outcome_of(answers)
    if outcome is ScreeningOutcome.ADMITTED:
        return _admission(concluded, project, answers)
    worst = max(answers.values(), key=list(Answer).index)
    criterion = next(one for one, answer in answers.items() if answer is worst)
    clause = next((one.clause for one in asked if one.criterion is criterion), "")
    reasons = {"kk": "", "ru": ""}
    for review in concluded:
        remark = said.get(review.id or 0, {}).get(criterion)
        if remark is not None and remark.remark and str(review.language) in reasons:
            reasons[str(review.language)] = remark.remark
    return Motion(outcome, answers, criterion, clause, reasons["kk"], reasons["ru"])


def repeated(decision: Screening, answers: Answers) -> Motion:
    """A published rejection as a motion: what an appeal against it begins with."""
    return Motion(
        ScreeningOutcome.REJECTED,
        answers,
        decision.criterion,
        decision.clause,
        decision.reason_kk,
        decision.reason_ru,
    )


def _admission(concluded: Sequence[Review], project: Project, answers: Answers) -> Motion:
    """With the lowest cost a reviewer would admit, and that reviewer's reason where it is not the estimate."""
    costs = [(one.admitted_tenge, one) for one in concluded if one.admitted_tenge is not None]
    if not costs:
        return Motion(ScreeningOutcome.ADMITTED, answers, cost_tenge=project.estimate_tenge)
    cost, review = min(costs, key=lambda pair: pair[0])
    return Motion(
        ScreeningOutcome.ADMITTED,
        answers,
        cost_tenge=cost,
        cost_reason_kk=review.cost_reason if review.language is Language.KK else "",
        cost_reason_ru=review.cost_reason if review.language is Language.RU else "",
    )


def missing(item: AgendaItem, project: Project | None, *, departs: bool) -> tuple[str, ...]:
    """The names of what a motion lacks before it may be put to the vote; () when it is complete.

    A rejection or return needs its criterion, clause and reasons, an admitted cost that differs from the estimate its
    reasons, and so does a departure from the count.
    """
    wanted: tuple[str, ...] = ()
    if item.kind is ItemKind.CONFIRMATION and departs:
        wanted = ("reason_kk", "reason_ru")
    elif item.outcome is ScreeningOutcome.REJECTED:
        wanted = ("criterion", "clause", "reason_kk", "reason_ru")
    elif item.outcome is ScreeningOutcome.RETURNED:
        wanted = ("reason_kk", "reason_ru")
    elif item.outcome is ScreeningOutcome.ADMITTED and project is not None:
        differs = item.cost_tenge != project.estimate_tenge
        wanted = ("cost_reason_kk", "cost_reason_ru") if differs else ()
    return tuple(name for name in wanted if not getattr(item, name))
