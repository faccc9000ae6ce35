"""Rewriting the storage: what was deleted is gone from the files, or it is said that it is not."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from models.database import Database, StorageBusy

SECRET = "the link that must not stay"


@pytest.fixture
def impatient(database: Database) -> Database:
    """A database that gives up soon."""
    database.rewrite_seconds = 0.5
    return database


@contextmanager
def held_open(database: Database) -> Iterator[Session]:
    """A reader that does not end its transaction, as a backup or a slow page holds one."""
    with database.reading() as session:
        session.connection().exec_driver_sql("SELECT count(*) FROM participation").all()
        yield session


def write_and_delete(database: Database) -> None:
    """A row comes and goes; its bytes stay in the files until they are rewritten."""
    row = {"code": "x", "name_kk": SECRET, "name_ru": "", "name_en": ""}
    with database.writing() as session:
        columns = ", ".join(row)
        session.connection().execute(
            sa.text(f"INSERT INTO area ({columns}) VALUES (:{', :'.join(row)})"), row
        )
    with database.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM area")


def stored(database: Database) -> bytes:
    """The SQLite file and its log."""
    file = Path(database.url.removeprefix("sqlite:///"))
    return b"".join(part.read_bytes() for part in file.parent.glob(file.name + "*"))


def test_a_reader_that_holds_on_is_told_and_nothing_is_called_done(impatient: Database) -> None:
    write_and_delete(impatient)
    with held_open(impatient), pytest.raises(StorageBusy):
        impatient.rewrite_storage()
    impatient.rewrite_storage()
    if impatient.is_sqlite:
        assert SECRET.encode() not in stored(impatient)


def test_on_sqlite_the_old_pages_would_have_stayed(sqlite_url: str) -> None:
    """Why it must be told: while the reader holds on, what was deleted can be read in the log."""
    database = Database(sqlite_url)
    database.rewrite_seconds = 0.1
    with held_open(database):
        write_and_delete(database)
        with pytest.raises(StorageBusy):
            database.rewrite_storage()
        assert SECRET.encode() in stored(database)
    database.dispose()


def test_a_reader_that_ends_in_time_is_waited_for(database: Database) -> None:
    holds, ends = threading.Event(), threading.Event()

    def read() -> None:
        with held_open(database):
            holds.set()
            ends.wait(5)

    reader = threading.Thread(target=read)
    reader.start()
    holds.wait(5)
    write_and_delete(database)
    threading.Timer(0.6, ends.set).start()
    database.rewrite_storage()
    assert ends.is_set()
    reader.join()
    if database.is_sqlite:
        assert SECRET.encode() not in stored(database)


def test_while_a_reader_is_waited_for_others_may_write(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    database.rewrite_seconds = 60

    rewriting = threading.Thread(target=database.rewrite_storage)
    with held_open(database):
        rewriting.start()
        time.sleep(0.5)
        write_and_delete(database)
        assert rewriting.is_alive()
    rewriting.join()
    database.dispose()
