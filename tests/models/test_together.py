"""Group commit: threads that write at the same moment share a transaction, and each gets its own outcome."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from models.database import Database
from models.together import Together

PEOPLE = 40


class Refused(Exception):
    """What an act raises that has written nothing."""


def insert(code: str) -> Callable[[Session], str]:
    def act(session: Session) -> str:
        statement = "INSERT INTO area (code, name_kk, name_ru, name_en) VALUES (:code, 'a', 'a', 'a')"
        session.connection().execute(sa.text(statement), {"code": code})
        return code

    return act


def codes(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.connection().exec_driver_sql("SELECT code FROM area").scalars())


def all_at_once(database: Database, acts: list[Callable[[Session], str]]) -> list[object]:
    """What each thread gets: its result or its exception. The first holds the line until all others have come."""
    started = threading.Barrier(len(acts))

    def run(act: Callable[[Session], str]) -> object:
        started.wait()
        try:
            return database.write(act, traceless=Refused)
        except Exception as error:  # noqa: BLE001  # the outcome under test
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_each_thread_gets_its_own_result_and_everything_is_there(database: Database) -> None:
    wanted = [f"a{number}" for number in range(PEOPLE)]
    assert all_at_once(database, [insert(code) for code in wanted]) == wanted
    assert codes(database) == set(wanted)


def test_on_sqlite_several_share_one_commit(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    seen: list[int] = []
    sa.event.listen(database.engine, "commit", lambda _connection: seen.append(1))
    with ThreadPoolExecutor(PEOPLE) as pool, database.writing():  # everybody comes while somebody else writes
        waiting = [pool.submit(database.write, insert(f"a{n}"), traceless=Refused) for n in range(PEOPLE)]
        while len(database._together._waiting) < PEOPLE:
            time.sleep(0.01)
    assert [one.result() for one in waiting] == [f"a{n}" for n in range(PEOPLE)]
    assert len(seen) == 1
    assert len(codes(database)) == PEOPLE


def test_who_is_refused_is_refused_alone(database: Database) -> None:
    def refuse(_session: Session) -> str:
        raise Refused

    acts = [refuse if number % 4 == 0 else insert(f"a{number}") for number in range(PEOPLE)]
    outcomes = all_at_once(database, acts)
    assert [isinstance(one, Refused) for one in outcomes] == [n % 4 == 0 for n in range(PEOPLE)]
    assert len(codes(database)) == PEOPLE * 3 // 4


def test_who_fails_after_writing_undoes_nothing_of_the_others(database: Database) -> None:
    def fail(session: Session) -> str:
        insert("half")(session)
        raise ZeroDivisionError

    acts = [fail if number in (3, 17) else insert(f"a{number}") for number in range(PEOPLE)]
    outcomes = all_at_once(database, acts)
    assert [isinstance(one, ZeroDivisionError) for one in outcomes] == [n in (3, 17) for n in range(PEOPLE)]
    assert codes(database) == {f"a{n}" for n in range(PEOPLE) if n not in (3, 17)}


def test_a_commit_that_fails_is_told_to_everybody_and_the_line_goes_on(sqlite_url: str) -> None:
    database = Database(sqlite_url)

    def full(_connection: object) -> None:
        raise OSError("no space left on device")

    sa.event.listen(database.engine, "commit", full)
    outcomes = all_at_once(database, [insert(f"a{n}") for n in range(8)])
    assert all(isinstance(one, OSError) for one in outcomes)
    sa.event.remove(database.engine, "commit", full)
    assert codes(database) == set()
    assert all_at_once(database, [insert("later")]) == ["later"]


def test_whoever_is_done_does_not_wait_for_the_next_commit() -> None:
    """One writer comes back at once and holds the line; who was committed with its first act has gone already."""
    both, second_is_done, waited = threading.Event(), threading.Event(), []

    @contextmanager
    def writing() -> Iterator[Any]:
        both.wait(5)
        yield None

    together = Together(writing)

    def hold_the_line(_session: Session) -> None:
        waited.append(second_is_done.wait(5))

    def first() -> None:
        together.do(lambda _session: None, traceless=Refused)
        together.do(hold_the_line, traceless=Refused)

    def second() -> None:
        together.do(lambda _session: None, traceless=Refused)
        second_is_done.set()

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(first), pool.submit(second)]
        while len(together._waiting) < 2:
            time.sleep(0.001)
        both.set()
        for one in running:
            one.result()
    assert waited == [True]
