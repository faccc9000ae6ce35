"""The reserve: when a winner falls out, the next project its money suffices for comes in, by a recorded act.

The list follows from the ranking (`budget.allocation.reserve`); nobody chooses from it. The act names its document and
its reasons in Kazakh and Russian, and stays in public.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from budget import audit, cycles, works
from budget.allocation.reserve import Ranked, Waiting, next_in, reserve
from budget.council import confirmations
from budget.errors import MotionIncomplete, NotAWinner, NotFound
from budget.permissions import Action, Actor
from models.confirmation import ReserveUse
from models.cycle import Cycle, Envelope
from models.enums import Language, WorksStatus
from models.project import Project
from models.result import VerdictRow
from models.works import Works


def listed(session: Session, cycle: Cycle) -> tuple[Waiting, ...]:
    """The reserve list now; () before the council has confirmed the count. `id` is the project's row."""
    return _listed(session, cycle, falls_out=None)


def would_come_in(session: Session, cycle: Cycle, project: Project) -> Waiting | None:
    """Who would come in if this winner fell out now."""
    return next_in(_listed(session, cycle, falls_out=project.id))


def uses(session: Session, cycle_id: int | None) -> Sequence[ReserveUse]:
    """The acts of a cycle, oldest first."""
    rows = select(ReserveUse).where(ReserveUse.cycle_id == cycle_id)
    return session.exec(rows.order_by(col(ReserveUse.recorded_at), col(ReserveUse.out_id))).all()


def use(
    session: Session,
    actor: Actor,
    public_id: str,
    *,
    reason_kk: str,
    reason_ru: str,
    document: str,
    now: datetime,
) -> ReserveUse:
    """A winner falls out: its works are cancelled, and the next of the reserve, if any, is planned.

    Raises: NotFound, NotPermitted, WrongPhase, NotAWinner, MotionIncomplete(missing).
    """
    project = session.exec(select(Project).where(Project.public_id == public_id)).first()
    if project is None:
        raise NotFound(project=public_id)
    slug = session.exec(select(Cycle.slug).where(Cycle.id == project.cycle_id)).one()
    cycle = cycles.locked(session, slug)
    cycles.require(session, actor, Action.USE_RESERVE, cycle, now)
    given = {"reason_kk": reason_kk.strip(), "reason_ru": reason_ru.strip(), "document": document.strip()}
    if missing := tuple(name for name, text in given.items() if not text):
        raise MotionIncomplete(number=project.number, missing=missing)
    row = session.get(Works, project.id)
    is_built = row is not None and row.status not in (WorksStatus.CANCELLED, WorksStatus.COMPLETED)
    if row is None or not is_built or not confirmations.of_cycle(session, cycle.id):
        raise NotAWinner
    following = would_come_in(session, cycle, project)
    works.cancel(session, row, reason=given["reason_kk"], language=Language.KK, now=now)
    if following is not None:
        works.plan_works(session, [following.id], now=now)
    act = ReserveUse(
        out_id=project.id or 0,
        cycle_id=cycle.id or 0,
        in_id=following.id if following is not None else None,
        recorded_by=actor.id,
        recorded_at=now,
        **given,
    )
    session.add(act)
    session.flush()
    audit.record(
        session, actor, "results.reserve", now=now, cycle_id=cycle.id, subject=project.public_id,
        came_in=following.id if following is not None else None, document=given["document"], reason=given["reason_ru"],
    )  # fmt: skip
    return act


def _listed(session: Session, cycle: Cycle, *, falls_out: int | None) -> tuple[Waiting, ...]:
    confirmed = confirmations.of_cycle(session, cycle.id)
    if not confirmed:
        return ()
    rows = select(VerdictRow).where(VerdictRow.cycle_id == cycle.id).order_by(col(VerdictRow.position))
    ranking = [
        Ranked(one.project_id, one.envelope_id, one.cost_tenge, one.kind) for one in session.exec(rows)
    ]
    parts = session.exec(select(Envelope).where(Envelope.cycle_id == cycle.id))
    totals = {part.id or 0: part.total_tenge for part in parts}
    states = select(Works.project_id, Works.status).where(
        col(Works.project_id).in_([one.id for one in ranking])
    )
    status = dict(session.exec(states).all())
    gone = {id_ for id_, value in status.items() if value is WorksStatus.CANCELLED} | {falls_out}
    built = [id_ for id_ in status if id_ not in gone]
    excluded = {one.project_id for one in confirmed if not one.wins}
    out = {id_ for id_ in gone | excluded if id_ is not None}
    return reserve(ranking, totals, built, out=out, pooled=cycle.leftovers)
