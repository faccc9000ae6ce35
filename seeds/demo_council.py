"""The council's work in the demo's cycles: composition, checks, reviews, sessions, an appeal, and the confirmation.

The demo's council account has the second seat, so whoever signs in with it has a queue. Everything is put on the
agenda of the demo and done in the order of time.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlmodel import Session

from budget import cycles
from budget.council import agenda, appeals, criteria, reserve, returns
from budget.council.criteria import Body
from budget.council.motions import Motion
from budget.permissions import Actor
from budget.settings import Text
from models.enums import Answer, ConflictKind, Language, ProjectPart, ScreeningOutcome, SessionKind
from seeds import council
from seeds.course import Act
from seeds.demo_texts import DemoProject, Rejected, SentBack
from seeds.demo_world import Entry, World, member_of
from seeds.people import COORDINATOR, COUNCIL

_ABSENT = (6, 7, 8)
_ASIDE = 3
"""The seat of a member with an interest in the first project of each cycle."""
_BODIES = (
    Body(
        Text(
            "Аудандар арасындағы жолдар, бағдаршамдар, қоғамдық көлік",
            "Дороги между районами, светофоры, общественный транспорт",
            "Roads between districts, traffic lights, public transport",
        ),
        Text(
            "Қаланың көлік және жол инфрақұрылымын дамыту басқармасы",
            "Городское управление транспорта и развития дорожной инфраструктуры",
            "The city's department of transport and roads",
        ),
    ),
    Body(
        Text(
            "Жылу, су және электр желілері",
            "Сети тепла, воды и электричества",
            "Networks of heat, water and power",
        ),
        Text(
            "Желінің иесі болып табылатын кәсіпорын",
            "Предприятие – владелец сети",
            "The utility that owns the network",
        ),
    ),
    Body(
        Text(
            "Мектептер, балабақшалар, емханалар",
            "Школы, детские сады, поликлиники",
            "Schools, kindergartens, clinics",
        ),
        Text(
            "Қаланың білім және денсаулық сақтау басқармалары",
            "Городские управления образования и здравоохранения",
            "The city's departments of education and of health",
        ),
    ),
    Body(
        Text(
            "Тез жөндеуді қажет ететін нәрсе: сынған әткеншек, жанбайтын шам, тасымалданбаған қоқыс",
            "То, что чинят сразу: сломанные качели, погасший фонарь, невывезенный мусор",
            "What is mended at once: a broken swing, a lamp that is out, rubbish that was left",
        ),
        Text("iKOMEK байланыс орталығы", "Контакт-центр iKOMEK", "The contact centre iKOMEK"),
        "109",
    ),
)
"""What people ask a district for, and whose it is."""


def plan_bodies(world: World, days: float) -> None:
    """The coordinator writes down who is competent for what the district is not."""
    world.at(days, lambda session, at: criteria.set_bodies(session, _coordinator(session), _BODIES, now=at))


def plan_screening(
    world: World,
    slug: str,
    entries: Sequence[Entry],
    decided_at: Mapping[int, datetime],
    *,
    first: int,
    last: int,
    unchecked: Collection[int] = (),
) -> None:
    """Everything from the composition to the published decisions, between the days `first` and `last`; the numbers in
    `unchecked` still wait for the formal check."""
    world.at(first - 0.9, partial(_compose, slug))
    world.at(first - 0.8, partial(_declare, entries[0]))
    world.at(first - 0.5, partial(_check, slug, frozenset(unchecked)))
    for day in range(first, min(last + 12, 0)):
        world.at(day + 0.01, _end_corrections)
    judged = [entry for entry in entries if isinstance(entry.text.decision, Rejected) or _is_admitted(entry)]
    for entry in entries:
        if isinstance(entry.text.decision, SentBack):
            world.at(first + 0.3, partial(_send_back, entry))
    for entry in judged:
        world.agenda.add(decided_at[entry.number], partial(_review, entry))
    world.at(last + 0.2, _call(world, slug, judged, last + 0.4))
    world.at(last + 0.4, partial(_hold, slug, _ABSENT))
    world.at(last + 0.5, partial(_publish, world, slug))


def plan_correction(world: World, entry: Entry, first: int, correct: Act) -> None:
    """A project that comes back to its author in the days after `first`, and is checked anew."""
    remarks = {ProjectPart.ESTIMATE: "Сметаға жеткізу құнын қосыңыз. (демо)"}

    def send_back(session: Session, at: datetime) -> None:
        public_id = entry.row(session).public_id
        returns.send_back(session, _coordinator(session), public_id, remarks, language=Language.KK, now=at)

    world.at(first + 0.3, send_back)
    world.at(first + 0.8, correct)
    world.at(first + 0.9, partial(_check, entry.slug, ()))


def plan_appeal(world: World, entry: Entry, days: float) -> None:
    """The author of a rejected project appeals, and the council stands by its decision."""
    world.at(days, partial(_appeal, world, entry))
    world.at(days + 0.5, _call(world, entry.slug, [entry], days + 3))
    world.at(days + 3, partial(_hold, entry.slug, ()))
    world.at(days + 3.1, partial(_publish, world, entry.slug))


def plan_confirmation(world: World, slug: str, days: float) -> None:
    """The session after the vote."""
    world.at(days, partial(_call_decision, world, slug, days + 1))
    world.at(days + 1, partial(_hold, slug, (8,)))
    world.at(days + 1.2, partial(_publish, world, slug))


def plan_next(world: World, entry: Entry, days: float) -> None:
    """A session to come, announced with the one project that is read so far."""
    world.at(days, partial(_review, entry))
    world.at(days + 0.1, _call(world, entry.slug, [entry], 9.6))


def plan_fall_out(world: World, entry: Entry, days: float) -> None:
    """A winner falls out, and the next of the reserve comes in."""

    def use(session: Session, at: datetime) -> None:
        reserve.use(
            session,
            _coordinator(session),
            entry.row(session).public_id,
            reason_kk="Ауланың астындағы жылу желісін қалалық басқарма биыл қайта салады. (демо)",
            reason_ru="Под двором в этом году городское управление перекладывает теплотрассу. (демо)",
            document="№ 17 қаулы / постановление № 17 (демо)",
            now=at,
        )

    world.at(days, use)


def _compose(slug: str, session: Session, at: datetime) -> None:
    accounts = council.accounts(session, "demo.example", now=at)
    accounts[2] = member_of(session, COUNCIL)
    council.compose(session, _coordinator(session), slug, accounts, now=at)


def _declare(entry: Entry, session: Session, at: datetime) -> None:
    aside = {_ASIDE: {entry.row(session).public_id: ConflictKind.RELATIVE}}
    council.declare(session, cycles.by_slug(session, entry.slug), aside, now=at)


def _check(slug: str, unchecked: Collection[int], session: Session, at: datetime) -> None:
    cycle = cycles.by_slug(session, slug)
    council.check_and_assign(session, _coordinator(session), cycle, unchecked=unchecked, now=at)


def _end_corrections(session: Session, at: datetime) -> None:
    returns.remind_due(session, now=at)
    returns.lapse_due(session, now=at)


def _send_back(entry: Entry, session: Session, at: datetime) -> None:
    said = entry.text.decision
    if not isinstance(said, SentBack):
        raise TypeError("nothing to send back")
    public_id, remarks = entry.row(session).public_id, {said.part: said.reason}
    returns.send_back(session, _coordinator(session), public_id, remarks, language=said.language, now=at)


def _review(entry: Entry, session: Session, at: datetime) -> None:
    council.review(session, entry.row(session), _motion(entry.text), now=at)


def _call(world: World, slug: str, judged: Sequence[Entry], days: float) -> Act:
    """Plan and announce a session about these projects."""

    def call(session: Session, at: datetime) -> None:
        coordinator, kind = _coordinator(session), SessionKind.SCREENING
        row = council.plan(session, coordinator, slug, kind, starts_at=world.clock.at(days), now=at)
        motions = {entry.row(session).public_id: _motion(entry.text) for entry in judged}
        council.put(session, coordinator, row, motions, now=at)

    return call


def _call_decision(world: World, slug: str, days: float, session: Session, at: datetime) -> None:
    coordinator, kind = _coordinator(session), SessionKind.DECISION
    row = council.plan(session, coordinator, slug, kind, starts_at=world.clock.at(days), now=at)
    agenda.fill(session, coordinator, row.public_id, now=at)
    council.put(session, coordinator, row, {}, now=at)


def _hold(slug: str, absent: Sequence[int], session: Session, at: datetime) -> None:
    row = council.newest(session, cycles.by_slug(session, slug))
    council.hold(session, _coordinator(session), row, absent=absent, now=at)


def _publish(world: World, slug: str, session: Session, at: datetime) -> None:
    row = council.newest(session, cycles.by_slug(session, slug))
    council.publish(session, _coordinator(session), row, world.document, now=at)


def _appeal(world: World, entry: Entry, session: Session, at: datetime) -> None:
    appeals.file(
        session,
        world.resident(session, entry.author),
        entry.row(session).public_id,
        text="Лифтпен бүкіл үй, қарттар мен балалар жүреді. Шешімді қайта қарауды сұраймын.",
        language=Language.KK,
        wants_hearing=False,
        now=at,
    )


def _motion(text: DemoProject) -> Motion:
    said = text.decision
    if isinstance(said, Rejected):
        return Motion(
            ScreeningOutcome.REJECTED,
            {**council.MEETS, said.criterion: Answer.FAILS},
            criterion=said.criterion,
            clause=said.clause,
            reason_kk=said.reason_kk,
            reason_ru=said.reason_ru,
        )
    return Motion(
        ScreeningOutcome.ADMITTED,
        council.MEETS,
        cost_tenge=text.cost,
        cost_reason_kk="Смета маманның есебімен нақтыланды.",
        cost_reason_ru="Смета уточнена по расчёту специалиста.",
    )


def _is_admitted(entry: Entry) -> bool:
    return entry.text.outcome is ScreeningOutcome.ADMITTED


def _coordinator(session: Session) -> Actor:
    return member_of(session, COORDINATOR)
