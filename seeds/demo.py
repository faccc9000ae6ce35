"""The invented world of `make run`: one cycle in the vote, one taking applications, one finished, and the archive.

Everything is relative to the day of seeding and goes through the domain functions at simulated instants. Each cycle
is marked as demo in its row and in its title; no person, number or telephone in it is real (`seeds.people`).
First everything is drawn by lot and put on an agenda, then the acts of all cycles are done in the order of time.
Loading twice changes nothing; what a crash left half-done is finished.
"""

import random
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlmodel import Session, select

from budget import addresses, cycles, opening, photos, projects, results, staff, works
from budget.ballot_rules import Selection
from budget.keys import KeyRing
from budget.settings import CycleDraft, EnvelopeDraft, Text
from models.cycle import Cycle
from models.database import Database
from models.enums import Assurance, Direction, ScreeningOutcome, WorksStatus
from models.works import Works
from seeds import demo_council, demo_texts, saryarka
from seeds.council import Document
from seeds.course import ZONE, Agenda, Clock, cast_all, import_people, translate, weighted_choice
from seeds.demo_texts import DemoProject, Rejected
from seeds.demo_world import Entry, World, by_coordinator, member_of
from seeds.people import (
    COORDINATOR,
    COUNCIL,
    NOT_VOTED,
    OBSERVER,
    OPERATOR,
    TOO_YOUNG,
    VOTED,
    Account,
    Person,
    invented_people,
)
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


_FORGOTTEN = 150_000
"""Tenge by which an author corrects an estimate."""
_CREATED, _SEPARATED = -407.4, -312.6
"""Days of the finished cycle: its creation, and its separation, after which the storage is rewritten."""


def slugs(now: datetime) -> dict[str, str]:
    """The addresses of the three demo cycles when seeded on the day of `now`."""
    year = Clock(now).at(0.5).year
    return {"finished": f"demo-{year - 1}", "voting": f"demo-{year}", "submission": f"demo-{year + 1}"}


def load(
    database: Database,
    keyring: KeyRing,
    *,
    now: datetime,
    tell: Callable[[str], object] = lambda _text: None,
    document: Document | None = None,
) -> bool:
    """Fill the database; False when the demo is there already. `document` makes the protocols of the council."""
    with database.reading() as session:
        demos = session.exec(select(Cycle).where(Cycle.is_demo)).all()
    finished = next((one for one in demos if one.separated_at is not None), None)
    if finished is not None and finished.results_published_at is not None:
        return False
    if finished is not None:  # the day on which the loading broke off
        now = finished.created_at.astimezone(ZONE) - timedelta(days=_CREATED)
    world = _planned(keyring, now, document)
    separated = world.clock.at(_SEPARATED)
    if finished is None:
        tell("Archive, people, and the finished cycle up to its vote")
        with database.writing() as session:
            world.agenda.run(session, until=separated)
    tell("Its count and its works; the cycle in the vote and the one taking applications")
    database.rewrite_storage()
    with database.writing() as session:
        world.agenda.run(session, after=separated)
    return True


def _planned(keyring: KeyRing, now: datetime, document: Document | None) -> World:
    """Everything that will be done. The order of the lots drawn here makes the contents: keep it."""
    source = random.Random(_SEED)
    world = World(keyring, Clock(now), source, _people(source, now), Agenda(), document)
    world.at(-421, lambda session, at: saryarka.load(session, now=at))
    for account in (COUNCIL, COORDINATOR, OPERATOR, OBSERVER):
        world.at(-420, partial(_add_member, account))
    world.at(-410, lambda session, at: import_people(session, keyring, world.people, now=at))
    demo_council.plan_bodies(world, -409)
    _plan_finished(world)
    _plan_voting(world)
    _plan_submission(world)
    return world


def _add_member(account: Account, session: Session, at: datetime) -> None:
    staff.add(
        session,
        email=account.email,
        name=account.name,
        role=account.role,
        password=account.password,
        now=at,
    )


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


