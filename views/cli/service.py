"""`budget upgrade` and `budget jobs`: what the server itself needs."""

from pathlib import Path

import click
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from views.cli.edge import BadInput, database_of, opened, settings


@click.command()
def upgrade() -> None:
    """Bring the database to the newest tables; an empty one is made."""
    from models.migrations import upgrade as migrate

    config = settings()
    database = database_of(config)
    if database.is_sqlite:
        _make_directory(Path(str(database.engine.url.database)).parent)
    try:
        migrate(config.database_url)
        with database.reading() as session:
            revision = (
                session.connection().execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
            )
    except DatabaseError as error:
        said = str(error.orig).strip().splitlines()[0]
        raise BadInput(f"the database can't be reached: {said}") from error
    finally:
        database.dispose()
    click.echo(f"The database is at {revision}.")


@click.command()
def jobs() -> None:
    """Run the timed jobs until stopped: freezing ballot lists, sending messages, forgetting old sessions.

    Run one copy beside the web server. A second one does no harm: each job is claimed in the database by its
    name and time.
    """
    from views.scheduler import run

    config = settings()
    with opened(config) as database:
        run(database, config)


def _make_directory(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
