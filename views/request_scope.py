"""What one request has at hand: the clock, the configuration, a reading session, a writing transaction.

The reading session is opened at the first use and closed when the request ends; `writing()` is the one
transaction of a request that changes something, committed by the edge and nobody else.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import cast

from flask import Flask, current_app, g
from sqlmodel import Session

from models.database import Database
from views.config import Config


def database() -> Database:
    """The process's database."""
    return cast(Database, current_app.extensions["database"])


def config() -> Config:
    """The process's configuration."""
    return cast(Config, current_app.extensions["config"])


def now(*, fresh: bool = False) -> datetime:
    """The instant of this request, aware UTC, the same throughout; tests inject `app.extensions["clock"]`.

    `fresh` reads the clock again: after waiting for the write lock, the instant of arrival is no longer true.
    """
    if fresh or "now" not in g:
        g.now = clock()()
    return cast(datetime, g.now)


def clock() -> Callable[[], datetime]:
    """What tells the instant, for an act that another thread may do (`Database.write`)."""
    return cast(Callable[[], datetime], current_app.extensions.get("clock", _system_clock))


def reading() -> Session:
    """The request's reading session. Never commit on it."""
    if "reading" not in g:
        g.reading = Session(database().engine, expire_on_commit=False)
    return cast(Session, g.reading)


def is_reading() -> bool:
    """Has this request begun to read? What it sees may be older than what is there now."""
    return "reading" in g


def writing() -> AbstractContextManager[Session]:
    """One write transaction. Ends the reading session first, so that the page after it sees the change."""
    close_reading()
    return database().writing()


def close_reading(_error: BaseException | None = None) -> None:
    """Close the reading session if there is one."""
    session = g.pop("reading", None)
    if session is not None:
        session.close()


def init_app(app: Flask, settings: Config) -> None:
    """Attach configuration and database (created here, per process, after the fork)."""
    app.extensions["config"] = settings
    app.extensions["database"] = Database(settings.database_url)
    app.teardown_appcontext(close_reading)


def _system_clock() -> datetime:
    return datetime.now(UTC)