def _plan_finished(world: World) -> None:
    clock = world.clock
    draft = CycleDraft(
        slug=slugs(clock.now)["finished"],
        year=clock.at(0.5).year - 1,
        title=_title(clock.at(0.5).year - 1),
        allotted_tenge=80_000_000,
        envelopes=(EnvelopeDraft(_ALL, 80_000_000),),
        windows=clock.windows(-400, -390, -360, -330, -316, -300, 90, gap=4),
        cost_cap_tenge=25_000_000,
        methods=(Assurance.SMS, Assurance.EDS, Assurance.DESK),
        minimum_votes=50,
        build_year=clock.at(0.5).year,
    )

    slug = draft.slug
    _plan_announcement(world, draft, _CREATED)
    texts = demo_texts.read("finished")
    listed = admitted(
        _plan_projects(world, draft, texts, submitted_from=-388, decided_from=-358, decided_until=-346)
    )
    _plan_freeze(world, slug, -332)
    _plan_vote(world, draft, listed, count=VOTERS_FINISHED, first=clock.at(-330), last=clock.at(-316))
    world.at(-312.65, by_coordinator(opening.close_log, slug, world.keyring))
    world.at(_SEPARATED, by_coordinator(opening.separate, slug))
    world.at(-312.5, by_coordinator(opening.open_ballots, slug, world.keyring))
    world.at(-312.4, by_coordinator(results.count, slug))
    world.at(-310.5, by_coordinator(results.publish, slug))
    demo_council.plan_confirmation(world, slug, -309)
    demo_council.plan_fall_out(world, listed[6], -205)
    for place, entry in enumerate(listed):
        for days, status in _course_of_works(entry.text):
            world.at(-200.5 + place * 3 + days, partial(_build, entry, status))


def _plan_voting(world: World) -> None:
    clock = world.clock
    draft = CycleDraft(
        slug=slugs(clock.now)["voting"],
        year=clock.at(0.5).year,
        title=_title(clock.at(0.5).year),
        allotted_tenge=120_000_000,
        envelopes=(EnvelopeDraft(_SMALL, 45_000_000), EnvelopeDraft(_LARGE, 75_000_000)),
        windows=clock.windows(-70, -63, -35, -6, 10, 24, 210, gap=2),
        cost_cap_tenge=25_000_000,
        votes_per_resident=3,
        methods=(Assurance.SMS, Assurance.DESK),
        minimum_votes=20,
        leftovers=True,
        build_year=clock.at(0.5).year,
    )

    _plan_announcement(world, draft, -77.4)
    texts = demo_texts.read("voting")
    entries = _plan_projects(world, draft, texts, submitted_from=-62, decided_from=-34, decided_until=-22)
    listed = admitted(entries)
    rejected = next(entry for entry in entries if isinstance(entry.text.decision, Rejected))
    demo_council.plan_appeal(world, rejected, -21)
    _plan_freeze(world, draft.slug, -6.6)
    _plan_vote(world, draft, listed, count=VOTERS_NOW, first=clock.at(-6), last=clock.now)


def _plan_submission(world: World) -> None:
    clock = world.clock
    draft = CycleDraft(
        slug=slugs(clock.now)["submission"],
        year=clock.at(0.5).year + 1,
        title=_title(clock.at(0.5).year + 1),
        allotted_tenge=150_000_000,
        envelopes=(EnvelopeDraft(_ALL, 150_000_000),),
        windows=clock.windows(-24, -14, 21, 50, 64, 78, 260, gap=5),
        cost_cap_tenge=25_000_000,
        build_year=clock.at(0.5).year + 1,
    )

    _plan_announcement(world, draft, -27.4)
    texts = demo_texts.read("submission")
    entries = _plan_projects(
        world, draft, texts, submitted_from=-13, decided_from=-4, decided_until=-1, unchecked=(6,)
    )
    demo_council.plan_next(world, next(entry for entry in entries if entry.number == 5), -0.3)


def _plan_freeze(world: World, slug: str, days: float) -> None:
    world.at(days, by_coordinator(cycles.freeze, slug, world.keyring))


def _plan_announcement(world: World, draft: CycleDraft, days: float) -> None:
    def create(session: Session, at: datetime) -> None:
        cycles.create(session, member_of(session, COORDINATOR), draft, now=at, is_demo=True)

    world.at(days, create)
    world.at(days + 2.8, by_coordinator(cycles.publish, draft.slug))


def _plan_projects(
    world: World,
    draft: CycleDraft,
    texts: Sequence[DemoProject],
    *,
    submitted_from: int,
    decided_from: int,
    decided_until: int,
    unchecked: Collection[int] = (),
) -> list[Entry]:
    """Submit all, withdraw some, let the council decide those that have a decision."""
    clock, source, agenda = world.clock, world.source, world.agenda
    days = min(20, decided_from - submitted_from - 1)
    first = clock.at(submitted_from)
    submitted = clock.spread(source, len(texts), first, first + timedelta(days=days))
    decided = clock.spread(source, len(texts), clock.at(decided_from), clock.at(decided_until))
    entries, decided_at = [], {}
    for number, (text, sent, judged) in enumerate(zip(texts, submitted, decided, strict=True), start=1):
        author = VOTED.iin if text.is_of_account else world.people[9 + number].iin
        entry = Entry(draft.slug, number, text, author)
        agenda.add(sent, partial(_submit, world, entry))
        if text.is_withdrawn:
            agenda.add(sent + timedelta(days=2), partial(_withdraw, world, entry))
        if text.outcome is not None:
            decided_at[number] = judged
        entries.append(entry)
    if not unchecked:
        last = admitted(entries)[-1]
        demo_council.plan_correction(world, last, decided_from, partial(_correct, world, last))
    demo_council.plan_screening(
        world,
        draft.slug,
        entries,
        decided_at,
        first=decided_from,
        last=decided_until,
        unchecked=unchecked,
    )
    return entries


