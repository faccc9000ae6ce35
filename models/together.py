"""Group commit: writers who wait for each other share one transaction, and so one `fsync`.

On SQLite the disk's `fsync` is most of a short write, and all writers stand in one line behind it. Whoever gets to the
front takes along what the threads behind have brought meanwhile, does all of it in one transaction, and commits once.
Each is answered after that commit, so an answer is as durable as before; only the price is shared.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar, cast

from sqlmodel import Session

T = TypeVar("T")
Writing = Callable[[], AbstractContextManager[Session]]


class _Act(Generic[T]):
    """What one thread wants written, and what came of it."""

    def __init__(self, do: Callable[[Session], T]) -> None:
        self.do = do
        self.is_over = False
        self.result: T | None = None
        self.error: BaseException | None = None

    def end(self, error: BaseException | None = None) -> None:
        """It is committed, or refused, or failed."""
        self.error = error
        self.is_over = True

    def outcome(self) -> T:
        """The result. Raises what the act raised."""
        if self.error is not None:
            raise self.error
        return cast(T, self.result)


class Together:
    """The line of writers of one process. `writing` begins a transaction and commits it."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._door = threading.Condition()
        self._is_led = False
        self._waiting: list[_Act[Any]] = []

    def do(self, act: Callable[[Session], T], *, traceless: type[Exception]) -> T:
        """Do `act` in a transaction shared with others, and return its result once that is committed.

        `act` runs in whichever thread is at the front, so it may use nothing of its own thread. Where it raises
        `traceless` it must have written nothing: it alone is refused. Any other exception undoes the transaction; the
        others in it are done again without the one that raised.
        """
        mine = _Act(act)
        with self._door:
            self._waiting.append(mine)
        while self._must_lead(mine):
            try:
                self._lead(traceless)
            finally:
                with self._door:
                    self._is_led = False
                    self._door.notify_all()
        return mine.outcome()

    def _must_lead(self, mine: _Act[Any]) -> bool:
        """Wait until somebody has done it or nobody leads. Who is done goes at once, past those who begin."""
        with self._door:
            self._door.wait_for(lambda: mine.is_over or not self._is_led)
            if not mine.is_over:
                self._is_led = True
            return not mine.is_over

    def _lead(self, traceless: type[Exception]) -> None:
        taken: list[_Act[Any]] = []
        refused: dict[_Act[Any], Exception] = {}
        current: _Act[Any] | None = None
        try:
            with self._writing() as session:
                taken = self._take()  # after the lock between processes: more have come meanwhile
                for current in taken:
                    try:
                        current.result = current.do(session)
                    except traceless as refusal:
                        refused[current] = refusal
                current = None
        except BaseException as error:  # noqa: BLE001  # told to every thread it concerns
            self._undone(taken, current, error)
            return
        for act in taken:
            act.end(refused.get(act))

    def _take(self) -> list[_Act[Any]]:
        with self._door:
            taken, self._waiting = self._waiting, []
        return taken

    def _undone(self, taken: list[_Act[Any]], guilty: _Act[Any] | None, error: BaseException) -> None:
        """Nothing was committed. With somebody to blame the others try again; else it is everybody's failure."""
        everybody = taken or self._take()
        again = [act for act in everybody if guilty is not None and act is not guilty]
        with self._door:
            self._waiting[:0] = again
        for act in everybody:
            if act not in again:
                act.end(error)
