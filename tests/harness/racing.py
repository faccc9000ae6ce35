"""Acts at the same instant: each in its own thread and transaction, as two requests are."""

import threading
from collections.abc import Callable
from typing import Any

from sqlmodel import Session

from budget.errors import BudgetRefusal
from models.database import Database

Act = Callable[[Session], Any]
_PAUSE = 0.3


def at_once(database: Database, *acts: Act) -> list[BudgetRefusal]:
    """Let all go at once; what was refused. Anything else a thread raises fails the test."""
    barrier = threading.Barrier(len(acts))
    refused: list[BudgetRefusal] = []
    faults: list[Exception] = []

    def press(act: Act) -> None:
        barrier.wait()
        try:
            with database.writing() as session:
                act(session)
        except BudgetRefusal as refusal:
            refused.append(refusal)
        except Exception as fault:  # noqa: BLE001  # a thread's own failure must fail the test
            faults.append(fault)

    _run([threading.Thread(target=press, args=(act,)) for act in acts])
    assert faults == []
    return refused


def while_uncommitted(database: Database, first: Act, second: Act) -> list[BudgetRefusal]:
    """`second` begins when `first` has written and not committed yet; what was refused."""
    written = threading.Event()
    refused: list[BudgetRefusal] = []
    faults: list[Exception] = []

    def begin() -> None:
        with database.writing() as session:
            first(session)
            written.set()
            threading.Event().wait(_PAUSE)

    def follow() -> None:
        written.wait()
        with database.writing() as session:
            second(session)

    def press(part: Callable[[], None]) -> None:
        try:
            part()
        except BudgetRefusal as refusal:
            refused.append(refusal)
        except Exception as fault:  # noqa: BLE001  # the same
            faults.append(fault)
        finally:
            written.set()

    _run([threading.Thread(target=press, args=(part,)) for part in (begin, follow)])
    assert faults == []
    return refused


def _run(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
