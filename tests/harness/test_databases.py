"""Every test gets a database of its own, migrated, of both kinds, and never somebody else's server."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine
from sqlmodel import Session

from models.migrations import alembic_config
from tests.harness.postgresql import Cluster


@pytest.mark.parametrize("turn", [1, 2])
def test_nothing_is_left_from_the_test_before(engine: Engine, turn: int) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE left_over (turn INTEGER)"))
        connection.execute(sa.text("INSERT INTO left_over VALUES (:turn)"), {"turn": turn})
        assert connection.scalar(sa.text("SELECT count(*) FROM left_over")) == 1


def test_the_database_is_at_the_newest_revision(engine: Engine, database_url: str) -> None:
    newest = ScriptDirectory.from_config(alembic_config(database_url)).get_current_head()
    with engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == newest


def test_what_a_test_does_not_commit_is_gone(session: Session, engine: Engine) -> None:
    connection = session.connection()
    connection.execute(sa.text("CREATE TABLE kept (number INTEGER)"))
    session.commit()
    session.connection().execute(sa.text("INSERT INTO kept VALUES (1)"))
    session.rollback()
    with engine.connect() as other:
        assert other.scalar(sa.text("SELECT count(*) FROM kept")) == 0


def test_rows_without_an_order_are_given_in_another_one_by_each_kind(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE line (number INTEGER)"))
        connection.execute(sa.text("INSERT INTO line VALUES (1), (2), (3)"))
        found = connection.scalars(sa.text("SELECT number FROM line")).all()
    assert found == ([3, 2, 1] if engine.dialect.name == "sqlite" else [1, 2, 3])


def test_the_cluster_is_durable_and_its_own(postgresql_url: str, postgresql_cluster: Cluster) -> None:
    engine = sa.create_engine(postgresql_url)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SHOW fsync")) == "on"
        assert connection.scalar(sa.text("SHOW listen_addresses")) == "127.0.0.1"
        assert Path(str(connection.scalar(sa.text("SHOW data_directory")))) == postgresql_cluster.data
    engine.dispose()


def test_another_server_on_the_port_is_never_written_to(postgresql_cluster: Cluster) -> None:
    stranger = Cluster()
    stranger.port = postgresql_cluster.port
    with (
        pytest.raises((AssertionError, RuntimeError), match=r"belongs to another server|did not start"),
        stranger,
    ):
        pytest.fail("the stranger was let in")
    assert not stranger.directory.exists()
