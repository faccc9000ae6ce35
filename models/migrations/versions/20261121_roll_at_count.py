"""The size of the roll when the ballots were counted: a published turnout must not move with later imports."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_roll_at_count"
down_revision = "20261121_public_version"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("ballot_count", schema=None) as batch_op:
        batch_op.add_column(sa.Column("roll", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE ballot_count SET roll = (SELECT COUNT(*) FROM resident)"
        " WHERE cycle_id IN (SELECT id FROM cycle WHERE origin = 'service')"
    )


def downgrade() -> None:
    with op.batch_alter_table("ballot_count", schema=None) as batch_op:
        batch_op.drop_column("roll")
