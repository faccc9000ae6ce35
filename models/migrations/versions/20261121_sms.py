"""What a message by SMS cost, how often it may have reached the phone, and why it failed: for the hourly money cap."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "20261121_sms"
down_revision = "20261121_staff_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    failure = sa.Enum(
        "rejected",
        "temporary",
        "unknown",
        "account",
        name="notice_failure",
        native_enum=False,
        create_constraint=True,
        length=9,
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parts", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("sendings", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("cost_tenge", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("charged_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("tried_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("failure", failure, nullable=True))
        batch_op.add_column(
            sa.Column("gateway_id", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True)
        )
        batch_op.create_index(batch_op.f("ix_notice_charged_at"), ["charged_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_tried_at"), ["tried_at"], unique=False)
    op.execute("UPDATE notice SET tried_at = created_at WHERE attempts > 0")


def downgrade() -> None:
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_tried_at"))
        batch_op.drop_index(batch_op.f("ix_notice_charged_at"))
        batch_op.drop_constraint(batch_op.f("ck_notice_notice_failure"), type_="check")
        for column in ("gateway_id", "failure", "tried_at", "charged_at", "cost_tenge", "sendings", "parts"):
            batch_op.drop_column(column)