def admitted(entries: Sequence[Entry]) -> list[Entry]:
    """Those the council admits."""
    return [entry for entry in entries if entry.text.outcome is ScreeningOutcome.ADMITTED]


def _proposal(session: Session, entry: Entry, cycle: Cycle) -> projects.Proposal:
    text, language = entry.text, entry.text.language
    rows = cycles.envelopes(session, cycle.id or 0)
    return projects.Proposal(
        language=language,
        title=text.title[language],
        description=text.text[language],
        addresses=tuple(addresses.parse(text.street[language], house) for house in text.houses),
        area=text.area,
        direction=text.direction,
        estimate_tenge=text.estimate,
        envelope=rows[text.envelope].public_id,
    )


def _submit(world: World, entry: Entry, session: Session, at: datetime) -> None:
    text, cycle = entry.text, cycles.by_slug(session, entry.slug)
    place = entry.number - 1
    drawn = photos.prepare(yard(place + cycle.year, Direction(text.direction))) if text.has_photo else None
    actor = world.resident(session, entry.author)
    project = projects.submit(session, actor, cycle, _proposal(session, entry, cycle), drawn, now=at)
    if len(text.title) > 1:
        translate(session, project, title=text.title, description=text.text, street=text.street)


def _correct(world: World, entry: Entry, session: Session, at: datetime) -> None:
    """The author adds to the estimate what was forgotten."""
    proposal = _proposal(session, entry, cycles.by_slug(session, entry.slug))
    fuller = replace(proposal, estimate_tenge=(proposal.estimate_tenge or 0) + _FORGOTTEN)
    author = world.resident(session, entry.author)
    projects.correct(session, author, entry.row(session).public_id, fuller, None, now=at)


def _withdraw(world: World, entry: Entry, session: Session, at: datetime) -> None:
    author = world.resident(session, entry.author)
    projects.withdraw(session, author, entry.row(session).public_id, now=at)


def _plan_vote(
    world: World,
    draft: CycleDraft,
    listed: Sequence[Entry],
    *,
    count: int,
    first: datetime,
    last: datetime,
) -> None:
    """Let `count` invented people vote; of the accounts only VOTED does, in the vote that is open.

    They stand on the agenda as one act: a ballot leaves no line in the audit log.
    """
    is_open = last == world.clock.now
    voters = [*world.people[20 : 20 + count - 1], world.people[0 if is_open else 20 + count]]
    when = world.clock.spread(world.source, count, first, last)
    drawn = list(_drawn_choices(world, draft, listed, voters))

    def vote(session: Session, _at: datetime) -> None:
        cycle = cycles.by_slug(session, draft.slug)
        ids = {str(one.number): one.public_id for one in cycles.projects_on_ballot(session, cycle)}
        selections = [
            Selection(tuple(ids[number] for number in chosen), none_of_these=not chosen) for chosen in drawn
        ]
        cast_all(session, world.keyring, cycle, zip(voters, selections, when, strict=True))

    world.agenda.add(first, vote)


def _drawn_choices(
    world: World, draft: CycleDraft, listed: Sequence[Entry], voters: Sequence[Person]
) -> Iterator[list[str]]:
    """The numbers each of them chooses; [] for none of these."""
    by_envelope: dict[int, dict[str, float]] = {}
    for entry in listed:
        by_envelope.setdefault(entry.text.envelope, {})[str(entry.number)] = entry.text.appeal
    weights = {str(envelope): sum(appeals.values()) for envelope, appeals in by_envelope.items()}
    for person in voters:
        if person is not world.people[0] and world.source.random() < 0.01:
            yield []
            continue
        [envelope] = weighted_choice(world.source, weights, 1)
        most = world.source.randint(1, draft.votes_per_resident)
        yield weighted_choice(world.source, by_envelope[int(envelope)], most)


def _course_of_works(text: DemoProject) -> list[tuple[int, WorksStatus]]:
    """Days and statuses that bring the works of a winner to where the demo has them; they begin as planned."""
    if text.works is None or text.works is WorksStatus.PLANNED:
        return []
    if text.works is WorksStatus.COMPLETED:
        return [(0, WorksStatus.UNDERWAY), (95, WorksStatus.COMPLETED)]
    return [(0, text.works)]


def _build(entry: Entry, status: WorksStatus, session: Session, at: datetime) -> None:
    project, actor, text = entry.row(session), member_of(session, COORDINATOR), entry.text
    if session.get(Works, project.id) is not None:
        reason = text.works_reason if status is text.works else ""
        works.set_status(session, actor, project, status, reason=reason, language=text.works_language, now=at)
