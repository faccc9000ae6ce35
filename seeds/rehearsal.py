"""`budget rehearse`: a whole cycle at the size of 2020, by the domain functions only, in an empty database.

The numbers of the plan stand in `seeds.rehearsal_plan`; nothing here knows who should win. The steps have the order
and the transactions of a real cycle: the envelopes are separated and the storage is rewritten before a ballot is opened.
"""

import random
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import cycles, key_shares, opening, projects, results, staff, trustees
from budget.ballot_rules import Selection
from budget.key_shares import SHARES
from budget.keys import KeyRing
from budget.permissions import Actor
from budget.settings import CycleDraft, EnvelopeDraft, Text
from budget.trustees import Named
from models.ballot import Ballot, Participation
from models.confirmation import Confirmation
from models.council_session import CouncilSession, ProtocolSignature, Recusal
from models.cycle import Cycle
from models.database import Database
from models.district import Area
from models.enums import WINNING, Assurance, BallotStatus, CaseOutcome, KeyHolder, ProjectState, Role
from models.people import Resident, Staff
from models.project import Project
from models.result import Count, VerdictRow
from models.screening import Appeal, Correction, Screening
from models.works import Works
from seeds import rehearsal_council, rehearsal_plan, saryarka
from seeds.council import Document
from seeds.course import Clock, cast_all, import_people
from seeds.people import Person, invented_people
from seeds.rehearsal_council import Case
from seeds.rehearsal_plan import Plan

ROLL = 12_000
STEPS = 2 * rehearsal_plan.RECEIVED + rehearsal_plan.BALLOTS + 5
_BATCH = 500
_TITLE = Text(
    "Жаттығу: 2020 жылғы ауқымдағы кезең (демо)",
    "Репетиция: цикл масштаба 2020 года (демо)",
    "Rehearsal: a cycle of the size of 2020 (demo)",
)
_TRUSTEES = tuple(
    Named(f"Жаттығу: {number}-сенімгер", "Ойдан шығарылған ұйым / вымышленная организация")
    for number in range(1, SHARES + 1)
)
Heard = Callable[[int], object]


class NotEmpty(Exception):
    """The database has rows a rehearsal would mix with; the text names the table."""


def rehearse(
    database: Database,
    keyring: KeyRing,
    *,
    number: int,
    slug: str,
    now: datetime,
    heard: Heard = lambda _steps: None,
    document: Document | None = None,
) -> None:
    """Run the cycle from its creation to the confirmed results. `heard` hears of done steps, STEPS in all; `document`
    makes the protocols, which there are none of without it.

    Raises NotEmpty before anything is written, SettingFault for a bad slug.
    """
    with database.reading() as session:
        _refuse_rows(session)
    plan, clock = rehearsal_plan.make(number), Clock(now)
    people = _people(number, now)
    with database.writing() as session:
        residents, coordinator = _prepare(session, keyring, people, clock)
        cycle = _publish(session, coordinator, slug, clock)
        heard(1)
        case = _submit(
            session, cycle, residents, plan, coordinator, clock=clock, heard=heard, document=document
        )
        rehearsal_council.screen(session, case, heard)
        shares = _freeze(session, coordinator, slug, keyring, now=clock.at(-42))
        heard(1)
    submitted = case.rows
    _vote(database, keyring, cycle, people=people, rows=submitted, plan=plan, clock=clock, heard=heard)
    with database.writing() as session:
        opening.close_log(session, coordinator, slug, keyring, now=clock.at(-22.5))
    with database.writing() as session:
        opening.separate(session, coordinator, slug, now=clock.at(-22))
    database.rewrite_storage()
    heard(1)
    with database.writing() as session:
        present = {1: shares[1], 3: shares[3]}
        opening.open_ballots(session, coordinator, slug, keyring, now=clock.at(-21.5), entered=present)
        heard(1)
        results.count(session, coordinator, slug, now=clock.at(-21.4))
        results.publish(session, coordinator, slug, now=clock.at(-20))
        rehearsal_council.confirm(session, case)
        heard(1)


