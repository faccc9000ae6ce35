"""The narrow door for single look-ups, and connections that died while nobody used them."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from models import database as module
from models.database import Database

AREA = "INSERT INTO area (code, name_kk, name_ru, name_en) VALUES ('a', 'a', 'a', 'a')"
MINE = "SELECT pg_backend_pid()"


def end_backends(database: Database) -> None:
    """Close the server's side of every pooled connection, as a restart of PostgreSQL would."""
    url = sa.make_url(database.url)
    other = sa.create_engine(url, poolclass=sa.NullPool)
    with other.connect() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


def insert_and_fail(database: Database) -> None:
    with database.writing() as session:
        session.connection().exec_driver_sql(AREA)
        raise RuntimeError


def test_a_look_up_sees_what_was_committed_last(database: Database) -> None:
    with database.asking() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM area").scalar() == 0
    with database.writing() as session:
        session.connection().exec_driver_sql(AREA)
    with database.asking() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM area").scalar() == 1


def test_a_transaction_after_a_look_up_is_a_transaction_again(database: Database) -> None:
    with database.asking() as connection:
        connection.exec_driver_sql("SELECT 1")
    with pytest.raises(RuntimeError):
        insert_and_fail(database)
    with database.asking() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM area").scalar() == 0


@pytest.fixture
def on_postgresql(postgresql_url: str) -> Callable[[], Database]:
    return lambda: Database(postgresql_url)


def test_a_connection_that_died_idle_is_replaced_unseen(
    on_postgresql: Callable[[], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = on_postgresql()
    monkeypatch.setattr(module, "_IDLE_SECONDS", 0.0)
    with database.asking() as connection:
        before = connection.exec_driver_sql(MINE).scalar()
    end_backends(database)
    with database.asking() as connection:
        assert connection.exec_driver_sql(MINE).scalar() != before
    database.dispose()


def test_a_connection_that_died_in_use_costs_one_refused_request(
    on_postgresql: Callable[[], Database],
) -> None:
    database = on_postgresql()
    with database.asking() as connection:
        connection.exec_driver_sql(MINE)
    end_backends(database)
    with pytest.raises(sa.exc.OperationalError), database.asking() as connection:
        connection.exec_driver_sql(MINE)
    with database.asking() as connection:
        assert connection.exec_driver_sql(MINE).scalar()
    database.dispose()
