"""A council at work, for tests of what everybody sees of it: a screening session at any step, and a second session.

Everything through the domain functions, so that a page shows what really comes of an act. Words that must not be seen
before their day are told apart by being invented: SECRETS.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlmodel import Session, delete, select, update

from budget import projects
from budget.council import agenda, decisions, members, protocols, reviews, sessions, votes
from budget.permissions import Actor
from models.council_session import AgendaItem, CouncilSession, Protocol
from models.cycle import Cycle
from models.enums import Answer, ConflictKind, CouncilChoice, Criterion, Language, Phase, SessionKind
from models.project import Project
from models.result import VerdictRow
from models.works import Works, WorksChange
from tests.harness import council
from tests.harness.council import COORDINATOR, MEETS, Member
from tests.harness.projects import make_cycle, make_resident, proposal
from tests.harness.public_rows import add_cycle

REASON_KK, REASON_RU = "Қысқа тұйықталған себеп.", "Замысловатая причина."
COST_KK, COST_RU = "Шамамен есептелген баға.", "Приблизительная смета."
DISSENT = "Мен келіспеймін, өйткені алаң керек."
LOST_REASON = "Өтпеген ұсыныстың себебі."
NOTES = "Құпия ескертпе."
CLAUSE = "27-3"
COST = 13_131_313
SECRETS = (
    REASON_KK,
    REASON_RU,
    COST_KK,
    COST_RU,
    DISSENT,
    LOST_REASON,
    NOTES,
    CLAUSE,
    "13\u00a0131\u00a0313",
    "13131313",
)
"""What nobody outside may read before the publication; the notes and the reason of a lost motion never."""
NEVER = (NOTES, LOST_REASON)
PDF = b"%PDF-1.7 a protocol"
BEFORE = timedelta(days=10)


class Step(IntEnum):
    """How far a session is."""

    PLANNED = 1
    ANNOUNCED = 2
    VOTING = 3
    CLOSED = 4
    PUBLISHED = 5


@dataclass
class Screened:
    """A screening session of a council of nine. Of its projects the first is admitted at another cost and recused by a
    member, the second rejected, the third returned, the fourth's motion not carried."""

    cycle: Cycle
    held: CouncilSession
    council: list[Member]
    authors: list[Actor]
    projects: list[Project]
    protocol: Protocol | None = None
    items: list[AgendaItem] = field(default_factory=list)


def screened(session: Session, now: datetime, step: Step = Step.PUBLISHED, *, count: int = 4) -> Screened:
    """The session at this step; `now` is in the screening, the projects were submitted ten days before."""
    cycle = make_cycle(session, now - BEFORE, Phase.SUBMISSION)
    authors = [make_resident(session) for _ in range(count)]
    made = [
        projects.submit(
            session,
            author,
            cycle,
            proposal(title=f"№ {place} аула: балалар алаңы"),
            None,
            now=now - BEFORE,
        )
        for place, author in enumerate(authors, start=1)
    ]
    nine = council.make_council(session, cycle, now=now, size=9)
    members.declare(session, nine[1].actor, cycle, {made[0].public_id: ConflictKind.RELATIVE}, now=now)
    council.pass_check(session, cycle, *made, now=now)
    reviews.assign(session, COORDINATOR, cycle, now=now)
    _review(session, made, now)
    held = council.plan_session(session, cycle, now=now)
    agenda.fill(session, COORDINATOR, held.public_id, now=now)
    world = Screened(cycle, held, nine, authors, made)
    _write_motions(session, world, now)
    _advance(session, world, step, now)
    return world


def _review(session: Session, made: list[Project], now: datetime) -> None:
    for project in made:
        for row in reviews.of_project(session, project):
            member = session.get_one(council.CouncilMember, row.member_id)
            actor = replace(council.COORDINATOR, role=council.Role.COUNCIL, id=member.staff_id)
            said = council.conclusion(notes=NOTES, admitted_tenge=COST, cost_reason=COST_KK)
            reviews.conclude(session, actor, project.public_id, said, now=now)