def summary(session: Session, slug: str) -> list[tuple[str, str]]:
    """Name and number of everything worth knowing, each asked of the database."""
    cycle = cycles.by_slug(session, slug)
    of_cycle = Project.cycle_id == cycle.id
    won = col(VerdictRow.kind).in_(WINNING)
    verdict = VerdictRow.cycle_id == cycle.id
    counted = session.exec(select(Count).where(Count.cycle_id == cycle.id)).one()
    spent = session.exec(select(sa.func.sum(VerdictRow.cost_tenge)).where(verdict, won)).one() or 0
    reasons = (
        select(sa.func.count(sa.distinct(col(Screening.project_id))))
        .join(Project, col(Project.id) == Screening.project_id)
        .where(
            of_cycle,
            Project.state == ProjectState.REJECTED,
            sa.func.length(Screening.reason_kk) > 0,
            sa.func.length(Screening.reason_ru) > 0,
        )
    )
    named = (
        select(sa.func.count())
        .select_from(Project)
        .join(Area, col(Area.id) == Project.area_id)
        .where(
            of_cycle,
            col(Project.state) != ProjectState.MERGED,
            col(Area.code).in_(list(rehearsal_plan.NAMED_AREAS)),
        )
    )
    numbers: list[tuple[str, int]] = [
        ("Allotted, tenge", cycle.allotted_tenge),
        ("Projects submitted", _rows(session, Project, of_cycle, col(Project.state) != ProjectState.MERGED)),
        ("  from Koktal 1, Koktal 2 and Agrogorodok", session.exec(named).one()),
        ("Projects admitted", _rows(session, Project, of_cycle, Project.state == ProjectState.ADMITTED)),
        ("Projects rejected", _rows(session, Project, of_cycle, Project.state == ProjectState.REJECTED)),
        ("  with a reason", session.exec(reasons).one()),
        *_council_numbers(session),
        ("Residents on the roll", _rows(session, Resident)),
        ("Residents who voted", _rows(session, Participation, Participation.cycle_id == cycle.id)),
        *(
            (
                f"Ballots {status}",
                _rows(session, Ballot, Ballot.cycle_id == cycle.id, Ballot.status == status),
            )
            for status in BallotStatus
        ),
        ("Votes counted", session.exec(select(sa.func.sum(VerdictRow.votes)).where(verdict)).one() or 0),
        ("Winners", _rows(session, VerdictRow, verdict, won)),
        ("Works planned", session.exec(select(sa.func.count()).select_from(Works)).one()),
        ("Spent, tenge", spent),
        ("Remaining, tenge", cycle.allotted_tenge - spent),
    ]
    lines = [(name, f"{number:,}".replace(",", " ")) for name, number in numbers]
    return [
        *lines,
        ("Frozen rules, SHA-256", cycle.frozen_hash or ""),
        ("Root of the ballots", counted.ballots_root),
    ]


def _council_numbers(session: Session) -> list[tuple[str, int]]:
    """The council's road; there is one cycle in the database."""
    aside = select(sa.func.count(sa.distinct(col(Recusal.member_id))))
    upheld = (Appeal.outcome == CaseOutcome.UPHELD, Appeal.outcome == CaseOutcome.DISMISSED)
    return [
        ("Applications merged into others", _rows(session, Project, Project.state == ProjectState.MERGED)),
        (
            "Projects returned and corrected",
            _rows(session, Correction, col(Correction.resubmitted_at).is_not(None)),
        ),
        ("Members who stood aside", session.exec(aside).one()),
        ("Appeals upheld", _rows(session, Appeal, upheld[0])),
        ("Appeals dismissed", _rows(session, Appeal, upheld[1])),
        (
            "Sessions of the council",
            _rows(session, CouncilSession, col(CouncilSession.published_at).is_not(None)),
        ),
        ("Signatures under protocols", _rows(session, ProtocolSignature)),
        ("Winners confirmed", _rows(session, Confirmation, col(Confirmation.wins).is_(True))),
    ]


def _rows(session: Session, table: type, *conditions: object) -> int:
    return session.exec(select(sa.func.count()).select_from(table).where(*conditions)).one()  # type: ignore[arg-type]


def _refuse_rows(session: Session) -> None:
    for table in (Cycle, Project, Resident, Staff):
        if session.exec(select(table.id).limit(1)).first() is not None:
            raise NotEmpty(f"there are rows in {table.__tablename__}")


