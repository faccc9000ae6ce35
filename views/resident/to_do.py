"""What a resident has to do now, or may do while there is time: the first thing the own page shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from budget.council.mergers import Offered
from budget.reading.project_life import ProjectLife
from models.screening import Appeal
from views.addresses import url_for
from views.filters import opening
from views.public.project_events import last_day
from views.texts import gettext as _

_WHENEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Task:
    """Something to do about a project by its number. `is_must`: what happens otherwise is against the project; `until`
    says the deadline in words."""

    number: int
    text: str
    until: str
    due_at: datetime
    action: str
    href: str
    is_must: bool = True


def in_order(tasks: list[Task]) -> list[Task]:
    """What must be done first, the most urgent at the top."""
    return sorted(tasks, key=lambda task: (not task.is_must, task.due_at, task.number))


def of_project(
    life: ProjectLife,
    offers: list[Offered],
    appeal: Appeal | None,
    *,
    can_correct: bool,
    can_appeal: bool,
    now: datetime,
) -> Iterator[Task]:
    """The tasks of one project; what may be done was asked from the domain."""
    if can_correct:
        yield _correct(life)
    for offered in offers:
        yield _answer(life, offered)
    hearing_at = _invited_at(appeal, now)
    if hearing_at is not None:
        yield _be_heard(life, hearing_at)
    if can_appeal:
        yield _appeal(life)


def _invited_at(appeal: Appeal | None, now: datetime) -> datetime | None:
    """When the author is to be heard; None where that is over, or nobody is invited."""
    if appeal is None or appeal.decided_at is not None or appeal.heard_at is not None:
        return None
    return appeal.hearing_at if appeal.hearing_at is not None and now < appeal.hearing_at else None


def _correct(life: ProjectLife) -> Task:
    asked = life.decisions[-1].asked if life.decisions else None
    return Task(
        life.facts.number,
        _("Correct it and submit it again."),
        _("Until the end of %(day)s; otherwise it is rejected.", day=last_day(asked.due_at)) if asked else "",
        asked.due_at if asked else _WHENEVER,
        _("Correct and submit again"),
        url_for("resident.edit_project", public_id=life.facts.public_id),
    )


def _answer(life: ProjectLife, offered: Offered) -> Task:
    return Task(
        life.facts.number,
        _("May it become one with project %(number)s, which is similar?", number=offered.other.number),
        _("Nothing is decided on either before both authors have answered."),
        _WHENEVER,
        _("Read and answer"),
        url_for("resident.merger", public_id=offered.merger.public_id),
    )


def _be_heard(life: ProjectLife, at: datetime) -> Task:
    return Task(
        life.facts.number,
        _("You are invited to be heard on your appeal."),
        opening(at),
        at,
        _("Where and how"),
        url_for("resident.appeal", public_id=life.facts.public_id),
        is_must=False,
    )


def _appeal(life: ProjectLife) -> Task:
    until = life.decisions[-1].appeal_until
    return Task(
        life.facts.number,
        _("It was rejected. If you do not agree, you can appeal."),
        _("Until the end of %(day)s.", day=last_day(until)) if until else "",
        until or _WHENEVER,
        _("Read the reasons and appeal"),
        url_for("resident.appeal", public_id=life.facts.public_id),
        is_must=False,
    )
