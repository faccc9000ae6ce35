"""Single statements outside a transaction: as SQLAlchemy would give them, and connections that died while nobody used
them."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models import asking as module
from models.asking import Asking, Prepared, written
from models.database import Database
from models.district import Area
from models.enums import Assurance, Channel
from models.people import Resident, WebSession
from models.service import Notice
from tests.harness.projects import make_resident

NOW = datetime(2027, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)
AREAS = sa.select(sa.func.count(col(Area.id)).label("areas"))
MINE = sa.select(sa.func.pg_backend_pid().label("pid"))
SESSION = sa.select(
    col(WebSession.id), col(WebSession.channel), col(WebSession.assurance), col(WebSession.created_at), col(Resident.birth_on)
).join(Resident).where(
    col(WebSession.channel) == sa.bindparam("channel"),
    col(WebSession.created_at) <= sa.bindparam("now"),
    col(WebSession.assurance) == Assurance.SMS,
)  # fmt: skip
MOVE = (
    sa.update(WebSession)
    .where(
        col(WebSession.expires_at) < sa.bindparam("last"), col(WebSession.created_at) == sa.bindparam("since")
    )
    .values(expires_at=sa.bindparam("last"))
)
ADD = sa.insert(Area).from_select(
    ["code", "name_kk", "name_ru", "name_en"],
    sa.select(sa.bindparam("code_", type_=sa.String()), *(sa.literal(name) for name in "kre")),
)
FACTS = sa.select(col(Notice.facts)).where(col(Notice.recipient) == sa.bindparam("phone"))


def add_area(database: Database) -> None:
    with database.writing() as session:
        session.add(Area(code="a", name_kk="a", name_ru="a", name_en="a"))


def add_session(database: Database) -> None:
    with database.writing() as session:
        person = make_resident(session)
        row = WebSession(
            token_hash=b"t" * 32, resident_id=person.id, created_at=NOW, seen_at=NOW, expires_at=NOW,
            channel=Channel.WEB, assurance=Assurance.SMS,
        )  # fmt: skip
        session.add(row)


def is_open(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except sqlite3.ProgrammingError:
        return False
    return True


def end_backends(database: Database) -> None:
    """Close the server's side of every connection, as a restart of PostgreSQL would."""
    url = sa.make_url(database.url)
    other = sa.create_engine(url, poolclass=sa.NullPool)
    with other.connect() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


def test_a_look_up_sees_what_was_committed_last(database: Database) -> None:
    assert database.asking.first(AREAS).areas == 0
    add_area(database)
    assert database.asking.first(AREAS).areas == 1


def test_a_row_is_what_sqlalchemy_gives(database: Database) -> None:
    add_session(database)
    values = {"channel": Channel.WEB, "now": NOW}
    with database.reading() as session:
        expected = session.connection().execute(SESSION, values).one()
    found = database.asking.first(SESSION, **values)
    assert tuple(found) == tuple(expected)
    assert [type(value) for value in found] == [type(value) for value in expected]
    assert found._fields == tuple(expected._fields)
    assert (found.channel, found.created_at) == (Channel.WEB, NOW)
    assert database.asking.first(SESSION, **{**values, "channel": Channel.DESK}) is None


def test_the_statement_and_its_row_are_the_same_the_second_time(database: Database) -> None:
    add_session(database)
    values = {"channel": Channel.WEB, "now": NOW}
    assert database.asking.first(SESSION, **values) == database.asking.first(SESSION, **values)


def test_an_object_comes_back_as_it_was_kept(database: Database) -> None:
    with database.writing() as session:
        notice = Notice(
            kind="ballot_cast", recipient="+77010000001", language="kk", facts={"ә": [1]}, created_at=NOW
        )
        session.add(notice)
    assert database.asking.first(FACTS, phone="+77010000001").facts == {"ә": [1]}


def test_how_many_rows_were_written_is_told_and_they_are_the_callers(database: Database) -> None:
    add_session(database)
    later = NOW + timedelta(minutes=5)
    with database.writing() as session:
        assert written(session, MOVE, {"since": NOW, "last": later}) == 1
        session.rollback()
    with database.writing() as session:
        assert written(session, MOVE, {"since": NOW, "last": later}) == 1
        assert written(session, MOVE, {"since": NOW, "last": later}) == 0, "it ends later already"
    with database.reading() as session:
        assert session.exec(select(WebSession.expires_at)).one() == later


def test_what_can_not_be_written_is_refused_as_by_sqlalchemy(database: Database) -> None:
    def twice() -> None:
        with database.writing() as session:
            for _ in range(2):
                written(session, ADD, {"code_": "a"})

    with pytest.raises(sa.exc.IntegrityError):
        twice()
    assert database.asking.first(AREAS).areas == 0