def _people(number: int, now: datetime) -> list[Person]:
    source = random.Random(f"people of rehearsal {number}")
    places = (
        ("koktal-1", "187-көше"),
        ("koktal-2", "187-көше"),
        ("agrogorodok", "187-көше"),
        ("rest", "Абай даңғылы"),
    )
    return invented_people(ROLL, places, source, today=now.date() - timedelta(days=130))


def _prepare(
    session: Session, keyring: KeyRing, people: Sequence[Person], clock: Clock
) -> tuple[dict[str, Actor], Actor]:
    """District, roll and coordinator; nobody knows the password, so nobody signs in."""
    saryarka.load_district(session)
    residents = import_people(session, keyring, people, now=clock.at(-130))
    row = staff.add(
        session,
        email="coordinator@rehearsal.example",
        name="Жаттығу: үйлестіруші",
        role=Role.COORDINATOR,
        password=secrets.token_urlsafe(24),
        now=clock.at(-130),
    )
    return residents, Actor(Role.COORDINATOR, row.id, row.name)


def _publish(session: Session, coordinator: Actor, slug: str, clock: Clock) -> Cycle:
    draft = CycleDraft(
        slug=slug,
        year=clock.at(0.5).year,
        title=_TITLE,
        allotted_tenge=rehearsal_plan.ALLOTTED,
        envelopes=(EnvelopeDraft(Text("Аулалар", "Дворы", "Yards"), rehearsal_plan.ALLOTTED),),
        windows=clock.windows(-120, -110, -80, -40, -25, -15, 180, gap=5),
        rule=rehearsal_plan.RULE,
        methods=(Assurance.SMS, Assurance.EDS, Assurance.DESK),
        key_holder=KeyHolder.TRUSTEES,
    )
    cycles.create(session, coordinator, draft, now=clock.at(-125), is_demo=True)
    cycle = cycles.publish(session, coordinator, slug, now=clock.at(-121))
    rehearsal_council.compose(session, coordinator, slug, now=clock.at(-115))
    return cycle


def _freeze(
    session: Session, coordinator: Actor, slug: str, keyring: KeyRing, *, now: datetime
) -> dict[int, str]:
    """The key in three shares, and the rehearsal of the trustees; their shares as they would write them down."""
    trustees.name_trustees(session, coordinator, slug, _TRUSTEES, now=now)
    links = trustees.freeze(session, coordinator, slug, keyring, now=now)
    shown = {link.position: trustees.show(session, link.token, now=now).share for link in links}
    shares = {position: " ".join(key_shares.words(share, "kk")) for position, share in shown.items()}
    trustees.rehearse(session, coordinator, slug, shares, now=now)
    return shares


def _submit(
    session: Session,
    cycle: Cycle,
    residents: dict[str, Actor],
    plan: Plan,
    coordinator: Actor,
    *,
    clock: Clock,
    heard: Heard,
    document: Document | None,
) -> Case:
    """68 projects in the order of the plan, and one application more that will become part of one of them."""
    rows, authors = [], list(residents.values())
    for place, planned in enumerate(plan.projects):
        at = clock.at(-109 + 28 * place / len(plan.projects))
        proposal = rehearsal_council.proposal_of(planned)
        rows.append(projects.submit(session, authors[place], cycle, proposal, None, now=at))
        heard(1)
    similar, author = plan.projects[plan.road.merged_into], authors[len(rows)]
    extra = rehearsal_council.similar(session, author, cycle, similar, now=clock.at(-80.5))
    return Case(cycle, plan, rows, authors[: len(rows)], extra, author, coordinator, clock, document)


def _vote(
    database: Database,
    keyring: KeyRing,
    cycle: Cycle,
    *,
    people: Sequence[Person],
    rows: Sequence[Project],
    plan: Plan,
    clock: Clock,
    heard: Heard,
) -> None:
    """One ballot each, in transactions of 500: a power cut loses a batch, not the rehearsal."""
    instants = clock.spread(random.Random(0), len(plan.ballots), clock.at(-40), clock.at(-25))
    chosen = [() if place is None else (rows[place].public_id,) for place in plan.ballots]
    voters = [
        (person, Selection(choice, none_of_these=not choice), at)
        for person, choice, at in zip(people, chosen, instants, strict=False)
    ]
    for start in range(0, len(voters), _BATCH):
        with database.writing() as session:
            cast_all(session, keyring, cycle, voters[start : start + _BATCH], heard)
