"""Notices are found by when money was set aside and when they were tried: only those for which that is so are indexed.

A cast queues a notice that has neither yet, and filled both indexes with nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_notices"
down_revision = "20261129_screening"
branch_labels = None
depends_on = None

COLUMNS = ("charged_at", "tried_at")


def upgrade() -> None:
    for column in COLUMNS:
        op.drop_index(f"ix_notice_{column}", table_name="notice")
        is_known = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_notice_{column}", "notice", [column], sqlite_where=is_known, postgresql_where=is_known
        )


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_index(f"ix_notice_{column}", table_name="notice")
        op.create_index(f"ix_notice_{column}", "notice", [column])
