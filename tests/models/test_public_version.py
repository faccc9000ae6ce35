"""The public version: raised by what the public sees, and by nothing else."""

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select, update

from models import tables
from models.database import Database
from models.district import Area
from models.people import SignInFailure
from models.public_version import PRIVATE_TABLES, PUBLIC_TABLES, current


def version(database: Database) -> int:
    return current(database.asking)


def area(code: str = "koktal-1") -> Area:
    return Area(code=code, name_kk="Көктал 1", name_ru="Коктал 1", name_en="Koktal 1")


def test_every_table_is_either_public_or_private() -> None:
    assert set(tables.metadata.tables) == PUBLIC_TABLES | PRIVATE_TABLES
    assert not PUBLIC_TABLES & PRIVATE_TABLES


def test_the_migration_leaves_one_row(session: Session) -> None:
    assert session.connection().execute(sa.text("SELECT id, version FROM public_version")).all() == [(1, 1)]


def test_a_new_public_row_raises_it_once(database: Database) -> None:
    before = version(database)
    with database.writing() as session:
        session.add(area())
        session.flush()
        session.add(area("koktal-2"))
    assert version(database) == before + 1


def test_changing_and_deleting_a_public_row_raise_it(database: Database) -> None:
    with database.writing() as session:
        session.add(area())
    before = version(database)
    with database.writing() as session:
        session.exec(select(Area)).one().name_en = "Koktal"
    assert version(database) == before + 1
    with database.writing() as session:
        session.delete(session.exec(select(Area)).one())
    assert version(database) == before + 2


@pytest.mark.parametrize("table", sorted(PUBLIC_TABLES))
def test_a_statement_on_each_public_table_raises_it(database: Database, table: str) -> None:
    before = version(database)
    with database.writing() as session:
        session.exec(sa.delete(tables.metadata.tables[table]))
    assert version(database) == before + 1


@pytest.mark.parametrize("table", sorted(PRIVATE_TABLES - {"public_version", "audit_event"}))
def test_a_statement_on_a_private_table_does_not(database: Database, table: str) -> None:
    before = version(database)
    with database.writing() as session:
        session.exec(sa.delete(tables.metadata.tables[table]))
    assert version(database) == before


def test_a_private_row_does_not_raise_it(database: Database, now) -> None:
    before = version(database)
    with database.writing() as session:
        session.add(SignInFailure(email_key=b"k" * 32, failed_at=now))
    assert version(database) == before


def test_an_update_by_statement_raises_it(database: Database) -> None:
    with database.writing() as session:
        session.add(area())
    before = version(database)
    with database.writing() as session:
        session.exec(update(Area).where(col(Area.code) == "koktal-1").values(name_en="K"))
    assert version(database) == before + 1


def test_what_is_rolled_back_raises_nothing(database: Database) -> None:
    before = version(database)

    def fail_halfway() -> None:
        with database.writing() as session:
            session.add(area())
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert version(database) == before
    with database.writing() as session:
        session.exec(select(Area)).all()
    assert version(database) == before


def test_a_savepoint_waits_for_the_whole_transaction(database: Database) -> None:
    before = version(database)
    with database.writing() as session:
        with session.begin_nested():
            session.add(area())
        session.add(area("koktal-2"))
    assert version(database) == before + 1


def test_without_the_row_the_first_change_makes_it(database: Database) -> None:
    with database.writing() as session:
        session.exec(sa.delete(tables.metadata.tables["public_version"]))
    assert version(database) == 0
    with database.writing() as session:
        session.add(area())
    assert version(database) == 1
