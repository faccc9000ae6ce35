"""What the commands share: the configuration, one transaction, and faults as one line with the exit code.

Exit codes of every command: 0 done, 1 something is wrong with what was looked at, 2 bad input (a wrong call, file,
configuration or state). The command line speaks English only.
"""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, DBAPIError
from sqlmodel import Session

from budget.errors import BudgetRefusal
from budget.keys import KeyRing
from models.database import Database, StorageBusy
from views.cli.faults import BadInput
from views.config import Config, ConfigurationError, from_environment

__all__ = [
    "BadInput",
    "database_of",
    "in_words",
    "keyring",
    "opened",
    "progress",
    "refusals",
    "settings",
    "transaction",
]


def settings(*, demo_only: bool = False) -> Config:
    """The configuration from the environment. Raises BadInput where it is wrong, or not the demo's."""
    try:
        config = from_environment()
    except ConfigurationError as error:
        raise BadInput(str(error)) from error
    if demo_only and not config.demo:
        raise BadInput("this is for the demo only: set DEMO=1")
    return config


def keyring(config: Config) -> KeyRing:
    """The keys the configuration names."""
    return KeyRing(config.key_dir, config.voter_key, config.roll_key)


@contextmanager
def opened(config: Config) -> Iterator[Database]:
    """The database, closed at the end. Raises BadInput where it can't be reached or has no tables."""
    database = database_of(config)
    try:
        _refuse_old(database)
        yield database
    finally:
        database.dispose()


def database_of(config: Config) -> Database:
    """The configured database, whatever is in it. Raises BadInput for an address that can't be read."""
    try:
        return Database(config.database_url)
    except (ValueError, sa.exc.ArgumentError, ModuleNotFoundError) as error:
        raise BadInput(f"DATABASE_URL can't be used: {error}") from error


@contextmanager
def transaction(config: Config) -> Iterator[Session]:
    """One write transaction: committed when the block ends well, nothing is kept when it does not."""
    with opened(config) as database, refusals(), database.writing() as session:
        yield session


@contextmanager
def refusals() -> Iterator[None]:
    """Turn a refusal of the domain or of the storage into one line."""
    try:
        yield
    except BudgetRefusal as refusal:
        raise BadInput(in_words(refusal)) from refusal
    except StorageBusy as error:
        raise BadInput("the storage could not be rewritten: something went on reading it") from error


def progress(length: int, label: str) -> AbstractContextManager[Any]:
    """A progress bar on stderr, to be told of done steps by `update`; silent where nobody watches."""
    return click.progressbar(
        length=length, label=label, file=sys.stderr, show_pos=True, hidden=not sys.stderr.isatty()
    )


def in_words(refusal: BudgetRefusal) -> str:
    """`already done (at: 2027-03-01 09:00)`: the code with its facts."""
    facts = ", ".join(f"{name}: {fact}" for name, fact in refusal.facts.items() if fact not in (None, "", ()))
    words = refusal.code.replace("_", " ")
    return f"{words} ({facts})" if facts else words


def _refuse_old(database: Database) -> None:
    if database.is_sqlite and not Path(str(database.engine.url.database)).exists():
        raise BadInput("there is no database yet: run `budget upgrade` first")
    try:
        with database.reading() as session:
            session.connection().execute(sa.text("SELECT 1 FROM public_version WHERE 1 = 0"))
    except DatabaseError as error:
        raise BadInput(_unreachable(error)) from error


def _unreachable(error: DBAPIError) -> str:
    said = str(error.orig).strip().splitlines()[0]
    if "public_version" in said:
        return "the database has no tables yet: run `budget upgrade` first"
    return f"the database can't be reached: {said}"
