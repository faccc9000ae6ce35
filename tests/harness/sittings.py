"""Sessions of the council for tests that begin in the middle of one.

`underway` is a screening session with reviewed projects on its agenda, `counted` a cycle whose vote was counted, and
`deciding` its second session. Verdicts are written as rows: what the council makes of them is the subject, not the count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from budget import cycles
from budget.council import agenda, members, reviews, votes
from budget.council.motions import Motion
from models.council_session import AgendaItem, CouncilSession
from models.cycle import Cycle
from models.enums import ConflictKind, CouncilChoice, Phase, ProjectState, SessionKind, VerdictKind
from models.project import Project
from models.result import Count, VerdictRow
from tests.harness import council
from tests.harness.council import COORDINATOR, Member
from tests.harness.projects import make_cycle

Line = tuple[VerdictKind, int] | tuple[VerdictKind, int, int]
"""What the count says of a project: kind, cost in tenge, place of its envelope from 0."""
WON, SHORT, LOT = VerdictKind.WON, VerdictKind.DOES_NOT_FIT, VerdictKind.LOST_LOT


@dataclass(frozen=True)
class Sitting:
    """A session with its cycle, its council and the projects on its agenda, in order."""

    cycle: Cycle
    row: CouncilSession
    members: list[Member]
    projects: list[Project]

    def items(self, session: Session) -> list[AgendaItem]:
        """The agenda, one item for each project."""
        return list(agenda.items_of(session, self.row))

    def open(self, session: Session, *, now: datetime) -> list[AgendaItem]:
        """Put everything to the vote."""
        votes.open_items(session, COORDINATOR, self.row.public_id, now=now)
        return self.items(session)


def reviewed(
    session: Session, cycle: Cycle, number: int = 1, *, size: int = 5, now: datetime, **changes: Any
) -> tuple[list[Project], list[Member]]:
    """So many projects with all their reviews written, each criterion met, and the council."""
    present = council.members_of(session, cycle, now=now) if cycle.council_published_at else []
    present = present or council.make_council(session, cycle, now=now, size=size)
    projects = [council.submit(session, cycle, now=now, **changes)[0] for _ in range(number)]
    council.pass_check(session, cycle, *projects, now=now)
    reviews.assign(session, COORDINATOR, cycle, now=now)
    for project in projects:
        council.review_all(session, project, now=now)
    return projects, present


def underway(
    session: Session,
    now: datetime,
    *,
    projects: int = 1,
    size: int = 5,
    present: int | None = None,
    **settings: Any,
) -> Sitting:
    """A screening session that has begun with so many of its members; nothing is put to the vote yet."""
    cycle = make_cycle(session, now, **settings)
    rows, people = reviewed(session, cycle, projects, size=size, now=now)
    row = council.plan_session(session, cycle, now=now)
    agenda.fill(session, COORDINATOR, row.public_id, now=now)
    council.begin(session, row, people[:present], now=now)
    return Sitting(cycle, row, people, rows)


def counted(
    session: Session,
    now: datetime,
    lines: Sequence[Line] = ((WON, 6_000_000), (WON, 3_000_000), (SHORT, 2_000_000)),
    *,
    totals: Sequence[int] = (10_000_000,),
    publish: bool = True,
    **settings: Any,
) -> tuple[Cycle, list[Project]]:
    """A cycle in its decision phase whose count said so, in the order of the ranking, with `totals` in its envelopes."""
    begun = now - timedelta(days=30)
    cycle = make_cycle(session, begun, Phase.SUBMISSION, envelopes=len(totals), **settings)
    parts = cycles.envelopes(session, cycle.id or 0)
    for part, total in zip(parts, totals, strict=True):
        part.total_tenge = total
    cycle.allotted_tenge, cycle.cost_cap_tenge = sum(totals), None
    session.add_all([*parts, cycle])
    session.flush()
    rows: list[Project] = []
    for kind, cost, *place in lines:
        envelope = parts[place[0] if place else 0]
        project, _ = council.submit(
            session,
            cycle,
            now=begun,
            estimate_tenge=min(cost, envelope.total_tenge),
            envelope=envelope.public_id,
        )
        project.state, project.cost_tenge, project.decided_at = ProjectState.ADMITTED, cost, begun
        rows.append(project)
        verdict = VerdictRow(
            project_id=project.id or 0, cycle_id=cycle.id or 0, envelope_id=envelope.id or 0, position=len(rows),
            place=len(rows), votes=100 - len(rows), cost_tenge=cost, remaining_before_tenge=sum(totals),
            remaining_after_tenge=sum(totals), kind=kind,
        )  # fmt: skip
        session.add_all([project, verdict])
    sums = {"participations": 100, "valid": 99, "empty": 1, "invalid": 0, "ballots_root": "ab" * 32}
    session.add(Count(cycle_id=cycle.id or 0, counted_at=now, **sums))
    session.flush()
    cycle.frozen_at, cycle.frozen_hash = begun + timedelta(days=20), "cd" * 32
    cycle.counted_at, cycle.results_published_at = now, now if publish else None
    session.add(cycle)
    session.flush()
    return cycle, rows


def deciding(
    session: Session, now: datetime, cycle: Cycle, projects: Sequence[Project], *, size: int = 5
) -> Sitting:
    """The second session, begun with everybody; each winner and the order are on its agenda."""
    people = council.make_council(session, cycle, now=now, size=size)
    row = council.plan_session(session, cycle, SessionKind.DECISION, now=now)
    agenda.fill(session, COORDINATOR, row.public_id, now=now)
    council.begin(session, row, people, now=now)
    return Sitting(cycle, row, people, list(projects))


def finish(session: Session, held: Sitting, *, now: datetime, publish: bool = True) -> None:
    """Everybody votes for everything that is left; closed, and published."""
    council.finish(session, held.row, held.members, now=now, publish=publish)


def cast(session: Session, item: AgendaItem, choices: Mapping[Member, CouncilChoice], now: datetime) -> None:
    """Each votes as said."""
    for member, choice in choices.items():
        votes.cast(session, member.actor, item.public_id, choice, now=now)


def close(session: Session, held: Sitting, now: datetime) -> None:
    """Close every vote that is open."""
    votes.close_items(session, COORDINATOR, held.row.public_id, now=now)


def interested(session: Session, held: Sitting, member: Member, now: datetime, place: int = 0) -> None:
    """The member declares an interest in the project at this place of the agenda."""
    interests = {held.projects[place].public_id: ConflictKind.RELATIVE}
    members.declare(session, member.actor, held.cycle, interests, now=now)


def propose(session: Session, held: Sitting, motion: Motion, now: datetime, place: int = 0) -> AgendaItem:
    """Write the motion at this place of the agenda anew."""
    item = held.items(session)[place]
    return agenda.change_motion(
        session, COORDINATOR, item.public_id, motion, revision=held.row.revision, now=now
    )
