"""Counting a city: indexes that opening, turnout and sums are read by; and no statistics of what the separation deletes.

PostgreSQL's ANALYZE copies values of each column into pg_statistic, where deleting the column's values leaves them.
"""

from alembic import op

revision = "20261129_counting"
down_revision = "20261121_trust"
branch_labels = None
depends_on = None

TURNOUT = ["cycle_id", "channel", "assurance", "area_id", "annulled_at"]
DELETED = {
    "participation": {
        "voter_key": "BYTEA", "phone_key": "BYTEA", "sealed": "BYTEA", "receipt": "BYTEA", "network_key": "BYTEA",
        "phone_block_key": "BYTEA", "roll_line": "INTEGER", "age": "INTEGER",
    },
    "paper_sheet": {"sealed": "BYTEA", "receipt": "BYTEA"},
}  # fmt: skip


def upgrade() -> None:
    op.create_index("ix_participation_turnout", "participation", TURNOUT)
    op.drop_index("ix_ballot_cycle_id_status", table_name="ballot")
    op.create_index("ix_ballot_cycle_id_status_assurance", "ballot", ["cycle_id", "status", "assurance"])
    op.drop_index("ix_sealed_ballot_cycle_id", table_name="sealed_ballot")
    op.create_index("ix_sealed_ballot_cycle_id_key", "sealed_ballot", ["cycle_id", "key"])
    keep_statistics(0)


def downgrade() -> None:
    keep_statistics(-1)
    op.drop_index("ix_sealed_ballot_cycle_id_key", table_name="sealed_ballot")
    op.create_index("ix_sealed_ballot_cycle_id", "sealed_ballot", ["cycle_id"])
    op.drop_index("ix_ballot_cycle_id_status_assurance", table_name="ballot")
    op.create_index("ix_ballot_cycle_id_status", "ballot", ["cycle_id", "status"])
    op.drop_index("ix_participation_turnout", table_name="participation")


def keep_statistics(target: int) -> None:
    """How many values of these columns PostgreSQL samples: 0 for none, -1 for its default.

    Samples it has taken already would stay: giving a column its own type once more drops them.
    """
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, columns in DELETED.items():
        for column, kind in columns.items():
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind}")
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS {target}")
