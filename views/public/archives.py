"""The zip of a published result, made once per process and kept as a temporary file.

A city's archive takes seconds to make and tens of megabytes, and never changes after the publication.
"""

import os
import tempfile
import threading
import weakref
from pathlib import Path
from typing import cast

from flask import current_app
from sqlmodel import Session

from budget.published.bundle import write_zip
from budget.published.files import published_files
from models.cycle import Cycle


class Archives:
    """The archives this process has made, by cycle; their files go with it."""

    def __init__(self) -> None:
        self._making = threading.Lock()
        self._kept: dict[int | None, Path] = {}

    def of_cycle(self, session: Session, cycle: Cycle) -> Path:
        """The path of the archive. Raises NotFound (see `published_files`)."""
        published_files(session, cycle)
        with self._making:
            if cycle.id not in self._kept:
                handle, name = tempfile.mkstemp(prefix="budget-", suffix=".zip")
                weakref.finalize(self, Path(name).unlink, missing_ok=True)
                with os.fdopen(handle, "wb") as file:
                    write_zip(session, cycle, file)
                self._kept[cycle.id] = Path(name)
            return self._kept[cycle.id]


def of_cycle(session: Session, cycle: Cycle) -> Path:
    """The path of the archive of a cycle. Raises NotFound (see `published_files`)."""
    kept = cast(Archives, current_app.extensions.setdefault("archives", Archives()))
    return kept.of_cycle(session, cycle)
