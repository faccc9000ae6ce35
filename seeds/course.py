"""The course of a cycle in simulated time, step by step through the domain functions; shared by demo and rehearsal."""

import random
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from budget import ballots, residents
from budget.ballot_rules import Selection
from budget.keys import KeyRing
from budget.permissions import Actor
from budget.phases import ORDER, Window
from models.cycle import Cycle
from models.district import Area
from models.enums import Assurance, Channel, Language, Role
from models.people import Resident
from models.project import Project, ProjectAddress
from seeds.people import Person, roll_lines

ZONE = ZoneInfo("Asia/Almaty")
_WAYS = {
    (Channel.WEB, Assurance.SMS): 50,
    (Channel.WEB, Assurance.EDS): 32,
    (Channel.DESK, Assurance.DESK): 18,
}
_EVER, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Clock:
    """Simulated time: whole days from midnight of the day of seeding, in the district's zone."""

    now: datetime

    def at(self, days: float) -> datetime:
        """The instant so many days after (or before) that midnight, aware UTC."""
        midnight = datetime.combine(self.now.astimezone(ZONE).date(), time(), ZONE)
        return (midnight + timedelta(days=days)).astimezone(UTC)

    def windows(self, *days: int, gap: int = 0) -> tuple[Window, ...]:
        """A calendar from the days on which the seven phases begin; voting begins `gap` days after the screening ends."""
        starts = list(days)
        ends: list[int | None] = [*starts[1:], None]
        ends[2] = starts[3] - gap
        return tuple(
            Window(phase, self.at(start), None if end is None else self.at(end))
            for phase, start, end in zip(ORDER, starts, ends, strict=True)
        )

    def spread(self, source: random.Random, count: int, first: datetime, last: datetime) -> list[datetime]:
        """So many instants in `[first, last)`, in order."""
        span = (last - first).total_seconds()
        return [
            first + timedelta(seconds=second)
            for second in sorted(source.random() * span for _ in range(count))
        ]


Act = Callable[[Session, datetime], object]


class Agenda:
    """Acts of several cycles, done in the order of their instants: the audit log only grows, so its numbers must rise
    with time. Acts of one instant are done as they were added."""

    def __init__(self) -> None:
        self._acts: list[tuple[datetime, Act]] = []

    def add(self, when: datetime, act: Act) -> None:
        """Do this then."""
        self._acts.append((when, act))

    def run(self, session: Session, *, after: datetime = _EVER, until: datetime = _NEVER) -> None:
        """Do what is due in `(after, until]`; each act is told its instant."""
        for when, act in sorted(self._acts, key=lambda entry: entry[0]):
            if after < when <= until:
                act(session, when)


def import_people(
    session: Session, keyring: KeyRing, people: Sequence[Person], *, now: datetime
) -> dict[str, Actor]:
    """Put the people on the roll; each IIN with its resident as an actor."""
    report = residents.import_roll(session, roll_lines(people), keyring=keyring, now=now)
    if report.faults:
        raise ValueError(f"an invented line of the roll is wrong: {report.faults[0]}")
    ids = dict(session.exec(select(Resident.roll_key, Resident.id)).all())
    return {one.iin: Actor(Role.RESIDENT, ids[keyring.roll_key_of(one.iin)]) for one in people}


def translate(session: Session, project: Project, **texts: dict[Language, str]) -> None:
    """Add the text in other languages than the author's: `title`, `description`, `street` by language."""
    for name, translated in texts.items():
        rows: Iterable[Project | ProjectAddress] = [project]
        if name == "street":
            rows = session.exec(select(ProjectAddress).where(ProjectAddress.project_id == project.id)).all()
        for row in rows:
            for language, text in translated.items():
                setattr(row, f"{name}_{language}", text)
    session.flush()


def cast_all(
    session: Session,
    keyring: KeyRing,
    cycle: Cycle,
    voters: Iterable[tuple[Person, Selection, datetime]],
    heard: Callable[[int], object] = lambda _count: None,
) -> None:
    """Cast a ballot for each of them at its instant, in the way of `way_of`."""
    box = ballots.ballot_box(session, cycle)
    areas = dict(session.exec(select(Area.code, Area.id)).all())
    for person, selection, cast_at in voters:
        key = keyring.voter_key_of(cycle.slug, person.iin)
        channel, assurance = way_of(person, box.methods)
        voter = ballots.Voter(key, person.birth_on, channel, assurance, area_id=areas.get(person.area))
        ballots.cast(session, box, voter, selection, on=cast_at.astimezone(ZONE).date(), now=cast_at)
        heard(1)


def way_of(person: Person, methods: Collection[str]) -> tuple[Channel, Assurance]:
    """How an invented person votes, always the same: of a hundred some 50 by SMS, 32 with a signature, 18 at the
    front office, as far as the cycle accepts it. The demo's accounts vote with the telephone they have."""
    [way] = random.Random(person.iin).choices(list(_WAYS), list(_WAYS.values()))
    _, assurance = way
    if person.phone or assurance not in methods:
        return Channel.WEB, Assurance.SMS
    return way


def weighted_choice(source: random.Random, weights: dict[str, float], count: int) -> list[str]:
    """So many different keys, the heavier the likelier."""
    left = dict(weights)
    chosen = []
    for _ in range(min(count, len(left))):
        [one] = source.choices(list(left), list(left.values()))
        chosen.append(one)
        del left[one]
    return chosen
