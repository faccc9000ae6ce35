"""Migrations go up and down on both databases, and their end is what the tables say."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import col, select

from budget.projects import addresses_of
from budget.reading.folding import folded_project
from models.database import Database
from models.enums import ProjectState
from models.migrations import alembic_config
from models.project import Project
from models.tables import metadata
from tests.harness.public_rows import add_cycle

ROOT = Path(__file__).resolve().parents[2]


def migrate(verb: str, url: str, revision: str) -> None:
    """In a process of its own: Alembic's logging would steal caplog."""
    code = f"import sys; from models.migrations import {verb}; {verb}(sys.argv[1], sys.argv[2])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code, url, revision], check=True, cwd=ROOT, env=environment)


def differences(database: Database) -> list[object]:
    """What autogenerate would still do."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def test_the_newest_revision_equals_the_tables(database: Database) -> None:
    assert differences(database) == []


def test_a_column_the_migrations_forgot_is_seen(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE area DROP COLUMN name_en")
    assert differences(database)


def test_every_revision_can_be_taken_back_and_made_again(database_url: str, database: Database) -> None:
    database.dispose()
    migrate("downgrade", database_url, "base")
    with database.engine.connect() as connection:
        left = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    assert left == set()
    database.dispose()
    migrate("upgrade", database_url, "head")
    assert differences(database) == []


def test_projects_from_before_the_search_column_are_found_as_new_ones(
    database_url: str, database: Database, now: datetime
) -> None:
    with database.writing() as session:
        add_cycle(session, now)
        session.exec(sa.update(Project).where(col(Project.number) == 1).values(state=ProjectState.WITHDRAWN))
    database.dispose()
    migrate("downgrade", database_url, "20261121_roll_at_count")
    migrate("upgrade", database_url, "head")
    with database.reading() as session:
        for project in session.exec(select(Project)):
            assert project.folded == folded_project(project, addresses_of(session, project.id))


def test_history_is_one_line_of_dated_names() -> None:
    history = list(ScriptDirectory.from_config(alembic_config("sqlite:///unused")).walk_revisions())
    assert [revision.down_revision for revision in history][-1] is None
    for revision in history:
        date, _, slug = revision.revision.partition("_")
        assert date.isdigit()
        assert len(date) == 8
        assert slug == slug.lower()
        assert Path(revision.path).stem == revision.revision


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_an_sqlite_database_needs_a_file(url: str) -> None:
    with pytest.raises(ValueError, match="needs a file"):
        Database(url)
