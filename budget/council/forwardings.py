"""A rejected project is sent on to the body that is competent, with the legal ground and the date.

Source: Administrative Procedural Code: whoever is not competent sends an application on within three working days. The
project stays rejected here; its page says who has it now.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, select

from budget import audit, cycles
from budget.errors import AlreadyDone, MotionIncomplete, NotFound, NotThisState
from budget.permissions import Action, Actor
from budget.projects import locked_project
from models.cycle import Cycle
from models.enums import Origin, ProjectState
from models.project import Project
from models.screening import Forwarding


@dataclass(frozen=True)
class Sent:
    """Whom a project was sent to, on what ground, with which outgoing number, on what day."""

    body_kk: str
    body_ru: str
    ground: str
    forwarded_on: date
    contact: str = ""
    number: str = ""


def of_project(session: Session, project_id: int | None) -> Forwarding | None:
    """Where a project was sent on to."""
    return session.get(Forwarding, project_id)


def record(session: Session, actor: Actor, public_id: str, sent: Sent, *, now: datetime) -> Forwarding:
    """Write down that a rejected project was sent on.

    Raises: NotFound, NotPermitted, NotThisState, AlreadyDone, MotionIncomplete(missing).
    """
    found = session.exec(select(Project).where(Project.public_id == public_id)).first()
    if found is None:
        raise NotFound(project=public_id)
    slug = session.exec(select(Cycle.slug).where(Cycle.id == found.cycle_id)).one()
    cycle = cycles.own(session, actor, Action.MANAGE_COUNCIL, slug)
    project = locked_project(session, found.id or 0)
    if cycle.origin is not Origin.SERVICE or project.state is not ProjectState.REJECTED:
        raise NotThisState(state=project.state, wanted=ProjectState.REJECTED)
    if missing := tuple(name for name in ("body_kk", "body_ru", "ground") if not getattr(sent, name).strip()):
        raise MotionIncomplete(number=project.number, missing=missing)
    earlier = of_project(session, project.id)
    if earlier is not None:
        raise AlreadyDone(at=earlier.recorded_at)
    row = Forwarding(
        project_id=project.id or 0,
        body_kk=sent.body_kk.strip(),
        body_ru=sent.body_ru.strip(),
        contact=sent.contact.strip(),
        ground=sent.ground.strip(),
        number=sent.number.strip(),
        forwarded_on=sent.forwarded_on,
        recorded_by=actor.id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "project.forward", now=now, cycle_id=cycle.id, subject=project.public_id,
        body=sent.body_ru, ground=sent.ground, number=sent.number,
    )  # fmt: skip
    return row
