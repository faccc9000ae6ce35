"""Data for the measured servers: the public pages of several cycles, and a vote that is open with signed-in voters.

Voters are signed in by the function the sign-in page calls, so that only the casting is measured; their cookies and
their form token are what a browser would send.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask
from flask_wtf.csrf import generate_csrf
from sqlmodel import Session, col, select

from budget import versions
from budget.council import reviews
from budget.identity.iin import iin_with_check_digit
from budget.keys import KeyRing
from models.ballot import Participation
from models.cycle import Cycle
from models.database import Database
from models.enums import Phase, ProjectState
from models.people import Resident, Staff
from models.project import Project, ProjectAddress
from seeds import saryarka
from tests.bench import load
from tests.bench.servers import config
from tests.harness import council, public_rows
from tests.harness.elections import add_project, open_election
from tests.harness.projects import make_cycle
from views import sessions
from views.app import create_app

BALLOT = "/kk/cycles/vote/ballot"
LISTED = 40
LONG_LIST = 500
SEARCHED = 10_000
ROLL = 350_000


@dataclass(frozen=True)
class Voter:
    """A resident who is signed in: their own POST of the ballot, whole, ready for the wire."""

    iin: str
    request: bytes


def iins(count: int) -> Iterator[str]:
    """Valid numbers of nobody: their day is the 30th or 31st of February."""
    made = 0
    for year in range(60, 100):
        for day in (30, 31):
            for number in range(100_000):
                iin = iin_with_check_digit(f"{year:02}02{day}{number:05}")
                if iin is None:
                    continue
                yield iin
                made += 1
                if made == count:
                    return


def fill_public(database: Database, now: datetime) -> None:
    """The archive of the district and cycles of the sizes the goals name, with a photo for each listed project."""
    with database.writing() as session:
        saryarka.load(session, now=now)
        public_rows.add_cycle(session, now, slug="now", projects=LISTED)
        public_rows.add_cycle(
            session, now, slug="done", projects=LISTED, phase=Phase.IMPLEMENTATION, results=True
        )
        public_rows.add_cycle(session, now, slug="long", projects=LONG_LIST, phase=Phase.ARCHIVE)
        ids = session.exec(select(Project.public_id).where(col(Project.public_id).like("pnow%"))).all()
        for public_id in ids:
            public_rows.add_photo(session, public_id, b"\xff\xd8" + b"photo" * 100, now)
        _fill_roll(session, now)


def _fill_roll(session: Session, now: datetime) -> None:
    """Residents nobody will ask for by name: pages tell how many there are."""
    people = {"birth_on": date(1985, 5, 17), "street": "", "house": "", "imported_at": now}
    for _ in range(0, ROLL, 10_000):
        rows = [{"roll_key": secrets.token_bytes(32), **people} for _ in range(10_000)]
        session.connection().execute(sa.insert(Resident), rows)


def fill_searched(session: Session, now: datetime) -> None:
    """A cycle of 10,000 projects with two addresses each: 500 made row by row, and copies of them."""
    cycle = public_rows.add_cycle(session, now, slug="huge", projects=LONG_LIST, phase=Phase.ARCHIVE)
    connection = session.connection()
    projects, addresses = (table.__table__ for table in (Project, ProjectAddress))
    originals = (
        connection.execute(sa.select(projects).where(projects.c.cycle_id == cycle.id)).mappings().all()
    )
    of_project = defaultdict(list)
    for row in connection.execute(sa.select(addresses)).mappings():
        of_project[row["project_id"]].append(row)
    next_id = max(row["id"] for row in originals) + 1
    copies, moved = [], []
    for number in range(LONG_LIST + 1, SEARCHED + 1):
        original, new_id = originals[number % LONG_LIST], next_id + number
        copies.append({**original, "id": new_id, "number": number, "public_id": f"phuge{number:05}"})
        moved += [{**row, "project_id": new_id} for row in of_project[original["id"]]]
    for row in moved:
        row.pop("id", None)
    connection.execute(sa.insert(projects), copies)
    connection.execute(sa.insert(addresses), moved)


@dataclass(frozen=True)
class Vote:
    """An open vote over a database: its keys, and the application that made the sign-ins."""

    database: Database
    app: Flask
    cycle_id: int
    choices: tuple[str, ...]

    def ballots(self) -> list[int]:
        """For each person who took part, how many ballots they have in the box."""
        counted = select(sa.func.count()).where(Participation.cycle_id == self.cycle_id)
        with self.database.reading() as session:
            return list(session.exec(counted.group_by(col(Participation.voter_key))).all())


def open_vote(database_url: str, key_dir: Path) -> Vote:
    """A frozen cycle `vote` with 40 projects, whose voting is open now."""
    app = create_app(config(database_url, key_dir))
    database: Database = app.extensions["database"]
    with database.writing() as session:
        saryarka.load(session, now=datetime.now(UTC))
        election = open_election(session, _keyring(app), now=datetime.now(UTC), projects=LISTED, slug="vote")
        choices = tuple(project.public_id for project in election.projects)
        return Vote(database, app, election.cycle.id or 0, choices)


def sign_in(vote: Vote, numbers: Sequence[str]) -> list[Voter]:
    """Put these people on the roll, sign each in, and write out the ballot each will send."""
    keyring, now = _keyring(vote.app), datetime.now(UTC)
    with vote.database.writing() as session:
        rows = [
            Resident(
                roll_key=keyring.roll_key_of(iin),
                birth_on=date(1985, 5, 17),
                phone=f"+7701{int(iin[5:11]):07d}",
                imported_at=now,
            )
            for iin in numbers
        ]
        session.add_all(rows)
        session.flush()
        return [
            Voter(iin, _ballot(vote, session, row, iin, vote.choices[place % len(vote.choices)]))
            for place, (iin, row) in enumerate(zip(numbers, rows, strict=True))
        ]


@dataclass(frozen=True)
class Reviewer:
    """A member of a council with hundreds of projects, signed in: the header with their cookies, and the project they
    read."""

    headers: dict[str, str]
    project: str


def signed_in_reviewer(app: Flask) -> Reviewer:
    """A cycle in its screening with 500 projects, each with two reviewers; a member who has concluded half of theirs."""
    database: Database = app.extensions["database"]
    now = datetime.now(UTC)
    with database.writing() as session:
        cycle = make_cycle(session, now, Phase.SCREENING, slug="screening")
        member = council.make_council(session, cycle, now=now, size=9)[0]
        rows = [_submitted(session, cycle, number, now) for number in range(1, LONG_LIST + 1)]
        council.pass_check(session, cycle, *rows, now=now)
        reviews.assign(session, council.COORDINATOR, cycle, now=now)
        mine = [row for row in rows if reviews.of_member(session, row, member.row) is not None]
        for row in mine[::2]:
            reviews.conclude(session, member.actor, row.public_id, council.conclusion(), now=now)
        account = session.get_one(Staff, member.actor.id)
        with app.test_request_context("/kk/"):
            sessions.sign_in_staff(session, account)
            generate_csrf()  # the page after the sign-in, which has a form, gave the browser this cookie
            return Reviewer({"Cookie": _cookies(app)}, mine[1].public_id)


def _submitted(session: Session, cycle: Cycle, number: int, now: datetime) -> Project:
    row = add_project(session, cycle, number, state=ProjectState.SUBMITTED, cost_tenge=None, submitted_at=now)
    address = ProjectAddress(
        project_id=row.id or 0, position=1, street_kk="Жеңіс", street_ru="Победы", house=str(number)
    )
    session.add(address)
    session.flush()
    versions.keep(session, row, [address], area=None, now=now)
    return row


def _ballot(vote: Vote, session: Session, resident: Resident, iin: str, choice: str) -> bytes:
    with vote.app.test_request_context("/kk/"):
        sessions.sign_in_resident(session, resident, iin)
        body = urlencode({"csrf_token": generate_csrf(), "choices": choice}).encode()
        return load.post(BALLOT, body, Cookie=_cookies(vote.app))


def _cookies(app: Flask) -> str:
    """What a browser would send back after the response that ends this request context."""
    response = app.process_response(app.response_class())
    jar: SimpleCookie = SimpleCookie()
    for line in response.headers.getlist("Set-Cookie"):
        jar.load(line)
    return "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())


def _keyring(app: Flask) -> KeyRing:
    settings = app.extensions["config"]
    return KeyRing(settings.key_dir, settings.voter_key, settings.roll_key)
