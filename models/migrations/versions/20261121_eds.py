"""Signing in by electronic signature: the challenges, and in each session how its resident was identified.

The columns of web_session are added in plain SQL: Alembic leaves their CHECKs out on SQLite, or rebuilds the table
without those it had.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "20261121_eds"
down_revision = "20261121_sms"
branch_labels = None
depends_on = None

_ADDED = {
    "assurance": (
        "VARCHAR(4) CONSTRAINT ck_web_session_assurance CHECK (assurance IN ('eds', 'desk', 'sms'))"
    ),
    "channel": "VARCHAR(5) CONSTRAINT ck_web_session_channel CHECK (channel IN ('web', 'desk', 'paper'))",
    "operator_id": "INTEGER CONSTRAINT fk_web_session_operator_id REFERENCES staff (id)",
}


def upgrade() -> None:
    op.create_table(
        "eds_challenge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nonce_hash", sa.LargeBinary(), nullable=False),
        sa.Column("flow_hash", sa.LargeBinary(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column(
            "way",
            sa.Enum("ncalayer", "egov", name="eds_way", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("used_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("box_key", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("refusal", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_eds_challenge_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eds_challenge")),
        sa.UniqueConstraint("flow_hash", name=op.f("uq_eds_challenge_flow_hash")),
        sa.UniqueConstraint("nonce_hash", name=op.f("uq_eds_challenge_nonce_hash")),
    )
    op.create_index(op.f("ix_eds_challenge_cycle_id"), "eds_challenge", ["cycle_id"], unique=False)
    op.create_index(op.f("ix_eds_challenge_expires_at"), "eds_challenge", ["expires_at"], unique=False)
    for column, definition in _ADDED.items():
        op.execute(f"ALTER TABLE web_session ADD COLUMN {column} {definition}")
    op.create_index(op.f("ix_web_session_operator_id"), "web_session", ["operator_id"], unique=False)
    op.execute("UPDATE web_session SET assurance = 'sms', channel = 'web' WHERE resident_id IS NOT NULL")


def downgrade() -> None:
    op.drop_index(op.f("ix_web_session_operator_id"), table_name="web_session")
    for column in reversed(_ADDED):
        op.execute(f"ALTER TABLE web_session DROP COLUMN {column}")
    op.drop_table("eds_challenge")