def _write_motions(session: Session, world: Screened, now: datetime) -> None:
    reasons = {"clause": CLAUSE, "reason_kk": REASON_KK, "reason_ru": REASON_RU}
    first, second, third, fourth = world.projects[:4]
    costs = {"cost_tenge": COST, "cost_reason_kk": COST_KK, "cost_reason_ru": COST_RU}
    returned = council.rejection(third, Criterion.COMPLETENESS, **reasons)
    answers = {**MEETS, Criterion.COMPLETENESS: Answer.CORRECTABLE}
    motions = {
        first.id: council.admission(**costs),
        second.id: council.rejection(second, Criterion.LAND, **reasons),
        third.id: replace(returned, outcome=council.ScreeningOutcome.RETURNED, answers=answers),
        fourth.id: council.rejection(fourth, Criterion.COST, reason_kk=LOST_REASON, reason_ru=LOST_REASON),
    }
    for item in agenda.items_of(session, world.held):
        if item.project_id in motions:
            motion = motions[item.project_id]
        else:
            motion = council.admission(**costs)
        revision = world.held.revision
        agenda.change_motion(session, COORDINATOR, item.public_id, motion, revision=revision, now=now)
    world.items = list(agenda.items_of(session, world.held))


def _advance(session: Session, world: Screened, step: Step, now: datetime) -> None:
    if step >= Step.ANNOUNCED:
        sessions.announce(session, COORDINATOR, world.held.public_id, now=now)
    if step >= Step.VOTING:
        council.begin(session, world.held, world.council[:7], now=now)
        votes.open_items(session, COORDINATOR, world.held.public_id, now=now)
        _vote(session, world, now)
    if step >= Step.CLOSED:
        votes.close_items(session, COORDINATOR, world.held.public_id, now=now)
        sessions.close(session, COORDINATOR, world.held.public_id, now=now)
        world.protocol = make_protocol(session, world.held, now=now)
        protocols.sign(session, world.council[0].actor, world.protocol.public_id, now=now)
        protocols.sign(
            session, world.council[2].actor, world.protocol.public_id, certificate="ҮШІНШІ МҮШЕ", now=now
        )
    if step >= Step.PUBLISHED:
        decisions.publish(session, COORDINATOR, world.held.public_id, now=now)


def _vote(session: Session, world: Screened, now: datetime) -> None:
    """Six of seven for everything and one against with an opinion; five against the fourth."""
    for place, item in enumerate(world.items):
        floor = votes.floor_of(session, world.held, item, now=now)
        present = [one for one in world.council if one.row.id in floor.present]
        *others, last = present
        choice = CouncilChoice.AGAINST if place == 3 else CouncilChoice.FOR
        council.vote(session, item, others, choice, now=now)
        votes.cast(
            session,
            last.actor,
            item.public_id,
            CouncilChoice.AGAINST if place != 3 else CouncilChoice.ABSTAIN,
            dissent=DISSENT if place == 1 else "",
            language=Language.KK if place == 1 else None,
            now=now,
        )


def make_protocol(session: Session, held: CouncilSession, *, now: datetime, content: bytes = PDF) -> Protocol:
    """The protocol of a closed session; the document itself has tests of its own."""
    return protocols.keep(session, COORDINATOR, protocols.facts_of(session, held), content, now=now)


def correct(session: Session, protocol: Protocol, *, now: datetime) -> Protocol:
    """Another protocol that corrects this one."""
    held = session.get_one(CouncilSession, protocol.session_id)
    facts = protocols.facts_of(
        session, held, corrects=protocol, correction_kk="Аты түзетілді.", correction_ru="Исправлено имя."
    )
    return protocols.keep(session, COORDINATOR, facts, PDF + b" corrected", now=now)


def counted(session: Session, now: datetime, **ways: Any) -> Cycle:
    """A published count without works, with a council that has still to confirm it; `ways` as `add_cycle` takes them."""
    cycle = add_cycle(session, now, phase=Phase.DECISION, results=True, **ways)
    session.exec(delete(WorksChange))
    session.exec(delete(Works))
    session.exec(
        update(VerdictRow).values(position=VerdictRow.project_id)
    )  # one order of all, as a count makes it
    council.make_council(session, cycle, now=now)
    return cycle


def plan_second(session: Session, cycle: Cycle, *, now: datetime, left_out: str = "") -> CouncilSession:
    """The second session with its motions; `left_out` is the public id of a winner that is not to be built."""
    held = council.plan_session(session, cycle, SessionKind.DECISION, now=now)
    agenda.fill(session, COORDINATOR, held.public_id, now=now)
    if left_out:
        row = session.exec(select(Project).where(Project.public_id == left_out)).one()
        items = agenda.items_of(session, held)
        word = council.motions.Word(wins=False, reason_kk=REASON_KK, reason_ru=REASON_RU)
        for item in items:
            if item.project_id == row.id:
                agenda.change_word(
                    session, COORDINATOR, item.public_id, word, revision=held.revision, now=now
                )
            elif item.project_id is None:
                order = [one for one in item.content if one != left_out]
                agenda.change_order(
                    session, COORDINATOR, item.public_id, order, revision=held.revision, now=now
                )
    return held