def test_a_list_of_values_is_refused(database: Database) -> None:
    several = sa.select(col(Area.id)).where(col(Area.code).in_(["a", "b"]))
    with pytest.raises(ValueError, match="another text"):
        Prepared(several, database.engine.dialect)


def test_the_same_statement_takes_values_of_every_size_and_none(database: Database) -> None:
    same = sa.select(sa.bindparam("number", type_=sa.BigInteger()).label("number"))
    for number in (1, 70_000, None, 2**40, -1, None, 1):
        assert database.asking.first(same, number=number).number == number


def test_a_forgotten_value_is_no_look_up(database: Database) -> None:
    with pytest.raises(KeyError, match="now"):
        database.asking.first(SESSION, channel=Channel.WEB)


def test_what_goes_wrong_tells_no_value(database: Database) -> None:
    wrong = sa.select(sa.literal_column("1 / no_such_column").label("one")).where(
        sa.literal_column("'x'") == sa.bindparam("secret", type_=sa.String())
    )
    with pytest.raises(sa.exc.DBAPIError) as raised:
        database.asking.first(wrong, secret="850517300123")
    assert "no_such_column" in str(raised.value)
    assert "850517300123" not in str(raised.value)
    assert isinstance(raised.value.orig, (sqlite3.Error, psycopg.Error))
    assert database.asking.first(AREAS).areas == 0


def test_asking_holds_up_no_writer(database: Database) -> None:
    add_area(database)
    assert database.asking.first(sa.select(col(Area.code))).code == "a"
    database.rewrite_seconds = 0.2
    database.rewrite_storage()  # waits for readers, and refuses where one goes on
    add_session(database)


def test_of_many_that_ask_at_once_as_many_as_may_are_answered_at_a_time() -> None:
    two, made = threading.Barrier(2, timeout=10), []

    def connect() -> sqlite3.Connection:
        made.append(sqlite3.connect(":memory:", check_same_thread=False))
        made[-1].create_function("meet", 0, two.wait)
        return made[-1]

    asking = Asking(connect, sa.create_engine("sqlite://").dialect, most=2)
    with ThreadPoolExecutor(8) as threads:
        meet = sa.select(sa.func.meet().label("place"))
        asked = [threads.submit(asking.first, meet) for _ in range(8)]
        assert sorted(one.result(10).place for one in asked) == [0] * 4 + [1] * 4
    assert len(made) == 2
    asking.close()
    assert not any(map(is_open, made))


def test_a_question_that_failed_gives_its_turn_back(database: Database) -> None:
    wrong = sa.select(sa.literal_column("no_such_column").label("one"))
    for _ in range(20):
        with pytest.raises(sa.exc.DBAPIError):
            database.asking.first(wrong)
    assert database.asking.first(AREAS).areas == 0


@pytest.fixture
def on_postgresql(postgresql_url: str) -> Callable[[], Database]:
    return lambda: Database(postgresql_url)


def test_a_connection_that_died_idle_is_replaced_unseen(
    on_postgresql: Callable[[], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = on_postgresql()
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.0)
    before = database.asking.first(MINE).pid
    assert database.asking.first(MINE).pid == before
    end_backends(database)
    assert database.asking.first(MINE).pid != before
    database.dispose()


def test_a_connection_known_to_be_lost_is_not_taken_for_alive(on_postgresql: Callable[[], Database]) -> None:
    database = on_postgresql()
    asker = database.asking._take()
    assert asker.is_alive()
    end_backends(database)
    assert not asker.is_alive()
    assert not asker.is_alive(), "the library itself has noticed by now, and refuses"
    asker.close()
    database.dispose()


def test_connections_that_died_in_use_cost_one_refused_request(
    on_postgresql: Callable[[], Database],
) -> None:
    database = on_postgresql()
    asking = database.asking
    several = [asking._take() for _ in range(3)]  # three threads at the same moment
    for connection in several:
        asking._free.append((connection, module.time.monotonic()))
    end_backends(database)
    with pytest.raises(sa.exc.OperationalError) as raised:
        asking.first(MINE)
    assert raised.value.connection_invalidated
    assert asking.first(MINE).pid
    database.dispose()


def test_a_transaction_beside_it_is_a_transaction(database: Database) -> None:
    database.asking.first(AREAS)

    def insert_and_fail() -> None:
        with database.writing() as session:
            session.add(Area(code="a", name_kk="a", name_ru="a", name_en="a"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        insert_and_fail()
    assert database.asking.first(AREAS).areas == 0
