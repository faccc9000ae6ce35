"""The council's second decision and the reserve as rows, for tests of what is read and shown of them.

Not by the use cases, as in `public_rows`: a count with its ballots takes long, and a page shows what the tables hold.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.confirmation import Confirmation, ReserveUse
from models.council_session import AgendaItem, CouncilSession
from models.cycle import Cycle
from models.enums import ItemKind, Phase, SessionKind
from models.project import Project
from tests.harness.public_rows import add_cycle

MINUTE = timedelta(minutes=1)


def decided(session: Session, now: datetime) -> tuple[Cycle, list[Project]]:
    """A counted cycle in which the council left the first winner out, and the second fell out for the seventh."""
    cycle = add_cycle(session, now, phase=Phase.IMPLEMENTATION, results=True)
    rows = session.exec(
        select(Project).where(Project.cycle_id == cycle.id).order_by(col(Project.number))
    ).all()
    held = CouncilSession(
        public_id="session001",
        cycle_id=cycle.id or 0,
        number=3,
        kind=SessionKind.DECISION,
        starts_at=now,
        place_kk="Әкімдік",
        place_ru="Акимат",
        created_at=now,
        announced_at=now,
        opened_at=now,
        closed_at=now,
        published_at=now,
    )
    session.add(held)
    session.flush()
    for number, wins in ((1, False), (2, True), (7, True)):
        item = AgendaItem(
            public_id=f"item00000{number}",
            session_id=held.id or 0,
            position=number,
            kind=ItemKind.CONFIRMATION,
            project_id=rows[number - 1].id,
            wins=wins,
        )
        session.add(item)
        session.flush()
        word = Confirmation(
            project_id=rows[number - 1].id or 0,
            cycle_id=cycle.id or 0,
            item_id=item.id or 0,
            wins=wins,
            departs=number != 2,
            reason_kk="Жер сатылды.",
            reason_ru="Участок продан.",
            place=number if wins else None,
            decided_at=now,
        )
        session.add(word)
    act = ReserveUse(
        out_id=rows[1].id or 0,
        cycle_id=cycle.id or 0,
        in_id=rows[6].id,
        reason_kk="Тұрғындар бас тартты.",
        reason_ru="Жители отказались.",
        document="№ 5 бұйрық",
        recorded_at=now + MINUTE,
    )
    session.add(act)
    session.flush()
    return cycle, list(rows)
