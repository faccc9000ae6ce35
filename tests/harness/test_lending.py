"""A database that goes to the next test is as if nobody had had it."""

import itertools
from collections.abc import Iterator

import psycopg
import pytest

from tests.harness import lending as module
from tests.harness.databases import TEMPLATE
from tests.harness.lending import Lending
from tests.harness.postgresql import Cluster

_numbers = itertools.count(1)
pytestmark = pytest.mark.postgres
AREA = "INSERT INTO area (code, name_kk, name_ru, name_en) VALUES ('x', 'x', 'x', 'x') RETURNING id"
ROWS = """SELECT table_name, (xpath('/row/n/text()',
    query_to_xml(format('SELECT count(*) AS n FROM %I', table_name), false, true, '')))[1]::text::int
    FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1"""


@pytest.fixture
def lent(postgresql_template: Cluster) -> Iterator[Lending]:
    prefix = f"tried_{next(_numbers)}"
    yield Lending(postgresql_template, TEMPLATE, prefix)
    with postgresql_template.connect() as connection:
        made = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{prefix}_%"])
        for (name,) in made.fetchall():
            postgresql_template.run(f"DROP DATABASE {name} WITH (FORCE)")


def rows(cluster: Cluster, name: str) -> list[tuple[object, ...]]:
    with cluster.connect(name) as connection:
        return connection.execute(ROWS).fetchall()


def test_rows_and_numbers_of_the_test_before_are_gone(lent: Lending) -> None:
    first = lent.take()
    before = rows(lent.cluster, first)
    assert sum(number > 0 for _, number in before) >= 2
    with lent.cluster.connect(first) as connection:
        made = connection.execute(AREA).fetchone()
        connection.execute("UPDATE public_version SET version = version + 7")
        connection.execute(
            "INSERT INTO audit_event (at, role, action, subject, facts, previous_hash, hash)"
            " VALUES (now(), 'coordinator', 'x', '', '{}', 'x', 'x')"
        )
        assert rows(lent.cluster, first) != before
    lent.give_back(first)
    second = lent.take()
    assert second == first
    assert rows(lent.cluster, second) == before
    with lent.cluster.connect(second) as connection, lent.cluster.connect(TEMPLATE) as template:
        version = "SELECT version FROM public_version"
        assert connection.execute(version).fetchone() == template.execute(version).fetchone()
        assert connection.execute(AREA).fetchone() == made
    lent.give_back(second)


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE left_over (number integer)",
        "ALTER TABLE area ALTER COLUMN code DROP NOT NULL",
        "ALTER TABLE area ALTER COLUMN name_en SET DEFAULT 'x'",
        "ALTER TABLE project DROP CONSTRAINT fk_project_cycle_id",
        "DROP INDEX ix_project_author_id",
        "ALTER TABLE participation DISABLE TRIGGER ALL",
        "CREATE FUNCTION left_over() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER DATABASE {name} SET lock_timeout = '1s'",
    ],
)
def test_a_database_whose_schema_changed_is_not_lent_again(lent: Lending, change: str) -> None:
    name = lent.take()
    with lent.cluster.connect(name) as connection:
        connection.execute(change.format(name=name).encode())
    lent.give_back(name)
    assert lent.take() != name


def test_a_database_that_grew_large_is_not_lent_again(lent: Lending, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_GROWTH", 0)
    name = lent.take()
    lent.give_back(name)
    assert lent.take() != name


def test_whoever_is_still_connected_is_put_out(lent: Lending) -> None:
    name = lent.take()
    with lent.cluster.connect(name) as forgotten:
        forgotten.execute("BEGIN")
        forgotten.execute("LOCK TABLE area IN ACCESS EXCLUSIVE MODE")
        lent.give_back(name)
        with pytest.raises(psycopg.OperationalError):
            forgotten.execute("SELECT 1")
    assert lent.take() == name
