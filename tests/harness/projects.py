"""Small worlds for tests of projects and screening: a cycle in any phase, residents, members of the council.

Made through the domain functions where there are such: the cycle is created and published before its first phase.
"""

import itertools
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlmodel import Session, col, select

from budget import cycles
from budget.addresses import Address
from budget.permissions import Actor
from budget.phases import Window
from budget.projects import Proposal
from budget.settings import CycleDraft, EnvelopeDraft, Text
from models.cycle import Cycle
from models.database import Database
from models.district import Area, District
from models.enums import Direction, Language, Phase, Role
from models.people import Resident, Staff
from models.project import Project

COORDINATOR = Actor(Role.COORDINATOR)
_numbers = itertools.count(1)
_DAYS = 10


def make_cycle(
    session: Session,
    now: datetime,
    phase: Phase = Phase.SUBMISSION,
    *,
    publish: bool = True,
    envelopes: int = 1,
    **settings: Any,
) -> Cycle:
    """A published cycle that is in the middle of `phase` at `now`; each phase lasts ten days."""
    make_district(session)
    make_resident(session)
    begin = now - timedelta(days=_DAYS * list(Phase).index(phase) + _DAYS // 2)
    windows = [
        Window(one, begin + timedelta(days=_DAYS * i), begin + timedelta(days=_DAYS * (i + 1)))
        for i, one in enumerate(Phase)
    ]
    windows[-1] = Window(Phase.ARCHIVE, windows[-1].starts_at, None)
    share = 100_000_000 // envelopes
    values: dict[str, Any] = {
        "slug": f"cycle-{next(_numbers)}",
        "year": 2027,
        "title": Text("2027 жылғы кезең", "Цикл 2027 года", "The cycle of 2027"),
        "allotted_tenge": share * envelopes,
        "envelopes": tuple(
            EnvelopeDraft(Text(f"{n}-конверт", f"Конверт {n}", f"Envelope {n}"), share)
            for n in range(1, envelopes + 1)
        ),
        "windows": tuple(windows),
        "cost_cap_tenge": 20_000_000,
        "directions": (Direction.LANDSCAPING, Direction.LIGHTING, Direction.PLAYGROUNDS),
    }
    draft = CycleDraft(**{**values, **settings})
    before = begin - timedelta(days=1)
    cycle = cycles.create(session, COORDINATOR, draft, now=before)
    if publish:
        cycles.publish(session, COORDINATOR, cycle.slug, now=before)
    make_area(session)
    session.flush()
    return cycle


def make_district(session: Session) -> None:
    """The district, once."""
    if session.exec(select(District)).first() is None:
        session.add(
            District(
                kato="711310000",
                name_kk="Сарыарқа ауданы", name_ru="Район Сарыарка", name_en="Saryarka district",
                akimat_kk="Сарыарқа ауданының әкімдігі", akimat_ru="Акимат района Сарыарка",
                akimat_en="Akimat of Saryarka district",
                programme_kk="Қатысу бюджеті", programme_ru="Бюджет участия", programme_en="Participation budget",
            )
        )  # fmt: skip
        session.flush()


def make_area(session: Session, code: str = "koktal-1") -> Area:
    """An area by its code, once."""
    area = session.exec(select(Area).where(Area.code == code)).first()
    if area is None:
        area = Area(code=code, name_kk=f"Ауыл {code}", name_ru=f"Массив {code}", name_en=f"Area {code}")
        session.add(area)
        session.flush()
    return area


def make_resident(session: Session) -> Actor:
    """A resident on the roll."""
    number = next(_numbers)
    row = Resident(
        roll_key=number.to_bytes(32),
        birth_on=date(1980, 5, 1),
        imported_at=datetime.fromisoformat("2027-01-01T00:00Z"),
    )
    session.add(row)
    session.flush()
    return Actor(Role.RESIDENT, row.id)


def make_member(session: Session) -> Actor:
    """A member of the Expert Council."""
    row = Staff(
        email=f"member{next(_numbers)}@example.kz", name="Test member", role=Role.COUNCIL, password_hash="-",
        created_at=datetime.fromisoformat("2027-01-01T00:00Z"),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return Actor(Role.COUNCIL, row.id, row.name)


def proposal(**changes: Any) -> Proposal:
    """A proposal that any cycle of `make_cycle` accepts."""
    values: dict[str, Any] = {
        "language": Language.KK,
        "title": "Есенберлин 38: балалар алаңы мен жарық",
        "description": "Ауладағы ескі алаңды жаңартып, жарық шамдарын орнатуды ұсынамыз.",
        "addresses": (Address("Есенберлин к-сі", "38"), Address("Есенберлин к-сі", "7/1")),
        "area": "koktal-1",
        "direction": Direction.PLAYGROUNDS,
        "estimate_tenge": 14_850_000,
    }
    return Proposal(**{**values, **changes})


def photo_file(size: tuple[int, int] = (800, 600), kind: str = "JPEG") -> bytes:
    """The bytes of a picture."""
    out = BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, kind)
    return out.getvalue()


def sign_in(monkeypatch: pytest.MonkeyPatch, actor: Actor) -> None:
    """Let the pages believe that `actor` is signed in; signing in itself has tests of its own."""
    from views import sessions  # here, so that tests of the domain start without the edge

    current = sessions.Current(actor, stepped_up_at=datetime.max.replace(tzinfo=UTC))
    monkeypatch.setattr(sessions, "current", lambda: current)


def stored_projects(database: Database) -> list[Project]:
    """All projects by number."""
    with database.reading() as session:
        return list(session.exec(select(Project).order_by(col(Project.number))))
