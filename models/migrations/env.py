"""Alembic's entry: online migrations only, with our own engine."""

from alembic import context

from models.database import Database
from models.tables import metadata

database = Database(context.config.get_main_option("sqlalchemy.url") or "")
with database.engine.execution_options(write=True).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=database.is_sqlite,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
database.dispose()
