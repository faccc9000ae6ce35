"""A migrated database without anybody else's rows for each test that asks for one.

The migrations run once per test process and kind of database, in a process of their own (Alembic's logging
would steal caplog). Each test then gets a copy of the SQLite file; on PostgreSQL, where making and dropping a copy takes
0.4 s, one that was emptied after the test before (`tests/harness/lending.py`). What looks at raw files asks for
`new_postgresql_url`, which nobody had before.

No order of rows is promised but by ORDER BY, so SQLite gives those without one from the last to the first here, where
PostgreSQL mostly gives them from the first: whoever trusts either is found on the other.
"""

import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from models.database import Database
from tests.harness.lending import Lending
from tests.harness.postgresql import Cluster

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = "migrated"
_numbers = itertools.count(1)


@sa.event.listens_for(Engine, "connect")
def _reverse_rows_without_order(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA reverse_unordered_selects=ON")


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest revision."""
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from models.migrations import upgrade; upgrade(sys.argv[1])",
            url,
        ],
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file nobody writes to."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[Cluster]:
    """This test process's own PostgreSQL server."""
    with Cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgresql_template(postgresql_cluster: Cluster) -> Cluster:
    """The server with a migrated database to copy."""
    postgresql_cluster.run(f"CREATE DATABASE {TEMPLATE}")
    migrate(postgresql_cluster.url(TEMPLATE))
    return postgresql_cluster


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite database."""
    path = tmp_path / "budget.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def lending(postgresql_template: Cluster) -> Lending:
    """The databases of this test process that go from test to test."""
    return Lending(postgresql_template, TEMPLATE)


@pytest.fixture
def postgresql_url(lending: Lending) -> Iterator[str]:
    """A migrated PostgreSQL database without rows."""
    name = lending.take()
    yield lending.cluster.url(name)
    lending.give_back(name)


@pytest.fixture
def new_postgresql_url(postgresql_template: Cluster) -> Iterator[str]:
    """A migrated PostgreSQL database that nobody had before and nobody gets after."""
    name = f"new_{next(_numbers)}"
    postgresql_template.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    yield postgresql_template.url(name)
    postgresql_template.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """`reading()` and `writing()` on a fresh database of each kind."""
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def engine(database: Database) -> Engine:
    """The engine of `database`."""
    return database.engine


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """An open session that may write; what the test does not commit is rolled back."""
    with Session(database.engine.execution_options(write=True), expire_on_commit=False) as opened:
        yield opened
