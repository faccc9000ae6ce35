"""A database in which the council has done everything once; made once for each kind of database, and only read or refused."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from budget.council import agenda, members, protocols, reserve, votes
from models.database import Database
from models.enums import ConflictKind, CouncilChoice
from tests.harness import council
from tests.harness.application import NOW
from tests.harness.council import COORDINATOR
from tests.harness.databases import TEMPLATE
from tests.harness.sittings import counted, deciding, finish, underway

NAME = "decided"


def hold(session: Session) -> None:
    """A screening session with a recusal and a signed protocol; a decision session, and the reserve used; a vote that is
    open, and a motion that is not."""
    held = underway(session, NOW, projects=2)
    interests = {held.projects[0].public_id: ConflictKind.OWN}
    members.declare(session, held.members[0].actor, held.cycle, interests, now=NOW)
    item = held.items(session)[1]
    said = council.rejection(held.projects[1])
    agenda.change_motion(session, COORDINATOR, item.public_id, said, revision=held.row.revision, now=NOW)
    finish(session, held, now=NOW)
    protocol = protocols.keep(session, COORDINATOR, protocols.facts_of(session, held.row), b"%PDF", now=NOW)
    protocols.sign(session, held.members[0].actor, protocol.public_id, now=NOW)
    after = NOW + timedelta(days=1)
    cycle, projects = counted(session, after)
    finish(session, deciding(session, after, cycle, projects), now=after)
    why = {"reason_kk": "а", "reason_ru": "б", "document": "1"}
    reserve.use(session, COORDINATOR, projects[0].public_id, now=after, **why)
    going = underway(session, NOW, projects=2)
    first = going.items(session)[0]
    votes.open_items(session, COORDINATOR, going.row.public_id, [first.public_id], now=NOW)
    votes.cast(session, going.members[0].actor, first.public_id, CouncilChoice.FOR, now=NOW)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def decided(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """What was done once. Tests may only try what is refused."""
    if request.param == "sqlite":
        path: Path = tmp_path_factory.mktemp(NAME) / "budget.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        cluster = request.getfixturevalue("postgresql_template")
        cluster.run(f"DROP DATABASE IF EXISTS {NAME}")  # a second file asks for it anew
        cluster.run(f"CREATE DATABASE {NAME} TEMPLATE {TEMPLATE}")
        url = cluster.url(NAME)
    opened = Database(url)
    with opened.writing() as session:
        hold(session)
    yield opened
    opened.dispose()


@pytest.fixture
def fresh(database: Database) -> Database:
    """The same, for a test that changes something."""
    with database.writing() as session:
        hold(session)
    return database
