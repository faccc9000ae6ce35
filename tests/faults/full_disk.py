"""A disk without room for another row, on each database, and room again.

SQLite's file is forbidden to grow (`PRAGMA max_page_count`, set on every connection as it is taken); rows still go in
where a page has room left, as on a real disk, so a test presses until it is refused. PostgreSQL raises what it
raises when a table can't be extended (53100), from a trigger; `test_full_file_system.py` fills a real disk.
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from models.database import Database

_ENDLESS = 1_073_741_823
_RAISE = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"""


class Disk:
    """The disk of a database; it has room until `fill()`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._limit = _ENDLESS
        if database.is_sqlite:
            sa.event.listen(database.engine, "checkout", self._forbid)

    def fill(self) -> None:
        """No file grows any more."""
        if self._database.is_sqlite:
            with self._database.reading() as session:
                self._limit = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
            return
        with self._database.writing() as session:
            session.connection().exec_driver_sql(_RAISE)
            for table in SQLModel.metadata.tables:
                session.connection().exec_driver_sql(
                    f'CREATE TRIGGER no_room BEFORE INSERT ON "{table}" EXECUTE FUNCTION no_room()'
                )

    def free(self) -> None:
        """Somebody has made room."""
        self._limit = _ENDLESS
        if not self._database.is_sqlite:
            with self._database.writing() as session:
                session.connection().exec_driver_sql("DROP FUNCTION no_room() CASCADE")

    def _forbid(self, connection: Any, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count={self._limit}").close()
