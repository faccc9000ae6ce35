"""Many rows in few statements, as the driver takes them.

SQLAlchemy makes a dictionary of each row anew, and SQLite prepares what a CHECK compares with once a statement: row
by row that takes longer than storing the ballots of a city. Here one statement has many rows.
"""

from collections.abc import Iterable
from itertools import chain, islice
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from models.public_version import PUBLIC_TABLES

_AT_ONCE = 500  # rows of a statement; SQLite takes 32,766 values and PostgreSQL 65,535


def insert_rows(
    connection: sa.Connection,
    table: type[SQLModel],
    columns: tuple[str, ...],
    rows: Iterable[tuple[Any, ...]],
) -> None:
    """Insert `rows`, each the values of `columns` in their order, as they are stored: `.value` of an enum.

    No default of the model is filled in. Raises IntegrityError, as any insert does, and ValueError for a table that
    pages show: they would not hear of it.
    """
    if table.__tablename__ in PUBLIC_TABLES:
        raise ValueError(f"{table.__tablename__} is public: its version is raised by the session only")
    placeholder = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    row = f"({', '.join([placeholder] * len(columns))})"
    into = f"{table.__tablename__} ({', '.join(columns)})"
    coming = iter(rows)
    while some := tuple(islice(coming, _AT_ONCE)):
        statement = f"INSERT INTO {into} VALUES {', '.join([row] * len(some))}"  # noqa: S608  # names of our own models
        connection.exec_driver_sql(statement, tuple(chain.from_iterable(some)))
