"""The invented world of `make run`: one cycle in the vote, one taking applications, one finished, and the archive.

Everything is relative to the day of seeding and goes through the domain functions at simulated instants. Each cycle
is marked as demo in its row and in its title; no person, number or telephone in it is real (`seeds.people`).
Loading twice changes nothing; what a crash left half-done is finished.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session, select

from budget import addresses, cycles, opening, photos, projects, results, screening, staff, works
from budget.ballot_rules import Selection
from budget.keys import KeyRing
from budget.permissions import Actor
from budget.settings import CycleDraft, EnvelopeDraft, Text
from models.cycle import Cycle
from models.database import Database
from models.enums import Direction, ProjectState, Role, ScreeningOutcome, WorksStatus
from models.people import Staff
from models.project import Project
from seeds import demo_texts, saryarka
from seeds.course import Clock, cast_all, import_people, translate, weighted_choice
from seeds.demo_texts import DemoProject
from seeds.people import COORDINATOR, COUNCIL, NOT_VOTED, TOO_YOUNG, VOTED, Account, Person, invented_people
from seeds.pictures import yard

ROLL = 1_400
VOTERS_FINISHED, VOTERS_NOW = 900, 340
_SEED = 2019
_STREETS = (
    ("koktal-1", "187-көше"),
    ("koktal-2", "187-көше"),
    ("agrogorodok", "Қосшығұлұлы к-сі"),
    ("rest", "Абай даңғылы"),
    ("rest", "Кенесары к-сі"),
    ("rest", "Сарыарқа даңғылы"),
    ("rest", "Есенберлин к-сі"),
)
_SMALL = Text("Шағын аулалар: 40 пәтерге дейін", "Малые дворы: до 40 квартир", "Small yards: up to 40 flats")
_LARGE = Text(
    "Үлкен аулалар: 40 пәтерден көп", "Большие дворы: более 40 квартир", "Large yards: over 40 flats"
)
_ALL = Text("Барлық аулалар", "Все дворы", "All yards")


@dataclass(frozen=True)
class World:
    """Who acts in the demo, and when it is."""

    keyring: KeyRing
    clock: Clock
    source: random.Random
    people: Sequence[Person]
    residents: dict[str, Actor]
    council: Actor
    coordinator: Actor


def slugs(now: datetime) -> dict[str, str]:
    """The addresses of the three demo cycles when seeded on the day of `now`."""
    year = Clock(now).at(0.5).year
    return {"finished": f"demo-{year - 1}", "voting": f"demo-{year}", "submission": f"demo-{year + 1}"}


def load(
    database: Database, keyring: KeyRing, *, now: datetime, tell: Callable[[str], object] = lambda _text: None
) -> bool:
    """Fill the database; False when the demo is there already."""
    with database.reading() as session:
        found = {cycle.slug: cycle for cycle in session.exec(select(Cycle).where(Cycle.is_demo))}
    finished = next((one for one in found.values() if one.separated_at is not None), None)
    if finished is not None and finished.results_published_at is not None:
        return False
    if finished is None:
        tell("Archive, people and the three cycles of the demo")
        with database.writing() as session:
            saryarka.load(session, now=now)
            _load_cycles(session, keyring, now=now)
            finished = cycles.by_slug(session, slugs(now)["finished"])
    tell("Opening and count of the finished cycle")
    database.rewrite_storage()
    with database.writing() as session:
        _finish(session, keyring, finished, now=now)
    return True


def _load_cycles(session: Session, keyring: KeyRing, *, now: datetime) -> None:
    clock, source = Clock(now), random.Random(_SEED)
    members = [_member(session, account, clock.at(-420)) for account in (COUNCIL, COORDINATOR)]
    people = _people(source, now)
    residents = import_people(session, keyring, people, now=clock.at(-410))
    world = World(keyring, clock, source, people, residents, *members)
    _load_finished(session, world)
    _load_voting(session, world)
    _load_submission(session, world)


def _member(session: Session, account: Account, now: datetime) -> Actor:
    row = staff.add(
        session,
        email=account.email,
        name=account.name,
        role=account.role,
        password=account.password,
        now=now,
    )
    return Actor(row.role, row.id, row.name)


def _people(source: random.Random, now: datetime) -> list[Person]:
    today = now.date()
    people = invented_people(ROLL, _STREETS, source, today=today - timedelta(days=400))
    accounts = (VOTED, NOT_VOTED, TOO_YOUNG)
    for place, account in enumerate(accounts):
        born = date(today.year - 17, 1, 1) if account is TOO_YOUNG else people[place].birth_on
        people[place] = replace(people[place], iin=account.iin, phone=account.phone, birth_on=born)
    return people


def _title(year: int) -> Text:
    return Text(
        f"Қатысу бюджеті {year} (демо)",
        f"Бюджет участия {year} (демо)",
        f"Participation budget {year} (demo)",
    )


def _load_finished(session: Session, world: World) -> None:
    clock, slug = world.clock, slugs(world.clock.now)["finished"]
    draft = CycleDraft(
        slug=slug,
        year=clock.at(0.5).year - 1,
        title=_title(clock.at(0.5).year - 1),
        allotted_tenge=80_000_000,
        envelopes=(EnvelopeDraft(_ALL, 80_000_000),),
        windows=clock.windows(-400, -390, -360, -330, -316, -300, 90, gap=4),
        cost_cap_tenge=25_000_000,
        minimum_votes=50,
        build_year=clock.at(0.5).year,
    )
    cycle = _published(session, world, draft, -405)
    listed = _submit_and_screen(
        session,
        world,
        cycle,
        demo_texts.read("finished"),
        submitted_from=-388,
        decided_from=-358,
        decided_until=-335,
    )
    cycles.freeze(session, world.coordinator, slug, world.keyring, now=clock.at(-332))
    _vote(session, world, cycle, listed, count=VOTERS_FINISHED, first=clock.at(-330), last=clock.at(-316))
    opening.separate(session, world.coordinator, slug, now=clock.at(-312.6))


def _load_voting(session: Session, world: World) -> None:
    clock, slug = world.clock, slugs(world.clock.now)["voting"]
    draft = CycleDraft(
        slug=slug,
        year=clock.at(0.5).year,
        title=_title(clock.at(0.5).year),
        allotted_tenge=120_000_000,
        envelopes=(EnvelopeDraft(_SMALL, 45_000_000), EnvelopeDraft(_LARGE, 75_000_000)),
        windows=clock.windows(-70, -63, -35, -6, 10, 24, 210, gap=2),
        cost_cap_tenge=25_000_000,
        votes_per_resident=3,
        minimum_votes=20,
        leftovers=True,
        build_year=clock.at(0.5).year,
    )
    cycle = _published(session, world, draft, -75)
    listed = _submit_and_screen(
        session,
        world,
        cycle,
        demo_texts.read("voting"),
        submitted_from=-62,
        decided_from=-34,
        decided_until=-9,
    )
    cycles.freeze(session, world.coordinator, slug, world.keyring, now=clock.at(-6.6))
    _vote(session, world, cycle, listed, count=VOTERS_NOW, first=clock.at(-6), last=clock.now)


def _load_submission(session: Session, world: World) -> None:
    clock, slug = world.clock, slugs(world.clock.now)["submission"]
    draft = CycleDraft(
        slug=slug,
        year=clock.at(0.5).year + 1,
        title=_title(clock.at(0.5).year + 1),
        allotted_tenge=150_000_000,
        envelopes=(EnvelopeDraft(_ALL, 150_000_000),),
        windows=clock.windows(-24, -14, 21, 50, 64, 78, 260, gap=5),
        cost_cap_tenge=25_000_000,
        build_year=clock.at(0.5).year + 1,
    )
    cycle = _published(session, world, draft, -25)
    _submit_and_screen(
        session,
        world,
        cycle,
        demo_texts.read("submission"),
        submitted_from=-13,
        decided_from=-4,
        decided_until=-1,
    )


def _published(session: Session, world: World, draft: CycleDraft, days: int) -> Cycle:
    cycles.create(session, world.coordinator, draft, now=world.clock.at(days - 2.4), is_demo=True)
    return cycles.publish(session, world.coordinator, draft.slug, now=world.clock.at(days + 0.4))


def _submit_and_screen(
    session: Session,
    world: World,
    cycle: Cycle,
    texts: Sequence[DemoProject],
    *,
    submitted_from: int,
    decided_from: int,
    decided_until: int,
) -> list[tuple[Project, DemoProject]]:
    """Submit all, decide those that have a decision; the admitted with their texts."""
    clock, source = world.clock, world.source
    days = min(20, decided_from - submitted_from - 1)
    at = clock.at(submitted_from)
    submitted = clock.spread(source, len(texts), at, at + timedelta(days=days))
    decided = clock.spread(source, len(texts), clock.at(decided_from), clock.at(decided_until))
    pairs = []
    for place, (text, when) in enumerate(zip(texts, submitted, strict=True)):
        author = world.residents[VOTED.iin if text.is_of_account else world.people[10 + place].iin]
        project = _submit(session, cycle, author, text, place, now=when)
        pairs.append((project, text))
        if text.is_withdrawn:
            projects.withdraw(session, author, project.public_id, now=when + timedelta(days=2))
    for (project, text), when in zip(pairs, decided, strict=True):
        if text.outcome is not None:
            screening.decide(session, world.council, project, _conclusion(text, text.outcome), now=when)
    return [(project, text) for project, text in pairs if text.outcome is ScreeningOutcome.ADMITTED]


def _submit(
    session: Session, cycle: Cycle, author: Actor, text: DemoProject, place: int, *, now: datetime
) -> Project:
    language = text.language
    rows = cycles.envelopes(session, cycle.id or 0)
    proposal = projects.Proposal(
        language=language,
        title=text.title[language],
        description=text.text[language],
        addresses=tuple(addresses.parse(text.street[language], house) for house in text.houses),
        area=text.area,
        direction=text.direction,
        estimate_tenge=text.estimate,
        envelope=rows[text.envelope].public_id,
    )
    drawn = photos.prepare(yard(place + cycle.year, Direction(text.direction))) if text.has_photo else None
    project = projects.submit(session, author, cycle, proposal, drawn, now=now)
    if len(text.title) > 1:
        translate(session, project, title=text.title, description=text.text, street=text.street)
    return project


def _conclusion(text: DemoProject, outcome: ScreeningOutcome) -> screening.Conclusion:
    if text.decision is None:
        return screening.Conclusion(outcome, True, True, text.language, cost_tenge=text.cost)
    said = text.decision
    return screening.Conclusion(outcome, said.competence, said.regulation, said.language, reason=said.reason)


def _vote(
    session: Session,
    world: World,
    cycle: Cycle,
    listed: Sequence[tuple[Project, DemoProject]],
    *,
    count: int,
    first: datetime,
    last: datetime,
) -> None:
    """Let `count` invented people vote; of the accounts only VOTED does, in the vote that is open."""
    by_envelope: dict[int, dict[str, float]] = {}
    for project, text in listed:
        by_envelope.setdefault(text.envelope, {})[project.public_id] = text.appeal
    weights = {str(envelope): sum(appeals.values()) for envelope, appeals in by_envelope.items()}
    voters = list(world.people[20 : 20 + count - 1])
    is_open = last == world.clock.now
    voters.append(world.people[0] if is_open else world.people[20 + count])
    cast = []
    for person, when in zip(voters, world.clock.spread(world.source, count, first, last), strict=True):
        if person is not world.people[0] and world.source.random() < 0.01:
            cast.append((person, Selection(none_of_these=True), when))
            continue
        [envelope] = weighted_choice(world.source, weights, 1)
        most = world.source.randint(1, cycle.votes_per_resident)
        chosen = weighted_choice(world.source, by_envelope[int(envelope)], most)
        cast.append((person, Selection(tuple(chosen)), when))
    cast_all(session, world.keyring, cycle, cast)


def _finish(session: Session, keyring: KeyRing, cycle: Cycle, *, now: datetime) -> None:
    clock = Clock(now)
    row = session.exec(select(Staff).where(Staff.role == Role.COORDINATOR)).first()
    coordinator = Actor(Role.COORDINATOR, row.id if row else None, row.name if row else "")
    opening.open_ballots(session, coordinator, cycle.slug, keyring, now=clock.at(-312.5))
    results.count(session, coordinator, cycle.slug, now=clock.at(-312.4))
    results.publish(session, coordinator, cycle.slug, now=clock.at(-310.5))
    titles = {text.title[text.language]: text for text in demo_texts.read("finished")}
    rows = select(Project).where(Project.cycle_id == cycle.id, Project.state == ProjectState.ADMITTED)
    for place, project in enumerate(session.exec(rows).all()):
        if works.is_winner(session, project):
            text = titles[str(getattr(project, f"title_{project.language}"))]
            _build(session, coordinator, project, text, clock.at(-200.5 + place * 3))


def _build(session: Session, actor: Actor, project: Project, text: DemoProject, now: datetime) -> None:
    """Bring the works of a winner to where the demo has them; they begin as planned."""
    language = text.works_language
    if text.works is None or text.works is WorksStatus.PLANNED:
        return
    if text.works is WorksStatus.COMPLETED:
        underway = WorksStatus.UNDERWAY
        works.set_status(session, actor, project, underway, reason="", language=language, now=now)
        now += timedelta(days=95)
    reason = text.works_reason
    works.set_status(session, actor, project, text.works, reason=reason, language=language, now=now)
