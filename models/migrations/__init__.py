"""Schema history (Alembic): `YYYYMMDD_slug`, up and down, on SQLite and PostgreSQL.

Run by `budget upgrade`, never when the application starts.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config

_HERE = Path(__file__).parent


def alembic_config(url: str) -> Config:
    """Configuration for `url`, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to `revision`."""
    command.upgrade(alembic_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database at `url` back to `revision` ("base" = empty)."""
    command.downgrade(alembic_config(url), revision)
